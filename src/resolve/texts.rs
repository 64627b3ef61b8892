//! Dynamic references inside texts: `{{resolve:ssm:name}}` and its kin.
//!
//! Source: AWS CloudFormation User Guide, dynamic-references.html.

use crate::source::Span;
use crate::world::{Piece, Text};

use super::names::later;
use super::scope::Scope;

/// A literal text in which dynamic references are holes, or values where `--ssm` gives them.
pub(crate) fn dynamic(scope: &Scope<'_>, text: &str, span: Span) -> Text {
    let mut out = Text::default();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{resolve:") {
        let Some((reference, tail)) = after.split_once("}}") else { break };
        out.push_str(before);
        push_reference(scope, reference, span, &mut out);
        rest = tail;
    }
    out.push_str(rest);
    out
}

fn push_reference(scope: &Scope<'_>, reference: &str, span: Span, out: &mut Text) {
    let (service, name) = reference.split_once(':').unwrap_or((reference, ""));
    let kind = match service {
        "ssm" => "ssm",
        _ => "secret",
    };
    // `name:version`; the value that the user gave is meant for the name.
    let bare = name.rsplit_once(':').filter(|(_, version)| version.bytes().all(|b| b.is_ascii_digit()));
    let known = scope.givens.ssm.get(name).or_else(|| scope.givens.ssm.get(bare.map_or(name, |(name, _)| name)));
    match known {
        Some(value) if kind == "ssm" => out.push_str(value),
        _ => out.push(&Piece::Hole(later(kind, name, span))),
    }
}
