//! What the reasoning says of each statement, and of each policy beside the key policy. Sources: as for the verdicts.

use crate::deployment::Inputs;
use crate::policy::{Element, Layer, LayerOutcome, Layers, Mismatch, Outcome};

use super::{ALICE, ROLE, allow, by, denying, key, policies_of, policy};

/// What became of each statement.
fn outcomes(deployer: &str, statements: &str) -> Vec<Outcome> {
    let leaf = key(by(deployer), &policy(statements)).leaf.expect("it is decided");
    leaf.trace.iter().map(|trace| trace.outcome.clone()).collect()
}

#[test]
fn a_statement_applies_to_the_caller_or_to_its_account() {
    let account = "{ AWS: '111122223333' }";
    assert_eq!(outcomes(ROLE, &allow(account)), [Outcome::Delegates]);
    assert_eq!(outcomes(ROLE, &allow(&format!("{{ AWS: '{ROLE}' }}"))), [Outcome::Direct]);
    let elements = format!("Principal: {account}, Action: 'kms:*', Resource: '*'");
    assert_eq!(
        outcomes(ROLE, &denying(&elements)),
        [Outcome::Direct, Outcome::Direct],
        "a Deny needs nothing beside it"
    );
}

#[test]
fn the_first_element_that_fails_is_named() {
    for (elements, expected) in [
        (format!("Principal: {{ AWS: '{ALICE}' }}, Action: 's3:*', Resource: '*'"), Mismatch::NotNamed),
        ("Principal: '*', Action: 's3:*', Resource: 'arn:aws:s3:::b'".to_owned(), Mismatch::OtherActions),
        ("Principal: '*', NotAction: 'kms:*', Resource: '*'".to_owned(), Mismatch::ActionExcepted),
        ("Principal: '*', Action: 'kms:*', Resource: 'arn:aws:s3:::b'".to_owned(), Mismatch::OtherResources),
        ("Principal: '*', Action: 'kms:*', NotResource: '*'".to_owned(), Mismatch::ResourceExcepted),
        (format!("NotPrincipal: {{ AWS: '{ROLE}' }}, Action: 'kms:*', Resource: '*'"), Mismatch::Excepted),
    ] {
        let deployer =
            if expected == Mismatch::Excepted { ALICE.replace("user/Alice", "user/Bob") } else { ROLE.to_owned() };
        let elements = elements
            .replace(&format!("NotPrincipal: {{ AWS: '{ROLE}' }}"), &format!("NotPrincipal: {{ AWS: '{deployer}' }}"));
        let found = outcomes(&deployer, &format!("[{{ Effect: Allow, {elements} }}]"));
        assert_eq!(found, [Outcome::Fails(expected)], "{elements}");
    }
    assert_eq!(
        outcomes(ROLE, "[{ Effect: Allow, Principal: '*', Action: 'kms:*' }]"),
        [Outcome::Inert(Element::Resource)]
    );
}

#[test]
fn every_policy_beside_the_key_policy_has_its_say() {
    let read = |layer, text: &str| policies_of(layer, text);
    let allows = |sid: &str| {
        format!(
            "{{ Statement: [{{ Effect: Allow, Action: 's3:*', Resource: '*' }}, {{ Sid: {sid}, Effect: Allow, Action: '*', Resource: '*' }}] }}"
        )
    };
    let denies = "{ Statement: [{ Effect: Deny, Action: 's3:*', Resource: '*' }, { Effect: Deny, Action: 'kms:*', Resource: '*' }] }";
    let silent = "{ Statement: { Effect: Allow, Action: 's3:*', Resource: '*' } }";
    let open =
        "{ Statement: { Effect: Allow, Action: 'kms:*', Resource: '*', Condition: { StringEquals: { 'x:Key': a } } } }";
    let layers = Layers {
        identity: Some(read(Layer::Identity, &allows("All"))),
        boundary: Some(read(Layer::Boundary, silent)),
        session: Some(read(Layer::Session, open)),
        scps: vec![read(Layer::Scp, &allows("Root")), read(Layer::Scp, &allows("Unit"))],
        rcps: vec![read(Layer::Rcp, denies)],
        ..Layers::default()
    };
    let leaf = key(Inputs { layers, ..by(ROLE) }, &policy(&allow("'*'"))).leaf.expect("it is decided");
    let said: Vec<_> = leaf.layers.iter().map(|one| (one.layer, one.level, one.outcome.clone())).collect();
    let expected = [
        (Layer::Identity, 1, LayerOutcome::Allows("All".to_owned())),
        (Layer::Boundary, 1, LayerOutcome::Silent),
        (Layer::Session, 1, LayerOutcome::Open),
        (Layer::Scp, 1, LayerOutcome::Allows("Root".to_owned())),
        (Layer::Scp, 2, LayerOutcome::Allows("Unit".to_owned())),
        (Layer::Rcp, 1, LayerOutcome::Denies("statement 2".to_owned())),
    ];
    assert_eq!(said, expected);
}

/// Source: Organizations User Guide, orgs_manage_policies_inheritance_auth.html: root, organizational units, account.
#[test]
fn only_policies_of_the_organization_have_levels() {
    let with: Vec<&str> = [Layer::Identity, Layer::Boundary, Layer::Session, Layer::Scp, Layer::Rcp]
        .into_iter()
        .filter(|one| one.has_levels())
        .map(Layer::name)
        .collect();
    assert_eq!(with, ["service control policies", "resource control policies"]);
}

/// A statement without Action or Resource is ignored: of less than high confidence, so it is said where it decides.
#[test]
fn what_is_assumed_of_statements_without_effect_is_said() {
    for elements in ["Principal: '*', Resource: '*'", "Principal: '*', Action: 'kms:*'"] {
        let answer = key(by(ROLE), &policy(&denying(elements)));
        assert_eq!(answer.verdict.word(), "safe", "{elements}");
        assert!(answer.assumes.iter().any(|one| one.contains("without Action or Resource")), "{:?}", answer.assumes);
    }
}
