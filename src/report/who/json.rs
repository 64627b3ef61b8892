//! The schema `cfn-lockout-who/1` (`rules/schema/cfn-lockout-who-1.schema.json`), in the manner of `cfn-lockout/1`.

use serde_json::{Value as Json, json as object};

use crate::lockout::{Abilities, Able, Who, WhoKey};
use crate::source::{FileId, Sources, Span};

use super::super::json::{Places, failures, when};
use super::named::Named;
use super::{Section, Told, words};

/// The report as JSON text, with a line end.
pub(crate) fn json(told: &Told<'_>, sources: &Sources) -> String {
    let places = Places(sources);
    let together = told.sections.iter().map(|section| together(section, &places));
    let keys = told.sections.iter().flat_map(|section| section.who.keys.iter().map(|one| key(one, section, &places)));
    let out = object!({
        "schema": "cfn-lockout-who/1",
        "file": sources.path(told.file),
        "together": together.collect::<Vec<_>>(),
        "keys": keys.collect::<Vec<_>>(),
        "deployers": told.named().iter().map(deployer).collect::<Vec<_>>(),
        "skipped": places.skipped(told.report),
        "failures": failures(told.report),
        "summary": { "keys": told.sections.iter().map(|section| section.who.keys.len()).sum::<usize>(),
            "unknown_templates": told.report.unknown, "unknown_loops": told.report.loops,
            "failures": told.report.failures.len() },
    });
    let mut text = serde_json::to_string_pretty(&out).unwrap_or_default();
    text.push('\n');
    text
}

fn together(section: &Section, places: &Places<'_>) -> Json {
    let first = section.who.keys.first();
    let mut out = object!({ "deployment": section.deployment, "account": section.who.account,
        "keys": section.who.keys.len() });
    let place = first.map(|key| (key.file, key.span));
    extend(&mut out, abilities(&section.who.together, place, places));
    out
}

fn key(key: &WhoKey, section: &Section, places: &Places<'_>) -> Json {
    let (line, column) = places.start(key.span);
    let mut out = object!({ "file": places.0.path(key.file), "stack": key.stack, "logical_id": key.id, "type": key.kind,
        "line": line, "column": column, "deployment": section.deployment });
    extend(&mut out, abilities(&key.can, Some((key.file, key.span)), places));
    out
}

fn extend(out: &mut Json, more: Json) {
    if let (Json::Object(out), Json::Object(more)) = (out, more) {
        out.extend(more);
    }
}

fn abilities(can: &Abilities, place: Option<(FileId, Span)>, places: &Places<'_>) -> Json {
    let open = can.open.iter().filter_map(|open| place.map(|(file, span)| places.open(open, file, span)));
    object!({
        "principals": can.principals.iter().map(able).collect::<Vec<_>>(),
        "cases": can.cases.iter().map(able).collect::<Vec<_>>(),
        "nobody": can.nobody.as_ref().map(words::nobody),
        "open": open.collect::<Vec<_>>(),
    })
}

fn able(able: &Able) -> Json {
    let (principal, matches, not_in) = match &able.who {
        Who::One(arn) => (Some(arn), None, None),
        Who::Every { matches, not_in } => (None, Some(matches), Some(not_in)),
    };
    object!({ "principal": principal, "matches": matches, "not_in": not_in, "verdict": able.verdict.word(),
        "when": able.when.iter().map(when).collect::<Vec<_>>(), "made_by": able.made_by })
}

fn deployer(named: &Named<'_>) -> Json {
    let keys = named
        .keys
        .iter()
        .map(|row| object!({ "stack": row.stack, "logical_id": row.logical_id, "verdict": row.verdict.word() }));
    object!({ "deployment": named.deployment, "deployer": named.deployer, "can": named.can.word(),
        "because": named.because, "keys": keys.collect::<Vec<_>>() })
}
