//! What AWS's identifiers look like, and tables of facts with their sources. Must not know templates or files.

mod actions;
mod arn;
mod context_keys;
mod managed_policies;
mod partition;
mod services;

pub(crate) use actions::KMS_ACTIONS;
pub(crate) use arn::{AccountId, ArnError, PrincipalArn, PrincipalKind};
pub(crate) use context_keys::{Presence, canonical, context_key, is_multivalued};
pub(crate) use managed_policies::managed_policy;
pub(crate) use partition::{is_partition, partition_of_region};
pub(crate) use services::is_service_name;
