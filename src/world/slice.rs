//! Parts of a text without a copy: what stands between two separators, as the parts of an ARN do.

use super::text::{Piece, Text};

/// How many separators the ARN of a principal has.
const ARN: usize = 5;

/// A part of a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slice<'t> {
    /// The known characters that it starts with.
    start: &'t str,
    /// What follows, from its first unknown part on.
    rest: &'t [Piece],
    /// The known characters after that, as far as they belong to it.
    end: &'t str,
}

impl<'t> Slice<'t> {
    /// The whole of it, if it is known.
    pub(crate) fn as_literal(&self) -> Option<&'t str> {
        self.rest.is_empty().then_some(self.start)
    }

    /// The known characters it starts with.
    pub(crate) fn known_prefix(&self) -> &'t str {
        self.start
    }

    /// The same as a text of its own.
    pub(crate) fn to_text(self) -> Text {
        let mut out = Text::literal(self.start);
        self.rest.iter().for_each(|piece| out.push(piece));
        out.push_str(self.end);
        out
    }
}

impl Text {
    /// Its parts between the first `count` separators, if none of them can hide in a hole.
    pub(crate) fn parts(&self, separator: char, count: usize) -> Option<Vec<Slice<'_>>> {
        let mut out = Vec::with_capacity(count.min(ARN) + 1);
        let pieces = self.pieces();
        // The part that has not ended, and where the unknown parts of it begin.
        let (mut start, mut from) = ("", 0);
        for (at, piece) in pieces.iter().enumerate() {
            match piece {
                Piece::Hole(hole) if out.len() < count && !hole.shape().class.excludes(separator) => return None,
                Piece::Hole(_) => {}
                Piece::Literal(text) => {
                    let mut words = text.splitn(count.saturating_sub(out.len()).saturating_add(1), separator);
                    let mut word = words.next().unwrap_or_default();
                    for next in words {
                        out.push(part(start, pieces.get(from..at).unwrap_or_default(), word));
                        (start, from, word) = ("", at, next);
                    }
                    if from == at {
                        (start, from) = (word, at + 1);
                    }
                }
            }
        }
        out.push(part(start, pieces.get(from..).unwrap_or_default(), ""));
        Some(out)
    }

    /// The same, each a text of its own.
    pub(crate) fn split(&self, separator: char, count: usize) -> Option<Vec<Text>> {
        Some(self.parts(separator, count)?.into_iter().map(Slice::to_text).collect())
    }
}

/// A part of which nothing is unknown is its beginning.
fn part<'t>(start: &'t str, rest: &'t [Piece], end: &'t str) -> Slice<'t> {
    if rest.is_empty() && start.is_empty() { Slice { start: end, rest, end: "" } } else { Slice { start, rest, end } }
}

#[cfg(test)]
mod tests {
    use super::super::hole::{Class, Hole, Origin, Shape};
    use super::*;

    fn hole(class: Class) -> Piece {
        Piece::Hole(Hole::new(Origin::Parameter("P".into()), Shape::class(class), None))
    }

    /// A text of known parts and, for `?`, unknown ones.
    fn text(written: &str, class: Class) -> Text {
        let mut out = Text::default();
        for (n, known) in written.split('?').enumerate() {
            if n > 0 {
                out.push(&hole(class));
            }
            out.push_str(known);
        }
        out
    }

    #[test]
    fn parts_are_what_stands_between_separators() {
        for (written, count, expected) in [
            ("", 5, vec![""]),
            ("a:b", 5, vec!["a", "b"]),
            ("a:b:c", 1, vec!["a", "b:c"]),
            ("a:b", 0, vec!["a:b"]),
            (":a:", 5, vec!["", "a", ""]),
            ("?", 5, vec!["?"]),
            ("?:?", 5, vec!["?", "?"]),
            ("a?b:c", 5, vec!["a?b", "c"]),
            ("a:b?c?:d", 5, vec!["a", "b?c?", "d"]),
            ("a:?:role/?x", 5, vec!["a", "?", "role/?x"]),
            ("a:b?c:d?e", 1, vec!["a", "b?c:d?e"]),
            ("?a:b:?", 5, vec!["?a", "b", "?"]),
        ] {
            let whole = text(written, Class::Account);
            let parts = whole.parts(':', count).unwrap();
            let found: Vec<Text> = parts.iter().map(|part| part.to_text()).collect();
            assert_eq!(found, expected.iter().map(|one| text(one, Class::Account)).collect::<Vec<_>>(), "{written}");
            for (part, text) in parts.iter().zip(&found) {
                assert_eq!(
                    (part.as_literal(), part.known_prefix()),
                    (text.as_literal(), text.known_prefix()),
                    "{written}"
                );
            }
        }
    }

    #[test]
    fn a_separator_that_may_hide_in_a_hole_stops_the_split() {
        assert!(text("a:?:b", Class::Any).parts(':', 5).is_none());
        assert!(
            text("a:?:b", Class::Any).parts(':', 1).is_some(),
            "it stands after the last separator that is looked for"
        );
    }
}
