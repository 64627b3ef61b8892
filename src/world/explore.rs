//! The explorer: runs plain two-valued code in a world, splits the world on the question it stops at, and runs it again.
//! What comes out is a decision tree whose inner nodes are the facts that matter and whose leaves are the answers.

use super::question::{Question, Stop};
use super::world::World;

/// How much exploring may cost. Past it a branch ends in [`Tree::Exhausted`]: said plainly, never guessed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    /// How many worlds may be run.
    pub(crate) worlds: usize,
    /// How many answers may lie above one world.
    pub(crate) depth: usize,
}

impl Default for Budget {
    fn default() -> Budget {
        Budget { worlds: 4096, depth: 64 }
    }
}

/// A decision tree over answers `L`.
#[derive(Clone, Debug)]
pub(crate) enum Tree<L> {
    /// The answer.
    Leaf(L),
    /// The answer hangs on a question.
    Split {
        /// Which.
        question: Question,
        /// The tree where it is so.
        yes: Box<Tree<L>>,
        /// The tree where it is not.
        no: Box<Tree<L>>,
    },
    /// The budget ended before the answer.
    Exhausted,
}

/// The answers of a path from the root to a leaf.
pub(crate) type Path = Vec<(Question, bool)>;

/// Explores every world within `world`. Siblings that are the `same` become one, so a question that changes nothing
/// leaves no trace.
pub(crate) fn explore<L>(
    world: &World,
    run: &impl Fn(&World) -> Result<L, Stop>,
    refused: &impl Fn(super::question::Refusal) -> L,
    same: &impl Fn(&L, &L) -> bool,
    budget: &mut Budget,
) -> Tree<L> {
    explore_unless(world, run, refused, same, &|_| false, budget).unwrap_or(Tree::Exhausted)
}

/// The same, and nothing as soon as a leaf (or the end of the budget, which is none) `settles` what is looked for.
pub(crate) fn explore_unless<L>(
    world: &World,
    run: &impl Fn(&World) -> Result<L, Stop>,
    refused: &impl Fn(super::question::Refusal) -> L,
    same: &impl Fn(&L, &L) -> bool,
    settles: &impl Fn(Option<&L>) -> bool,
    budget: &mut Budget,
) -> Option<Tree<L>> {
    let leaf = |leaf: L| (!settles(Some(&leaf))).then_some(Tree::Leaf(leaf));
    let exhausted = || (!settles(None)).then_some(Tree::Exhausted);
    let Some(left) = budget.worlds.checked_sub(1) else { return exhausted() };
    budget.worlds = left;
    match run(world) {
        Ok(found) => leaf(found),
        Err(Stop::Refused(refusal)) => leaf(refused(refusal)),
        Err(Stop::Ask(question)) => {
            let Some(depth) = budget.depth.checked_sub(1) else { return exhausted() };
            budget.depth = depth;
            let mut explored = |world: &World| explore_unless(world, run, refused, same, settles, budget);
            let tree = match (world.answer(&question, true), world.answer(&question, false)) {
                (Some(yes), Some(no)) => {
                    let yes = explored(&yes)?;
                    join(question, yes, explored(&no)?, same)
                }
                (Some(only), None) | (None, Some(only)) => explored(&only)?,
                (None, None) => exhausted()?,
            };
            budget.depth = depth + 1;
            Some(tree)
        }
    }
}

fn join<L>(question: Question, yes: Tree<L>, no: Tree<L>, same: &impl Fn(&L, &L) -> bool) -> Tree<L> {
    match (yes, no) {
        (Tree::Leaf(a), Tree::Leaf(b)) if same(&a, &b) => Tree::Leaf(b),
        (Tree::Exhausted, Tree::Exhausted) => Tree::Exhausted,
        (yes, no) => Tree::Split { question, yes: Box::new(yes), no: Box::new(no) },
    }
}

impl<L> Tree<L> {
    /// Every leaf with the answers that lead to it, in the order of the tree; `None` where the budget ended.
    pub(crate) fn paths(&self) -> Vec<(Path, Option<&L>)> {
        let mut out = Vec::new();
        self.walk(&mut Vec::new(), &mut out);
        out
    }

    fn walk<'t>(&'t self, path: &mut Path, out: &mut Vec<(Path, Option<&'t L>)>) {
        match self {
            Tree::Leaf(leaf) => out.push((path.clone(), Some(leaf))),
            Tree::Exhausted => out.push((path.clone(), None)),
            Tree::Split { question, yes, no } => {
                for (branch, answer) in [(yes, true), (no, false)] {
                    path.push((question.clone(), answer));
                    branch.walk(path, out);
                    path.pop();
                }
            }
        }
    }

    /// The questions in it, each once, in the order in which they were asked.
    pub(crate) fn questions(&self) -> Vec<&Question> {
        let mut out: Vec<&Question> = Vec::new();
        let mut trees = vec![self];
        while let Some(tree) = trees.pop() {
            if let Tree::Split { question, yes, no } = tree {
                if !out.contains(&question) {
                    out.push(question);
                }
                trees.push(no);
                trees.push(yes);
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::super::hole::{Hole, Origin, Shape};
    use super::super::text::Text;
    use super::*;

    fn parameter(name: &str, allowed: &[&str]) -> Text {
        let allowed = (!allowed.is_empty()).then(|| allowed.iter().map(|&value| value.into()).collect());
        Text::hole(Hole::new(Origin::Parameter(name.into()), Shape { allowed, ..Shape::default() }, None))
    }

    fn tree(run: impl Fn(&World) -> Result<&'static str, Stop>) -> Tree<&'static str> {
        explore(&World::default(), &run, &|_| "refused", &|a, b| a == b, &mut Budget::default())
    }

    #[test]
    fn named_values_make_one_leaf_each_and_one_for_anything_else() {
        let principal = parameter("P", &[]);
        let tree = tree(|world| {
            for name in ["a", "b", "c"] {
                if world.equal(&principal, &name.into())? {
                    return Ok(name);
                }
            }
            Ok("else")
        });
        assert_eq!(tree.paths().len(), 4);
    }

    #[test]
    fn allowed_values_leave_no_unreachable_branch() {
        let env = parameter("Env", &["dev", "prod"]);
        let tree = tree(|world| {
            let dev = world.equal(&env, &"dev".into())?;
            let prod = world.equal(&env, &"prod".into())?;
            Ok(if dev == prod { "impossible" } else { "possible" })
        });
        assert!(matches!(tree, Tree::Leaf("possible")));
    }

    #[test]
    fn an_answer_binds_every_later_use() {
        let env = parameter("Env", &[]);
        let tree = tree(|world| {
            let first = world.equal(&env, &"prod".into())?;
            let second = world.like(&env, &"pr*".into())?;
            Ok(if first && !second { "torn" } else { "whole" })
        });
        assert!(tree.paths().iter().all(|(_, leaf)| *leaf == Some(&"whole")));
    }

    #[test]
    fn what_settles_ends_the_search() {
        let env = parameter("Env", &["dev", "prod"]);
        let run = |world: &World| Ok(if world.equal(&env, &"dev".into())? { "dev" } else { "prod" });
        let unless = |settles: &dyn Fn(Option<&&str>) -> bool, worlds| {
            let mut budget = Budget { worlds, depth: 64 };
            let tree = explore_unless(&World::default(), &run, &|_| "refused", &|a, b| a == b, &settles, &mut budget);
            (tree.map(|tree| tree.paths().len()), worlds - budget.worlds)
        };
        assert_eq!(unless(&|leaf| leaf == Some(&"dev"), 10), (None, 2), "the other world is not run");
        assert_eq!(unless(&|leaf| leaf == Some(&"test"), 10), (Some(2), 3));
        assert_eq!(unless(&|leaf| leaf.is_none(), 2), (None, 2), "the budget ended");
    }

    /// The depth is that of one path, however many there are beside it.
    #[test]
    fn siblings_do_not_use_up_the_depth() {
        let names: Vec<Text> = (0..3).map(|n| parameter(&format!("P{n}"), &[])).collect();
        let run = |world: &World| -> Result<usize, Stop> {
            let mut count = 0;
            for name in &names {
                count = count * 2 + usize::from(world.equal(name, &"x".into())?);
            }
            Ok(count)
        };
        let leaves = |depth| {
            let mut budget = Budget { worlds: 100, depth };
            let tree = explore(&World::default(), &run, &|_| 0, &|a, b| a == b, &mut budget);
            tree.paths().iter().filter(|(_, leaf)| leaf.is_some()).count()
        };
        assert_eq!([leaves(3), leaves(2)], [8, 0]);
    }

    #[test]
    fn the_budget_ends_in_exhausted_and_not_in_silence() {
        let names: Vec<Text> = (0..30).map(|n| parameter(&format!("P{n}"), &[])).collect();
        let run = |world: &World| -> Result<usize, Stop> {
            let mut count = 0;
            for name in &names {
                count = count * 2 + usize::from(world.equal(name, &"x".into())?);
            }
            Ok(count)
        };
        let tree = explore(&World::default(), &run, &|_| 0, &|a, b| a == b, &mut Budget { worlds: 100, depth: 64 });
        assert!(tree.paths().iter().any(|(_, leaf)| leaf.is_none()));
    }
}
