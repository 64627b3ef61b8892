//! `aws iam get-account-authorization-details`: policies, role paths, ids and tags of the deployer, and who exists.
//! Source: IAM API, GetAccountAuthorizationDetails.

use crate::deployment::{Deployment, Inputs, Snapshot};
use crate::lockout::KeyAnswer;
use crate::source::{Document, FileId};

use super::{ALICE, ROLE, allow, by, key, policy, template};

const ACCOUNT: &str = "{ AWS: '111122223333' }";
const ALLOWS: &str = r#"{ Version: "2012-10-17", Statement: { Effect: Allow, Action: "kms:*", Resource: "*" } }"#;

/// A snapshot of an account with Alice, role Deploy and group Builders; `…` are what differs between the tests.
fn account(user: &str, role: &str, group: &str, policies: &str) -> String {
    format!(
        "{{ UserDetailList: [{{ UserName: Alice, UserId: AIDA1111111111EXAMPLE, Arn: '{ALICE}', {user} }}],
           RoleDetailList: [{{ RoleName: Deploy, RoleId: AROA1111111111EXAMPLE, Arn: '{ROLE}', {role} }},
                            {{ RoleName: Admin, RoleId: AROA2222222222EXAMPLE, Arn: 'arn:aws:iam::111122223333:role/team/Admin' }}],
           GroupDetailList: [{{ GroupName: Builders, {group} }}], Policies: [{policies}], IsTruncated: false }}"
    )
}

fn snapshot(text: &str) -> Snapshot {
    Snapshot::parse(Document::from_text(FileId(7), text).expect("the file reads")).expect("it is a snapshot")
}

fn answer(deployer: &str, text: &str, statements: &str) -> KeyAnswer {
    key(Inputs { snapshot: Some(snapshot(text)), ..by(deployer) }, &policy(statements))
}

fn word(deployer: &str, text: &str, statements: &str) -> &'static str {
    answer(deployer, text, statements).verdict.word()
}

#[test]
fn inline_attached_and_group_policies_finish_what_hangs_on_iam() {
    let attached = "AttachedManagedPolicies: [{ PolicyArn: 'arn:aws:iam::111122223333:policy/Kms' }]";
    let managed = |default: &str| {
        format!(
            "{{ Arn: 'arn:aws:iam::111122223333:policy/Kms', DefaultVersionId: {default}, PolicyVersionList: [
               {{ VersionId: v2, IsDefaultVersion: true, Document: {ALLOWS} }},
               {{ VersionId: v1, IsDefaultVersion: false, Document: {{ Statement: [] }} }}] }}"
        )
    };
    let inline = |list: &str| format!("{list}: [{{ PolicyName: P, PolicyDocument: {ALLOWS} }}]");
    let delegates = allow(ACCOUNT);
    for (deployer, text, expected) in [
        (ALICE, account("", "", "", ""), "lockout"),
        (ALICE, account(&inline("UserPolicyList"), "", "", ""), "safe"),
        (ALICE, account(attached, "", "", &managed("v2")), "safe"),
        (ALICE, account(attached, "", "", &managed("v1")), "lockout"),
        (ALICE, account("GroupList: [Builders]", "", &inline("GroupPolicyList"), ""), "safe"),
        (ALICE, account("GroupList: [Builders]", "", attached, &managed("v2")), "safe"),
        (ALICE, account("GroupList: [Builders]", "", "", ""), "lockout"),
        (ROLE, account("", &inline("RolePolicyList"), "", ""), "safe"),
        (ROLE, account("", attached, "", &managed("v2")), "safe"),
        (ROLE, account(&inline("UserPolicyList"), "", "", ""), "lockout"),
        ("arn:aws:iam::111122223333:root", account("", "", "", ""), "safe"),
    ] {
        assert_eq!(word(deployer, &text, &delegates), expected, "{deployer}: {text}");
    }
}

#[test]
fn documents_may_be_objects_or_in_url_encoding() {
    let encoded = "%7B%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22kms%3A%2A%22%2C%22Resource%22%3A%22%2A%22%7D%7D";
    let text = account("", &format!("RolePolicyList: [{{ PolicyName: P, PolicyDocument: '{encoded}' }}]"), "", "");
    assert_eq!(word(ROLE, &text, &allow(ACCOUNT)), "safe");
}

#[test]
fn managed_policies_of_aws_are_known_without_the_file() {
    for (name, expected) in [
        ("AdministratorAccess", "safe"),
        ("PowerUserAccess", "safe"),
        ("AWSCloudFormationFullAccess", "lockout"),
        ("AWSKeyManagementServicePowerUser", "lockout"),
        ("job-function/SystemAdministrator", "lockout"),
    ] {
        let attached = format!("AttachedManagedPolicies: [{{ PolicyArn: 'arn:aws:iam::aws:policy/{name}' }}]");
        assert_eq!(word(ROLE, &account("", &attached, "", ""), &allow(ACCOUNT)), expected, "{name}");
    }
}

#[test]
fn what_is_attached_and_not_in_the_file_is_an_open_question_by_name() {
    let arn = "arn:aws:iam::111122223333:policy/Elsewhere";
    let text = account("", &format!("AttachedManagedPolicies: [{{ PolicyArn: '{arn}' }}]"), "", "");
    let answer = answer(ROLE, &text, &allow(ACCOUNT));
    assert_eq!(answer.verdict.word(), "undecided");
    assert!(answer.open.iter().any(|open| open.kind == "iam" && open.name == arn), "{:?}", answer.open);
    assert_eq!(
        word(ROLE, &text, &allow(&format!("{{ AWS: '{ALICE}' }}"))),
        "lockout",
        "where it cannot decide, it is not asked"
    );
    let group = account("GroupList: [Others]", "", "", "");
    assert_eq!(word(ALICE, &group, &allow(ACCOUNT)), "undecided");
    let unreadable = account("", "RolePolicyList: [{ PolicyName: P, PolicyDocument: '100%' }]", "", "");
    assert_eq!(word(ROLE, &unreadable, &allow(ACCOUNT)), "undecided");
}

#[test]
fn the_boundary_comes_from_the_snapshot_too() {
    let boundary = "PermissionsBoundary: { PermissionsBoundaryType: Policy, PermissionsBoundaryArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }";
    let named = allow(&format!("{{ AWS: '{ROLE}' }}"));
    assert_eq!(
        word(ROLE, &account("", boundary, "", ""), &named),
        "lockout",
        "it limits what the role statement grants"
    );
    assert_eq!(word(ROLE, &account("", "", "", ""), &named), "safe");
}

#[test]
fn principals_that_the_account_does_not_have_are_invalid() {
    let text = account("", "", "", "");
    for (principal, expected) in [
        (ALICE, "safe"),
        ("arn:aws:iam::111122223333:user/Bob", "invalid"),
        ("arn:aws:iam::111122223333:role/Gone", "invalid"),
        ("arn:aws:iam::111122223333:role/Admin", "invalid"),
        ("arn:aws:iam::111122223333:role/team/Admin", "safe"),
        ("arn:aws:sts::111122223333:assumed-role/Admin/x", "safe"),
        ("arn:aws:sts::111122223333:assumed-role/Gone/x", "invalid"),
        ("arn:aws:iam::444455556666:role/Gone", "safe"),
        ("444455556666", "safe"),
        ("*", "safe"),
    ] {
        let statements = allow(&format!("{{ AWS: ['{ALICE}', '{principal}'] }}"));
        assert_eq!(word(ALICE, &text, &statements), expected, "{principal}");
    }
    let only_users = format!("{{ UserDetailList: [{{ UserName: Alice, Arn: '{ALICE}' }}] }}");
    let both = allow(&format!("{{ AWS: ['{ALICE}', '{ROLE}'] }}"));
    assert_eq!(word(ALICE, &only_users, &both), "safe", "a file without a list of roles says nothing of roles");
}

#[test]
fn what_the_template_creates_exists_before_the_key() {
    let roles = "  R:\n    Type: AWS::IAM::Role\n    Properties: { RoleName: Made }\n";
    let statements = allow(&format!("{{ AWS: ['{ROLE}', !GetAtt R.Arn] }}"));
    let text = format!("{}{roles}", template("", &format!("{{ KeyPolicy: {{ Statement: {statements} }} }}")));
    let inputs = Inputs { snapshot: Some(snapshot(&account("", "", "", ""))), ..by(ROLE) };
    assert_eq!(key(inputs, &text).verdict.word(), "safe");
}

#[test]
fn the_path_of_a_sessions_role_comes_from_the_snapshot() {
    let session = "arn:aws:sts::111122223333:assumed-role/Admin/me";
    let like = "[{ Effect: Allow, Principal: '*', Action: 'kms:*', Resource: '*', Condition: { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/team/*' } } }]";
    assert_eq!(word(session, &account("", "", "", ""), like), "safe");
    assert_eq!(key(by(session), &policy(like)).verdict.word(), "lockout", "else it is /");
}

#[test]
fn ids_and_tags_come_from_the_snapshot() {
    let everyone = |condition: &str| {
        format!("[{{ Effect: Allow, Principal: '*', Action: 'kms:*', Resource: '*', Condition: {condition} }}]")
    };
    let text = account("", "Tags: [{ Key: team, Value: blue }]", "", "");
    let id = everyone("{ StringLike: { 'aws:userid': 'AROA1111111111EXAMPLE:*' } }");
    assert_eq!(word(ROLE, &text, &id), "safe");
    assert_eq!(word(ROLE, &text, &id.replace("1111111111", "3333333333")), "lockout");
    let tag = everyone("{ StringEquals: { 'aws:PrincipalTag/Team': blue } }");
    assert_eq!(word(ROLE, &text, &tag), "safe");
    assert_eq!(word(ROLE, &account("", "", "", ""), &tag), "lockout");
    let session = "arn:aws:sts::111122223333:assumed-role/Deploy/me";
    assert_eq!(word(session, &text, &tag), "undecided", "a session may carry tags of its own");
}

#[test]
fn a_deployer_whom_the_account_does_not_have_is_an_error() {
    for deployer in ["arn:aws:iam::111122223333:user/Bob", "arn:aws:sts::111122223333:assumed-role/Gone/x"] {
        let inputs = Inputs { snapshot: Some(snapshot(&account("", "", "", ""))), ..by(deployer) };
        assert!(Deployment::from_inputs("default", inputs).is_err(), "{deployer}");
    }
    for deployer in ["arn:aws:iam::444455556666:user/Bob", "arn:aws:sts::111122223333:federated-user/bob"] {
        let inputs = Inputs { snapshot: Some(snapshot(&account("", "", "", ""))), ..by(deployer) };
        assert!(Deployment::from_inputs("default", inputs).is_ok(), "{deployer}");
    }
}

/// With IAM facts given, nothing is left to IAM: what they lack is an open question.
#[test]
fn a_snapshot_without_the_deployer_names_what_it_lacks() {
    let text = account("", "", "", "");
    for (deployer, lacking) in [
        ("arn:aws:iam::444455556666:user/Bob", "the policies of arn:aws:iam::444455556666:user/Bob"),
        ("arn:aws:iam::*:role/stacksets-exec-*", "the policies of arn:aws:iam::*:role/stacksets-exec-*"),
        ("", "the policies of the deployer"),
    ] {
        let own = allow("{ AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:root' }");
        let inputs = Inputs { deployer: (!deployer.is_empty()).then(|| deployer.to_owned()), ..Inputs::default() };
        let answer = key(Inputs { snapshot: Some(snapshot(&text)), ..inputs }, &policy(&own));
        assert_eq!(answer.verdict.word(), "undecided", "{deployer}");
        assert!(answer.open.iter().any(|open| open.kind == "iam" && open.name == lacking), "{:?}", answer.open);
    }
    let named = allow("{ AWS: 'arn:aws:iam::444455556666:user/Bob' }");
    assert_eq!(word("arn:aws:iam::444455556666:user/Bob", &text, &named), "safe", "where it does not decide");
}

#[test]
fn other_files_and_first_pages_are_errors() {
    let parse = |text: &str| Snapshot::parse(Document::from_text(FileId(7), text).expect("it reads"));
    assert!(parse("{ Resources: {} }").is_err());
    assert!(parse("{ RoleDetailList: [], IsTruncated: true, Marker: x }").is_err());
    assert!(parse("{ RoleDetailList: [] }").is_ok());
}
