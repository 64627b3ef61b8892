//! What surrounds the keys of a deployment and may have to do with any of them, looked for once: aliases, with what they stand for, and
//! resources that may be given a key.
//!
//! Comes in: the stacks of a deployment. Goes out: [`Around`]. Must not know: keys, policies.

use crate::aws::{KEY_USERS, KeyUser};
use crate::resolve::Scope;
use crate::template::{Resource, StackId, Target, references};
use crate::world::{Value, World};

/// What surrounds the keys.
pub(super) struct Around<'t> {
    /// In the order of the stacks and their templates.
    pub(super) aliases: Vec<Alias<'t>>,
    /// Every resource that may be given a key, with the row of the table that it is about.
    pub(super) users: Vec<User<'t>>,
}

/// A resource that may be given a key.
pub(super) struct User<'t> {
    /// Its stack.
    pub(super) stack: StackId,
    /// The resource.
    pub(super) resource: &'t Resource,
    /// How its service uses the key.
    pub(super) row: &'static KeyUser,
    /// What stands without any answer where the key would.
    pub(super) given: Vec<Value>,
}

/// An alias.
pub(super) struct Alias<'t> {
    /// Its stack.
    pub(super) stack: StackId,
    /// The resource.
    pub(super) resource: &'t Resource,
    /// Its TargetKeyId without any answer.
    pub(super) target: Value,
}

impl<'t> Around<'t> {
    /// Of all stacks of a deployment.
    pub(super) fn of(root: &Scope<'t>, nominal: &World) -> Around<'t> {
        let mut out = Around { aliases: Vec::new(), users: Vec::new() };
        for stack in root.stacks.ids() {
            let scope = root.at(stack);
            for resource in &scope.template.resources {
                let target = resource.property("TargetKeyId").filter(|_| resource.kind == "AWS::KMS::Alias");
                out.aliases.extend(target.map(|to| Alias { stack, resource, target: scope.resolve(to, nominal) }));
                for row in KEY_USERS.iter().filter(|row| row.kind == resource.kind && fits(resource, row)) {
                    root.renew();
                    out.users.push(User { stack, resource, row, given: given(&scope, resource, row, nominal) });
                }
            }
        }
        out
    }
}

/// The first step of a path of properties.
fn first(path: &str) -> &str {
    path.split('.').next().unwrap_or(path)
}

/// Whether the resource has the properties that the row is about, in some world.
fn fits(resource: &Resource, row: &KeyUser) -> bool {
    let has = |path: &&str| resource.property(first(path)).is_some();
    has(&row.property) && !row.without.iter().any(has) && (row.with.is_empty() || row.with.iter().any(has))
}

/// What stands where the key would: below the property, or in the resources that it names.
fn given(scope: &Scope<'_>, resource: &Resource, row: &KeyUser, nominal: &World) -> Vec<Value> {
    let value = |resource: &Resource, path: &str| Some(scope.resolve(resource.property(first(path))?, nominal));
    if row.through.is_empty() {
        return value(resource, row.property).into_iter().collect();
    }
    let named = resource.property(first(row.property)).into_iter().flat_map(references);
    let named = named.filter_map(|reference| match reference.target {
        Target::Name(id) | Target::Resource(id) => scope.template.resource(id),
        Target::Condition(_) => None,
    });
    let of = |other: &Resource| {
        let rows = row.through.iter().filter(|(kind, _)| *kind == other.kind);
        rows.filter_map(|(_, path)| value(other, path)).collect::<Vec<Value>>()
    };
    named.flat_map(of).collect()
}
