//! The rules of the plugin for cfn-lint are the findings of the program: `UPDATE=1 cargo test` writes them anew.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::support::{between, hold, root, run_in, text};

/// Where the rules are.
const RULES: &str = "plugins/cfn-lint/cfn_lockout_cfn_lint/_findings.py";
const DOCS: &str = "docs/cfn-lint.md";

/// Findings that come with further severities (`rules/explain/service-cannot-use-key.md`, `guard-rule.md`).
const ALSO: [(&str, &str); 3] =
    [("service-cannot-use-key", "warning"), ("guard-rule", "warning"), ("guard-rule", "note")];

/// One rule of cfn-lint.
pub(super) struct Rule {
    pub(super) id: String,
    pub(super) code: String,
    pub(super) severity: String,
    short: String,
    description: String,
    url: String,
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The numbers that codes have; a number is never given to another code.
fn numbers() -> BTreeMap<String, u32> {
    let mut out = BTreeMap::new();
    let mut number = 0;
    for line in read(RULES).lines() {
        if let Some(id) = line.strip_prefix("    id = \"") {
            number = id[2..6].parse().unwrap();
        }
        if let Some(code) = line.strip_prefix("    code = \"") {
            out.insert(code.trim_end_matches('"').to_owned(), number);
        }
    }
    out
}

/// The rules as they have to be, by what the SARIF report says of every code.
pub(super) fn rules() -> Vec<Rule> {
    let report = run_in(&root(), &["check", "examples/no-key-policy", "--format", "sarif"]).json();
    let mut numbers = numbers();
    let mut out = Vec::new();
    for rule in report["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap() {
        let (code, level) = (text(&rule["id"]), text(&rule["defaultConfiguration"]["level"]));
        let next = numbers.values().max().map_or(1001, |last| last + 1);
        let number = *numbers.entry(code.clone()).or_insert(next);
        let also = ALSO.iter().filter(|(other, _)| *other == code).map(|(_, severity)| (*severity).to_owned());
        for severity in [level].into_iter().chain(also) {
            out.push(Rule {
                id: format!("{}K{number}", letter(&severity)),
                code: code.clone(),
                severity,
                short: format!("{code}: {}", text(&rule["shortDescription"]["text"])),
                description: text(&rule["fullDescription"]["text"]),
                url: text(&rule["helpUri"]),
            });
        }
    }
    out.sort_by_key(|rule| (rule.id[1..].to_owned(), rule.severity.clone()));
    out
}

fn letter(severity: &str) -> char {
    match severity {
        "error" => 'E',
        "warning" => 'W',
        "note" => 'I',
        other => panic!("{other} is no severity"),
    }
}

/// The module, as it has to be.
fn module(rules: &[Rule]) -> String {
    let mut out = String::from(
        "\"\"\"The findings of cfn-lockout, a rule for each code and severity. `UPDATE=1 cargo test` writes this file.\"\"\"\n\n\
         from ._rule import HOME, Finding\n",
    );
    for rule in rules {
        let quoted = |text: &str| Value::from(text).to_string();
        let url = rule.url.split_once("/blob/main/").expect("a page of the project").1;
        out.push_str(&format!(
            "\n\nclass {id}(Finding):\n    id = \"{id}\"\n    code = {code}\n    shortdesc = {short}\n    description = {description}\n    source_url = f\"{{HOME}}/{url}\"\n",
            id = rule.id,
            code = quoted(&rule.code),
            short = quoted(&rule.short),
            description = quoted(&rule.description),
        ));
    }
    let names: Vec<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
    out.push_str(&format!("\n\nRULES = (\n    {},\n)\n", names.join(",\n    ")));
    out.push_str("\n__all__ = [rule.__name__ for rule in RULES]\n");
    out
}

#[test]
fn every_finding_is_a_rule_of_cfn_lint() {
    let rules = rules();
    let numbers: BTreeMap<&str, &str> = rules.iter().map(|rule| (rule.code.as_str(), &rule.id[2..])).collect();
    let distinct: std::collections::BTreeSet<&&str> = numbers.values().collect();
    assert_eq!(distinct.len(), numbers.len(), "two codes have one number");
    assert!(rules.iter().all(|rule| rule.url.ends_with(&format!("/blob/main/rules/explain/{}.md", rule.code))));
    hold(RULES, |_| module(&rules));
}

#[test]
fn the_document_of_the_rules_has_them_all() {
    let mut table = String::from("| rule | severity | finding |\n|---|---|---|\n");
    for Rule { id, code, severity, .. } in rules() {
        table.push_str(&format!("| `{id}` | {severity} | [`{code}`](../rules/explain/{code}.md) |\n"));
    }
    hold(DOCS, |docs| between(docs, "rules", &table));
}

/// A finding has the severity of its code, or the one that is listed here.
#[test]
fn no_example_has_a_finding_without_a_rule() {
    let rules = rules();
    let has = |code: &str, severity: &str| rules.iter().any(|rule| rule.code == code && rule.severity == severity);
    for args in
        [&["check", "examples"][..], &["check", "examples", "--role-arn", "arn:aws:iam::111122223333:role/Deploy"]]
    {
        let mut args = args.to_vec();
        args.extend(["--format", "json"]);
        for finding in run_in(&root(), &args).json()["findings"].as_array().unwrap() {
            assert!(has(&text(&finding["code"]), &text(&finding["severity"])), "{finding}");
        }
    }
    // Where the severity is not that of the code, the source says so in one place.
    let sources = fs::read_dir(root().join("src/findings")).unwrap().map(|entry| entry.unwrap().path());
    let setting = sources.filter(|path| fs::read_to_string(path).unwrap().contains("finding.severity ="));
    let mut names: Vec<String> = setting.map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect();
    names.sort();
    assert_eq!(names, ["rules.rs", "services.rs"], "another finding has a severity of its own: list it in ALSO");
}
