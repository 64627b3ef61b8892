//! `--previous` and `--previous-git`: the template that is deployed now, for every template that is checked.
//!
//! Comes in: the flags and the checked templates. Goes out: the stacks of the previous templates, by the file of the
//! template that takes their place. A file that the commit does not have is new: it has no previous template.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, bail};

use crate::resolve::{Files as Beside, follow};
use crate::source::{Document, FileId, SourceError};
use crate::template::{POLICY, Stacks, Unfollowed};

use super::args::Flags;
use super::check::Job;
use super::discover::{Found, shown, too_large};
use super::files::{Files, NO_TEMPLATE, Opened};
use super::git::{Blob, Commit};
use super::paths::tidy;

/// What is deployed now, by the files of the templates that take its place.
pub(super) type Previous = BTreeMap<FileId, Stacks>;

/// Gives every job the previous versions of its templates, by the flags.
///
/// # Errors
///
/// What is no previous template of these, no commit, or cannot be read.
pub(super) fn previous(flags: &Flags, jobs: &mut [Job], files: &mut Files) -> anyhow::Result<()> {
    match (&flags.previous, &flags.previous_git) {
        (Some(path), _) => of_file(path, flags, jobs, files).context("--previous"),
        (None, Some(name)) => of_commit(name, jobs, files).context("--previous-git"),
        (None, None) => Ok(()),
    }
}

fn of_file(path: &Path, flags: &Flags, jobs: &mut [Job], files: &mut Files) -> anyhow::Result<()> {
    let is_stdin = path.as_os_str() == "-";
    let roots: BTreeSet<FileId> = jobs.iter().flat_map(|job| &job.stacks).map(root).collect();
    match path {
        _ if roots.len() > 1 => bail!(
            "it is the previous version of one template, and {} are checked: name one of them, or use --previous-git REF",
            roots.len()
        ),
        path if path.is_dir() => bail!("`{}` is a folder: name the template that is deployed now", path.display()),
        path if !is_stdin && !path.exists() => bail!("there is no file `{}`", path.display()),
        _ => {}
    }
    let Some(file) = roots.first().copied() else { return Ok(()) };
    if is_stdin && files.places().any(|(known, place)| known == file && place == Path::new(&flags.stdin_filename)) {
        bail!("stdin is the template that is checked");
    }
    let found = Found { shown: shown(path), path: (!is_stdin).then(|| path.to_owned()), named: true };
    let is_policy = jobs.iter().flat_map(|job| &job.stacks).any(is_policy);
    let stdin = &flags.stdin_filename;
    let opened = if is_policy { files.policy(&found, stdin) } else { files.template(&found, stdin) };
    let Some((old, template)) = opened else { return Ok(()) };
    for job in jobs.iter_mut().filter(|job| !job.stacks.is_empty()) {
        let stacks = match is_policy {
            true => Stacks::of(old, template.clone()),
            false => follow(old, template.clone(), &job.deployment.givens, files),
        };
        job.previous.insert(file, stacks);
    }
    Ok(())
}

/// The file of the template itself.
fn root(stacks: &Stacks) -> FileId {
    stacks.get(Stacks::ROOT).file
}

/// Whether it is a key policy that stands by itself.
fn is_policy(stacks: &Stacks) -> bool {
    stacks.get(Stacks::ROOT).template.keys().any(|key| key.kind == POLICY)
}

fn of_commit(name: &str, jobs: &mut [Job], files: &mut Files) -> anyhow::Result<()> {
    let places: BTreeMap<FileId, PathBuf> = files.places().map(|(file, place)| (file, place.to_owned())).collect();
    let mut commits: BTreeMap<PathBuf, Commit> = BTreeMap::new();
    let mut at = AtCommit { files, name, commit: None, paths: BTreeMap::new(), known: BTreeMap::new() };
    for job in jobs {
        for new in job.stacks.iter().filter(|new| new.all().any(|stack| stack.template.keys().next().is_some())) {
            if is_policy(new) {
                bail!(
                    "a key policy that stands by itself has no commit: give the policy in force with --previous FILE"
                );
            }
            let place = whole(places.get(&root(new)).map_or(Path::new(""), PathBuf::as_path))?;
            let folder = place.parent().unwrap_or(Path::new("/")).to_owned();
            let commit = match commits.get(&folder) {
                Some(commit) => commit.clone(),
                None => commits.entry(folder.clone()).or_insert(Commit::open(&folder, name)?).clone(),
            };
            let Some(path) = within(&commit, &place) else { continue };
            at.commit = Some(commit);
            if let Some((old, template)) = at.root(&path)? {
                job.previous.insert(root(new), follow(old, template, &job.deployment.givens, &mut at));
            }
        }
    }
    Ok(())
}

/// The whole path of a template, through links. One from stdin has the path that --stdin-filename gives it.
fn whole(place: &Path) -> anyhow::Result<PathBuf> {
    if let Ok(whole) = place.canonicalize() {
        return Ok(whole);
    }
    let (Some(name), Some(folder)) = (place.file_name().filter(|name| *name != "<stdin>"), place.parent()) else {
        bail!("stdin has no path in a repository: give it one with --stdin-filename");
    };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let folder = folder.canonicalize().with_context(|| format!("there is no folder `{}`", folder.display()))?;
    Ok(folder.join(name))
}

/// A path from the top of the repository.
fn within(commit: &Commit, place: &Path) -> Option<PathBuf> {
    let top = commit.top().canonicalize().ok()?;
    place.strip_prefix(top).ok().map(Path::to_owned)
}

/// The files of a commit, as those beside a template.
struct AtCommit<'f> {
    files: &'f mut Files,
    /// What the user calls the commit.
    name: &'f str,
    /// The repository that is read from now.
    commit: Option<Commit>,
    /// The paths of files that were read, from the top of the repository.
    paths: BTreeMap<FileId, PathBuf>,
    /// What became of files, by their repository and path.
    known: BTreeMap<(PathBuf, PathBuf), Result<Opened, Unfollowed>>,
}

impl AtCommit<'_> {
    /// The previous version of a template that is checked; nothing where there is none. One that mentions a key and cannot
    /// be read is a failure.
    fn root(&mut self, path: &Path) -> anyhow::Result<Option<Opened>> {
        match self.read(path)? {
            Ok(opened) => Ok(Some(opened)),
            Err(Unfollowed::Broken { path, error, mentions_key }) => {
                if mentions_key && error.message != NO_TEMPLATE {
                    self.files.fail(&path, error);
                }
                Ok(None)
            }
            Err(_) => Ok(None),
        }
    }

    fn read(&mut self, path: &Path) -> anyhow::Result<Result<Opened, Unfollowed>> {
        let Some(commit) = &self.commit else { return Ok(Err(Unfollowed::Missing("there is no commit".to_owned()))) };
        let key = (commit.top().to_owned(), path.to_owned());
        if let Some(known) = self.known.get(&key) {
            return Ok(known.clone());
        }
        let shown = self.shown(path);
        let opened = match commit.read(path, self.files.most_bytes())? {
            Blob::Bytes(bytes) => self.files.parsed_apart(&shown, Path::new(&shown), bytes),
            Blob::TooLarge(size) => {
                let message = too_large(size, self.files.most_bytes());
                let error = SourceError { message, line: 0, column: 0 };
                Err(Unfollowed::Broken { path: shown.clone(), error, mentions_key: true })
            }
            Blob::Nothing => Err(Unfollowed::Missing(format!("there is no file `{shown}`"))),
        };
        if let Ok((file, _)) = &opened {
            self.paths.insert(*file, path.to_owned());
        }
        self.known.insert(key, opened.clone());
        Ok(opened)
    }

    /// As git writes it: `HEAD~1:infra/keys.yaml`.
    fn shown(&self, path: &Path) -> String {
        format!("{}:{}", self.name, path.to_string_lossy().replace('\\', "/"))
    }

    /// The path, from the top, of what the template `from` calls `path`; nothing where that leaves the repository.
    fn beside(&self, from: FileId, path: &str) -> Option<PathBuf> {
        let folder = self.paths.get(&from)?.parent()?;
        let joined = tidy(&folder.join(path));
        joined.components().all(|part| matches!(part, Component::Normal(_))).then_some(joined)
    }
}

impl Beside for AtCommit<'_> {
    fn template(&mut self, from: FileId, path: &str) -> Result<Opened, Unfollowed> {
        let missing = || Unfollowed::Missing(format!("there is no file `{path}` at `{}`", self.name));
        let place = self.beside(from, path).ok_or_else(missing)?;
        self.read(&place).unwrap_or_else(|error| Err(Unfollowed::Missing(format!("{error:#}"))))
    }

    fn snippet(&mut self, from: FileId, path: &str) -> Option<FileId> {
        let place = self.beside(from, path)?;
        let Blob::Bytes(bytes) = self.commit.as_ref()?.read(&place, self.files.most_bytes()).ok()? else { return None };
        let shown = self.shown(&place);
        let file = self.files.included_apart(&shown, Path::new(&shown), bytes)?;
        self.paths.insert(file, place);
        Some(file)
    }

    fn document(&self, file: FileId) -> Option<&Document> {
        self.files.sources.document(file)
    }
}
