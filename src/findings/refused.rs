//! `template-refused`, `malformed-policy` and `invalid-principal`: refused before the lockout check is reached.

use std::collections::{BTreeMap, BTreeSet};

use crate::lockout::{Checked, KeyAnswer, Outcome, Unordered};
use crate::policy::{Problem, ProblemKind, Says};
use crate::source::Span;
use crate::template::NumberLike;
use crate::world::Refusal;

use super::judge::Judge;
use super::words::{key as named, short};
use super::{Code, Finding, Related, unread};

/// How many further places of the same refusal are shown.
const PLACES: usize = 4;

/// The refusals that belong to a template, by place and message; those of a nested stack also reach its keys.
pub(super) type Refusals<'c> = BTreeSet<(Span, &'c str)>;

/// All refusals that belong to templates.
pub(super) fn known(templates: &[Checked]) -> Refusals<'_> {
    let refusals = templates.iter().flat_map(|checked| &checked.refusals);
    refusals.map(|(_, refusal)| (refusal.span, refusal.message.as_str())).collect()
}

/// What CloudFormation refuses: one finding for each problem of each key, and one for each problem of all the rest.
pub(super) fn by_cloudformation(judge: &Judge<'_>, checked: &Checked, known: &Refusals<'_>) -> Vec<Finding> {
    let keys: BTreeSet<&str> = checked.keys.iter().map(|key| key.id.as_str()).collect();
    let mut groups: Vec<(&str, Vec<&Refusal>)> = Vec::new();
    let mut places: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (id, refusal) in &checked.refusals {
        let owner = if keys.contains(id.as_str()) { id.as_str() } else { "" };
        let place = *places.entry((owner, &refusal.message)).or_insert(groups.len());
        match groups.get_mut(place) {
            Some((_, refusals)) => refusals.push(refusal),
            None => groups.push((owner, vec![refusal])),
        }
    }
    // The same problem of a key and of all the rest is one.
    let (keys_own, rest): (Vec<_>, Vec<_>) = groups.into_iter().partition(|(owner, _)| !owner.is_empty());
    let mut groups = keys_own;
    for (owner, group) in rest {
        match groups.iter_mut().find(|(_, other)| message(other) == message(&group)) {
            Some((_, other)) => other.extend(group),
            None => groups.push((owner, group)),
        }
    }
    let mut out: Vec<Finding> =
        groups.iter().filter_map(|(owner, refusals)| template_refused(judge, owner, refusals)).collect();
    for key in &checked.keys {
        let Some(Outcome::Refused(refusals)) = key.leaf.as_ref().map(|leaf| &leaf.outcome) else { continue };
        let own = refusals.iter().filter(|refusal| !known.contains(&(refusal.span, refusal.message.as_str())));
        out.extend(own.filter_map(|refusal| template_refused(judge, &key.id, &[refusal])));
    }
    out
}

fn message(group: &[&Refusal]) -> String {
    group.first().map_or_else(String::new, |refusal| refusal.message.clone())
}

fn template_refused(judge: &Judge<'_>, id: &str, refusals: &[&Refusal]) -> Option<Finding> {
    let (first, others) = refusals.split_first()?;
    let message = format!("CloudFormation would refuse the template: {}", first.message);
    let mut finding = judge.finding(Code::TemplateRefused, id, first.span, message);
    finding.related =
        others.iter().take(PLACES).map(|one| Related { span: one.span, message: "here too".to_owned() }).collect();
    if others.len() > PLACES {
        finding.notes.push(format!("and at {} more places", others.len() - PLACES));
    }
    finding.help = "correct the template; CloudFormation creates nothing before it validates".to_owned();
    Some(finding)
}

/// What KMS refuses about one key's policy, beside a lockout.
pub(super) fn by_kms(judge: &Judge<'_>, key: &KeyAnswer, numbers: &[NumberLike]) -> Vec<Finding> {
    let Some(Outcome::Invalid(problems)) = key.leaf.as_ref().map(|leaf| &leaf.outcome) else { return Vec::new() };
    let of = |problem: &Problem| {
        let (code, help) = match problem.kind() {
            ProblemKind::Malformed => (Code::MalformedPolicy, "write the policy as the key policy grammar has it"),
            ProblemKind::Principal => {
                (Code::InvalidPrincipal, "name a principal that exists: an ARN, a 12-digit account id or `*`")
            }
        };
        let message = format!("KMS would refuse {}: {}", named(key), problem.message);
        let mut finding = judge.finding(code, &key.id, problem.span, message);
        finding.help = help.to_owned();
        finding.notes = judge.notes(key);
        finding.notes.push(format!("AWS says: {}", problem.says.words()));
        finding
    };
    let is_told = |problem: &&Problem| unread::tells(key, numbers, problem);
    problems.iter().filter(|problem| !is_told(problem)).map(of).collect()
}

/// Principals of the same stack that may not exist yet when the key is created. The verdict stands: they may.
pub(super) fn unordered(judge: &Judge<'_>, key: &KeyAnswer) -> Vec<Finding> {
    let of = |one: &Unordered| {
        let (principal, id) = (short(&one.principal), &one.id);
        let message = format!(
            "KMS would refuse {} if `{principal}` does not exist yet: nothing makes it wait for `{id}`",
            named(key)
        );
        let mut finding = judge.finding(Code::InvalidPrincipal, &key.id, one.span, message);
        finding.label = format!("named by text, so the key does not wait for `{id}`");
        finding.related = vec![Related { span: one.created_at, message: "the same stack creates it here".to_owned() }];
        finding.help = match one.needs_key {
            false => format!("write `!GetAtt {id}.Arn`, or add `DependsOn: {id}` to the key"),
            true => format!(
                "write `!GetAtt {id}.Arn`, and move what `{id}` says about the key into a policy of its own (AWS::IAM::RolePolicy, AWS::IAM::Policy): now `{id}` waits for the key"
            ),
        };
        finding.notes.extend(judge.notes(key));
        finding.notes.push(format!("AWS says: {}", Says::InvalidPrincipals.words()));
        finding
    };
    let told: Vec<Span> = match key.leaf.as_ref().map(|leaf| &leaf.outcome) {
        Some(Outcome::Invalid(problems)) => problems.iter().map(|problem| problem.span).collect(),
        _ => Vec::new(),
    };
    key.beyond.unordered.iter().filter(|one| !told.contains(&one.span)).map(of).collect()
}
