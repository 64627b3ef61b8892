//! Real templates: with the rules, cfn-lint finds what the program finds, at the same places.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::rules::rules;
use super::{BINARY, DEPLOYER};
use crate::peers::python;
use crate::support::{ROLE, report_in, root, shared, text};

/// Every template of the corpus that has a key.
fn templates(at: &Path, out: &mut Vec<PathBuf>) {
    for path in fs::read_dir(at).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            templates(&path, out);
        } else if fs::read(&path).is_ok_and(|bytes| String::from_utf8_lossy(&bytes).contains("AWS::KMS::Key")) {
            out.push(path);
        }
    }
}

#[test]
fn the_corpus_has_the_same_findings_in_cfn_lint() {
    let (Some(corpus), Some(python)) = (shared("corpus/kms"), python("cfn-lint")) else { return };
    let mut paths = Vec::new();
    templates(&corpus.canonicalize().unwrap(), &mut paths);
    paths.sort();
    let stdin: String = paths.iter().map(|path| format!("{}\n", path.display())).collect();
    let script = root().join("tests/peers/cfn_lint_rules.py");
    let env = [DEPLOYER, ("CFN_LOCKOUT_BINARY", BINARY), ("PYTHONDONTWRITEBYTECODE", "1"), ("HOME", "/nowhere")];
    let out = python.run_in_environment(&script, &[&root().join("plugins/cfn-lint")], &env, &stdin);
    let answers: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), paths.len());
    let (rules, mut compared) = (rules(), 0);
    for (path, answer) in paths.iter().zip(&answers) {
        let Some(found) = answer["file"].as_array() else { continue };
        let report = report_in(&root(), &["check", path.to_str().unwrap(), ROLE[0], ROLE[1]]).0;
        let id = |finding: &Value| {
            let is = |name: &str| text(&finding[name]);
            rules.iter().find(|rule| rule.code == is("code") && rule.severity == is("severity")).unwrap().id.clone()
        };
        let told = |finding: &Value| {
            let place = ["line", "column", "end_line", "end_column"].map(|name| finding[name].to_string());
            format!("{} {} {}", id(finding), place.join(":"), text(&finding["message"]))
        };
        let expected: BTreeSet<String> = report["findings"].as_array().unwrap().iter().map(told).collect();
        let told = |one: &Value| {
            let place: Vec<String> = (1..5).map(|at| one[at].to_string()).collect();
            format!("{} {} {}", text(&one[0]), place.join(":"), text(&one[5]))
        };
        assert_eq!(found.iter().map(told).collect::<BTreeSet<String>>(), expected, "{}", path.display());
        // Without the file, only what its text alone shows is missing.
        let code = |finding: &&Value| finding["code"] != "number-like-account-id";
        let words = |finding: &Value| format!("{} {}", id(finding), text(&finding["message"]));
        let expected: BTreeSet<String> =
            report["findings"].as_array().unwrap().iter().filter(code).map(words).collect();
        let words = |one: &Value| format!("{} {}", text(&one[0]), text(&one[5]));
        let piped: BTreeSet<String> = answer["piped"].as_array().unwrap().iter().map(words).collect();
        assert_eq!(piped, expected, "{} in a pipe", path.display());
        compared += 1;
    }
    assert!(compared >= 150, "{compared} templates: the corpus was lost");
}
