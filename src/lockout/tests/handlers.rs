//! KMS facts (h): each call that CloudFormation's handlers make as the deployer, denied and allowed. Source of every row:
//! `aws/handlers.rs`.

use crate::aws::{HANDLER_CALLS, Stage};
use crate::deployment::Inputs;
use crate::policy::{Layer, Layers};

use super::{ROLE, by, key, policies_of, with_iam};

/// All actions of the table.
fn actions() -> Vec<&'static str> {
    let mut all: Vec<&str> = HANDLER_CALLS.iter().map(|call| call.action).collect();
    all.push("kms:PutKeyPolicy");
    all.sort_unstable();
    all.dedup();
    all
}

/// A statement for `principal` with all of them but one.
fn all_but(principal: &str, left_out: &str) -> String {
    let rest: Vec<&str> = actions().into_iter().filter(|action| *action != left_out).collect();
    format!("[{{ Effect: Allow, Principal: {{ AWS: '{principal}' }}, Action: [{}], Resource: '*' }}]", quoted(&rest))
}

fn quoted(actions: &[&str]) -> String {
    actions.iter().map(|action| format!("'{action}'")).collect::<Vec<_>>().join(", ")
}

fn template(kind: &str, attributes: &str, properties: &str, statements: &str, others: &str) -> String {
    let primary = if kind == "AWS::KMS::ReplicaKey" {
        "PrimaryKeyArn: 'arn:aws:kms:us-east-1:111122223333:key/mrk-1', "
    } else {
        ""
    };
    format!(
        "Parameters: {{ P: {{ Type: String }} }}\nConditions: {{ C: !Equals [!Ref P, x], Yes: !Equals [a, a], No: !Equals [a, b] }}\nResources:\n  K:\n    Type: {kind}\n    {attributes}\n    Properties: {{ {primary}{properties} KeyPolicy: {{ Statement: {statements} }} }}\n{others}\n"
    )
}

/// The denied calls, as `action stage`.
fn stuck(inputs: Inputs, template: &str) -> Vec<String> {
    let found = key(inputs, template);
    assert!(found.open.iter().all(|open| open.kind == "iam"), "{:?}", found.open);
    let name = |stage| if stage == Stage::Create { "create" } else { "delete" };
    let mut out: Vec<String> =
        found.stuck.iter().map(|one| format!("{} {}", one.call.action, name(one.call.stage))).collect();
    out.dedup();
    out
}

const KEY: &str = "AWS::KMS::Key";
const REPLICA: &str = "AWS::KMS::ReplicaKey";
const ALIAS: &str = "  A: { Type: AWS::KMS::Alias, Properties: { AliasName: alias/a, TargetKeyId: !Ref K } }";
const READER: &str = "  R: { Type: AWS::SSM::Parameter, Properties: { Type: String, Value: !GetAtt K.Arn } }";
const COPY: &str = "  Copy: { Type: AWS::KMS::ReplicaKey, Properties: { PrimaryKeyArn: !GetAtt K.Arn, KeyPolicy: { Statement: [] } } }";
const FOREIGN: &str = "  Copy: { Type: AWS::KMS::ReplicaKey, Properties: { PrimaryKeyArn: 'arn:aws:kms:us-east-1:111122223333:key/mrk-2', KeyPolicy: { Statement: [] } } }";
const UNREAD: &str =
    "  R: { Type: AWS::SSM::Parameter, Condition: No, Properties: { Type: String, Value: !GetAtt K.Arn } }";
const ID_READ: &str = "  R: { Type: AWS::SSM::Parameter, Properties: { Type: String, Value: !GetAtt K.KeyId } }";
const OTHER_READ: &str = "  Role: { Type: AWS::IAM::Role, Properties: { RoleName: R } }
  R: { Type: AWS::SSM::Parameter, Properties: { Type: String, Value: !GetAtt Role.Arn } }";
const OUTPUT: &str = "Outputs: { O: { Value: !Sub '${K.Arn}' } }";

/// Type, property, other resources, the action that is left out, the calls that fail.
const CASES: &[(&str, &str, &str, &str, &[&str])] = &[
    (KEY, "EnableKeyRotation: true,", "", "kms:EnableKeyRotation", &["kms:EnableKeyRotation create"]),
    (KEY, "EnableKeyRotation: false,", "", "kms:EnableKeyRotation", &[]),
    (KEY, "", "", "kms:EnableKeyRotation", &[]),
    (KEY, "EnableKeyRotation: !Ref P,", "", "kms:EnableKeyRotation", &[]),
    (KEY, "EnableKeyRotation: !If [C, true, false],", "", "kms:EnableKeyRotation", &[]),
    (KEY, "EnableKeyRotation: !If [Yes, true, false],", "", "kms:EnableKeyRotation", &["kms:EnableKeyRotation create"]),
    (KEY, "EnableKeyRotation: !If [C, true, 'true'],", "", "kms:EnableKeyRotation", &["kms:EnableKeyRotation create"]),
    (KEY, "EnableKeyRotation: !ImportValue Rotation,", "", "kms:EnableKeyRotation", &[]),
    (KEY, "Enabled: false,", "", "kms:DisableKey", &["kms:DisableKey create"]),
    (REPLICA, "Enabled: 'false',", "", "kms:DisableKey", &["kms:DisableKey create"]),
    (KEY, "Enabled: true,", "", "kms:DisableKey", &[]),
    (KEY, "", ALIAS, "kms:CreateAlias", &["kms:CreateAlias create"]),
    (KEY, "", ALIAS, "kms:DeleteAlias", &["kms:DeleteAlias delete"]),
    (KEY, "", "", "kms:CreateAlias", &[]),
    (KEY, "", READER, "kms:DescribeKey", &["kms:DescribeKey create", "kms:DescribeKey delete"]),
    (KEY, "", OUTPUT, "kms:DescribeKey", &["kms:DescribeKey create", "kms:DescribeKey delete"]),
    (KEY, "", "", "kms:DescribeKey", &["kms:DescribeKey delete"]),
    (REPLICA, "", "", "kms:DescribeKey", &["kms:DescribeKey create", "kms:DescribeKey delete"]),
    (KEY, "", COPY, "kms:ReplicateKey", &["kms:ReplicateKey create"]),
    (KEY, "", FOREIGN, "kms:ReplicateKey", &[]),
    (KEY, "", UNREAD, "kms:DescribeKey", &["kms:DescribeKey delete"]),
    (KEY, "", ID_READ, "kms:DescribeKey", &["kms:DescribeKey delete"]),
    (KEY, "", OTHER_READ, "kms:DescribeKey", &["kms:DescribeKey delete"]),
    (KEY, "", "", "kms:ReplicateKey", &[]),
    (KEY, "", "", "kms:ScheduleKeyDeletion", &["kms:ScheduleKeyDeletion delete"]),
    (REPLICA, "", "", "kms:ScheduleKeyDeletion", &["kms:ScheduleKeyDeletion delete"]),
    (KEY, "Tags: [{ Key: a, Value: b }],", "", "kms:TagResource", &[]),
];

/// Whatever another resource says of the ARN in this world counts, and nothing that it says in another one.
#[test]
fn the_arn_is_read_where_an_expression_comes_to_it() {
    let statements = all_but(ROLE, "kms:DescribeKey");
    for (value, expected) in [
        ("!GetAtt K.Arn", 2),
        ("!If [Yes, !GetAtt K.Arn, x]", 2),
        ("!If [No, !GetAtt K.Arn, x]", 1),
        ("!Sub '${K.Arn}'", 2),
        ("!Sub ['${K.Arn}-${X}', { X: x }]", 2),
        ("!Sub ['${X}', { X: !GetAtt K.Arn }]", 2),
        ("!Join ['', [!GetAtt K.Arn]]", 2),
        ("!If [C, !GetAtt K.Arn, x]", 1),
        ("!If [C, !GetAtt K.Arn, !Sub '${K.Arn}']", 2),
        ("!Ref K", 1),
    ] {
        let reader = READER.replace("!GetAtt K.Arn", value);
        assert_eq!(stuck(by(ROLE), &template(KEY, "", "", &statements, &reader)).len(), expected, "{value}");
    }
    for (condition, expected) in [("Yes", 2), ("No", 1), ("C", 1)] {
        let reader = READER.replace("Properties", &format!("Condition: {condition}, Properties"));
        assert_eq!(stuck(by(ROLE), &template(KEY, "", "", &statements, &reader)).len(), expected, "{condition}");
    }
}

#[test]
fn the_key_policy_has_to_allow_what_the_handlers_call() {
    for (kind, properties, others, left_out, expected) in CASES {
        let template = template(kind, "", properties, &all_but(ROLE, left_out), others);
        assert_eq!(stuck(by(ROLE), &template), *expected, "{kind} {properties} {others} without {left_out}");
    }
}

#[test]
fn a_statement_for_the_account_leaves_it_to_iam_that_nobody_gave() {
    for (kind, properties, others, left_out, expected) in CASES {
        let root = "arn:aws:iam::111122223333:root";
        let all = format!("[{{ Effect: Allow, Principal: {{ AWS: '{root}' }}, Action: 'kms:*', Resource: '*' }}]");
        assert_eq!(stuck(by(ROLE), &template(kind, "", properties, &all, others)), Vec::<String>::new(), "{kind}");
        // What it does not leave to IAM, IAM cannot allow.
        let some = template(kind, "", properties, &all_but(root, left_out), others);
        assert_eq!(stuck(by(ROLE), &some), *expected, "{kind} {properties} {others} without {left_out}");
    }
}

/// Every row of the table is denied where IAM allows only the lockout check's action, and none where IAM allows all.
#[test]
fn with_iam_policies_every_call_is_judged() {
    let root = "[{ Effect: Allow, Principal: { AWS: '111122223333' }, Action: 'kms:*', Resource: '*' }]";
    let mut left: Vec<&str> = HANDLER_CALLS.iter().map(|call| call.says).collect();
    for kind in [KEY, REPLICA] {
        let properties = "Enabled: false, EnableKeyRotation: true, Tags: [{ Key: a, Value: b }],";
        let template = template(kind, "", properties, root, &format!("{ALIAS}\n{READER}\n{COPY}"));
        let allows = |action: &str| format!("{{ Statement: {{ Effect: Allow, Action: '{action}', Resource: '*' }} }}");
        let denied = key(with_iam(by(ROLE), &allows("kms:PutKeyPolicy")), &template).stuck;
        left.retain(|says| denied.iter().all(|one| one.call.says != *says));
        assert_eq!(denied.len(), HANDLER_CALLS.iter().filter(|call| call.kinds.contains(&kind)).count(), "{kind}");
        assert!(key(with_iam(by(ROLE), &allows("kms:*")), &template).stuck.is_empty(), "{kind}");
    }
    assert!(left.is_empty(), "{left:?}");
}

/// CreateKey, the tags of a new key and the alias are up to IAM alone, whatever the key policy says.
#[test]
fn what_only_iam_can_allow_is_judged_by_iam() {
    let role = format!("[{{ Effect: Allow, Principal: {{ AWS: '{ROLE}' }}, Action: 'kms:*', Resource: '*' }}]");
    let template = template(KEY, "", "Tags: [{ Key: a, Value: b }],", &role, ALIAS);
    for (resource, expected) in [
        ("*", vec![]),
        // CreateKey is on no key.
        (
            "arn:aws:kms:*:111122223333:key/*",
            vec!["kms:CreateKey create", "kms:CreateAlias create", "kms:DeleteAlias delete"],
        ),
        ("arn:aws:kms:*:111122223333:alias/*", vec!["kms:CreateKey create", "kms:TagResource create"]),
        (
            "arn:aws:s3:::*",
            vec!["kms:CreateKey create", "kms:TagResource create", "kms:CreateAlias create", "kms:DeleteAlias delete"],
        ),
    ] {
        let iam = format!("{{ Statement: {{ Effect: Allow, Action: 'kms:*', Resource: '{resource}' }} }}");
        assert_eq!(stuck(with_iam(by(ROLE), &iam), &template), expected, "{resource}");
    }
    assert_eq!(stuck(by(ROLE), &template), Vec::<String>::new(), "IAM was not given");
    let scp = "{ Statement: [{ Effect: Allow, Action: '*', Resource: '*' }, { Effect: Deny, Action: 'kms:CreateKey', Resource: '*' }] }";
    let layers = Layers { scps: vec![policies_of(Layer::Scp, scp)], ..Layers::default() };
    assert_eq!(
        stuck(Inputs { layers, ..by(ROLE) }, &template),
        ["kms:CreateKey create"],
        "a Deny needs no IAM policies"
    );
}

/// Tags of a new key need kms:TagResource, if there are any for sure.
#[test]
fn only_tags_that_are_there_are_written() {
    let role = format!("[{{ Effect: Allow, Principal: {{ AWS: '{ROLE}' }}, Action: 'kms:*', Resource: '*' }}]");
    let iam = "{ Statement: { Effect: Allow, Action: 'kms:CreateKey', Resource: '*' } }";
    for (tags, expected) in [
        ("[{ Key: a, Value: b }]", 1),
        ("[]", 0),
        ("{ a: b }", 1),
        ("{}", 0),
        ("!If [C, [{ Key: a, Value: b }], [{ Key: c, Value: d }]]", 1),
        ("!If [C, [{ Key: a, Value: b }], !Ref AWS::NoValue]", 0),
        ("!Ref AWS::NoValue", 0),
    ] {
        let template = template(KEY, "", &format!("Tags: {tags},"), &role, "");
        let found = stuck(with_iam(by(ROLE), iam), &template);
        let tagged = found.iter().filter(|one| one.starts_with("kms:TagResource")).count();
        assert_eq!(tagged, expected, "{tags}: {found:?}");
    }
}

/// What the template says of the deletion is what the call carries, or nothing.
#[test]
fn the_call_carries_what_the_template_says() {
    let deletes = |condition: &str| {
        let statement = format!(
            "{{ Effect: Allow, Principal: {{ AWS: '{ROLE}' }}, Action: 'kms:ScheduleKeyDeletion', Resource: '*', Condition: {condition} }}"
        );
        let all = all_but(ROLE, "kms:ScheduleKeyDeletion");
        let statements = format!("[{statement}, {}]", all.trim_matches(['[', ']']));
        stuck(by(ROLE), &template(KEY, "", "PendingWindowInDays: 7,", &statements, "")).len()
    };
    for (condition, expected) in [
        ("{ NumericEquals: { 'kms:ScheduleKeyDeletionPendingWindowInDays': '30' } }", 1),
        ("{ NumericEquals: { 'kms:ScheduleKeyDeletionPendingWindowInDays': '7' } }", 0),
        ("{ NumericEquals: { 'kms:RotationPeriodInDays': '7' } }", 0),
        ("{ Bool: { 'kms:GrantIsForAWSResource': 'true' } }", 1),
    ] {
        assert_eq!(deletes(condition), expected, "{condition}");
    }
}

#[test]
fn what_is_retained_is_not_deleted() {
    let statements = all_but(ROLE, "kms:ScheduleKeyDeletion");
    for (policy, expected) in [
        ("DeletionPolicy: Retain", 0),
        ("DeletionPolicy: RetainExceptOnCreate", 1),
        ("DeletionPolicy: Delete", 1),
        ("DeletionPolicy: !Ref P", 0),
        ("UpdateReplacePolicy: Retain", 1),
    ] {
        assert_eq!(stuck(by(ROLE), &template(KEY, policy, "", &statements, "")).len(), expected, "{policy}");
    }
    let kept = "  A: { Type: AWS::KMS::Alias, DeletionPolicy: Retain, Properties: { AliasName: alias/a, TargetKeyId: !Ref K } }";
    assert_eq!(stuck(by(ROLE), &template(KEY, "", "", &all_but(ROLE, "kms:DeleteAlias"), kept)), Vec::<String>::new());
}

/// Only what is created leads to a call, and only where that is certain.
#[test]
fn what_is_not_created_leads_to_nothing() {
    for (condition, expected) in [("Yes", 1), ("No", 0), ("C", 0)] {
        let others = ALIAS.replace("Properties", &format!("Condition: {condition}, Properties"));
        let found = stuck(by(ROLE), &template(KEY, "", "", &all_but(ROLE, "kms:CreateAlias"), &others));
        assert_eq!(found.len(), expected, "{condition}");
    }
    let other = "  A: { Type: AWS::KMS::Alias, Properties: { AliasName: alias/a, TargetKeyId: 'arn:aws:kms:eu-west-1:111122223333:key/1' } }";
    assert_eq!(stuck(by(ROLE), &template(KEY, "", "", &all_but(ROLE, "kms:CreateAlias"), other)), Vec::<String>::new());
}

/// A Deny reaches the deployer's further calls, too; what it hangs on and nobody knows is not claimed.
#[test]
fn conditions_and_denials_count_as_for_the_check() {
    let allow = format!("{{ Effect: Allow, Principal: {{ AWS: '{ROLE}' }}, Action: 'kms:*', Resource: '*' }}");
    let deny = |condition: &str| {
        let deny = format!(
            "{{ Effect: Deny, Principal: '*', Action: 'kms:ScheduleKeyDeletion', Resource: '*', Condition: {condition} }}"
        );
        stuck(by(ROLE), &template(KEY, "", "", &format!("[{allow}, {deny}]"), "")).len()
    };
    for (condition, expected) in [
        ("{ StringEquals: { 'aws:ViaAWSService': 'true' } }", 1),
        ("{ ArnNotEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/Other' } }", 1),
        ("{ ArnNotEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/Deploy' } }", 0),
        ("{ StringEquals: { 'aws:PrincipalTag/Team': 'x' } }", 0),
        ("{ NumericLessThan: { 'kms:ScheduleKeyDeletionPendingWindowInDays': '30' } }", 0),
        // A key of this call, of which only kms:PutKeyPolicy is known not to carry it.
        ("{ NumericNotEquals: { 'kms:ScheduleKeyDeletionPendingWindowInDays': '7' } }", 0),
        ("{ StringNotEquals: { 'kms:EncryptionAlgorithm': 'x' } }", 0),
        ("{ StringEquals: { 'kms:CallerAccount': '111122223333' } }", 1),
        ("{ StringNotEquals: { 'aws:SourceVpce': 'vpce-1' } }", 1),
        // Of less than high confidence.
        ("{ Bool: { 'aws:PrincipalIsAWSService': 'false' } }", 0),
        ("{ StringEquals: { 'kms:ViaService': 'cloudformation.eu-west-1.amazonaws.com' } }", 0),
    ] {
        assert_eq!(deny(condition), expected, "{condition}");
    }
}

/// The statement that denies a call is the one to show, where one does.
#[test]
fn the_statement_that_denies_is_named() {
    let allow = format!("{{ Effect: Allow, Principal: {{ AWS: '{ROLE}' }}, Action: 'kms:*', Resource: '*' }}");
    let of = |statements: &str| {
        let template = template(KEY, "", "", statements, "");
        let found = key(by(ROLE), &template).stuck;
        let denial = &found.first().expect("it is denied").denial;
        let shown = denial.statement.and_then(|span| template.get(span.start as usize..span.end as usize));
        (shown.map(str::to_owned), denial.by_condition)
    };
    let deny = "Effect: Deny, Principal: '*', Action: 'kms:ScheduleKeyDeletion', Resource: '*'";
    let other = "{ Effect: Deny, Principal: '*', Action: 'kms:Decrypt', Resource: '*' }";
    let (shown, _) = of(&format!("[{other}, {allow}, {{ {deny} }}]"));
    assert!(shown.is_some_and(|text| text.contains("ScheduleKeyDeletion")));
    assert_eq!(of(&all_but(ROLE, "kms:ScheduleKeyDeletion")), (None, false), "no statement does");
    let account = allow
        .replace("kms:*", "kms:ScheduleKeyDeletion")
        .replace("Resource: '*'", "Resource: '*', Condition: { StringEquals: { 'aws:PrincipalType': User } }");
    let under = format!("[{account}, {}]", all_but(ROLE, "kms:ScheduleKeyDeletion").trim_matches(['[', ']']));
    assert_eq!(of(&under), (None, true), "a condition does");
}

/// What KMS refuses does not come to the handlers.
#[test]
fn a_refused_key_is_not_stuck() {
    let other = all_but("arn:aws:iam::111122223333:role/Other", "");
    let template = template(KEY, "", "EnableKeyRotation: true,", &other, "");
    let found = key(by(ROLE), &template);
    assert_eq!(found.verdict.word(), "lockout");
    assert!(found.stuck.is_empty());
}
