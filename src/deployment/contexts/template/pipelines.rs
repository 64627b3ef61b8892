//! AWS::CodePipeline::Pipeline: its CloudFormation actions, each with the role that it hands to CloudFormation.
//!
//! Source: AWS CodePipeline User Guide, action-reference-CloudFormation.html: ActionMode, RoleArn (CloudFormation assumes it),
//! TemplatePath `Artifact::file`, TemplateConfiguration `Artifact::file`, ParameterOverrides (JSON; it wins over the file).

use super::super::parameter_file::of_map;
use super::super::partial::Partial;
use super::super::places::from_root;
use super::super::{Argument, Beside, Context, File, Node, Problem, Told, parameters};
use super::Deploying;
use crate::deployment::said::Said;

pub(super) const TYPE: &str = "AWS::CodePipeline::Pipeline";

/// The modes that deploy a template; the others execute or delete.
const MODES: [&str; 3] = ["CREATE_UPDATE", "CHANGE_SET_REPLACE", "REPLACE_ON_FAILURE"];

/// The deployments of a pipeline.
pub(super) fn contexts(pipeline: &Deploying<'_>, beside: &mut dyn Beside) -> Result<Vec<Context>, Problem> {
    let stages = pipeline.properties.get("Stages").map_or(&[][..], Node::items);
    let actions = stages.iter().flat_map(|stage| {
        let name = stage.get("Name").and_then(Node::text).unwrap_or_default();
        stage.get("Actions").map_or(&[][..], Node::items).iter().map(move |action| (name, action))
    });
    let mut out = Vec::new();
    for (stage, action) in actions {
        let provider = action.at(&["ActionTypeId", "Provider"]).and_then(Node::text);
        let Some(configuration) = action.get("Configuration").filter(|_| provider == Some("CloudFormation")) else {
            continue;
        };
        out.extend(context(pipeline, stage, action, configuration, beside)?);
    }
    Ok(out)
}

fn context(
    pipeline: &Deploying<'_>,
    stage: &str,
    action: &Node,
    configuration: &Node,
    beside: &mut dyn Beside,
) -> Result<Option<Context>, Problem> {
    let Deploying { file, values, .. } = *pipeline;
    let value = |key: &str| configuration.get(key).map(|node| (node, values.value(node)));
    let deploys = value("ActionMode").is_some_and(|(_, mode)| mode.text().is_none_or(|mode| MODES.contains(&mode)));
    let Some((node, path)) = value("TemplatePath").filter(|_| deploys) else { return Ok(None) };
    let template = inside(&path).map(|path| from_root(&path, beside));
    let mut said = Said {
        role_arn: value("RoleArn").map(|(node, role)| Told::new(role.role(), file.place(node))),
        region: values.told(file, action.get("Region")),
        stack_name: values.told(file, configuration.get("StackName")),
        ..Said::default()
    };
    if let Some((node, path)) = value("TemplateConfiguration") {
        let path = inside(&path).map(|path| from_root(&path, beside)).filter(|path| beside.has(path));
        match path {
            Some(path) => said.parameters.extend(parameters(&beside.read(&path)?)?),
            // The pipeline may write it.
            None => said.unlisted = Some(file.place(node)),
        }
    }
    if let Some((node, text)) = value("ParameterOverrides") {
        match overrides(file, node, &text) {
            Some(arguments) => said.parameters.extend(arguments),
            None => said.unlisted = Some(file.place(node)),
        }
    }
    let unknown = said.role_arn.is_none().then(|| Told::new("the action names no RoleArn", file.place(node)));
    let own = action.get("Name").and_then(Node::text).unwrap_or(pipeline.id);
    let name = [stage, own].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/");
    let templates = template.into_iter().collect();
    Ok(Some(Context { name, place: file.place(node), said, templates, unknown }))
}

/// The path of `Artifact::path`. An artifact of the source has the repository's own layout; what a build writes elsewhere is not
/// found.
fn inside(path: &Partial) -> Option<String> {
    // The name of the artifact may be unknown.
    let pattern = path.pattern();
    let path = pattern.split_once("::")?.1;
    (!path.contains('*')).then(|| path.to_owned())
}

/// The parameters of a JSON text; nothing where it is none.
fn overrides(file: &File, node: &Node, text: &Partial) -> Option<Vec<Argument>> {
    let inner = File::parse(&file.shown, text.marked().as_bytes().to_vec()).ok()?;
    let arguments = of_map(&inner, &inner.root).ok()?;
    let of = |one: Argument| {
        let known = |text: String| Partial::of_marked(&text).text().map(str::to_owned);
        Some(Argument {
            name: Partial::of_marked(&one.name).text()?.to_owned(),
            value: one.value.and_then(known),
            from: file.place(node),
        })
    };
    arguments.into_iter().map(of).collect()
}
