//! The results of the SARIF report: a finding with its place, the places that matter beside it, and who it is across runs.

use std::collections::BTreeMap;

use crate::fix::Fix;
use crate::report::Failure;
use crate::report::text::clean;
use crate::report::told::{Place, Told};
use crate::source::Sources;

use super::shapes::{
    ArtifactChange, Descriptor, Location, LogicalLocation, Message, Notification, PhysicalLocation, Region,
    Replacement, ResultProperties, SarifResult,
};
use super::{location, rules, shapes};

/// The name of our fingerprint; the number changes when what it is made of does.
const FINGERPRINT: &str = "cfnLockout/v1";

/// All findings.
pub(super) fn all(findings: &[Told<'_>], sources: &Sources) -> Vec<SarifResult> {
    // Findings of one kind about one key are told apart by their order.
    let mut seen: BTreeMap<Vec<&str>, usize> = BTreeMap::new();
    let mut out = Vec::new();
    for told in findings {
        let nth = seen.entry(identity(told)).or_default();
        *nth += 1;
        out.push(result(told, *nth, sources));
    }
    out
}

/// A file that could not be checked.
pub(super) fn notification(failure: &Failure) -> Notification {
    let region = (failure.line > 0).then(|| Region {
        start_line: failure.line,
        start_column: failure.column.max(1),
        end_line: None,
        end_column: None,
    });
    let physical_location = PhysicalLocation { artifact_location: location(&failure.path), region };
    Notification {
        descriptor: Descriptor { id: rules::NOT_CHECKED, index: 0 },
        level: "error",
        message: Message::plain(literal(&clean(&failure.message))),
        locations: vec![Location { id: None, physical_location, logical_locations: Vec::new(), message: None }],
    }
}

fn result(told: &Told<'_>, nth: usize, sources: &Sources) -> SarifResult {
    let finding = told.finding;
    let place = Location { logical_locations: logical(told).into_iter().collect(), ..at(&told.place) };
    let related = told.related.iter().enumerate().map(|(n, (place, what))| Location {
        id: Some(n + 1),
        message: Some(Message::plain(literal(what))),
        ..at(place)
    });
    SarifResult {
        rule_id: finding.code.id(),
        rule_index: rules::index(finding.code),
        level: finding.severity.word(),
        message: Message::plain(message(told)),
        locations: vec![place],
        related_locations: related.collect(),
        partial_fingerprints: BTreeMap::from([(FINGERPRINT, fingerprint(&identity(told), nth))]),
        fixes: told
            .fix
            .zip(told.fix_title())
            .map(|(fix, title)| proposed(&title, &edits(fix, sources)))
            .into_iter()
            .collect(),
        properties: ResultProperties { deployment: finding.deployment.clone(), stack: finding.stack.clone() },
    }
}

/// The message, then what the text report has below it. The places beside are links to the related locations.
fn message(told: &Told<'_>) -> String {
    let mut lines = vec![literal(&told.message)];
    lines.extend(Some(&told.label).filter(|label| !label.is_empty()).map(|label| literal(label)));
    let links = told.related.iter().enumerate();
    lines.extend(links.map(|(n, (place, what))| format!("[{}]({}): {}", linked(&place.shown()), n + 1, literal(what))));
    lines.extend(told.ends().map(|line| literal(&line)));
    lines.join("\n")
}

/// A text in which nothing is a link (SARIF §3.11.6): `[text](target)` with its bracket escaped.
fn literal(text: &str) -> String {
    text.replace("](", "\\](")
}

/// A text within the brackets of a link.
fn linked(text: &str) -> String {
    text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
}

fn logical(told: &Told<'_>) -> Option<LogicalLocation> {
    let (name, fully_qualified_name) = (clean(&told.finding.logical_id), told.resource());
    (!name.is_empty()).then_some(LogicalLocation { name, fully_qualified_name, kind: "resource" })
}

fn at(place: &Place<'_>) -> Location {
    let physical_location = PhysicalLocation { artifact_location: location(place.file), region: Some(region(place)) };
    Location { id: None, physical_location, logical_locations: Vec::new(), message: None }
}

fn region(place: &Place<'_>) -> Region {
    let ((start_line, start_column), (end_line, end_column)) = (place.start, place.end);
    Region { start_line, start_column, end_line: Some(end_line), end_column: Some(end_column) }
}

/// What a finding is across runs: never a line, which moves.
fn identity<'t>(told: &Told<'t>) -> Vec<&'t str> {
    let finding = told.finding;
    let own = [told.place.file, &finding.stack, &finding.logical_id, finding.code.id(), &finding.deployment];
    own.into_iter().chain(Some(finding.rule.as_str()).filter(|rule| !rule.is_empty())).collect()
}

/// FNV-1a of the parts, with 128 bits: no secret, only the same for the same.
fn fingerprint(parts: &[&str], nth: usize) -> String {
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let mut hash: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    // A zero ends each part, so that no two lists of parts are the same bytes.
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    for byte in bytes.chain(nth.to_string().bytes()) {
        hash = (hash ^ u128::from(byte)).wrapping_mul(PRIME);
    }
    format!("{hash:032x}")
}

/// The edits of a fix: places and what is to stand there.
fn edits<'t>(fix: &Fix, sources: &'t Sources) -> Vec<(Place<'t>, String)> {
    fix.edits.iter().map(|edit| (Place::of(edit.span, sources), edit.new_text.clone())).collect()
}

/// A fix in SARIF: its edits, file by file.
fn proposed(title: &str, edits: &[(Place<'_>, String)]) -> shapes::Fix {
    let mut changes: Vec<ArtifactChange> = Vec::new();
    for (place, text) in edits {
        let replacement = Replacement { deleted_region: region(place), inserted_content: Message::plain(text.clone()) };
        let artifact_location = location(place.file);
        match changes.iter_mut().find(|change| change.artifact_location.uri == artifact_location.uri) {
            Some(change) => change.replacements.push(replacement),
            None => changes.push(ArtifactChange { artifact_location, replacements: vec![replacement] }),
        }
    }
    shapes::Fix { description: Message::plain(literal(title)), artifact_changes: changes }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_becomes_a_link() {
        assert_eq!(literal("see [here](https://x) and [kms:*]"), "see [here\\](https://x) and [kms:*]");
        assert_eq!(linked("a[1]\\b"), "a\\[1\\]\\\\b");
    }

    #[test]
    fn a_fingerprint_hangs_on_every_part() {
        let parts = ["kms.yaml", "", "Vault", "undecided", "default"];
        let all = [
            fingerprint(&parts, 1),
            fingerprint(&parts, 2),
            fingerprint(&["kms.yaml", "Vault", "", "undecided", "default"], 1),
            fingerprint(&["kms.yaml", "", "Vaul", "tundecided", "default"], 1),
        ];
        for (n, one) in all.iter().enumerate() {
            assert_eq!(all.iter().position(|other| other == one), Some(n));
        }
        assert_eq!(fingerprint(&[], 0), fingerprint(&[], 0));
    }

    #[test]
    fn the_edits_of_one_file_are_one_change() {
        let place = |file, line| Place { file, start: (line, 1), end: (line, 3) };
        let edits = [
            (place("a.yaml", 1), "x".to_owned()),
            (place("b.yaml", 1), "y".to_owned()),
            (place("a.yaml", 2), "z".into()),
        ];
        let fix = proposed("let them in", &edits);
        let counts: Vec<usize> = fix.artifact_changes.iter().map(|change| change.replacements.len()).collect();
        assert_eq!(counts, [2, 1]);
    }
}
