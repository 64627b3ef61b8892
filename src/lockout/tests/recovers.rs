//! Who can repair a key, and what cannot be repaired by its policy.

use serde_json::{Value as Json, json};

use crate::deployment::{Deployment, Inputs};
use crate::lockout::recover::{Case, Recovery, recover};
use crate::policy::{Layer, Layers};

use super::{ALICE, ROLE, by, policies_of};

const ROOT: &str = "arn:aws:iam::111122223333:root";

fn allow(principal: Json) -> Json {
    json!({"Effect": "Allow", "Principal": principal, "Action": "kms:*", "Resource": "*"})
}

fn recovery(layers: &Layers, statements: &[Json]) -> Recovery {
    let policy = json!({"Version": "2012-10-17", "Statement": statements});
    let as_principal = |arn: &str| {
        let inputs = Inputs { deployer: Some(arn.to_owned()), role_arn: None, layers: layers.clone(), ..by(arn) };
        Deployment::from_inputs("default", inputs).ok().map(Deployment::direct)
    };
    let case = Case { policy: &policy, administrator: ROLE, as_principal: &as_principal, root: ROOT, snapshot: None };
    recover(&case).expect("the policy reads")
}

fn layer(layer: Layer, effect: &str, action: &str) -> Option<Vec<crate::world::Value>> {
    let document = format!("{{ Statement: {{ Effect: {effect}, Action: '{action}', Resource: '*' }} }}");
    Some(policies_of(layer, &document))
}

#[test]
fn what_other_policies_keep_from_the_administrator_no_key_policy_gives() {
    let account = [allow(json!({"AWS": ROOT}))];
    let role = [allow(json!({"AWS": ROLE}))];
    let hopeless = |layers: Layers, statements: &[Json]| recovery(&layers, statements).hopeless.unwrap_or_default();
    let denied = Layers { identity: layer(Layer::Identity, "Deny", "kms:*"), ..Layers::default() };
    assert_eq!(
        hopeless(denied, &account),
        "the IAM policies do not allow kms:PutKeyPolicy, whatever the key policy says"
    );
    let bounded = Layers { boundary: layer(Layer::Boundary, "Allow", "s3:*"), ..Layers::default() };
    assert!(hopeless(bounded, &role).starts_with("the permissions boundary does not allow"));
    let denied = Layers { boundary: layer(Layer::Boundary, "Deny", "kms:*"), ..Layers::default() };
    assert!(hopeless(denied, &role).starts_with("the permissions boundary does not allow"));
    let nothing = recovery(&Layers { identity: Some(Vec::new()), ..Layers::default() }, &account);
    assert_eq!((nothing.hopeless, nothing.changes.len()), (None, 1), "it can be named instead: {:?}", nothing.changes);
}

#[test]
fn those_who_can_and_those_who_may() {
    let standing = |statements: &[Json]| {
        let found = recovery(&Layers::default(), statements).principals;
        found.into_iter().map(|one| (one.principal.clone(), one.can(), one.may(), one.open.len())).collect::<Vec<_>>()
    };
    let mut under = allow(json!({"AWS": ALICE}));
    under["Condition"] = json!({"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}});
    let nobody = (ROOT.to_owned(), false, false, 0);
    assert_eq!(standing(&[under]), [(ALICE.to_owned(), false, true, 1), nobody.clone()]);
    let role = || "arn:aws:iam::111122223333:role/*".to_owned();
    assert_eq!(standing(&[allow(json!("*"))]), [(role(), true, false, 0), (ROOT.to_owned(), true, false, 0)]);
    let mut narrow = allow(json!("*"));
    narrow["Condition"] = json!({"ArnEquals": {"aws:PrincipalArn": ALICE}});
    assert_eq!(
        standing(&[narrow]),
        [(ALICE.to_owned(), true, false, 0), nobody],
        "of everyone only what holds for all"
    );
    let account = standing(&[allow(json!({"AWS": [ROOT, ROLE]}))]);
    assert_eq!(account, [(ROOT.to_owned(), true, false, 0), (ROLE.to_owned(), true, false, 0)]);
}
