//! Bytes in, a tree of nodes with spans out: YAML as CloudFormation reads it, and JSON, into the same nodes.
//!
//! Follows: AWS CloudFormation User Guide, template-formats.html. Must not know: AWS, templates.

mod builder;
mod comments;
mod document;
mod edit;
mod error;
mod json;
mod lines;
mod load;
mod rebuild;
mod scalar;
mod sources;
#[cfg(test)]
mod tests;
mod texts;

pub(crate) use document::{Document, Duplicate, Entry, FileId, Limits, Node, NodeId, NodeKind, Span};
pub(crate) use edit::{TextEdit, edited};
pub(crate) use error::SourceError;
pub(crate) use rebuild::Rebuild;
pub(crate) use scalar::{Form, Scalar, Style};
pub(crate) use sources::Sources;
