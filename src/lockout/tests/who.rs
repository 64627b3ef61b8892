//! Who can deploy, by hand: the rules of AWS that decide whom a row names, and under what.

use crate::deployment::{Deployment, Inputs, Snapshot};
use crate::lockout::{Able, Nobody, Subject, WhenTest, Who, WhoCan, who};
use crate::policy::{Grant, Layer, Layers};
use crate::source::{Document, FileId};
use crate::template::{Stacks, Template};

use super::{ALICE, ROLE, allow, by, policies_of, policy, template};

const ACCOUNT: &str = "{ AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:root' }";

pub(super) fn asked(inputs: Inputs, template: &str) -> WhoCan {
    let document = Document::from_text(FileId(0), template).expect("the template reads");
    let stacks = Stacks::of(FileId(0), Template::parse(&document).expect("it is a template").into());
    who(&stacks, &Deployment::from_inputs("default", inputs).expect("the deployment is one"))
}

fn row(able: &Able) -> String {
    let who = match &able.who {
        Who::One(arn) => arn.clone(),
        Who::Every { matches, not_in } => {
            let list = |word: &str, all: &[String]| match all {
                [] => String::new(),
                all => format!(" {word} {}", all.join(", ")),
            };
            format!("anybody{}{}", list("like", matches), list("but", not_in))
        }
    };
    let when = able.when.iter().map(|when| {
        let subject = match &when.subject {
            Subject::Parameter(name) | Subject::Context(name) | Subject::Unknown(name) => name.clone(),
            other => format!("{other:?}"),
        };
        match &when.test {
            WhenTest::Equals(text) => format!("{subject} is {text}"),
            WhenTest::NotIn(texts) => format!("{subject} is not {}", texts.join(", ")),
            other => format!("{subject} {other:?}"),
        }
    });
    let when: Vec<String> = when.collect();
    let when = if when.is_empty() { String::new() } else { format!(" when {}", when.join(" and ")) };
    format!("{}: {who}{when}", able.verdict.word())
}

pub(super) fn rows(all: &[Able]) -> Vec<String> {
    all.iter().map(row).collect()
}

/// Who can put a key with these statements, in account 111122223333.
fn principals(statements: &str) -> Vec<String> {
    let inputs = Inputs { account: Some("111122223333".to_owned()), ..Inputs::default() };
    rows(&asked(inputs, &policy(statements)).together.principals)
}

fn under(principal: &str, condition: &str) -> String {
    format!("[{{ Effect: Allow, Principal: {principal}, Action: 'kms:*', Resource: '*', Condition: {condition} }}]")
}

fn denying(principal: &str, deny: &str) -> String {
    format!(
        "[{{ Effect: Allow, Principal: {principal}, Action: 'kms:*', Resource: '*' }}, {{ Effect: Deny, Action: 'kms:*', Resource: '*', {deny} }}]"
    )
}

#[test]
fn each_form_of_principal_is_who_it_names() {
    let session = "arn:aws:sts::111122223333:assumed-role/Deploy/AWSCloudFormation";
    let bob = "arn:aws:sts::111122223333:federated-user/bob";
    for arn in [ALICE, ROLE, session, bob] {
        assert_eq!(principals(&allow(&format!("{{ AWS: '{arn}' }}"))), [format!("safe: {arn}")]);
    }
    assert_eq!(principals(&allow("'*'")), ["safe: anybody"]);
    assert_eq!(principals(&allow(ACCOUNT)), ["safe-if-iam: anybody"]);
    assert_eq!(principals(&allow("{ AWS: '111122223333' }")), ["safe-if-iam: anybody"]);
}

#[test]
fn who_is_named_needs_no_iam_and_comes_before_who_does() {
    let both = format!("{{ AWS: ['{ROLE}', '111122223333'] }}");
    assert_eq!(principals(&allow(&both)), [format!("safe: {ROLE}"), "safe-if-iam: anybody".to_owned()]);
}

#[test]
fn nobody_of_another_account_can() {
    let other = "arn:aws:iam::444455556666:role/Deploy";
    assert_eq!(principals(&allow(&format!("{{ AWS: ['{other}', 'arn:aws:iam::444455556666:root'] }}"))), [""; 0]);
    let open = asked(Inputs::default(), &policy(&allow(&format!("{{ AWS: ['{other}', '{ALICE}'] }}"))));
    assert_eq!(rows(&open.together.principals), [format!("safe: {ALICE}"), format!("safe: {other}")]);
}

#[test]
fn a_deny_takes_out_whom_it_names_and_spares_whom_it_excepts() {
    let carved = denying(ACCOUNT, &format!("Principal: {{ AWS: '{ALICE}' }}"));
    assert_eq!(principals(&carved), [format!("safe-if-iam: anybody but {ALICE}")]);
    let except = |values: &str| {
        denying(ACCOUNT, &format!("Principal: '*', Condition: {{ ArnNotLike: {{ 'aws:PrincipalArn': {values} }} }}"))
    };
    assert_eq!(
        principals(&except(&format!("['{ROLE}', 'arn:aws:iam::*:role/ops-*']"))),
        [format!("safe-if-iam: {ROLE}"), "safe-if-iam: anybody like arn:aws:iam::*:role/ops-*".to_owned()]
    );
    // aws:PrincipalArn of a session is its role's ARN: an exception for the session's is none.
    assert_eq!(principals(&except("'arn:aws:sts::111122223333:assumed-role/Deploy/AWSCloudFormation'")), [""; 0]);
}

#[test]
fn patterns_without_anything_in_common_have_nobody() {
    let users = "Principal: '*', Condition: { ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:user/*' } }";
    let roles = under("'*'", "{ ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/*' } }");
    let both = format!("{}, {{ Effect: Deny, Action: 'kms:*', Resource: '*', {users} }}]", roles.trim_end_matches(']'));
    assert_eq!(principals(&both), [""; 0]);
    let narrower = "{ ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/ops-*' }, StringLike: { 'aws:PrincipalArn': '*:role/*' } }";
    assert_eq!(principals(&under("'*'", narrower)), ["safe: anybody like arn:aws:iam::*:role/ops-*"]);
}

#[test]
fn what_the_call_carries_is_said_with_whoever_needs_it() {
    let org = "{ StringEquals: { 'aws:PrincipalOrgID': o-a1b2c3d4e5 } }";
    assert_eq!(principals(&under("'*'", org)), ["safe: anybody when aws:PrincipalOrgID is o-a1b2c3d4e5"]);
    let tag = "{ StringEquals: { 'aws:PrincipalTag/team': keys } }";
    assert_eq!(
        principals(&under(&format!("{{ AWS: '{ROLE}' }}"), tag)),
        [format!("safe: {ROLE} when aws:PrincipalTag/team is keys")]
    );
    // Through CloudFormation MFA is never true, and the service is CloudFormation.
    assert_eq!(principals(&under("'*'", "{ Bool: { 'aws:MultiFactorAuthPresent': true } }")), [""; 0]);
    assert_eq!(principals(&under("'*'", "{ Bool: { 'aws:ViaAWSService': true } }")), ["safe: anybody"]);
    assert_eq!(principals(&under("'*'", "{ Bool: { 'aws:ViaAWSService': false } }")), [""; 0]);
    let service = "{ StringEquals: { 'kms:ViaService': 'cloudformation.eu-west-1.amazonaws.com' } }";
    let inputs = |region: &str| Inputs { region: Some(region.to_owned()), ..Inputs::default() };
    assert_eq!(
        rows(&asked(inputs("eu-west-1"), &policy(&under("'*'", service))).together.principals),
        ["safe: anybody"]
    );
    assert_eq!(rows(&asked(inputs("eu-west-2"), &policy(&under("'*'", service))).together.principals), [""; 0]);
}

#[test]
fn a_denied_session_leaves_the_other_sessions_of_its_role() {
    let bad = "arn:aws:sts::111122223333:assumed-role/Deploy/bad";
    let statements = denying(&format!("{{ AWS: '{ROLE}' }}"), &format!("Principal: {{ AWS: '{bad}' }}"));
    assert_eq!(principals(&statements), [format!("safe: {ROLE} when {{{{deployer:session}}}} is not bad")]);
    // The role itself denied, its session is no way in.
    let statements = denying(&format!("{{ AWS: '{bad}' }}"), &format!("Principal: {{ AWS: '{ROLE}' }}"));
    assert_eq!(principals(&statements), [""; 0]);
}

#[test]
fn a_parameter_tells_for_which_values_who() {
    let sections = "Parameters: { Env: { Type: String, Default: dev, AllowedValues: [dev, prod] }, Admin: { Type: String } }\n\
                    Conditions: { Prod: !Equals [!Ref Env, prod] }";
    let principal = format!("!If [Prod, '{ALICE}', !Sub 'arn:aws:iam::${{AWS::AccountId}}:role/${{Admin}}']");
    let text = template(
        sections,
        &format!(
            "{{ KeyPolicy: {{ Statement: [{{ Effect: Allow, Principal: {{ AWS: {principal} }}, Action: 'kms:*', Resource: '*' }}] }} }}"
        ),
    );
    let can = asked(Inputs::default(), &text).together;
    assert_eq!(rows(&can.principals), ["safe: arn:aws:iam::{{account:AWS::AccountId}}:role/{{parameter:Admin}}"]);
    assert_eq!(rows(&can.cases), [format!("safe: {ALICE} when Env is prod")]);
    let given = Inputs { parameters: vec![("Env".to_owned(), "prod".to_owned())], ..Inputs::default() };
    let can = asked(given, &text).together;
    assert_eq!((rows(&can.principals), rows(&can.cases)), (vec![format!("safe: {ALICE}")], vec![]));
}

#[test]
fn a_name_with_a_default_is_somebody_else_for_another_value() {
    let sections = "Parameters: { Env: { Type: String, Default: dev } }";
    let principal = "{ AWS: !Sub 'arn:aws:iam::111122223333:role/${Env}' }";
    let statements = allow(principal);
    let can = asked(Inputs::default(), &template(sections, &format!("{{ KeyPolicy: {{ Statement: {statements} }} }}")));
    assert_eq!(rows(&can.together.principals), ["safe: arn:aws:iam::111122223333:role/dev"]);
    assert_eq!(rows(&can.together.cases), ["safe: arn:aws:iam::111122223333:role/{{parameter:Env}}"]);
}

#[test]
fn whoever_a_parameter_names_is_one_principal() {
    let text = template(
        "Parameters: { Arn: { Type: String } }",
        &format!("{{ KeyPolicy: {{ Statement: {} }} }}", allow("{ AWS: !Ref Arn }")),
    );
    let can = rows(&asked(Inputs::default(), &text).together.principals);
    assert!(can.contains(&"safe: {{parameter:Arn}}".to_owned()), "{can:?}");
    assert!(can.contains(&"safe: anybody when Arn is *".to_owned()), "{can:?}");
    let given = Inputs { parameters: vec![("Arn".to_owned(), ALICE.to_owned())], ..Inputs::default() };
    assert_eq!(rows(&asked(given, &text).together.principals), [format!("safe: {ALICE}")]);
}

fn keys(policies: &[&str]) -> String {
    let key = |(n, statements): (usize, &&str)| {
        format!("  K{n}: {{ Type: AWS::KMS::Key, Properties: {{ KeyPolicy: {{ Statement: {statements} }} }} }}\n")
    };
    format!("Resources:\n{}", policies.iter().enumerate().map(key).collect::<String>())
}

#[test]
fn all_keys_together_is_one_question() {
    let (first, second) = (allow(&format!("{{ AWS: ['{ROLE}', '{ALICE}'] }}")), allow(&format!("{{ AWS: '{ROLE}' }}")));
    let can = asked(Inputs::default(), &keys(&[&first, &second]));
    assert_eq!(rows(&can.keys[0].can.principals), [format!("safe: {ALICE}"), format!("safe: {ROLE}")]);
    assert_eq!(rows(&can.together.principals), [format!("safe: {ROLE}")]);
    let can = asked(Inputs::default(), &keys(&[&first, &allow(ACCOUNT)]));
    assert_eq!(rows(&can.together.principals), [format!("safe-if-iam: {ALICE}"), format!("safe-if-iam: {ROLE}")]);
    let apart = asked(Inputs::default(), &keys(&[&allow(&format!("{{ AWS: '{ALICE}' }}")), &second]));
    assert!(apart.has_nobody() && apart.keys.iter().all(|key| key.can.nobody.is_none()), "{:?}", apart.together);
}

#[test]
fn a_key_that_nobody_checks_keeps_nobody_out() {
    let default = "Resources: { K: { Type: AWS::KMS::Key } }";
    assert_eq!(rows(&asked(Inputs::default(), default).together.principals), ["default-policy: anybody"]);
    let bypass = template(
        "",
        &format!(
            "{{ BypassPolicyLockoutSafetyCheck: true, KeyPolicy: {{ Statement: {} }} }}",
            allow("{ Service: s3.amazonaws.com }")
        ),
    );
    assert_eq!(rows(&asked(Inputs::default(), &bypass).together.principals), ["bypassed: anybody"]);
    let beside = format!("{default}\n").replace(
        " } }",
        &format!(
            " }}, L: {{ Type: AWS::KMS::Key, Properties: {{ KeyPolicy: {{ Statement: {} }} }} }} }}",
            allow(&format!("{{ AWS: '{ALICE}' }}"))
        ),
    );
    assert_eq!(rows(&asked(Inputs::default(), &beside).together.principals), [format!("safe: {ALICE}")]);
}

#[test]
fn nobody_has_a_reason() {
    let nobody = |inputs: Inputs, text: &str| {
        let can = asked(inputs, text);
        assert!(can.has_nobody(), "{:?}", can.together);
        can.together.nobody
    };
    let inputs = Inputs::default;
    assert_eq!(
        nobody(inputs(), &policy(&allow("{ Service: s3.amazonaws.com }"))),
        Some(Nobody::LockedOut(Grant::Nothing))
    );
    assert_eq!(nobody(inputs(), &policy(&denying("'*'", "Principal: '*'"))), Some(Nobody::LockedOut(Grant::Denied)));
    let group = policy(&allow("{ AWS: 'arn:aws:iam::111122223333:group/G' }"));
    assert!(
        matches!(nobody(inputs(), &group), Some(Nobody::Invalid(why)) if why.contains("groups cannot be principals"))
    );
    let refused = policy(&allow("{ AWS: !Ref Nothing }"));
    assert!(matches!(nobody(inputs(), &refused), Some(Nobody::Refused(why)) if why.contains("`Nothing`")));
    let scp = "{ Statement: { Effect: Deny, Action: 'kms:PutKeyPolicy', Resource: '*' } }";
    let layers = Layers { scps: vec![policies_of(Layer::Scp, scp)], ..Layers::default() };
    let denied = nobody(Inputs { layers, ..inputs() }, &policy(&allow(ACCOUNT)));
    assert_eq!(denied, Some(Nobody::LockedOut(Grant::DeniedBy(Layer::Scp))));
}

#[test]
fn a_role_that_the_stack_makes_is_not_there_to_deploy_it() {
    let role = "  R: { Type: AWS::IAM::Role, Properties: { AssumeRolePolicyDocument: {} } }\n";
    let own = policy(&allow("{ AWS: !GetAtt R.Arn }")) + role;
    let can = asked(Inputs::default(), &own);
    assert_eq!(can.together.nobody, Some(Nobody::NotYetThere("R".to_owned())));
    assert!(can.has_nobody() && can.together.principals.iter().all(|able| able.made_by.is_some()));
    let beside = policy(&allow(&format!("{{ AWS: [!GetAtt R.Arn, '{ALICE}'] }}"))) + role;
    assert!(!asked(Inputs::default(), &beside).has_nobody());
}

#[test]
fn what_nobody_can_know_is_no_nobody() {
    let text =
        template("", "{ KeyPolicy: !Ref P }").replace("\nResources", "Parameters: { P: { Type: String } }\nResources");
    let can = asked(Inputs::default(), &text);
    assert!(!can.has_nobody() && can.together.nobody.is_none(), "{:?}", can.together);
    assert_eq!(can.together.open[0].help, "--parameter P=…");
}

#[test]
fn what_was_given_about_the_named_deployer_is_nobody_elses() {
    let nothing = "{ Statement: { Effect: Deny, Action: '*', Resource: '*' } }";
    let layers = || Layers { identity: Some(policies_of(Layer::Identity, nothing)), ..Layers::default() };
    let named = Inputs { layers: layers(), ..by(ROLE) };
    assert_eq!(rows(&asked(named, &policy(&allow(ACCOUNT))).together.principals), ["safe-if-iam: anybody"]);
    // With nobody named, they are whoever's who deploys.
    let unnamed = Inputs { layers: layers(), ..Inputs::default() };
    assert!(asked(unnamed, &policy(&allow(ACCOUNT))).has_nobody());
    let account = asked(by(ROLE), &policy(&allow(ACCOUNT))).account;
    assert_eq!(account.as_deref(), Some("111122223333"));
}

/// A snapshot with Alice, whom IAM allows nothing, with role Deploy, whom it allows everything, and these roles.
fn snapshot(roles: &str) -> Snapshot {
    let allows =
        r#"[{ PolicyName: P, PolicyDocument: { Statement: { Effect: Allow, Action: "kms:*", Resource: "*" } } }]"#;
    let text = format!(
        "{{ UserDetailList: [{{ UserName: Alice, Arn: '{ALICE}' }}],
            RoleDetailList: [{{ RoleName: Deploy, Arn: '{ROLE}', RolePolicyList: {allows} }}{roles}] }}"
    );
    Snapshot::parse(Document::from_text(FileId(7), &text).unwrap()).unwrap()
}

#[test]
fn a_snapshot_tells_whom_iam_lets_in() {
    let half = ", { RoleName: Half, Arn: 'arn:aws:iam::111122223333:role/Half',
                    AttachedManagedPolicies: [{ PolicyArn: 'arn:aws:iam::111122223333:policy/Gone' }] }";
    let inputs = Inputs { snapshot: Some(snapshot(half)), ..Inputs::default() };
    let can = asked(inputs, &policy(&allow(ACCOUNT)));
    assert_eq!(
        rows(&can.together.principals),
        [
            "safe: arn:aws:iam::111122223333:role/Deploy",
            "safe: arn:aws:iam::111122223333:role/Half when {{iam:arn:aws:iam::111122223333:policy/Gone (Deny)}} is not true \
             and {{iam:arn:aws:iam::111122223333:policy/Gone}} is true",
            "safe: arn:aws:iam::111122223333:root",
        ]
    );
    let direct = Inputs { snapshot: Some(snapshot(half)), ..Inputs::default() };
    assert_eq!(
        rows(&asked(direct, &policy(&allow(&format!("{{ AWS: '{ALICE}' }}")))).together.principals),
        [format!("safe: {ALICE}")]
    );
}

/// What IAM policies are not known to allow is no case of other values either, and who is named is not all that there is.
#[test]
fn beside_what_a_snapshot_tells_others_are_said_that_need_no_iam() {
    let sections =
        "Parameters: { Env: { Type: String, Default: dev } }\nConditions: { Prod: !Equals [!Ref Env, prod] }";
    let one = |principal: &str, condition: &str| {
        format!("{{ Effect: Allow, Principal: {principal}, Action: 'kms:*', Resource: '*', Condition: {condition} }}")
    };
    let ops = one("'*'", "{ ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/ops-*' } }");
    let (account, alice) = (one(ACCOUNT, "{}"), one(&format!("{{ AWS: '{ALICE}' }}"), "{}"));
    let properties =
        format!("{{ KeyPolicy: {{ Statement: [{account}, {alice}, !If [Prod, {ops}, !Ref AWS::NoValue]] }} }}");
    let inputs = Inputs { snapshot: Some(snapshot("")), ..Inputs::default() };
    let can = asked(inputs, &template(sections, &properties)).together;
    let root = "arn:aws:iam::111122223333:root";
    assert_eq!(rows(&can.principals), [format!("safe: {ALICE}"), format!("safe: {ROLE}"), format!("safe: {root}")]);
    assert_eq!(rows(&can.cases), ["safe: anybody like arn:aws:iam::*:role/ops-* when Env is prod"]);
}
