//! Principals, groups of them, and reasons for nobody, in words.

use crate::findings::{facts, located};
use crate::lockout::{Able, Nobody, Subject, Verdict, When, WhenTest, Who};
use crate::policy::{Grant, Layer};

/// The session in which CloudFormation uses a service role.
const SERVICE_SESSION: &str = "AWSCloudFormation";

/// What IAM has to allow.
const BY_IAM: &str = "IAM policies allow kms:PutKeyPolicy";

/// Who, in one line: `account` is the one that is deployed to, where it is known.
pub(super) fn who(able: &Able, account: Option<&str>) -> String {
    match (&able.who, able.verdict) {
        (Who::One(arn), verdict) => {
            let by_iam = if verdict == Verdict::SafeIfIam { format!(", if its {BY_IAM}") } else { String::new() };
            let as_role = if is_service_role(able) { " as the CloudFormation service role (--role-arn)" } else { "" };
            let made_by = able.made_by.as_ref().map(|id| format!(" (made by this stack, {id}: not there before it)"));
            format!("{}{as_role}{by_iam}{}", one(arn), made_by.unwrap_or_default())
        }
        (Who::Every { matches, not_in }, Verdict::Bypassed) if matches.is_empty() && not_in.is_empty() => {
            "anybody who may create keys: the check is switched off".to_owned()
        }
        (Who::Every { matches, not_in }, Verdict::DefaultPolicy) if matches.is_empty() && not_in.is_empty() => {
            "anybody who may create keys: there is no KeyPolicy, and KMS does not check its default one".to_owned()
        }
        (Who::Every { matches, not_in }, verdict) => {
            let mut out = format!("any principal of {}", of_account(&able.when, account));
            if !matches.is_empty() {
                out.push_str(&format!(" that matches {}", listed(matches, " and ")));
            }
            if !not_in.is_empty() {
                out.push_str(&format!(" except {}", listed(not_in, ", ")));
            }
            let whose = if matches.is_empty() && not_in.is_empty() { " whose" } else { ", if its" };
            if verdict == Verdict::SafeIfIam {
                out.push_str(&format!("{whose} {BY_IAM}"));
            }
            out
        }
    }
}

/// What else has to be so; nothing where nothing has to.
pub(super) fn when(able: &Able) -> Option<String> {
    let grouped = matches!(able.who, Who::Every { .. });
    let told = |one: &When| (grouped && account(one).is_some()) || is_service_session(one);
    let rest: Vec<When> = able.when.iter().filter(|one| !told(one)).cloned().collect();
    let of_deployer = |text: String| {
        text.replace("{{deployer:principal}}", "the deployer's ARN").replace("{{deployer:arn}}", "the caller's ARN")
    };
    (!rest.is_empty()).then(|| format!("when {}", of_deployer(facts(&rest))))
}

/// Whether a role's ARN stands for the session in which CloudFormation uses a service role, and for no other.
fn is_service_role(able: &Able) -> bool {
    let is_own = |arn: &String| arn.contains(":assumed-role/") && arn.ends_with(&format!("/{SERVICE_SESSION}"));
    matches!(&able.who, Who::One(arn) if is_own(arn)) || able.when.iter().any(is_service_session)
}

fn is_service_session(when: &When) -> bool {
    let session = Subject::Unknown("{{deployer:session}}".to_owned());
    when.subject == session && when.test == WhenTest::Equals(SERVICE_SESSION.to_owned())
}

/// Why there is nobody.
pub(super) fn nobody(nobody: &Nobody) -> String {
    match nobody {
        Nobody::Refused(why) => format!("CloudFormation refuses the template: {}", located(why)),
        Nobody::Invalid(why) => format!("KMS refuses the policy for another reason: {}", located(why)),
        Nobody::NotYetThere(id) => {
            format!("only {id} could, which this stack makes: it is not there before the stack is")
        }
        Nobody::LockedOut(grant) => match grant {
            Grant::Denied => "a Deny stops everybody from calling kms:PutKeyPolicy".to_owned(),
            Grant::DeniedBy(layer) => beside(*layer, layer.verb("denies", "deny")),
            Grant::NotBy(layer) => beside(*layer, layer.verb("does not allow", "do not allow")),
            Grant::Nothing | Grant::Direct | Grant::Delegated => {
                "no statement lets a principal of the account call kms:PutKeyPolicy".to_owned()
            }
        },
    }
}

fn beside(layer: Layer, verb: &str) -> String {
    format!("the {} {verb} kms:PutKeyPolicy", layer.name())
}

fn account(when: &When) -> Option<&str> {
    match (&when.subject, &when.test) {
        (Subject::Account, WhenTest::Equals(id)) => Some(id),
        _ => None,
    }
}

fn of_account(when: &[When], known: Option<&str>) -> String {
    match when.iter().find_map(account).or(known) {
        Some(id) => format!("account {id}"),
        None => "the account".to_owned(),
    }
}

fn listed(texts: &[String], between: &str) -> String {
    texts.iter().map(|text| one(text)).collect::<Vec<_>>().join(between)
}

/// One principal. What the template leaves open is written as the template writes it.
fn one(arn: &str) -> String {
    let whole = arn.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}")).filter(|inner| !inner.contains('{'));
    if let Some((kind, name)) = whole.and_then(|inner| inner.split_once(':')) {
        return format!("whoever {kind} {name} names");
    }
    let mut out = String::new();
    let mut parts = arn.split("{{parameter:");
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (name, rest) = part.split_once("}}").unwrap_or((part, ""));
        out.push_str(&format!("${{{name}}}{rest}"));
    }
    located(&out)
}
