//! What the answers on a path say about the deployer: who it is, or which principals it is one of; and whether there is any
//! such principal.
//!
//! Comes in: the answers that lead to a leaf. Goes out: the deployer's part of them, apart from the rest. A world holds each
//! answer by itself; that an ARN names an account, and that two patterns have nothing in common, is known here.

use crate::resolve::Givens;
use crate::world::{Class, Facet, Hole, Origin, Path, Pattern, Piece, Question, Shape, Test, Text};

/// The place that is deployed to, as far as it is known.
pub(super) struct Place<'g>(pub(super) &'g Givens);

/// The answers of a path, by what they are about.
#[derive(Debug, Default)]
pub(super) struct Split {
    /// Who it is, where that was answered: the side that was asked, and the ARN.
    pub(super) is: Option<(Hole, Text)>,
    /// Patterns that its ARN matches.
    pub(super) matches: Vec<Text>,
    /// What it is not: ARNs and patterns.
    pub(super) not_in: Vec<Text>,
    /// All other answers.
    pub(super) rest: Path,
}

/// The deployer as a text is nothing but it: as aws:PrincipalArn, or as its own ARN.
fn deployer(text: &Text) -> Option<&Hole> {
    let is_whole = |hole: &&Hole| matches!(hole.origin(), Origin::Deployer(Facet::Principal | Facet::Caller));
    text.as_hole().filter(is_whole)
}

/// Takes the answers about the deployer's ARN apart from the rest.
pub(super) fn split(path: &Path) -> Split {
    let mut out = Split::default();
    for (question, yes) in path {
        let found = match question {
            Question::Text(text, Test::Is(value)) => {
                deployer(text).map(|hole| (hole, value)).or_else(|| deployer(value).map(|hole| (hole, text)))
            }
            Question::Text(text, Test::Like(pattern) | Test::ArnLike(pattern)) => {
                deployer(text).map(|hole| (hole, pattern.text()))
            }
            _ => None,
        };
        let is_equality = matches!(question, Question::Text(_, Test::Is(_)));
        match (found, yes) {
            (Some((hole, text)), true) if is_equality => out.is = Some((hole.clone(), text.clone())),
            (Some((_, text)), true) => out.matches.push(text.clone()),
            (Some((_, text)), false) => out.not_in.push(text.clone()),
            (None, _) => out.rest.push((question.clone(), *yes)),
        }
    }
    out
}

impl Split {
    /// Without what says nothing: a pattern that another one implies, an exception that another one covers or that no
    /// pattern reaches.
    pub(super) fn tidy(mut self) -> Split {
        let every = self.matches.clone();
        let implied = |(index, text): (usize, &Text)| {
            every.iter().enumerate().any(|(other, one)| {
                other != index && covers(text, one) && (!covers(one, text) || other < index)
            })
        };
        self.matches = every.iter().enumerate().filter(|one| !implied(*one)).map(|(_, text)| text.clone()).collect();
        let exceptions = self.not_in.clone();
        let idle = |(index, text): (usize, &Text)| {
            let covered = exceptions.iter().enumerate().any(|(other, one)| {
                other != index && covers(one, text) && (!covers(text, one) || other < index)
            });
            covered || self.matches.iter().any(|one| !overlap(one, text))
        };
        self.not_in = exceptions.iter().enumerate().filter(|one| !idle(*one)).map(|(_, text)| text.clone()).collect();
        self
    }
}

impl Place<'_> {
    /// Whether there may be a deployer for whom all these answers are so.
    pub(super) fn may_exist(&self, path: &Path) -> bool {
        let Split { is, matches, not_in, rest } = split(path);
        let known: Vec<Text> = matches.into_iter().chain(is.map(|(_, text)| text)).collect();
        let fits = |one: &Text| {
            known.iter().all(|other| is_session(one) != is_session(other) || overlap(one, other))
                && not_in.iter().all(|other| !covers(other, one))
                && self.is_in(one, 4, &self.0.account, &rest)
                && self.is_in(one, 1, &self.0.partition, &rest)
        };
        known.iter().all(fits)
    }

    /// Whether a part of an ARN or pattern, its account or partition, may be the one that is deployed to.
    fn is_in(&self, text: &Text, index: usize, place: &Text, rest: &Path) -> bool {
        let Some(part) = text.split(':', 5).and_then(|parts| parts.get(index).cloned()) else { return true };
        let about = |(question, yes): &(Question, bool)| match question {
            Question::Text(own, Test::Is(value)) if own == place => match yes {
                true => overlap(&part, value),
                false => part.as_literal().is_none() || part != *value,
            },
            _ => true,
        };
        overlap(&part, place) && rest.iter().all(about)
    }
}

/// Whether a text is the ARN of a session, which is compared with another side of the deployer than all others.
fn is_session(text: &Text) -> bool {
    text.known_prefix().splitn(6, ':').nth(5).is_some_and(|resource| resource.starts_with("assumed-role/"))
}

/// Whether every text that the pattern `narrow` matches is matched by `wide`. Where unknown parts decide, no.
fn covers(wide: &Text, narrow: &Text) -> bool {
    wide == narrow || (wide.holes().next().is_none() && Pattern::new(wide.clone()).must_match(&filling(narrow)))
}

/// Whether some text may be matched by both patterns; may say yes too often.
fn overlap(one: &Text, other: &Text) -> bool {
    Pattern::new(one.clone()).may_match(&filling(other))
}

/// The texts that a pattern matches, as one text: its wildcards and unknown parts may be anything.
fn filling(pattern: &Text) -> Text {
    let anything = Piece::Hole(Hole::new(
        Origin::Later { kind: "pattern", name: "anything".to_owned(), at: None },
        Shape::class(Class::Any),
        None,
    ));
    let mut out = Text::default();
    for piece in pattern.pieces() {
        match piece {
            Piece::Literal(known) => {
                for (index, part) in known.split(['*', '?']).enumerate() {
                    if index > 0 {
                        out.push(&anything);
                    }
                    out.push_str(part);
                }
            }
            Piece::Hole(_) => out.push(piece),
        }
    }
    out
}
