//! What a template's keys share in a deployment of certain values, and their evaluation: one key, or all of them in one
//! world.

use crate::deployment::Deployment;
use crate::resolve::{Givens, Scope};
use crate::source::FileId;
use crate::template::Stacks;
use crate::world::{Refusal, Stop, Tree, World, explore};

use super::super::evaluate::{Leaf, Outcome, Subject, evaluate};
use super::super::nested;
use super::super::worlds::Worlds;

/// The scopes of all stacks, and what CloudFormation refuses about each key.
pub(super) struct Ground<'g> {
    scopes: Vec<Scope<'g>>,
    refused: Vec<Vec<Refusal>>,
    /// The world that would be deployed.
    pub(super) nominal: World,
    /// Whether it assumes a Default.
    pub(super) has_defaults: bool,
}

impl<'g> Ground<'g> {
    /// Of these stacks, with these values.
    pub(super) fn new(stacks: &'g Stacks, givens: &'g Givens) -> Ground<'g> {
        let root = Scope::new(stacks, givens);
        let nominal = root.nominal();
        let scopes: Vec<Scope<'_>> = stacks.ids().map(|id| root.at(id)).collect();
        let all = nested::refusals(&scopes, &nominal);
        let of = |scope: &Scope<'_>| -> Vec<_> {
            scope.template.keys().map(|key| nested::of_key(scope, key, &all)).collect()
        };
        let refused = scopes.iter().flat_map(of).collect();
        Ground { refused, nominal, has_defaults: !root.defaults().is_empty(), scopes }
    }

    /// Every key in this deployment.
    pub(super) fn subjects<'s>(&'s self, deployment: &'s Deployment, worlds: &'s Worlds) -> Vec<Subject<'s>> {
        let keys = self.scopes.iter().flat_map(|scope| scope.template.keys().map(move |key| (scope, key)));
        keys.zip(&self.refused)
            .map(|((scope, key), refused)| Subject {
                scope,
                key,
                refused,
                deployment,
                bypass_counts: true,
                doubted: None,
                worlds,
                known: None,
            })
            .collect()
    }

    /// The file that a key stands in.
    pub(super) fn file(&self, subject: &Subject<'_>) -> FileId {
        subject.scope.stacks.get(subject.scope.id).file
    }
}

/// The tree of these keys within `world`.
pub(super) fn tree(keys: &[Subject<'_>], world: &World) -> Tree<Leaf> {
    let Some(first) = keys.first() else { return Tree::Exhausted };
    first.scope.renew();
    let together = |world: &World| together(keys, world);
    first.worlds.spend(|budget| explore(world, &together, &Leaf::refused, &Leaf::same, budget))
}

/// What happens to all of them in one world: what is refused wins, else the first open question is asked. A template of which
/// one key is refused is not deployed.
fn together(keys: &[Subject<'_>], world: &World) -> Result<Leaf, Stop> {
    let mut open = None;
    let mut out = Leaf::of(Outcome::NotCreated);
    for key in keys {
        match evaluate(key, world) {
            Err(Stop::Refused(refusal)) => return Err(Stop::Refused(refusal)),
            Err(stop) => drop(open.get_or_insert(stop)),
            Ok(leaf) if is_refused(&leaf) => return Ok(leaf),
            Ok(leaf) if rank(&leaf) > rank(&out) => out = leaf,
            Ok(_) => {}
        }
    }
    open.map_or(Ok(out), Err)
}

fn is_refused(leaf: &Leaf) -> bool {
    matches!(leaf.outcome, Outcome::Lockout(_) | Outcome::Invalid(_) | Outcome::Refused(_) | Outcome::RuleBroken(_))
}

/// Of keys that are not refused, the one that says most about the deployer stands for all.
fn rank(leaf: &Leaf) -> u8 {
    match leaf.outcome {
        Outcome::Unknown(_) => 4,
        Outcome::Safe(_) => 3,
        Outcome::Bypassed => 2,
        Outcome::DefaultPolicy => 1,
        _ => 0,
    }
}
