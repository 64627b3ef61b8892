//! Who deploys, from the files that people already have: the right principal, values and verdict, and where each was said.

use std::fs;

use serde_json::Value;

use crate::support::{folder, report_in, run_in, run_with_stdin, text};

/// Only the role named by `Admin` may change the policy.
const KEY: &str = r#"Parameters:
  Admin: { Type: String, Default: Nobody }
Resources:
  K:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Statement:
          - Effect: Allow
            Principal: { AWS: !Sub "arn:aws:iam::${AWS::AccountId}:role/${Admin}" }
            Action: kms:*
            Resource: "*"
"#;

const SAMCONFIG: &str = r#"version = 0.1

[default.deploy.parameters]
stack_name = "keys"
role_arn = "arn:aws:iam::111122223333:role/Deploy"
parameter_overrides = "Admin=Deploy"

[prod.deploy.parameters]
role_arn = "arn:aws:iam::444455556666:role/Deploy"
parameter_overrides = "Admin=Other"
"#;

/// Deployment, file, deployer and verdict of every key.
fn rows(report: &Value) -> Vec<String> {
    let row = |key: &Value| {
        let field = |name: &str| key[name].as_str().map_or("?".to_owned(), str::to_owned);
        format!("{} {} {} {}", field("deployment"), field("file"), field("deployer"), field("verdict"))
    };
    report["keys"].as_array().unwrap().iter().map(row).collect()
}

fn checked(files: &[(&str, &str)], args: &[&str]) -> Vec<String> {
    let at = folder(files);
    rows(&report_in(at.path(), args).0)
}

const DEV: &str = "arn:aws:sts::111122223333:assumed-role/Deploy/AWSCloudFormation";
const PROD: &str = "arn:aws:sts::444455556666:assumed-role/Deploy/AWSCloudFormation";

#[test]
fn every_environment_of_a_samconfig_is_a_deployment() {
    let files = [("samconfig.toml", SAMCONFIG), ("template.yaml", KEY), ("other/template.yaml", KEY)];
    let expected = [
        "default other/template.yaml ? undecided".to_owned(),
        format!("default template.yaml {DEV} safe"),
        format!("prod template.yaml {PROD} lockout"),
    ];
    let mut found = checked(&files, &["check", "."]);
    found.sort();
    assert_eq!(found, expected, "and none of a template beside which it does not stand");
    assert_eq!(checked(&files, &["check", "template.yaml"]), expected[1..]);
    assert_eq!(checked(&files, &["check", "template.yaml", "--no-config"]), ["default template.yaml ? undecided"]);
    let by_flag = ["check", "template.yaml", "--role-arn", "arn:aws:iam::111122223333:role/Nobody"];
    assert_eq!(checked(&files, &by_flag)[0], format!("default template.yaml {} safe", DEV.replace("Deploy", "Nobody")));

    let at = folder(&files);
    let screen = run_in(at.path(), &["check", "template.yaml"]).stdout;
    assert!(screen.starts_with("deployment default (samconfig.toml:3): template.yaml\n"), "{screen}");
    assert!(screen.contains("(from samconfig.toml:9)"), "{screen}");
    let why = run_in(at.path(), &["check", "template.yaml", "--why"]).stdout;
    assert!(why.contains("\nit has stack name from samconfig.toml:4, `Admin` from samconfig.toml:6\n"), "{why}");
}

#[test]
fn a_file_that_is_named_counts_for_every_template() {
    let files = [("sam/samconfig.toml", SAMCONFIG), ("keys.yaml", KEY), ("admin.json", r#"["Admin=Deploy"]"#)];
    let with = |more: &[&str]| checked(&files, &[&["check", "keys.yaml"], more].concat());
    assert_eq!(with(&["--from", "sam/samconfig.toml"]), [format!("default keys.yaml {DEV} safe")]);
    let prod = ["--from", "sam/samconfig.toml", "--config-env", "prod"];
    assert_eq!(with(&prod), [format!("default keys.yaml {PROD} lockout")]);
    // Flags win over files, later files over earlier ones.
    let over = |more: &[&str]| with(&[&prod, more].concat());
    assert_eq!(over(&["--parameters", "admin.json"]), [format!("default keys.yaml {PROD} safe")]);
    assert_eq!(
        over(&["--parameters", "admin.json", "--parameter", "Admin=x"]),
        [format!("default keys.yaml {PROD} lockout")]
    );
    assert_eq!(
        over(&["--role-arn", "arn:aws:iam::444455556666:role/Other"])[0],
        format!("default keys.yaml {} safe", PROD.replace("Deploy", "Other"))
    );
}

#[test]
fn the_caller_comes_from_sts_and_the_rest_from_elsewhere() {
    let files = folder(&[
        ("keys.yaml", KEY),
        ("samconfig.toml", "[default.deploy.parameters]\nparameter_overrides = 'Admin=Deploy'\n"),
    ]);
    let caller = br#"{"UserId": "AROAX:me", "Account": "111122223333", "Arn": "arn:aws:sts::111122223333:assumed-role/Deploy/me"}"#;
    let args = ["check", "keys.yaml", "--from", "-", "--from", "samconfig.toml", "--format", "json"];
    let report = run_with_stdin(files.path(), &args, caller).json();
    assert_eq!(rows(&report), ["default keys.yaml arn:aws:sts::111122223333:assumed-role/Deploy/me safe"]);
    let screen = run_with_stdin(files.path(), &args[..6], caller).stdout;
    assert!(screen.starts_with("deployment default (<stdin>:1, samconfig.toml:1): keys.yaml\n"), "{screen}");
}

#[test]
fn a_value_that_a_file_does_not_tell_is_not_the_default() {
    let key = KEY.replace("Default: Nobody", "Default: Deploy");
    let previous = r#"[{"ParameterKey": "Admin", "UsePreviousValue": true}]"#;
    let files = folder(&[("keys.yaml", &key), ("p.json", previous)]);
    let role = ["--role-arn", "arn:aws:iam::111122223333:role/Deploy"];
    let report = report_in(files.path(), &[&["check", "keys.yaml"], &role[..]].concat());
    assert_eq!(report.verdict("K"), "safe");
    let report = report_in(files.path(), &[&["check", "keys.yaml", "--parameters", "p.json"], &role[..]].concat());
    assert_eq!(report.verdict("K"), "undecided");
    assert_eq!(report.keys()[0]["open"][0]["name"], "Admin");
}

#[test]
fn files_that_contradict_each_other_are_refused() {
    let other = SAMCONFIG.replace("111122223333", "777788889999");
    let files = folder(&[("a.toml", SAMCONFIG), ("b.toml", &other), ("keys.yaml", KEY)]);
    let run = run_in(files.path(), &["check", "keys.yaml", "--from", "a.toml", "--from", "b.toml"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    let expected = "error: two files contradict each other: the service role is `arn:aws:iam::111122223333:role/Deploy` in a.toml:5 \
                    and `arn:aws:iam::777788889999:role/Deploy` in b.toml:5; name the one that counts with a flag\n";
    assert_eq!(run.stderr, expected);
    let caller = r#"{"UserId": "A", "Account": "777788889999", "Arn": "arn:aws:iam::777788889999:user/A"}"#;
    fs::write(files.path().join("me.json"), caller).unwrap();
    let run = run_in(files.path(), &["check", "keys.yaml", "--from", "a.toml", "--from", "me.json"]);
    assert_eq!(run.code, 2);
    assert!(
        run.stderr.starts_with("error: me.json:1: account 777788889999 contradicts the deployer"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_file_that_cannot_be_read_never_means_somebody_else() {
    let broken = SAMCONFIG.replace("[prod", "prod");
    let files = folder(&[
        ("samconfig.toml", &broken),
        ("template.yaml", KEY),
        ("other.yaml", KEY),
        ("role.toml", &SAMCONFIG.replace("role/Deploy", "Deploy")),
    ]);
    for (args, expected) in [
        (&["--from", "samconfig.toml"][..], "error: --from: samconfig.toml:8:"),
        (&["--from", "no.toml"], "error: --from `no.toml`: cannot be opened"),
        (&["--from", "template.yaml"], "error: template.yaml:1:1: this describes no deployment"),
        (&["--from", "role.toml"], "error: role.toml:5: `arn:aws:iam::111122223333:Deploy` names no user, role"),
        (&["--parameters", "template.yaml"], "error: template.yaml:1:1: this is a template"),
    ] {
        let run = run_in(files.path(), &[&["check", "template.yaml"], args].concat());
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{args:?}");
        assert!(run.stderr.starts_with(expected), "{args:?}: {}", run.stderr);
    }
    // Found and not named: the others are checked all the same, and nothing is silent.
    let run = run_in(files.path(), &["check", "template.yaml", "--format", "json"]);
    assert_eq!(run.code, 2);
    let failure = &run.json()["failures"][0];
    assert_eq!((text(&failure["file"]).as_str(), failure["line"].as_u64()), ("samconfig.toml", Some(8)));
    assert!(text(&failure["message"]).starts_with("it may say who deploys, and cannot be read: "), "{failure}");
    assert_eq!(rows(&run.json()), ["default template.yaml ? undecided"]);
}

#[test]
fn a_nested_template_is_not_checked_by_itself() {
    let parent = "Resources:\n  Keys:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: keys.yaml\n      Parameters: { Admin: Deploy }\n";
    let files = [("samconfig.toml", SAMCONFIG), ("template.yaml", parent), ("keys.yaml", KEY)];
    let files = [files[0], files[1], files[2]];
    let config = SAMCONFIG
        .replace("parameter_overrides = \"Admin=Deploy\"\n", "")
        .replace("parameter_overrides = \"Admin=Other\"\n", "");
    let files = [("samconfig.toml", config.as_str()), files[1], files[2]];
    assert_eq!(
        checked(&files, &["check", "."]),
        [format!("default keys.yaml {DEV} safe"), format!("prod keys.yaml {PROD} safe")]
    );
}

/// What a stranger's pull request names is read within the repository only: what is read may get into the report.
#[test]
fn nothing_outside_of_the_repository_is_read() {
    let secret = "AWS_SECRET=s3cr3t\n";
    let nests = "Resources:\n  S: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: ../keys.yaml } }\n";
    let includes = KEY.replace("          - Effect: Allow\n", "          - Fn::Transform: { Name: AWS::Include, Parameters: { Location: ../statement.yaml } }\n          - Effect: Allow\n");
    let at = folder(&[
        ("secret.env", secret),
        ("keys.yaml", KEY),
        ("statement.yaml", "Sid: s3cr3t\nEffect: Allow\nPrincipal: '*'\nAction: kms:*\nResource: '*'\n"),
        ("repo/.git/HEAD", ""),
        ("repo/samconfig.toml", "[default.deploy.parameters]\nparameter_overrides = 'file://../secret.env'\n"),
        ("repo/template.yaml", KEY),
        ("repo/nests.yaml", nests),
        ("repo/includes.yaml", &includes),
        ("repo/a/.cfn-lockout.yaml", "deployments: { a: { parameter-files: [../../secret.env] } }\n"),
        ("repo/a/keys.yaml", KEY),
    ]);
    let repo = at.path().join("repo");
    #[cfg(unix)]
    std::os::unix::fs::symlink("../keys.yaml", repo.join("link.yaml")).unwrap();
    fs::write(repo.join("through_a_link.yaml"), nests.replace("../keys.yaml", "link.yaml")).unwrap();
    let run = |args: &[&str]| {
        let run = run_in(&repo, &[args, &["--why"]].concat());
        let all = format!("{}{}", run.stdout, run.stderr);
        assert!(!all.contains("s3cr3t") && !all.contains("AWS_SECRET"), "{args:?}: {all}");
        all.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert!(run(&["check", "template.yaml"]).contains("it is outside of the repository, and is not read"));
    for template in ["nests.yaml", "through_a_link.yaml"] {
        let said = run(&["check", template, "--account", "111122223333"]);
        assert!(said.contains("is outside of the repository, and is not read"), "{template}: {said}");
    }
    run(&["check", "includes.yaml", "--account", "111122223333"]);
    assert!(run(&["check", "a/keys.yaml"]).contains("is outside of the repository, and is not read unless --config"));
    // Somebody who types it means it.
    let by_hand = ["check", "keys.yaml", "--parameters", "secret.env"];
    assert_eq!(report_in(at.path(), &by_hand).verdict("K"), "undecided");
}
