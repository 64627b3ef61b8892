//! The words of the answer (design §2): one [`Verdict`] per key and deployment, with the cases and open facts beside it.
//!
//! Comes in: nothing. Goes out: the types that `findings/` and `report/` read. Must not know: how they are printed.

use crate::source::Span;

/// The answer for one key in one deployment. The words are a contract: text, JSON and docs use them as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Verdict {
    /// The deployer can call kms:PutKeyPolicy under the new policy, whatever is still unknown.
    Safe,
    /// The key policy delegates to the account; it holds if the deployer's IAM policies allow kms:PutKeyPolicy.
    SafeIfIam,
    /// KMS refuses the policy: the deployer could not update it.
    Lockout,
    /// KMS (or CloudFormation before it) refuses the policy for another reason.
    Invalid,
    /// It depends on facts that were not given.
    Undecided,
    /// BypassPolicyLockoutSafetyCheck is true: KMS does not check.
    Bypassed,
    /// No KeyPolicy: KMS attaches its default policy and does not check it.
    DefaultPolicy,
}

impl Verdict {
    /// Every verdict, in the order of design §2.
    pub(crate) const ALL: [Verdict; 7] = [
        Verdict::Safe,
        Verdict::SafeIfIam,
        Verdict::Lockout,
        Verdict::Invalid,
        Verdict::Undecided,
        Verdict::Bypassed,
        Verdict::DefaultPolicy,
    ];

    /// The word of the contract.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Verdict::Safe => "safe",
            Verdict::SafeIfIam => "safe-if-iam",
            Verdict::Lockout => "lockout",
            Verdict::Invalid => "invalid",
            Verdict::Undecided => "undecided",
            Verdict::Bypassed => "bypassed",
            Verdict::DefaultPolicy => "default-policy",
        }
    }
}

/// Another reachable answer, and what leads there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Case {
    /// All of these hold.
    pub(crate) when: Vec<When>,
    /// The answer then.
    pub(crate) verdict: Verdict,
}

/// One fact of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct When {
    /// What the fact is about.
    pub(crate) subject: Subject,
    /// What holds of it.
    pub(crate) test: WhenTest,
}

/// What a [`When`] is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// A template parameter.
    Parameter(String),
    /// A parameter of a nested stack that its parent does not pass.
    NestedParameter {
        /// The path of the stack.
        stack: String,
        /// The parameter's name.
        name: String,
    },
    /// A named condition whose operands cannot be resolved.
    Condition(String),
    /// The principal that deploys.
    Deployer,
    /// The account that is deployed to.
    Account,
    /// A key of the request context.
    Context(String),
    /// The deployer's IAM policies, for this action.
    Iam(String),
    /// Any other unknown, as `{{kind:name}}`.
    Unknown(String),
}

/// What holds of a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WhenTest {
    /// Equal to this text.
    Equals(String),
    /// Matches this pattern (`*`, `?`).
    Matches(String),
    /// None of these (texts or patterns).
    NotIn(Vec<String>),
    /// A condition's or a fact's side.
    Is(bool),
    /// The call does not carry the key, or it does.
    Absent(bool),
    /// IAM allows the action, or does not.
    Allows(bool),
}

/// A fact that was asked for and not given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Open {
    /// parameter, deployer, account, iam, context, import, ssm, getatt, …
    pub(crate) kind: &'static str,
    /// Its name within the kind.
    pub(crate) name: String,
    /// Where the template asks for it, if it does.
    pub(crate) span: Option<Span>,
    /// How to give it.
    pub(crate) help: String,
}
