//! samconfig.toml and samconfig.yaml: what `sam deploy` takes from it.
//!
//! Sources: AWS SAM Developer Guide, serverless-sam-cli-config.html (`[environment.command.parameters]`, the environment
//! `default`, the command `global`, files in TOML and YAML); AWS SAM CLI, samcli/lib/config (names with `-` are read with `_`)
//! and samcli/cli/types.py (parameter_overrides: a text, a list, a map, `file://…`).

use super::parameter_file::{argument, of_map, of_word};
use super::{Argument, Beside, Context, Environments, File, Kind, Node, Problem, words};
use crate::deployment::said::Said;
use crate::world::nearest;

/// The environment that counts where nobody names one.
const DEFAULT: &str = "default";

/// The commands whose parameters `sam deploy` takes, the later ones first.
const COMMANDS: [&str; 2] = ["deploy", "global"];

/// The names under which SAM looks for its configuration, the first one first.
///
/// Source: AWS SAM Developer Guide, serverless-sam-cli-config.html.
pub(crate) const NAMES: [&str; 3] = ["samconfig.toml", "samconfig.yaml", "samconfig.yml"];

/// The templates that `sam deploy` takes where none is named, in their order; the first is what `sam build` writes.
pub(in crate::deployment) const TEMPLATES: [&str; 4] =
    [".aws-sam/build/template.yaml", "template.yaml", "template.yml", "template.json"];

/// Whether a file is a samconfig: environments of commands with parameters.
pub(super) fn is_one(root: &Node) -> bool {
    let has_parameters = |command: &(Node, Node)| command.1.get("parameters").is_some();
    environments(root).any(|(_, environment)| environment.entries().iter().any(has_parameters))
}

fn environments(root: &Node) -> impl Iterator<Item = &(Node, Node)> {
    root.entries().iter().filter(|(name, value)| name.text() != Some("version") && matches!(value.kind, Kind::Map(_)))
}

/// The deployments of the environments that were asked for.
pub(super) fn contexts(file: &File, asked: Environments<'_>, beside: &mut dyn Beside) -> Result<Vec<Context>, Problem> {
    let all: Vec<(&Node, &str)> = environments(&file.root).filter_map(|(name, _)| Some((name, name.text()?))).collect();
    let name = match asked {
        Environments::Named(name) => name,
        Environments::Default => DEFAULT,
        Environments::All => {
            let deploys =
                |(_, name): &&(&Node, &str)| COMMANDS.iter().any(|command| table(file, name, command).is_some());
            return all.iter().filter(deploys).map(|(_, name)| context(file, name, beside)).collect();
        }
    };
    if !all.iter().any(|(_, other)| *other == name) {
        return Err(unknown(file, name, &all));
    }
    Ok(vec![context(file, name, beside)?])
}

fn unknown(file: &File, name: &str, all: &[(&Node, &str)]) -> Problem {
    let names: Vec<&str> = all.iter().map(|(_, name)| *name).collect();
    let known = match nearest(name, &names) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("it has `{}`", names.join("`, `")),
    };
    file.problem(&file.root, format!("there is no environment `{name}`, which --config-env names; {known}"))
}

fn table<'f>(file: &'f File, environment: &str, command: &str) -> Option<&'f Node> {
    file.root.at(&[environment, command, "parameters"])
}

fn context(file: &File, environment: &str, beside: &mut dyn Beside) -> Result<Context, Problem> {
    let value = |key: &str| {
        let tables = COMMANDS.iter().filter_map(|command| table(file, environment, command));
        let written = |table: &'_ Node| {
            let entries = table.entries().iter().rev();
            entries.clone().find(|(name, _)| name.text().is_some_and(|name| name.replace('-', "_") == key)).cloned()
        };
        tables.filter_map(written).next().map(|(_, value)| value)
    };
    let told = |key: &str| file.told(value(key).as_ref());
    let parameters = match value("parameter_overrides") {
        Some(overrides) => parameters(file, &overrides, beside)?,
        None => Vec::new(),
    };
    let said = Said {
        role_arn: told("role_arn"),
        region: told("region"),
        stack_name: told("stack_name"),
        parameters,
        ..Said::default()
    };
    let named = told("template_file").or_else(|| told("template")).map(|told| told.value);
    let templates = match named {
        Some(named) => vec![named],
        None => TEMPLATES.iter().map(|&name| name.to_owned()).collect(),
    };
    let entry = file.root.entries().iter().find(|(name, _)| name.text() == Some(environment));
    let first = |(name, value): &(Node, Node)| value.entries().first().map_or(name.line, |(key, _)| key.line);
    let place = format!("{}:{}", file.shown, entry.map_or(1, first));
    Ok(Context { name: environment.to_owned(), place, said, templates, unknown: None })
}

/// `parameter_overrides` in all its forms.
fn parameters(file: &File, overrides: &Node, beside: &mut dyn Beside) -> Result<Vec<Argument>, Problem> {
    match &overrides.kind {
        Kind::Text(text) => match text.trim().strip_prefix("file://") {
            Some(path) => elsewhere(&beside.read(path)?, beside, 0),
            None => words(text).iter().map(|word| of_word(file, overrides, word)).collect(),
        },
        Kind::List(items) => {
            let mut out = Vec::new();
            for item in items {
                out.extend(parameters(file, item, beside)?);
            }
            Ok(out)
        }
        Kind::Map(_) => of_map(file, overrides),
        Kind::Nothing => Ok(Vec::new()),
    }
}

/// How many files may name each other.
const DEPTH: usize = 8;

/// The parameters of a file that `file://` names: a map, a list, or a text, which may name files again.
fn elsewhere(file: &File, beside: &mut dyn Beside, depth: usize) -> Result<Vec<Argument>, Problem> {
    let mut out = Vec::new();
    let items = match &file.root.kind {
        Kind::List(items) => items.as_slice(),
        _ => std::slice::from_ref(&file.root),
    };
    for item in items {
        match &item.kind {
            Kind::Text(text) => match text.trim().strip_prefix("file://") {
                Some(_) if depth == DEPTH => return Err(file.problem(item, "too many files name each other")),
                Some(path) => out.extend(elsewhere(&beside.read(path)?, beside, depth + 1)?),
                None => {
                    out.extend(words(text).iter().map(|word| of_word(file, item, word)).collect::<Result<Vec<_>, _>>()?)
                }
            },
            _ => {
                for (key, value) in item.entries() {
                    out.push(argument(file, key.text().unwrap_or_default(), value)?);
                }
            }
        }
    }
    Ok(out)
}
