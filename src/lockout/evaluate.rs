//! One key in one world: what KMS (or CloudFormation before it) would do. Plain two-valued code.
//!
//! Source of the order: KMS API, CreateKey: syntax, principals, then the lockout check, which
//! BypassPolicyLockoutSafetyCheck skips; a key without policy gets the default one, unchecked.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::deployment::Deployment;
use crate::policy::{
    Caller, Document, Doubt, Grant, LayerTrace, Problem, Request, Says, Trace, decide, from_json_text, problems,
};
use crate::resolve::{Givens, Scope};
use crate::template::{POLICY, Resource};
use crate::world::{Class, Hole, Kind, Origin, Question, Refusal, Shape, Stop, Text, Value, World};

use super::known::Known;
use super::worlds::Worlds;
use super::{assume, exist};

/// The action that the check is about.
pub(crate) const ACTION: &str = "kms:PutKeyPolicy";

/// What happens to a key in one world.
#[derive(Clone, Debug)]
pub(crate) struct Leaf {
    /// The answer.
    pub(crate) outcome: Outcome,
    /// What became of each statement.
    pub(crate) trace: Rc<[Trace]>,
    /// What the policies beside the key policy say.
    pub(crate) layers: Rc<[LayerTrace]>,
    /// The policy that was judged.
    pub(crate) policy: Option<Rc<Value>>,
    /// The key's properties, where it came to them.
    pub(super) properties: Option<Rc<Value>>,
}

/// The answer of one world.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Outcome {
    /// KMS accepts the policy.
    Safe(Grant),
    /// KMS refuses it: the lockout check fails.
    Lockout(Grant),
    /// KMS refuses it for another reason.
    Invalid(Vec<Problem>),
    /// CloudFormation refuses the template.
    Refused(Vec<Refusal>),
    /// The check is switched off.
    Bypassed,
    /// No policy: the default one, unchecked.
    DefaultPolicy,
    /// The key's Condition is false.
    NotCreated,
    /// A rule of the template is broken: nothing is deployed.
    RuleBroken(Refusal),
    /// The policy itself is unknown.
    Unknown(Hole),
}

/// What is judged.
#[derive(Debug)]
pub(crate) struct Subject<'a> {
    /// The template with the known values.
    pub(crate) scope: &'a Scope<'a>,
    /// The key.
    pub(crate) key: &'a Resource,
    /// Refusals of the template that the key is part of in every world.
    pub(crate) refused: &'a [Refusal],
    /// The deployment.
    pub(crate) deployment: &'a Deployment,
    /// Whether BypassPolicyLockoutSafetyCheck counts.
    pub(crate) bypass_counts: bool,
    /// A rule that is not taken for granted this time.
    pub(crate) doubted: Option<&'a Doubt>,
    /// How many worlds may still be run for the template.
    pub(crate) worlds: &'a Worlds,
    /// What became of the key so far, where it is evaluated for several reasons.
    pub(crate) known: Option<&'a Known>,
}

impl Leaf {
    /// A leaf without reasoning.
    pub(super) fn of(outcome: Outcome) -> Leaf {
        Leaf { outcome, trace: Rc::default(), layers: Rc::default(), policy: None, properties: None }
    }

    fn with(outcome: Outcome, policy: Value) -> Leaf {
        Leaf { policy: Some(Rc::new(policy)), ..Leaf::of(outcome) }
    }

    /// CloudFormation refuses the template here.
    pub(crate) fn refused(refusal: Refusal) -> Leaf {
        Leaf::of(Outcome::Refused(vec![refusal]))
    }

    /// What was decided, where it came to that.
    pub(crate) fn grant(&self) -> Option<Grant> {
        match self.outcome {
            Outcome::Safe(grant) | Outcome::Lockout(grant) => Some(grant),
            _ => None,
        }
    }

    /// Whether two leaves give the same answer.
    pub(crate) fn same(&self, other: &Leaf) -> bool {
        match (&self.outcome, &other.outcome) {
            (Outcome::Unknown(a), Outcome::Unknown(b)) => a == b,
            (a, b) => std::mem::discriminant(a) == std::mem::discriminant(b),
        }
    }
}

/// What happens to the key in `world`.
pub(crate) fn evaluate(subject: &Subject<'_>, world: &World) -> Result<Leaf, Stop> {
    match subject.known {
        Some(known) => known.or_else(subject, world, || in_world(subject, world)),
        None => in_world(subject, world),
    }
}

fn in_world(subject: &Subject<'_>, world: &World) -> Result<Leaf, Stop> {
    let Subject { scope, key, .. } = subject;
    if !scope.is_created(world)? {
        return Ok(Leaf::of(Outcome::NotCreated));
    }
    if let Some(refusal) = scope.broken_rule_on_the_way(world) {
        return Ok(Leaf::of(Outcome::RuleBroken(refusal)));
    }
    if let Some((name, span)) = &key.condition
        && !scope.condition(name, *span, world)?
    {
        return Ok(Leaf::of(Outcome::NotCreated));
    }
    if !subject.refused.is_empty() {
        return Ok(Leaf::of(Outcome::Refused(subject.refused.to_vec())));
    }
    let Some(properties) = key.properties.as_ref().map(|properties| Rc::new(scope.resolve(properties, world))) else {
        return Ok(without_policy(key));
    };
    let leaf = with_properties(subject, &properties, world)?;
    Ok(Leaf { properties: Some(properties), ..leaf })
}

fn with_properties(subject: &Subject<'_>, properties: &Value, world: &World) -> Result<Leaf, Stop> {
    let refusals: Vec<Refusal> = properties.refusals().into_iter().cloned().collect();
    if !refusals.is_empty() {
        return Ok(Leaf::of(Outcome::Refused(refusals)));
    }
    if let Some(question) = properties.may_be_refused() {
        world.ask(question.clone())?;
    }
    if let Kind::Unknown(hole) = &properties.kind {
        return Ok(Leaf::of(Outcome::Unknown(hole.clone())));
    }
    match properties.get("KeyPolicy") {
        None => Ok(without_policy(subject.key)),
        Some(policy) => with_policy(subject, properties, policy, world),
    }
}

/// Source: KMS API, CreateKey ("If you do not provide a key policy, KMS attaches a default key policy"); the schema of
/// AWS::KMS::ReplicaKey requires KeyPolicy.
fn without_policy(key: &Resource) -> Leaf {
    if key.kind == "AWS::KMS::ReplicaKey" {
        let message = "a replica key needs a `KeyPolicy`: the property is required".to_owned();
        return Leaf::refused(Refusal { message, span: key.span });
    }
    Leaf::of(Outcome::DefaultPolicy)
}

/// The policy document that KeyPolicy holds; or what to say where nobody knows it, or it is no JSON.
pub(super) fn document_of(policy: &Value, world: &World) -> Result<Result<Value, Box<Leaf>>, Stop> {
    let policy = match &policy.kind {
        Kind::Open(question, _) => return Err(Stop::Ask(question.clone())),
        Kind::Unknown(hole) | Kind::Members(hole) => {
            return Ok(Err(Box::new(Leaf::of(Outcome::Unknown(hole.clone())))));
        }
        Kind::Text(text) => match read_text(text, policy, world) {
            Ok(value) => value,
            Err(leaf) => return Ok(Err(leaf)),
        },
        _ => policy.clone(),
    };
    Ok(match policy.get("Statement") {
        Some(Value { kind: Kind::Unknown(hole) | Kind::Members(hole), .. }) => {
            Err(Box::new(Leaf::with(Outcome::Unknown(hole.clone()), policy)))
        }
        _ => Ok(policy),
    })
}

fn with_policy(subject: &Subject<'_>, properties: &Value, policy: &Value, world: &World) -> Result<Leaf, Stop> {
    let policy = match document_of(policy, world)? {
        Ok(policy) => policy,
        Err(leaf) => return Ok(*leaf),
    };
    let world = &assume::partition(&subject.deployment.givens.partition, &policy, world);
    let world = &assume::role_path(&subject.deployment.caller, &policy, world);
    let partition = world.fill(&subject.deployment.givens.partition);
    let mut found = problems(&policy, &partition, world)?;
    found.extend(assume::own_role_elsewhere(&subject.deployment.caller, &policy, world));
    found.extend(exist::missing_principals(subject, &policy, world));
    if !found.is_empty() {
        return Ok(Leaf::with(Outcome::Invalid(found), policy));
    }
    if subject.bypass_counts && bypasses(subject.key, properties, world)? {
        return Ok(Leaf::with(Outcome::Bypassed, policy));
    }
    let request = request(subject, properties);
    let document = Document { value: &policy, of_identity: false };
    let decision = decide(Some(document), &subject.deployment.layers, &request, world)?;
    let outcome = match decision.grant {
        grant if grant.allows() => Outcome::Safe(grant),
        grant => Outcome::Lockout(grant),
    };
    let (trace, layers) = (decision.trace().into(), decision.layers().into());
    Ok(Leaf { trace, layers, ..Leaf::with(outcome, policy) })
}

/// A policy given as text: unknown as long as the text is, else the JSON that it holds.
fn read_text(text: &Text, policy: &Value, world: &World) -> Result<Value, Box<Leaf>> {
    let text = world.fill(text);
    if let Some(hole) = text.as_hole() {
        return Err(Box::new(Leaf::of(Outcome::Unknown(hole.clone()))));
    }
    from_json_text(&text, policy.span).map_err(|message| {
        let outcome = match text.holes().next() {
            Some(hole) => Outcome::Unknown(hole.clone()),
            None => Outcome::Invalid(vec![Problem { says: Says::Malformed, message, span: policy.span }]),
        };
        Box::new(Leaf::of(outcome))
    })
}

/// Source: AWS::KMS::Key; AWS::KMS::ReplicaKey has no such property.
pub(super) fn bypasses(key: &Resource, properties: &Value, world: &World) -> Result<bool, Stop> {
    let flag = properties.get("BypassPolicyLockoutSafetyCheck").filter(|_| key.kind == "AWS::KMS::Key");
    match flag.map(|flag| &flag.kind) {
        Some(Kind::Text(text)) => match text.as_literal() {
            Some(known) => Ok(known.eq_ignore_ascii_case("true")),
            None => world.equal(text, &Text::literal("true")),
        },
        Some(Kind::Unknown(hole)) => world.equal(&Text::hole(hole.clone()), &Text::literal("true")),
        Some(Kind::Open(question, _)) => Err(Stop::Ask(question.clone())),
        _ => Ok(false),
    }
}

/// The call that is simulated.
pub(crate) fn request(subject: &Subject<'_>, properties: &Value) -> Request {
    let Deployment { givens, caller, via_cloudformation, now, context, layers, .. } = subject.deployment;
    Request {
        caller: Caller { bounded: layers.boundary.is_some(), ..caller.clone() },
        action: ACTION.to_owned(),
        resource: key_arn(subject, properties, subject.key.kind == POLICY),
        region: givens.region.clone(),
        via_cloudformation: *via_cloudformation,
        now: *now,
        key: key_facts(subject.key, properties),
        given: context.clone(),
        doubted: subject.doubted.cloned(),
        only_given: false,
        own: Vec::new(),
    }
}

/// `arn:P:kms:R:A:key/` and an id that nobody knows (yet); of multi-Region keys it starts with `mrk-`.
///
/// Source: KMS Developer Guide, concepts.html#key-id-key-ARN and multi-region-keys-overview.html.
pub(super) fn key_arn(subject: &Subject<'_>, properties: &Value, exists: bool) -> Text {
    let givens = &subject.deployment.givens;
    let multi_region = is_multi_region(subject.key, properties);
    // No id that a template can write is the id of a key that does not exist yet; a policy by itself is for one that does.
    let name = if exists { "KeyId".to_owned() } else { subject.scope.own(&format!("{}.KeyId", subject.key.id)) };
    let origin = Origin::Later { kind: if exists { "key" } else { "getatt" }, name, at: None };
    let shape = Shape { class: Class::Hex, allowed: (!exists).then(Vec::new), ..Shape::default() };
    let id = Text::hole(Hole::new(origin, shape, None));
    kms_arn(givens, if multi_region { "key/mrk-" } else { "key/" }, &id)
}

/// `arn:P:kms:R:A:` and what follows.
pub(super) fn kms_arn(givens: &Givens, start: &str, name: &Text) -> Text {
    let (partition, region, account) = ((&givens.partition).into(), (&givens.region).into(), (&givens.account).into());
    let place = ["arn:".into(), partition, ":kms:".into(), region, ":".into(), account, ":".into()];
    Text::of(&[&place[..], &[start.into(), name.into()]].concat())
}

fn is_multi_region(key: &Resource, properties: &Value) -> bool {
    let flag = properties.get("MultiRegion").map(|flag| &flag.kind);
    key.kind == "AWS::KMS::ReplicaKey" || matches!(flag, Some(Kind::Text(text)) if text.as_literal() == Some("true"))
}

/// What the template says of a key, by context key. Source: the schema of AWS::KMS::Key (defaults); KMSDG conditions-kms.html.
/// Of a replica key, and of a key whose policy stands by itself, the template does not say.
fn key_facts(key: &Resource, properties: &Value) -> BTreeMap<&'static str, Text> {
    let text = |name: &str, default: &str| match properties.get(name).map(|value| &value.kind) {
        None => Some(Text::literal(default)),
        Some(Kind::Text(text)) => Some(text.clone()),
        Some(_) => None,
    };
    if key.kind != "AWS::KMS::Key" {
        return BTreeMap::new();
    }
    let mut out = BTreeMap::new();
    for (context, property, default) in [
        ("kms:KeySpec", "KeySpec", "SYMMETRIC_DEFAULT"),
        ("kms:KeyUsage", "KeyUsage", "ENCRYPT_DECRYPT"),
        ("kms:KeyOrigin", "Origin", "AWS_KMS"),
        ("kms:MultiRegion", "MultiRegion", "false"),
    ] {
        out.extend(text(property, default).map(|text| (context, text)));
    }
    if is_multi_region(key, properties) {
        out.insert("kms:MultiRegionKeyType", Text::literal("PRIMARY"));
    }
    out
}

/// The question whether IAM allows the action.
pub(crate) fn is_iam(question: &Question) -> bool {
    matches!(question, Question::IamAllows(_))
}
