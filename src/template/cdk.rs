//! What the AWS CDK writes into the Metadata of resources: where they come from.
//!
//! Comes in: a resource. Goes out: the construct that made it, and the file that stands behind its TemplateURL. Must not know:
//! files.
//!
//! Source: aws-cdk, packages/aws-cdk-lib/cx-api: PATH_METADATA_KEY (`aws:cdk:path`), ASSET_RESOURCE_METADATA_PATH_KEY
//! (`aws:asset:path`) and ASSET_RESOURCE_METADATA_PROPERTY_KEY (`aws:asset:property`).

use std::collections::BTreeMap;

use crate::source::{Document, NodeId};

use super::template::Template;

/// The local file that is uploaded for the TemplateURL of a nested stack.
pub(super) fn asset(document: &Document, resource: NodeId) -> Option<String> {
    metadata(document, resource, "aws:asset:property").filter(|property| *property == "TemplateURL")?;
    metadata(document, resource, "aws:asset:path").map(str::to_owned)
}

/// The path of the construct that made a resource.
pub(super) fn construct(document: &Document, resource: NodeId) -> Option<String> {
    metadata(document, resource, "aws:cdk:path").filter(|path| !path.is_empty()).map(str::to_owned)
}

fn metadata<'d>(document: &'d Document, resource: NodeId, name: &str) -> Option<&'d str> {
    let metadata = document.get(resource, "Metadata")?.value;
    document.scalar(document.get(metadata, name)?.value)
}

impl Template {
    /// The constructs that made its resources, by logical id.
    pub(crate) fn constructs(&self) -> BTreeMap<String, String> {
        let made = |one: &super::Resource| Some((one.id.clone(), one.construct.clone()?));
        self.resources.iter().filter_map(made).collect()
    }
}
