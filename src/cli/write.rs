//! Writing edited files back: all or nothing.
//!
//! Comes in: a path, the text that was read from it and the text that it is to hold. Goes out: the file, or an error and
//! the file as it was.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::Path;

use anyhow::{Context, bail};

/// The byte order mark, which is no part of the text.
const MARK: &[u8] = b"\xEF\xBB\xBF";

/// Replaces what a file holds: a new file beside it, with its permissions, takes its place. Of a link, the file it leads to.
pub(crate) fn replace(path: &Path, before: &str, after: &str) -> anyhow::Result<()> {
    let shown = path.display();
    let target = path.canonicalize().with_context(|| format!("cannot find `{shown}`"))?;
    let old = fs::read(&target).with_context(|| format!("cannot read `{shown}`"))?;
    let (mark, text) = match old.strip_prefix(MARK) {
        Some(text) => (MARK, text),
        None => (&[][..], old.as_slice()),
    };
    if text != before.as_bytes() {
        bail!("`{shown}` has changed since it was read: nothing was written");
    }
    let permissions = fs::metadata(&target).with_context(|| format!("cannot read `{shown}`"))?.permissions();
    if permissions.readonly() {
        bail!("`{shown}` is read-only: nothing was written");
    }
    let name = target.file_name().and_then(|name| name.to_str()).unwrap_or("template");
    let beside = target.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&beside)
        .with_context(|| format!("cannot write beside `{shown}`: nothing was written"))?;
    let written = fill(&mut file, &[mark, after.as_bytes()])
        .and_then(|()| fs::set_permissions(&beside, permissions))
        .and_then(|()| fs::rename(&beside, &target));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written.with_context(|| format!("cannot write `{shown}`: nothing was written"))
}

fn fill(file: &mut File, parts: &[&[u8]]) -> std::io::Result<()> {
    parts.iter().try_for_each(|part| file.write_all(part))?;
    file.sync_all()
}
