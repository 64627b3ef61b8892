//! The macro over a whole template whose loops are written out: what each section may hold, and what stays in it.
//!
//! Source: transform-aws-languageextensions.html; aws-attribute-deletionpolicy.html and …-updatereplacepolicy.html: with
//! the macro their values may be functions; fixtures templateWithNull…, outputWith…, resourceAttributesWith….

use crate::template::expr::Key;

use super::budget::Budget;
use super::resolver::{Mode, Resolver};
use super::values::Values;
use super::{Outcome, refused};
use crate::template::tree::{Tree, TreeKind, is_macro};

/// Everything that the macro does after the loops.
pub(super) fn transform(root: &Tree, values: &Values<'_>, budget: &Budget) -> Outcome {
    let TreeKind::Map(entries) = &root.kind else { return refused("a template must be a map", root.span) };
    match root.get("Resources") {
        None => return refused("a template needs the section Resources", root.span),
        Some(resources) if resources.is_null() => return refused("the section Resources is null", resources.span),
        Some(_) => {}
    }
    let resolver = Resolver::new(root, values, budget);
    resolver.conditions()?;
    let section = |(key, tree): &(Key, Tree)| {
        let tree = match &*key.text {
            "Resources" => each(tree, &|key, tree| resource(&resolver, key, tree))?,
            "Outputs" => each(tree, &|key, tree| output(&resolver, key, tree))?,
            "Conditions" => each(tree, &|_, tree| operands(&resolver, tree))?,
            _ => tree.clone(),
        };
        Ok((key.clone(), tree))
    };
    let entries = entries.iter().map(section).collect::<Outcome<_>>()?;
    Ok(Tree { span: root.span, kind: TreeKind::Map(entries) })
}

/// Each entry of a section, but for those that a macro will make.
fn each(section: &Tree, one: &dyn Fn(&Key, &Tree) -> Outcome) -> Outcome {
    let TreeKind::Map(entries) = &section.kind else { return Ok(section.clone()) };
    let entry =
        |(key, tree): &(Key, Tree)| Ok((key.clone(), if is_macro(&key.text) { tree.clone() } else { one(key, tree)? }));
    Ok(Tree { span: section.span, kind: TreeKind::Map(entries.iter().map(entry).collect::<Outcome<_>>()?) })
}

fn resource(resolver: &Resolver<'_>, key: &Key, tree: &Tree) -> Outcome {
    if !matches!(tree.kind, TreeKind::Map(_) | TreeKind::Call(..)) {
        return refused(format!("the definition of the resource `{}` is malformed", key.text), tree.span);
    }
    let mode = mode(resolver, tree)?;
    let resource = resolver.resolve(tree, mode)?;
    for policy in ["DeletionPolicy", "UpdateReplacePolicy"] {
        // `AWS::NoValue` goes away where a value is worked out, so it is looked for in what is written.
        let Some(written) = tree.get(policy).filter(|written| !written.is_null()) else { continue };
        let fits = match resource.get(policy) {
            Some(value) => value.as_text().is_some() || resolver.later(value).is_some(),
            None => false,
        };
        if !fits && mode == Mode::Strict {
            let message = format!("{policy} of `{}` must be a text that is known before anything is created", key.text);
            return refused(message, written.span);
        }
    }
    Ok(resource)
}

fn output(resolver: &Resolver<'_>, key: &Key, tree: &Tree) -> Outcome {
    if !matches!(tree.kind, TreeKind::Map(_) | TreeKind::Call(..)) {
        return refused(format!("the definition of the output `{}` is malformed", key.text), tree.span);
    }
    let mode = mode(resolver, tree)?;
    let output = resolver.resolve(tree, mode)?;
    match tree.get("Value") {
        Some(written) if output.get("Value").is_none() && mode == Mode::Strict => {
            refused(format!("the value of the output `{}` is null or `AWS::NoValue`", key.text), written.span)
        }
        _ => Ok(output),
    }
}

/// How strictly to look at a resource or output: nothing in it is refused where it may never exist.
fn mode(resolver: &Resolver<'_>, tree: &Tree) -> Outcome<Mode> {
    let Some(written) = tree.get("Condition") else { return Ok(Mode::Strict) };
    let name = resolver.resolve(written, Mode::Strict)?;
    if name.is_null() || name.is_no_value() {
        return Ok(Mode::Strict);
    }
    match name.as_text() {
        Some(name) => Ok(match resolver.condition(name, written.span)? {
            Some(true) => Mode::Strict,
            Some(false) | None => Mode::Lenient,
        }),
        None if name.is_open() => Ok(Mode::Lenient),
        None => refused("Condition needs the name of a condition", written.span),
    }
}

/// A condition keeps its form; what it compares is worked out.
fn operands(resolver: &Resolver<'_>, tree: &Tree) -> Outcome {
    let kind = match &tree.kind {
        TreeKind::Call(name, argument) => match name.as_str() {
            "Fn::And" | "Fn::Or" | "Fn::Not" | "Fn::Equals" => {
                TreeKind::Call(name.clone(), Box::new(operands(resolver, argument)?))
            }
            _ => return resolver.resolve(tree, Mode::Strict),
        },
        TreeKind::List(items) => {
            TreeKind::List(items.iter().map(|item| operands(resolver, item)).collect::<Outcome<_>>()?)
        }
        _ => return resolver.resolve(tree, Mode::Strict),
    };
    Ok(Tree { span: tree.span, kind })
}
