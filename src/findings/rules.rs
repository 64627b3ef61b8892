//! `guard-rule`: a rule that somebody gave and that does not hold, as a finding.
//!
//! Comes in: what of a rule failed, with its place. Goes out: a finding; the rule's own message says how bad it is and what
//! to do. Must not know: the engine that evaluates rules.

use crate::deployment::Deployment;
use crate::source::Span;

use super::judge::Judge;
use super::{Code, Finding, Related, Severity};

/// The longest message that is shown, in characters.
const LONGEST: usize = 400;

/// A check of a rule that failed.
#[derive(Clone, Debug)]
pub(crate) struct Failed<'r> {
    /// The rule's name.
    pub(crate) rule: &'r str,
    /// Its message as written; where it has none, what is wrong in the engine's words.
    pub(crate) message: &'r str,
    /// The deciding place.
    pub(crate) span: Span,
    /// What is missing there; may be empty.
    pub(crate) label: String,
    /// The resource that it is about; may be empty.
    pub(crate) logical_id: String,
    /// The path of nested stacks.
    pub(crate) stack: &'r str,
    /// Further places.
    pub(crate) related: Vec<Related>,
    /// What the root of its stacks is called; empty for a template by itself.
    pub(crate) root: &'r str,
    /// The file of the rule, and where in it the rule starts.
    pub(crate) origin: &'r str,
    /// Whether it is about who deploys, not about the template alone.
    pub(crate) of_facts: bool,
    /// Our own finding that it is about.
    pub(crate) about: Option<&'r Finding>,
}

/// The finding about a rule.
pub(crate) fn of_rule(failed: Failed<'_>, deployment: &Deployment) -> Finding {
    let Failed { rule, message, span, label, logical_id, stack, root, related, origin, of_facts, about } = failed;
    let judge = Judge { deployment, root };
    let said = Said::of(message);
    let mut finding = judge.finding(Code::GuardRule, &logical_id, span, format!("{rule}: {}", said.what));
    finding.rule = rule.to_owned();
    finding.severity = said.severity;
    finding.help = said.help;
    finding.label = label;
    finding.related = related;
    finding.notes = if of_facts { judge.assuming(&[]) } else { judge.named().into_iter().collect() };
    if let Some(about) = about {
        finding
            .notes
            .extend(about.notes.iter().filter(|note| !finding.notes.contains(note)).cloned().collect::<Vec<_>>());
        if finding.help.is_empty() {
            finding.help.clone_from(&about.help);
        }
    }
    finding.notes.push(format!("rule: {origin}"));
    judge.in_stack(&mut finding, stack);
    finding
}

/// What a rule's message says.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    severity: Severity,
    what: String,
    help: String,
}

impl Said {
    /// Reads a message: `warning:` or `note:` in front of it is the severity, what follows `Fix:` the help. Those are the
    /// words of AWS's own rules (`Violation: …`, `Fix: …`; `[CT.KMS.PR.2]: …`, `[FIX]: …`).
    fn of(message: &str) -> Said {
        // Of a message in several lines, the engine makes one with `;` in some of its reports.
        let end = if message.starts_with(';') { ';' } else { '\n' };
        let lines = message.split(end).map(str::trim).filter(|line| !line.is_empty());
        let (mut severity, mut what, mut help, mut is_help) = (None, Vec::new(), Vec::new(), false);
        for mut line in lines {
            if what.is_empty() && severity.is_none() {
                (severity, line) = severity_of(line);
            }
            if let Some(rest) = after(line, &["fix:", "[fix]:"]) {
                is_help = true;
                line = rest;
            } else if !is_help {
                line = after(line, &["violation:"]).unwrap_or(line);
            }
            if is_help { &mut help } else { &mut what }.extend(Some(line).filter(|line| !line.is_empty()));
        }
        Said { severity: severity.unwrap_or(Severity::Error), what: cut(&what.join(" ")), help: cut(&help.join(" ")) }
    }
}

fn severity_of(line: &str) -> (Option<Severity>, &str) {
    let known = [("error:", Severity::Error), ("warning:", Severity::Warning), ("note:", Severity::Note)];
    let found = known.into_iter().find_map(|(word, severity)| Some((severity, after(line, &[word])?)));
    found.map_or((None, line), |(severity, rest)| (Some(severity), rest))
}

/// What follows one of these words, in whatever case.
fn after<'l>(line: &'l str, words: &[&str]) -> Option<&'l str> {
    let starts = |word: &&&str| line.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    let word = words.iter().find(starts)?;
    line.get(word.len()..).map(str::trim_start)
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_says_how_bad_it_is_and_what_to_do() {
        for (message, severity, what, help) in [
            ("rotate it", Severity::Error, "rotate it", ""),
            ("\n   Warning: rotate it\n   every year\n ", Severity::Warning, "rotate it every year", ""),
            (";  note: short;  Fix: set it;  to 30; ", Severity::Note, "short", "set it to 30"),
            ("a; b", Severity::Error, "a; b", ""),
            ("Violation: no rotation\nFix:\n set it", Severity::Error, "no rotation", "set it"),
            ("[CT.KMS.PR.2]: Require it\n[FIX]: Use it", Severity::Error, "[CT.KMS.PR.2]: Require it", "Use it"),
            ("a note: of it", Severity::Error, "a note: of it", ""),
            ("ünote:", Severity::Error, "ünote:", ""),
            ("", Severity::Error, "", ""),
        ] {
            let said = Said { severity, what: what.to_owned(), help: help.to_owned() };
            assert_eq!(Said::of(message), said, "{message}");
        }
        assert_eq!(Said::of(&"ä".repeat(500)).what.chars().count(), LONGEST + 1);
    }
}
