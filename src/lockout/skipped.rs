//! Why a key is not created: the condition that is false, and the values that make it so.
//!
//! Comes in: a key, and the world in which it is not created. Goes out: words.

use std::collections::BTreeSet;

use crate::resolve::Scope;
use crate::source::Span;
use crate::template::{Resource, Target, references};
use crate::world::{Kind, World};

/// Of more parameters, none is named: they would be a list to search.
const NAMED: usize = 3;

/// The outermost condition that is false, with the parameters that it is about.
pub(super) fn because(scope: &Scope<'_>, key: &Resource, nominal: &World) -> String {
    let mut because = match &key.condition {
        Some((name, span)) => {
            format!("its condition `{name}` is false{}", values(scope, name, *span, nominal))
        }
        None => "it is not created".to_owned(),
    };
    let mut inner = scope.at(scope.id);
    while let Some((above, stack)) = inner.above() {
        if let Some((name, span)) = &stack.condition
            && above.condition(name, *span, nominal) == Ok(false)
        {
            let values = values(&above, name, *span, nominal);
            because = format!("the condition `{name}` of its stack `{}` is false{values}", inner.path());
        }
        inner = above;
    }
    because
}

/// `, with `Env` = `dev``: what would have to change; nothing where a value is not known.
fn values(scope: &Scope<'_>, condition: &str, span: Span, nominal: &World) -> String {
    let mut names = BTreeSet::new();
    parameters(scope, condition, &mut names, &mut BTreeSet::new());
    let value = |name: &String| match scope.refer(name, span, nominal) {
        Kind::Text(text) => match nominal.fill(&text).as_literal()? {
            "" => Some(format!("`{name}` empty")),
            value => Some(format!("`{name}` = `{value}`")),
        },
        _ => None,
    };
    let values: Option<Vec<String>> = names.iter().map(value).collect();
    match values {
        Some(values) if (1..=NAMED).contains(&values.len()) => format!(", with {}", values.join(", ")),
        _ => String::new(),
    }
}

/// The parameters that a condition names, by itself or through others.
fn parameters(scope: &Scope<'_>, condition: &str, out: &mut BTreeSet<String>, seen: &mut BTreeSet<String>) {
    let Some(known) = scope.template.conditions.get(condition).filter(|_| seen.insert(condition.to_owned())) else {
        return;
    };
    for reference in references(&known.expr) {
        match reference.target {
            Target::Name(name) if scope.template.parameters.contains_key(name) => drop(out.insert(name.to_owned())),
            Target::Condition(name) => parameters(scope, name, out, seen),
            _ => {}
        }
    }
}
