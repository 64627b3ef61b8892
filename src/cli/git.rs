//! Files as they were at a commit: what the command `git` prints of a repository.
//!
//! Comes in: a file and a name of a commit. Goes out: the bytes of files at that commit. Git gets arguments and no shell; it
//! resolves the name once, and paths stand behind `--` and are no patterns. Nothing is fetched, and nothing in the
//! repository is changed.

use std::ffi::{OsStr, OsString};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context, anyhow, bail};

/// What a hook of git sets for the commands it runs: they would say something else than the folder does.
const OF_HOOKS: [&str; 6] =
    ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR"];

/// A repository at one commit.
#[derive(Clone, Debug)]
pub(super) struct Commit {
    top: PathBuf,
    /// The commit's id.
    id: String,
}

/// What a commit has under a path.
#[derive(Debug)]
pub(super) enum Blob {
    /// These bytes.
    Bytes(Vec<u8>),
    /// More bytes than are read.
    TooLarge(u64),
    /// No file.
    Nothing,
}

impl Commit {
    /// The repository that a folder is in, at the commit that `name` stands for.
    ///
    /// # Errors
    ///
    /// There is no git, no repository, or no such commit.
    pub(super) fn open(folder: &Path, name: &str) -> anyhow::Result<Commit> {
        if name.is_empty() || name.starts_with('-') {
            bail!("`{name}` is no name of a commit");
        }
        let top = git(folder, ["rev-parse", "--show-toplevel"])?;
        if !top.status.success() {
            return Err(refused(&top).context(format!("`{}` is in no git repository", folder.display())));
        }
        let top = PathBuf::from(os_string(trimmed(top.stdout)));
        let found = git(&top, ["rev-parse", "--verify", "--quiet", "--end-of-options", &format!("{name}^{{commit}}")])?;
        let id = String::from_utf8(trimmed(found.stdout)).unwrap_or_default();
        if !found.status.success() || id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            bail!("the git repository `{}` has no commit `{name}`", top.display());
        }
        Ok(Commit { top, id })
    }

    /// The folder that paths of the repository begin at.
    pub(super) fn top(&self) -> &Path {
        &self.top
    }

    /// The file with this path, from the top of the repository.
    ///
    /// # Errors
    ///
    /// Git cannot read its own repository.
    pub(super) fn read(&self, path: &Path, limit: usize) -> anyhow::Result<Blob> {
        let listed = self.run([
            OsStr::new("ls-tree"),
            OsStr::new("-z"),
            OsStr::new("-l"),
            OsStr::new("--full-tree"),
            OsStr::new(&self.id),
            OsStr::new("--"),
            path.as_os_str(),
        ])?;
        // `100644 blob ID    SIZE<tab>PATH<nul>`
        let line = String::from_utf8_lossy(&listed);
        let words: Vec<&str> = line.split('\t').next().unwrap_or_default().split_whitespace().collect();
        let [mode, "blob", id, size] = words.as_slice() else { return Ok(Blob::Nothing) };
        if !mode.starts_with("100") {
            return Ok(Blob::Nothing);
        }
        let size: u64 = size.parse().with_context(|| format!("git gives `{}` no size", path.display()))?;
        if size > limit as u64 {
            return Ok(Blob::TooLarge(size));
        }
        Ok(Blob::Bytes(self.run([OsStr::new("cat-file"), OsStr::new("blob"), OsStr::new(id)])?))
    }

    fn run<const N: usize>(&self, arguments: [&OsStr; N]) -> anyhow::Result<Vec<u8>> {
        let output = git(&self.top, arguments)?;
        if output.status.success() { Ok(output.stdout) } else { Err(refused(&output)) }
    }
}

/// Runs git in a folder.
fn git<A: AsRef<OsStr>, const N: usize>(folder: &Path, arguments: [A; N]) -> anyhow::Result<Output> {
    let mut command = Command::new("git");
    command.arg("--literal-pathspecs").arg("--no-pager").arg("-C").arg(folder).args(arguments);
    OF_HOOKS.iter().for_each(|name| {
        command.env_remove(name);
    });
    command
        .env("LC_ALL", "C")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_TERMINAL_PROMPT", "0");
    command.stdin(Stdio::null()).output().map_err(|error| match error.kind() {
        ErrorKind::NotFound => anyhow!("the command `git` was not found"),
        _ => anyhow!(error).context("the command `git` cannot be run"),
    })
}

/// What git said, in one line.
fn refused(output: &Output) -> anyhow::Error {
    let said = String::from_utf8_lossy(&output.stderr);
    let first = said.lines().find(|line| !line.trim().is_empty()).unwrap_or("git failed");
    anyhow!("{}", first.trim_start_matches("fatal: "))
}

/// Without the line end that git adds.
fn trimmed(mut bytes: Vec<u8>) -> Vec<u8> {
    while matches!(bytes.last(), Some(b'\n' | b'\r')) {
        bytes.pop();
    }
    bytes
}

#[cfg(unix)]
fn os_string(bytes: Vec<u8>) -> OsString {
    std::os::unix::ffi::OsStringExt::from_vec(bytes)
}

#[cfg(not(unix))]
fn os_string(bytes: Vec<u8>) -> OsString {
    String::from_utf8_lossy(&bytes).into_owned().into()
}
