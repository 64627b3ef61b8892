//! `ineffective-statement`: what is written, accepted, and has no effect.

use crate::lockout::{About, Checked, KeyAnswer};
use crate::policy::{Element, Ineffective, NoAction};

use super::judge::Judge;
use super::words::key as named;
use super::{Code, Finding, Related};

/// Statements that KMS ignores, wholly or in part.
///
/// Source: KMS API, CreateKey and PutKeyPolicy: "If either of the required Resource or Action elements are missing from a
/// key policy statement, the policy statement has no effect … the API requests succeed"; KMS facts (e) and (f).
pub(super) fn statements(judge: &Judge<'_>, key: &KeyAnswer) -> Vec<Finding> {
    key.beyond.ineffective.iter().map(|about| statement(judge, key, about)).collect()
}

fn statement(judge: &Judge<'_>, key: &KeyAnswer, about: &About<Ineffective>) -> Finding {
    let (name, key_name) = (&about.name, named(key));
    let finding = |message: String| judge.finding(Code::IneffectiveStatement, &key.id, about.at, message);
    match &about.what {
        Ineffective::Lacks(element) => {
            let lacking = element.name();
            let mut out = finding(format!("KMS ignores `{name}` of {key_name}: it has no `{lacking}`"));
            out.help = match element {
                Element::Resource => "add `Resource: \"*\"`, which stands for this key".to_owned(),
                _ => "add the `Action` that the statement is about".to_owned(),
            };
            out
        }
        Ineffective::NoActions(actions) => {
            let mut out = finding(no_actions(name, &key_name, actions));
            out.label = "KMS accepts and ignores it".to_owned();
            let others = actions.iter().skip(1);
            out.related = others.map(|one| Related { span: one.span, message: "nor this one".to_owned() }).collect();
            out.help = meant(actions);
            out
        }
        Ineffective::OtherResource => {
            let mut out = finding(format!("KMS ignores `{name}` of {key_name}: its resource is not this key"));
            out.help = "write `\"*\"`: in a key policy it stands for this key, whose id is not known before it exists"
                .to_owned();
            out.notes.extend(judge.notes(key));
            out
        }
    }
}

fn no_actions(name: &str, key_name: &str, actions: &[NoAction]) -> String {
    let first = actions.first().map_or("", |one| one.written.as_str());
    match actions.len().saturating_sub(1) {
        0 => format!("KMS has no action `{first}` (`{name}` of {key_name})"),
        1 => format!("KMS has no action `{first}`, and not another one of `{name}` of {key_name}"),
        more => format!("KMS has no action `{first}`, and not {more} others of `{name}` of {key_name}"),
    }
}

fn meant(actions: &[NoAction]) -> String {
    let near = actions.iter().filter_map(|one| Some((one.written.as_str(), one.meant.as_deref()?)));
    let lines: Vec<String> = near.map(|(written, meant)| format!("for `{written}`, did you mean `{meant}`?")).collect();
    if lines.is_empty() {
        "remove what is no action of KMS: a key policy is about one key".to_owned()
    } else {
        lines.join("\n")
    }
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
