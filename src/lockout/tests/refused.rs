//! What KMS refuses whoever sends it, and what CloudFormation refuses first. Sources: KMS API, CreateKey (Policy); KMS facts
//! (f); CloudFormation User Guide, troubleshooting.html.

use crate::lockout::{Outcome, Verdict};
use crate::policy::{Problem, ProblemKind};

use super::{ROLE, allow, by, checked, key, policy, template, word};

const DELEGATES: &str =
    "{ Effect: Allow, Principal: { AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:root' }, Action: 'kms:*', Resource: '*' }";

fn problems(statements: &str) -> Vec<ProblemKind> {
    match key(by(ROLE), &policy(statements)).leaf.map(|leaf| leaf.outcome) {
        Some(Outcome::Invalid(problems)) => problems.iter().map(Problem::kind).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn principals_that_cannot_exist() {
    for principal in [
        "arn:aws:iam::111122223333:role/*",
        "arn:aws:iam::*:root",
        "arn:aws:iam::111122223333:role/app-?",
        "arn:aws:iam::111122223333:group/Admins",
        "arn:aws:iam:::root",
        "arn:aws:iam::1111:root",
        "arn:aws:iam::111122223333:rol/Deploy",
        "arn:aws:iam::111122223333:role",
        "arn:aws:iam::111122223333:role/",
        "arn:aws:sts::111122223333:assumed-role/Deploy",
        "arn:aws:s3:::bucket",
        "arn:amazon:iam::111122223333:root",
        "arn:aws-cn:iam::111122223333:root",
        "AIDACKCEVSQ6C2EXAMPLE",
        "AROACKCEVSQ6C2EXAMPLE",
        "1111",
        "1111222233334",
        "Deploy",
        "",
    ] {
        let statements = format!(
            "[{DELEGATES}, {{ Effect: Allow, Principal: {{ AWS: ['{principal}'] }}, Action: 'kms:Decrypt', Resource: '*' }}]"
        );
        assert_eq!(word(ROLE, &statements), "invalid", "{principal}");
        assert_eq!(problems(&statements), [ProblemKind::Principal], "{principal}");
    }
}

#[test]
fn documents_that_are_no_key_policies() {
    for statements in [
        "[]".to_owned(),
        "[{ Effect: Allow, Action: 'kms:*', Resource: '*' }]".to_owned(),
        "[{ Effect: Allow, Principal: {}, Action: 'kms:*', Resource: '*' }]".to_owned(),
        "[{ Effect: Allow, Principal: { AWS: [] }, Action: 'kms:*', Resource: '*' }]".to_owned(),
        "[{ Effect: allow, Principal: '*', Action: 'kms:*', Resource: '*' }]".to_owned(),
        "[{ Principal: '*', Action: 'kms:*', Resource: '*' }]".to_owned(),
        "[{ Effect: Allow, Principal: '*', NotPrincipal: '*', Action: 'kms:*', Resource: '*' }]".to_owned(),
        "[{ Effect: Allow, Principal: '*', Action: 'kms:*', NotAction: 'kms:*', Resource: '*' }]".to_owned(),
        "[{ Effect: Allow, Principal: '*', Action: 'kms:*', Resource: '*', Condition: { StringEquals: x } }]"
            .to_owned(),
        "[text]".to_owned(),
        allow("'arn:aws:iam::111122223333:role/Deploy'"),
        allow("['*']"),
        format!("[{}]", DELEGATES.replace("Effect: Allow", "Sid: 'キー', Effect: Allow")),
        format!("[{}]", DELEGATES.replace("Effect: Allow", &format!("Sid: '{}', Effect: Allow", "x".repeat(32_768)))),
    ] {
        let shown = statements.get(..statements.len().min(100)).unwrap_or_default();
        assert_eq!(word(ROLE, &statements), "invalid", "{shown}");
        assert_eq!(problems(&statements), [ProblemKind::Malformed], "{shown}");
    }
}

#[test]
fn what_kms_does_accept() {
    for statements in [
        format!("[{}]", DELEGATES.replace("Effect: Allow", "Sid: 'Umlaute äöü and spaces', Effect: Allow")),
        format!("[{}]", DELEGATES.replace("Effect: Allow", &format!("Sid: '{}', Effect: Allow", "x".repeat(30_000)))),
        format!("[{}]", DELEGATES.replace("kms:*', Res", "kms:*', Sid: A, Res")),
    ] {
        assert_eq!(word(ROLE, &statements), "safe-if-iam");
    }
}

#[test]
fn invalid_comes_before_lockout() {
    assert_eq!(word(ROLE, &allow("{ AWS: 'arn:aws:iam::111122223333:role/*' }")), "invalid");
}

#[test]
fn a_policy_that_is_no_object() {
    for (policy, expected) in [
        ("text", Verdict::Invalid),
        ("[]", Verdict::Invalid),
        ("{ Version: '2012-10-17' }", Verdict::Invalid),
        ("{ Version: '2020-01-01', Statement: [] }", Verdict::Invalid),
        ("!Ref AWS::NoValue", Verdict::DefaultPolicy),
        ("null", Verdict::Invalid),
    ] {
        assert_eq!(key(by(ROLE), &template("", &format!("{{ KeyPolicy: {policy} }}"))).verdict, expected, "{policy}");
    }
}

#[test]
fn a_policy_may_be_json_text() {
    let text = r#"'{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/Deploy"}, "Action": "kms:*", "Resource": "*"}]}'"#;
    let with = |policy: &str| key(by(ROLE), &template("", &format!("{{ KeyPolicy: {policy} }}"))).verdict.word();
    assert_eq!(with(text), "safe");
    assert_eq!(with(&text.replace("role/Deploy", "role/Other")), "lockout");
    assert_eq!(with(&format!("!Sub {}", text.replace("111122223333", "${AWS::AccountId}"))), "safe");
    assert_eq!(with(&text.replace("\"Version\"", "Version")), "invalid");
    assert_eq!(with("'{'"), "invalid");
}

#[test]
fn a_replica_key_needs_a_policy_and_cannot_bypass_the_check() {
    let replica = |properties: &str| {
        let text = template("", properties).replace("AWS::KMS::Key", "AWS::KMS::ReplicaKey");
        key(by(ROLE), &text).verdict.word()
    };
    assert_eq!(replica("{ PrimaryKeyArn: 'arn:aws:kms:eu-west-1:111122223333:key/mrk-1' }"), "invalid");
    let other = allow("{ AWS: 'arn:aws:iam::111122223333:role/Other' }");
    let policy = format!("{{ BypassPolicyLockoutSafetyCheck: true, KeyPolicy: {{ Statement: {other} }} }}");
    assert_eq!(replica(&policy), "lockout");
    let text = template("", &policy).replace("AWS::KMS::Key", "AWS::KMS::ReplicaKey");
    assert_eq!(key(by(ROLE), &text).kind, "AWS::KMS::ReplicaKey");
}

#[test]
fn bypass_skips_the_check_and_nothing_else() {
    let with = |flag: &str, statements: &str| {
        let properties =
            format!("{{ BypassPolicyLockoutSafetyCheck: {flag}, KeyPolicy: {{ Statement: {statements} }} }}");
        let answer = key(by(ROLE), &template("", &properties));
        (answer.verdict, answer.without_bypass)
    };
    let other = allow("{ AWS: 'arn:aws:iam::111122223333:role/Other' }");
    assert_eq!(with("true", &other), (Verdict::Bypassed, Some(Verdict::Lockout)));
    assert_eq!(with("'true'", &other), (Verdict::Bypassed, Some(Verdict::Lockout)));
    assert_eq!(with("false", &other), (Verdict::Lockout, None));
    let wild = allow("{ AWS: 'arn:aws:iam::111122223333:role/*' }");
    assert_eq!(with("true", &wild), (Verdict::Invalid, None));
}

#[test]
fn what_cloudformation_refuses() {
    let good = format!("{{ KeyPolicy: {{ Statement: [{DELEGATES}] }} }}");
    for (sections, properties) in [
        ("", "{ Description: !Ref Nothing }".to_owned()),
        ("", "{ Description: !GetAtt Nothing.Arn }".to_owned()),
        ("", "{ Description: !Sub '${Nothing}' }".to_owned()),
        ("", "{ Description: !Ref K }".to_owned()),
        ("", "{ KeyPolicy: { Statement: [{ Effect: Allow, Principal: '*', Action: 'kms:*', Resource: !GetAtt K.Arn }] } }".to_owned()),
        ("", "{ Description: !If [Nothing, a, b] }".to_owned()),
        ("Conditions: { A: !Condition B, B: !Not [!Condition A] }", "{ Description: !If [A, a, b] }".to_owned()),
        ("Mappings: { M: { a: { b: c } } }", "{ Description: !FindInMap [M, a, x] }".to_owned()),
        ("", "{ Description: !FindInMap [M, a, x] }".to_owned()),
        ("", "{ Description: !Select [3, [a, b]] }".to_owned()),
        ("", "{ Description: !Select [x, [a, b]] }".to_owned()),
        ("", "{ Description: !Join [a] }".to_owned()),
        ("", "{ Description: null }".to_owned()),
    ] {
        let text = format!("{}  Good:\n    Type: AWS::KMS::Key\n    Properties: {good}\n", template(sections, &properties));
        let checked = checked(by(ROLE), &text);
        let word = |id: &str| checked.keys.iter().find(|key| key.id == id).map(|key| key.verdict.word());
        assert_eq!(word("K"), Some("invalid"), "{properties}");
        assert_eq!(word("Good"), Some("safe-if-iam"), "the other key is still judged: {properties}");
    }
}

#[test]
fn a_key_is_touched_by_what_is_wrong_with_the_resources_it_needs() {
    let text = template(
        "",
        "{ KeyPolicy: { Statement: [{ Effect: Allow, Principal: { AWS: !GetAtt A.Arn }, Action: 'kms:*', Resource: '*' }] } }",
    );
    for roles in [
        "  A: { Type: AWS::IAM::Role, Properties: { RoleName: !Ref B } }\n  B: { Type: AWS::IAM::Role, Properties: { RoleName: !Ref A } }\n",
        "  A: { Type: AWS::IAM::Role, Properties: { RoleName: !Ref A } }\n",
        "  A: { Type: AWS::IAM::Role, Properties: { RoleName: !Ref Nothing } }\n",
        "  A: { Type: AWS::IAM::Role, DependsOn: B }\n  B: { Type: AWS::IAM::Role, DependsOn: Nothing }\n",
    ] {
        assert_eq!(key(by(ROLE), &format!("{text}{roles}")).verdict, Verdict::Invalid, "{roles}");
    }
}

/// What refers to itself is refused, unless a condition may take it out, or SAM writes something else for it.
#[test]
fn circles_that_certainly_are_there() {
    let refused = |a: &str, b: &str| {
        let text = format!("{}  A: {{ {a}, DependsOn: B }}\n  B: {{ {b}, DependsOn: A }}\n", template("", "{}"));
        let sections = "Conditions: { C: !Equals [!Ref AWS::Region, a] }";
        checked(by(ROLE), &format!("{sections}{text}"))
            .refusals
            .into_iter()
            .map(|(_, one)| one.message)
            .collect::<Vec<_>>()
    };
    let topic = "Type: AWS::SNS::Topic";
    let found = refused(topic, topic);
    assert!(found.iter().any(|one| one.contains("`A`") && one.contains("`B`")), "{found:?}");
    assert_eq!(refused(topic, "Type: AWS::SNS::Topic, Condition: C"), [""; 0]);
    assert_eq!(refused(topic, "Type: AWS::Serverless::Function"), [""; 0]);
}

#[test]
fn references_to_nothing_are_refused_wherever_they_stand() {
    for value in ["!Ref Missing", "!GetAtt Missing.Arn", "!Sub '${Missing}'", "!Sub '${Missing.Arn}'"] {
        let text =
            format!("{}  T: {{ Type: AWS::SNS::Topic, Properties: {{ TopicName: {value} }} }}\n", template("", "{}"));
        let found = checked(by(ROLE), &text).refusals;
        assert!(found.iter().any(|(_, one)| one.message.contains("`Missing`")), "{value}: {found:?}");
    }
}

/// A template that CloudFormation refuses for some values only is refused for those.
#[test]
fn what_is_refused_for_some_values_is_asked() {
    let sections = "Parameters: { P: { Type: String }, Q: { Type: String } }\nConditions: { C: !Equals [!Ref P, x], D: !Equals [!Ref Q, x] }";
    let out_of_range = "!Select [3, [a]]";
    for (description, expected) in [
        (format!("!If [C, {out_of_range}, b]"), "undecided"),
        (format!("!If [C, !If [D, {out_of_range}, a], b]"), "undecided"),
        (format!("!If [C, {out_of_range}, {out_of_range}]"), "invalid"),
        ("!If [C, a, b]".to_owned(), "default-policy"),
    ] {
        let properties = format!("{{ Description: {description} }}");
        assert_eq!(key(by(ROLE), &template(sections, &properties)).verdict.word(), expected, "{description}");
    }
    let in_a_list = format!("{{ Tags: [{{ Key: a, Value: {out_of_range} }}] }}");
    assert_eq!(key(by(ROLE), &template("", &in_a_list)).verdict.word(), "invalid");
}

#[test]
fn what_cloudformation_does_not_refuse() {
    for (sections, properties) in [
        ("Parameters: { P: { Type: String, Default: x } }", "{ Description: !Ref P }"),
        ("", "{ Description: !Sub '${AWS::StackName} ${!Literal}' }"),
        ("Conditions: { No: !Equals [a, b] }", "{ Description: !If [No, !Select [3, [a]], b] }"),
        ("Transform: My::Macro", "{ Description: !Ref MadeByTheMacro }"),
        ("", "{ Description: '${Nothing} stays as it is' }"),
    ] {
        assert_eq!(key(by(ROLE), &template(sections, properties)).verdict, Verdict::DefaultPolicy, "{properties}");
    }
}
