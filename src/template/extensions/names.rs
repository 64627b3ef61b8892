//! Names of loops and their identifiers, and how deep loops nest: checked over the whole template before anything is
//! written out.
//!
//! Source: intrinsic-function-reference-foreach.html: the name of a loop is unique within the template and no logical id;
//! loops nest five deep. Fixtures fnForEach…Conflicting…: neither names nor identifiers may equal a parameter or each
//! other, and an identifier may not be used again inside its own loop.

use std::collections::BTreeMap;

use crate::source::{Form, Span};
use crate::template::expr::Key;

use super::values::Values;
use super::{Outcome, refused};
use crate::template::tree::{LOOP, Tree, TreeKind};

const DEEPEST: usize = 5;
const LONGEST: usize = 255;

/// The sections that may hold loops.
pub(super) const SECTIONS: [&str; 3] = ["Conditions", "Resources", "Outputs"];

/// A loop's three parts.
#[derive(Debug)]
pub(super) struct Loop<'t> {
    /// The identifier.
    pub(super) identifier: &'t str,
    /// The collection.
    pub(super) collection: &'t Tree,
    /// What is written once for each member.
    pub(super) fragment: &'t Tree,
}

/// Takes a loop apart.
pub(super) fn parts<'t>(key: &Key, value: &'t Tree) -> Outcome<Loop<'t>> {
    let Some([identifier, collection, fragment]) = value.as_list() else {
        return refused(format!("`{}` needs a list of three: identifier, collection, fragment", key.text), value.span);
    };
    let TreeKind::Map(_) = fragment.kind else {
        return refused(format!("the fragment of `{}` must be a map of what it makes", key.text), fragment.span);
    };
    let text = match &identifier.kind {
        TreeKind::Scalar(scalar) if scalar.form == Form::Text => scalar.text(),
        _ => "",
    };
    if text.is_empty() || text.len() > LONGEST {
        return refused(format!("the identifier of `{}` must be a text", key.text), identifier.span);
    }
    Ok(Loop { identifier: text, collection, fragment })
}

#[derive(Default)]
struct Found<'t> {
    names: BTreeMap<&'t str, Span>,
    identifiers: Vec<(&'t str, Span)>,
}

/// Checks every name.
pub(super) fn check(root: &Tree, values: &Values<'_>) -> Outcome<()> {
    let mut found = Found::default();
    let resources: Vec<&str> = keys(root.get("Resources"));
    for section in SECTIONS {
        let Some(tree) = root.get(section) else { continue };
        walk(tree, &mut Vec::new(), &mut found)?;
        for (key, _) in tree.entries() {
            if let Some(span) = found.names.get(&*key.text) {
                return refused(format!("the loop `{}` has the name of a logical id", key.text), *span);
            }
        }
    }
    for (name, span) in &found.names {
        if values.is_parameter(name) {
            return refused(format!("the loop `{name}` has the name of a parameter"), *span);
        }
        if resources.contains(name) {
            return refused(format!("the loop `{name}` has the name of a logical id"), *span);
        }
    }
    for (identifier, span) in &found.identifiers {
        let of = match *identifier {
            name if values.is_parameter(name) => "a parameter",
            name if resources.contains(&name) => "a logical id",
            name if found.names.contains_key(name) => "a loop",
            _ => continue,
        };
        return refused(format!("the identifier `{identifier}` has the name of {of}"), *span);
    }
    Ok(())
}

fn keys(section: Option<&Tree>) -> Vec<&str> {
    let entries = section.map_or(&[][..], Tree::entries);
    entries.iter().map(|(key, _)| &*key.text).filter(|key| !key.starts_with(LOOP)).collect()
}

fn walk<'t>(tree: &'t Tree, above: &mut Vec<&'t str>, found: &mut Found<'t>) -> Outcome<()> {
    let TreeKind::Map(entries) = &tree.kind else {
        return tree.children().into_iter().try_for_each(|child| walk(child, above, found));
    };
    for (key, value) in entries {
        let Some(name) = key.text.strip_prefix(LOOP) else {
            walk(value, above, found)?;
            continue;
        };
        let own = parts(key, value)?;
        let span = value.as_list().and_then(<[Tree]>::first).map_or(key.span, |identifier| identifier.span);
        if name.is_empty() {
            return refused("a loop needs a name: `Fn::ForEach::Name`", key.span);
        }
        if found.names.insert(name, key.span).is_some() {
            return refused(format!("two loops have the name `{name}`"), key.span);
        }
        if above.contains(&own.identifier) {
            return refused(format!("the identifier `{}` is that of a loop around this one", own.identifier), span);
        }
        if above.len() >= DEEPEST {
            return refused(format!("loops nest deeper than {DEEPEST} levels"), key.span);
        }
        found.identifiers.push((own.identifier, span));
        above.push(own.identifier);
        walk(own.fragment, above, found)?;
        above.pop();
    }
    Ok(())
}
