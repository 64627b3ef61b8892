//! Comparing partly known texts in a world: equality, patterns, relations, membership. What the known parts and the answered
//! questions settle is settled; the rest comes back as the smallest question about it.

use super::compare::{Equation, Prefix, equate, strip_prefix};
use super::hole::Hole;
use super::pattern::{ESCAPED_ONE, ESCAPED_RUN, Pattern, SPECIAL};
use super::question::{Question, Stop, Test};
use super::relation::Relation;
use super::scan::{all, any};
use super::text::{Piece, Text};
use super::wildcard::{Case, arn_match, wildcard_match};
use super::world::World;

impl World {
    /// Whether two texts are equal.
    pub(crate) fn equal(&self, a: &Text, b: &Text) -> Result<bool, Stop> {
        if let (Some(a), Some(b)) = (a.as_literal(), b.as_literal()) {
            return Ok(a == b);
        }
        let (a, b) = (self.fill(a), self.fill(b));
        if a == b {
            return Ok(true);
        }
        let Some(equations) = equate(&a, &b) else { return Ok(false) };
        all(equations.into_iter().map(|equation| self.solve(equation)))
    }

    /// Whether `text` matches `pattern` as a whole (StringLike).
    pub(crate) fn like(&self, text: &Text, pattern: &Text) -> Result<bool, Stop> {
        if let (Some(text), Some(pattern)) = (text.as_literal(), pattern.as_literal()) {
            return Ok(wildcard_match(pattern, text, Case::Counts));
        }
        let (text, pattern) = (self.fill(text), self.fill(pattern));
        let written = self.like_as_written(&text, &pattern);
        self.or_as_pattern(written, Relation::LIKE, &text, &pattern)
    }

    /// Whether `text` matches `pattern` as ARNs do: each of the six parts by itself.
    ///
    /// Source: IAM User Guide, reference_policies_elements_condition_operators.html#Conditions_ARN: "each of the six
    /// colon-delimited components of the ARN is checked separately". A text that does not start with `arn:` is no ARN.
    pub(crate) fn arn_like(&self, text: &Text, pattern: &Text) -> Result<bool, Stop> {
        if let (Some(text), Some(pattern)) = (text.as_literal(), pattern.as_literal())
            && let Some(answer) = arn_match(pattern, text)
        {
            return Ok(answer);
        }
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
                let written = self.equal(&text, &pattern);
                self.or_as_pattern(written, Relation::ARN_LIKE, &text, &pattern)
            }
            _ if may_hold_wildcards(&pattern) => {
                let written = self.like_as_written(&text, &pattern);
                self.or_as_pattern(written, Relation::ARN_LIKE, &text, &pattern)
            }
            _ => self.ask(Question::Text(text, Test::ArnLike(Pattern::new(pattern)))),
        }
    }

    /// Whether `left` relates so to `right`; nothing where the two cannot be compared.
    pub(crate) fn relates(&self, relation: Relation, left: &Text, right: &Text) -> Result<Option<bool>, Stop> {
        if let (Some(left), Some(right)) = (left.as_literal(), right.as_literal()) {
            return Ok((relation.holds)(left, right));
        }
        let (left, right) = (self.fill(left), self.fill(right));
        match (left.as_literal(), right.as_literal()) {
            (Some(left), Some(right)) => Ok((relation.holds)(left, right)),
            _ => self.ask(Question::Relates(relation, left, right)).map(Some),
        }
    }

    /// Whether there is no value for `hole` at all.
    pub(crate) fn absent(&self, hole: &Hole) -> Result<bool, Stop> {
        if self.binding(hole).is_some() {
            return Ok(false);
        }
        self.ask(Question::Text(Text::hole(hole.clone()), Test::Absent))
    }

    /// Whether the unknown list `hole` holds a member to which `text` relates so.
    pub(crate) fn member(&self, hole: &Hole, relation: Relation, text: &Text) -> Result<bool, Stop> {
        let text = self.fill(text);
        let fits = |one: &str, text: &str| (relation.holds)(text, one).unwrap_or(false);
        if let (Some(allowed), Some(text)) = (&hole.shape().allowed, text.as_literal())
            && !allowed.iter().any(|one| fits(one, text))
        {
            return Ok(false);
        }
        self.ask(Question::Member(hole.clone(), relation, text))
    }

    /// Matching where unknown parts of the pattern stand for themselves and hold no wildcard.
    fn like_as_written(&self, text: &Text, pattern: &Text) -> Result<bool, Stop> {
        let (prefix, rest) = until_wildcard(pattern);
        let Some(rest) = rest else { return self.equal(text, pattern) };
        match strip_prefix(text, &prefix) {
            Prefix::Never => Ok(false),
            Prefix::Unclear => self.like_whole(text.clone(), pattern.clone()),
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
        if text.as_literal().is_some() {
            return self.ask(Question::Relates(Relation::LIKE, text, pattern.text().clone()));
        }
        self.ask(Question::Text(text, Test::Like(pattern)))
    }

    /// An unknown part of a pattern may hold wildcards of its own: where the text does not match as the pattern is written,
    /// it still may by what the unknown part will be.
    fn or_as_pattern(
        &self,
        written: Result<bool, Stop>,
        relation: Relation,
        text: &Text,
        pattern: &Text,
    ) -> Result<bool, Stop> {
        if !may_hold_wildcards(pattern) || !Pattern::new(pattern.clone()).may_match(text) {
            return written;
        }
        any([written, self.relates(relation, text, pattern).map(|answer| answer == Some(true))])
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
}

fn may_hold_wildcards(pattern: &Text) -> bool {
    pattern.holes().any(Hole::may_be_pattern)
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
    let Some(known) = b.as_literal() else { return true };
    let plain = known.replace('*', ESCAPED_RUN).replace('?', ESCAPED_ONE);
    Pattern::new(Text::literal(&plain)).may_match(a)
}
