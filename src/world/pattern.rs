//! Patterns with `*` and `?`, as IAM's `…Like` operators, actions and resources use them, over partly known text.
//!
//! Source of the rule: IAM User Guide, reference_policies_elements_condition_operators.html (String conditions): `*`
//! stands for any run of characters, also none, and also `:` and `/`; `?` for exactly one; there is no escape.

use std::fmt;

use super::hole::{Class, Hole};
use super::text::{Piece, Text};
use super::wildcard::{Case, wildcard_match};

/// A `*` that is a character of a pattern and no wildcard. Private use: neither KMS nor IAM accepts it in a policy.
pub(crate) const ESCAPED_RUN: &str = "\u{e000}";

/// A `?` likewise.
pub(crate) const ESCAPED_ONE: &str = "\u{e001}";

/// Where a pattern stops being the text it matches.
pub(super) const SPECIAL: [char; 4] = ['*', '?', '\u{e000}', '\u{e001}'];

/// One element of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Element {
    Char(char),
    One,
    Run,
    Hole(Hole),
}

/// A pattern; `*` and `?` count only where they are known characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    text: Text,
    elements: Vec<Element>,
}

/// One element of the text that is matched.
enum Target {
    Char(char),
    Hole(Class),
}

impl Pattern {
    /// Reads `*` and `?` in the known parts of `text` as wildcards.
    pub(crate) fn new(text: Text) -> Pattern {
        let mut elements = Vec::new();
        for piece in text.pieces() {
            match piece {
                Piece::Literal(known) => elements.extend(known.chars().map(|c| match c {
                    '*' => Element::Run,
                    '?' => Element::One,
                    '\u{e000}' => Element::Char('*'),
                    '\u{e001}' => Element::Char('?'),
                    c => Element::Char(c),
                })),
                Piece::Hole(hole) => elements.push(Element::Hole(hole.clone())),
            }
        }
        Pattern { text, elements }
    }

    /// The pattern as written.
    pub(crate) fn text(&self) -> &Text {
        &self.text
    }

    /// Whether a wholly known text matches; a pattern with holes matches nothing here.
    pub(crate) fn matches(&self, text: &str) -> bool {
        self.text.as_literal().is_some_and(|pattern| wildcard_match(pattern, text, Case::Counts))
    }

    /// Whether `text` matches however its holes are filled.
    pub(crate) fn must_match(&self, text: &Text) -> bool {
        self.run(&targets(text), Bound::Must)
    }

    /// Whether `text` matches for some filling of the holes; may say yes too often, never no.
    pub(crate) fn may_match(&self, text: &Text) -> bool {
        self.run(&targets(text), Bound::May)
    }

    /// One pass over the text with the set of pattern positions that are still possible.
    fn run(&self, targets: &[Target], bound: Bound) -> bool {
        let end = self.elements.len();
        let (mut at, mut next) = (vec![false; end + 1], vec![false; end + 1]);
        mark(&mut at, 0);
        self.skip_empty(&mut at, bound);
        for target in targets {
            next.fill(false);
            match target {
                Target::Char(found) => {
                    for position in (0..end).filter(|&position| is_marked(&at, position)) {
                        self.step(position, *found, &mut next);
                    }
                }
                Target::Hole(class) => self.span_hole(&at, *class, bound, &mut next),
            }
            self.skip_empty(&mut next, bound);
            std::mem::swap(&mut at, &mut next);
        }
        is_marked(&at, end)
    }

    /// Positions reachable from `position` by consuming a character.
    fn step(&self, position: usize, found: char, next: &mut [bool]) {
        match self.elements.get(position) {
            Some(Element::Run) => mark(next, position),
            Some(Element::One) => mark(next, position + 1),
            Some(Element::Char(expected)) if *expected == found => mark(next, position + 1),
            // Where every filling counts, no position behind it is reached: see `skip_empty`.
            Some(Element::Hole(_)) => mark(next, position),
            _ => {}
        }
    }

    /// A hole in the text may stand for any characters that its class admits: from every possible position for all elements
    /// up to the next character that it does not. Whatever it stands for, `*` takes it.
    fn span_hole(&self, at: &[bool], class: Class, bound: Bound, next: &mut [bool]) {
        let mut spans = false;
        for position in 0..=self.elements.len() {
            let element = self.elements.get(position);
            spans |= is_marked(at, position) && bound == Bound::May;
            if spans || is_marked(at, position) && element == Some(&Element::Run) {
                mark(next, position);
            }
            if matches!(element, Some(Element::Char(c)) if class.excludes(*c)) {
                spans = false;
            }
        }
    }

    /// `*` may stand for nothing, and so may a hole in the pattern.
    fn skip_empty(&self, at: &mut [bool], bound: Bound) {
        for (position, element) in self.elements.iter().enumerate() {
            let empty = match element {
                Element::Run => true,
                Element::Hole(_) => bound == Bound::May,
                _ => false,
            };
            if empty && is_marked(at, position) {
                mark(at, position + 1);
            }
        }
    }
}

/// Which fillings of the holes count.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bound {
    Must,
    May,
}

fn is_marked(at: &[bool], position: usize) -> bool {
    at.get(position).copied().unwrap_or(false)
}

fn mark(at: &mut [bool], position: usize) {
    if let Some(slot) = at.get_mut(position) {
        *slot = true;
    }
}

fn targets(text: &Text) -> Vec<Target> {
    let mut out = Vec::new();
    for piece in text.pieces() {
        match piece {
            Piece::Literal(known) => out.extend(known.chars().map(Target::Char)),
            Piece::Hole(hole) => out.push(Target::Hole(hole.shape().class)),
        }
    }
    out
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text.to_string().replace(ESCAPED_RUN, "${*}").replace(ESCAPED_ONE, "${?}"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::hole::{Origin, Shape};
    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::new(Text::literal(text))
    }

    #[test]
    fn wildcards_follow_the_iam_guide() {
        for (text, candidate, expected) in [
            ("kms:*", "kms:PutKeyPolicy", true),
            ("kms:Put*", "kms:PutKeyPolicy", true),
            ("kms:?utKeyPolicy", "kms:PutKeyPolicy", true),
            ("kms:?PutKeyPolicy", "kms:PutKeyPolicy", false),
            ("*", "", true),
            ("a*b*c", "a/x:b--c", true),
            ("a*b", "ab", true),
            ("a*b", "abc", false),
            ("", "", true),
            ("", "a", false),
        ] {
            assert_eq!(pattern(text).matches(candidate), expected, "{text} on {candidate}");
        }
    }

    #[test]
    fn must_and_may_bound_the_fillings() {
        let mut text = Text::literal("arn:aws:iam::111122223333:role/");
        text.push(&Piece::Hole(Hole::new(Origin::Parameter("P".into()), Shape::class(Class::Name), None)));
        assert!(pattern("arn:aws:iam::111122223333:role/*").must_match(&text));
        assert!(!pattern("arn:aws:iam::111122223333:role/app-*").must_match(&text));
        assert!(pattern("arn:aws:iam::111122223333:role/app-*").may_match(&text));
        assert!(!pattern("arn:aws:iam::111122223333:user/*").may_match(&text));
        assert!(!pattern("arn:aws:iam::111122223333:role/team/*").may_match(&text), "a name holds no slash");
        assert!(!pattern("arn:aws:iam::111122223333:role/").must_match(&text), "the name is not empty");
    }

    #[test]
    fn an_unknown_part_of_a_pattern_may_stand_for_anything() {
        let mut text = Text::literal("a");
        text.push(&Piece::Hole(Hole::new(Origin::Parameter("P".into()), Shape::default(), None)));
        text.push_str("c");
        let unknown = Pattern::new(text);
        for (candidate, may) in [("ac", true), ("abbc", true), ("ab", false), ("bc", false)] {
            assert_eq!(unknown.may_match(&Text::literal(candidate)), may, "{candidate}");
            assert!(!unknown.must_match(&Text::literal(candidate)), "{candidate}");
        }
    }

    #[test]
    fn characters_that_are_no_wildcards_print_as_they_are_written() {
        assert_eq!(pattern(&format!("a*{ESCAPED_RUN}?{ESCAPED_ONE}")).to_string(), "a*${*}?${?}");
    }
}
