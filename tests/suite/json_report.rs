//! The JSON contract, schema `cfn-lockout/1`: names, types, units.

use serde_json::Value;

use crate::support::{ROLE, folder, report_in, root};

fn names(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

#[test]
fn the_report_has_the_names_of_the_contract_in_their_order() {
    let report = report_in(&root(), &["check", "examples", ROLE[0], ROLE[1]]).0;
    assert_eq!(names(&report), ["schema", "keys", "skipped", "failures", "findings", "summary"]);
    assert_eq!(report["schema"], "cfn-lockout/1");
    for key in report["keys"].as_array().unwrap() {
        assert_eq!(
            names(key),
            [
                "file",
                "stack",
                "logical_id",
                "type",
                "line",
                "column",
                "deployment",
                "deployer",
                "verdict",
                "without_bypass",
                "cases",
                "open",
                "administrators",
                "policy",
                "trace"
            ]
        );
    }
    for finding in report["findings"].as_array().unwrap() {
        assert_eq!(
            names(finding),
            [
                "code",
                "severity",
                "message",
                "help",
                "file",
                "line",
                "column",
                "end_line",
                "end_column",
                "stack",
                "logical_id",
                "deployment",
                "related",
                "fix"
            ]
        );
    }
    assert_eq!(
        names(&report["summary"]),
        ["templates", "keys", "errors", "warnings", "notes", "suppressed", "failures"]
    );
}

#[test]
fn a_key_says_everything_about_itself() {
    let template = r#"Parameters:
  Admin: { Type: String }
Resources:
  Vault:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Version: "2012-10-17"
        Statement:
          - { Effect: Allow, Principal: { AWS: !Sub "arn:aws:iam::${AWS::AccountId}:role/${Admin}" }, Action: kms:*, Resource: "*" }
"#;
    let files = folder(&[("kms.yaml", template)]);
    let report = report_in(files.path(), &["kms.yaml", ROLE[0], ROLE[1]]).0;
    let key = &report["keys"][0];
    assert_eq!((&key["file"], &key["stack"], &key["logical_id"]), (&"kms.yaml".into(), &"".into(), &"Vault".into()));
    assert_eq!((key["line"].as_u64(), key["column"].as_u64()), (Some(4), Some(3)));
    assert_eq!(key["deployment"], "default");
    assert_eq!(key["deployer"], "arn:aws:sts::111122223333:assumed-role/Deploy/AWSCloudFormation");
    assert_eq!(key["verdict"], "undecided");
    assert_eq!(key["without_bypass"], Value::Null);
    let cases = serde_json::json!([
        { "when": [{ "parameter": "Admin", "equals": "Deploy" }], "verdict": "safe" },
        { "when": [{ "parameter": "Admin", "not_in": ["Deploy"] }], "verdict": "lockout" }
    ]);
    assert_eq!(key["cases"], cases);
    assert_eq!(key["open"][0]["kind"], "parameter");
    assert_eq!(key["open"][0]["name"], "Admin");
    assert_eq!(key["open"][0]["line"], 2);
    assert_eq!(key["open"][0]["help"], "--parameter Admin=…");
    assert_eq!(key["administrators"], serde_json::json!(["arn:aws:iam::111122223333:role/{{parameter:Admin}}"]));
    assert_eq!(key["policy"]["Statement"][0]["Principal"]["AWS"], key["administrators"][0]);
}

#[test]
fn without_a_deployer_the_answer_says_who_it_would_have_to_be() {
    let report = report_in(&root(), &["check", "examples/iam-user-administrator"]).0;
    let key = &report["keys"][0];
    assert_eq!(key["deployer"], Value::Null);
    let alice = "arn:aws:iam::111122223333:user/Alice";
    let cases = serde_json::json!([
        { "when": [{ "deployer": true, "equals": alice }], "verdict": "safe" },
        { "when": [{ "deployer": true, "not_in": [alice] }], "verdict": "lockout" }
    ]);
    assert_eq!(key["cases"], cases);
    assert_eq!(key["open"][0]["kind"], "deployer");
}

#[test]
fn keys_that_are_not_created_are_skipped() {
    let template = r#"Parameters:
  Env: { Type: String, Default: dev, AllowedValues: [dev, prod] }
Conditions:
  IsProd: !Equals [!Ref Env, prod]
Resources:
  K: { Type: AWS::KMS::Key, Condition: IsProd, Properties: { Description: d } }
"#;
    let files = folder(&[("kms.yaml", template)]);
    let report = report_in(files.path(), &["kms.yaml"]).0;
    assert_eq!(report["keys"], serde_json::json!([]));
    let skipped = serde_json::json!([{ "file": "kms.yaml", "stack": "", "logical_id": "K", "deployment": "default",
        "because": "its condition `IsProd` is false, with `Env` = `dev`" }]);
    assert_eq!(report["skipped"], skipped);
    let report = report_in(files.path(), &["kms.yaml", "--parameter", "Env=prod"]).0;
    assert_eq!(report["keys"][0]["verdict"], "default-policy");
}

#[test]
fn bypass_says_what_it_hides() {
    let report = report_in(&root(), &["check", "examples/bypass", ROLE[0], ROLE[1]]).0;
    assert_eq!(report["keys"][0]["verdict"], "bypassed");
    assert_eq!(report["keys"][0]["without_bypass"], "lockout");
}
