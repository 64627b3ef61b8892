//! Who uses a KMS key for a resource, and what the calls of services carry: the words of the table in `key_user_rows.rs`.
//!
//! Comes in: nothing. Goes out: [`KeyUser`], the form of a row. In forms, `{P}` `{R}` `{A}` are the partition, the Region and
//! the account, `{N}` is what Ref of the resource returns. Must not know: templates, policies.

/// Who calls KMS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// The service by itself.
    Service {
        /// The name by which a policy lets it in.
        name: &'static str,
        /// Further names that may do: nothing is claimed of a policy that has one.
        perhaps: &'static [&'static str],
    },
    /// The deployer, through the service of this name (`kms:ViaService`).
    Deployer(&'static str),
    /// The role that this property of the resource names.
    Role(&'static str),
    /// A service-linked role whose own policy is AWS's and does not speak of KMS, unless this property names another one.
    Linked {
        /// Its ARN.
        role: &'static str,
        /// The property that names another one.
        unless: &'static str,
        /// The service through which it calls.
        via: &'static str,
    },
}

/// What happens where the call is denied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fails {
    /// AWS refuses the resource with these words.
    Deploy(&'static str),
    /// It fails while it is deployed; the words are not known.
    Unverified,
    /// It is deployed, and this happens later.
    Later(&'static str),
}

/// What a call carries for a context key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Carries {
    /// This.
    Is(&'static str),
    /// This, or nothing.
    Perhaps(&'static str),
    /// Nothing.
    Absent,
    /// Nobody knows.
    Unknown,
}

use Carries::{Absent, Is, Perhaps, Unknown};

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeyUser {
    /// The resource type.
    pub(crate) kind: &'static str,
    /// The property that names the key, or the resource that does; `*` stands for every member of a list.
    pub(crate) property: &'static str,
    /// Where the property names another resource: its possible types, and their properties that name the key.
    pub(crate) through: &'static [(&'static str, &'static str)],
    /// One of these properties has to be given, if there are any.
    pub(crate) with: &'static [&'static str],
    /// None of these properties may be given.
    pub(crate) without: &'static [&'static str],
    /// Where a role calls instead unless it is a service-linked one: the resource of the same template that names the role,
    /// and its property.
    pub(crate) linked: Option<(&'static str, &'static str)>,
    /// Who calls.
    pub(crate) who: Who,
    /// What it cannot do without.
    pub(crate) needs: &'static [&'static str],
    /// What AWS says to allow.
    pub(crate) asks: &'static [&'static str],
    /// What this call certainly carries.
    pub(crate) carries: &'static [(&'static str, &'static str)],
    /// The condition that AWS says to put on it: operator, key, value.
    pub(crate) condition: Option<(&'static str, &'static str, &'static str)>,
    /// Whether it works by a grant, so that only a Deny of the key policy stops it.
    pub(crate) by_grant: bool,
    /// What happens where it is denied.
    pub(crate) fails: Fails,
    /// The page that says so.
    #[cfg_attr(not(test), allow(dead_code, reason = "the citation of the row"))]
    pub(crate) source: &'static str,
}

/// What rows have in common.
pub(super) const ROW: KeyUser = KeyUser {
    kind: "",
    property: "",
    through: &[],
    with: &[],
    without: &[],
    linked: None,
    who: Who::Deployer(""),
    needs: &[],
    asks: &[],
    carries: &[],
    condition: None,
    by_grant: false,
    fails: Fails::Unverified,
    source: "",
};

/// What a call carries that a service makes by itself; `{V}` is the service (`logs`). Whatever is not listed is unknown.
///
/// Source: IAM User Guide, reference_policies_condition-keys.html: the properties of the principal are those of IAM
/// principals (a data perimeter has to exempt services by aws:PrincipalIsAWSService); aws:SourceArn and aws:SourceAccount are
/// what services send. KMS Developer Guide, conditions-kms.html: kms:GrantIsForAWSResource belongs to grants.
pub(crate) const BY_SERVICE: &[(&str, Carries)] = &[
    ("aws:PrincipalIsAWSService", Is("true")),
    ("aws:PrincipalArn", Absent),
    ("aws:PrincipalOrgID", Absent),
    ("aws:PrincipalOrgPaths", Absent),
    ("aws:PrincipalTag/*", Absent),
    ("aws:username", Absent),
    ("aws:SourceAccount", Perhaps("{A}")),
    ("aws:SecureTransport", Is("true")),
    ("aws:RequestedRegion", Perhaps("{R}")),
    ("aws:ResourceAccount", Is("{A}")),
    ("kms:ViaService", Perhaps("{V}.{R}.amazonaws.com")),
    ("*", Unknown),
];

/// What a call carries that the deployer makes through a service (`{V}`) which CloudFormation calls.
///
/// Source: KMS Developer Guide, conditions-kms.html#conditions-kms-via-service; IAM User Guide, aws:CalledVia (which services
/// add themselves is listed there in part).
pub(crate) const THROUGH_SERVICE: &[(&str, Carries)] = &[
    ("kms:ViaService", Is("{V}.{R}.amazonaws.com")),
    ("aws:CalledVia", Unknown),
    ("aws:CalledViaLast", Unknown),
    ("kms:BypassPolicyLockoutSafetyCheck", Absent),
];

/// What a call carries that a role makes for a service, at run time. Source: as above.
pub(crate) const BY_ROLE: &[(&str, Carries)] = &[
    ("kms:ViaService", Unknown),
    ("aws:CalledVia", Unknown),
    ("aws:CalledViaFirst", Unknown),
    ("aws:CalledViaLast", Unknown),
    ("aws:ViaAWSService", Unknown),
    ("aws:CurrentTime", Unknown),
    ("aws:EpochTime", Unknown),
    ("kms:BypassPolicyLockoutSafetyCheck", Absent),
];
