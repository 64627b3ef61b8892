//! A world: a set of answered questions. It answers what follows from them, and returns every other question unasked.
//!
//! Comes in: questions. Goes out: `Ok(answer)` or the question itself. An answer is only given when every filling of
//! the holes that agrees with the world gives it.

use std::cell::Cell;
use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

use super::hole::Hole;
use super::question::{Question, Stop, Test};
use super::text::{Piece, Text};

/// Texts that hold holes which are bound to texts with holes: no chain of ours is longer than this.
const CHAIN: usize = 8;

/// A set of answered questions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct World {
    /// What was so from the start, in all worlds of an exploration: a template may have hundreds of parameters.
    given: Rc<Given>,
    bindings: Vec<(Hole, Text)>,
    facts: Vec<(Question, bool)>,
}

/// What is so from the start.
#[derive(Debug, Default)]
struct Given {
    texts: HashMap<Hole, Text>,
    /// Whether anything hung on one of them.
    used: Cell<bool>,
}

impl PartialEq for Given {
    fn eq(&self, other: &Given) -> bool {
        self.texts == other.texts
    }
}

impl Eq for Given {}

/// Worlds that are equal have the same answers to the same texts; the questions themselves are left to the comparison.
impl Hash for World {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.bindings.iter().for_each(|(hole, text)| (hole.origin(), text.as_literal()).hash(state));
        self.facts.iter().for_each(|(_, yes)| yes.hash(state));
    }
}

impl World {
    /// The world in which these holes are these texts.
    pub(crate) fn given(holes: impl IntoIterator<Item = (Hole, Text)>) -> World {
        let given = Given { texts: holes.into_iter().collect(), used: Cell::new(false) };
        World { given: Rc::new(given), ..World::default() }
    }

    /// What `explore` comes to within this world, and whether anything in it hung on what is so from the start: if not, it
    /// comes to the same without that.
    pub(crate) fn watched<T>(&self, explore: impl FnOnce() -> T) -> (T, bool) {
        self.given.used.set(false);
        (explore(), self.given.used.get())
    }

    /// The world in which, besides, `hole` is `text`.
    pub(crate) fn assume(mut self, hole: Hole, text: Text) -> World {
        self.bindings.push((hole, text));
        self
    }

    /// The world with one more answer; `None` if no filling of the holes gives it.
    pub(crate) fn answer(&self, question: &Question, yes: bool) -> Option<World> {
        let mut world = self.clone();
        match (question, yes) {
            (Question::Text(text, Test::Is(value)), true) if text.as_hole().is_some() => {
                world.bindings.extend(text.as_hole().map(|hole| (hole.clone(), value.clone())));
            }
            _ => world.facts.push((question.clone(), yes)),
        }
        world.is_possible().then_some(world)
    }

    /// `text` with everything filled in that this world knows.
    pub(crate) fn fill(&self, text: &Text) -> Text {
        let mut filled = text.clone();
        for _ in 0..CHAIN {
            if filled.holes().all(|hole| self.binding(hole).is_none()) {
                break;
            }
            let mut next = Text::default();
            for piece in filled.pieces() {
                match piece {
                    Piece::Hole(hole) => match self.binding(hole) {
                        Some(value) => next.append(value),
                        None => next.push(piece),
                    },
                    Piece::Literal(_) => next.push(piece),
                }
            }
            filled = next;
        }
        filled
    }

    /// Any other question: what it was answered, or itself.
    pub(crate) fn ask(&self, question: Question) -> Result<bool, Stop> {
        if let Some((_, answer)) = self.facts.iter().find(|(fact, _)| *fact == question) {
            return Ok(*answer);
        }
        self.implied(&question).ok_or(Stop::Ask(question))
    }

    pub(super) fn binding(&self, hole: &Hole) -> Option<&Text> {
        let bound = || self.bindings.iter().find(|(bound, _)| bound == hole).map(|(_, text)| text);
        let given = self.given.texts.get(hole);
        self.given.used.set(self.given.used.get() || given.is_some());
        given.or_else(bound)
    }

    /// The questions that were answered otherwise than by what an unknown is.
    pub(super) fn facts(&self) -> impl Iterator<Item = (&Question, bool)> {
        self.facts.iter().map(|(question, yes)| (question, *yes))
    }

    /// Whether some filling agrees with every answer, as far as the answers can be checked against each other.
    fn is_possible(&self) -> bool {
        (0..self.facts.len()).all(|index| self.fact_is_possible(index))
    }

    fn fact_is_possible(&self, index: usize) -> bool {
        let mut others = self.clone();
        let (question, expected) = others.facts.remove(index);
        others.settles(&question).is_none_or(|answer| answer == expected)
    }

    /// What the world says to a question about texts without being asked further, if it says something.
    pub(crate) fn settles(&self, question: &Question) -> Option<bool> {
        match question {
            Question::Text(text, Test::Is(value)) => self.equal(text, value).ok(),
            Question::Text(text, Test::Like(pattern)) => self.like(text, pattern.text()).ok(),
            Question::Text(text, Test::ArnLike(pattern)) => self.arn_like(text, pattern.text()).ok(),
            Question::Relates(relation, left, right) => {
                self.relates(*relation, left, right).ok().map(|answer| answer == Some(true))
            }
            Question::Text(text, Test::Absent) => text.as_hole().map_or(Some(false), |hole| self.absent(hole).ok()),
            Question::Member(..) | Question::Fact(_) | Question::IamAllows(_) => None,
        }
    }
}
