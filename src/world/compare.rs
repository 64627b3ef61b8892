//! When are two partly known texts equal? What the literals settle is settled here; the rest comes out as the smallest
//! equations that still have to be asked.

use std::collections::VecDeque;

use super::hole::{Class, Hole};
use super::text::{Piece, Text};

/// One equation that is left after everything known has been compared.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Equation {
    /// This hole has to be this text.
    Hole(Hole, Text),
    /// These two have to be equal, and cannot be taken apart.
    Whole(Text, Text),
}

/// What has to hold for `a` and `b` to be equal: `None` if they never are, no equations if they always are.
pub(crate) fn equate(a: &Text, b: &Text) -> Option<Vec<Equation>> {
    // Most texts that differ do at their beginning.
    if !a.known_prefix().bytes().zip(b.known_prefix().bytes()).all(|(one, other)| one == other) {
        return None;
    }
    let mut left: Side = a.pieces().to_vec().into();
    let mut right: Side = b.pieces().to_vec().into();
    let mut equations = Vec::new();
    while let Step::Moved = front(&mut left, &mut right, &mut equations)? {}
    while let Step::Moved = back(&mut left, &mut right)? {}
    match (single(&left), single(&right)) {
        (Single::Hole(hole), _) => equations.push(Equation::Hole(hole, whole(&right))),
        (_, Single::Hole(hole)) => equations.push(Equation::Hole(hole, whole(&left))),
        (Single::Nothing, _) => equations.extend(empty(&right)?),
        (_, Single::Nothing) => equations.extend(empty(&left)?),
        _ => equations.push(Equation::Whole(whole(&left), whole(&right))),
    }
    Some(equations)
}

/// What has to hold for `text` to start with `prefix`, and what of `text` comes after it.
pub(crate) enum Prefix {
    /// It never does.
    Never,
    /// It does when these hold; this is the rest.
    Rest(Vec<Equation>, Text),
    /// Where the prefix would end is not certain.
    Unclear,
}

/// Takes `prefix` off the front of `text`.
pub(crate) fn strip_prefix(text: &Text, prefix: &Text) -> Prefix {
    let mut left: Side = text.pieces().to_vec().into();
    let mut right: Side = prefix.pieces().to_vec().into();
    let mut equations = Vec::new();
    while !right.is_empty() {
        match front(&mut left, &mut right, &mut equations) {
            None => return Prefix::Never,
            Some(Step::Moved) => {}
            Some(Step::Stuck) if left.is_empty() && matches!(right.front(), Some(Piece::Literal(_))) => {
                return Prefix::Never;
            }
            Some(Step::Stuck) => return Prefix::Unclear,
        }
    }
    Prefix::Rest(equations, whole(&left))
}

type Side = VecDeque<Piece>;

enum Step {
    Moved,
    Stuck,
}

enum Single {
    Nothing,
    Hole(Hole),
    More,
}

fn single(side: &Side) -> Single {
    match (side.len(), side.front()) {
        (0, _) => Single::Nothing,
        (1, Some(Piece::Hole(hole))) => Single::Hole(hole.clone()),
        _ => Single::More,
    }
}

fn whole(side: &Side) -> Text {
    let mut text = Text::default();
    side.iter().for_each(|piece| text.push(piece));
    text
}

/// Every hole of `side` has to be empty; a literal cannot be.
fn empty(side: &Side) -> Option<Vec<Equation>> {
    side.iter()
        .map(|piece| match piece {
            Piece::Hole(hole) => Some(Equation::Hole(hole.clone(), Text::default())),
            Piece::Literal(_) => None,
        })
        .collect()
}

/// Compares the first parts. `None`: the texts differ.
fn front(left: &mut Side, right: &mut Side, equations: &mut Vec<Equation>) -> Option<Step> {
    match (left.front(), right.front()) {
        (Some(Piece::Literal(a)), Some(Piece::Literal(b))) => {
            let common = a.chars().zip(b.chars()).take_while(|(x, y)| x == y).map(|(x, _)| x.len_utf8()).sum::<usize>();
            if common < a.len() && common < b.len() {
                return None;
            }
            drop_front(left, common);
            drop_front(right, common);
            Some(Step::Moved)
        }
        (Some(Piece::Hole(a)), Some(Piece::Hole(b))) if a == b => {
            left.pop_front();
            right.pop_front();
            Some(Step::Moved)
        }
        (Some(_), Some(_)) => match delimited(left, right).or_else(|| delimited(right, left)) {
            Some(equation) => {
                equations.push(equation);
                Some(Step::Moved)
            }
            None => Some(Step::Stuck),
        },
        _ => Some(Step::Stuck),
    }
}

/// Where the hole in front of `holder` must end, because of its length or because of the character after it, `other`
/// tells what it has to be.
fn delimited(holder: &mut Side, other: &mut Side) -> Option<Equation> {
    let Some(Piece::Hole(hole)) = holder.front().cloned() else { return None };
    if holder.len() == 1 {
        return None;
    }
    if hole.shape().class == Class::Account
        && let Some(Piece::Literal(text)) = other.front()
        && let Some(digits) = text.get(..12)
    {
        let digits = Text::literal(digits);
        holder.pop_front();
        drop_front(other, 12);
        return Some(Equation::Hole(hole, digits));
    }
    let Some(Piece::Literal(next)) = holder.get(1) else { return None };
    let end = next.chars().next().filter(|&c| hole.shape().class.excludes(c))?;
    let value = take_until(other, end)?;
    holder.pop_front();
    Some(Equation::Hole(hole, value))
}

/// Takes everything before the first `end` off `side`; `None`, and nothing taken, where that place is not certain.
fn take_until(side: &mut Side, end: char) -> Option<Text> {
    let mut taken = Text::default();
    for (count, piece) in side.iter().enumerate() {
        match piece {
            Piece::Hole(hole) if hole.shape().class.excludes(end) => taken.push(piece),
            Piece::Hole(_) => return None,
            Piece::Literal(text) => match text.find(end) {
                Some(at) => {
                    taken.push_str(text.get(..at)?);
                    side.drain(..count);
                    drop_front(side, at);
                    return Some(taken);
                }
                None => taken.push(piece),
            },
        }
    }
    None
}

/// Compares the last parts. `None`: the texts differ.
fn back(left: &mut Side, right: &mut Side) -> Option<Step> {
    match (left.back(), right.back()) {
        (Some(Piece::Literal(a)), Some(Piece::Literal(b))) => {
            let tail = a.chars().rev().zip(b.chars().rev()).take_while(|(x, y)| x == y);
            let common = tail.map(|(x, _)| x.len_utf8()).sum::<usize>();
            if common < a.len() && common < b.len() {
                return None;
            }
            drop_back(left, common);
            drop_back(right, common);
            Some(Step::Moved)
        }
        (Some(Piece::Hole(a)), Some(Piece::Hole(b))) if a == b => {
            left.pop_back();
            right.pop_back();
            Some(Step::Moved)
        }
        _ => Some(Step::Stuck),
    }
}

fn drop_front(side: &mut Side, bytes: usize) {
    if let Some(Piece::Literal(text)) = side.pop_front()
        && let Some(rest) = text.get(bytes..).filter(|rest| !rest.is_empty())
    {
        side.push_front(Piece::Literal(rest.into()));
    }
}

fn drop_back(side: &mut Side, bytes: usize) {
    if let Some(Piece::Literal(text)) = side.pop_back()
        && let Some(rest) = text.get(..text.len().saturating_sub(bytes)).filter(|rest| !rest.is_empty())
    {
        side.push_back(Piece::Literal(rest.into()));
    }
}

#[cfg(test)]
mod tests {
    use super::super::hole::{Origin, Shape};
    use super::*;

    fn hole(name: &str, class: Class) -> Hole {
        Hole::new(Origin::Parameter(name.to_owned()), Shape::class(class), None)
    }

    /// `<X>` is a hole of the class that its first letter names.
    fn text(source: &str) -> Text {
        let mut out = Text::default();
        for part in source.split_inclusive('>') {
            let (known, name) = part.split_once('<').unwrap_or((part, ""));
            out.push_str(known);
            let name = name.trim_end_matches('>');
            let class = match name.chars().next() {
                None => continue,
                Some('A') => Class::Account,
                Some('P') => Class::Part,
                Some('N') => Class::Name,
                Some('S') => Class::Path,
                Some(_) => Class::Any,
            };
            out.push(&Piece::Hole(hole(name, class)));
        }
        out
    }

    fn ask(a: &str, b: &str) -> Option<Vec<String>> {
        let equations = equate(&text(a), &text(b))?;
        Some(
            equations
                .iter()
                .map(|equation| match equation {
                    Equation::Hole(hole, text) => format!("{}={text}", hole.origin().name()),
                    Equation::Whole(a, b) => format!("{a}={b}"),
                })
                .collect(),
        )
    }

    #[test]
    fn literals_settle_what_they_can() {
        assert_eq!(ask("arn:aws", "arn:aws"), Some(vec![]));
        assert_eq!(ask("arn:aws", "arn:cn"), None);
        assert_eq!(ask("role/<N>", "user/<N>"), None);
        assert_eq!(ask("role/<X>", "role/<X>"), Some(vec![]));
        assert_eq!(ask("<X>a", "<Y>b"), None);
        assert_eq!(ask("<X>a<Y>", "b<Y>"), None, "what is the same at the end is taken off");
        assert_eq!(ask("<X>ab", "<Y>b"), Some(vec!["Y={{parameter:X}}a".into()]));
    }

    #[test]
    fn what_has_to_be_empty_is_asked() {
        assert_eq!(ask("a", "a<X><Y>"), Some(vec!["X=".into(), "Y=".into()]));
        assert_eq!(ask("<X><Y>a", "a"), Some(vec!["X=".into(), "Y=".into()]));
        assert_eq!(ask("a", "a<X>b<Y>"), None, "a literal is not empty");
    }

    /// A hole ends at a separator only where none can hide before it.
    #[test]
    fn a_part_of_an_arn_ends_at_its_colon() {
        assert_eq!(ask("<P>:<X>", "a<N>:b"), Some(vec!["P=a{{parameter:N}}".into(), "X=b".into()]));
        let whole = "{{parameter:P}}:b=a{{parameter:X}}";
        assert_eq!(ask("<P>:b:c", "a<X>:c"), Some(vec![whole.into()]), "X may hold a colon");
    }

    #[test]
    fn a_prefix_is_there_or_not_or_nobody_knows() {
        let strip = |whole: &str, prefix: &str| match strip_prefix(&text(whole), &text(prefix)) {
            Prefix::Never => "never".to_owned(),
            Prefix::Unclear => "unclear".to_owned(),
            Prefix::Rest(equations, rest) => format!("{} and {rest}", equations.len()),
        };
        for (whole, prefix, expected) in [
            ("arn:aws", "arn:", "0 and aws"),
            ("arn:<P>:iam", "arn:aws:", "1 and iam"),
            ("a", "ab", "never"),
            ("b", "a", "never"),
            ("a<X>", "ab", "unclear"),
            ("a", "a<X>", "unclear"),
        ] {
            assert_eq!(strip(whole, prefix), expected, "{prefix} of {whole}");
        }
    }

    #[test]
    fn an_arn_comes_apart_into_its_unknown_parts() {
        assert_eq!(
            ask("arn:<P>:iam::<A>:role/<N>", "arn:aws:iam::111122223333:role/Deploy"),
            Some(vec!["P=aws".into(), "A=111122223333".into(), "N=Deploy".into()])
        );
        assert_eq!(ask("arn:<P>:iam::<A>:role/X", "arn:aws:iam::111122223333:role/Y"), None);
        assert_eq!(ask("<A>", "111122223333"), Some(vec!["A=111122223333".into()]));
    }

    #[test]
    fn a_path_is_what_stands_before_the_name() {
        assert_eq!(ask("role/<S>Deploy", "role/team/Deploy"), Some(vec!["S=team/".into()]));
        assert_eq!(ask("role/<S>Deploy", "role/Deploy"), Some(vec!["S=".into()]));
        assert_eq!(ask("role/<S>Deploy", "role/team/Other"), None);
    }

    #[test]
    fn what_cannot_be_taken_apart_is_asked_as_a_whole() {
        assert_eq!(ask("<X>-<Y>", "a-b-c"), Some(vec!["{{parameter:X}}-{{parameter:Y}}=a-b-c".into()]));
    }
}
