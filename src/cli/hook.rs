//! `cfn-lockout hook`: what CloudFormation is about to deploy is checked as `check` checks a template.
//!
//! Comes in: the flags, the environment, and what the event tells. Goes out: a report. The event does not say who deploys: flags,
//! the environment or the configuration beside the program do. The globs in `templates` of a configuration are matched with the
//! name of the stack, as if that were a file beside it.

use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::ValueEnum;

use crate::deployment::Told;
use crate::findings::Severity;
use crate::hook::{Answer, Checker, ErrorCode, Outcome, Status, Subject, answer, serve};
use crate::resolve::follow;
use crate::template::Stacks;

use super::args::{Flags, HookArgs};
use super::baseline;
use super::check::{checked, jobs_of, open_all, over};
use super::discover::Found;
use super::exit::Exit;
use super::files::Texts;
use super::flags::FailOn;
use super::output::print;
use super::paths::here;
use super::plan::{Group, Plan};
use super::rules;

/// Where Lambda serves its runtime API.
const RUNTIME: &str = "AWS_LAMBDA_RUNTIME_API";

/// No event is longer: Lambda takes 6 MB.
const LONGEST: u64 = 16 << 20;

/// What an answer calls the place that the event tells.
const EVENT: &str = "the event";

/// Answers the event on stdin, or those that Lambda has.
pub(crate) fn run(args: &HookArgs) -> anyhow::Result<Exit> {
    let flags = with_environment(args.flags.clone())?;
    rules::wanted(&flags)?;
    Plan::new(&flags)?;
    let hook = Hook { flags };
    if std::env::var_os(RUNTIME).is_some() {
        serve(&hook)?;
        return Ok(Exit::Clean);
    }
    let mut event = Vec::new();
    std::io::stdin().lock().take(LONGEST).read_to_end(&mut event).context("cannot read stdin")?;
    let answer = answer(&event, &hook);
    print(&format!("{}\n", serde_json::to_string_pretty(&answer)?))?;
    Ok(exit(&answer))
}

fn exit(answer: &Answer) -> Exit {
    match (answer.hook_status, answer.error_code) {
        (Status::Success, _) => Exit::Clean,
        (Status::Failed, Some(ErrorCode::NonCompliant)) => Exit::Findings,
        (Status::Failed, _) => Exit::Incomplete,
    }
}

/// The program is called `bootstrap` where it is a function by itself: Lambda gives it no arguments.
pub(super) fn as_function(arguments: &mut Vec<OsString>) {
    let is_function = |name: &OsString| Path::new(name).file_name().is_some_and(|name| name == "bootstrap");
    if arguments.len() == 1 && arguments.first().is_some_and(is_function) {
        arguments.push("hook".into());
    }
}

/// What no flag says, variables of the function may.
fn with_environment(mut flags: Flags) -> anyhow::Result<Flags> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    if flags.role_arn.is_none() && flags.deployer.is_none() {
        flags.role_arn = variable("CFN_LOCKOUT_ROLE_ARN");
        flags.deployer = variable("CFN_LOCKOUT_DEPLOYER");
    }
    if let Some(word) = variable("CFN_LOCKOUT_FAIL_ON") {
        let Ok(fail_on) = FailOn::from_str(&word, false) else {
            bail!("CFN_LOCKOUT_FAIL_ON: `{word}` is none of error, warning, note, never");
        };
        flags.fail_on = fail_on;
    }
    Ok(flags)
}

struct Hook {
    flags: Flags,
}

impl Checker for Hook {
    fn check(&self, subject: &Subject) -> Result<Outcome, String> {
        // What Cloud Control makes, no stack's role makes: whoever was named here does not count.
        let flags = match subject.stack {
            Some(_) => self.flags.clone(),
            None => Flags { role_arn: None, deployer: None, no_config: true, config: None, ..self.flags.clone() },
        };
        outcome(&flags, subject).map_err(|error| format!("{error:#}"))
    }

    fn stops(&self) -> Option<Severity> {
        self.flags.fail_on.severity()
    }
}

fn outcome(flags: &Flags, subject: &Subject) -> anyhow::Result<Outcome> {
    let name = subject.stack.clone().unwrap_or_else(|| "resource".to_owned());
    let path: PathBuf = here().join(&name);
    let texts = Texts::from([(path.clone(), Arc::from(subject.template.as_str()))]);
    let (plan, mut files) = over(flags, texts)?;
    let found = Found { shown: name, path: Some(path.clone()), named: true };
    let templates = open_all(&plan, vec![(found, None)], &mut files)?;
    let mut groups = plan.groups(&templates.opened, &templates.synthesized, &mut files)?;
    groups.iter_mut().for_each(|group| told(group, subject));
    let mut jobs = jobs_of(&plan, groups, &mut files)?;
    let before = subject.previous.as_ref().map(|text| text.as_bytes().to_vec());
    let before = before.and_then(|bytes| files.parsed_apart("the deployed template", &path, bytes).ok());
    if let Some((old, template)) = before {
        for job in &mut jobs {
            let Some(new) = job.stacks.first().map(|new| new.get(Stacks::ROOT).file) else { continue };
            job.previous.insert(new, follow(old, template.clone(), &job.deployment.givens, &mut files));
        }
    }
    let mut hidden = baseline::hidden(flags, &files)?;
    let report = checked(&mut files, &jobs, &templates.named, &mut hidden, flags);
    Ok(Outcome { report, sources: files.sources })
}

/// Adds what the event tells to what is known of a deployment.
fn told(group: &mut Group, subject: &Subject) {
    let said = &mut group.given.said;
    let of = |value: &Option<String>| value.as_ref().map(|value| Told::new(value.as_str(), EVENT));
    // An account that was named and is another one is an error, not a matter of who wins.
    said.account = said.account.take().or_else(|| of(&Some(subject.account.clone())));
    let region = subject.region.clone().or_else(|| std::env::var("AWS_REGION").ok());
    said.region = said.region.take().or_else(|| of(&region));
    said.stack_name = said.stack_name.take().or_else(|| of(&subject.stack));
    if subject.has_parameters {
        said.unlisted = said.unlisted.take().or_else(|| Some(EVENT.to_owned()));
    }
}
