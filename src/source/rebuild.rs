//! New nodes over the text of a document: what a macro makes of it, with spans that still point into the file.
//!
//! Comes in: a document and the nodes of its new tree. Goes out: a document with the same text and lines. Must not know:
//! what the nodes mean.

use super::document::{Document, Node, NodeId, NodeKind, Span};

/// The nodes of the new tree, children before their parents.
#[derive(Debug, Default)]
pub(crate) struct Rebuild(Vec<Node>);

impl Rebuild {
    /// Adds a node without a tag, and says how to refer to it.
    pub(crate) fn add(&mut self, span: Span, kind: NodeKind) -> NodeId {
        let id = NodeId(u32::try_from(self.0.len()).unwrap_or(u32::MAX));
        self.0.push(Node { span, tag: None, kind });
        id
    }

    /// The document that `of` becomes, with this outermost node.
    pub(crate) fn finish(self, of: &Document, root: NodeId) -> Document {
        of.with(self.0, root)
    }
}
