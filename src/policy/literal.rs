//! Policy documents that stand in files of their own: every text in them is known.

use crate::source::{Document, NodeId, NodeKind};
use crate::world::{Key, Kind, Text, Value};

/// The value that a node writes.
pub(crate) fn from_node(document: &Document, id: NodeId) -> Value {
    let kind = match &document.node(id).kind {
        NodeKind::Scalar(scalar) => Kind::Text(Text::literal(scalar.text())),
        NodeKind::Sequence(items) => Kind::List(items.iter().map(|&item| from_node(document, item)).collect()),
        NodeKind::Mapping(entries) => {
            let entry = |key: NodeId, value: NodeId| match &document.node(key).kind {
                NodeKind::Scalar(name) => {
                    let key = Key { text: name.shared_text(), span: document.span(key) };
                    Some((key, from_node(document, value)))
                }
                _ => None,
            };
            Kind::Map(entries.iter().filter_map(|found| entry(found.key, found.value)).collect())
        }
    };
    Value { span: document.span(id), kind }
}
