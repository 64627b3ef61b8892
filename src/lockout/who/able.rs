//! The answer: principals that can deploy, one by one or as a group, with what else has to be so.

use crate::policy::Grant;

use super::super::evaluate::{Leaf, Outcome};
use super::super::verdict::{Open, Verdict, When};

/// One principal, or every principal of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// This one, by its ARN; unknown parts are `{{kind:name}}`.
    One(String),
    /// Every principal of the account that matches all of these patterns and is none of those.
    Every {
        /// Patterns (`*`, `?`) that its ARN matches; none: any principal.
        matches: Vec<String>,
        /// ARNs and patterns that it is not.
        not_in: Vec<String>,
    },
}

/// Who can deploy, and under what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Able {
    /// Who.
    pub(crate) who: Who,
    /// The verdict from it: one under which KMS creates the key.
    pub(crate) verdict: Verdict,
    /// What else has to be so.
    pub(crate) when: Vec<When>,
    /// The logical id of the resource of the same stack that it is: it does not exist before the stack does.
    pub(crate) made_by: Option<String>,
}

/// Everybody who can deploy.
#[derive(Clone, Debug, Default)]
pub(crate) struct Abilities {
    /// For the values that would be deployed now.
    pub(crate) principals: Vec<Able>,
    /// For other values that the template allows.
    pub(crate) cases: Vec<Able>,
    /// Why there is nobody, where that is certain.
    pub(crate) nobody: Option<Nobody>,
    /// Facts without which nobody can say whether there is somebody (else).
    pub(crate) open: Vec<Open>,
}

/// Why nobody can deploy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Nobody {
    /// CloudFormation refuses the template.
    Refused(String),
    /// KMS refuses the policy for another reason.
    Invalid(String),
    /// The lockout check fails for everybody, by what decides.
    LockedOut(Grant),
    /// It passes for somebody whom the same stack creates only.
    NotYetThere(String),
}

impl Abilities {
    /// Whether it is certain that nobody can deploy with the values that would be deployed.
    pub(crate) fn has_nobody(&self) -> bool {
        self.open.is_empty() && self.principals.iter().all(|able| able.made_by.is_some())
    }
}

impl Nobody {
    /// What a leaf says; nothing where somebody can, or where nobody knows.
    pub(super) fn of(leaf: &Leaf) -> Option<Nobody> {
        match &leaf.outcome {
            Outcome::Refused(refusals) => refusals.first().map(|one| Nobody::Refused(one.message.clone())),
            Outcome::RuleBroken(refusal) => Some(Nobody::Refused(refusal.message.clone())),
            Outcome::Invalid(problems) => problems.first().map(|one| Nobody::Invalid(one.message.clone())),
            Outcome::Lockout(grant) => Some(Nobody::LockedOut(*grant)),
            _ => None,
        }
    }
}

/// Whether KMS creates the key, if the deployer's IAM policies do their part.
pub(super) fn passes(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Safe | Verdict::SafeIfIam | Verdict::Bypassed | Verdict::DefaultPolicy)
}
