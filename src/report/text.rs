//! The report for people (design §8): each finding with its place under the cursor, then the keys, then one line of counts.

use std::collections::BTreeSet;

use annotate_snippets::Renderer;
use annotate_snippets::renderer::DecorStyle;

use crate::findings::Finding;
use crate::fix::Fix;
use crate::lockout::Verdict;
use crate::source::Sources;

use super::told::resource;
use super::wrap::{columns, padded, wrapped};
use super::{Failure, KeyRow, Report, patch, plain, snippet, why};

/// What lines are drawn with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// Box characters.
    Unicode,
    /// ASCII only.
    Ascii,
    /// Nothing: sentences, for screen readers.
    Plain,
}

/// How the text is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TextOptions {
    /// With colour.
    pub(crate) color: bool,
    /// What lines are drawn with.
    pub(crate) style: Style,
    /// Only findings.
    pub(crate) quiet: bool,
    /// Also keys without a finding when there are many.
    pub(crate) verbose: bool,
    /// The reasoning behind every key.
    pub(crate) why: bool,
    /// Columns of the terminal.
    pub(crate) width: usize,
}

impl TextOptions {
    /// The renderer that draws so, in colour or not.
    pub(super) fn renderer(self, color: bool) -> Renderer {
        let decor = if self.style == Style::Unicode { DecorStyle::Unicode } else { DecorStyle::Ascii };
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        renderer.decor_style(decor).term_width(self.width)
    }
}

/// Up to this many keys are listed without `--verbose`.
const LISTED: usize = 20;

/// The report as text.
pub(crate) fn text(report: &Report, sources: &Sources, options: TextOptions) -> String {
    let mut out = String::new();
    if !options.quiet && !report.contexts.is_empty() {
        for line in &report.contexts {
            out.push_str(&wrapped(&clean(line), options.width, options.width - 2).join("\n  "));
            out.push('\n');
        }
        out.push('\n');
    }
    for finding in &report.findings {
        out.push_str(&drawn(finding, report.fix(finding), sources, options));
        out.push_str("\n\n");
    }
    for failure in &report.failures {
        out.push_str(&failed(failure));
    }
    if !options.quiet {
        out.push_str(&keys(report, sources, options));
        for line in std::iter::once(summary(report)).chain(fixable(report)) {
            out.push_str(&wrapped(&line, options.width, options.width).join("\n"));
            out.push('\n');
        }
    }
    out
}

/// What to do about findings that have a safe fix.
fn fixable(report: &Report) -> Option<String> {
    let is_safe = |one: &&Finding| report.fix(one).is_some_and(|fix| fix.review.is_none());
    let lasts = |one: &&Finding| !report.generated.contains(&one.span.file);
    let safe = report.findings.iter().filter(lasts).filter(is_safe).count();
    let (has, them) = if safe == 1 { ("finding has", "it") } else { ("findings have", "them") };
    (safe > 0).then(|| format!("{safe} {has} a safe fix: `cfn-lockout fix --write` writes {them}"))
}

/// A finding, and its fix where there is one.
pub(super) fn drawn(finding: &Finding, fix: Option<&Fix>, sources: &Sources, options: TextOptions) -> String {
    if options.style == Style::Plain {
        return plain::sentences(finding, fix, sources);
    }
    let drawing = snippet::drawn(finding, fix.is_some_and(|fix| fix.review.is_none()), sources, options);
    match fix {
        Some(fix) => format!("{drawing}\n{}", patch::drawn(fix, sources, options)),
        None => drawing,
    }
}

/// Text from a template on one line: it may hold control characters, which no terminal must see, and line ends, behind which
/// a log would take it for something else.
pub(crate) fn clean(text: &str) -> String {
    let visible = |c: char| match c {
        '\n' | '\u{85}' | '\u{2028}' | '\u{2029}' => '␊',
        '\u{80}'..='\u{9f}' | '\u{200e}' | '\u{200f}' | '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
        other => other,
    };
    annotate_snippets::normalize_untrusted_str(text).chars().map(visible).collect()
}

fn failed(failure: &Failure) -> String {
    let place = if failure.line > 0 { format!(":{}:{}", failure.line, failure.column) } else { String::new() };
    format!("error: {}\n  --> {}{place}\n\n", clean(&failure.message), clean(&failure.path))
}

/// A line of the list of keys.
struct Line {
    verdict: &'static str,
    id: String,
    place: String,
    deployment: String,
}

impl Line {
    fn of(row: &KeyRow, report: &Report, sources: &Sources) -> Line {
        let line = sources.document(row.file).map_or(1, |document| document.line_col(row.span.start).line);
        let place = format!("{}:{line}", clean(sources.path(row.file)));
        let deployment = named(report, &row.deployment);
        Line { verdict: row.verdict.word(), id: resource(&row.stack, &row.logical_id), place, deployment }
    }
}

/// A key with the reasoning behind its verdict, as `--why` prints it.
#[cfg(feature = "lsp")]
pub(crate) fn reasoning(row: &KeyRow, report: &Report, sources: &Sources, options: TextOptions) -> String {
    let line = Line::of(row, report, sources);
    let start = aligned(&line, line.verdict.len(), columns(&line.id), options.width);
    format!("{start}{}", why::tree(row, options, clean))
}

/// One line per key: verdict, logical id, place.
fn keys(report: &Report, sources: &Sources, options: TextOptions) -> String {
    let all = options.verbose || options.why;
    let rows = report.keys.len() + report.skipped.len();
    if rows == 0 || (rows > LISTED && !all) {
        return String::new();
    }
    let mut lines: Vec<(Line, Option<String>)> = Vec::new();
    for row in &report.keys {
        let line = Line::of(row, report, sources);
        lines.push((line, options.why.then(|| why::tree(row, options, clean))));
    }
    for row in &report.skipped {
        let place = format!("{}: {}", clean(sources.path(row.file)), clean(&row.because));
        let deployment = named(report, &row.deployment);
        lines.push((Line { verdict: "skipped", id: resource(&row.stack, &row.logical_id), place, deployment }, None));
    }
    let widest = |of: fn(&Line) -> &str| lines.iter().map(|(line, _)| columns(of(line))).max().unwrap_or(0);
    let (verdict, id) = (widest(|line| line.verdict), widest(|line| &line.id).min(options.width / 2));
    let mut out = String::new();
    for (line, tree) in lines {
        out.push_str(&aligned(&line, verdict, id, options.width));
        out.extend(tree);
    }
    out.push('\n');
    out
}

/// The name of a deployment, where there is more than the one that flags describe.
fn named(report: &Report, deployment: &str) -> String {
    let is_only = report.contexts.is_empty() || report.keys.iter().all(|row| row.deployment == "default");
    if is_only { String::new() } else { format!("({})", clean(deployment)) }
}

/// A line in columns of these widths; the place has a line of its own where there is no room for it.
fn aligned(line: &Line, verdict: usize, id: usize, width: usize) -> String {
    let id = if id == 0 { String::new() } else { format!("  {}", padded(&line.id, id)) };
    let start = format!("{}{id}", padded(line.verdict, verdict));
    let place =
        if line.deployment.is_empty() { line.place.clone() } else { format!("{}  {}", line.place, line.deployment) };
    if columns(&start) + 2 + columns(&place) <= width {
        return format!("{start}  {place}\n");
    }
    let indent = " ".repeat(verdict + 2);
    let room = width.saturating_sub(verdict + 2).max(20);
    let place = wrapped(&place, room, room).join(&format!("\n{indent}"));
    format!("{}\n{indent}{place}\n", start.trim_end())
}

/// How many facts were asked for and not given. What is left to the deployer's IAM policies is a verdict of its own.
fn open(report: &Report) -> usize {
    let open = report.keys.iter().flat_map(|key| &key.open).filter(|open| open.kind != "iam");
    open.map(|open| (open.kind, open.name.as_str())).collect::<BTreeSet<_>>().len()
}

/// `1 template, 1 key: 1 lockout`.
pub(crate) fn summary(report: &Report) -> String {
    let number = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    let templates = number(report.templates.len(), "template");
    let mut out = if report.keys.is_empty() && !report.skipped.is_empty() {
        format!("{templates}, no KMS key is created with these values: {} skipped", report.skipped.len())
    } else if report.keys.is_empty() {
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
    if report.loops > 0 {
        out.push_str(&format!(", {} open", number(report.loops, "loop")));
    }
    if report.unknown > 0 {
        out.push_str(&format!(", {} not checked", number(report.unknown, "nested template")));
    }
    match open(report) {
        0 => {}
        facts => out.push_str(&format!(", {} open", number(facts, "fact"))),
    }
    if report.suppressed > 0 {
        out.push_str(&format!(", {}", number(report.suppressed, "finding") + " suppressed"));
    }
    if !report.failures.is_empty() {
        out.push_str(&format!(", {} could not be checked", number(report.failures.len(), "file")));
    }
    out
}
