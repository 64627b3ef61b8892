//! The report for people (design §8): each finding with its place under the cursor, then the keys, then one line of counts.

use annotate_snippets::{AnnotationKind, Group, Level, Patch, Renderer, Snippet, renderer::DecorStyle};

use crate::findings::{Finding, Severity};
use crate::fix::Fix;
use crate::lockout::Verdict;
use crate::source::{Sources, Span};

use super::{Failure, Report, why};

/// How the text is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TextOptions {
    /// With colour.
    pub(crate) color: bool,
    /// Only findings.
    pub(crate) quiet: bool,
    /// Also keys without a finding when there are many.
    pub(crate) verbose: bool,
    /// The reasoning behind every key.
    pub(crate) why: bool,
    /// Columns of the terminal.
    pub(crate) width: usize,
}

/// Up to this many keys are listed without `--verbose`.
const LISTED: usize = 20;

/// The report as text.
pub(crate) fn text(report: &Report, sources: &Sources, options: TextOptions) -> String {
    let renderer = if options.color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii).term_width(options.width);
    let mut out = String::new();
    for finding in &report.findings {
        out.push_str(renderer.render(&groups(finding, report.fix(finding), sources)).trim_end());
        out.push_str("\n\n");
    }
    for failure in &report.failures {
        out.push_str(&failed(failure));
    }
    if !options.quiet {
        out.push_str(&keys(report, sources, options));
        out.push_str(&summary(report));
        out.push('\n');
    }
    out
}

/// Text from a template may hold control characters; the terminal must not see them.
pub(super) fn clean(text: &str) -> String {
    annotate_snippets::normalize_untrusted_str(text)
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    }
}

fn groups<'a>(finding: &'a Finding, fix: Option<&'a Fix>, sources: &'a Sources) -> Vec<Group<'a>> {
    let title = level(finding.severity).primary_title(clean(&finding.message)).id(finding.code.id());
    let mut group = Group::with_title(title);
    if let Some(document) = sources.document(finding.span.file) {
        let primary = AnnotationKind::Primary.span(range(finding.span)).label(clean(&finding.label));
        let related = finding.related.iter().filter(|related| related.span.file == finding.span.file);
        let related = related.map(|one| AnnotationKind::Context.span(range(one.span)).label(clean(&one.message)));
        let snippet = Snippet::source(document.text()).path(clean(sources.path(finding.span.file)));
        group = group.element(snippet.annotation(primary).annotations(related));
    }
    for note in &finding.notes {
        group = group.element(Level::NOTE.no_name().message(clean(note)));
    }
    let patched = fix.and_then(|fix| patched(fix, sources));
    // The edit says it better.
    if patched.is_none() {
        for line in finding.help.lines() {
            group = group.element(Level::HELP.message(clean(line)));
        }
    }
    let more = format!("more: cfn-lockout explain {}", finding.code.id());
    std::iter::once(group.element(Level::NOTE.no_name().message(more))).chain(patched).collect()
}

/// The fix as the lines that it changes.
fn patched<'a>(fix: &'a Fix, sources: &'a Sources) -> Option<Group<'a>> {
    let file = fix.edits.first()?.span.file;
    let title = match fix.review {
        Some(why) => format!("{} (to be reviewed: {why})", fix.title),
        None => fix.title.clone(),
    };
    let snippet = Snippet::source(sources.document(file)?.text()).path(clean(sources.path(file)));
    let patches = fix.edits.iter().map(|edit| Patch::new(range(edit.span), clean_lines(&edit.new_text)));
    Some(Group::with_title(Level::HELP.secondary_title(clean(&title))).element(snippet.patches(patches)))
}

/// The same of a text whose line ends count.
fn clean_lines(text: &str) -> String {
    text.replace("\r\n", "\n").split('\n').map(clean).collect::<Vec<_>>().join("\n")
}

/// The first line of a place that spans several: the cursor needs no more.
fn range(span: Span) -> std::ops::Range<usize> {
    span.start as usize..(span.end.max(span.start)) as usize
}

fn failed(failure: &Failure) -> String {
    let place = if failure.line > 0 { format!(":{}:{}", failure.line, failure.column) } else { String::new() };
    format!("error: {}\n  --> {}{place}\n\n", clean(&failure.message), clean(&failure.path))
}

/// One line per key: verdict, logical id, place.
fn keys(report: &Report, sources: &Sources, options: TextOptions) -> String {
    let all = options.verbose || options.why;
    let rows = report.keys.len() + report.skipped.len();
    if rows == 0 || (rows > LISTED && !all) {
        return String::new();
    }
    let mut out = String::new();
    for row in &report.keys {
        let line = sources.document(row.file).map_or(1, |document| document.line_col(row.span.start).line);
        let (verdict, id, path) = (row.verdict.word(), id(&row.stack, &row.logical_id), clean(sources.path(row.file)));
        out.push_str(&format!("{verdict:<14} {id:<24} {path}:{line}\n"));
        if options.why {
            out.push_str(&why::tree(row, options.width, clean));
        }
    }
    for row in &report.skipped {
        let (id, path) = (id(&row.stack, &row.logical_id), clean(sources.path(row.file)));
        out.push_str(&format!("{:<14} {id:<24} {path}: {}\n", "skipped", clean(&row.because)));
    }
    out.push('\n');
    out
}

/// A logical id with the nested stacks that lead to it.
fn id(stack: &str, logical_id: &str) -> String {
    let separator = if stack.is_empty() { "" } else { "/" };
    clean(&format!("{stack}{separator}{logical_id}"))
}

/// `1 template, 1 key: 1 lockout`.
pub(crate) fn summary(report: &Report) -> String {
    let number = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    let templates = number(report.templates, "template");
    let mut out = if report.keys.is_empty() {
        format!("{templates}, no KMS keys")
    } else {
        let count = |verdict| report.keys.iter().filter(|row| row.verdict == verdict).count();
        let words: Vec<String> = Verdict::ALL
            .iter()
            .map(|&verdict| (count(verdict), verdict.word()))
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        format!("{templates}, {}: {}", number(report.keys.len(), "key"), words.join(", "))
    };
    if report.unknown > 0 {
        out.push_str(&format!(", {} not checked", number(report.unknown, "nested template")));
    }
    if report.suppressed > 0 {
        out.push_str(&format!(", {}", number(report.suppressed, "finding") + " suppressed"));
    }
    if !report.failures.is_empty() {
        out.push_str(&format!(", {} could not be checked", number(report.failures.len(), "file")));
    }
    out
}
