//! `.cfn-lockout.yaml`: who deploys which templates, from a file of the repository.
//!
//! Comes in: the file as a document, within the limits of every other. Goes out: [`Config`], its deployments as what flags
//! would give. Must not know: templates' contents.

mod keys;
mod shape;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use ignore::overrides::{Override, OverrideBuilder};

use crate::deployment::{Argument, Said, Told};
use crate::source::{Document, NodeId};

use super::given::Given;
use shape::{DeploymentShape, Shape};

/// The file's name.
pub(crate) const NAME: &str = ".cfn-lockout.yaml";

/// A configuration.
#[derive(Debug)]
pub(crate) struct Config {
    /// Globs of files to leave out, relative to `folder`.
    pub(crate) exclude: Vec<String>,
    /// Its deployments, by name.
    pub(crate) deployments: Vec<Planned>,
}

/// A deployment of a configuration.
#[derive(Debug)]
pub(crate) struct Planned {
    /// Its name.
    pub(crate) name: String,
    /// What flags would give.
    pub(crate) given: Given,
    /// Where it stands: `.cfn-lockout.yaml:9`.
    pub(crate) place: String,
    templates: Override,
}

impl Planned {
    /// Whether it deploys the template at this path.
    pub(crate) fn deploys(&self, template: &Path) -> bool {
        self.templates.is_empty() || self.templates.matched(template, false).is_whitelist()
    }
}

/// Reads a configuration; `folder` is the one it is in, `shown` the path it is shown under.
///
/// # Errors
///
/// A key that there is not, or a value of another type, with its place.
pub(crate) fn parse(document: &Document, folder: &Path, shown: &str) -> anyhow::Result<Config> {
    keys::check(document, shown)?;
    let shape: Shape = serde_yaml::from_str(document.text()).map_err(|error| typed(&error, shown))?;
    let planned = |(name, one): (String, DeploymentShape)| planned(document, folder, shown, name, one);
    let deployments = shape.deployments.into_iter().map(planned).collect::<anyhow::Result<_>>()?;
    Ok(Config { exclude: shape.exclude, deployments })
}

fn typed(error: &serde_yaml::Error, shown: &str) -> anyhow::Error {
    let text = error.to_string();
    let message = text.split(" at line ").next().unwrap_or(&text);
    match error.location() {
        Some(at) => anyhow!("{shown}:{}:{}: {message}", at.line(), at.column()),
        None => anyhow!("{shown}: {message}"),
    }
}

fn planned(
    document: &Document,
    folder: &Path,
    shown: &str,
    name: String,
    one: DeploymentShape,
) -> anyhow::Result<Planned> {
    let path = ["deployments", name.as_str()];
    let place = |key: &str| {
        let line = line(document, &path, key).or_else(|| line(document, &path[..1], &name));
        line.map_or_else(|| shown.to_owned(), |line| format!("{shown}:{line}"))
    };
    let mut globs = OverrideBuilder::new(folder);
    for glob in &one.templates {
        globs.add(glob).map_err(|error| anyhow!("{}: {error}", place("templates")))?;
    }
    let templates = globs.build().map_err(|error| anyhow!("{}: {error}", place("templates")))?;
    let own = place("");
    let given = given(one, folder, name.clone(), &place);
    Ok(Planned { given, name, place: own, templates })
}

/// The line of a key below a path of keys.
fn line(document: &Document, path: &[&str], key: &str) -> Option<usize> {
    let mut map: NodeId = document.root();
    for step in path {
        map = document.get(map, step)?.value;
    }
    Some(document.line_col(document.span(document.get(map, key)?.key).start).line)
}

/// What flags would give. Files are relative to the folder of the configuration.
fn given(one: DeploymentShape, folder: &Path, name: String, place: &dyn Fn(&str) -> String) -> Given {
    let file = |path: PathBuf| if path.to_string_lossy().starts_with("arn:") { path } else { folder.join(path) };
    let files = |paths: Vec<PathBuf>| paths.into_iter().map(file).collect();
    let pairs = |map: std::collections::BTreeMap<String, shape::Text>| {
        map.into_iter().map(|(name, value)| (name, value.0)).collect()
    };
    let context = one.context.into_iter().flat_map(|(key, values)| match values {
        None => vec![(key, None)],
        Some(values) => values.texts().into_iter().map(|value| (key.clone(), Some(value))).collect(),
    });
    let told = |value: Option<String>, key: &str| value.map(|value| Told::new(value, place(key)));
    let said = Said {
        deployer: told(one.deployer, "deployer"),
        role_arn: told(one.role_arn, "role-arn"),
        account: told(one.account.map(|account| account.0), "account"),
        region: told(one.region, "region"),
        partition: told(one.partition, "partition"),
        stack_name: told(one.stack_name, "stack-name"),
        parameters: one
            .parameters
            .into_iter()
            .map(|(name, value)| Argument::new(name, value.0, place("parameters")))
            .collect(),
        ..Said::default()
    };
    Given {
        name,
        said,
        parameter_files: files(one.parameter_files),
        exports: pairs(one.exports),
        ssm: pairs(one.ssm),
        context: context.collect(),
        identity_policy: files(one.identity_policy),
        permissions_boundary: one.permissions_boundary.map(file),
        session_policy: files(one.session_policy),
        scp: files(one.scp),
        rcp: files(one.rcp),
        iam_snapshot: one.iam_snapshot.map(file),
    }
}
