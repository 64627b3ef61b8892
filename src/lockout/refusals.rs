//! What CloudFormation refuses whatever the values are: the form of the sections, references to nothing, circular
//! conditions, circular dependencies between resources.
//!
//! Source: AWS CloudFormation User Guide, troubleshooting.html and template validation errors ("Unresolved resource
//! dependencies", "Circular dependency between resources").

use std::collections::{BTreeSet, HashMap};

use crate::resolve::Scope;
use crate::template::{Reference, Resource, Target, Template, references};
use crate::world::{Refusal, World};

/// How many members of a circle a message names.
const NAMED: usize = 5;

/// Every refusal of the template, with the logical id of the resource that it stands in (empty: no resource).
pub(crate) fn of_template(scope: &Scope<'_>, nominal: &World) -> Vec<(String, Refusal)> {
    let template = scope.template;
    let mut out = template.malformed.clone();
    out.extend(template.refused.clone().map(|refusal| (String::new(), refusal)));
    out.extend(
        scope.violations(nominal).into_iter().chain(scope.broken_rule(nominal)).map(|refusal| (String::new(), refusal)),
    );
    out.extend(scope.refused_conditions(nominal).into_iter().map(|refusal| (String::new(), refusal)));
    let named: Vec<Naming<'_>> = template.resources.iter().map(Naming::of).collect();
    if !template.may_grow() {
        for naming in &named {
            out.extend(dangling(template, naming).into_iter().map(|refusal| (naming.resource.id.clone(), refusal)));
        }
    }
    for cycle in cycles(template, &named) {
        let message = circle(&cycle);
        let members = cycle.iter().filter_map(|id| template.resource(id));
        out.extend(members.map(|one| (one.id.clone(), Refusal { message: message.clone(), span: one.span })));
    }
    let mut seen = BTreeSet::new();
    out.retain(|(_, refusal)| seen.insert((refusal.span, refusal.message.clone())));
    out
}

/// A resource with what its properties name.
struct Naming<'t> {
    resource: &'t Resource,
    references: Vec<Reference<'t>>,
}

impl<'t> Naming<'t> {
    fn of(resource: &'t Resource) -> Naming<'t> {
        Naming { resource, references: resource.properties.as_ref().map_or_else(Vec::new, references) }
    }
}

/// What is wrong with resources that depend on each other.
fn circle(ids: &[String]) -> String {
    let named = ids.iter().take(NAMED).map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
    match ids.len().saturating_sub(NAMED) {
        0 => format!("circular dependency between resources: {named}"),
        more => format!("circular dependency between resources: {named} and {more} more"),
    }
}

/// The refusals that touch a key: its own, and those of the resources that it needs.
pub(crate) fn of_key(template: &Template, key: &Resource, all: &[(String, Refusal)]) -> Vec<Refusal> {
    if all.is_empty() {
        return Vec::new();
    }
    let mut needed: BTreeSet<&str> = BTreeSet::from([key.id.as_str()]);
    let mut left: Vec<&Resource> = vec![key];
    while let Some(resource) = left.pop() {
        let more: Vec<&str> =
            needs(template, &Naming::of(resource)).into_iter().filter(|id| needed.insert(id)).collect();
        left.extend(more.into_iter().filter_map(|id| template.resource(id)));
    }
    let own = all.iter().filter(|(id, _)| needed.contains(id.as_str())).map(|(_, refusal)| refusal.clone());
    // What a macro refuses keeps everything from being deployed.
    template.refused.iter().cloned().chain(own).collect()
}

/// References of a resource to names that the template does not have.
fn dangling(template: &Template, Naming { resource, references }: &Naming<'_>) -> Vec<Refusal> {
    let known =
        |name: &str| name.starts_with("AWS::") || template.parameters.contains_key(name) || is_resource(template, name);
    let mut out = Vec::new();
    for reference in references {
        let missing = match reference.target {
            Target::Name(name) if !known(name) => Some(name),
            Target::Resource(name) if !is_resource(template, name) => Some(name),
            _ => None,
        };
        if let Some(name) = missing {
            let message =
                format!("unresolved resource dependency `{name}`: the template has no such resource or parameter");
            out.push(Refusal { message, span: reference.span });
        }
    }
    for (name, span) in &resource.depends_on {
        if !is_resource(template, name) {
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

/// Whether the template has the resource, be it well-formed or not.
fn is_resource(template: &Template, name: &str) -> bool {
    template.resource(name).is_some() || template.malformed.iter().any(|(id, _)| id == name)
}

/// Groups of resources that depend on each other in a circle, counting only what no condition can discard.
///
/// A macro may take references out of a resource, as SAM does with the events of its functions: nothing is claimed of what
/// a macro writes.
fn cycles(template: &Template, named: &[Naming<'_>]) -> Vec<Vec<String>> {
    if template.has_unknown_macro() {
        return Vec::new();
    }
    let at: HashMap<&str, usize> = named.iter().enumerate().map(|(at, one)| (one.resource.id.as_str(), at)).collect();
    let needed = |one: &Naming<'_>| needs(template, one).into_iter().filter_map(|id| at.get(id).copied()).collect();
    let edges: Vec<Vec<usize>> = named.iter().map(needed).collect();
    let mut back: Vec<Vec<usize>> = vec![Vec::new(); edges.len()];
    for (from, to) in edges.iter().enumerate().flat_map(|(from, to)| to.iter().map(move |to| (from, *to))) {
        back.get_mut(to).into_iter().for_each(|known| known.push(from));
    }
    let mut seen = vec![false; edges.len()];
    let finished: Vec<usize> = (0..edges.len()).flat_map(|from| reach(&edges, from, &mut seen)).collect();
    // Kosaraju: what is reached backwards from the last finished, and was not yet, depends on it in a circle.
    let mut seen = vec![false; edges.len()];
    let mut out: Vec<Vec<String>> = Vec::new();
    for from in finished.into_iter().rev() {
        let group = reach(&back, from, &mut seen);
        let is_circle =
            group.len() > 1 || group.contains(&from) && edges.get(from).is_some_and(|to| to.contains(&from));
        if is_circle {
            let ids = group.iter().filter_map(|at| named.get(*at)).map(|one| one.resource.id.clone());
            out.push(ids.collect::<BTreeSet<String>>().into_iter().collect());
        }
    }
    out.sort();
    out
}

fn needs<'t>(template: &'t Template, Naming { resource, references }: &Naming<'t>) -> BTreeSet<&'t str> {
    if resource.condition.is_some() || resource.kind.starts_with("AWS::Serverless::") {
        return BTreeSet::new();
    }
    let named = references.iter().filter(|reference| !reference.conditional);
    let named = named.filter_map(|reference| match reference.target {
        Target::Name(name) | Target::Resource(name) => Some(name),
        Target::Condition(_) => None,
    });
    let named = named.chain(resource.depends_on.iter().map(|(name, _)| name.as_str()));
    named.filter_map(|name| Some(template.resource(name)?.id.as_str())).collect()
}

/// Everything that can be reached from one place and is not `seen`, each after all that can be reached from it.
fn reach(edges: &[Vec<usize>], from: usize, seen: &mut [bool]) -> Vec<usize> {
    let mut out = Vec::new();
    let mut open: Vec<(usize, bool)> = vec![(from, false)];
    while let Some((next, done)) = open.pop() {
        if done {
            out.push(next);
        } else if seen.get_mut(next).is_some_and(|seen| !std::mem::replace(seen, true)) {
            open.push((next, true));
            open.extend(edges.get(next).into_iter().flatten().map(|to| (*to, false)));
        }
    }
    out
}
