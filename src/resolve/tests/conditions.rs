//! Conditions and rules. Source: AWS CloudFormation User Guide, intrinsic-function-reference-conditions.html and
//! intrinsic-function-reference-rules.html.

use super::*;
use crate::world::{Question, Stop};

const OPEN: &str = "Parameters: { P: { Type: String }, L: { Type: CommaDelimitedList } }";

/// The answer to the condition `C`: yes, no, the mark of what it hangs on, or the refusal.
fn answer(condition: &str) -> String {
    let sections = format!("{OPEN}\nConditions: {{ C: {condition} }}");
    with(&Givens::default(), &sections, "x", |scope, world| {
        match scope.condition("C", scope.template.resources[0].span, world) {
            Ok(yes) => yes.to_string(),
            Err(Stop::Ask(question)) => match &question {
                Question::Fact(hole) => format!("fact {}", hole.mark()),
                other => other.hole().map_or_else(String::new, |hole| hole.mark()),
            },
            Err(Stop::Refused(refusal)) => refusal.message,
        }
    })
}

#[test]
fn what_stands_for_a_condition() {
    for (condition, expected) in [
        ("'true'", "true"),
        ("false", "false"),
        ("!Equals [a, a]", "true"),
        ("!Equals [a, A]", "false"),
        ("!Equals [!Ref P, a]", "{{parameter:P}}"),
        ("!Equals [[a, b], [a, b]]", "true"),
        ("!Equals [[a, b], [a, c]]", "fact {{condition:Fn::Equals}}"),
        ("{ 'Fn::Custom': x }", "fact {{condition:Fn::Custom}}"),
        ("!Not [!Equals [a, a]]", "false"),
        ("!And [!Equals [a, a], !Equals [!Ref P, a]]", "{{parameter:P}}"),
        ("!And [!Equals [a, b], !Equals [!Ref P, a]]", "false"),
        ("!Or [!Equals [a, a], !Equals [!Ref P, a]]", "true"),
    ] {
        assert_eq!(answer(condition), expected, "{condition}");
    }
    assert!(answer("perhaps").starts_with("a condition must be one of"), "{}", answer("perhaps"));
    assert!(answer("!Equals [a]").contains("Fn::Equals"), "{}", answer("!Equals [a]"));
    assert!(!answer("!Equals [a]").starts_with("a condition must be one of"));
    assert!(answer("!Or [!Equals [a, a], !Condition Missing]").contains("`Missing`"), "every operand is evaluated");
}

/// Each is made of the one before it, twice: judged anew at every mention, the last would take 2^40 steps.
#[test]
fn conditions_that_double_are_judged_once() {
    let chain = |first: &str| {
        let double = |n: usize| format!("C{n}: !And [!Condition C{}, !Not [!Not [!Condition C{}]]]", n - 1, n - 1);
        let rest: Vec<String> = (1..40).map(double).collect();
        let sections = format!("{OPEN}\nConditions: {{ C0: {first}, {} }}", rest.join(", "));
        with(&Givens::default(), &sections, "x", |scope, world| {
            let answer = scope.condition("C39", scope.template.resources[0].span, world);
            (answer.map_err(|stop| matches!(stop, Stop::Ask(_))), scope.refused_conditions(world).len())
        })
    };
    assert_eq!(chain("!Equals [a, a]"), (Ok(true), 0));
    assert_eq!(chain("!Equals [a, b]"), (Ok(false), 0));
    assert_eq!(chain("!Equals [!Ref P, a]"), (Err(true), 0));
    assert_eq!(chain("!Condition C39"), (Err(false), 40), "a circle");
}

/// Whether a rule with this assertion is broken where P is `a` and L is `a,b`.
fn is_broken(assertion: &str, given: bool) -> bool {
    let sections = format!("{OPEN}\nRules: {{ R: {{ Assertions: [{{ Assert: {assertion} }}] }} }}");
    let mut givens = Givens::default();
    if given {
        givens.parameters =
            [("P", "a"), ("L", "a,b")].map(|(name, value)| (name.to_owned(), Some(value.to_owned()))).into();
    }
    with(&givens, &sections, "x", |scope, world| scope.broken_rule(world).is_some())
}

#[test]
fn rule_functions_hold_or_not() {
    let contains = |list: &str, value: &str| format!("{{ 'Fn::Contains': [{list}, {value}] }}");
    let (has, lacks) = (contains("[a, b]", "!Ref P"), contains("[b, c]", "!Ref P"));
    for (assertion, broken) in [
        (has.clone(), false),
        (lacks.clone(), true),
        (contains("!Ref L", "b"), false),
        (contains("!Ref L", "c"), true),
        (format!("!And [{has}, {has}]"), false),
        (format!("!And [{has}, {lacks}]"), true),
        (format!("!Or [{lacks}, {has}]"), false),
        (format!("!Or [{lacks}, {lacks}]"), true),
        (format!("!Not [{lacks}]"), false),
        (format!("!Not [{has}]"), true),
        ("{ 'Fn::EachMemberEquals': [!Ref L, a] }".to_owned(), true),
        ("{ 'Fn::EachMemberIn': [!Ref L, [a, b, c]] }".to_owned(), false),
        ("{ 'Fn::EachMemberIn': [!Ref L, [a, c]] }".to_owned(), true),
    ] {
        assert_eq!(is_broken(&assertion, true), broken, "{assertion}");
        assert!(!is_broken(&assertion, false), "{assertion}: nobody knows");
    }
}

/// A list of which nobody knows the members has a member or not: both cannot be.
#[test]
fn an_unknown_list_contains_a_value_or_not() {
    let rule = |assert: &str| format!("{{ Assertions: [{{ Assert: {assert} }}] }}");
    let contains = "{ 'Fn::Contains': [!Ref L, a] }";
    let sections = format!("{OPEN}\nRules: {{ R: {}, S: {} }}", rule(contains), rule(&format!("!Not [{contains}]")));
    with(&Givens::default(), &sections, "!Ref L", |scope, world| {
        let resource = scope.template.resource("R").expect("it is there");
        let list = scope.resolve(resource.property("V").expect("it has the property"), world);
        let Kind::Members(hole) = list.kind else { panic!("it is a list") };
        let question = Question::Member(hole, crate::world::Relation::EQUALS, "a".into());
        for (yes, broken) in [(true, "`S`"), (false, "`R`")] {
            let world = world.answer(&question, yes).expect("both may be");
            let message = scope.broken_rule(&world).map(|refusal| refusal.message).unwrap_or_default();
            assert!(message.contains(broken), "{message}");
        }
    });
}
