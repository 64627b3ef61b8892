//! The catalogue of finding codes (design §7): a code names the problem and never changes meaning.

use crate::world::nearest;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Severity {
    /// Worth knowing.
    Note,
    /// May fail later, or could not be decided.
    Warning,
    /// The deployment fails, or the key is lost.
    Error,
}

impl Severity {
    /// The word of the contract.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// A kind of finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Code {
    /// The deployment would be refused with the lockout message.
    LocksOutDeployer,
    /// It would be, for other values that the template itself allows.
    MayLockOutDeployer,
    /// The verdict is `safe-if-iam`.
    ReliesOnDeployerIam,
    /// Facts are missing.
    Undecided,
    /// A principal that cannot exist.
    InvalidPrincipal,
    /// CloudFormation refuses the template before KMS sees it.
    TemplateRefused,
    /// A policy document that KMS refuses.
    MalformedPolicy,
    /// A statement, or a part of one, that KMS accepts and ignores.
    IneffectiveStatement,
    /// An account id that CloudFormation reads as a number.
    NumberLikeAccountId,
    /// A text that only Fn::Sub would have replaced.
    SubstitutionNotApplied,
    /// No statement lets the account delegate to IAM.
    NoAccountDelegation,
    /// Everyone who can change the policy is sure to go.
    FragileAdministrator,
    /// A Deny that also stops AWS services.
    DeniesAwsServices,
    /// The key would be created, and then a handler call of the deployer fails.
    DeployerCannotFinish,
    /// Rollback or deletion would leave the key behind.
    DeployerCannotDelete,
    /// The policy in force does not let the deployer put the new one.
    UpdateRefused,
    /// A resource hands the key to a service that cannot use it.
    ServiceCannotUseKey,
    /// The lockout check is switched off.
    BypassesLockoutCheck,
    /// A suppression that suppresses nothing.
    UnusedSuppression,
    /// A Guard rule that somebody gave does not hold.
    GuardRule,
}

impl Code {
    /// Every code that this version can report, in the order of design §7.
    pub(crate) const ALL: [Code; 20] = [
        Code::LocksOutDeployer,
        Code::MayLockOutDeployer,
        Code::ReliesOnDeployerIam,
        Code::Undecided,
        Code::InvalidPrincipal,
        Code::TemplateRefused,
        Code::MalformedPolicy,
        Code::IneffectiveStatement,
        Code::NumberLikeAccountId,
        Code::SubstitutionNotApplied,
        Code::NoAccountDelegation,
        Code::FragileAdministrator,
        Code::DeniesAwsServices,
        Code::DeployerCannotFinish,
        Code::DeployerCannotDelete,
        Code::UpdateRefused,
        Code::ServiceCannotUseKey,
        Code::BypassesLockoutCheck,
        Code::UnusedSuppression,
        Code::GuardRule,
    ];

    /// The code with this identifier; the error is the identifier that may have been meant.
    pub(crate) fn parse(id: &str) -> Result<Code, Option<&'static str>> {
        let found = Code::ALL.into_iter().find(|code| code.id() == id);
        found.ok_or_else(|| nearest(id, &Code::ALL.map(Code::id)))
    }

    /// The identifier that users write and read.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Code::LocksOutDeployer => "locks-out-deployer",
            Code::MayLockOutDeployer => "may-lock-out-deployer",
            Code::ReliesOnDeployerIam => "relies-on-deployer-iam",
            Code::Undecided => "undecided",
            Code::InvalidPrincipal => "invalid-principal",
            Code::TemplateRefused => "template-refused",
            Code::MalformedPolicy => "malformed-policy",
            Code::IneffectiveStatement => "ineffective-statement",
            Code::NumberLikeAccountId => "number-like-account-id",
            Code::SubstitutionNotApplied => "substitution-not-applied",
            Code::NoAccountDelegation => "no-account-delegation",
            Code::FragileAdministrator => "fragile-administrator",
            Code::DeniesAwsServices => "denies-aws-services",
            Code::DeployerCannotFinish => "deployer-cannot-finish",
            Code::DeployerCannotDelete => "deployer-cannot-delete",
            Code::UpdateRefused => "update-refused",
            Code::ServiceCannotUseKey => "service-cannot-use-key",
            Code::BypassesLockoutCheck => "bypasses-lockout-check",
            Code::UnusedSuppression => "unused-suppression",
            Code::GuardRule => "guard-rule",
        }
    }

    /// What it says, in a few words.
    pub(crate) fn says(self) -> &'static str {
        match self {
            Code::LocksOutDeployer => "KMS would refuse the key as a lockout",
            Code::MayLockOutDeployer => "… for other values that the template allows",
            Code::ReliesOnDeployerIam => "holds if the deployer's IAM policies allow it",
            Code::Undecided => "it depends on facts that were not given",
            Code::InvalidPrincipal => "a principal that cannot exist, or not yet",
            Code::TemplateRefused => "CloudFormation itself refuses the template",
            Code::MalformedPolicy => "not a key policy that KMS reads",
            Code::IneffectiveStatement => "accepted and ignored",
            Code::NumberLikeAccountId => "an account id that is read as another number",
            Code::SubstitutionNotApplied => "`${AWS::AccountId}` in a text without Fn::Sub",
            Code::NoAccountDelegation => "no statement lets the account delegate to IAM",
            Code::FragileAdministrator => "whoever can change the policy is sure to go",
            Code::DeniesAwsServices => "a Deny that also stops AWS services",
            Code::DeployerCannotFinish => "created, and then a call of the deployer fails",
            Code::DeployerCannotDelete => "rollback or deletion would leave the key behind",
            Code::UpdateRefused => "the policy in force does not allow the update",
            Code::ServiceCannotUseKey => "hands the key to a service that cannot use it",
            Code::BypassesLockoutCheck => "the check is switched off",
            Code::UnusedSuppression => "a suppression that suppresses nothing",
            Code::GuardRule => "a rule given with --rules does not hold",
        }
    }

    /// The severity of design §7; where a code has two, the graver.
    pub(crate) fn severity(self) -> Severity {
        match self {
            Code::LocksOutDeployer
            | Code::InvalidPrincipal
            | Code::TemplateRefused
            | Code::MalformedPolicy
            | Code::NumberLikeAccountId
            | Code::SubstitutionNotApplied
            | Code::DeployerCannotFinish
            | Code::UpdateRefused
            | Code::ServiceCannotUseKey
            | Code::GuardRule => Severity::Error,
            Code::MayLockOutDeployer
            | Code::Undecided
            | Code::IneffectiveStatement
            | Code::NoAccountDelegation
            | Code::FragileAdministrator
            | Code::DeniesAwsServices
            | Code::DeployerCannotDelete
            | Code::BypassesLockoutCheck
            | Code::UnusedSuppression => Severity::Warning,
            Code::ReliesOnDeployerIam => Severity::Note,
        }
    }

    /// The page that `explain` prints: what, why, examples, how to fix, sources.
    pub(crate) fn page(self) -> &'static str {
        match self {
            Code::LocksOutDeployer => include_str!("../../rules/explain/locks-out-deployer.md"),
            Code::MayLockOutDeployer => include_str!("../../rules/explain/may-lock-out-deployer.md"),
            Code::ReliesOnDeployerIam => include_str!("../../rules/explain/relies-on-deployer-iam.md"),
            Code::Undecided => include_str!("../../rules/explain/undecided.md"),
            Code::InvalidPrincipal => include_str!("../../rules/explain/invalid-principal.md"),
            Code::TemplateRefused => include_str!("../../rules/explain/template-refused.md"),
            Code::MalformedPolicy => include_str!("../../rules/explain/malformed-policy.md"),
            Code::IneffectiveStatement => include_str!("../../rules/explain/ineffective-statement.md"),
            Code::NumberLikeAccountId => include_str!("../../rules/explain/number-like-account-id.md"),
            Code::SubstitutionNotApplied => include_str!("../../rules/explain/substitution-not-applied.md"),
            Code::NoAccountDelegation => include_str!("../../rules/explain/no-account-delegation.md"),
            Code::FragileAdministrator => include_str!("../../rules/explain/fragile-administrator.md"),
            Code::DeniesAwsServices => include_str!("../../rules/explain/denies-aws-services.md"),
            Code::DeployerCannotFinish => include_str!("../../rules/explain/deployer-cannot-finish.md"),
            Code::DeployerCannotDelete => include_str!("../../rules/explain/deployer-cannot-delete.md"),
            Code::UpdateRefused => include_str!("../../rules/explain/update-refused.md"),
            Code::ServiceCannotUseKey => include_str!("../../rules/explain/service-cannot-use-key.md"),
            Code::BypassesLockoutCheck => include_str!("../../rules/explain/bypasses-lockout-check.md"),
            Code::UnusedSuppression => include_str!("../../rules/explain/unused-suppression.md"),
            Code::GuardRule => include_str!("../../rules/explain/guard-rule.md"),
        }
    }
}
