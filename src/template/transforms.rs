//! Which macros a template names, and where they may add entries.
//!
//! Comes in: a document. Goes out: names and places. Must not know: what a macro does.

use crate::source::{Document, NodeId, NodeKind, Span};

use super::expr::{Expr, ExprKind};
use super::read::read;
use super::tree::{LOOP, is_macro};

/// Whether a macro or loop stands among the entries of a section, or among the sections.
pub(super) fn grows(document: &Document) -> bool {
    let root = document.root();
    let sections = ["Parameters", "Mappings", "Conditions", "Resources", "Outputs"];
    let sections = sections.iter().filter_map(|name| document.get(root, name)).map(|entry| entry.value);
    // `aws cloudformation package` writes the resources of the section Modules into the template.
    document.get(root, "Modules").is_some()
        || std::iter::once(root).chain(sections).any(|node| has_macro(document, node))
}

/// Whether an AWS::Include or a loop stands anywhere: then macros write the template before it is read.
pub(super) fn is_written_by_macros(document: &Document) -> bool {
    document.scalars().any(|text| text == "AWS::Include" || text.starts_with(LOOP))
}

/// Whether a map holds what a macro or loop writes.
pub(super) fn has_macro(document: &Document, node: NodeId) -> bool {
    let tagged = document.node(node).tag.as_ref().is_some_and(|tag| &*tag.name == "Transform");
    let NodeKind::Mapping(entries) = &document.node(node).kind else { return tagged };
    tagged || entries.iter().any(|entry| document.scalar(entry.key).is_some_and(is_macro))
}

/// Macros are named by a text, or by a map with Name and Parameters; one whose name is no text has the empty name.
///
/// Source: AWS CloudFormation User Guide, transform-section-structure.html.
pub(super) fn transforms(document: &Document) -> Vec<(String, Span)> {
    let Some(entry) = document.get(document.root(), "Transform") else { return Vec::new() };
    let named = |expr: &Expr| match expr.get("Name").unwrap_or(expr) {
        Expr { span, kind: ExprKind::Text(name) } => (name.to_string(), *span),
        Expr { span, .. } => (String::new(), *span),
    };
    let expr = read(document, entry.value);
    match &expr.kind {
        ExprKind::List(items) => items.iter().map(named).collect(),
        ExprKind::Null => Vec::new(),
        _ => vec![named(&expr)],
    }
}
