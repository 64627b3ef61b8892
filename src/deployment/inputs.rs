//! What the user gave, as given.

use crate::policy::Layers;

use super::snapshot::Snapshot;

/// The flags that describe a deployment.
#[derive(Debug, Default)]
pub(crate) struct Inputs {
    /// Where the deployer was named: `--role-arn`, `.cfn-lockout.yaml:9`.
    pub(crate) origin: Option<String>,
    /// `--deployer`.
    pub(crate) deployer: Option<String>,
    /// The name of the session in which the deployer's role calls, which may hold `*`; the deployer is a role then.
    pub(crate) session: Option<String>,
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
    /// Parameters that are given a value which nobody knows here.
    pub(crate) unknown_parameters: Vec<String>,
    /// Whether any other parameter may be given a value, too.
    pub(crate) open_parameters: bool,
    /// `--export NAME=VALUE`.
    pub(crate) exports: Vec<(String, String)>,
    /// `--ssm NAME=VALUE`.
    pub(crate) ssm: Vec<(String, String)>,
    /// `--context KEY=VALUE`; `None`: the call does not carry the key.
    pub(crate) context: Vec<(String, Option<String>)>,
    /// The time, in seconds since 1970, as the clock of the machine has it.
    pub(crate) now: Option<i64>,
    /// The policies that flags give: `--identity-policy`, `--permissions-boundary`, `--session-policy`, `--scp`, `--rcp`.
    pub(crate) layers: Layers,
    /// `--iam-snapshot FILE`.
    pub(crate) snapshot: Option<Snapshot>,
}
