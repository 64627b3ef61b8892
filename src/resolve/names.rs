//! Holes for values that only the deployment will tell, and the names that CloudFormation generates.

use crate::source::Span;
use crate::template::Resource;
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
}

/// A hole of the given kind and name; equal names of one kind are one value, in whatever stack.
pub(crate) fn later(kind: &'static str, name: &str, span: Span) -> Hole {
    Hole::new(Origin::Later { kind, name: name.to_owned(), at: None }, Shape::default(), Some(span))
}

/// A hole that is only equal to itself: one of several of the same name.
pub(super) fn later_here(kind: &'static str, name: &str, span: Span) -> Hole {
    Hole::new(Origin::Later { kind, name: name.to_owned(), at: Some(span) }, Shape::default(), Some(span))
}

/// What AWS makes up for the resource with this logical id: the id of a key, the end of a secret's ARN.
pub(crate) fn made_up(scope: &Scope<'_>, logical_id: &str, span: Span) -> Hole {
    let origin = Origin::Later { kind: "getatt", name: scope.own(logical_id), at: None };
    Hole::new(origin, Shape::class(Class::Name), Some(span))
}

/// How long the names may be that CloudFormation generates from stack name and logical id in just this way; other types
/// change the case or cut elsewhere. Source: IAM and Lambda API references, the length of RoleName, UserName, ….
const GENERATED: [(&str, usize); 6] = [
    ("AWS::IAM::Group", 128),
    ("AWS::IAM::InstanceProfile", 128),
    ("AWS::IAM::ManagedPolicy", 128),
    ("AWS::IAM::Role", 64),
    ("AWS::IAM::User", 64),
    ("AWS::Lambda::Function", 64),
];

/// Dash, 12 or 13 random letters and digits.
const RANDOM: usize = 14;

/// The name that CloudFormation generates: stack name, logical id and 12 or 13 random letters and digits, the first two
/// cut to fit.
///
/// Source: cloudformation-cli-java-plugin, IdentifierUtils.generateResourceIdentifier; recorded names have 12 or 13.
pub(crate) fn generated(scope: &Scope<'_>, resource: &Resource) -> Text {
    let hole = |pattern: Option<&str>| {
        let pattern = pattern.map(|pattern| Pattern::new(Text::literal(pattern)));
        let shape = Shape { class: Class::Name, pattern, ..Shape::default() };
        let origin = Origin::Later { kind: "getatt", name: scope.own(&format!("{}.Name", resource.id)), at: None };
        Text::hole(Hole::new(origin, shape, Some(resource.span)))
    };
    let Some((_, longest)) = GENERATED.iter().find(|(kind, _)| *kind == resource.kind) else { return hole(None) };
    match scope.own_stack_name() {
        // Nothing is cut, and nothing that begins with a dash or doubles one is cleaned.
        Some(stack)
            if stack.len() + 1 + resource.id.len() + RANDOM <= *longest
                && !stack.starts_with('-')
                && !stack.contains("--")
                && !stack.ends_with('-') =>
        {
            let mut name = Text::literal(&format!("{stack}-{}-", resource.id));
            name.append(&hole(Some("????????????*")));
            name
        }
        // Stack name and logical id may be cut, so only what is never cut is claimed.
        _ => hole(Some("?*-????????????*")),
    }
}

/// A value of which nothing is known but where it comes from.
pub(crate) fn unknown(hole: Hole) -> Kind {
    Kind::Unknown(hole)
}
