//! `cfn-lockout fix`: templates in, a unified diff out, or the edited files.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, bail};

use crate::findings::{Code, Finding};
use crate::fix::{Before, Effort, Fix, Fixer, Fixes, Planned, Which, findings};
use crate::report::{Change, Changes, Report, changes, done};
use crate::source::{FileId, Sources, TextEdit, edited};

use super::args::{FixArgs, Format};
use super::baseline;
use super::check::{Input, generated, input, rendered, report, results, roots_of, write_all};
use super::exit::Exit;
use super::files::Files;
use super::output::{print, wants_color};
use super::rules::wanted;
use super::write::replace;

/// Plans the edits, prints or writes them, and says how it ended: with what is left after writing, else with what is there.
pub(crate) fn run(args: &FixArgs) -> anyhow::Result<Exit> {
    let rules = wanted(&args.flags)?;
    if rules && args.write {
        bail!("--rules look at the templates as they are: write the fixes first, then run `check` with --rules");
    }
    let Input { mut files, jobs, named } = input(&args.paths, &args.flags)?;
    let checked = results(&mut files, &jobs, &named);
    let hidden = baseline::hidden(&args.flags, &files)?;
    let (mut of_plan, mut of_report, mut of_rest) = (hidden.clone(), hidden.clone(), hidden);
    let roots = roots_of(&jobs, &checked);
    let before = Before { sources: &files.sources, known: &files, roots: &roots };
    let mut fixer = Fixer::new(before, Effort::VERB);
    let mut plan = Proposal { generated: generated(&jobs), ..Proposal::default() };
    for (root, finding) in findings(&before, &mut of_plan) {
        if plan.generated.contains(&finding.span.file) && finding.code != Code::ReliesOnDeployerIam {
            plan.changes.generated.insert(files.sources.path(finding.span.file).to_owned());
            // The next `cdk synth` would undo it.
            if args.write {
                continue;
            }
        }
        plan.add(&finding, fixer.plan(root, &finding, !args.write || args.include_review), &files.sources);
    }
    let edits = fixer.edits().clone();
    let after = fixer.checked_again();
    drop(fixer);
    plan.changes.files = texts(&edits, &files.sources)?;
    if args.write {
        write(&edits, &files)?;
    }
    let prints_text = args.write && files.stdin().is_some();
    let fixes = std::mem::take(&mut plan.fixes);
    let found = Report { fixes, ..report(checked, &jobs, &mut files, &mut of_report, &args.flags) };
    // No edit is offered for rules of others.
    plan.changes.without += found.findings.iter().filter(|one| one.code == Code::GuardRule).count();
    write_all(&found, &files.sources, &args.flags)?;
    let left = if args.write { report(after, &jobs, &mut files, &mut of_rest, &args.flags) } else { Report::default() };
    print(&match args.flags.format {
        Format::Text if !args.write => changes(&plan.changes, args.flags.quiet),
        _ if prints_text => String::new(),
        Format::Text => done(&plan.changes, left.findings.len(), args.flags.quiet),
        format => rendered(&found, &files.sources, format, &args.flags, wants_color(args.flags.color)),
    })?;
    let ends = if args.write { Report { failures: found.failures, ..left } } else { found };
    let rest = if args.write { &of_rest } else { &of_report };
    baseline::end(&args.flags, rest, Exit::of(&ends, args.flags.fail_on.severity()))
}

/// The plan in the words of the report.
#[derive(Debug, Default)]
struct Proposal {
    /// The files that the CDK made.
    generated: BTreeSet<FileId>,
    changes: Changes,
    fixes: Fixes,
}

impl Proposal {
    fn add(&mut self, finding: &Finding, planned: Planned, sources: &Sources) {
        let is_generated = self.generated.contains(&finding.span.file);
        let change = |fix: &Fix| Change { is_generated, ..change(fix, finding, sources) };
        match planned {
            Planned::Fixed(fix, others) => {
                self.changes.fixes.push((change(&fix), others.iter().map(change).collect()));
                self.fixes.insert(Which::of(finding), fix);
            }
            Planned::Later(fix) => self.changes.later.push(change(&fix)),
            // That is for the deployer's IAM policies to settle.
            Planned::Nothing if finding.code == Code::ReliesOnDeployerIam => {}
            Planned::Nothing => self.changes.without += 1,
            Planned::Along => {}
        }
    }
}

fn change(fix: &Fix, finding: &Finding, sources: &Sources) -> Change {
    let span = finding.span;
    let line = sources.document(span.file).map_or(1, |document| document.line_col(span.start).line);
    let key = if finding.logical_id.is_empty() { String::new() } else { format!(", key `{}`", finding.logical_id) };
    Change {
        title: fix.title.clone(),
        review: fix.review,
        finding: format!("{}{key}, {}:{line}", finding.code.id(), sources.path(span.file)),
        verdict: fix.verdict.word(),
        is_generated: false,
    }
}

/// The files that change: path, text before, text after.
fn texts(edits: &BTreeMap<FileId, Vec<TextEdit>>, sources: &Sources) -> anyhow::Result<Vec<(String, String, String)>> {
    let of = |(&file, edits): (&FileId, &Vec<TextEdit>)| {
        let before = sources.document(file).context("a file without text")?.text();
        let after = edited(before, edits).context("edits that overlap")?;
        Ok((sources.path(file).to_owned(), before.to_owned(), after))
    };
    edits.iter().map(of).collect()
}

/// Writes the edited files; what came from stdin goes to stdout, edited or not.
fn write(edits: &BTreeMap<FileId, Vec<TextEdit>>, files: &Files) -> anyhow::Result<()> {
    let same = files.stdin().filter(|file| !edits.contains_key(file)).and_then(|file| files.sources.document(file));
    if let Some(document) = same {
        print(document.text())?;
    }
    for (file, (_, before, after)) in edits.keys().zip(texts(edits, &files.sources)?) {
        match files.place(*file) {
            Some(path) => replace(path, &before, &after)?,
            None => print(&after)?,
        }
    }
    Ok(())
}
