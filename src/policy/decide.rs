//! The decision: Deny over Allow, a direct Allow over a delegation, a delegation over nothing.
//!
//! Sources: IAM User Guide, reference_policies_evaluation-logic.html (an explicit Deny always wins); KMS Developer Guide,
//! key-policy-default.html (the account statement lets IAM policies delegate the permissions of that statement).

use crate::world::{Question, Stop, Value, World, all, any};

use super::document::Document;
use super::principals::Sense;
use super::request::Request;
use super::statement::{Effect, Statement, Trace};

/// Whether the caller may do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grant {
    /// The key policy names the caller.
    Direct,
    /// The key policy names the account, and the caller's IAM policies (or being the root user) do the rest.
    Delegated,
    /// A Deny of the key policy applies.
    Denied,
    /// A Deny of the caller's IAM policies applies.
    DeniedByIam,
    /// The key policy names the account, but the caller's IAM policies do not allow it.
    NotByIam,
    /// Nothing allows it.
    Nothing,
}

/// A decision, with what became of every statement of the key policy.
#[derive(Clone, Debug)]
pub(crate) struct Decision {
    /// The answer.
    pub(crate) grant: Grant,
    /// The reasoning.
    pub(crate) trace: Vec<Trace>,
}

/// Decides a request under a key policy and, where they are given, the caller's IAM policies.
///
/// A certain Deny ends it; without any Allow that could apply nothing else matters; then open Denies are asked, direct
/// Allows, delegations, and IAM last.
pub(crate) fn decide(
    policy: Document<'_>,
    identity: Option<&[Value]>,
    request: &Request,
    world: &World,
) -> Result<Decision, Stop> {
    let statements = policy.statements();
    let trace = || statements.iter().map(|statement| statement.trace(request, world)).collect();
    let grant = grant(&statements, identity, request, world)?;
    Ok(Decision { grant, trace: trace() })
}

fn grant(
    statements: &[Statement<'_>],
    identity: Option<&[Value]>,
    request: &Request,
    world: &World,
) -> Result<Grant, Stop> {
    let some = |effect, sense| any(statements.iter().map(|statement| has(statement, effect, sense, request, world)));
    let denied = some(Effect::Deny, Sense::Either);
    if denied == Ok(true) {
        return Ok(Grant::Denied);
    }
    let denied_by_iam = identity_says(identity, Effect::Deny, request, world);
    if denied_by_iam == Ok(true) {
        return Ok(Grant::DeniedByIam);
    }
    let direct = some(Effect::Allow, Sense::Direct);
    let delegated = some(Effect::Allow, Sense::Account);
    if direct == Ok(false) && delegated == Ok(false) {
        return Ok(Grant::Nothing);
    }
    if denied? {
        return Ok(Grant::Denied);
    }
    if denied_by_iam? {
        return Ok(Grant::DeniedByIam);
    }
    if direct? {
        return Ok(Grant::Direct);
    }
    if !delegated? {
        return Ok(Grant::Nothing);
    }
    let allowed = is_root_user(request, world) || iam_allows(identity, request, world)?;
    Ok(if allowed { Grant::Delegated } else { Grant::NotByIam })
}

fn has(
    statement: &Statement<'_>,
    effect: Effect,
    sense: Sense,
    request: &Request,
    world: &World,
) -> Result<bool, Stop> {
    all([statement.effect(world).map(|found| found == effect), statement.applies(sense, request, world)])
}

/// The root user has everything that its account has. Source: IAM User Guide, evaluation logic.
fn is_root_user(request: &Request, world: &World) -> bool {
    let [root, _] = request.caller.account_forms();
    world.fill(&request.caller.in_world(world).principal) == world.fill(&root)
}

fn iam_allows(identity: Option<&[Value]>, request: &Request, world: &World) -> Result<bool, Stop> {
    match identity {
        Some(_) => identity_says(identity, Effect::Allow, request, world),
        None => world.ask(Question::IamAllows(request.action)),
    }
}

/// Whether a statement of the given IAM policies has that effect on the request.
fn identity_says(identity: Option<&[Value]>, effect: Effect, request: &Request, world: &World) -> Result<bool, Stop> {
    any(identity.unwrap_or_default().iter().flat_map(|value| {
        let document = Document { value, of_identity: true };
        document.statements().into_iter().map(|statement| has(&statement, effect, Sense::Either, request, world))
    }))
}
