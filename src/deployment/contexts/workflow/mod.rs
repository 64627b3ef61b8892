//! GitHub workflows: jobs whose steps take credentials and deploy a template.
//!
//! Comes in: a workflow. Goes out: a context for every step that deploys, for every combination of the job's matrix. What an
//! expression leaves open stays unknown; reusable workflows are read by themselves, composite actions are not.
//!
//! Sources: GitHub Docs, "Workflow syntax for GitHub Actions"; aws-actions/configure-aws-credentials (README, src/index.ts,
//! src/assumeRole.ts) and aws-actions/aws-cloudformation-github-deploy (action.yml, src/main.ts, src/utils.ts).

mod commands;
mod credentials;
mod job;
mod matrix;
mod parameters;
mod scope;
#[cfg(test)]
mod tests;

use super::{Beside, Context, Environments, File, Kind, Node, Problem};

use job::Job;
use scope::Scope;

/// How many deployments of one workflow are told; a file that has more was made by nobody.
const MOST: usize = 256;

/// Whether a file is a workflow.
pub(super) fn is_one(root: &Node) -> bool {
    let is_job = |job: &(Node, Node)| ["steps", "uses", "runs-on"].iter().any(|key| job.1.get(key).is_some());
    root.get("jobs").is_some_and(|jobs| matches!(jobs.kind, Kind::Map(_)) && jobs.entries().iter().any(is_job))
}

/// The deployments of a workflow.
pub(super) fn contexts(file: &File, asked: Environments<'_>, beside: &mut dyn Beside) -> Result<Vec<Context>, Problem> {
    let workflow = Scope::default().with_env(file, file.root.get("env"));
    let mut out: Vec<Context> = Vec::new();
    for (name, job) in file.root.get("jobs").map_or(&[][..], Node::entries) {
        let Some(name) = name.text() else { continue };
        let steps = job.get("steps").map_or(&[][..], Node::items);
        let folder =
            [job, &file.root].iter().find_map(|node| node.at(&["defaults", "run", "working-directory"])?.text());
        for combination in matrix::combinations(job) {
            let mut scope = workflow.clone().with_steps(steps);
            scope.matrix = combination.values;
            let scope = scope.with_env(file, job.get("env"));
            let label = if combination.label.is_empty() { String::new() } else { format!(" ({})", combination.label) };
            out.extend(Job::new(file, format!("{name}{label}"), scope, folder).contexts(steps, beside)?);
            if out.len() > MOST {
                return Err(file.problem(job, format!("a workflow with more than {MOST} deployments is not read")));
            }
        }
    }
    if out.is_empty() && asked != Environments::All {
        return Err(nothing(file));
    }
    Ok(out)
}

/// What is said of a workflow that was named and deploys nothing that can be read.
fn nothing(file: &File) -> Problem {
    let jobs = file.root.get("jobs").map_or(&[][..], Node::entries);
    let reused = jobs.iter().find_map(|(_, job)| job.get("uses").filter(|uses| uses.text().is_some()));
    match reused {
        Some(uses) => {
            let name = uses.text().unwrap_or_default();
            file.problem(uses, format!("the jobs of `{name}` stand in another file: name that one"))
        }
        None => file.problem(
            &file.root,
            "no step of this workflow deploys a template: what is read are steps with \
             aws-actions/aws-cloudformation-github-deploy, and the commands `aws cloudformation` and `sam deploy`",
        ),
    }
}
