//! JUnit XML, for CI servers that show test results.
//!
//! Comes in: a report, and the least severity that fails the run. Goes out: one test suite for each file; in it one test
//! case for each finding, for each key without a finding, for each key that is not created, and for a file that could not
//! be checked. What fails the run fails here; other findings are the output of a test case that passes.

use std::collections::BTreeMap;

use crate::findings::{Finding, Severity};
use crate::source::Sources;

use super::text::{clean, summary};
use super::told::{Told, resource};
use super::xml::Xml;
use super::{Failure, KeyRow, Report, SkippedRow};

/// What became of a test case.
enum Outcome {
    Passed,
    /// It passes and says something.
    Said,
    Skipped,
    Failed,
    /// It could not be run.
    Error,
}

struct Case {
    name: String,
    outcome: Outcome,
    /// A verdict or a code.
    kind: String,
    message: String,
    /// Further lines.
    body: String,
}

/// The report as JUnit XML; `fails` is the least severity that counts as a failure, or none.
pub(crate) fn junit(report: &Report, sources: &Sources, fails: Option<Severity>) -> String {
    let mut suites: BTreeMap<String, Vec<Case>> = BTreeMap::new();
    let mut names: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut add = |file: &str, mut case: Case| {
        // Readers take cases of one name for one.
        let nth = names.entry((clean(file), case.name.clone())).or_default();
        *nth += 1;
        if *nth > 1 {
            case.name = format!("{} ({nth})", case.name);
        }
        suites.entry(clean(file)).or_default().push(case);
    };
    report.failures.iter().for_each(|failure| add(&failure.path, not_checked(failure)));
    for told in Told::all(report, sources) {
        add(told.place.file, finding(&told, fails.is_some_and(|least| told.finding.severity >= least)));
    }
    let quiet = report.keys.iter().filter(|row| !has_finding(row, report));
    quiet.for_each(|row| add(sources.path(row.file), key(row)));
    report.skipped.iter().for_each(|row| add(sources.path(row.file), skipped(row)));
    written(&suites, &summary(report))
}

/// Whether a finding is about this key. It may stand in another file, such as an included one.
fn has_finding(row: &KeyRow, report: &Report) -> bool {
    let about = |row: &KeyRow, finding: &Finding| {
        (&finding.stack, &finding.logical_id, &finding.deployment) == (&row.stack, &row.logical_id, &row.deployment)
    };
    let mut findings = report.findings.iter().filter(|finding| about(row, finding));
    findings.any(|finding| {
        let file = finding.span.file;
        file == row.file || !report.keys.iter().any(|other| other.file == file && about(other, finding))
    })
}

/// `Keys/Vault in default`; a policy by itself has no logical id.
fn named(stack: &str, logical_id: &str, deployment: &str) -> String {
    let resource = resource(stack, logical_id);
    let what = if resource.is_empty() { "policy" } else { &resource };
    format!("{what} in {}", clean(deployment))
}

fn finding(told: &Told<'_>, fails: bool) -> Case {
    let finding = told.finding;
    let code = finding.code.id();
    Case {
        name: format!("{}: {code}", named(&finding.stack, &finding.logical_id, &finding.deployment)),
        outcome: if fails { Outcome::Failed } else { Outcome::Said },
        kind: code.to_owned(),
        message: told.message.clone(),
        body: std::iter::once(told.place.shown()).chain(told.rest()).collect::<Vec<_>>().join("\n"),
    }
}

fn key(row: &KeyRow) -> Case {
    Case {
        name: named(&row.stack, &row.logical_id, &row.deployment),
        outcome: Outcome::Passed,
        kind: row.verdict.word().to_owned(),
        message: String::new(),
        body: String::new(),
    }
}

fn skipped(row: &SkippedRow) -> Case {
    Case {
        name: named(&row.stack, &row.logical_id, &row.deployment),
        outcome: Outcome::Skipped,
        kind: "skipped".to_owned(),
        message: clean(&row.because),
        body: String::new(),
    }
}

fn not_checked(failure: &Failure) -> Case {
    let place = if failure.line > 0 { format!(":{}:{}", failure.line, failure.column) } else { String::new() };
    Case {
        name: "could not be checked".to_owned(),
        outcome: Outcome::Error,
        kind: "not-checked".to_owned(),
        message: clean(&failure.message),
        body: format!("{}{place}", clean(&failure.path)),
    }
}

fn written(suites: &BTreeMap<String, Vec<Case>>, summary: &str) -> String {
    let mut xml = Xml::new();
    let all: Vec<&Case> = suites.values().flatten().collect();
    let name = [("name", "cfn-lockout")];
    xml.open(0, "testsuites", &with(&name, &counts(&all)));
    if suites.is_empty() {
        // Some readers want a suite; this one says that there was nothing to check.
        xml.open(1, "testsuite", &with(&name, &counts(&all)));
        xml.text(2, "system-out", &[], summary);
        xml.close(1, "testsuite");
    }
    for (file, cases) in suites {
        xml.open(1, "testsuite", &with(&[("name", file)], &counts(&cases.iter().collect::<Vec<_>>())));
        cases.iter().for_each(|one| case(&mut xml, file, one));
        xml.close(1, "testsuite");
    }
    xml.close(0, "testsuites");
    xml.finish()
}

fn counts(cases: &[&Case]) -> [(&'static str, String); 4] {
    let count = |wanted: fn(&Outcome) -> bool| cases.iter().filter(|case| wanted(&case.outcome)).count().to_string();
    [
        ("tests", cases.len().to_string()),
        ("failures", count(|outcome| matches!(outcome, Outcome::Failed))),
        ("errors", count(|outcome| matches!(outcome, Outcome::Error))),
        ("skipped", count(|outcome| matches!(outcome, Outcome::Skipped))),
    ]
}

fn with<'a>(first: &[(&'a str, &'a str)], counts: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    first.iter().copied().chain(counts.iter().map(|(name, value)| (*name, value.as_str()))).collect()
}

fn case(xml: &mut Xml, file: &str, case: &Case) {
    let attributes = [("name", case.name.as_str()), ("classname", file)];
    let said = [("message", case.message.as_str()), ("type", case.kind.as_str())];
    xml.open(2, "testcase", &attributes);
    match case.outcome {
        Outcome::Passed => xml.text(3, "system-out", &[], &format!("verdict: {}", case.kind)),
        Outcome::Said => xml.text(3, "system-out", &[], &format!("{}: {}\n{}", case.kind, case.message, case.body)),
        Outcome::Skipped => xml.empty(3, "skipped", &[("message", &case.message)]),
        Outcome::Failed => xml.text(3, "failure", &said, &case.body),
        Outcome::Error => xml.text(3, "error", &said, &case.body),
    }
    xml.close(2, "testcase");
}
