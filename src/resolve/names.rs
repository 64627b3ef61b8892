//! Holes for values that only the deployment will tell, and the names that CloudFormation generates.

use crate::source::Span;
use crate::world::{Class, Hole, Kind, Origin, Pattern, Shape, Text};

use super::scope::Scope;

impl Scope<'_> {
    /// What a name of this stack is called beside those of other stacks: `Keys/Role.Arn`; in the root stack, as it is.
    pub(crate) fn own(&self, name: &str) -> String {
        match self.path() {
            "" => name.to_owned(),
            path => format!("{path}/{name}"),
        }
    }

    /// A hole of the given kind and name; equal names of one kind are one value of this stack.
    pub(super) fn later(&self, kind: &'static str, name: &str, span: Span) -> Hole {
        later(kind, &self.own(name), span)
    }

    /// A hole that is only equal to itself: one of several of the same name. One template may be several stacks.
    pub(super) fn later_here(&self, kind: &'static str, name: &str, span: Span) -> Hole {
        later_here(kind, &self.own(name), span)
    }

    /// The name that CloudFormation generates for an IAM resource: stack name, logical id and 12 or 13 random letters and
    /// digits, the first two cut to fit 64 characters.
    ///
    /// Source: cloudformation-cli-java-plugin, IdentifierUtils.generateResourceIdentifier; recorded names have 12 or 13.
    pub(super) fn generated(&self, logical_id: &str, span: Span) -> Text {
        // The logical id may be cut, so only what is never cut is claimed: the dash and the random part.
        let shape =
            Shape { class: Class::Name, pattern: Some(Pattern::new(Text::literal("?*-????????????*"))), allowed: None };
        let origin = Origin::Later { kind: "getatt", name: self.own(&format!("{logical_id}.Name")), at: None };
        Text::hole(Hole::new(origin, shape, Some(span)))
    }
}

/// A hole of the given kind and name; equal names of one kind are one value, in whatever stack.
pub(crate) fn later(kind: &'static str, name: &str, span: Span) -> Hole {
    Hole::new(Origin::Later { kind, name: name.to_owned(), at: None }, Shape::default(), Some(span))
}

/// A hole that is only equal to itself: one of several of the same name.
fn later_here(kind: &'static str, name: &str, span: Span) -> Hole {
    Hole::new(Origin::Later { kind, name: name.to_owned(), at: Some(span) }, Shape::default(), Some(span))
}

/// A value of which nothing is known but where it comes from.
pub(crate) fn unknown(hole: Hole) -> Kind {
    Kind::Unknown(hole)
}
