//! `cfn-lockout resolve`: one template in, the resolved template with the verdicts of its keys out.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{anyhow, bail};

use crate::lockout::resolved;
use crate::report::{Report, Subject, resolved as render};
use crate::template::Stacks;

use super::args::{Flags, ResolveArgs};
use super::baseline;
use super::check::{checked, jobs, known_parameters, write_all};
use super::discover::discover;
use super::exit::Exit;
use super::files::{Files, Opened};
use super::output::print;
use super::plan::{Plan, Synthesized};
use super::rules;
use super::unread::Unread;

/// Prints the resolved template. The exit code is that of `check`; a template that CloudFormation refuses counts as an error.
pub(crate) fn run(args: &ResolveArgs) -> anyhow::Result<Exit> {
    rules::wanted(&args.flags)?;
    let plan = Plan::new(&args.flags)?;
    let mut files = Files::default();
    let opened = one(&args.template, &args.flags, &mut files)?;
    let jobs = jobs(&plan, &opened, &Synthesized::new(), &mut files)?;
    if jobs.len() > 1 {
        let names: Vec<&str> = jobs.iter().map(|job| job.deployment.name.as_str()).collect();
        bail!("the template has several deployments: name one with --deployment ({})", names.join(", "));
    }
    known_parameters(&args.flags, &jobs)?;
    let named: BTreeSet<_> = opened.iter().map(|(file, _)| *file).collect();
    let mut hidden = baseline::hidden(&args.flags, &files)?;
    let report = checked(&mut files, &jobs, &named, &mut hidden, &args.flags);
    write_all(&report, &files.sources, &args.flags)?;
    let job = jobs.first().and_then(|job| Some((job.stacks.first()?, &job.deployment)));
    let Some((stacks, deployment)) = job else { return Err(unread(&report)) };
    let file = stacks.get(Stacks::ROOT).file;
    let Some(document) = files.sources.document(file) else { return Err(unread(&report)) };
    let resolved = resolved(stacks, Stacks::ROOT, document, deployment);
    let subject = Subject { resolved, file, stack: String::new(), deployment: &deployment.name };
    print(&render(&subject, &report, &files.sources))?;
    let fails = args.flags.fail_on.severity().is_some() && !subject.resolved.refusals.is_empty();
    let exit = match Exit::of(&report, args.flags.fail_on.severity()) {
        Exit::Clean if fails => Exit::Findings,
        exit => exit,
    };
    baseline::end(&args.flags, &hidden, exit)
}

/// The one template of a verb that takes a file; none where it cannot be read.
pub(super) fn one(path: &Path, flags: &Flags, files: &mut Files) -> anyhow::Result<Vec<Opened>> {
    let found = discover(&[path.to_owned()], &[], &mut |path| files.missing(path), &mut Unread::default())?;
    match found.iter().find(|file| file.named) {
        Some(file) => Ok(files.template(file, &flags.stdin_filename).into_iter().collect()),
        None if files.failures.is_empty() => {
            bail!("`{}` is a folder: name the file that holds the template", path.display())
        }
        None => Ok(Vec::new()),
    }
}

/// Why there is no template to work on.
pub(super) fn unread(report: &Report) -> anyhow::Error {
    match report.failures.first() {
        Some(failure) if failure.line > 0 => {
            anyhow!("{}:{}:{}: {}", failure.path, failure.line, failure.column, failure.message)
        }
        Some(failure) => anyhow!("{}: {}", failure.path, failure.message),
        None => anyhow!("there is no template"),
    }
}
