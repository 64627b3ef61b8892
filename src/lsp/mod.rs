//! A language server over stdio: what the reports say, under the cursor of an editor.
//!
//! Comes in: messages of the Language Server Protocol, and a [`Checker`] that checks open documents as `check` checks files.
//! Goes out: diagnostics, hovers with the reasoning, code actions with the proven edits. Must not know: how files,
//! configurations and deployments are found.
//!
//! Source: Language Server Protocol 3.17 (<https://microsoft.github.io/language-server-protocol/>).

mod actions;
mod capabilities;
mod diagnostics;
mod documents;
mod hover;
mod places;
mod session;
mod transport;
mod uri;

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use crate::report::{Failure, Report};
use crate::source::{FileId, Sources};

pub(crate) use documents::Texts;

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The client asked for it.
    Asked,
    /// It went away without `shutdown`.
    Abandoned,
}

/// Why a session cannot go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Broken {
    /// What comes in is no sequence of messages.
    #[error("this is no message of a language client: {0}")]
    Frame(String),
    /// Nothing can be read or written any more.
    #[error("the language client cannot be reached: {0}")]
    Io(#[from] io::Error),
}

/// Checks open documents.
pub(crate) trait Checker {
    /// What these documents come to, each by its whole path. Those that cannot be checked together are checked apart.
    fn check(&self, texts: &Texts) -> Vec<Outcome>;
}

/// What some of the open documents came to.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// The documents.
    pub(crate) documents: Vec<PathBuf>,
    /// What was found; its failures are in `failures`.
    pub(crate) report: Report,
    /// What findings point into.
    pub(crate) sources: Sources,
    /// Where these files are.
    pub(crate) places: BTreeMap<FileId, PathBuf>,
    /// The files that could not be checked; without a path, what concerns all the documents.
    pub(crate) failures: Vec<(Option<PathBuf>, Failure)>,
}

/// Serves the client on stdin and stdout until it goes.
///
/// # Errors
///
/// What comes in is no protocol, or nothing can be written any more.
pub(crate) fn serve(checker: &dyn Checker) -> Result<Ended, Broken> {
    session::run(checker)
}
