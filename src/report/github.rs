//! Workflow commands: what GitHub shows as annotations at the lines of a pull request.
//!
//! Comes in: a report. Goes out: one command a line, then the line of counts. GitHub's rules: in data `%`, CR and LF are
//! escaped, in properties `:` and `,` as well; columns count only where a place is on one line
//! (<https://docs.github.com/actions/reference/workflow-commands-for-github-actions>, actions/toolkit `command.ts`).

use crate::findings::Severity;
use crate::source::Sources;

use super::text::{clean, summary};
use super::told::{Told, cut};
use super::{Failure, Report};

/// GitHub takes 64 KiB for a message; nobody reads as much.
const MESSAGE: usize = 8 << 10;

/// The report as workflow commands.
pub(crate) fn github(report: &Report, sources: &Sources) -> String {
    let findings = Told::all(report, sources);
    let lines = findings.iter().map(finding).chain(report.failures.iter().map(failure));
    let mut out: String = lines.collect();
    out.push_str(&summary(report));
    out.push('\n');
    out
}

fn finding(told: &Told<'_>) -> String {
    let command = match told.finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut properties = vec![("file", clean(told.place.file))];
    let ((line, column), (end_line, end_column)) = (told.place.start, told.place.end);
    properties.extend([("line", line.to_string()), ("endLine", end_line.to_string())]);
    if line == end_line {
        properties.extend([("col", column.to_string()), ("endColumn", end_column.to_string())]);
    }
    properties.push(("title", told.finding.code.id().to_owned()));
    let lines: Vec<String> = std::iter::once(told.message.clone()).chain(told.rest()).collect();
    written(command, &properties, &lines.join("\n"))
}

fn failure(failure: &Failure) -> String {
    let mut properties = vec![("file", clean(&failure.path))];
    if failure.line > 0 {
        properties.extend([("line", failure.line.to_string()), ("col", failure.column.to_string())]);
    }
    properties.push(("title", "could not be checked".to_owned()));
    written("error", &properties, &clean(&failure.message))
}

fn written(command: &str, properties: &[(&str, String)], message: &str) -> String {
    let properties: Vec<String> =
        properties.iter().map(|(name, value)| format!("{name}={}", property(value))).collect();
    format!("::{command} {}::{}\n", properties.join(","), data(&cut(message, MESSAGE)))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_a_command_early() {
        let line = written("error", &[("file", "a,b::c%0A\n.yaml".to_owned())], "50%\n::set-output name=x::y");
        assert_eq!(line, "::error file=a%2Cb%3A%3Ac%250A%0A.yaml::50%25%0A::set-output name=x::y\n");
    }

    #[test]
    fn a_file_that_was_not_read_has_no_line() {
        let row = |line| Failure { path: "kms.yaml".to_owned(), line, column: 7, message: "m".to_owned() };
        assert_eq!(failure(&row(0)), "::error file=kms.yaml,title=could not be checked::m\n");
        assert_eq!(failure(&row(3)), "::error file=kms.yaml,line=3,col=7,title=could not be checked::m\n");
    }
}
