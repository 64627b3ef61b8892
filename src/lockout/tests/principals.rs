//! Principal forms against callers. Sources: IAM User Guide, reference_policies_elements_principal.html and
//! reference_identifiers.html; KMS Developer Guide, key-policy-overview.html.

use super::{ALICE, ROLE, allow, by, key, policy, template, word};

const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/Deploy/run";

fn aws(principal: &str) -> String {
    allow(&format!("{{ AWS: '{principal}' }}"))
}

#[test]
fn each_form_names_its_callers_and_nobody_else() {
    for (principal, deployer, expected) in [
        // A user.
        (ALICE, ALICE, "safe"),
        (ALICE, "arn:aws:iam::111122223333:user/Bob", "lockout"),
        (ALICE, "arn:aws:iam::111122223333:user/alice", "lockout"),
        (ALICE, "arn:aws:iam::111122223333:user/team/Alice", "lockout"),
        (ALICE, ROLE, "lockout"),
        // A role, for every session of it.
        (ROLE, ROLE, "safe"),
        (ROLE, SESSION, "safe"),
        ("arn:aws:iam::111122223333:role/team/Deploy", SESSION, "safe"),
        ("arn:aws:iam::111122223333:role/Other", SESSION, "lockout"),
        // One session, by its exact name; a service role's is always the same.
        (SESSION, SESSION, "safe"),
        ("arn:aws:sts::111122223333:assumed-role/Deploy/other", SESSION, "lockout"),
        ("arn:aws:sts::111122223333:assumed-role/Deploy/AWSCloudFormation", ROLE, "safe"),
        (SESSION, ROLE, "lockout"),
        // A federated user.
        ("arn:aws:sts::111122223333:federated-user/bob", "arn:aws:sts::111122223333:federated-user/bob", "safe"),
        ("arn:aws:sts::111122223333:federated-user/bob", "arn:aws:sts::111122223333:federated-user/eve", "lockout"),
        // Everyone.
        ("*", ROLE, "safe"),
        ("*", ALICE, "safe"),
        // The account, in both forms.
        ("arn:aws:iam::111122223333:root", ROLE, "safe-if-iam"),
        ("111122223333", ROLE, "safe-if-iam"),
        ("arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:root", "safe"),
        ("111122223333", "arn:aws:iam::111122223333:root", "safe"),
        // Other accounts never count: PutKeyPolicy is not a cross-account operation.
        ("arn:aws:iam::444455556666:root", ROLE, "lockout"),
        ("444455556666", ROLE, "lockout"),
        ("arn:aws:iam::444455556666:role/Deploy", ROLE, "lockout"),
    ] {
        assert_eq!(word(deployer, &aws(principal)), expected, "{principal} for {deployer}");
    }
}

#[test]
fn the_root_user_is_named_by_its_account_only() {
    assert_eq!(word("arn:aws:iam::111122223333:root", &aws(ALICE)), "lockout");
    assert_eq!(word("arn:aws:iam::111122223333:root", &aws("*")), "safe");
}

#[test]
fn a_list_is_a_choice() {
    let both = allow(&format!("{{ AWS: ['arn:aws:iam::111122223333:role/Other', '{ROLE}'] }}"));
    assert_eq!(word(ROLE, &both), "safe");
}

#[test]
fn everyone_may_be_written_without_aws() {
    assert_eq!(word(ROLE, &allow("'*'")), "safe");
}

#[test]
fn services_and_identity_providers_are_never_the_caller() {
    for principal in
        ["{ Service: cloudformation.amazonaws.com }", "{ Federated: 'arn:aws:iam::111122223333:saml-provider/X' }"]
    {
        assert_eq!(word(ROLE, &allow(principal)), "lockout", "{principal}");
    }
}

#[test]
fn a_deny_reaches_everyone_whom_its_principal_names() {
    let denying =
        |principal: &str| super::denying(&format!("Principal: {principal}, Action: 'kms:PutKeyPolicy', Resource: '*'"));
    assert_eq!(word(ROLE, &denying("'*'")), "lockout");
    assert_eq!(word(ROLE, &denying(&format!("{{ AWS: '{ROLE}' }}"))), "lockout");
    assert_eq!(word(ROLE, &denying("{ AWS: 'arn:aws:iam::111122223333:root' }")), "lockout", "also its account's");
    assert_eq!(word(ROLE, &denying(&format!("{{ AWS: '{ALICE}' }}"))), "safe");
    assert_eq!(word(ROLE, &denying("{ Service: s3.amazonaws.com }")), "safe");
}

/// Source: reference_policies_elements_notprincipal.html.
#[test]
fn a_deny_for_everyone_but_the_listed_needs_the_account_and_the_session_in_its_list() {
    let denying =
        |listed: &str| super::denying(&format!("NotPrincipal: {{ AWS: [{listed}] }}, Action: 'kms:*', Resource: '*'"));
    let root = "'arn:aws:iam::111122223333:root'";
    assert_eq!(word(ALICE, &denying(&format!("'{ALICE}', {root}"))), "safe");
    assert_eq!(word(ALICE, &denying(root)), "lockout", "the account alone exempts nobody");
    assert_eq!(word(ALICE, &denying(&format!("'{ALICE}'"))), "undecided", "without its account: nobody knows");
    let open = key(by(ALICE), &policy(&denying(&format!("'{ALICE}'")))).open;
    assert_eq!(
        open.iter().map(|one| (one.kind, one.name.as_str())).collect::<Vec<_>>(),
        [("not-principal", "NotPrincipal")]
    );
    assert_eq!(word(ALICE, &denying(&format!("'{ROLE}', {root}"))), "lockout");
    let session = "'arn:aws:sts::111122223333:assumed-role/Deploy/AWSCloudFormation'";
    assert_eq!(word(ROLE, &denying(&format!("'{ROLE}', {session}, {root}"))), "safe");
    assert_eq!(word(ROLE, &denying(&format!("'{ROLE}', {root}"))), "lockout", "its session is not listed");
    assert_eq!(word(ROLE, &denying(&format!("{session}, {root}"))), "undecided", "without its role: nobody knows");
    assert_eq!(word(ROLE, &denying("'*'")), "safe", "everyone is listed");
}

#[test]
fn an_allow_for_everyone_but_the_listed() {
    let allowing = format!("[{{ Effect: Allow, NotPrincipal: {{ AWS: '{ALICE}' }}, Action: 'kms:*', Resource: '*' }}]");
    assert_eq!(word(ROLE, &allowing), "safe");
    assert_eq!(word(ALICE, &allowing), "lockout");
    let account = allowing.replace(ALICE, "111122223333");
    assert_eq!(word(ROLE, &account), "undecided", "whether its account takes it out: nobody knows");
}

/// Source: IAM Identity Center User Guide, referencingpermissionsets.html: the Region is part of the path, but not in
/// us-east-1.
#[test]
fn roles_of_identity_center_have_their_path() {
    let session = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/me@example.com";
    let folder = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com";
    let role = "AWSReservedSSO_Admin_0123456789abcdef";
    assert_eq!(word(session, &aws(&format!("{folder}/eu-west-1/{role}"))), "safe");
    assert_eq!(word(session, &aws(&format!("{folder}/{role}"))), "safe");
    assert_eq!(word(session, &aws(&format!("arn:aws:iam::111122223333:role/{role}"))), "invalid");
    assert_eq!(word(session, &aws(&format!("{folder}/eu-west-1/AWSReservedSSO_Other_0123456789abcdef"))), "lockout");
}

/// Source: reference_iam-quotas.html: role names are unique in an account, whatever their path.
#[test]
fn the_deployers_own_role_under_another_path_cannot_exist() {
    assert_eq!(word(ROLE, &aws("arn:aws:iam::111122223333:role/team/Deploy")), "invalid");
    assert_eq!(word("arn:aws:iam::111122223333:role/team/Deploy", &aws(ROLE)), "invalid");
    assert_eq!(word(ROLE, &aws("arn:aws:iam::111122223333:role/team/Other")), "lockout");
    assert_eq!(word(ROLE, &aws("arn:aws:iam::444455556666:role/team/Deploy")), "lockout");
}

/// Only a role of the own account tells the path of the deployer's, which its session does not; and only aws:PrincipalArn is
/// compared with it.
#[test]
fn the_path_of_the_deployers_role_is_that_of_its_own_name() {
    let (own, far) = ("arn:aws:iam::111122223333:role/Deploy", "arn:aws:iam::444455556666:role/team/Deploy");
    let both = |a: &str, b: &str| allow(&format!("{{ AWS: ['{a}', '{b}'] }}"));
    assert_eq!(word(SESSION, &both(far, own)), "safe");
    let below = own.replace("role/", "role/team/");
    assert_eq!(word(SESSION, &both(&below, own)), "invalid", "one name has one path");
    let condition =
        format!("{{ ArnNotEquals: {{ 'aws:SourceArn': '{below}' }}, ArnEquals: {{ 'aws:PrincipalArn': '{own}' }} }}");
    let statements =
        format!("[{{ Effect: Allow, Principal: '*', Action: 'kms:*', Resource: '*', Condition: {condition} }}]");
    assert_eq!(word(SESSION, &statements), "safe");
}

/// What is unknown before a name may belong to it.
#[test]
fn a_partly_known_role_is_not_the_deployers_under_another_path() {
    let principal = allow("{ AWS: !Sub 'arn:aws:iam::111122223333:role/${P}Deploy' }");
    let text = template(
        "Parameters: { P: { Type: String, AllowedPattern: '[a-z]+' } }",
        &format!("{{ KeyPolicy: {{ Statement: {principal} }} }}"),
    );
    let verdict = |role: &str| key(by(&format!("arn:aws:iam::111122223333:role/{role}")), &text).verdict.word();
    assert_eq!([verdict("team/Deploy"), verdict("MyDeploy"), verdict("myDeploy")], ["lockout", "lockout", "undecided"]);
}

#[test]
fn a_role_given_as_deployer_stands_for_any_session_of_it() {
    let inputs = || crate::deployment::Inputs { deployer: Some(ROLE.to_owned()), ..Default::default() };
    assert_eq!(key(inputs(), &policy(&aws(ROLE))).verdict.word(), "safe");
    assert_eq!(key(inputs(), &policy(&aws(SESSION))).verdict.word(), "undecided");
}

/// Everyone and the account are administrators where a statement about kms:PutKeyPolicy names them, and let IAM delegate it.
#[test]
fn who_lets_the_account_delegate_the_change_of_the_policy() {
    let administrators = |principal: &str, action: &str| {
        let statements =
            format!("[{{ Effect: Allow, Principal: {{ AWS: {principal} }}, Action: '{action}', Resource: '*' }}]");
        let found = key(by(ROLE), &policy(&statements)).administrators;
        (found.all, found.durable, found.delegates)
    };
    let (root, nobody) = ("arn:aws:iam::111122223333:root", Vec::<String>::new());
    for account in ["*", root, "111122223333"] {
        let named = vec![account.to_owned()];
        assert_eq!(administrators(&format!("'{account}'"), "kms:*"), (named.clone(), named, Some(true)), "{account}");
        assert_eq!(
            administrators(&format!("'{account}'"), "kms:Decrypt"),
            (nobody.clone(), nobody.clone(), Some(false))
        );
    }
    let role = vec![ROLE.to_owned()];
    assert_eq!(administrators(&format!("'{ROLE}'"), "kms:*"), (role.clone(), role, Some(false)));
    assert_eq!(administrators(&format!("'{ALICE}'"), "kms:*"), (vec![ALICE.to_owned()], nobody.clone(), Some(false)));
    assert_eq!(administrators("'444455556666'", "kms:*"), (nobody.clone(), nobody, Some(false)));
    let (all, _, delegates) = administrators("!ImportValue Account", "kms:*");
    assert_eq!((all, delegates), (vec!["{{import:Account}}".to_owned()], None), "nobody knows");
}

#[test]
fn the_administrators_are_the_principals_that_the_policy_lets_change_it() {
    let statements = format!(
        "[{{ Effect: Allow, Principal: {{ AWS: ['{ALICE}', '{ROLE}', 'arn:aws:iam::444455556666:role/Far'] }}, Action: 'kms:*', Resource: '*' }},
          {{ Effect: Allow, Principal: {{ AWS: 'arn:aws:iam::111122223333:role/Reader' }}, Action: 'kms:Decrypt', Resource: '*' }},
          {{ Effect: Deny, Principal: {{ AWS: '{ALICE}' }}, Action: 'kms:Put*', Resource: '*' }}]"
    );
    assert_eq!(key(by(ROLE), &policy(&statements)).administrators.all, [ROLE]);
}
