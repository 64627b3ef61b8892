//! Events in, answers out, on stdin and stdout.

use serde_json::{Value, json};

use super::server::Server;
use super::{ACCOUNT, ALICE, DEPLOY, key, policy, template};
use crate::support::{DELEGATES, Run, folder, run_with_stdin, text};

fn hook(folder: &std::path::Path, args: &[&str], event: &Value) -> Run {
    let args: Vec<&str> = std::iter::once("hook").chain(args.iter().copied()).collect();
    run_with_stdin(folder, &args, event.to_string().as_bytes())
}

/// The exit code and the answer, which has nothing but the fields of the contract.
fn answered(run: &Run) -> (i32, Value) {
    assert_eq!(run.stderr, "");
    let answer = run.json();
    let known = ["hookStatus", "errorCode", "message", "clientRequestToken", "annotations"];
    assert!(answer.as_object().unwrap().keys().all(|name| known.contains(&name.as_str())), "{answer}");
    assert!(text(&answer["message"]).len() <= 1024 && !text(&answer["message"]).is_empty(), "{answer}");
    let code = match (answer["hookStatus"].as_str(), answer["errorCode"].as_str()) {
        (Some("SUCCESS"), None) => 0,
        (Some("FAILED"), Some("NonCompliant")) => 1,
        (Some("FAILED"), Some("InternalFailure")) => 2,
        _ => panic!("{answer}"),
    };
    assert_eq!(run.code, code, "{answer}");
    (code, answer)
}

#[test]
fn a_key_that_kms_would_refuse_is_not_made() {
    let here = folder(&[]);
    let (code, answer) = answered(&hook(here.path(), &["--role-arn", DEPLOY], &key(policy(ALICE), Value::Null)));
    assert_eq!(code, 1, "{answer}");
    assert_eq!(answer["clientRequestToken"], "f8da6d11-b23f-48f4-814c-0fb6a667f50e");
    let said =
        "error[locks-out-deployer]: KMS would refuse key `Vault`: `role/Deploy` could not change its policy again";
    assert_eq!(answer["message"], said);
    let annotation = &answer["annotations"][0];
    assert_eq!(annotation["annotationName"], "locks-out-deployer");
    assert_eq!((&annotation["status"], &annotation["severityLevel"]), (&json!("FAILED"), &json!("HIGH")));
    let status = text(&annotation["statusMessage"]);
    assert!(said.ends_with(status.lines().next().unwrap()) && status.contains("\ndeployer: "), "{status}");
    let remedy = text(&annotation["remediationMessage"]);
    assert!(remedy.starts_with(&format!("add `{DEPLOY}` to the principals of")), "{remedy}");
    assert!(text(&annotation["remediationLink"]).ends_with("/rules/explain/locks-out-deployer.md"));
}

#[test]
fn what_kms_accepts_goes_on() {
    let here = folder(&[]);
    for (principal, verdict) in [(DEPLOY, "1 safe"), (ACCOUNT, "1 safe-if-iam")] {
        let (code, answer) =
            answered(&hook(here.path(), &["--role-arn", DEPLOY], &key(policy(principal), Value::Null)));
        assert_eq!(code, 0, "{answer}");
        assert!(text(&answer["message"]).starts_with(&format!("1 template, 1 key: {verdict}")), "{answer}");
        for annotation in answer["annotations"].as_array().into_iter().flatten() {
            assert_eq!(annotation["status"], "PASSED", "{annotation}");
        }
    }
    let mut other = key(json!({}), Value::Null);
    other["requestData"]["targetName"] = json!("AWS::S3::Bucket");
    assert_eq!(answered(&hook(here.path(), &[], &other)).1["message"], "this is no KMS key");
    let mut deletion = key(Value::Null, policy(ALICE));
    deletion["actionInvocationPoint"] = json!("DELETE_PRE_PROVISION");
    assert_eq!(answered(&hook(here.path(), &["--role-arn", DEPLOY], &deletion)).0, 0);
}

#[test]
fn an_update_is_asked_of_the_policy_in_force() {
    let here = folder(&[]);
    let mut update = key(policy(DEPLOY), policy(ALICE));
    update["actionInvocationPoint"] = json!("UPDATE_PRE_PROVISION");
    let (code, answer) = answered(&hook(here.path(), &["--role-arn", DEPLOY], &update));
    assert_eq!(code, 1, "{answer}");
    assert!(text(&answer["message"]).starts_with("error[update-refused]: "), "{answer}");
    let mut same = key(policy(DEPLOY), policy(DEPLOY));
    same["actionInvocationPoint"] = json!("UPDATE_PRE_PROVISION");
    assert_eq!(answered(&hook(here.path(), &["--role-arn", DEPLOY], &same)).0, 0);
}

#[test]
fn who_deploys_is_said_by_flags_the_environment_or_the_configuration() {
    let config = "deployments:\n  ledger:\n    templates: [\"ledger-*\"]\n    role-arn: \"arn:aws:iam::${AWS::AccountId}:role/Deploy\"\n  others:\n    templates: [\"*\", \"!ledger-*\"]\n    role-arn: arn:aws:iam::111122223333:role/Other\n";
    let (here, bare) = (folder(&[(".cfn-lockout.yaml", config)]), folder(&[]));
    let event = key(policy(DEPLOY), Value::Null);
    assert_eq!(answered(&hook(here.path(), &[], &event)).0, 0, "the stack's name decides");
    let mut other = event.clone();
    other["stackId"] = json!("arn:aws:cloudformation:eu-west-1:111122223333:stack/other-keys/1a2345b6");
    let (code, answer) = answered(&hook(here.path(), &[], &other));
    assert!(code == 1 && text(&answer["message"]).contains("`role/Other`"), "{answer}");
    let by_variable = |name: &str, value: &str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_cfn-lockout"));
        let file = bare.path().join("event.json");
        std::fs::write(&file, key(policy(ALICE), Value::Null).to_string()).unwrap();
        command.current_dir(bare.path()).arg("hook").env(name, value).stdin(std::fs::File::open(file).unwrap());
        crate::support::finished(command.output().unwrap())
    };
    assert_eq!(answered(&by_variable("CFN_LOCKOUT_ROLE_ARN", DEPLOY)).0, 1);
    assert_eq!(answered(&by_variable("CFN_LOCKOUT_DEPLOYER", ALICE)).0, 0);
    let wrong = by_variable("CFN_LOCKOUT_FAIL_ON", "often");
    assert!(
        wrong.code == 2 && wrong.stderr.contains("`often` is none of error, warning, note, never"),
        "{}",
        wrong.stderr
    );
    let elsewhere = ["--role-arn", "arn:aws:iam::444455556666:role/Deploy"];
    let (code, answer) = answered(&hook(bare.path(), &elsewhere, &event));
    assert_eq!(code, 2, "a role of another account deploys no stack here: {answer}");
}

#[test]
fn what_is_not_known_stops_nothing_unless_it_shall() {
    let here = folder(&[]);
    let event = key(policy(DEPLOY), Value::Null);
    let (code, answer) = answered(&hook(here.path(), &[], &event));
    assert_eq!(code, 0, "{answer}");
    assert!(
        text(&answer["message"]).contains("1 undecided") && text(&answer["message"]).contains("\nwarning[undecided]: ")
    );
    let skipped = |answer: &Value| {
        let all = answer["annotations"].as_array().unwrap().clone();
        all.iter().find(|one| one["annotationName"] == "undecided").unwrap()["status"].clone()
    };
    assert_eq!(skipped(&answer), "SKIPPED");
    let (code, answer) = answered(&hook(here.path(), &["--fail-on", "warning"], &event));
    assert_eq!(code, 1, "{answer}");
    assert!(text(&answer["message"]).starts_with("warning[undecided]: "), "{answer}");
    assert_eq!(skipped(&answer), "FAILED");
    let locked = key(policy(ALICE), Value::Null);
    assert_eq!(answered(&hook(here.path(), &["--role-arn", DEPLOY, "--fail-on", "never"], &locked)).0, 0);
    let mut cloud_control = key(policy(DEPLOY), Value::Null);
    (cloud_control["stackId"], cloud_control["requestData"]["targetType"]) = (json!(""), json!("RESOURCE"));
    let (code, answer) =
        answered(&hook(here.path(), &["--role-arn", "arn:aws:iam::111122223333:role/Other"], &cloud_control));
    assert!(code == 0 && text(&answer["message"]).contains("undecided"), "no stack's role makes it: {answer}");
}

#[test]
fn stacks_and_change_sets_come_from_their_address() {
    let here = folder(&[]);
    let delegation = "!Sub \"arn:${AWS::Partition}:iam::${AWS::AccountId}:root\"";
    let locked = DELEGATES.replace(delegation, &format!("\"{ALICE}\""));
    let with_parameter = format!(
        "Parameters:\n  Who: {{ Type: String, Default: \"{DEPLOY}\" }}\n{}",
        DELEGATES.replace(delegation, "!Ref Who")
    );
    let body =
        |template: &str, previous: &str| json!({ "template": template, "previousTemplate": previous }).to_string();
    let change = |after: Value| {
        let after = json!({ "Properties": after }).to_string();
        json!({ "template": with_parameter, "changedResources": [
            { "logicalResourceId": "K", "resourceType": "AWS::KMS::Key", "action": "CREATE", "lineNumber": 3,
              "beforeContext": null, "afterContext": after },
        ] })
        .to_string()
    };
    let server = Server::of(&[
        ("/locked", body(&locked, "")),
        ("/well", body(DELEGATES, "")),
        ("/broken", body("Resources: [", "")),
        ("/update", body(DELEGATES, &locked)),
        ("/parameter", body(&with_parameter, "")),
        ("/changed", change(policy(ALICE))),
        ("/unknown", change(policy("{{changeSet:KNOWN_AFTER_APPLY}}"))),
        ("/nonsense", "<Error/>".to_owned()),
    ]);
    for (target, path, wanted, said) in [
        ("STACK", "/locked", 1, "error[locks-out-deployer]: KMS would refuse key `K`"),
        ("STACK", "/well", 0, "1 template, 1 key: 1 safe-if-iam"),
        ("STACK", "/broken", 2, "cfn-lockout: ledger-keys:1:"),
        ("STACK", "/update", 1, "error[update-refused]: "),
        ("STACK", "/parameter", 0, "1 template, 1 key: 1 undecided"),
        ("CHANGE_SET", "/changed", 1, "error[locks-out-deployer]: KMS would refuse key `K`"),
        ("CHANGE_SET", "/unknown", 0, "1 template, 1 key: 1 undecided"),
        ("STACK", "/nonsense", 2, "cfn-lockout: the payload of the event is not understood: "),
        ("STACK", "/gone", 2, "cfn-lockout: the payload of the event cannot be fetched: http status: 404"),
    ] {
        let event = template(target, &server.address(path));
        let (code, answer) = answered(&hook(here.path(), &["--role-arn", DEPLOY], &event));
        assert!(code == wanted && text(&answer["message"]).starts_with(said), "{target} {path}: {answer}");
    }
    for (address, said) in [
        ("http://192.0.2.1/templates", "its address is not https"),
        ("file:///etc/passwd", "its address is not https"),
        ("http://127.0.0.1:1/secret", "cannot be fetched"),
    ] {
        let (code, answer) = answered(&hook(here.path(), &["--role-arn", DEPLOY], &template("STACK", address)));
        let message = text(&answer["message"]);
        assert!(code == 2 && message.contains(said) && !message.contains("/secret"), "{address}: {message}");
    }
}

#[test]
fn what_is_no_event_is_answered_too() {
    let here = folder(&[]);
    let deep = "[".repeat(100_000);
    for event in ["", "{", "null", "7", "[]", "{}", r#"{"requestData":{}}"#, r#"{"awsAccountId":7}"#, "\u{0}", &deep] {
        let run = run_with_stdin(here.path(), &["hook"], event.as_bytes());
        let (code, answer) = answered(&run);
        assert_eq!(code, 2, "{answer}");
        assert_eq!(answer["clientRequestToken"], "");
    }
    let run = run_with_stdin(here.path(), &["hook"], br#"{"clientRequesttoken":"t","awsAccountId":"1"}"#);
    assert_eq!(answered(&run).1["clientRequestToken"], "t", "the guide writes it in two ways");
    for properties in
        [json!({ "KeyPolicy": 7 }), json!({ "KeyPolicy": [] }), json!({ "KeyPolicy": { "Statement": "x" } })]
    {
        let (code, answer) = answered(&hook(here.path(), &["--role-arn", DEPLOY], &key(properties, Value::Null)));
        assert_eq!(code, 1, "{answer}");
    }
}
