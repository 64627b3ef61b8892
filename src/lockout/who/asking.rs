//! One key, or all keys together, asked for everybody who can deploy: first with nobody named, then once for each principal
//! that the answers name.
//!
//! Comes in: the [`Ground`] of the template. Goes out: [`Abilities`]. What is said of a principal is what the tree says in
//! which it is the deployer from the start; with nobody named, the answers about the two sides of one deployer (its role, its
//! session) do not know of each other.

use std::collections::BTreeSet;

use crate::aws::{AccountId, PrincipalArn};
use crate::deployment::Deployment;
use crate::template::Stacks;
use crate::world::{Facet, Hole, Origin, Path, Question, Test, Text, Tree, World};

use super::super::answer::{self, Answered, word};
use super::super::cases::{facts, shortest};
use super::super::durability::of_stack;
use super::super::evaluate::{Leaf, Outcome, Subject};
use super::super::opens::{budget, of_hole};
use super::super::verdict::{Open, Subject as About, Verdict, When};
use super::super::worlds::Worlds;
use super::able::{Abilities, Able, Nobody, Who, passes};
use super::ground::{Ground, tree};
use super::group::{Fact, Place, Split, split};

/// What is asked about.
pub(super) struct Asking<'a> {
    pub(super) stacks: &'a Stacks,
    /// The deployment, by nobody in particular.
    pub(super) deployment: &'a Deployment,
    pub(super) ground: &'a Ground<'a>,
    /// How many worlds may still be run.
    pub(super) worlds: &'a Worlds,
    /// The key, by its index among all; nothing for all of them together.
    pub(super) which: Option<usize>,
}

/// The answers for the values that would be deployed, and for all values where that is not the same.
struct Trees {
    nominal: Tree<Leaf>,
    every: Option<Tree<Leaf>>,
}

/// A principal that is named: by a known ARN, or by what one side of the deployer is.
#[derive(Clone, PartialEq)]
struct Candidate {
    side: Facet,
    arn: Text,
}

impl Asking<'_> {
    /// Everybody who can deploy; nothing where the key is not created.
    pub(super) fn answer(&self) -> Option<Abilities> {
        let trees = self.trees(self.ground, self.deployment, None);
        if self.which.is_some() && answer::of(&trees.nominal) == Answered::NotCreated {
            return None;
        }
        let mut candidates = Vec::new();
        let mut principals = self.groups(&trees.nominal, &mut candidates);
        let mut cases = trees.every.as_ref().map_or_else(Vec::new, |every| self.groups(every, &mut candidates));
        cases.retain(|(_, path)| !self.is_nominal(path));
        let everybody = self.deployment.everybody().filter(|_| {
            let by_iam = |(able, _): &(Able, Path)| able.verdict == Verdict::SafeIfIam;
            principals.iter().chain(&cases).any(by_iam)
        });
        if let Some(everybody) = &everybody {
            // Whom IAM allows it, the snapshot knows.
            principals.retain(|(able, _)| able.verdict != Verdict::SafeIfIam);
            cases.retain(|(able, _)| able.verdict != Verdict::SafeIfIam);
            let givens = &self.deployment.givens;
            let root = format!("arn:{}:iam::{}:root", givens.partition, givens.account);
            let all = everybody.iter().copied().chain([root.as_str()]);
            let named = all.map(|arn| Candidate { side: Facet::Principal, arn: Text::literal(arn) });
            let new: Vec<Candidate> = named.filter(|one| candidates.iter().all(|known| known.arn != one.arn)).collect();
            candidates.extend(new);
        }
        let mut out = Abilities { open: self.open(&trees.nominal), ..Abilities::default() };
        for candidate in &candidates {
            self.ask(candidate, &mut out);
        }
        push_new(&mut out.principals, principals.into_iter().map(|(able, _)| able));
        push_new(&mut out.cases, cases.into_iter().map(|(able, _)| able));
        out.nobody = self.nobody(&out, &trees.nominal);
        Some(out)
    }

    /// Why there is nobody, where that is so.
    fn nobody(&self, can: &Abilities, tree: &Tree<Leaf>) -> Option<Nobody> {
        if !can.has_nobody() {
            return None;
        }
        if let Some(made_by) = can.principals.iter().find_map(|able| able.made_by.clone()) {
            return Some(Nobody::NotYetThere(made_by));
        }
        let refused = [Verdict::Lockout, Verdict::Invalid];
        refused.iter().find_map(|verdict| answer::representative(tree, *verdict)).and_then(Nobody::of)
    }

    /// The resource of the key's stack that is this principal.
    fn made_by(&self, arn: &Text) -> Option<String> {
        let subjects = self.ground.subjects(self.deployment, self.worlds);
        of_stack(arn, subjects.get(self.which.unwrap_or(0))?, &self.ground.nominal)
    }

    fn trees(&self, ground: &Ground<'_>, deployment: &Deployment, assumed: Option<&[(Hole, Text)]>) -> Trees {
        let all = ground.subjects(deployment, self.worlds);
        let keys: Vec<Subject<'_>> = match self.which {
            Some(index) => all.into_iter().skip(index).take(1).collect(),
            None => all,
        };
        let within = |world: &World| {
            let assumed = assumed.unwrap_or_default().iter().cloned();
            tree(&keys, &assumed.fold(world.clone(), |world, (hole, text)| world.assume(hole, text)))
        };
        let every = ground.has_defaults.then(|| within(&World::default()));
        Trees { nominal: within(&ground.nominal), every }
    }

    /// What the answers of a tree with nobody named say: groups of principals here, named ones into `candidates`.
    fn groups(&self, tree: &Tree<Leaf>, candidates: &mut Vec<Candidate>) -> Vec<(Able, Path)> {
        let place = Place(&self.deployment.givens);
        let mut out = Vec::new();
        for (path, verdict) in passing(tree, &|path| place.may_exist(path)) {
            let Split { is, matches, not_in, rest } = split(&path).tidy();
            match is.into_iter().next() {
                Some((side, arn)) => {
                    let candidate = Candidate { side, arn };
                    if !candidates.contains(&candidate) {
                        candidates.push(candidate);
                    }
                }
                None => {
                    // One principal may be named by both of its sides.
                    let texts = |all: &[Fact]| {
                        let mut texts: Vec<String> = all.iter().map(|(_, text)| text.to_string()).collect();
                        let mut seen = BTreeSet::new();
                        texts.retain(|text| seen.insert(text.clone()));
                        texts
                    };
                    let who = Who::Every { matches: texts(&matches), not_in: texts(&not_in) };
                    out.push((Able { who, verdict, when: whens(&rest), made_by: None }, path));
                }
            }
        }
        out
    }

    /// Asks for a principal by name, and adds what it can.
    fn ask(&self, candidate: &Candidate, out: &mut Abilities) {
        let Some(trees) = self.trees_of(candidate) else { return };
        let who = Who::One(candidate.arn.to_string());
        let made_by = self.made_by(&candidate.arn);
        let able = |(path, verdict): (Path, Verdict)| {
            (Able { who: who.clone(), verdict, when: whens(&path), made_by: made_by.clone() }, path)
        };
        let place = Place(&self.deployment.givens);
        let itself = (Question::Text(self.side(candidate.side).clone(), Test::Is(candidate.arn.clone())), true);
        let may_exist = |path: &Path| {
            let whole: Path = std::iter::once(itself.clone()).chain(path.iter().cloned()).collect();
            place.may_exist(&whole)
        };
        let rows = |tree: &Tree<Leaf>| passing(tree, &may_exist).into_iter().map(able).collect::<Vec<_>>();
        // An ARN that a Default is part of is another principal for another value.
        let varies = self.ground.nominal.fill(&candidate.arn) != candidate.arn;
        if !varies {
            push_new(&mut out.principals, rows(&trees.nominal).into_iter().map(|(able, _)| able));
            if is_exhausted(&trees.nominal) && !out.open.contains(&budget()) {
                out.open.push(budget());
            }
        }
        let others = trees.every.as_ref().map_or_else(Vec::new, rows);
        let others = others.into_iter().filter(|(_, path)| varies || !self.is_nominal(path));
        push_new(&mut out.cases, others.map(|(able, _)| able));
    }

    /// The trees in which the candidate is the deployer; nothing where it cannot be.
    fn trees_of(&self, candidate: &Candidate) -> Option<Trees> {
        let Some(known) = candidate.arn.as_literal() else {
            let assumed = self.assumed(candidate)?;
            return Some(self.trees(self.ground, self.deployment, Some(&assumed)));
        };
        let arn = PrincipalArn::parse(known).ok().filter(|_| !known.contains(['*', '?']))?;
        let deployment = self.deployment.by(&arn).ok()?;
        let (own, other) = (&self.deployment.givens, &deployment.givens);
        if own.account == other.account && own.partition == other.partition {
            return Some(self.trees(self.ground, &deployment, None));
        }
        let ground = Ground::new(self.stacks, &deployment.givens);
        Some(self.trees(&ground, &deployment, None))
    }

    /// One side of the unknown deployer.
    fn side(&self, side: Facet) -> &Text {
        let caller = &self.deployment.caller;
        if side == Facet::Caller { &caller.arn } else { &caller.principal }
    }

    /// What is so where the deployer is the candidate: the account that its ARN names is the one that is deployed to.
    fn assumed(&self, candidate: &Candidate) -> Option<Vec<(Hole, Text)>> {
        let side = self.side(candidate.side).as_hole()?;
        let mut out = vec![(side.clone(), candidate.arn.clone())];
        let account = candidate.arn.parts(':', 5).and_then(|parts| Some(parts.get(4)?.to_text()));
        let account = account.filter(|part| part.as_literal().is_some_and(|id| AccountId::parse(id).is_some()));
        let own = &self.deployment.givens.account;
        match (account, own.as_hole()) {
            (Some(account), Some(hole)) => out.push((hole.clone(), account)),
            (Some(account), None) if account != *own => return None,
            _ => {}
        }
        Some(out)
    }

    /// Whether all that is said is so for the values that would be deployed now, or may be.
    fn is_nominal(&self, path: &Path) -> bool {
        path.iter().all(|(question, yes)| self.ground.nominal.settles(question).is_none_or(|answer| answer == *yes))
    }

    /// Why nobody can say whether there is somebody else.
    fn open(&self, tree: &Tree<Leaf>) -> Vec<Open> {
        let subjects = self.ground.subjects(self.deployment, self.worlds);
        let Some(subject) = subjects.get(self.which.unwrap_or(0)) else { return Vec::new() };
        let mut out: Vec<Open> = Vec::new();
        for (_, leaf) in tree.paths() {
            let open = match leaf.map(|leaf| &leaf.outcome) {
                Some(Outcome::Unknown(hole)) => of_hole(hole, subject),
                None => budget(),
                Some(_) => continue,
            };
            if !out.contains(&open) {
                out.push(open);
            }
        }
        out
    }
}

fn is_exhausted(tree: &Tree<Leaf>) -> bool {
    tree.paths().iter().any(|(_, leaf)| leaf.is_none())
}

/// The shortest answers that lead to leaves under which the keys are created, each once. Paths that are not `possible` count
/// for nothing.
fn passing(tree: &Tree<Leaf>, possible: &dyn Fn(&Path) -> bool) -> Vec<(Path, Verdict)> {
    let told = |path: &Path, leaf: Option<&Leaf>| word(path, leaf).filter(|_| possible(path));
    let mut out: Vec<(Path, Verdict)> = Vec::new();
    for (path, leaf) in tree.paths() {
        let Some(verdict) = told(&path, leaf).filter(|verdict| passes(*verdict)) else { continue };
        let is_as_good = |path: &Path, leaf: Option<&Leaf>| {
            let other = told(path, leaf);
            other.is_none_or(|other| other == verdict || (verdict, other) == (Verdict::SafeIfIam, Verdict::Safe))
        };
        let short = (shortest(tree, path, &is_as_good), verdict);
        if !out.contains(&short) {
            out.push(short);
        }
    }
    out
}

/// The facts of a path, those about the deployer's session, path and id under their own names.
fn whens(path: &Path) -> Vec<When> {
    let facet = |question: &Question| match question.hole().map(Hole::origin) {
        Some(Origin::Deployer(facet)) if !matches!(facet, Facet::Principal | Facet::Caller) => Some(*facet),
        _ => None,
    };
    let of = |wanted: Option<Facet>| -> Path {
        path.iter().filter(|(question, _)| facet(question) == wanted).cloned().collect()
    };
    let mut out = facts(&of(None));
    for side in [Facet::Path, Facet::Session, Facet::Id] {
        let named = || About::Unknown(format!("{{{{deployer:{}}}}}", Origin::Deployer(side).name()));
        out.extend(facts(&of(Some(side))).into_iter().map(|when| match when.subject {
            About::Deployer => When { subject: named(), ..when },
            _ => when,
        }));
    }
    out
}

fn push_new(all: &mut Vec<Able>, more: impl Iterator<Item = Able>) {
    for one in more {
        if !all.contains(&one) {
            all.push(one);
        }
    }
}
