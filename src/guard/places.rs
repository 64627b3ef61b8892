//! A path of the engine, back to the place in the template.
//!
//! Comes in: a path such as `/Resources/Vault/Properties/EnableKeyRotation` in the document that `report::resolved_document`
//! made, and what it was made of. Goes out: [`Place`]: the value's, or that of the nearest thing above it that is written
//! somewhere. Must not know: rules.

use crate::findings::{Code, Finding};
use crate::report::{FACTS, Report, Subject};
use crate::resolve::Section;
use crate::source::{Sources, Span};
use crate::world::{Key, Kind, Question, Value};

/// Where something of a document is written.
pub(super) struct Place<'r> {
    /// The place.
    pub(super) span: Span,
    /// The resource; empty where it is about none.
    pub(super) logical_id: String,
    /// Whether it is one of our facts.
    pub(super) is_fact: bool,
    /// Our own finding that it is about.
    pub(super) about: Option<&'r Finding>,
}

/// The findings that say why a verdict is as it is.
const OF_VERDICT: [Code; 6] = [
    Code::LocksOutDeployer,
    Code::InvalidPrincipal,
    Code::MalformedPolicy,
    Code::TemplateRefused,
    Code::Undecided,
    Code::BypassesLockoutCheck,
];

/// Where `path` is written.
pub(super) fn place<'r>(path: &str, subject: &Subject<'_>, report: &'r Report, sources: &Sources) -> Place<'r> {
    let rest = path.strip_prefix('/').unwrap_or(path);
    let fact = rest.strip_prefix(FACTS).and_then(|rest| of_fact(rest.strip_prefix('/')?, subject, report));
    if let Some(place) = fact {
        return place;
    }
    let section =
        subject.resolved.whole.0.iter().filter_map(|(name, section)| Some((name, section, below(rest, name)?)));
    let found = section.max_by_key(|(name, ..)| name.len());
    let logical_id = match &found {
        Some((name, Section::Value(Value { kind: Kind::Map(entries), .. }), Some(rest))) if *name == "Resources" => {
            entry(entries, rest).map(|(key, ..)| key.text.to_string()).unwrap_or_default()
        }
        _ => String::new(),
    };
    let span = found.and_then(|(name, section, rest)| match (section, rest) {
        (Section::Value(value), Some(rest)) => Walk::default().to(value, rest),
        (Section::Conditions(_), Some(rest)) => written(&[name, rest], subject, sources),
        (Section::Value(value), None) if is_short(value) => Some(value.span),
        (_, None) => written(&[name], subject, sources),
    });
    let section = rest.split('/').next().unwrap_or_default();
    let span = span.or_else(|| written(&[section], subject, sources)).unwrap_or_else(|| start(subject, sources));
    Place { span, logical_id, is_fact: false, about: None }
}

/// What follows `name` in a path: nothing where it ends there; no answer where it does not start so.
fn below<'p>(path: &'p str, name: &str) -> Option<Option<&'p str>> {
    let rest = path.strip_prefix(name)?;
    if rest.is_empty() { Some(None) } else { rest.strip_prefix('/').map(Some) }
}

/// The entry of a map that a path goes through; a key may hold `/` itself, so of several the longest.
fn entry<'v, 'p>(entries: &'v [(Key, Value)], path: &'p str) -> Option<(&'v Key, &'v Value, Option<&'p str>)> {
    let found = entries.iter().filter_map(|(key, value)| Some((key, value, below(path, &key.text)?)));
    found.max_by_key(|(key, ..)| key.text.len())
}

/// A way through a value as it is shown: below an open question, `Fn::If` with the question, yes and no.
#[derive(Default)]
struct Walk<'v> {
    above: Vec<(&'v Question, bool)>,
}

impl<'v> Walk<'v> {
    /// The place of the deepest thing on the way; nothing where not even the first step is there.
    fn to(&mut self, value: &'v Value, path: &str) -> Option<Span> {
        match &value.kind {
            Kind::Map(entries) => {
                let (key, value, rest) = entry(entries, path)?;
                let inside = rest.and_then(|rest| self.to(value, rest));
                // A value that is a text is worth the cursor; of anything longer, its name is.
                let own = if rest.is_none() && is_short(value) { value.span } else { key.span };
                Some(inside.unwrap_or(own))
            }
            Kind::List(items) => {
                let (index, rest) = path.split_once('/').map_or((path, None), |(index, rest)| (index, Some(rest)));
                let item = items.get(index.parse::<usize>().ok()?)?;
                let inside = rest.and_then(|rest| self.to(item, rest));
                Some(inside.unwrap_or(item.span))
            }
            Kind::Open(question, alternatives) => self.through(question, alternatives, path),
            _ => None,
        }
    }

    fn through(&mut self, question: &'v Question, alternatives: &'v [Value], path: &str) -> Option<Span> {
        let [yes, no] = alternatives else { return None };
        if let Some((_, answer)) = self.above.iter().find(|(asked, _)| *asked == question) {
            return self.to(if *answer { yes } else { no }, path);
        }
        let side = path.strip_prefix("Fn::If/")?;
        let (side, rest) = side.split_once('/').map_or((side, None), |(side, rest)| (side, Some(rest)));
        let (value, answer) = match side {
            "1" => (yes, true),
            "2" => (no, false),
            _ => return None,
        };
        self.above.push((question, answer));
        let inside = rest.and_then(|rest| self.to(value, rest));
        self.above.pop();
        Some(inside.unwrap_or(value.span))
    }
}

fn is_short(value: &Value) -> bool {
    !matches!(value.kind, Kind::Map(_) | Kind::List(_) | Kind::Open(..))
}

/// A fact about a key stands at the key: one of our findings at its own place, who administers it at its policy.
fn of_fact<'r>(path: &str, subject: &Subject<'_>, report: &'r Report) -> Option<Place<'r>> {
    let path = path.strip_prefix("keys/")?;
    let found = subject.keys(report).filter_map(|row| Some((row, below(path, &row.logical_id)?)));
    let (row, rest) = found.max_by_key(|(row, _)| row.logical_id.len())?;
    let mut findings = subject.findings(&row.logical_id, report);
    let (fact, rest) = rest.map_or(("", ""), |rest| rest.split_once('/').unwrap_or((rest, "")));
    let about = match fact {
        "findings" => {
            let number = rest.split('/').next().unwrap_or_default();
            number.parse().ok().and_then(|number| findings.nth(number))
        }
        "verdict" | "without_bypass" => findings.find(|finding| OF_VERDICT.contains(&finding.code)),
        _ => None,
    };
    let policy = || {
        let path = format!("{}/Properties/KeyPolicy", row.logical_id);
        let resources = subject.resolved.whole.0.iter().find(|(name, _)| name == "Resources");
        match resources {
            Some((_, Section::Value(value))) => Walk::default().to(value, &path),
            _ => None,
        }
    };
    let is_of_policy = ["administrators", "durable_administrators", "account_delegation"].contains(&fact);
    let of_policy = is_of_policy.then(policy).flatten();
    let span = about.map(|finding| finding.span).or(of_policy).unwrap_or(row.span);
    Some(Place { span, logical_id: row.logical_id.clone(), is_fact: true, about })
}

/// The place of a key of the template as it is written.
fn written(path: &[&str], subject: &Subject<'_>, sources: &Sources) -> Option<Span> {
    let document = sources.document(subject.file)?;
    let mut entry = document.get(document.root(), path.first()?)?;
    for key in path.iter().skip(1) {
        entry = document.get(entry.value, key).unwrap_or(entry);
    }
    Some(document.span(entry.key))
}

/// The first thing of the template: Resources, as every template has it, else its start.
fn start(subject: &Subject<'_>, sources: &Sources) -> Span {
    let root = Span { file: subject.file, start: 0, end: 0 };
    let policy = || sources.document(subject.file).map(|document| document.span(document.root()));
    written(&["Resources"], subject, sources).or_else(policy).unwrap_or(root)
}
