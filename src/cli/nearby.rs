//! The deployments of a template that nobody described by flags: what the files around it say.
//!
//! Comes in: the templates that are checked, and the files that the walk came by. Goes out: the contexts that name a template.
//! A file counts only for templates that it names. What is looked at: the folders from the template's up to the top of its
//! repository, and what was walked.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use memchr::memmem;

use crate::deployment::contexts::{Environments, File, Problem, contexts};
use crate::source::SourceError;

use super::contexts::{Folder, Located, located};
use super::discover::shown;
use super::files::whole;

/// How large a file may be that nobody named.
const LIMIT: u64 = 1 << 20;

/// Files that are contexts by their name: one that is broken is said, since nobody knows what it would have said.
const NAMES: [&str; 4] = ["samconfig.toml", "samconfig.yaml", "samconfig.yml", "pipelineconfig.toml"];

/// Other places that are looked at in every folder, below it.
const FOLDERS: [&str; 2] = [".github/workflows", ".aws-sam/pipeline"];

/// What other files that are contexts have in their text.
const HINTS: [&[u8]; 4] = [
    b"aws:cloudformation:stack",
    b"template-file-path",
    b"configure-aws-credentials",
    b"aws-cloudformation-github-deploy",
];

/// What is also in files of quite other kinds: one of these that cannot be read is nobody's business.
const WEAK_HINTS: [&[u8]; 8] = [
    b"AWS::CloudFormation::StackSet",
    b"AWS::CodePipeline::Pipeline",
    b"AWS::ServiceCatalog::LaunchRoleConstraint",
    b"::SyncConfiguration",
    b"update-stacks",
    b"service:",
    b"template_path:",
    b"template:",
];

/// The contexts around templates, each folder looked at once.
#[derive(Debug, Default)]
pub(crate) struct Nearby {
    /// The folders that were walked, as the walk names them.
    walked: RefCell<BTreeSet<PathBuf>>,
    /// The same by their whole paths, worked out once the walk is over.
    others: OnceCell<Vec<PathBuf>>,
    /// Of a folder itself.
    folders: RefCell<BTreeMap<PathBuf, Rc<Vec<Located>>>>,
    /// Files that describe a deployment and cannot be read.
    problems: RefCell<Vec<Problem>>,
}

impl Nearby {
    /// Notes that a folder was walked: what is in it may name templates anywhere.
    pub(crate) fn walked(&self, folder: &Path) {
        if !self.walked.borrow().contains(folder) {
            self.walked.borrow_mut().insert(folder.to_owned());
        }
    }

    /// The contexts that name the template at this whole path.
    pub(crate) fn of(&self, template: &Path) -> Vec<Located> {
        let folder = template.parent().unwrap_or(template);
        let top = folder.ancestors().find(|above| above.join(".git").exists()).unwrap_or(folder);
        let above: Vec<&Path> = folder.ancestors().take_while(|above| above.starts_with(top)).collect();
        let walked = self.others.get_or_init(|| {
            let all: BTreeSet<PathBuf> =
                self.walked.borrow().iter().map(|folder| base(&whole(folder)).to_owned()).collect();
            all.into_iter().collect()
        });
        let others = walked.iter().map(PathBuf::as_path).filter(|other| !above.contains(other));
        let all: Vec<Rc<Vec<Located>>> =
            above.iter().copied().chain(others).map(|folder| self.in_folder(folder)).collect();
        let names_it = |one: &&Located| one.templates.iter().any(|named| named == template);
        all.iter().flat_map(|found| found.iter()).filter(names_it).cloned().collect()
    }

    /// What could not be read so far.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        self.problems.take()
    }

    fn in_folder(&self, folder: &Path) -> Rc<Vec<Located>> {
        if let Some(known) = self.folders.borrow().get(folder) {
            return known.clone();
        }
        let candidates = candidates(folder);
        let found =
            Rc::new(candidates.iter().flat_map(|(path, is_one)| self.in_file(path, *is_one)).collect::<Vec<_>>());
        self.folders.borrow_mut().insert(folder.to_owned(), found.clone());
        found
    }

    /// The contexts of a file; `is_one`: it is one by its name.
    fn in_file(&self, path: &Path, is_one: bool) -> Vec<Located> {
        let name = shown(path);
        let small = path.metadata().is_ok_and(|file| file.is_file() && file.len() <= LIMIT);
        let Some(bytes) = small.then(|| std::fs::read(path).ok()).flatten() else { return Vec::new() };
        let has = |hint: &&[u8]| memmem::find(&bytes, hint).is_some();
        let is_one = is_one || HINTS.iter().any(has);
        if !is_one && !WEAK_HINTS.iter().any(has) {
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

/// The files of a folder that may describe deployments, and whether they do so by their names.
fn candidates(folder: &Path) -> Vec<(PathBuf, bool)> {
    let mut out = candidates_in(folder);
    for below in FOLDERS {
        out.extend(candidates_in(&folder.join(below)));
    }
    out
}

fn candidates_in(folder: &Path) -> Vec<(PathBuf, bool)> {
    let named = |path: PathBuf| {
        let is_one = path.file_name().and_then(|name| name.to_str()).is_some_and(|name| NAMES.contains(&name));
        (is_one || is_data(&path)).then_some((path, is_one))
    };
    files(folder).into_iter().filter_map(named).collect()
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
