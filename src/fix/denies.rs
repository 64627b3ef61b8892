//! Edits that take the deployer out of a Deny. All of them weaken it: somebody has to look.
//!
//! Comes in: a key that a Deny locks out. Goes out: the edits that exempt the deployer from every Deny that reaches it.

use crate::policy::{Effect, Outcome, Statement};
use crate::source::{NodeId, TextEdit};

use super::candidate::{Candidate, Case, Promise};
use super::lockouts::{entry, more};
use super::new::New;

/// Why somebody has to look.
pub(super) const WEAKER: &str = "it weakens a Deny";

/// Operators under which a listed principal is not denied. Source: IAM User Guide,
/// reference_policies_elements_condition_operators.html.
const EXEMPTING: [&str; 4] = ["ArnNotEquals", "ArnNotLike", "StringNotEquals", "StringNotLike"];

/// The key that holds a role's ARN for its sessions. Source: IAM User Guide, reference_policies_condition-keys.html.
const PRINCIPAL: &str = "aws:PrincipalArn";

/// What is done, and the edits for it; nothing where no Deny reaches the deployer, or one of them cannot be edited.
pub(super) fn exemptions(case: &Case<'_>) -> Option<(String, Vec<TextEdit>)> {
    let (arn, leaf) = (case.principal()?, case.key.leaf.as_ref()?);
    let reaches = |statement: &Statement<'_>| {
        let trace = leaf.trace.iter().find(|trace| trace.index == statement.index);
        trace.is_some_and(|trace| {
            trace.effect == Some(Effect::Deny) && matches!(trace.outcome, Outcome::Direct | Outcome::Delegates)
        })
    };
    let statements = case.statements();
    let denies: Vec<&Statement<'_>> = statements.iter().filter(|statement| reaches(statement)).collect();
    let edits: Option<Vec<Vec<TextEdit>>> = denies.iter().map(|deny| exempted(case, deny, arn)).collect();
    let names: Vec<String> = denies.iter().map(|deny| format!("`{}`", deny.name())).collect();
    let edits = edits.filter(|edits| !edits.is_empty())?;
    Some((format!("exempt `{arn}` from {}", names.join(" and ")), edits.concat()))
}

fn exempted(case: &Case<'_>, deny: &Statement<'_>, arn: &str) -> Option<Vec<TextEdit>> {
    let node = case.statement_node(deny)?;
    // Who is not listed there by session, role and account is denied: a list for people to write.
    if deny.element("NotPrincipal").is_some() {
        return None;
    }
    let own = || New::Text(arn.to_owned());
    let Some(condition) = deny.element("Condition") else {
        let test = New::Map(vec![(PRINCIPAL, own())]);
        return entry(case, node, "Condition", New::Map(vec![("ArnNotEquals", test)]));
    };
    let condition = case.site.mapping_at(condition.span)?;
    for (operator, block) in operators(case, condition) {
        if let Some(key) = listed(case, block).filter(|_| EXEMPTING.contains(&operator)) {
            return more(case, block, &key, &own());
        }
    }
    match operators(case, condition).into_iter().find(|(operator, _)| *operator == "ArnNotEquals") {
        Some((_, block)) => entry(case, block, PRINCIPAL, own()),
        None => entry(case, condition, "ArnNotEquals", New::Map(vec![(PRINCIPAL, own())])),
    }
}

/// The key that tells whether an AWS service calls. Source: IAM User Guide, reference_policies_condition-keys.html.
const IS_SERVICE: &str = "aws:PrincipalIsAWSService";

/// Candidates for `denies-aws-services`: a Deny that does not count for AWS services.
pub(super) fn services(case: &Case<'_>) -> Vec<Candidate> {
    let at = case.finding.span;
    let statements = case.statements();
    let deny = statements.iter().find(|statement| at.is_within(statement.value.span));
    let edits = deny.and_then(|deny| {
        let node = case.statement_node(deny)?;
        let test = || New::Map(vec![(IS_SERVICE, New::Text("false".to_owned()))]);
        match deny.element("Condition") {
            None => entry(case, node, "Condition", New::Map(vec![("BoolIfExists", test())])),
            Some(condition) => {
                let condition = case.site.mapping_at(condition.span)?;
                let is_bool = |operator: &&str| operator.eq_ignore_ascii_case("Bool");
                match operators(case, condition).into_iter().find(|(operator, _)| is_bool(operator)) {
                    Some((_, block)) => entry(case, block, IS_SERVICE, New::Text("false".to_owned())),
                    None => entry(case, condition, "BoolIfExists", test()),
                }
            }
        }
    });
    let (Some(deny), Some(edits)) = (deny, edits) else { return Vec::new() };
    let title = format!("exempt AWS services from `{}`", deny.name());
    vec![Candidate { title, edits, review: Some(WEAKER), promise: Promise::NoWorse }]
}

/// The operators of a Condition with their blocks.
fn operators<'c>(case: &Case<'c>, condition: NodeId) -> Vec<(&'c str, NodeId)> {
    let site = case.site;
    let one = |entry: &crate::source::Entry| {
        let block = site.is_literal(entry.value).then_some(entry.value)?;
        Some((site.document.scalar(entry.key)?.trim_end_matches("IfExists"), block))
    };
    site.entries(condition).iter().filter_map(one).collect()
}

/// The key for the principal's ARN in a block, as written.
fn listed(case: &Case<'_>, block: NodeId) -> Option<String> {
    let entries = case.site.entries(block).iter();
    let mut keys = entries.filter_map(|entry| case.site.document.scalar(entry.key));
    keys.find(|key| key.eq_ignore_ascii_case(PRINCIPAL)).map(str::to_owned)
}
