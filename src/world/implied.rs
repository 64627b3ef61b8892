//! What the answered questions about one unknown, and what is known of it anyway, say about a further question.

use std::sync::Arc;

use super::hole::Hole;
use super::question::{Question, Test};
use super::text::Text;
use super::world::World;

impl World {
    /// The answer to `question` that follows from what is known of the only unknown it is about.
    pub(super) fn implied(&self, question: &Question) -> Option<bool> {
        let hole = subject(question)?;
        if let Some(candidates) = self.candidates(hole) {
            return self.implied_by(&candidates, hole, question);
        }
        self.facts_about(hole).find_map(|(fact, yes)| match (fact, question) {
            (Question::Text(_, Test::Absent), _) => yes.then_some(false),
            (_, Question::Text(_, Test::Absent)) => yes.then_some(false),
            (fact, Question::Text(_, Test::Is(value))) => {
                (says(fact, hole, value.as_literal()?)? != yes).then_some(false)
            }
            _ => None,
        })
    }

    /// What the only values that are left say. A key of the context may have none of them and be absent.
    fn implied_by(&self, candidates: &[Arc<str>], hole: &Hole, question: &Question) -> Option<bool> {
        let is_absence = |question: &Question| matches!(question, Question::Text(_, Test::Absent));
        let may_be_absent = hole.may_be_absent()
            && !self.facts_about(hole).any(|(fact, yes)| if is_absence(fact) { !yes } else { yes });
        match candidates {
            [] if is_absence(question) => Some(true),
            _ if is_absence(question) && may_be_absent => None,
            candidates => {
                let mut answers = candidates.iter().map(|value| says(question, hole, value));
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
                Question::Text(_, Test::Absent) => !yes,
                fact => says(fact, hole, value).is_none_or(|answer| answer == yes),
            })
        };
        Some(allowed.iter().filter(|value| agrees(value)).cloned().collect())
    }

    fn facts_about<'w>(&'w self, hole: &'w Hole) -> impl Iterator<Item = (&'w Question, bool)> {
        self.facts().filter(move |(question, _)| subject(question) == Some(hole))
    }
}

/// The unknown that a question is about, if it is about a whole text and its other side is known or takes no part.
fn subject(question: &Question) -> Option<&Hole> {
    match question {
        Question::Text(text, _) => text.as_hole(),
        Question::Relates(_, left, right) => match (left.as_hole(), right.as_hole()) {
            (Some(hole), None) if right.as_literal().is_some() => Some(hole),
            (None, Some(hole)) if left.as_literal().is_some() => Some(hole),
            _ => None,
        },
        Question::Member(..) | Question::Fact(_) | Question::IamAllows(_) => None,
    }
}

/// What a question would be answered if `hole` were `value`; nothing where it holds another unknown.
fn says(question: &Question, hole: &Hole, value: &str) -> Option<bool> {
    match question {
        Question::Text(_, test) => passes(value, test),
        Question::Relates(relation, left, right) => {
            let side = |text: &Text| match text.as_hole() {
                Some(own) if own == hole => Some(value.to_owned()),
                _ => text.as_literal().map(str::to_owned),
            };
            // What cannot be compared does not hold.
            Some((relation.holds)(&side(left)?, &side(right)?).unwrap_or(false))
        }
        Question::Member(..) | Question::Fact(_) | Question::IamAllows(_) => None,
    }
}

/// Whether a known value passes a test; `None` where the test itself holds an unknown.
fn passes(value: &str, test: &Test) -> Option<bool> {
    match test {
        Test::Is(text) => text.as_literal().map(|text| text == value),
        Test::Like(pattern) => pattern.text().as_literal().map(|_| pattern.matches(value)),
        Test::ArnLike(pattern) => {
            pattern.text().as_literal()?;
            World::default().arn_like(&Text::literal(value), pattern.text()).ok()
        }
        Test::Absent => Some(false),
    }
}
