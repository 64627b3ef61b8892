//! The check itself: template, deployment and policy engine in, one verdict per key out.
//!
//! Follows: KMS API, CreateKey, ReplicateKey and PutKeyPolicy: "The key policy must allow the calling principal to make a
//! subsequent PutKeyPolicy request on the KMS key". Must not know: output.

mod administrators;
mod answer;
mod around;
mod assume;
mod beyond;
mod calls;
mod cases;
mod change;
mod check;
mod default_policy;
mod doubts;
mod durability;
mod evaluate;
mod exist;
mod handlers;
mod known;
mod nested;
mod opens;
mod ordering;
mod reach;
mod readers;
mod recover;
mod refusals;
mod resolved;
mod services;
mod skipped;
#[cfg(test)]
mod tests;
mod unsubstituted;
mod update;
mod verdict;
mod who;
mod worlds;

pub(crate) use administrators::Administrators;
pub(crate) use beyond::About;
pub(crate) use change::{Change, change};
pub(crate) use check::{Checked, KeyAnswer, check};
pub(crate) use durability::{Holder, HolderKind};
pub(crate) use evaluate::Outcome;
pub(crate) use handlers::Stuck;
pub(crate) use nested::NotFollowed;
pub(crate) use ordering::Unordered;
pub(crate) use recover::{Case as RecoverCase, How, Recovery, Standing, accounts, recover};
pub(crate) use resolved::{Resolved, resolved};
pub(crate) use services::Unusable;
pub(crate) use unsubstituted::Unsubstituted;
pub(crate) use update::{Denied, Update, UpdateOutcome, check_update};
pub(crate) use verdict::{Case, Open, Subject, Verdict, When, WhenTest};
pub(crate) use who::{Abilities, Able, Nobody, Who, WhoCan, WhoKey, who};
