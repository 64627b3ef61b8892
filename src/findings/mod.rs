//! Verdicts in, findings out: the codes of design §7 with their message, place and help.
//!
//! Must not know: output formats.

mod baseline;
mod code;
mod denied_services;
mod hidden;
mod ignored;
mod judge;
mod lockouts;
mod loops;
mod nobody_left;
mod reasons;
mod refused;
mod relying;
#[cfg(feature = "guard")]
mod rules;
mod services;
mod stuck;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_services;
mod unfollowed;
mod unread;
mod unused;
mod updates;
mod words;

pub(crate) use baseline::Baseline;
pub(crate) use code::{Code, Severity};
pub(crate) use hidden::Hidden;
pub(crate) use judge::{judge, reasoning};
pub(crate) use reasons::{StatementWhy, Why};
pub(crate) use relying::by_deployer;
#[cfg(feature = "guard")]
pub(crate) use rules::{Failed, of_rule};
pub(crate) use words::{cases, facts, located, short};

use crate::source::Span;

/// One thing to tell the user, at one place.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    /// Which problem.
    pub(crate) code: Code,
    /// The Guard rule that does not hold; empty for our own findings.
    pub(crate) rule: String,
    /// How bad.
    pub(crate) severity: Severity,
    /// What is wrong, one line: lower-case start, no full stop, user text in backticks.
    pub(crate) message: String,
    /// What to do next; may be empty.
    pub(crate) help: String,
    /// The deciding place, under the cursor.
    pub(crate) span: Span,
    /// What stands under the cursor's carets; may be empty.
    pub(crate) label: String,
    /// Further places that matter, each with its text.
    pub(crate) related: Vec<Related>,
    /// Lines under the snippet: `when: …`, `deployer: …`, `assumes that …`, `AWS says: …`.
    pub(crate) notes: Vec<String>,
    /// The caller that KMS sees, where somebody was named.
    pub(crate) deployer: Option<String>,
    /// What its stack is called; empty for a template by itself.
    pub(crate) stack: String,
    /// The key (or other resource); empty where the finding is about the template.
    pub(crate) logical_id: String,
    /// Name of the deployment.
    pub(crate) deployment: String,
}

/// A further place of a finding.
#[derive(Clone, Debug)]
pub(crate) struct Related {
    /// Where.
    pub(crate) span: Span,
    /// What is there.
    pub(crate) message: String,
}
