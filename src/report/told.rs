//! A finding as every format for other programs tells it: its words, each on one line, and its places in lines and columns.
//!
//! Comes in: a finding and the files. Goes out: texts that are fit for a log, not yet escaped. Must not know: any format.

use crate::findings::Finding;
use crate::fix::Fix;
use crate::source::{Sources, Span};

use super::json::Places;
use super::text::clean;
use super::{Report, patch};

/// A place: a file, and lines and columns from 1.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Place<'s> {
    /// The path as shown.
    pub(crate) file: &'s str,
    /// Line and column of its first character.
    pub(crate) start: (usize, usize),
    /// Line and column behind its last character.
    pub(crate) end: (usize, usize),
}

impl<'s> Place<'s> {
    /// The place of a span.
    pub(super) fn of(span: Span, sources: &'s Sources) -> Place<'s> {
        let places = Places(sources);
        let start = places.start(span);
        let end = places.place(span.file, span.end).max(start);
        Place { file: sources.path(span.file), start, end }
    }

    /// `infra/keys.yaml:5:3`.
    pub(super) fn shown(&self) -> String {
        format!("{}:{}:{}", clean(self.file), self.start.0, self.start.1)
    }
}

/// A finding with its words and its place.
pub(crate) struct Told<'r> {
    /// The finding itself.
    pub(crate) finding: &'r Finding,
    /// The deciding place.
    pub(crate) place: Place<'r>,
    /// What is wrong.
    pub(crate) message: String,
    /// What stands at the deciding place; may be empty.
    pub(crate) label: String,
    /// Further places, each with what is there.
    pub(crate) related: Vec<(Place<'r>, String)>,
    /// `deployer: …`, `assumes that …` and the like.
    pub(crate) notes: Vec<String>,
    /// What to do; may be empty.
    pub(crate) help: Vec<String>,
    /// The edit that makes it go away, where one is proven.
    pub(crate) fix: Option<&'r Fix>,
}

impl<'r> Told<'r> {
    /// All findings of a report, in its order.
    pub(super) fn all(report: &'r Report, sources: &'r Sources) -> Vec<Told<'r>> {
        report.findings.iter().map(|finding| Told::new(finding, report.fix(finding), sources)).collect()
    }

    /// One finding.
    pub(crate) fn new(finding: &'r Finding, fix: Option<&'r Fix>, sources: &'r Sources) -> Told<'r> {
        let related = |span| Place::of(span, sources);
        Told {
            finding,
            place: Place::of(finding.span, sources),
            message: clean(&finding.message),
            label: clean(&finding.label),
            related: finding.related.iter().map(|one| (related(one.span), clean(&one.message))).collect(),
            notes: finding.notes.iter().map(|note| clean(note)).collect(),
            help: finding.help.lines().map(clean).collect(),
            fix,
        }
    }

    /// What follows the message, line by line.
    pub(super) fn rest(&self) -> Vec<String> {
        let label = Some(&self.label).filter(|label| !label.is_empty()).cloned();
        label.into_iter().chain(self.related_lines()).chain(self.ends()).collect()
    }

    /// The further places, line by line.
    pub(crate) fn related_lines(&self) -> impl Iterator<Item = String> {
        self.related.iter().map(|(place, what)| format!("{}: {what}", place.shown()))
    }

    /// What the fix does, where there is one.
    pub(crate) fn fix_title(&self) -> Option<String> {
        self.fix.map(|fix| clean(&patch::title(fix)))
    }

    /// The last lines: notes, help, and where there is more.
    pub(super) fn ends(&self) -> impl Iterator<Item = String> {
        let help = self.help.iter().map(|line| format!("help: {line}"));
        let more = format!("more: cfn-lockout explain {}", self.finding.code.id());
        let fix = self.fix_title().map(|title| format!("fix: {title}; cfn-lockout fix shows the edit"));
        self.notes.iter().cloned().chain(help).chain(fix).chain([more])
    }

    /// The key or other resource, with the nested stacks that lead to it; empty where the finding is about no resource.
    pub(crate) fn resource(&self) -> String {
        resource(&self.finding.stack, &self.finding.logical_id)
    }
}

/// A logical id with the nested stacks that lead to it.
pub(super) fn resource(stack: &str, logical_id: &str) -> String {
    let separator = if stack.is_empty() || logical_id.is_empty() { "" } else { "/" };
    clean(&format!("{stack}{separator}{logical_id}"))
}

/// A text of at most so many bytes; what is cut off is marked.
pub(crate) fn cut(text: &str, bytes: usize) -> String {
    if text.len() <= bytes {
        return text.to_owned();
    }
    let mut end = bytes.saturating_sub('…'.len_utf8());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}…", text.get(..end).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(cut("鍵鍵鍵", 9), "鍵鍵鍵");
        assert_eq!(cut("鍵鍵鍵", 8), "鍵…");
        assert_eq!(cut("abcdef", 5), "ab…");
    }

    #[test]
    fn hostile_text_stays_on_its_line() {
        assert_eq!(clean("a\nb\r\u{1b}[31m\u{2028}\u{9b}\u{202e}"), "a␊b␍␛[31m␊\u{fffd}\u{fffd}");
    }
}
