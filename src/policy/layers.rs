//! The policies that stand beside the key policy: what each of them does to a request.
//!
//! Source: IAM User Guide, reference_policies_evaluation-logic.html: a Deny anywhere decides; organization policies must
//! allow at every level; boundary and session policy limit what identity policies and some forms of principals grant.

use crate::world::{Hole, Kind, Origin, Question, Shape, Stop, Value, World, all, any, either};

use super::document::Document;
use super::principals::Sense;
use super::request::Request;
use super::statement::{Effect, Statement};

/// One kind of policy beside the key policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Layer {
    /// The caller's identity policies.
    Identity,
    /// Its permissions boundary.
    Boundary,
    /// The policy of its session.
    Session,
    /// A service control policy.
    Scp,
    /// A resource control policy.
    Rcp,
}

impl Layer {
    /// The verb that goes with the name: `permissions boundary takes`, `IAM policies take`.
    pub(crate) fn verb(self, singular: &'static str, plural: &'static str) -> &'static str {
        if matches!(self, Layer::Boundary | Layer::Session) { singular } else { plural }
    }

    /// Whether it has levels: organization root, OUs, account.
    pub(crate) fn has_levels(self) -> bool {
        matches!(self, Layer::Scp | Layer::Rcp)
    }

    /// As a message names it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Layer::Identity => "IAM policies",
            Layer::Boundary => "permissions boundary",
            Layer::Session => "session policy",
            Layer::Scp => "service control policies",
            Layer::Rcp => "resource control policies",
        }
    }
}

/// The policies of a request beside the key policy. A policy that exists and is not known is a value of its own kind
/// ([`Kind::Unknown`]).
#[derive(Clone, Debug, Default)]
pub(crate) struct Layers {
    /// All identity policies of the caller; `None`: not known, the question is asked.
    pub(crate) identity: Option<Vec<Value>>,
    /// Where IAM facts were given and do not have the caller: what they lack.
    pub(crate) lacking: Option<String>,
    /// The permissions boundary; `None`: there is none.
    pub(crate) boundary: Option<Vec<Value>>,
    /// The session policies; `None`: there are none.
    pub(crate) session: Option<Vec<Value>>,
    /// The service control policies, level by level.
    pub(crate) scps: Vec<Vec<Value>>,
    /// The resource control policies, level by level.
    pub(crate) rcps: Vec<Vec<Value>>,
}

impl Layers {
    /// The layer and policies of every group that is given; an organization has one group for each level.
    pub(crate) fn given(&self) -> Vec<(Layer, &[Value])> {
        let single =
            [(Layer::Identity, &self.identity), (Layer::Boundary, &self.boundary), (Layer::Session, &self.session)];
        let mut out: Vec<(Layer, &[Value])> =
            single.into_iter().filter_map(|(layer, policies)| Some((layer, policies.as_deref()?))).collect();
        out.extend(self.scps.iter().map(|level| (Layer::Scp, level.as_slice())));
        out.extend(self.rcps.iter().map(|level| (Layer::Rcp, level.as_slice())));
        out
    }

    /// Whether a Deny of this layer reaches the request.
    pub(crate) fn denies(&self, layer: Layer, request: &Request, world: &World) -> Result<bool, Stop> {
        any(self.of(layer, request).into_iter().map(|policies| says(policies, Effect::Deny, request, world)))
    }

    /// Whether every group of this layer that is given allows the request; `true` where none is.
    pub(crate) fn allows(&self, layer: Layer, request: &Request, world: &World) -> Result<bool, Stop> {
        if layer == Layer::Identity && self.identity.is_none() {
            return world.ask(match &self.lacking {
                Some(name) => {
                    let origin = Origin::Later { kind: "iam", name: name.clone(), at: None };
                    Question::Fact(Hole::new(origin, Shape::default(), None))
                }
                None => Question::IamAllows(request.action.clone()),
            });
        }
        let groups = self.of(layer, request).into_iter();
        all(groups.map(|policies| {
            if layer == Layer::Rcp && !has_allow(policies) {
                return Ok(true);
            }
            says(policies, Effect::Allow, request, world)
        }))
    }

    /// Organization policies do not bind service-linked roles. Source: Organizations User Guide,
    /// orgs_manage_policies_scps.html and …_rcps.html.
    fn of(&self, layer: Layer, request: &Request) -> Vec<&[Value]> {
        if layer.has_levels() && request.caller.principal.holds(":role/aws-service-role/") {
            return Vec::new();
        }
        self.given().into_iter().filter(|(other, _)| *other == layer).map(|(_, policies)| policies).collect()
    }
}

impl Layers {
    /// What every group that is given says of the request.
    pub(crate) fn trace(&self, request: &Request, world: &World) -> Vec<LayerTrace> {
        let mut out: Vec<LayerTrace> = Vec::new();
        for (layer, policies) in self.given() {
            let level = out.iter().filter(|one| one.layer == layer).count() + 1;
            out.push(LayerTrace { layer, level, outcome: outcome(policies, request, world) });
        }
        out
    }
}

/// What one group of policies says of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LayerTrace {
    /// Which layer.
    pub(crate) layer: Layer,
    /// The level within the layer, from 1.
    pub(crate) level: usize,
    /// What it says.
    pub(crate) outcome: LayerOutcome,
}

/// What a group of policies says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LayerOutcome {
    /// This statement denies.
    Denies(String),
    /// This statement allows.
    Allows(String),
    /// No statement is about the request.
    Silent,
    /// It hangs on a question.
    Open,
}

fn outcome(policies: &[Value], request: &Request, world: &World) -> LayerOutcome {
    let first = |effect| {
        let documents = policies.iter().map(|value| Document { value, of_identity: true });
        let mut statements = documents.flat_map(|document| document.statements());
        statements.find(|one| has(one, effect, Sense::Either, request, world) == Ok(true)).map(|one| one.name())
    };
    let says = |effect| says(policies, effect, request, world);
    match (says(Effect::Deny), says(Effect::Allow)) {
        (Ok(true), _) => LayerOutcome::Denies(first(Effect::Deny).unwrap_or_default()),
        (Ok(false), Ok(true)) => LayerOutcome::Allows(first(Effect::Allow).unwrap_or_default()),
        (Ok(false), Ok(false)) => LayerOutcome::Silent,
        _ => LayerOutcome::Open,
    }
}

/// Whether a statement of these policies has that effect on the request.
fn says(policies: &[Value], effect: Effect, request: &Request, world: &World) -> Result<bool, Stop> {
    any(policies.iter().map(|value| match &value.kind {
        Kind::Unknown(hole) => world.ask(Question::Fact(effect_of(hole, effect))),
        _ => {
            let document = Document { value, of_identity: true };
            let statements = document.statements().into_iter();
            any(statements.map(|statement| has(&statement, effect, Sense::Either, request, world)))
        }
    }))
}

/// Whether a level lists an Allow of its own. RCPFullAWSAccess is attached at every level and cannot be detached, so a level
/// of which only Denies were given allows everything else.
///
/// Source: Organizations User Guide, orgs_manage_policies_rcps.html.
fn has_allow(policies: &[Value]) -> bool {
    let documents = policies.iter().map(|value| Document { value, of_identity: true });
    let statements: Vec<Statement<'_>> = documents.flat_map(|document| document.statements()).collect();
    statements.iter().any(|statement| statement.effect(&World::default()) == Ok(Effect::Allow))
}

/// Allowing and denying are two questions about one unknown policy.
fn effect_of(policy: &Hole, effect: Effect) -> Hole {
    let name = policy.origin().name();
    let name = if effect == Effect::Deny { format!("{name} (Deny)") } else { name };
    Hole::new(Origin::Later { kind: "iam", name, at: None }, Shape::default(), policy.span())
}

/// Whether a statement has that effect on the request, naming the caller in that sense.
pub(crate) fn has<'v>(
    statement: &Statement<'v>,
    effect: Effect,
    sense: Sense,
    request: &Request,
    world: &World,
) -> Result<bool, Stop> {
    let one = |value: &'v Value| has(&Statement { value, ..*statement }, effect, sense, request, world);
    match &statement.value.kind {
        // What stands behind a question, a statement or a list of them, is looked at before the question is asked.
        Kind::Open(question, alternatives) => either(question, alternatives, one),
        Kind::List(items) => any(items.iter().map(one)),
        _ => all([statement.effect(world).map(|found| found == effect), statement.applies(sense, request, world)]),
    }
}
