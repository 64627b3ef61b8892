//! What AWS's identifiers look like, and tables of facts with their sources. Must not know templates or files.

mod arn;
mod context_keys;
mod partition;

pub(crate) use arn::{AccountId, ArnError, PrincipalArn, PrincipalKind};
pub(crate) use context_keys::{Presence, context_key};
pub(crate) use partition::{is_partition, partition_of_region};
