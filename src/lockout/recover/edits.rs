//! Changes of a key policy, each as small as it can be: a copy with the change, and what it is in words.
//!
//! Nothing here is trusted: the check runs again after each of them.

use serde_json::{Map, Value as Json, json};

use super::principals::{statements, texts};

/// The action that the key is locked for want of.
const ACTION: &str = "kms:PutKeyPolicy";

/// The key that tells a principal, whatever its session is called.
const PRINCIPAL_ARN: &str = "aws:PrincipalArn";

/// Operators under which a Deny spares those it lists.
const SPARING: [&str; 8] = [
    "ArnNotEquals",
    "ArnNotLike",
    "StringNotEquals",
    "StringNotLike",
    "ArnNotEqualsIfExists",
    "ArnNotLikeIfExists",
    "StringNotEqualsIfExists",
    "StringNotLikeIfExists",
];

/// A change, and what it is.
pub(super) type Changed = Option<(Json, String)>;

/// A policy without the principals that are gone.
pub(super) struct Cleaned {
    /// The policy.
    pub(super) policy: Json,
    /// Those principals, each once, with the reason.
    pub(super) gone: Vec<(String, String)>,
    /// The statements that named nobody else: KMS refuses a statement without principal.
    pub(super) statements: Vec<String>,
}

/// The policy without the principals that are gone.
pub(super) fn without(policy: &Json, is_gone: &dyn Fn(&str) -> Option<String>) -> Cleaned {
    let mut out = Cleaned { policy: policy.clone(), gone: Vec::new(), statements: Vec::new() };
    listed(&mut out.policy);
    let Some(statements) = out.policy.get_mut("Statement").and_then(Json::as_array_mut) else { return out };
    let mut kept = Vec::new();
    for (index, mut statement) in std::mem::take(statements).into_iter().enumerate() {
        let elements = ["Principal", "NotPrincipal"].into_iter();
        let is_empty =
            elements.filter(|element| is_emptied(&mut statement, element, is_gone, &mut out.gone)).count() > 0;
        if is_empty {
            out.statements.push(sid(policy, index));
        } else {
            kept.push(statement);
        }
    }
    *statements = kept;
    out
}

/// Takes out of an element of a statement who is gone; whether nobody is left in it.
fn is_emptied(
    statement: &mut Json,
    element: &str,
    is_gone: &dyn Fn(&str) -> Option<String>,
    gone: &mut Vec<(String, String)>,
) -> bool {
    let Some(principal) = statement.get_mut(element).and_then(Json::as_object_mut) else { return false };
    let Some(members) = principal.get_mut("AWS") else { return false };
    let all: Vec<String> = texts(members).into_iter().map(str::to_owned).collect();
    let mut kept = Vec::new();
    for text in &all {
        match is_gone(text) {
            Some(_) if gone.iter().any(|(other, _)| other == text) => {}
            Some(why) => gone.push((text.clone(), why)),
            None => kept.push(text.clone()),
        }
    }
    if kept.len() == all.len() {
        return false;
    }
    match kept.as_slice() {
        [] => {
            principal.remove("AWS");
        }
        [one] => *members = json!(one),
        many => *members = json!(many),
    }
    principal.is_empty()
}

/// The policy in which `administrator` may call kms:PutKeyPolicy: added to the administrators where a statement has some, else
/// in a statement of its own. For the account, the statement that every default policy has.
///
/// Source: KMS Developer Guide, key-policy-default.html.
pub(super) fn name(policy: &Json, administrator: &str, root: &str) -> Changed {
    if administrator != root
        && let Some(index) = statements(policy).iter().position(|one| has_administrators(one, administrator))
    {
        let sid = sid(policy, index);
        let changed = edited(policy, index, |statement| {
            let members = statement.get_mut("Principal")?.get_mut("AWS")?;
            add(members, administrator);
            Some(())
        })?;
        return Some((changed, format!("add `{administrator}` to the principals of {sid}")));
    }
    let wanted = if administrator == root { "Enable IAM User Permissions" } else { "Administration of the key" };
    let taken = |sid: &str| statements(policy).iter().any(|one| one.get("Sid").and_then(Json::as_str) == Some(sid));
    let mut statement = Map::new();
    if !taken(wanted) {
        statement.insert("Sid".to_owned(), json!(wanted));
    }
    for (name, value) in [
        ("Effect", json!("Allow")),
        ("Principal", json!({ "AWS": administrator })),
        ("Action", json!("kms:*")),
        ("Resource", json!("*")),
    ] {
        statement.insert(name.to_owned(), value);
    }
    let mut out = policy.clone();
    listed(&mut out);
    out.get_mut("Statement")?.as_array_mut()?.push(Json::Object(statement));
    Some((out, format!("add a statement that lets `{administrator}` administer the key")))
}

/// Whether a statement lets principals that it names administer the key, whatever the call is like, and not this one.
fn has_administrators(statement: &Json, administrator: &str) -> bool {
    let text = |name: &str| statement.get(name).map(texts).unwrap_or_default();
    let named = statement.get("Principal").and_then(|one| one.get("AWS")).map(texts).unwrap_or_default();
    let covers = |action: &&str| {
        let action = action.to_ascii_lowercase();
        matches!(action.as_str(), "*" | "kms:*" | "kms:put*" | "kms:putkeypolicy")
    };
    statement.get("Effect").and_then(Json::as_str) == Some("Allow")
        && statement.get("Condition").is_none()
        && text("Resource").contains(&"*")
        && text("Action").iter().any(covers)
        && named.iter().any(|one| one.starts_with("arn:") && !one.ends_with(":root"))
        && !named.contains(&"*")
        && !named.contains(&administrator)
}

/// The policy in which a statement that names the administrator covers kms:PutKeyPolicy.
pub(super) fn put_action(policy: &Json, index: usize) -> Changed {
    let sid = sid(policy, index);
    let changed = edited(policy, index, |statement| {
        add(statement.get_mut("Action")?, ACTION);
        Some(())
    })?;
    Some((changed, format!("add `{ACTION}` to the actions of {sid}")))
}

/// The policy in which a Deny does not reach the administrator.
pub(super) fn exempt(policy: &Json, index: usize, administrator: &str) -> Changed {
    let sid = sid(policy, index);
    let changed = edited(policy, index, |statement| {
        let condition = statement.as_object_mut()?.entry("Condition").or_insert_with(|| json!({})).as_object_mut()?;
        let sparing =
            condition.iter_mut().filter(|(operator, _)| SPARING.iter().any(|one| operator.eq_ignore_ascii_case(one)));
        for (_, block) in sparing {
            let keys = block.as_object_mut()?;
            if let Some((_, values)) = keys.iter_mut().find(|(key, _)| key.eq_ignore_ascii_case(PRINCIPAL_ARN)) {
                add(values, administrator);
                return Some(());
            }
        }
        let block = condition.entry("ArnNotEquals").or_insert_with(|| json!({})).as_object_mut()?;
        block.insert(PRINCIPAL_ARN.to_owned(), json!(administrator));
        Some(())
    })?;
    Some((changed, format!("exempt `{administrator}` from the Deny of {sid}")))
}

fn edited(policy: &Json, index: usize, edit: impl FnOnce(&mut Json) -> Option<()>) -> Option<Json> {
    let mut out = policy.clone();
    listed(&mut out);
    edit(out.get_mut("Statement")?.as_array_mut()?.get_mut(index)?)?;
    Some(out)
}

/// Makes a list of a single statement.
fn listed(policy: &mut Json) {
    if let Some(statements) = policy.get_mut("Statement").filter(|statements| !statements.is_array()) {
        *statements = Json::Array(vec![statements.take()]);
    }
}

/// One more member of an element that may be one text or a list.
fn add(members: &mut Json, new: &str) {
    let mut all: Vec<String> = texts(members).into_iter().map(str::to_owned).collect();
    if !all.iter().any(|one| one == new) {
        all.push(new.to_owned());
    }
    *members = json!(all);
}

fn sid(policy: &Json, index: usize) -> String {
    let statement = statements(policy).get(index).and_then(|one| one.get("Sid")).and_then(Json::as_str);
    statement.map_or_else(|| format!("statement {}", index + 1), |sid| format!("`{sid}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "arn:aws:iam::111122223333:root";
    const ROLE: &str = "arn:aws:iam::111122223333:role/Deploy";
    const ADMIN: &str = "arn:aws:iam::111122223333:role/Admin";

    fn administrators() -> Json {
        json!({"Sid": "Admins", "Effect": "Allow", "Principal": {"AWS": ADMIN}, "Action": ["kms:Describe*", "kms:Put*"], "Resource": "*"})
    }

    /// The statements after the change, and what it is in words.
    fn changed(changed: Changed) -> (Vec<Json>, String) {
        let (policy, words) = changed.expect("it can be changed");
        (policy["Statement"].as_array().expect("a list").clone(), words)
    }

    fn with(name: &str, value: Json) -> Json {
        let mut statement = administrators();
        statement[name] = value;
        statement
    }

    /// Only a statement that lets others administer the key, whatever the call is like, takes one more administrator.
    #[test]
    fn an_administrator_joins_the_others_or_has_a_statement() {
        let named = |statement: Json| changed(name(&json!({"Statement": statement}), ROLE, ROOT));
        let (statements, words) = named(administrators());
        assert_eq!(statements[0]["Principal"]["AWS"], json!([ADMIN, ROLE]));
        assert_eq!(
            (statements.len(), &*words),
            (1, "add `arn:aws:iam::111122223333:role/Deploy` to the principals of `Admins`")
        );
        for apart in [
            with("Effect", json!("Deny")),
            with("Condition", json!({})),
            with("Resource", json!("arn:aws:s3:::b")),
            with("Action", json!("kms:Decrypt")),
            with("Principal", json!({"AWS": ROOT})),
            with("Principal", json!({"AWS": "111122223333"})),
            with("Principal", json!({"AWS": [ADMIN, "*"]})),
            with("Principal", json!({"AWS": [ADMIN, ROLE]})),
            with("Principal", json!("*")),
        ] {
            let (statements, _) = named(apart.clone());
            assert_eq!((statements.len(), &statements[0]), (2, &apart), "{apart}");
            let own = json!({"Sid": "Administration of the key", "Effect": "Allow", "Principal": {"AWS": ROLE}, "Action": "kms:*", "Resource": "*"});
            assert_eq!(statements[1], own);
        }
    }

    /// Source: KMS Developer Guide, key-policy-default.html.
    #[test]
    fn the_account_has_the_statement_of_the_default_policy() {
        let (statements, _) = changed(name(&json!({"Statement": [administrators()]}), ROOT, ROOT));
        assert_eq!(statements.len(), 2, "the account does not join the others");
        assert_eq!(statements[1]["Sid"], "Enable IAM User Permissions");
        let taken = with("Sid", json!("Enable IAM User Permissions"));
        let (statements, _) = changed(name(&json!({"Statement": [taken]}), ROOT, ROOT));
        assert_eq!(statements[1].get("Sid"), None, "a name is not used twice");
    }

    #[test]
    fn a_deny_spares_one_more() {
        let spared = |condition: Option<Json>| {
            let mut deny = json!({"Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*"});
            if let Some(condition) = condition {
                deny["Condition"] = condition;
            }
            changed(exempt(&json!({"Statement": deny}), 0, ROLE)).0[0]["Condition"].clone()
        };
        assert_eq!(spared(None), json!({"ArnNotEquals": {"aws:PrincipalArn": ROLE}}));
        for operator in ["ArnNotLike", "StringNotEqualsIfExists"] {
            let before = json!({operator: {"AWS:PrincipalARN": ADMIN}});
            assert_eq!(spared(Some(before)), json!({operator: {"AWS:PrincipalARN": [ADMIN, ROLE]}}));
        }
        let other = json!({"StringEquals": {"aws:PrincipalArn": ADMIN}});
        let both = json!({"StringEquals": {"aws:PrincipalArn": ADMIN}, "ArnNotEquals": {"aws:PrincipalArn": ROLE}});
        assert_eq!(spared(Some(other)), both);
    }

    /// KMS takes no principal that does not exist, and no statement without one.
    #[test]
    fn who_is_gone_is_taken_out_with_statements_that_name_nobody_else() {
        let is_gone = |text: &str| text.contains("Gone").then(|| "it is".to_owned());
        let statement = |sid: &str, principal: Json| json!({"Sid": sid, "Effect": "Allow", "Principal": principal});
        let policy = json!({"Statement": [
            statement("Both", json!({"AWS": [ADMIN, "Gone"]})),
            statement("One", json!({"AWS": "Gone"})),
            statement("Service", json!({"AWS": ["Gone", "Gone2"], "Service": "s3.amazonaws.com"})),
            statement("Other", json!({"AWS": [ADMIN, ROLE]})),
            {"Effect": "Deny", "NotPrincipal": {"AWS": ["Gone"]}},
            statement("Everyone", json!("*")),
        ]});
        let cleaned = without(&policy, &is_gone);
        let expected = json!([
            statement("Both", json!({"AWS": ADMIN})),
            statement("Service", json!({"Service": "s3.amazonaws.com"})),
            statement("Other", json!({"AWS": [ADMIN, ROLE]})),
            statement("Everyone", json!("*")),
        ]);
        assert_eq!(cleaned.policy["Statement"], expected);
        let gone: Vec<&str> = cleaned.gone.iter().map(|(who, _)| who.as_str()).collect();
        assert_eq!(
            (gone, cleaned.statements),
            (vec!["Gone", "Gone2"], vec!["`One`".to_owned(), "statement 5".to_owned()])
        );
        let single = json!({"Statement": statement("One", json!({"AWS": "Gone"}))});
        assert_eq!(without(&single, &is_gone).policy["Statement"], json!([]));
    }
}
