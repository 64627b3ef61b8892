//! What nested stacks add to the check of a template: what CloudFormation refuses about them, which of them are not known,
//! and why the keys of one are not created.
//!
//! Comes in: the scopes of all stacks. Goes out: refusals for each stack, and what could not be followed.
//!
//! Source: AWS CloudFormation User Guide, using-cfn-nested-stacks.html; its validation error "Parameters: [X] do not exist
//! in the template". Must not know: files.

use std::collections::{BTreeMap, BTreeSet};

use crate::resolve::Scope;
use crate::source::Span;
use crate::template::{ExprKind, Nested, Resource, StackId, Unfollowed};
use crate::world::{Refusal, World};

use super::refusals;

/// A nested stack that is created and whose template is not known: it may hold keys.
#[derive(Clone, Debug)]
pub(crate) struct NotFollowed {
    /// Its logical id.
    pub(crate) id: String,
    /// Where its template is named.
    pub(crate) span: Span,
    /// Why its template is not known.
    pub(crate) why: Unfollowed,
}

/// What CloudFormation refuses in each stack, with the logical id of the resource that it stands in.
pub(super) type Refusals = BTreeMap<StackId, Vec<(String, Refusal)>>;

/// The refusals of every stack that has to do with keys: it holds one, or a stack nested in it does.
pub(super) fn refusals(scopes: &[Scope<'_>], nominal: &World) -> Refusals {
    let mut matter: BTreeSet<StackId> = BTreeSet::new();
    let has_keys = |scope: &&Scope<'_>| scope.template.keys().next().is_some() || scope.template.refused.is_some();
    for scope in scopes.iter().filter(has_keys) {
        matter.extend(scope.stacks.lineage(scope.id));
    }
    let of = |scope: &Scope<'_>| {
        let mut out = Vec::new();
        if matter.contains(&scope.id) {
            out.extend(refusals::of_template(scope, nominal));
            out.extend(unknown_parameters(scope));
        }
        out.extend(circles(scope));
        (scope.id, out)
    };
    scopes.iter().map(of).collect()
}

/// The refusals that touch a key: those of its own stack, and those of the stacks that lead to it.
pub(super) fn of_key(scope: &Scope<'_>, key: &Resource, all: &Refusals) -> Vec<Refusal> {
    let in_stack = |scope: &Scope<'_>, resource| {
        all.get(&scope.id).map_or_else(Vec::new, |known| refusals::of_key(scope.template, resource, known))
    };
    let mut out = in_stack(scope, key);
    let mut next = scope.above();
    while let Some((above, stack)) = next {
        out.extend(in_stack(&above, stack));
        next = above.above();
    }
    out
}

/// Parameters that a parent passes and the nested template does not have.
fn unknown_parameters(scope: &Scope<'_>) -> Vec<(String, Refusal)> {
    let mut out = Vec::new();
    for resource in scope.template.resources.iter().filter(|resource| resource.is_stack()) {
        let Some(Nested::Followed(id)) = scope.stacks.nested(scope.id, &resource.id) else { continue };
        let below = &scope.stacks.get(*id).template;
        let Some(ExprKind::Map(entries)) = resource.property("Parameters").map(|map| &map.kind) else { continue };
        let is_known = |name: &str| below.parameters.contains_key(name) || name.starts_with("Fn::");
        for (key, _) in entries.iter().filter(|(key, _)| !below.has_unknown_macro() && !is_known(&key.text)) {
            let message = format!("nested stack `{}` has no parameter `{}`", resource.id, key.text);
            out.push((resource.id.clone(), Refusal { message, span: key.span }));
        }
    }
    out
}

/// Stacks that are nested in themselves.
fn circles(scope: &Scope<'_>) -> Vec<(String, Refusal)> {
    let circular = |(resource, why): (&Resource, &Unfollowed)| {
        let Unfollowed::Circular(path) = why else { return None };
        let message =
            format!("nested stack `{}` never ends: `{path}` is the template of a stack above it", resource.id);
        Some((resource.id.clone(), Refusal { message, span: resource.template_span() }))
    };
    scope.stacks.unfollowed(scope.id).filter_map(circular).collect()
}

/// The nested stacks of a stack that are created, as far as anybody knows, and cannot be looked into.
pub(super) fn not_followed(scope: &Scope<'_>, nominal: &World) -> Vec<NotFollowed> {
    if scope.is_created(nominal) == Ok(false) {
        return Vec::new();
    }
    let is_absent = |resource: &Resource| {
        let condition = resource.condition.as_ref();
        condition.is_some_and(|(name, span)| scope.condition(name, *span, nominal) == Ok(false))
    };
    let unknown = scope.stacks.unfollowed(scope.id);
    let unknown = unknown.filter(|(_, why)| !matches!(why, Unfollowed::Circular(_)));
    let stacks = unknown.map(|(resource, why)| (resource, resource.template_span(), why.clone()));
    let module = |resource: &Resource| format!("it is the module `{}` of the registry", resource.kind);
    let modules = scope.template.resources.iter().filter(|resource| resource.is_module());
    let modules = modules.map(|resource| (resource, resource.span, Unfollowed::Elsewhere(module(resource))));
    stacks
        .chain(modules)
        .filter(|(resource, ..)| !is_absent(resource))
        .map(|(resource, span, why)| NotFollowed { id: resource.id.clone(), span, why })
        .collect()
}
