//! How a tree becomes one word (design §2): only leaves where IAM allows and where the key is created count.

use crate::world::{Question, Tree};

use super::evaluate::{Leaf, Outcome, is_iam};
use super::verdict::Verdict;

/// The word, or that the key is created in no world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answered {
    /// The word.
    Verdict(Verdict),
    /// Its Condition is false.
    NotCreated,
}

/// The word for one leaf at the end of a path; nothing where the leaf does not count.
pub(crate) fn word(path: &[(Question, bool)], leaf: Option<&Leaf>) -> Option<Verdict> {
    if path.iter().any(|(question, yes)| is_iam(question) && !yes) {
        return None;
    }
    let Some(leaf) = leaf else { return Some(Verdict::Undecided) };
    Some(match &leaf.outcome {
        Outcome::Safe(_) if path.iter().any(|(question, _)| is_iam(question)) => Verdict::SafeIfIam,
        Outcome::Safe(_) => Verdict::Safe,
        Outcome::Lockout(_) => Verdict::Lockout,
        Outcome::Invalid(_) | Outcome::Refused(_) => Verdict::Invalid,
        Outcome::Bypassed => Verdict::Bypassed,
        Outcome::DefaultPolicy => Verdict::DefaultPolicy,
        Outcome::Unknown(_) => Verdict::Undecided,
        Outcome::NotCreated | Outcome::RuleBroken(_) => return None,
    })
}

/// The word for a whole tree.
pub(crate) fn of(tree: &Tree<Leaf>) -> Answered {
    let mut words: Vec<Verdict> = tree.paths().iter().filter_map(|(path, leaf)| word(path, *leaf)).collect();
    words.sort_unstable();
    words.dedup();
    let safe = |word: &Verdict| matches!(word, Verdict::Safe | Verdict::SafeIfIam);
    let refused = |word: &Verdict| matches!(word, Verdict::Lockout | Verdict::Invalid);
    Answered::Verdict(match words.as_slice() {
        // Whatever the values are, CloudFormation refuses them.
        [] if is_broken(tree) => Verdict::Invalid,
        [] => return Answered::NotCreated,
        [one] => *one,
        many if many.iter().all(safe) => Verdict::SafeIfIam,
        many if many.iter().all(refused) => Verdict::Lockout,
        _ => Verdict::Undecided,
    })
}

fn is_broken(tree: &Tree<Leaf>) -> bool {
    let broken = |leaf: &Leaf| matches!(leaf.outcome, Outcome::RuleBroken(_));
    tree.paths().iter().any(|(_, leaf)| leaf.is_some_and(broken))
}

/// The first leaf that shows why the verdict is what it is.
pub(crate) fn representative(tree: &Tree<Leaf>, verdict: Verdict) -> Option<&Leaf> {
    let paths = tree.paths();
    let counted: Vec<(Option<Verdict>, &Leaf)> =
        paths.iter().filter_map(|(path, leaf)| Some((word(path, *leaf), (*leaf)?))).collect();
    let exact = counted.iter().find(|(word, _)| *word == Some(verdict));
    let refused = || counted.iter().find(|(word, _)| matches!(word, Some(Verdict::Lockout | Verdict::Invalid)));
    let any = || counted.iter().find(|(word, _)| word.is_some());
    exact.or_else(refused).or_else(any).map(|(_, leaf)| *leaf)
}
