//! The report of `cfn-lockout recover`: who can still repair a key, the policy to put, and the commands in order.
//!
//! Comes in: a [`Recovery`] and how the key is called. Goes out: text, or JSON of the schema `cfn-lockout-recover/1`. Decides
//! nothing, and runs nothing.

mod advice;
mod json;
mod steps;
mod text;

pub(crate) use json::json;
pub(crate) use text::text;

use serde_json::Value as Json;

use crate::lockout::{Recovery, Standing};

/// All that is reported.
#[derive(Debug)]
pub(crate) struct Rescue {
    /// Where the policy was read; nothing where nobody can read it.
    pub(crate) file: Option<String>,
    /// How the commands call the key.
    pub(crate) key_id: Option<String>,
    /// The Region of the key.
    pub(crate) region: Option<String>,
    /// The account of the key.
    pub(crate) account: String,
    /// The principal that shall have the key.
    pub(crate) administrator: String,
    /// What was found out.
    pub(crate) recovery: Recovery,
}

impl Rescue {
    /// Who can repair the key; those who only may come after.
    pub(crate) fn able(&self) -> Vec<&Standing> {
        let all = &self.recovery.principals;
        all.iter().filter(|one| one.can()).chain(all.iter().filter(|one| one.may())).collect()
    }

    /// Whether nobody is left, as far as anybody can know: then only AWS Support helps.
    pub(crate) fn is_lost(&self) -> bool {
        self.file.is_some() && self.able().is_empty()
    }

    /// Whether there is something to put.
    fn has_change(&self) -> bool {
        self.file.is_none() || !self.recovery.changes.is_empty()
    }

    /// The policy to put.
    fn policy(&self) -> &Json {
        &self.recovery.policy
    }
}
