//! What an expression refers to: for "a reference to nothing" and for circular dependencies between resources.

use crate::source::Span;

use super::expr::{Expr, ExprKind, SubPart};

/// Something that an expression names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target<'e> {
    /// By Ref, or `${Name}`: a parameter, a pseudo parameter or a resource.
    Name(&'e str),
    /// By Fn::GetAtt, or `${Resource.Attribute}`: a resource.
    Resource(&'e str),
    /// A condition.
    Condition(&'e str),
}

/// One reference.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reference<'e> {
    /// What is named.
    pub(crate) target: Target<'e>,
    /// Where.
    pub(crate) span: Span,
    /// Whether it stands below an Fn::If, so that it may be discarded.
    pub(crate) conditional: bool,
}

/// Every literal reference in `expr`.
pub(crate) fn references(expr: &Expr) -> Vec<Reference<'_>> {
    let mut out = Vec::new();
    walk(expr, false, &mut out);
    out
}

fn walk<'e>(expr: &'e Expr, conditional: bool, out: &mut Vec<Reference<'e>>) {
    let mut found = |target: Target<'e>| out.push(Reference { target, span: expr.span, conditional });
    match &expr.kind {
        ExprKind::Ref(name) => {
            if let Some(name) = name.as_text() {
                found(Target::Name(name));
            }
        }
        ExprKind::GetAtt(resource, _) => {
            if let Some(name) = resource.as_text() {
                found(Target::Resource(name));
            }
        }
        ExprKind::Sub(sub) => {
            for part in &sub.parts {
                if let SubPart::Variable(name) = part
                    && !sub.map.iter().any(|(key, _)| *key.text == **name)
                {
                    found(match name.split_once('.') {
                        Some((resource, _)) => Target::Resource(resource),
                        None => Target::Name(name),
                    });
                }
            }
        }
        ExprKind::If(choice) => found(Target::Condition(&choice.condition)),
        ExprKind::Condition(name) => found(Target::Condition(name)),
        _ => {}
    }
    let below = conditional || matches!(expr.kind, ExprKind::If(..));
    expr.each_child(&mut |child| walk(child, below, out));
}
