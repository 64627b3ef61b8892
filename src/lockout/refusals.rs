//! What CloudFormation refuses whatever the values are: references to nothing, circular conditions, circular
//! dependencies between resources.
//!
//! Source: AWS CloudFormation User Guide, troubleshooting.html and template validation errors ("Unresolved resource
//! dependencies", "Circular dependency between resources").

use std::collections::{BTreeMap, BTreeSet};

use crate::resolve::Scope;
use crate::template::{Resource, Target, Template, references};
use crate::world::{Refusal, Stop, World};

/// Every refusal of the template, with the logical id of the resource that it stands in (empty: no resource).
pub(crate) fn of_template(scope: &Scope<'_>, nominal: &World) -> Vec<(String, Refusal)> {
    let mut out = Vec::new();
    let template = scope.template;
    for (name, condition) in &template.conditions {
        if let Err(Stop::Refused(refusal)) = scope.condition(name, condition.span, nominal) {
            push(&mut out, "", refusal);
        }
    }
    if template.transforms.is_empty() {
        for resource in &template.resources {
            dangling(template, resource).into_iter().for_each(|refusal| push(&mut out, &resource.id, refusal));
        }
    }
    for cycle in cycles(template) {
        for id in &cycle {
            let Some(resource) = template.resource(id) else { continue };
            let message = format!("circular dependency between resources: `{}`", cycle.join("`, `"));
            push(&mut out, id, Refusal { message, span: resource.span });
        }
    }
    out
}

/// The refusals that a key is part of.
pub(crate) fn of_key(key: &Resource, all: &[(String, Refusal)]) -> Vec<Refusal> {
    all.iter().filter(|(id, _)| *id == key.id).map(|(_, refusal)| refusal.clone()).collect()
}

fn push(out: &mut Vec<(String, Refusal)>, id: &str, refusal: Refusal) {
    if !out.iter().any(|(_, other)| *other == refusal) {
        out.push((id.to_owned(), refusal));
    }
}

/// References of a resource to names that the template does not have.
fn dangling(template: &Template, resource: &Resource) -> Vec<Refusal> {
    let known = |name: &str| {
        name.starts_with("AWS::") || template.parameters.contains_key(name) || template.resource(name).is_some()
    };
    let mut out = Vec::new();
    for reference in resource.properties.iter().flat_map(references) {
        let missing = match &reference.target {
            Target::Name(name) if !known(name) => Some(name),
            Target::Resource(name) if template.resource(name).is_none() => Some(name),
            _ => None,
        };
        if let Some(name) = missing {
            let message =
                format!("unresolved resource dependency `{name}`: the template has no such resource or parameter");
            out.push(Refusal { message, span: reference.span });
        }
    }
    for (name, span) in &resource.depends_on {
        if template.resource(name).is_none() {
            out.push(Refusal { message: format!("unresolved resource dependency `{name}`"), span: *span });
        }
    }
    if let Some((name, span)) = &resource.condition
        && !template.conditions.contains_key(name)
    {
        out.push(Refusal { message: format!("the template has no condition `{name}`"), span: *span });
    }
    out
}

/// Groups of resources that depend on each other in a circle, counting only what no condition can discard.
///
/// A macro may take references out of a resource, as SAM does with the events of its functions: nothing is claimed of what
/// a macro writes.
fn cycles(template: &Template) -> Vec<Vec<String>> {
    if template.has_unknown_macro() {
        return Vec::new();
    }
    let edges: BTreeMap<&str, BTreeSet<&str>> =
        template.resources.iter().map(|one| (one.id.as_str(), needs(template, one))).collect();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut out = Vec::new();
    for resource in &template.resources {
        let id = resource.id.as_str();
        if seen.contains(id) || !reach(&edges, id).contains(id) {
            continue;
        }
        let group: Vec<&str> =
            reach(&edges, id).into_iter().filter(|other| reach(&edges, other).contains(id)).collect();
        seen.extend(&group);
        out.push(group.into_iter().map(str::to_owned).collect());
    }
    out
}

fn needs<'t>(template: &'t Template, resource: &'t Resource) -> BTreeSet<&'t str> {
    if resource.condition.is_some() || resource.kind.starts_with("AWS::Serverless::") {
        return BTreeSet::new();
    }
    let named = resource.properties.iter().flat_map(references).filter(|reference| !reference.conditional);
    let named = named.filter_map(|reference| match reference.target {
        Target::Name(name) | Target::Resource(name) => Some(name),
        Target::Condition(_) => None,
    });
    let named = named.chain(resource.depends_on.iter().map(|(name, _)| name.clone()));
    named.filter_map(|name| Some(template.resource(&name)?.id.as_str())).collect()
}

/// Everything that `id` needs, directly or not.
fn reach<'t>(edges: &BTreeMap<&'t str, BTreeSet<&'t str>>, id: &str) -> BTreeSet<&'t str> {
    let mut out: BTreeSet<&'t str> = BTreeSet::new();
    let mut left: Vec<&'t str> = edges.get(id).into_iter().flatten().copied().collect();
    while let Some(next) = left.pop() {
        if out.insert(next) {
            left.extend(edges.get(next).into_iter().flatten());
        }
    }
    out
}
