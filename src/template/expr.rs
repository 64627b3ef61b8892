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

/// Every form of expression. Arguments are expressions, since functions nest.
#[derive(Clone, Debug)]
pub(crate) enum ExprKind {
    /// A scalar, as CloudFormation reads it.
    Text(Arc<str>),
    /// A null, which CloudFormation refuses.
    Null,
    /// A list.
    List(Vec<Expr>),
    /// A map.
    Map(Vec<(Key, Expr)>),
    /// Ref.
    Ref(Box<Expr>),
    /// Fn::GetAtt: resource, attribute.
    GetAtt(Box<Expr>, Box<Expr>),
    /// Fn::Sub: the text's parts, and the map of its second form.
    Sub(Vec<SubPart>, Vec<(Key, Expr)>),
    /// Fn::Join: delimiter, list.
    Join(Box<Expr>, Box<Expr>),
    /// Fn::Split: delimiter, text.
    Split(Box<Expr>, Box<Expr>),
    /// Fn::Select: index, list.
    Select(Box<Expr>, Box<Expr>),
    /// Fn::FindInMap: map, top key, second key, DefaultValue.
    FindInMap(Box<Expr>, Box<Expr>, Box<Expr>, Option<Box<Expr>>),
    /// Fn::If: condition name, value if true, value if false.
    If(String, Box<Expr>, Box<Expr>),
    /// Condition: a condition by its name.
    Condition(String),
    /// Fn::Equals.
    Equals(Box<Expr>, Box<Expr>),
    /// Fn::And.
    And(Vec<Expr>),
    /// Fn::Or.
    Or(Vec<Expr>),
    /// Fn::Not.
    Not(Box<Expr>),
    /// Fn::ImportValue.
    ImportValue(Box<Expr>),
    /// Fn::Base64.
    Base64(Box<Expr>),
    /// Fn::Cidr: block, count and, mostly, bits.
    Cidr(Vec<Expr>),
    /// Fn::GetAZs.
    Zones(Box<Expr>),
    /// Fn::Length.
    Length(Box<Expr>),
    /// Fn::ToJsonString.
    ToJson(Box<Expr>),
    /// Fn::GetStackOutput: the map of its arguments.
    StackOutput(Box<Expr>),
    /// Fn::Transform, and functions that CloudFormation does not have: the name without `Fn::`, and the argument.
    Other(String, Box<Expr>),
    /// A function whose arguments have the wrong form: what CloudFormation says.
    Broken(String),
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
            ExprKind::Map(entries) | ExprKind::Sub(_, entries) => entries.iter().for_each(|(_, value)| visit(value)),
            ExprKind::Ref(a)
            | ExprKind::Not(a)
            | ExprKind::ImportValue(a)
            | ExprKind::Base64(a)
            | ExprKind::Zones(a)
            | ExprKind::Length(a)
            | ExprKind::ToJson(a)
            | ExprKind::StackOutput(a)
            | ExprKind::Other(_, a) => visit(a),
            ExprKind::GetAtt(a, b)
            | ExprKind::Join(a, b)
            | ExprKind::Split(a, b)
            | ExprKind::Select(a, b)
            | ExprKind::If(_, a, b)
            | ExprKind::Equals(a, b) => [a, b].into_iter().for_each(|child| visit(child)),
            ExprKind::FindInMap(a, b, c, default) => {
                [a, b, c].into_iter().chain(default).for_each(|child| visit(child));
            }
        }
    }
}
