//! Which findings are not to be reported: those that a suppression of the template names, and those that a baseline knows.
//!
//! Comes in: the checked templates with their suppressions, a baseline, and each finding's subject. Goes out: whether it is
//! hidden; afterwards, what hid nothing. Must not know: files, formats. Verdicts stay as they are.

use std::collections::{BTreeMap, BTreeSet};

use crate::deployment::Deployment;
use crate::lockout::Checked;
use crate::source::FileId;
use crate::template::{Owner, Suppression};

use super::baseline::{Baseline, Known};
use super::unused::unused;
use super::{Code, Finding};

/// What hides findings in one run, over all its deployments.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hidden {
    baseline: Baseline,
    /// Files by the names that the baseline has for them.
    names: BTreeMap<FileId, String>,
    suppressions: Vec<Seen>,
    /// Places in `suppressions`, by file and logical id.
    by_id: BTreeMap<(FileId, String), Vec<usize>>,
    files: BTreeSet<FileId>,
    deployment: String,
    /// Files by the baseline's names, with the deployments for which they were checked.
    checked: BTreeSet<(String, String)>,
    /// Stacks and logical ids of keys that a deployment does not create, with their files and deployments.
    skipped: BTreeSet<[String; 4]>,
    /// Whether Guard rules were looked at: else nothing is known of findings about them.
    ruled: bool,
    /// Everything that the template does not suppress itself.
    unsuppressed: Vec<Known>,
    count: usize,
}

/// The Guard rule that a suppression is about: `guard-rule/NAME` is about one, `guard-rule` about each.
pub(super) fn rule(code: &str) -> Option<&str> {
    code.strip_prefix(Code::GuardRule.id())?.strip_prefix('/').filter(|rule| !rule.is_empty())
}

/// A suppression and what became of it.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) suppression: Suppression,
    /// The stack and the deployment it was first met in.
    pub(super) stack: String,
    pub(super) deployment: String,
    /// Whether its key was checked.
    pub(super) checked: bool,
    /// Whether it hid a finding.
    pub(super) used: bool,
}

impl Hidden {
    /// With a baseline, and the names it has for the files of the run.
    pub(crate) fn new(baseline: Baseline, names: BTreeMap<FileId, String>) -> Hidden {
        Hidden { baseline, names, ..Hidden::default() }
    }

    /// Takes note of what one deployment is about to be told.
    pub(super) fn open(&mut self, templates: &[Checked], deployment: &Deployment) {
        self.deployment.clone_from(&deployment.name);
        for checked in templates {
            self.learn(checked);
            let name = self.name(checked.file);
            for (id, _) in &checked.skipped {
                self.skipped.insert([name.clone(), checked.stack.clone(), id.clone(), deployment.name.clone()]);
            }
            self.checked.insert((name, deployment.name.clone()));
            for key in &checked.keys {
                for &index in self.by_id.get(&(checked.file, key.id.clone())).into_iter().flatten() {
                    self.suppressions.get_mut(index).into_iter().for_each(|seen| seen.checked = true);
                }
            }
        }
    }

    /// The suppressions of a file, once: one template may be several stacks.
    fn learn(&mut self, checked: &Checked) {
        if !self.files.insert(checked.file) {
            return;
        }
        for suppression in &checked.suppressions {
            let ids = match &suppression.owner {
                Owner::Keys(ids) => ids.as_slice(),
                Owner::Stack(id) | Owner::Resource(id) => std::slice::from_ref(id),
                Owner::Unread | Owner::Nobody => &[],
            };
            for id in ids {
                self.by_id.entry((checked.file, id.clone())).or_default().push(self.suppressions.len());
            }
            self.suppressions.push(Seen {
                suppression: suppression.clone(),
                stack: checked.stack.clone(),
                deployment: self.deployment.clone(),
                checked: false,
                used: false,
            });
        }
    }

    /// Whether a finding about this resource is not to be reported.
    pub(super) fn takes(&mut self, file: FileId, stack: &str, logical_id: &str, code: Code) -> bool {
        let [stack, logical_id, rule] = [stack, logical_id, ""].map(str::to_owned);
        let deployment = self.deployment.clone();
        self.hides(file, Known { file: self.name(file), stack, logical_id, code, deployment, rule })
    }

    /// Whether a finding about a Guard rule is not to be reported; `file` is that of the stack's template.
    #[cfg(feature = "guard")]
    pub(crate) fn takes_rule(&mut self, file: FileId, finding: &Finding) -> bool {
        let Finding { code, rule, stack, logical_id, deployment, .. } = finding.clone();
        self.hides(file, Known { file: self.name(file), stack, logical_id, code, deployment, rule })
    }

    /// Takes note that Guard rules are looked at.
    #[cfg(feature = "guard")]
    pub(crate) fn rules_run(&mut self) {
        self.ruled = true;
    }

    fn hides(&mut self, file: FileId, known: Known) -> bool {
        let hides = self.suppressed(file, &known) || {
            let hides = self.baseline.takes(&known);
            self.unsuppressed.push(known);
            hides
        };
        self.count += usize::from(hides);
        hides
    }

    fn suppressed(&mut self, file: FileId, known: &Known) -> bool {
        let mut hides = false;
        for &index in self.by_id.get(&(file, known.logical_id.clone())).into_iter().flatten() {
            let Some(seen) = self.suppressions.get_mut(index) else { continue };
            // What stands at no key is about rules alone.
            if matches!(seen.suppression.owner, Owner::Resource(_)) && known.code != Code::GuardRule {
                continue;
            }
            let says = seen.suppression.says.as_ref();
            let means = |code: &str| code == known.code.id() || rule(code).is_some_and(|rule| rule == known.rule);
            if says.is_ok_and(|ignore| ignore.has_reason && means(&ignore.code)) {
                seen.used = true;
                hides = true;
            }
        }
        hides
    }

    fn name(&self, file: FileId) -> String {
        self.names.get(&file).cloned().unwrap_or_default()
    }

    /// How many findings were hidden; one about several keys counts for each.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// The suppressions that hid nothing, as findings.
    pub(crate) fn unused(&self) -> Vec<Finding> {
        self.suppressions.iter().filter_map(|seen| unused(seen, self.ruled)).collect()
    }

    /// A baseline of all findings that the templates do not suppress themselves.
    pub(crate) fn as_baseline(&self) -> Baseline {
        self.unsuppressed.iter().cloned().collect()
    }

    /// How many findings of the baseline are gone: their file was checked for their deployment, and their key created.
    pub(crate) fn gone(&self) -> usize {
        let gone = |known: &Known| {
            let Known { file, stack, logical_id, deployment, code, .. } = known.clone();
            (self.ruled || code != Code::GuardRule)
                && self.checked.contains(&(file.clone(), deployment.clone()))
                && !self.skipped.contains(&[file, stack, logical_id, deployment])
        };
        self.baseline.left().filter(|(known, _)| gone(known)).map(|(_, count)| count).sum()
    }
}
