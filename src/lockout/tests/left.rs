//! Who is left to change a policy, and which Deny reaches AWS services. Sources: KMS Developer Guide,
//! key-policy-default.html; KMS facts (b), (d); IAM User Guide, reference_policies_condition-keys.html.

use crate::deployment::Inputs;
use crate::lockout::{HolderKind, KeyAnswer};

use super::{ROLE, by, key, policy, template};

const ACCOUNT: &str = "{ AWS: '111122223333' }";

fn allowing(principal: &str) -> String {
    format!("{{ Effect: Allow, Principal: {principal}, Action: 'kms:*', Resource: '*' }}")
}

fn answer(statements: &[String]) -> KeyAnswer {
    key(by(ROLE), &policy(&format!("[{}]", statements.join(", "))))
}

fn delegates(statement: &str) -> bool {
    !answer(&[statement.to_owned()]).beyond.durability.no_delegation
}

#[test]
fn what_lets_the_account_delegate() {
    for statement in [
        allowing(ACCOUNT),
        allowing("{ AWS: 'arn:aws:iam::111122223333:root' }"),
        allowing("{ AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:root' }"),
        allowing("'*'"),
        allowing("{ AWS: ['*'] }"),
        allowing(ACCOUNT).replace("Resource: '*'", "Resource: '*', Condition: { Bool: { 'aws:ViaAWSService': true } }"),
        allowing(ACCOUNT)
            .replace("Resource: '*'", "Resource: '*', Condition: { Bool: { 'aws:ViaAWSService': false } }"),
        "!ImportValue Statement".to_owned(),
        allowing(ACCOUNT).replace("kms:*", "kms:Put*"),
        allowing(ACCOUNT).replace(
            "Resource: '*'",
            "Resource: '*', Condition: { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/a*' } }",
        ),
        allowing(ACCOUNT)
            .replace("Resource: '*'", "Resource: '*', Condition: { StringEquals: { 'aws:PrincipalType': Account } }"),
    ] {
        assert!(delegates(&statement), "{statement}");
    }
    for statement in [
        allowing(&format!("{{ AWS: '{ROLE}' }}")),
        allowing("{ AWS: 'arn:aws:iam::444455556666:root' }"),
        allowing("{ Service: logs.amazonaws.com }"),
        allowing(ACCOUNT).replace("kms:*", "kms:Decrypt"),
        allowing(ACCOUNT).replace("Allow", "Deny"),
        allowing(ACCOUNT).replace("Resource: '*'", "Resource: 'arn:aws:s3:::b'"),
        allowing("'*'").replace(
            "Resource: '*'",
            "Resource: '*', Condition: { StringEquals: { 'kms:ViaService': s3.eu-west-1.amazonaws.com } }",
        ),
    ] {
        assert!(!delegates(&statement), "{statement}");
    }
}

#[test]
fn an_unknown_principal_may_be_the_account() {
    let sections =
        "Parameters: { P: { Type: String }, L: { Type: CommaDelimitedList } }\nConditions: { C: !Equals [!Ref P, x] }";
    for principal in ["{ AWS: !Ref P }", "{ AWS: !Ref L }", "!If [C, '*', { AWS: '444455556666' }]"] {
        let properties = format!("{{ KeyPolicy: {{ Statement: [{}] }} }}", allowing(principal));
        assert!(!key(by(ROLE), &template(sections, &properties)).beyond.durability.no_delegation, "{principal}");
    }
}

/// What else the account may delegate is said beside it.
#[test]
fn the_account_may_delegate_something_else() {
    let others = |more: &str| {
        let found = answer(&[allowing(&format!("{{ AWS: '{ROLE}' }}")), more.to_owned()]).beyond.durability;
        assert!(found.no_delegation);
        found.delegates_others
    };
    assert!(others(&allowing(ACCOUNT).replace("kms:*", "kms:Decrypt")));
    assert!(!others(&allowing(ACCOUNT).replace("kms:*", "kms:Decrypt").replace("Allow", "Deny")));
    assert!(!others(&allowing(&format!("{{ AWS: '{ROLE}' }}"))));
}

/// Of a principal with unknown parts, what is known of it tells how long it stays.
#[test]
fn a_partly_known_principal_is_of_its_kind() {
    use HolderKind::{IdentityCenter, OwnStack, Session, User};
    for (service, resource, expected) in [
        ("iam", "user/${AWS::StackName}", vec![User]),
        ("sts", "assumed-role/${AWS::StackName}/me", vec![Session]),
        ("sts", "federated-user/${AWS::StackName}", vec![Session]),
        ("iam", "role/aws-reserved/sso.amazonaws.com/${AWS::StackName}", vec![IdentityCenter]),
        ("iam", "role/${AWS::StackName}", vec![]),
    ] {
        let principal = format!("!Sub 'arn:aws:{service}::111122223333:{resource}'");
        assert_eq!(fragile(&principal, ""), expected, "{principal}");
    }
    let two = "  Other: { Type: AWS::IAM::Role }\n  Made: { Type: AWS::IAM::Role }\n";
    assert_eq!(fragile("!GetAtt Made.Arn", two), [OwnStack("Made".to_owned())]);
}

/// The kinds of those on whom everything hangs; nothing where the key is safe with them.
fn fragile(principals: &str, resources: &str) -> Vec<HolderKind> {
    let text = format!("{}{resources}", policy(&format!("[{}]", allowing(&format!("{{ AWS: {principals} }}")))));
    key(by(ROLE), &text).beyond.durability.fragile.into_iter().map(|holder| holder.kind).collect()
}

#[test]
fn who_is_sure_to_go() {
    use HolderKind::{IdentityCenter, OwnStack, Session, User};
    let own = "  App: { Type: AWS::IAM::Role, Properties: { RoleName: App } }\n";
    let kept = "  App: { Type: AWS::IAM::Role, DeletionPolicy: Retain }\n";
    let stack = || OwnStack("App".to_owned());
    for (principals, resources, expected) in [
        ("'arn:aws:iam::111122223333:user/Alice'", "", vec![User]),
        ("['arn:aws:iam::111122223333:user/Alice', 'arn:aws:iam::111122223333:user/Bob']", "", vec![]),
        ("'arn:aws:iam::111122223333:role/Admin'", "", vec![]),
        ("'arn:aws:sts::111122223333:assumed-role/Admin/alice'", "", vec![Session]),
        (
            "['arn:aws:sts::111122223333:assumed-role/Admin/alice', 'arn:aws:iam::111122223333:user/Alice']",
            "",
            vec![Session, User],
        ),
        ("['arn:aws:sts::111122223333:assumed-role/Admin/alice', 'arn:aws:iam::111122223333:role/Admin']", "", vec![]),
        (
            "'arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef'",
            "",
            vec![IdentityCenter],
        ),
        ("!GetAtt App.Arn", own, vec![stack()]),
        ("'arn:aws:iam::111122223333:role/App'", own, vec![stack()]),
        ("!GetAtt App.Arn", "  App: { Type: AWS::IAM::Role }\n", vec![stack()]),
        ("!GetAtt App.Arn", kept, vec![]),
        ("[!GetAtt App.Arn, 'arn:aws:iam::111122223333:role/Admin']", own, vec![]),
        ("['arn:aws:iam::111122223333:user/Alice', 'arn:aws:iam::444455556666:role/Admin']", "", vec![User]),
        ("['arn:aws:iam::111122223333:user/Alice', '111122223333']", "", vec![]),
    ] {
        assert_eq!(fragile(principals, resources), expected, "{principals}");
    }
}

const EXCEPT: &str = "Principal: '*', Action: 'kms:*', Resource: '*'";

/// Whether a Deny of these elements reaches AWS services.
fn denies(elements: &str) -> bool {
    !answer(&[allowing(ACCOUNT), format!("{{ Effect: Deny, {elements} }}")]).beyond.denies_services.is_empty()
}

fn denies_under(condition: &str) -> bool {
    denies(&format!("{EXCEPT}, Condition: {{ {condition} }}"))
}

const ARTICLE: &str = "StringNotLike: { 'aws:PrincipalArn': ['arn:aws:iam::111122223333:role/Admin'] }";

#[test]
fn a_missing_key_passes_a_negated_operator() {
    for condition in [
        ARTICLE.to_owned(),
        ARTICLE.replace("StringNotLike", "ArnNotEquals"),
        ARTICLE.replace("StringNotLike", "ArnNotLikeIfExists"),
        "StringNotEquals: { 'aws:PrincipalOrgID': o-a1b2c3d4e5 }".to_owned(),
        "StringNotEquals: { 'aws:PrincipalAccount': '111122223333' }".to_owned(),
        "StringNotEquals: { 'aws:PrincipalTag/team': keys }".to_owned(),
        "ForAllValues:StringNotLike: { 'aws:PrincipalOrgPaths': 'o-a1b2c3d4e5/*' }".to_owned(),
        "NotIpAddress: { 'aws:SourceIp': 192.0.2.0/24 }".to_owned(),
        format!("{ARTICLE}, Bool: {{ 'aws:SecureTransport': 'true' }}"),
    ] {
        assert!(denies_under(&condition), "{condition}");
    }
}

#[test]
fn exceptions_for_services_are_understood() {
    for condition in [
        format!("{ARTICLE}, BoolIfExists: {{ 'aws:PrincipalIsAWSService': 'false' }}"),
        format!("{ARTICLE}, Bool: {{ 'aws:PrincipalIsAWSService': false }}"),
        format!("{ARTICLE}, StringNotEqualsIfExists: {{ 'aws:PrincipalServiceName': backup.amazonaws.com }}"),
        format!("{ARTICLE}, 'Null': {{ 'aws:PrincipalArn': 'false' }}"),
        format!("{ARTICLE}, Bool: {{ 'aws:ViaAWSService': 'false' }}"),
        "StringLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/a*' }".to_owned(),
        "ForAnyValue:StringNotLike: { 'aws:PrincipalOrgPaths': 'o-a1b2c3d4e5/*' }".to_owned(),
        "StringNotEquals: { 'kms:ViaService': s3.eu-west-1.amazonaws.com }".to_owned(),
        "Bool: { 'aws:SecureTransport': 'false' }".to_owned(),
        "StringNotEquals: { 'aws:SourceAccount': '111122223333' }".to_owned(),
    ] {
        assert!(!denies_under(&condition), "{condition}");
    }
}

/// A role that a service assumes is no AWS service: exempting it does not exempt the service's own calls, and exempting
/// services is enough whatever becomes of it.
#[test]
fn a_service_role_is_no_service() {
    let roles =
        "['arn:aws:iam::*:role/aws-service-role/*', 'arn:aws:iam::*:role/service-role/AWSBackupDefaultServiceRole']";
    let condition = format!("StringNotLike: {{ 'aws:PrincipalArn': {roles} }}");
    assert!(denies_under(&condition));
    assert!(!denies_under(&format!("{condition}, BoolIfExists: {{ 'aws:PrincipalIsAWSService': 'false' }}")));
    let deployer = "BoolIfExists: { 'aws:PrincipalIsAWSService': 'false' }";
    let statements =
        [allowing(ACCOUNT), format!("{{ Effect: Deny, {EXCEPT}, Condition: {{ {ARTICLE}, {deployer} }} }}")];
    assert_eq!(answer(&statements).verdict.word(), "lockout", "the service role of CloudFormation is a role");
}

#[test]
fn only_a_deny_for_everyone_but_somebody_counts() {
    let not = "NotPrincipal: { AWS: ['111122223333', 'arn:aws:iam::111122223333:role/Admin'] }";
    assert!(denies(&format!("{not}, Action: 'kms:*', Resource: '*'")));
    let one = "NotPrincipal: { AWS: 'arn:aws:iam::111122223333:role/Admin' }, Action: 'kms:*', Resource: '*'";
    assert!(denies(one), "without a list");
    for elements in [
        EXCEPT.to_owned(),
        format!("{not}, Action: 'kms:ScheduleKeyDeletion', Resource: '*'"),
        format!("{}, Action: 'kms:*', Resource: '*'", not.replace("AWS:", "Service: backup.amazonaws.com, AWS:")),
        format!("{}, Condition: {{ {ARTICLE} }}", EXCEPT.replace("kms:*", "kms:PutKeyPolicy")),
        format!("{}, Condition: {{ {ARTICLE} }}", EXCEPT.replace("Resource: '*'", "Resource: 'arn:aws:s3:::b'")),
        format!("{}, Condition: {{ {ARTICLE} }}", EXCEPT.replace("'*', Action", "{ AWS: '111122223333' }, Action")),
    ] {
        assert!(!denies(&elements), "{elements}");
    }
    assert!(denies(&format!("{}, Condition: {{ {ARTICLE} }}", EXCEPT.replace("kms:*", "kms:GenerateDataKey*"))));
}

#[test]
fn the_answer_is_the_same_without_a_deployer() {
    let statements = format!("[{}]", allowing("{ AWS: 'arn:aws:iam::111122223333:user/Alice' }"));
    let inputs = Inputs { account: Some("111122223333".to_owned()), ..Inputs::default() };
    let durability = key(inputs, &policy(&statements)).beyond.durability;
    assert!(durability.no_delegation && durability.fragile.len() == 1);
}
