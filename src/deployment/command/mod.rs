//! The commands that deploy templates: `aws cloudformation …`, `sam deploy`, `cdk deploy`.
//!
//! Comes in: the words of a command. Goes out: [`Command`], what it deploys and what its own flags say. Must not know: how the
//! command is run; files that it names are handed in.

mod aws;
mod cdk;
mod flags;
mod sam;
#[cfg(test)]
mod tests;

use super::contexts::{Beside, Problem};
use super::said::{Argument, Said};

/// A command that deploys a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Command {
    /// What it is, for people: `aws cloudformation deploy`.
    pub(crate) name: String,
    /// The program as it was called, for further calls of it.
    pub(crate) program: String,
    /// What it deploys.
    pub(crate) template: Source,
    /// What its flags say.
    pub(crate) said: Said,
    /// Whether it may update a stack, which keeps the service role that it had.
    pub(crate) updates: bool,
    /// Its flags that say which account is asked, and how: `--profile`, `--endpoint-url`, …
    pub(crate) access: Vec<String>,
    /// Where its configuration is, for `sam deploy`.
    pub(crate) config: Option<Config>,
}

/// Where the template is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// In a file.
    File(String),
    /// In the first of these files that there is.
    FirstOf(Vec<String>),
    /// It is this text.
    Text(String),
    /// In a cloud assembly of the AWS CDK.
    Assembly(Assembly),
    /// Somewhere that is not looked into; in words.
    Elsewhere(String),
}

/// The cloud assembly that `cdk deploy` deploys, and what of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Assembly {
    /// What `--app` says: a folder, or the command that makes one.
    pub(crate) app: Option<String>,
    /// The folder that it is written to.
    pub(crate) output: Option<String>,
    /// The stacks that are named, as patterns; none: all.
    pub(crate) stacks: Vec<String>,
    /// Whether the stacks that they depend on stay as they are.
    pub(crate) exclusively: bool,
    /// The command that makes the assembly, and deploys nothing.
    pub(crate) synth: Vec<String>,
    /// Parameters of one stack, or of every stack where none is named.
    pub(crate) parameters: Vec<(Option<String>, Argument)>,
}

/// The samconfig that a command takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Config {
    /// Its path; nothing: beside the template, under its usual names.
    pub(crate) file: Option<String>,
    /// Its environment; nothing: `default`.
    pub(crate) environment: Option<String>,
}

/// Why a command cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CommandError {
    /// It is none that deploys a template.
    #[error(
        "`{0}` deploys no template: `run` takes `aws cloudformation deploy`, `create-stack`, `update-stack` and \
         `create-change-set`, `sam deploy` and `cdk deploy`"
    )]
    Other(String),
    /// A flag without its value.
    #[error("{0} has no value")]
    Value(String),
    /// It does not say what it deploys.
    #[error("`{0}` names no template")]
    Template(String),
    /// A file that it names.
    #[error(transparent)]
    File(#[from] Problem),
    /// What is no parameter.
    #[error("{flag}: `{word}` is no parameter")]
    Parameter {
        /// The flag.
        flag: String,
        /// The word.
        word: String,
    },
}

/// Reads a command. Words before the program (`env`, `aws-vault exec`, `npx`, …) are passed over.
///
/// # Errors
///
/// A command that deploys no template, or whose flags cannot be read.
pub(crate) fn read(words: &[String], beside: &mut dyn Beside) -> Result<Command, CommandError> {
    for (at, word) in words.iter().enumerate() {
        let rest = words.get(at + 1..).unwrap_or_default();
        let found = match program(word) {
            "aws" => aws::read(word, rest, beside),
            "sam" => sam::read(word, rest, beside),
            "cdk" | "aws-cdk" => cdk::read(words.get(..=at).unwrap_or_default(), rest),
            _ => continue,
        };
        match found {
            // A word that is only called like a program: the next may be it.
            Err(CommandError::Other(_)) => {}
            found => return found,
        }
    }
    Err(CommandError::Other(words.join(" ")))
}

/// A program's name without its folder and suffix.
fn program(word: &str) -> &str {
    let name = word.rsplit(['/', '\\']).next().unwrap_or(word);
    name.strip_suffix(".exe").or_else(|| name.strip_suffix(".cmd")).unwrap_or(name)
}
