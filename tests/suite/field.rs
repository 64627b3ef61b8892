//! What AWS answered to real people: `cases/field.jsonl` of the shared data, read row by row.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};

use crate::support::{Report, folder, report_in, run_in, shared, text};

/// Records that this version does not decide, each with the reason. Every other record has to come out right.
const NOT_DECIDED: [(&str, &str); 27] = [
    ("L20", "a policy for an existing key names a key by its id: whether it is this key is an open question"),
    ("L25", "the key is created; DeleteAlias fails later"),
    ("L53", "hangs on the Region of Identity Center, which is asked for; see the test below"),
    ("O03", "undocumented under CloudFormation; the call of the record is a direct one"),
    ("O05", "kms:CreateKey itself is denied; the check is never reached"),
    ("I01", "whether a principal exists is not in the record; see the test with a snapshot below"),
    ("I03", "whether a principal exists is not in the record; see the test with a snapshot below"),
    ("I05", "whether a principal exists is not in the record; see the test with a snapshot below"),
    ("I06", "whether a principal exists is not in the record; see the test with a snapshot below"),
    ("I08", "whether a principal exists is not in the record; see the test with a snapshot below"),
    ("I10", "whether a principal exists is not in the record; see the test with a snapshot below"),
    ("I11", "whether a principal exists is not in the record; see the test with a snapshot below"),
    ("I13", "whether a principal exists is not in the record; see the test with a snapshot below"),
    ("I15", "whether a principal exists is not in the record; see the test with a snapshot below"),
    ("I16", "whether a principal exists is not in the record; see the test with a snapshot below"),
    ("I20", "the record lacks the role of the same stack; see the test below"),
    ("I21", "whether a principal exists is not in the record; see the test with a snapshot below"),
    ("I25", "whether a principal exists is not in the record; see the test with a snapshot below"),
    ("I26", "IAM had not yet propagated the principal"),
    ("I28c", "which services KMS supports, nobody lists; only what is no service's name is refused"),
    ("I30", "the record does not say that the account is in another partition; see the test below"),
    ("D03", "deleting the key fails; the deleter did not create it"),
    ("D05", "updating tags fails later"),
    ("R01", "a replica that is still pending deletion"),
    ("R03", "replicating fails later"),
    ("S08", "a service that uses the key"),
    ("S13", "the key is created; what uses it fails later, see the test below"),
];

/// Records about services that use the key: the key itself is created.
fn is_about_a_service(record: &Value) -> bool {
    text(&record["id"]).starts_with('S') && text(&record["api"]) == "(dependent service)"
}

fn records() -> Vec<Value> {
    let Some(path) = shared("cases/field.jsonl") else { return Vec::new() };
    let lines = fs::read_to_string(path).expect("the records");
    lines.lines().map(|line| serde_json::from_str(line).expect("a record")).collect()
}

/// The word of the contract that the record asks for; nothing where it is about something else.
fn expected(record: &Value) -> Option<&'static str> {
    let policy = &record["template_or_policy"];
    let without_policy = policy.as_object().is_some_and(|map| map.get("KeyPolicy").is_some_and(Value::is_null));
    Some(match text(&record["static_verdict"]).as_str() {
        "ok" if without_policy => "default-policy",
        "ok" => "safe",
        "lockout" => "lockout",
        "depends-on-iam" => match (identity(record).is_some(), text(&record["outcome"]).as_str()) {
            (true, "accepted") => "safe",
            (true, "lockout") => "lockout",
            (true, _) => return None,
            (false, _) => "safe-if-iam",
        },
        "invalid-principal" | "invalid-arn" | "malformed" => "invalid",
        "ok-bypass" => "bypassed",
        _ => return None,
    })
}

/// The caller's IAM policy, where the source shows it.
fn identity(record: &Value) -> Option<&Value> {
    let caller = &record["caller"];
    let reported = text(&caller["identity_policy_basis"]).contains("reported");
    (reported && caller["identity_policy"].is_object()).then(|| &caller["identity_policy"])
}

fn answer(record: &Value, more: &[&str]) -> Report {
    let (files, args) = prepared(record, more);
    report_in(files.path(), &args.iter().map(String::as_str).collect::<Vec<_>>())
}

/// A folder with what the record shows, and the command line that checks it.
fn prepared(record: &Value, more: &[&str]) -> (tempfile::TempDir, Vec<String>) {
    let policy = &record["template_or_policy"];
    let mut properties = policy.as_object().cloned().unwrap_or_default();
    let is_properties = properties.contains_key("KeyPolicy");
    if !is_properties {
        properties = serde_json::Map::from_iter([("KeyPolicy".to_owned(), policy.clone())]);
    }
    properties.retain(|_, value| !value.is_null());
    let by_template = is_properties || record["via_cloudformation"] == true;
    let checked = if by_template {
        json!({ "Resources": { "K": { "Type": "AWS::KMS::Key", "Properties": properties } } })
    } else {
        policy.clone()
    };
    let iam = identity(record).map(ToString::to_string).unwrap_or_default();
    let snapshot = snapshot(&checked.to_string());
    let files = folder(&[("checked.json", &checked.to_string()), ("iam.json", &iam), ("snapshot.json", &snapshot)]);
    let arn = text(&record["caller"]["arn"]);
    let mut args = vec![if by_template { "check" } else { "policy" }, "checked.json"];
    args.extend(if arn.is_empty() { ["--account", "111122223333"] } else { ["--deployer", &arn] });
    args.extend(if iam.is_empty() { vec![] } else { vec!["--identity-policy", "iam.json"] });
    args.extend(more);
    let args = args.into_iter().map(str::to_owned).collect();
    (files, args)
}

/// An IAM snapshot of the account of the first user or role that is named: it has one role, and nobody who is named.
fn snapshot(checked: &str) -> String {
    let named = checked.split("arn:aws:iam::").skip(1).find(|rest| !rest[12..].starts_with(":root"));
    let account = named.map_or("111122223333", |rest| &rest[..12]);
    let role = json!({ "RoleName": "Somebody", "Arn": format!("arn:aws:iam::{account}:role/Somebody") });
    json!({ "UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [role], "Policies": [] }).to_string()
}

fn verdict(report: &Report) -> String {
    report.keys().first().map_or_else(|| "no key".to_owned(), |key| text(&key["verdict"]))
}

#[test]
fn every_record_that_can_be_decided_is_decided_as_aws_decided() {
    let records = records();
    let mut wrong = Vec::new();
    for record in &records {
        let id = text(&record["id"]);
        let listed = NOT_DECIDED.iter().any(|(name, _)| *name == id) || is_about_a_service(record);
        let found = verdict(&answer(record, &[]));
        match expected(record) {
            Some(word) if !listed && found != word => wrong.push(format!("{id}: {found}, AWS: {word}")),
            Some(word) if listed && found == word => wrong.push(format!("{id} is decided now: take it off the list")),
            None if !listed => wrong.push(format!("{id} asks for no verdict and is not on the list")),
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let counts = records.iter().fold(BTreeMap::new(), |mut counts: BTreeMap<&str, usize>, record| {
        *counts.entry(expected(record).unwrap_or("another question")).or_default() += 1;
        counts
    });
    eprintln!("{} records: {counts:?}, {} of them not decided", records.len(), NOT_DECIDED.len());
}

/// Whether the principal exists is what these records lack: a snapshot without it tells.
#[test]
fn principals_that_a_snapshot_lacks_are_refused_as_aws_refused_them() {
    let mut decided = 0;
    for record in records() {
        if text(&record["static_verdict"]) == "depends-on-existence" && text(&record["outcome"]) == "invalid_principal"
        {
            let found = verdict(&answer(&record, &["--iam-snapshot", "snapshot.json"]));
            assert_eq!(found, "invalid", "{}", record["id"]);
            decided += 1;
        }
    }
    eprintln!("{decided} records are decided by a snapshot");
}

#[test]
fn what_the_records_lack_can_be_given() {
    for record in records() {
        match text(&record["id"]).as_str() {
            "L53" => {
                let arn = "aws:PrincipalArn=arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_admin_0123456789abcdef";
                assert_eq!(verdict(&answer(&record, &["--context", arn])), "safe-if-iam");
            }
            "I30" => assert_eq!(verdict(&answer(&record, &["--partition", "aws-us-gov"])), "invalid"),
            "L20" => {
                let created = json!({ "id": "L20", "via_cloudformation": true, "caller": record["caller"],
                    "template_or_policy": record["template_or_policy"] });
                assert_eq!(verdict(&answer(&created, &[])), "lockout", "no literal id is the id of a new key");
            }
            _ => {}
        }
    }
}

/// What is found beside the verdict, where AWS refused or failed for another reason than the key's owner.
#[test]
fn what_fails_beside_the_lockout_is_found() {
    for record in records() {
        let policy = &record["template_or_policy"];
        match text(&record["id"]).as_str() {
            "S13" => {
                let found = answer(&record, &[]);
                assert!(found.codes().contains(&"denies-aws-services".to_owned()), "{:?}", found.codes());
            }
            "I20" => {
                let role = json!({ "Type": "AWS::IAM::Role",
                    "Properties": { "RoleName": "MyStackRole-hardcoded-name" } });
                let key = json!({ "Type": "AWS::KMS::Key", "Properties": { "KeyPolicy": policy } });
                let template = json!({ "Resources": { "K": key, "Role": role } }).to_string();
                let files = folder(&[("t.json", &template)]);
                let found = report_in(files.path(), &["check", "t.json", "--account", "111122223333"]);
                assert!(found.codes().contains(&"invalid-principal".to_owned()), "{:?}", found.codes());
            }
            _ => {}
        }
    }
}

/// KMS's words in the report are those that the records show.
#[test]
fn what_kms_says_is_said() {
    const WORDS: [&str; 2] = [
        "Policy contains a statement with one or more invalid principals",
        "An ARN in the specified key policy is invalid",
    ];
    let mut told = 0;
    for record in records() {
        if !["invalid-principal", "invalid-arn"].contains(&text(&record["static_verdict"]).as_str()) {
            continue;
        }
        let error = text(&record["exact_error"]);
        let words = WORDS.into_iter().find(|words| error.contains(words)).expect("one of KMS's words");
        let partition = if record["id"] == "I30" { "aws-us-gov" } else { "aws" };
        let (files, args) = prepared(&record, &["--partition", partition]);
        let shown = run_in(files.path(), &args.iter().map(String::as_str).collect::<Vec<_>>()).stdout;
        if shown.contains("KMS would refuse") {
            assert!(shown.contains(words), "{}: {shown}", record["id"]);
            told += 1;
        }
    }
    eprintln!("{told} records have KMS's words");
}
