//! The rules of a run over its templates.
//!
//! Comes in: files of rules and the templates that were checked, each as it would be deployed. Goes out: findings, and failures
//! where rules cannot be read or the engine fails: each file of rules runs by itself, so that none hides the findings of others.

use std::collections::VecDeque;

use crate::deployment::Deployment;
use crate::findings::{Failed, Finding, Related, of_rule};
use crate::report::{Report, Subject, resolved_document};
use crate::source::Sources;

use super::document;
use super::engine::{LONGEST, Trouble, evaluate};
use super::failed::{Check, checks};
use super::places::place;
use super::rules::{RuleFile, Unread};

/// How many bytes of documents are evaluated at once.
const TOGETHER: usize = 4 << 20;

/// After how many templates on which the engine fails a file of rules is given up.
const GIVEN_UP: usize = 3;

/// How many other places of a finding are shown.
const OTHERS: usize = 8;

/// A template to run rules over.
pub(crate) struct Template<'r> {
    /// What it is after resolution.
    pub(crate) subject: Subject<'r>,
    /// What the root of its stacks is called; empty for a template by itself.
    pub(crate) root: &'r str,
    /// In which deployment.
    pub(crate) deployment: &'r Deployment,
}

/// A template and what the engine is given of it.
type Ready<'t> = (&'t Template<'t>, String);

/// What the rules say of the templates. Each finding comes with the template that it is about.
pub(crate) fn judge<'t>(
    rules: &[RuleFile],
    templates: &'t [Template<'t>],
    report: &Report,
    sources: &Sources,
) -> (Vec<(&'t Template<'t>, Finding)>, Vec<Unread>) {
    let mut run = Run { report, sources, findings: Vec::new(), failures: Vec::new() };
    let mut ready: Vec<Ready<'_>> = Vec::new();
    for template in templates {
        match document::text(&resolved_document(&template.subject, report, sources)) {
            Ok(text) => ready.push((template, text)),
            Err(why) => {
                let why = format!("no rule can be run over it as it would be deployed: {why}");
                run.failures.push(Unread::whole(sources.path(template.subject.file), why));
            }
        }
    }
    rules.iter().for_each(|rules| run.file(rules, &ready));
    (run.findings, run.failures)
}

struct Run<'t, 'r> {
    report: &'r Report,
    sources: &'r Sources,
    findings: Vec<(&'t Template<'t>, Finding)>,
    failures: Vec<Unread>,
}

impl<'t> Run<'t, '_> {
    /// One file of rules over all documents; where the engine fails on several at once, over each by itself.
    fn file(&mut self, rules: &RuleFile, documents: &[Ready<'t>]) {
        let mut left: VecDeque<&[Ready<'t>]> = batches(documents).into();
        let mut failed: Option<Trouble> = None;
        let mut on: Vec<&str> = Vec::new();
        while let Some(batch) = left.pop_front() {
            let texts: Vec<&str> = batch.iter().map(|(_, text)| text.as_str()).collect();
            let report = evaluate(&rules.text, &texts, LONGEST).and_then(|report| {
                checks(&report).ok_or_else(|| Trouble::Failed("its report cannot be read".to_owned()))
            });
            let gives_up = match report {
                Ok(report) => {
                    batch.iter().zip(report).for_each(|((template, _), checks)| self.tell(rules, template, &checks));
                    continue;
                }
                Err(Trouble::Unreadable { line, column, message }) => {
                    let shown = rules.shown.clone();
                    return self.failures.push(Unread { shown, line, column, message });
                }
                Err(trouble @ (Trouble::TooLong(_) | Trouble::NotStarted(_))) => {
                    failed = Some(trouble);
                    true
                }
                Err(_) if batch.len() > 1 => {
                    batch.chunks(1).rev().for_each(|one| left.push_front(one));
                    continue;
                }
                Err(trouble) => {
                    failed.get_or_insert(trouble);
                    on.len() + 1 >= GIVEN_UP
                }
            };
            on.extend(batch.iter().map(|(template, _)| self.sources.path(template.subject.file)));
            if gives_up {
                break;
            }
        }
        let untried = left.iter().map(|batch| batch.len()).sum();
        self.failures.extend(failed.map(|trouble| Unread::whole(&rules.shown, over(&trouble, &on, untried))));
    }

    fn tell(&mut self, rules: &RuleFile, template: &'t Template<'t>, checks: &[Check]) {
        let Template { subject, deployment, .. } = template;
        let (report, sources) = (self.report, self.sources);
        let names: Vec<&str> = checks.iter().map(|check| check.rule.as_str()).collect();
        for check in checks {
            // What it hangs on says it better, unless it has words of its own.
            let on = check.depends.as_deref().filter(|on| names.contains(on));
            if on.is_some() && !check.speaks() {
                continue;
            }
            let first = on.and_then(|on| checks.iter().find(|other| other.rule == on)).unwrap_or(check);
            let at = place(&first.path, subject, report, sources);
            let others = check.others.iter().map(|path| place(path, subject, report, sources).span);
            let related = others.filter(|span| *span != at.span).take(OTHERS);
            let related = related.map(|span| Related { span, message: "and not here either".to_owned() });
            let own = at.about.filter(|_| !check.speaks()).map(|finding| finding.message.as_str());
            let finding = of_rule(
                Failed {
                    rule: &check.rule,
                    message: own.unwrap_or_else(|| check.says()),
                    span: at.span,
                    label: if at.is_fact { String::new() } else { label(first) },
                    related: related.collect(),
                    logical_id: at.logical_id,
                    stack: &subject.stack,
                    root: template.root,
                    origin: &rules.origin(&check.rule),
                    of_facts: at.is_fact,
                    about: at.about,
                },
                deployment,
            );
            self.findings.push((template, finding));
        }
    }
}

/// What stands under the cursor: what is missing there, where that is a name.
fn label(check: &Check) -> String {
    let name = check.missing.split('.').next().unwrap_or_default();
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == ':');
    if is_name { format!("has no `{name}`") } else { String::new() }
}

/// The documents in pieces that are not too large; one without documents, where the rules are read all the same.
fn batches<'d, 't>(documents: &'d [Ready<'t>]) -> Vec<&'d [Ready<'t>]> {
    let mut size = 0;
    let in_one = |_: &Ready<'_>, next: &Ready<'_>| {
        size += next.1.len();
        let fits = size < TOGETHER;
        size = if fits { size } else { 0 };
        fits
    };
    let batches: Vec<&[Ready<'_>]> = documents.chunk_by(in_one).collect();
    if batches.is_empty() { vec![&[]] } else { batches }
}

/// The trouble, with the templates that it is about.
fn over(trouble: &Trouble, on: &[&str], untried: usize) -> String {
    let named: Vec<String> = on.iter().take(GIVEN_UP).map(|name| format!("`{name}`")).collect();
    let named = if named.is_empty() { String::new() } else { format!(", over {}", named.join(", ")) };
    let more = on.len().saturating_sub(GIVEN_UP) + untried;
    let more = if more > 0 { format!("; nor did the rules run over {more} more") } else { String::new() };
    format!("{trouble}{named}{more}")
}
