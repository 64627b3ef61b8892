//! What AWS CloudFormation answered: `cases/resolver-recorded.jsonl` of the shared data, compared with `resolve`.
//!
//! AWS shows values before a deployment (change sets), while it runs (events) and after it (outputs). What we claim to know
//! has to be what AWS showed; what a change set knew we have to know; where AWS says "known after apply" and we say more,
//! the value it showed later has to fit.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::recorded_text::{Names, fits, has_hole};
use crate::support::{folder, run_in, shared, text};

/// Records that this version does not get right, each with the reason.
const NOT_YET: [(&str, &str); 13] = [
    ("ls/api/test_stacks/test_no_parameters_given#11", OPEN),
    ("ls/test_template_engine/TestSsmParameters/test_resolve_ssm_missing_parameter#11", "needs account data"),
    ("ls/test_change_set_fn_transform/TestChangeSetFnTransform/test_serverless_fn_transform#2", "AWS::Serverless"),
    ("ls/test_change_set_fn_transform/TestChangeSetFnTransform/test_embedded_macro_fn_transform#2", MACRO),
    ("ls/test_change_set_global_macros/TestChangeSetGlobalMacros/test_base_global_macro#1", MACRO),
    ("ls/test_change_set_global_macros/TestChangeSetGlobalMacros/test_base_global_macro#2", MACRO),
    (
        "ls/test_change_set_global_macros/TestChangeSetGlobalMacros/test_update_after_macro_for_before_version_is_deleted#11",
        MACRO,
    ),
    (
        "ls/test_change_set_global_macros/TestChangeSetGlobalMacros/test_update_after_macro_for_before_version_is_deleted#14",
        MACRO,
    ),
    ("ls/test_template_engine/TestMacros/test_global_scope#11", MACRO),
    ("ls/test_template_engine/TestMacros/test_capabilities_requirements#12", MACRO),
    (
        "ls/test_change_set_conditions/TestChangeSetConditions/test_condition_update_adds_resource#1",
        "its events are of the later update",
    ),
    (
        "ls/test_change_set_ref/TestChangeSetRef/test_supported_pseudo_parameter#2",
        "the recording wrote `url_suffix` over a value",
    ),
    (
        "ls/test_change_set_fn_get_attr/TestChangeSetFnGetAttr/test_direct_attribute_value_change_with_dependent_addition#2",
        "AWS's preview takes the attribute's value from before the update; its own event shows ours",
    ),
];

const OPEN: &str = "a parameter without a value is an open fact here, to be given or not";
const MACRO: &str = "what a macro makes of a template is unknown";

/// Where the records were taken. AWS's Region is a wildcard in them.
const REGION: &str = "us-east-1";
const STACK: &str = "recorded-stack";

const AFTER: &str = "{{changeSet:KNOWN_AFTER_APPLY}}";

/// What was compared.
#[derive(Default)]
struct Counts {
    /// Values that agree.
    agree: usize,
    /// Values that AWS showed and that fit what we know only in part.
    fit: usize,
    /// Values of a change set that AWS did not know yet.
    after: usize,
    /// Of these, the ones that we know all the same.
    more: usize,
    /// Resources whose action in a change set agrees.
    actions: usize,
    /// Templates that AWS refuses.
    errors: usize,
}

fn records() -> Vec<Value> {
    let Some(path) = shared("cases/resolver-recorded.jsonl") else { return Vec::new() };
    let lines = fs::read_to_string(path).expect("the records");
    lines.lines().map(|line| revealed(line, serde_json::from_str(line).expect("a record"))).collect()
}

/// A record with made-up names for those that it hides in lists (`<topic-name-0>,<topic-name-1>`), the same everywhere:
/// logical ids are made of them.
fn revealed(line: &str, record: Value) -> Value {
    let values = record["parameters"].as_object().into_iter().flatten().map(|(_, value)| text(value));
    let lists: Vec<String> = values.filter(|value| value.starts_with('<') && value.contains(',')).collect();
    if lists.is_empty() {
        return record;
    }
    let hidden = lists.iter().flat_map(|list| list.split(','));
    let line = hidden.fold(line.to_owned(), |line, name| line.replace(name, &name.replace(['<', '>', '-'], "")));
    serde_json::from_str(&line).expect("a record")
}

/// A parameter's value; one made at run time keeps its mark.
fn parameter(value: &Value) -> String {
    match value {
        // A name that the recording hides: the declaration of the parameter would not allow the brackets.
        Value::String(text) => match text.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')) {
            Some(hidden) if !hidden.contains(':') => hidden.to_owned(),
            _ => text.clone(),
        },
        Value::Array(items) => items.iter().map(parameter).collect::<Vec<_>>().join(","),
        Value::Object(map) => {
            map.get("$trace").map_or_else(|| value.to_string(), |name| format!("<trace:{}>", text(name)))
        }
        other => other.to_string(),
    }
}

/// What `resolve` says of a template; the error is what it says of one that it cannot read.
fn resolve(at: &Path, template: &str, record: &Value) -> Result<Value, String> {
    fs::write(at.join("template"), template).expect("a file");
    let account = text(&record["account"]);
    let region = record["region"].as_str().unwrap_or(REGION).to_owned();
    let mut args: Vec<String> =
        ["resolve", "template", "--account", &account, "--region", &region, "--stack-name", STACK]
            .map(str::to_owned)
            .into();
    for (name, value) in record["parameters"].as_object().into_iter().flatten() {
        args.extend(["--parameter".to_owned(), format!("{name}={}", parameter(value))]);
    }
    for made in
        record["prerequisites"].as_array().into_iter().flatten().filter(|one| one["api"] == "fixture:create_parameter")
    {
        let (name, value) = (text(&made["kwargs"]["Name"]), text(&made["kwargs"]["Value"]));
        args.extend(["--ssm".to_owned(), format!("{name}={value}")]);
    }
    let run = run_in(at, &args.iter().map(String::as_str).collect::<Vec<_>>());
    if run.code == 2 {
        return Err(run.stderr);
    }
    Ok(run.json())
}

/// One record against one answer: what disagrees is collected.
struct Comparison<'c> {
    counts: &'c mut Counts,
    names: Names,
    wrong: Vec<String>,
}

impl Comparison<'_> {
    fn say(&mut self, path: &str, expected: &Value, ours: &Value) {
        self.wrong.push(format!("{path}: AWS {expected}, we {ours}"));
    }

    /// A value that AWS showed against ours. `before`: AWS showed it before the deployment, so we have to know it.
    fn value(&mut self, path: &str, expected: &Value, ours: &Value, before: bool) {
        match (expected, ours) {
            (Value::String(text), _) if text == AFTER => {
                self.counts.after += 1;
                self.counts.more += usize::from(!has_hole(ours));
            }
            (Value::Object(theirs), Value::Object(own)) => self.map(path, theirs, own, before),
            (Value::Array(theirs), Value::Array(own)) if theirs.len() == own.len() => {
                for (n, (their, own)) in theirs.iter().zip(own).enumerate() {
                    self.value(&format!("{path}/{n}"), their, own, before);
                }
            }
            // The macro writes one dependency without its list.
            (Value::String(_), Value::Array(own)) if path.ends_with("/DependsOn") && own.len() == 1 => {
                self.value(path, expected, &own[0], before);
            }
            (Value::String(text), Value::Object(_) | Value::Array(_)) => match serde_json::from_str::<Value>(text) {
                // A text that begins with a brace was JSON in the record.
                Ok(json) if json.is_object() || json.is_array() => self.value(path, &json, ours, before),
                _ => self.say(path, expected, ours),
            },
            _ => self.scalar(path, expected, ours, before),
        }
    }

    /// AWS shows every scalar as a text.
    fn scalar(&mut self, path: &str, expected: &Value, ours: &Value, before: bool) {
        let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        if ours.is_null() || !self.names.fit(&plain(expected), &plain(ours)) {
            self.say(path, expected, ours);
        } else if !has_hole(ours) {
            self.counts.agree += 1;
        } else if before && !plain(expected).contains('<') {
            self.say(&format!("{path} is known before the deployment"), expected, ours);
        } else {
            self.counts.fit += 1;
        }
    }

    fn map(&mut self, path: &str, theirs: &Map<String, Value>, own: &Map<String, Value>, before: bool) {
        for (key, expected) in theirs {
            self.value(&format!("{path}/{key}"), expected, own.get(key).unwrap_or(&Value::Null), before);
        }
        for (key, ours) in own.iter().filter(|(key, _)| !theirs.contains_key(*key)) {
            self.say(&format!("{path}/{key}"), &Value::Null, ours);
        }
    }

    fn record(&mut self, expected: &Value, ours: &Value) {
        let resources = &ours["Resources"];
        for (section, before) in [("change_set_after_properties", true), ("event_resource_properties", false)] {
            for (id, properties) in expected[section].as_object().into_iter().flatten() {
                let none = json!({});
                let own = resources[id].get("Properties").unwrap_or(&none);
                if resources[id].is_null() {
                    self.say(&format!("{section}/{id}"), properties, &Value::Null);
                } else {
                    self.value(&format!("{section}/{id}"), properties, own, before);
                }
            }
        }
        for (name, value) in expected["outputs"].as_object().into_iter().flatten() {
            self.value(&format!("outputs/{name}"), value, &ours["Outputs"][name]["Value"], false);
        }
        for (id, action) in expected["change_set_actions"].as_object().into_iter().flatten() {
            match (text(action).as_str(), resources[id].is_null()) {
                ("Remove", true) | ("Add" | "Modify" | "Dynamic" | "Import", false) => self.counts.actions += 1,
                _ => self.say(&format!("change_set_actions/{id}"), action, &resources[id]),
            }
        }
        for assertion in expected["output_assertions"].as_array().into_iter().flatten() {
            self.assertion(assertion, &ours["Outputs"][text(&assertion["output"])]["Value"]);
        }
        for refused in ours["CfnLockout"]["refused"].as_array().into_iter().flatten() {
            self.wrong.push(format!("AWS accepts it, we refuse: {}", text(&refused["message"])));
        }
    }

    /// What the records' own test asserts of an output.
    fn assertion(&mut self, assertion: &Value, ours: &Value) {
        let path = format!("outputs/{}", text(&assertion["output"]));
        let (value, own) = (text(&assertion["value"]), text(ours));
        let holds = match text(&assertion["op"]).as_str() {
            "eq" => return self.value(&path, &assertion["value"], ours, false),
            "ne" => !ours.is_null() && value != own,
            "contains" | "in" => !ours.is_null() && (own.contains(&value) || has_hole(ours)),
            "startswith" => fits(&format!("{value}<rest>"), &own),
            other => panic!("the assertion `{other}` is unknown"),
        };
        match holds {
            true => self.counts.agree += 1,
            false => self.say(&path, assertion, ours),
        }
    }
}

/// The processed template, as text, where the record has one.
fn processed(expected: &Value) -> Option<String> {
    match &expected["processed_template"] {
        Value::String(template) => Some(template.clone()),
        Value::Object(map) if map.contains_key("Resources") => Some(expected["processed_template"].to_string()),
        // What a macro saw, for instance.
        _ => None,
    }
}

/// What disagrees in one record.
fn compare(record: &Value, at: &Path, counts: &mut Counts) -> Vec<String> {
    let expected = &record["expected"];
    let ours = resolve(at, &text(&record["template"]), record);
    if !expected["error"].is_null() {
        let error = expected["error"].get("Message").unwrap_or(&expected["error"]);
        let refused =
            ours.as_ref().map_or(true, |ours| !ours["CfnLockout"]["refused"].as_array().is_none_or(Vec::is_empty));
        counts.errors += usize::from(refused);
        return if refused { Vec::new() } else { vec![format!("AWS refuses it: {error}")] };
    }
    let ours = match ours {
        Ok(ours) => ours,
        Err(message) => return vec![format!("we cannot read it: {message}")],
    };
    let names =
        Names::new(&[("region", REGION), ("partition", "aws"), ("stack-name", STACK), ("url-suffix", "amazonaws.com")]);
    let mut comparison = Comparison { counts, names, wrong: Vec::new() };
    comparison.record(expected, &ours);
    if let Some(processed) = processed(expected) {
        match resolve(at, &processed, record) {
            Ok(theirs) => {
                for section in ["Resources", "Outputs"].into_iter().filter(|name| !theirs[*name].is_null()) {
                    comparison.value(&format!("processed/{section}"), &theirs[section], &ours[section], false);
                }
            }
            Err(message) => comparison.wrong.push(format!("we cannot read what AWS made of it: {message}")),
        }
    }
    comparison.wrong
}

#[test]
fn what_aws_cloudformation_showed_is_what_we_say() {
    let records = records();
    let at = folder(&[]);
    let listed: BTreeMap<&str, &str> = NOT_YET.into_iter().collect();
    let (mut counts, mut failures) = (Counts::default(), Vec::new());
    for record in &records {
        let id = text(&record["id"]);
        let wrong = compare(record, at.path(), &mut counts);
        match (wrong.is_empty(), listed.get(id.as_str())) {
            (true, Some(_)) => failures.push(format!("{id}: is listed, and agrees")),
            (false, None) => failures.push(format!("{id}:\n    {}", wrong.join("\n    "))),
            _ => {}
        }
    }
    if records.is_empty() {
        return;
    }
    let Counts { agree, fit, after, more, actions, errors } = counts;
    eprintln!(
        "{} records, {} listed: {agree} values agree, {fit} fit what we know in part, {actions} actions agree, \
         {errors} refusals agree; of {after} values that AWS knows after apply we know {more} before",
        records.len(),
        listed.len()
    );
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    listed.values().for_each(|reason| *reasons.entry(reason).or_default() += 1);
    reasons.iter().for_each(|(reason, count)| eprintln!("  {count:>3} listed: {reason}"));
    assert!(failures.is_empty(), "{} records disagree:\n{}", failures.len(), failures.join("\n"));
}
