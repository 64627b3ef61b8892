//! `cfn-lockout who`: one template in, the principals that can deploy it out, and a yes or no for the deployer that was named.

use std::collections::BTreeSet;

use crate::findings::Severity;
use crate::lockout::who;
use crate::report::{Report, TextOptions, WhoSection, WhoTold, who_json, who_text};
use crate::template::Stacks;

use super::args::{Format, WhoArgs};
use super::baseline;
use super::check::{Job, checked, jobs, known_parameters, rendered, write_all};
use super::exit::Exit;
use super::files::Files;
use super::output::{print, style, wants_color, width};
use super::plan::{Plan, Synthesized};
use super::resolve::{one, unread};

/// Prints who can deploy the template.
pub(crate) fn run(args: &WhoArgs) -> anyhow::Result<Exit> {
    let flags = &args.flags;
    let plan = Plan::new(flags)?;
    let mut files = Files::default();
    let opened = one(&args.template, flags, &mut files)?;
    let jobs = jobs(&plan, &opened, &Synthesized::new(), &mut files)?;
    known_parameters(flags, &jobs)?;
    let named: BTreeSet<_> = opened.iter().map(|(file, _)| *file).collect();
    let mut hidden = baseline::hidden(flags, &files)?;
    let report = checked(&mut files, &jobs, &named, &mut hidden, &args.flags);
    write_all(&report, &files.sources, flags)?;
    let Some((file, _)) = opened.first() else { return Err(unread(&report)) };
    let sections: Vec<WhoSection> = jobs.iter().flat_map(sections).collect();
    let told = WhoTold { file: *file, sections, report: &report };
    print(&match flags.format {
        Format::Text => {
            let options = TextOptions {
                color: false,
                style: style(flags),
                quiet: flags.quiet,
                verbose: flags.verbose,
                why: flags.why,
                width: width(),
            };
            who_text(&told, &files.sources, options)
        }
        Format::Json => who_json(&told, &files.sources),
        format => rendered(&report, &files.sources, format, flags, wants_color(flags.color)),
    })?;
    baseline::end(flags, &hidden, exit(&told, &report, flags.fail_on.severity()))
}

/// The answers for the templates of one deployment.
fn sections(job: &Job) -> Vec<WhoSection> {
    let of = |stacks: &Stacks| WhoSection {
        deployment: job.deployment.name.clone(),
        place: job.place.clone(),
        deployer: job.deployment.deployer.clone(),
        origin: job.deployment.origin.clone(),
        who: who(stacks, &job.deployment),
    };
    job.stacks.iter().map(of).collect()
}

/// Nobody at all is as bad as a named deployer that cannot; that nobody knows, as one that is undecided.
fn exit(told: &WhoTold<'_>, report: &Report, fail_on: Option<Severity>) -> Exit {
    let somebody = |section: &WhoSection| match &section.who {
        who if who.has_nobody() => Some(Severity::Error),
        who if who.together.principals.is_empty() && !who.together.open.is_empty() => Some(Severity::Warning),
        _ => None,
    };
    let nobody = told.sections.iter().filter_map(somebody);
    let named = told.answers().into_iter().filter_map(|can| can.severity());
    let worst = nobody.chain(named).max();
    match (worst, fail_on) {
        _ if !report.failures.is_empty() => Exit::Incomplete,
        (Some(worst), Some(least)) if worst >= least => Exit::Findings,
        _ => Exit::Clean,
    }
}
