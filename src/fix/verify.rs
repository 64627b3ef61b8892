//! The proof of a fix: the edited text is read and checked as the original was, in the same deployment and with the same
//! nested stacks. A fix counts only if its finding is gone, the key's verdict is as promised, and nothing else got worse.
//!
//! Comes in: what was checked, and edited texts. Goes out: what the edited templates come to. Must not know: files.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::deployment::Deployment;
use crate::findings::{Code, Finding, Hidden, judge};
use crate::lockout::{Checked, Verdict, check_update};
use crate::resolve::{Files, follow};
use crate::source::{Document, FileId, Sources, TextEdit, edited};
use crate::template::{POLICY, Stacks, Template, Unfollowed};

use super::candidate::{Promise, is_no_worse};
use super::site::is_json;

/// What is beside a template, found again as it was before: nothing is read.
pub(crate) trait Known {
    /// The template in the file that the template `from` calls `path`.
    ///
    /// # Errors
    ///
    /// There is no such file, or it holds no template.
    fn template(&self, from: FileId, path: &str) -> Result<(FileId, Arc<Template>), Unfollowed>;

    /// The file that the template `from` includes as `path`.
    fn snippet(&self, from: FileId, path: &str) -> Option<FileId>;

    /// The path, beside the template `from`, of the file that is uploaded under this name.
    fn asset(&self, _from: FileId, _name: &str) -> Option<String> {
        None
    }
}

/// What was checked, as it was.
#[derive(Clone, Copy)]
pub(crate) struct Before<'a> {
    /// The texts.
    pub(crate) sources: &'a Sources,
    /// The files beside templates.
    pub(crate) known: &'a dyn Known,
    /// The templates that were checked by themselves; one that has several deployments once for each.
    pub(crate) roots: &'a [Root<'a>],
}

/// A template in one deployment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Root<'a> {
    /// The template with its nested stacks.
    pub(crate) stacks: &'a Stacks,
    /// What each of these came to.
    pub(crate) checked: &'a [Checked],
    /// What is deployed now, where that is known.
    pub(crate) previous: Option<&'a Stacks>,
    /// Who deploys.
    pub(crate) deployment: &'a Deployment,
}

/// How much the proofs of a run may cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort {
    /// How many keys may be checked again.
    pub(crate) checks: usize,
    /// How many worlds these may run.
    pub(crate) worlds: usize,
    /// How many bytes of edited texts may be read again.
    pub(crate) bytes: usize,
}

impl Effort {
    /// For a report, where fixes are a courtesy.
    pub(crate) const REPORT: Effort = Effort { checks: 4_000, worlds: 50_000, bytes: 32 << 20 };
    /// For the verb, where they are the point.
    pub(crate) const VERB: Effort = Effort { checks: 100_000, worlds: 2_000_000, bytes: 1 << 30 };
}

/// What a finding is about: its code, stack, logical id and deployment.
type About = (Code, String, String, String);

/// What one template with its nested stacks comes to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Summary {
    findings: BTreeMap<About, usize>,
    verdicts: BTreeMap<(String, String), Verdict>,
}

/// The summaries of all templates that were checked.
pub(crate) type State = BTreeMap<usize, Summary>;

fn about(finding: &Finding) -> About {
    (finding.code, finding.stack.clone(), finding.logical_id.clone(), finding.deployment.clone())
}

fn summary(checked: &[Checked], deployment: &Deployment) -> Summary {
    let mut out = Summary::default();
    for finding in judge(checked, deployment, &mut Hidden::default()) {
        // One for all keys of a deployment, at the first of them: the verdicts say the same.
        if finding.code != Code::ReliesOnDeployerIam {
            *out.findings.entry(about(&finding)).or_default() += 1;
        }
    }
    for key in checked.iter().flat_map(|one| &one.keys) {
        out.verdicts.insert((key.stack.clone(), key.id.clone()), key.verdict);
    }
    out
}

/// What everything came to before any edit.
pub(crate) fn state(before: &Before<'_>) -> State {
    before.roots.iter().map(|root| summary(root.checked, root.deployment)).enumerate().collect()
}

/// How many findings like this one there are in the template with number `root`.
pub(crate) fn count(state: &State, root: usize, finding: &Finding) -> usize {
    state.get(&root).and_then(|summary| summary.findings.get(&about(finding)).copied()).unwrap_or(0)
}

/// Edits by file.
pub(crate) type Edits = BTreeMap<FileId, Vec<TextEdit>>;

/// What the templates that hold the file `of` come to with all these edits; nothing where a text cannot be read any more, or
/// the effort is spent.
pub(crate) fn with_edits(before: &Before<'_>, edits: &Edits, of: FileId, effort: &mut Effort) -> Option<State> {
    let checked = checked_with(before, edits, Some(of), effort)?;
    let roots = before.roots.iter().enumerate();
    Some(roots.filter_map(|(at, root)| Some((at, summary(checked.get(&at)?, root.deployment)))).collect())
}

/// The templates that hold edited files, checked again; only those that hold the file `of`, if it is named.
pub(crate) fn checked_with(
    before: &Before<'_>,
    edits: &Edits,
    of: Option<FileId>,
    effort: &mut Effort,
) -> Option<BTreeMap<usize, Vec<Checked>>> {
    let roots: BTreeSet<usize> = match of {
        Some(file) => reached(before, file),
        None => edits.keys().flat_map(|&file| reached(before, file)).collect(),
    };
    // Before anything is read: what is spent costs nothing any more.
    let keys = |root: &Root<'_>| root.stacks.all().map(|stack| stack.template.keys().count()).sum::<usize>().max(1);
    let cost = roots.iter().filter_map(|&root| before.roots.get(root)).map(keys).sum();
    effort.checks = effort.checks.checked_sub(cost)?;
    let files = |root: &Root<'_>| root.stacks.all().map(|stack| stack.file).collect::<Vec<_>>();
    let all: BTreeSet<FileId> = before.roots.iter().flat_map(files).collect();
    let own: BTreeSet<FileId> = roots.iter().filter_map(|&root| before.roots.get(root)).flat_map(files).collect();
    let mut documents: BTreeMap<FileId, Document> = BTreeMap::new();
    for (&file, edits) in edits {
        if !own.contains(&file) && all.contains(&file) {
            continue;
        }
        let text = before.sources.document(file)?.text();
        effort.bytes = effort.bytes.checked_sub(text.len())?;
        let after = edited(text, edits)?;
        if is_json(text) && !is_json(&after) {
            return None;
        }
        documents.insert(file, Document::from_text(file, &after).ok()?);
    }
    let mut files = Edited { before, documents };
    let mut out = BTreeMap::new();
    for (index, root) in before.roots.iter().enumerate().filter(|(index, _)| roots.contains(index)) {
        let file = root.stacks.get(Stacks::ROOT).file;
        let template = Arc::new(files.parsed(file)?);
        let stacks = follow(file, template, &root.deployment.givens, &mut files).named(root.stacks.name());
        let mut checked = check_update(&stacks, root.previous, root.deployment);
        checked.iter_mut().for_each(|one| as_before(one, root.checked));
        let worlds: usize = checked.iter().map(|one| one.worlds).sum();
        effort.worlds = effort.worlds.checked_sub(worlds)?;
        out.insert(index, checked);
    }
    Some(out)
}

/// What is known of nested templates hangs on files, and no edit changes it.
fn as_before(one: &mut Checked, before: &[Checked]) {
    if let Some(old) = before.iter().find(|old| old.stack == one.stack) {
        one.not_followed.clone_from(&old.not_followed);
        one.matters = old.matters;
    }
}

/// The templates that a file may matter to: one that is no stack's template is included somewhere.
fn reached(before: &Before<'_>, file: FileId) -> BTreeSet<usize> {
    let holds = |root: &Root<'_>| root.stacks.all().any(|stack| stack.file == file);
    let holding: BTreeSet<usize> = (0..).zip(before.roots).filter(|(_, root)| holds(root)).map(|(at, _)| at).collect();
    if holding.is_empty() { (0..before.roots.len()).collect() } else { holding }
}

/// The files of the run, some of them edited.
struct Edited<'a> {
    before: &'a Before<'a>,
    documents: BTreeMap<FileId, Document>,
}

impl Edited<'_> {
    /// The template in a file, read as it was before.
    fn parsed(&self, file: FileId) -> Option<Template> {
        let document = self.document(file)?;
        let here = self.before.roots.iter().flat_map(|root| root.stacks.all()).find(|stack| stack.file == file)?;
        let is_policy = here.template.keys().any(|key| key.kind == POLICY);
        if is_policy { Some(Template::of_policy(document)) } else { Template::parse(document) }
    }
}

impl Files for Edited<'_> {
    fn template(&mut self, from: FileId, path: &str) -> Result<(FileId, Arc<Template>), Unfollowed> {
        let (file, template) = self.before.known.template(from, path)?;
        let edited = self.documents.get(&file).and_then(Template::parse);
        Ok((file, edited.map_or(template, Arc::new)))
    }

    fn snippet(&mut self, from: FileId, path: &str) -> Option<FileId> {
        self.before.known.snippet(from, path)
    }

    fn asset(&self, from: FileId, name: &str) -> Option<String> {
        self.before.known.asset(from, name)
    }

    fn document(&self, file: FileId) -> Option<&Document> {
        self.documents.get(&file).or_else(|| self.before.sources.document(file))
    }
}

/// Warnings about a key that KMS accepts are not there as long as it does not: they are no work of the edit.
fn was_hidden((code, stack, id, _): &About, old: &Summary) -> bool {
    let later =
        [Code::NoAccountDelegation, Code::FragileAdministrator, Code::DeployerCannotDelete, Code::ServiceCannotUseKey];
    let before = old.verdicts.get(&(stack.clone(), id.clone()));
    later.contains(code) && before.is_some_and(|verdict| matches!(verdict, Verdict::Lockout | Verdict::Invalid))
}

/// The verdict of the finding's key after the edits, if they keep what was promised and nothing got worse.
pub(crate) fn kept(promise: Promise, finding: &Finding, state: &State, after: &State) -> Option<Verdict> {
    let (own, mut verdict, mut is_gone) = ((finding.stack.clone(), finding.logical_id.clone()), None, false);
    let count = |summary: &Summary, about: &About| summary.findings.get(about).copied().unwrap_or(0);
    for (index, new) in after {
        let old = state.get(index)?;
        let is_new = |about: &&About| count(new, about) > count(old, about);
        if new.findings.keys().filter(is_new).any(|about| !was_hidden(about, old)) {
            return None;
        }
        if new.verdicts.len() != old.verdicts.len() {
            return None;
        }
        for (key, after) in &new.verdicts {
            let before = *old.verdicts.get(key)?;
            if !is_no_worse(before, *after) {
                return None;
            }
            if *key == own && count(old, &about(finding)) > 0 {
                if !promise.is_kept(before, *after) {
                    return None;
                }
                verdict = Some(*after);
            }
        }
        is_gone |= count(new, &about(finding)) < count(old, &about(finding));
    }
    verdict.filter(|_| is_gone)
}
