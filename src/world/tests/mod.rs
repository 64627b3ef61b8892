//! What a world says, and what it asks: unknown texts and values made by hand.

mod answers;
mod comparing;
mod holes;
mod values;

use super::{Class, Hole, Origin, Piece, Question, Shape, Test, Text, World};
use crate::world::Pattern;

/// A parameter with these characters.
fn parameter(name: &str, class: Class) -> Hole {
    Hole::new(Origin::Parameter(name.to_owned()), Shape::class(class), None)
}

/// The same hole, of which these are the only values.
fn allowing(hole: &Hole, values: &[&str]) -> Hole {
    let allowed = Some(values.iter().map(|&value| value.into()).collect());
    hole.with(Shape { allowed, ..hole.shape().clone() })
}

/// A key of the request context, which may be absent.
fn context(name: &str) -> Hole {
    Hole::new(Origin::Context(name.to_owned()), Shape::default(), None)
}

/// Holes with texts between them.
fn text(parts: &[Result<&str, &Hole>]) -> Text {
    let mut out = Text::default();
    for part in parts {
        match part {
            Ok(known) => out.push_str(known),
            Err(hole) => out.push(&Piece::Hole((*hole).clone())),
        }
    }
    out
}

fn is(hole: &Hole, value: &str) -> Question {
    Question::Text(Text::hole(hole.clone()), Test::Is(value.into()))
}

fn like(hole: &Hole, pattern: &str) -> Question {
    Question::Text(Text::hole(hole.clone()), Test::Like(Pattern::new(pattern.into())))
}

fn absent(hole: &Hole) -> Question {
    Question::Text(Text::hole(hole.clone()), Test::Absent)
}

/// The world with these answers; nothing where no filling of the holes gives them.
fn world(answers: &[(Question, bool)]) -> Option<World> {
    answers.iter().try_fold(World::default(), |world, (question, yes)| world.answer(question, *yes))
}
