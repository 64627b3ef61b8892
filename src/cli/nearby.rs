//! The deployments of a template that nobody described by flags: what the files around it say.
//!
//! Comes in: the templates that are checked, and the files that the walk came by. Goes out: the contexts that name a template.
//! A file counts only for templates that it names. What is looked at: the folders from the template's up to the top of its
//! repository, and what was walked.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::deployment::contexts::{Environments, File, Problem, SAMCONFIGS, contexts};
use crate::source::SourceError;

use super::contexts::{Folder, Located, located};
use super::discover::{Repositories, shown};
use super::paths::Wholes;
use super::scan::Hints;

/// How large a file may be that nobody named.
const LIMIT: u64 = 1 << 20;

/// Files that are contexts by their name: one that is broken is said, since nobody knows what it would have said.
const NAMES: [&str; 4] = [SAMCONFIGS[0], SAMCONFIGS[1], SAMCONFIGS[2], "pipelineconfig.toml"];

/// Other places that are looked at in every folder, below it.
const FOLDERS: [&str; 2] = [".github/workflows", ".aws-sam/pipeline"];

/// The contexts around templates, each folder looked at once.
#[derive(Debug, Default)]
pub(crate) struct Nearby {
    /// The files that were scanned, by their folders, and whether a walk came by there.
    scanned: RefCell<Vec<(PathBuf, Scanned, bool)>>,
    /// What the walked folders say, worked out once the walk is over.
    others: OnceCell<Others>,
    /// Of a folder itself.
    folders: RefCell<HashMap<PathBuf, Rc<Vec<Located>>>>,
    repositories: Repositories,
    /// Files that describe a deployment and cannot be read.
    problems: RefCell<Vec<Problem>>,
}

/// What scans of files showed, by their names.
type Scanned = HashMap<OsString, Hints>;

/// What walked folders say.
#[derive(Debug, Default)]
struct Others {
    /// The files by their folders' whole paths, as in [`Nearby::scanned`].
    scanned: HashMap<PathBuf, Scanned>,
    /// The contexts by the templates that they name, each with its folder, in the order of the folders.
    naming: HashMap<PathBuf, Vec<(PathBuf, Located)>>,
}

impl Nearby {
    /// Notes what a scan of a file showed. Where a walk comes by, what is in the folder may name templates anywhere.
    pub(crate) fn scanned(&self, file: &Path, hints: Hints, walked: bool) {
        let (Some(folder), Some(name)) = (file.parent(), file.file_name()) else { return };
        let mut scanned = self.scanned.borrow_mut();
        // A walk comes by the files of a folder one after the other.
        let is_last = |(last, _, of_walk): &&mut (PathBuf, Scanned, bool)| {
            last.as_os_str() == folder.as_os_str() && *of_walk == walked
        };
        match scanned.last_mut().filter(is_last) {
            Some((_, files, _)) => drop(files.insert(name.to_owned(), hints)),
            None => scanned.push((folder.to_owned(), HashMap::from([(name.to_owned(), hints)]), walked)),
        }
    }

    /// The contexts that name the template at this whole path.
    pub(crate) fn of(&self, template: &Path, wholes: &Wholes) -> Vec<Located> {
        let others = self.others.get_or_init(|| self.others(wholes));
        let folder = template.parent().unwrap_or(template);
        let top = self.repositories.of(folder).unwrap_or_else(|| folder.to_owned());
        let above: Vec<&Path> = folder.ancestors().take_while(|above| above.starts_with(&top)).collect();
        let mut out: Vec<Located> = Vec::new();
        for folder in &above {
            let found = self.in_folder(folder, others.scanned.get(*folder));
            out.extend(found.iter().filter(|one| one.templates.iter().any(|named| named == template)).cloned());
        }
        let others = others.naming.get(template).into_iter().flatten();
        out.extend(others.filter(|(folder, _)| !above.contains(&folder.as_path())).map(|(_, one)| one.clone()));
        out
    }

    /// What all walked folders say.
    fn others(&self, wholes: &Wholes) -> Others {
        let mut scanned: HashMap<PathBuf, Scanned> = HashMap::new();
        let mut folders: BTreeSet<PathBuf> = BTreeSet::new();
        for (folder, files, walked) in self.scanned.take() {
            let folder = wholes.folder(&folder);
            folders.extend(walked.then(|| base(&folder).to_owned()));
            scanned.entry(folder).or_default().extend(files);
        }
        let mut naming: HashMap<PathBuf, Vec<(PathBuf, Located)>> = HashMap::new();
        for folder in folders {
            for one in self.in_folder(&folder, scanned.get(&folder)).iter() {
                for template in &one.templates {
                    naming.entry(template.clone()).or_default().push((folder.clone(), one.clone()));
                }
            }
        }
        Others { scanned, naming }
    }

    /// What could not be read so far.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        self.problems.take()
    }

    fn in_folder(&self, folder: &Path, scanned: Option<&Scanned>) -> Rc<Vec<Located>> {
        if let Some(known) = self.folders.borrow().get(folder) {
            return known.clone();
        }
        let found = Rc::new(candidates(folder, scanned).iter().flat_map(|one| self.in_file(one)).collect::<Vec<_>>());
        self.folders.borrow_mut().insert(folder.to_owned(), found.clone());
        found
    }

    /// The contexts of a file.
    fn in_file(&self, Candidate { path, is_one, hints }: &Candidate) -> Vec<Located> {
        let name = shown(path);
        let small = path.metadata().is_ok_and(|file| file.is_file() && file.len() <= LIMIT);
        let Some(bytes) = small.then(|| std::fs::read(path).ok()).flatten() else { return Vec::new() };
        let hints = hints.unwrap_or_else(|| Hints::of(&bytes));
        let is_one = *is_one || hints.is_context();
        if !is_one && !hints.may_be_context() {
            return Vec::new();
        }
        let file = File::parse(&name, bytes);
        if !is_one && file.is_err() {
            return Vec::new();
        }
        let found = file.and_then(|file| match file.is_known() {
            true => contexts(&file, Environments::All, &mut Folder::of(path)),
            false => Ok(Vec::new()),
        });
        match found {
            Ok(found) => found.into_iter().map(|context| located(context, path)).collect(),
            Err(problem) => {
                let SourceError { message, .. } = &problem.error;
                let message = format!("it may say who deploys, and cannot be read: {message}");
                let error = SourceError { message, ..problem.error };
                self.problems.borrow_mut().push(Problem { error, ..problem });
                Vec::new()
            }
        }
    }
}

/// A file that may describe deployments.
struct Candidate {
    path: PathBuf,
    /// Whether it does so by its name.
    is_one: bool,
    /// What a scan of it showed already.
    hints: Option<Hints>,
}

/// The files of a folder that may describe deployments. One that has been scanned is not opened again for nothing.
fn candidates(folder: &Path, scanned: Option<&Scanned>) -> Vec<Candidate> {
    let entries = files(folder);
    let has = |top: &str| entries.iter().any(|entry| entry.file_name().is_some_and(|name| name == top));
    let below: Vec<&str> = FOLDERS.into_iter().filter(|below| below.split('/').next().is_some_and(has)).collect();
    let mut out = candidates_of(entries, scanned);
    for below in below {
        out.extend(candidates_of(files(&folder.join(below)), None));
    }
    out
}

fn candidates_of(entries: Vec<PathBuf>, scanned: Option<&Scanned>) -> Vec<Candidate> {
    let candidate = |path: PathBuf| {
        let name = path.file_name()?;
        let is_one = name.to_str().is_some_and(|name| NAMES.contains(&name));
        let hints = scanned.and_then(|files| files.get(name)).copied();
        let may_be_one = is_data(&path) && hints.is_none_or(Hints::may_be_context);
        (is_one || may_be_one).then_some(Candidate { path, is_one, hints })
    };
    entries.into_iter().filter_map(candidate).collect()
}

/// The folder that is looked at with one of [`FOLDERS`] below it: a walk comes by both.
fn base(folder: &Path) -> &Path {
    let own = FOLDERS.iter().find(|below| folder.ends_with(below));
    own.and_then(|below| folder.ancestors().nth(below.split('/').count())).unwrap_or(folder)
}

fn is_data(path: &Path) -> bool {
    path.extension().is_some_and(|extension| ["yaml", "yml", "json"].iter().any(|known| extension == *known))
}

/// The entries of a folder, in a fixed order; none where it cannot be read.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}
