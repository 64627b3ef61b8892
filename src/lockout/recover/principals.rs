//! Whom a key policy names, as candidates for repairing it.

use serde_json::Value as Json;

use crate::aws::{AccountId, PrincipalArn};

/// Members of an element that may be one text or a list of them.
pub(super) fn texts(value: &Json) -> Vec<&str> {
    match value {
        Json::String(text) => vec![text],
        Json::Array(items) => items.iter().filter_map(Json::as_str).collect(),
        _ => Vec::new(),
    }
}

/// The statements of a policy; a single one may stand without a list.
pub(super) fn statements(policy: &Json) -> Vec<&Json> {
    match policy.get("Statement") {
        Some(Json::Array(items)) => items.iter().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    }
}

/// The principals of the key's own account that the policy speaks of: as Principal of an Allow, or as a value of
/// aws:PrincipalArn; and the account root user. Each once; an account stands for its root user, everyone for any role.
///
/// PutKeyPolicy is no cross-account operation: principals of other accounts are no candidates. Source: KMS API, PutKeyPolicy.
pub(crate) fn named(policy: &Json, root: &str) -> Vec<String> {
    let account = root.split(':').nth(4).unwrap_or_default();
    let mut out: Vec<String> = Vec::new();
    for text in statements(policy).into_iter().flat_map(spoken_of) {
        let arn = match text {
            "*" => root.replace(":root", ":role/*"),
            id if AccountId::parse(id).is_some() => root.replace(account, id),
            arn if arn.contains(['*', '?', '$']) => continue,
            arn => arn.to_owned(),
        };
        let own = PrincipalArn::parse(&arn).is_ok_and(|parsed| parsed.account == account);
        if own && !out.contains(&arn) {
            out.push(arn);
        }
    }
    if !out.iter().any(|one| one == root) {
        out.push(root.to_owned());
    }
    out
}

/// The texts of a statement that stand for principals.
fn spoken_of(statement: &Json) -> Vec<&str> {
    let mut out = Vec::new();
    let principal =
        statement.get("Principal").filter(|_| statement.get("Effect").and_then(Json::as_str) == Some("Allow"));
    out.extend(principal.map(|one| one.get("AWS").unwrap_or(one)).map(texts).unwrap_or_default());
    let blocks = statement.get("Condition").and_then(Json::as_object).into_iter().flat_map(|map| map.values());
    for (key, values) in blocks.filter_map(Json::as_object).flatten() {
        if key.eq_ignore_ascii_case("aws:PrincipalArn") {
            out.extend(texts(values).into_iter().filter(|text| *text != "*"));
        }
    }
    out
}

/// The accounts and partitions of the ARNs in a policy's principals, each once: `(partition, account)`.
pub(crate) fn accounts(policy: &Json) -> Vec<(Option<String>, String)> {
    let mut out: Vec<(Option<String>, String)> = Vec::new();
    for statement in statements(policy) {
        for text in statement.get("Principal").and_then(|one| one.get("AWS")).map(texts).unwrap_or_default() {
            let found = match PrincipalArn::parse(text) {
                Ok(arn) => (Some(arn.partition), arn.account),
                Err(_) => match AccountId::parse(text) {
                    Some(id) => (None, id.as_str().to_owned()),
                    None => continue,
                },
            };
            if !out.iter().any(|(_, account)| *account == found.1) {
                out.push(found);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ROOT: &str = "arn:aws:iam::111122223333:root";
    const ROLE: &str = "arn:aws:iam::111122223333:role/Deploy";
    const ALICE: &str = "arn:aws:iam::111122223333:user/Alice";
    const FAR: &str = "arn:aws:iam::444455556666:role/Far";

    fn of(principal: Json) -> Vec<String> {
        named(
            &json!({"Statement": [{"Effect": "Allow", "Principal": principal, "Action": "kms:*", "Resource": "*"}]}),
            ROOT,
        )
    }

    #[test]
    fn candidates_are_of_the_own_account_each_once() {
        assert_eq!(of(json!({"AWS": [ROLE, ALICE, ROLE]})), [ROLE, ALICE, ROOT]);
        assert_eq!(of(json!({"AWS": ["111122223333", ROLE]})), [ROOT, ROLE]);
        assert_eq!(of(json!({"AWS": [FAR, "444455556666", ROLE]})), [ROLE, ROOT]);
        assert_eq!(
            of(json!({"AWS": ["arn:aws:iam::111122223333:role/*", "arn:aws:iam::111122223333:role/${x}"]})),
            [ROOT]
        );
        assert_eq!(of(json!("*")), ["arn:aws:iam::111122223333:role/*", ROOT]);
    }

    #[test]
    fn conditions_and_allows_speak_of_principals() {
        let policy = |effect: &str| {
            let condition = json!({"ArnNotEquals": {"AWS:PrincipalArn": [ROLE, "*"], "aws:SourceArn": FAR.replace("4444", "1111")}});
            json!({"Statement": {"Effect": effect, "Principal": {"AWS": ALICE}, "Condition": condition}})
        };
        assert_eq!(named(&policy("Allow"), ROOT), [ALICE, ROLE, ROOT]);
        assert_eq!(named(&policy("Deny"), ROOT), [ROLE, ROOT], "whom a Deny names gains nothing");
    }

    #[test]
    fn accounts_are_told_once_with_their_partition() {
        let policy = json!({"Statement": [
            {"Principal": {"AWS": [ROLE, ALICE, "444455556666"]}},
            {"Principal": {"AWS": FAR}},
            {"Principal": {"AWS": ["*", "AIDACKCEVSQ6C2EXAMPLE"]}},
        ]});
        let expected = [(Some("aws".to_owned()), "111122223333".to_owned()), (None, "444455556666".to_owned())];
        assert_eq!(accounts(&policy), expected);
    }
}
