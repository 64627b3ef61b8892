//! Whether two resolved values are the same, as far as that is certain.
//!
//! Comes in: two values, each filled in with what its own template's world knows. Goes out: yes, no, or nothing.

use crate::world::{Kind, Text, Value, World};

/// Whether `a` certainly differs from `b` (`Some(true)`) or certainly is the same text (`Some(false)`).
pub(super) fn differ(a: &Value, b: &Value, world: &World) -> Option<bool> {
    if let (Some(a), Some(b)) = (a.as_text(), b.as_text()) {
        return texts(&a, &b, world);
    }
    match (&a.kind, &b.kind) {
        (Kind::List(a), Kind::List(b)) => {
            let is_fixed = |items: &[Value]| items.iter().all(is_one);
            match (is_fixed(a) && is_fixed(b), a.len() == b.len()) {
                (true, false) => Some(true),
                (false, false) => None,
                (_, true) => every(a.iter().zip(b).map(|(a, b)| differ(a, b, world))),
            }
        }
        (Kind::Map(a), Kind::Map(b)) => maps(a, b, world),
        (Kind::List(_), Kind::Map(_) | Kind::Text(_)) | (Kind::Map(_) | Kind::Text(_), Kind::List(_)) => Some(true),
        (Kind::Members(a), Kind::Members(b)) if a == b => Some(false),
        // A policy written as a text may be the same as one written as an object.
        _ => None,
    }
}

fn texts(a: &Text, b: &Text, world: &World) -> Option<bool> {
    world.equal(a, b).ok().map(|equal| !equal)
}

/// Maps with the same entries in another order become other texts, but nobody says that CloudFormation keeps the order.
fn maps(a: &[(crate::world::Key, Value)], b: &[(crate::world::Key, Value)], world: &World) -> Option<bool> {
    let find = |entries: &[(crate::world::Key, Value)], name: &str| {
        entries.iter().find(|(key, _)| &*key.text == name).map(|(_, value)| value.clone())
    };
    let lacking = |from: &[(crate::world::Key, Value)], to: &[(crate::world::Key, Value)]| {
        from.iter().any(|(key, value)| is_one(value) && find(to, &key.text).is_none())
    };
    if lacking(a, b) || lacking(b, a) {
        return Some(true);
    }
    let pairs = a.iter().map(|(key, value)| differ(value, &find(b, &key.text)?, world));
    let found = every(pairs);
    let same_order = a.len() == b.len() && a.iter().zip(b).all(|((one, _), (other, _))| one.text == other.text);
    if found == Some(false) && !same_order { None } else { found }
}

/// Whether it is exactly one value: no list of unknown length, nothing that may be left out.
fn is_one(value: &Value) -> bool {
    !matches!(value.kind, Kind::Members(_) | Kind::Open(..) | Kind::Nothing | Kind::Refused(_))
}

/// A certain difference wins, else what is not certain.
fn every(answers: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    let mut out = Some(false);
    for answer in answers {
        match answer {
            Some(true) => return Some(true),
            None => out = None,
            Some(false) => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::from_node;
    use crate::source::{Document, FileId};
    use crate::world::{Hole, Key, Origin, Question, Shape};

    fn value(text: &str) -> Value {
        let document = Document::from_text(FileId(0), text).unwrap();
        from_node(&document, document.root())
    }

    fn of(kind: Kind) -> Value {
        Value { kind, ..value("x") }
    }

    /// What hangs on a question may be nothing, and a list of unknown members has any length.
    #[test]
    fn what_may_be_nothing_is_no_difference() {
        let hole = |name: &str| Hole::new(Origin::Parameter(name.to_owned()), Shape::default(), None);
        let list = |items: &[Value]| of(Kind::List(items.to_vec()));
        let map = |key: &str, value: &Value| {
            let key = Key { text: key.into(), span: value.span };
            of(Kind::Map(vec![(key, value.clone())]))
        };
        let (open, x) = (of(Kind::Open(Question::Fact(hole("P")), Vec::new())), value("x"));
        for (a, b, expected) in [
            (list(std::slice::from_ref(&open)), list(&[x.clone(), x.clone()]), None),
            (list(&[x.clone(), x.clone()]), list(std::slice::from_ref(&open)), None),
            (list(&[x.clone(), x.clone()]), list(std::slice::from_ref(&x)), Some(true)),
            (map("A", &open), of(Kind::Map(Vec::new())), None),
            (map("A", &x), of(Kind::Map(Vec::new())), Some(true)),
            (of(Kind::Members(hole("P"))), of(Kind::Members(hole("P"))), Some(false)),
            (of(Kind::Members(hole("P"))), of(Kind::Members(hole("Q"))), None),
        ] {
            assert_eq!(differ(&a, &b, &World::default()), expected, "{a:?} and {b:?}");
        }
    }

    #[test]
    fn only_what_is_certain_is_said() {
        for (a, b, expected) in [
            ("{A: x, B: [1, 2]}", "{ A: 'x', B: [ '1', '2' ] }", Some(false)),
            ("{A: x}", "{A: y}", Some(true)),
            ("{A: x}", "{A: x, B: y}", Some(true)),
            ("{A: [x]}", "{A: x}", Some(true)),
            ("{A: [x]}", "{A: [x, y]}", Some(true)),
            ("{A: x, B: y}", "{B: y, A: x}", None),
            ("{A: x, B: y}", "{B: z, A: x}", Some(true)),
            ("{A: '{\"B\": 1}'}", "{A: {B: 1}}", None),
        ] {
            assert_eq!(differ(&value(a), &value(b), &World::default()), expected, "{a} and {b}");
        }
    }
}
