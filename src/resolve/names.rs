//! Holes for values that only the deployment will tell, and the names that CloudFormation generates.

use crate::source::Span;
use crate::world::{Class, Hole, Kind, Origin, Pattern, Shape, Text};

/// A hole of the given kind and name; equal names of one kind are one value.
pub(crate) fn later(kind: &'static str, name: &str, span: Span) -> Hole {
    Hole::new(Origin::Later { kind, name: name.to_owned(), at: None }, Shape::default(), Some(span))
}

/// A hole that is only equal to itself: one of several of the same name.
pub(crate) fn later_here(kind: &'static str, name: &str, span: Span) -> Hole {
    Hole::new(Origin::Later { kind, name: name.to_owned(), at: Some(span) }, Shape::default(), Some(span))
}

/// The name that CloudFormation generates for an IAM resource: stack name, logical id and 12 or 13 random letters and
/// digits, the first two cut to fit 64 characters.
///
/// Source: cloudformation-cli-java-plugin, IdentifierUtils.generateResourceIdentifier; recorded names have 12 or 13.
pub(crate) fn generated(logical_id: &str, span: Span) -> Text {
    // The logical id may be cut, so only what is never cut is claimed: the dash and the random part.
    let shape = Shape {
        class: Class::Name,
        pattern: Some(Pattern::new(Text::literal("?*-????????????*"))),
        ..Shape::default()
    };
    let origin = Origin::Later { kind: "getatt", name: format!("{logical_id}.Name"), at: None };
    Text::hole(Hole::new(origin, shape, Some(span)))
}

/// A value of which nothing is known but where it comes from.
pub(crate) fn unknown(hole: Hole) -> Kind {
    Kind::Unknown(hole)
}
