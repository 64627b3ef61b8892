//! One statement: whether it applies to a request, and if not, the first element that failed.

use crate::source::Span;
use crate::world::{Kind, Question, Stop, Text, Value, World, all};

use super::actions::{covers, names as names_resource};
use super::conditions;
use super::doubt::Doubt;
use super::elements::Element;
use super::mismatch::Mismatch;
use super::principals::{self, Sense};
use super::request::Request;
use super::variables::Version;

/// Allow or Deny.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// `Allow`.
    Allow,
    /// `Deny`.
    Deny,
}

/// A statement of a policy document.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Statement<'v> {
    /// Its number in the document, from 0.
    pub(crate) index: usize,
    /// Its value.
    pub(crate) value: &'v Value,
    /// The document's Version.
    pub(crate) version: Version<'v>,
    /// Whether it stands in an IAM policy, which names no principal.
    pub(crate) of_identity: bool,
}

/// What became of a statement.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Outcome {
    /// It applies: to the caller itself.
    Direct,
    /// It applies: to the caller's account.
    Delegates,
    /// It has no Action or no Resource: KMS accepts and ignores it.
    Inert(Element),
    /// The first element that does not match, and why.
    Fails(Mismatch),
    /// It hangs on a question.
    Open(Question),
}

/// A statement's outcome, for the reasoning.
#[derive(Clone, Debug)]
pub(crate) struct Trace {
    /// The statement's number, from 0.
    pub(crate) index: usize,
    /// Allow or Deny, where that is known.
    pub(crate) effect: Option<Effect>,
    /// What became of it.
    pub(crate) outcome: Outcome,
}

fn is_allow(effect: &Text, world: &World) -> Result<bool, Stop> {
    match effect.as_literal() {
        Some(known) => Ok(known == "Allow"),
        None => world.equal(effect, &"Allow".into()),
    }
}

impl<'v> Statement<'v> {
    /// An element's value.
    pub(crate) fn element(&self, name: &str) -> Option<&'v Value> {
        self.value.get(name).filter(|value| value.kind != Kind::Nothing)
    }

    /// Its Sid, or its number from 1.
    pub(crate) fn name(&self) -> String {
        match self.element("Sid").map(|sid| &sid.kind) {
            Some(Kind::Text(text)) => text.to_string(),
            _ => format!("statement {}", self.index + 1),
        }
    }

    /// The place to show for an element: its value, of a Principal the first one named; else the statement.
    pub(crate) fn span(&self, element: Element) -> Span {
        let Some(value) = self.either(element) else { return self.value.span };
        let first = || principals::named_principals(value).first().map(|(_, span)| *span);
        (element == Element::Principal).then(first).flatten().unwrap_or(value.span)
    }

    /// Allow or Deny.
    pub(crate) fn effect(&self, world: &World) -> Result<Effect, Stop> {
        match &self.value.kind {
            Kind::Open(question, _) => return Err(Stop::Ask(question.clone())),
            Kind::Refused(refusal) => return Err(Stop::Refused(refusal.clone())),
            Kind::Unknown(hole) => {
                let yes = world.ask(Question::Fact(hole.clone()))?;
                return Ok(if yes { Effect::Allow } else { Effect::Deny });
            }
            _ => {}
        }
        match self.element("Effect").map(|effect| &effect.kind) {
            Some(Kind::Text(text)) if is_allow(text, world)? => Ok(Effect::Allow),
            Some(Kind::Unknown(hole)) if is_allow(&Text::hole(hole.clone()), world)? => Ok(Effect::Allow),
            Some(Kind::Open(question, _)) => Err(Stop::Ask(question.clone())),
            Some(Kind::Refused(refusal)) => Err(Stop::Refused(refusal.clone())),
            _ => Ok(Effect::Deny),
        }
    }

    /// Whether it applies to the request, naming the caller in the given sense. What `world` knows of the caller is filled
    /// in already ([`Request::in_world`]).
    pub(crate) fn applies(&self, sense: Sense, request: &Request, world: &World) -> Result<bool, Stop> {
        if !matches!(self.value.kind, Kind::Map(_)) {
            return all(self.checks(sense, request, world).map(|(_, answer)| answer));
        }
        // What most statements fail by costs least; questions are asked in the order of `checks` all the same.
        let about = self.covers_action(request, world);
        if about == Ok(false) {
            return Ok(false);
        }
        let of = |element| self.answer(element, sense, request, world);
        let later = [Element::Resource, Element::Condition].into_iter().map(of);
        all(std::iter::once_with(|| of(Element::Principal)).chain([about]).chain(later))
    }

    /// Every element's answer, in the order in which they are checked; each is looked at when it is asked for.
    fn checks(
        &self,
        sense: Sense,
        request: &Request,
        world: &World,
    ) -> impl Iterator<Item = (Element, Result<bool, Stop>)> {
        let elements: &[Element] = match self.value.kind {
            Kind::Map(_) => &[Element::Principal, Element::Action, Element::Resource, Element::Condition],
            _ => &[Element::Principal],
        };
        elements.iter().map(move |&element| (element, self.answer(element, sense, request, world)))
    }

    fn answer(&self, element: Element, sense: Sense, request: &Request, world: &World) -> Result<bool, Stop> {
        match element {
            _ if !matches!(self.value.kind, Kind::Map(_)) => {
                self.effect(world).map(|_| matches!(self.value.kind, Kind::Unknown(_)))
            }
            Element::Principal => self.names_caller(sense, request, world),
            Element::Action => self.covers_action(request, world),
            Element::Resource => self.names_resource(request, world),
            Element::Condition => self.condition_holds(request, world),
        }
    }

    fn names_caller(&self, sense: Sense, request: &Request, world: &World) -> Result<bool, Stop> {
        if self.of_identity {
            return Ok(true);
        }
        let caller = &request.caller;
        match (self.element("Principal"), self.element("NotPrincipal")) {
            (Some(principal), _) => {
                let named = principals::names(principal, caller, sense, world);
                let is_doubted = caller.is_federated_user() && request.doubts(&Doubt::FederatedUser);
                if is_doubted && sense == Sense::Unlimited && named == Ok(true) && !principals::is_everyone(principal) {
                    return Doubt::FederatedUser.ask(world);
                }
                named
            }
            // NotPrincipal reaches everyone, like `*`: in no narrower sense.
            (None, Some(_)) if !sense.is_everyone() => Ok(false),
            (None, Some(excluded)) => {
                let deny = self.effect(world)? == Effect::Deny;
                if !deny && request.doubts(&Doubt::AllowNotPrincipal) {
                    return Doubt::AllowNotPrincipal.ask(world);
                }
                principals::reaches(excluded, deny, caller, world)
            }
            (None, None) => Ok(false),
        }
    }

    /// Whether its Action is not certainly another one; of what stands behind a question, yes.
    pub(super) fn may_cover_action(&self, request: &Request, world: &World) -> bool {
        !matches!(self.value.kind, Kind::Map(_)) || self.covers_action(request, world) != Ok(false)
    }

    /// Whether its Action covers what is called.
    ///
    /// Source: KMS API, CreateKey: without Action or Resource "the policy statement has no effect".
    pub(super) fn covers_action(&self, request: &Request, world: &World) -> Result<bool, Stop> {
        match (self.element("Action"), self.element("NotAction")) {
            (Some(action), _) => covers(action, &request.action, world),
            (None, Some(_)) if request.doubts(&Doubt::NotAction) => Doubt::NotAction.ask(world),
            (None, Some(excluded)) => Ok(!covers(excluded, &request.action, world)?),
            (None, None) if request.doubts(&Doubt::Inert) => Doubt::Inert.ask(world),
            (None, None) => Ok(false),
        }
    }

    /// Whether its Resource is the key of the request.
    pub(super) fn names_resource(&self, request: &Request, world: &World) -> Result<bool, Stop> {
        match (self.element("Resource"), self.element("NotResource")) {
            (Some(resource), _) => names_resource(resource, request, self.version, world),
            (None, Some(excluded)) => Ok(!names_resource(excluded, request, self.version, world)?),
            (None, None) if request.doubts(&Doubt::Inert) => Doubt::Inert.ask(world),
            (None, None) => Ok(false),
        }
    }

    fn condition_holds(&self, request: &Request, world: &World) -> Result<bool, Stop> {
        self.element("Condition")
            .map_or(Ok(true), |condition| conditions::hold(condition, request, self.version, world))
    }

    /// Whether it has neither the element nor its `Not` form, in this world.
    pub(crate) fn lacks(&self, element: Element) -> bool {
        matches!(self.value.kind, Kind::Map(_)) && self.either(element).is_none()
    }

    /// The element, or else what it says not to mean.
    fn either(&self, element: Element) -> Option<&'v Value> {
        self.element(element.name()).or_else(|| self.element(element.negated()?))
    }

    /// Its outcome in one sense.
    fn outcome(&self, sense: Sense, request: &Request, world: &World) -> Outcome {
        if let Some(element) = [Element::Action, Element::Resource].into_iter().find(|&element| self.lacks(element)) {
            return Outcome::Inert(element);
        }
        let checks: Vec<(Element, Result<bool, Stop>)> = self.checks(sense, request, world).collect();
        if let Some((element, _)) = checks.iter().find(|(_, answer)| *answer == Ok(false)) {
            return Outcome::Fails(self.mismatch(*element, request, world));
        }
        match checks.into_iter().find_map(|(_, answer)| answer.err()) {
            Some(Stop::Ask(question)) => Outcome::Open(question),
            Some(Stop::Refused(_)) | None if sense == Sense::Account => Outcome::Delegates,
            Some(Stop::Refused(_)) | None => Outcome::Direct,
        }
    }

    /// Why an element that does not match does not.
    fn mismatch(&self, element: Element, request: &Request, world: &World) -> Mismatch {
        let is_negated = self.element(element.name()).is_none();
        match (element, is_negated) {
            _ if !matches!(self.value.kind, Kind::Map(_)) => Mismatch::NoStatement,
            (Element::Principal, false) => Mismatch::NotNamed,
            (Element::Principal, true) => Mismatch::Excepted,
            (Element::Action, false) => Mismatch::OtherActions,
            (Element::Action, true) => Mismatch::ActionExcepted,
            (Element::Resource, false) => Mismatch::OtherResources,
            (Element::Resource, true) => Mismatch::ResourceExcepted,
            (Element::Condition, _) => {
                let condition = self.element("Condition");
                let failed = condition.and_then(|one| conditions::failed_line(one, request, self.version, world));
                failed.map_or(Mismatch::NoStatement, Mismatch::Condition)
            }
        }
    }

    /// Whether it may let somebody do what is called: its Action and its Resource may match.
    pub(crate) fn may_be_about(&self, request: &Request, world: &World) -> bool {
        let about = [self.covers_action(request, world), self.names_resource(request, world)];
        about.iter().all(|answer| *answer != Ok(false))
    }

    /// Its outcome: the sense in which it gets further.
    pub(crate) fn trace(&self, request: &Request, world: &World) -> Trace {
        let effect = self.effect(world).ok();
        let outcome = match effect {
            Some(Effect::Deny) => self.outcome(Sense::Either, request, world),
            _ => match self.outcome(Sense::Direct, request, world) {
                Outcome::Fails(mismatch) if mismatch.element() == Element::Principal => {
                    self.outcome(Sense::Account, request, world)
                }
                other => other,
            },
        };
        Trace { index: self.index, effect, outcome }
    }
}
