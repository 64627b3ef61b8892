//! Parameters of nested stacks whose values stand in more than one place. Source: AWS CloudFormation User Guide,
//! using-cfn-nested-stacks.html; Template Reference, aws-resource-cloudformation-stack.html.

use crate::deployment::Inputs;

use super::nested::{admin, child, key, parent, stack, stacks, word};
use super::{ROLE, by, checked, template};

fn given(name: &str, value: &str) -> Inputs {
    Inputs { parameters: vec![(name.to_owned(), value.to_owned())], ..by(ROLE) }
}

/// What a macro writes into the map is not known, so no Default counts.
#[test]
fn parameters_that_a_macro_writes_are_open() {
    let own = child("{ Type: String, Default: Deploy }");
    assert_eq!(word(&parent("", "{ 'Fn::Transform': { Name: M } }"), &own), "undecided");
    let two = own.replace("Admin: {", "Other: { Type: String }, Admin: {");
    assert_eq!(word(&parent("", "{ Other: a, 'Fn::Transform': { Name: M } }"), &two), "undecided");
    assert_eq!(word(&parent("", "{}"), &own), "safe");
}

/// Each stack has parameters of its own, whatever those of other stacks are called.
#[test]
fn a_value_for_the_root_is_none_for_its_children() {
    let root = parent("Parameters: { Admin: { Type: String } }", "{}");
    let own = child("{ Type: String, Default: Deploy, AllowedValues: [Deploy] }");
    assert_eq!(key(given("Admin", "Other"), &root, &own).verdict.word(), "safe");
    let found = stacks(given("Admin", "Other"), &[("parent", &root), ("child", &own)]);
    assert!(found.iter().all(|one| one.refusals.is_empty()));
}

/// A value that the declaration does not allow refuses the deployment, also where nothing uses it.
#[test]
fn values_that_nothing_uses_have_to_be_allowed() {
    let text = template("Parameters: { P: { Type: String, AllowedValues: [a, b], Default: a } }", "{}");
    let refused = |inputs, text: &str| checked(inputs, text).refusals.len();
    assert_eq!([refused(by(ROLE), &text), refused(given("P", "b"), &text), refused(given("P", "c"), &text)], [0, 0, 1]);
    let default = text.replace("Default: a", "Default: c");
    assert_eq!([refused(by(ROLE), &default), refused(given("P", "b"), &default)], [1, 0]);
}

/// Why the template of a nested stack is not looked at; nothing of one that is not created.
#[test]
fn stacks_that_are_not_followed_say_why() {
    let why = |kind: &str, url: &str, same: &str| {
        let sections = format!("Parameters: {{ P: {{ Type: String }} }}\nConditions: {{ C: !Equals [a, {same}] }}");
        let property = if kind == "AWS::CloudFormation::Stack" { "TemplateURL" } else { "Location" };
        let stack = format!("  Keys: {{ Type: {kind}, Condition: C, Properties: {{ {property}: {url} }} }}\n");
        let root = format!("{sections}\nResources:\n{}{stack}", admin("'*'"));
        let found = stacks(by(ROLE), &[("parent", &root)]);
        found[0].not_followed.iter().map(|one| format!("{:?}", one.why)).collect::<Vec<_>>().join(", ")
    };
    let (stack, application) = ("AWS::CloudFormation::Stack", "AWS::Serverless::Application");
    for (kind, url, expected) in [
        (stack, "https://bucket.s3.amazonaws.com/child.yaml", "remote"),
        (stack, "!Sub 'https://${P}/child.yaml'", "remote"),
        (stack, "!Sub '${P}/child.yaml'", "values that were not given: `{{parameter:P}}/child.yaml`"),
        (stack, "!Ref P", "values that were not given"),
        (stack, "./missing", "Missing"),
        (application, "{ ApplicationId: a, SemanticVersion: 1.0.0 }", "Serverless Application Repository"),
    ] {
        assert!(why(kind, url, "a").contains(expected), "{url}: {}", why(kind, url, "a"));
        assert_eq!(why(kind, url, "b"), "", "{url}: it is not created");
    }
}

#[test]
fn what_is_nested_in_a_stack_that_is_not_created_is_not_created() {
    let below = |condition: &str| stack("{}").replace("Properties", &format!("{condition} Properties"));
    let middle = format!("Resources:\n{}", below("").replace("./child", "./leaf"));
    let leaf = format!("Resources:\n{}", admin("'*'"));
    for (value, keys) in [("a", 1), ("b", 0)] {
        let root = format!("Conditions: {{ C: !Equals [a, {value}] }}\nResources:\n{}", below("Condition: C,"));
        let found = stacks(by(ROLE), &[("parent", &root), ("child", &middle), ("leaf", &leaf)]);
        assert_eq!(found.iter().map(|one| one.keys.len()).sum::<usize>(), keys, "{value}");
    }
}
