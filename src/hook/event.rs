//! The event: which of the targets it is about, and what is to be checked of it.
//!
//! A resource comes with its properties, resolved. Of a stack only the templates come, without the values of parameters. A change
//! set names the changed resources with their properties, as far as CloudFormation knows them before it executes it.

use serde::Deserialize;
use serde_json::Value as Json;

use super::subject::{Resource, Subject, is_key, template};

/// What CloudFormation writes for a value that it will only know then.
const NOT_YET_KNOWN: &str = "{{changeSet:";

/// What an event asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// There is nothing to check.
    Nothing(&'static str),
    /// This is to be checked.
    Check(Box<Subject>),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    aws_account_id: String,
    // The guide writes both.
    #[serde(default, alias = "stackID")]
    stack_id: Option<String>,
    #[serde(default)]
    action_invocation_point: Option<String>,
    request_data: RequestData,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestData {
    target_name: String,
    #[serde(default)]
    target_logical_id: Option<String>,
    #[serde(default)]
    target_model: Option<TargetModel>,
    #[serde(default)]
    payload: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TargetModel {
    #[serde(default)]
    resource_properties: Option<Json>,
    #[serde(default)]
    previous_resource_properties: Option<Json>,
}

/// What stands at the address in `payload`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    #[serde(default)]
    template: Option<String>,
    #[serde(default)]
    previous_template: Option<String>,
    #[serde(default)]
    changed_resources: Option<Vec<Change>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    logical_resource_id: String,
    resource_type: String,
    #[serde(default)]
    before_context: Option<String>,
    #[serde(default)]
    after_context: Option<String>,
}

/// The token that the answer has to repeat; empty where the event has none.
pub(super) fn token(event: &Json) -> String {
    let names = ["clientRequestToken", "clientRequesttoken"];
    names.iter().find_map(|name| event.get(name)?.as_str()).unwrap_or_default().to_owned()
}

/// What an event asks for. `fetch` reads what stands at an address.
///
/// # Errors
///
/// What is no event of a hook, and a payload that cannot be read.
pub(super) fn subject(event: Json, fetch: &dyn Fn(&str) -> Result<Vec<u8>, String>) -> Result<Asked, String> {
    let event: Event =
        serde_json::from_value(event).map_err(|error| format!("this is no event of a CloudFormation hook: {error}"))?;
    if event.action_invocation_point.as_deref() == Some("DELETE_PRE_PROVISION") {
        return Ok(Asked::Nothing("nothing is checked before a deletion"));
    }
    let place = Place::of(&event);
    match event.request_data.target_name.as_str() {
        "STACK" => of_stack(&payload(&event, fetch)?, place),
        "CHANGE_SET" => of_change_set(&payload(&event, fetch)?, place),
        kind if is_key(kind) => of_resource(&event, kind, place),
        _ => Ok(Asked::Nothing("this is no KMS key")),
    }
}

/// Where a stack is.
struct Place {
    stack: Option<String>,
    account: String,
    region: Option<String>,
}

impl Place {
    /// Of an event: `arn:aws:cloudformation:eu-west-1:111122223333:stack/Keys/…`. Cloud Control has no stack.
    fn of(event: &Event) -> Place {
        let id = event.stack_id.as_deref().unwrap_or_default();
        let parts: Vec<&str> = id.splitn(6, ':').collect();
        let part = |at: usize| parts.get(at).copied().filter(|part| !part.is_empty());
        let stack =
            part(5).and_then(|resource| resource.strip_prefix("stack/")).and_then(|rest| rest.split('/').next());
        Place {
            stack: stack.map(str::to_owned),
            account: event.aws_account_id.clone(),
            region: part(3).map(str::to_owned),
        }
    }

    fn check(self, template: String, previous: Option<String>, has_parameters: bool) -> Asked {
        let Place { stack, account, region } = self;
        Asked::Check(Box::new(Subject { stack, account, region, template, previous, has_parameters }))
    }
}

fn payload(event: &Event, fetch: &dyn Fn(&str) -> Result<Vec<u8>, String>) -> Result<Payload, String> {
    let target = &event.request_data.target_name;
    let address = event.request_data.payload.as_deref();
    let address = address.ok_or_else(|| format!("the event has no `payload`, which target {target} needs"))?;
    let bytes = fetch(address).map_err(|why| format!("the payload of the event cannot be fetched: {why}"))?;
    serde_json::from_slice(&bytes).map_err(|error| format!("the payload of the event is not understood: {error}"))
}

/// A key whose properties are resolved.
fn of_resource(event: &Event, kind: &str, place: Place) -> Result<Asked, String> {
    let model = event.request_data.target_model.as_ref();
    let new = model.and_then(|model| known(model.resource_properties.as_ref()));
    let new = new.ok_or("the event has no `resourceProperties`, which a resource needs")?;
    let id = event.request_data.target_logical_id.as_deref().unwrap_or("Key");
    let of = |properties| template(std::iter::once(Resource { id, kind, properties }));
    let old = model.and_then(|model| known(model.previous_resource_properties.as_ref())).map(of);
    Ok(place.check(of(new), old, false))
}

/// Properties that are there.
fn known(properties: Option<&Json>) -> Option<&Json> {
    properties.filter(|properties| properties.as_object().is_some_and(|map| !map.is_empty()))
}

fn of_stack(payload: &Payload, place: Place) -> Result<Asked, String> {
    let of = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    match of(&payload.template) {
        Some(template) => Ok(place.check(template, of(&payload.previous_template), true)),
        None => Err("the payload of the event has no `template`".to_owned()),
    }
}

/// Of a change set, the changed keys as they will be, if CloudFormation knows all of that; else the template.
fn of_change_set(payload: &Payload, place: Place) -> Result<Asked, String> {
    let Some(changes) = &payload.changed_resources else { return of_stack(payload, place) };
    let keys: Vec<&Change> =
        changes.iter().filter(|one| is_key(&one.resource_type) && one.after_context.is_some()).collect();
    let makes_stacks = changes.iter().any(|one| one.resource_type.ends_with("::MODULE"));
    if keys.is_empty() && !makes_stacks {
        return Ok(Asked::Nothing("the change set changes no KMS key"));
    }
    let new: Option<Vec<Json>> = keys.iter().map(|one| properties(one.after_context.as_deref())).collect();
    let Some(new) = new.filter(|new| !makes_stacks && !new.is_empty()) else { return of_stack(payload, place) };
    let resource = |(change, properties): (&&'_ Change, &'_ Json)| -> (String, String, Json) {
        (change.logical_resource_id.clone(), change.resource_type.clone(), properties.clone())
    };
    let all = |rows: &[(String, String, Json)]| {
        template(rows.iter().map(|(id, kind, properties)| Resource { id, kind, properties }))
    };
    let new: Vec<(String, String, Json)> = keys.iter().zip(&new).map(resource).collect();
    let old: Vec<(String, String, Json)> = keys
        .iter()
        .filter_map(|one| Some((*one, properties(one.before_context.as_deref())?)))
        .map(|(one, properties)| resource((&one, &properties)))
        .collect();
    let previous = Some(all(&old)).filter(|_| !old.is_empty());
    Ok(place.check(all(&new), previous, false))
}

/// The properties in the context of a change; nothing where not all of them are known yet.
fn properties(context: Option<&str>) -> Option<Json> {
    let context = context.filter(|context| !context.contains(NOT_YET_KNOWN))?;
    let context: Json = serde_json::from_str(context).ok()?;
    context.get("Properties").filter(|properties| properties.is_object()).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn asked(target: &str, data: Json, payload: Json) -> Result<Asked, String> {
        let mut event = json!({
            "awsAccountId": "111122223333", "actionInvocationPoint": "UPDATE_PRE_PROVISION",
            "stackId": "arn:aws:cloudformation:eu-west-1:111122223333:stack/Keys/1a2345b6",
            "requestData": { "targetName": target, "payload": "https://s3/" },
        });
        event["requestData"].as_object_mut().unwrap().extend(data.as_object().unwrap().clone());
        subject(event, &|_| Ok(payload.to_string().into_bytes()))
    }

    fn checked(asked: Result<Asked, String>) -> Subject {
        match asked {
            Ok(Asked::Check(subject)) => *subject,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_stack_is_checked_by_its_template_and_where_it_is() {
        let subject =
            checked(asked("STACK", json!({}), json!({ "template": "Resources: {}", "previousTemplate": "" })));
        assert_eq!(subject.stack.as_deref(), Some("Keys"));
        assert_eq!((subject.region.as_deref(), subject.account.as_str()), (Some("eu-west-1"), "111122223333"));
        assert_eq!((subject.template.as_str(), subject.previous), ("Resources: {}", None));
        assert!(subject.has_parameters);
    }

    #[test]
    fn a_change_set_is_checked_by_its_changes_where_they_are_known() {
        let change = |after: &str| {
            json!({ "template": "T", "changedResources": [
                { "logicalResourceId": "Q", "resourceType": "AWS::SQS::Queue", "afterContext": "{}" },
                { "logicalResourceId": "K", "resourceType": "AWS::KMS::Key", "beforeContext": "{\"Properties\":{\"A\":1}}",
                  "afterContext": after },
            ] })
        };
        let known = checked(asked("CHANGE_SET", json!({}), change("{\"Properties\":{\"Enabled\":\"true\"}}")));
        assert!(known.template.contains("\"K\"") && !known.template.contains("\"Q\""), "{}", known.template);
        assert!(known.previous.unwrap().contains("\"A\": 1") && !known.has_parameters);
        for unknown in ["{\"Properties\":{\"Description\":\"{{changeSet:KNOWN_AFTER_APPLY}}\"}}", "[", "{}"] {
            let template = checked(asked("CHANGE_SET", json!({}), change(unknown)));
            assert_eq!((template.template.as_str(), template.has_parameters), ("T", true), "{unknown}");
        }
        let none = json!({ "template": "T", "changedResources": [] });
        assert_eq!(asked("CHANGE_SET", json!({}), none), Ok(Asked::Nothing("the change set changes no KMS key")));
        assert_eq!(checked(asked("CHANGE_SET", json!({}), json!({ "template": "T" }))).template, "T");
    }

    #[test]
    fn what_is_not_there_is_said() {
        for (target, data, payload, why) in [
            ("STACK", json!({ "payload": null }), json!({}), "has no `payload`"),
            ("STACK", json!({}), json!({}), "has no `template`"),
            ("STACK", json!({}), json!([1]), "is not understood"),
            ("AWS::KMS::Key", json!({}), json!({}), "has no `resourceProperties`"),
            (
                "AWS::KMS::Key",
                json!({ "targetModel": { "resourceProperties": 7 } }),
                json!({}),
                "has no `resourceProperties`",
            ),
            ("AWS::KMS::Key", json!({ "targetModel": 7 }), json!({}), "no event of a CloudFormation hook"),
        ] {
            let said = asked(target, data, payload).unwrap_err();
            assert!(said.contains(why), "{target}: {said}");
        }
    }
}
