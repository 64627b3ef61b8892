//! Updates: what the policy in force, which the previous template wrote, lets the deployer do.
//!
//! Source of every row: the UpdateHandlers of AWS::KMS::Key and AWS::KMS::ReplicaKey
//! (aws-cloudformation-resource-providers-kms), and the KMS API, PutKeyPolicy.

use super::*;
use crate::lockout::{UpdateOutcome, check_update};

const ALL: &str =
    "{ Effect: Allow, Principal: { AWS: 'arn:aws:iam::111122223333:role/Deploy' }, Action: 'kms:*', Resource: '*' }";
const OTHERS: &str =
    "{ Effect: Allow, Principal: { AWS: 'arn:aws:iam::111122223333:role/Admin' }, Action: 'kms:*', Resource: '*' }";
const READS: &str = "{ Effect: Allow, Principal: { AWS: 'arn:aws:iam::111122223333:role/Deploy' }, Action: ['kms:Describe*', 'kms:Get*'], Resource: '*' }";
const PUTS: &str = "{ Effect: Allow, Principal: { AWS: 'arn:aws:iam::111122223333:role/Deploy' }, Action: ['kms:DescribeKey', 'kms:PutKeyPolicy'], Resource: '*' }";
const ACCOUNT: &str =
    "{ Effect: Allow, Principal: { AWS: 'arn:aws:iam::111122223333:root' }, Action: 'kms:*', Resource: '*' }";

fn stacks(file: u32, text: &str) -> Stacks {
    let document = Document::from_text(FileId(file), text).expect("the template reads");
    Stacks::of(FileId(file), Template::parse(&document).expect("it is a template").into())
}

/// What an update comes to, in a word and the action or the open fact; and whether the policy is certainly the same.
fn update(inputs: Inputs, before: &str, after: &str) -> (String, bool) {
    let deployment = Deployment::from_inputs("default", inputs).expect("the deployment is one");
    let (new, old) = (stacks(0, after), stacks(1, before));
    let checked = check_update(&new, Some(&old), &deployment);
    let Some(update) = &checked[0].keys[0].update else { return ("none".to_owned(), false) };
    let word = match &update.outcome {
        UpdateOutcome::Fine => "fine".to_owned(),
        UpdateOutcome::Denied(denied) => format!("denied {}", denied.action),
        UpdateOutcome::DefaultRefused(denied) => format!("default refused {}", denied.action),
        UpdateOutcome::Immutable(property, _) => format!("immutable {property}"),
        UpdateOutcome::Open(open) => format!("open {} {}", open[0].kind, open[0].name),
    };
    (word, update.unchanged)
}

fn of(properties: &str) -> String {
    template("", properties)
}

fn with(statements: &str, more: &str) -> String {
    of(&format!("{{ KeyPolicy: {{ Version: '2012-10-17', Statement: [{statements}] }}{more} }}"))
}

#[test]
fn each_call_of_an_update_needs_the_policy_in_force() {
    let none = of("{ Description: x }");
    for (before, after, expected, why) in [
        // The policy in force authorizes PutKeyPolicy, whatever the new one says.
        (with(READS, ""), with(ALL, ""), "denied kms:PutKeyPolicy", "the new policy comes too late"),
        (with(PUTS, ""), with(ALL, ""), "fine", "the policy in force lets it"),
        (with(ACCOUNT, ""), with(ALL, ""), "fine", "IAM may allow it: the verdict says so"),
        // DescribeKey comes first, for any change at all.
        (with(OTHERS, ""), with(ALL, ""), "denied kms:DescribeKey", "hard failure"),
        (with(OTHERS, ", Description: a"), with(OTHERS, ", Description: b"), "denied kms:DescribeKey", "any change"),
        (with(OTHERS, ""), with(OTHERS, ", PendingWindowInDays: 7"), "denied kms:DescribeKey", "a new property"),
        (with(OTHERS, ""), with(OTHERS, ""), "fine", "nothing changed: no call, whoever deploys now"),
        // What is put later grants nothing to the steps before.
        (with(PUTS, ""), with(ALL, ", EnableKeyRotation: true"), "denied kms:EnableKeyRotation", "before PutKeyPolicy"),
        (with(PUTS, ", EnableKeyRotation: true"), with(ALL, ""), "denied kms:DisableKeyRotation", "the default is off"),
        (with(PUTS, ", Enabled: false"), with(ALL, ""), "denied kms:EnableKey", "the default is on"),
        (with(PUTS, ""), with(ALL, ", Enabled: false"), "denied kms:DisableKey", "before PutKeyPolicy"),
        (with(PUTS, ", Description: a"), with(ALL, ", Description: b"), "denied kms:UpdateKeyDescription", "before it"),
        (with(PUTS, ""), with(ALL, ", Tags: [{ Key: a, Value: b }]"), "fine", "tags come after PutKeyPolicy"),
        (with(PUTS, ""), with(PUTS, ", EnableKeyRotation: false"), "fine", "the same as before"),
        (with(PUTS, ", EnableKeyRotation: true"), with(PUTS, ", EnableKeyRotation: maybe"), "fine", "nobody knows"),
        // PutKeyPolicy only where the text of the policy changed.
        (with(READS, ""), with(READS, ", PendingWindowInDays: 7"), "fine", "the policy is not put"),
        (with(READS, ""), with(READS, ", BypassPolicyLockoutSafetyCheck: true"), "fine", "bypass alone does nothing"),
        (
            with(READS, ""),
            with(ALL, ", BypassPolicyLockoutSafetyCheck: true"),
            "denied kms:PutKeyPolicy",
            "bypass skips the lockout check, not the authorization",
        ),
        // Without KeyPolicy, the default policy is in force; where it is removed, the default policy is put.
        (none.clone(), with(ALL, ", Description: x"), "fine", "IAM may allow it"),
        (with(READS, ", Description: x"), none.clone(), "denied kms:PutKeyPolicy", "the default policy is put"),
        (with(PUTS, ", Description: x"), none.clone(), "fine", "IAM may allow it"),
        // What cannot be changed.
        (with(ALL, ""), with(ALL, ", KeySpec: RSA_2048"), "immutable KeySpec", "CloudFormation refuses it"),
        (with(ALL, ", MultiRegion: true"), with(ALL, ""), "immutable MultiRegion", "the default is false"),
        (with(READS, ""), with(ALL, ", Origin: EXTERNAL"), "immutable Origin", "before any call"),
        (with(ALL, ""), with(ALL, ", KeySpec: SYMMETRIC_DEFAULT"), "fine", "the default, written down"),
    ] {
        assert_eq!(update(by(ROLE), &before, &after).0, expected, "{why}:\n{before}\n{after}");
    }
}

#[test]
fn what_is_no_update_of_the_same_key_is_not_checked() {
    let renamed = with(READS, "").replace("  K:", "  Old:");
    let conditional = |default: &str| {
        let sections = format!(
            "Parameters: {{ Made: {{ Type: String, Default: '{default}' }} }}\nConditions: {{ C: !Equals [!Ref Made, 'yes'] }}"
        );
        let text = template(&sections, &format!("{{ KeyPolicy: {{ Statement: [{READS}] }} }}"));
        text.replace("Type: AWS::KMS::Key", "Type: AWS::KMS::Key\n    Condition: C")
    };
    let replica = |primary: &str, statements: &str| {
        of(&format!("{{ PrimaryKeyArn: '{primary}', KeyPolicy: {{ Statement: [{statements}] }} }}"))
            .replace("AWS::KMS::Key\n", "AWS::KMS::ReplicaKey\n")
    };
    let [one, two] = ["a", "b"].map(|id| format!("arn:aws:kms:eu-west-1:111122223333:key/mrk-{id}"));
    for (before, after, expected, why) in [
        (renamed, with(ALL, ""), "none", "another logical id is another key"),
        (conditional("no"), conditional("yes"), "fine", "it was not created"),
        (conditional("yes"), conditional("yes").replace(READS, ALL), "denied kms:PutKeyPolicy", "it was, and is"),
        (
            with(READS, ""),
            format!("Rules: {{ R: {{ Assertions: [{{ Assert: !Equals [a, b] }}] }} }}{}", with(ALL, "")),
            "fine",
            "a broken rule",
        ),
        (replica(&one, READS), replica(&two, ALL), "fine", "another primary key replaces the replica"),
        (replica(&one, READS), replica(&one, ALL), "denied kms:PutKeyPolicy", "the replica stays"),
        (replica(&one, READS), with(ALL, ""), "none", "another type is another resource"),
        (with("{ Effect: Allow }", ""), with(ALL, ""), "fine", "KMS never took that policy"),
    ] {
        assert_eq!(update(by(ROLE), &before, &after).0, expected, "{why}");
    }
}

#[test]
fn iam_facts_decide_where_the_policy_in_force_leaves_it_to_them() {
    let iam = |actions: &str| {
        let document = format!("{{ Statement: [{{ Effect: Allow, Action: {actions}, Resource: '*' }}] }}");
        with_iam(by(ROLE), &document)
    };
    let (account, none) = (with(ACCOUNT, ", Description: x"), of("{ Description: x }"));
    let new = with(ALL, ", Description: x");
    for (actions, before, after, expected) in [
        ("['kms:Describe*']", &account, &new, "denied kms:PutKeyPolicy"),
        ("['kms:PutKeyPolicy']", &account, &new, "denied kms:DescribeKey"),
        ("['kms:Describe*', 'kms:Put*']", &account, &new, "fine"),
        ("['kms:Describe*']", &none, &new, "denied kms:PutKeyPolicy"),
        // The removed policy makes room for the default one, which KMS checks as any other.
        ("['s3:*']", &new, &none, "default refused kms:PutKeyPolicy"),
        ("['kms:PutKeyPolicy']", &new, &none, "fine"),
    ] {
        assert_eq!(update(iam(actions), before, after).0, expected, "{actions}");
    }
    let bypassed = of("{ Description: x, BypassPolicyLockoutSafetyCheck: true }");
    assert_eq!(update(iam("['s3:*']"), &new, &bypassed).0, "fine", "the check of the default policy is switched off");
}

#[test]
fn a_deny_in_the_policy_in_force_decides() {
    let deny = |more: &str| {
        format!("{ALL}, {{ Effect: Deny, Principal: '*', Action: 'kms:PutKeyPolicy', Resource: '*'{more} }}")
    };
    let bypass = ", Condition: { Bool: { 'kms:BypassPolicyLockoutSafetyCheck': 'true' } }";
    for (before, after, expected) in [
        (with(&deny(""), ""), with(ALL, ""), "denied kms:PutKeyPolicy"),
        (with(&deny(bypass), ""), with(ALL, ", BypassPolicyLockoutSafetyCheck: true"), "denied kms:PutKeyPolicy"),
        (with(&deny(bypass), ""), with(ALL, ""), "fine"),
    ] {
        assert_eq!(update(by(ROLE), &before, &after).0, expected, "{before}");
    }
}

#[test]
fn each_template_has_its_own_defaults() {
    let of = |default: &str| {
        let sections = format!("Parameters: {{ Admin: {{ Type: String, Default: {default} }} }}");
        let principal = "{ AWS: !Sub 'arn:aws:iam::111122223333:role/${Admin}' }";
        let admin = format!("{{ Effect: Allow, Principal: {principal}, Action: 'kms:*', Resource: '*' }}");
        template(&sections, &format!("{{ KeyPolicy: {{ Statement: [{admin}] }} }}"))
    };
    assert_eq!(update(by(ROLE), &of("Admin"), &of("Deploy")).0, "denied kms:DescribeKey");
    assert_eq!(update(by(ROLE), &of("Deploy"), &of("Admin")).0, "fine");
    assert_eq!(update(by(ROLE), &of("Admin"), &of("Admin")), ("fine".to_owned(), true));
    let given = Inputs { parameters: vec![("Admin".into(), "Deploy".into())], ..by(ROLE) };
    assert_eq!(
        update(given, &of("Admin"), &of("Deploy")),
        ("fine".to_owned(), true),
        "a value that is given holds for both"
    );
}

#[test]
fn what_hangs_on_open_facts_is_open_and_nothing_is_claimed() {
    let imported = "{ Effect: Allow, Principal: { AWS: !ImportValue Admin }, Action: 'kms:*', Resource: '*' }";
    let both = format!("{ALL}, {READS}");
    assert_eq!(update(by(ROLE), &with(imported, ""), &with(&both, "")).0, "open import Admin");
    assert_eq!(update(by(ROLE), &with(imported, ""), &with(imported, "")), ("fine".to_owned(), true), "the same value");
    let unknown = of("{ KeyPolicy: !ImportValue Policy }");
    assert_eq!(update(by(ROLE), &unknown, &with(ALL, "")).0, "fine", "nobody knows whether the text changed");
    assert_eq!(update(by(""), &with(READS, ""), &with(ALL, "")).0, "open deployer principal");
    let resource = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    let this = ALL.replace("Resource: '*'", &format!("Resource: '{resource}'"));
    let inputs = Inputs { region: Some("eu-west-1".to_owned()), ..by(ROLE) };
    assert_eq!(update(inputs, &with(&this, ""), &with(ALL, "")).0, "open key KeyId", "it may be the id of the key");
    let either = "Parameters: { P: { Type: String } }\nConditions: { C: !Equals [!Ref P, x] }";
    let before = |other: &str| {
        let policy = format!("!If [C, {other}, {{ Statement: [{READS}] }}]");
        template(either, &format!("{{ KeyPolicy: {policy} }}"))
    };
    let after = |statements: &str| template(either, &format!("{{ KeyPolicy: {{ Statement: [{statements}] }} }}"));
    assert_eq!(
        update(by(ROLE), &before(&format!("{{ Statement: [{READS}, {OTHERS}] }}")), &after(ALL)).0,
        "denied kms:PutKeyPolicy"
    );
    assert_eq!(update(by(ROLE), &before(&format!("{{ Statement: [{PUTS}] }}")), &after(ALL)).0, "open parameter P");
    // Order and spelling may change nothing.
    let text = |order: &str| of(&format!("{{ KeyPolicy: {{ {order} }} }}"));
    let (a, b) = (
        format!("Version: '2012-10-17', Statement: [{READS}]"),
        format!("Statement: [{READS}], Version: '2012-10-17'"),
    );
    assert_eq!(update(by(ROLE), &text(&a), &text(&b)), ("fine".to_owned(), false));
}

/// Where a policy in force is not known, it is part of what an answer hangs on.
#[test]
fn a_policy_in_force_that_is_not_known_is_open() {
    let sections = "Parameters: { P: { Type: String } }\nConditions: { C: !Equals [!Ref P, x] }";
    let keys = |policy: &str| template(sections, &format!("{{ KeyPolicy: {policy} }}"));
    let before = keys(&format!("!If [C, !ImportValue Policy, {{ Statement: [{READS}] }}]"));
    let after = keys(&format!("{{ Statement: [{ALL}] }}"));
    let deployment = Deployment::from_inputs("default", by(ROLE)).expect("the deployment is one");
    let checked = check_update(&stacks(0, &after), Some(&stacks(1, &before)), &deployment);
    let Some(UpdateOutcome::Open(open)) = checked[0].keys[0].update.as_ref().map(|update| &update.outcome) else {
        panic!("it is open: {:?}", checked[0].keys[0].update);
    };
    let names: Vec<_> = open.iter().map(|one| (one.kind, one.name.as_str())).collect();
    assert_eq!(names, [("parameter", "P"), ("import", "Policy")]);
}

#[test]
fn a_policy_that_is_in_neither_template_is_unchanged() {
    assert!(update(by(ROLE), &of("{ Description: a }"), &of("{ Description: b }")).1);
    assert!(!update(by(ROLE), &with(ALL, ""), &of("{ Description: b }")).1);
}

/// What is denied, the text at its place, who could do it, and what is assumed.
fn denied(before: &str, after: &str) -> (String, Vec<String>, usize) {
    denied_to(by(ROLE), before, after)
}

fn denied_to(inputs: Inputs, before: &str, after: &str) -> (String, Vec<String>, usize) {
    let deployment = Deployment::from_inputs("default", inputs).expect("the deployment is one");
    let (new, old) = (stacks(0, after), stacks(1, before));
    let checked = check_update(&new, Some(&old), &deployment);
    let shown =
        |span: crate::source::Span| after.get(span.start as usize..span.end as usize).unwrap_or_default().to_owned();
    match checked[0].keys[0].update.as_ref().map(|update| &update.outcome) {
        Some(UpdateOutcome::Denied(denied) | UpdateOutcome::DefaultRefused(denied)) => {
            (shown(denied.span), denied.administrators.clone(), denied.assumes.len())
        }
        Some(UpdateOutcome::Immutable(_, span)) => (shown(*span), Vec::new(), 0),
        other => panic!("it is not denied: {other:?}"),
    }
}

#[test]
fn a_denied_call_has_its_place_and_its_reasons() {
    let admin = vec!["arn:aws:iam::111122223333:role/Admin".to_owned()];
    let both = format!("{READS}, {OTHERS}");
    assert_eq!(denied(&with(&both, ""), &with(ALL, "")), ("KeyPolicy".to_owned(), admin.clone(), 0));
    let (puts, rotated) = (with(PUTS, ""), with(PUTS, ", EnableKeyRotation: true"));
    assert_eq!(denied(&puts, &rotated), ("EnableKeyRotation".to_owned(), vec![ROLE.to_owned()], 0));
    assert_eq!(denied(&with(ALL, ""), &with(ALL, ", KeySpec: RSA_2048")).0, "KeySpec");
    let no_iam = with_iam(by(ROLE), "{ Statement: { Effect: Allow, Action: 's3:*', Resource: '*' } }");
    let (place, _, _) = denied_to(no_iam, &with(ALL, ""), &of("{ Description: x }"));
    assert_eq!(place, "K", "the property is gone, the key is not");
    let service = "Effect: Deny, Principal: '*', Action: 'kms:PutKeyPolicy', Resource: '*', Condition: { BoolIfExists: { 'aws:PrincipalIsAWSService': 'false' } }";
    assert_eq!(
        denied(&with(&format!("{ALL}, {{ {service} }}"), ""), &with(READS, "")).2,
        1,
        "a fact of medium confidence"
    );
    let beside = service.replace("kms:PutKeyPolicy", "kms:Decrypt");
    assert_eq!(denied(&with(&format!("{both}, {{ {beside} }}"), ""), &with(ALL, "")).2, 0, "it does not decide");
}

#[test]
fn a_session_has_one_path_in_both_policies() {
    let session = "arn:aws:sts::111122223333:assumed-role/Deploy/me";
    let with_path = ALL.replace("role/Deploy", "role/team/Deploy");
    let condition = "{ Effect: Allow, Principal: '*', Action: 'kms:*', Resource: '*', Condition: { ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/team/Deploy' } } }";
    assert_eq!(update(by(session), &with(condition, ""), &with(&with_path, "")).0, "fine");
}
