//! Guard: rules that somebody gives, over every template as it would be deployed, with our verdicts as facts beside it.
//!
//! Comes in: files of rules, what was checked, and the report so far. Goes out: findings and failures for the report. A layer of
//! the edge, beside `cli`: it reads files and starts a program. `engine` is the only one that names cfn-guard, and that runs in
//! a process of its own; a build without the feature `guard` has none of it.

mod document;
mod engine;
mod failed;
mod places;
mod rules;
mod run;

pub(crate) use engine::serve;
pub(crate) use rules::{Unread, read};
pub(crate) use run::{Template, judge};
