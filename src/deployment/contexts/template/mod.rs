//! Templates that say who deploys other templates: stack sets, pipelines, launch constraints, Git sync configurations.
//!
//! Comes in: a template. Goes out: a context for every template that one of its resources deploys. What only its own deployment
//! settles (parameters, names that CloudFormation makes, conditions) is unknown.

mod git_syncs;
mod launch_roles;
mod pipelines;
mod stack_sets;
#[cfg(test)]
mod tests;
mod values;

use super::{Beside, Context, Environments, File, Node, Problem};

use values::Values;

/// How many deployments of one template are told.
const MOST: usize = 256;

/// The types that deploy other templates.
const TYPES: [&str; 5] = [
    stack_sets::TYPE,
    pipelines::TYPE,
    launch_roles::TYPE,
    "AWS::CodeConnections::SyncConfiguration",
    "AWS::CodeStarConnections::SyncConfiguration",
];

/// Whether a file is a template that deploys others.
pub(super) fn is_one(root: &Node) -> bool {
    let kind = |(_, resource): &(Node, Node)| {
        resource.get("Type").and_then(Node::text).is_some_and(|kind| TYPES.contains(&kind))
    };
    root.get("Resources").is_some_and(|resources| resources.entries().iter().any(kind))
}

/// A resource that deploys templates.
#[derive(Clone, Copy)]
struct Deploying<'f> {
    file: &'f File,
    /// Its logical id.
    id: &'f str,
    /// Where it begins.
    at: &'f Node,
    /// Its properties.
    properties: &'f Node,
    values: Values<'f>,
}

/// The deployments that the resources of a template make.
pub(super) fn contexts(file: &File, asked: Environments<'_>, beside: &mut dyn Beside) -> Result<Vec<Context>, Problem> {
    let values = Values::of(&file.root);
    let mut out = Vec::new();
    for (name, resource) in file.root.get("Resources").map_or(&[][..], Node::entries) {
        let (Some(id), Some(properties)) = (name.text(), resource.get("Properties")) else { continue };
        let one = Deploying { file, id, at: name, properties, values };
        match resource.get("Type").and_then(Node::text).unwrap_or_default() {
            stack_sets::TYPE => out.extend(stack_sets::contexts(&one, beside)?),
            pipelines::TYPE => out.extend(pipelines::contexts(&one, beside)?),
            launch_roles::TYPE => out.extend(launch_roles::contexts(&one, beside)),
            kind if TYPES.contains(&kind) => out.extend(git_syncs::context(&one, beside)?),
            _ => {}
        }
        if out.len() > MOST {
            return Err(file.problem(name, format!("a template that makes more than {MOST} deployments is not read")));
        }
    }
    if out.is_empty() && asked != Environments::All {
        let message = "no resource of this template says who deploys another template of the repository";
        return Err(file.problem(&file.root, message));
    }
    Ok(out)
}
