//! The update of a key: may the deployer, under the policy in force, make the calls that CloudFormation makes to get from
//! the previous template to this one?
//!
//! Comes in: the stacks of both templates, what was found out about the new one, a deployment. Goes out: an [`Update`] for
//! every key that both have. Must not know: where the previous template comes from.
//!
//! Sources: KMS API, PutKeyPolicy (authorized by the policy in force); the UpdateHandler of AWS::KMS::Key and
//! AWS::KMS::ReplicaKey (aws-cloudformation-resource-providers-kms): its calls, their order, and that the policy is put only
//! if its text changed.

mod calls;
mod differ;
mod evaluate;

use crate::deployment::Deployment;
use crate::policy::{Doubt, Grant, Trace};
use crate::resolve::Scope;
use crate::source::Span;
use crate::template::{POLICY, Resource, Stacks};
use crate::world::{Tree, Value, World, explore};

use super::administrators::administrators;
use super::check::{Checked, check};
use super::doubts::deciding;
use super::durability::Durability;
use super::evaluate::{Subject, is_iam};
use super::opens::{of_hole, of_question};
use super::verdict::Open;
use super::worlds::Worlds;
use evaluate::{Leaf, evaluate, is_unchanged};

/// What an update comes to.
#[derive(Clone, Debug)]
pub(crate) struct Update {
    /// Whether it fails, as far as the policy in force goes.
    pub(crate) outcome: UpdateOutcome,
    /// Whether the policy is certainly as it was: then it is not put again.
    pub(crate) unchanged: bool,
}

/// Whether an update fails.
#[derive(Clone, Debug)]
pub(crate) enum UpdateOutcome {
    /// It does not, or nobody can say.
    Fine,
    /// The policy in force does not allow one of its calls.
    Denied(Box<Denied>),
    /// It removes the policy, and KMS would refuse the default policy, which is put in its place.
    DefaultRefused(Box<Denied>),
    /// It changes what cannot be changed: the property, and its place.
    Immutable(&'static str, Span),
    /// Whether it fails depends on facts that were not given.
    Open(Vec<Open>),
}

/// A call that is denied.
#[derive(Clone, Debug)]
pub(crate) struct Denied {
    /// Such as `kms:PutKeyPolicy`.
    pub(crate) action: &'static str,
    /// What decides.
    pub(crate) grant: Grant,
    /// What became of each statement of the policy.
    pub(crate) trace: Vec<Trace>,
    /// The policy that denies it: the one in force, or the default one.
    pub(crate) policy: Value,
    /// What of the new template makes the call necessary.
    pub(crate) span: Span,
    /// Who can call kms:PutKeyPolicy under the policy in force.
    pub(crate) administrators: Vec<String>,
    /// Facts of less than high confidence on which this hangs.
    pub(crate) assumes: Vec<String>,
}

/// Checks a template with its nested stacks, and the update from the previous one where there is one.
pub(crate) fn check_update(stacks: &Stacks, previous: Option<&Stacks>, deployment: &Deployment) -> Vec<Checked> {
    let mut out = check(stacks, deployment);
    if let Some(previous) = previous {
        updates(&mut out, stacks, previous, deployment);
    }
    out
}

/// Adds to every key what its update from `previous` comes to.
fn updates(checked: &mut [Checked], stacks: &Stacks, previous: &Stacks, deployment: &Deployment) {
    let (new, old) = (Scope::new(stacks, &deployment.givens), Scope::new(previous, &deployment.givens));
    let worlds = Worlds::default();
    for (checked, id) in checked.iter_mut().zip(stacks.ids()) {
        let new = new.at(id);
        let Some(old) = at(&old, new.path()) else { continue };
        for answer in &mut checked.keys {
            let (Some(key), Some(before)) = (new.template.resource(&answer.id), old.template.resource(&answer.id))
            else {
                continue;
            };
            new.renew();
            old.renew();
            answer.update = Pair::new(&new, key, &old, before, deployment, &worlds).map(|pair| pair.update());
        }
    }
}

/// The stack of a deployment with this path.
fn at<'t>(scope: &Scope<'t>, path: &str) -> Option<Scope<'t>> {
    scope.stacks.ids().map(|id| scope.at(id)).find(|scope| scope.path() == path)
}

/// One key in both templates.
struct Pair<'a> {
    new: Subject<'a>,
    old: Subject<'a>,
}

impl<'a> Pair<'a> {
    /// Nothing where the logical id stood for something else.
    fn new(
        new: &'a Scope<'a>,
        key: &'a Resource,
        old: &'a Scope<'a>,
        before: &'a Resource,
        deployment: &'a Deployment,
        worlds: &'a Worlds,
    ) -> Option<Pair<'a>> {
        let subject = |scope, key| Subject {
            scope,
            key,
            refused: &[],
            deployment,
            bypass_counts: true,
            doubted: None,
            worlds,
            known: None,
        };
        (key.kind == before.kind).then(|| Pair { new: subject(new, key), old: subject(old, before) })
    }

    fn update(&self) -> Update {
        // `aws kms put-key-policy` puts a policy whatever it was before.
        Update { outcome: self.outcome(), unchanged: self.new.key.kind != POLICY && is_unchanged(self) }
    }

    fn outcome(&self) -> UpdateOutcome {
        let tree = self.explored(None);
        match settled(&tree) {
            Some(Leaf::Denied(denied)) => UpdateOutcome::Denied(self.with_reasons(denied)),
            Some(Leaf::DefaultRefused(denied)) => UpdateOutcome::DefaultRefused(self.with_reasons(denied)),
            Some(Leaf::Immutable(property, span)) => UpdateOutcome::Immutable(property, *span),
            Some(Leaf::Fine | Leaf::NoUpdate | Leaf::Unknown(_)) => UpdateOutcome::Fine,
            None => self.open(&tree),
        }
    }

    /// Some answers fail and some do not: what that hangs on, without what is left to IAM.
    fn open(&self, tree: &Tree<Leaf>) -> UpdateOutcome {
        let fails = |leaf: &Leaf| matches!(leaf, Leaf::Denied(_) | Leaf::DefaultRefused(_));
        if !counted(tree).into_iter().flatten().any(fails) {
            return UpdateOutcome::Fine;
        }
        let asked = tree.questions().into_iter().filter(|question| !is_iam(question));
        let mut open: Vec<Open> = asked.flat_map(|question| of_question(question, &self.old)).collect();
        open.extend(counted(tree).into_iter().flatten().filter_map(|leaf| match leaf {
            Leaf::Unknown(hole) => Some(of_hole(hole, &self.old)),
            _ => None,
        }));
        let mut seen = Vec::new();
        open.retain(|one| {
            let new = !seen.contains(&(one.kind, one.name.clone()));
            seen.push((one.kind, one.name.clone()));
            new
        });
        UpdateOutcome::Open(open)
    }

    /// A denial with who could do it instead, and what it assumes.
    fn with_reasons(&self, denied: &Denied) -> Box<Denied> {
        let is_same = |tree: &Tree<Leaf>| match settled(tree) {
            Some(Leaf::Denied(other) | Leaf::DefaultRefused(other)) => other.action == denied.action,
            _ => false,
        };
        let decides = |doubt: &Doubt| !is_same(&self.explored(Some(doubt)));
        let assumes = deciding(&denied.policy, self.old.deployment, &decides);
        let world = self.old.scope.nominal();
        let administrators = administrators(&self.old, Some(&denied.policy), &Durability::default(), &world).all;
        Box::new(Denied { assumes, administrators, ..denied.clone() })
    }

    fn explored(&self, doubted: Option<&Doubt>) -> Tree<Leaf> {
        let doubting = Pair { new: Subject { doubted, ..self.new }, old: Subject { doubted, ..self.old } };
        let run = |world: &World| evaluate(&doubting, world);
        let world = World::default();
        self.new.worlds.spend(|budget| explore(&world, &run, &|_| Leaf::NoUpdate, &Leaf::same, budget))
    }
}

/// The leaves where IAM allows what is left to it; `None` where the budget ended.
fn counted(tree: &Tree<Leaf>) -> Vec<Option<&Leaf>> {
    let paths = tree.paths().into_iter();
    paths
        .filter(|(path, _)| !path.iter().any(|(question, yes)| is_iam(question) && !yes))
        .map(|(_, leaf)| leaf)
        .collect()
}

/// The leaf that all agree on.
fn settled(tree: &Tree<Leaf>) -> Option<&Leaf> {
    let mut leaves = counted(tree).into_iter();
    let first = leaves.next()??;
    leaves.all(|leaf| leaf.is_some_and(|leaf| leaf.same(first))).then_some(first)
}
