//! All keys of one template in one deployment: explores the nominal world for the verdict, and every other world for the
//! cases (design §2, "Worlds").

use crate::deployment::Deployment;
use crate::resolve::Scope;
use crate::template::{Resource, Template};
use crate::world::{Budget, Hole, Refusal, Text, Tree, Value, World, explore};

use super::administrators::administrators;
use super::answer::{self, Answered};
use super::cases::cases;
use super::evaluate::{Leaf, Outcome, Subject, evaluate};
use super::opens::opens;
use super::refusals;
use super::verdict::{Case, Open, Verdict};

/// What was found out about a template.
#[derive(Debug)]
pub(crate) struct Checked {
    /// Every key that is created, in the order of the template.
    pub(crate) keys: Vec<KeyAnswer>,
    /// Keys that are not created, and why.
    pub(crate) skipped: Vec<(String, String)>,
    /// What CloudFormation refuses, with the resource's logical id where there is one.
    pub(crate) refusals: Vec<(String, Refusal)>,
}

/// The answer for one key.
#[derive(Debug)]
pub(crate) struct KeyAnswer {
    /// Its logical id.
    pub(crate) id: String,
    /// The place of the logical id.
    pub(crate) span: crate::source::Span,
    /// `AWS::KMS::Key` or `AWS::KMS::ReplicaKey`.
    pub(crate) kind: &'static str,
    /// The answer.
    pub(crate) verdict: Verdict,
    /// With bypass: the answer without it.
    pub(crate) without_bypass: Option<Verdict>,
    /// Other reachable answers.
    pub(crate) cases: Vec<Case>,
    /// Facts that were asked for and not given.
    pub(crate) open: Vec<Open>,
    /// Who can call kms:PutKeyPolicy under the policy.
    pub(crate) administrators: Vec<String>,
    /// The policy of the nominal world.
    pub(crate) policy: Option<Value>,
    /// A world that gives the verdict, with its reasoning.
    pub(crate) leaf: Option<Leaf>,
    /// Whether the budget ended before the answer.
    pub(crate) exhausted: bool,
}

/// Checks every key of `template`.
pub(crate) fn check(template: &Template, deployment: &Deployment) -> Checked {
    let scope = Scope { template, givens: &deployment.givens };
    let defaults = defaults(&scope);
    let nominal =
        defaults.iter().fold(World::default(), |world, (hole, text)| world.assume(hole.clone(), text.clone()));
    let mut out = Checked { keys: Vec::new(), skipped: Vec::new(), refusals: refusals::of_template(&scope, &nominal) };
    for key in template.keys() {
        let refused = refusals::of_key(template, key, &out.refusals);
        let subject = Subject { scope: &scope, key, refused: &refused, deployment, bypass_counts: true };
        match check_key(&subject, &nominal, !defaults.is_empty()) {
            Ok(answer) => out.keys.push(answer),
            Err(because) => out.skipped.push((key.id.clone(), because)),
        }
    }
    out
}

/// The parameters that would be deployed with their Default.
fn defaults(scope: &Scope<'_>) -> Vec<(Hole, Text)> {
    let declared = scope.template.parameters.iter().filter(|(name, _)| !scope.givens.parameters.contains_key(*name));
    declared
        .filter_map(|(name, parameter)| {
            let default = parameter.default.as_ref()?;
            Some((scope.parameter_hole(name, parameter, parameter.span), Text::literal(default)))
        })
        .collect()
}

/// The answer for one key; the error says why the key is not created.
fn check_key(subject: &Subject<'_>, nominal: &World, has_defaults: bool) -> Result<KeyAnswer, String> {
    let tree = run(subject, nominal);
    let answered = answer::of(&tree);
    let Answered::Verdict(verdict) = answered else { return Err(not_created(subject.key)) };
    let every = if has_defaults { run(subject, &World::default()) } else { tree.clone() };
    let leaf = answer::representative(&tree, verdict).cloned();
    let bypassed = tree.paths().iter().any(|(_, leaf)| leaf.is_some_and(|leaf| leaf.outcome == Outcome::Bypassed));
    let without_bypass = bypassed.then(|| {
        let strict = Subject { bypass_counts: false, refused: subject.refused, ..*subject };
        match answer::of(&run(&strict, nominal)) {
            Answered::Verdict(verdict) => verdict,
            Answered::NotCreated => Verdict::DefaultPolicy,
        }
    });
    let policy = leaf.as_ref().and_then(|leaf| leaf.policy.clone());
    Ok(KeyAnswer {
        id: subject.key.id.clone(),
        span: subject.key.span,
        kind: if subject.key.kind == "AWS::KMS::ReplicaKey" { "AWS::KMS::ReplicaKey" } else { "AWS::KMS::Key" },
        verdict,
        without_bypass,
        cases: cases(&every, verdict),
        open: opens(&tree, subject),
        administrators: policy.as_ref().map_or_else(Vec::new, |policy| administrators(subject, policy, nominal)),
        policy,
        leaf,
        exhausted: tree.paths().iter().any(|(_, leaf)| leaf.is_none()),
    })
}

fn run(subject: &Subject<'_>, world: &World) -> Tree<Leaf> {
    let evaluated = |world: &World| evaluate(subject, world);
    explore(world, &evaluated, &Leaf::refused, &Leaf::same, &mut Budget::default())
}

fn not_created(key: &Resource) -> String {
    match &key.condition {
        Some((name, _)) => format!("its condition `{name}` is false"),
        None => "it is not created".to_owned(),
    }
}
