//! All keys of one template and its nested stacks in one deployment: explores the nominal world for the verdict, and every other world for the
//! cases (design §2, "Worlds").

use std::cell::LazyCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::deployment::Deployment;
use crate::policy::{Grant, Layer};
use crate::resolve::Scope;
use crate::source::{Duplicate, FileId, Span};
use crate::template::{NumberLike, POLICY, Resource, Stacks, Suppression, Unknown};
use crate::world::{Refusal, Tree, Value, World, explore};

use super::administrators::{Administrators, administrators};
use super::answer::{self, Answered};
use super::around::Around;
use super::beyond::{Beyond, beyond};
use super::calls::Calls;
use super::cases::cases;
use super::doubts::deciding;
use super::evaluate::{Leaf, Outcome, Subject, evaluate};
use super::handlers::{Stuck, stuck};
use super::known::Known;
use super::nested::{self, NotFollowed, Refusals};
use super::opens::opens;
use super::reach::Identity;
use super::readers::Readers;
use super::services::{Unusable, unusable};
use super::skipped;
use super::update::Update;
use super::verdict::{Case, Open, Verdict};
use super::worlds::Worlds;

/// What was found out about the template of one stack. One without keys is nobody's business.
#[derive(Debug)]
pub(crate) struct Checked {
    /// The file of the template.
    pub(crate) file: FileId,
    /// What the stack is called: its artifact and the path of nested stacks; empty for a template that was checked by itself.
    pub(crate) stack: String,
    /// Every key that is created, in the order of the template.
    pub(crate) keys: Vec<KeyAnswer>,
    /// Keys that are not created, and why.
    pub(crate) skipped: Vec<(String, String)>,
    /// Nested stacks that are not known.
    pub(crate) not_followed: Vec<NotFollowed>,
    /// Whether anybody asked for this template, or it has to do with keys.
    pub(crate) matters: bool,
    /// Loops that may make keys, and hang on values that nobody gave.
    pub(crate) loops: Vec<Unknown>,
    /// What CloudFormation refuses, with the resource's logical id where there is one.
    pub(crate) refusals: Vec<(String, Refusal)>,
    /// What is written twice in a key, with the key's logical id.
    pub(crate) duplicates: Vec<(String, Duplicate)>,
    /// Account ids that are read as other numbers.
    pub(crate) numbers: Vec<NumberLike>,
    /// The constructs that made its resources, by logical id.
    pub(crate) constructs: BTreeMap<String, String>,
    /// What its template says about findings that are not to be reported.
    pub(crate) suppressions: Vec<Suppression>,
    /// How many worlds were run for all of it.
    pub(crate) worlds: usize,
}

/// The answer for one key.
#[derive(Debug)]
pub(crate) struct KeyAnswer {
    /// What its stack is called.
    pub(crate) stack: String,
    /// Its logical id.
    pub(crate) id: String,
    /// The place of the logical id.
    pub(crate) span: Span,
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
    pub(crate) administrators: Administrators,
    /// The policy of the nominal world.
    pub(crate) policy: Option<Rc<Value>>,
    /// A world that gives the verdict, with its reasoning.
    pub(crate) leaf: Option<Leaf>,
    /// Whether the budget ended before the answer.
    pub(crate) exhausted: bool,
    /// Facts of less than high confidence without which the verdict would be another, as "assumes that …".
    pub(crate) assumes: Vec<String>,
    /// What else is wrong with its policy.
    pub(crate) beyond: Beyond,
    /// The calls of CloudFormation's handlers that the deployer is denied once the key exists.
    pub(crate) stuck: Vec<Stuck>,
    /// The resources whose services cannot use the key.
    pub(crate) unusable: Vec<Unusable>,
    /// What an update from the previous template comes to, where there is one.
    pub(crate) update: Option<Update>,
}

/// Checks every key of a template and of the stacks nested in it: one result for each stack, the template's own first.
pub(crate) fn check(stacks: &Stacks, deployment: &Deployment) -> Vec<Checked> {
    let root = Scope::new(stacks, &deployment.givens);
    let nominal = root.nominal();
    let scopes: Vec<Scope<'_>> = stacks.ids().map(|id| root.at(id)).collect();
    let run = Run {
        deployment,
        refusals: nested::refusals(&scopes, &nominal),
        nominal,
        worlds: Worlds::default(),
        worlds_afterwards: Worlds::default(),
    };
    let around = LazyCell::new(|| {
        root.renew();
        Around::of(&root, &run.nominal)
    });
    scopes.iter().map(|scope| run.stack(scope, &|| &around)).collect()
}

/// What the keys of all stacks share.
struct Run<'d> {
    deployment: &'d Deployment,
    nominal: World,
    refusals: Refusals,
    worlds: Worlds,
    worlds_afterwards: Worlds,
}

impl Run<'_> {
    /// The keys of one stack; what surrounds them is looked for only where there is one.
    fn stack<'t>(&self, scope: &Scope<'t>, around: &dyn Fn() -> &'t Around<'t>) -> Checked {
        let mut out = Checked {
            file: scope.stacks.get(scope.id).file,
            stack: scope.stacks.shown(scope.id),
            keys: Vec::new(),
            skipped: Vec::new(),
            not_followed: nested::not_followed(scope, &self.nominal),
            refusals: self.refusals.get(&scope.id).cloned().unwrap_or_default(),
            duplicates: scope.template.duplicates.clone(),
            numbers: scope.template.numbers.clone(),
            constructs: scope.template.constructs(),
            suppressions: scope.template.suppressions.clone(),
            worlds: 0,
            matters: true,
            loops: scope.template.unknown.iter().filter(|one| one.makes_keys).cloned().collect(),
        };
        let before = self.worlds.run();
        let readers = LazyCell::new(|| Readers::of(scope.template));
        for key in scope.template.keys() {
            let subject = Subject {
                scope,
                key,
                refused: &nested::of_key(scope, key, &self.refusals),
                deployment: self.deployment,
                bypass_counts: true,
                doubted: None,
                worlds: &self.worlds,
                known: Some(&Known::default()),
            };
            scope.renew();
            match check_key(&subject, &self.nominal) {
                Ok(answer) => out.keys.push(self.afterwards(&subject, &readers, around(), answer)),
                Err(because) => out.skipped.push((key.id.clone(), because)),
            }
        }
        out.worlds = self.worlds.run().saturating_sub(before);
        out
    }

    /// The same answer with what happens once the key exists, for which other worlds may be run than for verdicts. A policy by
    /// itself belongs to no stack.
    fn afterwards(
        &self,
        subject: &Subject<'_>,
        readers: &Readers<'_>,
        around: &Around<'_>,
        answer: KeyAnswer,
    ) -> KeyAnswer {
        if subject.key.kind == POLICY {
            return answer;
        }
        subject.scope.renew();
        let subject = &Subject { worlds: &self.worlds_afterwards, ..*subject };
        let identity = Identity::of(subject.scope, subject.key, &around.aliases);
        let calls = Calls::new(subject, &self.nominal);
        let stuck = stuck(subject, &identity, &self.nominal, &calls, readers.of_resource(&subject.key.id));
        KeyAnswer { stuck, unusable: unusable(subject, &identity, &self.nominal, &calls, around), ..answer }
    }
}

/// The answer for one key; the error says why the key is not created.
fn check_key(subject: &Subject<'_>, nominal: &World) -> Result<KeyAnswer, String> {
    let (tree, by_defaults) = nominal.watched(|| run(subject, nominal));
    let answered = answer::of(&tree);
    let Answered::Verdict(verdict) = answered else {
        return Err(skipped::because(subject.scope, subject.key, nominal));
    };
    let every = if by_defaults { run(subject, &World::default()) } else { tree.clone() };
    let leaf = answer::representative(&tree, verdict).cloned();
    let bypassed = tree.paths().iter().any(|(_, leaf)| leaf.is_some_and(|leaf| leaf.outcome == Outcome::Bypassed));
    let without_bypass = bypassed.then(|| {
        let strict = Subject { bypass_counts: false, ..*subject };
        match answer::of(&run(&strict, nominal)) {
            Answered::Verdict(verdict) => verdict,
            Answered::NotCreated => Verdict::DefaultPolicy,
        }
    });
    let policy = leaf.as_ref().and_then(|leaf| leaf.policy.clone());
    let open = opens(&tree, subject);
    let beyond = beyond(subject, nominal);
    Ok(KeyAnswer {
        stack: subject.scope.stacks.shown(subject.scope.id),
        id: subject.key.id.clone(),
        span: subject.key.span,
        kind: kind(subject.key),
        verdict,
        without_bypass,
        cases: cases(&every, verdict),
        exhausted: open.iter().any(|open| open.kind == "budget"),
        open,
        administrators: administrators(subject, policy.as_deref(), &beyond.durability, nominal),
        assumes: policy
            .as_deref()
            .map_or_else(Vec::new, |policy| assumes(subject, policy, nominal, answered, leaf.as_ref())),
        policy,
        leaf,
        beyond,
        stuck: Vec::new(),
        unusable: Vec::new(),
        update: None,
    })
}

/// The rules of less than high confidence that decide: with any one of them in doubt, the answer would be another.
fn assumes(
    subject: &Subject<'_>,
    policy: &Value,
    nominal: &World,
    answered: Answered,
    leaf: Option<&Leaf>,
) -> Vec<String> {
    let mut out = deciding(policy, subject.deployment, &|doubt| {
        let doubting = Subject { doubted: Some(doubt), ..*subject };
        answer::of(&run(&doubting, nominal)) != answered
    });
    out.extend(layer(leaf).map(|layer| {
        let takes = layer.verb("takes", "take");
        format!("the {} {takes} part in KMS's check as in any other call (no report shows it by itself)", layer.name())
    }));
    out
}

/// The layer beside key policy and identity policies that decides.
fn layer(leaf: Option<&Leaf>) -> Option<Layer> {
    match leaf?.outcome {
        Outcome::Lockout(Grant::DeniedBy(layer) | Grant::NotBy(layer)) if layer != Layer::Identity => Some(layer),
        _ => None,
    }
}

fn run(subject: &Subject<'_>, world: &World) -> Tree<Leaf> {
    let evaluated = |world: &World| evaluate(subject, world);
    subject.worlds.spend(|budget| explore(world, &evaluated, &Leaf::refused, &Leaf::same, budget))
}

pub(super) fn kind(key: &Resource) -> &'static str {
    match key.kind.as_str() {
        POLICY => POLICY,
        "AWS::KMS::ReplicaKey" => "AWS::KMS::ReplicaKey",
        _ => "AWS::KMS::Key",
    }
}
