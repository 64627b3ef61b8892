//! `aws iam get-account-authorization-details`: which principals an account has, and what their policies say.
//!
//! Source: IAM API, GetAccountAuthorizationDetails. The documents in it are objects (as the AWS CLI prints them) or texts
//! in URL encoding (as the API returns them).

use std::collections::BTreeMap;

use crate::aws::PrincipalArn;
use crate::source::{Document, NodeId, NodeKind};
use crate::world::{Hole, Kind, Origin, Shape, Value};

use super::error::DeploymentError;
use super::policies::{embedded, managed};

const USERS: &str = "UserDetailList";
const ROLES: &str = "RoleDetailList";

/// The file, and what is looked up in it.
#[derive(Debug)]
pub(crate) struct Snapshot {
    document: Document,
    /// Its users and roles, by their ARNs.
    arns: BTreeMap<String, NodeId>,
}

/// What the file says about one principal.
#[derive(Debug, Default)]
pub(crate) struct Authorization {
    /// All its identity policies; those that are attached and not in the file are unknown values.
    pub(crate) identity: Vec<Value>,
    /// Its permissions boundary.
    pub(crate) boundary: Option<Vec<Value>>,
    /// Its unique id.
    pub(crate) id: Option<String>,
    /// Its tags.
    pub(crate) tags: Vec<(String, String)>,
}

impl Snapshot {
    /// Reads the file's document.
    ///
    /// # Errors
    ///
    /// It has none of the lists that the command prints, or only the first page of them.
    pub(crate) fn parse(document: Document) -> Result<Snapshot, DeploymentError> {
        let root = document.root();
        if [USERS, ROLES, "GroupDetailList", "Policies"].iter().all(|key| document.get(root, key).is_none()) {
            return Err(DeploymentError::Snapshot);
        }
        let mut snapshot = Snapshot { document, arns: BTreeMap::new() };
        if snapshot.text(root, "IsTruncated").as_deref() == Some("true") {
            return Err(DeploymentError::FirstPage);
        }
        let lists = [USERS, ROLES].into_iter();
        let people = lists.flat_map(|list| snapshot.list(root, list));
        // Of an ARN that is there twice, the first counts.
        let people: Vec<(String, NodeId)> =
            people.filter_map(|node| Some((snapshot.text(node, "Arn")?, node))).collect();
        snapshot.arns = people.into_iter().rev().collect();
        Ok(snapshot)
    }

    /// Whether a user or role with this ARN is in the account of the file. Nothing of other accounts, of other principals,
    /// and where the file has no list of users or roles.
    pub(crate) fn exists(&self, arn: &str) -> Option<bool> {
        let part = |arn: &str, index| arn.split(':').nth(index).map(str::to_owned);
        let (_, own) = self.home()?;
        let list = match part(arn, 5)?.split('/').next()? {
            "user" => USERS,
            "role" => ROLES,
            _ => return None,
        };
        self.document.get(self.document.root(), list)?;
        (part(arn, 4)? == own).then(|| self.arns.contains_key(arn))
    }

    /// Partition and account of the file; nothing where it has neither users nor roles.
    pub(crate) fn home(&self) -> Option<(&str, &str)> {
        let mut parts = self.arns.keys().next()?.split(':');
        Some((parts.nth(1)?, parts.nth(2)?))
    }

    /// Every user and role, if the file has both lists: then there is nobody else in its account but the root user.
    pub(crate) fn everybody(&self) -> Option<Vec<&str>> {
        let root = self.document.root();
        [USERS, ROLES]
            .iter()
            .all(|list| self.document.get(root, list).is_some())
            .then(|| self.arns.keys().map(String::as_str).collect())
    }

    /// Whether the roles of the ARN's account are in the file, and none of them has this name.
    pub(crate) fn covers(&self, arn: &PrincipalArn, role: &str) -> bool {
        let any = format!("arn:{}:iam::{}:role/{role}", arn.partition, arn.account);
        self.exists(&any) == Some(false) && self.role_arn(role).is_none()
    }

    /// The ARN, path included, of the role with this name.
    pub(crate) fn role_arn(&self, name: &str) -> Option<String> {
        let mut roles = self.list(self.document.root(), ROLES).into_iter();
        let role = roles.find(|node| self.text(*node, "RoleName").as_deref() == Some(name))?;
        self.text(role, "Arn")
    }

    /// What the file says about the user or role with this ARN; nothing where it does not have it.
    pub(crate) fn authorization(&self, arn: &str) -> Option<Authorization> {
        let root = self.document.root();
        let principal = *self.arns.get(arn)?;
        let (inline, id) =
            if arn.contains(":user/") { ("UserPolicyList", "UserId") } else { ("RolePolicyList", "RoleId") };
        let mut identity = self.policies(principal, inline);
        for name in self.list(principal, "GroupList") {
            let name = self.document.scalar(name).unwrap_or_default();
            let mut groups = self.list(root, "GroupDetailList").into_iter();
            match groups.find(|node| self.text(*node, "GroupName").as_deref() == Some(name)) {
                Some(group) => identity.extend(self.policies(group, "GroupPolicyList")),
                None => identity.push(self.unknown(&format!("the policies of group {name}"))),
            }
        }
        let boundary = self.document.get(principal, "PermissionsBoundary").map(|entry| entry.value);
        let boundary = boundary.and_then(|node| self.text(node, "PermissionsBoundaryArn"));
        let tags = self.list(principal, "Tags").into_iter();
        Some(Authorization {
            identity,
            boundary: boundary.map(|arn| vec![self.managed(&arn)]),
            id: self.text(principal, id),
            tags: tags.filter_map(|tag| Some((self.text(tag, "Key")?, self.text(tag, "Value")?))).collect(),
        })
    }

    /// Inline and attached policies of a user, role or group.
    fn policies(&self, node: NodeId, inline: &str) -> Vec<Value> {
        let inline = self.list(node, inline).into_iter().map(|policy| {
            let name = self.text(policy, "PolicyName").unwrap_or_default();
            self.document_of(policy, "PolicyDocument").unwrap_or_else(|| self.unknown(&format!("inline policy {name}")))
        });
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
        found.or_else(|| managed(arn).ok()).unwrap_or_else(|| self.unknown(arn))
    }

    /// A policy document, in either encoding; nothing where it is none.
    fn document_of(&self, node: NodeId, key: &str) -> Option<Value> {
        let policy = embedded(&self.document, self.document.get(node, key)?.value)?;
        policy.get("Statement").is_some().then_some(policy)
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
