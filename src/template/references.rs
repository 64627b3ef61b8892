//! What an expression refers to: for "a reference to nothing" and for circular dependencies between resources.

use crate::source::Span;

use super::expr::{Expr, ExprKind, SubPart};

/// Something that an expression names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// By Ref, or `${Name}`: a parameter, a pseudo parameter or a resource.
    Name(String),
    /// By Fn::GetAtt, or `${Resource.Attribute}`: a resource.
    Resource(String),
    /// A condition.
    Condition(String),
}

/// One reference.
#[derive(Clone, Debug)]
pub(crate) struct Reference {
    /// What is named.
    pub(crate) target: Target,
    /// Where.
    pub(crate) span: Span,
    /// Whether it stands below an Fn::If, so that it may be discarded.
    pub(crate) conditional: bool,
}

/// Every literal reference in `expr`.
pub(crate) fn references(expr: &Expr) -> Vec<Reference> {
    let mut out = Vec::new();
    walk(expr, false, &mut out);
    out
}

fn walk(expr: &Expr, conditional: bool, out: &mut Vec<Reference>) {
    let mut found = |target: Target| out.push(Reference { target, span: expr.span, conditional });
    match &expr.kind {
        ExprKind::Ref(name) => {
            if let Some(name) = name.as_text() {
                found(Target::Name(name.to_owned()));
            }
        }
        ExprKind::GetAtt(resource, _) => {
            if let Some(name) = resource.as_text() {
                found(Target::Resource(name.to_owned()));
            }
        }
        ExprKind::Sub(parts, map) => {
            for part in parts {
                if let SubPart::Variable(name) = part
                    && !map.iter().any(|(key, _)| *key.text == **name)
                {
                    found(match name.split_once('.') {
                        Some((resource, _)) => Target::Resource(resource.to_owned()),
                        None => Target::Name(name.clone()),
                    });
                }
            }
        }
        ExprKind::If(name, ..) | ExprKind::Condition(name) => found(Target::Condition(name.clone())),
        _ => {}
    }
    let below = conditional || matches!(expr.kind, ExprKind::If(..));
    expr.children().into_iter().for_each(|child| walk(child, below, out));
}
