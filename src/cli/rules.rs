//! `--rules PATH`: what Guard rules say of the templates of a run, as part of the report.
//!
//! Comes in: the flag, the jobs, and the report without it. Goes out: more findings and failures in the report. A build without
//! the feature `guard` refuses the flag.

use crate::findings::Hidden;
use crate::report::Report;

use super::args::Flags;
use super::check::Job;
use super::files::Files;

/// Whether there are rules to be run.
///
/// # Errors
///
/// This build cannot run any.
pub(super) fn wanted(flags: &Flags) -> anyhow::Result<bool> {
    if !cfg!(feature = "guard") && !flags.rules.is_empty() {
        anyhow::bail!("--rules: this cfn-lockout was built without Guard; build it with the feature `guard`");
    }
    Ok(!flags.rules.is_empty())
}

#[cfg(not(feature = "guard"))]
pub(super) fn judge(_: &Flags, _: &[Job], _: &mut Files, _: &mut Hidden, _: &mut Report) {}

/// Runs the rules, if there are any.
#[cfg(feature = "guard")]
pub(super) fn judge(flags: &Flags, jobs: &[Job], files: &mut Files, hidden: &mut Hidden, report: &mut Report) {
    use super::discover::shown;
    use crate::guard::{Template, Unread, judge, read};
    use crate::lockout::resolved;
    use crate::report::Subject;
    use crate::source::SourceError;

    if flags.rules.is_empty() {
        return;
    }
    hidden.rules_run();
    let (rules, mut failures) = read(&flags.rules, shown);
    let stacks = jobs.iter().flat_map(|job| job.stacks.iter().map(move |stacks| (job, stacks)));
    let each = stacks.flat_map(|(job, stacks)| stacks.ids().map(move |id| (&job.deployment, stacks, id)));
    let templates: Vec<Template<'_>> = each
        .filter_map(|(deployment, stacks, id)| {
            let stack = stacks.get(id);
            let resolved = resolved(stacks, id, files.sources.document(stack.file)?, deployment);
            let (file, name) = (stack.file, stacks.shown(id));
            let subject = Subject { resolved, file, stack: name, deployment: &deployment.name };
            Some(Template { subject, root: stacks.name(), deployment })
        })
        .collect();
    let (found, failed) = judge(&rules, &templates, report, &files.sources);
    let kept = found.into_iter().filter(|(template, finding)| !hidden.takes_rule(template.subject.file, finding));
    report.findings.extend(kept.map(|(_, finding)| finding).collect::<Vec<_>>());
    failures.extend(failed);
    for Unread { shown, line, column, message } in failures {
        files.fail(&shown, SourceError { message, line, column });
    }
}
