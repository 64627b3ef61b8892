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
    /// Everything that the template does not suppress itself.
    unsuppressed: Vec<Known>,
    count: usize,
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
                Owner::Stack(id) => std::slice::from_ref(id),
                Owner::Resource(_) | Owner::Unread | Owner::Nobody => &[],
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
        let hides = self.suppressed(file, logical_id, code) || {
            let known = Known {
                file: self.name(file),
                stack: stack.to_owned(),
                logical_id: logical_id.to_owned(),
                code,
                deployment: self.deployment.clone(),
            };
            let hides = self.baseline.takes(&known);
            self.unsuppressed.push(known);
            hides
        };
        self.count += usize::from(hides);
        hides
    }

    fn suppressed(&mut self, file: FileId, logical_id: &str, code: Code) -> bool {
        let mut hides = false;
        for &index in self.by_id.get(&(file, logical_id.to_owned())).into_iter().flatten() {
            let Some(seen) = self.suppressions.get_mut(index) else { continue };
            let says = seen.suppression.says.as_ref();
            if says.is_ok_and(|ignore| ignore.has_reason && ignore.code == code.id()) {
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
        self.suppressions.iter().filter_map(unused).collect()
    }

    /// A baseline of all findings that the templates do not suppress themselves.
    pub(crate) fn as_baseline(&self) -> Baseline {
        self.unsuppressed.iter().cloned().collect()
    }

    /// How many findings of the baseline are gone: their file was checked for their deployment, and their key created.
    pub(crate) fn gone(&self) -> usize {
        let gone = |known: &Known| {
            let Known { file, stack, logical_id, deployment, .. } = known.clone();
            self.checked.contains(&(file.clone(), deployment.clone()))
                && !self.skipped.contains(&[file, stack, logical_id, deployment])
        };
        self.baseline.left().filter(|(known, _)| gone(known)).map(|(_, count)| count).sum()
    }
}
