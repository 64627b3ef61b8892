//! Each function: what is worked out, what stays, what is refused.

use super::{expanded, refused, value};

#[test]
fn ref_gives_parameters_and_leaves_everything_else() {
    assert_eq!(value("!Ref Name"), r#"{"P":"x"}"#);
    assert_eq!(value("!Ref Size"), r#"{"P":2.5}"#, "a Default that is a number stays one");
    assert_eq!(value("!Ref List"), r#"{"P":["a","b","c"]}"#);
    for stays in ["Unset", "UnsetList", "Secret", "Stored", "Bucket", "AWS::Region"] {
        assert_eq!(value(&format!("!Ref {stays}")), format!(r#"{{"P":{{"Ref":"{stays}"}}}}"#));
    }
    assert_eq!(
        value("{Ref: {Fn::Sub: 'N${Rest}', x: y}, z: w}"),
        r#"{"P":{"Ref":{"Fn::Sub":"N${Rest}","x":"y"},"z":"w"}}"#
    );
}

#[test]
fn the_name_in_ref_and_get_att_may_be_a_function() {
    assert_eq!(value("{Ref: {Fn::Join: ['', [Na, me]]}}"), r#"{"P":"x"}"#);
    assert_eq!(value("{Ref: {Fn::Join: ['', [Buc, ket]]}}"), r#"{"P":{"Ref":"Bucket"}}"#);
    assert_eq!(value("{Ref: {Ref: Unset}}"), r#"{"P":{"Ref":{"Ref":"Unset"}}}"#);
    assert_eq!(value("{Fn::GetAtt: [{Ref: Name}, {Fn::Sub: 'A${Name}'}]}"), r#"{"P":{"Fn::GetAtt":["x","Ax"]}}"#);
    assert_eq!(value("!GetAtt A.B.C"), r#"{"P":{"Fn::GetAtt":"A.B.C"}}"#);
    assert!(refused("{Ref: {Ref: 'AWS::NoValue'}}").contains("AWS::NoValue"));
    assert!(refused("{Ref: {Ref: List}}").contains("Ref needs a name"));
}

#[test]
fn given_pseudo_parameters_are_values() {
    let yaml = "Resources: {R: {Type: T, Properties: {P: !Sub '${AWS::Region}-${AWS::AccountId}'}}}";
    let json = expanded(yaml, &[("AWS::Region", "eu-west-1"), ("Bucket", "no parameter")]);
    assert!(json.contains(r#""P":{"Fn::Sub":"eu-west-1-${AWS::AccountId}"}"#), "{json}");
}

#[test]
fn sub_replaces_what_is_known() {
    assert_eq!(value("!Sub 'a-${Name}-${Size}-${!Name}'"), r#"{"P":"a-x-2.5-${Name}"}"#);
    assert_eq!(value("!Sub ['${A}${ Name }', {A: !Ref Name, Name: !Select [1, [p, q]]}]"), r#"{"P":"xq"}"#);
    assert_eq!(value("!Sub '${Name}${!Lit}${B.Arn}'"), r#"{"P":{"Fn::Sub":"x${!Lit}${B.Arn}"}}"#);
    assert_eq!(
        value("!Sub ['${A}${B}${Name}', {A: !GetAtt R.Arn, B: '${Evil}', C: unused}]"),
        r#"{"P":{"Fn::Sub":["${A}${!Evil}x",{"A":{"Fn::GetAtt":"R.Arn"}}]}}"#,
        "what a value brings is not substituted again"
    );
    assert_eq!(value("!Sub ['${A}', {Ref: Bucket}]"), r#"{"P":{"Fn::Sub":["${A}",{"Ref":"Bucket"}]}}"#);
    assert!(refused("!Sub ['${A}', {A: null}]").contains("null"));
    assert!(refused("!Sub '${List}'").contains("only substitute texts"));
    assert!(refused("!Sub [x]").contains("needs a text"));
    assert!(refused("!Sub [x, y]").contains("needs a text"));
    assert_eq!(value("!Sub '${open'"), r#"{"P":"${open"}"#);
    assert_eq!(value("!Sub '${self:custom.${opt:stage}}'"), r#"{"P":"${self:custom.${opt:stage}}"}"#);
}

#[test]
fn join_and_split() {
    assert_eq!(value("!Join ['-', [a, 1, true, !Ref Name, !Ref 'AWS::NoValue']]"), r#"{"P":"a-1-true-x"}"#);
    assert_eq!(value("!Join [',', !Ref List]"), r#"{"P":"a,b,c"}"#);
    assert_eq!(value("!Join ['', []]"), r#"{"P":""}"#);
    assert_eq!(value("!Join ['', [a, !Ref Unset]]"), r#"{"P":{"Fn::Join":["",["a",{"Ref":"Unset"}]]}}"#);
    assert_eq!(value("!Join ['', !Ref UnsetList]"), r#"{"P":{"Fn::Join":["",{"Ref":"UnsetList"}]}}"#);
    assert!(refused("!Join ['', [[a]]]").contains("Fn::Join"));
    assert!(refused("!Join ['', x]").contains("Fn::Join"));
    assert_eq!(value("!Split ['|', 'a||b|']"), r#"{"P":["a","","b",""]}"#);
    assert_eq!(value("!Split ['|', !Ref Unset]"), r#"{"P":{"Fn::Split":["|",{"Ref":"Unset"}]}}"#);
    assert!(refused("!Split ['', abc]").contains("must not be empty"));
    assert!(refused("!Split [a, [b]]").contains("Fn::Split"));
}

#[test]
fn select_takes_a_member_that_is_there() {
    assert_eq!(value("!Select ['1', !Ref List]"), r#"{"P":"b"}"#);
    assert_eq!(value("{Fn::Select: [{Fn::Length: [x]}, [a, !Ref Bucket]]}"), r#"{"P":{"Ref":"Bucket"}}"#);
    assert_eq!(value("!Select [0, !GetAZs '']"), r#"{"P":{"Fn::Select":[0,{"Fn::GetAZs":""}]}}"#);
    assert_eq!(value("!Select [1, !Ref Hosts]"), r#"{"P":{"Fn::Select":[1,{"Ref":"Hosts"}]}}"#);
    assert!(value("!Select [0, [!If [Open, a, !Ref 'AWS::NoValue'], b]]").contains("Fn::Select"), "which one is open");
    assert!(refused("!Select [3, !Ref List]").contains("member 3 of 3"));
    assert!(refused("!Select [-1, [a]]").contains("Fn::Select"));
    assert!(refused("!Select [0, [a, null]]").contains("null"));
    assert!(refused("!Select [0, a]").contains("Fn::Select"));
}

#[test]
fn find_in_map_takes_functions_as_keys_and_a_default() {
    assert_eq!(value("!FindInMap [M, one, list]"), r#"{"P":["l","m"]}"#);
    assert_eq!(value("!FindInMap [!Join ['', [M]], !Sub one, !Select [0, [text]]]"), r#"{"P":"t"}"#);
    let default =
        |keys: &str, default: &str| value(&format!("{{Fn::FindInMap: [{keys}, {{DefaultValue: {default}}}]}}"));
    assert_eq!(default("M, two, text", "!Ref Name"), r#"{"P":"x"}"#);
    assert_eq!(default("N, one, text", "[!Ref Bucket]"), r#"{"P":[{"Ref":"Bucket"}]}"#);
    assert_eq!(default("M, one, none", "d"), r#"{"P":"d"}"#, "a null is no value");
    assert_eq!(default("M, one, other", "!Ref 'AWS::NoValue'"), "{}", "the property goes away");
    assert_eq!(
        default("M, !Ref Unset, text", "!Ref 'AWS::NoValue'"),
        r#"{"P":{"Fn::FindInMap":["M",{"Ref":"Unset"},"text",{"DefaultValue":{"Ref":"AWS::NoValue"}}]}}"#
    );
    assert!(value("!FindInMap [M, !Ref 'AWS::Region', text]").contains("Fn::FindInMap"));
    assert!(refused("!FindInMap [M, two, text]").contains("`M::two::text`"));
    for key in ["!Ref List", "!Split ['.', a.b]", "!GetAtt A.B", "!Ref Bucket", "!Ref 'AWS::NoValue'", "[a]"] {
        let message = refused(&format!("{{Fn::FindInMap: [M, {key}, text, {{DefaultValue: d}}]}}"));
        assert!(message.contains("must be texts"), "{key}: {message}");
    }
    assert!(refused("{Fn::FindInMap: [M, one, text, d]}").contains("DefaultValue"));
}

#[test]
fn if_looks_only_at_the_branch_that_counts() {
    assert_eq!(value("!If [Holds, !Ref Name, !Select [9, [a]]]"), r#"{"P":"x"}"#);
    assert_eq!(value("!If [Fails, !Select [9, [a]], {a: 1}]"), r#"{"P":{"a":1}}"#);
    assert_eq!(value("!If [Fails, a, !Ref 'AWS::NoValue']"), "{}");
    assert_eq!(value("[!If [Fails, a, !Ref 'AWS::NoValue'], b]"), r#"{"P":["b"]}"#);
    assert_eq!(
        value("!If [Open, !Ref Name, !Select [9, [a]]]"),
        r#"{"P":{"Fn::If":["Open","x",{"Fn::Select":[9,["a"]]}]}}"#,
        "where the condition is open, nothing in a branch is refused"
    );
    assert!(refused("!If [Nope, a, b]").contains("unresolved condition dependency `Nope`"));
    assert!(refused("!If [Holds, a]").contains("Fn::If"));
}

#[test]
fn length_counts_members_and_needs_a_list() {
    assert_eq!(value("{Fn::Length: [a, !Ref Bucket, [b]]}"), r#"{"P":3}"#);
    assert_eq!(value("{Fn::Length: !Ref List}"), r#"{"P":3}"#);
    assert_eq!(value("{Fn::Length: !Split [',', 'a,b']}"), r#"{"P":2}"#);
    assert_eq!(value("{Fn::Length: !Ref UnsetList}"), r#"{"P":{"Fn::Length":{"Ref":"UnsetList"}}}"#);
    assert!(value("{Fn::Length: [!If [Open, a, !Ref 'AWS::NoValue']]}").contains("Fn::Length"));
    for wrong in ["a", "{a: b}", "!Ref Name", "null"] {
        assert!(refused(&format!("{{Fn::Length: {wrong}}}")).contains("Fn::Length needs a list"), "{wrong}");
    }
}

#[test]
fn to_json_string_is_compact_and_keeps_the_order() {
    assert_eq!(
        value("{Fn::ToJsonString: {z: !Ref Name, a: [1, true, '1', null], n: !Ref 'AWS::NoValue', é: {}}}"),
        r#"{"P":"{\"z\":\"x\",\"a\":[1,true,\"1\"],\"é\":{}}"}"#
    );
    assert_eq!(value("{Fn::ToJsonString: !Split ['/', a/b]}"), r#"{"P":"[\"a\",\"b\"]"}"#);
    assert_eq!(value("{Fn::ToJsonString: {a: {Fn::ToJsonString: []}}}"), r#"{"P":"{\"a\":\"[]\"}"}"#);
    assert_eq!(
        value("{Fn::ToJsonString: {a: !Ref Name, b: !GetAtt R.Arn}}"),
        r#"{"P":{"Fn::ToJsonString":{"a":"x","b":{"Fn::GetAtt":"R.Arn"}}}}"#,
        "it stays where a part is known only later"
    );
    assert!(value("{Fn::ToJsonString: {a: !Split [',', !Ref Unset]}}").contains("Fn::Split"));
    assert!(refused("{Fn::ToJsonString: {a: !Split [',', !Ref Bucket]}}").contains("Fn::Split"));
    assert!(refused("{Fn::ToJsonString: [{a: !Ref 'AWS::NotificationARNs'}]}").contains("NotificationARNs"));
    for condition in ["!And [a, b]", "!Or [a, b]", "!Not [a]", "!Equals [a, b]"] {
        assert!(refused(&format!("{{Fn::ToJsonString: {{a: {condition}}}}}")).contains("cannot hold Fn::"));
    }
    for wrong in ["''", "a", "!Ref Name"] {
        assert!(refused(&format!("{{Fn::ToJsonString: {wrong}}}")).contains("needs a map or a list"), "{wrong}");
    }
}

#[test]
fn what_the_macro_does_not_work_out_stays_with_its_arguments_worked_out() {
    assert_eq!(value("!Base64 {Fn::Sub: '${Name}'}"), r#"{"P":{"Fn::Base64":"x"}}"#);
    assert_eq!(value("!ImportValue {Fn::Sub: '${Name}-id'}"), r#"{"P":{"Fn::ImportValue":"x-id"}}"#);
    assert_eq!(value("!Cidr [!Ref Name, 6, 5]"), r#"{"P":{"Fn::Cidr":["x",6,5]}}"#);
    assert_eq!(
        value("{Fn::Transform: {Name: M, Parameters: {a: !Ref Name}}}"),
        r#"{"P":{"Fn::Transform":{"Name":"M","Parameters":{"a":{"Ref":"Name"}}}}}"#,
        "another macro gets what is written"
    );
}
