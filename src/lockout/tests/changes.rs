//! What would have to change for KMS to accept a policy.

use crate::deployment::Inputs;
use crate::lockout::{Change, change};
use crate::policy::{Element, Layer, Layers};

use super::{ALICE, ROLE, allow, by, key, policies_of, policy};

fn of(inputs: Inputs, statements: &str) -> Option<Change> {
    change(&key(inputs, &policy(statements)).leaf.expect("it is decided"))
}

/// A statement with these elements beside its Effect, after one that is about something else.
fn after(effect: &str, elements: &str) -> String {
    format!(
        "[{{ Effect: Allow, Principal: {{ AWS: '{ALICE}' }}, Action: 'kms:*', Resource: '*' }}, {{ Effect: {effect}, {elements} }}]"
    )
}

#[test]
fn the_smallest_change_is_in_the_statement_that_names_the_deployer() {
    let own = format!("Principal: {{ AWS: '{ROLE}' }}");
    for (elements, expected) in [
        (format!("{own}, Action: 'kms:Decrypt', Resource: '*'"), Change::Mend(1, Element::Action)),
        (format!("{own}, Action: 'kms:*', Resource: 'arn:aws:s3:::b'"), Change::Mend(1, Element::Resource)),
        (format!("{own}, Action: 'kms:*'"), Change::Mend(1, Element::Resource)),
        (
            format!(
                "{own}, Action: 'kms:*', Resource: '*', Condition: {{ StringEquals: {{ 'aws:PrincipalType': User }} }}"
            ),
            Change::Mend(1, Element::Condition),
        ),
        (format!("Principal: {{ AWS: '{ALICE}' }}, Action: 'kms:Decrypt', Resource: '*'"), Change::Name),
        ("Principal: '*', Action: 'kms:Decrypt', Resource: '*'".to_owned(), Change::Name),
    ] {
        assert_eq!(of(by(ROLE), &after("Allow", &elements)), Some(expected), "{elements}");
    }
    let denied = format!("{own}, Action: 'kms:Decrypt', Resource: '*'");
    assert_eq!(of(by(ROLE), &after("Deny", &denied)), Some(Change::Name), "a Deny is no place for it");
}

#[test]
fn what_denies_or_does_not_allow_is_named() {
    let all = "Principal: '*', Action: 'kms:*', Resource: '*'";
    let inert = "{ Effect: Deny, Principal: '*', Action: 'kms:Decrypt', Resource: '*' }";
    let statements = format!("[{{ Effect: Allow, {all} }}, {inert}, {{ Effect: Deny, {all} }}]");
    assert_eq!(of(by(ROLE), &statements), Some(Change::Exempt(2)));
    let layer = |action: &str, effect: &str| {
        let document = format!("{{ Statement: {{ Effect: {effect}, Action: '{action}', Resource: '*' }} }}");
        Layers { boundary: Some(policies_of(Layer::Boundary, &document)), ..Layers::default() }
    };
    let direct = allow(&format!("{{ AWS: '{ROLE}' }}"));
    let with = |layers| of(Inputs { layers, ..by(ROLE) }, &direct);
    assert_eq!(with(layer("s3:*", "Allow")), Some(Change::Allow(Layer::Boundary)));
    assert_eq!(with(layer("kms:*", "Deny")), Some(Change::Lift(Layer::Boundary)));
    assert_eq!(with(layer("kms:*", "Allow")), None, "it is accepted");
    assert_eq!(of(by(ROLE), &allow("'a'")), None, "it is refused for another reason");
}
