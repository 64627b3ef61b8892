//! The nominal world and all others (design: "Worlds").

use crate::deployment::Inputs;
use crate::lockout::{Case, Subject, Verdict, WhenTest};

use super::{ROLE, by, checked, key, template};

fn deploys(name: &str) -> String {
    format!(
        "{{ Effect: Allow, Principal: {{ AWS: 'arn:aws:iam::111122223333:role/{name}' }}, Action: 'kms:*', Resource: '*' }}"
    )
}

fn statements(list: &str) -> String {
    format!("{{ KeyPolicy: {{ Version: '2012-10-17', Statement: {list} }} }}")
}

fn when(case: &Case) -> Vec<(Subject, WhenTest)> {
    case.when.iter().map(|when| (when.subject.clone(), when.test.clone())).collect()
}

fn parameter(name: &str, test: WhenTest) -> Vec<(Subject, WhenTest)> {
    vec![(Subject::Parameter(name.to_owned()), test)]
}

const ENV: &str = "Parameters: { Env: { Type: String, Default: dev, AllowedValues: [dev, test, prod] } }
Conditions: { IsProd: !Equals [!Ref Env, prod] }";

#[test]
fn the_verdict_is_the_nominal_worlds_and_the_cases_are_all_others() {
    let list = format!("[!If [IsProd, {}, {}]]", deploys("Other"), deploys("Deploy"));
    let answer = key(by(ROLE), &template(ENV, &statements(&list)));
    assert_eq!(answer.verdict, Verdict::Safe);
    assert_eq!(answer.cases.len(), 1);
    assert_eq!(answer.cases[0].verdict, Verdict::Lockout);
    assert_eq!(when(&answer.cases[0]), parameter("Env", WhenTest::Equals("prod".to_owned())));
}

#[test]
fn a_value_that_was_given_does_not_vary() {
    let list = format!("[!If [IsProd, {}, {}]]", deploys("Other"), deploys("Deploy"));
    let inputs = Inputs { parameters: vec![("Env".into(), "prod".into())], ..by(ROLE) };
    let answer = key(inputs, &template(ENV, &statements(&list)));
    assert_eq!((answer.verdict, answer.cases.len()), (Verdict::Lockout, 0));
}

#[test]
fn a_parameter_without_value_is_open_only_where_it_decides() {
    let open = "Parameters: { Env: { Type: String } }\nConditions: { IsProd: !Equals [!Ref Env, prod] }";
    let same = format!("[!If [IsProd, {0}, {0}]]", deploys("Deploy"));
    let answer = key(by(ROLE), &template(open, &statements(&same)));
    assert_eq!((answer.verdict, answer.open.len(), answer.cases.len()), (Verdict::Safe, 0, 0));
    let differs = format!("[!If [IsProd, {}, {}]]", deploys("Deploy"), deploys("Other"));
    let answer = key(by(ROLE), &template(open, &statements(&differs)));
    assert_eq!(answer.verdict, Verdict::Undecided);
    let cases: Vec<_> = answer.cases.iter().map(|case| (case.verdict, when(case))).collect();
    assert_eq!(
        cases,
        [
            (Verdict::Safe, parameter("Env", WhenTest::Equals("prod".to_owned()))),
            (Verdict::Lockout, parameter("Env", WhenTest::NotIn(vec!["prod".to_owned()]))),
        ]
    );
}

#[test]
fn two_uses_of_one_condition_stay_together() {
    let deny = "{ Effect: Deny, Principal: '*', Action: 'kms:*', Resource: '*' }";
    let open = "Parameters: { Env: { Type: String } }\nConditions: { IsProd: !Equals [!Ref Env, prod], NotProd: !Not [!Condition IsProd] }";
    let list = format!(
        "[!If [IsProd, {}, {deny}], !If [NotProd, {}, !Ref AWS::NoValue], {}]",
        deploys("Deploy"),
        deny,
        deploys("Deploy")
    );
    let answer = key(by(ROLE), &template(open, &statements(&list)));
    let safe: Vec<_> = answer.cases.iter().filter(|case| case.verdict == Verdict::Safe).map(when).collect();
    assert_eq!(safe, [parameter("Env", WhenTest::Equals("prod".to_owned()))]);
}

#[test]
fn the_condition_may_stand_at_every_level_of_the_policy() {
    let one = deploys("Deploy");
    for policy in [
        format!("!If [IsProd, {{ Statement: [{}] }}, {{ Statement: [{one}] }}]", deploys("Other")),
        format!("{{ Statement: !If [IsProd, [{}], [{one}]] }}", deploys("Other")),
        format!("{{ Statement: [!If [IsProd, !Ref AWS::NoValue, {one}], {}] }}", deploys("Other")),
        format!(
            "{{ Statement: [{}] }}",
            one.replace(
                "'arn:aws:iam::111122223333:role/Deploy'",
                "!If [IsProd, 'arn:aws:iam::111122223333:role/Other', 'arn:aws:iam::111122223333:role/Deploy']"
            )
        ),
        format!("{{ Statement: [{}] }}", one.replace("'kms:*'", "!If [IsProd, 'kms:Decrypt', 'kms:*']")),
        format!("{{ Statement: [{}] }}", one.replace("Effect: Allow", "Effect: !If [IsProd, Deny, Allow]")),
        format!(
            "{{ Statement: [{}] }}",
            one.replace(
                "Resource: '*'",
                "Resource: '*', Condition: !If [IsProd, { Bool: { 'aws:ViaAWSService': false } }, !Ref AWS::NoValue]"
            )
        ),
        format!(
            "{{ Statement: [{}] }}",
            one.replace(
                "Resource: '*'",
                "Resource: '*', Condition: { Bool: { 'aws:ViaAWSService': !If [IsProd, false, true] } }"
            )
        ),
    ] {
        let answer = key(by(ROLE), &template(ENV, &format!("{{ KeyPolicy: {policy} }}")));
        assert_eq!(answer.verdict, Verdict::Safe, "{policy}");
        let locked: Vec<_> = answer.cases.iter().map(|case| (case.verdict, when(case))).collect();
        let prod = parameter("Env", WhenTest::Equals("prod".to_owned()));
        assert_eq!(locked, [(Verdict::Lockout, prod)], "{policy}");
    }
}

#[test]
fn a_key_whose_condition_is_false_is_skipped_with_the_reason() {
    let text = template(ENV, &statements(&format!("[{}]", deploys("Other"))))
        .replace("Type: AWS::KMS::Key", "Type: AWS::KMS::Key\n    Condition: IsProd");
    let found = checked(by(ROLE), &text);
    assert!(found.keys.is_empty());
    assert_eq!(found.skipped, [("K".to_owned(), "its condition `IsProd` is false, with `Env` = `dev`".to_owned())]);
    let prod = Inputs { parameters: vec![("Env".into(), "prod".into())], ..by(ROLE) };
    assert_eq!(key(prod, &text).verdict, Verdict::Lockout);
}

#[test]
fn the_reason_names_the_parameters_that_would_change_it() {
    let because = |conditions: &str| {
        let names = ["A", "B", "C", "D"].map(|name| format!("{name}: {{ Type: String, Default: no }}")).join(", ");
        let text = format!(
            "Parameters: {{ {names}, E: {{ Type: String, Default: '' }} }}\nConditions: {{ {conditions} }}\nResources: {{ K: {{ Type: AWS::KMS::Key, Condition: Is }} }}"
        );
        checked(by(ROLE), &text).skipped[0].1.clone()
    };
    let is = |name: &str| format!("!Equals [!Ref {name}, 'yes']");
    let (a, b, c, d) = (is("A"), is("B"), is("C"), is("D"));
    for (conditions, with) in [
        (format!("Is: !Or [{b}, {a}]"), ", with `A` = `false`, `B` = `false`"),
        (format!("Is: !Not [!Condition Other], Other: !Not [{a}]"), ", with `A` = `false`"),
        (format!("Is: !Or [{a}, {b}, {c}, {d}]"), ""),
        ("Is: !Equals [a, b]".to_owned(), ""),
        ("Is: !Not [!Equals [!Ref E, '']]".to_owned(), ", with `E` empty"),
        (format!("Is: !And [{a}, !Equals [!Ref 'AWS::StackName', x]]"), ", with `A` = `false`"),
    ] {
        assert_eq!(because(&conditions), format!("its condition `Is` is false{with}"), "{conditions}");
    }
}

#[test]
fn worlds_in_which_the_key_is_not_created_do_not_count() {
    let open = "Parameters: { Env: { Type: String } }\nConditions: { IsProd: !Equals [!Ref Env, prod] }";
    let list = format!("[!If [IsProd, {}, {}]]", deploys("Deploy"), deploys("Other"));
    let text =
        template(open, &statements(&list)).replace("Type: AWS::KMS::Key", "Type: AWS::KMS::Key\n    Condition: IsProd");
    assert_eq!(key(by(ROLE), &text).verdict, Verdict::Safe);
}

#[test]
fn everything_that_is_refused_is_lockout_if_any_leaf_is() {
    let open = "Parameters: { Admin: { Type: String } }";
    let text = template(
        open,
        &statements(
            "[{ Effect: Allow, Principal: { AWS: !Sub 'arn:aws:iam::111122223333:group/${Admin}' }, Action: 'kms:*', Resource: '*' }]",
        ),
    );
    assert_eq!(key(by(ROLE), &text).verdict, Verdict::Invalid);
}

#[test]
fn the_budget_ends_in_undecided() {
    let many: String = (0..40).map(|n| format!("P{n}: {{ Type: String }}, ")).collect();
    let denies: String = (0..40)
        .map(|n| format!("{{ Effect: Deny, Principal: '*', Action: 'kms:*', Resource: '*', Condition: {{ StringEquals: {{ 'aws:PrincipalTag/a{n}': !Ref P{n}, 'aws:PrincipalTag/b{n}': !Ref P{n} }} }} }}, "))
        .collect();
    let answer = key(
        by(ROLE),
        &template(&format!("Parameters: {{ {many} }}"), &statements(&format!("[{denies}{}]", deploys("Deploy")))),
    );
    assert_eq!(answer.verdict, Verdict::Undecided);
    assert!(answer.exhausted && answer.open.iter().any(|open| open.kind == "budget"));
}

/// Source: rules-section-structure.html: a deployment that breaks a rule is refused.
#[test]
fn rules_cut_worlds_off() {
    let rules = |assert: &str| {
        format!(
            "Parameters: {{ Env: {{ Type: String }}, Admin: {{ Type: String }} }}\nConditions: {{ Prod: !Equals [!Ref Env, prod] }}\nRules: {{ R: {{ RuleCondition: !Equals [!Ref Env, prod], Assertions: [{{ Assert: {assert}, AssertDescription: no }}] }} }}"
        )
    };
    let statement = "{ Effect: Allow, Principal: { AWS: !Sub 'arn:aws:iam::111122223333:role/${Admin}' }, Action: 'kms:*', Resource: '*' }";
    let verdict = |sections: &str, env: &str, admin: &str| {
        let parameters = [("Env", env), ("Admin", admin)].map(|(name, value)| (name.to_owned(), value.to_owned()));
        let given = parameters.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        let text = template(sections, &format!("{{ KeyPolicy: {{ Statement: [{statement}] }} }}"));
        key(Inputs { parameters: given, ..by(ROLE) }, &text).verdict.word()
    };
    let only_deploy = rules("{ 'Fn::Contains': [[Deploy, Other], !Ref Admin] }");
    assert_eq!(verdict(&only_deploy, "prod", "Deploy"), "safe");
    assert_eq!(verdict(&only_deploy, "prod", "Else"), "invalid", "the deployment is refused");
    assert_eq!(verdict(&only_deploy, "dev", "Else"), "lockout", "the rule does not apply");
    let never_other = rules("{ 'Fn::Equals': [!Ref Admin, Deploy] }");
    assert_eq!(verdict(&never_other, "prod", ""), "safe", "every other world is cut off");
    assert_eq!(verdict(&never_other, "", ""), "undecided");
    let each = rules("{ 'Fn::EachMemberIn': [[!Ref Admin], [Deploy]] }");
    assert_eq!(verdict(&each, "prod", ""), "safe");
    assert_eq!(verdict(&rules("{ 'Fn::EachMemberEquals': [[!Ref Admin], Deploy] }"), "prod", ""), "safe");
    let of_the_account = rules("{ 'Fn::EachMemberIn': [{ 'Fn::ValueOf': [Admin, Tags] }, [Deploy]] }");
    assert_eq!(verdict(&of_the_account, "prod", "Deploy"), "safe", "what only the account tells is taken to hold");
}
