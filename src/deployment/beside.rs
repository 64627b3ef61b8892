//! The policies beside the key policy, from files: IAM documents as they are attached, one or a list of them.

use crate::aws::{managed_policy, managed_policy_names};
use crate::policy::from_node;
use crate::source::{Document, FileId, NodeKind};
use crate::world::Value;

use super::error::DeploymentError;

/// The policies in a file: one document, or a list of them.
pub(crate) fn policies(document: &Document) -> Vec<Value> {
    match &document.node(document.root()).kind {
        NodeKind::Sequence(items) => items.iter().map(|&item| from_node(document, item)).collect(),
        _ => vec![from_node(document, document.root())],
    }
}

/// All policies of several files, as one set; nothing where no file was given.
pub(crate) fn all(documents: Option<Vec<Document>>) -> Option<Vec<Value>> {
    documents.map(|documents| documents.iter().flat_map(policies).collect())
}

/// The document of an AWS managed policy, by its ARN.
///
/// # Errors
///
/// The policy is not in the table.
pub(crate) fn managed(arn: &str) -> Result<Document, DeploymentError> {
    let unknown = || DeploymentError::Managed(arn.to_owned(), managed_policy_names().join(", "));
    let text = managed_policy(arn).ok_or_else(unknown)?;
    Document::from_text(FileId(u32::MAX), text).map_err(|_| unknown())
}
