//! ARNs of principals, parsed at the border.
//!
//! Source: IAM User Guide, reference_identifiers.html (IAM ARNs) and reference_policies_elements_principal.html.

use std::fmt;

use super::partition::is_partition;

/// Twelve digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct AccountId(String);

impl AccountId {
    /// `text` as an account id, if it is one.
    pub(crate) fn parse(text: &str) -> Option<AccountId> {
        (text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| AccountId(text.to_owned()))
    }

    /// The digits.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Who an ARN names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PrincipalKind {
    /// The account root user; in a Principal, the account.
    Root,
    /// An IAM user: path (from `/` to `/`) and name.
    User {
        /// `/` or `/team/`.
        path: String,
        /// The name.
        name: String,
    },
    /// An IAM role: path and name.
    Role {
        /// `/` or `/team/`.
        path: String,
        /// The name.
        name: String,
    },
    /// A session of a role. Its ARN carries no path.
    Session {
        /// The role's name.
        role: String,
        /// The session's name.
        session: String,
    },
    /// A session of GetFederationToken.
    FederatedUser {
        /// Its name.
        name: String,
    },
}

/// An ARN that names a principal. Each part may hold `*` where only a pattern is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PrincipalArn {
    /// `aws`, `aws-cn`, ….
    pub(crate) partition: String,
    /// Twelve digits, or a pattern.
    pub(crate) account: String,
    /// Who.
    pub(crate) kind: PrincipalKind,
}

/// Why a text is no principal's ARN.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ArnError {
    /// Not six parts.
    #[error("`{0}` is not an ARN: it must look like `arn:aws:iam::111122223333:role/Name`")]
    Shape(String),
    /// No such partition.
    #[error("`{0}` is not a partition: use `aws`, `aws-cn` or `aws-us-gov`")]
    Partition(String),
    /// Not twelve digits.
    #[error("`{0}` is not an account id: it must have 12 digits")]
    Account(String),
    /// No user, role, session or root.
    #[error("`{0}` names no user, role, role session, federated user or account root")]
    Resource(String),
}

impl PrincipalArn {
    /// Reads an ARN; `*` is allowed in the account and the names.
    pub(crate) fn parse(arn: &str) -> Result<PrincipalArn, ArnError> {
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let ["arn", partition, service, "", account, resource] = parts.as_slice() else {
            return Err(ArnError::Shape(arn.to_owned()));
        };
        if !is_partition(partition) && !partition.contains('*') {
            return Err(ArnError::Partition((*partition).to_owned()));
        }
        if AccountId::parse(account).is_none() && !account.contains('*') {
            return Err(ArnError::Account((*account).to_owned()));
        }
        let kind = kind(service, resource).ok_or_else(|| ArnError::Resource(arn.to_owned()))?;
        Ok(PrincipalArn { partition: (*partition).to_owned(), account: (*account).to_owned(), kind })
    }
}

fn kind(service: &str, resource: &str) -> Option<PrincipalKind> {
    let (word, rest) = resource.split_once('/').unwrap_or((resource, ""));
    match (service, word) {
        ("iam", "root") if !resource.contains('/') => Some(PrincipalKind::Root),
        ("iam", "user") => path_and_name(rest).map(|(path, name)| PrincipalKind::User { path, name }),
        ("iam", "role") => path_and_name(rest).map(|(path, name)| PrincipalKind::Role { path, name }),
        ("sts", "assumed-role") => {
            let (role, session) = rest.split_once('/')?;
            let whole = !role.is_empty() && !session.is_empty() && !session.contains('/');
            whole.then(|| PrincipalKind::Session { role: role.to_owned(), session: session.to_owned() })
        }
        ("sts", "federated-user") if !rest.is_empty() => Some(PrincipalKind::FederatedUser { name: rest.to_owned() }),
        _ => None,
    }
}

/// `team/Name` → `/team/`, `Name`.
fn path_and_name(rest: &str) -> Option<(String, String)> {
    let (path, name) = match rest.rsplit_once('/') {
        Some((path, name)) => (format!("/{path}/"), name),
        None => ("/".to_owned(), rest),
    };
    (!name.is_empty()).then(|| (path, name.to_owned()))
}

impl fmt::Display for PrincipalArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let PrincipalArn { partition, account, kind } = self;
        match kind {
            PrincipalKind::Root => write!(f, "arn:{partition}:iam::{account}:root"),
            PrincipalKind::User { path, name } => write!(f, "arn:{partition}:iam::{account}:user{path}{name}"),
            PrincipalKind::Role { path, name } => write!(f, "arn:{partition}:iam::{account}:role{path}{name}"),
            PrincipalKind::Session { role, session } => {
                write!(f, "arn:{partition}:sts::{account}:assumed-role/{role}/{session}")
            }
            PrincipalKind::FederatedUser { name } => {
                write!(f, "arn:{partition}:sts::{account}:federated-user/{name}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_reads_and_prints_the_same() {
        for arn in [
            "arn:aws:iam::111122223333:root",
            "arn:aws:iam::111122223333:user/Alice",
            "arn:aws-cn:iam::111122223333:role/team/a/Deploy",
            "arn:aws:sts::111122223333:assumed-role/Deploy/me@example.com",
            "arn:aws:sts::111122223333:federated-user/bob",
            "arn:aws:iam::*:role/stacksets-exec-*",
        ] {
            assert_eq!(PrincipalArn::parse(arn).unwrap().to_string(), arn);
        }
    }

    #[test]
    fn what_is_no_principal_says_why() {
        for (arn, expected) in [
            ("role/Deploy", ArnError::Shape("role/Deploy".into())),
            ("arn:amazon:iam::111122223333:root", ArnError::Partition("amazon".into())),
            ("arn:aws:iam::1111:root", ArnError::Account("1111".into())),
            ("arn:aws:iam::111122223333:group/G", ArnError::Resource("arn:aws:iam::111122223333:group/G".into())),
            (
                "arn:aws:sts::111122223333:assumed-role/R",
                ArnError::Resource("arn:aws:sts::111122223333:assumed-role/R".into()),
            ),
        ] {
            assert_eq!(PrincipalArn::parse(arn), Err(expected));
        }
    }
}
