//! Ref and Fn::GetAtt of resources of the same template. Source: CloudFormation Template Reference, "Return values".

use crate::deployment::{Deployment, Inputs};
use crate::resolve::Section;
use crate::source::{Document, FileId};
use crate::template::{Stacks, Template};
use crate::world::Plain;

use super::super::resolved;

/// The value of a function in an output of a template with these resources, in a stack of this name.
fn value_in(stack: Option<&str>, resources: &str, function: &str) -> String {
    let text = format!(
        "Parameters: {{ Given: {{ Type: String }}, Open: {{ Type: String }} }}\n\
         Conditions: {{ Never: !Equals [a, b], Maybe: !Equals [!Ref Open, x] }}\n\
         Resources: {{ {resources} }}\nOutputs: {{ O: {{ Value: {function} }} }}\n"
    );
    let document = Document::from_text(FileId(0), &text).expect("the template reads");
    let template = Template::parse(&document).expect("it is a template");
    let inputs = Inputs {
        account: Some("111122223333".to_owned()),
        region: Some("eu-west-1".to_owned()),
        stack_name: stack.map(str::to_owned),
        parameters: vec![("Given".to_owned(), "given".to_owned())],
        ..Inputs::default()
    };
    let deployment = Deployment::from_inputs("default", inputs).expect("the deployment is one");
    let answer = resolved(&Stacks::of(FileId(0), template.into()), Stacks::ROOT, &document, &deployment);
    let outputs = answer.whole.0.iter().find(|(name, _)| name == "Outputs");
    let Some((_, Section::Value(outputs))) = outputs else { panic!("no outputs") };
    match outputs.get("O").and_then(|output| output.get("Value")).and_then(|value| value.plain()) {
        Some(Plain::Text(text)) => text,
        other => format!("{other:?}"),
    }
}

fn value(resources: &str, function: &str) -> String {
    value_in(Some("app"), resources, function)
}

#[test]
fn names_and_arns_follow_from_the_name_property() {
    for (kind, properties, function, expected) in [
        ("SNS::Topic", "TopicName: t", "!Ref X", "arn:aws:sns:eu-west-1:111122223333:t"),
        ("SNS::Topic", "TopicName: t", "!GetAtt X.TopicArn", "arn:aws:sns:eu-west-1:111122223333:t"),
        ("SNS::Topic", "TopicName: !Ref Given", "!GetAtt X.TopicName", "given"),
        ("SQS::Queue", "QueueName: q", "!GetAtt X.Arn", "arn:aws:sqs:eu-west-1:111122223333:q"),
        ("S3::Bucket", "BucketName: b", "!Ref X", "b"),
        ("S3::Bucket", "BucketName: b", "!GetAtt X.Arn", "arn:aws:s3:::b"),
        ("S3::Bucket", "BucketName: b", "!Sub '${X.RegionalDomainName}'", "b.s3.eu-west-1.amazonaws.com"),
        ("KMS::Alias", "AliasName: alias/a", "!Ref X", "alias/a"),
        ("SSM::Parameter", "Name: /a/b", "!Ref X", "/a/b"),
        (
            "Logs::LogGroup",
            "LogGroupName: /a/b",
            "!GetAtt X.Arn",
            "arn:aws:logs:eu-west-1:111122223333:log-group:/a/b:*",
        ),
        ("Lambda::Function", "FunctionName: f", "!GetAtt X.Arn", "arn:aws:lambda:eu-west-1:111122223333:function:f"),
        ("DynamoDB::Table", "TableName: d", "!GetAtt X.Arn", "arn:aws:dynamodb:eu-west-1:111122223333:table/d"),
        ("IAM::ManagedPolicy", "ManagedPolicyName: m, Path: /p/", "!Ref X", "arn:aws:iam::111122223333:policy/p/m"),
        ("IAM::Group", "GroupName: g", "!GetAtt X.Arn", "arn:aws:iam::111122223333:group/g"),
        ("Kinesis::Stream", "Name: k", "!GetAtt X.Arn", "arn:aws:kinesis:eu-west-1:111122223333:stream/k"),
    ] {
        let resource = format!("X: {{ Type: 'AWS::{kind}', Properties: {{ {properties} }} }}");
        assert_eq!(value(&resource, function), expected, "{kind} {function}");
    }
}

#[test]
fn what_aws_makes_up_is_a_hole_in_a_known_frame() {
    for (kind, properties, function, expected) in [
        ("KMS::Key", "Description: d", "!GetAtt X.Arn", "arn:aws:kms:eu-west-1:111122223333:key/{{getatt:X}}"),
        ("KMS::Key", "Description: d", "!Ref X", "{{getatt:X}}"),
        ("SNS::Topic", "DisplayName: d", "!Ref X", "arn:aws:sns:eu-west-1:111122223333:{{getatt:X.Name}}"),
        (
            "SecretsManager::Secret",
            "Name: s",
            "!Ref X",
            "arn:aws:secretsmanager:eu-west-1:111122223333:secret:s-{{getatt:X}}",
        ),
        ("SQS::Queue", "QueueName: q", "!Ref X", "{{getatt:X}}"),
        ("EC2::VPC", "CidrBlock: 10.0.0.0/16", "!Ref X", "{{getatt:X}}"),
        ("EC2::VPC", "CidrBlock: 10.0.0.0/16", "!GetAtt X.VpcId", "{{getatt:X.VpcId}}"),
    ] {
        let resource = format!("X: {{ Type: 'AWS::{kind}', Properties: {{ {properties} }} }}");
        assert_eq!(value(&resource, function), expected, "{kind} {function}");
    }
}

#[test]
fn a_generated_name_begins_with_the_stack_and_the_logical_id_if_nothing_is_cut() {
    let role = "Admin: { Type: 'AWS::IAM::Role', Properties: {} }";
    assert_eq!(value(role, "!Ref Admin"), "app-Admin-{{getatt:Admin.Name}}");
    assert_eq!(value(role, "!GetAtt Admin.Arn"), "arn:aws:iam::111122223333:role/app-Admin-{{getatt:Admin.Name}}");
    assert_eq!(value_in(None, role, "!Ref Admin"), "{{getatt:Admin.Name}}");
    let long = "a".repeat(46);
    assert_eq!(value_in(Some(&long), role, "!Ref Admin"), "{{getatt:Admin.Name}}", "64 characters are too few");
    assert_eq!(value_in(Some("a--b"), role, "!Ref Admin"), "{{getatt:Admin.Name}}");
    let no_value = "Admin: { Type: 'AWS::IAM::Role', Properties: { RoleName: !If [Never, x, !Ref AWS::NoValue] } }";
    assert_eq!(value(no_value, "!Ref Admin"), "app-Admin-{{getatt:Admin.Name}}");
}

#[test]
fn attributes_that_are_properties_return_what_is_given() {
    for (kind, properties, function, expected) in [
        ("AWS::SSM::Parameter", "Value: !Ref Given", "!GetAtt X.Value", "given"),
        ("AWS::SNS::Topic", "DisplayName: d", "!GetAtt X.DisplayName", "d"),
        ("AWS::A::B", "Outer: { Inner: i }", "!GetAtt X.Outer.Inner", "i"),
        ("AWS::A::B", "Outer: { Inner: i }", "!GetAtt X.Outer.Other", "{{getatt:X.Outer.Other}}"),
        ("AWS::A::B", "P: !If [Never, x, !Ref AWS::NoValue]", "!GetAtt X.P", "{{getatt:X.P}}"),
        (
            "AWS::RDS::DBInstance",
            "DBInstanceIdentifier: Db",
            "!GetAtt X.DBInstanceIdentifier",
            "{{getatt:X.DBInstanceIdentifier}}",
        ),
        ("AWS::RDS::DBInstance", "DBInstanceIdentifier: db", "!GetAtt X.DBInstanceIdentifier", "db"),
        ("Custom::Thing", "Value: v", "!GetAtt X.Value", "{{getatt:X.Value}}"),
        ("AWS::CloudFormation::CustomResource", "Value: v", "!GetAtt X.Value", "{{getatt:X.Value}}"),
        ("AWS::CloudFormation::Stack", "Outputs: { A: v }", "!GetAtt X.Outputs.A", "{{stack-output:X.Outputs.A}}"),
        ("My::Own::Thing::MODULE", "Value: v", "!GetAtt X.Value", "{{getatt:X.Value}}"),
    ] {
        let resource = format!("X: {{ Type: '{kind}', Properties: {{ {properties} }} }}");
        assert_eq!(value(&resource, function), expected, "{kind} {function}");
    }
}

#[test]
fn a_name_that_hangs_on_an_open_condition_stays_open() {
    let topic = "X: { Type: 'AWS::SNS::Topic', Properties: { TopicName: !If [Maybe, a, !Ref AWS::NoValue] } }";
    assert_eq!(value(topic, "!GetAtt X.TopicName"), "{{parameter:Open}}");
}

#[test]
fn resources_that_refer_to_each_other_through_attributes_end() {
    let circle = "A: { Type: 'A::B::C', Properties: { P: !GetAtt B.P } }, B: { Type: 'A::B::C', Properties: { P: !GetAtt A.P } }";
    assert!(value(circle, "!GetAtt A.P").starts_with("{{"));
    // Each repeats the one before: the last would have 2³⁰ times the first.
    let first = format!("X0: {{ Type: 'A::B::C', Properties: {{ P: '{}' }} }}", "a".repeat(100_000));
    let later = (1..30).map(|n| {
        format!(", X{n}: {{ Type: 'A::B::C', Properties: {{ P: !Sub '${{X{m}.P}}${{X{m}.P}}' }} }}", m = n - 1)
    });
    assert!(value(&format!("{first}{}", later.collect::<String>()), "!GetAtt X29.P").contains("{{budget:"));
}
