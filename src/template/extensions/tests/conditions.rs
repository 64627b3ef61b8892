//! Conditions: their forms, their values, and what hangs on them.

use super::{COMMON, answer, expanded, refusal};

fn of(condition: &str) -> Result<String, String> {
    let own = format!("  C: {condition}\n");
    let yaml = format!("{COMMON}{own}Resources: {{R: {{Type: T, Properties: {{P: !If [C, so, not]}}}}}}\n");
    answer(&yaml, &[]).map(|json| json.split_once("\"P\":").map_or("", |(_, rest)| rest).to_owned())
}

#[test]
fn conditions_are_true_false_or_open() {
    for (condition, starts) in [
        ("!Equals [1, '1']", "\"so\""),
        ("!Equals [true, 'true']", "\"so\""),
        ("!Equals [A, a]", "\"not\""),
        ("!Equals [!Ref List, [a, b, c]]", "\"so\""),
        ("!Equals [[a], a]", "{\"Fn::If\""),
        ("!Equals [{Fn::Length: !Ref List}, 3]", "\"so\""),
        ("!Equals [!Ref Unset, !Ref Unset]", "\"so\""),
        ("!Not [!Condition Fails]", "\"so\""),
        ("!And [{Condition: Holds}, {Condition: Open}]", "{\"Fn::If\""),
        ("!And [{Condition: Fails}, {Condition: Open}]", "\"not\""),
        ("!Or [{Condition: Holds}, {Condition: Open}]", "\"so\""),
        ("!Or [{Condition: Fails}, {Condition: Open}]", "{\"Fn::If\""),
        ("{Condition: Holds}", "\"so\""),
        ("!And ['true', true]", "\"so\""),
    ] {
        let found = of(condition).unwrap_or_else(|message| panic!("{condition}: {message}"));
        assert!(found.starts_with(starts), "{condition}: {found}");
    }
}

#[test]
fn conditions_of_a_wrong_form_are_refused_even_if_nothing_uses_them() {
    for (condition, message) in [
        ("!Equals [a]", "2 string parameters"),
        ("!Equals [a, b, c]", "2 string parameters"),
        ("!Equals [{key: [1]}, a]", "cannot compare a map"),
        ("!And [{Condition: Holds}]", "between 2 and 10"),
        ("!Or [true, true, true, true, true, true, true, true, true, true, true]", "between 2 and 10"),
        ("!Not [{Condition: Holds}, {Condition: Fails}]", "one condition"),
        ("!And [!Ref Name, !Ref Name]", "must be one of"),
        ("!FindInMap [M, one, text]", "must be one of"),
        ("text", "must be one of"),
        ("{a: b, c: d}", "must be one of"),
        ("!Not [{Condition: Nope}]", "unresolved condition dependency `Nope`"),
        ("!And [{Condition: Fails}, {Condition: Nope}]", "unresolved condition dependency `Nope`"),
        ("!Not [{Condition: C}]", "depends on itself"),
        ("!Equals [!Select [4, [a]], b]", "member 4 of 1"),
    ] {
        let yaml = format!("{COMMON}  C: {condition}\nResources: {{R: {{Type: T}}}}\n");
        let found = refusal(&yaml);
        assert!(found.contains(message), "{condition}: {found}");
    }
    let ring = "Conditions: {A: !Not [{Condition: B}], B: !Or [{Condition: C}, true], C: {Condition: A}}\n";
    assert!(refusal(&format!("{ring}Resources: {{R: {{Type: T}}}}")).contains("depends on itself"));
}

#[test]
fn conditions_stay_and_what_they_compare_is_worked_out() {
    let yaml = "Parameters: {P: {Type: String, Default: x}}
Conditions: {C: !Not [!Equals [!Ref P, !Sub '${P}${AWS::Region}']], D: {Condition: C}}
Resources: {R: {Type: T}}";
    let json = expanded(yaml, &[]);
    let conditions =
        r#""Conditions":{"C":{"Fn::Not":[{"Fn::Equals":["x",{"Fn::Sub":"x${AWS::Region}"}]}]},"D":{"Condition":"C"}}"#;
    assert!(json.contains(conditions), "{json}");
}

#[test]
fn nothing_is_refused_in_what_may_never_exist() {
    for condition in ["Fails", "Open"] {
        let yaml = format!(
            "{COMMON}Resources: {{R: {{Type: T, Condition: {condition}, Properties: {{P: !FindInMap [M, two, text], Q: !Ref Name}}}}}}
Outputs: {{O: {{Condition: {condition}, Value: !Select [7, [a]]}}}}\n"
        );
        let json = expanded(&yaml, &[]);
        assert!(json.contains(r#""P":{"Fn::FindInMap":["M","two","text"]},"Q":"x""#), "{json}");
        assert!(json.contains(r#""Value":{"Fn::Select":[7,["a"]]}"#), "{json}");
    }
    let yaml = format!(
        "{COMMON}Resources: {{R: {{Type: T, Condition: Holds, Properties: {{P: !FindInMap [M, two, text]}}}}}}\n"
    );
    assert!(refusal(&yaml).contains("unable to get mapping"));
}

#[test]
fn conditions_that_a_macro_makes_may_have_any_name() {
    let yaml = "Conditions: {Fn::Transform: {Name: M}, A: !Not [{Condition: Made}]}
Resources: {R: {Type: T, Condition: Made}}";
    assert!(expanded(yaml, &[]).contains(r#""A":{"Fn::Not":[{"Condition":"Made"}]}"#));
}
