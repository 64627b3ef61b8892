//! What could be edited: a table from codes to the generators of candidates. A candidate is a guess; `verify.rs` decides.
//!
//! Comes in: a finding with the answer of its key and the nodes of its file. Goes out: candidates, the best first.

use crate::deployment::Deployment;
use crate::findings::{Code, Finding};
use crate::lockout::{KeyAnswer, Verdict};
use crate::policy::{Document, Statement};
use crate::source::{NodeId, TextEdit};
use crate::template::POLICY;

use super::site::Site;
use super::{denies, documents, lockouts, principals};

/// An edit that may make a finding go away.
#[derive(Debug)]
pub(crate) struct Candidate {
    /// What it does, in one line.
    pub(crate) title: String,
    /// The edits, all in the file of the finding.
    pub(crate) edits: Vec<TextEdit>,
    /// Why somebody has to look at it; nothing where nobody has to.
    pub(crate) review: Option<&'static str>,
    /// What becomes of the key.
    pub(crate) promise: Promise,
}

/// What a candidate promises of the key's verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Promise {
    /// `safe`, or `safe-if-iam`.
    Accepted,
    /// Nothing worse than before.
    NoWorse,
}

impl Promise {
    /// Whether a verdict keeps it.
    pub(crate) fn is_kept(self, before: Verdict, after: Verdict) -> bool {
        let accepted = matches!(after, Verdict::Safe | Verdict::SafeIfIam);
        match self {
            Promise::Accepted => accepted,
            Promise::NoWorse => is_no_worse(before, after),
        }
    }
}

/// Whether a verdict is as good as another.
pub(crate) fn is_no_worse(before: Verdict, after: Verdict) -> bool {
    let accepted = matches!(after, Verdict::Safe | Verdict::SafeIfIam);
    before == after || before != Verdict::Safe && accepted || before == Verdict::Invalid && after != Verdict::Lockout
}

/// A finding with all that candidates are made of.
#[derive(Debug)]
pub(crate) struct Case<'a> {
    /// The finding.
    pub(crate) finding: &'a Finding,
    /// The answer of its key.
    pub(crate) key: &'a KeyAnswer,
    /// The file that the key stands in.
    pub(crate) site: &'a Site<'a>,
    /// Who deploys.
    pub(crate) deployment: &'a Deployment,
}

type Generator = fn(&Case<'_>) -> Vec<Candidate>;

/// The findings for which an edit is known. What only the user can give, or mean otherwise, has none; nor has what the edits
/// for a lockout bring to light, so that a second run finds nothing to do.
const TABLE: [(Code, Generator); 9] = [
    (Code::LocksOutDeployer, lockouts::locked_out),
    (Code::MayLockOutDeployer, lockouts::may_be_locked_out),
    (Code::InvalidPrincipal, principals::invalid),
    (Code::MalformedPolicy, documents::malformed),
    (Code::IneffectiveStatement, documents::ineffective),
    (Code::NumberLikeAccountId, principals::number),
    (Code::SubstitutionNotApplied, principals::unsubstituted),
    (Code::DeniesAwsServices, denies::services),
    (Code::BypassesLockoutCheck, documents::bypassing),
];

/// Whether an edit is known for findings of this code.
pub(crate) fn is_fixable(code: Code) -> bool {
    TABLE.iter().any(|(own, _)| *own == code)
}

/// The candidates for a finding, those that need no review first.
pub(crate) fn candidates(case: &Case<'_>) -> Vec<Candidate> {
    let generator = TABLE.iter().find(|(code, _)| *code == case.finding.code);
    let mut out = generator.map_or_else(Vec::new, |(_, generator)| generator(case));
    out.retain(|candidate| !candidate.edits.is_empty());
    out.sort_by_key(|candidate| candidate.review.is_some());
    out
}

impl<'a> Case<'a> {
    /// The ARN to write into a policy for the deployer; nothing where nobody was named.
    pub(crate) fn principal(&self) -> Option<&'a str> {
        self.deployment.deployer.as_ref()?;
        self.deployment.caller.principal.as_literal()
    }

    /// The statements of the policy that was judged.
    pub(crate) fn statements(&self) -> Vec<Statement<'a>> {
        let Some(policy) = &self.key.policy else { return Vec::new() };
        Document { value: policy, of_identity: false }.statements()
    }

    /// Where a statement is written.
    pub(crate) fn statement_node(&self, statement: &Statement<'_>) -> Option<NodeId> {
        self.site.mapping_at(statement.value.span)
    }

    /// Where the policy is written.
    pub(crate) fn policy_node(&self) -> Option<NodeId> {
        self.site.mapping_at(self.key.policy.as_ref()?.span)
    }

    /// Whether functions work where the policy stands: a policy by itself has none.
    pub(crate) fn has_functions(&self) -> bool {
        self.key.kind != POLICY
    }

    /// How far the levels of the policy stand from each other.
    pub(crate) fn step(&self) -> usize {
        let step = || {
            let policy = self.policy_node()?;
            let own = self.site.entries(policy).first()?.key;
            let above = self.site.parent(policy)?;
            let outer = self.site.entries(above).first().filter(|_| !self.site.is_flow(policy))?.key;
            let column = |node| self.site.column(self.site.start(node));
            column(own).checked_sub(column(outer)).filter(|step| (1..=8).contains(step))
        };
        step().unwrap_or(2)
    }

    /// How far block lists of the policy stand from their keys: some people do not indent them.
    pub(crate) fn list_offset(&self) -> usize {
        let offset = || {
            let policy = self.policy_node()?;
            let statements = self.site.document.get(policy, "Statement")?;
            let first = *self.site.items(statements.value).first().filter(|_| !self.site.is_flow(statements.value))?;
            let before = self.site.before(self.site.start(first));
            let dash = before.rfind('-').filter(|at| before.get(..*at).is_some_and(|head| head.trim().is_empty()))?;
            dash.checked_sub(self.site.column(self.site.start(statements.key)))
        };
        offset().unwrap_or(2)
    }
}
