//! `template-refused`, `malformed-policy` and `invalid-principal`: refused before the lockout check is reached.

use std::collections::{BTreeMap, BTreeSet};

use crate::lockout::{Checked, KeyAnswer, Outcome};
use crate::policy::ProblemKind;
use crate::source::Span;
use crate::world::Refusal;

use super::judge::Judge;
use super::words::key as named;
use super::{Code, Finding, Related};

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
pub(super) fn by_kms(judge: &Judge<'_>, key: &KeyAnswer) -> Vec<Finding> {
    let Some(Outcome::Invalid(problems)) = key.leaf.as_ref().map(|leaf| &leaf.outcome) else { return Vec::new() };
    let of = |problem: &crate::policy::Problem| {
        let (code, help) = match problem.kind {
            ProblemKind::Malformed => (Code::MalformedPolicy, "write the policy as the key policy grammar has it"),
            ProblemKind::Principal => {
                (Code::InvalidPrincipal, "name a principal that exists: an ARN, a 12-digit account id or `*`")
            }
        };
        let message = format!("KMS would refuse {}: {}", named(key), problem.message);
        let mut finding = judge.finding(code, &key.id, problem.span, message);
        finding.help = help.to_owned();
        finding.notes = judge.notes(key);
        finding
    };
    problems.iter().map(of).collect()
}
