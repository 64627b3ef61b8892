//! Why a statement does not apply: the first element that fails, in types that every output can put into words.

use crate::source::Span;
use crate::world::Text;

use super::elements::Element;

/// Why an element does not match the request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Mismatch {
    /// Nobody whom Principal names is the caller.
    NotNamed,
    /// NotPrincipal takes the caller out.
    Excepted,
    /// No Action covers what is called.
    OtherActions,
    /// NotAction takes it out.
    ActionExcepted,
    /// No Resource is this key.
    OtherResources,
    /// NotResource takes this key out.
    ResourceExcepted,
    /// A line of the Condition does not hold.
    Condition(FailedLine),
    /// The statement is no object.
    NoStatement,
}

/// A line of a Condition that does not hold.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FailedLine {
    /// The operator as written.
    pub(crate) operator: String,
    /// The key as written.
    pub(crate) key: String,
    /// The values of the policy.
    pub(crate) wanted: Vec<Text>,
    /// What the call carries.
    pub(crate) found: Found,
    /// Where the line stands.
    pub(crate) span: Span,
}

/// What the call carries for a key.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Found {
    /// These values.
    Values(Vec<Text>),
    /// No value.
    Absent,
    /// Nobody knows, and it does not matter.
    Unknown,
}

impl Mismatch {
    /// The element that fails.
    pub(crate) fn element(&self) -> Element {
        match self {
            Mismatch::NotNamed | Mismatch::Excepted | Mismatch::NoStatement => Element::Principal,
            Mismatch::OtherActions | Mismatch::ActionExcepted => Element::Action,
            Mismatch::OtherResources | Mismatch::ResourceExcepted => Element::Resource,
            Mismatch::Condition(_) => Element::Condition,
        }
    }
}
