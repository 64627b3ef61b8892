//! `cfn-lockout check` and `cfn-lockout policy`: files in, report out.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::bail;

use crate::deployment::Deployment;
use crate::findings::{Hidden, nearest};
use crate::lockout::{Checked, check, updates};
use crate::report::{Report, TextOptions, collect, conclude, json, text};
use crate::source::{FileId, Sources};
use crate::template::Stacks;

use super::args::{CheckArgs, Flags, Format, PolicyArgs};
use super::baseline;
use super::discover::discover;
use super::exit::Exit;
use super::files::{Files, Opened};
use super::inputs::deployment;
use super::nested::{failures, roots};
use super::output::{print, style, wants_color, width, write};
use super::previous::previous;
use super::progress::Progress;

/// Checks templates, prints the reports, and says how it ended.
pub(crate) fn run(args: &CheckArgs) -> anyhow::Result<Exit> {
    let deployment = deployment(&args.flags)?;
    let mut files = Files::default();
    let mut missing: Vec<PathBuf> = Vec::new();
    let found = discover(&args.paths, &args.flags.exclude, &mut |path| missing.push(path.to_owned()))?;
    missing.iter().for_each(|path| files.missing(path));
    let mut named: BTreeSet<FileId> = BTreeSet::new();
    let mut opened: Vec<Opened> = Vec::new();
    let mut seen: BTreeSet<FileId> = BTreeSet::new();
    let mut progress = Progress::over(found.len());
    for (done, file) in found.iter().enumerate() {
        progress.at(done);
        let Some(template) = files.template(file, &args.flags.stdin_filename) else { continue };
        named.extend(file.named.then_some(template.0));
        // One file may have several paths.
        if seen.insert(template.0) {
            opened.push(template);
        }
    }
    drop(progress);
    let stacks = roots(&opened, &deployment.givens, &mut files);
    known_parameters(&args.flags, &stacks)?;
    files.previous = previous(&args.flags, &stacks, &deployment, &mut files)?;
    finish(files, &stacks, &named, &deployment, &args.flags)
}

/// Checks one bare key policy: a direct call of kms:PutKeyPolicy.
pub(crate) fn run_policy(args: &PolicyArgs) -> anyhow::Result<Exit> {
    let deployment = deployment(&args.flags)?.direct();
    let mut files = Files::default();
    let found = discover(std::slice::from_ref(&args.file), &[], &mut |path| files.missing(path))?;
    let Some(file) = found.iter().find(|file| file.named) else {
        if files.failures.is_empty() {
            bail!("`{}` is a folder: name the file that holds the key policy", args.file.display());
        }
        return finish(files, &[], &BTreeSet::new(), &deployment, &args.flags);
    };
    let opened = files.policy(file, &args.flags.stdin_filename);
    let stacks: Vec<Stacks> = opened.into_iter().map(|(file, template)| Stacks::of(file, template)).collect();
    files.previous = previous(&args.flags, &stacks, &deployment, &mut files)?;
    finish(files, &stacks, &BTreeSet::new(), &deployment, &args.flags)
}

/// A `--parameter` that no template has is a typo. What is passed to a nested stack is its parent's business.
pub(super) fn known_parameters(flags: &Flags, stacks: &[Stacks]) -> anyhow::Result<()> {
    if stacks.is_empty() {
        return Ok(());
    }
    let of = |nested: bool| {
        let templates = stacks.iter().flat_map(Stacks::all).filter(move |stack| stack.path.is_empty() != nested);
        templates.flat_map(|stack| stack.template.parameter_names())
    };
    let known: Vec<&str> = of(false).collect();
    let Some((name, _)) = flags.parameter.iter().find(|(name, _)| !known.contains(&name.as_str())) else {
        return Ok(());
    };
    if of(true).any(|own| own == name) {
        bail!("--parameter: only a nested stack has a parameter `{name}`: its value is what the parent passes");
    }
    match nearest(name, &known) {
        Some(near) => bail!("--parameter: no template has a parameter `{name}`; did you mean `{near}`?"),
        None => bail!("--parameter: no template has a parameter `{name}`"),
    }
}

/// Checks what was opened and prints it.
fn finish(
    mut files: Files,
    stacks: &[Stacks],
    named: &BTreeSet<FileId>,
    deployment: &Deployment,
    flags: &Flags,
) -> anyhow::Result<Exit> {
    let mut hidden = baseline::hidden(flags, &files)?;
    let report = checked(&mut files, stacks, named, deployment, &mut hidden);
    write_all(&report, &files.sources, flags)?;
    print(&rendered(&report, &files.sources, flags.format, flags, wants_color(flags.color)))?;
    baseline::end(flags, &hidden, Exit::of(&report, flags.fail_on.severity()))
}

/// Checks what was opened.
pub(super) fn checked(
    files: &mut Files,
    stacks: &[Stacks],
    named: &BTreeSet<FileId>,
    deployment: &Deployment,
    hidden: &mut Hidden,
) -> Report {
    let mut all: Vec<Checked> = Vec::new();
    for stacks in stacks {
        let root = stacks.get(Stacks::ROOT).file;
        let has_keys = stacks.all().any(|stack| stack.template.keys().next().is_some());
        let mut found = check(stacks, deployment);
        if let Some(previous) = files.previous.get(&root) {
            updates(&mut found, stacks, previous, deployment);
        }
        for mut checked in found {
            let is_named = named.contains(&root) || named.contains(&checked.file);
            failures(&mut checked, is_named, files);
            // Of all the templates of a folder, those that nest something elsewhere are many.
            checked.matters = is_named || has_keys;
            all.push(checked);
        }
    }
    let mut report = Report::default();
    collect(all, deployment, hidden, &mut report);
    conclude(hidden, &mut report);
    report.failures = std::mem::take(&mut files.failures);
    report
}

/// Writes the further reports.
pub(super) fn write_all(report: &Report, sources: &Sources, flags: &Flags) -> anyhow::Result<()> {
    for (format, path) in &flags.output {
        write(path, &rendered(report, sources, *format, flags, false))?;
    }
    Ok(())
}

fn rendered(report: &Report, sources: &Sources, format: Format, flags: &Flags, color: bool) -> String {
    let Flags { quiet, verbose, why, .. } = *flags;
    let options = TextOptions { color, style: style(flags), quiet, verbose, why, width: width() };
    match format {
        Format::Text => text(report, sources, options),
        Format::Json => json(report, sources),
    }
}
