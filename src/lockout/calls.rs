//! Calls to a key once KMS has accepted it: whether one is denied for sure, whatever is still unknown.
//!
//! Comes in: a key and the code that decides one call in one world. Goes out: a [`Denial`], or nothing. The call is explored
//! as the lockout check is (`check.rs`): worlds in which KMS or CloudFormation refuses the key do not count, and in all others
//! the call has to be denied. Must not know: which calls there are, output.
//!
//! Every call starts from the same worlds, so what becomes of the key in a world is worked out once for all of them.

use std::cell::RefCell;
use std::rc::Rc;

use crate::policy::{Decided, Document, Doubt, Effect, Element, Grant, Layers, Outcome as Applied, Request, decide};
use crate::source::Span;
use crate::world::{Kind, Stop, Value, World, explore_unless};

use super::assume;
use super::default_policy::default_policy;
use super::doubts::brought_up;
use super::evaluate::{Leaf, Outcome, Subject, evaluate};
use super::known::Known;

/// How many worlds one call may cost: what needs more is not certain.
const WORLDS: usize = 256;

/// A key that exists in a world.
pub(super) struct Accepted {
    /// Its properties.
    pub(super) properties: Rc<Value>,
    /// Its policy; KMS's own where the template gives none.
    pub(super) policy: Rc<Value>,
    /// Whether KMS accepts it from the deployer. If not, the policy is otherwise sound.
    pub(super) by_deployer: bool,
    /// The world, with what is assumed of the deployer's role.
    pub(super) world: World,
    /// A rule that is not taken for granted this time.
    doubted: Option<Doubt>,
}

/// What a call comes to in one world.
#[derive(Clone, Debug)]
pub(super) enum Call {
    /// There is no such key in this world.
    Moot,
    /// It is allowed, or not made.
    Fine,
    /// It is denied.
    Denied(Box<Denial>),
}

/// A call that is denied.
#[derive(Clone, Debug)]
pub(crate) struct Denial {
    /// The action.
    pub(crate) action: &'static str,
    /// What decides.
    pub(crate) grant: Grant,
    /// The statement of the key policy that denies it, if one does.
    pub(crate) statement: Option<Span>,
    /// Whether some statement fails by its Condition only.
    pub(crate) by_condition: bool,
    /// What in the template leads to the call.
    pub(crate) place: Option<Span>,
}

impl Call {
    /// What a decision comes to.
    pub(super) fn of(action: &'static str, decided: &Decided<'_>, policy: &Value) -> Call {
        if decided.grant.allows() {
            return Call::Fine;
        }
        let trace = decided.trace();
        let statements = Document { value: policy, of_identity: false }.statements();
        let denies = trace.iter().find(|trace| {
            trace.effect == Some(Effect::Deny) && matches!(trace.outcome, Applied::Direct | Applied::Delegates)
        });
        let statement = denies.filter(|_| decided.grant == Grant::Denied).and_then(|trace| {
            statements.iter().find(|statement| statement.index == trace.index).map(|statement| statement.value.span)
        });
        let by_condition = trace.iter().any(
            |trace| matches!(&trace.outcome, Applied::Fails(mismatch) if mismatch.element() == Element::Condition),
        );
        Call::Denied(Box::new(Denial { action, grant: decided.grant, statement, by_condition, place: None }))
    }

    fn same(&self, other: &Call) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

impl Accepted {
    /// What a call comes to that the key policy has to allow.
    pub(super) fn call(&self, action: &'static str, request: &Request, layers: &Layers) -> Result<Call, Stop> {
        let document = Document { value: &self.policy, of_identity: false };
        let request = self.doubting(request);
        Ok(Call::of(action, &decide(Some(document), layers, &request, &self.world)?, &self.policy))
    }

    /// What a call comes to that no key policy can allow.
    pub(super) fn call_by_iam(&self, action: &'static str, request: &Request, layers: &Layers) -> Result<Call, Stop> {
        let request = self.doubting(request);
        Ok(Call::of(action, &decide(None, layers, &request, &self.world)?, &self.policy))
    }

    fn doubting(&self, request: &Request) -> Request {
        Request { doubted: self.doubted.clone(), ..request.clone() }
    }
}

/// What is made of one call in one world.
type Deciding<'c> = &'c dyn Fn(&Accepted) -> Result<Call, Stop>;

/// The calls to one key.
pub(super) struct Calls<'s, 't> {
    subject: &'s Subject<'t>,
    nominal: &'s World,
    /// The key in the worlds so far; else what that makes of every call to it.
    known: Known<Rc<Result<Accepted, Call>>>,
}

impl<'s, 't> Calls<'s, 't> {
    /// The calls to the key within the world `nominal`.
    pub(super) fn new(subject: &'s Subject<'t>, nominal: &'s World) -> Calls<'s, 't> {
        Calls { subject, nominal, known: Known::default() }
    }

    /// The denial, if the call is denied in every world in which there is a key, also with every rule of less than high
    /// confidence in doubt.
    pub(super) fn denied(&self, call: Deciding<'_>) -> Option<Denial> {
        let policy = RefCell::new(None);
        let denial = self.explored(None, call, &policy)?;
        let policy = policy.into_inner()?;
        let is_denied = |doubt: &Doubt| self.explored(Some(doubt), call, &RefCell::new(None)).is_some();
        brought_up(&policy, self.subject.deployment).iter().all(is_denied).then_some(denial)
    }

    fn explored(
        &self,
        doubted: Option<&Doubt>,
        call: Deciding<'_>,
        policy: &RefCell<Option<Rc<Value>>>,
    ) -> Option<Denial> {
        let subject = &Subject { doubted: doubted.or(self.subject.doubted), ..*self.subject };
        let run =
            |world: &World| match &*self.known.or_else(subject, world, || accepted(subject, world).map(Rc::new))? {
                Ok(accepted) => {
                    policy.borrow_mut().get_or_insert_with(|| accepted.policy.clone());
                    call(accepted)
                }
                Err(other) => Ok(other.clone()),
            };
        // One world in which the call is fine, or one that nobody looked at, and nothing is certain.
        let settles = |leaf: Option<&Call>| matches!(leaf, None | Some(Call::Fine));
        let tree = subject
            .worlds
            .spend(WORLDS, |budget| explore_unless(self.nominal, &run, &|_| Call::Moot, &Call::same, &settles, budget));
        tree?.paths().into_iter().find_map(|(_, leaf)| match leaf {
            Some(Call::Denied(denial)) => Some((**denial).clone()),
            _ => None,
        })
    }
}

fn accepted(subject: &Subject<'_>, world: &World) -> Result<Result<Accepted, Call>, Stop> {
    let Leaf { outcome, policy, properties, .. } = evaluate(subject, world)?;
    let by_deployer = match outcome {
        Outcome::Safe(_) | Outcome::Bypassed | Outcome::DefaultPolicy => true,
        Outcome::Lockout(_) => false,
        // Nothing is known, so nothing is claimed.
        Outcome::Unknown(_) => return Ok(Err(Call::Fine)),
        Outcome::Invalid(_) | Outcome::Refused(_) | Outcome::NotCreated | Outcome::RuleBroken(_) => {
            return Ok(Err(Call::Moot));
        }
    };
    let givens = &subject.deployment.givens;
    let span = subject.key.span;
    let policy = policy.unwrap_or_else(|| Rc::new(default_policy(givens, span)));
    let assumed = assume::partition(&givens.partition, &policy, world);
    let assumed = assume::role_path(&subject.deployment.caller, &policy, &assumed);
    let properties = match (properties, &subject.key.properties) {
        (Some(known), _) if assumed == *world => known,
        (_, Some(properties)) => Rc::new(subject.scope.resolve(properties, &assumed)),
        (_, None) => Rc::new(Value { span, kind: Kind::Map(Vec::new()) }),
    };
    Ok(Ok(Accepted { properties, policy, by_deployer, world: assumed, doubted: subject.doubted.cloned() }))
}
