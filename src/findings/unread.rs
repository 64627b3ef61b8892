//! `number-like-account-id` and `substitution-not-applied`: texts that do not mean what they look like.

use crate::lockout::{Checked, KeyAnswer, Unsubstituted};
use crate::policy::{Problem, ProblemKind};
use crate::template::NumberLike;

use super::judge::Judge;
use super::words::key as named;
use super::{Code, Finding, Related};

/// Account ids without quotes that CloudFormation reads as other numbers.
pub(super) fn numbers(judge: &Judge<'_>, checked: &Checked) -> Vec<Finding> {
    let of = |one: &NumberLike| {
        let message = format!("CloudFormation reads the account id `{}` as the number `{}`", one.written, one.read);
        let mut finding = judge.finding(Code::NumberLikeAccountId, &one.key, one.span, message);
        finding.label = "twelve digits without quotes that begin with 0".to_owned();
        finding.help = format!("put it in quotes: \"{}\"", one.written);
        finding
    };
    checked.numbers.iter().map(of).collect()
}

/// Variables that only Fn::Sub replaces, in texts without it: one finding for each, at the first place.
pub(super) fn substitutions(judge: &Judge<'_>, key: &KeyAnswer) -> Vec<Finding> {
    let mut groups: Vec<Vec<&Unsubstituted>> = Vec::new();
    for one in &key.beyond.unsubstituted {
        match groups.iter_mut().find(|group| group.iter().any(|other| other.written == one.written)) {
            Some(group) => group.push(one),
            None => groups.push(vec![one]),
        }
    }
    groups.iter().filter_map(|group| substitution(judge, key, group)).collect()
}

fn substitution(judge: &Judge<'_>, key: &KeyAnswer, group: &[&Unsubstituted]) -> Option<Finding> {
    let (first, others) = group.split_first()?;
    let message = format!("`{}` stays as it is in {}: nothing replaces it", first.written, named(key));
    let mut finding = judge.finding(Code::SubstitutionNotApplied, &key.id, first.span, message);
    finding.label = "a text without Fn::Sub".to_owned();
    finding.related = others.iter().map(|one| Related { span: one.span, message: "nor here".to_owned() }).collect();
    finding.help = match first.written.strip_prefix("#{") {
        _ if key.id.is_empty() => "write the value itself: KMS replaces nothing in a key policy".to_owned(),
        Some(inner) => {
            format!("CloudFormation knows no `#{{…}}`: write `!Sub` before the text, and `${{{inner}` in it")
        }
        None => format!("write `!Sub` before the text: `!Sub \"{}\"`", first.text),
    };
    Some(finding)
}

/// Whether one of these findings already tells what KMS refuses about a principal.
pub(super) fn tells(key: &KeyAnswer, numbers: &[NumberLike], problem: &Problem) -> bool {
    let is_substitution = key.beyond.unsubstituted.iter().any(|one| one.span == problem.span);
    let is_number = numbers.iter().any(|one| one.key == key.id && problem.message.contains(one.read.as_str()));
    problem.kind() == ProblemKind::Principal && (is_substitution || is_number)
}
