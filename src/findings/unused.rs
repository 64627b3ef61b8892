//! `unused-suppression`: a suppression that suppresses nothing, and why.

use crate::template::{Ignore, Owner};

use super::hidden::{Seen, rule};
use super::{Code, Finding};

/// The finding about a suppression, unless it hid something or its key was not checked; `ruled`: whether Guard rules were.
pub(super) fn unused(seen: &Seen, ruled: bool) -> Option<Finding> {
    let (message, help) = problem(seen, ruled)?;
    let logical_id = match &seen.suppression.owner {
        Owner::Keys(ids) => ids.first().cloned().unwrap_or_default(),
        Owner::Stack(id) | Owner::Resource(id) => id.clone(),
        Owner::Unread | Owner::Nobody => String::new(),
    };
    Some(Finding {
        code: Code::UnusedSuppression,
        rule: String::new(),
        severity: Code::UnusedSuppression.severity(),
        message,
        help,
        span: seen.suppression.span,
        label: "suppresses nothing".to_owned(),
        related: Vec::new(),
        notes: Vec::new(),
        deployer: None,
        stack: seen.stack.clone(),
        logical_id,
        deployment: seen.deployment.clone(),
    })
}

/// What is wrong with it and what to do.
fn problem(seen: &Seen, ruled: bool) -> Option<(String, String)> {
    let Ignore { code, has_reason } = match &seen.suppression.says {
        Ok(ignore) => ignore,
        Err(form) => return Some(("this is no suppression that can be read".to_owned(), (*form).to_owned())),
    };
    let said = |message: String, help: &str| Some((message, help.to_owned()));
    let parsed = if rule(code).is_some() { Ok(Code::GuardRule) } else { Code::parse(code) };
    match parsed {
        Err(Some(near)) => return Some((format!("there is no finding `{code}`"), format!("did you mean `{near}`?"))),
        Err(None) => return said(format!("there is no finding `{code}`"), "`cfn-lockout explain` lists them"),
        Ok(Code::UnusedSuppression) => {
            return said(
                format!("`{code}` cannot be suppressed"),
                "correct or remove the suppression that it is about",
            );
        }
        Ok(_) => {}
    }
    if !has_reason {
        return said(
            format!("the suppression of `{code}` gives no reason"),
            "say why the finding does not matter here: without a reason nothing is suppressed",
        );
    }
    let is_of_rule = parsed == Ok(Code::GuardRule);
    if is_of_rule && !ruled {
        return None;
    }
    match &seen.suppression.owner {
        Owner::Stack(id) | Owner::Resource(id) if is_of_rule => {
            (!seen.used).then(|| (format!("`{id}` has no finding `{code}`"), "remove the suppression".to_owned()))
        }
        Owner::Nobody if is_of_rule => said(
            format!("the suppression of `{code}` stands at no resource"),
            "put it in the lines of the resource, or directly above its logical id",
        ),
        Owner::Nobody => said(
            format!("the suppression of `{code}` stands at no key"),
            "put it in the lines of the key, or directly above its logical id",
        ),
        // Whether the template of a stack is known depends on who looks for it.
        Owner::Stack(_) if code == Code::Undecided.id() => None,
        Owner::Stack(id) | Owner::Resource(id) => said(
            format!("the suppression of `{code}` stands at `{id}`, which is no KMS key"),
            "put it at the key that the finding is about; for a key of a nested stack, in the template of that stack",
        ),
        Owner::Keys(ids) if seen.checked && !seen.used => {
            let of = match ids.first().map_or("", String::as_str) {
                "" => "the policy".to_owned(),
                id => format!("key `{id}`"),
            };
            said(format!("{of} has no finding `{code}`"), "remove the suppression")
        }
        Owner::Keys(_) | Owner::Unread => None,
    }
}
