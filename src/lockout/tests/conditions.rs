//! Condition operators and the request context. Sources: IAM User Guide, reference_policies_elements_condition_operators.html
//! and reference_policies_condition-keys.html; CloudFormation User Guide, fas-requests-and-permission-evaluation.html.

use crate::deployment::Inputs;

use super::{ALICE, ROLE, by, denying, key, policy, under, word};

#[test]
fn operators_compare_as_documented() {
    for (condition, expected) in [
        ("{ StringEquals: { 'aws:PrincipalType': User } }", "safe"),
        ("{ StringEquals: { 'AWS:principaltype': User } }", "safe"),
        ("{ StringEquals: { 'aws:PrincipalType': user } }", "lockout"),
        ("{ StringEquals: { 'aws:PrincipalType': [AssumedRole, User] } }", "safe"),
        ("{ StringEquals: { 'aws:PrincipalType': 'U*' } }", "lockout"),
        ("{ StringEqualsIgnoreCase: { 'aws:PrincipalType': USER } }", "safe"),
        ("{ StringLike: { 'aws:PrincipalType': 'U*' } }", "safe"),
        ("{ StringNotEquals: { 'aws:PrincipalType': User } }", "lockout"),
        ("{ StringNotEquals: { 'aws:PrincipalType': [AssumedRole, Account] } }", "safe"),
        ("{ StringNotEquals: { 'aws:PrincipalType': [AssumedRole, User] } }", "lockout"),
        ("{ StringNotLike: { 'aws:PrincipalType': 'A*' } }", "safe"),
        ("{ ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:user/*' } }", "safe"),
        ("{ ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:user/A?ice' } }", "safe"),
        ("{ ArnLike: { 'aws:PrincipalArn': 'arn:aws:*:user/Alice' } }", "lockout"),
        ("{ StringLike: { 'aws:PrincipalArn': 'arn:aws:*:user/Alice' } }", "safe"),
        ("{ ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/*' } }", "safe"),
        ("{ Bool: { 'aws:ViaAWSService': true } }", "safe"),
        ("{ Bool: { 'aws:ViaAWSService': 'TRUE' } }", "safe"),
        ("{ Bool: { 'aws:ViaAWSService': 'false' } }", "lockout"),
        ("{ 'Null': { 'aws:SourceIp': true } }", "safe"),
        ("{ 'Null': { 'aws:PrincipalArn': true } }", "lockout"),
        ("{ 'Null': { 'aws:PrincipalArn': false } }", "safe"),
        ("{}", "safe"),
    ] {
        assert_eq!(word(ALICE, &under(condition)), expected, "{condition}");
    }
}

#[test]
fn every_operator_and_key_has_to_hold() {
    let both = "{ StringEquals: { 'aws:PrincipalType': User, 'aws:PrincipalAccount': '444455556666' } }";
    assert_eq!(word(ALICE, &under(both)), "lockout");
    let two = "{ StringEquals: { 'aws:PrincipalType': User }, Bool: { 'aws:ViaAWSService': 'false' } }";
    assert_eq!(word(ALICE, &under(two)), "lockout");
}

#[test]
fn an_absent_key_fails_a_positive_operator_and_passes_a_negated_one() {
    for (condition, expected) in [
        ("{ StringEquals: { 'aws:SourceVpce': vpce-1 } }", "lockout"),
        ("{ StringNotEquals: { 'aws:SourceVpce': vpce-1 } }", "safe"),
        ("{ StringEqualsIfExists: { 'aws:SourceVpce': vpce-1 } }", "safe"),
        ("{ StringNotEqualsIfExists: { 'aws:SourceVpce': vpce-1 } }", "safe"),
        ("{ ArnLike: { 'aws:SourceArn': '*' } }", "lockout"),
        ("{ 'ForAllValues:StringEquals': { 'aws:SourceVpce': vpce-1 } }", "safe"),
        ("{ 'ForAnyValue:StringEquals': { 'aws:SourceVpce': vpce-1 } }", "lockout"),
        ("{ BoolIfExists: { 'kms:GrantIsForAWSResource': true } }", "safe"),
        ("{ Bool: { 'kms:GrantIsForAWSResource': true } }", "lockout"),
    ] {
        assert_eq!(word(ALICE, &under(condition)), expected, "{condition}");
    }
}

#[test]
fn the_context_is_that_of_a_call_through_cloudformation() {
    for (condition, expected) in [
        ("{ StringEquals: { 'kms:CallerAccount': '111122223333' } }", "safe"),
        ("{ StringEquals: { 'aws:PrincipalAccount': '111122223333' } }", "safe"),
        ("{ StringEquals: { 'aws:username': Alice } }", "safe"),
        ("{ StringEquals: { 'aws:CalledViaFirst': cloudformation.amazonaws.com } }", "safe"),
        ("{ StringEquals: { 'aws:CalledViaLast': s3.amazonaws.com } }", "lockout"),
        ("{ StringLike: { 'kms:ViaService': 'cloudformation.*.amazonaws.com' } }", "safe"),
        ("{ StringEquals: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' } }", "lockout"),
        ("{ Bool: { 'aws:PrincipalIsAWSService': false } }", "safe"),
        ("{ Bool: { 'aws:SecureTransport': true } }", "safe"),
        ("{ Bool: { 'aws:MultiFactorAuthPresent': true } }", "lockout"),
        ("{ Bool: { 'aws:MultiFactorAuthPresent': false } }", "undecided"),
        ("{ BoolIfExists: { 'aws:MultiFactorAuthPresent': false } }", "safe"),
        ("{ 'Null': { 'kms:BypassPolicyLockoutSafetyCheck': true } }", "undecided"),
        ("{ StringEquals: { 'aws:PrincipalOrgID': o-a1b2c3d4e5 } }", "undecided"),
        ("{ StringEquals: { 'aws:RequestedRegion': eu-west-1 } }", "undecided"),
    ] {
        assert_eq!(word(ALICE, &under(condition)), expected, "{condition}");
    }
}

/// Source: reference_policies_condition-keys.html: for a role, aws:PrincipalArn is the role's ARN, never the session's.
#[test]
fn the_principal_arn_of_a_session_is_its_roles() {
    let exempt = |arn: &str| {
        denying(&format!(
            "Principal: '*', Action: 'kms:*', Resource: '*', Condition: {{ ArnNotEquals: {{ 'aws:PrincipalArn': '{arn}' }} }}"
        ))
    };
    assert_eq!(word(ROLE, &exempt(ROLE)), "safe");
    assert_eq!(word(ROLE, &exempt("arn:aws:sts::111122223333:assumed-role/Deploy/AWSCloudFormation")), "lockout");
    assert_eq!(word(ROLE, &exempt("arn:aws:iam::111122223333:root")), "lockout", "the root user is not the account");
}

#[test]
fn the_exemption_of_aws_services_does_not_exempt_the_deployer() {
    let deny = denying(
        "Principal: '*', Action: 'kms:*', Resource: '*', Condition: { BoolIfExists: { 'aws:PrincipalIsAWSService': false } }",
    );
    let answer = key(by(ROLE), &policy(&deny));
    assert_eq!(answer.verdict.word(), "lockout");
    assert_eq!(answer.assumes.len(), 1, "a fact of medium confidence decides: {:?}", answer.assumes);
}

#[test]
fn nothing_is_assumed_that_does_not_decide() {
    let answer = key(by(ALICE), &policy(&under("{ Bool: { 'aws:ViaAWSService': true } }")));
    assert!(answer.assumes.is_empty(), "{:?}", answer.assumes);
}

#[test]
fn what_was_given_wins_over_the_table() {
    let given = |key: &str, value: Option<&str>| Inputs {
        context: vec![(key.to_owned(), value.map(str::to_owned))],
        ..by(ALICE)
    };
    let verdict = |inputs, condition| key(inputs, &policy(&under(condition))).verdict.word();
    let org = "{ StringEquals: { 'aws:PrincipalOrgID': o-a1b2c3d4e5 } }";
    assert_eq!(verdict(given("aws:PrincipalOrgID", Some("o-a1b2c3d4e5")), org), "safe");
    assert_eq!(verdict(given("AWS:PRINCIPALORGID", Some("o-other")), org), "lockout");
    assert_eq!(verdict(given("aws:PrincipalOrgID", None), org), "lockout");
    let via = "{ Bool: { 'aws:ViaAWSService': false } }";
    assert_eq!(verdict(given("aws:ViaAWSService", Some("false")), via), "safe");
}

/// What is not documented, and operators that IAM does not have, are questions with a name.
#[test]
fn what_nobody_has_written_down_is_a_question() {
    for condition in [
        "{ StringEquals: { 'aws:CalledVia': cloudformation.amazonaws.com } }",
        "{ Nonsense: { 'aws:PrincipalArn': 'x' } }",
        "{ NumericNotEquals: { 'aws:PrincipalType': '1' } }",
    ] {
        let answer = key(by(ALICE), &policy(&under(condition)));
        assert_eq!(answer.verdict.word(), "undecided", "{condition}");
        assert_eq!(answer.open.first().map(|open| open.kind), Some("operator"), "{condition}");
    }
}

#[test]
fn where_something_else_decides_it_is_not_asked() {
    let deny =
        denying("Principal: '*', Action: 'kms:*', Resource: '*', Condition: { NumericLessThan: { 'x:Y': '1' } }");
    let and_certainly = deny.replace("}]", "}, { Effect: Deny, Principal: '*', Action: '*', Resource: '*' }]");
    let answer = key(by(ROLE), &policy(&and_certainly));
    assert_eq!((answer.verdict.word(), answer.open.len()), ("lockout", 0));
}
