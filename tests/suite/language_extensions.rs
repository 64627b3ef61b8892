//! AWS's own fixtures of the macro `AWS::LanguageExtensions`: `cases/language-extensions.jsonl` of the shared data,
//! expanded through the public interface of the library.

use std::collections::BTreeMap;
use std::fs;

use cfn_lockout::extensions::expand;
use serde_json::Value;

use crate::support::{shared, text};

/// Their tests put the name of either attribute here.
const ATTRIBUTE: &str = "$RESOURCE_ATTRIBUTE";

/// Against fnForEachPrimitiveTypesTest of the same section, where AWS loops over numbers and shows what comes out.
const NUMBERS: &str = "fnForEachPrimitiveTypesTest loops over numbers; only the name of this one says that it fails";

/// What their tests accept because they leave the place of the attribute's name as it is.
const NEVER_NAMED: &str = "no test of theirs names the attribute: as DeletionPolicy it would not be known in time";

/// Fixtures that we answer otherwise, each with the reason.
const OTHERWISE: [(&str, &str); 2] = [
    ("langext/forEach/conditions/fnForEachWithCollectionWithNumericValues", NUMBERS),
    ("langext/forEach/outputs/fnForEachWithCollectionWithNumericValues", NUMBERS),
];

/// Fixtures that hold only as they are written.
const AS_WRITTEN: [(&str, &str); 2] = [
    ("langext/resourceAttributesWithFnGetAtt", NEVER_NAMED),
    ("langext/resourceAttributesWithReferenceToOtherResource", NEVER_NAMED),
];

fn cases() -> Vec<Value> {
    let Some(path) = shared("cases/language-extensions.jsonl") else { return Vec::new() };
    let lines = fs::read_to_string(path).expect("the cases");
    lines.lines().map(|line| serde_json::from_str(line).expect("a case")).collect()
}

/// The template, once as written and once for each attribute that it may speak of.
fn templates(case: &Value) -> Vec<String> {
    let written = text(&case["template"]);
    let id = text(&case["id"]);
    let named = |attribute: &str| written.replace(ATTRIBUTE, attribute);
    let both = vec![named("DeletionPolicy"), named("UpdateReplacePolicy")];
    match text(&case["expected"]["kind"]).as_str() {
        _ if !written.contains(ATTRIBUTE) => vec![written],
        "error" | "error-by-convention" => both,
        _ if AS_WRITTEN.iter().any(|(other, _)| *other == id) => vec![written],
        _ => [vec![written.clone()], both].concat(),
    }
}

fn parameters(case: &Value) -> BTreeMap<String, String> {
    let value = |value: &Value| match value {
        Value::Array(members) => members.iter().map(text).collect::<Vec<_>>().join(","),
        one => text(one),
    };
    let given = case["parameters"].as_object().into_iter().flatten();
    given.map(|(name, one)| (name.clone(), value(one))).collect()
}

/// What they expect. One of them (templateWithDecimalNumbers) closes Resources too late: it names sections in it.
fn expected(case: &Value) -> Value {
    let mut theirs = match &case["expected"]["processed_template"] {
        Value::String(theirs) => serde_json::from_str(theirs).expect("JSON"),
        theirs => theirs.clone(),
    };
    if let Some(resources) = theirs["Resources"].as_object_mut() {
        resources.retain(|name, _| !["Outputs", "AWSTemplateFormatVersion", "Hooks"].contains(&name.as_str()));
    }
    theirs
}

/// What is wrong with our answer.
fn wrong(case: &Value, template: &str) -> Option<String> {
    let answer = expand(template, &parameters(case));
    match (text(&case["expected"]["kind"]).as_str(), answer) {
        ("resolved", Ok(ours)) => {
            let ours: Value = serde_json::from_str(&ours).expect("JSON");
            (ours != expected(case)).then(|| format!("expands to {ours}"))
        }
        ("resolved" | "accepted", Err(error)) => Some(format!("is refused: {error}")),
        ("error" | "error-by-convention", Ok(ours)) => Some(format!("is accepted: {ours}")),
        ("unclassified", answer) => {
            eprintln!("{}: {}", text(&case["id"]), answer.unwrap_or_else(|error| format!("refused: {error}")));
            None
        }
        _ => None,
    }
}

#[test]
fn the_macro_answers_as_in_its_own_fixtures() {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut failed = Vec::new();
    for case in cases() {
        let id = text(&case["id"]);
        let answers: Vec<Option<String>> = templates(&case).iter().map(|template| wrong(&case, template)).collect();
        let otherwise = OTHERWISE.iter().find(|(other, _)| *other == id);
        match (answers.into_iter().flatten().next(), otherwise) {
            (Some(_), Some(_)) => *counts.entry("answered otherwise".to_owned()).or_default() += 1,
            (Some(answer), None) => failed.push(format!("{id} {answer}")),
            (None, Some(_)) => failed.push(format!("{id} is no exception any more")),
            (None, None) => *counts.entry(text(&case["expected"]["kind"])).or_default() += 1,
        }
    }
    eprintln!("{counts:?}");
    assert!(failed.is_empty(), "{} fixtures:\n{}", failed.len(), failed.join("\n"));
}

/// What a recording makes of a text that holds JSON.
fn recorded(value: &Value) -> Value {
    match value {
        Value::Object(entries) => entries.iter().map(|(key, value)| (key.clone(), recorded(value))).collect(),
        Value::Array(items) => items.iter().map(recorded).collect(),
        Value::String(text) if text.starts_with('{') => serde_json::from_str(text).unwrap_or_else(|_| value.clone()),
        other => other.clone(),
    }
}

#[test]
fn the_macro_answers_as_aws_was_recorded() {
    let Some(path) = shared("cases/resolver-recorded.jsonl") else { return };
    let rows = fs::read_to_string(path).expect("the cases");
    let mut compared = 0;
    for row in rows.lines().map(|line| serde_json::from_str::<Value>(line).expect("a case")) {
        let (template, theirs) = (text(&row["template"]), &row["expected"]["processed_template"]);
        // Names that the recording hides would have to be known.
        if !template.contains("AWS::LanguageExtensions") || theirs.is_null() || theirs.to_string().contains('<') {
            continue;
        }
        let ours = expand(&template, &parameters(&row)).unwrap_or_else(|error| panic!("{}: {error}", row["id"]));
        let mut ours = recorded(&serde_json::from_str(&ours).expect("JSON"));
        ours.as_object_mut().expect("a map").remove("Transform");
        assert_eq!(&ours, theirs, "{}", row["id"]);
        compared += 1;
    }
    assert!(compared >= 3, "{compared} recordings");
}
