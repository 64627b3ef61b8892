//! Every other reachable answer, with the shortest list of facts that leads there.

use crate::world::{Hole, Origin, Path, Question, Relation, Test, Text, Tree};

use super::answer::word;
use super::evaluate::{Leaf, is_iam};
use super::verdict::{Case, Subject, Verdict, When, WhenTest};

/// The cases of a tree beside the verdict; where the verdict is undecided, all of them.
pub(crate) fn cases(tree: &Tree<Leaf>, verdict: Verdict) -> Vec<Case> {
    let mut out: Vec<Case> = Vec::new();
    for (path, leaf) in tree.paths() {
        let Some(found) = word(&path, leaf).filter(|found| *found != verdict || verdict == Verdict::Undecided) else {
            continue;
        };
        let is_as_good =
            |path: &Path, leaf: Option<&Leaf>| leaf.is_some() && word(path, leaf).is_none_or(|other| other == found);
        let case = Case { when: facts(&shortest(tree, path, &is_as_good)), verdict: found };
        if !case.when.is_empty() && !out.contains(&case) {
            out.push(case);
        }
    }
    out
}

/// Drops every fact of a path without which everything that can be reached is as good.
pub(super) fn shortest(tree: &Tree<Leaf>, path: Path, is_as_good: &dyn Fn(&Path, Option<&Leaf>) -> bool) -> Path {
    let mut kept = path;
    let mut index = 0;
    while index < kept.len() {
        let mut without = kept.clone();
        without.remove(index);
        if leads_only_to(tree, &without, is_as_good, &mut Vec::new()) {
            kept = without;
        } else {
            index += 1;
        }
    }
    kept
}

/// Whether every leaf that agrees with `facts` is as good.
fn leads_only_to(
    tree: &Tree<Leaf>,
    facts: &Path,
    is_as_good: &dyn Fn(&Path, Option<&Leaf>) -> bool,
    above: &mut Path,
) -> bool {
    match tree {
        Tree::Exhausted => is_as_good(above, None),
        Tree::Leaf(leaf) => is_as_good(above, Some(leaf)),
        Tree::Split { question, yes, no } => {
            let known = facts.iter().find(|(fact, _)| fact == question).map(|(_, answer)| *answer);
            [(yes, true), (no, false)].into_iter().filter(|(_, answer)| known.is_none_or(|known| known == *answer)).all(
                |(branch, answer)| {
                    above.push((question.clone(), answer));
                    let leads = leads_only_to(branch, facts, is_as_good, above);
                    above.pop();
                    leads
                },
            )
        }
    }
}

/// The facts of a path by subject: what it is, else what it is not. Being one known text says of every other known text
/// that it is not that; where either has unknown parts it does not.
pub(super) fn facts(path: &[(Question, bool)]) -> Vec<When> {
    let mut out: Vec<When> = Vec::new();
    let asked = path.iter().filter(|(question, _)| !is_iam(question));
    let known: Vec<(Subject, WhenTest)> = asked.map(|(question, yes)| fact(question, *yes)).collect();
    for (subject, test) in &known {
        let is_open = |text: &String| text.contains("{{");
        let is_something = known.iter().any(|(other, test)| match test {
            WhenTest::Equals(text) => other == subject && !is_open(text),
            WhenTest::Absent(yes) => *yes && other == subject,
            _ => false,
        });
        let when = out.iter_mut().find(|when| when.subject == *subject && matches!(when.test, WhenTest::NotIn(_)));
        match (test, when) {
            (WhenTest::NotIn(texts), _) if is_something && !texts.iter().any(is_open) => {}
            (WhenTest::Absent(false), _) if is_something => {}
            (WhenTest::NotIn(more), Some(When { test: WhenTest::NotIn(texts), .. })) => texts.extend(more.clone()),
            _ => out.push(When { subject: subject.clone(), test: test.clone() }),
        }
    }
    out.iter_mut().for_each(|when| only_value_left(when, path));
    out
}

/// Of AllowedValues, everything but one: then it is that one.
fn only_value_left(when: &mut When, path: &[(Question, bool)]) {
    let (Subject::Parameter(_) | Subject::NestedParameter { .. }, WhenTest::NotIn(excluded)) =
        (&when.subject, &when.test)
    else {
        return;
    };
    let allowed = path.iter().find_map(|(question, _)| {
        let hole = question.hole().filter(|hole| subject(hole) == when.subject)?;
        hole.shape().allowed.clone()
    });
    let Some(allowed) = allowed else { return };
    let mut left = allowed.iter().filter(|value| !excluded.iter().any(|other| **other == ***value));
    if let (Some(one), None) = (left.next(), left.next()) {
        when.test = WhenTest::Equals(one.to_string());
    }
}

fn fact(question: &Question, yes: bool) -> (Subject, WhenTest) {
    let equals = |text: String| if yes { WhenTest::Equals(text) } else { WhenTest::NotIn(vec![text]) };
    // What no other form of fact can say: a name for it, and whether it holds.
    let named =
        |kind: &str, name: String| (Subject::Unknown(format!("{{{{{kind}:{name}}}}}")), equals("true".to_owned()));
    match question {
        Question::Text(text, test) => {
            let test = match test {
                Test::Is(value) => equals(value.to_string()),
                Test::Like(pattern) | Test::ArnLike(pattern) if yes => WhenTest::Matches(pattern.to_string()),
                Test::Like(pattern) | Test::ArnLike(pattern) => WhenTest::NotIn(vec![pattern.to_string()]),
                Test::Absent => WhenTest::Absent(yes),
            };
            (text.as_hole().map_or_else(|| Subject::Unknown(text.to_string()), subject), test)
        }
        Question::Member(hole, relation, text) if *relation == Relation::EQUALS => {
            (subject(hole), equals(text.to_string()))
        }
        Question::Member(hole, relation, text) => {
            named("operator", format!("{text} {} a member of {}", relation.name, hole.mark()))
        }
        Question::Relates(relation, left, right) => named("operator", format!("{left} {} {right}", relation.name)),
        Question::Fact(hole) => match hole.origin() {
            Origin::Later { kind: "condition", name, .. } => (Subject::Condition(name.clone()), WhenTest::Is(yes)),
            Origin::ContextTest { key, test } => named("context", format!("{key} {test}")),
            origin => named(origin.kind(), origin.name()),
        },
        Question::IamAllows(action) => (Subject::Iam(action.clone()), WhenTest::Allows(yes)),
    }
}

fn subject(hole: &Hole) -> Subject {
    match hole.origin() {
        Origin::Parameter(name) => Subject::Parameter(name.clone()),
        Origin::NestedParameter(stack, name) => Subject::NestedParameter { stack: stack.clone(), name: name.clone() },
        Origin::Account => Subject::Account,
        Origin::Deployer(_) => Subject::Deployer,
        Origin::Context(key) => Subject::Context(key.clone()),
        Origin::Region | Origin::Partition | Origin::ContextTest { .. } | Origin::Later { .. } => {
            Subject::Unknown(Text::hole(hole.clone()).to_string())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{Pattern, Shape};

    fn of(origin: Origin, allowed: &[&str]) -> Hole {
        let allowed = (!allowed.is_empty()).then(|| allowed.iter().map(|&value| value.into()).collect());
        Hole::new(origin, Shape { allowed, ..Shape::default() }, None)
    }

    fn parameter(allowed: &[&str]) -> Hole {
        of(Origin::Parameter("P".to_owned()), allowed)
    }

    fn is(hole: &Hole, value: impl Into<Text>) -> Question {
        Question::Text(Text::hole(hole.clone()), Test::Is(value.into()))
    }

    fn like(hole: &Hole, pattern: &str) -> Question {
        Question::Text(Text::hole(hole.clone()), Test::Like(Pattern::new(pattern.into())))
    }

    fn absent(hole: &Hole) -> Question {
        Question::Text(Text::hole(hole.clone()), Test::Absent)
    }

    fn tests(path: &[(Question, bool)]) -> Vec<WhenTest> {
        facts(path).into_iter().map(|when| when.test).collect()
    }

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|&text| text.to_owned()).collect()
    }

    /// What it is not needs no saying where it is said what it is; two things that it is not are said in one.
    #[test]
    fn facts_of_one_subject_are_told_once() {
        use WhenTest::{Absent, Equals, Matches, NotIn};
        let (p, key) = (parameter(&[]), of(Origin::Context("x:Key".to_owned()), &[]));
        let other = Text::hole(of(Origin::Parameter("Q".to_owned()), &[]));
        for (path, expected) in [
            (vec![(is(&p, "a"), true)], vec![Equals("a".to_owned())]),
            (vec![(is(&p, "a"), false), (is(&p, "b"), false)], vec![NotIn(texts(&["a", "b"]))]),
            (vec![(is(&p, "a"), false), (is(&p, "b"), true)], vec![Equals("b".to_owned())]),
            (vec![(is(&p, "a"), false), (like(&p, "b*"), true)], vec![NotIn(texts(&["a"])), Matches("b*".to_owned())]),
            (vec![(like(&p, "a*"), false)], vec![NotIn(texts(&["a*"]))]),
            (
                vec![(is(&p, "a"), false), (is(&p, other.clone()), true)],
                vec![NotIn(texts(&["a"])), Equals("{{parameter:Q}}".to_owned())],
            ),
            (
                vec![(is(&p, other), false), (is(&p, "b"), true)],
                vec![NotIn(texts(&["{{parameter:Q}}"])), Equals("b".to_owned())],
            ),
            (vec![(absent(&key), true)], vec![Absent(true)]),
            (vec![(absent(&key), false)], vec![Absent(false)]),
            (vec![(is(&key, "a"), false), (absent(&key), true)], vec![Absent(true)]),
            (vec![(absent(&key), false), (is(&key, "a"), true)], vec![Equals("a".to_owned())]),
            (vec![(absent(&key), false), (is(&key, "a"), false)], vec![Absent(false), NotIn(texts(&["a"]))]),
            (vec![(is(&p, "a"), false), (absent(&key), true)], vec![NotIn(texts(&["a"])), Absent(true)]),
            (vec![(is(&key, "a"), false), (is(&p, "b"), true)], vec![NotIn(texts(&["a"])), Equals("b".to_owned())]),
        ] {
            assert_eq!(tests(&path), expected, "{path:?}");
        }
    }

    /// A fact that decides nothing where the others hold is not told; an answer is told once, however many paths lead there.
    #[test]
    fn a_case_has_the_facts_that_decide() {
        use super::super::evaluate::Outcome;
        use crate::policy::Grant;
        let (p, q) = (parameter(&[]), of(Origin::Parameter("Q".to_owned()), &[]));
        let leaf = |outcome| Box::new(Tree::Leaf(Leaf::of(outcome)));
        let split = |hole: &Hole, yes, no| Tree::Split { question: is(hole, "x"), yes, no };
        let by_q = |no| Box::new(split(&q, leaf(Outcome::Safe(Grant::Direct)), leaf(no)));
        let tree = split(&p, by_q(Outcome::Lockout(Grant::Nothing)), by_q(Outcome::Bypassed));
        let shown = |verdict| {
            let told = |case: &Case| (case.verdict, case.when.iter().map(|when| when.test.clone()).collect::<Vec<_>>());
            cases(&tree, verdict).iter().map(told).collect::<Vec<_>>()
        };
        let (x, other) = (WhenTest::Equals("x".to_owned()), WhenTest::NotIn(texts(&["x"])));
        let safe = (Verdict::Safe, vec![x.clone()]);
        let lockout = (Verdict::Lockout, vec![x, other.clone()]);
        let bypassed = (Verdict::Bypassed, vec![other.clone(), other]);
        assert_eq!(shown(Verdict::Undecided), [safe, lockout.clone(), bypassed.clone()]);
        assert_eq!(shown(Verdict::Safe), [lockout, bypassed], "beside the verdict");
    }

    #[test]
    fn the_only_value_that_is_left_is_what_it_is() {
        let p = parameter(&["a", "b", "c"]);
        assert_eq!(tests(&[(is(&p, "a"), false), (is(&p, "b"), false)]), [WhenTest::Equals("c".to_owned())]);
        assert_eq!(tests(&[(is(&p, "a"), false)]), [WhenTest::NotIn(texts(&["a"]))]);
    }

    #[test]
    fn members_of_a_list_are_told_by_how_they_are_compared() {
        let p = parameter(&[]);
        let shown = |relation| format!("{:?}", facts(&[(Question::Member(p.clone(), relation, "a".into()), true)]));
        assert!(
            shown(Relation::EQUALS).contains("Parameter(\"P\"), test: Equals(\"a\")"),
            "{}",
            shown(Relation::EQUALS)
        );
        assert!(shown(Relation::LIKE).contains("a matches the pattern a member of"), "{}", shown(Relation::LIKE));
    }
}
