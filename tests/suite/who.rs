//! `who`, seen from the command line: everybody it lists passes `check`, over all real templates, and others do not; its JSON
//! has its schema; bad input and exit codes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::peers::python;
use crate::support::{DELEGATES, ROLE, folder, report_in, root, run_in, run_with_stdin, shared, text};

const ACCOUNT: &str = "111122223333";

/// A template with one key for which this role alone is enough.
fn only(principal: &str) -> String {
    DELEGATES.replace("arn:${AWS::Partition}:iam::${AWS::AccountId}:root", principal)
}

fn who(at: &Path, args: &[&str]) -> (Value, i32) {
    let all = [&["who"], args, &["--format", "json"]].concat();
    let run = run_in(at, &all);
    assert_eq!(run.stderr, "", "{all:?}");
    (run.json(), run.code)
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

/// The ARN and flags by which a row can be checked; nothing for rows that say what no flag can.
fn flags(row: &Value, account: &str) -> Option<(String, Vec<String>)> {
    let here =
        |text: &str| text.replace("{{account:AWS::AccountId}}", account).replace("{{partition:AWS::Partition}}", "aws");
    let mut account = account.to_owned();
    let mut out = Vec::new();
    for when in list(&row["when"]) {
        let value = text(&when["equals"]);
        if when.get("account").is_some() && !value.is_empty() {
            account = value;
        } else if let (Some(name), false) =
            (when["parameter"].as_str().filter(|_| when["stack"].is_null()), value.is_empty())
        {
            out.extend(["--parameter".to_owned(), format!("{name}={}", here(&value))]);
        } else if let (Some(key), false) = (when["context"].as_str(), value.is_empty()) {
            out.extend(["--context".to_owned(), format!("{key}={value}")]);
        } else {
            return None;
        }
    }
    let arn = match row["principal"].as_str() {
        Some(arn) => here(arn),
        // Some role that matches; what is excepted are others.
        None => match list(&row["matches"]).first().and_then(Value::as_str) {
            Some(pattern) => {
                pattern.replacen(":*:", ":aws:", 1).replace("::*:", &format!("::{account}:")).replace('*', "Sample-9f3")
            }
            None => format!("arn:aws:iam::{account}:role/Sample-9f3"),
        },
    };
    (!arn.contains("{{") && out.iter().all(|flag| !flag.contains("{{"))).then_some((arn, out))
}

/// The verdicts of all keys of a template in a deployment, by stack and logical id.
fn verdicts(at: &Path, file: &str, arn: &str, flags: &[String]) -> BTreeMap<(String, String), String> {
    let mut args: Vec<&str> = vec!["check", file, "--no-config", "--deployer", arn];
    args.extend(flags.iter().map(String::as_str));
    let keys = report_in(at, &args).keys();
    keys.iter().map(|key| ((text(&key["stack"]), text(&key["logical_id"])), text(&key["verdict"]))).collect()
}

fn files(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.path().is_dir() { files(&entry.path(), out) } else { out.push(entry.path()) }
    }
    out.sort();
}

#[test]
fn everybody_listed_passes_the_check_and_nobody_else_does() {
    let Some(corpus) = shared("corpus/kms") else { return };
    let mut paths = Vec::new();
    files(&corpus, &mut paths);
    let (mut listed, mut others) = (0, 0);
    for path in paths {
        let file = path.strip_prefix(&corpus).unwrap().to_string_lossy().into_owned();
        let run = run_in(&corpus, &["who", &file, "--no-config", "--format", "json"]);
        // What is no template, though it speaks of keys, is said.
        let Ok(report) = serde_json::from_str::<Value>(&run.stdout) else {
            assert!(run.code == 2 && run.stderr.starts_with("error: "), "{file}: {}", run.stderr);
            continue;
        };
        let asked = list(&report["together"]).into_iter().map(|one| (None, one));
        let asked = asked.chain(
            list(&report["keys"]).into_iter().map(|one| (Some((text(&one["stack"]), text(&one["logical_id"]))), one)),
        );
        for (key, answer) in asked {
            let of_key = |all: &BTreeMap<(String, String), String>| -> Vec<String> {
                all.iter()
                    .filter(|(id, _)| key.as_ref().is_none_or(|key| key == *id))
                    .map(|(_, one)| one.clone())
                    .collect()
            };
            for row in list(&answer["principals"]).iter().chain(&list(&answer["cases"])) {
                let Some((arn, flags)) = flags(row, ACCOUNT) else { continue };
                let found = of_key(&verdicts(&corpus, &file, &arn, &flags));
                let fits = |word: &String| match text(&row["verdict"]).as_str() {
                    "safe-if-iam" => word != "lockout" && word != "invalid" && word != "undecided",
                    "safe" => ["safe", "bypassed", "default-policy"].contains(&word.as_str()),
                    other => word == other,
                };
                assert!(!found.is_empty() && found.iter().all(fits), "{file} {key:?}: {row} as {arn}: {found:?}");
                listed += 1;
            }
            // Whoever is named nowhere passes if a group is listed, and not otherwise.
            let groups = list(&answer["principals"]).iter().any(|row| row["principal"].is_null());
            let is_open = answer["open"] != json!([])
                || list(&answer["principals"]).iter().any(|row| text(&row["principal"]).contains("{{parameter"));
            if !groups && !is_open && answer["keys"] != json!(0) {
                let found = of_key(&verdicts(&corpus, &file, "arn:aws:iam::111122223333:role/Unlisted-7d1", &[]));
                let refused = |word: &String| ["lockout", "invalid"].contains(&word.as_str());
                assert!(found.iter().any(refused), "{file} {key:?}: somebody unlisted gets {found:?}");
                others += 1;
            }
        }
    }
    assert!(listed > 300 && others > 30, "{listed} listed, {others} others");
}

/// Reports of all kinds, as JSON.
fn reports() -> Vec<String> {
    let mut out = Vec::new();
    let mut paths = Vec::new();
    files(&root().join("examples"), &mut paths);
    for path in paths.iter().filter(|path| path.extension().is_some_and(|end| end == "yaml")) {
        let name = path.to_string_lossy();
        for more in [&[][..], &ROLE[..]] {
            let run = run_in(&root(), &[&["who", &*name, "--format", "json"], more].concat());
            out.extend((run.code < 2).then_some(run.stdout));
        }
    }
    out
}

#[test]
fn the_report_has_its_schema() {
    let Some(python) = python("reports") else { return };
    let schema = root().join("rules/schema/cfn-lockout-who-1.schema.json");
    let reports = reports();
    assert!(reports.len() > 30);
    let stdin: String = reports.iter().map(|text| format!("{}\n", json!({ "format": "json", "text": text }))).collect();
    let out = python.run_with(&root().join("tests/peers/read_reports.py"), &[&schema], &stdin);
    for (answer, report) in out.lines().zip(&reports) {
        let answer: Value = serde_json::from_str(answer).unwrap();
        assert_eq!(answer["errors"], json!([]), "{report}");
    }
    let broken = json!({ "format": "json", "text": reports[0].replacen("\"safe", "\"save", 1) });
    let out = python.run_with(&root().join("tests/peers/read_reports.py"), &[&schema], &format!("{broken}\n"));
    assert_ne!(serde_json::from_str::<Value>(out.trim()).unwrap()["errors"], json!([]), "it is read");
}

#[test]
fn the_named_deployer_gets_a_yes_or_no() {
    let at = folder(&[
        ("deploy.yaml", &only("arn:aws:iam::111122223333:role/Deploy")),
        ("other.yaml", &only("arn:aws:iam::111122223333:role/Other")),
        ("iam.yaml", DELEGATES),
        (
            "mfa.yaml",
            &DELEGATES.replace("kms:*", "kms:*\n            Condition: { StringEquals: { aws:PrincipalOrgID: o-a } }"),
        ),
    ]);
    for (file, can, code) in
        [("deploy.yaml", "yes", 0), ("other.yaml", "no", 1), ("iam.yaml", "if-iam", 0), ("mfa.yaml", "undecided", 0)]
    {
        let (report, exit) = who(at.path(), &[file, ROLE[0], ROLE[1]]);
        assert_eq!((text(&report["deployers"][0]["can"]).as_str(), exit), (can, code), "{report}");
        assert_eq!(report["together"][0]["account"], ACCOUNT);
    }
    for (file, fail_on, code) in [("iam.yaml", "note", 1), ("mfa.yaml", "warning", 1), ("other.yaml", "never", 0)] {
        assert_eq!(who(at.path(), &[file, ROLE[0], ROLE[1], "--fail-on", fail_on]).1, code, "{file}");
    }
    let (report, _) = who(at.path(), &["other.yaml", ROLE[0], ROLE[1]]);
    assert!(text(&report["deployers"][0]["because"][0]).contains("could not change its policy again"), "{report}");
}

#[test]
fn a_configuration_names_deployers_too() {
    let config = "deployments:\n  dev: { templates: [infra.yaml], role-arn: 'arn:aws:iam::111122223333:role/Deploy' }\n\
                  \u{20} prod: { templates: [infra.yaml], role-arn: 'arn:aws:iam::444455556666:role/Deploy' }\n";
    let own = only("arn:aws:iam::111122223333:role/Deploy");
    let at = folder(&[(".cfn-lockout.yaml", config), ("infra.yaml", &own)]);
    let (report, code) = who(at.path(), &["infra.yaml"]);
    let can: Vec<String> = list(&report["deployers"]).iter().map(|one| text(&one["can"])).collect();
    assert_eq!((can, code), (vec!["yes".to_owned(), "no".to_owned()], 1));
    assert_eq!(list(&report["together"])[1]["principals"], json!([]), "in the other account, nobody");
    let (report, code) = who(at.path(), &["infra.yaml", "--deployment", "dev"]);
    assert_eq!((list(&report["deployers"]).len(), code), (1, 0));
}

#[test]
fn previous_bears_on_the_named_deployer() {
    let at = ["examples/update/template.yaml", "--previous", "examples/update/previous.yaml", ROLE[0], ROLE[1]];
    let (report, code) = who(&root(), &at);
    assert_eq!((text(&report["deployers"][0]["can"]).as_str(), code), ("no", 1), "{report}");
    assert_ne!(report["together"][0]["principals"], json!([]));
}

#[test]
fn nobody_says_so_and_where_to_go() {
    let at = folder(&[("t.yaml", &DELEGATES.replace("kms:*", "kms:Decrypt"))]);
    let run = run_in(at.path(), &["who", "t.yaml"]);
    assert_eq!(run.code, 1);
    assert!(
        run.stdout.contains("nobody: no statement lets a principal of the account call kms:PutKeyPolicy"),
        "{}",
        run.stdout
    );
    assert!(run.stdout.contains("cfn-lockout fix t.yaml --deployer ARN"), "{}", run.stdout);
    let named = run_in(at.path(), &["who", "t.yaml", "--deployer", ROLE[1]]);
    assert!(named.stdout.contains("`cfn-lockout fix`"), "{}", named.stdout);
    let fixed = run_in(at.path(), &["fix", "t.yaml", "--deployer", ROLE[1], "--write"]);
    assert_eq!(fixed.code, 0, "{}{}", fixed.stdout, fixed.stderr);
    assert_eq!(run_in(at.path(), &["who", "t.yaml", "--deployer", ROLE[1]]).code, 0, "the advice helps");
}

#[test]
fn what_is_not_known_is_neither_somebody_nor_nobody() {
    let template = "Resources: { K: { Type: AWS::KMS::Key, Properties: { KeyPolicy: !ImportValue P } } }\n";
    let at = folder(&[("t.yaml", template)]);
    let run = run_in(at.path(), &["who", "t.yaml"]);
    assert_eq!(run.code, 0);
    assert!(run.stdout.contains("not known: it depends on import P (--export P=…)"), "{}", run.stdout);
    assert_eq!(run_in(at.path(), &["who", "t.yaml", "--fail-on", "warning"]).code, 1);
}

/// A template that asks for more than can be worked out: said plainly, and never a nobody.
#[test]
fn what_is_too_much_is_said() {
    let each = |write: &dyn Fn(usize) -> String| (0..40).map(write).collect::<String>();
    let statements = each(&|n| {
        let own = format!("arn:aws:iam::111122223333:role/${{P{n}}}");
        let condition = format!("{{ StringEquals: {{ 'aws:PrincipalTag/t{n}': !Ref P{n} }} }}");
        format!(
            "{{ Effect: Allow, Principal: {{ AWS: !Sub '{own}' }}, Action: 'kms:*', Resource: '*', Condition: {condition} }}, "
        ) + &format!(
            "{{ Effect: Deny, Principal: '*', Action: 'kms:*', Resource: '*', Condition: {{ StringNotEquals: {{ 'aws:PrincipalTag/d{n}': !Ref P{n} }} }} }}, "
        )
    });
    let template = format!(
        "Parameters: {{ {} }}\nResources: {{ K: {{ Type: AWS::KMS::Key, Properties: {{ KeyPolicy: {{ Statement: [{statements}] }} }} }} }}\n",
        each(&|n| format!("P{n}: {{ Type: String }}, "))
    );
    let at = folder(&[("t.yaml", &template)]);
    let run = run_in(at.path(), &["who", "t.yaml"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("not known, at least not all"), "{}", run.stdout);
}

#[test]
fn a_template_without_keys_keeps_nobody_out() {
    let at = folder(&[("t.yaml", "Resources: { T: { Type: AWS::SNS::Topic } }\n")]);
    let run = run_in(at.path(), &["who", "t.yaml", ROLE[0], ROLE[1]]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("it creates no KMS key"));
}

#[test]
fn stdin_is_a_template_too() {
    let run = run_with_stdin(folder(&[]).path(), &["who", "-"], DELEGATES.as_bytes());
    assert_eq!(run.code, 0);
    assert!(run.stdout.starts_with("who can deploy <stdin>, key K:"), "{}", run.stdout);
}

#[test]
fn other_formats_are_the_reports_of_check() {
    let at = folder(&[("t.yaml", &only("arn:aws:iam::111122223333:role/Other"))]);
    for format in ["sarif", "github", "junit", "markdown"] {
        let args = |verb| [verb, "t.yaml", ROLE[0], ROLE[1], "--format", format];
        assert_eq!(run_in(at.path(), &args("who")).stdout, run_in(at.path(), &args("check")).stdout, "{format}");
    }
    run_in(at.path(), &["who", "t.yaml", ROLE[0], ROLE[1], "--output", "json=out.json"]);
    let written: Value = serde_json::from_str(&std::fs::read_to_string(at.path().join("out.json")).unwrap()).unwrap();
    assert_eq!(written["schema"], "cfn-lockout/1");
}

#[test]
fn why_is_the_reasoning_for_the_named_deployer() {
    let at = folder(&[("t.yaml", DELEGATES)]);
    let run = run_in(at.path(), &["who", "t.yaml", ROLE[0], ROLE[1], "--why"]);
    assert!(run.stdout.contains("Allow `Account`: leaves it to IAM policies"), "{}", run.stdout);
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    let run = || run_in(&root(), &["who", "examples/key-per-team/template.yaml", "--format", "json"]).stdout;
    assert_eq!(run(), run());
}

#[test]
fn what_cannot_be_asked_exits_with_2_and_says_why() {
    let at = folder(&[("broken.yaml", "Resources: [\n"), ("list.yaml", "[a]\n"), ("good.yaml", DELEGATES)]);
    for (args, words) in [
        (vec!["who"], "TEMPLATE"),
        (vec!["who", "good.yaml", "good.yaml"], "unexpected argument"),
        (vec!["who", "missing.yaml"], "there is no such file"),
        (vec!["who", "."], "is a folder"),
        (vec!["who", "broken.yaml"], "broken.yaml:"),
        (vec!["who", "list.yaml"], "no CloudFormation template"),
        (vec!["who", "good.yaml", "--parameter", "X=1"], "no template has a parameter `X`"),
        (vec!["who", "good.yaml", "--deployer", "Deploy"], "is not an ARN"),
        (vec!["who", "good.yaml", "--role-arn", ROLE[1], "--account", "444455556666"], "444455556666"),
        (vec!["who", "good.yaml", "--deployment", "x"], "no configuration has a deployment"),
    ] {
        let run = run_in(at.path(), &args);
        assert_eq!(run.code, 2, "{args:?}");
        assert!(run.stderr.contains(words), "{args:?}: {}", run.stderr);
        assert_eq!(run.stdout, "", "{args:?}");
    }
}

#[test]
fn a_broken_nested_template_is_a_failure_and_the_rest_is_told() {
    let parent = format!(
        "{DELEGATES}  Nested: {{ Type: AWS::CloudFormation::Stack, Properties: {{ TemplateURL: ./broken.yaml }} }}\n"
    );
    let at = folder(&[("parent.yaml", &parent), ("broken.yaml", "Resources: [\n")]);
    let run = run_in(at.path(), &["who", "parent.yaml"]);
    assert_eq!(run.code, 2, "{}{}", run.stdout, run.stderr);
    assert!(
        run.stdout.contains("any principal of the account") && run.stdout.contains("broken.yaml:"),
        "{}",
        run.stdout
    );
}
