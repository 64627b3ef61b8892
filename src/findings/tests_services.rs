//! `service-cannot-use-key`: what is not known is not claimed.

use serde_json::{Value, json};

use crate::aws::{KEY_USERS, Who};

use super::Code;
use super::tests::{DEPLOY, of_inputs, of_row, row, statement, template, unusable};
use crate::deployment::{Inputs, policies};
use crate::policy::{Layer, Layers};
use crate::source::{Document, FileId};

/// A principal that hangs on a condition lets the service in or not; one of another stack may be anybody.
#[test]
fn nothing_is_claimed_of_a_principal_that_is_not_known() {
    let with = |principal: Value| {
        let statements = [statement(json!({"AWS": DEPLOY}), "kms:*"), statement(principal, "kms:*")];
        let mut template = template(row("AWS::Logs::LogGroup"), None, &statements);
        template["Parameters"] = json!({"P": {"Type": "String"}});
        template["Conditions"] = json!({"C": {"Fn::Equals": [{"Ref": "P"}, "x"]}});
        unusable(&template).len()
    };
    let either = |one: &str, other: &str| json!({"Fn::If": ["C", {"Service": one}, {"Service": other}]});
    let (logs, sns) = ("logs.eu-west-1.amazonaws.com", "sns.amazonaws.com");
    for (principal, expected) in [
        (either(logs, sns), 0),
        (either(logs, logs), 0),
        (either(sns, sns), 1),
        (json!({"Fn::ImportValue": "Principal"}), 0),
        (json!({"Ref": "P"}), 0),
        (json!({"Service": {"Ref": "P"}}), 0),
        (json!({"Service": {"Fn::Split": [",", {"Ref": "P"}]}}), 0),
        (json!({"AWS": "*"}), 0),
    ] {
        assert_eq!(with(principal.clone()), expected, "{principal}");
    }
}

/// CloudFormation refuses a list where none belongs, and nothing is claimed of what stands in it.
#[test]
fn a_list_where_a_map_belongs_hands_no_key_on() {
    let deployer = [statement(json!({"AWS": DEPLOY}), "kms:PutKeyPolicy")];
    let mut seen = 0;
    for user in KEY_USERS.iter().filter(|user| user.through.is_empty() && matches!(user.who, Who::Deployer(_))) {
        let Some((first, rest)) = user.property.split_once('.').filter(|(_, rest)| !rest.contains(['.', '*'])) else {
            continue;
        };
        let mut given = template(user, None, &deployer);
        let property = &mut given["Resources"]["User"]["Properties"][first];
        *property = json!([property[rest]]);
        assert!(of_row(&unusable(&given), user).is_none(), "{} {}", user.kind, user.property);
        seen += 1;
    }
    assert!(seen > 0);
}

/// A role of another account has other policies, and what is no role cannot be assumed.
#[test]
fn only_roles_of_the_own_account_are_judged() {
    let admin = [statement(json!({"AWS": DEPLOY}), "kms:*")];
    let mut seen = 0;
    for user in KEY_USERS.iter().filter(|user| user.through.is_empty()) {
        let Who::Role(property) = user.who else { continue };
        seen += 1;
        for (arn, expected) in [
            ("arn:aws:iam::111122223333:role/Service", true),
            ("arn:aws:iam::444455556666:role/Service", false),
            ("arn:aws:iam::111122223333:user/Service", false),
        ] {
            let text = template(user, None, &admin).to_string();
            let given: Value =
                serde_json::from_str(&text.replace("arn:aws:iam::111122223333:role/Service", arn)).unwrap();
            assert_eq!(of_row(&unusable(&given), user).is_some(), expected, "{} {property} {arn}", user.kind);
        }
    }
    assert!(seen > 0);
}

/// Where another role may call than the service-linked one, it is not known who does.
#[test]
fn a_service_linked_role_is_judged_unless_another_is_given() {
    let admin = [statement(json!({"AWS": DEPLOY}), "kms:*")];
    let mut seen = 0;
    for user in KEY_USERS {
        let Who::Linked { unless, .. } = user.who else { continue };
        let through = user.through.first().copied();
        let mut given = template(user, through, &admin);
        given["Resources"]["K"]["Properties"]["KeyPolicy"]["Statement"] = json!([
            {"Effect": "Allow", "Principal": {"AWS": DEPLOY}, "Action": "kms:*", "Resource": "*"},
            {"Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*",
                "Condition": {"ArnNotLike": {"aws:PrincipalArn": DEPLOY}}},
        ]);
        assert!(of_row(&unusable(&given), user).is_some(), "{}", user.kind);
        given["Resources"]["User"]["Properties"][unless] = json!("arn:aws:iam::111122223333:role/Other");
        assert!(of_row(&unusable(&given), user).is_none(), "{} with {unless}", user.kind);
        seen += 1;
    }
    assert!(seen > 0);
}

/// A property that hands the key on may stand under a condition as a whole.
#[test]
fn a_part_of_the_properties_may_hang_on_a_condition() {
    let admin = [statement(json!({"AWS": DEPLOY}), "kms:*")];
    let mut seen = 0;
    for user in KEY_USERS.iter().filter(|user| user.through.is_empty() && matches!(user.who, Who::Service { .. })) {
        let Some((first, _)) = user.property.split_once('.') else { continue };
        for (same, expected) in [("a", true), ("b", false)] {
            let mut given = template(user, None, &admin);
            given["Conditions"] = json!({"Is": {"Fn::Equals": ["a", same]}});
            let whole = given["Resources"]["User"]["Properties"][first].take();
            given["Resources"]["User"]["Properties"][first] = json!({"Fn::If": ["Is", whole, {"Ref": "AWS::NoValue"}]});
            assert_eq!(of_row(&unusable(&given), user).is_some(), expected, "{} {} {same}", user.kind, user.property);
        }
        seen += 1;
    }
    assert!(seen > 0);
}

/// What is known of the deployer's calls is known of those that a service makes for it.
#[test]
fn the_deployers_own_context_and_boundary_count() {
    let found = |statements: &[Value], inputs: &dyn Fn() -> Inputs| {
        let mut count = 0;
        for user in KEY_USERS.iter().filter(|user| user.through.is_empty() && matches!(user.who, Who::Deployer(_))) {
            let all = of_inputs(&template(user, None, statements), DEPLOY, inputs());
            assert!(all.iter().all(|one| one.code != Code::LocksOutDeployer), "{all:?}");
            count += usize::from(of_row(&all, user).is_some());
        }
        count
    };
    let put = statement(json!({"AWS": DEPLOY}), "kms:PutKeyPolicy");
    let mut under = statement(json!({"AWS": DEPLOY}), "kms:*");
    under["Condition"] = json!({"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}});
    let given = |id: &str| Inputs {
        context: vec![("aws:PrincipalOrgID".to_owned(), Some(id.to_owned()))],
        ..Inputs::default()
    };
    let org = [put, under];
    assert_eq!([found(&org, &Inputs::default), found(&org, &|| given("o-a1b2c3d4e5"))], [0, 0]);
    assert!(found(&org, &|| given("o-z9y8x7w6v5")) > 0);
    // NotPrincipal denies whoever has a boundary, listed or not.
    let listed = json!({"AWS": [
        DEPLOY,
        "arn:aws:sts::111122223333:assumed-role/Deploy/AWSCloudFormation",
        "arn:aws:iam::111122223333:root",
    ]});
    let uses = json!(["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:CreateGrant", "kms:DescribeKey"]);
    let deny = json!({"Effect": "Deny", "NotPrincipal": listed, "Action": uses, "Resource": "*"});
    let statements = [statement(json!({"AWS": DEPLOY}), "kms:*"), deny];
    let all = "{ Statement: { Effect: Allow, Action: '*', Resource: '*' } }";
    let all = policies(&Document::from_text(FileId(9), all).unwrap(), Layer::Boundary).unwrap();
    let boundary = || Layers { boundary: Some(all.clone()), ..Layers::default() };
    assert_eq!(found(&statements, &Inputs::default), 0);
    assert!(found(&statements, &|| Inputs { layers: boundary(), ..Inputs::default() }) > 0);
}

/// Source: KMS Developer Guide, conditions-kms.html#conditions-kms-grant-is-for-aws-resource.
#[test]
fn a_service_creates_its_grants_as_a_service() {
    let user = KEY_USERS.iter().find(|user| user.needs == ["kms:CreateGrant"]).unwrap();
    for (is_service, expected) in [("true", false), ("false", true)] {
        let mut grants = statement(json!({"AWS": DEPLOY}), "kms:CreateGrant");
        grants["Condition"] = json!({"Bool": {"kms:GrantIsForAWSResource": is_service}});
        let statements = [statement(json!({"AWS": DEPLOY}), "kms:PutKeyPolicy"), grants];
        let found = unusable(&template(user, None, &statements));
        assert_eq!(of_row(&found, user).is_some(), expected, "{is_service}: {found:?}");
    }
}

/// What was given is what the deployer's calls carry, and no service's.
#[test]
fn a_service_does_not_carry_what_the_deployer_does() {
    let mut service = statement(json!({"Service": "logs.eu-west-1.amazonaws.com"}), "kms:*");
    service["Condition"] = json!({"StringEquals": {"x:Unheard": "of"}});
    let given = template(row("AWS::Logs::LogGroup"), None, &[statement(json!({"AWS": DEPLOY}), "kms:*"), service]);
    let context = vec![("x:Unheard".to_owned(), Some("other".to_owned()))];
    let found = of_inputs(&given, DEPLOY, Inputs { context, ..Inputs::default() });
    assert!(found.iter().all(|one| one.code != Code::ServiceCannotUseKey), "{found:?}");
}

/// Where only a condition makes it the key that is handed on, nothing is claimed, directly or through another resource.
#[test]
fn a_key_that_is_handed_on_under_a_condition_is_not_claimed() {
    let admin = [statement(json!({"AWS": DEPLOY}), "kms:*")];
    let key = json!({"Fn::GetAtt": ["K", "Arn"]}).to_string();
    let open = json!({"Fn::If": ["C", {"Fn::GetAtt": ["K", "Arn"]}, {"Ref": "AWS::NoValue"}]}).to_string();
    for user in KEY_USERS.iter().filter(|user| !user.by_grant) {
        let text = template(user, user.through.first().copied(), &admin).to_string();
        assert_eq!(text.matches(&key).count(), 1, "{text}");
        let mut given: Value = serde_json::from_str(&text.replace(&key, &open)).unwrap();
        given["Parameters"] = json!({"P": {"Type": "String"}});
        given["Conditions"] = json!({"C": {"Fn::Equals": [{"Ref": "P"}, "x"]}});
        assert!(of_row(&unusable(&given), user).is_none(), "{} {}", user.kind, user.property);
    }
}
