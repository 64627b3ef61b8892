//! serverless.yml: the role that the Serverless Framework hands to CloudFormation.
//!
//! Source: Serverless Framework, docs/providers/aws/guide/serverless.yml.md (`provider.iam.deploymentRole`, before version 2
//! `provider.cfnRole`; `${…}` variables) and lib/plugins/aws/provider.js. The template is what it writes below `.serverless/`, and
//! what `resources` takes from files.

use super::partial::Partial;
use super::{Beside, Context, File, Kind, Node, Told};
use crate::deployment::said::Said;

/// What the framework writes and deploys.
const WRITTEN: [&str; 2] =
    [".serverless/cloudformation-template-update-stack.json", ".serverless/cloudformation-template-create-stack.json"];

/// Whether a file is a service of the Serverless Framework on AWS.
pub(super) fn is_one(root: &Node) -> bool {
    let on_aws = root.get("provider").is_some_and(|provider| match provider.text() {
        Some(name) => name == "aws",
        None => provider.get("name").and_then(Node::text) == Some("aws"),
    });
    root.get("service").is_some() && on_aws
}

/// The deployment of the service.
pub(super) fn context(file: &File, beside: &mut dyn Beside) -> Context {
    let provider = file.root.get("provider").unwrap_or(&file.root);
    let role = provider.at(&["iam", "deploymentRole"]).or_else(|| provider.get("cfnRole"));
    let role_arn = role.map(|node| Told::new(filled(node).role(), file.place(node)));
    let known = |key: &str| {
        let node = provider.get(key)?;
        Some(Told::new(filled(node).text()?, file.place(node)))
    };
    let unknown = role_arn.is_none().then(|| {
        Told::new("without `provider.iam.deploymentRole`, whoever runs the framework deploys", file.place(provider))
    });
    let said = Said { role_arn, region: known("region"), stack_name: known("stackName"), ..Said::default() };
    let mut templates: Vec<String> = WRITTEN.iter().map(|&path| path.to_owned()).collect();
    if let Some(resources) = file.root.get("resources") {
        included(resources, &mut templates);
    }
    templates.retain(|path| beside.has(path));
    let name = file.root.get("service").and_then(|node| node.text().or_else(|| node.get("name")?.text()));
    let name = name.map_or_else(String::new, |_| filled(file.root.get("service").unwrap_or(&file.root)).pattern());
    Context { name, place: file.place(provider), said, templates, unknown }
}

/// A text with its variables unknown; what is no text is unknown.
fn filled(node: &Node) -> Partial {
    let Some(text) = node.text() else { return Partial::unknown() };
    let mut out = Partial::default();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("${") {
        out.append(&Partial::known(before));
        out.append(&Partial::unknown());
        rest = after_braces(behind);
    }
    out.append(&Partial::known(rest));
    out
}

/// What stands behind a variable, which may hold others.
fn after_braces(text: &str) -> &str {
    let mut open = 1;
    for (at, one) in text.char_indices() {
        match one {
            '{' => open += 1,
            '}' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return text.get(at + 1..).unwrap_or_default();
        }
    }
    ""
}

/// The files of `${file(path)}`, without a key behind them.
fn included(node: &Node, out: &mut Vec<String>) {
    if let Some(path) = node.text().and_then(|text| text.trim().strip_prefix("${file(")?.strip_suffix(")}")) {
        out.push(path.trim().trim_start_matches("./").to_owned());
    }
    match &node.kind {
        Kind::List(items) => items.iter().for_each(|item| included(item, out)),
        Kind::Map(entries) => entries.iter().for_each(|(_, value)| included(value, out)),
        Kind::Text(_) | Kind::Nothing => {}
    }
}
