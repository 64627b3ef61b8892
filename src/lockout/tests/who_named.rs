//! Who can deploy: whom the answers name, for which values, and beside which other keys.

use crate::deployment::Inputs;

use super::who::{asked, rows};
use super::{ALICE, allow, policy, template};

fn of_account(account: &str, principal: &str) -> Vec<String> {
    let account = (!account.is_empty()).then(|| account.to_owned());
    let sections = "Parameters: { P: { Type: String } }";
    let properties = format!("{{ KeyPolicy: {{ Statement: {} }} }}", allow(&format!("{{ AWS: {principal} }}")));
    rows(&asked(Inputs { account, ..Inputs::default() }, &template(sections, &properties)).together.principals)
}

/// PutKeyPolicy is not a cross-account operation: whoever an ARN names in part is of the account that it names.
#[test]
fn a_partly_known_arn_names_its_account() {
    let role = |account: &str| format!("!Sub 'arn:aws:iam::{account}:role/${{P}}'");
    let shown = |account: &str| vec![format!("safe: arn:aws:iam::{account}:role/{{{{parameter:P}}}}")];
    assert_eq!(of_account("111122223333", &role("111122223333")), shown("111122223333"));
    assert_eq!(of_account("111122223333", &role("444455556666")), [""; 0]);
    assert_eq!(of_account("", &role("444455556666")), shown("444455556666"));
}

/// Whoever is named by a known ARN deploys to the account of that ARN.
#[test]
fn the_account_of_whoever_is_named_is_known() {
    let statements = format!(
        "[{{ Effect: Allow, Principal: {{ AWS: '{ALICE}' }}, Action: 'kms:*', Resource: '*', Condition: {{ StringEquals: {{ 'aws:PrincipalAccount': !Ref AWS::AccountId }} }} }}]"
    );
    let inputs = Inputs { region: Some("eu-west-1".to_owned()), ..Inputs::default() };
    assert_eq!(rows(&asked(inputs, &policy(&statements)).together.principals), [format!("safe: {ALICE}")]);
}

/// What is so for the values of now is no case of other values.
#[test]
fn groups_of_other_values_are_cases() {
    let sections =
        "Parameters: { Env: { Type: String, Default: dev } }\nConditions: { Prod: !Equals [!Ref Env, prod] }";
    let can = |prod: &str, other: &str| {
        let properties = format!("{{ KeyPolicy: {{ Statement: !If [Prod, {}, {}] }} }}", allow(prod), allow(other));
        let can = asked(Inputs::default(), &template(sections, &properties)).together;
        (rows(&can.principals), rows(&can.cases))
    };
    let alice = format!("{{ AWS: '{ALICE}' }}");
    let both = vec![format!("safe: {ALICE}"), "safe: anybody".to_owned()];
    assert_eq!(can(&alice, "'*'"), (both, vec![]), "Alice can, whatever Env is");
    assert_eq!(can("'*'", &alice), (vec![format!("safe: {ALICE}")], vec!["safe: anybody when Env is prod".to_owned()]));
}

/// A key that KMS checks says more of the deployer than one that it does not, in whatever order they stand.
#[test]
fn the_key_that_is_checked_stands_for_all() {
    let checked = format!(
        "{{ Type: AWS::KMS::Key, Properties: {{ KeyPolicy: {{ Statement: {} }} }} }}",
        allow(&format!("{{ AWS: '{ALICE}' }}"))
    );
    let default = "{ Type: AWS::KMS::Key }".to_owned();
    for (one, other) in [(&checked, &default), (&default, &checked)] {
        let text = format!("Resources: {{ A: {one}, B: {other} }}");
        assert_eq!(rows(&asked(Inputs::default(), &text).together.principals), [format!("safe: {ALICE}")]);
    }
}
