//! Paths as they are compared and shown.
//!
//! Comes in: paths as somebody wrote them. Goes out: whole ones, and ones without detours.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

/// The whole path, through links where the file exists.
pub(super) fn whole(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| tidy(&here().join(path)))
}

/// Whether a name is found only as it is written: else only the system knows what a file is called.
const EXACT: bool = cfg!(not(any(windows, target_vendor = "apple")));

/// The whole paths of a run, for which every folder is looked at once.
#[derive(Debug, Default)]
pub(super) struct Wholes(RefCell<HashMap<OsString, PathBuf>>);

impl Wholes {
    /// As [`whole`].
    pub(super) fn of(&self, path: &Path) -> PathBuf {
        let found =
            || Some(self.walked(path)).filter(|found| found.symlink_metadata().is_ok_and(|it| !it.is_symlink()));
        EXACT.then(found).flatten().unwrap_or_else(|| whole(path))
    }

    /// The same of a file that a walk came by: it follows no links.
    pub(super) fn walked(&self, file: &Path) -> PathBuf {
        match (file.parent(), file.file_name()) {
            (Some(folder), Some(name)) => self.folder(folder).join(name),
            _ => whole(file),
        }
    }

    /// The same of a folder.
    pub(super) fn folder(&self, folder: &Path) -> PathBuf {
        if let Some(known) = self.0.borrow().get(folder.as_os_str()) {
            return known.clone();
        }
        let found = if folder.as_os_str().is_empty() { here() } else { self.of(folder) };
        self.0.borrow_mut().insert(folder.as_os_str().to_owned(), found.clone());
        found
    }
}

/// The folder that the program runs in.
pub(super) fn here() -> PathBuf {
    std::env::current_dir().and_then(|here| here.canonicalize()).unwrap_or_default()
}

/// A path without `.`, and without `..` where the folder before it is known.
pub(super) fn tidy(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(out.components().next_back(), Some(Component::Normal(_))) => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever stands in a path, and whatever is a link in it, the whole path is the one that the system gives.
    #[cfg(unix)]
    #[test]
    fn whole_paths_are_those_of_the_system() {
        let top = std::env::temp_dir().join(format!("cfn-lockout-paths-{}", std::process::id()));
        std::fs::create_dir_all(top.join("a/b")).unwrap();
        std::fs::write(top.join("a/b/kms.yaml"), "").unwrap();
        std::os::unix::fs::symlink("a/b", top.join("linked")).unwrap();
        std::os::unix::fs::symlink("../kms.yaml", top.join("a/b/c.yaml")).unwrap();
        std::os::unix::fs::symlink("b/kms.yaml", top.join("a/kms.yaml")).unwrap();
        let wholes = Wholes::default();
        for path in [
            "a/b/kms.yaml",
            "a/kms.yaml",
            "linked/kms.yaml",
            "linked/c.yaml",
            "linked",
            "a/b/../b/kms.yaml",
            "a/./b",
            "a/b/..",
            "linked/../kms.yaml",
            "gone/kms.yaml",
            "a/b/gone.yaml",
            "a/b/kms.yaml/below",
            "",
        ] {
            let path = top.join(path);
            for _ in 0..2 {
                assert_eq!(wholes.of(&path), whole(&path), "{}", path.display());
                assert_eq!(wholes.folder(&path), whole(&path), "{}", path.display());
            }
        }
        for path in ["Cargo.toml", "src", ".", "..", "src/lib.rs", "./src/../Cargo.toml"] {
            assert_eq!(wholes.of(Path::new(path)), whole(Path::new(path)), "{path}");
        }
        std::fs::remove_dir_all(&top).unwrap();
    }

    #[test]
    fn paths_are_shown_without_detours() {
        for (path, shown) in [
            ("infra/./keys.yaml", "infra/keys.yaml"),
            ("infra/../keys.yaml", "keys.yaml"),
            ("infra/a/../../b/keys.yaml", "b/keys.yaml"),
            ("../keys.yaml", "../keys.yaml"),
            ("/a/../keys.yaml", "/keys.yaml"),
        ] {
            assert_eq!(tidy(Path::new(path)), Path::new(shown), "{path}");
        }
    }
}
