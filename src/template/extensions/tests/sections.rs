//! What each section may hold.

use super::{COMMON, answer, expanded, refusal};

#[test]
fn nulls_go_away_inside_a_resource_and_are_refused_as_one() {
    let yaml =
        "Resources: {R: {Type: T, Condition: null, DeletionPolicy: ~, Properties: {a: null, b: [1, null], c: {}}}}";
    assert_eq!(expanded(yaml, &[]), r#"{"Resources":{"R":{"Type":"T","Properties":{"b":[1],"c":{}}}}}"#);
    for (yaml, message) in [
        ("Outputs: {}", "needs the section Resources"),
        ("Resources: null", "Resources is null"),
        ("Resources: {R: null}", "`R` is malformed"),
        ("Resources: {R: ''}", "`R` is malformed"),
        ("Resources: {R: [a]}", "`R` is malformed"),
        ("Resources: {R: {Type: T}}\nOutputs: {O: null}", "`O` is malformed"),
        ("Resources: {R: {Type: T}}\nOutputs: {O: {Value: !Ref 'AWS::NoValue'}}", "`O` is null or"),
        ("Resources: {R: {Type: T}}\nOutputs: {O: {Value: null}}", "`O` is null or"),
        ("[a]", "must be a map"),
    ] {
        let found = refusal(yaml);
        assert!(found.contains(message), "{yaml}: {found}");
    }
    assert!(expanded("Resources: {R: {Type: T}}\nOutputs: {O: {Description: d}}", &[]).contains("Description"));
}

#[test]
fn no_value_takes_its_entry_or_member_along() {
    let yaml = "Resources: {R: {Type: T, Properties: {a: !Ref 'AWS::NoValue', b: [!Ref 'AWS::NoValue', {c: !Ref 'AWS::NoValue'}]}}}";
    assert_eq!(expanded(yaml, &[]), r#"{"Resources":{"R":{"Type":"T","Properties":{"b":[{}]}}}}"#);
}

#[test]
fn conditions_of_resources_and_outputs_must_exist() {
    for (yaml, name) in [
        ("Resources: {R: {Type: T, Condition: C}}", "C"),
        ("Conditions: {D: !Equals [a, a]}\nResources: {R: {Type: T, Condition: d}}", "d"),
        ("Resources: {R: {Type: T}}\nOutputs: {O: {Value: v, Condition: E}}", "E"),
    ] {
        assert!(refusal(yaml).contains(&format!("unresolved condition dependency `{name}`")), "{yaml}");
    }
    let unset = "Mappings: {M: {a: {b: c}}}\nResources: {R: {Type: T, Condition: {Fn::FindInMap: [M, x, y, {DefaultValue: !Ref 'AWS::NoValue'}]}}}";
    assert!(expanded(unset, &[]).contains(r#""R":{"Type":"T"}"#), "a Condition may go away");
}

#[test]
fn deletion_policies_may_be_functions_that_give_a_text_in_time() {
    for policy in ["DeletionPolicy", "UpdateReplacePolicy"] {
        let of = |value: &str| {
            answer(&format!("{COMMON}Resources: {{R: {{Type: T, {policy}: {value}}}}}\n"), &[]).map(|json| {
                json.split_once(&format!("\"{policy}\":")).map_or(String::new(), |(_, rest)| rest.to_owned())
            })
        };
        assert_eq!(of("!Ref Name").as_deref(), Ok("\"x\"}}}"));
        assert_eq!(of("!If [Fails, Retain, Delete]").as_deref(), Ok("\"Delete\"}}}"));
        assert_eq!(of("!FindInMap [M, one, text]").as_deref(), Ok("\"t\"}}}"));
        for open in ["!Ref Unset", "!If [Open, Retain, Delete]", "!Ref 'AWS::StackName'", "!Sub '${Stored}'"] {
            assert!(of(open).is_ok(), "{open} may be a text");
        }
        for wrong in ["[Retain]", "{a: b}", "!Ref 'AWS::NoValue'", "!GetAtt R.Arn", "!Ref Bucket", "!Ref List"] {
            let message = of(wrong).expect_err(wrong);
            assert!(message.contains(&format!("{policy} of `R` must be a text")), "{wrong}: {message}");
        }
    }
}

#[test]
fn other_sections_stay_as_they_are() {
    let yaml = "Description: d
Transform: [AWS::LanguageExtensions, Other]
Metadata: {m: !Ref P, n: null}
Parameters: {P: {Type: Number, Default: 012}}
Rules: {r: {Assertions: [{Assert: !Equals [!Ref P, x]}]}}
Resources: {Fn::Transform: {Name: X, Parameters: {p: !Ref P}}, R: {Fn::Transform: {Name: Y}}}";
    let json = expanded(yaml, &[("P", "1.0")]);
    assert_eq!(
        json,
        concat!(
            r#"{"Description":"d","Transform":["AWS::LanguageExtensions","Other"],"Metadata":{"m":{"Ref":"P"},"n":null},"#,
            r#""Parameters":{"P":{"Type":"Number","Default":10}},"#,
            r#""Rules":{"r":{"Assertions":[{"Assert":{"Fn::Equals":[{"Ref":"P"},"x"]}}]}},"#,
            r#""Resources":{"Fn::Transform":{"Name":"X","Parameters":{"p":{"Ref":"P"}}},"R":{"Fn::Transform":{"Name":"Y"}}}}"#
        )
    );
}
