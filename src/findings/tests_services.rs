//! `service-cannot-use-key`: what is not known is not claimed.

use serde_json::{Value, json};

use crate::aws::{KEY_USERS, Who};

use super::tests::{DEPLOY, of_row, row, statement, template, unusable};

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
