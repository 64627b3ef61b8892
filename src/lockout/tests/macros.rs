//! What loops and includes write, seen from the verdict. Source: CloudFormation Template Reference,
//! intrinsic-function-reference-foreach.html, transform-aws-include.html.

use crate::deployment::Inputs;

use super::nested::{parent, stacks};
use super::{ROLE, by};

const LOOP: &str = "Transform: AWS::LanguageExtensions
Parameters: { Names: { Type: CommaDelimitedList } }
Resources:
  Fn::ForEach::Keys:
    - Name
    - !Ref Names
    - Key${Name}:
        Type: AWS::KMS::Key
        Properties:
          KeyPolicy:
            Statement: { Effect: Allow, Principal: { AWS: !Sub 'arn:aws:iam::111122223333:role/${Name}' }, Action: 'kms:*', Resource: '*' }
";

fn with(name: &str, value: &str) -> Inputs {
    Inputs { parameters: vec![(name.to_owned(), value.to_owned())], ..by(ROLE) }
}

/// The verdicts of all keys by logical id, as `KeyA safe`.
fn verdicts(inputs: Inputs, files: &[(&str, &str)]) -> Vec<String> {
    let checked = stacks(inputs, files);
    let keys = checked.iter().flat_map(|one| &one.keys);
    keys.map(|key| format!("{} {}", key.id, key.verdict.word())).collect()
}

#[test]
fn every_key_that_a_loop_makes_has_its_own_verdict() {
    assert_eq!(verdicts(with("Names", "Deploy,Other"), &[("t", LOOP)]), ["KeyDeploy safe", "KeyOther lockout"]);
    let defaulted = LOOP.replace("CommaDelimitedList }", "CommaDelimitedList, Default: Deploy }");
    assert_eq!(verdicts(by(ROLE), &[("t", &defaulted)]), ["KeyDeploy safe"]);
}

#[test]
fn a_loop_whose_collection_is_not_known_is_said_to_be_open() {
    let checked = stacks(by(ROLE), &[("t", LOOP)]);
    assert!(checked[0].keys.is_empty());
    assert_eq!(checked[0].loops.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["Names"]);
    let other = LOOP.replace("AWS::KMS::Key", "AWS::SNS::Topic");
    assert!(stacks(by(ROLE), &[("t", &other)])[0].loops.is_empty(), "it makes no keys");
    assert!(stacks(with("Names", "A"), &[("t", LOOP)])[0].loops.is_empty(), "it is known");
}

#[test]
fn what_the_macro_refuses_keeps_every_key_from_being_created() {
    let text = LOOP.replace("Key${Name}:", "Key-${Name}:") + "  K: { Type: AWS::KMS::Key }\n";
    let checked = stacks(with("Names", "A"), &[("t", &text)]);
    assert_eq!(checked[0].refusals[0].1.message, "OutputKey `Key-A` should be alphanumeric");
    assert_eq!(checked[0].keys.iter().map(|key| key.verdict.word()).collect::<Vec<_>>(), ["invalid"]);
}

#[test]
fn a_loop_in_a_policy_that_hangs_on_a_parameter_asks_for_it() {
    let text = "Transform: AWS::LanguageExtensions
Parameters: { Names: { Type: CommaDelimitedList } }
Resources:
  K:
    Type: AWS::KMS::Key
    Properties: { KeyPolicy: { 'Fn::ForEach::Parts': [Name, !Ref Names, { '${Name}': { Effect: Allow } }] } }
";
    let checked = stacks(by(ROLE), &[("t", text)]);
    assert_eq!(checked[0].keys[0].verdict.word(), "undecided");
    let open = &checked[0].keys[0].open[0];
    assert_eq!((open.kind, open.name.as_str(), open.help.as_str()), ("parameter", "Names", "--parameter Names=…"));
}

#[test]
fn the_loop_of_a_nested_stack_runs_over_what_its_parent_passes() {
    let sections = "Parameters: { Who: { Type: String, Default: Deploy } }";
    let parent = parent(sections, "{ Names: !Sub '${Who},Other' }");
    let found = verdicts(by(ROLE), &[("parent", &parent), ("child", LOOP)]);
    assert_eq!(found, ["KeyDeploy safe", "KeyOther lockout"]);
}

const POLICY: &str = "Statement: { Effect: Allow, Principal: { AWS: 'arn:aws:iam::111122223333:role/Deploy' }, Action: 'kms:*', Resource: '*' }\n";

fn include(location: &str) -> String {
    format!("Fn::Transform: {{ Name: AWS::Include, Parameters: {{ Location: '{location}' }} }}")
}

fn key(policy: &str) -> String {
    format!("Resources:\n  K:\n    Type: AWS::KMS::Key\n    Properties:\n      KeyPolicy:\n        {policy}\n")
}

#[test]
fn a_local_file_is_included_where_the_macro_stands() {
    let whole = key(&include("policy.yaml"));
    let beside = key(&format!("Version: '2012-10-17'\n        {}", include("./policy.yaml")));
    let section = format!("Resources:\n  {}\n", include("keys.yaml"));
    let keys = "K: { Type: AWS::KMS::Key, Properties: { KeyPolicy: { Statement: { Effect: Allow, Principal: '*', Action: 'kms:*', Resource: '*' } } } }";
    for template in [&whole, &beside, &section] {
        let files = [("t", template.as_str()), ("policy.yaml", POLICY), ("keys.yaml", keys)];
        assert_eq!(verdicts(by(ROLE), &files), ["K safe"], "{template}");
    }
    let top = "Transform: { Name: AWS::Include, Parameters: { Location: m.yaml } }\n".to_owned()
        + &key(
            "Statement: { Effect: Allow, Principal: { AWS: !FindInMap [M, a, b] }, Action: 'kms:*', Resource: '*' }",
        );
    let mappings = "Mappings: { M: { a: { b: 'arn:aws:iam::111122223333:role/Deploy' } } }";
    assert_eq!(verdicts(by(ROLE), &[("t", &top), ("m.yaml", mappings)]), ["K safe"]);
}

#[test]
fn what_is_included_from_elsewhere_is_unknown_and_touches_nothing_else() {
    let remote = key(&include("s3://bucket/policy.yaml"));
    for template in [&remote, &key(&include("missing.yaml"))] {
        let checked = stacks(by(ROLE), &[("t", template)]);
        assert_eq!(checked[0].keys[0].verdict.word(), "undecided");
        assert_eq!(checked[0].keys[0].open[0].kind, "transform");
    }
    let clash = key(&format!("Statement: []\n        {}", include("policy.yaml")));
    assert_eq!(verdicts(by(ROLE), &[("t", &clash), ("policy.yaml", POLICY)]), ["K undecided"], "which one counts?");
    let beside = format!("{}  {}\n", key(POLICY), include("s3://bucket/more.yaml"));
    assert_eq!(verdicts(by(ROLE), &[("t", &beside)]), ["K safe"], "another resource may come");
    let depends = beside.replace("    Type: AWS::KMS::Key", "    Type: AWS::KMS::Key\n    DependsOn: FromThere");
    let checked = stacks(by(ROLE), &[("t", &depends)]);
    assert!(checked[0].refusals.is_empty(), "the resource may come from there");
}
