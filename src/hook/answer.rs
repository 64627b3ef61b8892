//! The hook's answer, field by field as CloudFormation reads it, and within the limits that it cuts at.

use serde::Serialize;

use crate::findings::{Code, Severity};
use crate::report::{Told, address, cut, summary};

use super::Outcome;

/// Cloud Control cuts a message at 1,024 characters, CloudFormation at 4,096.
const MESSAGE: usize = 1024;

/// The longest text of an annotation.
const TEXT: usize = 16_384;

/// More annotations nobody reads.
const ANNOTATIONS: usize = 100;

/// Whether the operation may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Status {
    /// It may.
    Success,
    /// It may not.
    Failed,
}

/// Why it may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) enum ErrorCode {
    /// Something was found.
    NonCompliant,
    /// Nothing could be checked.
    InternalFailure,
}

/// The answer to an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Answer {
    /// Whether the operation may go on.
    pub(crate) hook_status: Status,
    /// Why it may not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error_code: Option<ErrorCode>,
    message: String,
    client_request_token: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    annotations: Vec<Annotation>,
}

/// A finding, with what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Annotation {
    annotation_name: &'static str,
    status: &'static str,
    status_message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    remediation_message: Option<String>,
    remediation_link: String,
    severity_level: &'static str,
}

impl Answer {
    /// Nothing stands in the way.
    pub(super) fn success(token: &str, message: &str) -> Answer {
        Answer {
            hook_status: Status::Success,
            error_code: None,
            message: cut(message, MESSAGE),
            client_request_token: token.to_owned(),
            annotations: Vec::new(),
        }
    }

    /// It could not be checked.
    pub(super) fn failure(token: &str, why: &str) -> Answer {
        let (hook_status, error_code) = (Status::Failed, Some(ErrorCode::InternalFailure));
        Answer { hook_status, error_code, ..Answer::success(token, &format!("cfn-lockout: {why}")) }
    }

    /// What a check came to; `stops` is the least severity that stops the operation.
    pub(super) fn of(token: &str, outcome: &Outcome, stops: Option<Severity>) -> Answer {
        let report = &outcome.report;
        if let Some(failure) = report.failures.first() {
            let place = if failure.line > 0 { format!(":{}:{}", failure.line, failure.column) } else { String::new() };
            return Answer::failure(token, &format!("{}{place}: {}", failure.path, failure.message));
        }
        let mut told: Vec<Told<'_>> =
            report.findings.iter().map(|one| Told::new(one, report.fix(one), &outcome.sources)).collect();
        // The worst first; of equals, the order of the report.
        told.sort_by_key(|one| std::cmp::Reverse(one.finding.severity));
        let does_stop = |one: &Told<'_>| stops.is_some_and(|least| one.finding.severity >= least);
        let annotations = told.iter().take(ANNOTATIONS).map(|one| annotation(one, does_stop(one))).collect();
        let stopping: Vec<&Told<'_>> = told.iter().filter(|one| does_stop(one)).collect();
        if stopping.is_empty() {
            let lines = told.iter().map(first_line).collect();
            let message = lines_within(summary(report), lines);
            return Answer { annotations, ..Answer::success(token, &message) };
        }
        let mut lines: Vec<String> = stopping.into_iter().map(first_line).collect();
        let first = lines.remove(0);
        let (hook_status, error_code) = (Status::Failed, Some(ErrorCode::NonCompliant));
        Answer { hook_status, error_code, annotations, ..Answer::success(token, &lines_within(first, lines)) }
    }
}

/// `error[locks-out-deployer]: KMS would refuse key …`, as the text report begins.
fn first_line(told: &Told<'_>) -> String {
    format!("{}[{}]: {}", told.finding.severity.word(), told.finding.code.id(), told.message)
}

/// As many whole lines as there is room for; what is left out is counted.
fn lines_within(first: String, lines: Vec<String>) -> String {
    let room = MESSAGE - 32;
    let (mut out, count) = (cut(&first, room), lines.len());
    for (shown, line) in lines.into_iter().enumerate() {
        if out.len() + 1 + line.len() > room {
            out.push_str(&format!("\nand {} more", count - shown));
            break;
        }
        out.push('\n');
        out.push_str(&line);
    }
    out
}

fn annotation(told: &Told<'_>, stops: bool) -> Annotation {
    let finding = told.finding;
    let mut lines = vec![told.message.clone()];
    lines.extend(Some(told.label.clone()).filter(|label| !label.is_empty()));
    lines.extend(told.notes.iter().cloned());
    let fix = told.fix_title().into_iter();
    let remedy: Vec<String> = fix.chain(told.help.iter().cloned()).collect();
    Annotation {
        annotation_name: finding.code.id(),
        status: match finding.code {
            _ if stops => "FAILED",
            Code::Undecided => "SKIPPED",
            _ => "PASSED",
        },
        status_message: cut(&lines.join("\n"), TEXT),
        remediation_message: Some(cut(&remedy.join("\n"), TEXT)).filter(|remedy| !remedy.is_empty()),
        remediation_link: address(finding.code),
        severity_level: match finding.severity {
            Severity::Error => "HIGH",
            Severity::Warning => "MEDIUM",
            Severity::Note => "INFORMATIONAL",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_never_longer_than_cloud_control_takes() {
        let lines = |count: usize| (0..count).map(|n| format!("{n}: {}", "x".repeat(90))).collect::<Vec<_>>();
        let text = lines_within("first".to_owned(), lines(100));
        assert!(text.len() <= MESSAGE && text.starts_with("first\n0: x"), "{text}");
        let left: usize =
            text.lines().last().unwrap().strip_prefix("and ").unwrap().strip_suffix(" more").unwrap().parse().unwrap();
        assert_eq!(left + text.lines().count() - 2, 100);
        assert!(lines_within("鍵".repeat(2000), lines(1)).len() <= MESSAGE);
        assert_eq!(lines_within("a".to_owned(), vec!["b".to_owned()]), "a\nb");
        assert!(Answer::failure("", &"x".repeat(5000)).message.len() <= MESSAGE);
    }
}
