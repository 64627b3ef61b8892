//! What happens once KMS has accepted a key, through the program: nested stacks, exit codes, what is printed.

use crate::support::{ROLE, Report, folder, report_in, run_in, text};

fn report(files: &[(&str, &str)]) -> Report {
    let files = folder(files);
    report_in(files.path(), &["check", "main.yaml", ROLE[0], ROLE[1]])
}

/// The findings about services, as `file:line logical id stack`.
fn services(report: &Report) -> Vec<String> {
    let all = report.0["findings"].as_array().unwrap().iter().filter(|one| one["code"] == "service-cannot-use-key");
    all.map(|one| {
        format!("{}:{} {} {}", text(&one["file"]), one["line"], text(&one["logical_id"]), text(&one["stack"]))
    })
    .collect()
}

/// A policy that leaves everything to IAM.
const DELEGATES: &str = "{ Statement: [{ Effect: Allow, Principal: { AWS: 'arn:aws:iam::111122223333:root' }, Action: 'kms:*', Resource: '*' }] }";

fn key() -> String {
    format!("  Vault:\n    Type: AWS::KMS::Key\n    Properties:\n      KeyPolicy: {DELEGATES}\n")
}

const GROUP: &str = "  Logs:\n    Type: AWS::Logs::LogGroup\n    Properties:\n      KmsKeyId: ";

/// The key's ARN goes down as a parameter: the cursor stays at the key, and the resource is beside it.
#[test]
fn a_key_that_is_passed_to_a_nested_stack_is_known_there() {
    let nested = "  Inner:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: ./inner.yaml\n      Parameters: { Key: !GetAtt Vault.Arn }\n";
    let main = format!("Resources:\n{}{nested}", key());
    let inner = format!("Parameters: {{ Key: {{ Type: String }} }}\nResources:\n{GROUP}!Ref Key\n");
    let report = report(&[("main.yaml", &main), ("inner.yaml", &inner)]);
    assert_eq!(services(&report), ["main.yaml:2 Vault "]);
    let all = report.0["findings"].as_array().unwrap();
    let related = &all.iter().find(|one| one["code"] == "service-cannot-use-key").unwrap()["related"];
    assert!(related.to_string().contains("inner.yaml"), "{related}");
}

/// And up as an output.
#[test]
fn a_key_of_a_nested_stack_is_known_above_it() {
    let inner = format!("Resources:\n{}Outputs: {{ Key: {{ Value: !GetAtt Vault.Arn }} }}\n", key());
    let main = format!(
        "Resources:\n  Inner:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: ./inner.yaml\n{GROUP}!GetAtt Inner.Outputs.Key\n"
    );
    assert_eq!(services(&report(&[("main.yaml", &main), ("inner.yaml", &inner)])), ["inner.yaml:2 Vault Inner"]);
}

#[test]
fn a_service_that_is_left_out_fails_the_run_and_prints_the_statement() {
    let main = format!("Resources:\n{}{GROUP}!GetAtt Vault.Arn\n", key());
    let files = folder(&[("main.yaml", &main)]);
    let args = ["check", "main.yaml", ROLE[0], ROLE[1], "--region", "eu-west-1", "--format", "json"];
    let run = run_in(files.path(), &args);
    assert_eq!(run.code, 1, "{}", run.stdout);
    let all = run.json()["findings"].clone();
    let all = all.as_array().unwrap();
    let finding = all.iter().find(|one| one["code"] == "service-cannot-use-key").unwrap();
    assert_eq!(
        finding["message"],
        "`Logs` cannot use key `Vault`: `logs.eu-west-1.amazonaws.com` is not allowed to call kms:GenerateDataKey"
    );
    let help = text(&finding["help"]);
    assert!(help.contains("\"Principal\": {\"Service\": \"logs.eu-west-1.amazonaws.com\"}"), "{help}");
    assert_eq!((&finding["severity"], &finding["line"]), (&"error".into(), &9.into()));
}

/// Whoever hands a key over with the check switched off will not delete it: one finding says so.
#[test]
fn a_key_that_is_handed_over_is_not_deleted_but_has_to_be_finished() {
    let codes = |properties: &str| {
        let policy = DELEGATES.replace(":root", ":role/KeyAdmin");
        let main = format!(
            "Resources:\n  Vault: {{ Type: AWS::KMS::Key, Properties: {{ BypassPolicyLockoutSafetyCheck: true, {properties} KeyPolicy: {policy} }} }}\n"
        );
        let mut codes = report(&[("main.yaml", &main)]).codes();
        codes.retain(|code| code.starts_with("deployer-cannot-") || code == "bypasses-lockout-check");
        codes.sort();
        codes
    };
    assert_eq!(codes(""), ["bypasses-lockout-check"]);
    assert_eq!(codes("EnableKeyRotation: true,"), ["bypasses-lockout-check", "deployer-cannot-finish"]);
}

/// What only leaves something behind, or fails at run time, is a warning.
#[test]
fn warnings_do_not_fail_the_run() {
    let policy = "{ Statement: [{ Effect: Allow, Principal: { AWS: 'arn:aws:iam::111122223333:role/Deploy' }, Action: ['kms:PutKeyPolicy', 'kms:DescribeKey'], Resource: '*' }] }";
    let main = format!("Resources:\n  Vault: {{ Type: AWS::KMS::Key, Properties: {{ KeyPolicy: {policy} }} }}\n");
    let files = folder(&[("main.yaml", &main)]);
    let run = run_in(files.path(), &["check", "main.yaml", ROLE[0], ROLE[1]]);
    assert_eq!(run.code, 0, "{}", run.stdout);
    assert!(run.stdout.contains("warning[deployer-cannot-delete]"), "{}", run.stdout);
}
