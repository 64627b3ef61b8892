//! A world: a set of answered questions. It answers what follows from them, and returns every other question unasked.
//!
//! Comes in: questions. Goes out: `Ok(answer)` or the question itself. An answer is only given when every filling of
//! the holes that agrees with the world gives it.

use std::sync::Arc;

use super::compare::{Equation, Prefix, equate, strip_prefix};
use super::hole::Hole;
use super::pattern::{Pattern, SPECIAL};
use super::question::{Question, Stop, Test};
use super::scan::all;
use super::text::{Piece, Text};

/// Texts that hold holes which are bound to texts with holes: no chain of ours is longer than this.
const CHAIN: usize = 8;

/// A set of answered questions.
#[derive(Clone, Debug, Default)]
pub(crate) struct World {
    bindings: Vec<(Hole, Text)>,
    facts: Vec<(Question, bool)>,
}

impl World {
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

    /// Whether two texts are equal.
    pub(crate) fn equal(&self, a: &Text, b: &Text) -> Result<bool, Stop> {
        let Some(equations) = equate(&self.fill(a), &self.fill(b)) else { return Ok(false) };
        all(equations.into_iter().map(|equation| self.solve(equation)))
    }

    /// Whether `text` matches `pattern` as a whole (StringLike).
    pub(crate) fn like(&self, text: &Text, pattern: &Text) -> Result<bool, Stop> {
        let (text, pattern) = (self.fill(text), self.fill(pattern));
        let (prefix, rest) = until_wildcard(&pattern);
        let Some(rest) = rest else { return self.equal(&text, &pattern) };
        match strip_prefix(&text, &prefix) {
            Prefix::Never => Ok(false),
            Prefix::Unclear => self.like_whole(text, pattern),
            Prefix::Rest(equations, text) => {
                let solved = equations.into_iter().map(|equation| self.solve(equation));
                all(solved.chain([self.like_whole(text, rest)]))
            }
        }
    }

    fn like_whole(&self, text: Text, pattern: Text) -> Result<bool, Stop> {
        let pattern = Pattern::new(pattern);
        if pattern.must_match(&text) {
            return Ok(true);
        }
        if !pattern.may_match(&text) {
            return Ok(false);
        }
        self.ask(Question::Text(text, Test::Like(pattern)))
    }

    /// Whether `text` matches `pattern` as ARNs do: each of the six parts by itself.
    ///
    /// Source: IAM User Guide, reference_policies_elements_condition_operators.html#Conditions_ARN: "each of the six
    /// colon-delimited components of the ARN is checked separately". A text that does not start with `arn:` is no ARN.
    pub(crate) fn arn_like(&self, text: &Text, pattern: &Text) -> Result<bool, Stop> {
        let (text, pattern) = (self.fill(text), self.fill(pattern));
        match (text.split(':', 5), pattern.split(':', 5)) {
            (Some(texts), Some(patterns)) if texts.len() == 6 && patterns.len() == 6 => {
                if texts.first().and_then(Text::as_literal).is_some_and(|start| start != "arn") {
                    return Ok(false);
                }
                all(texts.iter().zip(&patterns).map(|(text, pattern)| self.like(text, pattern)))
            }
            (Some(_), Some(_)) => Ok(false),
            (None, Some(parts)) if parts.len() == 6 && until_wildcard(&pattern).1.is_none() => {
                self.equal(&text, &pattern)
            }
            _ => self.ask(Question::Text(text, Test::ArnLike(Pattern::new(pattern)))),
        }
    }

    /// Whether there is no value for `hole` at all.
    pub(crate) fn absent(&self, hole: &Hole) -> Result<bool, Stop> {
        if self.binding(hole).is_some() {
            return Ok(false);
        }
        self.ask(Question::Text(Text::hole(hole.clone()), Test::Absent))
    }

    /// Whether the unknown list `hole` holds `text`.
    pub(crate) fn member(&self, hole: &Hole, text: &Text) -> Result<bool, Stop> {
        let text = self.fill(text);
        if text.as_literal().is_some_and(|literal| !hole.shape().admits(literal)) {
            return Ok(false);
        }
        self.ask(Question::Member(hole.clone(), text))
    }

    /// Any other question: what it was answered, or itself.
    pub(crate) fn ask(&self, question: Question) -> Result<bool, Stop> {
        if let Some((_, answer)) = self.facts.iter().find(|(fact, _)| *fact == question) {
            return Ok(*answer);
        }
        let implied = match &question {
            Question::Text(text, test) => text.as_hole().and_then(|hole| self.implied(hole, test)),
            _ => None,
        };
        implied.ok_or(Stop::Ask(question))
    }

    fn binding(&self, hole: &Hole) -> Option<&Text> {
        self.bindings.iter().find(|(bound, _)| bound == hole).map(|(_, text)| text)
    }

    fn solve(&self, equation: Equation) -> Result<bool, Stop> {
        match equation {
            Equation::Hole(hole, value) => {
                let (hole, value) = subject_first(hole, value);
                if value.as_literal().is_some_and(|text| !hole.shape().admits(text)) || disjoint(&hole, &value) {
                    return Ok(false);
                }
                self.ask(Question::Text(Text::hole(hole), Test::Is(value)))
            }
            Equation::Whole(a, b) => {
                let (a, b) = if a.as_literal().is_some() { (b, a) } else { (a, b) };
                if !possible(&a, &b) {
                    return Ok(false);
                }
                self.ask(Question::Text(a, Test::Is(b)))
            }
        }
    }

    /// What the answered questions about `hole`, and what is known of it anyway, say about `test`.
    fn implied(&self, hole: &Hole, test: &Test) -> Option<bool> {
        if let Some(candidates) = self.candidates(hole) {
            return self.implied_by(&candidates, hole, test);
        }
        self.facts_about(hole).find_map(|(fact, yes)| match (fact, yes, test) {
            (Test::Absent, true, _) => Some(false),
            (Test::Absent, false, _) => None,
            (_, true, Test::Absent) => Some(false),
            (fact, yes, Test::Is(value)) => (holds(value.as_literal()?, fact)? != yes).then_some(false),
            _ => None,
        })
    }

    /// What the only values that are left say about `test`. A key of the context may have none of them and be absent.
    fn implied_by(&self, candidates: &[Arc<str>], hole: &Hole, test: &Test) -> Option<bool> {
        let may_be_absent = hole.may_be_absent()
            && !self.facts_about(hole).any(|(fact, yes)| match fact {
                Test::Absent => !yes,
                _ => yes,
            });
        match (candidates, test) {
            ([], Test::Absent) => Some(true),
            (_, Test::Absent) if may_be_absent => None,
            (candidates, test) => {
                let mut answers = candidates.iter().map(|value| holds(value, test));
                let first = answers.next()??;
                let agree = answers.all(|answer| answer == Some(first));
                (agree && !(first && may_be_absent)).then_some(first)
            }
        }
    }

    /// The values that `hole` can still have, if they are known one by one.
    fn candidates(&self, hole: &Hole) -> Option<Vec<Arc<str>>> {
        let allowed = hole.shape().allowed.as_ref()?;
        let agrees = |value: &Arc<str>| {
            self.facts_about(hole).all(|(fact, yes)| match fact {
                // Of what may be absent: an answer "absent" leaves no value, an answer "present" all of them.
                Test::Absent => !yes,
                fact => holds(value, fact).is_none_or(|answer| answer == yes),
            })
        };
        Some(allowed.iter().filter(|value| agrees(value)).cloned().collect())
    }

    fn facts_about<'w>(&'w self, hole: &'w Hole) -> impl Iterator<Item = (&'w Test, bool)> {
        self.facts.iter().filter_map(move |(question, yes)| match question {
            Question::Text(text, test) if text.as_hole() == Some(hole) => Some((test, *yes)),
            _ => None,
        })
    }

    /// Whether some filling agrees with every answer, as far as the answers can be checked against each other.
    fn is_possible(&self) -> bool {
        (0..self.facts.len()).all(|index| self.fact_is_possible(index))
    }

    fn fact_is_possible(&self, index: usize) -> bool {
        let mut others = self.clone();
        let (question, expected) = others.facts.remove(index);
        let answer = match &question {
            Question::Text(text, Test::Is(value)) => others.equal(text, value),
            Question::Text(text, Test::Like(pattern)) => others.like(text, pattern.text()),
            Question::Text(text, Test::ArnLike(pattern)) => others.arn_like(text, pattern.text()),
            Question::Text(text, Test::Absent) => text.as_hole().map_or(Ok(false), |hole| others.absent(hole)),
            _ => return true,
        };
        answer.map_or(true, |answer| answer == expected)
    }
}

/// A pattern up to its first wildcard, and from there on; nothing from there on where it has none.
fn until_wildcard(pattern: &Text) -> (Text, Option<Text>) {
    let (mut prefix, mut rest): (Text, Option<Text>) = (Text::default(), None);
    for piece in pattern.pieces() {
        match (piece, &mut rest) {
            (_, Some(rest)) => rest.push(piece),
            (Piece::Literal(text), None) => {
                let at = text.find(SPECIAL).unwrap_or(text.len());
                let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
                prefix.push_str(before);
                rest = (!after.is_empty()).then(|| Text::literal(after));
            }
            (Piece::Hole(_), None) => prefix.push(piece),
        }
    }
    (prefix, rest)
}

/// A question about two holes is asked of the one that comes first, so that it is one question and not two.
fn subject_first(hole: Hole, value: Text) -> (Hole, Text) {
    match value.as_hole() {
        Some(other) if other.origin() < hole.origin() => (other.clone(), Text::hole(hole)),
        _ => (hole, value),
    }
}

/// Whether none of the values that `hole` can have equals `value`.
fn disjoint(hole: &Hole, value: &Text) -> bool {
    let shape = hole.shape();
    let excluded = |piece: &Piece| match piece {
        Piece::Literal(text) => text.chars().any(|c| shape.class.excludes(c)),
        Piece::Hole(_) => false,
    };
    if value.pieces().iter().any(excluded) {
        return true;
    }
    let listed = shape.allowed.as_ref();
    listed.is_some_and(|allowed| allowed.iter().all(|one| equate(&Text::literal(one), value).is_none()))
        || shape.pattern.as_ref().is_some_and(|pattern| !pattern.may_match(value))
}

/// Whether `a` can be `b` for some filling, by the characters that the holes admit.
fn possible(a: &Text, b: &Text) -> bool {
    match b.as_literal() {
        Some(literal) if !literal.contains(['*', '?']) => Pattern::new(b.clone()).may_match(a),
        _ => true,
    }
}

/// Whether a known value passes a test; `None` where the test itself holds an unknown.
fn holds(value: &str, test: &Test) -> Option<bool> {
    match test {
        Test::Is(text) => text.as_literal().map(|text| text == value),
        Test::Like(pattern) => pattern.text().as_literal().map(|_| pattern.matches(value)),
        Test::ArnLike(pattern) => {
            pattern.text().as_literal()?;
            World::default().arn_like(&Text::literal(value), pattern.text()).ok()
        }
        Test::Absent => Some(false),
        Test::Compares(..) => None,
    }
}
