//! `locks-out-deployer` and `may-lock-out-deployer`: which statement decides, and what would change it.

use crate::lockout::{Change, KeyAnswer, Subject, Verdict, When, change};
use crate::policy::{Document, Effect, Grant, Layer, Outcome as Applied, Statement, Trace, condition_lines};
use crate::source::Span;

use super::judge::Judge;
use super::reasons::{self, advice};
use super::words::{facts, key as named};
use super::{Code, Finding, Related};

/// KMS's own words.
const MESSAGE: &str = "The new key policy will not allow you to update the key policy in the future";

/// How many further statements are shown beside the deciding one.
const OTHERS: usize = 4;

/// KMS refuses the key as it would be deployed now.
pub(super) fn locks_out(judge: &Judge<'_>, key: &KeyAnswer) -> Finding {
    let deployer = judge.deployer();
    let who = if judge.is_named() { deployer.clone() } else { "no principal of the account".to_owned() };
    let message = format!("KMS would refuse {}: {who} could {}change its policy again", named(key), not(judge));
    let mut finding = judge.finding(Code::LocksOutDeployer, &key.id, key.span, message);
    if let (Some(leaf), Some(policy)) = (&key.leaf, &key.policy) {
        let statements = Document { value: policy, of_identity: false }.statements();
        let reasons: Vec<Reason> = leaf.trace.iter().filter_map(|one| reason(one, &statements, &deployer)).collect();
        let change = change(leaf);
        place(&mut finding, change, &reasons, policy.span, &deployer);
        let principal = judge.principal();
        finding.help = change.map_or_else(String::new, |change| advice(change, &deployer, principal.as_deref()));
        finding.notes.extend(leaf.grant().and_then(Grant::layer).map(|layer| format!("decided by: {}", layer.name())));
    }
    finding.notes.extend(judge.notes(key));
    finding.notes.push(format!("AWS says: \"{MESSAGE}\""));
    finding
}

/// `no principal could`, but `role/Deploy could not`.
fn not(judge: &Judge<'_>) -> &'static str {
    if judge.is_named() { "not " } else { "" }
}

/// KMS refuses the key for other values that the template itself allows.
pub(super) fn may_lock_out(judge: &Judge<'_>, key: &KeyAnswer) -> Option<Finding> {
    if matches!(key.verdict, Verdict::Lockout | Verdict::Undecided | Verdict::Invalid) {
        return None;
    }
    let by_template = |when: &When| matches!(when.subject, Subject::Parameter(_) | Subject::Condition(_));
    let case = key.cases.iter().find(|case| case.verdict == Verdict::Lockout && case.when.iter().all(by_template))?;
    let (name, when, who) = (named(key), facts(&case.when), judge.deployer());
    let message = format!("KMS would refuse {name} when {when}: {who} could not change its policy again");
    let mut finding = judge.finding(Code::MayLockOutDeployer, &key.id, key.span, message);
    finding.label = format!("{} as it would be deployed now", key.verdict.word());
    finding.help =
        "let the deployer administer the key in this case too, or restrict the parameter with AllowedValues".to_owned();
    finding.notes = judge.notes(key);
    Some(finding)
}

/// A further or deciding place, and what to say of it.
struct Reason {
    index: usize,
    span: Span,
    text: String,
    denies: bool,
    /// It lets the deployer in, as far as the key policy goes.
    grants: bool,
    /// The first line of the Condition of a Deny that applies.
    condition: Option<Span>,
}

/// What to say of a statement that matters: a Deny that applies, an Allow that lets the deployer down or that another layer
/// takes back.
fn reason(trace: &Trace, statements: &[Statement<'_>], deployer: &str) -> Option<Reason> {
    let statement = statements.iter().find(|statement| statement.index == trace.index)?;
    let denies = trace.effect == Some(Effect::Deny);
    match &trace.outcome {
        Applied::Open(_) if !denies => return None,
        Applied::Inert(_) | Applied::Fails(_) | Applied::Open(_) if denies => return None,
        _ => {}
    }
    let condition = statement.element("Condition").filter(|_| denies);
    let condition = condition.and_then(|condition| condition_lines(condition).first().map(|(_, _, span)| *span));
    let (span, text) = (reasons::span(trace, statement), reasons::reason(trace, deployer));
    let grants = !denies && matches!(trace.outcome, Applied::Direct | Applied::Delegates);
    Some(Reason { index: trace.index, span, text, denies, grants, condition })
}

/// Puts the cursor on the deciding place: what would have to change, else the first principal that is somebody else.
fn place(finding: &mut Finding, change: Option<Change>, reasons: &[Reason], policy: Span, deployer: &str) {
    let named = |index: usize| reasons.iter().find(|reason| reason.index == index);
    let primary = match change {
        Some(Change::Exempt(index) | Change::Mend(index, _)) => named(index),
        Some(Change::Allow(_) | Change::Lift(_)) => reasons.iter().find(|reason| reason.grants),
        _ => None,
    };
    let denied = matches!(change, Some(Change::Exempt(_)));
    let Some(primary) = primary.or_else(|| reasons.iter().find(|reason| !reason.denies)) else {
        finding.span = policy;
        finding.label = format!("no statement lets {deployer} call kms:PutKeyPolicy");
        return;
    };
    finding.span = primary.span;
    finding.label = match change {
        Some(Change::Allow(Layer::Identity)) if primary.grants => format!("{}, which do not allow it", primary.text),
        Some(Change::Allow(layer)) if primary.grants => {
            format!("{}, and the {} {} not allow it", primary.text, layer.name(), layer.verb("does", "do"))
        }
        Some(Change::Lift(layer)) if primary.grants => {
            format!("{}, and the {} {} it", primary.text, layer.name(), layer.verb("denies", "deny"))
        }
        _ => primary.text.clone(),
    };
    finding
        .related
        .extend(primary.condition.map(|span| Related { span, message: "this does not exempt it".to_owned() }));
    let others = reasons.iter().filter(|other| other.index != primary.index && !denied && !other.denies);
    let others = others.take(OTHERS).map(|other| Related { span: other.span, message: other.text.clone() });
    finding.related.extend(others);
}
