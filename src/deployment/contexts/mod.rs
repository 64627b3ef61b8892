//! The files in which people already say who deploys a template, where and with which values.
//!
//! Comes in: a file as a tree of texts, recognised by what it holds. Goes out: [`Context`]s, each what flags would say, with
//! the place of every value. What a file does not tell (an expression, a value of another stack) stays unknown and is never
//! replaced by a guess. Must not know: folders, flags; files beside the one that is read are handed in.

mod assembly;
mod assignments;
mod git_sync;
mod identity;
#[cfg(test)]
mod kinds;
mod node;
mod org_formation;
mod parameter_file;
mod partial;
mod places;
mod sam_pipeline;
mod samconfig;
mod sceptre;
mod serverless;
mod template;
#[cfg(test)]
mod tests;
mod workflow;

use std::fmt;

use crate::source::{Document, FileId, Limits, SourceError};

use super::said::{Argument, Said, Told};

pub(crate) use assembly::{Assembly, StackName, assembly, assets};
pub(super) use assignments::{Assignment, assignment, words};
use node::Kind;
pub(super) use node::Node;
pub(crate) use samconfig::NAMES as SAMCONFIGS;
pub(super) use samconfig::TEMPLATES as SAM_TEMPLATES;

/// One deployment that a file describes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Context {
    /// Its name; empty where the file has only one.
    pub(crate) name: String,
    /// Where it stands: `samconfig.toml:12`.
    pub(crate) place: String,
    /// What it says.
    pub(crate) said: Said,
    /// The templates that it names, relative to the file's folder; none: it names none.
    pub(crate) templates: Vec<String>,
    /// What it leaves open about the deployer, in words.
    pub(crate) unknown: Option<Told>,
}

/// A file that was read.
#[derive(Clone, Debug)]
pub(crate) struct File {
    /// Its path as shown.
    pub(crate) shown: String,
    /// What it holds.
    pub(crate) root: Node,
}

/// Whether a file is TOML: by its name, or because it begins with a table's head, or with an assignment before one.
fn is_toml(shown: &str, text: &str) -> bool {
    let is_head = |line: &str| {
        let head = line.trim().strip_prefix('[').and_then(|line| line.strip_suffix(']'));
        head.is_some_and(|head| {
            !head.is_empty() && head.chars().all(|one| one.is_alphanumeric() || "._-[]".contains(one))
        })
    };
    let mut lines = text.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    let first = lines.next().unwrap_or_default();
    shown.ends_with(".toml") || is_head(first) || (first.contains(" = ") && lines.any(is_head))
}

/// What is wrong with a file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    /// The file as shown.
    pub(crate) file: String,
    /// What, with line and column; 0 where there is no place.
    pub(crate) error: SourceError,
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SourceError { message, line, column } = &self.error;
        match line {
            0 => write!(out, "{}: {message}", self.file),
            _ => write!(out, "{}:{line}:{column}: {message}", self.file),
        }
    }
}

impl std::error::Error for Problem {}

/// Files that a file names.
pub(crate) trait Beside {
    /// The file at a path relative to the one that names it.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    fn read(&mut self, path: &str) -> Result<File, Problem>;

    /// Whether there is a file at a path relative to the one that names it.
    fn has(&mut self, path: &str) -> bool {
        self.read(path).is_ok()
    }

    /// The way from the folder of the file to the root of its repository (`../..`); nothing where it is in none.
    fn root(&mut self) -> Option<String> {
        None
    }
}

/// Which of several environments count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Environments<'a> {
    /// The one of this name.
    Named(&'a str),
    /// The one that counts where nobody names one.
    Default,
    /// Every one.
    All,
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Assembly,
    GitSync,
    Identity,
    OrgFormation,
    Parameters,
    SamPipeline,
    Samconfig,
    Sceptre,
    Serverless,
    Template,
    Workflow,
}

/// Whether a file is of a kind.
type IsOne = fn(&Node) -> bool;

impl File {
    /// Reads a file; what it is written in is told by its name and its text.
    ///
    /// # Errors
    ///
    /// A file that is none of YAML, JSON, TOML and a list of `Key=Value`, with the place.
    pub(crate) fn parse(shown: &str, bytes: Vec<u8>) -> Result<File, Problem> {
        let limits = Limits::default();
        let text = std::str::from_utf8(&bytes).ok().filter(|text| text.len() <= limits.bytes);
        let toml = text.filter(|text| is_toml(shown, text)).map(Node::of_toml);
        let root = match toml.or_else(|| Node::of_assignments(text?).map(Ok)) {
            Some(root) => root,
            None => Document::parse(FileId(u32::MAX), bytes, &limits).and_then(|document| Node::of_document(&document)),
        };
        let shown = shown.to_owned();
        match root {
            Ok(root) => Ok(File { shown, root }),
            Err(error) => Err(Problem { file: shown, error }),
        }
    }

    /// Where a node stands: `samconfig.toml:12`.
    fn place(&self, node: &Node) -> String {
        format!("{}:{}", self.shown, node.line)
    }

    /// A value with its place; nothing where it is no text, or empty.
    pub(super) fn told(&self, node: Option<&Node>) -> Option<Told> {
        let node = node?;
        let text = node.text().map(str::trim).filter(|text| !text.is_empty())?;
        Some(Told::new(text, self.place(node)))
    }

    /// A problem with a node.
    fn problem(&self, node: &Node, message: impl Into<String>) -> Problem {
        let error = SourceError { message: message.into(), line: node.line, column: node.column };
        Problem { file: self.shown.clone(), error }
    }

    /// What the file is, by what it holds.
    fn format(&self) -> Option<Format> {
        let root = &self.root;
        let has = |key: &str| root.get(key).is_some();
        if has("UserId") && has("Account") && has("Arn") {
            return Some(Format::Identity);
        }
        // What is told apart by less comes later.
        let kinds: [(Format, IsOne); 10] = [
            (Format::Assembly, assembly::is_one),
            (Format::Workflow, workflow::is_one),
            (Format::SamPipeline, sam_pipeline::is_one),
            (Format::Samconfig, samconfig::is_one),
            (Format::GitSync, git_sync::is_one),
            (Format::Template, template::is_one),
            (Format::OrgFormation, org_formation::is_one),
            (Format::Serverless, serverless::is_one),
            (Format::Sceptre, sceptre::is_one),
            (Format::Parameters, parameter_file::is_one),
        ];
        kinds.into_iter().find(|(_, is_one)| is_one(root)).map(|(format, _)| format)
    }

    /// Whether the file is the manifest of a cloud assembly.
    pub(crate) fn is_assembly(&self) -> bool {
        self.format() == Some(Format::Assembly)
    }

    /// Whether the file describes deployments.
    pub(crate) fn is_known(&self) -> bool {
        self.format().is_some()
    }
}

/// The deployments that a file describes.
///
/// # Errors
///
/// A file of no known kind, or one that does not say what it should, with the place.
pub(crate) fn contexts(
    file: &File,
    environments: Environments<'_>,
    beside: &mut dyn Beside,
) -> Result<Vec<Context>, Problem> {
    match file.format() {
        Some(Format::Assembly) => assembly::contexts(file, beside),
        Some(Format::GitSync) => Ok(vec![git_sync::context(file, beside)?]),
        Some(Format::Identity) => identity::contexts(file),
        Some(Format::OrgFormation) => org_formation::contexts(file),
        Some(Format::Parameters) => Ok(vec![parameter_file::context(file)?]),
        Some(Format::SamPipeline) => sam_pipeline::contexts(file, environments),
        Some(Format::Samconfig) => samconfig::contexts(file, environments, beside),
        Some(Format::Sceptre) => Ok(vec![sceptre::context(file, beside)?]),
        Some(Format::Serverless) => Ok(vec![serverless::context(file, beside)]),
        Some(Format::Template) => template::contexts(file, environments, beside),
        Some(Format::Workflow) => workflow::contexts(file, environments, beside),
        None => Err(file.problem(&file.root, UNKNOWN)),
    }
}

/// The values of parameters in a file.
///
/// # Errors
///
/// It holds no parameters.
pub(crate) fn parameters(file: &File) -> Result<Vec<Argument>, Problem> {
    parameter_file::parameters(file)
}

/// What is said of a file that is none of them.
const UNKNOWN: &str = "this describes no deployment: it is none of the files of docs/deployers.md, such as a \
                       samconfig, a cloud assembly, a GitHub workflow, a Git sync deployment file, a parameter file, the output of \
                       `aws sts get-caller-identity`";
