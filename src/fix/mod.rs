//! The smallest edit that makes a finding go away, proven by checking the edited text.
//!
//! Comes in: findings, what was checked, the texts. Goes out: [`Fix`], a list of text edits with a title and whether it is
//! safe to apply without a look. Must not know: formats, files.

mod candidate;
mod denies;
mod documents;
mod lockouts;
mod new;
mod place;
mod principals;
mod site;
#[cfg(test)]
mod tests;
mod verify;

pub(crate) use verify::{Before, Effort, Known, Root};

use std::collections::BTreeMap;

use crate::findings::{Code, Finding, Hidden, judge};
use crate::lockout::{Checked, KeyAnswer, Verdict, check_update};
use crate::source::{FileId, Span, TextEdit};

use candidate::{Candidate, Case, Promise, candidates, is_fixable};
use site::Site;
use verify::{Edits, State, checked_with, count, kept, state, with_edits};

/// How many candidates are tried for one finding.
const TRIED: usize = 16;

/// How many fixes of one finding are shown.
const SHOWN: usize = 3;

/// A proven edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fix {
    /// What it does, in one line.
    pub(crate) title: String,
    /// The edits, in the order of the text.
    pub(crate) edits: Vec<TextEdit>,
    /// Why somebody has to look at it; nothing where it is safe to apply.
    pub(crate) review: Option<&'static str>,
    /// The verdict of the key afterwards.
    pub(crate) verdict: Verdict,
    promise: Promise,
}

impl Fix {
    /// The file that it edits.
    fn file(&self) -> FileId {
        self.edits.first().map_or(FileId(u32::MAX), |edit| edit.span.file)
    }

    /// The word for whether it can be applied without a look.
    pub(crate) fn applicability(&self) -> &'static str {
        if self.review.is_some() { "review" } else { "safe" }
    }
}

/// Which finding of a run a fix is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Which(Code, String, String, String, Span);

impl Which {
    /// The finding.
    pub(crate) fn of(finding: &Finding) -> Which {
        let Finding { code, stack, logical_id, deployment, span, .. } = finding;
        Which(*code, stack.clone(), logical_id.clone(), deployment.clone(), *span)
    }
}

impl Which {
    /// Whether both are about the same, at whatever place.
    fn is_like(&self, other: &Which) -> bool {
        (self.0, &self.1, &self.2, &self.3) == (other.0, &other.1, &other.2, &other.3)
    }
}

/// The best fix of each finding that has one.
pub(crate) type Fixes = BTreeMap<Which, Fix>;

/// The best fix of every finding that is not hidden, each by itself.
pub(crate) fn best(before: Before<'_>, hidden: &mut Hidden, effort: Effort) -> Fixes {
    let mut found = findings(&before, hidden);
    found.retain(|(_, finding)| is_fixable(finding.code));
    let mut out = Fixes::new();
    // What everything comes to is only worked out where something is to be proven.
    if found.is_empty() {
        return out;
    }
    let mut fixer = Fixer::new(before, effort);
    for (root, finding) in found {
        if let Some(fix) = fixer.fixes(root, &finding, 1, true).into_iter().next() {
            out.entry(Which::of(&finding)).or_insert(fix);
        }
    }
    out
}

/// Every finding that is not hidden, with the number of the template that it is about.
pub(crate) fn findings(before: &Before<'_>, hidden: &mut Hidden) -> Vec<(usize, Finding)> {
    let mut out: Vec<(usize, Finding)> = Vec::new();
    for (at, root) in before.roots.iter().enumerate() {
        out.extend(judge(root.checked, root.deployment, hidden).into_iter().map(|finding| (at, finding)));
    }
    out.sort_by_key(|(root, finding)| (finding.span.file, finding.span.start, finding.code, *root));
    out
}

/// What became of a finding when fixes were put together.
#[derive(Debug)]
pub(crate) enum Planned {
    /// This fix is part of the plan; these would do as well.
    Fixed(Fix, Vec<Fix>),
    /// A fix of the plan fixes it, too.
    Along,
    /// It touches what a fix of the plan edits: the next run may offer it.
    Later(Fix),
    /// No edit is known that does it.
    Nothing,
}

/// Puts the fixes of many findings together, proving each along with those before it.
pub(crate) struct Fixer<'a> {
    before: Before<'a>,
    effort: Effort,
    /// What everything came to at first.
    original: State,
    /// What it comes to with all edits so far.
    state: State,
    /// What the plan fixes on purpose.
    fixed: Vec<(usize, Finding)>,
    accepted: Edits,
    sites: BTreeMap<FileId, Site<'a>>,
}

impl<'a> Fixer<'a> {
    /// With no edit yet.
    pub(crate) fn new(before: Before<'a>, effort: Effort) -> Fixer<'a> {
        let original = state(&before);
        let (state, accepted, sites) = (original.clone(), BTreeMap::new(), BTreeMap::new());
        Fixer { before, effort, original, state, fixed: Vec::new(), accepted, sites }
    }

    /// All edits so far.
    pub(crate) fn edits(&self) -> &Edits {
        &self.accepted
    }

    /// What everything comes to with all edits of the plan.
    pub(crate) fn checked_again(&self) -> Vec<Vec<Checked>> {
        let mut again = checked_with(&self.before, &self.accepted, None, &mut Effort::VERB.clone()).unwrap_or_default();
        let same = |root: &Root<'_>| check_update(root.stacks, root.previous, root.deployment);
        let of = |(index, root)| again.remove(&index).unwrap_or_else(|| same(root));
        self.before.roots.iter().enumerate().map(of).collect()
    }

    /// Adds the best fix of a finding to the plan. `reviewed`: also one that somebody has to look at.
    pub(crate) fn plan(&mut self, root: usize, finding: &Finding, reviewed: bool) -> Planned {
        if self.is_gone(root, finding) {
            return Planned::Along;
        }
        let mut fixes = self.fixes(root, finding, SHOWN, reviewed).into_iter();
        let Some(fix) = fixes.next() else { return Planned::Nothing };
        let mut together = self.accepted.clone();
        for edit in &fix.edits {
            let known = self.accepted.get(&edit.span.file).map_or(&[][..], Vec::as_slice);
            if known.contains(edit) {
                continue;
            }
            if known.iter().any(|other| edit.conflicts(other)) {
                return Planned::Later(fix);
            }
            together.entry(edit.span.file).or_default().push(edit.clone());
        }
        let after = with_edits(&self.before, &together, fix.file(), &mut self.effort);
        let Some(after) = after.filter(|after| kept(fix.promise, finding, &self.state, after).is_some()) else {
            return Planned::Later(fix);
        };
        self.state.extend(after);
        self.accepted = together;
        self.fixed.push((root, finding.clone()));
        Planned::Fixed(fix, fixes.collect())
    }

    /// Whether the plan fixes a finding along with others.
    fn is_gone(&self, root: usize, finding: &Finding) -> bool {
        let same = |(at, other): &&(usize, Finding)| *at == root && Which::of(other).is_like(&Which::of(finding));
        let on_purpose = self.fixed.iter().filter(same).count();
        count(&self.state, root, finding) + on_purpose < count(&self.original, root, finding)
    }

    /// The proven fixes of a finding of the template with number `root`, at most `most`, the best first.
    fn fixes(&mut self, root: usize, finding: &Finding, most: usize, reviewed: bool) -> Vec<Fix> {
        let before = self.before;
        let Some(root) = before.roots.get(root) else { return Vec::new() };
        let Some(key) = key(root, finding) else { return Vec::new() };
        let file = key.span.file;
        let Some(document) = before.sources.document(file) else { return Vec::new() };
        // No proof of an edit of this text can be afforded any more.
        if self.effort.bytes < document.text().len() {
            return Vec::new();
        }
        let site = self.sites.entry(file).or_insert_with(|| Site::new(document));
        let case = Case { finding, key, site, deployment: root.deployment };
        let tried = candidates(&case).into_iter().filter(|one| reviewed || one.review.is_none()).take(TRIED);
        let mut out: Vec<Fix> = Vec::new();
        for candidate in tried {
            // Less does it already.
            if out.iter().any(|fix| fix.edits.iter().all(|edit| candidate.edits.contains(edit))) {
                continue;
            }
            let edits = BTreeMap::from([(file, candidate.edits.clone())]);
            let after = with_edits(&before, &edits, file, &mut self.effort);
            if let Some(verdict) = after.and_then(|after| kept(candidate.promise, finding, &self.original, &after)) {
                let Candidate { title, mut edits, review, promise } = candidate;
                edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
                out.push(Fix { title, edits, review, verdict, promise });
                if out.len() == most {
                    break;
                }
            }
        }
        out
    }
}

/// The answer of the key that a finding is about.
fn key<'a>(root: &Root<'a>, finding: &Finding) -> Option<&'a KeyAnswer> {
    let keys = root.checked.iter().filter(|one| one.stack == finding.stack).flat_map(|one| &one.keys);
    keys.into_iter().find(|key| key.id == finding.logical_id)
}
