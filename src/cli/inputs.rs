//! Flags to what `deployment/` works with: the files that flags name are read here.

use std::path::Path;

use anyhow::{Context, bail};

use crate::deployment::{Deployment, Inputs};
use crate::source::{Document, FileId, Limits};

use super::args::Flags;
use super::discover::{Content, read, too_large};

/// The deployment that the flags describe.
pub(crate) fn deployment(flags: &Flags) -> anyhow::Result<Deployment> {
    let policies: anyhow::Result<Vec<Document>> = flags.identity_policy.iter().map(|path| policy(path)).collect();
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
        identity_policies: (!flags.identity_policy.is_empty()).then_some(policies?),
    };
    Ok(Deployment::from_inputs("default", inputs)?)
}

/// An IAM policy file. It is named by a flag, so a file that cannot be read ends the run.
fn policy(path: &Path) -> anyhow::Result<Document> {
    let shown = path.display();
    let limits = Limits::default();
    let bytes = match read(path, limits.bytes).with_context(|| format!("--identity-policy `{shown}`"))? {
        Content::Bytes(bytes) => bytes,
        Content::TooLarge { size, .. } => bail!("--identity-policy `{shown}`: {}", too_large(size, limits.bytes)),
    };
    Document::parse(FileId(u32::MAX), bytes, &limits)
        .map_err(|error| anyhow::anyhow!("--identity-policy `{shown}`:{}:{}: {error}", error.line, error.column))
}
