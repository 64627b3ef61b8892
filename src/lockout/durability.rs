//! Who is left to change a key policy later: whether the account may delegate that to IAM, and if not, what the named
//! principals are worth.
//!
//! Comes in: a policy in the nominal world. Goes out: [`Durability`]; what is uncertain counts as durable. Must not know:
//! output.
//!
//! Sources: KMS Developer Guide, key-policy-default.html ("reduces the risk of the key becoming unmanageable"); KMS facts (b):
//! principals are stored as unique ids, so one that is deleted and made again is another (I12); a permission set that is
//! provisioned again has a new suffix (D04a); IAM User Guide, reference_policies_elements_principal.html, role sessions.

use std::collections::BTreeSet;

use crate::aws::{PrincipalArn, PrincipalKind};
use crate::policy::{Caller, Document, Effect, Request, Sense, Statement, hold, is_everyone, named_principals, names};
use crate::source::Span;
use crate::template::Resource;
use crate::world::{Hole, Kind, Origin, Text, Value, World};

use super::evaluate::Subject;
use super::ordering::{arn, is_person};

/// Who is left.
#[derive(Clone, Debug, Default)]
pub(crate) struct Durability {
    /// No statement lets the account delegate kms:PutKeyPolicy to IAM.
    pub(crate) no_delegation: bool,
    /// Some statement lets the account delegate other actions.
    pub(crate) delegates_others: bool,
    /// Everyone who can change the policy, where all of them are sure to go; else empty.
    pub(crate) fragile: Vec<Holder>,
    /// Everyone whom the policy lets change itself.
    pub(crate) holders: Vec<Holder>,
}

/// Somebody who can change the policy.
#[derive(Clone, Debug)]
pub(crate) struct Holder {
    /// As written after resolution.
    pub(crate) principal: String,
    /// Where.
    pub(crate) span: Span,
    /// What it is worth.
    pub(crate) kind: HolderKind,
}

/// How long somebody stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum HolderKind {
    /// A role or anything else of which nothing speaks against it.
    Durable,
    /// An IAM user: gone with the person.
    User,
    /// A session of a role or a federated user: gone with the session, unless the next one has the same name.
    Session,
    /// A role of Identity Center: provisioned again under another name.
    IdentityCenter,
    /// A user or role of the same stack, by its logical id: deleted with the stack, and another one once it is replaced.
    OwnStack(String),
}

/// Who is left to change the policy.
pub(super) fn durability(subject: &Subject<'_>, policy: &Value, request: &Request, world: &World) -> Durability {
    let givens = &subject.deployment.givens;
    let caller = Caller::unknown(givens.account.clone(), givens.partition.clone()).in_world(world);
    let anybody = Request { caller, ..request.clone() };
    let statements = (Document { value: policy, of_identity: false }).statements();
    let may_delegate = |statement: &Statement<'_>| {
        grants_somebody(statement, &anybody, world) && may_name_account(statement, &anybody.caller, world)
    };
    if !matches!(policy.get("Statement").map(|one| &one.kind), Some(Kind::List(_) | Kind::Map(_)))
        || statements.iter().any(may_delegate)
    {
        return Durability::default();
    }
    let delegates_others = statements.iter().any(|statement| {
        statement.effect(world) == Ok(Effect::Allow) && may_name_account(statement, &anybody.caller, world)
    });
    let granting = statements.iter().filter(|statement| grants_somebody(statement, &anybody, world));
    let holders: Vec<Holder> = granting.flat_map(|statement| holders(statement, subject, world)).collect();
    let fragile = if is_fragile(&holders) { holders.clone() } else { Vec::new() };
    Durability { no_delegation: true, delegates_others, fragile, holders }
}

/// Whether the statement may let anybody change the policy, directly or through CloudFormation.
fn grants_somebody(statement: &Statement<'_>, anybody: &Request, world: &World) -> bool {
    if !matches!(statement.value.kind, Kind::Map(_)) {
        return statement.value.kind != Kind::Nothing;
    }
    let may_hold = |via_cloudformation| {
        let request = Request { via_cloudformation, ..anybody.clone() };
        let condition = statement.element("Condition");
        condition.is_none_or(|condition| hold(condition, &request, statement.version, world) != Ok(false))
    };
    statement.effect(world) != Ok(Effect::Deny)
        && statement.may_be_about(anybody, world)
        && (may_hold(false) || may_hold(true))
}

/// Whether the account, or everyone, may be among the principals. What hangs on a question may be.
fn may_name_account(statement: &Statement<'_>, caller: &Caller, world: &World) -> bool {
    match statement.element("Principal") {
        Some(principal) => {
            is_everyone(principal)
                || matches!(&principal.kind, Kind::Text(text) if text.as_literal().is_none())
                || has_open_parts(principal)
                || names(principal, caller, Sense::Account, world) != Ok(false)
        }
        None => true,
    }
}

fn has_open_parts(value: &Value) -> bool {
    match &value.kind {
        Kind::Text(_) => false,
        Kind::List(items) => items.iter().any(has_open_parts),
        Kind::Map(entries) => entries.iter().any(|(_, item)| has_open_parts(item)),
        _ => true,
    }
}

/// The AWS principals of the own account that a statement lets change the policy.
fn holders(statement: &Statement<'_>, subject: &Subject<'_>, world: &World) -> Vec<Holder> {
    let principals = statement.element("Principal").map_or_else(Vec::new, named_principals);
    let of = |(text, span): (Text, Span)| {
        let text = world.fill(&text);
        let parsed = parsed(&text);
        let elsewhere = |arn: &PrincipalArn| {
            world.equal(&Text::literal(&arn.account), &subject.deployment.givens.account) == Ok(false)
        };
        let is_gone = parsed.as_ref().is_some_and(elsewhere) || (text.as_literal().is_some() && parsed.is_none());
        let kind = lasting(&text, subject, world);
        (!is_gone).then(|| Holder { principal: text.to_string(), span, kind })
    };
    principals.into_iter().filter_map(of).collect()
}

fn parsed(principal: &Text) -> Option<PrincipalArn> {
    principal.as_literal().and_then(|known| PrincipalArn::parse(known).ok())
}

/// How long a principal stays.
pub(super) fn lasting(principal: &Text, subject: &Subject<'_>, world: &World) -> HolderKind {
    let made = of_stack(principal, subject, world);
    made.map_or_else(|| kind(parsed(principal).as_ref(), principal), HolderKind::OwnStack)
}

/// What the form of a principal says about how long it stays. Of an ARN with unknown parts, the known ones.
fn kind(arn: Option<&PrincipalArn>, text: &Text) -> HolderKind {
    let parts = text.parts(':', 5).unwrap_or_default();
    let known = parts.last().map_or("", |resource| resource.known_prefix());
    match arn.map(|arn| &arn.kind) {
        Some(PrincipalKind::Session { .. } | PrincipalKind::FederatedUser { .. }) => HolderKind::Session,
        Some(PrincipalKind::User { .. }) => HolderKind::User,
        Some(PrincipalKind::Role { name, .. }) if name.starts_with("AWSReservedSSO_") => HolderKind::IdentityCenter,
        Some(_) => HolderKind::Durable,
        None => match known {
            known if known.starts_with("user/") => HolderKind::User,
            known if known.starts_with("assumed-role/") || known.starts_with("federated-user/") => HolderKind::Session,
            known if known.starts_with("role/aws-reserved/sso.amazonaws.com/") => HolderKind::IdentityCenter,
            _ => HolderKind::Durable,
        },
    }
}

/// The logical id of the resource of the same stack that creates the principal, unless it outlives the stack.
pub(super) fn of_stack(text: &Text, subject: &Subject<'_>, world: &World) -> Option<String> {
    let scope = subject.scope;
    let mut people = scope.template.resources.iter().filter(|one| is_person(one) && !one.is_kept());
    let is_made_by = |resource: &Resource| {
        let of_resource = |hole: &Hole| {
            let name = match hole.origin() {
                Origin::Later { kind: "getatt", name, .. } => name.split('.').next().unwrap_or_default(),
                _ => return false,
            };
            name == scope.own(&resource.id)
        };
        text.holes().any(of_resource)
            || arn(subject, resource, world).is_some_and(|arn| world.equal(text, &arn) == Ok(true))
    };
    people.find(|resource| is_made_by(resource)).map(|resource| resource.id.clone())
}

/// Whether everything hangs on one user, on sessions, or on roles that are sure to go.
fn is_fragile(holders: &[Holder]) -> bool {
    let users: BTreeSet<&str> =
        holders.iter().filter(|one| one.kind == HolderKind::User).map(|one| one.principal.as_str()).collect();
    !holders.is_empty() && holders.iter().all(|one| one.kind != HolderKind::Durable) && users.len() <= 1
}
