//! Partly known text: literals and holes in a row, such as `arn:` · partition · `:iam::` · account · `:role/` · hole.
//!
//! Goes out: [`Text`], always in normal form (no empty literal, no two literals side by side).

use std::fmt;
use std::sync::Arc;

use super::hole::Hole;

/// How long a text is, put together of several, that needs no more room on the way.
const SHORT: usize = 64;

/// One part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Known characters.
    Literal(Arc<str>),
    /// Characters that only the deployment will tell.
    Hole(Hole),
}

/// A part of a text that is put together.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part<'p> {
    /// Known characters.
    Known(&'p str),
    /// Another text.
    Text(&'p Text),
}

impl<'p> From<&'p str> for Part<'p> {
    fn from(text: &'p str) -> Part<'p> {
        Part::Known(text)
    }
}

impl<'p> From<&'p Text> for Part<'p> {
    fn from(text: &'p Text) -> Part<'p> {
        Part::Text(text)
    }
}

/// A text of which some parts may be unknown.
#[derive(Clone, Debug, Default)]
pub(crate) struct Text(Pieces);

/// Nearly every text is one piece, which costs no list.
#[derive(Clone, Debug, Default)]
enum Pieces {
    #[default]
    None,
    One(Piece),
    Many(Vec<Piece>),
}

impl PartialEq for Text {
    fn eq(&self, other: &Text) -> bool {
        self.pieces() == other.pieces()
    }
}

impl Eq for Text {}

impl Text {
    /// A wholly known text.
    pub(crate) fn literal(text: &str) -> Text {
        let mut out = Text::default();
        out.push_str(text);
        out
    }

    /// A wholly unknown text.
    pub(crate) fn hole(hole: Hole) -> Text {
        Text(Pieces::One(Piece::Hole(hole)))
    }

    /// The parts, in normal form.
    pub(crate) fn pieces(&self) -> &[Piece] {
        match &self.0 {
            Pieces::None => &[],
            Pieces::One(piece) => std::slice::from_ref(piece),
            Pieces::Many(pieces) => pieces,
        }
    }

    /// The whole text, if it is known.
    pub(crate) fn as_literal(&self) -> Option<&str> {
        match self.pieces() {
            [] => Some(""),
            [Piece::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// The hole, if the text is nothing but one.
    pub(crate) fn as_hole(&self) -> Option<&Hole> {
        match self.pieces() {
            [Piece::Hole(hole)] => Some(hole),
            _ => None,
        }
    }

    /// The bytes that are known.
    pub(crate) fn len(&self) -> usize {
        let known = self.pieces().iter().map(|piece| match piece {
            Piece::Literal(text) => text.len(),
            Piece::Hole(_) => 0,
        });
        known.sum()
    }

    /// Whether these characters stand in one of its known parts.
    pub(crate) fn holds(&self, known: &str) -> bool {
        self.pieces().iter().any(|piece| matches!(piece, Piece::Literal(text) if text.contains(known)))
    }

    /// What it costs to keep the text: its bytes, and as much as a long name for every hole.
    pub(crate) fn cost(&self) -> usize {
        self.len().saturating_add(self.pieces().len().saturating_mul(1024))
    }

    /// Appends known characters.
    pub(crate) fn push_str(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        match self.last_mut() {
            Some(Piece::Literal(last)) => *last = format!("{last}{text}").into(),
            _ => self.add(Piece::Literal(text.into())),
        }
    }

    /// Appends a part.
    pub(crate) fn push(&mut self, piece: &Piece) {
        match (piece, self.last_mut()) {
            (Piece::Literal(text), Some(Piece::Literal(_))) => self.push_str(text),
            (Piece::Literal(text), _) if text.is_empty() => {}
            _ => self.add(piece.clone()),
        }
    }

    fn last_mut(&mut self) -> Option<&mut Piece> {
        match &mut self.0 {
            Pieces::None => None,
            Pieces::One(piece) => Some(piece),
            Pieces::Many(pieces) => pieces.last_mut(),
        }
    }

    /// Adds a part that does not continue the last one.
    fn add(&mut self, piece: Piece) {
        self.0 = match std::mem::take(&mut self.0) {
            Pieces::None => Pieces::One(piece),
            Pieces::One(first) => Pieces::Many(vec![first, piece]),
            Pieces::Many(mut pieces) => {
                pieces.push(piece);
                Pieces::Many(pieces)
            }
        };
    }

    /// Appends a text.
    pub(crate) fn append(&mut self, other: &Text) {
        for piece in other.pieces() {
            self.push(piece);
        }
    }

    /// Texts one after the other.
    pub(crate) fn of(parts: &[Part<'_>]) -> Text {
        let (mut out, mut known) = (Text::default(), String::with_capacity(SHORT));
        for part in parts {
            let pieces = match part {
                Part::Known(text) => {
                    known.push_str(text);
                    continue;
                }
                Part::Text(text) => text.pieces(),
            };
            for piece in pieces {
                match piece {
                    Piece::Literal(text) => known.push_str(text),
                    Piece::Hole(_) => {
                        out.push_str(&std::mem::take(&mut known));
                        out.push(piece);
                    }
                }
            }
        }
        out.push_str(&known);
        out
    }

    /// The holes in it, from left to right.
    pub(crate) fn holes(&self) -> impl Iterator<Item = &Hole> {
        self.pieces().iter().filter_map(|piece| match piece {
            Piece::Hole(hole) => Some(hole),
            Piece::Literal(_) => None,
        })
    }

    /// The known characters it starts with.
    pub(crate) fn known_prefix(&self) -> &str {
        match self.pieces().first() {
            Some(Piece::Literal(text)) => text,
            _ => "",
        }
    }
}

impl From<Arc<str>> for Text {
    fn from(text: Arc<str>) -> Text {
        Text(if text.is_empty() { Pieces::None } else { Pieces::One(Piece::Literal(text)) })
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Text {
        Text::literal(text)
    }
}

/// As the JSON contract writes it: unknown parts as `{{kind:name}}`.
impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for piece in self.pieces() {
            match piece {
                Piece::Literal(text) => f.write_str(text)?,
                Piece::Hole(hole) => f.write_str(&hole.mark())?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::hole::{Class, Origin, Shape};
    use super::*;

    fn account() -> Piece {
        Piece::Hole(Hole::new(Origin::Account, Shape::class(Class::Account), None))
    }

    #[test]
    fn literals_side_by_side_become_one() {
        let mut text = Text::literal("arn:");
        text.push_str("aws");
        assert_eq!(text.as_literal(), Some("arn:aws"));
        assert_eq!(Text::literal("").as_literal(), Some(""));
    }

    #[test]
    fn unknown_parts_print_as_marks() {
        let mut text = Text::literal("arn:aws:iam::");
        text.push(&account());
        assert_eq!(text.to_string(), "arn:aws:iam::{{account:AWS::AccountId}}");
    }
}
