//! Asking AWS, with the user's own AWS CLI and the access that the command has: who calls, and which service role a stack keeps.
//!
//! Sources: AWS STS API Reference, GetCallerIdentity (needs no permission); CloudFormation User Guide, using-iam-servicerole.html
//! ("CloudFormation uses this role for all future operations on the stack"): an update without `--role-arn` is made by the
//! role that the stack has.

use std::process::{Command as Process, Stdio};

use anyhow::bail;

use crate::cli::output::remark;
use crate::deployment::command::Command;
use crate::deployment::contexts::{Beside, Environments, File, Problem, contexts};
use crate::deployment::{Said, Told};

/// Who deploys, as AWS says. Where it does not answer, that is said, and nobody is known.
pub(super) fn ask(command: &Command, said: &Said) -> anyhow::Result<Said> {
    let role_arn = if command.updates { kept_role(command, said) } else { None };
    if role_arn.is_some() || said.deployer.is_some() {
        return Ok(Said { role_arn, ..Said::default() });
    }
    caller(command, said)
}

/// Who calls, as AWS says. Where it does not answer, that is said, and nobody is known.
pub(super) fn caller(command: &Command, said: &Said) -> anyhow::Result<Said> {
    let asked = format!("{} sts get-caller-identity", command.program);
    match aws(command, said, &["sts", "get-caller-identity", "--output", "json"]) {
        Ok(text) => {
            let file = File::parse(&asked, text.into_bytes())?;
            match contexts(&file, Environments::Default, &mut Nothing) {
                Ok(found) => Ok(found.into_iter().next().map(|context| told(context.said, &asked)).unwrap_or_default()),
                Err(problem) => bail!("{asked}: {problem}"),
            }
        }
        Err(why) => {
            remark(&format!("who deploys is not known: `{asked}` failed: {why}; name them with --deployer"));
            Ok(Said::default())
        }
    }
}

/// The same with a place that people know: what was asked has no lines.
fn told(said: Said, asked: &str) -> Said {
    let place = |told: Option<Told>| told.map(|told| Told::new(told.value, asked));
    Said { deployer: place(said.deployer), account: place(said.account), ..said }
}

/// The service role that the stack has, if it is there and has one.
fn kept_role(command: &Command, said: &Said) -> Option<Told> {
    let stack = &said.stack_name.as_ref()?.value;
    let query = ["--query", "Stacks[0].RoleARN", "--output", "text"];
    let words = [&["cloudformation", "describe-stacks", "--stack-name", stack], &query[..]].concat();
    let role = aws(command, said, &words).ok()?;
    let role = role.trim();
    role.starts_with("arn:").then(|| Told::new(role, format!("stack {stack}, which keeps its role")))
}

/// What the AWS CLI prints, or the last line of its complaint.
fn aws(command: &Command, said: &Said, words: &[&str]) -> Result<String, String> {
    let mut process = Process::new(&command.program);
    process.args(words).args(&command.access).stdin(Stdio::null());
    let has_region = command.access.iter().any(|word| word == "--region");
    if let Some(region) = said.region.as_ref().filter(|_| !has_region) {
        process.args(["--region", &region.value]);
    }
    let output = process.output().map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(complaint.lines().rev().map(str::trim).find(|line| !line.is_empty()).unwrap_or("it said nothing").to_owned())
}

/// An answer names no files.
struct Nothing;

impl Beside for Nothing {
    fn read(&mut self, path: &str) -> Result<File, Problem> {
        let error = crate::source::SourceError { message: "it names files".to_owned(), line: 0, column: 0 };
        Err(Problem { file: path.to_owned(), error })
    }
}
