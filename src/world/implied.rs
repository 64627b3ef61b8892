//! What the answered questions about one unknown, and what is known of it anyway, say about a further question.

use std::sync::Arc;

use super::hole::Hole;
use super::pattern::Pattern;
use super::question::{Question, Test};
use super::text::{Piece, Text};
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
            (fact, Question::Text(text, Test::Is(value))) if text.as_hole() == Some(hole) => {
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

/// The unknown that a question is about, if it is about one only, wherever in its texts that stands.
fn subject(question: &Question) -> Option<&Hole> {
    let texts: Vec<&Text> = match question {
        Question::Text(text, Test::Is(value)) => vec![text, value],
        Question::Text(text, Test::Like(pattern) | Test::ArnLike(pattern)) => vec![text, pattern.text()],
        Question::Text(text, Test::Absent) => vec![text],
        Question::Relates(_, left, right) => vec![left, right],
        Question::Member(..) | Question::Fact(_) | Question::IamAllows(_) => return None,
    };
    let mut holes = texts.into_iter().flat_map(Text::holes);
    let first = holes.next()?;
    holes.all(|hole| hole == first).then_some(first)
}

/// What a question would be answered if `hole` were `value`; nothing where it holds another unknown.
fn says(question: &Question, hole: &Hole, value: &str) -> Option<bool> {
    match question {
        Question::Text(text, test) => passes(&filled(text, hole, value)?, test, hole, value),
        // What cannot be compared does not hold.
        Question::Relates(relation, left, right) => {
            Some((relation.holds)(&filled(left, hole, value)?, &filled(right, hole, value)?).unwrap_or(false))
        }
        Question::Member(..) | Question::Fact(_) | Question::IamAllows(_) => None,
    }
}

/// `text` with `value` for `hole`; nothing where it holds another unknown.
fn filled(text: &Text, hole: &Hole, value: &str) -> Option<String> {
    text.pieces().iter().try_fold(String::new(), |out, piece| match piece {
        Piece::Literal(known) => Some(out + known),
        Piece::Hole(own) => (own == hole).then(|| out + value),
    })
}

/// Whether a known text passes a test, in which `hole` is `value`; nothing where the test holds another unknown.
fn passes(text: &str, test: &Test, hole: &Hole, value: &str) -> Option<bool> {
    let pattern = |pattern: &Pattern| Some(Text::literal(&filled(pattern.text(), hole, value)?));
    match test {
        Test::Is(wanted) => filled(wanted, hole, value).map(|wanted| wanted == text),
        Test::Like(wanted) => Some(Pattern::new(pattern(wanted)?).matches(text)),
        Test::ArnLike(wanted) => World::default().arn_like(&Text::literal(text), &pattern(wanted)?).ok(),
        Test::Absent => Some(false),
    }
}
