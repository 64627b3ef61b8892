//! One finding drawn for a terminal: the title, the lines of the template with what matters underlined, notes and help.
//!
//! Comes in: a finding and the files. Goes out: a drawing of at most the given columns, as far as single words allow.

use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Element, Group, Level, Snippet};

use crate::findings::{Finding, Related, Severity};
use crate::source::{Document, Sources, Span};

use super::text::{TextOptions, clean};
use super::wrap::{columns, wrapped};

/// What the drawing of a line takes beside the template's own characters: the mark of a cut, and blanks.
const MARGIN: usize = 9;

/// How many places in other files are named.
const ELSEWHERE: usize = 4;

/// Where the label of an underlined place is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Labels {
    Beside,
    Below,
    /// Under the lines of the template, as notes.
    Apart,
}

/// A finding as it is shown; its help where no safe fix follows. Labels stand beside what they are about, as long as there is room for all of them.
pub(super) fn drawn(finding: &Finding, has_safe_fix: bool, sources: &Sources, options: TextOptions) -> String {
    let render = |color, labels| {
        let group = group(finding, has_safe_fix, sources, options, labels);
        options.renderer(color).render(&[group]).trim_end().to_owned()
    };
    let width = |drawing: &str| drawing.lines().map(columns).max().unwrap_or(0);
    let mut best: Option<(usize, Labels, String)> = None;
    for labels in [Labels::Beside, Labels::Below, Labels::Apart] {
        let drawing = render(false, labels);
        let width = width(&drawing);
        if best.as_ref().is_none_or(|(narrowest, ..)| width < *narrowest) {
            best = Some((width, labels, drawing));
        }
        if width <= options.width {
            break;
        }
    }
    match best {
        Some((_, labels, _)) if options.color => render(true, labels),
        Some((_, _, drawing)) => drawing,
        None => String::new(),
    }
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    }
}

fn group<'a>(
    finding: &'a Finding,
    has_safe_fix: bool,
    sources: &'a Sources,
    options: TextOptions,
    labels: Labels,
) -> Group<'a> {
    let code = finding.code.id();
    let prefix = columns(finding.severity.word()) + columns(code) + 4;
    let title = level(finding.severity).primary_title(lines(&finding.message, options.width, prefix)).id(code);
    let mut group = Group::with_title(title);
    let mut gutter = 1;
    if let Some(document) = sources.document(finding.span.file) {
        let shown: Vec<&Related> =
            finding.related.iter().filter(|related| related.span.file == finding.span.file).collect();
        let places = std::iter::once((AnnotationKind::Primary, finding.span, &finding.label))
            .chain(shown.iter().map(|one| (AnnotationKind::Context, one.span, &one.message)));
        let window = Window::around(document, places.clone().map(|(_, span, _)| span));
        gutter = window.last_line.to_string().len();
        let room = options.width.saturating_sub(gutter + MARGIN);
        let marks = places.clone().flat_map(|(kind, span, label)| marks(kind, window.place(span, room), label, labels));
        let path = clean(sources.path(finding.span.file));
        let snippet = Snippet::source(window.text).line_start(window.first_line).path(path);
        group = group.element(snippet.annotations(marks));
        for (_, span, label) in places.filter(|(.., label)| labels == Labels::Apart && !label.is_empty()) {
            let note = format!("line {}: {label}", document.line_col(span.start).line);
            group = group.element(note_line(&note, gutter, options.width));
        }
    }
    for note in elsewhere(finding, sources) {
        group = group.element(note_line(&note, gutter, options.width));
    }
    for note in &finding.notes {
        group = group.element(note_line(note, gutter, options.width));
    }
    // The edit below says it better.
    for line in finding.help.lines().filter(|_| !has_safe_fix) {
        group = group.element(Level::HELP.message(lines(line, options.width, gutter + 9)));
    }
    group.element(note_line(&format!("more: cfn-lockout explain {code}"), gutter, options.width))
}

/// The places that stand in other files, in words.
fn elsewhere(finding: &Finding, sources: &Sources) -> Vec<String> {
    let other: Vec<_> = finding.related.iter().filter(|related| related.span.file != finding.span.file).collect();
    let place = |span: Span| {
        let at = sources.document(span.file).map(|document| document.line_col(span.start));
        at.map_or_else(String::new, |at| format!("{}:{}:{}", sources.path(span.file), at.line, at.column))
    };
    let mut out: Vec<String> =
        other.iter().take(ELSEWHERE).map(|one| format!("{}: {}", place(one.span), one.message)).collect();
    if other.len() > ELSEWHERE {
        out.push(format!("and {} more places in other files", other.len() - ELSEWHERE));
    }
    out
}

fn note_line(note: &str, gutter: usize, width: usize) -> Element<'static> {
    Level::NOTE.no_name().message(lines(note, width, gutter + 3)).into()
}

/// A text in lines, all of which stand behind a prefix of so many columns.
fn lines(text: &str, width: usize, prefix: usize) -> String {
    let room = width.saturating_sub(prefix).max(20);
    wrapped(&clean(text), room, room).join("\n")
}

/// An underlined place with its label.
fn marks<'a>(kind: AnnotationKind, place: Range<usize>, label: &str, labels: Labels) -> Vec<Annotation<'a>> {
    let label = clean(label);
    match labels {
        _ if label.is_empty() => vec![kind.span(place)],
        Labels::Apart => vec![kind.span(place)],
        Labels::Beside => vec![kind.span(place).label(label)],
        Labels::Below => {
            // A second mark at the start of the first has its label drawn below both.
            let start = place.start..place.start;
            vec![kind.span(place), kind.span(start).label(label)]
        }
    }
}

/// The lines of a file that a finding is about: the renderer goes over everything it is given.
struct Window<'a> {
    text: &'a str,
    start: usize,
    first_line: usize,
    last_line: usize,
}

impl<'a> Window<'a> {
    fn around(document: &'a Document, spans: impl Iterator<Item = Span> + Clone) -> Window<'a> {
        let text = document.text();
        let first = spans.clone().map(|span| span.start).min().unwrap_or(0);
        let last = spans.map(|span| span.start).max().unwrap_or(0);
        let start = text.get(..first as usize).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let rest = text.get(last as usize..).unwrap_or_default();
        let end = last as usize + rest.find('\n').unwrap_or(rest.len());
        Window {
            text: text.get(start..end).unwrap_or_default(),
            start,
            first_line: document.line_col(first).line,
            last_line: document.line_col(last).line,
        }
    }

    /// The first line of a place, as far as there is room: the cursor needs no more.
    fn place(&self, span: Span, room: usize) -> Range<usize> {
        let start = (span.start as usize).saturating_sub(self.start);
        let end = (span.end.max(span.start) as usize).saturating_sub(self.start).min(self.text.len());
        let text = self.text.get(start..end).unwrap_or_default();
        let line = text.lines().next().unwrap_or_default().trim_end();
        let mut taken = 0;
        let fits = |c: &char| {
            taken += columns(c.encode_utf8(&mut [0; 4]));
            taken <= room
        };
        start..start + line.chars().take_while(fits).map(char::len_utf8).sum::<usize>()
    }
}
