//! The flags that all verbs share (design §5), and the words that some of them take.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::findings::Severity;

#[derive(Debug, Args)]
pub(crate) struct Flags {
    /// Who calls CloudFormation: a user, role, assumed-role session, federated user or root ARN; `*` where unknown
    #[arg(long, value_name = "ARN", help_heading = "Who deploys, and where")]
    pub(crate) deployer: Option<String>,
    /// The CloudFormation service role; KMS then sees it, in a session named AWSCloudFormation
    #[arg(long, value_name = "ARN", help_heading = "Who deploys, and where")]
    pub(crate) role_arn: Option<String>,
    /// Take the deployment from a file of a deployment tool, or `-`: samconfig, cdk.out/manifest.json, a workflow, output of `aws sts get-caller-identity`, …
    #[arg(long, value_name = "FILE", help_heading = "Who deploys, and where")]
    pub(crate) from: Vec<PathBuf>,
    /// The environment of a samconfig [default: default]
    #[arg(long, value_name = "NAME", help_heading = "Who deploys, and where")]
    pub(crate) config_env: Option<String>,
    /// The account, 12 digits; follows from the ARNs where they have one
    #[arg(long, value_name = "ID", help_heading = "Who deploys, and where")]
    pub(crate) account: Option<String>,
    /// The Region, such as eu-west-1
    #[arg(long, value_name = "REGION", help_heading = "Who deploys, and where")]
    pub(crate) region: Option<String>,
    /// The partition: aws, aws-cn, aws-us-gov, …; follows from ARNs and Region
    #[arg(long, value_name = "NAME", help_heading = "Who deploys, and where")]
    pub(crate) partition: Option<String>,
    /// The stack's name
    #[arg(long, value_name = "NAME", help_heading = "Who deploys, and where")]
    pub(crate) stack_name: Option<String>,
    /// Only this deployment of the configuration; other flags change what it says; repeatable
    #[arg(long, value_name = "NAME", help_heading = "Who deploys, and where")]
    pub(crate) deployment: Vec<String>,
    /// The configuration [default: the nearest .cfn-lockout.yaml at or above each template]
    #[arg(long, value_name = "FILE", conflicts_with = "no_config", help_heading = "Who deploys, and where")]
    pub(crate) config: Option<PathBuf>,
    /// Read no configuration
    #[arg(long, conflicts_with = "deployment", help_heading = "Who deploys, and where")]
    pub(crate) no_config: bool,

    /// A parameter's value; repeatable
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair, help_heading = "With which values")]
    pub(crate) parameter: Vec<(String, String)>,
    /// Values of parameters from a file: as the AWS CLI, CodePipeline, Git sync and SAM take them; repeatable
    #[arg(long, value_name = "FILE", help_heading = "With which values")]
    pub(crate) parameters: Vec<PathBuf>,
    /// The value of an export, for Fn::ImportValue; repeatable
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair, help_heading = "With which values")]
    pub(crate) export: Vec<(String, String)>,
    /// A value in the Parameter Store; repeatable
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair, help_heading = "With which values")]
    pub(crate) ssm: Vec<(String, String)>,
    /// A key of the request context, such as aws:PrincipalOrgID=o-a1b2c3d4e5; without =VALUE the call does not carry it
    #[arg(long, value_name = "KEY[=VALUE]", value_parser = context, help_heading = "With which values")]
    pub(crate) context: Vec<(String, Option<String>)>,

    /// The template that is deployed now, or - for stdin: checks the update, too
    #[arg(long, value_name = "FILE", help_heading = "What is deployed now")]
    pub(crate) previous: Option<PathBuf>,
    /// The same, as each template was at this commit of its git repository
    #[arg(long, value_name = "REF", conflicts_with = "previous", help_heading = "What is deployed now")]
    pub(crate) previous_git: Option<String>,

    /// The deployer's IAM policies: a file with a document or a list, or an AWS managed policy's ARN; then they are all
    #[arg(long, value_name = "FILE|ARN", help_heading = "With which policies beside the key policy")]
    pub(crate) identity_policy: Vec<PathBuf>,
    /// The deployer's permissions boundary: a file, or an AWS managed policy's ARN
    #[arg(long, value_name = "FILE|ARN", help_heading = "With which policies beside the key policy")]
    pub(crate) permissions_boundary: Option<PathBuf>,
    /// The policy of the deployer's session; repeatable
    #[arg(long, value_name = "FILE", help_heading = "With which policies beside the key policy")]
    pub(crate) session_policy: Vec<PathBuf>,
    /// Service control policies of one level (root, OU, account); repeatable, every level must allow
    #[arg(long, value_name = "FILE", help_heading = "With which policies beside the key policy")]
    pub(crate) scp: Vec<PathBuf>,
    /// Resource control policies of one level; repeatable, every level must allow
    #[arg(long, value_name = "FILE", help_heading = "With which policies beside the key policy")]
    pub(crate) rcp: Vec<PathBuf>,
    /// Output of `aws iam get-account-authorization-details`: the deployer's policies, and which principals exist
    #[arg(long, value_name = "FILE", help_heading = "With which policies beside the key policy")]
    pub(crate) iam_snapshot: Option<PathBuf>,

    /// Guard rules to run over the resolved templates: a file, or a folder of .guard files; repeatable
    #[arg(long, value_name = "PATH", help_heading = "With which rules of your own")]
    pub(crate) rules: Vec<PathBuf>,

    /// How the report is written to stdout
    #[arg(long, value_enum, default_value_t = Format::Text, help_heading = "Output")]
    pub(crate) format: Format,
    /// A further report in a file, such as json=report.json; repeatable
    #[arg(long, value_name = "FORMAT=FILE", value_parser = output, help_heading = "Output")]
    pub(crate) output: Vec<(Format, PathBuf)>,
    /// The least severity that makes the exit code 1
    #[arg(long, value_enum, default_value_t = FailOn::Error, help_heading = "Output")]
    pub(crate) fail_on: FailOn,
    /// A file of known findings, written by --write-baseline: they are counted and not reported
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) baseline: Option<PathBuf>,
    /// Write a baseline of all current findings; once it is written, findings no longer make the exit code 1
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) write_baseline: Option<PathBuf>,
    /// Leave out files that match; repeatable
    #[arg(long, value_name = "GLOB", help_heading = "Output")]
    pub(crate) exclude: Vec<String>,
    /// The name that stdin is reported under
    #[arg(long, value_name = "NAME", default_value = "<stdin>", help_heading = "Output")]
    pub(crate) stdin_filename: String,
    /// Colour
    #[arg(long, value_enum, default_value_t = Color::Auto, help_heading = "Output")]
    pub(crate) color: Color,
    /// Draw with ASCII characters only [default where stdout is no terminal that takes UTF-8]
    #[arg(long, conflicts_with_all = ["unicode", "plain"], help_heading = "Output")]
    pub(crate) ascii: bool,
    /// Draw with box characters [default on terminals that take UTF-8]
    #[arg(long, conflicts_with = "plain", help_heading = "Output")]
    pub(crate) unicode: bool,
    /// Draw nothing: one sentence a line, for screen readers
    #[arg(long, help_heading = "Output")]
    pub(crate) plain: bool,
    /// Print findings only
    #[arg(short, long, help_heading = "Output")]
    pub(crate) quiet: bool,
    /// List every key, however many there are
    #[arg(short, long, help_heading = "Output")]
    pub(crate) verbose: bool,
    /// Print the reasoning behind every verdict: statements, layers, what would have to change
    #[arg(long, help_heading = "Output")]
    pub(crate) why: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// For programs: schema cfn-lockout/1
    Json,
    /// For code scanning: SARIF 2.1.0
    Sarif,
    /// Annotations of a GitHub workflow
    Github,
    /// For CI servers: JUnit XML, a test case for each key and finding
    Junit,
    /// The summary of a GitHub job
    Markdown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// Errors
    Error,
    /// Errors and warnings
    Warning,
    /// Every finding
    Note,
    /// Never
    Never,
}

impl FailOn {
    /// The least severity that counts.
    pub(crate) fn severity(self) -> Option<Severity> {
        match self {
            FailOn::Error => Some(Severity::Error),
            FailOn::Warning => Some(Severity::Warning),
            FailOn::Note => Some(Severity::Note),
            FailOn::Never => None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal; NO_COLOR and FORCE_COLOR are honoured
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or_else(|| format!("`{text}` has no `=`: write KEY=VALUE"))?;
    Ok((key.to_owned(), value.to_owned()))
}

fn context(text: &str) -> Result<(String, Option<String>), String> {
    Ok(match text.split_once('=') {
        Some((key, value)) => (key.to_owned(), Some(value.to_owned())),
        None => (text.to_owned(), None),
    })
}

fn output(text: &str) -> Result<(Format, PathBuf), String> {
    let (format, file) = text.split_once('=').ok_or_else(|| format!("`{text}` has no `=`: write json=report.json"))?;
    Ok((Format::from_str(format, true)?, PathBuf::from(file)))
}
