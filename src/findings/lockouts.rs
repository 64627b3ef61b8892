//! `locks-out-deployer` and `may-lock-out-deployer`: which statement decides, and what would change it.

use crate::lockout::{KeyAnswer, Leaf, Outcome, Subject, Verdict, When};
use crate::policy::{Document, Effect, Element, Grant, Layer, Outcome as Applied, Statement, Trace, condition_lines};
use crate::source::Span;

use super::judge::Judge;
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
    if let Some(Leaf { outcome: Outcome::Lockout(grant), trace, policy: Some(policy) }) = &key.leaf {
        let statements = Document { value: policy, of_identity: false }.statements();
        let reasons: Vec<Reason> = trace.iter().filter_map(|one| reason(one, &statements, &deployer)).collect();
        place(&mut finding, *grant, &reasons, policy.span, &deployer);
        finding.help = advice(judge, *grant, &reasons);
    }
    finding.notes = judge.notes(key);
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

/// Why one statement does not let the deployer in.
struct Reason {
    span: Span,
    text: String,
    denies: bool,
    /// The deployer is named, and something else fails.
    close: bool,
    /// The first line of the Condition of a Deny that applies.
    condition: Option<Span>,
}

fn reason(trace: &Trace, statements: &[Statement<'_>], deployer: &str) -> Option<Reason> {
    let statement = statements.iter().find(|statement| statement.index == trace.index)?;
    let denies = trace.effect == Some(Effect::Deny);
    let (element, text, close) = match (&trace.outcome, denies) {
        (Applied::Direct | Applied::Delegates, true) => {
            (Element::Principal, format!("denies kms:PutKeyPolicy to {deployer}"), true)
        }
        (_, true) => return None,
        (Applied::Fails(Element::Principal), false) => (Element::Principal, format!("does not name {deployer}"), false),
        (Applied::Fails(element), false) => (*element, failed(*element).to_owned(), true),
        (Applied::Inert(element), false) => (*element, format!("has no `{}`, so KMS ignores it", element.name()), true),
        (Applied::Delegates, false) => (Element::Principal, "leaves it to IAM policies".to_owned(), true),
        (Applied::Direct | Applied::Open(_), false) => return None,
    };
    let condition = statement.element("Condition").filter(|_| denies);
    let condition = condition.and_then(|condition| condition_lines(condition).first().map(|(_, _, span)| *span));
    Some(Reason { span: statement.span(element), text, denies, close, condition })
}

fn failed(element: Element) -> &'static str {
    match element {
        Element::Action => "does not cover `kms:PutKeyPolicy`",
        Element::Resource => "is not this key",
        Element::Principal | Element::Condition => "does not hold for this call",
    }
}

/// Puts the cursor on the deciding place: a Deny that applies, else where a statement that names the deployer fails,
/// else the first principal that is somebody else.
fn place(finding: &mut Finding, grant: Grant, reasons: &[Reason], policy: Span, deployer: &str) {
    let denied = grant == Grant::Denied;
    let first = reasons.iter().find(|reason| reason.denies == denied && (denied || reason.close));
    let Some(primary) = first.or_else(|| reasons.iter().find(|reason| !reason.denies)) else {
        finding.span = policy;
        finding.label = format!("no statement lets {deployer} call kms:PutKeyPolicy");
        return;
    };
    finding.span = primary.span;
    finding.label.clone_from(&primary.text);
    finding
        .related
        .extend(primary.condition.map(|span| Related { span, message: "this does not exempt it".to_owned() }));
    let others = reasons.iter().filter(|other| !std::ptr::eq(*other, primary) && !denied && !other.denies);
    let others = others.take(OTHERS).map(|other| Related { span: other.span, message: other.text.clone() });
    finding.related.extend(others);
}

fn advice(judge: &Judge<'_>, grant: Grant, reasons: &[Reason]) -> String {
    let deployer = judge.deployer();
    match grant {
        Grant::Denied => match judge.principal() {
            Some(arn) => format!("exempt the deployer from this Deny: `{arn}`"),
            None => "exempt the deployer from this Deny".to_owned(),
        },
        Grant::DeniedBy(layer) => {
            format!("remove the Deny of kms:PutKeyPolicy from the {} of {deployer}", layer.name())
        }
        Grant::NotBy(Layer::Identity) => {
            format!("allow kms:PutKeyPolicy in the IAM policies of {deployer}, or name it in the key policy")
        }
        Grant::NotBy(layer) => format!("allow kms:PutKeyPolicy in the {} of {deployer}", layer.name()),
        _ if reasons.iter().any(|reason| reason.close) => "let this statement allow kms:PutKeyPolicy".to_owned(),
        _ => match judge.principal() {
            Some(arn) => format!("let the deployer keep control of the key: add `{arn}` to its administrators"),
            None => "let the deployer keep control of the key: add it to the administrators, or the account".to_owned(),
        },
    }
}
