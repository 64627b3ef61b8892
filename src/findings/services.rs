//! `service-cannot-use-key`: a resource hands the key to a service, and whoever calls KMS for it is denied.
//!
//! Comes in: the resources of a key that cannot use it. Goes out: one finding for each kind of use, at its first resource, an
//! error where AWS refuses the deployment with words that are known. Must not know: how a call is decided.

use crate::aws::{Fails, KeyUser, Who};
use crate::lockout::{KeyAnswer, Unusable, Verdict};
use crate::policy::Grant;

use super::judge::Judge;
use super::words::{key as named, located, short};
use super::{Code, Finding, Related, Severity};

/// What the services of a template cannot do with the key.
pub(super) fn findings(judge: &Judge<'_>, key: &KeyAnswer) -> Vec<Finding> {
    let mut groups: Vec<Vec<&Unusable>> = Vec::new();
    for one in &key.unusable {
        let same = |group: &&mut Vec<&Unusable>| group.first().is_some_and(|other| is_same(other, one));
        match groups.iter_mut().find(same) {
            Some(group) => group.push(one),
            None => groups.push(vec![one]),
        }
    }
    groups.iter().filter_map(|group| finding(judge, key, group)).collect()
}

/// Whether two resources ask for the same statement.
fn is_same(a: &Unusable, b: &Unusable) -> bool {
    a.user.kind == b.user.kind
        && a.user.by_grant == b.user.by_grant
        && a.caller == b.caller
        && a.user.asks == b.user.asks
}

fn finding(judge: &Judge<'_>, key: &KeyAnswer, group: &[&Unusable]) -> Option<Finding> {
    let (first, others) = group.split_first()?;
    let (user, action) = (first.user, first.denial.action);
    let who = caller(judge, first);
    let what = match others.len() {
        0 => format!("`{}`", first.id),
        1 => format!("`{}` and one more", first.id),
        more => format!("`{}` and {more} more", first.id),
    };
    let message = format!("{what} cannot use {}: {who} is not allowed to call {action}", named(key));
    let place = first.denial.place.filter(|place| place.file == key.span.file).unwrap_or(key.span);
    let mut finding = judge.finding(Code::ServiceCannotUseKey, &key.id, place, message);
    finding.severity = if matches!(user.fails, Fails::Deploy(_)) { Severity::Error } else { Severity::Warning };
    finding.label = format!("needs {action} for {who}");
    let places = group.iter().filter_map(|one| Some((one, one.denial.place?)));
    let further = places.filter(|(_, span)| *span != place);
    finding.related = further.map(|(one, span)| Related { span, message: format!("so does `{}`", one.id) }).collect();
    finding.related.extend(first.denial.statement.map(|span| {
        let message = "this statement denies it".to_owned();
        Related { span, message }
    }));
    finding.help = help(judge, first, &who);
    if key.verdict == Verdict::DefaultPolicy && first.denial.grant == Grant::Nothing {
        finding.help.insert_str(
            0,
            "give the key a KeyPolicy with the statement for the account that the default one has, and ",
        );
    }
    if matches!(user.who, Who::Deployer(_)) {
        finding.notes = judge.notes(key);
    }
    finding.notes.push(match user.fails {
        Fails::Deploy(says) => format!("AWS says: \"{says}\""),
        Fails::Unverified => "it fails while it is deployed, in words that are not documented".to_owned(),
        Fails::Later(what) => format!("it is deployed, and later {what}"),
    });
    Some(finding)
}

/// Who calls, in words.
fn caller(judge: &Judge<'_>, one: &Unusable) -> String {
    match (&one.caller, one.user.who) {
        (_, Who::Deployer(via)) => format!("{} through {via}", judge.deployer()),
        (Some(name), Who::Service { .. }) => format!("`{}`", located(&name.to_string())),
        (Some(arn), _) => format!("`{}`", located(short(&arn.to_string()).as_str())),
        (None, _) => "its caller".to_owned(),
    }
}

fn help(judge: &Judge<'_>, one: &Unusable, who: &str) -> String {
    let is_service = matches!(one.user.who, Who::Service { .. });
    match one.denial.grant {
        Grant::Denied if is_service => {
            format!(
                "let the Deny spare {who}: add `\"Bool\": {{\"aws:PrincipalIsAWSService\": \"false\"}}` to its Condition"
            )
        }
        Grant::Denied => format!("let the Deny spare {who}"),
        Grant::DeniedBy(layer) => format!("remove the Deny of `{}` from the {}", one.denial.action, layer.name()),
        Grant::NotBy(layer) if matches!(one.user.who, Who::Deployer(_)) => {
            format!("allow `{}` in the {} of {}", one.user.asks.join("`, `"), layer.name(), judge.deployer())
        }
        _ => format!("add this statement to the key policy:\n{}", statement(judge, one, one.user)),
    }
}

/// The statement that lets the service use the key.
fn statement(judge: &Judge<'_>, one: &Unusable, user: &KeyUser) -> String {
    let named = |text: String| located(&text);
    let principal = match (&one.caller, user.who) {
        (Some(name), Who::Service { .. }) => format!("{{\"Service\": \"{}\"}}", named(name.to_string())),
        (Some(arn), _) => format!("{{\"AWS\": \"{}\"}}", named(arn.to_string())),
        (None, _) => {
            let arn = judge.principal().unwrap_or_else(|| "the deployer's ARN".to_owned());
            format!("{{\"AWS\": \"{arn}\"}}")
        }
    };
    let actions = user.asks.iter().map(|action| format!("\"{action}\"")).collect::<Vec<_>>().join(", ");
    let condition = one.condition.as_ref().map_or_else(String::new, |(operator, key, value)| {
        format!(", \"Condition\": {{\"{operator}\": {{\"{key}\": \"{}\"}}}}", named(value.to_string()))
    });
    format!(
        "{{\"Effect\": \"Allow\", \"Principal\": {principal}, \"Action\": [{actions}], \"Resource\": \"*\"{condition}}}"
    )
}
