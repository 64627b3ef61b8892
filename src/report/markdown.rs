//! Markdown for the summary of a GitHub job: the keys as a table, then every finding, drawn as in a terminal.
//!
//! Comes in: a report. Goes out: at most [`LIMIT`] bytes, cut between rows and findings, with a line that says so. Text from
//! templates stands inside `<code>` with everything escaped that Markdown or HTML could read, or inside a fence that is
//! longer than any in the text.

use crate::findings::{Finding, Severity};
use crate::source::Sources;

use super::text::{Style, TextOptions, clean, drawn, summary};
use super::told::{Told, resource};
use super::{Failure, Report};

/// GitHub refuses a summary of more than 1 MiB for a step; the rest is for what else the step says.
const LIMIT: usize = 960 << 10;
/// How much of it the table of keys may take.
const TABLE: usize = 320 << 10;
/// Columns of a drawing.
const WIDTH: usize = 100;

/// The report as Markdown.
pub(crate) fn markdown(report: &Report, sources: &Sources) -> String {
    within(report, sources, LIMIT, TABLE)
}

fn within(report: &Report, sources: &Sources, limit: usize, table: usize) -> String {
    let mut out = format!("## cfn-lockout\n\n{}\n", summary(report));
    let contexts = report.contexts.iter().map(|line| format!("\n{}\n", code(line)));
    for text in report.failures.iter().map(failed).chain(contexts) {
        if out.len() + text.len() <= table {
            out.push_str(&text);
        }
    }
    keys(report, sources, table, &mut out);
    let findings = Told::all(report, sources);
    for (severity, title) in [(Severity::Error, "Errors"), (Severity::Warning, "Warnings"), (Severity::Note, "Notes")] {
        let of_severity: Vec<&Told<'_>> = findings.iter().filter(|told| told.finding.severity == severity).collect();
        group(title, &of_severity, sources, limit, &mut out);
    }
    out
}

fn failed(failure: &Failure) -> String {
    let place = if failure.line > 0 { format!(":{}:{}", failure.line, failure.column) } else { String::new() };
    let place = code(&format!("{}{place}", failure.path));
    format!("\n**could not be checked:** {place}: {}\n", code(&failure.message))
}

/// The table of keys; those that are refused or open come before those that are well.
fn keys(report: &Report, sources: &Sources, limit: usize, out: &mut String) {
    let place = |file, line: Option<usize>| {
        let line = line.map_or_else(String::new, |line| format!(":{line}"));
        code(&format!("{}{line}", sources.path(file)))
    };
    let mut rows: Vec<(bool, String)> = Vec::new();
    for row in &report.keys {
        let line = sources.document(row.file).map(|document| document.line_col(row.span.start).line);
        let (id, place) = (code(&resource(&row.stack, &row.logical_id)), place(row.file, line));
        let text = format!("| {} | {id} | {place} | {} |\n", row.verdict.word(), code(&row.deployment));
        let about = |finding: &Finding| (&finding.stack, &finding.logical_id) == (&row.stack, &row.logical_id);
        rows.push((report.findings.iter().any(about), text));
    }
    rows.sort_by_key(|(has_finding, _)| !has_finding);
    for row in &report.skipped {
        let (id, place) = (code(&resource(&row.stack, &row.logical_id)), place(row.file, None));
        let text = format!("| skipped: {} | {id} | {place} | {} |\n", code(&row.because), code(&row.deployment));
        rows.push((false, text));
    }
    if rows.is_empty() {
        return;
    }
    out.push_str("\n| verdict | key | place | deployment |\n|---|---|---|---|\n");
    let mut left = rows.len();
    for (_, row) in rows {
        if out.len() + row.len() > limit {
            break;
        }
        out.push_str(&row);
        left -= 1;
    }
    if left > 0 {
        out.push_str(&format!("\n{left} more keys are not listed here.\n"));
    }
}

/// The findings of one severity. Errors are open, the others unfold.
fn group(title: &str, findings: &[&Told<'_>], sources: &Sources, limit: usize, out: &mut String) {
    if findings.is_empty() {
        return;
    }
    let open = if title == "Errors" { " open" } else { "" };
    let (end, room) = ("</details>\n", 120);
    let head = format!("\n<details{open}><summary>{title}: {}</summary>\n", findings.len());
    if out.len() + head.len() + end.len() + room > limit {
        out.push_str(&format!("\n{title}: {}, not shown here.\n", findings.len()));
        return;
    }
    out.push_str(&head);
    for (shown, told) in findings.iter().enumerate() {
        let text = finding(told, sources);
        if out.len() + text.len() + end.len() + room > limit {
            out.push_str(&format!("\n{} more are not shown here.\n", findings.len() - shown));
            break;
        }
        out.push_str(&text);
    }
    out.push_str(&format!("\n{end}"));
}

fn finding(told: &Told<'_>, sources: &Sources) -> String {
    let place = code(&told.place.shown());
    let resource = told.resource();
    let of = if resource.is_empty() { String::new() } else { format!(", {}", code(&resource)) };
    let options =
        TextOptions { color: false, style: Style::Ascii, quiet: false, verbose: false, why: false, width: WIDTH };
    let drawing = drawn(told.finding, told.fix, sources, options);
    format!("\n{place}{of}\n\n{}", fenced(&drawing))
}

/// A text in a fence that is longer than any run of backticks in it.
pub(crate) fn fenced(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}text\n{text}\n{fence}\n")
}

/// A text as `<code>`: letters, digits and blanks as they are, what may be markup, a link, a mention or a formula as entities.
fn code(text: &str) -> String {
    let mut out = String::from("<code>");
    for c in clean(text).replace("www", "w\0w").chars() {
        match c {
            '\0' => out.push_str("&#119;"),
            '-' | '.' | '/' | ',' | '(' | ')' | '+' | '=' | ' ' => out.push(c),
            punctuation if punctuation.is_ascii_punctuation() => out.push_str(&format!("&#{};", u32::from(c))),
            other => out.push(other),
        }
    }
    out.push_str("</code>");
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Code;
    use crate::source::{FileId, Span};

    #[test]
    fn nothing_in_code_is_markup() {
        let hostile = "<img src=x>|`[a](http://x)` @team &amp; $x$ www.x";
        let text = code(hostile);
        let inner = text.strip_prefix("<code>").and_then(|rest| rest.strip_suffix("</code>")).unwrap();
        let entities = inner.split('&').skip(1).all(|part| part.starts_with('#'));
        assert!(entities && !inner.contains(['<', '>', '|', '`', '[', ']', '@', '$']), "{inner}");
        assert!(!inner.contains("://") && !inner.contains("www"), "{inner}");
    }

    #[test]
    fn a_fence_is_longer_than_those_in_the_text() {
        assert_eq!(fenced("a"), "```text\na\n```\n");
        assert_eq!(fenced("a\n````\nb"), "`````text\na\n````\nb\n`````\n");
    }

    /// A finding about nothing; its drawing has four lines.
    fn finding(n: usize) -> Finding {
        let [label, help, stack, rule] = [const { String::new() }; 4];
        Finding {
            code: Code::LocksOutDeployer,
            rule,
            severity: Severity::Error,
            message: format!("message {n}"),
            help,
            span: Span { file: FileId(0), start: 0, end: 0 },
            label,
            related: Vec::new(),
            notes: Vec::new(),
            stack,
            deployer: None,
            logical_id: format!("Key{n}"),
            deployment: "default".to_owned(),
        }
    }

    #[test]
    fn a_cut_is_said() {
        let failure = |n: usize| Failure { path: format!("{n}.yaml"), line: 0, column: 0, message: "m".repeat(100) };
        let (failures, findings) = ((0..100).map(failure).collect(), (0..1_000).map(finding).collect());
        let report = Report { failures, findings, ..Report::default() };
        for limit in [1_500, 20_000, LIMIT] {
            let text = within(&report, &Sources::default(), limit, 1_000);
            assert!(text.len() <= limit && text.contains("100 files could not be checked"), "{limit}: {text}");
            let fences = text.lines().filter(|line| line.starts_with("```")).count();
            let left = text.lines().find_map(|line| line.strip_suffix(" more are not shown here.")?.parse().ok());
            assert_eq!(fences / 2 + left.unwrap_or(0), 1_000, "{limit}");
            assert!(fences % 2 == 0 && text.ends_with("\n</details>\n"), "{limit}");
            assert_eq!(left.is_none(), limit == LIMIT);
        }
    }
}
