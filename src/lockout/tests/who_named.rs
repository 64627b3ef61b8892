//! Who can deploy: whom the answers name, for which values, and beside which other keys.

use crate::deployment::{Deployment, Inputs};
use crate::lockout::who::who_within;
use crate::lockout::worlds::Worlds;
use crate::source::{Document, FileId};
use crate::template::{Stacks, Template};

use super::who::{asked, rows};
use super::{ALICE, ROLE, allow, policy, template};

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

/// What else is said of it is said of what is not known of it, not of whoever deploys.
#[test]
fn a_partly_known_arn_is_the_deployers() {
    let sections = "Parameters: { P: { Type: String } }";
    let of = |more: &str| {
        let role = "!Sub 'arn:aws:iam::444455556666:role/${P}'";
        let statements =
            format!("[{{ Effect: Allow, Principal: {{ AWS: {role} }}, Action: 'kms:*', Resource: '*'{more}");
        let properties = format!("{{ KeyPolicy: {{ Statement: {statements} }} }}");
        rows(&asked(Inputs::default(), &template(sections, &properties)).together.principals)
    };
    let who = "safe: arn:aws:iam::444455556666:role/{{parameter:P}}";
    let account = ", Condition: { StringEquals: { 'aws:PrincipalAccount': '444455556666' } } }]";
    assert_eq!(of(account), [who]);
    let deny = "{ Effect: Deny, Principal: '*', Action: 'kms:*', Resource: '*', \
                Condition: { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/x-*' } } }";
    let rows = of(&format!(" }}, {deny}]"));
    assert_eq!(rows, [format!("{who} when role/{{{{parameter:P}}}} is not role/x-*")]);
    // Its account is the one that is deployed to.
    let conditions = "Conditions: { Own: !Equals [!Ref AWS::AccountId, '444455556666'] }";
    let role = "{ AWS: !Sub 'arn:aws:iam::444455556666:role/${P}' }";
    let properties = format!("{{ KeyPolicy: {{ Statement: !If [Own, {}, {}] }} }}", allow(role), allow("'*'"));
    let can = asked(Inputs::default(), &template(&format!("{sections}\n{conditions}"), &properties)).together;
    assert!(self::rows(&can.principals).contains(&who.to_owned()), "{:?}", self::rows(&can.principals));
}

/// Whatever could not be asked any more is said to be open, once.
#[test]
fn too_many_worlds_are_said_once() {
    let text = policy(&format!(
        "[{{ Effect: Allow, Principal: {{ AWS: ['{ALICE}', '{ROLE}'] }}, Action: 'kms:*', Resource: '*', \
         Condition: {{ StringEquals: {{ 'x:A': a, 'x:B': b }} }} }}]"
    ));
    let document = Document::from_text(FileId(0), &text).unwrap();
    let stacks = Stacks::of(FileId(0), Template::parse(&document).unwrap().into());
    let deployment = Deployment::from_inputs("default", Inputs::default()).unwrap();
    let within = |worlds: &Worlds| {
        let open = who_within(&stacks, &deployment, worlds).together.open;
        open.iter().filter(|open| open.kind == "budget").count()
    };
    let enough = Worlds::default();
    assert_eq!(within(&enough), 0);
    for less in 0..enough.run() {
        assert_eq!(within(&Worlds::of(less)), 1, "{less} of {} worlds", enough.run());
    }
    assert_eq!(within(&Worlds::of(enough.run())), 0);
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
