//! The policies beside the key policy. One test per cell of the table of principal forms (IAM User Guide,
//! reference_policies_evaluation-logic.html and reference_policies_elements_principal.html), then the organization's layers
//! (Organizations User Guide, orgs_manage_policies_scps.html and …_rcps.html).

use crate::deployment::Inputs;
use crate::lockout::Outcome;
use crate::policy::{Grant, Layer, Layers};

use super::{ALICE, ROLE, allow, by, denying, key, policies_of, policy};

const ROOT: &str = "arn:aws:iam::111122223333:root";
const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/Deploy/AWSCloudFormation";
const FEDERATED: &str = "arn:aws:sts::111122223333:federated-user/bob";

const ALLOWS: &str = "{ Statement: { Effect: Allow, Action: 'kms:*', Resource: '*' } }";
const SILENT: &str = "{ Statement: { Effect: Allow, Action: 's3:*', Resource: '*' } }";
const DENIES: &str = "[{ Statement: { Effect: Allow, Action: '*', Resource: '*' } }, { Statement: { Effect: Deny, Action: 'kms:PutKeyPolicy', Resource: '*' } }]";

/// The layers, each with one file.
fn layers(identity: &str, boundary: &str, session: &str) -> Layers {
    let read = |layer, text: &str| (!text.is_empty()).then(|| policies_of(layer, text));
    Layers {
        identity: read(Layer::Identity, identity),
        boundary: read(Layer::Boundary, boundary),
        session: read(Layer::Session, session),
        ..Layers::default()
    }
}

fn word(deployer: &str, statements: &str, layers: Layers) -> &'static str {
    key(Inputs { layers, ..by(deployer) }, &policy(statements)).verdict.word()
}

fn everyone_narrowed_to(principal: &str) -> String {
    format!(
        "[{{ Effect: Allow, Principal: {{ AWS: '*' }}, Action: 'kms:*', Resource: '*', Condition: {{ ArnEquals: {{ 'aws:PrincipalArn': '{principal}' }} }} }}]"
    )
}

/// Caller, policy, and whether an implicit deny of identity policies, boundary and session policy counts.
fn cells() -> Vec<(&'static str, String, bool, bool, bool)> {
    let aws = |principal: &str| allow(&format!("{{ AWS: '{principal}' }}"));
    vec![
        (ALICE, aws(ALICE), false, false, false),
        (ROLE, aws(ROLE), false, true, true),
        (ROLE, aws(SESSION), false, false, false),
        (FEDERATED, aws(FEDERATED), false, false, false),
        (ALICE, aws("*"), false, false, false),
        (ROLE, aws("*"), false, false, false),
        (ROLE, allow("'*'"), false, false, false),
        (FEDERATED, aws("*"), false, false, false),
        (ROLE, everyone_narrowed_to(ROLE), false, false, false),
        (ALICE, everyone_narrowed_to(ALICE), false, false, false),
        (ALICE, aws(ROOT), true, true, true),
        (ROLE, aws(ROOT), true, true, true),
        (ROLE, aws("111122223333"), true, true, true),
        (FEDERATED, aws("111122223333"), true, true, true),
        (ROOT, aws(ROOT), false, false, false),
        (ROOT, aws("111122223333"), false, false, false),
    ]
}

fn counts(is_counted: bool) -> &'static str {
    if is_counted { "lockout" } else { "safe" }
}

#[test]
fn identity_policies_are_needed_for_the_account_only() {
    for (caller, statements, identity, ..) in cells() {
        assert_eq!(word(caller, &statements, layers(SILENT, "", "")), counts(identity), "{caller}: {statements}");
        assert_eq!(word(caller, &statements, layers(ALLOWS, "", "")), "safe", "{caller}: {statements}");
    }
}

#[test]
fn a_boundary_limits_what_role_and_account_statements_grant() {
    for (caller, statements, _, boundary, _) in cells().into_iter().filter(|(caller, ..)| *caller != ROOT) {
        assert_eq!(word(caller, &statements, layers(ALLOWS, SILENT, "")), counts(boundary), "{caller}: {statements}");
        assert_eq!(word(caller, &statements, layers(ALLOWS, ALLOWS, "")), "safe", "{caller}: {statements}");
    }
}

#[test]
fn a_session_policy_limits_what_role_and_account_statements_grant() {
    for (caller, statements, _, _, session) in
        cells().into_iter().filter(|(caller, ..)| ![ROOT, ALICE].contains(caller))
    {
        assert_eq!(word(caller, &statements, layers(ALLOWS, "", SILENT)), counts(session), "{caller}: {statements}");
        assert_eq!(word(caller, &statements, layers(ALLOWS, "", ALLOWS)), "safe", "{caller}: {statements}");
    }
}

#[test]
fn a_deny_of_any_layer_counts_for_every_form() {
    for (caller, statements, ..) in cells() {
        for denied in [layers(DENIES, "", ""), layers(ALLOWS, DENIES, ""), layers(ALLOWS, "", DENIES)] {
            assert_eq!(word(caller, &statements, denied), "lockout", "{caller}: {statements}");
        }
    }
}

/// The user who called GetFederationToken is named: it is that user's federated user, within boundary and session policy.
/// Who called it, the ARN does not tell.
#[test]
fn the_user_behind_a_federated_user_is_an_open_question() {
    let statements = allow(&format!("{{ AWS: '{ALICE}' }}"));
    let answer = key(Inputs { layers: layers(ALLOWS, "", ""), ..by(FEDERATED) }, &policy(&statements));
    let cases: Vec<&str> = answer.cases.iter().map(|case| case.verdict.word()).collect();
    assert_eq!((answer.verdict.word(), cases), ("undecided", vec!["safe", "lockout"]));
    assert_eq!(word(FEDERATED, &statements, layers(ALLOWS, SILENT, "")), "lockout");
    assert_eq!(word(FEDERATED, &statements, layers(ALLOWS, "", SILENT)), "lockout");
    let other = allow("{ AWS: 'arn:aws:iam::444455556666:user/Alice' }");
    assert_eq!(word(FEDERATED, &other, layers(ALLOWS, "", "")), "lockout", "a user of another account");
}

fn organization(scps: &[&str], rcps: &[&str]) -> Layers {
    Layers {
        scps: scps.iter().map(|text| policies_of(Layer::Scp, text)).collect(),
        rcps: rcps.iter().map(|text| policies_of(Layer::Rcp, text)).collect(),
        ..layers(ALLOWS, "", "")
    }
}

const FULL: &str = "['arn:aws:organizations::aws:policy/service_control_policy/FullAWSAccess']";

#[test]
fn every_level_of_service_control_policies_must_allow() {
    for (caller, statements, ..) in cells() {
        let word = |levels: &[&str]| word(caller, &statements, organization(levels, &[]));
        assert_eq!(word(&[FULL, ALLOWS]), "safe", "{caller}: {statements}");
        assert_eq!(word(&[FULL, SILENT, FULL]), "lockout", "{caller}: {statements}");
        assert_eq!(word(&[FULL, DENIES]), "lockout", "{caller}: {statements}");
    }
}

#[test]
fn a_level_that_only_denies_allows_nothing_unless_full_access_stands_beside_it() {
    let deny = "{ Statement: { Effect: Deny, Action: 's3:*', Resource: '*' } }";
    let statements = allow(&format!("{{ AWS: '{ROLE}' }}"));
    assert_eq!(word(ROLE, &statements, organization(&[deny], &[])), "lockout");
    let both = format!("['arn:aws:organizations::aws:policy/service_control_policy/FullAWSAccess', {deny}]");
    assert_eq!(word(ROLE, &statements, organization(&[&both], &[])), "safe");
}

/// Source: orgs_manage_policies_rcps.html: RCPFullAWSAccess is attached everywhere and cannot be detached.
#[test]
fn resource_control_policies_deny_and_cannot_forget_to_allow() {
    let statements = allow(&format!("{{ AWS: '{ROLE}' }}"));
    let word = |levels: &[&str]| word(ROLE, &statements, organization(&[], levels));
    let deny = |action: &str| {
        format!("{{ Statement: {{ Effect: Deny, Principal: '*', Action: '{action}', Resource: '*' }} }}")
    };
    assert_eq!(word(&[&deny("s3:*")]), "safe");
    assert_eq!(word(&[&deny("kms:*")]), "lockout");
    assert_eq!(word(&[&deny("s3:*"), &deny("kms:Put*")]), "lockout");
    let only = "{ Statement: { Effect: Allow, Principal: '*', Action: 's3:*', Resource: '*' } }";
    assert_eq!(word(&[only]), "lockout", "a level that lists what it allows allows nothing else");
}

/// Source: orgs_manage_policies_scps.html, orgs_manage_policies_rcps.html.
#[test]
fn organization_policies_do_not_bind_service_linked_roles() {
    let linked = "arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX";
    let statements = allow(&format!("{{ AWS: '{linked}' }}"));
    let denied =
        || organization(&[DENIES], &["{ Statement: { Effect: Deny, Principal: '*', Action: '*', Resource: '*' } }"]);
    assert_eq!(word(linked, &statements, denied()), "safe");
    assert_eq!(word(ROLE, &allow(&format!("{{ AWS: '{ROLE}' }}")), denied()), "lockout");
}

/// Source: reference_policies_elements_notprincipal.html: "will always deny any IAM principal that has a permissions
/// boundary policy attached".
#[test]
fn not_principal_denies_whoever_has_a_boundary() {
    let listed = format!("'{ROLE}', '{SESSION}', '{ROOT}'");
    let statements = denying(&format!("NotPrincipal: {{ AWS: [{listed}] }}, Action: 'kms:*', Resource: '*'"));
    assert_eq!(word(ROLE, &statements, layers(ALLOWS, "", "")), "safe");
    assert_eq!(word(ROLE, &statements, layers(ALLOWS, ALLOWS, "")), "lockout");
    let allowing =
        format!("[{{ Effect: Allow, NotPrincipal: {{ AWS: '{SESSION}' }}, Action: 'kms:*', Resource: '*' }}]");
    assert_eq!(word(ROLE, &allowing, layers(ALLOWS, ALLOWS, "")), "lockout", "an Allow with it is another matter");
}

/// Source: the key's id is not known at creation, for IAM policies as for key policies.
#[test]
fn resources_and_conditions_of_iam_policies_are_evaluated() {
    let statements = allow("{ AWS: '111122223333' }");
    for (elements, expected) in [
        ("Action: 'kms:*', Resource: 'arn:aws:kms:*:111122223333:key/*'", "safe"),
        ("Action: 'kms:*', Resource: 'arn:aws:kms:eu-west-1:444455556666:key/*'", "lockout"),
        ("Action: 'kms:*', Resource: 'arn:aws:kms:*:*:alias/*'", "lockout"),
        ("Action: 'kms:*', NotResource: 'arn:aws:s3:::*'", "safe"),
        ("NotAction: 'kms:*', Resource: '*'", "lockout"),
        ("Action: 'kms:*', Resource: 'arn:aws:kms:*:${aws:PrincipalAccount}:key/*'", "lockout"),
        ("Action: 'kms:*', Resource: '*', Condition: { Bool: { 'aws:ViaAWSService': true } }", "safe"),
        (
            "Action: 'kms:*', Resource: '*', Condition: { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': alias/x } }",
            "lockout",
        ),
        ("Action: 'kms:*', Resource: 'arn:aws:kms:*'", "undecided"),
    ] {
        let identity = format!("{{ Version: '2012-10-17', Statement: {{ Effect: Allow, {elements} }} }}");
        assert_eq!(word(ROLE, &statements, layers(&identity, "", "")), expected, "{elements}");
    }
}

#[test]
fn the_layer_that_decides_is_assumed_to_take_part_and_says_so() {
    let statements = allow("{ AWS: '111122223333' }");
    let answer = |layers| key(Inputs { layers, ..by(ROLE) }, &policy(&statements));
    assert!(answer(layers(SILENT, "", "")).assumes.is_empty(), "IAM policies are known to take part");
    for layers in [layers(ALLOWS, SILENT, ""), layers(ALLOWS, "", SILENT), organization(&[SILENT], &[])] {
        let answer = answer(layers);
        assert_eq!(answer.verdict.word(), "lockout");
        assert!(answer.assumes.iter().any(|what| what.contains("part in KMS's check")), "{:?}", answer.assumes);
    }
}

#[test]
fn the_layer_that_does_not_allow_is_named() {
    let statements = allow("{ AWS: '111122223333' }");
    let grant = |layers| match key(Inputs { layers, ..by(ROLE) }, &policy(&statements)).leaf.map(|leaf| leaf.outcome) {
        Some(Outcome::Lockout(grant)) => Some(grant),
        _ => None,
    };
    assert_eq!(grant(layers(ALLOWS, SILENT, ALLOWS)), Some(Grant::NotBy(Layer::Boundary)));
    assert_eq!(grant(layers(ALLOWS, ALLOWS, SILENT)), Some(Grant::NotBy(Layer::Session)));
    assert_eq!(grant(layers(SILENT, ALLOWS, ALLOWS)), Some(Grant::NotBy(Layer::Identity)));
    assert_eq!(grant(layers(ALLOWS, DENIES, "")), Some(Grant::DeniedBy(Layer::Boundary)));
}
