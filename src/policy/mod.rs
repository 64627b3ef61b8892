//! A resolved policy document and a request in, a decision with its trace out.
//!
//! Follows: IAM User Guide, reference_policies_evaluation-logic.html, and the KMS Developer Guide, key-policies.html.
//! Must not know: templates.

mod actions;
mod caller;
mod conditions;
mod decide;
mod document;
mod doubt;
mod elements;
mod json_text;
mod layers;
mod line;
mod literal;
mod mismatch;
mod operators;
mod principals;
mod request;
mod statement;
mod values;
mod variables;

pub(crate) use caller::Caller;
pub(crate) use conditions::{condition_lines, hold};
pub(crate) use decide::{Grant, decide};
pub(crate) use document::{Document, Problem, ProblemKind, impossible_principal, problems};
pub(crate) use doubt::{Doubt, doubts};
pub(crate) use elements::Element;
pub(crate) use json_text::from_json_text;
pub(crate) use layers::{Layer, LayerOutcome, LayerTrace, Layers};
pub(crate) use literal::from_node;
pub(crate) use mismatch::{FailedLine, Found, Mismatch};
pub(crate) use principals::named_principals;
pub(crate) use request::Request;
pub(crate) use statement::{Effect, Outcome, Statement, Trace};
pub(crate) use variables::Version;
