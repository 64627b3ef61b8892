//! Values that hang on questions.

use super::*;
use crate::source::{FileId, Span};
use crate::world::{Key, Kind, Value};

const HERE: Span = Span { file: FileId(0), start: 0, end: 0 };

fn value(kind: Kind) -> Value {
    Value { span: HERE, kind }
}

fn known(text: &str) -> Value {
    value(Kind::Text(text.into()))
}

fn entries(entries: &[(&str, Value)]) -> Value {
    let entry = |(key, value): &(&str, Value)| (Key { text: (*key).into(), span: HERE }, value.clone());
    value(Kind::Map(entries.iter().map(entry).collect()))
}

#[test]
fn an_answer_leaves_the_alternative_that_it_chooses() {
    let (p, q) = (is(&parameter("P", Class::Any), "x"), is(&parameter("Q", Class::Any), "x"));
    let open = |question: &Question, alternatives: &[Value]| value(Kind::Open(question.clone(), alternatives.to_vec()));
    let nothing = value(Kind::Nothing);
    let other = open(&q, &[known("c"), known("d")]);
    let list = value(Kind::List(vec![open(&p, &[known("a"), nothing.clone()]), other.clone()]));
    assert_eq!(list.answered(&p, true), value(Kind::List(vec![known("a"), other.clone()])));
    assert_eq!(list.answered(&p, false), value(Kind::List(vec![other.clone()])), "what is nothing is not in it");
    let map = entries(&[("A", open(&p, &[nothing, known("b")])), ("B", known("c"))]);
    assert_eq!(map.answered(&p, true), entries(&[("B", known("c"))]));
    assert_eq!(map.answered(&p, false), entries(&[("A", known("b")), ("B", known("c"))]));
    let nested = open(&q, &[open(&p, &[known("a"), known("b")]), known("c")]);
    assert_eq!(nested.answered(&p, false), open(&q, &[known("b"), known("c")]));
    let unknown = open(&p, &[]);
    assert_eq!(unknown.answered(&p, true), unknown, "only the answer will tell, and has not");
    assert_eq!(list.first_question(), Some(&p));
    assert_eq!(value(Kind::List(vec![unknown, other])).first_question(), Some(&q));
    assert_eq!(known("a").first_question(), None);
}
