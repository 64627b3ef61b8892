//! `--baseline` and `--write-baseline`: the file of known findings, and what the names in it mean.
//!
//! Comes in: the flags and the files of the run. Goes out: what hides findings; at the end, the new baseline. In the file,
//! names are relative to its folder, so that it means the same wherever the program is started.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use anyhow::anyhow;

use crate::findings::{Baseline, Hidden};

use super::args::Flags;
use super::exit::Exit;
use super::files::Files;
use super::inputs::document;
use super::output::{remark, write};
use super::paths::{here, tidy, whole};

/// What hides findings, by the flags.
pub(crate) fn hidden(flags: &Flags, files: &Files) -> anyhow::Result<Hidden> {
    // Nobody else asks what files are called in a baseline.
    let is_wanted = flags.baseline.is_some() || flags.write_baseline.is_some();
    let places = files.places().filter(|_| is_wanted);
    let names: BTreeMap<_, _> = places.map(|(file, place)| (file, text(&located(place)))).collect();
    let Some(path) = &flags.baseline else { return Ok(Hidden::new(Baseline::default(), names)) };
    let document = document("--baseline", path)?;
    let baseline = Baseline::parse(&document)
        .map_err(|error| anyhow!("--baseline `{}`:{}:{}: {error}", path.display(), error.line, error.column))?;
    let folder = folder(path);
    let place = |name: &str| if is_stdin(name) { name.to_owned() } else { text(&tidy(&folder.join(name))) };
    Ok(Hidden::new(baseline.with_files(place), names))
}

/// Writes the new baseline, says what of the old one is gone, and how the run ends: what is written down is no failure.
pub(crate) fn end(flags: &Flags, hidden: &Hidden, exit: Exit) -> anyhow::Result<Exit> {
    let say = |what: String| {
        if !flags.quiet {
            remark(&what)
        }
    };
    if let Some(path) = &flags.write_baseline {
        let folder = folder(path);
        let baseline = hidden.as_baseline().with_files(|name| relative(Path::new(name), &folder));
        write(path, &baseline.text())?;
        say(format!("wrote {} to `{}`", findings(baseline.len()), path.display()));
        return Ok(if exit == Exit::Findings { Exit::Clean } else { exit });
    }
    if let (Some(path), gone @ 1..) = (&flags.baseline, hidden.gone()) {
        let shown = path.display();
        say(format!("{} of baseline `{shown}` did not occur; --write-baseline writes it anew", findings(gone)));
    }
    Ok(exit)
}

fn findings(count: usize) -> String {
    format!("{count} finding{}", if count == 1 { "" } else { "s" })
}

/// The name of stdin is no path, unless --stdin-filename gives one.
fn is_stdin(name: &str) -> bool {
    name == "<stdin>"
}

/// The whole path of a file of the run, but for stdin.
fn located(path: &Path) -> PathBuf {
    if path.to_str().is_some_and(is_stdin) { path.to_owned() } else { whole(path) }
}

/// The folder that a file is in, or will be.
fn folder(file: &Path) -> PathBuf {
    let folder = file.parent().unwrap_or(Path::new(""));
    if folder.as_os_str().is_empty() { here() } else { whole(folder) }
}

fn text(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// A path as seen from a folder, with `/`; one on another drive stays whole.
fn relative(path: &Path, folder: &Path) -> String {
    if path.to_str().is_some_and(is_stdin) || path.is_relative() {
        return text(path);
    }
    let (parts, above): (Vec<Component<'_>>, Vec<Component<'_>>) =
        (path.components().collect(), folder.components().collect());
    let common = parts.iter().zip(&above).take_while(|(a, b)| a == b).count();
    if common == 0 {
        return text(path);
    }
    let up = above.iter().skip(common).map(|_| Component::ParentDir);
    text(&up.chain(parts.iter().skip(common).copied()).collect::<PathBuf>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_seen_from_the_folder() {
        for (path, folder, expected) in [
            ("/a/b/kms.yaml", "/a", "b/kms.yaml"),
            ("/a/kms.yaml", "/a/ci", "../kms.yaml"),
            ("/a/b/kms.yaml", "/a/c/d", "../../b/kms.yaml"),
            ("<stdin>", "/a", "<stdin>"),
        ] {
            let name = relative(Path::new(path), Path::new(folder));
            assert_eq!(name, expected);
            if !is_stdin(path) {
                assert_eq!(tidy(&Path::new(folder).join(&name)), Path::new(path), "and back");
            }
        }
    }
}
