//! What does not depend on the key: the console, the errors of put-key-policy, AWS Support.
//!
//! Sources: KMS Developer Guide, customer-managed-policies.html (console permissions) and key-policy-default.html; KMS API,
//! PutKeyPolicy (Errors); AWS re:Post, update-kms-policy, kms-policy-error-invalid-principals and update-key-policy-future.

/// What the console needs. The key policy can give only those that are about one key.
pub(super) const CONSOLE: [&str; 7] = [
    "kms:ListKeys",
    "kms:ListAliases",
    "tag:GetResources",
    "kms:DescribeKey",
    "kms:GetKeyPolicy",
    "iam:ListUsers",
    "iam:ListRoles",
];

/// What to say of it.
pub(super) const CONSOLE_SAYS: &str = "the console shows a key only to whom all of these are allowed, the last two for editing its policy; kms:ListKeys, kms:ListAliases, tag:GetResources and those of IAM are a matter of IAM policies. A key that the console does not show can still be repaired with the commands above";

/// An answer of put-key-policy.
pub(super) struct Answer {
    /// A part of its text that it is known by.
    pub(super) error: &'static str,
    /// What it means.
    pub(super) means: &'static str,
    /// What to do.
    pub(super) then: &'static str,
}

/// The answers that put-key-policy can give.
pub(super) const ANSWERS: [Answer; 6] = [
    Answer {
        error: "AccessDeniedException",
        means: "the policy in force does not let you call kms:PutKeyPolicy",
        then: "run it as one of those who can repair the key; if they are none, see AWS Support",
    },
    Answer {
        error: "MalformedPolicyDocumentException without more words",
        means: "the policy is no JSON, or lacks a statement, an Effect or a principal",
        then: "check it with `cfn-lockout policy key-policy.json`",
    },
    Answer {
        error: "Policy contains a statement with one or more invalid principals.",
        means: "a principal of the policy does not exist: it was deleted, is shown by its unique id (AIDA…, AROA…), is a group, or holds a wildcard",
        then: "remove it, or create it anew and write its ARN",
    },
    Answer {
        error: "An ARN in the specified key policy is invalid.",
        means: "an ARN is not written as one: an account of other than 12 digits, another partition",
        then: "correct the ARN",
    },
    Answer {
        error: "The new key policy will not allow you to update the key policy in the future.",
        means: "you, who put the policy, could not put another one under it",
        then: "name yourself in it as well, or say --bypass-policy-lockout-safety-check if you are not to have the key",
    },
    Answer { error: "LimitExceededException", means: "the policy is longer than 32,768 bytes", then: "shorten it" },
];

/// When AWS Support can help, and what they ask for.
pub(super) const SUPPORT: &str = "AWS Support can give the key back to the account. Open a case from the account that owns the key; they verify the account's contact by phone. Send";
