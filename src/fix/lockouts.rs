//! Edits that let the deployer keep control of a key.
//!
//! Whoever may call kms:PutKeyPolicy can give itself every other action. So a statement of the administrators gives the
//! deployer nothing that it could not take: to be added there needs no review. What lets others change the policy, or
//! weakens a Deny, does.

use crate::lockout::Verdict;
use crate::policy::{Effect, Element, Mismatch, Outcome, Statement, named_principals};
use crate::source::{NodeId, TextEdit};
use crate::world::Kind;

use super::candidate::{Candidate, Case, Promise};
use super::denies;
use super::new::New;
use super::place::{add_entry, append, to_list};

/// What has to be allowed.
const ACTION: &str = "kms:PutKeyPolicy";

/// The account, as every default key policy names it.
const ROOT: &str = "arn:${AWS::Partition}:iam::${AWS::AccountId}:root";

/// Reasons for a look.
const OTHERS: &str = "every principal of the statement may then change the policy";
const ACCOUNT: &str = "every principal of the account with IAM permissions for the key may then use it";

/// Candidates for `locks-out-deployer`: what stands in the way of a Deny goes first, then somebody has to be let in.
pub(super) fn locked_out(case: &Case<'_>) -> Vec<Candidate> {
    let ways_in = ways_in(case);
    let Some((what, exemptions)) = denies::exemptions(case) else { return ways_in };
    let alone = Candidate {
        title: what.clone(),
        edits: exemptions.clone(),
        review: Some(denies::WEAKER),
        promise: Promise::Accepted,
    };
    let with = ways_in.into_iter().map(|way| Candidate {
        title: format!("{what}, and {}", way.title),
        edits: exemptions.iter().cloned().chain(way.edits).collect(),
        review: Some(denies::WEAKER),
        ..way
    });
    std::iter::once(alone).chain(with).collect()
}

/// Candidates for `may-lock-out-deployer`: the same statements, whatever the values.
pub(super) fn may_be_locked_out(case: &Case<'_>) -> Vec<Candidate> {
    let keeps = matches!(case.key.verdict, Verdict::Safe | Verdict::SafeIfIam);
    if keeps { ways_in(case) } else { Vec::new() }
}

fn ways_in(case: &Case<'_>) -> Vec<Candidate> {
    let mut out = Vec::new();
    for statement in case.statements() {
        let Some(node) = case.statement_node(&statement) else { continue };
        out.extend(more_actions(case, &statement, node));
        out.extend(more_principals(case, &statement, node));
    }
    out.extend(account_statement(case));
    out.extend(own_statement(case));
    out
}

/// `kms:PutKeyPolicy` for a statement that names the deployer and lacks nothing else.
fn more_actions(case: &Case<'_>, statement: &Statement<'_>, node: NodeId) -> Option<Candidate> {
    let leaf = case.key.leaf.as_ref()?;
    let trace = leaf.trace.iter().find(|trace| trace.index == statement.index)?;
    let fails = matches!(trace.outcome, Outcome::Fails(Mismatch::OtherActions)) && trace.effect == Some(Effect::Allow);
    let named = named_principals(statement.element("Principal").filter(|_| fails)?);
    let is_alone = match named.as_slice() {
        [(one, _)] if one.as_literal() == Some("*") => return None,
        [(one, _)] => case.principal().is_none() || !one.to_string().ends_with(":root"),
        _ => false,
    };
    Some(Candidate {
        title: format!("add `{ACTION}` to the actions of `{}`", statement.name()),
        edits: more(case, node, Element::Action.name(), &New::Text(ACTION.to_owned()))?,
        review: (!is_alone).then_some(OTHERS),
        promise: Promise::Accepted,
    })
}

/// The deployer for a statement that holds administrators.
fn more_principals(case: &Case<'_>, statement: &Statement<'_>, node: NodeId) -> Option<Candidate> {
    let arn = case.principal()?;
    let principal = statement.element("Principal")?;
    let aws = principal.get("AWS")?;
    let named = named_principals(principal);
    let literal = |text: &str| named.iter().any(|(one, _)| one.as_literal() == Some(text));
    if !is_allow(statement) || named.is_empty() || literal("*") || literal(arn) {
        return None;
    }
    // A parameter that is a list makes no member of a list.
    let is_one = matches!(aws.kind, Kind::Text(_));
    let inner = case.site.document.get(node, Element::Principal.name())?.value;
    if !case.site.is_literal(inner) || !(is_one || case.site.sequence_at(aws.span).is_some()) {
        return None;
    }
    Some(Candidate {
        title: format!("add `{arn}` to the principals of `{}`", statement.name()),
        edits: more(case, inner, "AWS", &New::Text(arn.to_owned()))?,
        review: None,
        promise: Promise::Accepted,
    })
}

fn is_allow(statement: &Statement<'_>) -> bool {
    let effect = statement.element("Effect").map(|effect| &effect.kind);
    matches!(effect, Some(Kind::Text(text)) if text.as_literal() == Some("Allow"))
}

/// A value more for an entry: in its list, or in a list that its one value becomes.
pub(super) fn more(case: &Case<'_>, map: NodeId, name: &str, new: &New) -> Option<Vec<TextEdit>> {
    let site = case.site;
    let entry = site.document.get(map, name).filter(|entry| site.is_own(entry.value))?;
    if !site.items(entry.value).is_empty() && site.is_literal(entry.value) {
        return append(site, entry.value, new, case.step());
    }
    // Of functions, only those that return one text, where it is known that they do.
    let one = ["Sub", "Join", "GetAtt", "ImportValue", "Ref"];
    let is_one = match site.function(entry.value) {
        Some(function) => name == "AWS" && one.contains(&function),
        None => site.style(entry.value).is_some(),
    };
    if !is_one {
        return None;
    }
    to_list(site, entry.key, entry.value, new, case.list_offset())
}

/// The statement that every default key policy has.
fn account_statement(case: &Case<'_>) -> Option<Candidate> {
    let account = if case.has_functions() {
        New::Sub(ROOT.to_owned())
    } else {
        let givens = &case.deployment.givens;
        let (partition, account) = (givens.partition.as_literal()?, givens.account.as_literal()?);
        New::Text(format!("arn:{partition}:iam::{account}:root"))
    };
    Some(Candidate {
        title: "add the statement for the account, which lets IAM policies decide".to_owned(),
        edits: new_statement(case, "EnableIAMPolicies", account)?,
        review: case.principal().map(|_| ACCOUNT),
        promise: Promise::Accepted,
    })
}

/// A statement of its own for the deployer.
fn own_statement(case: &Case<'_>) -> Option<Candidate> {
    let arn = case.principal()?;
    Some(Candidate {
        title: format!("add a statement that lets `{arn}` administer the key"),
        edits: new_statement(case, "Deployer", New::Text(arn.to_owned()))?,
        review: None,
        promise: Promise::Accepted,
    })
}

fn new_statement(case: &Case<'_>, sid: &str, principal: New) -> Option<Vec<TextEdit>> {
    let site = case.site;
    let text = |text: &str| New::Text(text.to_owned());
    let mut entries = Vec::new();
    // Statements without a Sid stay so.
    entries.extend(free_sid(case, sid).map(|sid| ("Sid", New::Text(sid))));
    entries.extend([
        ("Effect", text("Allow")),
        ("Principal", New::Map(vec![("AWS", principal)])),
        ("Action", text("kms:*")),
        ("Resource", text("*")),
    ]);
    let (new, policy) = (New::Map(entries), case.policy_node()?);
    let statements = site.document.get(policy, "Statement")?;
    if !site.is_literal(statements.value) {
        // Behind Fn::If, the list of this world.
        let own = case.key.policy.as_ref()?.get("Statement")?;
        return append(site, site.sequence_at(own.span)?, &new, case.step());
    }
    if site.items(statements.value).is_empty() && !site.entries(statements.value).is_empty() {
        return to_list(site, statements.key, statements.value, &new, case.list_offset());
    }
    append(site, statements.value, &new, case.step())
}

/// A Sid that no statement has, where any has one.
fn free_sid(case: &Case<'_>, wanted: &str) -> Option<String> {
    let statements = case.statements();
    let taken: Vec<String> =
        statements.iter().filter(|one| one.element("Sid").is_some()).map(Statement::name).collect();
    if taken.is_empty() {
        return None;
    }
    let numbered = (2..).map(|n: usize| format!("{wanted}{n}"));
    std::iter::once(wanted.to_owned()).chain(numbered).find(|sid| !taken.contains(sid))
}

/// An entry more for a map.
pub(super) fn entry(case: &Case<'_>, map: NodeId, name: &'static str, new: New) -> Option<Vec<TextEdit>> {
    add_entry(case.site, map, name, new, case.step())
}
