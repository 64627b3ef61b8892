//! `relies-on-deployer-iam`: one line per deployer for all keys that leave it to the deployer's IAM policies.

use std::collections::BTreeMap;

use crate::lockout::{Checked, KeyAnswer};

use super::judge::Judge;
use super::words::key as named;
use super::{Code, Finding, Related};

/// One finding for all keys of a deployment that leave it to the deployer's IAM policies, at the first of them.
pub(super) fn on_iam(judge: &Judge<'_>, keys: &[(&Checked, &KeyAnswer)]) -> Option<Finding> {
    let ((checked, first), others) = keys.split_first()?;
    let who = judge.deployer();
    let message = message(&named(first), others.len(), &format!("of {who} allow kms:PutKeyPolicy"));
    let mut finding = judge.finding(Code::ReliesOnDeployerIam, &first.id, first.span, message);
    let related = |(_, key): &(&Checked, &KeyAnswer)| so_does(&named(key), key.span);
    finding.related = others.iter().map(related).collect();
    finding.help = "give the deployer's policies with --identity-policy FILE, or the account's with --iam-snapshot FILE; the statement they need:\n{\"Effect\": \"Allow\", \"Action\": \"kms:PutKeyPolicy\", \"Resource\": \"*\"}".to_owned();
    finding.notes.extend(judge.notes(first));
    judge.located(&mut finding, checked);
    Some(finding)
}

const ONLY_IF: &str = " only if the IAM policies ";

fn message(key: &str, others: usize, rest: &str) -> String {
    let more = match others {
        0 => String::new(),
        1 => " and one more".to_owned(),
        more => format!(" and {more} more"),
    };
    format!("KMS accepts {key}{more}{ONLY_IF}{rest}")
}

fn so_does(key: &str, span: crate::source::Span) -> Related {
    Related { span, message: format!("so does {key}") }
}

/// One finding for each deployer, where several stacks of one deployment have the same.
pub(crate) fn by_deployer(findings: Vec<Finding>) -> Vec<Finding> {
    let mut out: Vec<Finding> = Vec::new();
    let mut first: BTreeMap<(String, Option<String>), usize> = BTreeMap::new();
    for finding in findings {
        if finding.code != Code::ReliesOnDeployerIam {
            out.push(finding);
            continue;
        }
        let whose = (finding.deployment.clone(), finding.deployer.clone());
        let Some(known) = first.get(&whose).and_then(|index| out.get_mut(*index)) else {
            first.insert(whose, out.len());
            out.push(finding);
            continue;
        };
        known.related.push(so_does(&format!("key `{}`", finding.logical_id), finding.span));
        known.related.extend(finding.related);
        let rest = known.message.split_once(ONLY_IF).map_or(String::new(), |(_, rest)| rest.to_owned());
        known.message = message(&format!("key `{}`", known.logical_id), known.related.len(), &rest);
    }
    out
}
