//! The tasks of org-formation: `update-stacks`, with the roles that are used in the target accounts.
//!
//! Source: org-formation-cli, docs/task-files.md: Template, StackName, Parameters, TaskRoleName (the role that calls
//! CloudFormation in the target account), CloudFormationRoleName (the service role there). Without TaskRoleName the role is the
//! account's own, OrganizationAccountAccessRole unless the organization names another, and in the master account nobody's.

use super::parameter_file::of_map;
use super::{Context, File, Node, Problem, Told};
use crate::deployment::said::Said;

/// The type of the tasks that deploy a template.
const UPDATE: &str = "update-stacks";

/// Whether a file holds tasks.
pub(super) fn is_one(root: &Node) -> bool {
    root.get("Resources").is_none() && root.entries().iter().any(|(_, task)| is_update(task))
}

fn is_update(task: &Node) -> bool {
    task.get("Type").and_then(Node::text) == Some(UPDATE)
}

/// The deployments of the tasks.
pub(super) fn contexts(file: &File) -> Result<Vec<Context>, Problem> {
    let tasks = file.root.entries().iter().filter(|(_, task)| is_update(task) && !is_skipped(task));
    tasks.map(|(name, task)| context(file, name, task)).collect()
}

fn is_skipped(task: &Node) -> bool {
    task.get("Skip").and_then(Node::text) == Some("true")
}

fn context(file: &File, name: &Node, task: &Node) -> Result<Context, Problem> {
    // The name of a role tells neither account nor partition.
    let role = |key: &str| {
        let node = task.get(key)?;
        let name = node.text().filter(|text| !text.contains("${")).unwrap_or("*");
        Some(Told::new(format!("arn:*:iam::*:role/{name}"), file.place(node)))
    };
    let said = Said {
        deployer: role("TaskRoleName"),
        role_arn: role("CloudFormationRoleName"),
        region: file.told(task.get("DefaultOrganizationBindingRegion")),
        stack_name: file.told(task.get("StackName")),
        parameters: task.get("Parameters").map_or_else(|| Ok(Vec::new()), |map| of_map(file, map))?,
        ..Said::default()
    };
    let named = said.deployer.is_some() || said.role_arn.is_some();
    let unknown = "without TaskRoleName, the organization's access role or the caller deploys";
    let unknown = (!named).then(|| Told::new(unknown, file.place(name)));
    let template = task.get("Template").and_then(Node::text).filter(|path| !path.contains("://"));
    let templates = template.map(|path| path.trim_start_matches("./").to_owned()).into_iter().collect();
    let name = name.text().unwrap_or_default().to_owned();
    let place = file.place(task.get("Type").unwrap_or(task));
    Ok(Context { name, place, said, templates, unknown })
}
