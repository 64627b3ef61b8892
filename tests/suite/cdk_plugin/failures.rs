//! No failure is silent: `cdk synth` passes over errors that a plugin throws, so each of them is a violation.

use std::fs;

use super::Project;
use crate::runner::program;
use crate::support::text;

const APP: &str = "
const app = new App();
Validations.of(app).addPlugins(new CfnLockoutPlugin(JSON.parse(process.env.OPTIONS || '{}')));
const stack = new Stack(app, 'Keys', { env });
key(stack, 'Vault', exec);
for (const id of ['cfn-lockout::not-checked', 'cfn-lockout::no-account-delegation']) {
  Validations.of(app).acknowledge({ id, reason: 'a failure is not to be acknowledged' });
}
";

#[test]
fn whatever_keeps_the_program_from_running_fails_the_synthesis() {
    let Some(project) = Project::new(APP) else { return };
    assert_eq!(project.synth(&[], &[]).code, 0);
    let newer = project.path().join("newer");
    program(&newer, "echo '{\"schema\": \"cfn-lockout/2\"}'");
    let killed = project.path().join("killed");
    program(&killed, "kill -9 $$");
    let folder = project.path().to_str().unwrap();
    for (binary, says) in [
        ("/nowhere/cfn-lockout", "there is no program `/nowhere/cfn-lockout`: install cfn-lockout, or set CFN_LOCKOUT"),
        (folder, "cannot be run: "),
        ("/bin/false", "`/bin/false` ended with 1 and without a report"),
        ("/bin/true", "`/bin/true` ended with 0 and without a report"),
        (killed.to_str().unwrap(), "ended with SIGKILL and without a report"),
        (newer.to_str().unwrap(), "writes reports of another schema than cfn-lockout/1"),
    ] {
        let run = project.synth(&[], &[("CFN_LOCKOUT_BINARY", binary)]);
        assert_eq!(run.code, 1, "{binary}: {}", run.stderr);
        assert!(run.stderr.contains("FATAL not checked: ") && run.stderr.contains(says), "{says}: {}", run.stderr);
        let reported = project.reported().expect("a report");
        assert_eq!(
            (reported.conclusion.as_str(), reported.rows()),
            ("failure", vec![("not-checked".into(), "".into())])
        );
        assert_eq!(reported.violations[0]["severity"], "fatal");
        // The app by itself fails, too.
        assert_eq!(project.node(&[("CFN_LOCKOUT_BINARY", binary), ("CDK_OUTDIR", "cdk.out")]).code, 1);
    }
    // Where nothing names the program, it is the one on the PATH.
    let path = std::env::var("PATH").unwrap();
    let on_path = project.path().join("bin");
    fs::create_dir(&on_path).unwrap();
    program(&on_path.join("cfn-lockout"), &format!("exec {} \"$@\"", super::BINARY));
    let path = format!("{}:{path}", on_path.display());
    let run = project.synth(&[], &[("CFN_LOCKOUT_BINARY", ""), ("PATH", &path)]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    // An option wins over the environment.
    let run = project.synth(&[], &[("OPTIONS", r#"{ "executable": "/nowhere" }"#)]);
    assert!(run.code == 1 && run.stderr.contains("there is no program `/nowhere`"), "{}", run.stderr);
}

#[test]
fn what_the_program_says_of_a_wrong_setting_is_told() {
    let Some(project) = Project::new(APP) else { return };
    for (options, says) in [
        (r#"{ "account": "12" }"#, "not checked: --account: `12` is not an account id"),
        (r#"{ "baseline": "gone.json" }"#, "not checked: --baseline `gone.json`"),
        (r#"{ "roleArn": "--help" }"#, "`--help` is not an ARN"),
    ] {
        let run = project.synth(&[], &[("OPTIONS", options)]);
        assert!(run.code == 1 && run.stderr.contains(says), "{options}: {}", run.stderr);
    }
    // A mistake in the app itself ends it.
    for (options, says) in [
        (r#"{ "role-arn": "x" }"#, "cfn-lockout: there is no option `role-arn`; there are deployer, roleArn, "),
        (r#"{ "roleArn": ["x"] }"#, "cfn-lockout: `roleArn` is a text"),
        (r#"{ "roleArn": "" }"#, "cfn-lockout: `roleArn` is a text"),
        (r#"{ "rules": "x" }"#, "cfn-lockout: `rules` is a list of texts"),
        (r#"{ "failOn": "fatal" }"#, "cfn-lockout: `failOn` is one of error, warning, note, never"),
        (r#"{ "ignore": { "nothing": "x" } }"#, "cfn-lockout: `ignore`: there is no finding `nothing`"),
        (r#"{ "ignore": { "undecided": " " } }"#, "cfn-lockout: `ignore`: `undecided` needs a reason"),
    ] {
        let run = project.synth(&[], &[("OPTIONS", options)]);
        assert!(run.code == 1 && run.stderr.contains(says), "{options}: {}", run.stderr);
    }
}

/// A file that could not be checked, beside one that was; severities and codes of a newer program.
#[test]
fn a_failure_hides_no_finding_and_no_newer_finding_is_lost() {
    let Some(project) = Project::new(APP) else { return };
    let at = project.path().display();
    let row = |code: &str, severity: &str| {
        format!(
            "{{\"code\": \"{code}\", \"severity\": \"{severity}\", \"message\": \"says\\u001b[2J\", \"help\": \"\", \
             \"file\": \"cdk.out/Keys.template.json\", \"line\": 999, \"column\": 3, \"end_line\": 999, \"end_column\": 8, \
             \"stack\": \"Keys\", \"logical_id\": \"\", \"deployment\": \"prod\", \"related\": [], \"fix\": null}}"
        )
    };
    let report = |failures: &str, rows: &[String]| {
        format!("{{\"schema\": \"cfn-lockout/1\", \"failures\": [{failures}], \"findings\": [{}]}}", rows.join(", "))
    };
    let failure = "{\"file\": \"cdk.out/Gone.template.json\", \"line\": 0, \"column\": 0, \"message\": \"it is gone\"}";
    let newer = project.path().join("newer");
    let env = [("CFN_LOCKOUT_BINARY", newer.to_str().unwrap())];
    let says = |report: String, code: i32| {
        program(&newer, &format!("printf '%s\\n' \"$@\" > '{at}/args'\ncat << 'END'\n{report}\nEND\nexit {code}"));
    };
    says(report(failure, &[row("new", "note")]), 2);
    let run = project.synth(&[], &env);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let reported = project.reported().expect("a report");
    let expected = [("not-checked", ""), ("new", "Keys")].map(|(code, path)| (code.to_owned(), path.to_owned()));
    assert_eq!((reported.conclusion.as_str(), reported.rows()), ("failure", expected.to_vec()));
    let [failed, found] = reported.violations.as_slice() else { panic!("two violations") };
    assert_eq!(text(&failed["description"]), "not checked: it is gone");
    assert_eq!(text(&failed["suggestedFix"]), "at: cdk.out/Gone.template.json");
    assert_eq!(text(&found["description"]), "says\u{fffd}[2J\ndeployment: prod");
    let args = fs::read_to_string(project.path().join("args")).unwrap();
    let real = fs::canonicalize(project.path()).unwrap().join("cdk.out");
    assert_eq!(args, format!("check\n--format=json\n--fail-on=never\n--\n{}\n", real.display()));
    says(report("", &[row("new", "fatal")]), 0);
    assert_eq!(project.synth(&[], &env).code, 1, "a severity that is not known is an error");
    says(report("", &[row("new", "note")]), 0);
    assert_eq!(project.synth(&[], &env).code, 0);
    says(report("", &[]), 2);
    let run = project.synth(&[], &env);
    assert!(run.code == 1 && run.stderr.contains("ended with 2"), "a job that is not done says why: {}", run.stderr);
}

/// A value is one argument of one flag, whatever stands in it; nothing of it reaches a shell.
#[test]
fn values_reach_the_program_as_they_are() {
    let Some(project) = Project::new(APP) else { return };
    let recorder = project.path().join("record");
    program(
        &recorder,
        &format!("printf '%s\\n' \"$@\" > args\nexec {} check . --format json --no-config", super::BINARY),
    );
    let options = r#"{ "parameter": ["Who=a b; touch pwned", "--help"], "previousGit": "$(touch pwned)", "context": ["a=\"b\""] }"#;
    let env = [("OPTIONS", options), ("CFN_LOCKOUT_BINARY", recorder.to_str().unwrap())];
    let run = project.synth(&[], &env);
    let args =
        fs::read_to_string(project.path().join("args")).unwrap_or_else(|error| panic!("{error}: {}", run.stderr));
    let args: Vec<&str> = args.lines().collect();
    let values = [
        "--previous-git=$(touch pwned)",
        "--parameter=Who=a b; touch pwned",
        "--parameter=--help",
        "--context=a=\"b\"",
        "--",
    ];
    assert_eq!(args[3..8], values);
    assert!(!project.path().join("pwned").exists());
}
