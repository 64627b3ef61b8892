//! `cdk deploy`: the assembly is made by `cdk synth` with the same flags, as `cdk deploy` itself would make it, and the stacks
//! that would be deployed are checked.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command as Process, Stdio};

use anyhow::{Context, bail};

use crate::cli::args::{Flags, RunArgs};
use crate::cli::assemblies::{MANIFEST, output_of};
use crate::cli::check::{Templates, jobs_of, templates};
use crate::cli::contexts::{Folder, file};
use crate::cli::exit::Exit;
use crate::cli::files::Files;
use crate::cli::plan::{Group, Plan};
use crate::deployment::Said;
use crate::deployment::command::{Assembly, Command};
use crate::deployment::contexts::{StackName, assembly};

use super::{ask, said};

/// Checks the stacks that the command deploys.
pub(super) fn check(args: &RunArgs, command: &Command, deployed: &Assembly) -> anyhow::Result<Exit> {
    let folder = synthesized(args, deployed)?;
    let selected = selected(&folder, deployed)?;
    let role_arn = command.said.role_arn.as_ref().map(|told| told.value.clone());
    let flags = Flags { role_arn: role_arn.or_else(|| args.flags.role_arn.clone()), ..args.flags.clone() };
    let plan = Plan::new(&flags)?;
    let mut files = Files::default();
    let mut found = templates(&plan, std::slice::from_ref(&folder), &mut files)?;
    found.synthesized.values_mut().for_each(|contexts| contexts.retain(|one| selected.contains(&one.name)));
    let Templates { mut opened, named, synthesized } = found;
    opened.retain(|(file, _)| synthesized.get(file).is_some_and(|contexts| !contexts.is_empty()));
    let mut groups = plan.groups(&opened, &synthesized, &mut files)?;
    let is_open = |group: &Group| group.given.said.origin().is_none() || group.given.said.account.is_none();
    if !args.offline && groups.iter().any(is_open) {
        let caller = ask::caller(command, &Said::default())?;
        groups.iter_mut().for_each(|group| fill_in(group, &caller, deployed));
    } else {
        groups.iter_mut().for_each(|group| fill_in(group, &Said::default(), deployed));
    }
    let jobs = jobs_of(&plan, groups, &mut files)?;
    said(args, &mut files, &jobs, &named)
}

/// What the command and its caller say of a stack beyond its manifest: a stack without an execution role is deployed by the
/// caller, one without an account in the caller's.
fn fill_in(group: &mut Group, caller: &Said, deployed: &Assembly) {
    let stack = group.artifact.as_ref().map(|artifact| artifact.name.clone()).unwrap_or_default();
    let said = &mut group.given.said;
    if said.origin().is_none() {
        said.deployer.clone_from(&caller.deployer);
        group.unknown = None;
    }
    said.account = said.account.take().or_else(|| caller.account.clone());
    let own = said.stack_name.as_ref().map(|told| told.value.clone()).unwrap_or_default();
    let is_its = |name: &Option<String>| name.as_ref().is_none_or(|name| *name == stack || *name == own);
    let given = deployed.parameters.iter().filter(|(name, _)| is_its(name)).map(|(_, argument)| argument.clone());
    said.parameters.extend(given);
}

/// The folder of the assembly: the one that `--app` names, or what `cdk synth` writes now.
fn synthesized(args: &RunArgs, deployed: &Assembly) -> anyhow::Result<PathBuf> {
    if let Some(app) = deployed.app.as_ref().map(PathBuf::from).filter(|app| app.is_dir()) {
        return Ok(app);
    }
    let (program, words) = deployed.synth.split_first().context("there is no command")?;
    let mut process = Process::new(program);
    process.args(words).stdin(Stdio::null());
    if args.offline {
        process.arg("--no-lookups");
    }
    let shown = deployed.synth.join(" ");
    let output = process.stderr(Stdio::inherit()).output().with_context(|| format!("`{shown}` cannot be run"))?;
    if !output.status.success() {
        bail!("`{shown}` failed: there is nothing to check");
    }
    Ok(deployed.output.as_ref().map_or_else(|| output_of(Path::new("cdk.json")), PathBuf::from))
}

/// The stacks that the command deploys, by their artifacts: those that it names, and what they depend on.
fn selected(folder: &Path, deployed: &Assembly) -> anyhow::Result<BTreeSet<String>> {
    let path = folder.join(MANIFEST);
    let names = assembly(&file("cdk deploy", &path)?, &mut Folder::of(&path)).names;
    let is_named = |one: &StackName| {
        let matches = |pattern: &String| glob(pattern, &one.display) || *pattern == one.artifact;
        deployed.stacks.is_empty() || deployed.stacks.iter().any(matches)
    };
    let mut out: BTreeSet<String> = names.iter().filter(|one| is_named(one)).map(|one| one.artifact.clone()).collect();
    if out.is_empty() {
        bail!("cdk deploy: `{}` has no stack `{}`", path.display(), deployed.stacks.join("`, `"));
    }
    if !deployed.exclusively {
        add_needed(&mut out, &names);
    }
    Ok(out)
}

/// Adds what the stacks depend on, and what those depend on.
fn add_needed(out: &mut BTreeSet<String>, names: &[StackName]) {
    loop {
        let needed = names.iter().filter(|one| out.contains(&one.artifact)).flat_map(|one| &one.needs);
        let more: Vec<String> = needed.filter(|name| !out.contains(*name)).cloned().collect();
        if more.is_empty() {
            return;
        }
        out.extend(more);
    }
}

/// Whether a pattern of the CDK matches: `*` stands for anything within a part of a path, `**` for anything.
fn glob(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((before, after)) => {
            let Some(rest) = name.strip_prefix(before) else { return false };
            let (deep, after) = after.strip_prefix('*').map_or((false, after), |after| (true, after));
            let ends = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
            let within = |at: &usize| deep || !rest.get(..*at).unwrap_or_default().contains('/');
            ends.take_while(within).any(|at| glob(after, rest.get(at..).unwrap_or_default()))
        }
    }
}
