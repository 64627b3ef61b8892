//! What AWS's identifiers look like, and tables of facts with their sources. Must not know templates or files.

mod actions;
mod arn;
mod context_keys;
mod handlers;
mod key_user_rows;
mod key_users;
mod managed_policies;
mod partition;
mod services;

pub(crate) use actions::KMS_ACTIONS;
pub(crate) use arn::{AccountId, ArnError, PrincipalArn, PrincipalKind};
pub(crate) use context_keys::{Presence, canonical, context_key, is_multivalued};
pub(crate) use handlers::{Authority, Because, HANDLER_CALLS, HandlerCall, Stage};
pub(crate) use key_user_rows::KEY_USERS;
pub(crate) use key_users::{BY_ROLE, BY_SERVICE, Carries, Fails, KeyUser, THROUGH_SERVICE, Who};
pub(crate) use managed_policies::managed_policy;
pub(crate) use partition::{is_partition, partition_of_region};
pub(crate) use services::is_service_name;
