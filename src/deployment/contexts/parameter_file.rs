//! Files with the values of a template's parameters.
//!
//! Sources: AWS CLI, `aws cloudformation create-stack` (a list of `ParameterKey` and `ParameterValue` or `UsePreviousValue`) and
//! `deploy` (that, a list of `Key=Value`, or `{"Parameters": {…}}`); CodePipeline User Guide,
//! continuous-delivery-codepipeline-cfn-artifacts.html (template configuration files); CloudFormation User Guide,
//! git-sync-concepts-terms.html (`template-file-path`, `parameters`, `tags`); AWS SAM CLI (a plain map).

use super::{Argument, Assignment, Context, File, Kind, Node, Problem, assignment};
use crate::deployment::said::Said;

/// Whether a file holds parameters and says so: a plain map of texts could be anything.
pub(super) fn is_one(root: &Node) -> bool {
    let has = |key: &str| root.get(key).is_some();
    match &root.kind {
        Kind::List(items) => {
            !items.is_empty() && items.iter().all(|item| item.get("ParameterKey").is_some() || is_assignment(item))
        }
        Kind::Map(_) => !has("Resources") && has("Parameters"),
        Kind::Text(_) | Kind::Nothing => false,
    }
}

fn is_assignment(item: &Node) -> bool {
    item.text().is_some_and(|text| assignment(text).is_some())
}

/// The deployment that a file with parameters describes.
pub(super) fn context(file: &File) -> Result<Context, Problem> {
    let said = Said { parameters: parameters(file)?, ..Said::default() };
    Ok(Context { place: file.place(&file.root), said, ..Context::default() })
}

/// The parameters of a file in any of the formats.
pub(super) fn parameters(file: &File) -> Result<Vec<Argument>, Problem> {
    let root = &file.root;
    match &root.kind {
        Kind::List(items) => items.iter().map(|item| of_item(file, item)).collect(),
        Kind::Text(_) => Err(file.problem(root, "there are no parameters in this file")),
        Kind::Map(_) if root.get("Resources").is_some() => {
            Err(file.problem(root, "this is a template, and no file with values of parameters"))
        }
        Kind::Map(_) => match root.get("Parameters").or_else(|| root.get("parameters")) {
            Some(map) => of_map(file, map),
            None if root.get("template-file-path").is_some() => Ok(Vec::new()),
            None => of_map(file, root),
        },
        Kind::Nothing => Err(file.problem(root, "there are no parameters in this file")),
    }
}

/// An entry of a list: a text, or an object of `create-stack`.
fn of_item(file: &File, item: &Node) -> Result<Argument, Problem> {
    if let Some(text) = item.text() {
        return of_word(file, item, text);
    }
    let Some(key) = item.get("ParameterKey").and_then(Node::text) else {
        return Err(
            file.problem(item, "this is no parameter: write `ParameterKey` and `ParameterValue`, or `Key=Value`")
        );
    };
    let is_true = |node: &Node| node.text().is_some_and(|text| text.eq_ignore_ascii_case("true"));
    match item.get("ParameterValue") {
        Some(value) => argument(file, key, value),
        None if item.get("UsePreviousValue").is_some_and(is_true) => Ok(Argument::unknown(key, file.place(item))),
        None => Err(file.problem(item, format!("parameter `{key}` has neither ParameterValue nor UsePreviousValue"))),
    }
}

pub(super) fn of_word(file: &File, node: &Node, word: &str) -> Result<Argument, Problem> {
    match assignment(word) {
        Some(Assignment::Value(key, value)) => Ok(Argument::new(key, value, file.place(node))),
        Some(Assignment::Previous(key)) => Ok(Argument::unknown(key, file.place(node))),
        None => Err(file.problem(node, format!("`{word}` is no parameter: write `Key=Value`"))),
    }
}

pub(super) fn of_map(file: &File, map: &Node) -> Result<Vec<Argument>, Problem> {
    if !matches!(map.kind, Kind::Map(_) | Kind::Nothing) {
        return Err(file.problem(map, "parameters are a map of names and values here"));
    }
    let name =
        |key: &Node| key.text().map(str::to_owned).ok_or_else(|| file.problem(key, "this is no parameter's name"));
    map.entries().iter().map(|(key, value)| argument(file, &name(key)?, value)).collect()
}

/// A parameter and its value: a list is its members with commas, and a function of another tool is a value nobody knows here.
pub(super) fn argument(file: &File, name: &str, value: &Node) -> Result<Argument, Problem> {
    let known = |text: String| Ok(Argument::new(name, text, file.place(value)));
    match &value.kind {
        _ if value.tag.is_some() => Ok(Argument::unknown(name, file.place(value))),
        Kind::Text(text) => known(text.to_string()),
        Kind::List(items) => match items.iter().map(Node::text).collect::<Option<Vec<&str>>>() {
            Some(texts) => known(texts.join(",")),
            None => Ok(Argument::unknown(name, file.place(value))),
        },
        // CodePipeline's `Fn::GetParam` and `Fn::GetArtifactAtt`, org-formation's and others' functions.
        Kind::Map(entries) if entries.len() == 1 => Ok(Argument::unknown(name, file.place(value))),
        Kind::Map(_) | Kind::Nothing => Err(file.problem(value, format!("parameter `{name}` has no value"))),
    }
}
