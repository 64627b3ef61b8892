//! Comparing texts with unknown parts: what is settled, and which question is left.

use super::*;
use crate::world::{Relation, Stop};

fn asked(answer: Result<bool, Stop>) -> Question {
    match answer {
        Err(Stop::Ask(question)) => question,
        other => panic!("nothing is asked: {other:?}"),
    }
}

/// Two unknown texts are compared by one question, whichever comes first.
#[test]
fn two_unknowns_are_one_question() {
    let (p, q) = (parameter("P", Class::Any), parameter("Q", Class::Any));
    let (p_text, q_text) = (Text::hole(p), Text::hole(q));
    let expected = Question::Text(p_text.clone(), Test::Is(q_text.clone()));
    assert_eq!(asked(World::default().equal(&p_text, &q_text)), expected);
    assert_eq!(asked(World::default().equal(&q_text, &p_text)), expected);
}

#[test]
fn what_no_filling_makes_equal_is_not_asked() {
    let world = World::default();
    let (p, q, name) = (parameter("P", Class::Any), parameter("Q", Class::Any), parameter("N", Class::Name));
    let listed = allowing(&p, &["a", "b"]);
    let patterned = p.with(Shape { pattern: Some(Pattern::new("a*".into())), ..Shape::default() });
    for (left, right, is_asked) in [
        (text(&[Err(&listed)]), text(&[Ok("c"), Err(&q)]), false),
        (text(&[Err(&listed)]), text(&[Ok("a"), Err(&q)]), true),
        (text(&[Err(&listed)]), text(&[Ok("c")]), false),
        (text(&[Err(&patterned)]), text(&[Ok("b"), Err(&q)]), false),
        (text(&[Err(&patterned)]), text(&[Ok("a"), Err(&q)]), true),
        (text(&[Err(&name)]), text(&[Ok("a/"), Err(&q)]), false),
        (text(&[Err(&name), Ok("-"), Err(&name)]), text(&[Ok("a:b")]), false),
        (text(&[Err(&name), Ok("-"), Err(&name)]), text(&[Ok("a-b")]), true),
        (text(&[Err(&p), Ok("-"), Err(&q)]), text(&[Ok("a*b")]), false),
        (text(&[Err(&p), Ok("-"), Err(&q)]), text(&[Ok("a?b")]), false),
        (text(&[Err(&p), Ok("-"), Err(&q)]), text(&[Ok("a*-b")]), true),
    ] {
        for answer in [world.equal(&left, &right), world.equal(&right, &left)] {
            assert_eq!(answer.is_err(), is_asked, "{left} and {right}: {answer:?}");
            assert!(answer != Ok(true), "{left} and {right}");
        }
    }
}

/// A value may turn out to be a pattern where patterns are read.
#[test]
fn an_unknown_pattern_may_hold_wildcards() {
    let p = parameter("P", Class::Any);
    let pattern = Text::hole(p.clone());
    let not = World::default().answer(&is(&p, "abc"), false).expect("it may be another");
    let question = asked(not.like(&"abc".into(), &pattern));
    assert_eq!(question, Question::Relates(Relation::LIKE, "abc".into(), pattern.clone()));
    for yes in [true, false] {
        let known = not.answer(&question, yes).expect("both may be");
        assert_eq!(known.like(&"abc".into(), &pattern), Ok(yes));
    }
    let name = parameter("N", Class::Name);
    let not = World::default().answer(&is(&name, "abc"), false).expect("it may be another");
    assert_eq!(not.like(&"abc".into(), &Text::hole(name)), Ok(false), "a name holds no wildcard");
    let listed = allowing(&p, &["a?c", "b"]);
    let other = asked(World::default().like(&"abc".into(), &Text::hole(listed.clone())));
    assert_eq!(other, Question::Relates(Relation::LIKE, "abc".into(), Text::hole(listed)));
}

/// An ARN is compared part by part, also where nobody knows where its parts end.
#[test]
fn arns_of_which_the_parts_are_not_known() {
    let p = parameter("P", Class::Any);
    let (unknown, pattern): (Text, Text) = (Text::hole(p.clone()), "arn:aws:iam::*:role/*".into());
    let question = asked(World::default().arn_like(&unknown, &pattern));
    assert_eq!(question, Question::Text(unknown.clone(), Test::ArnLike(Pattern::new(pattern))));
    let arn: Text = "arn:aws:iam::111122223333:user/Alice".into();
    assert_eq!(asked(World::default().arn_like(&arn, &unknown)), is(&p, "arn:aws:iam::111122223333:user/Alice"));
    let not =
        World::default().answer(&is(&p, "arn:aws:iam::111122223333:user/Alice"), false).expect("it may be another");
    assert_eq!(asked(not.arn_like(&arn, &unknown)), Question::Relates(Relation::ARN_LIKE, arn, unknown));
}

#[test]
fn what_is_known_in_a_world_is_computed() {
    let p = parameter("P", Class::Any);
    let known = World::default().assume(p.clone(), "a".into());
    assert_eq!(known.relates(Relation::EQUALS, &Text::hole(p.clone()), &"a".into()), Ok(Some(true)));
    assert_eq!(known.relates(Relation::EQUALS, &Text::hole(p), &"b".into()), Ok(Some(false)));
}

#[test]
fn members_of_a_list_of_which_only_the_values_are_known() {
    let list = allowing(&parameter("L", Class::Any), &["a", "b"]);
    assert_eq!(World::default().member(&list, Relation::EQUALS, &"c".into()), Ok(false));
    let question = asked(World::default().member(&list, Relation::EQUALS, &"a".into()));
    assert_eq!(question, Question::Member(list, Relation::EQUALS, "a".into()));
}

#[test]
fn a_question_says_what_is_asked_of_its_text() {
    let pattern = || Pattern::new("a*".into());
    let asked = [Test::Is("a".into()), Test::Like(pattern()), Test::ArnLike(pattern()), Test::Absent];
    assert_eq!(asked.map(|test| test.to_string()), ["is `a`", "matches `a*`", "matches `a*`", "is absent"]);
    let at = crate::source::Span { file: crate::source::FileId(0), start: 1, end: 2 };
    let hole = Hole::new(Origin::Region, Shape::default(), Some(at));
    assert_eq!(hole.with(Shape::class(Class::Name)).span(), Some(at), "the place stays, whatever is known");
}
