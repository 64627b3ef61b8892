//! What the user gave, as given.

use crate::source::Document;

/// The flags that describe a deployment.
#[derive(Debug, Default)]
pub(crate) struct Inputs {
    /// `--deployer`.
    pub(crate) deployer: Option<String>,
    /// `--role-arn`.
    pub(crate) role_arn: Option<String>,
    /// `--account`.
    pub(crate) account: Option<String>,
    /// `--region`.
    pub(crate) region: Option<String>,
    /// `--partition`.
    pub(crate) partition: Option<String>,
    /// `--stack-name`.
    pub(crate) stack_name: Option<String>,
    /// `--parameter KEY=VALUE`.
    pub(crate) parameters: Vec<(String, String)>,
    /// `--export NAME=VALUE`.
    pub(crate) exports: Vec<(String, String)>,
    /// `--ssm NAME=VALUE`.
    pub(crate) ssm: Vec<(String, String)>,
    /// `--context KEY=VALUE`; `None`: the call does not carry the key.
    pub(crate) context: Vec<(String, Option<String>)>,
    /// `--identity-policy FILE`: `None` where the flag was not given.
    pub(crate) identity_policies: Option<Vec<Document>>,
    /// `--permissions-boundary FILE`.
    pub(crate) boundary: Option<Document>,
    /// `--session-policy FILE`.
    pub(crate) session_policies: Option<Vec<Document>>,
    /// `--scp FILE`, one level each.
    pub(crate) scps: Vec<Document>,
    /// `--rcp FILE`, one level each.
    pub(crate) rcps: Vec<Document>,
    /// `--iam-snapshot FILE`.
    pub(crate) snapshot: Option<Document>,
}
