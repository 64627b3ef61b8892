//! The command line (design: verbs, flags, exit codes), as its users type it.

use crate::support::{DELEGATES, ROLE, Report, folder, report_in, root, run_in, run_with_stdin};

const LOCKOUT: &str = r#"Resources:
  K:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Statement:
          - Effect: Allow
            Principal: { AWS: "arn:aws:iam::111122223333:user/Alice" }
            Action: kms:*
            Resource: "*"
"#;

#[test]
fn the_exit_code_says_how_it_ended() {
    let files = folder(&[
        ("safe.yaml", DELEGATES),
        ("bad.yaml", LOCKOUT),
        ("none.yaml", "Resources: { B: { Type: AWS::S3::Bucket } }"),
    ]);
    let code = |args: &[&str]| {
        let mut all = vec![ROLE[0], ROLE[1]];
        all.extend(args);
        run_in(files.path(), &all).code
    };
    assert_eq!(code(&["safe.yaml"]), 0, "a note is no failure");
    assert_eq!(code(&["safe.yaml", "--fail-on", "note"]), 1);
    assert_eq!(code(&["safe.yaml", "--fail-on", "warning"]), 0);
    assert_eq!(code(&["bad.yaml"]), 1);
    assert_eq!(code(&["bad.yaml", "--fail-on", "never"]), 0);
    assert_eq!(code(&["bad.yaml", "--format", "json"]), 1, "the format never changes the exit code");
    assert_eq!(code(&["bad.yaml", "missing.yaml"]), 2, "2 wins over 1");
    assert_eq!(code(&["none.yaml"]), 0);
    assert!(run_in(files.path(), &["none.yaml"]).stdout.contains("1 template, no KMS keys"));
}

#[test]
fn check_is_the_default_verb_and_here_the_default_path() {
    let files = folder(&[("kms.yaml", DELEGATES), ("sub/other.template", DELEGATES)]);
    for args in [&["check", "."][..], &["."], &["check"], &[], &["kms.yaml", "sub"]] {
        let mut all = args.to_vec();
        all.extend(["--account", "111122223333"]);
        let run = run_in(files.path(), &all);
        assert!(run.stdout.ends_with("2 templates, 2 keys: 2 safe-if-iam\n"), "{args:?}: {}", run.stdout);
    }
}

#[test]
fn a_misspelt_verb_is_suggested() {
    let files = folder(&[]);
    let run = run_in(files.path(), &["chekc", "."]);
    assert_eq!(run.code, 2);
    assert!(run.stdout.contains("did you mean `cfn-lockout check`?"), "{}", run.stdout);
}

#[test]
fn usage_errors_say_what_to_write() {
    let files = folder(&[("kms.yaml", DELEGATES), ("iam.json", "{")]);
    for (args, message) in [
        (&["--role-arn", "arn:aws:iam::111122223333:user/Alice"][..], "is no role"),
        (&["--deployer", "Alice"], "is not an ARN"),
        (&["--deployer", "arn:aws:iam::1111:user/Alice"], "must have 12 digits"),
        (&["--account", "12"], "must have 12 digits"),
        (&["--account", "111122223333", "--deployer", "arn:aws:iam::444455556666:user/A"], "contradicts the deployer"),
        (&["--partition", "amazon"], "there is no partition `amazon`"),
        (&["--region", "cn-north-1", "--partition", "aws"], "is not in partition `aws`"),
        (&["--parameter", "Name"], "write KEY=VALUE"),
        (&["--parameter", "Nmae=x"], "no template has a parameter `Nmae`"),
        (&["--identity-policy", "none.json"], "cannot be opened"),
        (&["--identity-policy", "iam.json"], "`iam.json`:1:"),
        (&["--format", "xml"], "invalid value 'xml'"),
        (&["--nonsense"], "unexpected argument '--nonsense'"),
    ] {
        let mut all = vec!["check", "kms.yaml"];
        all.extend(args);
        let run = run_in(files.path(), &all);
        assert_eq!(run.code, 2, "{args:?}");
        assert!(run.stderr.contains(message), "{args:?}: {}", run.stderr);
        assert_eq!(run.stdout, "", "{args:?}");
    }
}

#[test]
fn stdin_is_a_template_too() {
    let here = folder(&[]);
    let run = run_with_stdin(here.path(), &["check", "-", "--format", "json"], DELEGATES.as_bytes());
    assert_eq!(run.json()["keys"][0]["file"], "<stdin>");
    let named = ["check", "-", "--format", "json", "--stdin-filename", "infra/kms.yaml"];
    let run = run_with_stdin(here.path(), &named, DELEGATES.as_bytes());
    assert_eq!(run.json()["keys"][0]["file"], "infra/kms.yaml");
}

#[test]
fn walking_skips_what_is_excluded_and_what_is_no_template() {
    let files = folder(&[
        ("infra/kms.yaml", DELEGATES),
        ("infra/old/kms.yaml", DELEGATES),
        ("node_modules/x/kms.yaml", DELEGATES),
        ("README.md", DELEGATES),
        ("infra/kms.json5", "no template"),
    ]);
    let files_of = |args: &[&str]| -> Vec<String> {
        report_in(files.path(), args).keys().iter().map(|key| crate::support::text(&key["file"])).collect()
    };
    assert_eq!(files_of(&["."]), ["infra/kms.yaml", "infra/old/kms.yaml"]);
    assert_eq!(files_of(&[".", "--exclude", "**/old/**"]), ["infra/kms.yaml"]);
    assert_eq!(files_of(&["README.md"]), ["README.md"], "what is named is read whatever it is called");
    assert_eq!(files_of(&["infra", "infra/kms.yaml"]), ["infra/kms.yaml", "infra/old/kms.yaml"], "each file once");
}

#[test]
fn what_git_ignores_is_skipped_unless_it_is_named() {
    let files = folder(&[
        (".gitignore", "cdk.out/**\nbuild/\n"),
        (".git/HEAD", "ref: refs/heads/main\n"),
        ("kms.yaml", DELEGATES),
        ("cdk.out/App.template.json", r#"{"Resources": {"K": {"Type": "AWS::KMS::Key"}}}"#),
        ("infra/build/kms.yaml", DELEGATES),
        ("infra/kms.yaml", DELEGATES),
    ]);
    let count = |path: &str| report_in(files.path(), &["check", path]).keys().len();
    assert_eq!(count("."), 2);
    assert_eq!(count("infra"), 1);
    assert_eq!(count("cdk.out"), 1);
    assert_eq!(count("infra/build"), 1);
}

#[test]
fn reports_go_to_files_as_well() {
    let files = folder(&[("kms.yaml", LOCKOUT)]);
    let run =
        run_in(files.path(), &["kms.yaml", ROLE[0], ROLE[1], "--output", "json=out.json", "--output", "text=out.txt"]);
    assert_eq!(run.code, 1);
    let json = std::fs::read_to_string(files.path().join("out.json")).unwrap();
    assert_eq!(Report(serde_json::from_str(&json).unwrap()).verdict("K"), "lockout");
    assert_eq!(std::fs::read_to_string(files.path().join("out.txt")).unwrap(), run.stdout);
    let run = run_in(files.path(), &["kms.yaml", "--output", "json=no/such/folder.json"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("cannot write `no/such/folder.json`"), "{}", run.stderr);
}

#[test]
fn colour_only_where_it_is_wanted() {
    let files = folder(&[("kms.yaml", LOCKOUT)]);
    let plain = run_in(files.path(), &["kms.yaml", ROLE[0], ROLE[1]]).stdout;
    assert!(!plain.contains('\u{1b}'), "no colour into a pipe");
    let colour = run_in(files.path(), &["kms.yaml", ROLE[0], ROLE[1], "--color", "always"]).stdout;
    assert!(colour.contains('\u{1b}'));
}

#[test]
fn control_characters_of_a_template_never_reach_the_terminal() {
    let template = LOCKOUT.replace("  K:", "  \"K\\e[31m\":").replace("user/Alice", "user/Alice\\e]0;x\\a");
    let files = folder(&[("kms.yaml", &template)]);
    let run = run_in(files.path(), &["kms.yaml", ROLE[0], ROLE[1], "--verbose"]);
    assert!(!run.stdout.contains('\u{1b}') && !run.stdout.contains('\u{7}'), "{:?}", run.stdout);
}

#[test]
fn quiet_prints_findings_only() {
    let files = folder(&[("infra/kms.yaml", LOCKOUT)]);
    let quiet = run_in(files.path(), &["infra", ROLE[0], ROLE[1], "--quiet"]).stdout;
    assert!(quiet.starts_with("error[") && !quiet.contains("1 template"), "{quiet}");
}

#[test]
fn why_prints_the_reasoning() {
    let statements = r#"
          - { Sid: Admin, Effect: Allow, Principal: { AWS: "arn:aws:iam::111122223333:role/Deploy" }, Action: "kms:Get*", Resource: "*" }
          - { Sid: Users, Effect: Allow, Principal: "*", Action: "kms:*", Resource: "*", Condition: { StringEquals: { "aws:PrincipalType": User } } }
          - { Sid: Account, Effect: Allow, Principal: { AWS: "111122223333" }, Action: "kms:*", Resource: "*" }
"#;
    let template = format!(
        "Resources:\n  K:\n    Type: AWS::KMS::Key\n    Properties:\n      KeyPolicy:\n        Version: '2012-10-17'\n        Statement:{statements}"
    );
    let scp = r#"{"Statement": [{"Sid": "Guard", "Effect": "Deny", "Action": "kms:Put*", "Resource": "*"}]}"#;
    let files = folder(&[("kms.yaml", &template), ("scp.json", scp)]);
    let run = run_in(files.path(), &["kms.yaml", ROLE[0], ROLE[1], "--scp", "scp.json", "--why", "--unicode"]);
    let (_, tree) = run.stdout.split_once("lockout  K ").expect("the key is listed");
    let expected = " kms.yaml:2
  ├─ key policy
  │  ├─ Allow `Admin`: Action does not cover `kms:PutKeyPolicy`
  │  ├─ Allow `Users`: StringEquals aws:PrincipalType wants `User`; the call has
  │  │    `AssumedRole`
  │  └─ Allow `Account`: leaves it to IAM policies
  ├─ service control policies, level 1: deny kms:PutKeyPolicy (`Guard`)
  ├─ decided by: service control policies
  ├─ assumes that the service control policies take part in KMS's check as in
  │    any other call (no report shows it by itself)
  └─ to change it: remove the Deny of kms:PutKeyPolicy from the service control
       policies

1 template, 1 key: 1 lockout
";
    assert_eq!(tree, expected);
    let report = report_in(files.path(), &["kms.yaml", ROLE[0], ROLE[1], "--scp", "scp.json"]);
    let trace = report.keys()[0]["trace"].clone();
    let row = |outcome: &str| trace.as_array().unwrap().iter().find(|row| row["outcome"] == outcome).cloned();
    assert_eq!(row("does not apply").unwrap()["element"], "Action");
    assert_eq!(row("denies").unwrap()["layer"], "service control policies, level 1");
    assert!(trace.as_array().unwrap().iter().any(|row| row["decided_by"] == "service control policies"));
}

#[test]
fn explain_prints_every_page() {
    let list = run_in(&root(), &["explain"]);
    assert_eq!(list.code, 0);
    let codes: Vec<&str> = list.stdout.lines().filter_map(|line| line.split_whitespace().nth(1)).collect();
    assert!(codes.len() >= 9, "{}", list.stdout);
    for code in codes {
        let page = run_in(&root(), &["explain", code]);
        assert!(page.code == 0 && page.stdout.starts_with(&format!("# {code}\n")), "{code}");
    }
    let all = run_in(&root(), &["explain", "--all"]).stdout;
    assert_eq!(all.matches("\n## Sources\n").count(), list.stdout.lines().count());
    let laid_out = run_in(&root(), &["explain", "undecided", "--color", "always"]).stdout;
    assert!(laid_out.starts_with("\u{1b}[33mwarning\u{1b}[0m: ") && !laid_out.contains("## "), "{laid_out}");
    let wrong = run_in(&root(), &["explain", "locks-out-deployr"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.stderr.contains("did you mean `locks-out-deployer`?"), "{}", wrong.stderr);
}

#[test]
fn policy_checks_a_bare_key_policy_as_a_direct_call() {
    let via = |value: &str| {
        format!(
            r#"{{ "Version": "2012-10-17", "Statement": [{{ "Effect": "Allow", "Principal": {{ "AWS": "arn:aws:iam::111122223333:user/Alice" }},
            "Action": "kms:*", "Resource": "*", "Condition": {{ "Bool": {{ "aws:ViaAWSService": "{value}" }} }} }}] }}"#
        )
    };
    let files = folder(&[("direct.json", &via("false")), ("cfn.json", &via("true"))]);
    let alice = ["--deployer", "arn:aws:iam::111122223333:user/Alice"];
    let verdict = |file: &str| {
        let report = report_in(files.path(), &["policy", file, alice[0], alice[1]]);
        let key = report.keys().remove(0);
        assert_eq!((key["type"].as_str(), key["logical_id"].as_str()), (Some("policy"), Some("")));
        crate::support::text(&key["verdict"])
    };
    assert_eq!((verdict("direct.json"), verdict("cfn.json")), ("safe".to_owned(), "lockout".to_owned()));
    let run = run_in(files.path(), &["policy", "cfn.json", alice[0], alice[1]]);
    assert!(
        run.stdout.starts_with("error[locks-out-deployer]: KMS would refuse the policy: `user/Alice`"),
        "{}",
        run.stdout
    );
    assert_eq!(run_in(files.path(), &["policy", "."]).code, 2);
    assert_eq!(run_in(files.path(), &["policy", "none.json"]).code, 2);
}
