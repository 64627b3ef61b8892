//! `aws iam get-account-authorization-details`: which principals an account has, and what their policies say.
//!
//! Source: IAM API, GetAccountAuthorizationDetails. The documents in it are objects (as the AWS CLI prints them) or texts
//! in URL encoding (as the API returns them).

use std::collections::BTreeSet;

use crate::policy::from_node;
use crate::source::{Document, FileId, NodeId, NodeKind};
use crate::world::{Hole, Kind, Origin, Shape, Value};

use super::error::DeploymentError;

/// The file, and what is looked up in it.
#[derive(Debug)]
pub(crate) struct Snapshot {
    document: Document,
    arns: BTreeSet<String>,
}

/// What the file says about one principal.
#[derive(Debug, Default)]
pub(crate) struct Authorization {
    /// All its identity policies; those that are attached and not in the file are unknown values.
    pub(crate) identity: Vec<Value>,
    /// Its permissions boundary.
    pub(crate) boundary: Option<Vec<Value>>,
}

impl Snapshot {
    /// Reads the file's document.
    ///
    /// # Errors
    ///
    /// It has none of the lists that the command prints.
    pub(crate) fn parse(document: Document) -> Result<Snapshot, DeploymentError> {
        let root = document.root();
        if ["UserDetailList", "RoleDetailList", "GroupDetailList", "Policies"]
            .iter()
            .all(|key| document.get(root, key).is_none())
        {
            return Err(DeploymentError::Snapshot);
        }
        let mut snapshot = Snapshot { document, arns: BTreeSet::new() };
        let lists = ["UserDetailList", "RoleDetailList"].into_iter();
        snapshot.arns =
            lists.flat_map(|list| snapshot.list(root, list)).filter_map(|node| snapshot.text(node, "Arn")).collect();
        Ok(snapshot)
    }

    /// Whether a user or role with this ARN is in the account of the file; nothing of other accounts.
    pub(crate) fn exists(&self, arn: &str) -> Option<bool> {
        let account = |arn: &str| arn.split(':').nth(4).map(str::to_owned);
        let own = account(self.arns.first()?)?;
        (account(arn)? == own).then(|| self.arns.contains(arn))
    }

    /// The ARN, path included, of the role with this name.
    pub(crate) fn role_arn(&self, name: &str) -> Option<String> {
        let root = self.document.root();
        let role = self
            .list(root, "RoleDetailList")
            .into_iter()
            .find(|node| self.text(*node, "RoleName").as_deref() == Some(name))?;
        self.text(role, "Arn")
    }

    /// What the file says about the user or role with this ARN; nothing where it does not have it.
    pub(crate) fn authorization(&self, arn: &str) -> Option<Authorization> {
        let root = self.document.root();
        let named =
            |list| self.list(root, list).into_iter().find(|node| self.text(*node, "Arn").as_deref() == Some(arn));
        let (principal, inline) = match (named("UserDetailList"), named("RoleDetailList")) {
            (Some(user), _) => (user, "UserPolicyList"),
            (None, Some(role)) => (role, "RolePolicyList"),
            (None, None) => return None,
        };
        let mut identity = self.policies(principal, inline);
        for group in self.list(principal, "GroupList") {
            let name = self.document.scalar(group).map(str::to_owned);
            let details = self.list(root, "GroupDetailList");
            let found = details.into_iter().find(|node| self.text(*node, "GroupName") == name);
            match (found, name) {
                (Some(group), _) => identity.extend(self.policies(group, "GroupPolicyList")),
                (None, name) => identity.push(self.unknown(&format!("group {}", name.unwrap_or_default()))),
            }
        }
        let boundary = self.document.get(principal, "PermissionsBoundary").map(|entry| entry.value);
        let boundary = boundary.and_then(|node| self.text(node, "PermissionsBoundaryArn"));
        Some(Authorization { identity, boundary: boundary.map(|arn| vec![self.managed(&arn)]) })
    }

    /// Inline and attached policies of a user, role or group.
    fn policies(&self, node: NodeId, inline: &str) -> Vec<Value> {
        let inline =
            self.list(node, inline).into_iter().filter_map(|policy| self.document_of(policy, "PolicyDocument"));
        let attached = self.list(node, "AttachedManagedPolicies").into_iter();
        let attached = attached.filter_map(|policy| self.text(policy, "PolicyArn")).map(|arn| self.managed(&arn));
        inline.chain(attached).collect()
    }

    /// The default version of a managed policy; where the file lacks it, the table of AWS's own.
    fn managed(&self, arn: &str) -> Value {
        let policies = self.list(self.document.root(), "Policies");
        let found =
            policies.into_iter().find(|node| self.text(*node, "Arn").as_deref() == Some(arn)).and_then(|policy| {
                let default = self.text(policy, "DefaultVersionId");
                let mut versions = self.list(policy, "PolicyVersionList").into_iter();
                let is_default = |version: &NodeId| match &default {
                    Some(id) => self.text(*version, "VersionId").as_ref() == Some(id),
                    None => self.text(*version, "IsDefaultVersion").as_deref() == Some("true"),
                };
                self.document_of(versions.find(is_default)?, "Document")
            });
        let own = || super::beside::managed(arn).ok().map(|document| from_node(&document, document.root()));
        found.or_else(own).unwrap_or_else(|| self.unknown(arn))
    }

    /// A policy document, in either encoding.
    fn document_of(&self, node: NodeId, key: &str) -> Option<Value> {
        let value = self.document.get(node, key)?.value;
        match self.document.scalar(value) {
            None => Some(from_node(&self.document, value)),
            Some(text) => {
                let text = decoded(text)?;
                let document = Document::from_text(FileId(u32::MAX), &text).ok()?;
                Some(from_node(&document, document.root()))
            }
        }
    }

    /// A policy that is attached and whose document is not in the file.
    fn unknown(&self, name: &str) -> Value {
        let origin = Origin::Later { kind: "iam", name: name.to_owned(), at: None };
        let span = self.document.span(self.document.root());
        Value { span, kind: Kind::Unknown(Hole::new(origin, Shape::default(), None)) }
    }

    fn list(&self, node: NodeId, key: &str) -> Vec<NodeId> {
        match self.document.get(node, key).map(|entry| &self.document.node(entry.value).kind) {
            Some(NodeKind::Sequence(items)) => items.clone(),
            _ => Vec::new(),
        }
    }

    fn text(&self, node: NodeId, key: &str) -> Option<String> {
        self.document.scalar(self.document.get(node, key)?.value).map(str::to_owned)
    }
}

/// Percent-decoding (RFC 3986); nothing where a `%` is not followed by two hexadecimal digits.
fn decoded(text: &str) -> Option<String> {
    let mut out = Vec::new();
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        let (high, low) = (digit(bytes.next())?, digit(bytes.next())?);
        out.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn url_encoding_is_undone() {
        assert_eq!(decoded("%7B%22a%22%3A1%7D+"), Some("{\"a\":1}+".to_owned()));
        assert_eq!(decoded("{}"), Some("{}".to_owned()));
        assert_eq!(decoded("100%"), None);
    }
}
