//! The shape of `.cfn-lockout.yaml`, as `rules/schema/cfn-lockout-config.schema.json` describes it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

/// The whole file.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(super) struct Shape {
    /// Globs of files to leave out.
    pub(super) exclude: Vec<String>,
    /// Who deploys which templates, by name.
    pub(super) deployments: BTreeMap<String, DeploymentShape>,
}

/// One deployment.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(super) struct DeploymentShape {
    /// Globs of the templates, relative to the file's folder; none: all.
    pub(super) templates: Vec<String>,
    pub(super) deployer: Option<String>,
    pub(super) role_arn: Option<String>,
    pub(super) account: Option<Text>,
    pub(super) region: Option<String>,
    pub(super) partition: Option<String>,
    pub(super) stack_name: Option<String>,
    pub(super) parameters: BTreeMap<String, Text>,
    /// Files with parameters; what `parameters` says wins.
    pub(super) parameter_files: Vec<PathBuf>,
    pub(super) exports: BTreeMap<String, Text>,
    pub(super) ssm: BTreeMap<String, Text>,
    /// Condition keys of the call: a value, several, or null where the call does not carry the key.
    pub(super) context: BTreeMap<String, Option<Texts>>,
    pub(super) identity_policy: Vec<PathBuf>,
    pub(super) permissions_boundary: Option<PathBuf>,
    pub(super) session_policy: Vec<PathBuf>,
    pub(super) scp: Vec<PathBuf>,
    pub(super) rcp: Vec<PathBuf>,
    pub(super) iam_snapshot: Option<PathBuf>,
}

/// A text, also where YAML reads a number or a boolean. A list is its members with commas, as CloudFormation takes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Text(pub(super) String);

/// One text or several.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Texts {
    One(Scalar),
    Several(Vec<Scalar>),
}

/// What YAML may make of a text.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Scalar {
    Bool(bool),
    Whole(i64),
    Number(f64),
    Text(String),
}

impl Scalar {
    pub(super) fn text(self) -> String {
        match self {
            Scalar::Bool(value) => value.to_string(),
            Scalar::Whole(value) => value.to_string(),
            Scalar::Number(value) => value.to_string(),
            Scalar::Text(value) => value,
        }
    }
}

impl Texts {
    pub(super) fn texts(self) -> Vec<String> {
        match self {
            Texts::One(one) => vec![one.text()],
            Texts::Several(all) => all.into_iter().map(Scalar::text).collect(),
        }
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Text, D::Error> {
        Texts::deserialize(deserializer).map(|texts| Text(texts.texts().join(",")))
    }
}
