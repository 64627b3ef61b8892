//! What would have to change for KMS to accept the policy: the smallest thing that stands in the way.

use crate::policy::{Document, Effect, Element, Grant, Layer, Outcome as Applied, Trace, named_principals};
use crate::world::Value;

use super::evaluate::{Leaf, Outcome};

/// What stands in the way, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// This Deny of the key policy (by its number, from 0) reaches the deployer.
    Exempt(usize),
    /// This statement names the deployer, and this element of it fails.
    Mend(usize, Element),
    /// No statement names the deployer.
    Name,
    /// This layer does not allow it.
    Allow(Layer),
    /// A Deny of this layer reaches the deployer.
    Lift(Layer),
}

/// What would have to change; nothing where KMS accepts the policy, or refuses it for another reason.
pub(crate) fn change(leaf: &Leaf) -> Option<Change> {
    let (Outcome::Lockout(grant), Some(policy)) = (&leaf.outcome, &leaf.policy) else { return None };
    Some(match grant {
        Grant::Denied => Change::Exempt(leaf.trace.iter().find(|trace| denies(trace))?.index),
        Grant::DeniedBy(layer) => Change::Lift(*layer),
        Grant::NotBy(layer) => Change::Allow(*layer),
        Grant::Direct | Grant::Delegated | Grant::Nothing => {
            leaf.trace.iter().find_map(|trace| mend(trace, policy)).unwrap_or(Change::Name)
        }
    })
}

fn denies(trace: &Trace) -> bool {
    trace.effect == Some(Effect::Deny) && matches!(trace.outcome, Applied::Direct | Applied::Delegates)
}

/// A statement that names the deployer and fails elsewhere. What is open to everyone is no place to let the deployer in.
fn mend(trace: &Trace, policy: &Value) -> Option<Change> {
    let element = match &trace.outcome {
        Applied::Inert(element) => *element,
        Applied::Fails(mismatch) if mismatch.element() != Element::Principal => mismatch.element(),
        _ => return None,
    };
    let statements = Document { value: policy, of_identity: false }.statements();
    let principal = statements.get(trace.index)?.element("Principal")?;
    let everyone = named_principals(principal).iter().any(|(text, _)| text.as_literal() == Some("*"));
    (trace.effect == Some(Effect::Allow) && !everyone).then_some(Change::Mend(trace.index, element))
}
