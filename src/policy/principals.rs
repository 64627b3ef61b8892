//! Which principals an element names, and whether the caller is one of them.
//!
//! Sources: IAM User Guide, reference_policies_elements_principal.html and …_notprincipal.html; which form grants what:
//! reference_policies_evaluation-logic.html and the KMS Developer Guide, key-policy-default.html: the account is a
//! delegation to IAM, every other form a direct grant.

use crate::source::Span;
use crate::world::{
    Hole, Kind, Origin, Pattern, Question, Relation, Shape, Stop, Text, Value, World, all, any, either,
};

use super::caller::{Caller, CallerKind, Service};
use super::elements::{Member, members, some_member};

/// In which sense the caller has to be named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sense {
    /// By itself, in a form that no boundary or session policy limits: user, session, federated user, everyone.
    Unlimited,
    /// By its role's ARN: boundary and session policy limit what that grants.
    Role,
    /// In one of these two.
    Direct,
    /// By its account.
    Account,
    /// In any sense.
    Either,
}

impl Sense {
    fn unlimited(self) -> bool {
        matches!(self, Sense::Unlimited | Sense::Direct | Sense::Either)
    }

    fn role(self) -> bool {
        matches!(self, Sense::Role | Sense::Direct | Sense::Either)
    }

    fn account(self) -> bool {
        matches!(self, Sense::Account | Sense::Either)
    }

    /// Whether everyone is named in this sense, as `*` and NotPrincipal do.
    pub(crate) fn is_everyone(self) -> bool {
        self.unlimited()
    }
}

/// Whether `element` (the value of Principal) names the caller.
pub(crate) fn names(element: &Value, caller: &Caller, sense: Sense, world: &World) -> Result<bool, Stop> {
    if let Some(service) = &caller.service {
        return if sense.unlimited() { names_service(element, service, world) } else { Ok(false) };
    }
    match &element.kind {
        Kind::Text(text) => {
            if sense.is_everyone() {
                world.equal(text, &Text::literal("*"))
            } else {
                Ok(false)
            }
        }
        Kind::Open(question, alternatives) => {
            either(question, alternatives, |alternative| names(alternative, caller, sense, world))
        }
        Kind::Refused(refusal) => Err(Stop::Refused(refusal.clone())),
        Kind::Unknown(hole) => world.ask(Question::Fact(hole.clone())),
        // Service, Federated and CanonicalUser never are the caller: it stays the user or role (KMS facts b).
        Kind::Map(_) => match element.get("AWS") {
            Some(value) => some_member(value, &|member| is_named(member, caller, sense, world)),
            None => Ok(false),
        },
        _ => Ok(false),
    }
}

/// Whether the element names a service that calls by itself: by its name, or with everyone. No IAM policy is needed beside it.
fn names_service(element: &Value, service: &Service, world: &World) -> Result<bool, Stop> {
    let everyone = Text::literal("*");
    let is = |member: &Member, name: &Text| match member {
        Member::One(text, _) => world.equal(text, name),
        Member::Many(hole, _) => world.member(hole, Relation::EQUALS, name),
    };
    match &element.kind {
        Kind::Text(text) => world.equal(text, &everyone),
        Kind::Open(question, alternatives) => {
            either(question, alternatives, |alternative| names_service(alternative, service, world))
        }
        Kind::Refused(refusal) => Err(Stop::Refused(refusal.clone())),
        Kind::Unknown(hole) => world.ask(Question::Fact(hole.clone())),
        Kind::Map(_) => {
            let perhaps = |member: &Member| {
                let named = any(service.perhaps.iter().map(|name| is(member, name)))?;
                if named { unclear("service", element, world) } else { Ok(false) }
            };
            let in_aws = element.get("AWS").map(|value| some_member(value, &|member| is(&member, &everyone)));
            let in_service = element
                .get("Service")
                .map(|value| some_member(value, &|member| any([is(&member, &service.name), perhaps(&member)])));
            any(in_aws.into_iter().chain(in_service))
        }
        _ => Ok(false),
    }
}

fn is_named(member: Member, caller: &Caller, sense: Sense, world: &World) -> Result<bool, Stop> {
    match member {
        Member::One(text, _) => matches(&world.fill(&text), caller, sense, world),
        Member::Many(hole, _) => {
            any(forms(caller, sense).iter().map(|form| world.member(&hole, Relation::EQUALS, form)))
        }
    }
}

/// Every text that names the caller in that sense.
fn forms(caller: &Caller, sense: Sense) -> Vec<Text> {
    let mut out = Vec::new();
    if sense.unlimited() || sense.role() {
        out.push(caller.principal.clone());
    }
    if sense.unlimited() {
        out.extend((caller.arn != caller.principal).then(|| caller.arn.clone()));
        out.push(Text::literal("*"));
    }
    if sense.account() {
        out.extend([caller.account_root(), caller.account.clone()]);
    }
    out
}

/// Whether one principal is the caller. Its form, where the literals show it, says what it has to be compared with.
fn matches(text: &Text, caller: &Caller, sense: Sense, world: &World) -> Result<bool, Stop> {
    match form(text) {
        Form::Everyone => Ok(sense.is_everyone()),
        Form::Root if sense.account() => is_root(text, caller, world),
        Form::Account if sense.account() => world.equal(text, &caller.account),
        Form::Role if sense.role() => world.equal(&caller.principal, text),
        Form::User => is_user(text, caller, sense, world),
        Form::Session if sense.unlimited() => world.equal(&caller.arn, text),
        Form::Opaque => any(forms(caller, sense).iter().map(|form| {
            let same = world.equal(text, form);
            if *form == caller.principal { is_in(sense, same, caller, world) } else { same }
        })),
        _ => Ok(false),
    }
}

/// An ARN that may be a role's or a user's names in one sense only: which, the caller's kind says.
fn is_in(sense: Sense, same: Result<bool, Stop>, caller: &Caller, world: &World) -> Result<bool, Stop> {
    if sense.role() && sense.unlimited() {
        return same;
    }
    all([same, caller.kind(world).map(|kind| (kind == CallerKind::Role) == sense.role())])
}

/// An IAM user or a federated user. Naming the user who called GetFederationToken names the federated user too, within
/// boundary and session policy; who that was, its ARN does not tell.
fn is_user(text: &Text, caller: &Caller, sense: Sense, world: &World) -> Result<bool, Stop> {
    let itself = if sense.unlimited() { world.equal(&caller.principal, text) } else { Ok(false) };
    let service = text.parts(':', 5).and_then(|parts| parts.get(2)?.as_literal());
    if !caller.is_federated_user() || service != Some("iam") || !sense.role() {
        return itself;
    }
    let federating = Origin::Later { kind: "deployer", name: "federating user".to_owned(), at: None };
    let shape = Shape { pattern: Some(Pattern::new(caller.any_user())), ..Shape::default() };
    any([itself, world.equal(&Text::hole(Hole::new(federating, shape, None)), text)])
}

/// `arn:P:iam::A:root`: the caller's account, in its partition.
fn is_root(text: &Text, caller: &Caller, world: &World) -> Result<bool, Stop> {
    world.equal(text, &caller.account_root())
}

enum Form {
    Everyone,
    Root,
    Account,
    User,
    Role,
    Session,
    Other,
    Opaque,
}

/// What kind of principal a partly known text writes.
fn form(text: &Text) -> Form {
    if let Some(known) = text.as_literal() {
        return form_of_known(known);
    }
    if text.as_hole().is_some_and(|hole| hole.shape().class == crate::world::Class::Account) {
        return Form::Account;
    }
    match text.parts(':', 5).as_deref() {
        Some([_, _, service, _, _, resource]) => {
            let is_known = resource.as_literal().is_some();
            form_of_arn(service.as_literal().unwrap_or_default(), resource.known_prefix(), is_known)
        }
        _ => Form::Opaque,
    }
}

fn form_of_known(text: &str) -> Form {
    if text == "*" {
        return Form::Everyone;
    }
    if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Form::Account;
    }
    let mut parts = text.splitn(6, ':');
    match (parts.nth(2), parts.nth(2)) {
        (Some(service), Some(resource)) => form_of_arn(service, resource, true),
        _ => Form::Other,
    }
}

/// By the service of an ARN, and by what of the resource is known: its beginning, or all of it.
fn form_of_arn(service: &str, resource: &str, is_known: bool) -> Form {
    match service {
        "iam" if is_known && resource == "root" => Form::Root,
        "iam" if resource.starts_with("user/") => Form::User,
        "iam" if resource.starts_with("role/") => Form::Role,
        "sts" if resource.starts_with("assumed-role/") => Form::Session,
        "sts" if resource.starts_with("federated-user/") => Form::User,
        "iam" | "sts" if is_known => Form::Other,
        _ => Form::Opaque,
    }
}

/// Whether a statement with this NotPrincipal reaches the caller: it is not one of the listed.
///
/// Source: reference_policies_elements_notprincipal.html. A Deny reaches everyone who is not listed: a user by its ARN, a
/// role session by the session's own ARN. A listed user also needs its account listed, a listed session its role and its
/// account; where they are missing AWS "might" deny, depending on the service: a question. A principal with a permissions
/// boundary is denied, listed or not.
pub(crate) fn reaches(element: &Value, deny: bool, caller: &Caller, world: &World) -> Result<bool, Stop> {
    if caller.service.is_some() {
        return unclear("not-principal", element, world);
    }
    if deny && caller.bounded {
        return Ok(true);
    }
    let account = names(element, caller, Sense::Account, world);
    let listed = |text: &Text| match caller.is_root_user() {
        true => account.clone(),
        false => names_exactly(element, text, world),
    };
    if is_everyone(element) || !deny && listed(&caller.arn)? {
        return Ok(false);
    }
    if !deny {
        // Whether listing its role or its account takes a caller out of an Allow, nobody has written down.
        return if any([listed(&caller.principal), account.clone()])? {
            unclear("not-principal", element, world)
        } else {
            Ok(true)
        };
    }
    if !listed(&caller.arn)? {
        return Ok(true);
    }
    if all([listed(&caller.principal), account.clone()])? {
        Ok(false)
    } else {
        unclear("not-principal", element, world)
    }
}

/// Whether `*` is among the principals.
pub(crate) fn is_everyone(element: &Value) -> bool {
    named_principals(element).iter().any(|(text, _)| text.as_literal() == Some("*"))
}

/// What nobody has written down: whether NotPrincipal reaches a caller of whom only a part is listed, whether a name of a
/// service that is not the documented one names it.
fn unclear(kind: &'static str, element: &Value, world: &World) -> Result<bool, Stop> {
    let name = if kind == "service" { "Service" } else { "NotPrincipal" };
    let origin = Origin::Later { kind, name: name.to_owned(), at: Some(element.span) };
    world.ask(Question::Fact(Hole::new(origin, Shape::default(), Some(element.span))))
}

fn names_exactly(element: &Value, form: &Text, world: &World) -> Result<bool, Stop> {
    let Some(value) = element.get("AWS") else { return Ok(false) };
    some_member(value, &|member| match member {
        Member::One(text, _) => world.equal(&text, form),
        Member::Many(hole, _) => world.member(&hole, Relation::EQUALS, form),
    })
}

/// The AWS principals that an element names, as far as they are known, with their places. `*` is one of them.
pub(crate) fn named_principals(element: &Value) -> Vec<(Text, Span)> {
    let listed = match &element.kind {
        Kind::Text(_) => members(element),
        _ => element.get("AWS").map_or_else(Vec::new, members),
    };
    let texts = listed.into_iter().map(|member| match member {
        Member::One(text, span) => (text, span),
        Member::Many(hole, span) => (Text::hole(hole), span),
    });
    texts.collect()
}
