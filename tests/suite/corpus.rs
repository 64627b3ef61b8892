//! Over 1,000 real templates: nothing is lost, nothing crashes, every place is in its file, and nobody who delegates to
//! the account is called locked out.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{ROLE, Report, folder, report_in, run_in, shared, text};

const ALLOW_ALL: &str =
    r#"{ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": "*", "Resource": "*" }] }"#;

fn count(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.len(),
        other => usize::try_from(other.as_u64().unwrap_or(0)).unwrap(),
    }
}

#[test]
fn every_key_of_every_template_is_listed() {
    let Some(corpus) = shared("corpus") else { return };
    let report = report_in(&corpus, &["check", "kms", ROLE[0], ROLE[1]]);
    let mut listed: BTreeMap<String, usize> = BTreeMap::new();
    for row in report.keys().iter().chain(report.0["skipped"].as_array().unwrap()) {
        *listed.entry(text(&row["file"])).or_default() += 1;
    }
    let index: Value = serde_json::from_str(&fs::read_to_string(corpus.join("index.json")).unwrap()).unwrap();
    let files = index["files"].as_array().unwrap();
    let of_keys = files.iter().filter(|file| text(&file["file"]).starts_with("kms/"));
    for file in of_keys {
        let name = text(&file["file"]);
        assert_eq!(listed.get(&name).copied().unwrap_or(0), count(&file["keys"]), "{name}");
    }
    assert_eq!(report.0["failures"].as_array().unwrap().len(), 0, "every template with a key can be read");
}

#[test]
fn every_place_lies_in_its_file() {
    let Some(corpus) = shared("corpus") else { return };
    let report = report_in(&corpus, &["check", ".", ROLE[0], ROLE[1]]);
    for row in report.keys().iter().chain(report.0["findings"].as_array().unwrap()) {
        inside(&corpus, row, "line", "column");
        if row.get("end_line").is_some() {
            inside(&corpus, row, "end_line", "end_column");
            let place = |line: &str, column: &str| (row[line].as_u64(), row[column].as_u64());
            assert!(place("line", "column") <= place("end_line", "end_column"), "{row}");
        }
        for open in row["open"].as_array().into_iter().flatten() {
            let mut open = open.clone();
            open["file"] = row["file"].clone();
            inside(&corpus, &open, "line", "column");
        }
    }
}

fn inside(corpus: &Path, row: &Value, line: &str, column: &str) {
    let bytes = fs::read(corpus.join(text(&row["file"]))).unwrap();
    let content = String::from_utf8(bytes).unwrap().replace("\r\n", "\n").replace('\r', "\n");
    let wanted = usize::try_from(row[line].as_u64().unwrap()).unwrap();
    let found = content.split('\n').nth(wanted - 1).unwrap_or_else(|| panic!("no line {wanted}: {row}"));
    let columns = found.trim_start_matches('\u{feff}').chars().count() + 1;
    assert!((1..=columns as u64).contains(&row[column].as_u64().unwrap()), "outside of its line: {row}");
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    let Some(corpus) = shared("corpus") else { return };
    for format in ["text", "json"] {
        let run = || run_in(&corpus, &["check", ".", "--account", "111122223333", "--format", format]);
        let (first, second) = (run(), run());
        assert_eq!(first.stdout, second.stdout);
        assert_eq!(first.code, second.code);
    }
}

/// The accounts that the policy names as `:root` or by id, besides the deploying one.
fn names_account(policy: &Value, account: &str) -> bool {
    let texts = policy.to_string();
    texts.contains(&format!("::{account}:root\"")) || texts.contains(&format!("\"{account}\""))
}

#[test]
fn whoever_delegates_to_the_account_is_not_called_locked_out() {
    let Some(corpus) = shared("corpus") else { return };
    let files = folder(&[("allow.json", ALLOW_ALL)]);
    let allow = files.path().join("allow.json");
    let account = "424242424242";
    let deployer = format!("arn:aws:iam::{account}:role/Deploy");
    let args = ["check", ".", "--role-arn", &deployer, "--identity-policy", allow.to_str().unwrap()];
    let report = report_in(&corpus, &args);
    let mut delegating = 0;
    for key in report.keys() {
        // Only what the template writes as its own account can name this one.
        if !names_account(&key["policy"], account) {
            continue;
        }
        delegating += 1;
        if key["verdict"] == "lockout" {
            let (file, id) = (text(&key["file"]), text(&key["logical_id"]));
            assert!(is_excused(&report, &key), "{file}: {id} delegates to its account and is called a lockout");
        }
    }
    assert!(delegating > 100, "only {delegating} keys delegate to their account");
}

/// A Deny that reaches the deployer, or an account statement that leaves kms:PutKeyPolicy out.
fn is_excused(report: &Report, key: &Value) -> bool {
    let denied = key["trace"].as_array().unwrap().iter().any(|row| text(&row["outcome"]) == "denies");
    let statements = match &key["policy"]["Statement"] {
        Value::Array(items) => items.clone(),
        one => vec![one.clone()],
    };
    let delegates = |statement: &&Value| {
        text(&statement["Effect"]) == "Allow" && names_account(&statement["Principal"], "424242424242")
    };
    let covers = |statement: &Value| {
        let actions = statement["Action"].to_string().to_lowercase();
        ["\"*\"", "\"kms:*\"", "\"kms:put", "\"kms:p*"].iter().any(|action| actions.contains(action))
            && statement["Condition"].is_null()
    };
    let codes = report.codes();
    assert!(codes.contains(&"locks-out-deployer".to_owned()));
    denied || !statements.iter().filter(delegates).any(covers)
}

#[test]
fn without_a_deployer_nothing_is_called_safe_that_hangs_on_one() {
    let Some(corpus) = shared("corpus") else { return };
    let report = report_in(&corpus, &["check", "kms"]);
    for key in report.keys() {
        let open: Vec<String> = key["open"].as_array().unwrap().iter().map(|open| text(&open["kind"])).collect();
        let verdict = text(&key["verdict"]);
        assert!(key["deployer"].is_null());
        assert!(verdict != "undecided" || !open.is_empty(), "undecided without a reason: {key}");
        assert!(verdict != "safe" || open.is_empty(), "safe, and yet something is open: {key}");
    }
}
