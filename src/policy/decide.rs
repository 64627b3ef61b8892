//! The decision: Deny over Allow, organization policies at every level, and what each form of principal grants.
//!
//! Sources: IAM User Guide, reference_policies_evaluation-logic.html and reference_policies_elements_principal.html (which
//! form needs which policy beside it); KMS Developer Guide, key-policy-default.html (the account statement lets IAM policies
//! delegate the permissions of that statement).

use crate::world::{Stop, World, all, any};

use super::document::Document;
use super::layers::{Layer, LayerTrace, Layers, has};
use super::principals::Sense;
use super::request::Request;
use super::statement::{Effect, Statement, Trace};

/// Whether the caller may do it, and what decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grant {
    /// The key policy names the caller.
    Direct,
    /// The key policy names the account, and the caller's IAM policies (or being the root user) do the rest.
    Delegated,
    /// A Deny of the key policy applies.
    Denied,
    /// A Deny of another policy applies.
    DeniedBy(Layer),
    /// The key policy would allow it, and another policy that has to allow it too does not.
    NotBy(Layer),
    /// Nothing allows it.
    Nothing,
}

impl Grant {
    /// The layer beside the key policy that decides; nothing where the key policy does.
    pub(crate) fn layer(self) -> Option<Layer> {
        match self {
            Grant::Delegated => Some(Layer::Identity),
            Grant::DeniedBy(layer) | Grant::NotBy(layer) => Some(layer),
            Grant::Direct | Grant::Denied | Grant::Nothing => None,
        }
    }

    /// Whether the request is allowed.
    pub(crate) fn allows(self) -> bool {
        matches!(self, Grant::Direct | Grant::Delegated)
    }
}

/// A decision. Its reasoning is worked out where somebody asks for it: of all the worlds that are explored, few are told.
pub(crate) struct Decided<'d> {
    /// The answer.
    pub(crate) grant: Grant,
    policy: Option<Document<'d>>,
    layers: &'d Layers,
    request: Request,
    world: &'d World,
}

impl Decided<'_> {
    /// What became of every statement of the key policy.
    pub(crate) fn trace(&self) -> Vec<Trace> {
        let statements = self.policy.map(|policy| policy.statements()).unwrap_or_default();
        statements.iter().map(|statement| statement.trace(&self.request, self.world)).collect()
    }

    /// What every policy group beside it says.
    pub(crate) fn layers(&self) -> Vec<LayerTrace> {
        self.layers.trace(&self.request, self.world)
    }
}

/// Decides a request under a key policy and the policies beside it. Without a key policy, the account decides by IAM.
pub(crate) fn decide<'d>(
    policy: Option<Document<'d>>,
    layers: &'d Layers,
    request: &Request,
    world: &'d World,
) -> Result<Decided<'d>, Stop> {
    let request = request.in_world(world);
    // A statement that is about other actions has no effect in any sense.
    let may_be_about = |one: &Statement<'_>| one.may_cover_action(&request, world);
    let statements = policy.map(|policy| policy.statements().into_iter().filter(may_be_about).collect());
    let grant = Deciding { statements, layers, request: &request, world }.grant()?;
    Ok(Decided { grant, policy, layers, request, world })
}

const ALL: [Layer; 5] = [Layer::Identity, Layer::Boundary, Layer::Session, Layer::Scp, Layer::Rcp];

struct Deciding<'d> {
    /// Those of the key policy that may be about the action; nothing where there is no key policy.
    statements: Option<Vec<Statement<'d>>>,
    layers: &'d Layers,
    request: &'d Request,
    world: &'d World,
}

impl Deciding<'_> {
    /// What is certain comes first, so that nothing is asked that does not decide: a Deny, a level of the organization that
    /// does not allow, a key policy that allows nobody like the caller. Then the questions in a fixed order, IAM last.
    fn grant(&self) -> Result<Grant, Stop> {
        let denied = self.key_policy(Effect::Deny, Sense::Either);
        if denied == Ok(true) {
            return Ok(Grant::Denied);
        }
        let denials = ALL.map(|layer| (layer, self.layers.denies(layer, self.request, self.world)));
        if let Some((layer, _)) = denials.iter().find(|(_, denies)| *denies == Ok(true)) {
            return Ok(Grant::DeniedBy(*layer));
        }
        let organization = [Layer::Rcp, Layer::Scp].map(|layer| (layer, self.allowed_by(layer)));
        if let Some((layer, _)) = organization.iter().find(|(_, allows)| *allows == Ok(false)) {
            return Ok(Grant::NotBy(*layer));
        }
        let forms = [Sense::Unlimited, Sense::Role, Sense::Account].map(|sense| self.key_policy(Effect::Allow, sense));
        if forms.iter().all(|form| *form == Ok(false)) {
            return Ok(Grant::Nothing);
        }
        if denied? {
            return Ok(Grant::Denied);
        }
        for (layer, denies) in denials {
            if denies? {
                return Ok(Grant::DeniedBy(layer));
            }
        }
        for (layer, allows) in organization {
            if !allows? {
                return Ok(Grant::NotBy(layer));
            }
        }
        self.by_form(forms)
    }

    /// Source: reference_policies_evaluation-logic.html: a user, a session, a federated user and everyone need nothing
    /// beside the key policy; a role is limited by boundary and session policy; the account needs IAM policies as well.
    fn by_form(&self, [unlimited, role, account]: [Result<bool, Stop>; 3]) -> Result<Grant, Stop> {
        let limits = [Layer::Boundary, Layer::Session].map(|layer| (layer, self.allowed_by(layer)));
        let limited = all(limits.clone().map(|(_, allows)| allows));
        if any([unlimited, all([role.clone(), limited.clone()])])? {
            return Ok(Grant::Direct);
        }
        if !any([role, account])? {
            return Ok(Grant::Nothing);
        }
        if !limited? {
            let layer = limits.into_iter().find(|(_, allows)| *allows == Ok(false)).map(|(layer, _)| layer);
            return Ok(layer.map_or(Grant::Nothing, Grant::NotBy));
        }
        let allowed = self.request.caller.is_root_user() || self.allowed_by(Layer::Identity)?;
        Ok(if allowed { Grant::Delegated } else { Grant::NotBy(Layer::Identity) })
    }

    fn allowed_by(&self, layer: Layer) -> Result<bool, Stop> {
        self.layers.allows(layer, self.request, self.world)
    }

    /// Whether a statement of the key policy has that effect, naming the caller in that sense.
    fn key_policy(&self, effect: Effect, sense: Sense) -> Result<bool, Stop> {
        let Some(statements) = &self.statements else {
            return Ok(effect == Effect::Allow && sense == Sense::Account);
        };
        any(statements.iter().map(|statement| has(statement, effect, sense, self.request, self.world)))
    }
}
