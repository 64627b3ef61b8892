//! Which principals an element names, and whether the caller is one of them.
//!
//! Sources: IAM User Guide, reference_policies_elements_principal.html and …_notprincipal.html; which form grants what:
//! reference_policies_evaluation-logic.html and the KMS Developer Guide, key-policy-default.html: the account is a
//! delegation to IAM, every other form a direct grant.

use crate::source::Span;
use crate::world::{Kind, Question, Stop, Text, Value, World, any};

use super::caller::Caller;
use super::elements::{Member, members};

/// In which sense the caller has to be named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sense {
    /// By itself: user, role, session, federated user or everyone.
    Direct,
    /// By its account.
    Account,
    /// In either sense.
    Either,
}

/// Whether `element` (the value of Principal) names the caller.
pub(crate) fn names(element: &Value, caller: &Caller, sense: Sense, world: &World) -> Result<bool, Stop> {
    match &element.kind {
        Kind::Text(text) if text.as_literal() == Some("*") => Ok(sense != Sense::Account),
        Kind::Open(question, _) => Err(Stop::Ask(question.clone())),
        Kind::Refused(refusal) => Err(Stop::Refused(refusal.clone())),
        Kind::Unknown(hole) => world.ask(Question::Fact(hole.clone())),
        // Service, Federated and CanonicalUser never are the caller: it stays the user or role (KMS facts b).
        Kind::Map(_) => match element.get("AWS") {
            Some(value) => {
                let listed = members(value);
                any(listed.into_iter().map(|member| is_named(member, caller, sense, world)))
            }
            None => Ok(false),
        },
        _ => Ok(false),
    }
}

fn is_named(member: Member, caller: &Caller, sense: Sense, world: &World) -> Result<bool, Stop> {
    match member {
        Member::One(text, _) => matches(&world.fill(&text), caller, sense, world),
        Member::Many(hole, _) => {
            let forms = [direct_forms(caller), caller.account_forms().to_vec()];
            let wanted = match sense {
                Sense::Direct => forms.first().cloned().unwrap_or_default(),
                Sense::Account => forms.last().cloned().unwrap_or_default(),
                Sense::Either => forms.concat(),
            };
            any(wanted.iter().map(|form| world.member(&hole, form)))
        }
        Member::Open(stop) => Err(stop),
    }
}

fn direct_forms(caller: &Caller) -> Vec<Text> {
    let mut forms = vec![caller.principal.clone(), Text::literal("*")];
    if caller.arn != caller.principal {
        forms.insert(1, caller.arn.clone());
    }
    forms
}

/// Whether one principal is the caller. Its form, where the literals show it, says what it has to be compared with.
fn matches(text: &Text, caller: &Caller, sense: Sense, world: &World) -> Result<bool, Stop> {
    let direct = sense != Sense::Account;
    let account = sense != Sense::Direct;
    match form(text) {
        Form::Everyone => Ok(direct),
        Form::Root if account => is_root(text, caller, world),
        Form::Account if account => world.equal(text, &caller.account),
        Form::Principal if direct => is_caller(text, caller, world),
        Form::Session if direct => is_session(text, caller, world),
        Form::Opaque => {
            let mut forms = if direct { direct_forms(caller) } else { Vec::new() };
            if account {
                forms.extend(caller.account_forms());
            }
            any(forms.iter().map(|form| world.equal(text, form)))
        }
        _ => Ok(false),
    }
}

/// `arn:P:iam::A:root`: the caller's account, in its partition.
fn is_root(text: &Text, caller: &Caller, world: &World) -> Result<bool, Stop> {
    let [root, _] = caller.account_forms();
    world.equal(text, &root)
}

/// A user, role or federated user. The account root user is named by its account only.
fn is_caller(text: &Text, caller: &Caller, world: &World) -> Result<bool, Stop> {
    world.equal(&caller.principal, text)
}

/// A session. Of an unknown deployer that is known not to have the role, it is no session either.
fn is_session(text: &Text, caller: &Caller, world: &World) -> Result<bool, Stop> {
    world.equal(&caller.arn, text)
}

enum Form {
    Everyone,
    Root,
    Account,
    Principal,
    Session,
    Other,
    Opaque,
}

/// What kind of principal a partly known text writes.
fn form(text: &Text) -> Form {
    if let Some(known) = text.as_literal() {
        if known == "*" {
            return Form::Everyone;
        }
        if known.len() == 12 && known.bytes().all(|byte| byte.is_ascii_digit()) {
            return Form::Account;
        }
    }
    if text.as_hole().is_some_and(|hole| hole.shape().class == crate::world::Class::Account) {
        return Form::Account;
    }
    match text.split(':', 5).as_deref() {
        Some([_, _, service, _, _, resource]) => {
            let starts = |word: &str| resource.known_prefix().starts_with(word);
            match service.as_literal() {
                Some("iam") if resource.as_literal() == Some("root") => Form::Root,
                Some("iam") if starts("user/") || starts("role/") => Form::Principal,
                Some("sts") if starts("assumed-role/") => Form::Session,
                Some("sts") if starts("federated-user/") => Form::Principal,
                Some("iam" | "sts") if !resource.holes().any(|_| true) => Form::Other,
                _ => Form::Opaque,
            }
        }
        _ if text.as_literal().is_some() => Form::Other,
        _ => Form::Opaque,
    }
}

/// Whether a Deny with NotPrincipal leaves the caller out of its reach.
///
/// Source: reference_policies_elements_notprincipal.html: whoever is not listed is denied; a listed user also needs its
/// account listed, a listed role session also its role and its account. What happens where only some are listed "might"
/// deny, depending on the service: a question.
pub(crate) fn spared(element: &Value, caller: &Caller, world: &World) -> Result<bool, Stop> {
    if !names(element, caller, Sense::Direct, world)? {
        return Ok(false);
    }
    let listed = [&caller.principal, &caller.arn].map(|form| names_exactly(element, form, world));
    let account = names(element, caller, Sense::Account, world)?;
    let whole = listed.into_iter().collect::<Result<Vec<bool>, Stop>>()?.into_iter().all(|is| is);
    if whole && account {
        return Ok(true);
    }
    let hole = crate::world::Hole::new(
        crate::world::Origin::Later { kind: "not-principal", name: "NotPrincipal".to_owned(), at: Some(element.span) },
        crate::world::Shape::default(),
        Some(element.span),
    );
    world.ask(Question::Fact(hole))
}

fn names_exactly(element: &Value, form: &Text, world: &World) -> Result<bool, Stop> {
    let Some(value) = element.get("AWS") else { return Ok(false) };
    any(members(value).into_iter().map(|member| match member {
        Member::One(text, _) => world.equal(&text, form),
        Member::Many(hole, _) => world.member(&hole, form),
        Member::Open(stop) => Err(stop),
    }))
}

/// The AWS principals that an element names, as far as they are known, with their places. `*` is one of them.
pub(crate) fn named_principals(element: &Value) -> Vec<(Text, Span)> {
    let listed = match &element.kind {
        Kind::Text(_) => members(element),
        _ => element.get("AWS").map_or_else(Vec::new, members),
    };
    let texts = listed.into_iter().filter_map(|member| match member {
        Member::One(text, span) => Some((text, span)),
        Member::Many(hole, span) => Some((Text::hole(hole), span)),
        Member::Open(_) => None,
    });
    texts.collect()
}
