//! Expression × world in, value out: intrinsic functions resolved as far as they can be, the rest kept as holes.
//!
//! Follows: AWS CloudFormation User Guide, intrinsic-function-reference.html. Must not know: IAM, deployments.

mod conditions;
mod constraints;
mod effort;
mod encode;
mod follow;
mod functions;
mod givens;
mod lift;
mod names;
mod nested;
mod network;
mod refs;
mod resources;
mod returns;
mod rules;
mod scope;
mod texts;
mod whole;

#[cfg(test)]
mod tests;

pub(crate) use follow::{Files, follow};
pub(crate) use givens::Givens;
pub(crate) use scope::Scope;
pub(crate) use whole::{Section, Whole, whole};
