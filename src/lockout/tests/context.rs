//! What the call carries, key by key, through CloudFormation and direct. Sources: CloudFormation User Guide,
//! fas-requests-and-permission-evaluation.html; KMS Developer Guide, conditions-kms.html and conditions-aws.html; IAM User
//! Guide, reference_policies_condition-keys.html and reference_policies_variables.html.

use crate::deployment::{Deployment, Inputs};
use crate::lockout::{KeyAnswer, check};
use crate::source::{Document, FileId};
use crate::template::{Stacks, Template};

use super::{ALICE, ROLE, by, key, policy, template, under};

const ROOT: &str = "arn:aws:iam::111122223333:root";
const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/Deploy/me";
const FEDERATED: &str = "arn:aws:sts::111122223333:federated-user/bob";
/// 2026-01-01T00:00:00Z.
const NOW: i64 = 1_767_225_600;

fn everyone_under(condition: &str) -> String {
    format!("[{{ Effect: Allow, Principal: '*', Action: 'kms:*', Resource: '*', Condition: {condition} }}]")
}

fn inputs(deployer: &str) -> Inputs {
    Inputs { now: Some(NOW), region: Some("eu-west-1".to_owned()), ..by(deployer) }
}

fn word(deployer: &str, condition: &str) -> &'static str {
    key(inputs(deployer), &policy(&everyone_under(condition))).verdict.word()
}

/// The answer for a bare policy: a direct call of kms:PutKeyPolicy.
fn direct(deployer: &str, condition: &str) -> KeyAnswer {
    let text = format!("{{ Version: '2012-10-17', Statement: {} }}", everyone_under(condition));
    let document = Document::from_text(FileId(0), &text).expect("the policy reads");
    let deployment = Deployment::from_inputs("default", inputs(deployer)).expect("a deployment").direct();
    check(&Stacks::of(FileId(0), Template::of_policy(&document).into()), &deployment).remove(0).keys.remove(0)
}

#[test]
fn the_principals_own_keys() {
    for (deployer, condition, expected) in [
        (ROLE, "{ StringEquals: { 'aws:PrincipalType': AssumedRole } }", "safe"),
        (ALICE, "{ StringEquals: { 'aws:PrincipalType': User } }", "safe"),
        (ROOT, "{ StringEquals: { 'aws:PrincipalType': Account } }", "safe"),
        (FEDERATED, "{ StringEquals: { 'aws:PrincipalType': FederatedUser } }", "safe"),
        (FEDERATED, "{ ArnEquals: { 'aws:PrincipalArn': 'arn:aws:sts::*:federated-user/bob' } }", "safe"),
        (ALICE, "{ StringEquals: { 'aws:username': Alice } }", "safe"),
        (ROLE, "{ 'Null': { 'aws:username': true } }", "safe"),
        (ROOT, "{ StringEquals: { 'aws:userid': '111122223333' } }", "safe"),
        (FEDERATED, "{ StringEquals: { 'aws:userid': '111122223333:bob' } }", "safe"),
        (ROLE, "{ StringLike: { 'aws:userid': '*:AWSCloudFormation' } }", "safe"),
        (ROLE, "{ StringLike: { 'aws:userid': '*:me' } }", "lockout"),
        (SESSION, "{ StringLike: { 'aws:userid': '*:me' } }", "safe"),
        (ROLE, "{ StringLike: { 'aws:userid': 'AROA1111111111EXAMPLE:*' } }", "undecided"),
        (ALICE, "{ StringEquals: { 'aws:userid': AIDA1111111111EXAMPLE } }", "undecided"),
        (ROLE, "{ StringEquals: { 'aws:PrincipalTag/team': blue } }", "undecided"),
        (ALICE, "{ 'Null': { 'aws:TokenIssueTime': true } }", "safe"),
        (ROLE, "{ 'Null': { 'aws:TokenIssueTime': false } }", "safe"),
        (ROLE, "{ DateGreaterThan: { 'aws:TokenIssueTime': '2020-01-01' } }", "undecided"),
        (ROLE, "{ StringEquals: { 'aws:PrincipalServiceName': cloudformation.amazonaws.com } }", "lockout"),
        (ROLE, "{ StringEquals: { 'aws:ResourceAccount': '111122223333' } }", "safe"),
    ] {
        assert_eq!(word(deployer, condition), expected, "{condition} for {deployer}");
    }
}

#[test]
fn keys_that_differ_between_cloudformation_and_a_direct_call() {
    for (condition, through, directly) in [
        ("{ Bool: { 'aws:ViaAWSService': true } }", "safe", "lockout"),
        ("{ 'ForAnyValue:StringEquals': { 'aws:CalledVia': cloudformation.amazonaws.com } }", "safe", "lockout"),
        ("{ 'ForAnyValue:StringEquals': { 'aws:CalledVia': s3.amazonaws.com } }", "lockout", "lockout"),
        ("{ StringEquals: { 'aws:CalledViaFirst': cloudformation.amazonaws.com } }", "safe", "lockout"),
        ("{ StringEquals: { 'kms:ViaService': cloudformation.eu-west-1.amazonaws.com } }", "safe", "lockout"),
        ("{ StringEquals: { 'kms:ViaService': s3.eu-west-1.amazonaws.com } }", "lockout", "lockout"),
        ("{ IpAddress: { 'aws:SourceIp': 0.0.0.0/0 } }", "lockout", "undecided"),
        ("{ NotIpAddress: { 'aws:SourceIp': 0.0.0.0/0 } }", "safe", "undecided"),
        ("{ StringEquals: { 'aws:SourceVpce': vpce-1 } }", "lockout", "undecided"),
        ("{ Bool: { 'aws:MultiFactorAuthPresent': true } }", "lockout", "undecided"),
        ("{ BoolIfExists: { 'aws:MultiFactorAuthPresent': false } }", "safe", "undecided"),
        ("{ Bool: { 'aws:MultiFactorAuthPresent': false } }", "undecided", "undecided"),
        ("{ NumericLessThan: { 'aws:MultiFactorAuthAge': '300' } }", "lockout", "undecided"),
        ("{ 'Null': { 'kms:BypassPolicyLockoutSafetyCheck': true } }", "undecided", "safe"),
        ("{ Bool: { 'kms:BypassPolicyLockoutSafetyCheck': true } }", "lockout", "lockout"),
        ("{ 'ForAnyValue:StringEquals': { 'aws:TagKeys': team } }", "undecided", "lockout"),
        ("{ StringEquals: { 'aws:RequestTag/team': blue } }", "undecided", "lockout"),
        ("{ 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': alias/a } }", "lockout", "undecided"),
    ] {
        assert_eq!(word(ROLE, condition), through, "{condition} through CloudFormation");
        assert_eq!(direct(ROLE, condition).verdict.word(), directly, "{condition} direct");
    }
}

#[test]
fn keys_of_the_place_and_the_time() {
    for (condition, expected) in [
        ("{ StringEquals: { 'aws:RequestedRegion': eu-west-1 } }", "safe"),
        ("{ StringNotEquals: { 'aws:RequestedRegion': [eu-west-1, us-east-1] } }", "lockout"),
        ("{ Bool: { 'aws:SecureTransport': false } }", "lockout"),
        ("{ DateGreaterThan: { 'aws:CurrentTime': '2025-12-31T23:59:59Z' } }", "safe"),
        ("{ DateLessThan: { 'aws:CurrentTime': '2025-12-31T23:59:59Z' } }", "lockout"),
        ("{ StringLike: { 'aws:CurrentTime': '2026-01-01T*' } }", "safe"),
        ("{ NumericGreaterThanEquals: { 'aws:EpochTime': '1767225600' } }", "safe"),
        ("{ DateLessThan: { 'aws:EpochTime': '2026-01-01' } }", "lockout"),
    ] {
        assert_eq!(word(ROLE, condition), expected, "{condition}");
    }
    let without_clock =
        key(by(ROLE), &policy(&under("{ DateLessThan: { 'aws:CurrentTime': '2030-01-01' } }").replace(ALICE, ROLE)));
    assert_eq!(without_clock.verdict.word(), "undecided");
}

/// Documented for operations on a key; whether the simulated call carries them is not: what is there is what the template
/// says, or nothing is.
#[test]
fn properties_of_the_key_are_as_written_or_absent() {
    let with = |properties: &str, condition: &str| {
        let document = format!("KeyPolicy: {{ Statement: {} }}", everyone_under(condition));
        key(inputs(ROLE), &template("", &format!("{{ {properties} {document} }}"))).verdict.word()
    };
    let spec = |value: &str| format!("{{ StringEquals: {{ 'kms:KeySpec': {value} }} }}");
    assert_eq!(with("", &spec("SYMMETRIC_DEFAULT")), "undecided");
    assert_eq!(with("", &spec("RSA_2048")), "lockout");
    assert_eq!(with("KeySpec: RSA_2048,", &spec("RSA_2048")), "undecided");
    let if_exists = "{ StringEqualsIfExists: { 'kms:KeyUsage': ENCRYPT_DECRYPT } }";
    assert_eq!(with("", if_exists), "safe");
    assert_eq!(with("KeyUsage: SIGN_VERIFY,", if_exists), "undecided");
    assert_eq!(with("MultiRegion: true,", "{ Bool: { 'kms:MultiRegion': false } }"), "lockout");
}

#[test]
fn keys_of_other_operations_are_never_there() {
    for name in [
        "kms:GrantIsForAWSResource",
        "kms:EncryptionContext:team",
        "kms:GrantOperations",
        "kms:RequestAlias",
        "aws:SourceArn",
    ] {
        assert_eq!(word(ROLE, &format!("{{ StringLike: {{ '{name}': '*' }} }}")), "lockout", "{name}");
        assert_eq!(word(ROLE, &format!("{{ StringNotLike: {{ '{name}': '*' }} }}")), "safe", "{name}");
    }
}

/// Rules that no report shows by themselves.
#[test]
fn rules_of_less_than_high_confidence_are_said_where_they_decide() {
    let statement = |elements: &str| format!("[{{ Effect: Allow, {elements} }}]");
    let assumes = |deployer: &str, statements: &str| key(inputs(deployer), &policy(statements)).assumes;
    for (deployer, statements, word) in [
        (ROLE, statement("NotPrincipal: { AWS: '444455556666' }, Action: 'kms:*', Resource: '*'"), "NotPrincipal"),
        (ROLE, statement("Principal: '*', NotAction: 'kms:Decrypt', Resource: '*'"), "NotAction"),
        (ROLE, statement("Principal: '*', Action: 'kms:*', Resource: 'arn:aws:kms:*:*:key/*'"), "key's ARN"),
        (ROLE, statement("Principal: '*', Action: 'kms:*'"), "without Action or Resource"),
        (
            FEDERATED,
            statement(&format!("Principal: {{ AWS: '{FEDERATED}' }}, Action: 'kms:*', Resource: '*'")),
            "federated",
        ),
    ] {
        let found = assumes(deployer, &statements);
        assert!(matches!(found.as_slice(), [one] if one.contains(word)), "{statements}: {found:?}");
        let beside = statements.replace("[{", "[{ Effect: Deny, Principal: '*', Action: '*', Resource: '*' }, {");
        assert!(assumes(deployer, &beside).is_empty(), "it does not decide: {beside}");
    }
    let elsewhere = statement("Principal: '*', Action: 'kms:*', Resource: 'arn:aws:dynamodb:*:*:*'");
    assert!(assumes(ROLE, &elsewhere).is_empty(), "another service's ARN is certainly not this key's");
}

/// Where a fact of less than high confidence decides, the answer names it; where it does not, nothing is said.
#[test]
fn what_is_not_certain_is_said_where_it_decides() {
    let assumes = |condition: &str| key(inputs(ROLE), &policy(&everyone_under(condition))).assumes;
    for (condition, word) in [
        ("{ StringEquals: { 'kms:ViaService': s3.eu-west-1.amazonaws.com } }", "kms:ViaService"),
        ("{ Bool: { 'aws:PrincipalIsAWSService': true } }", "aws:PrincipalIsAWSService"),
        ("{ StringEquals: { 'aws:SourceAccount': '111122223333' } }", "aws:SourceAccount"),
        ("{ StringEquals: { 'aws:RequestedRegion': us-east-1 } }", "aws:RequestedRegion"),
        ("{ DateLessThan: { 'aws:CurrentTime': '2020-01-01' } }", "aws:CurrentTime"),
        ("{ NumericLessThan: { 'aws:MultiFactorAuthAge': '1' } }", "aws:MultiFactorAuthAge"),
        ("{ StringLike: { 'aws:userid': '*:me' } }", "aws:userid"),
    ] {
        let found = assumes(condition);
        assert!(matches!(found.as_slice(), [one] if one.contains(word)), "{condition}: {found:?}");
    }
    assert!(assumes("{ Bool: { 'aws:ViaAWSService': false } }").is_empty(), "a fact of high confidence");
}
