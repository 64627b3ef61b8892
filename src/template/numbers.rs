//! Account ids without quotes that CloudFormation reads as numbers: `012345670123` is octal, `012345678901` becomes
//! `1.2345678901E10`.
//!
//! Comes in: a document and its typed template. Goes out: [`NumberLike`], for what a KMS key is made of: its own body, and
//! the parameters, mappings and conditions that it reaches. Must not know: policies.
//!
//! Source: YAML 1.1 as CloudFormation reads it, see `source/scalar.rs` (cloudformation-coverage-roadmap#745, aws-cli#6908).

use std::collections::BTreeSet;

use crate::aws::AccountId;
use crate::source::{Document, Form, Node, NodeKind, Span};

use super::expr::{Expr, ExprKind};
use super::references::{Target, references};
use super::template::Template;

/// Twelve digits that are read as another number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NumberLike {
    /// The key that it reaches.
    pub(crate) key: String,
    /// As the file has it.
    pub(crate) written: String,
    /// As CloudFormation reads it.
    pub(crate) read: String,
    /// Where.
    pub(crate) span: Span,
}

/// Every such number that reaches a key, each once.
pub(crate) fn number_like(document: &Document, template: &Template) -> Vec<NumberLike> {
    if template.keys().next().is_none() {
        return Vec::new();
    }
    let number = |node: &Node| match &node.kind {
        NodeKind::Scalar(scalar) if matches!(scalar.form, Form::Int | Form::Float) => {
            let is_other = AccountId::parse(scalar.written()).is_some() && scalar.text() != scalar.written();
            is_other.then(|| (scalar.written().to_owned(), scalar.text().to_owned(), node.span))
        }
        _ => None,
    };
    let mut found: Vec<(String, String, Span)> = document.nodes().iter().filter_map(number).collect();
    if found.is_empty() {
        return Vec::new();
    }
    found.sort_by_key(|(.., span)| *span);
    found.dedup();
    let keys: Vec<(&str, Vec<Span>)> =
        template.keys().map(|key| (key.id.as_str(), reach(document, template, &key.id))).collect();
    let of = |(written, read, span): (String, String, Span)| {
        let (key, _) = keys.iter().find(|(_, places)| places.iter().any(|place| span.is_within(*place)))?;
        Some(NumberLike { key: (*key).to_owned(), written, read, span })
    };
    found.into_iter().filter_map(of).collect()
}

/// The places of everything that a key is made of.
fn reach(document: &Document, template: &Template, key: &str) -> Vec<Span> {
    let Some(key) = template.resource(key) else { return Vec::new() };
    let mut places = vec![key.body];
    let mut seen: BTreeSet<(&str, String)> = BTreeSet::new();
    let mut left: Vec<(&str, String)> = key.condition.iter().map(|(name, _)| ("Conditions", name.clone())).collect();
    left.extend(key.properties.iter().flat_map(named));
    while let Some((section, name)) = left.pop() {
        if !seen.insert((section, name.clone())) {
            continue;
        }
        let entry = document.get(document.root(), section).and_then(|found| document.get(found.value, &name));
        places.extend(entry.map(|entry| document.full_span(entry.value)));
        if let Some(condition) = template.conditions.get(&name).filter(|_| section == "Conditions") {
            left.extend(named(&condition.expr));
        }
    }
    places
}

/// The parameters, conditions and mappings that an expression names.
fn named(expr: &Expr) -> Vec<(&'static str, String)> {
    let mut out: Vec<(&'static str, String)> = references(expr)
        .into_iter()
        .filter_map(|reference| match reference.target {
            Target::Name(name) => Some(("Parameters", name.to_owned())),
            Target::Condition(name) => Some(("Conditions", name.to_owned())),
            Target::Resource(_) => None,
        })
        .collect();
    mappings(expr, &mut out);
    out
}

fn mappings(expr: &Expr, out: &mut Vec<(&'static str, String)>) {
    if let ExprKind::FindInMap(lookup) = &expr.kind {
        out.extend(lookup.map.as_text().map(|name| ("Mappings", name.to_owned())));
    }
    expr.each_child(&mut |child| mappings(child, out));
}
