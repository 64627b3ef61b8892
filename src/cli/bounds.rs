//! What a file may make us read: the templates of a stranger's pull request name files, and what is in those gets into reports.
//!
//! Comes in: the folder of a file, and the whole path of a file that it names. Goes out: whether that may be read. A file of a git
//! repository names files of the repository; another one below the working directory names files below it. Only a file that is in
//! neither, which somebody named by hand, may name any.

use std::path::{Path, PathBuf};

use super::discover::repository;
use super::paths::{here, whole};

/// Whether a file in `folder` may make us read the file at this canonical path.
pub(crate) fn may_read(folder: &Path, canonical: &Path) -> bool {
    top(&whole(folder)).is_none_or(|top| canonical.starts_with(top))
}

/// The folder that everything has to be in.
fn top(folder: &Path) -> Option<PathBuf> {
    repository(folder).map(Path::to_owned).or_else(|| Some(here()).filter(|here| folder.starts_with(here)))
}
