//! Fn::Base64, Fn::ToJsonString and Fn::Length: values written another way, or counted.
//!
//! Source: AWS CloudFormation User Guide, intrinsic-function-reference-base64.html, …-ToJsonString.html, …-length.html; the
//! last two are part of the transform AWS::LanguageExtensions.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::template::Expr;
use crate::world::{Kind, Piece, Text, Value};

use super::effort::LONGEST;
use super::names::later;
use super::scope::refused;

/// Fn::Base64 of a text.
pub(super) fn base64(argument: &Value, expr: &Expr) -> Kind {
    let Some(text) = argument.as_text() else { return refused("Fn::Base64 encodes a text", expr) };
    match text.as_literal() {
        Some(known) if known.len() <= LONGEST => Kind::Text(Text::literal(&STANDARD.encode(known))),
        _ => Kind::Text(Text::hole(later("function", &format!("Fn::Base64 of {text}"), expr.span))),
    }
}

/// Fn::Length of a list.
pub(super) fn length(argument: &Value, expr: &Expr) -> Kind {
    match &argument.kind {
        Kind::List(items) => Kind::Text(Text::literal(&items.len().to_string())),
        Kind::Members(hole) | Kind::Unknown(hole) => {
            Kind::Text(Text::hole(later("function", &format!("Fn::Length of {}", hole.mark()), expr.span)))
        }
        _ => refused("Fn::Length counts the members of a list", expr),
    }
}

/// Fn::ToJsonString of a list or map: compact, keys in their order. Parts that are not known stay holes in the text.
pub(super) fn to_json(argument: &Value, expr: &Expr) -> Kind {
    if !matches!(argument.kind, Kind::List(_) | Kind::Map(_)) {
        return match &argument.kind {
            Kind::Members(hole) | Kind::Unknown(hole) => {
                Kind::Text(Text::hole(later("function", &format!("Fn::ToJsonString of {}", hole.mark()), expr.span)))
            }
            _ => refused("Fn::ToJsonString takes a list or a map", expr),
        };
    }
    let mut out = Text::default();
    match write(argument, &mut out) {
        Some(()) => Kind::Text(out),
        None => Kind::Text(Text::hole(later("function", "Fn::ToJsonString", expr.span))),
    }
}

/// Writes a value as JSON; nothing where a part of it is not even known to be a text.
fn write(value: &Value, out: &mut Text) -> Option<()> {
    if out.len() > LONGEST {
        return None;
    }
    match &value.kind {
        Kind::Text(text) => quoted(text, out),
        Kind::Unknown(hole) => quoted(&Text::hole(hole.clone()), out),
        Kind::List(items) => sequence("[", items.iter().map(|item| (None, item)), "]", out),
        Kind::Map(entries) => sequence("{", entries.iter().map(|(key, value)| (Some(&*key.text), value)), "}", out),
        Kind::Members(_) | Kind::Nothing | Kind::Open(..) | Kind::Refused(_) => None,
    }
}

fn sequence<'v>(
    start: &str,
    items: impl Iterator<Item = (Option<&'v str>, &'v Value)>,
    end: &str,
    out: &mut Text,
) -> Option<()> {
    out.push_str(start);
    for (n, (key, value)) in items.filter(|(_, value)| value.kind != Kind::Nothing).enumerate() {
        if n > 0 {
            out.push_str(",");
        }
        if let Some(key) = key {
            quoted(&Text::literal(key), out)?;
            out.push_str(":");
        }
        write(value, out)?;
    }
    out.push_str(end);
    Some(())
}

fn quoted(text: &Text, out: &mut Text) -> Option<()> {
    out.push_str("\"");
    for piece in text.pieces() {
        match piece {
            Piece::Literal(known) => {
                let json = serde_json::to_string(&**known).ok()?;
                out.push_str(json.get(1..json.len().checked_sub(1)?)?);
            }
            Piece::Hole(_) => out.push(piece),
        }
    }
    out.push_str("\"");
    Some(())
}
