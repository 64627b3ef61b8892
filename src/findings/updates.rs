//! `update-refused`: the policy in force does not let the deployer make the update; and what the previous template adds to
//! other findings.
//!
//! Comes in: the keys with what their updates come to. Goes out: findings. Must not know: where the previous template is from.

use crate::lockout::{Checked, Denied, KeyAnswer, Open, Update, UpdateOutcome, Verdict};
use crate::policy::{Document, Effect, Grant, Layer, Outcome as Applied, Trace};

use super::judge::Judge;
use super::reasons::{reason, span};
use super::words::key as named;
use super::{Code, Finding, Related};

/// How many statements of the policy in force are shown.
const SHOWN: usize = 4;

/// CloudFormation's own words. Source: the AWS::KMS::Key handler.
const IMMUTABLE: &str = "You cannot change the values of the KeySpec, KeyUsage, Origin, or MultiRegion properties of an AWS::KMS::Key resource.";

/// KMS's own words.
const LOCKOUT: &str = "The new key policy will not allow you to update the key policy in the future";

/// What keeps the update of a key from going through.
pub(super) fn refused(judge: &Judge<'_>, key: &KeyAnswer) -> Option<Finding> {
    let update = key.update.as_ref()?;
    match &update.outcome {
        UpdateOutcome::Fine => None,
        UpdateOutcome::Denied(denied) => Some(call_denied(judge, key, denied)),
        UpdateOutcome::DefaultRefused(denied) => Some(default_refused(judge, key, denied)),
        UpdateOutcome::Immutable(property, place) => {
            let message = format!("CloudFormation would refuse the update: `{property}` of {} is changed", named(key));
            let mut finding = judge.finding(Code::TemplateRefused, &key.id, *place, message);
            finding.help = format!(
                "leave `{property}` as it is; for a key with another one, give it another logical id: it is a new key then"
            );
            finding.notes.push(format!("AWS says: \"{IMMUTABLE}\""));
            Some(finding)
        }
        UpdateOutcome::Open(open) => undecided(judge, key, open),
    }
}

/// A call of the update that is denied.
fn call_denied(judge: &Judge<'_>, key: &KeyAnswer, denied: &Denied) -> Finding {
    let (who, name, action) = (who(judge), named(key), denied.action);
    let what = match action {
        "kms:PutKeyPolicy" => format!("put the new policy of {name}"),
        _ => format!("update {name}"),
    };
    let why = match denied.grant {
        Grant::DeniedBy(layer) => format!("the {} {} {action}", layer.name(), layer.verb("denies", "deny")),
        Grant::NotBy(layer) => format!("the {} {} not allow {action}", layer.name(), layer.verb("does", "do")),
        Grant::Denied => format!("the policy in force denies {action}"),
        Grant::Direct | Grant::Delegated | Grant::Nothing => format!("the policy in force does not allow {action}"),
    };
    let mut finding = judge.finding(Code::UpdateRefused, &key.id, denied.span, format!("{who} {what}: {why}"));
    finding.label = match action {
        "kms:PutKeyPolicy" => "the update puts another policy".to_owned(),
        _ => format!("this change calls {action}"),
    };
    finding.related = statements(judge, denied);
    if action == "kms:DescribeKey" {
        finding.notes.push("CloudFormation calls kms:DescribeKey before every other call of an update".to_owned());
    } else if action != "kms:PutKeyPolicy" {
        finding
            .notes
            .push("what the new policy grants counts only after kms:PutKeyPolicy, which comes later".to_owned());
    }
    finding.notes.extend(judge.assuming(&denied.assumes));
    finding.notes.extend(aws_says(judge, denied).map(|text| format!("AWS says: \"{text}\"")));
    finding.help = help(judge, denied);
    finding
}

/// The policy is removed, and the default one would lock the deployer out.
fn default_refused(judge: &Judge<'_>, key: &KeyAnswer, denied: &Denied) -> Finding {
    let (deployer, name) = (judge.deployer(), named(key));
    let message = format!(
        "KMS would refuse the default policy, which takes the place of the removed policy of {name}: {deployer} could not change it again"
    );
    let mut finding = judge.finding(Code::UpdateRefused, &key.id, denied.span, message);
    finding.label = "the update puts the default policy: `KeyPolicy` is gone".to_owned();
    finding.notes.extend(judge.assuming(&denied.assumes));
    finding.notes.push(format!("AWS says: \"{LOCKOUT}\""));
    finding.help = format!(
        "keep `KeyPolicy`, or allow kms:PutKeyPolicy in the IAM policies of {deployer}: the default policy leaves it to them"
    );
    finding
}

fn who(judge: &Judge<'_>) -> String {
    if judge.is_named() { format!("{} could not", judge.deployer()) } else { "nobody could".to_owned() }
}

/// The statements of the policy in force that decide: a Deny that applies, else the Allows that do not reach the deployer.
fn statements(judge: &Judge<'_>, denied: &Denied) -> Vec<Related> {
    let statements = Document { value: &denied.policy, of_identity: false }.statements();
    let is_denying = denied.grant == Grant::Denied;
    let matters = |trace: &&Trace| match (trace.effect, &trace.outcome) {
        (Some(Effect::Deny), Applied::Direct | Applied::Delegates) => is_denying,
        (Some(Effect::Deny), _) => false,
        _ => !is_denying,
    };
    let shown = denied.trace.iter().filter(matters).take(SHOWN);
    let deployer = judge.deployer();
    let related = |trace: &Trace| {
        let statement = statements.get(trace.index)?;
        let text = reason(trace, &deployer).replace("kms:PutKeyPolicy", denied.action);
        Some(Related { span: span(trace, statement), message: format!("the policy in force: {text}") })
    };
    shown.filter_map(related).collect()
}

/// AWS's own words, where they are known. Source: the handlers map AccessDenied to `Access denied for operation '…'`; a direct
/// call is answered with the reason (IAM User Guide, troubleshoot_access-denied.html).
fn aws_says(judge: &Judge<'_>, denied: &Denied) -> Option<String> {
    let action = denied.action;
    if judge.is_via_cloudformation() {
        return Some(format!("Access denied for operation '{}'", action.trim_start_matches("kms:")));
    }
    let why = match denied.grant {
        Grant::Nothing => format!("because no resource-based policy allows the {action} action"),
        Grant::NotBy(Layer::Identity) => format!("because no identity-based policy allows the {action} action"),
        Grant::Denied => "with an explicit deny in a resource-based policy".to_owned(),
        Grant::DeniedBy(Layer::Identity) => "with an explicit deny in an identity-based policy".to_owned(),
        Grant::DeniedBy(Layer::Scp) => "with an explicit deny in a service control policy".to_owned(),
        _ => return None,
    };
    Some(format!("User: {} is not authorized to perform: {action} on resource: … {why}", judge.caller()?))
}

fn help(judge: &Judge<'_>, denied: &Denied) -> String {
    let deployer = judge.deployer();
    match denied.grant {
        Grant::DeniedBy(layer) => format!("remove the Deny of {} from the {}", denied.action, layer.name()),
        Grant::NotBy(layer) => format!("allow {} in the {} of {deployer}", denied.action, layer.name()),
        _ => match denied.administrators.as_slice() {
            [] => {
                "nobody can change the policy in force, as far as it is known: `cfn-lockout recover` says what is left"
                    .to_owned()
            }
            known => format!(
                "let {} put a policy first that also allows {} to {deployer}; `cfn-lockout recover` writes it",
                known.iter().map(|one| format!("`{one}`")).collect::<Vec<_>>().join(" or "),
                denied.action,
            ),
        },
    }
}

/// Some facts would make the update fail. Where nobody was named, or the key itself is undecided, that is said already.
fn undecided(judge: &Judge<'_>, key: &KeyAnswer, open: &[Open]) -> Option<Finding> {
    let first = open.first().filter(|_| judge.is_named() && key.verdict != Verdict::Undecided)?;
    let message = format!(
        "whether the policy in force lets {} update {} depends on {} `{}`",
        judge.deployer(),
        named(key),
        first.kind,
        first.name
    );
    let mut finding = judge.finding(Code::Undecided, &key.id, key.span, message);
    finding.help = open.iter().map(|open| open.help.clone()).collect::<Vec<_>>().join("\n");
    finding.notes = judge.notes(key);
    Some(finding)
}

/// Says of findings about a policy that the update does not put it. Source: the handler calls PutKeyPolicy only where the
/// text of the policy changed, so a change of BypassPolicyLockoutSafetyCheck alone does nothing.
pub(super) fn annotate(findings: &mut [Finding], checked: &Checked) {
    for finding in findings {
        let key = checked.keys.iter().find(|key| key.id == finding.logical_id);
        let unchanged = key.and_then(|key| key.update.as_ref()).is_some_and(|update: &Update| update.unchanged);
        let so = match finding.code {
            _ if !unchanged => continue,
            Code::LocksOutDeployer | Code::InvalidPrincipal | Code::MalformedPolicy => {
                "and KMS is not asked; a new stack would be refused"
            }
            Code::BypassesLockoutCheck => "so the property has no effect in it",
            _ => continue,
        };
        finding.notes.push(format!("the policy is as in the previous template: this update does not put it, {so}"));
    }
}
