//! Flags and verbs (design §5).

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::findings::Severity;
use crate::world::nearest;

/// Says before you deploy whether AWS KMS will refuse the key policies of CloudFormation templates.
#[derive(Debug, Parser)]
#[command(name = "cfn-lockout", version, arg_required_else_help = false, disable_help_subcommand = true)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Check templates (the default verb: `cfn-lockout infra/` works)
    Check(Box<CheckArgs>),
    /// Who can deploy a template: the principals for which every key passes
    Who(Box<WhoArgs>),
    /// The smallest edits that make findings go away, as a unified diff
    Fix(Box<FixArgs>),
    /// The same check for a bare key policy, before `aws kms put-key-policy`
    Policy(Box<PolicyArgs>),
    /// A key that is locked: who can still repair it, the policy to put, the commands
    Recover(Box<RecoverArgs>),
    /// The template after resolution as JSON, with the verdicts of its keys as facts for policy tools
    Resolve(Box<ResolveArgs>),
    /// Explain a finding: what it means, why, how to fix it
    Explain(ExplainArgs),
    /// Print the completions for a shell
    Completions(CompletionsArgs),
    /// Print the manual page, or write those of all verbs into a folder
    Man(ManArgs),
}

/// The verbs, for telling them from paths.
const VERBS: [&str; 9] = ["check", "who", "fix", "policy", "recover", "resolve", "explain", "completions", "man"];

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// A finding's code, such as locks-out-deployer; without one, all codes are listed
    #[arg(conflicts_with = "all")]
    pub(crate) code: Option<String>,
    /// Print every page
    #[arg(long)]
    pub(crate) all: bool,
    /// Colour; with `always`, laid out for a terminal in any case
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    pub(crate) color: Color,
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// A folder for the pages; without one, the page of the program is printed
    pub(crate) folder: Option<PathBuf>,
}

/// What `--help` adds.
const EXIT_CODES: &str = "\
Exit codes: 0 nothing at or above --fail-on was found; 1 findings; 2 the whole job could not be done: a wrong flag, a \
file that cannot be read. 2 wins over 1.";

#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct CheckArgs {
    /// Files, folders, or - for stdin [default: .]
    pub(crate) paths: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) flags: Flags,
}

#[derive(Debug, Args)]
pub(crate) struct PolicyArgs {
    /// A key policy as JSON or YAML, or - for stdin
    pub(crate) file: PathBuf,

    #[command(flatten)]
    pub(crate) flags: Flags,
}

#[derive(Debug, Args)]
#[command(after_help = WHO)]
pub(crate) struct WhoArgs {
    /// A template, or - for stdin
    pub(crate) template: PathBuf,

    #[command(flatten)]
    pub(crate) flags: Flags,
}

/// What `who --help` adds.
const WHO: &str = "\
Lists everybody for whom KMS accepts every key, with the facts that this depends on, for the values that would be deployed \
and for others that the template allows. A deployer that is named (--deployer, --role-arn, a configuration) gets a yes or no, \
and its account is the one that is asked about. With --iam-snapshot, principals of which IAM decides are listed one by one. \
With --format json, the schema is cfn-lockout-who/1; with any other format than text, stdout is the report of `check`, as are \
the files of --output. --previous only bears on the named deployer.

Exit codes: 0 somebody can, and so can (or may) the deployer that was named; 1 nobody can, or the named deployer cannot (with \
--fail-on warning, also if that is not known; with never, 0); 2 the whole job could not be done.";

#[derive(Debug, Args)]
#[command(after_help = FIX)]
pub(crate) struct FixArgs {
    /// Files, folders, or - for stdin [default: .]
    pub(crate) paths: Vec<PathBuf>,

    /// Write the safe fixes into the files; of stdin, print the text with them
    #[arg(long)]
    pub(crate) write: bool,
    /// Write the fixes that are to be reviewed, too
    #[arg(long, requires = "write")]
    pub(crate) include_review: bool,

    #[command(flatten)]
    pub(crate) flags: Flags,
}

/// What `fix --help` adds.
const FIX: &str = "\
A fix is offered only if checking the edited text shows that its finding is gone, that the key's verdict is as promised and \
that no finding is new. `safe`: it grants the deployer nothing that it could not give itself, and nobody else anything. \
`review`: it lets others in, weakens a Deny, or drops what somebody may have meant. Lines that start with # say what the \
edits do; `patch` and `git apply` pass over them. With --format json, stdout is the report of `check` with these fixes. \
The exit code is that of `check`; with --write, of what is left.";

#[derive(Debug, Args)]
#[command(after_help = RECOVER)]
pub(crate) struct RecoverArgs {
    /// The policy of the key, as `aws kms get-key-policy` prints it, or a template; - for stdin
    #[arg(required_unless_present = "unreadable", conflicts_with = "unreadable")]
    pub(crate) file: Option<PathBuf>,
    /// The key in a template that has several: its logical id
    #[arg(long, value_name = "LOGICAL_ID", help_heading = "Which key")]
    pub(crate) key: Option<String>,
    /// Nobody can read the policy (GetKeyPolicy is denied): start from the default policy of --account
    #[arg(long, help_heading = "Which key")]
    pub(crate) unreadable: bool,
    /// The key's id or ARN, for the printed commands
    #[arg(long, value_name = "ID|ARN", help_heading = "Which key")]
    pub(crate) key_id: Option<String>,
    /// Who shall have the key: a user, role, session, federated user or root ARN, or an account id [default: the deployer, \
    /// else the account]
    #[arg(long, value_name = "ARN", help_heading = "Which key")]
    pub(crate) administrator: Option<String>,

    #[command(flatten)]
    pub(crate) flags: Flags,
}

/// What `recover --help` adds.
const RECOVER: &str = "\
Prints commands and runs none. Who can repair the key is asked of the check itself, for every principal that the policy \
names; with --iam-snapshot also which of them exist, and what IAM allows them. With --format json, the schema is \
cfn-lockout-recover/1. --previous, --baseline and --output have no effect.

Exit codes: 0 somebody can, or may, repair the key; 1 nobody can (0 with --fail-on never); 2 the whole job could not be \
done.";

#[derive(Debug, Args)]
#[command(after_help = RESOLVE)]
pub(crate) struct ResolveArgs {
    /// A template, or - for stdin
    pub(crate) template: PathBuf,

    #[command(flatten)]
    pub(crate) flags: Flags,
}

/// What `resolve --help` adds.
const RESOLVE: &str = "\
What is printed: the template for the values given, else the Defaults. Resources and outputs whose Condition is false are \
gone, functions are replaced by their values, Conditions are true or false. Unknown parts are {{kind:name}}. What hangs \
on an open question is {\"Fn::If\": [the question, if yes, if no]}. Parameters, Mappings, Rules, Metadata and Transform \
stay as written. The member CfnLockout holds `keys` (verdict, cases, open, administrators by logical id), `skipped` keys, \
and what CloudFormation would have `refused`. Stdout is always this JSON; --output writes the reports of `check`.";

#[derive(Debug, Args)]
pub(crate) struct Flags {
    /// Who calls CloudFormation: a user, role, assumed-role session, federated user or root ARN; `*` where unknown
    #[arg(long, value_name = "ARN", help_heading = "Who deploys, and where")]
    pub(crate) deployer: Option<String>,
    /// The CloudFormation service role; KMS then sees it, in a session named AWSCloudFormation
    #[arg(long, value_name = "ARN", help_heading = "Who deploys, and where")]
    pub(crate) role_arn: Option<String>,
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

/// `cfn-lockout infra/` is `cfn-lockout check infra/`. A first word that is a verb is the verb.
pub(crate) fn with_default_verb(mut arguments: Vec<OsString>) -> Vec<OsString> {
    let own = ["-h", "--help", "-V", "--version"];
    let first = arguments.get(1).and_then(|word| word.to_str());
    if !first.is_some_and(|word| VERBS.contains(&word) || own.contains(&word)) {
        arguments.insert(1.min(arguments.len()), "check".into());
    }
    arguments
}

/// The verb that a path may have been meant for.
pub(crate) fn near_verb(path: &str) -> Option<&'static str> {
    nearest(path, &VERBS)
}
