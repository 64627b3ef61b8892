//! `deployer-cannot-finish` and `deployer-cannot-delete`: calls that CloudFormation makes as the deployer once KMS has accepted
//! the key, and that are denied.
//!
//! Comes in: the denied calls of a key. Goes out: one finding for all of a stage, at the first. Must not know: how a call is
//! decided.

use crate::aws::{Authority, Because, Stage};
use crate::lockout::{KeyAnswer, Stuck, Verdict};
use crate::policy::Grant;

use super::judge::Judge;
use super::words::key as named;
use super::{Code, Finding, Related};

/// What the deployer cannot do with the key. Who switches the check off to hand a key over to somebody else has decided that
/// the deployer will not delete it: `bypasses-lockout-check` says so already.
pub(super) fn findings(judge: &Judge<'_>, key: &KeyAnswer) -> Vec<Finding> {
    let is_handed_over = key.without_bypass == Some(Verdict::Lockout);
    let stages = [Stage::Create, Stage::Delete].into_iter();
    let stages = stages.filter(|stage| *stage == Stage::Create || !is_handed_over);
    stages.filter_map(|stage| of_stage(judge, key, stage)).collect()
}

fn of_stage(judge: &Judge<'_>, key: &KeyAnswer, stage: Stage) -> Option<Finding> {
    let calls: Vec<&Stuck> = key.stuck.iter().filter(|one| one.call.stage == stage).collect();
    let (first, others) = calls.split_first()?;
    let (name, who) = (named(key), judge.deployer());
    let could = match (stage, first.call.action) {
        (Stage::Create, "kms:CreateKey") => format!("{who} could not create {name}"),
        (Stage::Create, _) => format!("{name} would be created, and {who} could not finish it"),
        (Stage::Delete, _) => format!("{who} could not delete {name}: a rollback leaves it behind"),
    };
    let code = if stage == Stage::Create { Code::DeployerCannotFinish } else { Code::DeployerCannotDelete };
    let action = first.call.action;
    let message = format!("{could}: {} needs {action}", because(first));
    let place = first.denial.place.filter(|place| place.file == key.span.file).unwrap_or(key.span);
    let mut finding = judge.finding(code, &key.id, place, message);
    finding.label = format!("needs {action}");
    let places = others.iter().filter_map(|one| Some((one, one.denial.place?)));
    finding.related = places
        .map(|(one, span)| Related { span, message: format!("{} needs {}", because(one), one.call.action) })
        .collect();
    finding.related.extend(calls.iter().find_map(|one| one.denial.statement).map(|span| {
        let message = "this statement denies it".to_owned();
        Related { span, message }
    }));
    finding.related.dedup_by(|a, b| a.span == b.span && a.message == b.message);
    finding.help = help(judge, &calls);
    finding.notes = judge.notes(key);
    let mut said: Vec<&str> = Vec::new();
    for one in &calls {
        if !said.contains(&one.call.says) {
            said.push(one.call.says);
        }
    }
    finding.notes.extend(said.into_iter().map(|says| format!("AWS says: \"{says}\"")));
    Some(finding)
}

/// What in the template leads to a call.
fn because(one: &Stuck) -> String {
    let other = || one.other.as_deref().unwrap_or_default();
    match one.call.because {
        Because::Key => match (one.call.stage, one.call.action) {
            (Stage::Delete, _) => "its deletion".to_owned(),
            (_, "kms:CreateKey") => "its creation".to_owned(),
            _ => "its handler".to_owned(),
        },
        Because::Is(property, value) => format!("`{property}: {value}`"),
        Because::Given(property) => format!("`{property}`"),
        Because::ArnIsRead if other().is_empty() => "Fn::GetAtt of its Arn in an output".to_owned(),
        Because::ArnIsRead => format!("Fn::GetAtt of its Arn in `{}`", other()),
        Because::Alias => format!("alias `{}`", other()),
        Because::Replica => format!("replica key `{}`", other()),
    }
}

/// What to add, and where: one line for each place.
fn help(judge: &Judge<'_>, calls: &[&Stuck]) -> String {
    let deployer = judge.deployer();
    let principal = judge.principal();
    let mut lines: Vec<(String, Vec<&str>)> = Vec::new();
    for one in calls {
        let line = match (one.call.authority, one.denial.grant) {
            (_, Grant::Denied) => format!("exempt {deployer} from the Deny of"),
            (_, Grant::DeniedBy(layer)) => format!("remove from the {} the Deny of", layer.name()),
            (Authority::Key, Grant::NotBy(layer)) => format!("in the {} of {deployer}, allow", layer.name()),
            (Authority::Key, _) => match &principal {
                Some(arn) => format!("in the key policy, allow `{arn}` also"),
                None => "in the key policy, allow the deployer also".to_owned(),
            },
            (..) => format!("in the IAM policies of {deployer}, since no key policy can, allow"),
        };
        match lines.iter_mut().find(|(known, _)| *known == line) {
            Some((_, actions)) if actions.contains(&one.call.action) => {}
            Some((_, actions)) => actions.push(one.call.action),
            None => lines.push((line, vec![one.call.action])),
        }
    }
    let line = |(line, actions): &(String, Vec<&str>)| format!("{line} `{}`", actions.join("`, `"));
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}
