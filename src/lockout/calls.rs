//! Calls to a key once KMS has accepted it: whether one is denied for sure, whatever is still unknown.
//!
//! Comes in: a key and the code that decides one call in one world. Goes out: a [`Denial`], or nothing. The call is explored
//! as the lockout check is (`check.rs`): worlds in which KMS or CloudFormation refuses the key do not count, and in all others
//! the call has to be denied. Must not know: which calls there are, output.
//!
//! Every call starts from the same worlds, so the key in each is worked out once for all of them.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::policy::{Decided, Document, Doubt, Effect, Element, Grant, Layers, Outcome as Applied, Request, decide};
use crate::source::Span;
use crate::world::{Kind, Stop, Tree, Value, World, explore_unless};

use super::assume;
use super::default_policy::default_policy;
use super::doubts::brought_up;
use super::evaluate::{Leaf, Outcome, Subject, evaluate};

/// How many worlds one call may cost: what needs more is not certain.
const WORLDS: usize = 256;

/// A key that exists in a world.
#[derive(Clone)]
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

    fn doubting<'r>(&self, request: &'r Request) -> Cow<'r, Request> {
        match request.doubted == self.doubted {
            true => Cow::Borrowed(request),
            false => Cow::Owned(Request { doubted: self.doubted.clone(), ..request.clone() }),
        }
    }
}

/// What is made of one call in one world.
type Deciding<'c> = &'c dyn Fn(&Accepted) -> Result<Call, Stop>;

/// The key in every world in which there is one; nothing where that is not known.
type Standing = Option<Rc<[Accepted]>>;

/// The calls to one key.
pub(super) struct Calls<'s, 't> {
    subject: &'s Subject<'t>,
    nominal: &'s World,
    /// Worked out once for all calls, by the rule in doubt.
    standing: RefCell<BTreeMap<Option<Doubt>, Standing>>,
}

impl<'s, 't> Calls<'s, 't> {
    /// The calls to the key within the world `nominal`.
    pub(super) fn new(subject: &'s Subject<'t>, nominal: &'s World) -> Calls<'s, 't> {
        Calls { subject, nominal, standing: RefCell::default() }
    }

    /// The denial, if the call is denied in every world in which there is a key, also with every rule of less than high
    /// confidence in doubt.
    pub(super) fn denied(&self, call: Deciding<'_>) -> Option<Denial> {
        let denial = self.explored(None, call)?;
        let policy = self.standing(None)?.first()?.policy.clone();
        let is_denied = |doubt: &Doubt| self.explored(Some(doubt), call).is_some();
        brought_up(&policy, self.subject.deployment).iter().all(is_denied).then_some(denial)
    }

    /// The call within the worlds in which there is a key.
    fn explored(&self, doubted: Option<&Doubt>, call: Deciding<'_>) -> Option<Denial> {
        // One world in which the call is fine, or one that nobody looked at, and nothing is certain.
        let settles = |leaf: Option<&Call>| matches!(leaf, None | Some(Call::Fine));
        let mut found = None;
        let standing = self.standing(doubted)?;
        self.subject.worlds.spend_at_most(WORLDS, |budget| {
            for accepted in standing.iter() {
                let run = |world: &World| match self.within(accepted, world)? {
                    Ok(accepted) => call(&accepted),
                    Err(other) => Ok(other),
                };
                let tree = explore_unless(&accepted.world, &run, &|_| Call::Moot, &Call::same, &settles, budget)?;
                found = found.take().or_else(|| denial(&tree));
            }
            found
        })
    }

    /// The key in a world within one in which it is known: the same, unless its values hang on a question.
    fn within(&self, known: &Accepted, world: &World) -> Result<Result<Accepted, Call>, Stop> {
        if *world != known.world && known.properties.is_open() {
            return accepted(&Subject { doubted: known.doubted.as_ref(), ..*self.subject }, world);
        }
        Ok(Ok(Accepted { world: world.clone(), ..known.clone() }))
    }

    fn standing(&self, doubted: Option<&Doubt>) -> Standing {
        let doubted = doubted.or(self.subject.doubted);
        if let Some(known) = self.standing.borrow().get(&doubted.cloned()) {
            return known.clone();
        }
        let subject = &Subject { doubted, ..*self.subject };
        let settles = |leaf: Option<&Result<Accepted, Call>>| matches!(leaf, None | Some(Err(Call::Fine)));
        let (run, moot) = (|world: &World| accepted(subject, world), |_| Err(Call::Moot));
        let tree = subject
            .worlds
            .spend_at_most(WORLDS, |budget| explore_unless(self.nominal, &run, &moot, &|_, _| false, &settles, budget));
        let of = |tree: Tree<Result<Accepted, Call>>| {
            let leaves = tree.paths().into_iter().filter_map(|(_, leaf)| leaf?.as_ref().ok());
            leaves.cloned().collect::<Rc<[Accepted]>>()
        };
        let found = tree.map(of);
        self.standing.borrow_mut().insert(doubted.cloned(), found.clone());
        found
    }
}

/// The first denial in a tree.
fn denial(tree: &Tree<Call>) -> Option<Denial> {
    tree.paths().into_iter().find_map(|(_, leaf)| match leaf {
        Some(Call::Denied(denial)) => Some((**denial).clone()),
        _ => None,
    })
}

/// The key in a world; else what that makes of every call to it.
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
