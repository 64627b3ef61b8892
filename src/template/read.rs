//! Nodes to expressions: short tags and long forms become the same typed expression.
//!
//! Source: AWS CloudFormation User Guide, intrinsic-function-reference.html: `!Sub x` is short for `{Fn::Sub: x}`.

use crate::source::{Document, Form, NodeId, NodeKind};

use super::expr::{Expr, ExprKind, Key};
use super::intrinsics;

/// Reads the node `id` as an expression.
pub(crate) fn read(document: &Document, id: NodeId) -> Expr {
    let node = document.node(id);
    match &node.tag {
        Some(tag) if intrinsics::is_short_tag(&tag.name) => {
            let argument = untagged(document, id);
            Expr { span: document.full_span(id), kind: intrinsics::call(&tag.name, argument) }
        }
        _ => untagged(document, id),
    }
}

/// Reads the node `id` as a value in which nothing is a function.
pub(crate) fn literal(document: &Document, id: NodeId) -> Expr {
    let kind = match &document.node(id).kind {
        NodeKind::Scalar(scalar) if scalar.form == Form::Null => ExprKind::Null,
        NodeKind::Scalar(scalar) => ExprKind::Text(scalar.shared_text()),
        NodeKind::Sequence(items) => ExprKind::List(items.iter().map(|&item| literal(document, item)).collect()),
        NodeKind::Mapping(entries) => {
            let entries = entries.iter();
            ExprKind::Map(
                entries.filter_map(|entry| Some((key(document, entry.key)?, literal(document, entry.value)))).collect(),
            )
        }
    };
    Expr { span: document.full_span(id), kind }
}

fn untagged(document: &Document, id: NodeId) -> Expr {
    let node = document.node(id);
    let span = document.span(id);
    let kind = match &node.kind {
        NodeKind::Scalar(scalar) if scalar.form == Form::Null => ExprKind::Null,
        NodeKind::Scalar(scalar) => ExprKind::Text(scalar.shared_text()),
        NodeKind::Sequence(items) => ExprKind::List(items.iter().map(|&item| read(document, item)).collect()),
        NodeKind::Mapping(entries) => {
            // Of thousands of templates, this is most of what is kept.
            let mut out = Vec::with_capacity(entries.len());
            out.extend(
                entries.iter().filter_map(|entry| Some((key(document, entry.key)?, read(document, entry.value)))),
            );
            map(out)
        }
    };
    Expr { span, kind }
}

/// A map, or the long form of a function: a map with that one key.
fn map(mut entries: Vec<(Key, Expr)>) -> ExprKind {
    let function = match entries.as_slice() {
        [(key, _)] => intrinsics::long_name(&key.text).map(str::to_owned),
        _ => None,
    };
    match (function, entries.pop()) {
        (Some(name), Some((_, argument))) => intrinsics::call(&name, argument),
        (None, last) => {
            entries.extend(last);
            ExprKind::Map(entries.into())
        }
        (Some(_), None) => ExprKind::Map(entries.into()),
    }
}

/// The key of a mapping entry, if it is a scalar.
pub(crate) fn key(document: &Document, id: NodeId) -> Option<Key> {
    match &document.node(id).kind {
        NodeKind::Scalar(scalar) => Some(Key { text: scalar.shared_text(), span: document.span(id) }),
        _ => None,
    }
}
