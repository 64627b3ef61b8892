//! A key that may be locked: who can still call kms:PutKeyPolicy, and the smallest changed policy that gives the key back to
//! an administrator.
//!
//! Comes in: the policy of the key as JSON, and for each principal a deployment that says what is known of it. Goes out: a
//! [`Recovery`]. Every answer is that of the check itself. Must not know: output, AWS commands.
//!
//! Sources: KMS Developer Guide, key-policy-default.html (without the account's statement, neither IAM policies nor the root
//! user have any effect); KMS API, PutKeyPolicy.

mod edits;
mod principals;

use serde_json::Value as Json;

use crate::deployment::{Deployment, Snapshot};
use crate::policy::{Grant, Layer, impossible};
use crate::source::{Document, FileId, SourceError};
use crate::template::{Stacks, Template};
use crate::world::Text;

use super::change::{Change, change};
use super::check::{KeyAnswer, check};
use super::verdict::{Open, Verdict};
use edits::{exempt, name, put_action};
pub(crate) use principals::{accounts, named};

/// How many changes may follow each other.
const CHANGES: usize = 16;

/// What is known of a key's policy and of those who may repair it.
#[derive(Clone, Debug)]
pub(crate) struct Recovery {
    /// Everybody whom the policy names, and the account root user.
    pub(crate) principals: Vec<Standing>,
    /// Principals in it that do not exist, and why.
    pub(crate) gone: Vec<(String, String)>,
    /// The administrator before and after.
    pub(crate) before: Verdict,
    /// The same after the change.
    pub(crate) after: Verdict,
    /// The policy to put.
    pub(crate) policy: Json,
    /// What is changed, in words.
    pub(crate) changes: Vec<String>,
    /// Why no change of the policy helps the administrator.
    pub(crate) hopeless: Option<String>,
}

/// Whether a principal can call kms:PutKeyPolicy now, and under the policy to put.
#[derive(Clone, Debug)]
pub(crate) struct Standing {
    /// Its ARN.
    pub(crate) principal: String,
    /// In which way.
    pub(crate) how: How,
    /// Now.
    pub(crate) now: Verdict,
    /// Under the policy to put: KMS asks that of whoever puts it.
    pub(crate) then: Verdict,
    /// What that depends on.
    pub(crate) open: Vec<Open>,
}

/// What lets a principal call kms:PutKeyPolicy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// The key policy names it.
    Direct,
    /// The key policy names its account: the root user, and whom IAM policies allow it.
    Account,
    /// Nothing does, or nobody can say.
    Nothing,
}

impl Standing {
    /// Whether it can repair the key.
    pub(crate) fn can(&self) -> bool {
        matches!(self.now, Verdict::Safe | Verdict::SafeIfIam)
    }

    /// Whether it may, depending on facts that were not given.
    pub(crate) fn may(&self) -> bool {
        self.now == Verdict::Undecided
    }
}

/// What there is to work with.
pub(crate) struct Case<'a> {
    /// The policy of the key.
    pub(crate) policy: &'a Json,
    /// The principal that shall have the key, as it is written into the policy.
    pub(crate) administrator: &'a str,
    /// What is known of a principal; nothing where there is no such principal.
    pub(crate) as_principal: &'a dyn Fn(&str) -> Option<Deployment>,
    /// The ARN of the account root user.
    pub(crate) root: &'a str,
    /// Which principals exist, where that is known.
    pub(crate) snapshot: Option<&'a Snapshot>,
}

/// What is left, and what to put.
///
/// # Errors
///
/// The policy cannot be read again.
pub(crate) fn recover(case: &Case<'_>) -> Result<Recovery, SourceError> {
    let is_gone = |principal: &str| why_gone(case, principal);
    let edits::Cleaned { policy: in_force, mut gone, statements } = edits::without(case.policy, &is_gone);
    let removed = gone.iter().map(|(principal, _)| format!("remove `{principal}`, which does not exist"));
    let emptied = statements.iter().map(|name| format!("remove the statement {name}, which names nobody else"));
    let mut changes: Vec<String> = removed.chain(emptied).collect();
    let (before, policy, hopeless) = match (case.as_principal)(case.administrator) {
        Some(deployment) => repaired(case, &in_force, &deployment, &mut changes)?,
        None => {
            let why = format!(
                "`{}` does not exist: the IAM snapshot of its account has no such principal",
                case.administrator
            );
            (Verdict::Lockout, in_force.clone(), Some(why))
        }
    };
    let mut principals = Vec::new();
    for principal in named(&in_force, case.root) {
        match (case.as_principal)(&principal) {
            Some(deployment) => {
                let is_pattern = principal.contains('*');
                let standing = standing(principal, &in_force, &policy, &deployment)?;
                // Of everyone, only what holds for everyone is of use.
                principals.extend((!is_pattern || standing.can()).then_some(standing));
            }
            None => gone.push((principal, "the IAM snapshot of its account has no such principal".to_owned())),
        }
    }
    let after = match (case.as_principal)(case.administrator) {
        Some(deployment) => answer(&policy, &deployment)?.map_or(Verdict::Undecided, |key| key.verdict),
        None => before,
    };
    Ok(Recovery { principals, gone, before, after, policy, changes, hopeless })
}

/// Why there is no such principal. Source: IAM User Guide, reference_policies_elements_principal.html: of a principal that was
/// deleted, the policy shows the unique id, and KMS takes no policy that holds one.
fn why_gone(case: &Case<'_>, principal: &str) -> Option<String> {
    let partition = case.root.split(':').nth(1).unwrap_or_default();
    let impossible = impossible(&Text::literal(principal), &Text::literal(partition)).map(|(_, why)| why);
    let absent = || {
        let exists = case.snapshot.and_then(|snapshot| snapshot.exists(principal));
        (exists == Some(false)).then(|| "the IAM snapshot of its account has no such principal".to_owned())
    };
    impossible
        .map(|why| why.trim_start_matches(&format!("`{principal}`")).trim_start_matches([':', ' ']).to_owned())
        .or_else(absent)
}

/// The answer of the check for a policy by itself: a direct call.
fn answer(policy: &Json, deployment: &Deployment) -> Result<Option<KeyAnswer>, SourceError> {
    let document = Document::from_text(FileId(u32::MAX), &policy.to_string())?;
    let stacks = Stacks::of(FileId(u32::MAX), Template::of_policy(&document).into());
    Ok(check(&stacks, deployment).into_iter().next().and_then(|checked| checked.keys.into_iter().next()))
}

fn standing(principal: String, now: &Json, then: &Json, deployment: &Deployment) -> Result<Standing, SourceError> {
    let (now, then) = (answer(now, deployment)?, answer(then, deployment)?);
    let verdict = |key: &Option<KeyAnswer>| key.as_ref().map_or(Verdict::Undecided, |key| key.verdict);
    let grant = now.as_ref().and_then(|key| key.leaf.as_ref()).and_then(super::evaluate::Leaf::grant);
    let how = match grant {
        Some(Grant::Direct) => How::Direct,
        Some(Grant::Delegated) => How::Account,
        _ => How::Nothing,
    };
    let (then, now_is) = (verdict(&then), in_force(verdict(&now)));
    let open = now.map_or_else(Vec::new, |key| key.open).into_iter().filter(|open| open.kind != "iam");
    Ok(Standing { principal, how, now: now_is, then, open: open.collect() })
}

/// The administrator's verdict before, the policy after the smallest changes under which the check passes for it, and why
/// there is none.
fn repaired(
    case: &Case<'_>,
    policy: &Json,
    deployment: &Deployment,
    changes: &mut Vec<String>,
) -> Result<(Verdict, Json, Option<String>), SourceError> {
    let mut before = None;
    let mut policy = policy.clone();
    for _ in 0..CHANGES {
        let Some(key) = answer(&policy, deployment)? else { break };
        before.get_or_insert(in_force(key.verdict));
        let first = before.unwrap_or(key.verdict);
        if matches!(key.verdict, Verdict::Safe | Verdict::SafeIfIam) {
            return Ok((first, policy, None));
        }
        let next = match key.leaf.as_ref().and_then(change) {
            Some(Change::Exempt(index)) => exempt(&policy, index, case.administrator),
            Some(Change::Mend(index, crate::policy::Element::Action)) => {
                put_action(&policy, index).or_else(|| name(&policy, case.administrator, case.root))
            }
            Some(Change::Allow(layer) | Change::Lift(layer)) if layer != Layer::Identity => {
                return Ok((first, policy, Some(beside(layer))));
            }
            Some(Change::Lift(layer)) => return Ok((first, policy, Some(beside(layer)))),
            _ => name(&policy, case.administrator, case.root),
        };
        let Some((changed, what)) = next.filter(|(changed, _)| *changed != policy) else { break };
        policy = changed;
        changes.push(what);
    }
    let why = "no change of the policy that is known here lets it call kms:PutKeyPolicy".to_owned();
    Ok((before.unwrap_or(Verdict::Undecided), policy, Some(why)))
}

/// The answer for a policy that is in force: of one of which nothing is left, nobody can call anything.
fn in_force(verdict: Verdict) -> Verdict {
    if verdict == Verdict::Invalid { Verdict::Lockout } else { verdict }
}

fn beside(layer: Layer) -> String {
    format!(
        "the {} {} kms:PutKeyPolicy, whatever the key policy says",
        layer.name(),
        layer.verb("does not allow", "do not allow")
    )
}
