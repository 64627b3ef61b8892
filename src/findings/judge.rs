//! Answers to findings: for each key the one problem that matters, with its deciding place.

use crate::deployment::Deployment;
use crate::lockout::{Checked, KeyAnswer, Leaf, Outcome, Subject, Verdict, When, WhenTest};
use crate::policy::{Document, Effect, Element, Grant, Outcome as Applied, ProblemKind, Statement};
use crate::source::Span;
use crate::world::Refusal;

use super::{Code, Finding, Related};

/// KMS's own words.
const LOCKOUT_MESSAGE: &str = "The new key policy will not allow you to update the key policy in the future";

/// The findings about one template in one deployment.
pub(crate) fn judge(checked: &Checked, deployment: &Deployment) -> Vec<Finding> {
    let judge = Judge { deployment };
    let mut out: Vec<Finding> = Vec::new();
    let mut push = |finding: Finding| {
        if !out
            .iter()
            .any(|other| other.code == finding.code && other.span == finding.span && other.message == finding.message)
        {
            out.push(finding);
        }
    };
    checked.refusals.iter().for_each(|(id, refusal)| push(judge.template_refused(id, refusal)));
    let mut relying: Vec<&KeyAnswer> = Vec::new();
    for key in &checked.keys {
        match key.verdict {
            Verdict::SafeIfIam => relying.push(key),
            Verdict::Lockout => push(judge.locks_out(key)),
            Verdict::Undecided => push(judge.undecided(key)),
            Verdict::Invalid => judge.invalid(key).into_iter().for_each(&mut push),
            Verdict::Bypassed => push(judge.bypasses(key)),
            Verdict::Safe | Verdict::DefaultPolicy => {}
        }
        judge.may_lock_out(key).into_iter().for_each(&mut push);
    }
    judge.relies_on_iam(&relying).into_iter().for_each(&mut push);
    out
}

struct Judge<'d> {
    deployment: &'d Deployment,
}

impl Judge<'_> {
    fn finding(&self, code: Code, id: &str, span: Span, message: String) -> Finding {
        Finding {
            code,
            severity: code.severity(),
            message,
            help: String::new(),
            span,
            label: String::new(),
            related: Vec::new(),
            notes: Vec::new(),
            stack: String::new(),
            logical_id: id.to_owned(),
            deployment: self.deployment.name.clone(),
        }
    }

    /// The deployer as a message names it: `role/Deploy`, `user/Alice`, or somebody unknown.
    fn deployer(&self) -> String {
        match &self.deployment.deployer {
            Some(arn) => format!("`{}`", short(arn)),
            None => "the deployer".to_owned(),
        }
    }

    fn deployer_note(&self) -> Option<String> {
        self.deployment.deployer.as_ref().map(|arn| format!("deployer: {arn}"))
    }

    fn locks_out(&self, key: &KeyAnswer) -> Finding {
        let deployer = self.deployer();
        let message = format!("KMS would refuse key `{}`: {deployer} could not change its policy again", key.id);
        let mut finding = self.finding(Code::LocksOutDeployer, &key.id, key.span, message);
        if let Some(Leaf { outcome: Outcome::Lockout(grant), trace, policy: Some(policy) }) = &key.leaf {
            let statements = Document { value: policy, of_identity: false }.statements();
            let reasons: Vec<Reason> = trace.iter().filter_map(|one| reason(one, &statements, &deployer)).collect();
            place(&mut finding, *grant, &reasons, policy.span, &deployer);
            finding.help = advice(*grant, &reasons, &deployer);
        }
        finding.notes.extend(self.deployer_note());
        finding.notes.push(format!("AWS says: \"{LOCKOUT_MESSAGE}\""));
        finding
    }

    fn may_lock_out(&self, key: &KeyAnswer) -> Option<Finding> {
        if matches!(key.verdict, Verdict::Lockout | Verdict::Undecided | Verdict::Invalid) {
            return None;
        }
        let by_template = |when: &When| matches!(when.subject, Subject::Parameter(_) | Subject::Condition(_));
        let case =
            key.cases.iter().find(|case| case.verdict == Verdict::Lockout && case.when.iter().all(by_template))?;
        let when = case.when.iter().map(fact).collect::<Vec<_>>().join(" and ");
        let message = format!(
            "KMS would refuse key `{}` when {when}: {} could not change its policy again",
            key.id,
            self.deployer()
        );
        let mut finding = self.finding(Code::MayLockOutDeployer, &key.id, key.span, message);
        finding.label = "safe as it would be deployed now".to_owned();
        finding.help =
            "let the deployer administer the key in this case too, or restrict the parameter with AllowedValues"
                .to_owned();
        finding.notes.extend(self.deployer_note());
        Some(finding)
    }

    fn undecided(&self, key: &KeyAnswer) -> Finding {
        let first = key
            .open
            .first()
            .map_or_else(|| "facts that were not given".to_owned(), |open| format!("{} `{}`", open.kind, open.name));
        let what = if key.exhausted { "too many combinations of values".to_owned() } else { first };
        let who = match self.deployment.deployer {
            None if key.open.iter().any(|open| open.kind == "deployer") => "who deploys it".to_owned(),
            _ => what,
        };
        let message = format!("whether KMS accepts key `{}` depends on {who}", key.id);
        let span = key.open.iter().find_map(|open| open.span).unwrap_or(key.span);
        let mut finding = self.finding(Code::Undecided, &key.id, span, message);
        finding.notes.extend(key.cases.iter().map(|case| {
            let when = case.when.iter().map(fact).collect::<Vec<_>>().join(" and ");
            format!("{}: when {when}", case.verdict.word())
        }));
        finding.notes.extend(self.deployer_note());
        let helps: Vec<String> = key.open.iter().map(|open| open.help.clone()).collect();
        finding.help = helps.join("\n");
        finding
    }

    fn relies_on_iam(&self, keys: &[&KeyAnswer]) -> Option<Finding> {
        let first = keys.first()?;
        let names: Vec<String> = keys.iter().take(3).map(|key| format!("`{}`", key.id)).collect();
        let more = keys.len().saturating_sub(names.len());
        let names = if more > 0 { format!("{} and {more} more", names.join(", ")) } else { names.join(", ") };
        let noun = if keys.len() == 1 { "key" } else { "keys" };
        let message = format!(
            "KMS accepts {noun} {names} only if the IAM policies of {} allow kms:PutKeyPolicy",
            self.deployer()
        );
        let mut finding = self.finding(Code::ReliesOnDeployerIam, &first.id, first.span, message);
        finding.help = "give the deployer's policies with --identity-policy FILE; the statement they need:\n{\"Effect\": \"Allow\", \"Action\": \"kms:PutKeyPolicy\", \"Resource\": \"*\"}".to_owned();
        finding.notes.extend(self.deployer_note());
        Some(finding)
    }

    fn bypasses(&self, key: &KeyAnswer) -> Finding {
        let without = key.without_bypass.map_or("unknown", Verdict::word);
        let message = format!("key `{}` switches the lockout check off; without that it would be {without}", key.id);
        let mut finding = self.finding(Code::BypassesLockoutCheck, &key.id, key.span, message);
        finding.help =
            "remove BypassPolicyLockoutSafetyCheck once the policy lets its administrators call kms:PutKeyPolicy"
                .to_owned();
        finding.notes.extend(self.deployer_note());
        finding
    }

    fn invalid(&self, key: &KeyAnswer) -> Vec<Finding> {
        match key.leaf.as_ref().map(|leaf| &leaf.outcome) {
            Some(Outcome::Invalid(problems)) => problems
                .iter()
                .map(|problem| {
                    let code = match problem.kind {
                        ProblemKind::Malformed => Code::MalformedPolicy,
                        ProblemKind::Principal => Code::InvalidPrincipal,
                    };
                    let message = format!("KMS would refuse key `{}`: {}", key.id, problem.message);
                    let mut finding = self.finding(code, &key.id, problem.span, message);
                    finding.help = match problem.kind {
                        ProblemKind::Malformed => "write the policy as the key policy grammar has it".to_owned(),
                        ProblemKind::Principal => {
                            "name a principal that exists: an ARN, a 12-digit account id or `*`".to_owned()
                        }
                    };
                    finding
                })
                .collect(),
            Some(Outcome::Refused(refusals)) => {
                refusals.iter().map(|refusal| self.template_refused(&key.id, refusal)).collect()
            }
            _ => Vec::new(),
        }
    }

    fn template_refused(&self, id: &str, refusal: &Refusal) -> Finding {
        let message = format!("CloudFormation would refuse the template: {}", refusal.message);
        let mut finding = self.finding(Code::TemplateRefused, id, refusal.span, message);
        finding.help = "correct the template; nothing is created before it validates".to_owned();
        finding
    }
}

/// Why one statement does not let the deployer in.
struct Reason {
    span: Span,
    text: String,
    denies: bool,
    /// The deployer is named, and something else fails.
    close: bool,
}

fn reason(trace: &crate::policy::Trace, statements: &[Statement<'_>], deployer: &str) -> Option<Reason> {
    let statement = statements.iter().find(|statement| statement.index == trace.index)?;
    let denies = trace.effect == Some(Effect::Deny);
    let reason = |span, text: String, close| Some(Reason { span, text, denies, close });
    match (&trace.outcome, denies) {
        (Applied::Direct | Applied::Delegates, true) => {
            reason(statement.span(Element::Principal), format!("denies kms:PutKeyPolicy to {deployer}"), true)
        }
        (_, true) => None,
        (Applied::Fails(Element::Principal), false) => {
            reason(statement.span(Element::Principal), format!("does not name {deployer}"), false)
        }
        (Applied::Fails(element), false) => {
            let text = match element {
                Element::Action => "does not cover `kms:PutKeyPolicy`",
                Element::Resource => "is not this key",
                _ => "does not hold for this call",
            };
            reason(statement.span(*element), text.to_owned(), true)
        }
        (Applied::Inert(element), false) => {
            reason(statement.span(*element), format!("has no `{}`, so KMS ignores it", element.name()), true)
        }
        (Applied::Delegates, false) => {
            reason(statement.span(Element::Principal), "leaves it to IAM policies".to_owned(), true)
        }
        _ => None,
    }
}

/// Puts the cursor on the deciding place: a Deny that applies, else where a statement that names the deployer fails,
/// else the first principal that is somebody else.
fn place(finding: &mut Finding, grant: Grant, reasons: &[Reason], policy: Span, deployer: &str) {
    let denied = grant == Grant::Denied;
    let first = reasons.iter().find(|reason| reason.denies == denied && (denied || reason.close));
    let primary = first.or_else(|| reasons.iter().find(|reason| !reason.denies));
    match primary {
        Some(primary) => {
            finding.span = primary.span;
            finding.label.clone_from(&primary.text);
            let others = reasons.iter().filter(|other| !std::ptr::eq(*other, primary) && !denied && !other.denies);
            finding.related =
                others.take(4).map(|other| Related { span: other.span, message: other.text.clone() }).collect();
        }
        None => {
            finding.span = policy;
            finding.label = format!("no statement lets {deployer} call kms:PutKeyPolicy");
        }
    }
}

fn advice(grant: Grant, reasons: &[Reason], deployer: &str) -> String {
    match grant {
        Grant::Denied => format!("exempt {deployer} from the Deny"),
        Grant::DeniedByIam => format!("remove the Deny of kms:PutKeyPolicy from the IAM policies of {deployer}"),
        Grant::NotByIam => {
            format!("allow kms:PutKeyPolicy in the IAM policies of {deployer}, or name it in the key policy")
        }
        _ if reasons.iter().any(|reason| reason.close) => "let this statement allow kms:PutKeyPolicy".to_owned(),
        _ => format!("add {deployer} to the statement of the administrators, or add a statement for the account"),
    }
}

/// `role/Deploy` of an ARN; of a session, its role.
fn short(arn: &str) -> String {
    let resource = arn.splitn(6, ':').nth(5).unwrap_or(arn);
    match resource.strip_prefix("assumed-role/").and_then(|rest| rest.split_once('/')) {
        Some((role, _)) => format!("role/{role}"),
        None => resource.to_owned(),
    }
}

/// A fact in words.
fn fact(when: &When) -> String {
    let subject = match &when.subject {
        Subject::Parameter(name) => name.clone(),
        Subject::Condition(name) => format!("condition {name}"),
        Subject::Deployer => "the deployer".to_owned(),
        Subject::Account => "the account".to_owned(),
        Subject::Context(key) => key.clone(),
        Subject::Iam(action) => format!("IAM for {action}"),
        Subject::Unknown(what) => what.clone(),
    };
    match &when.test {
        WhenTest::Equals(value) => format!("{subject} is `{value}`"),
        WhenTest::Matches(pattern) => format!("{subject} matches `{pattern}`"),
        WhenTest::NotIn(values) if values.len() == 1 => format!("{subject} is not `{}`", values.join("")),
        WhenTest::NotIn(values) => format!("{subject} is none of `{}`", values.join("`, `")),
        WhenTest::Is(side) => format!("{subject} is {side}"),
        WhenTest::Absent => format!("the call does not carry {subject}"),
        WhenTest::Allows(true) => format!("{subject} allows it"),
        WhenTest::Allows(false) => format!("{subject} does not allow it"),
    }
}
