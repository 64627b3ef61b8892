//! What was given, to what `deployment/` works with: the files that are named are read here.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, anyhow};

use crate::deployment::{Deployment, Inputs, Snapshot, managed, policies};
use crate::policy::{Layer, Layers};
use crate::source::{Document, FileId, Limits};
use crate::world::Value;

use super::discover::{Found, bytes};
use super::given::Given;

/// The deployment that was described.
///
/// # Errors
///
/// A file that cannot be read, and what does not describe a deployment, with the flag or the place where it is said.
pub(crate) fn deployment(given: &Given) -> anyhow::Result<Deployment> {
    let inputs = Inputs {
        exports: given.exports.clone(),
        ssm: given.ssm.clone(),
        context: given.context.clone(),
        now: now(),
        layers: layers(given)?,
        snapshot: snapshot(given)?,
        ..given.said.inputs()
    };
    Deployment::from_inputs(&given.name, inputs).map_err(|error| match given.said.place(&error) {
        Some(place) => anyhow!("{place}: {error}"),
        None => error.into(),
    })
}

/// The deployment in which a principal makes the call itself: of the policies beside the key policy, those that were given are
/// the deployer's own, and only those of the organization are everybody's.
pub(super) fn as_principal(given: &Given, arn: &str, account: &str, is_deployer: bool) -> anyhow::Result<Deployment> {
    let mut layers = layers(given)?;
    if !is_deployer {
        layers = Layers { scps: layers.scps, rcps: layers.rcps, ..Layers::default() };
    }
    let inputs = Inputs {
        deployer: Some(arn.to_owned()),
        account: Some(account.to_owned()),
        region: given.said.inputs().region,
        context: given.context.clone(),
        now: now(),
        layers,
        snapshot: snapshot(given)?,
        ..Inputs::default()
    };
    Ok(Deployment::from_inputs(&given.name, inputs)?.direct())
}

fn layers(given: &Given) -> anyhow::Result<Layers> {
    let levels = |flag, layer, paths: &[PathBuf]| paths.iter().map(|path| level(flag, layer, path)).collect();
    let scps: anyhow::Result<Vec<Vec<Value>>> = levels("--scp", Layer::Scp, &given.scp);
    let rcps: anyhow::Result<Vec<Vec<Value>>> = levels("--rcp", Layer::Rcp, &given.rcp);
    Ok(Layers {
        identity: set("--identity-policy", Layer::Identity, &given.identity_policy)?,
        lacking: None,
        boundary: set("--permissions-boundary", Layer::Boundary, given.permissions_boundary.as_slice())?,
        session: set("--session-policy", Layer::Session, &given.session_policy)?,
        scps: scps?,
        rcps: rcps?,
    })
}

/// All policies of several files, as one set; nothing where no file was given.
fn set(flag: &str, layer: Layer, paths: &[PathBuf]) -> anyhow::Result<Option<Vec<Value>>> {
    let mut out = Vec::new();
    for path in paths {
        out.extend(level(flag, layer, path)?);
    }
    Ok((!paths.is_empty()).then_some(out))
}

/// The policies of one file, or the AWS managed policy that an ARN names.
fn level(flag: &str, layer: Layer, path: &Path) -> anyhow::Result<Vec<Value>> {
    if let Some(arn) = path.to_str().filter(|text| text.starts_with("arn:")) {
        return Ok(vec![managed(arn).with_context(|| flag.to_owned())?]);
    }
    let document = document(flag, path)?;
    policies(&document, layer).with_context(|| format!("{flag} `{}`", path.display()))
}

pub(super) fn snapshot(given: &Given) -> anyhow::Result<Option<Snapshot>> {
    let Some(path) = &given.iam_snapshot else { return Ok(None) };
    Ok(Some(Snapshot::parse(document("--iam-snapshot", path)?)?))
}

/// The machine's clock: aws:CurrentTime of the call.
fn now() -> Option<i64> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_secs()).ok()
}

/// A file that a flag names: one that cannot be read ends the run.
pub(super) fn document(flag: &str, path: &Path) -> anyhow::Result<Document> {
    let shown = path.display();
    let found = Found { shown: shown.to_string(), path: Some(path.to_owned()), named: true };
    parsed(flag, path, bytes(&found).with_context(|| format!("{flag} `{shown}`"))?)
}

/// What these bytes of such a file say.
pub(super) fn parsed(flag: &str, path: &Path, bytes: Vec<u8>) -> anyhow::Result<Document> {
    Document::parse(FileId(u32::MAX), bytes, &Limits::default())
        .map_err(|error| anyhow!("{flag} `{}`:{}:{}: {error}", path.display(), error.line, error.column))
}
