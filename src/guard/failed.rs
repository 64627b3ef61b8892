//! The engine's report: which checks of which rules failed, and where in the document.
//!
//! Comes in: the report as JSON. Goes out: [`Check`]s, in its order. Must not know: templates.

use serde_json::Value as Json;

/// A check that failed.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Check {
    /// The rule's name.
    pub(super) rule: String,
    /// The rule's own message; may be empty.
    pub(super) message: String,
    /// What is wrong, in the engine's words.
    pub(super) error: String,
    /// Where in the document, as far as it goes: `/Resources/Vault/Properties`.
    pub(super) path: String,
    /// What would have to follow there; empty where all of the path exists.
    pub(super) missing: String,
    /// The rule that it hangs on, and says nothing more of.
    pub(super) depends: Option<String>,
    /// The places of the other alternatives, of which none holds.
    pub(super) others: Vec<String>,
}

/// The checks that failed, for each document; nothing where it is no such report.
pub(super) fn checks(report: &str) -> Option<Vec<Vec<Check>>> {
    let report: Json = serde_json::from_str(report).ok()?;
    let documents = report.as_array()?.iter().map(|one| {
        let rules = one["not_compliant"].as_array()?;
        let mut out: Vec<Check> = Vec::new();
        for check in rules.iter().flat_map(of_rule) {
            if !out.contains(&check) {
                out.push(check);
            }
        }
        Some(out)
    });
    documents.collect()
}

fn of_rule(rule: &Json) -> Vec<Check> {
    let own = &rule["Rule"];
    let name = text(&own["name"]);
    let message = own.pointer("/messages/custom_message").map(text).unwrap_or_default();
    let mut out: Vec<Check> = own["checks"].as_array().into_iter().flatten().flat_map(leaves).collect();
    if out.is_empty() {
        out.push(Check::default());
    }
    for check in &mut out {
        check.rule.clone_from(&name);
        if !check.speaks() {
            check.message.clone_from(&message);
        }
    }
    out
}

/// The checks below a node of the report; alternatives of which none holds are one.
fn leaves(node: &Json) -> Vec<Check> {
    let below =
        |node: &Json| -> Vec<Check> { node["checks"].as_array().into_iter().flatten().flat_map(leaves).collect() };
    let Some((kind, body)) = node.as_object().and_then(|node| node.iter().next()) else { return Vec::new() };
    match kind.as_str() {
        "Rule" => below(body),
        "Disjunctions" => alternatives(below(body)).into_iter().collect(),
        "Block" => vec![check(&body["messages"], &body["unresolved"])],
        "Clause" => body.as_object().into_iter().flat_map(|body| body.values()).map(clause).collect(),
        _ => Vec::new(),
    }
}

/// One for all: its place and message are those of the first that has a message.
fn alternatives(checks: Vec<Check>) -> Option<Check> {
    let speaks = checks.iter().position(|one| one.speaks()).unwrap_or(0);
    let mut first = checks.get(speaks)?.clone();
    let others = checks.into_iter().enumerate().filter(|(n, one)| *n != speaks && one.path != first.path);
    first.others = others.map(|(_, one)| one.path).collect();
    first.others.dedup();
    Some(first)
}

fn clause(clause: &Json) -> Check {
    let messages = &clause["messages"];
    let Some((kind, body)) = clause["check"].as_object().and_then(|check| check.iter().next()) else {
        return check(messages, &Json::Null);
    };
    match kind.as_str() {
        "UnResolved" => check(messages, &body["value"]),
        "UnResolvedContext" => {
            let is_rule = text(&messages["error_message"]).contains("dependent rule");
            let depends = body.as_str().filter(|_| is_rule).map(str::to_owned);
            Check { depends, ..check(messages, &Json::Null) }
        }
        _ => {
            let from = if body["from"].is_object() { &body["from"] } else { &body["value"] };
            let error = compared(from, &body["comparison"], &body["to"]);
            Check { path: text(&from["path"]), error, ..check(messages, &Json::Null) }
        }
    }
}

/// A check with its messages; `unresolved` is how far its query came.
fn check(messages: &Json, unresolved: &Json) -> Check {
    let missing = text(&unresolved["remaining_query"]);
    let error = if missing.is_empty() {
        text(&messages["error_message"])
    } else {
        format!("there is no `{}`", short(&Json::String(missing.clone())))
    };
    let path = unresolved.pointer("/traversed_to/path").map(text).unwrap_or_default();
    Check { message: text(&messages["custom_message"]), error, path, missing, ..Check::default() }
}

/// What a comparison found, in words: the engine's own hold whole values and places in its document.
fn compared(from: &Json, comparison: &Json, to: &Json) -> String {
    let path = text(&from["path"]);
    let name = path.rsplit('/').find(|part| !part.is_empty() && part.parse::<usize>().is_err()).unwrap_or("it");
    let is = if comparison[1] == true { "is" } else { "is not" };
    let kind = |what: &str| format!("`{name}` {is} {what}");
    let with = |how: &str| {
        let to = match to {
            Json::Array(several) => several.iter().map(|one| short(&one["value"])).collect::<Vec<_>>().join("`, `"),
            one => short(&one["value"]),
        };
        format!("`{name}` is `{}`, which {is}{how} `{to}`", short(&from["value"]))
    };
    match comparison[0].as_str().unwrap_or_default() {
        "Exists" => kind("there"),
        "Empty" => kind("empty"),
        "IsString" => kind("a text"),
        "IsList" => kind("a list"),
        "IsMap" => kind("a map"),
        "IsBool" => kind("true or false"),
        "IsInt" => kind("a whole number"),
        "IsFloat" => kind("a number with a fraction"),
        "IsNull" => kind("null"),
        "In" => with(" one of"),
        "Gt" => with(" more than"),
        "Ge" => with(" at least"),
        "Lt" => with(" less than"),
        "Le" => with(" at most"),
        _ => with(""),
    }
}

/// A value on one line, of which the start is enough.
fn short(value: &Json) -> String {
    const SHOWN: usize = 60;
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let start: String = text.chars().take(SHOWN).collect();
    if start.len() < text.len() { format!("{start}…") } else { start }
}

fn text(value: &Json) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

impl Check {
    /// Whether the rule says something itself.
    pub(super) fn speaks(&self) -> bool {
        !self.message.trim().is_empty()
    }

    /// What is wrong: the rule's message, else what the engine found.
    pub(super) fn says(&self) -> &str {
        let said = if self.speaks() { &self.message } else { &self.error };
        if said.is_empty() { "it does not hold" } else { said }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_compared_is_said_in_words() {
        let from = json!({ "path": "/Resources/K/Properties/Tags/0", "value": false });
        let to = json!({ "path": "", "value": true });
        assert_eq!(compared(&from, &json!(["Eq", false]), &to), "`Tags` is `false`, which is not `true`");
        assert_eq!(compared(&from, &json!(["Eq", true]), &to), "`Tags` is `false`, which is `true`");
        let several = json!([{ "value": 1 }, { "value": "b" }]);
        assert_eq!(compared(&from, &json!(["In", false]), &several), "`Tags` is `false`, which is not one of `1`, `b`");
        assert_eq!(compared(&from, &json!(["Exists", true]), &Json::Null), "`Tags` is there");
        assert_eq!(compared(&json!({ "path": "" }), &json!(["Empty", false]), &Json::Null), "`it` is not empty");
    }

    #[test]
    fn what_is_no_report_is_none() {
        for text in ["", "{}", "[{}]", "[{\"not_compliant\": 1}]", "[[]]"] {
            assert_eq!(checks(text), None, "{text}");
        }
        let odd = r#"[{ "not_compliant": [{ "Rule": { "name": "a", "checks": [{ "New": 1 }, 2] } }, 3] }]"#;
        let found = checks(odd).expect("a report");
        assert_eq!(found[0][0].rule, "a");
        assert_eq!(found[0][0].says(), "it does not hold", "what is not known is no reason to say nothing");
    }
}
