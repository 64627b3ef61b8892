//! Nested stacks without end: circles, and more than anybody nests. Each ends, and says so.

use crate::lockout::Checked;
use crate::template::Unfollowed;

use super::nested::{admin, child, parent, stack, stacks, word};
use super::{ROLE, by};

#[test]
fn stacks_in_a_circle_are_refused_and_end() {
    let own = format!("Resources:\n{}{}", stack("{}").replace("./child", "./parent"), admin("'*'"));
    let found = stacks(by(ROLE), &[("parent", &own)]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].keys[0].verdict.word(), "safe", "the key itself is none the worse");
    let message = "nested stack `Keys` never ends: `./parent` is the template of a stack above it";
    assert_eq!(found[0].refusals[0].1.message, message);
    let chain = [("a", "b"), ("b", "c"), ("c", "a")]
        .map(|(name, next)| (name, format!("Resources:\n{}", stack("{}").replace("./child", next))));
    let chain: Vec<(&str, &str)> = chain.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let found = stacks(by(ROLE), &chain);
    assert_eq!(found.iter().map(|one| one.refusals.len()).collect::<Vec<_>>(), [0, 0, 1]);
    assert_eq!(found[2].stack, "Keys/Keys");
}

#[test]
fn a_stack_whose_parameters_hang_on_its_own_outputs_is_refused_and_ends() {
    let passed = "{ Admin: !Join ['', [!GetAtt Keys.Outputs.Arn, !GetAtt Keys.Outputs.Arn]] }";
    let child = format!("{}Outputs: {{ Arn: {{ Value: !Sub '${{Admin}}${{Admin}}' }} }}\n", child("{ Type: String }"));
    assert_eq!(word(&parent("", passed), &child), "invalid");
    // A condition hides the circle from the validation, not from the resolver.
    let hidden = parent("Conditions: { C: !Equals [!Ref AWS::Region, x] }", &format!("!If [C, {passed}, {{}}]"));
    assert_eq!(word(&hidden, &child), "undecided");
}

#[test]
fn values_that_double_from_stack_to_stack_end() {
    let level = |n: usize, value: &str| {
        let next = format!("{{ A: {value} }}").replace("COND", &format!("C{n}"));
        let stack = stack(&next).replace("./child", &format!("t{}", n + 1));
        let parameters = "Parameters: { A: { Type: String } }";
        let conditions = format!("Conditions: {{ C{n}: !Equals [!Ref AWS::Region, 'r{n}'] }}");
        (format!("t{n}"), format!("{parameters}\n{conditions}\nResources:\n{stack}"))
    };
    for value in ["!Sub '${A}${A}'", "!If [COND, !Sub '${A}-${A}', !Ref A]"] {
        let mut files: Vec<(String, String)> = (0..8).map(|n| level(n, value)).collect();
        let last = child("{ Type: String }").replace("Admin", "A");
        files.push(("t8".to_owned(), last));
        let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let found = stacks(by(ROLE), &files);
        let verdict = found[8].keys[0].verdict.word();
        assert!(["undecided", "lockout"].contains(&verdict), "{verdict}");
    }
}

fn too_many(found: &[Checked]) -> Vec<String> {
    let all = found.iter().flat_map(|one| &one.not_followed);
    let said = all.filter_map(|one| match &one.why {
        Unfollowed::TooMany(message) => Some(message.clone()),
        _ => None,
    });
    said.collect()
}

#[test]
fn more_stacks_than_anybody_nests_are_not_followed_and_said_so() {
    let name = |n: usize| format!("t{n}");
    let level = |n: usize, copies: usize| {
        let one = |copy: usize| stack("{}").replace("Keys", &format!("S{copy}")).replace("./child", &name(n + 1));
        (name(n), format!("Resources:\n{}{}", (0..copies).map(one).collect::<String>(), admin("'*'")))
    };
    for (levels, copies, message) in [
        (40, 1, "stacks nested deeper than 32 levels are not followed"),
        (20, 2, "more than 1000 nested stacks are not followed"),
    ] {
        let files: Vec<(String, String)> = (0..levels).map(|n| level(n, copies)).collect();
        let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let found = stacks(by(ROLE), &files);
        assert_eq!(too_many(&found), [message]);
        assert!(found.iter().all(|one| one.keys.len() == 1), "the others are checked");
    }
    let shallow: Vec<(String, String)> = (0..32).map(|n| level(n, 1)).collect();
    let shallow: Vec<(&str, &str)> = shallow.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    assert_eq!(too_many(&stacks(by(ROLE), &shallow)), [""; 0]);
}

#[test]
fn a_value_that_breaks_the_childs_declaration_is_refused_also_where_no_key_uses_it() {
    for (own, passed, expected) in [
        ("{ Type: String, AllowedPattern: '[A-Z].*' }", "{ Admin: Deploy }", "safe"),
        ("{ Type: String, AllowedPattern: '[a-z].*' }", "{ Admin: Deploy }", "invalid"),
        ("{ Type: String, MaxLength: 3 }", "{ Admin: Deploy }", "invalid"),
        ("{ Type: String, Default: Deploy, MaxLength: 3 }", "{}", "invalid"),
    ] {
        assert_eq!(word(&parent("", passed), &child(own)), expected, "{own}");
    }
    let unused = format!("Parameters: {{ P: {{ Type: String, MaxLength: 3 }} }}\nResources:\n{}", admin("'*'"));
    for (passed, refused) in [("abc", false), ("abcd", true)] {
        let checked = stacks(by(ROLE), &[("parent", &parent("", &format!("{{ P: {passed} }}"))), ("child", &unused)]);
        assert_eq!(checked.iter().any(|one| !one.refusals.is_empty()), refused, "{passed}");
    }
}

#[test]
fn a_rule_of_the_child_cuts_what_the_parent_may_pass() {
    let rule = "Rules: { R: { Assertions: [{ Assert: !Equals [!Ref Admin, Deploy] }] } }";
    let own = format!("{rule}\n{}", child("{ Type: String }"));
    assert_eq!(word(&parent("", "{ Admin: Deploy }"), &own), "safe");
    assert_eq!(word(&parent("", "{ Admin: Other }"), &own), "invalid");
    let sections = "Parameters: { Who: { Type: String } }";
    assert_eq!(word(&parent(sections, "{ Admin: !Ref Who }"), &own), "safe", "no other value is deployed");
}

#[test]
fn modules_may_hold_keys_and_any_resource() {
    let text = "Resources:\n  M: { Type: 'My::Org::Kms::MODULE' }\n  \
                T: { Type: AWS::SNS::Topic, Properties: { KmsMasterKeyId: !Ref MKey } }\n  \
                K: { Type: AWS::KMS::Key, Properties: { KeyPolicy: { Statement: { Effect: Allow, Principal: '*', Action: 'kms:*', Resource: '*' } } } }\n";
    let checked = stacks(by(ROLE), &[("t", text)]);
    assert_eq!(checked[0].keys[0].verdict.word(), "safe");
    assert!(checked[0].refusals.is_empty(), "`MKey` may be the module's");
    let [unknown] = checked[0].not_followed.as_slice() else { panic!("{:?}", checked[0].not_followed) };
    assert_eq!(unknown.id, "M");
}

#[test]
fn the_asset_of_the_cdk_is_the_nested_template() {
    let url = "!Sub 'https://s3.${AWS::Region}.amazonaws.com/assets/0.json'";
    let metadata = "Metadata: { 'aws:asset:path': child, 'aws:asset:property': TemplateURL }";
    let parent = format!(
        "Resources:\n  Keys: {{ Type: AWS::CloudFormation::Stack, Properties: {{ TemplateURL: {url} }}, {metadata} }}\n"
    );
    let found = stacks(by(ROLE), &[("parent", &parent), ("child", &format!("Resources:\n{}", admin("'*'")))]);
    assert_eq!(found.iter().map(|one| one.keys.len()).collect::<Vec<_>>(), [0, 1]);
}
