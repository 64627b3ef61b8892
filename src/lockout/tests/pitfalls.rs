//! What implementations of IAM most often get wrong, each by name. Sources: IAM User Guide, as in the files beside this one.

use crate::deployment::Inputs;
use crate::policy::{Layer, Layers};

use super::{ALICE, ROLE, allow, by, denying, key, policies_of, policy, template, under, with_iam, word};

const ROOT: &str = "arn:aws:iam::111122223333:root";
const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/Deploy/AWSCloudFormation";
const NOTHING_OF_KMS: &str = "{ Statement: { Effect: Allow, Action: 's3:*', Resource: '*' } }";

fn aws(principal: &str) -> String {
    allow(&format!("{{ AWS: '{principal}' }}"))
}

fn bounded(deployer: &str, statements: &str) -> &'static str {
    let layers = Layers { boundary: Some(policies_of(Layer::Boundary, NOTHING_OF_KMS)), ..Layers::default() };
    key(Inputs { layers, ..by(deployer) }, &policy(statements)).verdict.word()
}

fn under_condition(principal: &str, condition: &str) -> String {
    format!("[{{ Effect: Allow, Principal: {principal}, Action: 'kms:*', Resource: '*', Condition: {condition} }}]")
}

#[test]
fn the_account_statement_is_no_grant() {
    assert_eq!(word(ROLE, &aws(ROOT)), "safe-if-iam");
    assert_eq!(key(with_iam(by(ROLE), NOTHING_OF_KMS), &policy(&aws(ROOT))).verdict.word(), "lockout");
}

#[test]
fn a_boundary_does_not_limit_what_user_and_session_statements_grant() {
    assert_eq!(bounded(ALICE, &aws(ALICE)), "safe");
    assert_eq!(bounded(ROLE, &aws(SESSION)), "safe");
}

#[test]
fn a_boundary_does_limit_what_a_role_statement_grants() {
    assert_eq!(bounded(ROLE, &aws(ROLE)), "lockout");
}

#[test]
fn everyone_is_a_grant_and_no_delegation() {
    assert_eq!(key(with_iam(by(ROLE), NOTHING_OF_KMS), &policy(&aws("*"))).verdict.word(), "safe");
}

#[test]
fn the_root_user_is_not_allowed_by_default() {
    assert_eq!(word(ROOT, &aws(ROLE)), "lockout");
    assert_eq!(word(ROOT, &aws(ROOT)), "safe");
}

#[test]
fn role_session_and_principal_arn_are_three_things() {
    let equals = |arn: &str| under_condition("'*'", &format!("{{ ArnEquals: {{ 'aws:PrincipalArn': '{arn}' }} }}"));
    assert_eq!(word(ROLE, &aws(ROLE)), "safe");
    assert_eq!(word(ROLE, &aws(SESSION)), "safe");
    assert_eq!(word(ROLE, &equals(ROLE)), "safe");
    assert_eq!(word(ROLE, &equals(SESSION)), "lockout", "aws:PrincipalArn is never the session's");
    assert_eq!(word(ROLE, &equals(ROOT)), "lockout", "in a condition, root is the root user");
}

#[test]
fn the_path_is_part_of_the_role_and_not_of_its_sessions() {
    let role = "arn:aws:iam::111122223333:role/team/Deploy";
    assert_eq!(word(role, &aws(role)), "safe");
    assert_eq!(word(role, &aws(SESSION)), "safe", "the session's ARN has no path");
    let like = |pattern: &str| under_condition("'*'", &format!("{{ ArnLike: {{ 'aws:PrincipalArn': '{pattern}' }} }}"));
    assert_eq!(word(role, &like("arn:aws:iam::*:role/team/*")), "safe");
    assert_eq!(word(role, &like("arn:aws:iam::*:role/Deploy")), "lockout");
}

#[test]
fn roles_of_identity_center_in_us_east_1_have_no_region_in_their_path() {
    let session = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/me";
    let role = "AWSReservedSSO_Admin_0123456789abcdef";
    let folder = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com";
    for path in ["", "/eu-west-1"] {
        assert_eq!(word(session, &aws(&format!("{folder}{path}/{role}"))), "safe");
    }
    let both = format!("{{ ArnEquals: {{ 'aws:PrincipalArn': ['{folder}/{role}', '{folder}/*/{role}'] }} }}");
    assert_eq!(word(session, &under_condition("'*'", &both)), "safe");
    let with_region = format!("{{ ArnLike: {{ 'aws:PrincipalArn': '{folder}/*/{role}' }} }}");
    assert_eq!(word(session, &under_condition("'*'", &with_region)), "undecided", "the Region is not known");
}

#[test]
fn a_statement_without_resource_has_no_effect() {
    let without = format!("[{{ Effect: Allow, Principal: {{ AWS: '{ROLE}' }}, Action: 'kms:*' }}]");
    assert_eq!(word(ROLE, &without), "lockout");
}

#[test]
fn delegation_goes_as_far_as_its_statement() {
    let only = "[{ Effect: Allow, Principal: { AWS: '111122223333' }, Action: 'kms:Describe*', Resource: '*' }]";
    assert_eq!(word(ROLE, only), "lockout");
    let users = under_condition("{ AWS: '111122223333' }", "{ StringEquals: { 'aws:PrincipalType': User } }");
    assert_eq!(word(ROLE, &users), "lockout");
    assert_eq!(word(ALICE, &users), "safe-if-iam");
}

#[test]
fn not_principal_always_denies_a_bounded_principal() {
    let deny = format!("NotPrincipal: {{ AWS: ['{ALICE}', '{ROOT}'] }}, Action: 'kms:*', Resource: '*'");
    assert_eq!(word(ALICE, &denying(&deny)), "safe");
    assert_eq!(bounded(ALICE, &denying(&deny)), "lockout");
}

#[test]
fn an_absent_key_passes_a_negated_operator_with_and_without_if_exists() {
    for operator in ["StringNotEquals", "StringNotEqualsIfExists", "StringNotLike", "ArnNotLike", "NotIpAddress"] {
        assert_eq!(word(ALICE, &under(&format!("{{ {operator}: {{ 'aws:SourceVpce': '10.0.0.0/8' }} }}"))), "safe");
    }
    let deny = denying(
        "Principal: '*', Action: 'kms:*', Resource: '*', Condition: { StringNotEqualsIfExists: { 'aws:SourceVpce': vpce-1 } }",
    );
    assert_eq!(word(ROLE, &deny), "lockout", "so a Deny with it applies");
}

#[test]
fn negation_in_a_set_is_per_value() {
    let given = |condition: &str| {
        let context = [("aws:TagKeys", "a"), ("aws:TagKeys", "b")];
        let context = context.map(|(key, value)| (key.to_owned(), Some(value.to_owned()))).to_vec();
        key(Inputs { context, ..by(ALICE) }, &policy(&under(condition))).verdict.word()
    };
    assert_eq!(given("{ 'ForAnyValue:StringNotEquals': { 'aws:TagKeys': a } }"), "safe", "b is none of them");
    assert_eq!(given("{ 'ForAllValues:StringNotEquals': { 'aws:TagKeys': a } }"), "lockout");
    assert_eq!(given("{ 'ForAnyValue:StringNotEquals': { 'aws:TagKeys': [a, b] } }"), "lockout");
    assert_eq!(given("{ 'ForAllValues:StringNotEquals': { 'aws:TagKeys': [c] } }"), "safe");
}

#[test]
fn arn_equals_takes_wildcards_part_by_part() {
    let like = |pattern: &str| under(&format!("{{ ArnEquals: {{ 'aws:PrincipalArn': '{pattern}' }} }}"));
    assert_eq!(word(ALICE, &like("arn:aws:iam::1111*:user/*")), "safe", "it is no equality");
    assert_eq!(word(ALICE, &like("arn:*:user/Alice")), "lockout", "and a wildcard does not cross a colon");
}

#[test]
fn variables_are_text_before_version_2012() {
    let with = |version: &str| {
        let condition = "{ StringEquals: { 'aws:username': '${aws:username}' } }";
        let document = format!("{{ KeyPolicy: {{ {version} Statement: {} }} }}", under(condition));
        key(by(ALICE), &template("", &document)).verdict.word()
    };
    assert_eq!(with("Version: '2012-10-17',"), "safe");
    assert_eq!(with("Version: '2008-10-17',"), "lockout");
    assert_eq!(with(""), "lockout", "no version is the old one");
}

#[test]
fn a_variable_without_value_passes_a_negated_operator() {
    // A role has no aws:username.
    let equals = |operator: &str| {
        let condition = format!("{{ {operator}: {{ 'aws:PrincipalArn': 'arn:aws:iam::*:role/${{aws:username}}' }} }}");
        under_condition(&format!("{{ AWS: '{ROLE}' }}"), &condition)
    };
    assert_eq!(word(ROLE, &equals("StringLike")), "lockout");
    assert_eq!(word(ROLE, &equals("StringNotLike")), "safe");
    assert_eq!(word(ROLE, &equals("ArnNotLike")), "safe");
}

#[test]
fn a_service_role_is_no_aws_service() {
    let is_service = |value: &str| {
        under_condition(
            &format!("{{ AWS: '{ROLE}' }}"),
            &format!("{{ Bool: {{ 'aws:PrincipalIsAWSService': '{value}' }} }}"),
        )
    };
    assert_eq!(word(ROLE, &is_service("true")), "lockout");
    assert_eq!(word(ROLE, &is_service("false")), "safe");
    assert_eq!(word(ROLE, &allow("{ Service: cloudformation.amazonaws.com }")), "lockout");
}
