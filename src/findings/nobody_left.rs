//! `no-account-delegation` and `fragile-administrator`: who can still change the policy once somebody is gone.
//!
//! They are about policies that KMS accepts: where it refuses one, that is said instead.

use crate::lockout::{Holder, HolderKind, KeyAnswer, Verdict};
use crate::source::Span;

use super::judge::Judge;
use super::words::{key as named, short};
use super::{Code, Finding, Related};

/// How many principals a message names.
const NAMED: usize = 3;

/// What to add to the policy.
const DELEGATE: &str = "let the account delegate to IAM, beside the named principals:\n{\"Effect\": \"Allow\", \"Principal\": {\"AWS\": \"arn:aws:iam::ACCOUNT:root\"}, \"Action\": \"kms:*\", \"Resource\": \"*\"}";

/// The warnings about a key's policy.
pub(super) fn warnings(judge: &Judge<'_>, key: &KeyAnswer) -> Vec<Finding> {
    let durability = &key.beyond.durability;
    let is_accepted = matches!(key.verdict, Verdict::Safe | Verdict::Bypassed | Verdict::Undecided);
    if !is_accepted || !durability.no_delegation {
        return Vec::new();
    }
    let mut out = vec![no_delegation(judge, key, durability.delegates_others, &durability.holders)];
    out.extend(fragile(judge, key, &durability.fragile));
    out
}

/// Source: KMS Developer Guide, key-policy-default.html.
fn no_delegation(judge: &Judge<'_>, key: &KeyAnswer, delegates_others: bool, holders: &[Holder]) -> Finding {
    let who = names(holders).map_or_else(|| "nobody".to_owned(), |names| format!("only {names}"));
    let why = match delegates_others {
        false => "no statement is for the account",
        true => "no statement lets the account delegate kms:PutKeyPolicy",
    };
    let message = format!("{who} can change the policy of {}: {why}", named(key));
    let span = holders.first().map_or_else(|| policy_span(key), |holder| holder.span);
    let mut finding = judge.finding(Code::NoAccountDelegation, &key.id, span, message);
    finding.label = if holders.is_empty() { "" } else { "lost with it: IAM policies cannot grant access" }.to_owned();
    finding.related = others(holders);
    finding.help = DELEGATE.to_owned();
    finding.notes.extend(judge.notes(key));
    finding
}

fn fragile(judge: &Judge<'_>, key: &KeyAnswer, holders: &[Holder]) -> Option<Finding> {
    let first = holders.first()?;
    let message = format!("{} hangs on {}: {}", named(key), names(holders)?, why(holders));
    let mut finding = judge.finding(Code::FragileAdministrator, &key.id, first.span, message);
    finding.label = worth(first);
    finding.related = holders.iter().skip(1).map(|one| Related { span: one.span, message: worth(one) }).collect();
    finding.help =
        "let a role that outlives this stack and every person administer the key too, or the account".to_owned();
    finding.notes.extend(judge.notes(key));
    Some(finding)
}

/// The first reason why the principals are sure to go.
fn why(holders: &[Holder]) -> String {
    let is_one = holders.iter().all(|holder| Some(&holder.principal) == holders.first().map(|one| &one.principal));
    match holders.first() {
        Some(one) if is_one => worth(one),
        _ => "none of them stays".to_owned(),
    }
}

fn worth(holder: &Holder) -> String {
    match &holder.kind {
        HolderKind::User => "an IAM user is gone with its person".to_owned(),
        HolderKind::Session if holder.principal.ends_with("/AWSCloudFormation") => {
            "only CloudFormation's sessions of this role have this name, and nobody by hand".to_owned()
        }
        HolderKind::Session => "a session is gone when it ends, and another one needs the same name".to_owned(),
        HolderKind::IdentityCenter => {
            "a permission set that is provisioned again is a role with another name".to_owned()
        }
        HolderKind::OwnStack(id) => format!("this stack itself deletes `{id}`, or replaces it by another one"),
        HolderKind::Durable => String::new(),
    }
}

fn names(holders: &[Holder]) -> Option<String> {
    let mut unique: Vec<&str> = Vec::new();
    for holder in holders {
        if !unique.contains(&holder.principal.as_str()) {
            unique.push(&holder.principal);
        }
    }
    let shown: Vec<String> = unique.iter().take(NAMED).map(|principal| format!("`{}`", shown(principal))).collect();
    let more = unique.len().saturating_sub(NAMED);
    let list = shown.join(", ");
    (!shown.is_empty()).then(|| if more == 0 { list } else { format!("{list} and {more} more") })
}

/// A session by its own name: its role stays.
fn shown(principal: &str) -> String {
    let resource = principal.splitn(6, ':').nth(5).unwrap_or(principal);
    if resource.starts_with("assumed-role/") { resource.to_owned() } else { short(principal) }
}

fn others(holders: &[Holder]) -> Vec<Related> {
    let others = holders.iter().skip(1).take(NAMED);
    others.map(|holder| Related { span: holder.span, message: "can change the policy".to_owned() }).collect()
}

fn policy_span(key: &KeyAnswer) -> Span {
    key.policy.as_ref().map_or(key.span, |policy| policy.span)
}
