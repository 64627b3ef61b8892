//! Checks many templates and forgets each once it is checked: of thousands, their expressions take most memory.
//!
//! Nobody asks for them again. A fix is proven by reading its text anew, and nested templates are found by their files.

use std::collections::BTreeSet;

use crate::lockout::Checked;
use crate::source::FileId;
use crate::template::Stacks;

use super::check::{Job, result};
use super::files::Files;

/// What each template with its nested stacks comes to, job by job.
pub(super) fn results(files: &mut Files, jobs: &mut [Job], named: &BTreeSet<FileId>) -> Vec<Vec<Checked>> {
    let stacks = || jobs.iter().flat_map(|job| &job.stacks);
    let nested: BTreeSet<FileId> = stacks().flat_map(|one| one.all().skip(1)).map(|stack| stack.file).collect();
    // What nests nothing and nobody nests is not looked for by its path any more.
    let alone = stacks().filter(|one| one.is_alone()).map(|one| one.get(Stacks::ROOT).file);
    files.forget(&alone.filter(|file| !nested.contains(file)).collect());
    let mut out = Vec::new();
    for job in jobs {
        let mut own = std::mem::take(&mut job.stacks);
        for stacks in &mut own {
            out.push(result(files, job, stacks, named));
            stacks.forget_contents();
        }
        job.stacks = own;
    }
    out
}
