//! Output of `aws sts get-caller-identity`: who calls CloudFormation.
//!
//! Source: AWS STS API Reference, GetCallerIdentity: `Arn` of a role session carries no path; `UserId` of a session is the
//! role's id, `:` and the session's name.

use super::{Context, File, Problem, Told};
use crate::deployment::said::Said;

/// The caller.
pub(super) fn contexts(file: &File) -> Result<Vec<Context>, Problem> {
    let root = &file.root;
    let arn = root.get("Arn").unwrap_or(root);
    let Some(deployer) = file.told(Some(arn)) else { return Err(file.problem(arn, "`Arn` is no text")) };
    let deployer = Told { value: principal(&deployer.value), ..deployer };
    let account = file.told(root.get("Account"));
    let said = Said { deployer: Some(deployer), account, ..Said::default() };
    Ok(vec![Context { place: file.place(arn), said, ..Context::default() }])
}

/// The ARN as AWS writes it: moto, which people test their deployments with, calls a user `arn:aws:sts::…:user/moto`.
fn principal(arn: &str) -> String {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", partition, "sts", "", account, resource] if resource.starts_with("user/") => {
            format!("arn:{partition}:iam::{account}:{resource}")
        }
        _ => arn.to_owned(),
    }
}
