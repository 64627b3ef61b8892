//! Paths as they are compared and shown.
//!
//! Comes in: paths as somebody wrote them. Goes out: whole ones, and ones without detours.

use std::path::{Component, Path, PathBuf};

/// The whole path, through links where the file exists.
pub(super) fn whole(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| tidy(&here().join(path)))
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
