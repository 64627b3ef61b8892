//! No false alarm: every case of a template whose parameters have AllowedValues is reached by some values that the template
//! allows, and every values' verdict is a case. All values are tried, one by one.

use proptest::prelude::*;

use crate::deployment::Inputs;
use crate::lockout::{Case, Subject, Verdict, WhenTest};

use super::{ROLE, by, key, template};

const ENVS: [&str; 3] = ["dev", "prod", "test"];
const NAMES: [&str; 3] = ["Deploy", "Other", "Admin"];
const PATTERNS: [&str; 3] =
    ["arn:aws:iam::*:role/Dep*", "arn:aws:iam::*:user/*", "arn:aws:iam::111122223333:role/Deploy"];
const ACTIONS: [&str; 3] = ["kms:*", "kms:Decrypt", "kms:Put*"];

const SECTIONS: &str = "Parameters:
  Env: { Type: String, AllowedValues: [dev, prod, test] }
  Name: { Type: String, AllowedValues: [Deploy, Other, Admin] }
  Pattern: { Type: String, AllowedValues: ['arn:aws:iam::*:role/Dep*', 'arn:aws:iam::*:user/*', 'arn:aws:iam::111122223333:role/Deploy'] }
  Action: { Type: String, AllowedValues: ['kms:*', 'kms:Decrypt', 'kms:Put*'] }
Conditions:
  Dev: !Equals [!Ref Env, dev]
  Prod: !Equals [!Ref Env, prod]
  Either: !Or [!Condition Dev, !Condition Prod]
  NotTest: !Not [!Equals [!Ref Env, test]]
  Same: !And [!Condition Either, !Not [!Equals [!Ref Name, Other]]]";

const CONDITIONS: [&str; 6] = ["Dev", "Prod", "Either", "NotTest", "Same", ""];
const PRINCIPALS: [&str; 3] = [
    "{ AWS: !Sub 'arn:aws:iam::111122223333:role/${Name}' }",
    "'*'",
    "{ AWS: !If [Prod, 'arn:aws:iam::111122223333:role/Deploy', 'arn:aws:iam::111122223333:role/Admin'] }",
];
const LINES: [&str; 4] = [
    "{}",
    "{ ArnLike: { 'aws:PrincipalArn': !Ref Pattern } }",
    "{ StringNotLike: { 'aws:PrincipalArn': !Ref Pattern } }",
    "{ StringEqualsIgnoreCase: { 'aws:PrincipalType': !Sub 'assumed${Env}' } }",
];

/// Deny, principal, whether the action is the parameter, condition line, condition around it.
type Statement = (bool, usize, bool, usize, usize);

fn statement() -> impl Strategy<Value = Statement> {
    let deny = proptest::bool::weighted(0.3);
    (deny, 0..PRINCIPALS.len(), any::<bool>(), 0..LINES.len(), 0..CONDITIONS.len())
}

fn written(statements: &[Statement]) -> String {
    let one = |(deny, principal, parameter, line, condition): &Statement| {
        let effect = if *deny { "Deny" } else { "Allow" };
        let action = if *parameter { "!Ref Action" } else { "'kms:*'" };
        let body = format!(
            "{{ Effect: {effect}, Principal: {}, Action: {action}, Resource: '*', Condition: {} }}",
            PRINCIPALS[*principal], LINES[*line]
        );
        match CONDITIONS[*condition] {
            "" => body,
            name => format!("!If [{name}, {body}, !Ref AWS::NoValue]"),
        }
    };
    let list: Vec<String> = statements.iter().map(one).collect();
    template(SECTIONS, &format!("{{ KeyPolicy: {{ Version: '2012-10-17', Statement: [{}] }} }}", list.join(", ")))
}

/// All values of the four parameters.
fn fillings() -> Vec<[(&'static str, &'static str); 4]> {
    let mut out = Vec::new();
    for env in ENVS {
        for name in NAMES {
            for pattern in PATTERNS {
                out.extend(
                    ACTIONS.map(|action| [("Env", env), ("Name", name), ("Pattern", pattern), ("Action", action)]),
                );
            }
        }
    }
    out
}

/// Whether a case agrees with the values in everything that it says by a parameter's name.
fn agrees(case: &Case, filling: &[(&str, &str); 4]) -> bool {
    case.when.iter().all(|when| {
        let Subject::Parameter(name) = &when.subject else { return true };
        let value = filling.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value);
        match &when.test {
            WhenTest::Equals(text) => text == value,
            WhenTest::NotIn(texts) => !texts.iter().any(|text| text == value),
            other => panic!("an unexpected test: {other:?}"),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_case_is_reached_and_every_verdict_is_a_case(
        statements in proptest::collection::vec(statement(), 1..4),
    ) {
        let text = written(&statements);
        let open = key(by(ROLE), &text);
        let concrete: Vec<_> = fillings().into_iter().map(|filling| {
            let parameters = filling.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
            (filling, key(Inputs { parameters, ..by(ROLE) }, &text).verdict)
        }).collect();
        let expected: Vec<Verdict> = concrete.iter().map(|(_, verdict)| *verdict).collect();
        if open.verdict == Verdict::Undecided {
            for case in &open.cases {
                let reached = concrete.iter().any(|(filling, verdict)| agrees(case, filling) && *verdict == case.verdict);
                prop_assert!(reached, "no values lead to {:?}\n{}", case, text);
            }
            for (filling, verdict) in &concrete {
                let allowed = open.cases.iter().any(|case| agrees(case, filling) && case.verdict == *verdict);
                prop_assert!(allowed, "{:?} is {:?}, which no case of {:?} allows\n{}", filling, verdict, open.cases, text);
            }
        } else {
            let refused = |verdict: &Verdict| matches!(verdict, Verdict::Lockout | Verdict::Invalid);
            let same = |verdict: &Verdict| *verdict == open.verdict || refused(verdict) && refused(&open.verdict);
            prop_assert!(expected.iter().all(same), "says {:?}, is {:?}\n{}", open.verdict, expected, text);
        }
    }
}
