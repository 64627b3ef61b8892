//! Rules and templates that break cfn-guard: whatever becomes of it, what else was found is told.

use std::fmt::Write;

use crate::reports::LOCKOUT;
use crate::support::{ROLE, Report, folder, report_in, run_in, text};

/// The failures of a run over a lockout, which is found all the same; and over a sound rule file, which fails.
fn failures(template: &str, rules: &str) -> Vec<String> {
    let sound = "rule sound {\n  Outputs exists\n}\n";
    let files = folder(&[("kms.yaml", template), ("rules/a.guard", rules), ("rules/b.guard", sound)]);
    let args = ["kms.yaml", ROLE[0], ROLE[1], "--rules", "rules"];
    let run = run_in(files.path(), &args);
    assert_eq!((run.code, run.stderr.as_str()), (2, ""), "{}", run.stdout);
    let report = report_in(files.path(), &args);
    assert_eq!(report.codes(), ["guard-rule", "locks-out-deployer"]);
    let failures = report.0["failures"].as_array().unwrap();
    failures.iter().map(|one| format!("{}: {}", text(&one["file"]), text(&one["message"]))).collect()
}

#[test]
fn a_panic_is_an_error() {
    // A regular expression that looks around gives up on such a text, and the engine takes that for impossible.
    let template =
        format!("{LOCKOUT}  Long: {{ Type: AWS::SNS::Topic, Properties: {{ DisplayName: {} }} }}\n", "a".repeat(60));
    let rules = "rule a {\n  Resources.Long.Properties.DisplayName == /^(a+)+(?=b)$/\n}\n";
    let failed = failures(&template, rules);
    assert_eq!(failed.len(), 1);
    assert!(failed[0].starts_with("rules/a.guard: cfn-guard fails on it, which is a bug of cfn-guard: "), "{failed:?}");
    assert!(failed[0].ends_with(", over `kms.yaml`"), "{failed:?}");
}

#[test]
fn what_overflows_its_stack_is_an_error() {
    for rules in [
        "rule a {\n  b\n}\nrule b {\n  a\n}\n",
        "rule a {\n  a\n}\n",
        "let x = %y\nlet y = %x\nrule a {\n  %x exists\n}\n",
    ] {
        let failed = failures(LOCKOUT, rules);
        assert_eq!(failed.len(), 1);
        assert!(failed[0].starts_with("rules/a.guard: cfn-guard crashes on it ("), "{failed:?}");
        assert!(failed[0].contains("in a circle?, over `kms.yaml`"), "{failed:?}");
    }
}

#[test]
fn rules_that_nest_too_deep_are_not_run() {
    for (open, close) in [("[", "]"), ("a { ", "}"), ("a[ ", "]")] {
        let rules = format!("rule a {{\n  {} b exists {}\n}}\n", open.repeat(3_000), close.repeat(3_000));
        assert_eq!(failures(LOCKOUT, &rules), ["rules/a.guard: brackets nest deeper than 100"]);
    }
    let bad = "rule a {\n  \u{0}\n}\n";
    assert!(failures(LOCKOUT, bad)[0].starts_with("rules/a.guard: Guard cannot read the rules"));
}

#[test]
fn documents_nest_as_deep_as_templates_may() {
    let deep = |depth: usize| format!("{LOCKOUT}Metadata: {}1{}\n", "[".repeat(depth), "]".repeat(depth));
    let rule = "rule a {\n  Metadata.*.*.*.*.* exists\n}\n";
    let files = folder(&[("kms.yaml", &deep(120)), ("a.guard", rule)]);
    let report = report_in(files.path(), &["kms.yaml", ROLE[0], ROLE[1], "--rules", "a.guard"]);
    assert_eq!(report.codes(), ["locks-out-deployer"], "{:?}", report.0["failures"]);
}

#[test]
fn a_document_that_is_too_much_is_said() {
    let mut template = LOCKOUT.to_owned();
    template.push_str("Metadata:\n");
    (0..20_001).for_each(|n| writeln!(template, "  k{n}: 1").unwrap());
    let files = folder(&[("kms.yaml", &template), ("a.guard", "rule a {\n  Outputs exists\n}\n")]);
    let report = report_in(files.path(), &["kms.yaml", ROLE[0], ROLE[1], "--rules", "a.guard"]);
    assert_eq!(report.codes(), ["locks-out-deployer"]);
    assert_eq!(
        report.0["failures"][0]["message"],
        "no rule can be run over it as it would be deployed: a map in it has more than 20000 entries"
    );
}

#[test]
fn texts_that_yaml_cannot_hold_reach_the_rules() {
    let template = r#"{ "Resources": { "T": { "Type": "AWS::SNS::Topic", "Properties": { "DisplayName": "a\u007f\u0001\ud83d\ude00\ufeff" } } } }"#;
    let rules = "rule a {\n  Resources.T.Properties.DisplayName == /^a.{4}$/\n}\n";
    let files = folder(&[("t.json", template), ("a.guard", rules)]);
    let report = report_in(files.path(), &["t.json", "--rules", "a.guard"]);
    assert_eq!((report.codes().len(), &report.0["failures"]), (0, &serde_json::json!([])), "{}", report.0["findings"]);
}

/// The engine's own function for this cuts what is longer than 8 KiB.
#[test]
fn a_long_report_is_complete() {
    let mut template = "Resources:\n".to_owned();
    (0..400).for_each(|n| writeln!(template, "  Topic{n}: {{ Type: AWS::SNS::Topic }}").unwrap());
    let rules = "let topics = Resources.*[ Type == 'AWS::SNS::Topic' ]\nrule encrypted when %topics !empty {\n  %topics.Properties.KmsMasterKeyId exists <<topics are encrypted>>\n}\n";
    let files = folder(&[("t.yaml", &template), ("a.guard", rules)]);
    let report = report_in(files.path(), &["t.yaml", "--rules", "a.guard"]);
    let lines: Vec<u64> =
        report.0["findings"].as_array().unwrap().iter().filter_map(|one| one["line"].as_u64()).collect();
    assert_eq!(lines, (2..402).collect::<Vec<u64>>());
}

#[test]
fn a_rule_file_is_given_up_after_a_few_templates() {
    let names: Vec<String> = (0..6).map(|n| format!("infra/{n}.yaml")).collect();
    let mut files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), LOCKOUT)).collect();
    files.push(("a.guard", "rule a {\n  %nothing exists\n}\n"));
    let files = folder(&files);
    let report: Report = report_in(files.path(), &["infra", ROLE[0], ROLE[1], "--rules", "a.guard"]);
    let message = text(&report.0["failures"][0]["message"]);
    assert!(
        message.ends_with(", over `infra/0.yaml`, `infra/1.yaml`, `infra/2.yaml`; nor did the rules run over 3 more"),
        "{message}"
    );
    assert_eq!(report.codes(), ["locks-out-deployer"; 6]);
}
