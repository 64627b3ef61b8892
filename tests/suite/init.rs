//! `cfn-lockout init`: the configuration it writes gives the verdicts that it was written from.

use std::fs;

use crate::support::{DELEGATES, folder, report_in, run_in};

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

const SAMCONFIG: &str = r#"[default.deploy.parameters]
stack_name = "keys"
role_arn = "arn:aws:iam::111122223333:role/Deploy"
region = "eu-west-1"
parameter_overrides = "Admin=Deploy"

[prod.deploy.parameters]
stack_name = "on"
parameter_overrides = "Admin=012345678901"
"#;

#[test]
fn what_is_found_becomes_the_configuration() {
    let at = folder(&[("samconfig.toml", SAMCONFIG), ("template.yaml", KEY), ("infra/keys.yaml", DELEGATES)]);
    let before = report_in(at.path(), &["check", "."]).0;
    let run = run_in(at.path(), &["init"]);
    let expected =
        "wrote .cfn-lockout.yaml: 3 deployments of 2 templates\nfill in who deploys where a comment asks for it\n";
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (0, expected, ""));
    let written = fs::read_to_string(at.path().join(".cfn-lockout.yaml")).unwrap();
    for line in [
        "  prod: # samconfig.toml:7\n    templates:\n      - \"/template.yaml\"\n    stack-name: \"on\" # samconfig.toml:8\n",
        "    role-arn: arn:aws:iam::111122223333:role/Deploy # samconfig.toml:3\n    region: eu-west-1 # samconfig.toml:4\n",
        "    parameters:\n      Admin: \"012345678901\"\n",
        "  other:\n    templates:\n      - infra/keys.yaml\n    # Who deploys is not told here: fill in one of the two.\n",
    ] {
        assert!(written.contains(line), "{line}: {written}");
    }
    let rows = |report: &serde_json::Value| {
        let row = |key: &serde_json::Value| [&key["file"], &key["deployer"], &key["verdict"]].map(ToString::to_string);
        let mut rows: Vec<_> = report["keys"].as_array().unwrap().iter().map(row).collect();
        rows.sort();
        rows
    };
    fs::remove_file(at.path().join("samconfig.toml")).unwrap();
    assert_eq!(rows(&report_in(at.path(), &["check", "."]).0), rows(&before));
}

#[test]
fn a_file_that_is_there_stays() {
    let at = folder(&[(".cfn-lockout.yaml", "exclude: [x]\n"), ("template.yaml", KEY)]);
    let run = run_in(at.path(), &["init"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert_eq!(run.stderr, "error: `.cfn-lockout.yaml` is there already: change it, or remove it first\n");
    assert_eq!(fs::read_to_string(at.path().join(".cfn-lockout.yaml")).unwrap(), "exclude: [x]\n");
}

#[test]
fn a_folder_without_templates_gets_an_example() {
    let at = folder(&[("readme.md", "x")]);
    let run = run_in(at.path(), &["init", "."]);
    assert_eq!((run.code, run.stdout.as_str()), (0, "wrote .cfn-lockout.yaml: 0 deployments of 0 templates\n"));
    assert_eq!(run_in(at.path(), &["check", "."]).code, 0, "it is a configuration");
    let run = run_in(at.path(), &["init", "no"]);
    assert_eq!((run.code, run.stderr.as_str()), (2, "error: `no` is no folder\n"));
}
