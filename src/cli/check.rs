//! `cfn-lockout check` and `cfn-lockout policy`: files in, report out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::bail;

use crate::deployment::Deployment;
use crate::deployment::contexts::Context;
use crate::findings::Hidden;
use crate::fix::{Before, Effort, Root, best};
use crate::lockout::{Checked, check_update};
use crate::report::{Report, TextOptions, collect, conclude, github, json, junit, markdown, sarif, text};
use crate::source::{FileId, SourceError, Sources};
use crate::template::Stacks;
use crate::world::nearest;

use super::args::{CheckArgs, Flags, Format, PolicyArgs};
use super::assemblies::assemblies;
use super::baseline;
use super::context_lines::context_lines;
use super::discover::{Found, discover};
use super::exit::Exit;
#[cfg(any(feature = "lsp", feature = "hook"))]
use super::files::Texts;
use super::files::{Files, Opened};
use super::forget;
use super::given::Given;
use super::inputs::deployment;
use super::nested::{failures, roots};
use super::output::{print, style, wants_color, width, write};
use super::plan::{Group, Plan, Synthesized};
use super::previous::{Previous, previous};
use super::progress::Progress;
use super::rules;
use super::scan::Hints;
use super::unread::Unread;

/// A deployment with its templates, each with all that it nests.
pub(super) struct Job {
    pub(super) deployment: Deployment,
    pub(super) stacks: Vec<Stacks>,
    /// Where a configuration or a file of a deployment tool describes it.
    pub(super) place: Option<String>,
    /// The stack of a cloud assembly that it is about: its name, and where it stands.
    pub(super) artifact: Option<(String, String)>,
    /// What else was given, and where.
    pub(super) values: Vec<(String, String)>,
    /// What is left open about the deployer there.
    pub(super) unknown: Option<String>,
    /// What is deployed now.
    pub(super) previous: Previous,
}

/// Checks templates, prints the reports, and says how it ended.
pub(crate) fn run(args: &CheckArgs) -> anyhow::Result<Exit> {
    let Input { mut files, mut jobs, named } = input(&args.paths, &args.flags)?;
    let ended = finish(&mut files, &mut jobs, &named, &args.flags);
    // The process ends here: to free every tree first would only take time.
    std::mem::forget((files, jobs));
    ended
}

/// What is to be checked.
pub(super) struct Input {
    /// Everything that was opened.
    pub(super) files: Files,
    /// The deployments with their templates.
    pub(super) jobs: Vec<Job>,
    /// The files that the user named.
    pub(super) named: BTreeSet<FileId>,
}

/// The templates of the named paths, with their deployments.
pub(super) fn input(paths: &[PathBuf], flags: &Flags) -> anyhow::Result<Input> {
    let mut plan = Plan::new(flags)?;
    // What an editor hands over is one template of those that the configuration is about.
    plan.is_part = paths == [Path::new("-")];
    let mut files = Files::default();
    files.every = rules::wanted(flags)?;
    let templates = templates(&plan, paths, &mut files)?;
    let jobs = jobs(&plan, &templates.opened, &templates.synthesized, &mut files)?;
    known_parameters(flags, &jobs)?;
    Ok(Input { files, jobs, named: templates.named })
}

/// What a server begins with that checks texts: they are some of those that the configuration is about.
#[cfg(any(feature = "lsp", feature = "hook"))]
pub(super) fn over(flags: &Flags, texts: Texts) -> anyhow::Result<(Plan<'_>, Files)> {
    let mut plan = Plan::over(flags, texts.clone())?;
    plan.is_part = true;
    let mut files = Files::over(texts);
    files.every = rules::wanted(flags)?;
    Ok((plan, files))
}

/// The templates of the named paths that matter.
pub(super) struct Templates {
    /// Each once.
    pub(super) opened: Vec<Opened>,
    /// The files among them that were named.
    pub(super) named: BTreeSet<FileId>,
    /// What cloud assemblies say of them.
    pub(super) synthesized: Synthesized,
}

/// Opens the templates of the named paths.
pub(super) fn templates(plan: &Plan<'_>, paths: &[PathBuf], files: &mut Files) -> anyhow::Result<Templates> {
    let flags = plan.flags;
    let mut missing: Vec<PathBuf> = Vec::new();
    let mut found = discover(paths, &flags.exclude, &mut |path| missing.push(path.to_owned()), &mut files.unread)?;
    missing.iter().for_each(|path| files.missing(path));
    let stacks = assemblies(paths, &mut found, flags, files)?;
    let stacks = stacks.into_iter().map(|one| (one.found, Some(one.context)));
    open_all(plan, found.into_iter().map(|file| (file, None)).chain(stacks).collect(), files)
}

/// Opens those of these files that matter; some of them are stacks of a cloud assembly.
pub(super) fn open_all(
    plan: &Plan<'_>,
    found: Vec<(Found, Option<Context>)>,
    files: &mut Files,
) -> anyhow::Result<Templates> {
    let mut named: BTreeSet<FileId> = BTreeSet::new();
    let mut opened: Vec<Opened> = Vec::new();
    let mut synthesized = Synthesized::new();
    let mut seen: BTreeSet<FileId> = BTreeSet::new();
    let mut progress = Progress::over(found.len());
    for (done, (file, context)) in found.into_iter().enumerate() {
        progress.at(done);
        if plan.leaves_out(&file)? {
            continue;
        }
        let mut scanned = |hints| plan.scanned(&file, hints);
        let wanted = (context.is_none() && plan.wants_hints(&file)).then_some(&mut scanned as &mut dyn FnMut(Hints));
        let Some(template) = files.scanned(&file, &plan.flags.stdin_filename, wanted) else { continue };
        named.extend(file.named.then_some(template.0));
        if let Some(context) = context {
            let known = synthesized.entry(template.0).or_default();
            if !known.iter().any(|one| one.name == context.name) {
                known.push(context);
            }
        }
        // One file may have several paths.
        if seen.insert(template.0) {
            opened.push(template);
        }
    }
    drop(progress);
    files.unread.tell();
    Ok(Templates { opened, named, synthesized })
}

/// The files that the CDK made: the next `cdk synth` writes them anew.
pub(super) fn generated(jobs: &[Job]) -> BTreeSet<FileId> {
    let stacks = jobs.iter().filter(|job| job.artifact.is_some()).flat_map(|job| &job.stacks);
    stacks.flat_map(Stacks::all).map(|stack| stack.file).collect()
}

/// The deployments of these templates. Where there is no template, what the flags say is looked at all the same.
pub(super) fn jobs(
    plan: &Plan<'_>,
    opened: &[Opened],
    synthesized: &Synthesized,
    files: &mut Files,
) -> anyhow::Result<Vec<Job>> {
    let groups = plan.groups(opened, synthesized, files)?;
    jobs_of(plan, groups, files)
}

/// The same of deployments that are known.
pub(super) fn jobs_of(plan: &Plan<'_>, groups: Vec<Group>, files: &mut Files) -> anyhow::Result<Vec<Job>> {
    let mut out = Vec::new();
    let mut configured: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for group in groups {
        let (deployment, unknown) = deployed(&group, files)?;
        let name = group.artifact.as_ref().map_or("", |artifact| artifact.name.as_str());
        let stacks =
            roots(&group.templates, &deployment.givens, files).into_iter().map(|one| one.named(name)).collect();
        configured.extend(group.place.clone().map(|place| (place, group.configured)));
        let artifact = group.artifact.map(|artifact| (artifact.name, artifact.place));
        let values = group.given.said.places();
        out.push(Job { deployment, stacks, place: group.place, artifact, values, unknown, previous: Previous::new() });
    }
    for (place, names) in configured.into_iter().filter(|_| !plan.is_part) {
        let own: Vec<&Job> = out.iter().filter(|job| job.place.as_ref() == Some(&place)).collect();
        unknown_parameter(names.iter(), &own).map_or(Ok(()), |why| bail!("{place}: {why}"))?;
    }
    nested_elsewhere(&mut out);
    if out.is_empty() {
        for group in plan.of_contexts(Path::new(""), &[]) {
            deployment(&group.given)?;
        }
    }
    previous(plan.flags, &mut out, files)?;
    Ok(out)
}

/// The deployment of a group, and what is left open about its deployer. Where a manifest contradicts what was given, or says
/// what cannot be, its stack is checked without it: one stack hides nothing of the others.
fn deployed(group: &Group, files: &mut Files) -> anyhow::Result<(Deployment, Option<String>)> {
    match (deployment(&group.given), &group.artifact) {
        (Ok(deployment), _) => Ok((deployment, group.unknown.clone())),
        (Err(error), None) => Err(error),
        (Err(error), Some(artifact)) => {
            let without = deployment(&artifact.without)?;
            let file = artifact.place.rsplit_once(':').map_or(artifact.place.as_str(), |(file, _)| file);
            let message = format!("{error:#}; stack `{}` is checked without what this file says", artifact.name);
            files.fail(file, SourceError { message, line: 0, column: 0 });
            Ok((without, Some("what the manifest says could not be used".to_owned())))
        }
    }
}

/// Takes out the templates that nothing describes and that the template of another deployment nests.
fn nested_elsewhere(jobs: &mut Vec<Job>) {
    let nested = |stacks: &Stacks| stacks.all().skip(1).map(|stack| stack.file).collect::<Vec<FileId>>();
    let below: BTreeSet<FileId> = jobs.iter().flat_map(|job| &job.stacks).flat_map(nested).collect();
    for job in jobs.iter_mut().filter(|job| job.place.is_none()) {
        job.stacks.retain(|stacks| !below.contains(&stacks.get(Stacks::ROOT).file));
    }
    jobs.retain(|job| !job.stacks.is_empty());
}

/// Checks one bare key policy: a direct call of kms:PutKeyPolicy.
pub(crate) fn run_policy(args: &PolicyArgs) -> anyhow::Result<Exit> {
    rules::wanted(&args.flags)?;
    let deployment = deployment(&Given::by_flags(&args.flags)?)?.direct();
    let mut files = Files::default();
    let found =
        discover(std::slice::from_ref(&args.file), &[], &mut |path| files.missing(path), &mut Unread::default())?;
    let Some(file) = found.iter().find(|file| file.named) else {
        if files.failures.is_empty() {
            bail!("`{}` is a folder: name the file that holds the key policy", args.file.display());
        }
        return finish(&mut files, &mut [], &BTreeSet::new(), &args.flags);
    };
    let opened = files.policy(file, &args.flags.stdin_filename);
    let stacks: Vec<Stacks> = opened.into_iter().map(|(file, template)| Stacks::of(file, template)).collect();
    let mut jobs = [Job {
        deployment,
        stacks,
        place: None,
        artifact: None,
        values: Vec::new(),
        unknown: None,
        previous: Previous::new(),
    }];
    previous(&args.flags, &mut jobs, &mut files)?;
    finish(&mut files, &mut jobs, &BTreeSet::new(), &args.flags)
}

/// A `--parameter` that no template has is a typo. What is passed to a nested stack is its parent's business.
pub(super) fn known_parameters(flags: &Flags, jobs: &[Job]) -> anyhow::Result<()> {
    let names = flags.parameter.iter().map(|(name, _)| name);
    unknown_parameter(names, &jobs.iter().collect::<Vec<_>>()).map_or(Ok(()), |why| bail!("--parameter: {why}"))
}

/// What is wrong with the first of these names that is no parameter of a template.
fn unknown_parameter<'n>(mut names: impl Iterator<Item = &'n String>, jobs: &[&Job]) -> Option<String> {
    let all = || jobs.iter().flat_map(|job| &job.stacks).flat_map(Stacks::all);
    let of = |nested: bool| {
        let stacks = all().filter(move |stack| stack.path.is_empty() != nested);
        stacks.flat_map(|stack| stack.template.parameter_names())
    };
    all().next()?;
    let known: Vec<&str> = of(false).collect();
    let name = names.find(|name| !known.contains(&name.as_str()))?;
    if of(true).any(|own| own == name) {
        return Some(format!("only a nested stack has a parameter `{name}`: its value is what the parent passes"));
    }
    let near = nearest(name, &known).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    Some(format!("no template has a parameter `{name}`{near}"))
}

/// Checks what was opened and prints it.
fn finish(files: &mut Files, jobs: &mut [Job], named: &BTreeSet<FileId>, flags: &Flags) -> anyhow::Result<Exit> {
    let mut hidden = baseline::hidden(flags, files)?;
    let all = if files.are_many() { forget::results(files, jobs, named) } else { results(files, jobs, named) };
    let report = reported(all, jobs, files, &mut hidden, flags);
    write_all(&report, &files.sources, flags)?;
    print(&rendered(&report, &files.sources, flags.format, flags, wants_color(flags.color)))?;
    baseline::end(flags, &hidden, Exit::of(&report, flags.fail_on.severity()))
}

/// Checks what was opened, for every deployment, and looks for fixes.
pub(super) fn checked(
    files: &mut Files,
    jobs: &[Job],
    named: &BTreeSet<FileId>,
    hidden: &mut Hidden,
    flags: &Flags,
) -> Report {
    reported(results(files, jobs, named), jobs, files, hidden, flags)
}

/// The report of what was checked, with fixes.
fn reported(all: Vec<Vec<Checked>>, jobs: &[Job], files: &mut Files, hidden: &mut Hidden, flags: &Flags) -> Report {
    let roots = roots_of(jobs, &all);
    let before = Before { sources: &files.sources, known: &*files, roots: &roots };
    let fixes = best(before, &mut hidden.clone(), Effort::REPORT);
    Report { fixes, ..report(all, jobs, files, hidden, flags) }
}

/// What each template with its nested stacks comes to, job by job.
pub(super) fn results(files: &mut Files, jobs: &[Job], named: &BTreeSet<FileId>) -> Vec<Vec<Checked>> {
    let each = jobs.iter().flat_map(|job| job.stacks.iter().map(move |stacks| (job, stacks)));
    each.map(|(job, stacks)| result(files, job, stacks, named)).collect()
}

/// What one template with its nested stacks comes to.
pub(super) fn result(files: &mut Files, job: &Job, stacks: &Stacks, named: &BTreeSet<FileId>) -> Vec<Checked> {
    let root = stacks.get(Stacks::ROOT).file;
    let has_keys = stacks.all().any(|stack| stack.template.keys().next().is_some());
    let mut checked = check_update(stacks, job.previous.get(&root), &job.deployment);
    for one in &mut checked {
        let is_named = named.contains(&root) || named.contains(&one.file);
        failures(one, is_named, files);
        // Of all the templates of a folder, those that nest something elsewhere are many.
        one.matters = is_named || has_keys;
    }
    checked
}

/// The same templates, as fixes are proven with them.
pub(super) fn roots_of<'a>(jobs: &'a [Job], all: &'a [Vec<Checked>]) -> Vec<Root<'a>> {
    let each = jobs.iter().flat_map(|job| job.stacks.iter().map(move |stacks| (job, stacks)));
    let root = |((job, stacks), checked): ((&'a Job, &'a Stacks), &'a Vec<Checked>)| Root {
        stacks,
        checked,
        previous: job.previous.get(&stacks.get(Stacks::ROOT).file),
        deployment: &job.deployment,
    };
    each.zip(all).map(root).collect()
}

/// What was found out as a report.
pub(super) fn report(
    all: Vec<Vec<Checked>>,
    jobs: &[Job],
    files: &mut Files,
    hidden: &mut Hidden,
    flags: &Flags,
) -> Report {
    let (contexts, generated) = (context_lines(jobs, files, flags.why), generated(jobs));
    let mut report = Report { contexts, generated, ..Report::default() };
    let mut all = all.into_iter();
    for job in jobs {
        let own: Vec<Checked> = all.by_ref().take(job.stacks.len()).flatten().collect();
        collect(own, &job.deployment, hidden, &mut report);
    }
    rules::judge(flags, jobs, files, hidden, &mut report);
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

pub(super) fn rendered(report: &Report, sources: &Sources, format: Format, flags: &Flags, color: bool) -> String {
    let Flags { quiet, verbose, why, .. } = *flags;
    let options = TextOptions { color, style: style(flags), quiet, verbose, why, width: width() };
    match format {
        Format::Text => text(report, sources, options),
        Format::Json => json(report, sources),
        Format::Sarif => sarif(report, sources),
        Format::Github => github(report, sources),
        Format::Junit => junit(report, sources, flags.fail_on.severity()),
        Format::Markdown => markdown(report, sources),
    }
}
