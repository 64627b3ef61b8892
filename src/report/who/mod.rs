//! The report of `cfn-lockout who`: who can deploy a template, and whether the named deployer can.
//!
//! Comes in: the answers of each deployment, and what the check says of the named deployers. Goes out: text, or JSON of the
//! schema `cfn-lockout-who/1`. Decides nothing.

mod json;
mod named;
mod text;
mod words;

pub(crate) use json::json;
pub(crate) use named::Can;
pub(crate) use text::text;

use crate::lockout::WhoCan;
use crate::source::FileId;

use super::Report;
use named::Named;

/// The answers for one deployment.
#[derive(Debug)]
pub(crate) struct Section {
    /// Its name.
    pub(crate) deployment: String,
    /// Where a configuration describes it.
    pub(crate) place: Option<String>,
    /// The deployer that was named.
    pub(crate) deployer: Option<String>,
    /// Where it was named.
    pub(crate) origin: Option<String>,
    /// Everybody who can.
    pub(crate) who: WhoCan,
}

/// All that is told.
#[derive(Debug)]
pub(crate) struct Told<'r> {
    /// The template.
    pub(crate) file: FileId,
    /// The deployments.
    pub(crate) sections: Vec<Section>,
    /// What the check found.
    pub(crate) report: &'r Report,
}

impl Told<'_> {
    /// What the check says of the deployer of each deployment that names one.
    pub(super) fn named(&self) -> Vec<Named<'_>> {
        self.sections.iter().filter_map(|section| Named::of(section, self.report)).collect()
    }

    /// Whether each named deployer can deploy.
    pub(crate) fn answers(&self) -> Vec<Can> {
        self.named().iter().map(|named| named.can).collect()
    }
}
