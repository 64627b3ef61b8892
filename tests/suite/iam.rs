//! Cases of other IAM evaluators, cross-checked with the AWS documents: `cases/iam.jsonl` of the shared data, decided
//! through the public interface of the library.

use std::fs;

use cfn_lockout::engine::{Answer, Call, Policies, authorize, condition_holds};
use serde_json::Value;

use crate::support::{shared, text};

/// Who calls in cases that name nobody.
const SOMEBODY: &str = "arn:aws:iam::123456789012:user/somebody";

/// What the document of the condition operators does not say: what a negated operator makes of a value that is no number
/// or date. Ours is an open question.
const UNDOCUMENTED: &str = "reference_policies_elements_condition_operators.html: no word on NotEquals and no number";

/// What two documents say differently: whether policy variables work under Bool.
const DISPUTED: &str = "reference_policies_variables.html against …_elements_condition_operators.html on Bool";

/// Cases that we judge otherwise, each with the document that says so. None of them is answered: each is a question.
const JUDGED_OTHERWISE: [(&str, &str); 12] = [
    ("aspen/bool_variable/2", DISPUTED),
    ("aspen/bool_variable/3", DISPUTED),
    ("aspen/bool_variable/5", DISPUTED),
    ("aspen/bool_variable/6", DISPUTED),
    ("aspen/bool_variable/8", DISPUTED),
    ("aspen/bool_variable/9", DISPUTED),
    ("aspen/date_not_equals/8", UNDOCUMENTED),
    ("aspen/date_not_equals/16", UNDOCUMENTED),
    ("iamrs/op/unparseable_context_value_is_no_match/33", UNDOCUMENTED),
    ("iamrs/op/unparseable_context_value_is_no_match/35", UNDOCUMENTED),
    ("iamrs/op/unparseable_context_value_is_no_match/37", UNDOCUMENTED),
    (
        "arsenal/should-be-neutral-for-binarynotequals-condition-if-do-not-meet-condition",
        "reference_policies_elements_condition_operators.html: there is no operator BinaryNotEquals",
    ),
];

fn cases(kind: &str) -> Vec<Value> {
    let Some(path) = shared("cases/iam.jsonl") else { return Vec::new() };
    let lines = fs::read_to_string(path).expect("the cases");
    let rows = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("a case"));
    rows.filter(|row| row["kind"] == kind).collect()
}

fn with_context(mut call: Call, context: &Value) -> Call {
    for (key, value) in context.as_object().into_iter().flatten() {
        let values: Vec<String> = match value {
            Value::Array(items) => items.iter().map(plain).collect(),
            one => vec![plain(one)],
        };
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        call = call.with(key, &values);
    }
    call
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Whether each case comes out as it says: `decide` gives what was found and whether that agrees, nothing for a question.
fn compare(kind: &str, decide: impl Fn(&Value) -> (String, Option<bool>)) {
    let mut wrong = Vec::new();
    let cases = cases(kind);
    for case in &cases {
        let id = text(&case["id"]);
        let (found, answer) = decide(case);
        let listed = JUDGED_OTHERWISE.iter().any(|(name, _)| *name == id);
        if answer != (!listed).then_some(true) {
            wrong.push(format!("{id}: {found}, the case says {}\n    {case}", case["expected"]));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    eprintln!("{} {kind} cases agree", cases.len());
}

#[test]
fn every_condition_holds_or_fails_as_its_case_says() {
    compare("condition", |case| {
        let call = with_context(Call::new(SOMEBODY, "kms:PutKeyPolicy", "*"), &case["context"]);
        let found = condition_holds(&case["condition"].to_string(), case["policy_version"].as_str(), &call);
        let found = found.expect("the condition reads");
        (format!("{found:?}"), found.map(|found| Some(found) == case["expected"].as_bool()))
    });
}

#[test]
fn every_request_is_decided_as_its_case_says() {
    compare("decision", |case| {
        let request = &case["request"];
        let call = Call::new(&text(&request["principal"]), &text(&request["action"]), &text(&request["resource"]));
        let policy = |key: &str| (!case[key].is_null()).then(|| case[key].to_string());
        let levels = |key: &str| case[key].as_array().into_iter().flatten().map(Value::to_string).collect();
        let policies = Policies {
            key_policy: policy("resource_policy"),
            identity: policy("identity_policies"),
            boundary: policy("boundary"),
            session: policy("session_policy"),
            scps: levels("scps"),
            rcps: levels("rcps"),
        };
        let found = authorize(&with_context(call, &request["context"]), &policies).expect("the policies read");
        let agrees = match case["expected"]["decision"].as_str() {
            Some("allow") => found == Answer::Allowed,
            Some("implicit_deny") => found == Answer::ImplicitDeny,
            Some("explicit_deny") => found == Answer::ExplicitDeny,
            Some("deny_any") => matches!(found, Answer::ImplicitDeny | Answer::ExplicitDeny),
            _ => false,
        };
        (format!("{found:?}"), (!matches!(found, Answer::Open(_))).then_some(agrees))
    });
}
