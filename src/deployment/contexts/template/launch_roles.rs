//! AWS::ServiceCatalog::LaunchRoleConstraint: the role with which Service Catalog launches a product.
//!
//! Source: AWS Service Catalog Administrator Guide, constraints-launch.html: Service Catalog assumes the role and calls
//! CloudFormation with it; a local role name stands for a role of that name in the account that launches. How the session is
//! named is not documented.

use super::super::places::{from_root, of_url};
use super::super::{Beside, Context, Node, Told};
use super::Deploying;
use crate::deployment::said::Said;

pub(super) const TYPE: &str = "AWS::ServiceCatalog::LaunchRoleConstraint";

const PRODUCT: &str = "AWS::ServiceCatalog::CloudFormationProduct";

/// The launches of the product; none where its templates are not told.
pub(super) fn contexts(constraint: &Deploying<'_>, beside: &mut dyn Beside) -> Vec<Context> {
    let Deploying { file, properties, values, at, id } = *constraint;
    let product =
        properties.get("ProductId").and_then(|node| values.referred(node)).and_then(|id| values.resource(id, PRODUCT));
    let Some(product) = product else { return Vec::new() };
    let role = properties.get("RoleArn").map(|node| Told::new(values.value(node).role(), file.place(node)));
    let local = || {
        let node = properties.get("LocalRoleName")?;
        let name = values.value(node).pattern();
        Some(Told::new(format!("arn:*:sts::*:assumed-role/{name}/*"), file.place(node)))
    };
    let deployer = role.or_else(local);
    let unknown = deployer.is_none().then(|| Told::new("the constraint names no role", file.place(at)));
    // Who launches the product gives its parameters.
    let said = Said { deployer, unlisted: Some(file.place(at)), ..Said::default() };
    let artifacts = product.get("ProvisioningArtifactParameters").map_or(&[][..], Node::items);
    let urls = artifacts.iter().filter_map(|artifact| artifact.at(&["Info", "LoadTemplateFromURL"]));
    let mut templates: Vec<String> = urls.filter_map(|url| of_url(&values.value(url).pattern(), beside)).collect();
    let connected = product.at(&["SourceConnection", "ConnectionParameters", "CodeStar", "ArtifactPath"]);
    templates.extend(connected.and_then(Node::text).map(|path| from_root(path, beside)));
    if templates.is_empty() {
        return Vec::new();
    }
    vec![Context { name: id.to_owned(), place: file.place(at), said, templates, unknown }]
}
