//! `.aws-sam/pipeline/pipelineconfig.toml`: the roles that `sam pipeline bootstrap` made for each stage.
//!
//! Sources: AWS SAM CLI, samcli/lib/pipeline/bootstrap/stage.py (the names of the values) and the pipelines that
//! `sam pipeline init` writes: the pipeline assumes `pipeline_execution_role` and deploys with
//! `sam deploy --role-arn` of `cloudformation_execution_role`, so KMS sees that one.

use super::{Context, Environments, File, Kind, Node, Problem, Told};
use crate::deployment::said::Said;

/// The command whose parameters they are.
const COMMAND: &str = "pipeline_bootstrap";

/// The templates of the application, which is two folders above.
const TEMPLATES: [&str; 3] = ["../../template.yaml", "../../template.yml", "../../template.json"];

/// Whether a file is a pipeline configuration: environments with nothing but the parameters of the bootstrap.
pub(super) fn is_one(root: &Node) -> bool {
    let environments = root.entries().iter().filter(|(_, value)| matches!(value.kind, Kind::Map(_)));
    let only = |(_, environment): &(Node, Node)| {
        environment.entries().iter().all(|(command, _)| command.text() == Some(COMMAND))
    };
    environments.clone().any(|(_, environment)| environment.get(COMMAND).is_some()) && environments.clone().all(only)
}

/// The deployments of its stages: all of them, unless one was asked for.
pub(super) fn contexts(file: &File, asked: Environments<'_>) -> Result<Vec<Context>, Problem> {
    let stages = file.root.entries().iter().filter_map(|(name, stage)| {
        let parameters = stage.at(&[COMMAND, "parameters"])?;
        let deploys = ["cloudformation_execution_role", "pipeline_execution_role"]
            .iter()
            .any(|key| parameters.get(key).is_some());
        deploys.then_some((name.text()?, parameters))
    });
    let stages: Vec<(&str, &Node)> = stages.collect();
    let wanted = |name: &str| !matches!(asked, Environments::Named(other) if other != name);
    let out: Vec<Context> =
        stages.iter().filter(|(name, _)| wanted(name)).map(|(name, stage)| context(file, name, stage)).collect();
    match asked {
        Environments::Named(name) if out.is_empty() => {
            let names: Vec<&str> = stages.iter().map(|(name, _)| *name).collect();
            let known = names.join("`, `");
            Err(file
                .problem(&file.root, format!("there is no stage `{name}`, which --config-env names; it has `{known}`")))
        }
        _ => Ok(out),
    }
}

fn context(file: &File, name: &str, stage: &Node) -> Context {
    let said = Said {
        role_arn: file.told(stage.get("cloudformation_execution_role")),
        region: file.told(stage.get("region")),
        ..Said::default()
    };
    let first = stage.entries().first().map_or(stage, |(key, _)| key);
    let unknown = said.role_arn.is_none().then(|| {
        Told::new("there is no `cloudformation_execution_role`, so the role of the stack counts", file.place(first))
    });
    let templates = TEMPLATES.iter().map(|&name| name.to_owned()).collect();
    Context { name: name.to_owned(), place: file.place(first), said, templates, unknown }
}
