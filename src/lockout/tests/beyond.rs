//! What is wrong with a policy beside its verdict: statements without effect, texts that nothing replaces, account ids that
//! are numbers, principals of the same stack. Sources: KMS facts (e) and (f).

use crate::deployment::{Inputs, Snapshot};
use crate::lockout::KeyAnswer;
use crate::policy::Ineffective;
use crate::source::{Document, FileId};

use super::{ROLE, by, checked, key, policy, template};

const ACCOUNT: &str =
    "{ Effect: Allow, Principal: { AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:root' }, Action: 'kms:*', Resource: '*' }";

fn with(statement: &str) -> KeyAnswer {
    key(by(ROLE), &policy(&format!("[{ACCOUNT}, {statement}]")))
}

fn elements(rest: &str) -> KeyAnswer {
    with(&format!("{{ Sid: S, Effect: Allow, Principal: '*', {rest} }}"))
}

/// What KMS ignores: `Action` for a missing one, the actions that do not exist, `resource` for another one.
fn ignored(answer: &KeyAnswer) -> Vec<String> {
    let shown = |what: &Ineffective| match what {
        Ineffective::Lacks(element) => element.name().to_owned(),
        Ineffective::NoActions(actions) => {
            let each = actions.iter().map(|one| format!("{}→{}", one.written, one.meant.clone().unwrap_or_default()));
            each.collect::<Vec<_>>().join(" ")
        }
        Ineffective::OtherResource => "resource".to_owned(),
    };
    answer.beyond.ineffective.iter().map(|about| shown(&about.what)).collect()
}

#[test]
fn what_is_missing_or_does_not_exist_has_no_effect() {
    for (rest, expected) in [
        ("Resource: '*'", vec!["Action"]),
        ("Action: 'kms:Decrypt'", vec!["Resource"]),
        ("Action: 'kms:Decrypt', Resource: '*'", vec![]),
        ("Action: ['kms:*', 'kms:ReEncrypt'], Resource: '*'", vec!["kms:ReEncrypt→kms:ReEncrypt*"]),
        ("Action: ['s3:GetObject', 'Decrypt'], Resource: '*'", vec!["s3:GetObject→ Decrypt→kms:Decrypt"]),
        ("NotAction: 'kms:Decypt', Resource: '*'", vec!["kms:Decypt→kms:Decrypt"]),
        ("Action: !ImportValue Action, Resource: '*'", vec![]),
    ] {
        assert_eq!(ignored(&elements(rest)), expected, "{rest}");
    }
}

/// A policy that is longer than KMS takes is refused whole: nothing else is said of it.
#[test]
fn nothing_is_said_of_what_is_too_long() {
    let json = |length: usize| {
        let whole = |sid: &str| {
            format!(
                r#"{{"Statement":[{{"Sid":"{sid}","Effect":"Allow","Principal":"*","Action":"kms:Decypt","Resource":"*"}}]}}"#
            )
        };
        whole(&"x".repeat(length - whole("").len()))
    };
    let of = |length| key(by(ROLE), &template("", &format!("{{ KeyPolicy: {} }}", json(length))));
    assert_eq!(ignored(&of(32_768)), ["kms:Decypt→kms:Decrypt"]);
    assert_eq!(ignored(&of(32_769)), [""; 0]);
}

/// Nor of the policy of a key that CloudFormation refuses.
#[test]
fn nothing_is_said_of_a_key_that_is_refused() {
    let statement = "{ Effect: Allow, Principal: '*', Action: 'kms:Decypt', Resource: '*' }";
    let of = |description: &str| {
        let properties =
            format!("{{ Description: {description}, KeyPolicy: {{ Statement: [{ACCOUNT}, {statement}] }} }}");
        ignored(&key(by(ROLE), &template("", &properties)))
    };
    assert_eq!(of("a"), ["kms:Decypt→kms:Decrypt"]);
    assert_eq!(of("!Ref Missing"), [""; 0]);
    assert_eq!(of("!Select [3, [a]]"), [""; 0]);
}

/// A policy that stands in the template as JSON text is looked at as any other.
#[test]
fn json_text_is_looked_at_too() {
    let text = r#"'{"Statement":[{"Effect":"Allow","Principal":"*","Action":"kms:Decypt","Resource":"*"}]}'"#;
    assert_eq!(ignored(&key(by(ROLE), &template("", &format!("{{ KeyPolicy: {text} }}")))), ["kms:Decypt→kms:Decrypt"]);
}

#[test]
fn a_resource_that_is_not_this_key_has_no_effect() {
    for (resource, expected) in [
        ("'arn:aws:dynamodb:*'", true),
        ("!Sub 'arn:aws:kms:${AWS::Region}:111122223333:alias/vault'", true),
        ("!Sub 'arn:aws:kms:${AWS::Region}:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'", true),
        ("!Sub 'arn:aws:kms:${AWS::Region}:444455556666:key/*'", true),
        ("!Sub 'arn:aws:kms:${AWS::Region}:111122223333:key/mrk-*'", true),
        ("!Sub 'arn:aws:kms:${AWS::Region}:111122223333:key/*'", false),
        ("'arn:aws:kms:eu-west-1:111122223333:key/*'", false),
        ("['arn:aws:s3:::bucket', '*']", false),
        ("!Ref AWS::StackName", true),
        ("!ImportValue KeyArn", false),
    ] {
        let answer = elements(&format!("Action: 'kms:Decrypt', Resource: {resource}"));
        assert_eq!(ignored(&answer) == ["resource"], expected, "{resource}");
    }
}

/// What stands behind an open condition may or may not be there.
#[test]
fn nothing_is_claimed_that_hangs_on_an_unknown_value() {
    let sections = "Parameters: { P: { Type: String } }\nConditions: { C: !Equals [!Ref P, x] }";
    let statement = "!If [C, { Effect: Deny, Principal: '*', Action: 'kms:Decypt', Resource: 'arn:aws:s3:::b', Condition: { StringNotEquals: { 'aws:PrincipalOrgID': o-1 } } }, !Ref AWS::NoValue]";
    let properties =
        |rest: &str| format!("{{ KeyPolicy: {{ Version: '2012-10-17', Statement: [{ACCOUNT}, {rest}] }} }}");
    let answer = key(by(ROLE), &template(sections, &properties(statement)));
    assert!(answer.beyond.ineffective.is_empty() && answer.beyond.denies_services.is_empty());
    let given = Inputs { parameters: [("P".to_owned(), "x".to_owned())].into(), ..by(ROLE) };
    let answer = key(given, &template(sections, &properties(statement)));
    assert_eq!(ignored(&answer), ["kms:Decypt→kms:Decrypt", "resource"]);
}

fn left(answer: &KeyAnswer) -> Vec<&str> {
    answer.beyond.unsubstituted.iter().map(|one| one.written.as_str()).collect()
}

#[test]
fn variables_that_only_sub_replaces() {
    let of = |sections: &str, rest: &str| {
        let properties = format!(
            "{{ KeyPolicy: {{ Version: '2012-10-17', Statement: [{ACCOUNT}, {{ Effect: Allow, {rest} }}] }} }}"
        );
        key(by(ROLE), &template(sections, &properties))
    };
    let env = "Parameters: { Env: { Type: String, Default: dev } }";
    for (rest, expected) in [
        (
            "Principal: { AWS: 'arn:aws:iam::${AWS::AccountId}:root' }, Action: 'kms:*', Resource: '*'",
            vec!["${AWS::AccountId}"],
        ),
        (
            "Principal: { AWS: 'arn:aws:iam::#{AWS::AccountId}:root' }, Action: 'kms:*', Resource: '*'",
            vec!["#{AWS::AccountId}"],
        ),
        ("Principal: { AWS: 'arn:aws:iam::111122223333:role/${Env}' }, Action: 'kms:*', Resource: '*'", vec!["${Env}"]),
        (
            "Principal: '*', Action: 'kms:*', Resource: 'arn:aws:kms:${AWS::Region}:111122223333:key/*'",
            vec!["${AWS::Region}"],
        ),
        (
            "Principal: '*', Action: 'kms:*', Resource: '*', Condition: { StringEquals: { 'kms:ViaService': ['s3.${AWS::Region}.amazonaws.com'] } }",
            vec!["${AWS::Region}"],
        ),
        (
            "Principal: '*', Action: 'kms:*', Resource: '*', Condition: { StringEquals: { 'aws:PrincipalTag/t': '${aws:username}' } }",
            vec![],
        ),
        (
            "Principal: '*', Action: 'kms:*', Resource: '*', Condition: { StringEquals: { 'aws:PrincipalTag/t': '${Other}' } }",
            vec![],
        ),
        (
            "Principal: { AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:role/${Env}' }, Action: 'kms:*', Resource: '*'",
            vec![],
        ),
        ("Sid: 'For ${AWS::StackName}', Principal: '*', Action: 'kms:Decrypt', Resource: '*'", vec![]),
    ] {
        assert_eq!(left(&of(env, rest)), expected, "{rest}");
    }
    let first = "Principal: { AWS: 'arn:aws:iam::${AWS::AccountId}:root' }, Action: 'kms:*', Resource: '*'";
    assert!(left(&of("Transform: My::Macro", first)).is_empty(), "the macro may replace it");
}

#[test]
fn account_ids_without_quotes_that_reach_a_key() {
    let sections = "Parameters: { Partner: { Type: String, Default: 012345670123 }, Other: { Type: String, Default: 011111111111 } }
Mappings: { M: { 023456701234: { Name: x } } }
Conditions: { C: !Equals [!Ref AWS::AccountId, 034567012345] }";
    let statement = |principal: &str| {
        let rest = "Action: 'kms:Decrypt', Resource: '*'";
        let properties = format!(
            "{{ Description: !If [C, !FindInMap [M, !Ref AWS::AccountId, Name], b], KeyPolicy: {{ Statement: [{ACCOUNT}, {{ Effect: Allow, Principal: {{ AWS: {principal} }}, {rest} }}] }} }}"
        );
        checked(by(ROLE), &template(sections, &properties)).numbers
    };
    let read = |principal: &str| statement(principal).into_iter().map(|one| one.written).collect::<Vec<_>>();
    let beside = ["023456701234", "034567012345"];
    assert_eq!(read("'012345678901'"), beside, "quotes");
    assert_eq!(read("111122223333"), beside, "no leading zero: the digits stay");
    assert_eq!(read("!Ref Partner"), ["012345670123", beside[0], beside[1]], "by a parameter");
    let mut direct = read("[012345678901, 012345670123]");
    direct.sort();
    assert_eq!(direct, ["012345670123", "012345678901", beside[0], beside[1]]);
    let one = statement("012345670123").into_iter().find(|one| one.written == "012345670123").expect("it is found");
    assert_eq!((one.read.as_str(), one.key.as_str()), ("1402433619", "K"));
}

const APP: &str = "Type: AWS::IAM::Role, Properties: { RoleName: App }";

fn unordered(principal: &str, attributes: &str, role: &str, inputs: Inputs) -> Vec<(String, bool)> {
    let statements = format!(
        "[{ACCOUNT}, {{ Effect: Allow, Principal: {{ AWS: {principal} }}, Action: 'kms:Decrypt', Resource: '*' }}]"
    );
    let text = format!("{}  App: {{ {role} }}\n", policy(&statements))
        .replace("Type: AWS::KMS::Key\n", &format!("Type: AWS::KMS::Key\n{attributes}"));
    let answer = key(inputs, &text);
    assert_eq!(answer.verdict.word(), "safe-if-iam", "the verdict stands");
    answer.beyond.unordered.iter().map(|one| (one.id.clone(), one.needs_key)).collect()
}

#[test]
fn a_role_of_the_same_stack_that_is_named_by_text_may_not_exist_yet() {
    let by_text = "'arn:aws:iam::111122223333:role/App'";
    let found = |principal: &str, attributes: &str, role: &str| unordered(principal, attributes, role, by(ROLE));
    assert_eq!(found(by_text, "", APP), [("App".to_owned(), false)]);
    assert_eq!(found("!Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/App'", "", APP).len(), 1);
    for waits in ["!GetAtt App.Arn", "!Sub 'arn:aws:iam::${AWS::AccountId}:role/${App}'"] {
        assert!(found(waits, "", APP).is_empty(), "{waits}");
    }
    assert!(found(by_text, "    DependsOn: App\n", APP).is_empty());
    assert!(found("'arn:aws:iam::111122223333:role/Other'", "", APP).is_empty());
    let other = "Type: AWS::IAM::InstanceProfile, Properties: { InstanceProfileName: App, RoleName: App }";
    assert!(found(by_text, "", other).is_empty(), "no principal");
    for (condition, expected) in [("!Equals [a, a]", 1), ("!Equals [a, b]", 0), ("!Equals [!Ref AWS::StackName, a]", 0)]
    {
        let role = format!("Condition: C, {APP} }}\nConditions: {{ C: {condition}");
        assert_eq!(found(by_text, "", &role).len(), expected, "{condition}");
    }
    assert!(found(by_text, "", &APP.replace("App", "/path/App")).is_empty(), "another path");
    let circle = "Type: AWS::IAM::Role, Properties: { RoleName: App, Description: !GetAtt K.Arn }";
    assert_eq!(found(by_text, "", circle), [("App".to_owned(), true)]);
}

/// A macro may change which resources there are, and in what order.
#[test]
fn nothing_is_said_of_the_order_that_a_macro_may_change() {
    let statement = "{ Effect: Allow, Principal: { AWS: 'arn:aws:iam::111122223333:role/App' }, Action: 'kms:Decrypt', Resource: '*' }";
    let text = format!("{}  App: {{ {APP} }}\n", policy(&format!("[{ACCOUNT}, {statement}]")));
    assert_eq!(key(by(ROLE), &text).beyond.unordered.len(), 1);
    assert!(key(by(ROLE), &format!("Transform: My::Macro{text}")).beyond.unordered.is_empty());
}

#[test]
fn a_role_that_the_snapshot_has_exists_already() {
    let text = "{ RoleDetailList: [{ RoleName: Deploy, Arn: 'arn:aws:iam::111122223333:role/Deploy', RolePolicyList: [{ PolicyName: P, PolicyDocument: { Statement: { Effect: Allow, Action: '*', Resource: '*' } } }] }, { RoleName: App, Arn: 'arn:aws:iam::111122223333:role/App' }] }";
    let snapshot = Snapshot::parse(Document::from_text(FileId(7), text).expect("it reads")).expect("it is one");
    let statements = format!(
        "[{ACCOUNT}, {{ Effect: Allow, Principal: {{ AWS: 'arn:aws:iam::111122223333:role/App' }}, Action: 'kms:Decrypt', Resource: '*' }}]"
    );
    let answer =
        key(Inputs { snapshot: Some(snapshot), ..by(ROLE) }, &format!("{}  App: {{ {APP} }}\n", policy(&statements)));
    assert_eq!((answer.verdict.word(), answer.beyond.unordered.len()), ("safe", 0));
}
