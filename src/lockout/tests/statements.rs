//! Effect, Action, Resource, delegation to IAM. Sources: IAM User Guide, reference_policies_evaluation-logic.html and the
//! pages of the elements; KMS Developer Guide, key-policies.html.

use crate::deployment::Inputs;

use super::{ALICE, ROLE, by, denying, key, policy, template, with_iam, word};

const DELEGATES: &str =
    "[{ Effect: Allow, Principal: { AWS: 'arn:aws:iam::111122223333:root' }, Action: 'kms:*', Resource: '*' }]";

fn acting(element: &str) -> String {
    format!("[{{ Effect: Allow, Principal: {{ AWS: '{ROLE}' }}, {element}, Resource: '*' }}]")
}

#[test]
fn actions_ignore_case_and_know_wildcards() {
    for (action, expected) in [
        ("Action: 'kms:PutKeyPolicy'", "safe"),
        ("Action: 'KMS:putkeypolicy'", "safe"),
        ("Action: 'kms:*'", "safe"),
        ("Action: '*'", "safe"),
        ("Action: 'kms:Put*'", "safe"),
        ("Action: 'kms:?utKeyPolic?'", "safe"),
        ("Action: 'k*:Put*'", "safe"),
        ("Action: ['kms:Decrypt', 'kms:PutKeyPolicy']", "safe"),
        ("Action: 'kms:PutKeyPolic?y'", "lockout"),
        ("Action: 'kms:Get*'", "lockout"),
        ("Action: 'PutKeyPolicy'", "lockout"),
        ("Action: 's3:*'", "lockout"),
        ("Action: []", "lockout"),
        ("NotAction: 'kms:Decrypt'", "safe"),
        ("NotAction: ['kms:Decrypt', 'kms:Put*']", "lockout"),
    ] {
        assert_eq!(word(ROLE, &acting(action)), expected, "{action}");
    }
}

/// Source: KMS facts (e): the key's id is not known before it exists; `*` is the only portable value.
#[test]
fn the_resource_has_to_be_this_key() {
    let on =
        |resource: &str| format!("[{{ Effect: Allow, Principal: {{ AWS: '{ROLE}' }}, Action: 'kms:*', {resource} }}]");
    for (resource, expected) in [
        ("Resource: '*'", "safe"),
        ("Resource: ['*']", "safe"),
        ("Resource: 'arn:aws:kms:*:111122223333:key/*'", "safe"),
        ("Resource: 'arn:aws:kms:*:444455556666:key/*'", "lockout"),
        ("Resource: 'arn:aws:kms:*:111122223333:key/mrk-*'", "lockout"),
        ("Resource: 'arn:aws:kms:*:111122223333:key/00000000-0000-0000-0000-000000000000'", "lockout"),
        ("Resource: 'arn:aws:kms:*:111122223333:alias/vault'", "lockout"),
        ("Resource: 'arn:aws:dynamodb:*:111122223333:*'", "lockout"),
        ("NotResource: 'arn:aws:s3:::bucket'", "safe"),
        ("NotResource: '*'", "lockout"),
    ] {
        assert_eq!(word(ROLE, &on(resource)), expected, "{resource}");
    }
}

/// Source: reference_policies_variables.html: after the fifth colon, and in documents of version 2012-10-17 only.
#[test]
fn variables_stand_in_the_resource_by_the_version() {
    let with = |version: &str, resource: &str| {
        let statement = format!("{{ Effect: Allow, Principal: '*', Action: 'kms:*', Resource: '{resource}' }}");
        let properties = format!("{{ KeyPolicy: {{ {version} Statement: {statement} }} }}");
        let context = vec![
            ("x:Kind".to_owned(), Some("key".to_owned())),
            ("x:Region".to_owned(), None),
            ("x:Arn".to_owned(), Some("arn".to_owned())),
        ];
        let inputs = Inputs { context, ..by(ROLE) };
        key(inputs, &template("", &properties)).verdict.word()
    };
    let resource = "arn:aws:kms:*:111122223333:${x:Kind}/*";
    assert_eq!(with("Version: '2012-10-17',", resource), "safe");
    assert_eq!(with("Version: '2008-10-17',", resource), "lockout");
    assert_eq!(
        with("Version: '2012-10-17',", "arn:aws:kms:*:111122223333:${x:Region}/*"),
        "lockout",
        "it has no value"
    );
    assert_eq!(with("Version: '2012-10-17',", "arn:aws:${x:Kind}:*:111122223333:key/*"), "lockout", "not before it");
    assert_eq!(with("Version: '2012-10-17',", "${x:Arn}:*"), "undecided", "and in what is no whole ARN");
}

#[test]
fn the_id_of_a_multi_region_key_starts_with_mrk() {
    let statements = "[{ Effect: Allow, Principal: '*', Action: 'kms:*', Resource: 'arn:aws:kms:*:*:key/mrk-*' }]";
    let with = |more: &str| {
        let properties = format!("{{ {more} KeyPolicy: {{ Statement: {statements} }} }}");
        key(by(ROLE), &template("", &properties)).verdict.word()
    };
    assert_eq!(with("MultiRegion: true,"), "safe");
    assert_eq!(with("MultiRegion: false,"), "lockout");
}

/// Source: KMS API, CreateKey: without Action or Resource "the policy statement has no effect".
#[test]
fn a_statement_without_action_or_resource_has_no_effect() {
    for statements in [
        format!("[{{ Effect: Allow, Principal: {{ AWS: '{ROLE}' }}, Action: 'kms:*' }}]"),
        format!("[{{ Effect: Allow, Principal: {{ AWS: '{ROLE}' }}, Resource: '*' }}]"),
    ] {
        assert_eq!(word(ROLE, &statements), "lockout", "{statements}");
    }
    assert_eq!(word(ROLE, &denying("Principal: '*', Action: 'kms:*'")), "safe", "and neither has a Deny");
}

#[test]
fn a_deny_wins_over_every_allow() {
    let everyone = "Principal: '*', Resource: '*'";
    assert_eq!(word(ROLE, &denying(&format!("{everyone}, Action: 'kms:PutKeyPolicy'"))), "lockout");
    assert_eq!(word(ROLE, &denying(&format!("{everyone}, Action: 'kms:ScheduleKeyDeletion'"))), "safe");
    assert_eq!(word(ROLE, &denying(&format!("{everyone}, NotAction: 'kms:Decrypt'"))), "lockout");
}

#[test]
fn one_statement_may_stand_without_a_list() {
    let single = format!("{{ Effect: Allow, Principal: {{ AWS: '{ROLE}' }}, Action: 'kms:*', Resource: '*' }}");
    assert_eq!(word(ROLE, &single), "safe");
}

fn delegating(document: &str) -> &'static str {
    key(with_iam(by(ROLE), document), &policy(DELEGATES)).verdict.word()
}

/// Source: KMS Developer Guide, customer-managed-policies.html; field reports L03, L27: the account statement is not enough.
#[test]
fn delegation_needs_the_deployers_iam_policies() {
    assert_eq!(word(ROLE, DELEGATES), "safe-if-iam");
    let statement = |elements: &str| format!("{{ Version: '2012-10-17', Statement: [{{ {elements} }}] }}");
    let allows = "Effect: Allow, Action: ['kms:PutKeyPolicy'], Resource: '*'";
    assert_eq!(delegating(&statement(allows)), "safe");
    assert_eq!(delegating(&statement("Effect: Allow, Action: 'kms:CreateKey', Resource: '*'")), "lockout");
    assert_eq!(delegating(&statement("Effect: Allow, Action: '*', Resource: 'arn:aws:s3:::b'")), "lockout");
    assert_eq!(
        delegating(&statement("Effect: Allow, Action: 'kms:*', Resource: 'arn:aws:kms:*:111122223333:key/*'")),
        "safe"
    );
    let both = "[{ Effect: Allow, Action: '*', Resource: '*' }, { Effect: Deny, Action: 'kms:Put*', Resource: '*' }]";
    assert_eq!(delegating(&format!("{{ Statement: {both} }}")), "lockout", "a Deny of IAM wins");
    assert_eq!(
        delegating(&format!("[{{ Statement: [{{ {allows} }}] }}, {{ Statement: [] }}]")),
        "safe",
        "a list of them"
    );
    assert_eq!(delegating("[]"), "lockout", "the set is complete");
}

#[test]
fn a_deny_of_iam_counts_even_where_the_key_policy_allows_directly() {
    let denies = "{ Statement: { Effect: Deny, Action: 'kms:PutKeyPolicy', Resource: '*' } }";
    let inputs = || with_iam(by(ROLE), denies);
    let named = format!("[{{ Effect: Allow, Principal: {{ AWS: '{ROLE}' }}, Action: 'kms:*', Resource: '*' }}]");
    assert_eq!(key(inputs(), &policy(&named)).verdict.word(), "lockout");
    let nothing = || with_iam(by(ROLE), "[]");
    assert_eq!(key(nothing(), &policy(&named)).verdict.word(), "safe", "and no IAM policy is needed");
}

/// Source: KMS Developer Guide, key-policy-default.html: delegation is per statement, with its actions and conditions.
#[test]
fn delegation_reaches_as_far_as_its_statement() {
    let only = "[{ Effect: Allow, Principal: { AWS: '111122223333' }, Action: 'kms:Decrypt', Resource: '*' }]";
    assert_eq!(word(ROLE, only), "lockout");
    let root_only = "[{ Effect: Allow, Principal: { AWS: '111122223333' }, Action: 'kms:*', Resource: '*', Condition: { StringEquals: { 'aws:PrincipalType': Account } } }]";
    assert_eq!(word(ROLE, root_only), "lockout");
    assert_eq!(word("arn:aws:iam::111122223333:root", root_only), "safe");
}

#[test]
fn a_direct_allow_needs_no_iam() {
    let both = format!(
        "[{{ Effect: Allow, Principal: {{ AWS: ['111122223333', '{ALICE}'] }}, Action: 'kms:*', Resource: '*' }}]"
    );
    assert_eq!(word(ALICE, &both), "safe");
    assert_eq!(word(ROLE, &both), "safe-if-iam");
}
