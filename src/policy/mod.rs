//! A resolved policy document and a request in, a decision with its trace out.
//!
//! Follows: IAM User Guide, reference_policies_evaluation-logic.html, and the KMS Developer Guide, key-policies.html.
//! Must not know: templates.

mod actions;
mod caller;
mod conditions;
mod decide;
mod denies_services;
mod document;
mod doubt;
mod elements;
mod impossible;
mod ineffective;
mod json_text;
mod layers;
mod line;
mod literal;
mod mismatch;
mod operators;
mod principals;
mod problem;
mod request;
mod statement;
mod values;
mod variables;

pub(crate) use caller::{Caller, Service, iam_arn};
pub(crate) use conditions::{condition_lines, hold};
pub(crate) use decide::{Decided, Grant, decide};
pub(crate) use denies_services::denies_services;
pub(crate) use document::{Document, is_too_long, problems};
pub(crate) use doubt::{Doubt, doubts};
pub(crate) use elements::Element;
pub(crate) use impossible::impossible;
pub(crate) use ineffective::{Ineffective, NoAction, ineffective};
pub(crate) use json_text::from_json_text;
pub(crate) use layers::{Layer, LayerOutcome, LayerTrace, Layers};
pub(crate) use literal::from_node;
pub(crate) use mismatch::{FailedLine, Found, Mismatch};
pub(crate) use principals::{Sense, is_everyone, named_principals, names};
pub(crate) use problem::{Problem, ProblemKind, Says};
pub(crate) use request::{Carried, Request};
pub(crate) use statement::{Effect, Outcome, Statement, Trace};
pub(crate) use variables::Version;
