//! What KMS refuses about a key policy, with the words that it uses.
//!
//! Comes in: nothing. Goes out: the type [`Problem`]. Must not know: templates.
//!
//! Source of the words: KMS facts §4, from field reports of CreateKey and PutKeyPolicy through CloudFormation and by hand.

use crate::source::Span;

/// Why KMS refuses a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    /// What KMS says.
    pub(crate) says: Says,
    /// What is wrong.
    pub(crate) message: String,
    /// Where.
    pub(crate) span: Span,
}

/// Which of KMS's refusals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProblemKind {
    /// The document is no key policy.
    Malformed,
    /// A principal is none.
    Principal,
}

/// KMS's own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Says {
    /// MalformedPolicyDocumentException, mostly without a message.
    Malformed,
    /// ValidationException: a character outside of the pattern.
    Characters,
    /// LimitExceededException: too long.
    TooLong,
    /// MalformedPolicyDocumentException about principals.
    InvalidPrincipals,
    /// InvalidArnException. Some reports of ARNs that are none had the words about principals instead.
    InvalidArn,
}

impl Problem {
    /// Which kind of refusal it is.
    pub(crate) fn kind(&self) -> ProblemKind {
        match self.says {
            Says::Malformed | Says::Characters | Says::TooLong => ProblemKind::Malformed,
            Says::InvalidPrincipals | Says::InvalidArn => ProblemKind::Principal,
        }
    }
}

impl Says {
    /// The words, as a deployment shows them.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Says::Malformed => "\"CreateKey failed due to MalformedPolicyDocumentException (Service: Kms, …)\"",
            Says::Characters => {
                "\"1 validation error detected: Value … at 'policy' failed to satisfy constraint: …\" (ValidationException)"
            }
            Says::TooLong => "LimitExceededException",
            Says::InvalidPrincipals => "\"Policy contains a statement with one or more invalid principals.\"",
            Says::InvalidArn => {
                "\"An ARN in the specified key policy is invalid.\" or \"Policy contains a statement with one or more invalid principals.\""
            }
        }
    }
}
