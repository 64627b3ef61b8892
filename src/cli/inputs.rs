//! Flags to what `deployment/` works with: the files that flags name are read here.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::deployment::{Deployment, Inputs, managed};
use crate::source::{Document, FileId, Limits};

use super::args::Flags;
use super::discover::{Content, read, too_large};

/// The deployment that the flags describe.
pub(crate) fn deployment(flags: &Flags) -> anyhow::Result<Deployment> {
    let given = |paths: &[PathBuf]| !paths.is_empty();
    let identity = documents("--identity-policy", &flags.identity_policy)?;
    let session = documents("--session-policy", &flags.session_policy)?;
    let inputs = Inputs {
        deployer: flags.deployer.clone(),
        role_arn: flags.role_arn.clone(),
        account: flags.account.clone(),
        region: flags.region.clone(),
        partition: flags.partition.clone(),
        stack_name: flags.stack_name.clone(),
        parameters: flags.parameter.clone(),
        exports: flags.export.clone(),
        ssm: flags.ssm.clone(),
        context: flags.context.clone(),
        identity_policies: given(&flags.identity_policy).then_some(identity),
        boundary: one("--permissions-boundary", flags.permissions_boundary.as_deref())?,
        session_policies: given(&flags.session_policy).then_some(session),
        scps: documents("--scp", &flags.scp)?,
        rcps: documents("--rcp", &flags.rcp)?,
        snapshot: one("--iam-snapshot", flags.iam_snapshot.as_deref())?,
    };
    Ok(Deployment::from_inputs("default", inputs)?)
}

fn one(flag: &str, path: Option<&Path>) -> anyhow::Result<Option<Document>> {
    path.map(|path| document(flag, path)).transpose()
}

fn documents(flag: &str, paths: &[PathBuf]) -> anyhow::Result<Vec<Document>> {
    paths.iter().map(|path| document(flag, path)).collect()
}

/// A file that a flag names: one that cannot be read ends the run. An ARN is a managed policy.
fn document(flag: &str, path: &Path) -> anyhow::Result<Document> {
    let shown = path.display();
    if let Some(arn) = path.to_str().filter(|text| text.starts_with("arn:")) {
        return managed(arn).with_context(|| flag.to_owned());
    }
    let limits = Limits::default();
    let bytes = match read(path, limits.bytes).with_context(|| format!("{flag} `{shown}`"))? {
        Content::Bytes(bytes) => bytes,
        Content::TooLarge { size, .. } => bail!("{flag} `{shown}`: {}", too_large(size, limits.bytes)),
    };
    Document::parse(FileId(u32::MAX), bytes, &limits)
        .map_err(|error| anyhow::anyhow!("{flag} `{shown}`:{}:{}: {error}", error.line, error.column))
}
