//! What KMS validates besides the lockout, row by row, with the words that it uses. Source: KMS facts (f) and §4.

use crate::lockout::Outcome;
use crate::policy::Says;

use super::{ROLE, by, key, policy, template};

const ACCOUNT: &str = "{ Effect: Allow, Principal: { AWS: '111122223333' }, Action: 'kms:*', Resource: '*' }";

/// What KMS says of a policy with these statements; nothing where it accepts them.
fn said(statements: &str) -> Option<Says> {
    outcome(&policy(statements))
}

fn outcome(template: &str) -> Option<Says> {
    let answer = key(by(ROLE), template);
    match answer.leaf.map(|leaf| leaf.outcome) {
        Some(Outcome::Invalid(problems)) => problems.first().map(|problem| problem.says),
        _ => None,
    }
}

fn with(statement: &str) -> Option<Says> {
    said(&format!("[{ACCOUNT}, {statement}]"))
}

fn principal(principal: &str) -> Option<Says> {
    with(&format!("{{ Effect: Allow, Principal: {principal}, Action: 'kms:Decrypt', Resource: '*' }}"))
}

#[test]
fn statement_principal_and_effect_are_required() {
    assert_eq!(said("[]"), Some(Says::Malformed));
    for statement in [
        "{ Effect: Allow, Action: 'kms:Decrypt', Resource: '*' }",
        "{ Effect: Allow, Principal: { AWS: [] }, Action: 'kms:Decrypt', Resource: '*' }",
        "{ Principal: '*', Action: 'kms:Decrypt', Resource: '*' }",
        "{ Effect: Permit, Principal: '*', Action: 'kms:Decrypt', Resource: '*' }",
    ] {
        assert_eq!(with(statement), Some(Says::Malformed), "{statement}");
    }
}

#[test]
fn a_bare_string_is_no_principal() {
    assert_eq!(principal("'arn:aws:iam::111122223333:root'"), Some(Says::Malformed));
    assert_eq!(principal("'*'"), None);
}

#[test]
fn an_arn_needs_the_syntax_of_one() {
    for arn in [
        "arn:aws:iam:::root",
        "arn:aws:iam::1111:root",
        "arn:aws:iam:111122223333:root",
        "arn:amazon:iam::111122223333:root",
        "arn:aws:s3:::bucket",
        "arn:aws:s3::111122223333:role/Deploy",
        "arn:aws:iam:eu-west-1:111122223333:root",
    ] {
        assert_eq!(principal(&format!("{{ AWS: '{arn}' }}")), Some(Says::InvalidArn), "{arn}");
    }
}

#[test]
fn what_cannot_exist_anywhere_is_an_invalid_principal() {
    for arn in [
        "arn:aws:iam::111122223333:group/Admins",
        "arn:aws:iam::111122223333:role/*",
        "arn:aws:iam::111122223333:role/app-${Suffix}",
        "arn:aws-us-gov:iam::111122223333:root",
        "arn:aws-cn:iam::111122223333:root",
        "AIDACKCEVSQ6C2EXAMPLE",
        "AROACKCEVSQ6C2EXAMPLE",
        "Deploy",
        "arn:aws:sts::111122223333:assumed-role//me",
        "arn:aws:sts::111122223333:assumed-role/Deploy/",
    ] {
        assert_eq!(principal(&format!("{{ AWS: '{arn}' }}")), Some(Says::InvalidPrincipals), "{arn}");
    }
}

/// What is written that is no ARN, by its form.
#[test]
fn what_is_no_arn_is_told_apart() {
    for (written, expected) in [
        ("1234", "it has 4 digits, not 12"),
        ("", "is no principal"),
        ("AIDACKCEVSQ6C2EXAMPLE", "is the unique id of a deleted principal"),
        ("AIDA", "is no principal"),
        ("AIDA-CKCEVSQ6C2-EXAMPLE", "is no principal"),
        ("DeploymentRoleName", "is no principal"),
        ("a-deployment-role-name", "is no principal"),
    ] {
        let statement =
            format!("{{ Effect: Allow, Principal: {{ AWS: '{written}' }}, Action: 'kms:*', Resource: '*' }}");
        let answer = key(by(ROLE), &policy(&format!("[{statement}]")));
        let Some(Outcome::Invalid(problems)) = answer.leaf.map(|leaf| leaf.outcome) else { panic!("{written}") };
        assert!(problems.iter().any(|problem| problem.message.contains(expected)), "{written}: {problems:?}");
    }
}

/// Which services KMS supports, nobody lists: only what is no service's name is refused.
#[test]
fn a_service_has_the_name_of_one() {
    for service in ["logs", "logs.amazonaws.co", "arn:aws:iam::111122223333:root", "*.amazonaws.com"] {
        assert_eq!(principal(&format!("{{ Service: ['{service}'] }}")), Some(Says::InvalidPrincipals), "{service}");
    }
    for service in ["logs.amazonaws.com", "logs.eu-west-1.amazonaws.com", "s3.amazonaws.com.cn", "*"] {
        assert_eq!(principal(&format!("{{ Service: '{service}' }}")), None, "{service}");
    }
}

#[test]
fn sids_may_have_spaces_and_may_repeat() {
    let sid = "{ Sid: 'Two words', Effect: Allow, Principal: '*', Action: 'kms:Decrypt', Resource: '*' }";
    assert_eq!(with(&format!("{sid}, {sid}")), None, "duplicates: not known well enough to refuse them");
}

#[test]
fn id_and_version_are_optional() {
    for (head, expected) in [
        ("Id: key-default-1, Version: '2012-10-17',", None),
        ("Version: '2008-10-17',", None),
        ("", None),
        ("Version: '2012-10-18',", Some(Says::Malformed)),
    ] {
        let properties = format!("{{ KeyPolicy: {{ {head} Statement: [{ACCOUNT}] }} }}");
        assert_eq!(outcome(&template("", &properties)), expected, "{head}");
    }
}

#[test]
fn size_and_characters_have_words_of_their_own() {
    let sid = |sid: &str| {
        with(&format!("{{ Sid: '{sid}', Effect: Allow, Principal: '*', Action: 'kms:Decrypt', Resource: '*' }}"))
    };
    assert_eq!(sid(&"x".repeat(32_768)), Some(Says::TooLong));
    assert_eq!(sid("キー"), Some(Says::Characters));
    assert_eq!(sid("Schlüssel"), None);
}

#[test]
fn unknown_actions_and_a_policy_as_text_are_accepted() {
    assert_eq!(with("{ Effect: Allow, Principal: '*', Action: 'kms=Decrypt', Resource: '*' }"), None);
    let text = r#"'{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}]}'"#;
    assert_eq!(outcome(&template("", &format!("{{ KeyPolicy: {text} }}"))), None);
}

/// Source: KMS API, CreateKey: Policy has at most 32,768 bytes. One that is longer is not looked at any further.
#[test]
fn the_limit_is_that_of_the_json() {
    let json = |length: usize, effect: &str| {
        let statement = |sid: &str| {
            format!(
                r#"{{"Sid":"{sid}","Effect":"{effect}","Principal":{{"AWS":["111122223333","*"]}},"Action":["kms:*","kms:Decrypt"],"Resource":"*"}}"#
            )
        };
        let whole =
            |sid: &str| format!(r#"{{"Version":"2012-10-17","Statement":[{},{}]}}"#, statement(sid), statement("b"));
        whole(&"x".repeat(length - whole("").len()))
    };
    let problems = |length: usize, effect: &str| {
        let json = json(length, effect);
        assert_eq!(json.len(), length);
        match key(by(ROLE), &template("", &format!("{{ KeyPolicy: {json} }}"))).leaf.map(|leaf| leaf.outcome) {
            Some(Outcome::Invalid(problems)) => problems.iter().map(|problem| problem.says).collect(),
            _ => Vec::new(),
        }
    };
    assert_eq!(problems(32_768, "Allow"), []);
    assert_eq!(problems(32_769, "Allow"), [Says::TooLong]);
    assert_eq!(problems(32_768, "Permit"), [Says::Malformed, Says::Malformed]);
    assert_eq!(problems(40_000, "Permit"), [Says::TooLong]);
}

#[test]
fn a_condition_is_an_object_of_objects() {
    for condition in ["'text'", "[{ Bool: { 'aws:ViaAWSService': true } }]", "{ Bool: 'text' }", "{ Bool: [true] }"] {
        let statement = "{ Effect: Allow, Principal: '*', Action: 'kms:Decrypt', Resource: '*', Condition: C }";
        assert_eq!(
            with(&statement.replace("Condition: C", &format!("Condition: {condition}"))),
            Some(Says::Malformed),
            "{condition}"
        );
    }
}

#[test]
fn bypass_skips_only_the_lockout() {
    let group =
        "{ Effect: Allow, Principal: { AWS: 'arn:aws:iam::111122223333:group/G' }, Action: 'kms:*', Resource: '*' }";
    let properties = format!("{{ BypassPolicyLockoutSafetyCheck: true, KeyPolicy: {{ Statement: [{group}] }} }}");
    assert_eq!(outcome(&template("", &properties)), Some(Says::InvalidPrincipals));
}

#[test]
fn every_refusal_has_words() {
    for says in [Says::Malformed, Says::Characters, Says::TooLong, Says::InvalidPrincipals, Says::InvalidArn] {
        assert!(!says.words().is_empty());
    }
    assert!(
        Says::InvalidPrincipals.words().contains("Policy contains a statement with one or more invalid principals.")
    );
    assert!(Says::InvalidArn.words().contains("An ARN in the specified key policy is invalid."));
}
