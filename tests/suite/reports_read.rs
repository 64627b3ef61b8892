//! Every report is what other programs read: SARIF by the official schema, JSON by ours, JUnit by a parser, Markdown by
//! GitHub's own CommonMark. They are installed from PyPI, at the versions of `tests/peers/reports.txt`.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Value, json};

use crate::peers::python;
use crate::support::{ROLE, folder, root, run_in, text};

/// Names and contents of files.
type Files = Vec<(String, String)>;

/// The formats that another program reads.
const READ: [&str; 4] = ["json", "sarif", "junit", "markdown"];

/// What a reader says of reports: one answer for each.
pub(crate) fn read(reports: &[(&str, String)]) -> Option<Vec<Value>> {
    let python = python("reports")?;
    let stdin: String =
        reports.iter().map(|(format, text)| format!("{}\n", json!({ "format": format, "text": text }))).collect();
    let schema = root().join("rules/schema/cfn-lockout-1.schema.json");
    let out = python.run_with(&root().join("tests/peers/read_reports.py"), &[&schema], &stdin);
    let answers: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), reports.len());
    Some(answers)
}

/// What `check` is asked: the examples with and without a deployer, the situations of the screens, broken files.
fn runs() -> Vec<(Files, Vec<String>)> {
    let mut out = Vec::new();
    for entry in fs::read_dir(root().join("tests/screens")).unwrap() {
        let situation = fs::read_to_string(entry.unwrap().path()).unwrap();
        let given = situation.split("==> screen").next().unwrap().to_owned();
        let args = given.lines().find_map(|line| line.strip_prefix("$ ")).unwrap().split(' ').map(str::to_owned);
        let files = given.split("==> ").skip(1).filter_map(|part| part.split_once('\n'));
        out.push((files.map(|(name, text)| (name.to_owned(), text.to_owned())).collect(), args.collect()));
    }
    out
}

/// The reports of everything, each with its format.
fn reports() -> Vec<(&'static str, String)> {
    let mut out = Vec::new();
    for format in READ {
        out.push((format, run_in(&root(), &["check", "examples", "--format", format]).stdout));
        out.push((format, run_in(&root(), &["check", "examples", ROLE[0], ROLE[1], "--format", format]).stdout));
    }
    for (files, args) in runs() {
        let names: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let at = folder(&names);
        let outputs = READ.map(|format| format!("{format}={format}.out"));
        let mut all: Vec<&str> = args.iter().map(String::as_str).collect();
        all.extend(outputs.iter().flat_map(|output| ["--output", output.as_str()]));
        run_in(at.path(), &all);
        let written = |format| fs::read_to_string(at.path().join(format!("{format}.out"))).map(|text| (format, text));
        out.extend(READ.into_iter().filter_map(|format| written(format).ok()));
    }
    out
}

#[test]
fn every_report_is_read_by_other_programs() {
    let reports = reports();
    assert!(reports.len() >= 160, "{} reports: a situation was lost", reports.len());
    let Some(answers) = read(&reports) else { return };
    for ((format, report), answer) in reports.iter().zip(&answers) {
        assert_eq!(answer["errors"], json!([]), "{format}: {report}");
        if *format == "markdown" {
            assert!(is_ours(answer), "{answer}\n{report}");
        }
    }
}

/// Whether a page has the elements that we write, and no other.
pub(crate) fn is_ours(answer: &Value) -> bool {
    let ours = ["code", "details", "details open", "h2", "p", "strong", "summary"];
    let ours = ours.iter().chain(&["pre lang", "table", "tbody", "td", "th", "thead", "tr"]);
    let ours: Vec<&&str> = ours.collect();
    answer["elements"].as_array().unwrap().iter().all(|element| ours.contains(&&text(element).as_str()))
}

#[test]
fn junit_has_a_test_case_for_each_key_and_finding() {
    let json = run_in(&root(), &["check", "examples", ROLE[0], ROLE[1], "--format", "json"]).json();
    let junit = run_in(&root(), &["check", "examples", ROLE[0], ROLE[1], "--format", "junit"]).stdout;
    let Some(answers) = read(&[("junit", junit)]) else { return };
    let cases = answers[0]["cases"].as_array().unwrap();
    for finding in json["findings"].as_array().unwrap() {
        let (code, message) = (text(&finding["code"]), text(&finding["message"]));
        let of = |case: &&Value| {
            let said = if finding["severity"] == "error" { &case["results"][0][2] } else { &case["said"] };
            case["suite"] == finding["file"] && text(&case["name"]).contains(&code) && text(said).contains(&message)
        };
        let case = cases.iter().find(of).unwrap_or_else(|| panic!("no case for {finding}"));
        assert_eq!(finding["severity"] == "error", case["results"][0][0] == "Failure", "{case}");
    }
    let names: BTreeSet<String> = cases.iter().map(|case| format!("{} {}", case["suite"], case["name"])).collect();
    assert_eq!(names.len(), cases.len(), "two cases have one name");
    for key in json["keys"].as_array().unwrap() {
        let name = text(&key["logical_id"]);
        assert!(cases.iter().any(|case| case["suite"] == key["file"] && text(&case["name"]).contains(&name)), "{key}");
    }
    let errors = json["summary"]["errors"].as_u64();
    let counts = &answers[0]["counts"];
    assert_eq!((counts[0].as_u64(), counts[1].as_u64()), (Some(cases.len() as u64), errors));
}
