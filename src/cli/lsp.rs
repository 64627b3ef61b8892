//! `cfn-lockout lsp`: open documents are checked as `check` checks the files that it is given.
//!
//! Comes in: the flags, and the texts of open documents. Goes out: what they come to. Which documents are templates, and which
//! files describe their deployments, is found out as for files that a walk comes by; only those that an editor has open count
//! as named, since somebody is looking at them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::bail;

use crate::lsp::{Checker, Ended, Outcome, Texts, serve};
use crate::report::Failure;

use super::args::{Flags, LspArgs};
use super::baseline;
use super::check::{checked, jobs, open_all, over};
use super::discover::{Found, shown};
use super::exit::Exit;
use super::paths::whole;
use super::plan::Plan;
use super::rules;
use super::scan::Hints;

/// Serves the client on stdin and stdout until it goes.
pub(crate) fn run(args: &LspArgs) -> anyhow::Result<Exit> {
    let Flags { from, parameters, previous, .. } = &args.flags;
    if from.iter().chain(parameters).chain(previous).any(|path| path.as_os_str() == "-") {
        bail!("stdin is the language client: name a file instead of `-`");
    }
    // What is wrong with the flags is said now, not at every document.
    rules::wanted(&args.flags)?;
    Plan::new(&args.flags)?;
    match serve(&OpenDocuments { flags: &args.flags })? {
        Ended::Asked => Ok(Exit::Clean),
        Ended::Abandoned => Ok(Exit::Abandoned),
    }
}

struct OpenDocuments<'f> {
    flags: &'f Flags,
}

impl Checker for OpenDocuments<'_> {
    fn check(&self, texts: &Texts) -> Vec<Outcome> {
        let may_matter = |text: &str| !self.flags.rules.is_empty() || Hints::of(text.as_bytes()).may_hold_key();
        let documents: Vec<PathBuf> =
            texts.iter().filter(|(_, text)| may_matter(text)).map(|(path, _)| path.clone()).collect();
        match self.together(&documents, texts) {
            Ok(outcome) => vec![outcome],
            Err(error) if documents.len() < 2 => vec![failed(documents, &error)],
            // What is wrong with one of them is not wrong with the others.
            Err(_) => documents.into_iter().map(|one| self.alone(one, texts)).collect(),
        }
    }
}

impl OpenDocuments<'_> {
    fn alone(&self, document: PathBuf, texts: &Texts) -> Outcome {
        let documents = vec![document];
        self.together(&documents, texts).unwrap_or_else(|error| failed(documents, &error))
    }

    fn together(&self, documents: &[PathBuf], texts: &Texts) -> anyhow::Result<Outcome> {
        if documents.is_empty() {
            return Ok(Outcome::default());
        }
        let flags = self.flags;
        let (plan, mut files) = over(flags, texts.clone())?;
        let found = |path: &PathBuf| (Found { shown: shown(path), path: Some(path.clone()), named: false }, None);
        let templates = open_all(&plan, documents.iter().map(found).collect(), &mut files)?;
        let jobs = jobs(&plan, &templates.opened, &templates.synthesized, &mut files)?;
        let named = templates.opened.iter().map(|(file, _)| *file).collect();
        let mut hidden = baseline::hidden(flags, &files)?;
        let mut report = checked(&mut files, &jobs, &named, &mut hidden, flags);
        let places: BTreeMap<_, _> = files.places().map(|(file, place)| (file, whole(place))).collect();
        let failures = std::mem::take(&mut report.failures).into_iter().map(located).collect();
        Ok(Outcome { documents: documents.to_vec(), report, sources: files.sources, places, failures })
    }
}

/// A failure and the file that it is about; none where it is of no file that can be shown.
fn located(failure: Failure) -> (Option<PathBuf>, Failure) {
    let path = whole(Path::new(&failure.path));
    (Some(path).filter(|path| path.is_file() || failure.line > 0), failure)
}

/// Documents that could not be checked, for what is wrong around them.
fn failed(documents: Vec<PathBuf>, error: &anyhow::Error) -> Outcome {
    let failure = Failure { path: String::new(), line: 0, column: 0, message: format!("{error:#}") };
    Outcome { documents, failures: vec![(None, failure)], ..Outcome::default() }
}
