//! IAM policy documents from files.

use crate::policy::from_node;
use crate::source::{Document, NodeKind};
use crate::world::Value;

/// The policies in a file: one document, or a list of them.
pub(crate) fn policies(document: &Document) -> Vec<Value> {
    match &document.node(document.root()).kind {
        NodeKind::Sequence(items) => items.iter().map(|&item| from_node(document, item)).collect(),
        _ => vec![from_node(document, document.root())],
    }
}
