//! Intrinsic functions over what is known, unknown and open. Source: AWS CloudFormation User Guide,
//! intrinsic-function-reference-*.html.

use super::*;

const OPEN: &str = "Parameters: { P: { Type: String }, L: { Type: CommaDelimitedList } }
Conditions: { C: !Equals [!Ref P, x] }";
const EXTENSIONS: &str = "Transform: AWS::LanguageExtensions";

fn of(expr: &str) -> String {
    shown(&Givens::default(), OPEN, expr)
}

fn extended(expr: &str) -> String {
    shown(&Givens::default(), &format!("{EXTENSIONS}\n{OPEN}"), expr)
}

#[test]
fn functions_of_unknown_values_are_unknown_and_not_refused() {
    for (expr, expected) in [
        ("!Join ['-', !Ref L]", "{{function:Fn::Join `-` of {{parameter:L}}}}"),
        ("!Join ['-', [a, !Ref P]]", "a-{{parameter:P}}"),
        ("!Join ['-', [a, !If [C, b, c]]]", "a-b|a-c"),
        ("!Join ['-', [a, !If [C, b, !Ref AWS::NoValue]]]", "a-b|a"),
        ("!Sub ['${X}-${P}', { X: !If [C, b, c] }]", "b-{{parameter:P}}|c-{{parameter:P}}"),
        ("!ImportValue { 'Fn::ImportValue': Name }", "{{import:{{import:Name}}}}"),
        ("!ImportValue { 'Fn::GetAtt': [R, Other] }", "{{import:{{getatt:R.Other}}}}"),
        ("{ 'Fn::Custom': x }", "{{function:Fn::Custom}}"),
        ("{ 'Fn::Transform': { Name: M } }", "{{transform:Fn::Transform}}"),
        ("!Split ['-', 'a-b']", "[a,b]"),
        ("!Base64 a", "YQ=="),
        ("!Base64 { Ref: P }", "{{function:Fn::Base64 of {{parameter:P}}}}"),
    ] {
        assert_eq!(of(expr), expected, "{expr}");
    }
}

#[test]
fn what_a_function_cannot_take_is_refused() {
    for expr in [
        "!Split ['', abc]",
        "!Select [3, [a]]",
        "!Join ['-', a]",
        "!Join ['-', [[a]]]",
        "!Base64 [a]",
        "{ 'Fn::Length': [a] }",
        "{ 'Fn::ToJsonString': [a] }",
        "null",
        "!Cidr ['10.0.0.0/24', 3, 8]",
        "!Cidr ['10.0.0.0/24', 0, 5]",
        "!Cidr ['10.0.0.0/24', 2, 9]",
    ] {
        assert!(of(expr).starts_with("refused: "), "{expr}: {}", of(expr));
    }
    assert_eq!(of("!Cidr ['10.0.0.0/24', 2, 5]"), "[10.0.0.0/27,10.0.0.32/27]");
}

#[test]
fn functions_of_the_language_extensions() {
    for (expr, expected) in [
        ("{ 'Fn::Length': [a, b] }", "2"),
        ("{ 'Fn::Length': !Ref L }", "{{function:Fn::Length of {{parameter:L}}}}"),
        ("{ 'Fn::Length': [a, !If [C, b, !Ref AWS::NoValue]] }", "2|1"),
        ("{ 'Fn::ToJsonString': { A: [a, !Ref P], B: { C: c } } }", r#"{"A":["a","{{parameter:P}}"],"B":{"C":"c"}}"#),
        ("{ 'Fn::ToJsonString': !Ref L }", "{{function:Fn::ToJsonString of {{parameter:L}}}}"),
        ("{ 'Fn::ToJsonString': { A: !If [C, b, !Ref AWS::NoValue] } }", r#"{"A":"b"}|{}"#),
    ] {
        assert_eq!(extended(expr), expected, "{expr}");
    }
    for expr in ["{ 'Fn::Length': a }", "{ 'Fn::ToJsonString': a }"] {
        assert!(extended(expr).starts_with("refused: "), "{expr}: {}", extended(expr));
    }
}

/// Source: intrinsic-function-reference-getavailabilityzones.html: the name of a zone begins with its Region's.
#[test]
fn zones_are_those_of_their_region() {
    let Kind::Members(hole) = value(&Givens::default(), "", "!GetAZs eu-west-1").kind else { panic!("it is a list") };
    let admits = |zone: &str| hole.shape().admits(zone);
    assert!(admits("eu-west-1a") && !admits("eu-west-1") && !admits("us-east-1a") && !admits("eu-west-1:a"));
}

/// A dynamic reference to a secret is not a parameter of the Parameter Store, whatever that is called.
#[test]
fn references_in_texts_are_looked_up_where_they_say() {
    let mut givens = Givens::default();
    givens.ssm.insert("name".to_owned(), "value".to_owned());
    for (text, expected) in [
        ("'a-{{resolve:ssm:name}}'", "a-value"),
        ("'a-{{resolve:ssm:name:3}}'", "a-value"),
        ("'a-{{resolve:ssm:other}}'", "a-{{ssm:other}}"),
        ("'a-{{resolve:secretsmanager:name}}'", "a-{{secret:name}}"),
        ("'a-{{resolve:ssm-secure:name}}'", "a-{{secret:name}}"),
    ] {
        assert_eq!(shown(&givens, "", text), expected, "{text}");
    }
}
