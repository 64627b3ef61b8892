//! `service-cannot-use-key`, row by row of the table: it fires where the policy leaves the caller out, with the severity that
//! the row has, and is silent once the statement that it prints stands in the policy.

use serde_json::{Map, Value, json};

use crate::aws::{Fails, KEY_USERS, KeyUser, Who};
use crate::deployment::{Deployment, Inputs};
use crate::lockout::check;
use crate::source::{Document, FileId};
use crate::template::{Stacks, Template};

use super::{Code, Finding, Hidden, Severity, judge};

pub(super) const DEPLOY: &str = "arn:aws:iam::111122223333:role/Deploy";

fn findings(template: &Value, role: &str) -> Vec<Finding> {
    of_inputs(template, role, Inputs::default())
}

pub(super) fn of_inputs(template: &Value, role: &str, more: Inputs) -> Vec<Finding> {
    let document = Document::from_text(FileId(0), &template.to_string()).unwrap();
    let template = Template::parse(&document).unwrap();
    let region = if role.starts_with("arn:aws-cn") { "cn-north-1" } else { "eu-west-1" };
    let (role_arn, region) = (Some(role.to_owned()), Some(region.to_owned()));
    let inputs = Inputs { role_arn, region, ..more };
    let deployment = Deployment::from_inputs("default", inputs).unwrap();
    judge(&check(&Stacks::of(FileId(0), template.into()), &deployment), &deployment, &mut Hidden::default())
}

pub(super) fn unusable(template: &Value) -> Vec<Finding> {
    let all = findings(template, DEPLOY);
    assert!(all.iter().all(|one| one.code != Code::LocksOutDeployer && one.code != Code::TemplateRefused), "{all:?}");
    all.into_iter().filter(|one| one.code == Code::ServiceCannotUseKey).collect()
}

/// Puts a value at a path of properties, where `*` is a list of one.
fn put(target: &mut Value, path: &str, value: Value) {
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let slot = if first == "*" {
        if !target.is_array() {
            *target = json!([null]);
        }
        &mut target[0]
    } else {
        if !target.is_object() {
            *target = Value::Object(Map::new());
        }
        &mut target[first]
    };
    match rest {
        Some(rest) => put(slot, rest, value),
        None => *slot = value,
    }
}

/// A template in which a resource of the row's type uses the key, directly or through another resource.
pub(super) fn template(user: &KeyUser, through: Option<(&str, &str)>, statements: &[Value]) -> Value {
    let key = json!({"Fn::GetAtt": ["K", "Arn"]});
    let mut properties = Value::Null;
    let mut resources = json!({"K": {"Type": "AWS::KMS::Key", "DeletionPolicy": "Retain", "Properties": {
        "KeyPolicy": {"Version": "2012-10-17", "Statement": statements},
    }}});
    match through {
        None => put(&mut properties, user.property, key),
        Some((kind, path)) => {
            let mut other = Value::Null;
            put(&mut other, path, key);
            resources["Other"] = json!({"Type": kind, "Properties": other});
            put(&mut properties, user.property, json!({"Ref": "Other"}));
        }
    }
    if let Some(name) = user.with.first() {
        put(&mut properties, name, json!("x"));
    }
    if let Who::Role(property) = user.who {
        put(&mut properties, property, json!("arn:aws:iam::111122223333:role/Service"));
    }
    if let Some((kind, property)) = user.linked {
        let role = "arn:aws:iam::111122223333:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig";
        resources["Linked"] = json!({"Type": kind, "Properties": {property: role}});
    }
    resources["User"] = json!({"Type": user.kind, "Properties": properties});
    json!({"Resources": resources})
}

pub(super) fn statement(principal: Value, action: &str) -> Value {
    json!({"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*"})
}

/// A policy that lets the deployer administer the key, and that nobody needs IAM policies for.
fn administered(user: &KeyUser) -> Vec<Value> {
    let deployer = |action| statement(json!({"AWS": DEPLOY}), action);
    match user.who {
        // What the deployer itself needs must not hide behind its being an administrator.
        Who::Deployer(_) => vec![deployer("kms:PutKeyPolicy")],
        _ if user.by_grant => vec![
            deployer("kms:*"),
            json!({"Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*",
                "Condition": {"ArnNotLike": {"aws:PrincipalArn": DEPLOY}}}),
        ],
        _ => vec![deployer("kms:*")],
    }
}

fn cases() -> Vec<(&'static KeyUser, Option<(&'static str, &'static str)>)> {
    let of = |user: &'static KeyUser| {
        let through: Vec<_> = user.through.iter().map(|one| Some(*one)).collect();
        let through = if through.is_empty() { vec![None] } else { through };
        through.into_iter().map(move |through| (user, through))
    };
    KEY_USERS.iter().flat_map(of).collect()
}

/// The one finding of the row: other rows may be about the same resource.
pub(super) fn of_row(found: &[Finding], user: &KeyUser) -> Option<Finding> {
    let fails = match user.fails {
        Fails::Deploy(says) | Fails::Later(says) => says,
        Fails::Unverified => "not documented",
    };
    found.iter().find(|one| one.notes.iter().any(|note| note.contains(fails))).cloned()
}

#[test]
fn every_row_fires_and_its_own_statement_silences_it() {
    for (user, through) in cases() {
        let statements = administered(user);
        let found = unusable(&template(user, through, &statements));
        let finding = of_row(&found, user).unwrap_or_else(|| panic!("{} {}: {found:?}", user.kind, user.property));
        let expected = if matches!(user.fails, Fails::Deploy(_)) { Severity::Error } else { Severity::Warning };
        assert_eq!(finding.severity, expected, "{} {}", user.kind, user.property);
        assert_eq!(finding.logical_id, "K");
        let printed = finding.help.lines().find(|line| line.starts_with('{'));
        let mut mended = statements.clone();
        match printed {
            Some(printed) => mended.push(serde_json::from_str(printed).unwrap()),
            None => mended[1]["Condition"]["Bool"] = json!({"aws:PrincipalIsAWSService": "false"}),
        }
        let found = unusable(&template(user, through, &mended));
        assert!(of_row(&found, user).is_none(), "{} {}: {found:?}", user.kind, user.property);
    }
}

/// Services have no IAM policies; the deployer and roles may have all it takes, which nobody has said.
#[test]
fn the_account_statement_leaves_it_to_iam_for_those_who_have_iam_policies() {
    let root = statement(json!({"AWS": "arn:aws:iam::111122223333:root"}), "kms:*");
    for (user, through) in cases() {
        let found = unusable(&template(user, through, std::slice::from_ref(&root)));
        let has_iam = matches!(user.who, Who::Deployer(_) | Who::Role(_)) || user.by_grant;
        assert_eq!(of_row(&found, user).is_none(), has_iam, "{} {}: {found:?}", user.kind, user.property);
    }
}

/// The statement of aws/key policies: everyone of the account, through one service.
#[test]
fn a_statement_for_everyone_through_a_service_lets_the_deployer_in() {
    let through = |service: &str| {
        let mut one = statement(json!({"AWS": "*"}), "kms:*");
        one["Condition"] = json!({"StringEquals": {
            "kms:ViaService": format!("{service}.eu-west-1.amazonaws.com"), "kms:CallerAccount": "111122223333",
        }});
        vec![statement(json!({"AWS": DEPLOY}), "kms:PutKeyPolicy"), one]
    };
    for (user, via) in KEY_USERS.iter().filter_map(|user| match user.who {
        Who::Deployer(via) => Some((user, via)),
        _ => None,
    }) {
        assert!(unusable(&template(user, None, &through(via))).is_empty(), "{}", user.kind);
        assert!(of_row(&unusable(&template(user, None, &through("s3"))), user).is_some(), "{}", user.kind);
    }
}

pub(super) fn row(kind: &str) -> &'static KeyUser {
    KEY_USERS.iter().find(|user| user.kind == kind).unwrap()
}

fn with_condition(service: &str, condition: Value) -> Vec<Value> {
    let mut service = statement(json!({"Service": service}), "kms:*");
    service["Condition"] = condition;
    vec![statement(json!({"AWS": DEPLOY}), "kms:*"), service]
}

/// The context of a service's call is its own: what is known decides, what is not stays silent.
#[test]
fn conditions_are_held_against_what_the_service_sends() {
    let group = row("AWS::Logs::LogGroup");
    let arn = |value: &str| json!({"ArnLike": {"kms:EncryptionContext:aws:logs:arn": value}});
    let logs = |condition| {
        let mut template = template(group, None, &with_condition("logs.eu-west-1.amazonaws.com", condition));
        template["Resources"]["User"]["Properties"]["LogGroupName"] = json!("/app");
        unusable(&template).len()
    };
    for (condition, expected) in [
        (arn("arn:aws:logs:eu-west-1:111122223333:log-group:/app"), 0),
        (arn("arn:aws:logs:eu-west-1:111122223333:*"), 0),
        (arn("arn:aws:logs:eu-west-1:111122223333:log-group:/other"), 1),
        (arn("arn:aws:logs:us-east-1:111122223333:*"), 1),
        (json!({"StringEquals": {"aws:SourceAccount": "111122223333"}}), 0),
        (json!({"StringEquals": {"aws:SourceAccount": "444455556666"}}), 1),
        (json!({"Bool": {"aws:PrincipalIsAWSService": "true"}}), 0),
        (json!({"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}), 1),
        (json!({"StringEquals": {"x:Unheard": "of"}}), 0),
    ] {
        assert_eq!(logs(condition.clone()), expected, "{condition}");
    }
    let trail = row("AWS::CloudTrail::Trail");
    for (name, expected) in [("Audit", 0), ("Other", 1)] {
        let condition = json!({"StringEquals": {"aws:SourceArn": format!("arn:aws:cloudtrail:eu-west-1:111122223333:trail/{name}")}});
        let mut template = template(trail, None, &with_condition("cloudtrail.amazonaws.com", condition));
        template["Resources"]["User"]["Properties"]["TrailName"] = json!("Audit");
        assert_eq!(unusable(&template).len(), expected, "{name}");
    }
}

/// A principal of another Region never is the service; one without a Region may be: nothing is said.
#[test]
fn the_name_of_the_service_counts() {
    for (service, expected) in [
        ("logs.eu-west-1.amazonaws.com", 0),
        ("logs.us-east-1.amazonaws.com", 1),
        ("logs.amazonaws.com", 0),
        ("delivery.logs.amazonaws.com", 1),
    ] {
        let statements = with_condition(service, json!({}));
        assert_eq!(unusable(&template(row("AWS::Logs::LogGroup"), None, &statements)).len(), expected, "{service}");
    }
    let everyone = [statement(json!("*"), "kms:*")];
    assert!(unusable(&template(row("AWS::Logs::LogGroup"), None, &everyone)).is_empty());
}

/// The key is known by Ref, by Fn::GetAtt, by an alias; what a condition leaves open is not claimed.
#[test]
fn the_key_is_known_by_all_its_names() {
    let admin = [statement(json!({"AWS": DEPLOY}), "kms:*")];
    let base = template(row("AWS::Logs::LogGroup"), None, &admin);
    let with = |key: Value| {
        let mut template = base.clone();
        template["Parameters"] = json!({"P": {"Type": "String"}});
        template["Conditions"] = json!({"C": {"Fn::Equals": [{"Ref": "P"}, "x"]}});
        template["Resources"]["A"] =
            json!({"Type": "AWS::KMS::Alias", "Properties": {"AliasName": "alias/app", "TargetKeyId": {"Ref": "K"}}});
        template["Resources"]["User"]["Properties"]["KmsKeyId"] = key;
        unusable(&template).len()
    };
    for (key, expected) in [
        (json!({"Ref": "K"}), 1),
        (json!({"Fn::Sub": "${K.Arn}"}), 1),
        (json!({"Ref": "A"}), 1),
        (json!("alias/app"), 1),
        (json!({"Fn::Sub": "arn:aws:kms:${AWS::Region}:${AWS::AccountId}:alias/app"}), 1),
        (json!("alias/other"), 0),
        (json!("alias/aws/sns"), 0),
        (json!({"Ref": "P"}), 0),
        (json!({"Fn::If": ["C", {"Ref": "K"}, {"Ref": "AWS::NoValue"}]}), 0),
        (json!({"Fn::If": ["C", {"Ref": "K"}, {"Fn::GetAtt": ["K", "Arn"]}]}), 1),
    ] {
        assert_eq!(with(key.clone()), expected, "{key}");
    }
}

/// A key without a policy has the default one, which lets no service in by itself.
#[test]
fn the_default_policy_lets_no_service_in() {
    let mut template = template(row("AWS::Logs::LogGroup"), None, &[]);
    template["Resources"]["K"]["Properties"] = json!({});
    let found = unusable(&template);
    assert_eq!(found.len(), 1);
    assert!(found[0].help.starts_with("give the key a KeyPolicy"), "{}", found[0].help);
    let in_china = findings(&template, "arn:aws-cn:iam::111122223333:role/Deploy");
    assert!(in_china.is_empty(), "services have other names there: {in_china:?}");
}

/// One finding for all log groups of a key.
#[test]
fn resources_of_a_kind_share_a_finding() {
    let mut template = template(row("AWS::Logs::LogGroup"), None, &[statement(json!({"AWS": DEPLOY}), "kms:*")]);
    template["Resources"]["More"] = template["Resources"]["User"].clone();
    let found = unusable(&template);
    assert_eq!(found.len(), 1);
    assert!(found[0].message.contains("and one more") && found[0].related.len() == 1, "{found:?}");
}

/// Where a role may call instead of the service, the role has to be known: Config's recorder has one.
#[test]
fn a_role_that_calls_instead_is_no_service() {
    let channel = row("AWS::Config::DeliveryChannel");
    let mut template = template(channel, None, &[statement(json!({"AWS": DEPLOY}), "kms:*")]);
    assert_eq!(unusable(&template).len(), 1);
    template["Resources"]["Linked"]["Properties"]["RoleARN"] = json!("arn:aws:iam::111122223333:role/Config");
    assert!(unusable(&template).is_empty());
    template["Resources"].as_object_mut().unwrap().remove("Linked");
    assert!(unusable(&template).is_empty());
}

/// Of a key that KMS refuses it still is said that no statement is about the service, but nothing of conditions.
#[test]
fn a_locked_key_has_its_services_named_where_no_statement_is_about_them() {
    let group = row("AWS::Logs::LogGroup");
    let locked = |service: &str, condition: Value| {
        let mut one = with_condition(service, condition).remove(1);
        one["Action"] = json!("kms:*");
        let admin = statement(json!({"AWS": "arn:aws:iam::111122223333:role/Other"}), "kms:*");
        let found = findings(&template(group, None, &[admin, one]), DEPLOY);
        assert!(found.iter().any(|one| one.code == Code::LocksOutDeployer));
        found.iter().filter(|one| one.code == Code::ServiceCannotUseKey).count()
    };
    assert_eq!(locked("sns.amazonaws.com", json!({})), 1);
    assert_eq!(
        locked("logs.eu-west-1.amazonaws.com", json!({"StringEquals": {"aws:SourceAccount": "444455556666"}})),
        0
    );
}
