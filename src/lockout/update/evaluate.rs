//! One update in one world: the first of its calls that the policy in force does not allow.

use crate::policy::{Document, Request, decide, problems};
use crate::source::Span;
use crate::template::POLICY;
use crate::world::{Hole, Kind, Stop, Text, Value, World};

use super::super::assume;
use super::super::default_policy::default_policy;
use super::super::evaluate::{ACTION, Outcome, Subject, bypasses, document_of, key_arn, request};
use super::calls::Change;
use super::differ::differ;
use super::{Denied, Pair};

/// The context key that says whether the lockout check is switched off. Source: KMSDG, conditions-kms.html.
const BYPASS: &str = "kms:bypasspolicylockoutsafetycheck";

/// The properties whose change CloudFormation refuses, with their defaults. Source: CloudFormation Template Reference,
/// aws-resource-kms-key.html: "If you change the value of the KeySpec, KeyUsage, Origin, or MultiRegion properties of an
/// existing KMS key, the update request fails".
const IMMUTABLE: [(&str, &str); 4] = [
    ("KeySpec", "SYMMETRIC_DEFAULT"),
    ("KeyUsage", "ENCRYPT_DECRYPT"),
    ("Origin", "AWS_KMS"),
    ("MultiRegion", "false"),
];

/// What an update comes to in one world.
#[derive(Clone, Debug)]
pub(super) enum Leaf {
    /// Nothing is denied.
    Fine,
    /// There is no update of this key: it is new, or gone, or replaced, or refused before.
    NoUpdate,
    /// A call is denied.
    Denied(Box<Denied>),
    /// The default policy that takes the place of the removed one is refused.
    DefaultRefused(Box<Denied>),
    /// A property is changed that cannot be.
    Immutable(&'static str, Span),
    /// The policy in force is unknown.
    Unknown(Hole),
}

impl Leaf {
    /// Whether two leaves say the same.
    pub(super) fn same(&self, other: &Leaf) -> bool {
        match (self, other) {
            (Leaf::Denied(a), Leaf::Denied(b)) => a.action == b.action,
            (Leaf::Unknown(a), Leaf::Unknown(b)) => a == b,
            (a, b) => std::mem::discriminant(a) == std::mem::discriminant(b),
        }
    }
}

/// Both sides of an update, in their own worlds.
struct Sides {
    old: Value,
    new: Value,
}

/// What `world` knows, and the Defaults of one side's template, for what was not answered.
fn own(subject: &Subject<'_>, world: &World) -> World {
    subject
        .scope
        .at(crate::template::Stacks::ROOT)
        .defaults()
        .into_iter()
        .fold(world.clone(), |world, (hole, text)| world.assume(hole, text))
}

/// The properties of a key that is created; nothing where it is not.
fn properties(subject: &Subject<'_>, world: &World) -> Result<Option<Value>, Stop> {
    let Subject { scope, key, .. } = subject;
    let world = &own(subject, world);
    if !scope.is_created(world)? || scope.broken_rule_on_the_way(world).is_some() {
        return Ok(None);
    }
    if let Some((name, span)) = &key.condition
        && !scope.condition(name, *span, world)?
    {
        return Ok(None);
    }
    let Some(written) = &key.properties else {
        return Ok(Some(Value { span: key.span, kind: Kind::Map(Vec::new()) }));
    };
    let value = scope.resolve(written, world);
    if let Some(question) = value.may_be_refused() {
        world.ask(question.clone())?;
    }
    Ok(value.refusals().is_empty().then(|| filled(&value, world)))
}

/// A value with everything filled in that `world` knows: the other side may know something else.
fn filled(value: &Value, world: &World) -> Value {
    let kind = match &value.kind {
        Kind::Text(text) => Kind::Text(world.fill(text)),
        Kind::Unknown(hole) => match world.fill(&Text::hole(hole.clone())) {
            text if text.as_hole() == Some(hole) => value.kind.clone(),
            text => Kind::Text(text),
        },
        Kind::List(items) => Kind::List(items.iter().map(|item| filled(item, world)).collect()),
        Kind::Map(entries) => {
            Kind::Map(entries.iter().map(|(key, value)| (key.clone(), filled(value, world))).collect())
        }
        Kind::Open(question, alternatives) => {
            Kind::Open(question.clone(), alternatives.iter().map(|one| filled(one, world)).collect())
        }
        other => other.clone(),
    };
    Value { span: value.span, kind }
}

fn sides(pair: &Pair<'_>, world: &World) -> Result<Option<Sides>, Stop> {
    let (Some(old), Some(new)) = (properties(&pair.old, world)?, properties(&pair.new, world)?) else {
        return Ok(None);
    };
    Ok(Some(Sides { old, new }))
}

/// Whether the policy is certainly the same before and after.
pub(super) fn is_unchanged(pair: &Pair<'_>) -> bool {
    let Ok(Some(Sides { old, new })) = sides(pair, &World::default()) else { return false };
    match (old.get("KeyPolicy"), new.get("KeyPolicy")) {
        (Some(old), Some(new)) => differ(old, new, &World::default()) == Some(false),
        (None, None) => true,
        _ => false,
    }
}

/// What the update comes to in `world`.
pub(super) fn evaluate(pair: &Pair<'_>, world: &World) -> Result<Leaf, Stop> {
    let Some(Sides { old, new }) = sides(pair, world)? else { return Ok(Leaf::NoUpdate) };
    let kind = pair.new.key.kind.as_str();
    let change = Change { kind, place: pair.new.key.span, old: &old, new: &new, world };
    if kind == "AWS::KMS::ReplicaKey" && change.differs("PrimaryKeyArn") {
        // A replacement: ReplicateKey makes a new key.
        return Ok(Leaf::NoUpdate);
    }
    let immutable =
        |(name, default): &(&'static str, &str)| change.differs_from_default(name, default).then_some(*name);
    if kind == "AWS::KMS::Key"
        && let Some(name) = IMMUTABLE.iter().find_map(immutable)
    {
        return Ok(Leaf::Immutable(name, change.span(name)));
    }
    let policy = match in_force(pair, &old, world)? {
        Ok(policy) => policy,
        Err(leaf) => return Ok(leaf),
    };
    under(pair, &change, &policy, world)
}

/// The policy that the key has before the update. One that KMS refuses was never in force.
fn in_force(pair: &Pair<'_>, old: &Value, world: &World) -> Result<Result<Value, Leaf>, Stop> {
    let subject = &pair.old;
    let written = old.get("KeyPolicy").filter(|policy| policy.kind != Kind::Nothing);
    let Some(written) = written else { return Ok(Ok(default_policy(&subject.deployment.givens, subject.key.span))) };
    let policy = match document_of(written, world)? {
        Ok(policy) => policy,
        Err(leaf) => {
            return Ok(Err(match leaf.outcome {
                Outcome::Unknown(hole) => Leaf::Unknown(hole),
                _ => Leaf::NoUpdate,
            }));
        }
    };
    let known = assume::partition(&subject.deployment.givens.partition, &policy, world);
    let refused = problems(&policy, &known.fill(&subject.deployment.givens.partition), &known)?;
    Ok(if refused.is_empty() { Ok(policy) } else { Err(Leaf::NoUpdate) })
}

fn under(pair: &Pair<'_>, change: &Change<'_>, policy: &Value, world: &World) -> Result<Leaf, Stop> {
    let subject = &pair.old;
    let both = both(policy, change.new.get("KeyPolicy"));
    let world = &assume::partition(&subject.deployment.givens.partition, &both, world);
    let world = &assume::role_path(&subject.deployment.caller, &both, world);
    let bypasses = bypasses(pair.new.key, change.new, world)?;
    for (action, span) in change.calls() {
        if let Some(denied) = denied(pair, change, policy, (action, bypasses), world)? {
            return Ok(Leaf::Denied(Box::new(Denied { span, ..denied })));
        }
        let removed = action == ACTION && change.new.get("KeyPolicy").is_none() && change.kind != POLICY;
        if removed && !bypasses {
            let default = default_policy(&subject.deployment.givens, subject.key.span);
            if let Some(denied) = denied(pair, change, &default, (action, false), world)? {
                return Ok(Leaf::DefaultRefused(Box::new(Denied { span, ..denied })));
            }
        }
    }
    Ok(Leaf::Fine)
}

/// What keeps the deployer from making one call under a policy.
fn denied(
    pair: &Pair<'_>,
    change: &Change<'_>,
    policy: &Value,
    (action, bypasses): (&'static str, bool),
    world: &World,
) -> Result<Option<Denied>, Stop> {
    let subject = &pair.old;
    let base = request(subject, change.old);
    let mut given = base.given.clone();
    if bypasses && action == ACTION {
        // Source: the handler passes BypassPolicyLockoutSafetyCheck on to PutKeyPolicy.
        given.entry(BYPASS.to_owned()).or_insert_with(|| vec!["true".to_owned()]);
    }
    let resource = key_arn(subject, change.old, true);
    let request = Request { action: action.to_owned(), resource, given, ..base };
    let document = Document { value: policy, of_identity: false };
    let decision = decide(Some(document), &subject.deployment.layers, &request, world)?;
    Ok((!decision.grant.allows()).then(|| Denied {
        action,
        grant: decision.grant,
        trace: decision.trace(),
        policy: policy.clone(),
        span: change.place,
        administrators: Vec::new(),
        assumes: Vec::new(),
    }))
}

/// The statements of two policies as if they were one: a role has one path in both.
fn both(old: &Value, new: Option<&Value>) -> Value {
    let statements = |policy: &Value| match policy.get("Statement").map(|value| &value.kind) {
        Some(Kind::List(items)) => items.clone(),
        Some(kind) => vec![Value { span: policy.span, kind: kind.clone() }],
        None => Vec::new(),
    };
    let all = statements(old).into_iter().chain(new.into_iter().flat_map(statements)).collect();
    Value::map(old.span, [("Statement", Value { span: old.span, kind: Kind::List(all) })])
}
