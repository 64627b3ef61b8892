//! What CloudFormation refuses for the form of a template's sections, and what it does not. Sources: the records of
//! `ValidateTemplate` and `CreateChangeSet`; CloudFormation User Guide, the pages of the sections; AWS Knowledge Center,
//! cloudformation-template-validation.

use super::{ROLE, by, checked};

const KEY: &str = "Resources:\n  K: { Type: AWS::KMS::Key }\n";

/// What is refused of a template: the resource's logical id and the message.
fn refused(template: &str) -> Vec<(String, String)> {
    let refusals = checked(by(ROLE), template).refusals;
    refusals.into_iter().map(|(id, refusal)| (id, refusal.message)).collect()
}

fn one(id: &str, message: &str) -> Vec<(String, String)> {
    vec![(id.to_owned(), message.to_owned())]
}

#[test]
fn names_have_letters_and_digits_only() {
    for (of, section) in [
        ("parameter name", "Parameters: { 'my-name': { Type: String } }"),
        ("output name", "Outputs: { my-name: { Value: x } }"),
        ("mapping name", "Mappings: { my-name: { a: { b: c } } }"),
        ("mapping attribute name", "Mappings: { M: { us-east-1: { my-name: c } } }"),
    ] {
        let expected = one("", &format!("the {of} `my-name` may only have letters and digits"));
        assert_eq!(refused(&format!("{KEY}{section}")), expected, "{section}");
    }
    for id in ["AWS::NoValue", "my-bad-resource-id", "RöotRole", "a_b"] {
        let expected = one(id, &format!("the resource name `{id}` may only have letters and digits"));
        assert_eq!(refused(&format!("{KEY}  {id}: {{ Type: AWS::IAM::Role }}")), expected);
    }
    assert_eq!(refused(&format!("{KEY}Conditions: {{ a-b: !Equals [a, a] }}")), [], "conditions are free");
}

#[test]
fn resources_have_a_type_and_known_attributes() {
    for (resource, message) in [
        ("{ Properties: {} }", "the resource `A` has no Type"),
        ("text", "the resource `A` has to be a map"),
        ("[]", "the resource `A` has to be a map"),
        ("{ Type: AWS::SNS::Topic, Invalid: 10 }", "a resource has no attribute `Invalid`"),
        ("{ Type: AWS::SNS::Topic, Condition: { Ref: C } }", "the Condition of a resource has to be a text"),
        ("{ Type: AWS::SNS::Topic, DependsOn: [K, ~] }", "`null` values are not allowed in templates"),
        ("{ Type: AWS::SNS::Topic, Properties: { A: } }", "`null` values are not allowed in templates"),
        ("", "`null` values are not allowed in templates"),
    ] {
        assert_eq!(refused(&format!("{KEY}  A: {resource}")), one("A", message), "{resource}");
    }
    let text = format!("{KEY}  A: {{ Properties: {{}} }}\n  B: {{ Type: AWS::SNS::Topic, DependsOn: A }}");
    assert_eq!(refused(&text), one("A", "the resource `A` has no Type"), "it is there, and said once");
}

#[test]
fn parameters_outputs_and_sections_have_their_form() {
    for (section, message) in [
        ("Parameters: { P: { Default: x } }", "the parameter `P` has no Type"),
        ("Parameters: { P: { Type: String, DefaultValue: x } }", "a parameter has no property `DefaultValue`"),
        ("Parameters: { P: { Type: String, Default: } }", "`null` values are not allowed in templates"),
        ("Outputs: { O: { Description: x } }", "the output `O` has no Value"),
        ("Outputs: { O: { Value: ~ } }", "`null` values are not allowed in templates"),
        ("Outputs: { O: }", "`null` values are not allowed in templates"),
        ("Mappings: { M: { a: { b: } } }", "`null` values are not allowed in templates"),
        ("Outputs:", "`null` values are not allowed in templates"),
        ("outputs: {}", "a template has no section `outputs`; it has `Outputs`"),
        ("Output: {}", "a template has no section `Output`; it has `Outputs`"),
        ("Transform: { Name: { Ref: P } }", "the Name of a transform has to be a text"),
        ("Transform: [{ Name: !Ref P }]", "the Name of a transform has to be a text"),
    ] {
        assert_eq!(refused(&format!("{KEY}{section}")), one("", message), "{section}");
    }
    assert!(refused(&format!("{KEY}Conditions: {{ C: ~ }}")).contains(&one("", crate::template::NULL)[0]));
}

#[test]
fn nothing_is_said_of_a_template_that_is_not_yet_what_cloudformation_reads() {
    let wrong =
        "  a-b: { Type: My::Own::Thing, Invalid: ~ }\n  C: { Properties: {} }\nParameters: { P: { Wrong: ~ } }\n";
    assert!(refused(&format!("{KEY}{wrong}")).len() > 4, "each is refused otherwise");
    for other in [
        "Transform: AWS::Serverless-2016-10-31",
        "Transform: [{ Name: AWS::Include, Parameters: { Location: s3://bucket/file } }]",
        "Metadata: { A: { 'Fn::Transform': { Name: M } } }",
        "Metadata: { A: !Transform { Name: M } }",
        "Globals: { Function: { Timeout: 3 } }",
        "Organization: !Include organization.yml",
        "Modules: { M: { Source: module.yaml } }",
        "Description: {{ description }}",
    ] {
        assert_eq!(refused(&format!("{KEY}{wrong}{other}")), [], "{other}");
    }
    let module = "  D: { Type: My::Module, Overrides: {} }\n";
    assert_eq!(refused(&format!("{KEY}{module}{wrong}")), []);
}

#[test]
fn what_the_form_allows() {
    for text in [
        "  A: { Type: 'Custom::Thing', Version: '1.0', Description: a thing, Metadata: { a: ~ } }",
        "  A: { Type: AWS::SNS::Topic, DeletionPolicy: Retain, UpdateReplacePolicy: Delete }",
        "  A: { Type: AWS::EC2::Instance, CreationPolicy: {}, UpdatePolicy: {} }",
        "  A: { Type: AWS::Events::Rule, Properties: { EventPattern: { detail: { a: [~] } } } }",
        "  A: !Rain::Module thing.yaml",
        "  '{{ name }}': { Type: AWS::SNS::Topic }",
        "  A: {}\n  A: { Type: AWS::SNS::Topic }",
        "x-shared: {}\nAnchors: []",
    ] {
        assert_eq!(refused(&format!("{KEY}{text}")), [], "{text}");
    }
}

#[test]
fn a_macro_named_in_a_list_of_maps_may_add_what_is_referred_to() {
    let include = "Transform: [{ Name: AWS::Include, Parameters: { Location: s3://bucket/file } }]\n";
    let key = "Resources:\n  K: { Type: AWS::KMS::Key, Properties: { Description: !Ref Included } }\n";
    assert_eq!(refused(&format!("{include}{key}")), []);
    assert_eq!(refused(key).len(), 1);
}
