//! Paths to files: what was named, and what is found below named folders, in a fixed order.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use anyhow::{Context, bail};
use ignore::WalkBuilder;
use ignore::overrides::OverrideBuilder;

use crate::source::Limits;

use super::scan;
use super::unread::Unread;

/// A file to look at.
#[derive(Debug)]
pub(crate) struct Found {
    /// Its path as shown: relative where it was given so, with `/`.
    pub(crate) shown: String,
    /// Where it is; nothing for stdin.
    pub(crate) path: Option<PathBuf>,
    /// Whether the user named it (and did not only name a folder above it).
    pub(crate) named: bool,
}

/// The files of the named paths. A path that does not exist, and a folder that may not be read, is handed to `missing`; what may not
/// be read below a folder goes into `unread`.
pub(crate) fn discover(
    paths: &[PathBuf],
    exclude: &[String],
    missing: &mut dyn FnMut(&Path),
    unread: &mut Unread,
) -> anyhow::Result<Vec<Found>> {
    let here = [PathBuf::from(".")];
    let paths = if paths.is_empty() { &here } else { paths };
    let mut out: Vec<Found> = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" {
            out.push(Found { shown: String::new(), path: None, named: true });
        } else if path.is_dir() && std::fs::read_dir(path).is_ok() {
            walk(path, exclude, unread, &mut out)?;
        } else if path.exists() && !path.is_dir() {
            out.push(Found { shown: shown(path), path: Some(path.clone()), named: true });
        } else {
            missing(path);
        }
    }
    // One path yields each of its files once.
    if paths.len() > 1 {
        let mut seen = HashSet::new();
        out.retain(|found| seen.insert(found.path.clone()));
    }
    Ok(out)
}

/// The files below a folder, by git's rules. A named folder that git itself ignores is walked all the same.
fn walk(root: &Path, exclude: &[String], unread: &mut Unread, out: &mut Vec<Found>) -> anyhow::Result<()> {
    let (mut found, mut closed) = below(root, exclude, true)?;
    if found.is_empty() {
        (found, closed) = below(root, exclude, false)?;
    }
    closed.iter().for_each(|error| unread.add_walked(error));
    out.extend(found);
    Ok(())
}

/// The files below a folder, and what went wrong on the way; `outer`: whether the ignore files above it count.
fn below(root: &Path, exclude: &[String], outer: bool) -> anyhow::Result<(Vec<Found>, Vec<ignore::Error>)> {
    let (mut out, mut wrong) = (Vec::new(), Vec::new());
    let mut globs = OverrideBuilder::new(root);
    for glob in exclude {
        globs.add(&format!("!{glob}")).with_context(|| format!("--exclude: `{glob}` is no glob"))?;
    }
    let walker = WalkBuilder::new(root)
        .hidden(false)
        .parents(outer)
        .follow_links(false)
        .overrides(globs.build().context("--exclude")?)
        .filter_entry(|entry| !matches!(entry.file_name().to_str(), Some(".git" | "node_modules")))
        .sort_by_file_name(std::cmp::Ord::cmp)
        .build();
    for entry in walker {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                wrong.push(error);
                continue;
            }
        };
        let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
        if is_file && scan::may_be_template(entry.path()) {
            let path = entry.into_path();
            out.push(Found { shown: shown(&path), path: Some(path), named: false });
        }
    }
    Ok((out, wrong))
}

/// Why a path that is there cannot be read.
pub(crate) fn trouble(path: &Path) -> Option<std::io::Error> {
    let found = std::fs::metadata(path);
    let read = found.and_then(|found| if found.is_dir() { std::fs::read_dir(path).map(drop) } else { Ok(()) });
    read.err().filter(|error| error.kind() != std::io::ErrorKind::NotFound)
}

/// The working directory, which stays what it is.
static HERE: LazyLock<Option<PathBuf>> = LazyLock::new(|| std::env::current_dir().ok());

/// A path with `/`, without a leading `./`, relative to the working directory where it is below it.
pub(crate) fn shown(path: &Path) -> String {
    let below = HERE.as_deref().filter(|_| path.is_absolute()).and_then(|here| path.strip_prefix(here).ok());
    let text = below.unwrap_or(path).to_string_lossy();
    text.strip_prefix("./").or(text.strip_prefix(".\\")).unwrap_or(&text).replace('\\', "/")
}

/// The top folder of the git repository that a folder is in.
pub(crate) fn repository(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|above| above.join(".git").exists())
}

/// The top folders of the git repositories of a run, each folder looked at once.
#[derive(Debug, Default)]
pub(crate) struct Repositories(RefCell<HashMap<OsString, Option<PathBuf>>>);

impl Repositories {
    /// As [`repository`].
    pub(crate) fn of(&self, folder: &Path) -> Option<PathBuf> {
        if let Some(known) = self.0.borrow().get(folder.as_os_str()) {
            return known.clone();
        }
        let top = match folder.join(".git").exists() {
            true => Some(folder.to_owned()),
            false => folder.parent().and_then(|above| self.of(above)),
        };
        self.0.borrow_mut().insert(folder.as_os_str().to_owned(), top.clone());
        top
    }
}

/// What a file turned out to be.
#[derive(Debug)]
pub(crate) enum Content {
    /// Its bytes.
    Bytes(Vec<u8>),
    /// It is larger than the limit; whether it mentions a key.
    TooLarge {
        /// In bytes.
        size: u64,
        /// Whether it names a key type.
        mentions: bool,
    },
}

/// What stands in a found file, or on stdin.
pub(crate) fn open(found: &Found, limit: usize) -> anyhow::Result<Content> {
    match &found.path {
        // What was named and is too large is a failure, whatever it holds.
        Some(path) if found.named => read_or_scan(path, limit, false),
        Some(path) => read(path, limit),
        None => stdin(limit),
    }
}

/// All that stands in a file that somebody or something named, or on stdin.
///
/// # Errors
///
/// What cannot be read, and what is over the limit.
pub(crate) fn bytes(found: &Found) -> anyhow::Result<Vec<u8>> {
    let limit = Limits::default().bytes;
    match open(found, limit)? {
        Content::Bytes(bytes) => Ok(bytes),
        Content::TooLarge { size, .. } => bail!(too_large(size, limit)),
    }
}

/// What to say of a file over the limit.
pub(crate) fn too_large(size: u64, limit: usize) -> String {
    format!("the file has {size} bytes; at most {limit} are read")
}

fn stdin(limit: usize) -> anyhow::Result<Content> {
    let mut bytes = Vec::new();
    std::io::stdin().lock().take(limit as u64 + 1).read_to_end(&mut bytes).context("cannot read stdin")?;
    Ok(Content::Bytes(bytes))
}

/// Reads a file; one over the limit is only scanned.
pub(crate) fn read(path: &Path, limit: usize) -> anyhow::Result<Content> {
    read_or_scan(path, limit, true)
}

fn read_or_scan(path: &Path, limit: usize, scans: bool) -> anyhow::Result<Content> {
    let mut file = File::open(path).context("cannot be opened")?;
    let size = file.metadata().context("cannot be read")?.len();
    if size > limit as u64 {
        return Ok(Content::TooLarge { size, mentions: scans && scan_large(&mut file)? });
    }
    // All of it at once, and room to see that it ends there.
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(limit).saturating_add(1));
    // One byte past the limit shows a file that grew, or a device that never ends.
    file.take(limit as u64 + 1).read_to_end(&mut bytes).context("cannot be read")?;
    Ok(Content::Bytes(bytes))
}

/// Looks for the key types in pieces that overlap by the length of the longest.
fn scan_large(file: &mut File) -> anyhow::Result<bool> {
    const OVERLAP: usize = 32;
    let mut buffer = vec![0; 1 << 20];
    let mut tail: Vec<u8> = Vec::new();
    loop {
        let count = file.read(&mut buffer).context("cannot be read")?;
        if count == 0 {
            return Ok(false);
        }
        tail.extend_from_slice(buffer.get(..count).unwrap_or_default());
        if scan::mentions_key(&tail) {
            return Ok(true);
        }
        tail = tail.split_off(tail.len().saturating_sub(OVERLAP));
    }
}
