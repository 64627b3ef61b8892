//! Results in, text for people and machines out: one file per format. Knows everything above it and decides nothing.

mod collect;
mod counts;
mod diff;
mod github;
mod json;
mod junit;
mod markdown;
mod page;
mod patch;
mod plain;
mod recover;
mod resolved;
mod sarif;
mod sheet;
mod snippet;
mod text;
mod told;
mod who;
mod why;
mod wrap;
mod xml;

pub(crate) use collect::{collect, conclude};
pub(crate) use diff::{Change, Changes, changes, done};
pub(crate) use github::github;
pub(crate) use json::json;
pub(crate) use junit::junit;
#[cfg(feature = "lsp")]
pub(crate) use markdown::fenced;
pub(crate) use markdown::markdown;
#[cfg(any(feature = "lsp", feature = "hook"))]
pub(crate) use page::address;
pub(crate) use page::{list, page};
pub(crate) use recover::{Rescue, json as recover_json, text as recover_text};
#[cfg(feature = "guard")]
pub(crate) use resolved::{FACTS, resolved_document};
pub(crate) use resolved::{Subject, resolved};
pub(crate) use sarif::sarif;
#[cfg(feature = "hook")]
pub(crate) use text::summary;
pub(crate) use text::{Style, TextOptions, text};
#[cfg(feature = "lsp")]
pub(crate) use text::{clean, reasoning};
#[cfg(any(feature = "lsp", feature = "hook"))]
pub(crate) use told::Told;
#[cfg(feature = "hook")]
pub(crate) use told::cut;
pub(crate) use who::{Section as WhoSection, Told as WhoTold, json as who_json, text as who_text};

use std::collections::BTreeSet;

use crate::findings::{Finding, Why};
use crate::fix::{Fix, Fixes, Which};
use crate::lockout::{Administrators, Case, Open, Verdict};
use crate::source::{FileId, Span};
use crate::world::Plain;

/// All that one run found, in the order in which it is printed.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// Every key of every template and deployment.
    pub(crate) keys: Vec<KeyRow>,
    /// Keys that the deployment does not create.
    pub(crate) skipped: Vec<SkippedRow>,
    /// Files that could not be checked.
    pub(crate) failures: Vec<Failure>,
    /// What to tell the user, sorted by file, place and code.
    pub(crate) findings: Vec<Finding>,
    /// The best proven edit for each finding that has one.
    pub(crate) fixes: Fixes,
    /// Which deployments of configurations were used for which templates, in words.
    pub(crate) contexts: Vec<String>,
    /// The files that are made from others: edits of them do not last.
    pub(crate) generated: BTreeSet<FileId>,
    /// The templates that were checked.
    pub(crate) templates: BTreeSet<FileId>,
    /// How many nested templates are not known: keys in them are not checked.
    pub(crate) unknown: usize,
    /// How many loops may make keys and are not known.
    pub(crate) loops: usize,
    /// How many findings were suppressed, in a template or by a baseline.
    pub(crate) suppressed: usize,
}

impl Report {
    /// The best proven edit that makes a finding go away.
    pub(crate) fn fix(&self, finding: &Finding) -> Option<&Fix> {
        self.fixes.get(&Which::of(finding))
    }
}

/// One key in one deployment.
#[derive(Debug)]
pub(crate) struct KeyRow {
    /// The file it stands in.
    pub(crate) file: FileId,
    /// Path of nested stacks; empty for the template itself.
    pub(crate) stack: String,
    /// The key's logical id.
    pub(crate) logical_id: String,
    /// `AWS::KMS::Key`, `AWS::KMS::ReplicaKey` or `policy`.
    pub(crate) kind: &'static str,
    /// The key's logical id in the template.
    pub(crate) span: Span,
    /// Name of the deployment.
    pub(crate) deployment: String,
    /// The caller that KMS sees, where it is known.
    pub(crate) deployer: Option<String>,
    /// The answer.
    pub(crate) verdict: Verdict,
    /// With bypass: the answer without it.
    pub(crate) without_bypass: Option<Verdict>,
    /// Other reachable answers.
    pub(crate) cases: Vec<Case>,
    /// Facts that were asked for and not given.
    pub(crate) open: Vec<Open>,
    /// Who can call kms:PutKeyPolicy under the policy.
    pub(crate) administrators: Administrators,
    /// The policy of the nominal world, after resolution.
    pub(crate) policy: Option<Plain>,
    /// Why.
    pub(crate) why: Why,
}

/// A key that the deployment does not create.
#[derive(Debug)]
pub(crate) struct SkippedRow {
    /// The file it stands in.
    pub(crate) file: FileId,
    /// Path of nested stacks.
    pub(crate) stack: String,
    /// The key's logical id.
    pub(crate) logical_id: String,
    /// Name of the deployment.
    pub(crate) deployment: String,
    /// Why.
    pub(crate) because: String,
}

/// A file that could not be checked.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// Its path as shown.
    pub(crate) path: String,
    /// From 1; 0 where the file could not be read at all.
    pub(crate) line: usize,
    /// From 1, in characters.
    pub(crate) column: usize,
    /// What is wrong.
    pub(crate) message: String,
}
