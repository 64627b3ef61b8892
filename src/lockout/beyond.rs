//! What else is wrong with a key's policy than its verdict: statements without effect, texts that should have been
//! replaced, principals that may not exist yet, services that are denied, and who is left to change the policy.
//!
//! Comes in: a key in the nominal world, with nothing answered that is unknown there: what is said here holds whatever the
//! unknown values are. Goes out: [`Beyond`]. Must not know: output.

use std::rc::Rc;

use crate::policy::{Document, Ineffective, denies_services, from_json_text, ineffective, is_too_long};
use crate::source::Span;
use crate::world::{Kind, Value, World};

use super::assume;
use super::durability::{Durability, durability};
use super::evaluate::{Subject, evaluate, request};
use super::ordering::{Unordered, unordered};
use super::unsubstituted::{Unsubstituted, unsubstituted};

/// What is wrong beside the verdict.
#[derive(Debug, Default)]
pub(crate) struct Beyond {
    /// Statements, or parts of them, that KMS ignores.
    pub(crate) ineffective: Vec<About<Ineffective>>,
    /// Statements that deny the key to AWS services; whether by a condition, else by NotPrincipal.
    pub(crate) denies_services: Vec<About<bool>>,
    /// Principals of the same stack that may not exist when the key is created.
    pub(crate) unordered: Vec<Unordered>,
    /// What should have been replaced and was not.
    pub(crate) unsubstituted: Vec<Unsubstituted>,
    /// Who is left to change the policy.
    pub(crate) durability: Durability,
}

/// Something about one statement.
#[derive(Debug)]
pub(crate) struct About<T> {
    /// The statement's Sid, or its number.
    pub(crate) name: String,
    /// The place of the deciding element.
    pub(crate) at: Span,
    /// What.
    pub(crate) what: T,
}

/// What is wrong with the policy of a key beside its verdict.
pub(super) fn beyond(subject: &Subject<'_>, nominal: &World) -> Beyond {
    let found = || {
        let properties = properties(subject, nominal)?;
        let policy = policy(&properties, nominal).filter(|policy| !is_too_long(policy))?;
        (properties.refusals().is_empty() && subject.refused.is_empty()).then_some((properties, policy))
    };
    found().map_or_else(Beyond::default, |(properties, policy)| of_policy(subject, &properties, &policy, nominal))
}

/// The key's properties without any answer: the verdict started from them.
fn properties(subject: &Subject<'_>, nominal: &World) -> Option<Rc<Value>> {
    let written = subject.key.properties.as_ref()?;
    let known = evaluate(subject, nominal).ok().and_then(|leaf| leaf.properties);
    Some(known.unwrap_or_else(|| Rc::new(subject.scope.resolve(written, nominal))))
}

/// The policy as far as it is known without any answer.
fn policy(properties: &Value, nominal: &World) -> Option<Value> {
    let policy = properties.get("KeyPolicy")?;
    match &policy.kind {
        Kind::Map(_) => Some(policy.clone()),
        Kind::Text(text) => from_json_text(&nominal.fill(text), policy.span).ok(),
        _ => None,
    }
}

fn of_policy(subject: &Subject<'_>, properties: &Value, policy: &Value, nominal: &World) -> Beyond {
    let world = &assume::partition(&subject.deployment.givens.partition, policy, nominal);
    let request = request(subject, properties).in_world(world);
    let mut out = Beyond {
        unordered: unordered(subject, policy, world),
        unsubstituted: unsubstituted(subject, policy),
        durability: durability(subject, policy, &request, world),
        ..Beyond::default()
    };
    for statement in (Document { value: policy, of_identity: false }).statements() {
        for what in ineffective(&statement, &request, world) {
            let at = match &what {
                Ineffective::Lacks(_) => statement.value.span,
                Ineffective::NoActions(actions) => actions.first().map_or(statement.value.span, |one| one.span),
                Ineffective::OtherResource => statement.span(crate::policy::Element::Resource),
            };
            out.ineffective.push(About { name: statement.name(), at, what });
        }
        if denies_services(&statement, &request, world) {
            let deciding = ["NotPrincipal", "Condition"].into_iter().find_map(|name| statement.element(name));
            let at = deciding.map_or(statement.value.span, |value| value.span);
            let by_condition = statement.element("NotPrincipal").is_none();
            out.denies_services.push(About { name: statement.name(), at, what: by_condition });
        }
    }
    out
}
