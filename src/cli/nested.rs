//! Which templates are checked by themselves, and which only as the nested stacks of another; and which nested stacks that
//! cannot be looked into are failures.
//!
//! Comes in: the templates that were found. Goes out: the roots, each with its nested stacks.

use std::collections::BTreeSet;

use crate::lockout::{Checked, NotFollowed};
use crate::resolve::{Givens, follow};
use crate::source::{FileId, SourceError};
use crate::template::{Stacks, Unfollowed};

use super::files::{Files, Opened};

/// The templates that no other one nests, each with all that it nests. Of templates that nest each other, the first.
pub(crate) fn roots(opened: &[Opened], givens: &Givens, files: &mut Files) -> Vec<Stacks> {
    let trees: Vec<Stacks> =
        opened.iter().map(|(file, template)| follow(*file, template.clone(), givens, files)).collect();
    let reached = |tree: &Stacks| -> BTreeSet<FileId> { tree.all().map(|stack| stack.file).collect() };
    let below: BTreeSet<FileId> = trees.iter().flat_map(|tree| tree.all().skip(1).map(|stack| stack.file)).collect();
    let is_root = |tree: &Stacks| tree.all().next().is_some_and(|root| !below.contains(&root.file));
    let mut covered: BTreeSet<FileId> = trees.iter().filter(|tree| is_root(tree)).flat_map(reached).collect();
    let checked = |tree: &Stacks| {
        let new = tree.all().next().is_some_and(|root| !covered.contains(&root.file));
        if new {
            covered.extend(reached(tree));
        }
        new || is_root(tree)
    };
    let kept: Vec<bool> = trees.iter().map(checked).collect();
    trees.into_iter().zip(kept).filter_map(|(tree, kept)| kept.then_some(tree)).collect()
}

/// Takes out what is a failure: of a template that was named, every nested stack whose file is broken; of any other, a
/// broken file that mentions a key, as for files that stand alone. More stacks than are followed always are.
pub(crate) fn failures(checked: &mut Checked, named: bool, files: &mut Files) {
    let (failed, rest): (Vec<NotFollowed>, Vec<NotFollowed>) =
        std::mem::take(&mut checked.not_followed).into_iter().partition(|one| match &one.why {
            Unfollowed::Elsewhere(_) | Unfollowed::Missing(_) | Unfollowed::Circular(_) => false,
            Unfollowed::Broken { mentions_key, .. } => named || *mentions_key,
            Unfollowed::TooMany(_) => true,
        });
    checked.not_followed = rest;
    for one in failed {
        match one.why {
            Unfollowed::Broken { path, error, .. } => files.fail(&path, error),
            Unfollowed::Elsewhere(what)
            | Unfollowed::Missing(what)
            | Unfollowed::TooMany(what)
            | Unfollowed::Circular(what) => {
                let place = files.sources.document(one.span.file).map(|document| document.line_col(one.span.start));
                let (line, column) = place.map_or((0, 0), |place| (place.line, place.column));
                let shown = files.sources.path(one.span.file).to_owned();
                files.fail(&shown, SourceError { message: format!("nested stack `{}`: {what}", one.id), line, column });
            }
        }
    }
}
