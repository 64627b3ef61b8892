//! What surrounds the keys of a deployment and may have to do with any of them, looked for once: aliases, with what they stand for, and
//! resources that may be given a key.
//!
//! Comes in: the stacks of a deployment. Goes out: [`Around`]. Must not know: keys, policies.

use crate::aws::{KEY_USERS, KeyUser};
use crate::resolve::Scope;
use crate::template::{Resource, StackId};
use crate::world::{Value, World};

/// What surrounds the keys.
pub(super) struct Around<'t> {
    /// In the order of the stacks and their templates.
    pub(super) aliases: Vec<Alias<'t>>,
    /// Every resource that a row of the table is about, with the row.
    pub(super) users: Vec<(StackId, &'t Resource, &'static KeyUser)>,
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
                let rows = KEY_USERS.iter().filter(|user| user.kind == resource.kind);
                out.users.extend(rows.map(|user| (stack, resource, user)));
            }
        }
        out
    }
}
