//! Expression × world in, value out: intrinsic functions resolved as far as they can be, the rest kept as holes.
//!
//! Follows: AWS CloudFormation User Guide, intrinsic-function-reference.html. Must not know: IAM, deployments.

mod conditions;
mod effort;
mod follow;
mod functions;
mod givens;
mod lift;
mod names;
mod nested;
mod refs;
mod resources;
mod scope;
mod texts;

pub(crate) use follow::{Files, follow};
pub(crate) use givens::Givens;
pub(crate) use scope::Scope;
