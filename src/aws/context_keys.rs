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
    /// The account of the root user, the unique id of a user, `ROLE-ID:session` of a role, `account:name` of a federated
    /// user.
    UserId,
    /// A tag of the principal.
    PrincipalTag,
    /// When the session's credentials were issued; nothing for long-term credentials.
    TokenIssueTime,
    /// The time of the call.
    Now,
    /// The time of the call in seconds since 1970.
    NowInSeconds,
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
    /// A list with cloudformation.amazonaws.com as its only member through CloudFormation; else nothing.
    CalledVia,
    /// What the template says of the key; or the call does not carry it.
    KeyProperty,
    /// Nobody can know it here; it may be absent too.
    Unknown,
    /// Through CloudFormation `false`, or absent; in a direct call as said.
    FalseOrAbsent {
        /// Whether a direct call certainly does not carry it.
        never_direct: bool,
    },
    /// Absent through CloudFormation; unknown in a direct call.
    OnlyDirect,
    /// Unknown through CloudFormation; absent in a direct call.
    OnlyCloudFormation,
    /// Never part of this call.
    Never,
}

/// A row: what is known about a key, and what a verdict that hangs on it has to say it assumes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ContextKey {
    /// The key; a trailing `*` stands for any ending.
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

/// KMS facts (c) row by row.
const KEYS: &[ContextKey] = &[
    // IAMUG: "for IAM roles, the request context returns the ARN of the role, not the ARN of the user that assumed it".
    row("aws:PrincipalArn", Presence::PrincipalArn, None),
    row("aws:PrincipalAccount", Presence::Account, None),
    row("kms:CallerAccount", Presence::Account, None),
    row("aws:PrincipalType", Presence::PrincipalType, None),
    row("aws:username", Presence::Username, None),
    // IAMUG reference_policies_variables.html, "Principal key values".
    row(
        "aws:userid",
        Presence::UserId,
        Some("aws:userid is the role's id and the session's name (IAM User Guide, policy variables)"),
    ),
    row("aws:PrincipalTag/*", Presence::PrincipalTag, None),
    row("aws:TokenIssueTime", Presence::TokenIssueTime, None),
    row("aws:CurrentTime", Presence::Now, Some("the deployment happens now (aws:CurrentTime)")),
    row("aws:EpochTime", Presence::NowInSeconds, Some("the deployment happens now (aws:EpochTime)")),
    // FAS: CloudFormation calls through forward access sessions, with and without a service role.
    row("aws:ViaAWSService", fixed(Some("true"), Some("false")), None),
    row("aws:CalledVia", Presence::CalledVia, None),
    row("aws:CalledViaFirst", fixed(Some("cloudformation.amazonaws.com"), None), None),
    row("aws:CalledViaLast", fixed(Some("cloudformation.amazonaws.com"), None), None),
    row(
        "aws:PrincipalIsAWSService",
        fixed(Some("false"), Some("false")),
        Some("aws:PrincipalIsAWSService is `false` for CloudFormation's call (IAM User Guide, global condition keys)"),
    ),
    // IAMUG: of calls by service principals only.
    row("aws:PrincipalServiceName", Presence::Never, None),
    row("aws:PrincipalServiceNamesList", Presence::Never, None),
    row(
        "kms:ViaService",
        Presence::ViaService,
        Some(
            "kms:ViaService is `cloudformation.<region>.amazonaws.com` for CloudFormation's call (not in the KMS table)",
        ),
    ),
    // KMSDG conditions-aws: the service's address, not the user's.
    row("aws:SourceIp", Presence::OnlyDirect, None),
    row("aws:VpcSourceIp", Presence::OnlyDirect, None),
    row("aws:SourceVpc", Presence::OnlyDirect, None),
    row("aws:SourceVpcArn", Presence::OnlyDirect, None),
    row("aws:SourceVpce", Presence::OnlyDirect, None),
    row("aws:VpceAccount", Presence::OnlyDirect, None),
    row("aws:VpceOrgID", Presence::OnlyDirect, None),
    row("aws:VpceOrgPaths", Presence::OnlyDirect, None),
    // KMS facts (c): sources differ on whether such sessions carry `false` or nothing; none has `true`.
    row("aws:MultiFactorAuthPresent", Presence::FalseOrAbsent { never_direct: false }, None),
    // IAMUG: only where the caller authenticated with MFA, which no session of CloudFormation's has.
    row(
        "aws:MultiFactorAuthAge",
        Presence::OnlyDirect,
        Some("CloudFormation's call carries no aws:MultiFactorAuthAge (IAM User Guide, global condition keys)"),
    ),
    // KMSDG conditions-kms: absent when the parameter is not sent; the handler's schema has a default of `false`.
    row("kms:BypassPolicyLockoutSafetyCheck", Presence::FalseOrAbsent { never_direct: true }, None),
    row("aws:SourceArn", Presence::Never, Some("aws:SourceArn is absent when the caller is not a service")),
    row("aws:SourceAccount", Presence::Never, Some("aws:SourceAccount is absent when the caller is not a service")),
    row("aws:SourceOrgID", Presence::Never, Some("aws:SourceOrgID is absent when the caller is not a service")),
    row("aws:SourceOrgPaths", Presence::Never, Some("aws:SourceOrgPaths is absent when the caller is not a service")),
    row("aws:RequestedRegion", Presence::Region, Some("aws:RequestedRegion is the stack's Region")),
    row("aws:SecureTransport", fixed(Some("true"), Some("true")), Some("the call is made over TLS")),
    row("aws:ResourceAccount", Presence::Account, Some("aws:ResourceAccount is the account that owns the key")),
    // Documented for the operations on a key; whether the simulated call carries them is not.
    row("kms:KeySpec", Presence::KeyProperty, None),
    row("kms:KeyUsage", Presence::KeyProperty, None),
    row("kms:KeyOrigin", Presence::KeyProperty, None),
    row("kms:MultiRegion", Presence::KeyProperty, None),
    row("kms:MultiRegionKeyType", Presence::KeyProperty, None),
    // KMSDG alias-authorization: a key that is only being created has no alias.
    row("kms:ResourceAliases", Presence::OnlyDirect, None),
    // KMSDG conditions-aws: part of CreateKey with tags, not of PutKeyPolicy; whether of the simulated call is not known.
    row("aws:RequestTag/*", Presence::OnlyCloudFormation, None),
    row("aws:TagKeys", Presence::OnlyCloudFormation, None),
    // KMSDG conditions-kms, API tables: these belong to other operations.
    row("kms:EncryptionContext*", Presence::Never, None),
    row("kms:Grant*", Presence::Never, None),
    row("kms:GranteePrincipal", Presence::Never, None),
    row("kms:RetiringPrincipal", Presence::Never, None),
    row("kms:RequestAlias", Presence::Never, None),
    row("kms:EncryptionAlgorithm", Presence::Never, None),
    row("kms:SigningAlgorithm", Presence::Never, None),
    row("kms:MacAlgorithm", Presence::Never, None),
    row("kms:KeyAgreementAlgorithm", Presence::Never, None),
    row("kms:MessageType", Presence::Never, None),
    row("kms:DataKeyPairSpec", Presence::Never, None),
    row("kms:ExpirationModel", Presence::Never, None),
    row("kms:ValidTo", Presence::Never, None),
    row("kms:Wrapping*", Presence::Never, None),
    row("kms:ReEncryptOnSameKey", Presence::Never, None),
    row("kms:RecipientAttestation*", Presence::Never, None),
    row("kms:ScheduleKeyDeletionPendingWindowInDays", Presence::Never, None),
    row("kms:RotationPeriodInDays", Presence::Never, None),
    row("kms:PrimaryRegion", Presence::Never, None),
    row("kms:ReplicaRegion", Presence::Never, None),
];

/// Keys that may carry several values. Source: IAMUG, the type "multivalued" of each key; KMSDG for those of KMS.
const MULTIVALUED: [&str; 15] = [
    "aws:CalledVia",
    "aws:TagKeys",
    "aws:PrincipalOrgPaths",
    "aws:PrincipalServiceNamesList",
    "aws:ResourceOrgPaths",
    "aws:SourceOrgPaths",
    "aws:VpceOrgPaths",
    "aws:ChatbotSourceArn",
    "kms:EncryptionContextKeys",
    "kms:GrantOperations",
    "kms:ResourceAliases",
    "kms:RecipientAttestation:PCR",
    "cognito-identity.amazonaws.com:amr",
    "sts:TransitiveTagKeys",
    "saml:edupersonaffiliation",
];

/// Whether a key, whose name ignores case, may carry several values.
pub(crate) fn is_multivalued(name: &str) -> bool {
    MULTIVALUED.iter().any(|key| name.eq_ignore_ascii_case(key))
}

/// The row of a key, whose name ignores case; keys that are not listed are [`Presence::Unknown`].
pub(crate) fn context_key(name: &str) -> ContextKey {
    let starts = |prefix: &str| name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    let matches = |row: &&ContextKey| match row.name.strip_suffix('*') {
        Some(prefix) => starts(prefix),
        None => name.eq_ignore_ascii_case(row.name),
    };
    KEYS.iter().find(matches).copied().unwrap_or(row("", Presence::Unknown, None))
}

/// A key as AWS writes it, whatever its case: one key has one name in questions.
pub(crate) fn canonical(name: &str) -> String {
    let known = context_key(name).name;
    let listed = || MULTIVALUED.iter().chain(&UNKNOWN).find(|key| name.eq_ignore_ascii_case(key));
    match known.strip_suffix('*') {
        Some(prefix) => format!("{prefix}{}", name.get(prefix.len()..).unwrap_or_default()),
        None if known.is_empty() => listed().map_or_else(|| name.to_owned(), |key| (*key).to_owned()),
        None => known.to_owned(),
    }
}

/// Keys that nobody can know here, for their spelling. Source: IAMUG.
const UNKNOWN: [&str; 8] = [
    "aws:PrincipalOrgID",
    "aws:ResourceOrgID",
    "aws:SourceIdentity",
    "aws:FederatedProvider",
    "aws:AssumedRoot",
    "aws:UserAgent",
    "aws:referer",
    "aws:Ec2InstanceSourceVpc",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_ignore_case_and_have_one_spelling() {
        assert_eq!(context_key("AWS:PRINCIPALARN").presence, Presence::PrincipalArn);
        assert_eq!(context_key("kms:encryptioncontext:aws:pi:service").presence, Presence::Never);
        assert_eq!(context_key("x:Nothing").presence, Presence::Unknown);
        for (written, expected) in [
            ("AWS:principalorgid", "aws:PrincipalOrgID"),
            ("aws:calledvia", "aws:CalledVia"),
            ("aws:principaltag/Team", "aws:PrincipalTag/Team"),
            ("x:Own", "x:Own"),
        ] {
            assert_eq!(canonical(written), expected);
        }
        assert!(is_multivalued("aws:TAGKEYS") && !is_multivalued("aws:PrincipalArn"));
    }
}
