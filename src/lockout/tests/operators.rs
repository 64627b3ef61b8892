//! Condition operators that compare something else than text, sets, and policy variables. Sources: IAM User Guide,
//! reference_policies_elements_condition_operators.html,
//! reference_policies_condition-single-vs-multi-valued-context-keys.html, reference_policies_variables.html;
//! access-analyzer-reference-policy-checks.html for empty lists and misused operators.

use crate::deployment::Inputs;

use super::{ALICE, by, key, policy, under};

/// The verdict for Alice, whose call carries these values.
fn with(context: &[(&str, &str)], condition: &str) -> &'static str {
    let context = context.iter().map(|(key, value)| ((*key).to_owned(), Some((*value).to_owned()))).collect();
    key(Inputs { context, ..by(ALICE) }, &policy(&under(condition))).verdict.word()
}

/// The verdict where the call carries this value of `x:Key`.
fn of(value: &str, operator: &str, wanted: &str) -> &'static str {
    with(&[("x:Key", value)], &format!("{{ {operator}: {{ 'x:Key': {wanted} }} }}"))
}

#[test]
fn numbers_dates_addresses_and_bytes_compare_as_what_they_are() {
    for (operator, value, wanted, expected) in [
        ("NumericEquals", "42", "'42.0'", "safe"),
        ("NumericEquals", "42", "42", "safe"),
        ("NumericNotEquals", "42", "'43'", "safe"),
        ("NumericNotEquals", "42", "['41', '42']", "lockout"),
        ("NumericLessThan", "299", "'300'", "safe"),
        ("NumericLessThan", "300", "'300'", "lockout"),
        ("NumericLessThanEquals", "300", "'300'", "safe"),
        ("NumericGreaterThan", "9007199254740993", "'9007199254740992'", "safe"),
        ("NumericGreaterThanEquals", "-1", "'0'", "lockout"),
        ("NumericEquals", "many", "'1'", "lockout"),
        ("NumericEquals", "1", "many", "lockout"),
        ("NumericNotEquals", "many", "'1'", "undecided"),
        ("DateEquals", "2012-10-17T00:00:00Z", "'1350432000'", "safe"),
        ("DateEquals", "1350432000", "'2012-10-17'", "safe"),
        ("DateLessThan", "2012-10-16T23:59:59Z", "'2012-10-17T00:00:00Z'", "safe"),
        ("DateLessThan", "2012-10-17T02:00:00+02:00", "'2012-10-17T00:00:00Z'", "lockout"),
        ("DateLessThanEquals", "2012-10-17T02:00:00+02:00", "'2012-10-17T00:00:00Z'", "safe"),
        ("DateGreaterThan", "2012-10-17", "'2012'", "safe"),
        ("DateGreaterThanEquals", "2012-10", "'2012-11'", "lockout"),
        ("DateNotEquals", "2012-10-17", "'2012-10-18'", "safe"),
        ("DateNotEquals", "someday", "'2012-10-18'", "undecided"),
        ("IpAddress", "203.0.113.9", "203.0.113.0/24", "safe"),
        ("IpAddress", "203.0.113.9", "[10.0.0.0/8, 203.0.113.9]", "safe"),
        ("IpAddress", "203.0.113.9", "'::/0'", "lockout"),
        ("IpAddress", "2001:db8::1", "'2001:db8::/32'", "safe"),
        ("NotIpAddress", "203.0.113.9", "10.0.0.0/8", "safe"),
        ("NotIpAddress", "203.0.113.9", "[10.0.0.0/8, 203.0.113.0/24]", "lockout"),
        ("BinaryEquals", "Zm9v", "Zm9v", "safe"),
        ("BinaryEquals", "foo", "Zm9v", "safe"),
        ("BinaryEquals", "bar", "Zm9v", "lockout"),
        ("Bool", "True", "true", "safe"),
        ("Bool", "maybe", "[true, false]", "lockout"),
        ("StringEqualsIgnoreCase", "ALICE", "alice", "safe"),
        ("StringNotEqualsIgnoreCase", "ALICE", "alice", "lockout"),
        ("StringEqualsIgnoreCase", "ALICE", "bob", "lockout"),
    ] {
        assert_eq!(of(value, operator, wanted), expected, "{operator} {value} {wanted}");
    }
}

#[test]
fn sets_are_compared_value_by_value() {
    let tags = |values: &[&str], condition: &str| {
        let context: Vec<(&str, &str)> = values.iter().map(|value| ("aws:TagKeys", *value)).collect();
        with(&context, condition)
    };
    for (values, operator, wanted, expected) in [
        (&["a", "b"][..], "ForAllValues:StringEquals", "[a, b, c]", "safe"),
        (&["a", "d"], "ForAllValues:StringEquals", "[a, b, c]", "lockout"),
        (&["a", "d"], "ForAnyValue:StringEquals", "[a, b, c]", "safe"),
        (&["d"], "ForAnyValue:StringEquals", "[a, b, c]", "lockout"),
        (&["dev-1", "dev-2"], "ForAllValues:StringLike", "'dev-*'", "safe"),
        (&["dev-1", "prod"], "ForAllValues:StringLike", "'dev-*'", "lockout"),
        (&["a"], "ForAnyValue:StringEquals", "[]", "lockout"),
        (&["a"], "ForAllValues:StringEquals", "[]", "lockout"),
        (&["a"], "'ForAllValues:Null'", "true", "safe"),
        (&["a"], "'ForAnyValue:Null'", "false", "lockout"),
        (&["a", "b"], "StringEquals", "a", "undecided"),
        (&["a"], "StringEquals", "a", "undecided"),
    ] {
        let operator = operator.trim_matches('\'');
        let condition = format!("{{ '{operator}': {{ 'aws:TagKeys': {wanted} }} }}");
        assert_eq!(tags(values, &condition), expected, "{operator} {values:?} {wanted}");
    }
}

#[test]
fn a_single_value_under_a_set_operator_is_a_set_of_one() {
    assert_eq!(of("a", "'ForAllValues:StringEquals'", "[a, b]"), "safe");
    assert_eq!(of("c", "'ForAllValues:StringEquals'", "[a, b]"), "lockout");
    assert_eq!(of("", "'ForAllValues:StringEquals'", "[a, b]"), "safe", "an empty text counts as no value");
    assert_eq!(of("a", "'ForAnyValue:StringLike'", "'a*'"), "safe");
}

#[test]
fn absent_keys_under_sets_if_exists_and_null() {
    let absent = |condition: &str| {
        let inputs =
            Inputs { context: vec![("aws:TagKeys".to_owned(), None), ("x:Key".to_owned(), None)], ..by(ALICE) };
        key(inputs, &policy(&under(condition))).verdict.word()
    };
    for (condition, expected) in [
        ("{ 'ForAllValues:StringEquals': { 'aws:TagKeys': a } }", "safe"),
        ("{ 'ForAnyValue:StringEquals': { 'aws:TagKeys': a } }", "lockout"),
        ("{ 'ForAnyValue:StringNotEquals': { 'aws:TagKeys': a } }", "lockout"),
        ("{ 'ForAnyValue:StringEqualsIfExists': { 'aws:TagKeys': a } }", "safe"),
        ("{ NumericLessThan: { 'x:Key': '1' } }", "lockout"),
        ("{ NumericLessThanIfExists: { 'x:Key': '1' } }", "safe"),
        ("{ DateNotEquals: { 'x:Key': '2012-10-17' } }", "safe"),
        ("{ 'Null': { 'x:Key': 'true' } }", "safe"),
        ("{ 'Null': { 'x:Key': 'True' } }", "safe"),
        ("{ 'Null': { 'x:Key': false } }", "lockout"),
        ("{ 'Null': { 'x:Key': [true, false] } }", "safe"),
        ("{ StringEquals: { 'x:Key': [] } }", "lockout"),
        ("{ StringNotEquals: { 'x:Key': [] } }", "lockout"),
        ("{ StringEqualsIfExists: { 'x:Key': [] } }", "safe"),
        ("{ 'ForAllValues:StringEquals': { 'x:Key': [] } }", "safe"),
    ] {
        assert_eq!(absent(condition), expected, "{condition}");
    }
    assert_eq!(of("", "'Null'", "true"), "safe", "an empty text counts as absent");
    assert_eq!(
        of("a", "StringEqualsIfExists", "[]"),
        "lockout",
        "IfExists with an empty list: only if the key is missing"
    );
}

#[test]
fn policy_variables_stand_for_values_of_the_call() {
    let tag = |team: &str, condition: &str| {
        with(&[("aws:PrincipalTag/team", team), ("x:Key", "a*c"), ("x:Empty", "")], condition)
    };
    for (condition, expected) in [
        ("{ StringEquals: { 'aws:PrincipalTag/team': '${aws:PrincipalTag/team}' } }", "safe"),
        ("{ StringEquals: { 'aws:PrincipalTag/team': '${AWS:principaltag/TEAM}' } }", "safe"),
        ("{ StringLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:user/${aws:username}' } }", "safe"),
        ("{ ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:user/${aws:username}' } }", "safe"),
        ("{ ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::${aws:PrincipalAccount}:user/Alice' } }", "safe"),
        ("{ StringEquals: { 'aws:username': '${x:Nothing, ''Alice''}' } }", "undecided"),
        ("{ StringEquals: { 'aws:username': '${aws:SourceVpce, ''Alice''}' } }", "safe"),
        ("{ StringEquals: { 'aws:username': '${aws:SourceVpce}' } }", "lockout"),
        ("{ StringEquals: { 'aws:username': '${x:Empty, ''Alice''}' } }", "safe"),
        ("{ StringEquals: { 'x:Empty': '${x:Empty}' } }", "lockout"),
        ("{ StringNotEquals: { 'aws:username': '${aws:SourceVpce}' } }", "safe"),
        ("{ StringEqualsIgnoreCase: { 'aws:username': '${aws:username}' } }", "safe"),
        ("{ StringEquals: { 'x:Key': 'a${*}c' } }", "safe"),
        ("{ StringLike: { 'x:Key': 'a${*}c' } }", "safe"),
        ("{ StringLike: { 'x:Key': 'a${?}c' } }", "lockout"),
        ("{ StringLike: { 'aws:PrincipalType': '${x:Key}' } }", "lockout"),
        ("{ Bool: { 'aws:ViaAWSService': '${aws:ViaAWSService}' } }", "undecided"),
        ("{ NumericEquals: { 'aws:PrincipalAccount': '${aws:PrincipalAccount}' } }", "lockout"),
    ] {
        assert_eq!(tag("blue", condition), expected, "{condition}");
    }
    let literal = |value: &str, pattern: &str| {
        with(&[("x:Key", value), ("x:Pattern", "a*")], &format!("{{ StringLike: {{ 'x:Key': '{pattern}' }} }}"))
    };
    assert_eq!(literal("abc", "${x:Pattern}"), "lockout", "a `*` that a variable brings is a plain character");
    assert_eq!(literal("a*", "${x:Pattern}"), "safe");
}

/// What a variable stands for is its key's value, or the default where there is none: the two do not fall apart.
#[test]
fn a_default_counts_only_where_the_key_is_absent() {
    let statements = "[{ Effect: Allow, Principal: '*', Action: 'kms:*', Resource: '*', Condition: { StringEquals: { 'aws:username': '${x:Key, ''Alice''}' } } },
          { Effect: Deny, Principal: '*', Action: 'kms:*', Resource: '*', Condition: { StringEquals: { 'x:Key': Alice } } }]";
    let answer = key(by(ALICE), &policy(statements));
    let cases: Vec<&str> = answer.cases.iter().map(|case| case.verdict.word()).collect();
    assert_eq!((answer.verdict.word(), cases.contains(&"safe")), ("undecided", true), "{:?}", answer.cases);
}

/// A key with several values can have both.
#[test]
fn two_values_of_one_key_may_both_be_there() {
    let condition = |second: &str| {
        let first = "'ForAnyValue:StringEquals': { 'aws:PrincipalOrgPaths': o-1/a }";
        key(by(ALICE), &policy(&under(&format!("{{ {first}, {second} }}")))).verdict.word()
    };
    assert_eq!(condition("'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-1/b' }"), "undecided");
}

#[test]
fn values_that_nobody_knows_are_questions_with_a_name() {
    for (condition, kind, name) in [
        ("{ StringEquals: { 'aws:principalorgid': o-1 } }", "context", "aws:PrincipalOrgID"),
        ("{ 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-1/*' } }", "context", "aws:PrincipalOrgPaths"),
        ("{ NumericLessThan: { 'x:Age': '300' } }", "context", "x:Age"),
        ("{ StringEqualsIgnoreCase: { 'x:Key': a } }", "context", "x:Key"),
        ("{ Nonsense: { 'x:Key': a } }", "operator", "Nonsense x:Key a"),
    ] {
        let answer = key(by(ALICE), &policy(&under(condition)));
        assert_eq!(answer.verdict.word(), "undecided", "{condition}");
        let first = answer.open.first().map(|open| (open.kind, open.name.as_str()));
        assert_eq!(first, Some((kind, name)), "{condition}");
        assert!(answer.cases.len() >= 2, "{condition}: {:?}", answer.cases);
    }
}

/// The same line in an Allow and in a Deny is one question, so the two are never torn apart.
#[test]
fn one_line_in_two_statements_is_one_question() {
    let line = "{ 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-1/*' } }";
    let statements = format!(
        "[{{ Effect: Allow, Principal: '*', Action: 'kms:*', Resource: '*' }},
          {{ Effect: Allow, Principal: '*', Action: 'kms:*', Resource: '*', Condition: {line} }},
          {{ Effect: Deny, Principal: '*', Action: 'kms:*', Resource: '*', Condition: {line} }}]"
    );
    let answer = key(by(ALICE), &policy(&statements));
    assert_eq!((answer.verdict.word(), answer.cases.len()), ("undecided", 2), "{:?}", answer.cases);
}
