//! What answers say about further questions, and which answers cannot stand together.

use super::*;
use crate::world::Relation;

fn says(answers: &[(Question, bool)], question: &Question) -> Option<bool> {
    world(answers).expect("some filling gives the answers").settles(question)
}

#[test]
fn answers_about_one_unknown_settle_others() {
    let p = context("x:Key");
    for (answer, question, expected) in [
        ((absent(&p), true), is(&p, "a"), Some(false)),
        ((absent(&p), true), like(&p, "a*"), Some(false)),
        ((absent(&p), false), is(&p, "a"), None),
        ((like(&p, "a*"), true), absent(&p), Some(false)),
        ((like(&p, "a*"), false), absent(&p), None),
        ((is(&p, "a"), true), absent(&p), Some(false)),
        ((is(&p, "a"), false), absent(&p), None),
        ((like(&p, "a*"), true), is(&p, "b"), Some(false)),
        ((like(&p, "a*"), true), is(&p, "ab"), None),
        ((like(&p, "a*"), false), is(&p, "ab"), Some(false)),
        ((like(&p, "a*"), false), is(&p, "b"), None),
        ((is(&p, "ab"), true), like(&p, "a*"), Some(true)),
    ] {
        assert_eq!(says(std::slice::from_ref(&answer), &question), expected, "{answer:?}: {question:?}");
    }
}

/// An answer about an unknown is none about a text that it stands in twice.
#[test]
fn a_text_is_not_the_unknown_within_it() {
    let p = parameter("P", Class::Any);
    let twice = text(&[Err(&p), Ok("-"), Err(&p)]);
    let question = Question::Text(twice.clone(), Test::Is("b-b".into()));
    assert_eq!(says(&[(like(&p, "*-*"), false)], &question), None);
    let listed = allowing(&p, &["a", "b"]);
    let twice = text(&[Err(&listed), Ok("-"), Err(&listed)]);
    assert_eq!(says(&[], &Question::Text(twice, Test::Is("a-b".into()))), Some(false), "both are the same");
}

/// Of a key whose only values are known, what is asked hangs on those that are left, and on whether there is one.
#[test]
fn the_values_that_are_left_settle_what_they_agree_on() {
    let p = allowing(&context("x:Key"), &["a", "b"]);
    let (not_a, not_b) = ((like(&p, "a*"), false), (like(&p, "b*"), false));
    for (answers, question, expected) in [
        (vec![], like(&p, "?"), None),
        (vec![], like(&p, "x*"), Some(false)),
        (vec![], absent(&p), None),
        (vec![(absent(&p), false)], like(&p, "?"), Some(true)),
        (vec![(absent(&p), true)], like(&p, "?"), None),
        (vec![(like(&p, "a*"), true)], absent(&p), Some(false)),
        (vec![(like(&p, "a*"), true)], is(&p, "a"), Some(true)),
        (vec![not_a.clone()], is(&p, "b"), None),
        (vec![not_a.clone()], absent(&p), None),
        (vec![not_a.clone(), not_b.clone()], absent(&p), Some(true)),
        (vec![not_a, not_b], like(&p, "?"), None),
    ] {
        assert_eq!(says(&answers, &question), expected, "{answers:?}: {question:?}");
    }
    let never_absent = allowing(&parameter("P", Class::Any), &["a", "b"]);
    assert_eq!(says(&[], &like(&never_absent, "?")), Some(true));
    assert_eq!(says(&[(is(&never_absent, "a"), false)], &is(&never_absent, "b")), Some(true));
}

#[test]
fn an_answer_is_kept_whatever_it_is_about() {
    let p = parameter("P", Class::Any);
    let known = world(&[(is(&p, "a"), true)]).expect("P may be a");
    assert_eq!(known.fill(&text(&[Ok("x-"), Err(&p)])).to_string(), "x-a");
    let twice = Question::Text(text(&[Err(&p), Ok("-"), Err(&p)]), Test::Is("b-b".into()));
    let known = world(&[(twice.clone(), true)]).expect("so may this");
    assert_eq!(known.ask(twice), Ok(true));
}

#[test]
fn answers_that_no_value_gives_are_no_world() {
    let p = parameter("P", Class::Any);
    let same = Relation { name: "is, but for case,", holds: |a, b| Some(a.eq_ignore_ascii_case(b)) };
    let relates = Question::Relates(same, Text::hole(p.clone()), "A".into());
    for (answers, is_possible) in [
        ([(like(&p, "a*"), true), (is(&p, "ab"), true)], true),
        ([(like(&p, "a*"), true), (is(&p, "b"), true)], false),
        ([(like(&p, "a*"), false), (is(&p, "ab"), true)], false),
        ([(is(&p, "a"), false), (is(&p, "a"), true)], false),
        ([(relates.clone(), true), (is(&p, "a"), true)], true),
        ([(relates.clone(), true), (is(&p, "b"), true)], false),
        ([(relates.clone(), false), (is(&p, "a"), true)], false),
        ([(relates, false), (is(&p, "b"), true)], true),
    ] {
        assert_eq!(world(&answers).is_some(), is_possible, "{answers:?}");
    }
}

#[test]
fn what_hangs_on_nothing_given_is_told_from_what_does() {
    let (p, q) = (parameter("P", Class::Any), parameter("Q", Class::Any));
    let world = World::given([(p.clone(), "a".into())]).assume(q.clone(), "b".into());
    let fill = |hole: &Hole| world.fill(&Text::hole(hole.clone()));
    assert_eq!(world.watched(|| fill(&q)), ("b".into(), false));
    assert_eq!(world.watched(|| fill(&p)), ("a".into(), true));
    assert_eq!(world.watched(|| fill(&parameter("R", Class::Any)).holes().count()), (1, false), "it begins anew");
    let within = world.answer(&is(&q, "c"), false);
    assert!(world.watched(|| within.map(|world| world.fill(&Text::hole(p.clone())))).1, "also in the worlds within");
}
