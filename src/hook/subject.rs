//! What is about to be deployed, as far as an event tells it.

use serde_json::{Map, Value as Json, json};

/// A template, where it is deployed, and what is deployed now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Subject {
    /// The name of the stack; nothing where Cloud Control makes the resource.
    pub(crate) stack: Option<String>,
    /// The account.
    pub(crate) account: String,
    /// The Region, where the event tells it.
    pub(crate) region: Option<String>,
    /// The template.
    pub(crate) template: String,
    /// The one that is deployed now.
    pub(crate) previous: Option<String>,
    /// Whether the template has parameters whose values the event does not tell.
    pub(crate) has_parameters: bool,
}

/// A resource with its properties.
pub(super) struct Resource<'j> {
    pub(super) id: &'j str,
    pub(super) kind: &'j str,
    pub(super) properties: &'j Json,
}

/// Whether the type is one of a key.
pub(super) fn is_key(kind: &str) -> bool {
    kind == "AWS::KMS::Key" || kind == "AWS::KMS::ReplicaKey"
}

/// A template of these resources alone: CloudFormation has resolved their properties.
pub(super) fn template<'j>(resources: impl Iterator<Item = Resource<'j>>) -> String {
    let one = |one: Resource<'_>| (one.id.to_owned(), json!({ "Type": one.kind, "Properties": one.properties }));
    let resources: Map<String, Json> = resources.map(one).collect();
    let mut text = serde_json::to_string_pretty(&json!({ "Resources": resources })).unwrap_or_default();
    text.push('\n');
    text
}
