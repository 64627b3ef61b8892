//! Typed expressions: everything that can stand where CloudFormation accepts a value.
//!
//! Source: AWS CloudFormation User Guide, intrinsic-function-reference.html and the pages below it.

use std::sync::Arc;

use crate::source::Span;

pub(crate) use crate::world::Key;

/// An expression and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Expr {
    /// Its place; of a tagged scalar, the tag included.
    pub(crate) span: Span,
    /// What it is.
    pub(crate) kind: ExprKind,
}

/// A part of the text of Fn::Sub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SubPart {
    /// Text as it is.
    Literal(Arc<str>),
    /// `${Name}` or `${Resource.Attribute}`.
    Variable(String),
}

/// Fn::Sub.
#[derive(Clone, Debug)]
pub(crate) struct Substitution {
    /// The parts of its text.
    pub(crate) parts: Box<[SubPart]>,
    /// The map of its second form.
    pub(crate) map: Box<[(Key, Expr)]>,
}

/// Fn::FindInMap.
#[derive(Clone, Debug)]
pub(crate) struct Lookup {
    /// The map's name.
    pub(crate) map: Expr,
    /// The top key.
    pub(crate) top: Expr,
    /// The second key.
    pub(crate) second: Expr,
    /// DefaultValue.
    pub(crate) default: Option<Expr>,
}

/// Fn::If.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    /// The condition's name.
    pub(crate) condition: String,
    /// The value if it is true.
    pub(crate) then: Expr,
    /// The value if it is false.
    pub(crate) otherwise: Expr,
}

/// Every form of expression. Arguments are expressions, since functions nest. Small, since of thousands of templates most of
/// what is kept are these.
#[derive(Clone, Debug)]
pub(crate) enum ExprKind {
    /// A scalar, as CloudFormation reads it.
    Text(Arc<str>),
    /// A null, which CloudFormation refuses.
    Null,
    /// A list.
    List(Box<[Expr]>),
    /// A map.
    Map(Box<[(Key, Expr)]>),
    /// Ref.
    Ref(Box<Expr>),
    /// Fn::GetAtt: resource, attribute.
    GetAtt(Box<Expr>, Box<Expr>),
    /// Fn::Sub.
    Sub(Box<Substitution>),
    /// Fn::Join: delimiter, list.
    Join(Box<Expr>, Box<Expr>),
    /// Fn::Split: delimiter, text.
    Split(Box<Expr>, Box<Expr>),
    /// Fn::Select: index, list.
    Select(Box<Expr>, Box<Expr>),
    /// Fn::FindInMap.
    FindInMap(Box<Lookup>),
    /// Fn::If.
    If(Box<Choice>),
    /// Condition: a condition by its name.
    Condition(Arc<str>),
    /// Fn::Equals.
    Equals(Box<Expr>, Box<Expr>),
    /// Fn::And.
    And(Box<[Expr]>),
    /// Fn::Or.
    Or(Box<[Expr]>),
    /// Fn::Not.
    Not(Box<Expr>),
    /// Fn::ImportValue.
    ImportValue(Box<Expr>),
    /// Fn::Base64.
    Base64(Box<Expr>),
    /// Fn::Cidr: block, count and, mostly, bits.
    Cidr(Box<[Expr]>),
    /// Fn::GetAZs.
    Zones(Box<Expr>),
    /// Fn::Length.
    Length(Box<Expr>),
    /// Fn::ToJsonString.
    ToJson(Box<Expr>),
    /// Fn::GetStackOutput: the map of its arguments.
    StackOutput(Box<Expr>),
    /// Fn::Transform, and functions that CloudFormation does not have: the name without `Fn::`, and the argument.
    Other(Box<(String, Expr)>),
    /// A function whose arguments have the wrong form: what CloudFormation says.
    Broken(&'static str),
}

impl Expr {
    /// The text of a literal scalar.
    pub(crate) fn as_text(&self) -> Option<&str> {
        match &self.kind {
            ExprKind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The entry of a literal map; the last one wins.
    pub(crate) fn get(&self, key: &str) -> Option<&Expr> {
        match &self.kind {
            ExprKind::Map(entries) => entries.iter().rev().find(|(name, _)| &*name.text == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The expressions directly below this one.
    pub(crate) fn children(&self) -> Vec<&Expr> {
        let mut out = Vec::new();
        self.each_child(&mut |child| out.push(child));
        out
    }

    /// Hands over every expression directly below this one, in order: whole templates are walked by it.
    pub(super) fn each_child<'e>(&'e self, visit: &mut dyn FnMut(&'e Expr)) {
        match &self.kind {
            ExprKind::Text(_) | ExprKind::Null | ExprKind::Condition(_) | ExprKind::Broken(_) => {}
            ExprKind::List(items) | ExprKind::And(items) | ExprKind::Or(items) | ExprKind::Cidr(items) => {
                items.iter().for_each(visit);
            }
            ExprKind::Map(entries) => entries.iter().for_each(|(_, value)| visit(value)),
            ExprKind::Sub(sub) => sub.map.iter().for_each(|(_, value)| visit(value)),
            ExprKind::Ref(a)
            | ExprKind::Not(a)
            | ExprKind::ImportValue(a)
            | ExprKind::Base64(a)
            | ExprKind::Zones(a)
            | ExprKind::Length(a)
            | ExprKind::ToJson(a)
            | ExprKind::StackOutput(a) => visit(a),
            ExprKind::Other(other) => visit(&other.1),
            ExprKind::GetAtt(a, b)
            | ExprKind::Join(a, b)
            | ExprKind::Split(a, b)
            | ExprKind::Select(a, b)
            | ExprKind::Equals(a, b) => [a, b].into_iter().for_each(|child| visit(child)),
            ExprKind::If(choice) => [&choice.then, &choice.otherwise].into_iter().for_each(visit),
            ExprKind::FindInMap(lookup) => {
                [&lookup.map, &lookup.top, &lookup.second].into_iter().chain(&lookup.default).for_each(visit);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of thousands of templates, expressions are most of what is kept: see `docs/performance.md`.
    #[test]
    fn expressions_stay_small() {
        assert_eq!(std::mem::size_of::<Expr>(), 40);
    }
}
