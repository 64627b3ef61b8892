//! cfn-lockout says, before a deployment, whether AWS KMS will accept the key policies of a CloudFormation template.
//!
//! Data flows one way; each layer imports only from those before it (`tests/layers.rs` holds it to that):
//!
//! ```text
//! source, aws → world → template → resolve → policy → deployment → lockout → findings → fix → report → cli
//! ```
//!
//! `docs/architecture.md` has the picture and the reasons.

pub(crate) mod source;
