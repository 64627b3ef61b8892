//! What a walk came by and may not look at. Nobody named it, so it is no failure; it is said beside the report, since a
//! template may be there.

use std::io;
use std::path::{Path, PathBuf};

use super::discover::{shown, trouble};
use super::output::remark;

/// How many are told by their names.
const TOLD: usize = 5;

/// Folders and files that could not be read, in the order of the walk.
#[derive(Debug, Default)]
pub(super) struct Unread(Vec<String>);

impl Unread {
    /// Notes one; what has gone in the meantime is none.
    pub(super) fn add(&mut self, path: &Path, error: &io::Error) {
        if error.kind() != io::ErrorKind::NotFound {
            self.0.push(format!("`{}` cannot be read ({error}): what is there is not checked", shown(path)));
        }
    }

    /// The same for what a walk says of a folder.
    pub(super) fn add_walked(&mut self, error: &ignore::Error) {
        let path = path_of(error).filter(|_| error.is_io());
        // The error of a walk repeats the path.
        if let Some((path, error)) = path.and_then(|path| trouble(&path).map(|error| (path, error))) {
            self.add(&path, &error);
        }
    }

    /// Says so.
    pub(super) fn tell(&self) {
        self.0.iter().take(TOLD).for_each(|one| remark(one));
        if let Some(more @ 1..) = self.0.len().checked_sub(TOLD) {
            remark(&format!("{more} more files and folders cannot be read"));
        }
    }
}

fn path_of(error: &ignore::Error) -> Option<PathBuf> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path.clone()),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        _ => None,
    }
}
