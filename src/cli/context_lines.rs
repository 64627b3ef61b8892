//! The first lines of a report: which context was used for which template.
//!
//! Comes in: deployments with their templates. Goes out: a line for each deployment; for the stacks of a cloud assembly, which
//! may be a hundred, one for each deployer.

use crate::findings::short;
use crate::template::Stacks;

use super::check::Job;
use super::files::Files;

/// How many deployers of an assembly are listed.
const DEPLOYERS: usize = 6;

/// How many of the stacks that a deployer has are named.
const STACKS: usize = 3;

/// Which contexts were used for which templates, in words.
///
/// `why`: also where every other value was given.
pub(super) fn context_lines(jobs: &[Job], files: &Files, why: bool) -> Vec<String> {
    let plain = jobs.iter().filter(|job| job.artifact.is_none());
    let lines = |job: &Job| {
        let values = if why && job.place.is_some() { values(job, "it") } else { None };
        job.place.iter().map(|place| deployment(job, place, files)).chain(values).collect::<Vec<String>>()
    };
    let mut out: Vec<String> = plain.flat_map(lines).collect();
    let all = deployers(jobs);
    let (listed, others) = all.split_at_checked(DEPLOYERS).unwrap_or((&all, &[]));
    out.extend(listed.iter().map(Deployer::line));
    if !others.is_empty() {
        let stacks: usize = others.iter().map(|one| one.stacks.len()).sum();
        out.push(format!("{} for {}", number(others.len(), "more deployer"), number(stacks, "stack")));
    }
    let stacks = jobs.iter().filter(|_| why).filter_map(|job| values(job, &job.artifact.as_ref()?.0));
    out.extend(stacks);
    out
}

/// Where the values of a deployment were given.
fn values(job: &Job, whose: &str) -> Option<String> {
    let each: Vec<String> = job.values.iter().map(|(what, from)| format!("{what} from {from}")).collect();
    (!each.is_empty()).then(|| format!("{whose} has {}", each.join(", ")))
}

/// One deployment: where it is described, and its templates.
fn deployment(job: &Job, place: &str, files: &Files) -> String {
    let templates = job.stacks.iter().map(|stacks| files.sources.path(stacks.get(Stacks::ROOT).file));
    let templates: Vec<&str> = templates.collect();
    let unknown = job.unknown.as_ref().map_or_else(String::new, |what| format!("; {what}"));
    let named = if templates.is_empty() { "no template".to_owned() } else { listed(&templates, 1) };
    format!("deployment {} ({place}): {named}{unknown}", job.deployment.name)
}

/// Who deploys stacks of a cloud assembly.
struct Deployer<'j> {
    deployment: &'j str,
    arn: Option<&'j str>,
    /// Where it is said first.
    place: &'j str,
    unknown: Option<&'j str>,
    stacks: Vec<&'j str>,
}

/// The deployers of all stacks, each with its stacks, in their order.
fn deployers(jobs: &[Job]) -> Vec<Deployer<'_>> {
    let mut out: Vec<Deployer<'_>> = Vec::new();
    for job in jobs {
        let Some((name, place)) = &job.artifact else { continue };
        let new = Deployer {
            deployment: &job.deployment.name,
            arn: job.deployment.deployer.as_deref(),
            place: job.deployment.origin.as_deref().unwrap_or(place),
            unknown: job.unknown.as_deref(),
            stacks: vec![name],
        };
        let is_same =
            |one: &&mut Deployer<'_>| (one.deployment, one.arn, one.unknown) == (new.deployment, new.arn, new.unknown);
        match out.iter_mut().find(is_same) {
            Some(known) => known.stacks.push(name),
            None => out.push(new),
        }
    }
    out
}

impl Deployer<'_> {
    /// `deployer role/Exec of 111122223333 (cdk.out/manifest.json:21): stacks App, Data`.
    fn line(&self) -> String {
        let Deployer { deployment, arn, place, unknown, stacks } = self;
        let named = if *deployment == "default" { String::new() } else { format!("deployment {deployment}, ") };
        let who = arn.map_or_else(|| "not named".to_owned(), named_shortly);
        let plural = if stacks.len() == 1 { "stack" } else { "stacks" };
        let unknown = unknown.map_or_else(String::new, |what| format!("; {what}"));
        format!("{named}deployer {who} ({place}): {plural} {}{unknown}", listed(stacks, STACKS))
    }
}

/// `role/Exec of 111122223333`; the account stands in the names of most roles of the CDK.
fn named_shortly(arn: &str) -> String {
    let (short, account) = (short(arn), arn.split(':').nth(4).unwrap_or_default());
    if short.contains(account) { short } else { format!("{short} of {account}") }
}

/// The first names, and how many more there are.
fn listed(names: &[&str], most: usize) -> String {
    match names.split_at_checked(most) {
        Some((first, rest)) if !rest.is_empty() => format!("{} and {} more", first.join(", "), rest.len()),
        _ => names.join(", "),
    }
}

fn number(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
