//! Answers to findings: for each key the one problem that matters, with its deciding place.

use crate::deployment::Deployment;
use crate::lockout::{Checked, KeyAnswer, NotFollowed, Verdict};
use crate::source::Span;

use super::reasons::{Why, why};
use super::refused::Refusals;
use super::words::{cases, key as named, short};
use super::{
    Code, Finding, Hidden, Related, denied_services, ignored, lockouts, loops, nobody_left, refused, relying, services,
    stuck, unfollowed, unread, updates,
};

/// The findings about the templates of one deployment, in their order, without those that are not to be reported.
pub(crate) fn judge(templates: &[Checked], deployment: &Deployment, hidden: &mut Hidden) -> Vec<Finding> {
    let root = templates.first().map_or("", |checked| checked.stack.as_str());
    let judge = Judge { deployment, root };
    hidden.open(templates, deployment);
    let refusals = refused::known(templates);
    let mut out: Vec<Finding> = Vec::new();
    for checked in templates {
        let found = of_template(&judge, checked, &refusals).into_iter();
        out.extend(found.filter(|one| !hidden.takes(checked.file, &checked.stack, &one.logical_id, one.code)));
        let unknown = checked.not_followed.iter().filter(|_| checked.matters);
        let unknown: Vec<&NotFollowed> =
            unknown.filter(|one| !hidden.takes(checked.file, &checked.stack, &one.id, Code::Undecided)).collect();
        let mut unknown = unfollowed::templates(&judge, &unknown);
        unknown.iter_mut().for_each(|finding| judge.located(finding, checked));
        out.extend(unknown);
    }
    let keys = templates.iter().flat_map(|checked| checked.keys.iter().map(move |key| (checked, key)));
    let relying = keys.filter(|(_, key)| key.verdict == Verdict::SafeIfIam);
    let relying: Vec<(&Checked, &KeyAnswer)> = relying
        .filter(|(checked, key)| !hidden.takes(checked.file, &key.stack, &key.id, Code::ReliesOnDeployerIam))
        .collect();
    out.extend(relying::on_iam(&judge, &relying));
    out
}

/// Why a key has its verdict, in words.
pub(crate) fn reasoning(key: &KeyAnswer, deployment: &Deployment) -> Why {
    let judge = Judge { deployment, root: "" };
    why(key, &judge.deployer(), judge.principal().as_deref())
}

fn of_template(judge: &Judge<'_>, checked: &Checked, refusals: &Refusals<'_>) -> Vec<Finding> {
    let mut out = refused::by_cloudformation(judge, checked, refusals);
    out.extend(loops::unknown(judge, checked));
    for key in &checked.keys {
        match key.verdict {
            Verdict::Lockout => out.push(lockouts::locks_out(judge, key)),
            Verdict::Undecided => out.push(judge.undecided(key)),
            Verdict::Invalid => out.extend(refused::by_kms(judge, key, &checked.numbers)),
            Verdict::Bypassed => out.push(judge.bypasses(key)),
            // One line per deployer, not per key: that comes last.
            Verdict::Safe | Verdict::SafeIfIam | Verdict::DefaultPolicy => {}
        }
        out.extend(lockouts::may_lock_out(judge, key));
        out.extend(updates::refused(judge, key));
        out.extend(refused::unordered(judge, key));
        out.extend(ignored::statements(judge, key));
        out.extend(unread::substitutions(judge, key));
        out.extend(nobody_left::warnings(judge, key));
        out.extend(denied_services::warnings(judge, key));
        out.extend(stuck::findings(judge, key));
        out.extend(services::findings(judge, key));
    }
    out.extend(unread::numbers(judge, checked));
    out.extend(ignored::duplicates(judge, checked));
    updates::annotate(&mut out, checked);
    out.iter_mut().for_each(|finding| judge.located(finding, checked));
    out
}

/// What all findings of one deployment share.
pub(super) struct Judge<'d> {
    pub(super) deployment: &'d Deployment,
    /// What the root of its stacks is called.
    pub(super) root: &'d str,
}

impl Judge<'_> {
    /// A finding with nothing but its message and place.
    pub(super) fn finding(&self, code: Code, id: &str, span: Span, message: String) -> Finding {
        Finding {
            code,
            rule: String::new(),
            severity: code.severity(),
            message,
            help: String::new(),
            span,
            label: String::new(),
            related: Vec::new(),
            notes: Vec::new(),
            deployer: self.deployment.deployer.clone(),
            stack: String::new(),
            logical_id: id.to_owned(),
            deployment: self.deployment.name.clone(),
        }
    }

    /// A finding about a nested stack says which: one template may be several stacks. One about a resource of the CDK names the
    /// construct: that is what people edit.
    pub(super) fn located(&self, finding: &mut Finding, checked: &Checked) {
        if let Some(path) = checked.constructs.get(&finding.logical_id) {
            finding.notes.insert(0, format!("construct: {path}"));
        }
        self.in_stack(finding, &checked.stack);
    }

    /// The half of it that every finding has.
    pub(super) fn in_stack(&self, finding: &mut Finding, stack: &str) {
        if !stack.is_empty() {
            stack.clone_into(&mut finding.stack);
            let kind = if self.root.is_empty() { "nested stack" } else { "stack" };
            finding.notes.insert(0, format!("{kind}: {stack}"));
        }
    }

    /// Whether a stack is the root, whose parameters people give.
    pub(super) fn is_root(&self, stack: &str) -> bool {
        stack == self.root
    }

    /// The deployer as a message names it: `role/Deploy`, `user/Alice`, or somebody unknown.
    pub(super) fn deployer(&self) -> String {
        match &self.deployment.deployer {
            Some(arn) => format!("`{}`", short(arn)),
            None => "the deployer".to_owned(),
        }
    }

    /// Whether CloudFormation makes the calls.
    pub(super) fn is_via_cloudformation(&self) -> bool {
        self.deployment.via_cloudformation
    }

    /// The caller's own ARN, where somebody was named.
    pub(super) fn caller(&self) -> Option<&str> {
        self.deployment.deployer.as_deref()
    }

    /// Whether somebody was named as the deployer.
    pub(super) fn is_named(&self) -> bool {
        self.deployment.deployer.is_some()
    }

    /// The ARN to write into a policy for the deployer: for a session, its role's.
    pub(super) fn principal(&self) -> Option<String> {
        let principal = &self.deployment.caller.principal;
        self.deployment.deployer.as_ref()?;
        principal.as_literal().map(str::to_owned)
    }

    /// Who deploys, and what is assumed.
    pub(super) fn notes(&self, key: &KeyAnswer) -> Vec<String> {
        self.assuming(&key.assumes)
    }

    /// Which deployment, where a configuration names several.
    pub(super) fn named(&self) -> Option<String> {
        let name = &self.deployment.name;
        (name != "default").then(|| format!("deployment: {name}"))
    }

    /// Who deploys, and these assumptions.
    pub(super) fn assuming(&self, assumes: &[String]) -> Vec<String> {
        let Deployment { deployer, origin, .. } = self.deployment;
        let origin = origin.as_ref().map_or_else(String::new, |origin| format!(" (from {origin})"));
        let deployer = deployer.iter().map(|arn| format!("deployer: {arn}{origin}"));
        self.named()
            .into_iter()
            .chain(deployer)
            .chain(assumes.iter().map(|what| format!("assumes that {what}")))
            .collect()
    }

    fn undecided(&self, key: &KeyAnswer) -> Finding {
        let on = if key.exhausted {
            "more than can be worked out".to_owned()
        } else if !self.is_named() && key.open.iter().any(|open| open.kind == "deployer") {
            "who deploys it".to_owned()
        } else {
            let first = key.open.first();
            first
                .map_or_else(|| "facts that were not given".to_owned(), |open| format!("{} `{}`", open.kind, open.name))
        };
        let message = format!("whether KMS accepts {} depends on {on}", named(key));
        // What a parent decides about a nested stack stands in another file.
        let places = || key.open.iter().filter_map(|open| Some((open, open.span?)));
        let here = places().find(|(_, span)| span.file == key.span.file).map_or(key.span, |(_, span)| span);
        let mut finding = self.finding(Code::Undecided, &key.id, here, message);
        let elsewhere = places().filter(|(_, span)| span.file != here.file);
        finding.related =
            elsewhere.map(|(open, span)| Related { span, message: format!("{} `{}`", open.kind, open.name) }).collect();
        finding.notes.extend(cases(&key.cases));
        finding.notes.extend(self.notes(key));
        finding.help = key.open.iter().map(|open| open.help.clone()).collect::<Vec<_>>().join("\n");
        finding
    }

    fn bypasses(&self, key: &KeyAnswer) -> Finding {
        let without = key.without_bypass.map_or("unknown", Verdict::word);
        let message = format!("{} switches the lockout check off; without that it would be {without}", named(key));
        let mut finding = self.finding(Code::BypassesLockoutCheck, &key.id, key.span, message);
        finding.help =
            "remove BypassPolicyLockoutSafetyCheck once the policy lets its administrators call kms:PutKeyPolicy"
                .to_owned();
        finding.notes.extend(self.notes(key));
        finding
    }
}
