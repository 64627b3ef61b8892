//! What is replaced inside texts: dynamic references (`{{resolve:ssm:name}}`) by CloudFormation, and the variables of the
//! Serverless Framework (`${self:custom.name}`) before CloudFormation sees the template.
//!
//! Source: AWS CloudFormation User Guide, dynamic-references.html.

use std::sync::Arc;

use crate::source::Span;
use crate::template::framework_variable;
use crate::world::{Piece, Text};

use super::names::later;
use super::scope::Scope;

/// A literal text in which what will be replaced is a hole, or a value where `--ssm` gives it.
pub(crate) fn replaced(scope: &Scope<'_>, text: &Arc<str>, span: Span) -> Text {
    if !text.contains(['{', '$']) {
        return Text::from(Arc::clone(text));
    }
    let mut out = Text::default();
    let mut rest = &**text;
    while let Some(at) = rest.find(['{', '$']) {
        let (before, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(before);
        if let Some((reference, tail)) = from.strip_prefix("{{resolve:").and_then(|after| after.split_once("}}")) {
            push_reference(scope, reference, span, &mut out);
            rest = tail;
        } else if let Some((name, tail)) = from.strip_prefix("${").and_then(framework_variable) {
            out.push(&Piece::Hole(later("variable", name, span)));
            rest = tail;
        } else {
            let (one, tail) = from.split_at_checked(1).unwrap_or((from, ""));
            out.push_str(one);
            rest = tail;
        }
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
