//! What the answers on a path say about the deployer: who it is, or which principals it is one of; and whether there is any
//! such principal.
//!
//! Comes in: the answers that lead to a leaf. Goes out: the deployer's part of them, apart from the rest. A world holds each
//! answer by itself; that an ARN names an account, and that two patterns have nothing in common, is known here.

use crate::resolve::Givens;
use crate::world::{Class, Facet, Hole, Origin, Path, Pattern, Piece, Question, Shape, Test, Text};

/// The place that is deployed to, as far as it is known.
pub(super) struct Place<'g>(pub(super) &'g Givens);

/// One side of the deployer, and an ARN or pattern that is said of it.
pub(super) type Fact = (Facet, Text);

/// The answers of a path, by what they are about.
#[derive(Debug, Default)]
pub(super) struct Split {
    /// Who it is, where that was answered.
    pub(super) is: Vec<Fact>,
    /// Patterns that one side of it matches.
    pub(super) matches: Vec<Fact>,
    /// What one side of it is not: ARNs and patterns.
    pub(super) not_in: Vec<Fact>,
    /// All other answers.
    pub(super) rest: Path,
}

/// The side of the deployer that a text is: aws:PrincipalArn, or the caller's own ARN.
fn side(text: &Text) -> Option<Facet> {
    match text.as_hole()?.origin() {
        Origin::Deployer(side @ (Facet::Principal | Facet::Caller)) => Some(*side),
        _ => None,
    }
}

/// Whether the answers say that aws:PrincipalArn is the caller's own ARN: so it is, except for sessions of a role.
fn are_one(path: &Path) -> bool {
    let equal = |(question, yes): &(Question, bool)| match question {
        Question::Text(text, Test::Is(value)) if *yes => Some((text.clone(), value.clone())),
        _ => None,
    };
    let equal: Vec<(Text, Text)> = path.iter().filter_map(equal).collect();
    let sides = |wanted: Facet| {
        let of = |(one, other): &(Text, Text)| match (side(one), side(other)) {
            (Some(own), _) if own == wanted => Some(other.clone()),
            (_, Some(own)) if own == wanted => Some(one.clone()),
            _ => None,
        };
        equal.iter().filter_map(of).collect::<Vec<_>>()
    };
    sides(Facet::Principal).iter().any(|text| side(text) == Some(Facet::Caller) || sides(Facet::Caller).contains(text))
}

/// Takes the answers about the deployer's ARN apart from the rest.
pub(super) fn split(path: &Path) -> Split {
    let mut out = Split::default();
    for (question, yes) in path {
        let found = match question {
            Question::Text(text, Test::Is(value)) => match (side(text), side(value)) {
                (Some(own), None) => Some((own, value)),
                (None, Some(own)) => Some((own, text)),
                // Whether its two sides are one: what follows from that, `may_exist` knows.
                _ => None,
            },
            Question::Text(text, Test::Like(pattern) | Test::ArnLike(pattern)) => {
                side(text).map(|own| (own, pattern.text()))
            }
            _ => None,
        };
        let is_equality = matches!(question, Question::Text(_, Test::Is(_)));
        match (found, yes) {
            (Some((own, text)), true) if is_equality => out.is.push((own, text.clone())),
            (Some((own, text)), true) => out.matches.push((own, text.clone())),
            (Some((own, text)), false) => out.not_in.push((own, text.clone())),
            (None, _) => out.rest.push((question.clone(), *yes)),
        }
    }
    out
}

impl Split {
    /// Without what says nothing: a pattern that another one implies, an exception that another one covers or that no
    /// pattern reaches.
    pub(super) fn tidy(mut self) -> Split {
        let (every, exceptions) = (self.matches.clone(), self.not_in.clone());
        self.matches = kept(&every, &|one, other| covers(one, other));
        let reached = |one: &Fact| !is_never(one) && every.iter().all(|other| overlaps(one, other));
        self.not_in = kept(&exceptions, &|one, other| covers(other, one));
        self.not_in.retain(reached);
        self
    }
}

/// What is left without what another one makes idle; of two that do so to each other, the first.
fn kept(all: &[Fact], idle_beside: &dyn Fn(&Fact, &Fact) -> bool) -> Vec<Fact> {
    let others = |index| all.iter().enumerate().filter(move |(other, _)| *other != index);
    let is_idle = |index: usize, one: &Fact| {
        others(index).any(|(at, other)| idle_beside(one, other) && (!idle_beside(other, one) || at < index))
    };
    all.iter().enumerate().filter(|(index, one)| !is_idle(*index, one)).map(|(_, one)| one.clone()).collect()
}

impl Place<'_> {
    /// Whether there may be a deployer for whom all these answers are so.
    pub(super) fn may_exist(&self, path: &Path) -> bool {
        let Split { is, matches, not_in, rest } = split(path);
        let one = are_one(path);
        let merged = |(side, text): Fact| (if one { Facet::Principal } else { side }, text);
        let known: Vec<Fact> = matches.into_iter().chain(is).map(merged).collect();
        let not_in: Vec<Fact> = not_in.into_iter().map(merged).collect();
        let fits = |one: &Fact| {
            !is_never(one)
                && known.iter().all(|other| overlaps(one, other))
                && not_in.iter().all(|other| !covers(other, one))
                && self.is_in(&one.1, 4, &self.0.account, &rest)
                && self.is_in(&one.1, 1, &self.0.partition, &rest)
        };
        known.iter().all(fits)
    }

    /// Whether a part of an ARN or pattern, its account or partition, may be the one that is deployed to.
    fn is_in(&self, text: &Text, index: usize, place: &Text, rest: &Path) -> bool {
        let parts = text.parts(':', 5).filter(|parts| parts.len() == 6);
        let Some(part) = parts.and_then(|parts| Some(parts.get(index)?.to_text())) else { return true };
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

/// Whether no deployer is that on this side: aws:PrincipalArn is never the ARN of a session.
///
/// Source: IAM User Guide, reference_policies_condition-keys.html#condition-keys-principalarn.
fn is_never((side, text): &Fact) -> bool {
    let resource = text.parts(':', 5).and_then(|mut parts| parts.pop());
    *side == Facet::Principal && resource.is_some_and(|resource| resource.known_prefix().starts_with("assumed-role/"))
}

/// Whether whatever matches the pattern `narrow` matches `wide`, of the same side. Where unknown parts decide, no.
fn covers((side, wide): &Fact, (other, narrow): &Fact) -> bool {
    let certain = || wide.holes().next().is_none() && Pattern::new(wide.clone()).must_match(&filling(narrow));
    side == other && (wide == narrow || certain())
}

/// Whether something may match both; may say yes too often.
fn overlaps((side, one): &Fact, (other, another): &Fact) -> bool {
    side != other || overlap(one, another)
}

/// No part of a principal's ARN holds a colon: of two patterns with five colons each, every part has to overlap.
fn overlap(one: &Text, other: &Text) -> bool {
    let may = |one: &Text, other: &Text| Pattern::new(one.clone()).may_match(&filling(other));
    match (one.split(':', 5), other.split(':', 5)) {
        (Some(own), Some(others)) if own.len() == 6 && others.len() == 6 => {
            own.iter().zip(&others).all(|(own, other)| may(own, other))
        }
        _ => may(one, other),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    const USER: &str = "arn:aws:iam::111122223333:user/Alice";
    const ROLE: &str = "arn:aws:iam::111122223333:role/Deploy";
    const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/Deploy/me";

    fn of(facet: Facet) -> Text {
        Text::hole(Hole::new(Origin::Deployer(facet), Shape::default(), None))
    }

    fn principal() -> Text {
        of(Facet::Principal)
    }

    fn caller() -> Text {
        of(Facet::Caller)
    }

    fn unknown() -> Text {
        Text::hole(Hole::new(Origin::Parameter("P".to_owned()), Shape::default(), None))
    }

    fn is(text: Text, other: impl Into<Text>, yes: bool) -> (Question, bool) {
        (Question::Text(text, Test::Is(other.into())), yes)
    }

    fn like(text: Text, pattern: &str, yes: bool) -> (Question, bool) {
        (Question::Text(text, Test::ArnLike(Pattern::new(pattern.into()))), yes)
    }

    fn may_exist(givens: &Givens, path: &[(Question, bool)]) -> bool {
        Place(givens).may_exist(&path.to_vec())
    }

    /// Source: reference_policies_condition-keys.html: aws:PrincipalArn is the caller's own ARN but for sessions of a role.
    #[test]
    fn both_arns_of_one_deployer_fit_together() {
        let users = "arn:aws:iam::*:user/*";
        for (path, expected) in [
            (vec![is(principal(), ROLE, true), is(caller(), SESSION, true)], true),
            (vec![is(principal(), SESSION, true)], false),
            (vec![is(principal(), caller(), true), is(caller(), SESSION, true)], false),
            (vec![is(caller(), principal(), true), is(caller(), SESSION, true)], false),
            (vec![is(principal(), caller(), false), is(caller(), SESSION, true)], true),
            (vec![is(principal(), caller(), true), is(caller(), USER, true)], true),
            (
                vec![
                    is(principal(), unknown(), true),
                    is(caller(), unknown(), true),
                    like(caller(), users, true),
                    like(principal(), users, false),
                ],
                false,
            ),
            (
                vec![is(principal(), unknown(), true), like(caller(), users, true), like(principal(), users, false)],
                true,
            ),
            (vec![is(principal(), USER, true), like(principal(), "arn:aws:iam::*:role/*", true)], false),
            (vec![is(principal(), USER, true), like(principal(), users, false)], false),
        ] {
            assert_eq!(may_exist(&Givens::default(), &path), expected, "{path:?}");
        }
    }

    /// PutKeyPolicy is not a cross-account operation.
    #[test]
    fn the_deployer_is_of_the_account_that_is_deployed_to() {
        let known = Givens { account: "444455556666".into(), ..Givens::default() };
        let of_user = vec![is(principal(), USER, true)];
        assert!(!may_exist(&known, &of_user) && may_exist(&Givens::default(), &of_user));
        let account = |id: &str, yes| vec![is(principal(), USER, true), is(Givens::unknown_account(), id, yes)];
        for (id, yes, expected) in [
            ("111122223333", true, true),
            ("444455556666", true, false),
            ("111122223333", false, false),
            ("444455556666", false, true),
        ] {
            assert_eq!(may_exist(&Givens::default(), &account(id, yes)), expected, "{id} {yes}");
        }
    }

    #[test]
    fn what_says_nothing_is_left_out() {
        let tidy = |path: &[(Question, bool)]| {
            let Split { matches, not_in, .. } = split(&path.to_vec()).tidy();
            [matches, not_in].map(|facts| facts.iter().map(|(_, text)| text.to_string()).collect::<Vec<_>>())
        };
        let (all, some, ops) = ("arn:aws:iam::*:role/*", "arn:aws:iam::*:role/o*", "arn:aws:iam::*:role/ops-*");
        let matching = |patterns: &[&str]| patterns.iter().map(|one| like(principal(), one, true)).collect::<Vec<_>>();
        assert_eq!(tidy(&matching(&[all, ops, some])), [vec![ops], vec![]]);
        assert_eq!(tidy(&matching(&[ops, all])), [vec![ops], vec![]]);
        let (one, same) = ("arn:aws:iam::*:role/**", "arn:aws:iam::*:role/*");
        assert_eq!(tidy(&matching(&[one, same])), [vec![one], vec![]], "of two that are the same, the first");
        let excepting =
            |patterns: &[&str]| patterns.iter().map(|one| like(principal(), one, false)).collect::<Vec<_>>();
        assert_eq!(tidy(&excepting(&[ops, all])), [vec![], vec![all]]);
        assert_eq!(tidy(&excepting(&[all, ops, USER])), [vec![], vec![all, USER]]);
        assert_eq!(
            tidy(&[matching(&[ops]), excepting(&[USER])].concat()),
            [vec![ops], vec![]],
            "no such user is a role"
        );
        assert_eq!(tidy(&excepting(&[SESSION])), [vec![""; 0], vec![]], "no aws:PrincipalArn is a session's");
    }
}
