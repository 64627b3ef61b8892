//! cfn-lockout says, before a deployment, whether AWS KMS will accept the key policies of a CloudFormation template.
//!
//! Data flows one way; each layer imports only from those before it (`tests/layers.rs` holds it to that):
//!
//! ```text
//! source, aws → world → template → resolve → policy → deployment → lockout → findings → fix → report → guard, lsp, hook → cli
//! ```
//!
//! `docs/architecture.md` has the picture and the reasons.

pub mod cli;
pub mod engine;
pub mod extensions;
#[doc(hidden)]
pub mod fuzzing;
#[doc(hidden)]
pub mod reader;

pub(crate) mod aws;
pub(crate) mod deployment;
pub(crate) mod findings;
pub(crate) mod fix;
#[cfg(feature = "guard")]
pub(crate) mod guard;
#[cfg(feature = "hook")]
pub(crate) mod hook;
pub(crate) mod lockout;
#[cfg(feature = "lsp")]
pub(crate) mod lsp;
pub(crate) mod policy;
pub(crate) mod report;
pub(crate) mod resolve;
pub(crate) mod source;
pub(crate) mod template;
pub(crate) mod world;
