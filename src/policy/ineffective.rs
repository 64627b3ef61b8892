//! What a statement says and KMS ignores: no Action or Resource, actions that KMS does not have, a Resource that is
//! another one.
//!
//! Comes in: a statement and the call on this key. Goes out: [`Ineffective`]. Must not know: how it is put into words.
//!
//! Sources: KMS API, CreateKey and PutKeyPolicy ("the policy statement has no effect … the API requests succeed"); KMS
//! facts (e) and (f): unknown actions and other resources are accepted (S04, L19, L20).

use std::sync::LazyLock;

use crate::aws::KMS_ACTIONS;
use crate::source::Span;
use crate::world::{Case, Kind, Value, World, nearest, wildcard_match};

use super::elements::{Element, Member, members};
use super::request::Request;
use super::statement::Statement;

/// The prefix of KMS's actions.
const PREFIX: &str = "kms:";

/// Why KMS ignores a statement, or a part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ineffective {
    /// It has no such element.
    Lacks(Element),
    /// These of its actions do not exist.
    NoActions(Vec<NoAction>),
    /// No resource of it is this key.
    OtherResource,
}

/// An action that KMS does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NoAction {
    /// As written.
    pub(crate) written: String,
    /// What was meant, if something is near.
    pub(crate) meant: Option<String>,
    /// Where.
    pub(crate) span: Span,
}

/// Everything about a statement that certainly has no effect, whatever is still unknown.
pub(crate) fn ineffective(statement: &Statement<'_>, request: &Request, world: &World) -> Vec<Ineffective> {
    if !matches!(statement.value.kind, Kind::Map(_)) {
        return Vec::new();
    }
    if let Some(element) = [Element::Action, Element::Resource].into_iter().find(|&one| statement.lacks(one)) {
        return vec![Ineffective::Lacks(element)];
    }
    let actions: Vec<NoAction> = ["Action", "NotAction"]
        .into_iter()
        .filter_map(|name| statement.element(name))
        .flat_map(|actions| unknown_actions(actions, world))
        .collect();
    let other = statement.names_resource(request, world) == Ok(false);
    let actions = (!actions.is_empty()).then_some(Ineffective::NoActions(actions));
    actions.into_iter().chain(other.then_some(Ineffective::OtherResource)).collect()
}

fn unknown_actions(actions: &Value, world: &World) -> Vec<NoAction> {
    let unknown = |member: Member| {
        let Member::One(text, span) = member else { return None };
        let written = world.fill(&text).as_literal()?.to_owned();
        (!exists(&written)).then(|| NoAction { meant: meant(&written), written, span })
    };
    members(actions).into_iter().filter_map(unknown).collect()
}

/// KMS's actions as policies write them.
static NAMES: LazyLock<Vec<String>> =
    LazyLock::new(|| KMS_ACTIONS.iter().map(|action| format!("{PREFIX}{action}")).collect());

/// Whether the pattern covers an action of KMS.
fn exists(pattern: &str) -> bool {
    NAMES.iter().any(|action| wildcard_match(pattern, action, Case::Ignored))
}

/// What was meant: a name of the API that stands for several actions, a forgotten prefix, a slip.
fn meant(written: &str) -> Option<String> {
    let star = format!("{written}*");
    if written.len() > PREFIX.len() && exists(&star) {
        return Some(star);
    }
    let prefixed = format!("{PREFIX}{written}");
    if !written.contains(':') && exists(&prefixed) {
        return Some(prefixed);
    }
    let (name, rest) = match written.strip_suffix('*') {
        Some(name) => (name, "*"),
        None => (written, ""),
    };
    let known: Vec<&str> = NAMES.iter().map(String::as_str).collect();
    nearest(name, &known).map(|action| format!("{action}{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_and_case_are_no_slips() {
        for action in ["*", "kms:*", "KMS:decrypt", "kms:GenerateDataKey*", "kms:?ign", "kms:Put*", "kms:ReEncrypt*"] {
            assert!(exists(action), "{action}");
        }
    }

    #[test]
    fn what_was_meant_is_named() {
        for (written, expected) in [
            ("kms:ReEncrypt", Some("kms:ReEncrypt*")),
            ("kms:TagResources", Some("kms:TagResource")),
            ("kms=GenerateDataKey", Some("kms:GenerateDataKey")),
            ("Decrypt", Some("kms:Decrypt")),
            ("kms:GenerateDatKey*", Some("kms:GenerateDataKey*")),
            ("s3:GetObject", None),
            ("kms", None),
            ("kms:", None),
            ("", None),
        ] {
            assert!(!exists(written), "{written}");
            assert_eq!(meant(written).as_deref(), expected, "{written}");
        }
    }
}
