//! Reading the elements of a statement from resolved values, with questions where they are open.

use std::fmt;

use crate::source::Span;
use crate::world::{Hole, Kind, Stop, Text, Value, any, either};

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

    /// The name of the element that says what is not meant; nothing where there is none.
    pub(crate) fn negated(self) -> Option<&'static str> {
        match self {
            Element::Principal => Some("NotPrincipal"),
            Element::Action => Some("NotAction"),
            Element::Resource => Some("NotResource"),
            Element::Condition => None,
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
}

impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Member::One(text, _) => text.fmt(f),
            Member::Many(hole, _) => f.write_str(&hole.mark()),
        }
    }
}

/// The texts of an element that may be one text or a list of them, without those behind an open question. Members that are
/// neither are left out: IAM refuses such documents, and that is judged elsewhere.
pub(crate) fn members(value: &Value) -> Vec<Member> {
    match &value.kind {
        Kind::List(items) => items.iter().flat_map(members).collect(),
        _ => member(value).into_iter().collect(),
    }
}

fn member(value: &Value) -> Option<Member> {
    let span = value.span;
    match &value.kind {
        Kind::Text(text) => Some(Member::One(text.clone(), span)),
        Kind::Members(hole) => Some(Member::Many(hole.clone(), span)),
        Kind::Unknown(hole) => Some(Member::One(Text::hole(hole.clone()), span)),
        Kind::List(_) | Kind::Open(..) | Kind::Refused(_) | Kind::Map(_) | Kind::Nothing => None,
    }
}

/// Whether some member passes a test. Of members that hang on a question, the question is asked only where it decides.
pub(crate) fn some_member(value: &Value, test: &dyn Fn(Member) -> Result<bool, Stop>) -> Result<bool, Stop> {
    match &value.kind {
        Kind::List(items) => any(items.iter().map(|item| some_member(item, test))),
        Kind::Open(question, alternatives) => either(question, alternatives, |one| some_member(one, test)),
        Kind::Refused(refusal) => Err(Stop::Refused(refusal.clone())),
        _ => member(value).map_or(Ok(false), test),
    }
}
