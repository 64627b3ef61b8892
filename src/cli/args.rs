//! Verbs, and what `--help` says of each (design §5).

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::world::nearest;

pub(crate) use super::flags::{Color, Flags, Format};

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
    /// Check what a command deploys, and run it only if nothing fails
    Run(Box<RunArgs>),
    /// The template after resolution as JSON, with the verdicts of its keys as facts for policy tools
    Resolve(Box<ResolveArgs>),
    /// Write a .cfn-lockout.yaml from what is found here
    Init(Box<InitArgs>),
    /// Answer CloudFormation's Lambda Hook: the event on stdin, or as a function of Lambda
    #[cfg(feature = "hook")]
    Hook(Box<HookArgs>),
    /// Serve an editor over stdio: findings, reasons and fixes in the templates that are open
    #[cfg(feature = "lsp")]
    Lsp(Box<LspArgs>),
    /// Explain a finding: what it means, why, how to fix it
    Explain(ExplainArgs),
    /// Print the completions for a shell
    Completions(CompletionsArgs),
    /// Print the manual page, or write those of all verbs into a folder
    Man(ManArgs),
}

/// The verbs, for telling them from paths.
const VERBS: &[&str] = &[
    "check",
    "who",
    "fix",
    "policy",
    "recover",
    "run",
    "resolve",
    "init",
    #[cfg(feature = "hook")]
    "hook",
    #[cfg(feature = "lsp")]
    "lsp",
    "explain",
    "completions",
    "man",
];

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
    /// Files, folders, cloud assemblies of the CDK (cdk.out), or - for stdin [default: .]
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
cfn-lockout-recover/1. --previous, --baseline, --rules and --output have no effect.

Exit codes: 0 somebody can, or may, repair the key; 1 nobody can (0 with --fail-on never); 2 the whole job could not be \
done.";

#[derive(Debug, Args)]
#[command(after_help = RUN)]
pub(crate) struct RunArgs {
    /// The command, after `--`
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub(crate) command: Vec<OsString>,
    /// Ask nobody who deploys: no call of `aws sts get-caller-identity`
    #[arg(long, help_heading = "Who deploys, and where")]
    pub(crate) offline: bool,

    #[command(flatten)]
    pub(crate) flags: Flags,
}

/// What `run --help` adds.
const RUN: &str = "\
The command is `aws cloudformation deploy`, `create-stack`, `update-stack` or `create-change-set`, `sam deploy` or `cdk deploy`. Its own \
flags say which template is checked, and with which stack name, role, Region and parameters; it gets them as they are. \
Where nobody is named as the deployer, the same AWS CLI is asked: `sts get-caller-identity`, and for a stack that is there, \
which service role it keeps. The report goes to stderr, so stdout is the command's.

Exit codes: those of the command once it runs; 1 findings, and 2 the check could not be done: then it does not run.";

#[derive(Debug, Args)]
#[command(after_help = RESOLVE)]
pub(crate) struct ResolveArgs {
    /// A template, or - for stdin
    pub(crate) template: PathBuf,

    #[command(flatten)]
    pub(crate) flags: Flags,
}

#[derive(Debug, Args)]
#[command(after_help = INIT)]
pub(crate) struct InitArgs {
    /// The folder that gets the file [default: .]
    pub(crate) folder: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) flags: Flags,
}

/// What `init --help` adds.
const INIT: &str = "\
Looks for templates with keys and for the files that say who deploys them (samconfig, workflows, cloud assemblies, …), and \
writes what they say into the configuration, each value with the place that it comes from. What they do not say is there as \
a comment, to be filled in. A file that is there already stays as it is, and the exit code is 2.";

#[cfg(feature = "hook")]
#[derive(Debug, Args)]
#[command(after_help = HOOK)]
pub(crate) struct HookArgs {
    #[command(flatten)]
    pub(crate) flags: Flags,
}

/// What `hook --help` adds.
#[cfg(feature = "hook")]
const HOOK: &str = "\
Prints the answer as JSON. Where AWS_LAMBDA_RUNTIME_API is set, events come from there, one after the other. The event does \
not say who deploys: --role-arn, the variable CFN_LOCKOUT_ROLE_ARN (or CFN_LOCKOUT_DEPLOYER), or a .cfn-lockout.yaml beside the \
program does, whose `templates` are matched with the name of the stack. What is below --fail-on (or CFN_LOCKOUT_FAIL_ON) is \
said and stops nothing.

Exit codes: 0 the answer is SUCCESS; 1 it is FAILED, NonCompliant; 2 it is FAILED, InternalFailure, or a flag is wrong.";

#[cfg(feature = "lsp")]
#[derive(Debug, Args)]
#[command(after_help = LSP)]
pub(crate) struct LspArgs {
    #[command(flatten)]
    pub(crate) flags: Flags,
}

/// What `lsp --help` adds.
#[cfg(feature = "lsp")]
const LSP: &str = "\
Speaks the Language Server Protocol on stdin and stdout. The open documents are checked together, as `check` checks files that \
are named together, with their unsaved texts; a document that cannot hold a key is left alone. --fail-on, --exclude and what is \
about the written report have no effect.

Exit codes: 0 the client shut the server down; 1 it went away without doing so; 2 a wrong flag, or what comes in is no protocol.";

/// What `resolve --help` adds.
const RESOLVE: &str = "\
What is printed: the template for the values given, else the Defaults. Resources and outputs whose Condition is false are \
gone, functions are replaced by their values, Conditions are true or false. Unknown parts are {{kind:name}}. What hangs \
on an open question is {\"Fn::If\": [the question, if yes, if no]}. Parameters, Mappings, Rules, Metadata and Transform \
stay as written. The member CfnLockout holds `keys` (by logical id: verdict, deployer, cases, open, administrators and who of \
them is durable, whether the account delegates, findings), `skipped` keys, and what CloudFormation would have `refused`. Stdout is always this JSON; --output writes the reports of `check`.";

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
    nearest(path, VERBS)
}
