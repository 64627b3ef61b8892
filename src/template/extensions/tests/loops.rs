//! Fn::ForEach: what is written out, what is refused, what is not known.

use super::{expanded, refusal};

/// A template with parameters and this body.
fn with(body: &str) -> String {
    format!(
        "Parameters:
  List: {{Type: CommaDelimitedList, Default: 'a, b'}}
  Unset: {{Type: CommaDelimitedList}}
  Secret: {{Type: CommaDelimitedList, NoEcho: true, Default: x}}
  Stored: {{Type: 'AWS::SSM::Parameter::Value<List<String>>', Default: /key}}
  Name: {{Type: String, Default: 'x,y'}}
Mappings: {{M: {{eu: {{names: [p, q]}}}}}}
{body}
"
    )
}

/// What follows `"Resources":` in the expanded template.
fn resources(body: &str) -> String {
    let json = expanded(&with(body), &[]);
    json.split_once("\"Resources\":").map_or(String::new(), |(_, rest)| rest.to_owned())
}

fn over(collection: &str) -> String {
    format!(
        "Resources: {{R: {{Type: T}}, 'Fn::ForEach::L': [Id, {collection}, {{'X${{Id}}': {{Type: T, P: !Ref Id}}}}]}}"
    )
}

#[test]
fn a_fragment_is_written_once_for_each_member_in_the_place_of_the_loop() {
    let body = "Resources:
  A: {Type: T}
  Fn::ForEach::L:
    - Id
    - [one, 2, true, 1.5]
    - '&{Id}x':
        Type: T
        DependsOn: ['A', '${Id}']
        Properties: {P: !Ref Id, Q: !Sub '${Id}-${!Id}', 'R${Id}': 7}
  Z: {Type: T}";
    assert_eq!(
        resources(body),
        concat!(
            r#"{"A":{"Type":"T"},"#,
            r#""onex":{"Type":"T","DependsOn":["A","one"],"Properties":{"P":"one","Q":"one-${Id}","Rone":7}},"#,
            r#""2x":{"Type":"T","DependsOn":["A","2"],"Properties":{"P":"2","Q":"2-${Id}","R2":7}},"#,
            r#""truex":{"Type":"T","DependsOn":["A","true"],"Properties":{"P":"true","Q":"true-${Id}","Rtrue":7}},"#,
            r#""15x":{"Type":"T","DependsOn":["A","1.5"],"Properties":{"P":"1.5","Q":"1.5-${Id}","R1.5":7}},"#,
            r#""Z":{"Type":"T"}}}"#
        )
    );
}

#[test]
fn collections_are_lists_that_are_known() {
    for (collection, members) in [
        ("!Ref List", "a b"),
        ("[p, !Ref Name]", ""),
        ("!FindInMap [M, eu, names]", "p q"),
        ("{Fn::FindInMap: [M, us, names, {DefaultValue: [d]}]}", "d"),
        ("!Split [',', !Ref Name]", "x y"),
        ("['']", "''"),
        ("[]", "none"),
    ] {
        let expected: String = match members {
            "" => continue,
            "none" => String::new(),
            "''" => r#","X":{"Type":"T","P":""}"#.to_owned(),
            _ => members.split(' ').map(|one| format!(r#","X{one}":{{"Type":"T","P":"{one}"}}"#)).collect(),
        };
        assert_eq!(resources(&over(collection)), format!(r#"{{"R":{{"Type":"T"}}{expected}}}}}"#), "{collection}");
    }
    let given = expanded(&with(&over("!Ref Unset")), &[("Unset", "k")]);
    assert!(given.contains(r#""Xk":{"Type":"T","P":"k"}"#));
}

#[test]
fn what_is_no_list_of_texts_is_no_collection() {
    for (collection, message) in [
        ("null", "must be a list"),
        ("text", "must be a list"),
        ("!Ref Name", "must be a list"),
        ("!Ref Nothing", "must be a list"),
        ("!GetAtt R.Names", "must be a list"),
        ("[a, !Ref Nothing]", "every member"),
        ("[{}]", "every member"),
        ("[[a]]", "every member"),
        ("[a, null]", "every member"),
        ("[a, !Ref 'AWS::NoValue']", "every member"),
        ("!Ref Secret", "NoEcho parameter `Secret`"),
        ("[!Ref Secret]", "NoEcho parameter `Secret`"),
        ("!FindInMap [M, us, names]", "unable to get mapping"),
        ("[a-b]", "`Xa-b` should be alphanumeric"),
        ("[a, a]", "a loop writes `Xa`"),
    ] {
        let found = refusal(&with(&over(collection)));
        assert!(found.contains(message), "{collection}: {found}");
    }
}

#[test]
fn a_collection_that_nobody_knows_yet_names_what_it_hangs_on() {
    for (collection, name) in [
        ("!Ref Unset", "Unset"),
        ("[a, !Ref Unset]", "Unset"),
        ("!Ref Stored", "Stored"),
        ("!FindInMap [M, !Ref 'AWS::Region', names]", "AWS::Region"),
        ("!Split [',', !Sub 'a,${AWS::Region}']", "AWS::Region"),
    ] {
        let expected = format!(r#""Fn::ForEach::L":{{"unknown":"{name}"}}"#);
        assert!(resources(&over(collection)).contains(&expected), "{collection}");
    }
}

#[test]
fn loops_nest_also_in_property_maps() {
    let body = "Resources:
  Fn::ForEach::Outer:
    - A
    - [x, y]
    - 'K${A}':
        Type: T
        Properties:
          Fixed: 1
          Map:
            Fn::ForEach::Inner: [B, [p, !Sub 'q${A}'], {'${A}${B}': [!Ref B]}]
      Fn::ForEach::Second: [C, [1], {'S${A}${C}': {Type: T}}]";
    assert_eq!(
        resources(body),
        concat!(
            r#"{"Kx":{"Type":"T","Properties":{"Fixed":1,"Map":{"xp":["p"],"xqx":["qx"]}}},"Sx1":{"Type":"T"},"#,
            r#""Ky":{"Type":"T","Properties":{"Fixed":1,"Map":{"yp":["p"],"yqy":["qy"]}}},"Sy1":{"Type":"T"}}}"#
        )
    );
    let unknown = body.replace("[p, !Sub 'q${A}']", "!Ref Unset");
    let expected = r#""Map":{"Fn::ForEach::Inner":{"unknown":"Unset"}}"#;
    assert_eq!(resources(&unknown).matches(expected).count(), 2);
}

#[test]
fn conditions_and_outputs_have_loops_too() {
    let body = "Conditions:
  Fn::ForEach::C: [Env, [dev, prod], {'Is${Env}': !Equals [!Ref Env, dev]}]
Resources:
  Fn::ForEach::R: [Env, [dev, prod], {'R${Env}': {Type: T, Condition: 'Is${Env}', P: !If ['Is${Env}', a, b]}}]
Outputs:
  Fn::ForEach::O: [Env, [dev], {'O${Env}': {Value: !GetAtt 'R${Env}.Arn'}}]";
    let json = expanded(&with(body), &[]);
    assert!(
        json.contains(r#""Conditions":{"Isdev":{"Fn::Equals":["dev","dev"]},"Isprod":{"Fn::Equals":["prod","dev"]}}"#)
    );
    assert!(json.contains(r#""Rprod":{"Type":"T","Condition":"Isprod","P":"b"}"#), "{json}");
    assert!(json.contains(r#""Odev":{"Value":{"Fn::GetAtt":"Rdev.Arn"}}"#), "{json}");
    let emptied = body.replace("[dev, prod]", "[]").replace("[dev]", "[]");
    let json = expanded(&with(&emptied), &[]);
    assert!(json.ends_with(r#""Resources":{}}"#) && !json.contains("Conditions"), "{json}");
}

#[test]
fn what_loops_make_must_fit_its_section() {
    for (body, message) in [
        ("Resources: {'Fn::ForEach::L': [Id, [a], {Type: T, Properties: {}}]}", "`Type` is malformed"),
        ("Resources: {R: {Type: T}}\nOutputs: {'Fn::ForEach::L': [Id, [a], {Value: v}]}", "`Value` is malformed"),
        ("Resources: {R: {Type: T}}\nConditions: {'Fn::ForEach::L': [Id, [a], {Key: Value}]}", "must be one of"),
        ("Resources: {'Fn::ForEach::L': [Id, [a], {'X${Id}${Other}': {Type: T}}]}", "should be alphanumeric"),
        ("Resources: {'Fn::ForEach::L': [Id, [a, b], {Same: {Type: T}}]}", "a loop writes `Same`"),
        ("Resources: {'Fn::ForEach::L': [Id, [a], {'X${Id}': {Type: T}}], Xa: {Type: T}}", "a loop writes `Xa`"),
        ("Resources: {Xa: {Type: T}, 'Fn::ForEach::L': [Id, [a], {'X${Id}': {Type: T}}]}", "a loop writes `Xa`"),
        (
            "Resources: {R: {Type: T, Properties: {a: 1, 'Fn::ForEach::L': [Id, [a], {'${Id}': 2}]}}}",
            "a loop writes `a`",
        ),
    ] {
        let found = refusal(&with(body));
        assert!(found.contains(message), "{body}: {found}");
    }
    assert!(resources("Resources: {'Fn::ForEach::L': [Id, [a], {Same: {Type: T}}]}").contains("Same"));
}

#[test]
fn a_loop_is_an_identifier_a_collection_and_a_fragment() {
    for (value, message) in [
        ("[]", "a list of three"),
        ("text", "a list of three"),
        ("[Id, [a]]", "a list of three"),
        ("[Id, [a], {'X${Id}': {Type: T}}, more]", "a list of three"),
        ("[Id, [a], text]", "must be a map"),
        ("[Id, [a], null]", "must be a map"),
        ("[Id, [a], !Ref R]", "must be a map"),
        ("['', [a], {X: {Type: T}}]", "must be a text"),
        ("[null, [a], {X: {Type: T}}]", "must be a text"),
        ("[1, [a], {X: {Type: T}}]", "must be a text"),
        ("[[Id], [a], {X: {Type: T}}]", "must be a text"),
        ("[!Ref Name, [a], {X: {Type: T}}]", "must be a text"),
        ("[!Ref 'AWS::NoValue', [a], {X: {Type: T}}]", "must be a text"),
    ] {
        let found = refusal(&with(&format!("Resources: {{'Fn::ForEach::L': {value}}}")));
        assert!(found.contains(message), "{value}: {found}");
    }
    assert!(refusal(&with("Resources: {'Fn::ForEach::': [Id, [a], {X: {Type: T}}]}")).contains("needs a name"));
}

#[test]
fn names_of_loops_and_identifiers_are_their_own() {
    for (body, message) in [
        ("'Fn::ForEach::Name': [Id, [a], {'X${Id}': {Type: T}}]", "loop `Name` has the name of a parameter"),
        ("R: {Type: T}, 'Fn::ForEach::R': [Id, [a], {'X${Id}': {Type: T}}]", "loop `R` has the name of a logical id"),
        ("'Fn::ForEach::L': [Name, [a], {'X${Name}': {Type: T}}]", "identifier `Name` has the name of a parameter"),
        (
            "R: {Type: T}, 'Fn::ForEach::L': [R, [a], {'X${R}': {Type: T}}]",
            "identifier `R` has the name of a logical id",
        ),
        (
            "'Fn::ForEach::L': [K, [a], {'X${K}': {Type: T}}], 'Fn::ForEach::K': [L, [b], {'X${L}': {Type: T}}]",
            "has the name of a loop",
        ),
        (
            "'Fn::ForEach::L': [A, [a], {'Fn::ForEach::L': [B, [b], {'X${B}': {Type: T}}]}]",
            "two loops have the name `L`",
        ),
        ("'Fn::ForEach::L': [A, [a], {'Fn::ForEach::K': [A, [b], {'X${A}': {Type: T}}]}]", "a loop around this one"),
        (
            "'Fn::ForEach::L': [A, [a], {'X${A}': {Type: T, Properties: {'Fn::ForEach::K': [A, [b], {'${A}': 1}]}}}]",
            "a loop around this one",
        ),
    ] {
        let found = refusal(&with(&format!("Resources: {{{body}}}")));
        assert!(found.contains(message), "{body}: {found}");
    }
    let conditions = "Conditions: {'Fn::ForEach::L': [A, [a], {'X${A}': !Equals [a, a]}], L: !Equals [a, a]}\nResources: {R: {Type: T}}";
    assert!(refusal(&with(conditions)).contains("loop `L` has the name of a logical id"));
    let beside = "Resources: {'Fn::ForEach::L': [A, [a], {'X${A}': {Type: T}}], 'Fn::ForEach::K': [A, [b], {'X${A}': {Type: T}}]}";
    assert_eq!(resources(beside), r#"{"Xa":{"Type":"T"},"Xb":{"Type":"T"}}}"#, "loops side by side may share one");
}

#[test]
fn loops_nest_five_deep_and_no_deeper() {
    let nested = |depth: usize| {
        let names: String = (0..depth).map(|n| format!("${{I{n}}}")).collect();
        (0..depth).rev().fold(format!("X{names}: {{Type: T}}"), |inner, n| {
            format!("'Fn::ForEach::L{n}': [I{n}, [v{n}], {{{inner}}}]")
        })
    };
    let body =
        |depth| format!("Resources: {{{}}}", nested(depth).replace("X$", "'X$").replace("}: {Type", "}': {Type"));
    assert_eq!(resources(&body(5)), r#"{"Xv0v1v2v3v4":{"Type":"T"}}}"#);
    assert!(refusal(&with(&body(6))).contains("deeper than 5 levels"));
}
