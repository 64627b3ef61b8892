//! Parameters, pseudo parameters and other resources. Source: AWS CloudFormation User Guide, parameters-section-structure.html
//! and pseudo-parameter-reference.html; Template Reference, the types' pages.

use super::*;
use crate::world::{Class, Text};

#[test]
fn the_type_of_a_parameter_tells_which_characters_it_holds() {
    for (kind, expected) in [
        ("String", Class::Any),
        ("Number", Class::Name),
        ("List<Number>", Class::Name),
        ("AWS::EC2::VPC::Id", Class::Name),
        ("List<AWS::EC2::Subnet::Id>", Class::Name),
        ("AWS::Route53::HostedZone::Id", Class::Name),
        ("List<AWS::Route53::HostedZone::Id>", Class::Name),
        ("CommaDelimitedList", Class::Any),
    ] {
        let sections = format!("Parameters: {{ P: {{ Type: '{kind}' }} }}");
        let class = with(&Givens::default(), &sections, "x", |scope, _| scope.shape("P").class);
        assert_eq!(class, expected, "{kind}");
    }
}

#[test]
fn parameters_of_the_parameter_store() {
    let mut givens = Givens::default();
    givens.ssm.insert("/known".to_owned(), "a,b".to_owned());
    for (kind, default, expected) in [
        ("AWS::SSM::Parameter::Value<String>", "/known", "a,b"),
        ("AWS::SSM::Parameter::Value<String>", "/other", "{{ssm:/other}}"),
        ("AWS::SSM::Parameter::Value<List<String>>", "/known", "[a,b]"),
        ("AWS::SSM::Parameter::Value<List<String>>", "/other", "[{{ssm:/other}}…]"),
    ] {
        let sections = format!("Parameters: {{ P: {{ Type: '{kind}', Default: {default} }} }}");
        assert_eq!(shown(&givens, &sections, "!Ref P"), expected, "{kind} {default}");
    }
}

#[test]
fn pseudo_parameters() {
    let of = |partition: &str, name: &str| {
        let partition = if partition.is_empty() { Givens::unknown_partition() } else { Text::literal(partition) };
        shown(&Givens { partition, ..Givens::default() }, "", &format!("!Ref {name}"))
    };
    for (partition, expected) in [
        ("aws", "amazonaws.com"),
        ("aws-us-gov", "amazonaws.com"),
        ("aws-cn", "amazonaws.com.cn"),
        ("", "{{pseudo:AWS::URLSuffix}}"),
    ] {
        assert_eq!(of(partition, "AWS::URLSuffix"), expected);
    }
    assert_eq!(of("aws", "AWS::NotificationARNs"), "[{{pseudo:AWS::NotificationARNs}}…]");
}

/// What a custom resource returns is up to its provider, whatever the template gives for the property.
#[test]
fn attributes_that_are_properties() {
    let resource =
        |kind: &str| format!("\n  Other: {{ Type: '{kind}', Properties: {{ T: a, L: [a, b], P: !Ref P }} }}\n");
    let of = |kind: &str, attribute: &str| {
        let expr = format!(
            "!GetAtt Other.{attribute} }} }}{}  Last: {{ Type: AWS::S3::Bucket, Properties: {{ V: x",
            resource(kind)
        );
        shown(&Givens::default(), "Parameters: { P: { Type: String } }", &expr)
    };
    assert_eq!(
        [of("AWS::SQS::Queue", "T"), of("AWS::SQS::Queue", "L"), of("AWS::SQS::Queue", "P")],
        ["a", "[a,b]", "{{parameter:P}}"]
    );
    for attribute in ["T", "L", "P"] {
        assert_eq!(of("Custom::Thing", attribute), format!("{{{{getatt:Other.{attribute}}}}}"));
    }
}

/// Source: IdentifierUtils.generateResourceIdentifier: stack name, logical id and 13 characters with two dashes, cut to 64.
#[test]
fn a_generated_name_begins_with_what_is_not_cut() {
    let of = |stack: usize| {
        let givens = Givens { stack_name: Some("s".repeat(stack)), ..Givens::default() };
        let expr = "!Ref Other } }\n  Other: { Type: AWS::IAM::Role, Properties: { Path: /";
        value(&givens, "", expr)
    };
    let prefix = |stack: usize| of(stack).as_text().map(|text| text.known_prefix().to_owned());
    assert_eq!(prefix(44), Some(format!("{}-Other-", "s".repeat(44))), "44, 5, 14 and a dash make 64");
    assert_eq!(prefix(45), Some(String::new()), "it may be cut");
    let text = of(45).as_text().expect("it is a text");
    assert_eq!(text.as_hole().map(|hole| hole.shape().class), Some(Class::Name), "but it is a name");
}
