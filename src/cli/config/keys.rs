//! The keys that `.cfn-lockout.yaml` may hold: any other is a typo, with its place.

use anyhow::bail;

use crate::source::{Document, NodeId, NodeKind};
use crate::world::nearest;

/// Of the file.
const TOP: [&str; 2] = ["deployments", "exclude"];

/// Of a deployment.
pub(super) const DEPLOYMENT: [&str; 18] = [
    "account",
    "context",
    "deployer",
    "exports",
    "iam-snapshot",
    "identity-policy",
    "parameter-files",
    "parameters",
    "partition",
    "permissions-boundary",
    "rcp",
    "region",
    "role-arn",
    "scp",
    "session-policy",
    "ssm",
    "stack-name",
    "templates",
];

/// Whether every key is known.
///
/// # Errors
///
/// The first that is not, or that is written twice, with its place in `shown`.
pub(super) fn check(document: &Document, shown: &str) -> anyhow::Result<()> {
    if let Some(duplicate) = document.duplicates().first() {
        let at = document.line_col(duplicate.second.start);
        bail!("{shown}:{}:{}: `{}` is written twice", at.line, at.column, duplicate.key);
    }
    known(document, document.root(), &TOP, shown)?;
    let Some(deployments) = document.get(document.root(), "deployments") else { return Ok(()) };
    for (_, body) in entries(document, deployments.value) {
        known(document, body, &DEPLOYMENT, shown)?;
    }
    Ok(())
}

fn known(document: &Document, map: NodeId, keys: &[&str], shown: &str) -> anyhow::Result<()> {
    for (key, _) in entries(document, map) {
        let name = document.scalar(key).unwrap_or_default();
        if !keys.contains(&name) {
            let at = document.line_col(document.span(key).start);
            let near = nearest(name, keys).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            bail!("{shown}:{}:{}: there is no key `{name}`{near}", at.line, at.column);
        }
    }
    Ok(())
}

fn entries(document: &Document, map: NodeId) -> Vec<(NodeId, NodeId)> {
    match &document.node(map).kind {
        NodeKind::Mapping(entries) => entries.iter().map(|entry| (entry.key, entry.value)).collect(),
        _ => Vec::new(),
    }
}
