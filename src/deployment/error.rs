//! What can be wrong with the description of a deployment.

use crate::aws::ArnError;

/// Who an ARN names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// Who calls CloudFormation.
    Deployer,
    /// The service role.
    Role,
}

/// A usage error.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DeploymentError {
    /// No principal's ARN.
    #[error("{source}")]
    Arn {
        /// Who was named so.
        who: Who,
        /// Why.
        source: ArnError,
    },
    /// `--role-arn` names something else than a role.
    #[error(
        "`{0}` is no role; CloudFormation takes a service role such as `arn:aws:iam::111122223333:role/Deploy` (use --deployer for who calls CloudFormation)"
    )]
    NotARole(String),
    /// No account id.
    #[error("`{0}` is not an account id: it must have 12 digits")]
    Account(String),
    /// Two accounts.
    #[error("account {given} contradicts the deployer, who is in account {own}: a stack is created by its own account")]
    TwoAccounts {
        /// From the flag.
        given: String,
        /// From the ARN.
        own: String,
    },
    /// No partition.
    #[error("there is no partition `{0}`: use `aws`, `aws-cn` or `aws-us-gov`")]
    Partition(String),
    /// A managed policy that is not in the table.
    #[error(
        "`{0}` is not in the table of AWS managed policies: give its document as a file, as `aws iam get-policy-version` prints it"
    )]
    Managed(String),
    /// A file that holds something else than policies.
    #[error("the file {0}")]
    Policy(String),
    /// A part of the account.
    #[error(
        "--iam-snapshot: the file holds the first page only (`IsTruncated` is true): let the AWS CLI fetch all pages"
    )]
    FirstPage,
    /// Some other file.
    #[error("--iam-snapshot: the file is not what `aws iam get-account-authorization-details` prints")]
    Snapshot,
    /// A principal that the snapshot of its own account does not have.
    #[error("--iam-snapshot: the deployer `{0}` is not in the file")]
    NoDeployer(String),
    /// Two partitions.
    #[error("Region `{region}` is not in partition `{partition}`")]
    TwoPartitions {
        /// From the flag.
        region: String,
        /// From the ARN or the other flag.
        partition: String,
    },
}
