//! `ineffective-statement`: what is written, accepted, and has no effect.

use crate::lockout::{Checked, KeyAnswer};
use crate::policy::{Document, Element, Statement};

use super::judge::Judge;
use super::words::key as named;
use super::{Code, Finding, Related};

/// Statements without Action or Resource.
///
/// Source: KMS API, CreateKey and PutKeyPolicy: "If either of the required Resource or Action elements are missing from a
/// key policy statement, the policy statement has no effect … the API requests succeed".
pub(super) fn statements(judge: &Judge<'_>, key: &KeyAnswer) -> Vec<Finding> {
    let Some(policy) = &key.policy else { return Vec::new() };
    let document = Document { value: policy, of_identity: false };
    let missing = |statement: Statement<'_>| {
        let element = [Element::Action, Element::Resource].into_iter().find(|&element| statement.lacks(element))?;
        let (name, lacking) = (statement.name(), element.name());
        let message = format!("KMS ignores `{name}` of {}: it has no `{lacking}`", named(key));
        let mut finding = judge.finding(Code::IneffectiveStatement, &key.id, statement.value.span, message);
        finding.help = match element {
            Element::Resource => "add `Resource: \"*\"`, which stands for this key".to_owned(),
            _ => "add the `Action` that the statement is about".to_owned(),
        };
        Some(finding)
    };
    document.statements().into_iter().filter_map(missing).collect()
}

/// Keys of maps that are written twice: the last one counts, the others are silently lost.
pub(super) fn duplicates(judge: &Judge<'_>, checked: &Checked) -> Vec<Finding> {
    let of = |(id, duplicate): &(String, crate::source::Duplicate)| {
        let message = format!("`{}` is written twice in key `{id}`: the first one is lost", duplicate.key);
        let mut finding = judge.finding(Code::IneffectiveStatement, id, duplicate.first, message);
        finding.label = "ignored".to_owned();
        finding.related = vec![Related { span: duplicate.second, message: "this one counts".to_owned() }];
        finding.help = "write it once; several values go into one list".to_owned();
        finding
    };
    checked.duplicates.iter().map(of).collect()
}
