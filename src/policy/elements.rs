//! Reading the elements of a statement from resolved values, with questions where they are open.

use std::fmt;

use crate::source::Span;
use crate::world::{Hole, Kind, Stop, Text, Value};

/// The elements that decide whether a statement applies, in the order in which they are checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Element {
    /// Principal or NotPrincipal.
    Principal,
    /// Action or NotAction.
    Action,
    /// Resource or NotResource.
    Resource,
    /// Condition.
    Condition,
}

impl Element {
    /// The element's name in a policy.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Element::Principal => "Principal",
            Element::Action => "Action",
            Element::Resource => "Resource",
            Element::Condition => "Condition",
        }
    }
}

/// One member of a list of texts.
#[derive(Clone, Debug)]
pub(crate) enum Member {
    /// A text and its place.
    One(Text, Span),
    /// Any number of unknown texts.
    Many(Hole, Span),
    /// Not known before this is answered.
    Open(Stop),
}

impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Member::One(text, _) => text.fmt(f),
            Member::Many(hole, _) => f.write_str(&hole.mark()),
            Member::Open(_) => f.write_str("…"),
        }
    }
}

/// The texts of an element that may be one text or a list of them. Members that are neither are left out: IAM refuses
/// such documents, and that is judged elsewhere.
pub(crate) fn members(value: &Value) -> Vec<Member> {
    let span = value.span;
    match &value.kind {
        Kind::Text(text) => vec![Member::One(text.clone(), span)],
        Kind::List(items) => items.iter().flat_map(members).collect(),
        Kind::Members(hole) => vec![Member::Many(hole.clone(), span)],
        Kind::Unknown(hole) => vec![Member::One(Text::hole(hole.clone()), span)],
        Kind::Open(question, _) => vec![Member::Open(Stop::Ask(question.clone()))],
        Kind::Refused(refusal) => vec![Member::Open(Stop::Refused(refusal.clone()))],
        Kind::Map(_) | Kind::Nothing => Vec::new(),
    }
}
