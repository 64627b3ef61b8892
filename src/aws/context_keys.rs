//! Which condition-context keys a kms:PutKeyPolicy call carries, as data with sources.
//!
//! Sources: KMSDG = AWS KMS Developer Guide, conditions-kms.html and conditions-aws.html; IAMUG = IAM User Guide,
//! reference_policies_condition-keys.html; FAS = AWS CloudFormation User Guide,
//! fas-requests-and-permission-evaluation.html.

/// What a call carries for a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    /// The ARN of user, role (with path), federated user or root; never the session's.
    PrincipalArn,
    /// The deploying account.
    Account,
    /// Account, User, FederatedUser or AssumedRole.
    PrincipalType,
    /// The user's name, of IAM users only.
    Username,
    /// The deploying Region.
    Region,
    /// This, through CloudFormation and in a direct call.
    Fixed {
        /// Through CloudFormation; `None`: the call does not carry the key.
        cloudformation: Option<&'static str>,
        /// In a direct call.
        direct: Option<&'static str>,
    },
    /// `cloudformation.<region>.amazonaws.com` through CloudFormation, else nothing.
    ViaService,
    /// Several values, with cloudformation.amazonaws.com among them, through CloudFormation; else nothing.
    CalledVia,
    /// Nobody can know it here; through CloudFormation, or in a direct call, it may be absent too.
    Unknown,
    /// Through CloudFormation `false`, or absent; in a direct call as said.
    FalseOrAbsent {
        /// Whether a direct call certainly does not carry it.
        never_direct: bool,
    },
    /// Never the user's through CloudFormation: matches nothing there. Unknown in a direct call.
    NotTheUsers,
    /// Never part of this call.
    Never,
}

/// A row: what is known about a key, and what a verdict that hangs on it has to say it assumes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ContextKey {
    /// The key in lower case; a trailing `*` stands for any ending.
    pub(crate) name: &'static str,
    /// What the call carries.
    pub(crate) presence: Presence,
    /// Where the fact is of less than high confidence: what is assumed, with the source.
    pub(crate) assumes: Option<&'static str>,
}

const fn row(name: &'static str, presence: Presence, assumes: Option<&'static str>) -> ContextKey {
    ContextKey { name, presence, assumes }
}

const fn fixed(cloudformation: Option<&'static str>, direct: Option<&'static str>) -> Presence {
    Presence::Fixed { cloudformation, direct }
}

const KEYS: &[ContextKey] = &[
    // IAMUG: "for IAM roles, the request context returns the ARN of the role, not the ARN of the user that assumed it".
    row("aws:principalarn", Presence::PrincipalArn, None),
    row("aws:principalaccount", Presence::Account, None),
    row("kms:calleraccount", Presence::Account, None),
    row("aws:principaltype", Presence::PrincipalType, None),
    row("aws:username", Presence::Username, None),
    // FAS: CloudFormation calls through forward access sessions, with and without a service role.
    row("aws:viaawsservice", fixed(Some("true"), Some("false")), None),
    row("aws:calledvia", Presence::CalledVia, None),
    row("aws:calledviafirst", fixed(Some("cloudformation.amazonaws.com"), None), None),
    row("aws:calledvialast", fixed(Some("cloudformation.amazonaws.com"), None), None),
    row(
        "aws:principalisawsservice",
        fixed(Some("false"), Some("false")),
        Some("aws:PrincipalIsAWSService is `false` for CloudFormation's call (IAM User Guide, global condition keys)"),
    ),
    row(
        "kms:viaservice",
        Presence::ViaService,
        Some(
            "kms:ViaService is `cloudformation.<region>.amazonaws.com` for CloudFormation's call (not in the KMS table)",
        ),
    ),
    // KMSDG conditions-aws: the service's address, not the user's.
    row("aws:sourceip", Presence::NotTheUsers, None),
    row("aws:vpcsourceip", Presence::NotTheUsers, None),
    row("aws:sourcevpc", Presence::NotTheUsers, None),
    row("aws:sourcevpce", Presence::NotTheUsers, None),
    // KMS facts (c): sources differ on whether such sessions carry `false` or nothing; none has `true`.
    row("aws:multifactorauthpresent", Presence::FalseOrAbsent { never_direct: false }, None),
    // KMSDG conditions-kms: absent when the parameter is not sent; the handler's schema has a default of `false`.
    row("kms:bypasspolicylockoutsafetycheck", Presence::FalseOrAbsent { never_direct: true }, None),
    row("aws:multifactorauthage", Presence::Unknown, None),
    row("aws:sourcearn", Presence::Never, Some("aws:SourceArn is absent when the caller is not a service")),
    row("aws:sourceaccount", Presence::Never, Some("aws:SourceAccount is absent when the caller is not a service")),
    row("aws:sourceorgid", Presence::Never, Some("aws:SourceOrgID is absent when the caller is not a service")),
    row("aws:sourceorgpaths", Presence::Never, Some("aws:SourceOrgPaths is absent when the caller is not a service")),
    row("aws:requestedregion", Presence::Region, Some("aws:RequestedRegion is the stack's Region")),
    row("aws:securetransport", fixed(Some("true"), Some("true")), Some("the call is made over TLS")),
    // KMSDG conditions-kms, API tables: these belong to other operations.
    row("kms:encryptioncontext*", Presence::Never, None),
    row("kms:grant*", Presence::Never, None),
    row("kms:granteeprincipal", Presence::Never, None),
    row("kms:retiringprincipal", Presence::Never, None),
    row("kms:requestalias", Presence::Never, None),
    row("kms:resourcealiases", Presence::Never, None),
    row("kms:encryptionalgorithm", Presence::Never, None),
    row("kms:signingalgorithm", Presence::Never, None),
    row("kms:macalgorithm", Presence::Never, None),
    row("kms:messagetype", Presence::Never, None),
    row("kms:datakeypairspec", Presence::Never, None),
    row("kms:expirationmodel", Presence::Never, None),
    row("kms:validto", Presence::Never, None),
    row("kms:wrapping*", Presence::Never, None),
    row("kms:reencryptonsamekey", Presence::Never, None),
    row("kms:recipientattestation*", Presence::Never, None),
    row("kms:schedulekeydeletionpendingwindowindays", Presence::Never, None),
    row("kms:rotationperiodindays", Presence::Never, None),
    row("kms:primaryregion", Presence::Never, None),
    row("kms:replicaregion", Presence::Never, None),
    row("aws:requesttag/*", Presence::Unknown, None),
    row("aws:tagkeys", Presence::Unknown, None),
];

/// Keys that may carry several values. Source: IAMUG, the type "multivalued" of each key; KMSDG for those of KMS.
const MULTIVALUED: [&str; 13] = [
    "aws:calledvia",
    "aws:tagkeys",
    "aws:principalorgpaths",
    "aws:principalservicenameslist",
    "aws:resourceorgpaths",
    "aws:sourceorgpaths",
    "aws:chatbotsourcearn",
    "kms:encryptioncontextkeys",
    "kms:grantoperations",
    "kms:resourcealiases",
    "kms:recipientattestation:pcr",
    "cognito-identity.amazonaws.com:amr",
    "sts:transitivetagkeys",
];

/// Whether a key, whose name ignores case, may carry several values.
pub(crate) fn is_multivalued(name: &str) -> bool {
    MULTIVALUED.iter().any(|key| name.eq_ignore_ascii_case(key))
}

/// The row of a key, whose name ignores case; keys that are not listed are [`Presence::Unknown`].
pub(crate) fn context_key(name: &str) -> ContextKey {
    let name = name.to_ascii_lowercase();
    let matches = |row: &&ContextKey| match row.name.strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix),
        None => name == row.name,
    };
    KEYS.iter().find(matches).copied().unwrap_or(row("", Presence::Unknown, None))
}
