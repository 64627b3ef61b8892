//! Nested stacks: what crosses the border between parent and child. Source: AWS CloudFormation User Guide,
//! using-cfn-nested-stacks.html; AWS CloudFormation Template Reference, aws-resource-cloudformation-stack.html.

use std::sync::Arc;

use crate::deployment::{Deployment, Inputs, Snapshot};
use crate::lockout::{Case, Checked, KeyAnswer, Subject, When, WhenTest, check};
use crate::resolve::{Files, follow};
use crate::source::{Document, FileId};
use crate::template::{Template, Unfollowed};

use super::{ROLE, by};

/// Templates by their names.
struct Folder(Vec<(String, Document)>);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Folder {
        let document = |(index, (name, text)): (usize, &(&str, &str))| {
            let file = FileId(u32::try_from(index).expect("few files"));
            ((*name).to_owned(), Document::from_text(file, text).expect("the file reads"))
        };
        Folder(files.iter().enumerate().map(document).collect())
    }

    fn index(&self, path: &str) -> Option<usize> {
        let name = path.trim_start_matches("./");
        self.0.iter().position(|(own, _)| own == name)
    }

    fn open(&self, index: usize) -> (FileId, Arc<Template>) {
        let template = Template::parse(&self.0[index].1).expect("it is a template");
        (FileId(u32::try_from(index).expect("few files")), Arc::new(template))
    }
}

impl Files for Folder {
    fn template(&mut self, _: FileId, path: &str) -> Result<(FileId, Arc<Template>), Unfollowed> {
        self.index(path).map(|index| self.open(index)).ok_or_else(|| Unfollowed::Missing(path.to_owned()))
    }

    fn snippet(&mut self, _: FileId, path: &str) -> Option<FileId> {
        self.index(path).and_then(|index| u32::try_from(index).ok()).map(FileId)
    }

    fn document(&self, file: FileId) -> Option<&Document> {
        self.0.get(file.0 as usize).map(|(_, document)| document)
    }
}

/// All stacks of the first of these templates.
pub(super) fn stacks(inputs: Inputs, files: &[(&str, &str)]) -> Vec<Checked> {
    let mut folder = Folder::new(files);
    let deployment = Deployment::from_inputs("default", inputs).expect("the deployment is one");
    let (file, template) = folder.open(0);
    check(&follow(file, template, &deployment.givens, &mut folder), &deployment)
}

/// The only key of all stacks.
pub(super) fn key(inputs: Inputs, parent: &str, child: &str) -> KeyAnswer {
    let checked = stacks(inputs, &[("parent", parent), ("child", child)]);
    let skipped: Vec<_> = checked.iter().flat_map(|one| one.skipped.clone()).collect();
    let mut keys: Vec<KeyAnswer> = checked.into_iter().flat_map(|one| one.keys).collect();
    assert_eq!(keys.len(), 1, "skipped: {skipped:?}");
    keys.remove(0)
}

/// A stack resource with the template `child`.
pub(super) fn stack(parameters: &str) -> String {
    format!(
        "  Keys: {{ Type: AWS::CloudFormation::Stack, Properties: {{ TemplateURL: ./child, Parameters: {parameters} }} }}\n"
    )
}

/// A key with the only administrator `principal`.
pub(super) fn admin(principal: &str) -> String {
    format!(
        "  K: {{ Type: AWS::KMS::Key, Properties: {{ KeyPolicy: {{ Statement: [{{ Effect: Allow, Principal: {{ AWS: {principal} }}, Action: 'kms:*', Resource: '*' }}] }} }} }}\n"
    )
}

const ROLE_NAMED: &str = "!Sub 'arn:aws:iam::111122223333:role/${Admin}'";

/// A child whose key is administered by the role that its parameter `Admin` names.
pub(super) fn child(parameter: &str) -> String {
    format!("Parameters: {{ Admin: {parameter} }}\nResources:\n{}", admin(ROLE_NAMED))
}

pub(super) fn parent(sections: &str, parameters: &str) -> String {
    format!("{sections}\nResources:\n{}", stack(parameters))
}

fn with(name: &str, value: &str) -> Inputs {
    Inputs { parameters: vec![(name.to_owned(), value.to_owned())], ..by(ROLE) }
}

pub(super) fn word(parent: &str, child: &str) -> &'static str {
    key(by(ROLE), parent, child).verdict.word()
}

#[test]
fn the_parameter_of_a_child_is_what_the_parent_passes() {
    let own = "{ Type: String, Default: Other }";
    assert_eq!(word(&parent("", "{ Admin: Deploy }"), &child(own)), "safe");
    assert_eq!(word(&parent("", "{ Admin: Other }"), &child(own)), "lockout");
    let sections = "Parameters: { Who: { Type: String, Default: Deploy } }\nMappings: { M: { a: { role: Deploy } } }\nConditions: { Yes: !Equals [a, a] }";
    for value in ["!Ref Who", "!Sub '${Who}'", "!FindInMap [M, a, role]", "!If [Yes, !Ref Who, Other]"] {
        assert_eq!(word(&parent(sections, &format!("{{ Admin: {value} }}")), &child(own)), "safe", "{value}");
    }
    let map = "!If [Yes, { Admin: Deploy }, { Admin: Other }]";
    assert_eq!(word(&parent(sections, map), &child(own)), "safe", "the whole map may be a function");
    assert_eq!(
        key(with("Who", "Other"), &parent(sections, "{ Admin: !Ref Who }"), &child(own)).verdict.word(),
        "lockout"
    );
    let key = key(by(ROLE), &parent("", "{ Admin: Deploy }"), &child(own));
    assert_eq!((key.stack.as_str(), key.id.as_str(), key.span.file), ("Keys", "K", FileId(1)));
}

#[test]
fn what_the_parent_does_not_pass_has_its_default_and_nothing_else() {
    let own = "{ Type: String, Default: Deploy, AllowedValues: [Deploy, Other] }";
    let sections = "Conditions: { Never: !Equals [a, b] }";
    for passed in
        ["{}", "!Ref AWS::NoValue", "{ Admin: !Ref AWS::NoValue }", "{ Admin: !If [Never, Other, !Ref AWS::NoValue] }"]
    {
        let key = key(by(ROLE), &parent(sections, passed), &child(own));
        assert_eq!(key.verdict.word(), "safe", "{passed}");
        assert_eq!(key.cases, [], "nobody can give it another value");
    }
    // A value of the same name is for the parent.
    let parent = parent("Parameters: { Admin: { Type: String } }", "{}");
    assert_eq!(key(with("Admin", "Other"), &parent, &child(own)).verdict.word(), "safe");
}

#[test]
fn what_hangs_on_the_parent_hangs_on_it_in_the_child() {
    let sections = "Parameters: { Env: { Type: String } }\nConditions: { IsProd: !Equals [!Ref Env, prod] }";
    let parent = parent(sections, "{ Env: !Ref Env, Admin: !If [IsProd, Deploy, Other] }");
    let child = |then: &str, otherwise: &str| {
        let role = "!Sub 'arn:aws:iam::111122223333:role/${Admin}'";
        let choice = |name: &str| {
            if name == "Admin" { role.to_owned() } else { format!("'arn:aws:iam::111122223333:role/{name}'") }
        };
        let principal = format!("!If [Prod, {}, {}]", choice(then), choice(otherwise));
        format!(
            "Parameters: {{ Env: {{ Type: String }}, Admin: {{ Type: String }} }}\nConditions: {{ Prod: !Equals [!Ref Env, prod] }}\nResources:\n{}",
            admin(&principal)
        )
    };
    assert_eq!(word(&parent, &child("Admin", "Deploy")), "safe", "in production the parent passes Deploy");
    assert_eq!(word(&parent, &child("Deploy", "Admin")), "undecided");
    let key = key(by(ROLE), &parent, &child("Deploy", "Admin"));
    let env = |test| vec![When { subject: Subject::Parameter("Env".into()), test }];
    let expected = [
        Case { when: env(WhenTest::Equals("prod".into())), verdict: crate::lockout::Verdict::Safe },
        Case { when: env(WhenTest::NotIn(vec!["prod".into()])), verdict: crate::lockout::Verdict::Lockout },
    ];
    assert_eq!(key.cases, expected, "the parameter is the parent's");
}

#[test]
fn partly_known_text_keeps_its_unknown_parts() {
    let parent = parent("Parameters: { Who: { Type: String } }", "{ Admin: !Sub 'team-${Who}' }");
    let key = key(by("arn:aws:iam::111122223333:role/team-a"), &parent, &child("{ Type: String }"));
    assert_eq!(key.verdict.word(), "undecided");
    assert_eq!(key.administrators.all, ["arn:aws:iam::111122223333:role/team-{{parameter:Who}}"]);
    assert_eq!(key.open[0].name, "Who");
    assert_eq!(key.open[0].help, "--parameter Who=…");
    assert_eq!(key.open[0].span.map(|span| span.file), Some(FileId(0)), "it is declared in the parent");
}

#[test]
fn the_values_of_a_parent_make_the_cases_of_its_child() {
    let sections = "Parameters: { Who: { Type: String, Default: Deploy, AllowedValues: [Deploy, Other] } }";
    let key = key(by(ROLE), &parent(sections, "{ Admin: !Ref Who }"), &child("{ Type: String }"));
    assert_eq!(key.verdict.word(), "safe", "as it would be deployed now");
    let when = vec![When { subject: Subject::Parameter("Who".into()), test: WhenTest::Equals("Other".into()) }];
    assert_eq!(key.cases, [Case { when, verdict: crate::lockout::Verdict::Lockout }]);
}

#[test]
fn a_parameter_without_any_value_is_open_and_not_the_parents() {
    let parent = parent("Parameters: { Admin: { Type: String, Default: Deploy } }", "{}");
    let key = key(by(ROLE), &parent, &child("{ Type: String }"));
    assert_eq!(key.verdict.word(), "undecided");
    let subject = Subject::NestedParameter { stack: "Keys".into(), name: "Admin".into() };
    assert_eq!(key.cases[0].when, [When { subject, test: WhenTest::Equals("Deploy".into()) }]);
    assert_eq!((key.open[0].kind, key.open[0].name.as_str()), ("parameter", "Keys/Admin"));
    assert_eq!(key.open[0].help, "pass `Admin` in the Parameters of nested stack `Keys`");
    assert_eq!(key.open[0].span.map(|span| span.file), Some(FileId(1)));
}

#[test]
fn account_region_and_partition_are_the_parents_and_the_stacks_name_is_not() {
    let child = |principal: &str| format!("Resources:\n{}", admin(principal));
    let inputs = || Inputs { region: Some("eu-west-1".into()), stack_name: Some("Deploy".into()), ..by(ROLE) };
    let account = "!Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/Deploy'";
    assert_eq!(key(inputs(), &parent("", "{}"), &child(account)).verdict.word(), "safe");
    let region = "!Join ['', ['arn:aws:iam::111122223333:role/', !If [Here, Deploy, Other]]]";
    let here = format!("Conditions: {{ Here: !Equals [!Ref AWS::Region, eu-west-1] }}\n{}", child(region));
    assert_eq!(key(inputs(), &parent("", "{}"), &here).verdict.word(), "safe");
    let name = "!Sub 'arn:aws:iam::111122223333:role/${AWS::StackName}'";
    let key_of = key(inputs(), &parent("", "{}"), &child(name));
    assert_eq!(key_of.verdict.word(), "undecided", "CloudFormation names nested stacks itself");
    assert_eq!((key_of.open[0].kind, key_of.open[0].name.as_str()), ("pseudo", "Keys/AWS::StackName"));
    let passed = parent("", "{ Admin: !Ref AWS::StackName }");
    assert_eq!(
        key(inputs(), &passed, &super::nested::child("{ Type: String }")).verdict.word(),
        "safe",
        "the parent's"
    );
}

#[test]
fn an_output_is_what_the_child_says_it_is() {
    let parent = |parameters: &str| format!("Resources:\n{}{}", stack(parameters), admin("!GetAtt Keys.Outputs.Arn"));
    let child = |sections: &str, output: &str| {
        format!(
            "{sections}\nResources: {{ R: {{ Type: AWS::IAM::Role, Properties: {{ RoleName: Deploy }} }}, G: {{ Type: AWS::IAM::Role }} }}\nOutputs: {{ Arn: {output} }}\n"
        )
    };
    let name = "Parameters: { Name: { Type: String, Default: Other } }";
    for (sections, parameters, output, expected) in [
        ("", "{}", "{ Value: !GetAtt R.Arn }", "safe"),
        ("", "{}", "{ Value: 'arn:aws:iam::111122223333:role/Other' }", "lockout"),
        (name, "{ Name: Deploy }", "{ Value: !Sub 'arn:aws:iam::111122223333:role/${Name}' }", "safe"),
        (name, "{}", "{ Value: !Sub 'arn:aws:iam::111122223333:role/${Name}' }", "lockout"),
        ("", "{}", "{ Value: !GetAtt G.Arn }", "lockout"),
        ("Conditions: { C: !Equals [a, a] }", "{}", "{ Condition: C, Value: !GetAtt R.Arn }", "safe"),
        ("Conditions: { C: !Equals [a, b] }", "{}", "{ Condition: C, Value: !GetAtt R.Arn }", "invalid"),
        ("", "{}", "{ Value: [a, b] }", "invalid"),
        ("", "{}", "{ Description: none }", "invalid"),
    ] {
        let found = word(&parent(parameters), &child(sections, output));
        assert_eq!(found, expected, "{sections} {parameters} {output}");
    }
    let other = child("", "{ Value: a }").replace("Outputs: { Arn", "Outputs: { Other");
    assert_eq!(word(&parent("{}"), &other), "invalid", "there is no such output");
    let macros = format!("Transform: Macro\n{other}");
    assert_eq!(word(&parent("{}"), &macros), "undecided", "a macro may write it");
    let sub = parent("{}").replace("!GetAtt Keys.Outputs.Arn", "!Sub '${Keys.Outputs.Arn}'");
    assert_eq!(word(&sub, &child("", "{ Value: !GetAtt R.Arn }")), "safe");
}

#[test]
fn an_output_of_a_template_that_is_not_known_is_open() {
    let parent =
        format!("Resources:\n{}{}", stack("{}"), admin("!GetAtt Keys.Outputs.Arn")).replace("./child", "./none");
    let key = key(by(ROLE), &parent, "Resources: { T: { Type: AWS::SNS::Topic } }");
    assert_eq!(key.verdict.word(), "undecided");
    assert_eq!((key.open[0].kind, key.open[0].name.as_str()), ("stack-output", "Keys.Outputs.Arn"));
}

#[test]
fn values_go_down_and_up_through_every_level() {
    let root = format!(
        "Parameters: {{ Name: {{ Type: String }} }}\nResources:\n  A: {{ Type: AWS::CloudFormation::Stack, Properties: {{ TemplateURL: a, Parameters: {{ N: !Ref Name }} }} }}\n{}",
        admin("!GetAtt A.Outputs.Arn")
    );
    let a = "Parameters: { N: { Type: String } }\nResources: { B: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: b, Parameters: { M: !Ref N } } } }\nOutputs: { Arn: { Value: !GetAtt B.Outputs.Arn } }";
    let b = "Parameters: { M: { Type: String } }\nResources: { R: { Type: AWS::IAM::Role, Properties: { RoleName: !Ref M } }, K2: { Type: AWS::KMS::Key } }\nOutputs: { Arn: { Value: !GetAtt R.Arn } }";
    let files = [("root", root.as_str()), ("a", a), ("b", b)];
    let found = |name: &str| stacks(with("Name", name), &files);
    assert_eq!(found("Deploy")[0].keys[0].verdict.word(), "safe");
    assert_eq!(found("Other")[0].keys[0].verdict.word(), "lockout");
    let deep = &found("Deploy")[2].keys[0];
    assert_eq!((deep.stack.as_str(), deep.id.as_str()), ("A/B", "K2"));
    let open = stacks(by(ROLE), &files);
    let when = |test| vec![When { subject: Subject::Parameter("Name".into()), test }];
    assert_eq!(open[0].keys[0].cases[0].when, when(WhenTest::Equals("Deploy".into())), "it is the root's parameter");
}

#[test]
fn keys_of_a_stack_that_is_not_created_are_skipped() {
    let sections =
        "Parameters: { Env: { Type: String, Default: dev } }\nConditions: { IsProd: !Equals [!Ref Env, prod] }";
    let parent = parent(sections, "{ Admin: Deploy }").replace("Keys: { Type", "Keys: { Condition: IsProd, Type");
    let child = child("{ Type: String }");
    let found = stacks(by(ROLE), &[("parent", &parent), ("child", &child)]);
    assert_eq!(
        found[1].skipped,
        [("K".to_owned(), "the condition `IsProd` of its stack `Keys` is false, with `Env` = `dev`".to_owned())]
    );
    assert_eq!(key(with("Env", "prod"), &parent, &child).verdict.word(), "safe");
    let root = "Conditions: { Never: !Equals [a, b] }\nResources: { Outer: { Type: AWS::CloudFormation::Stack, Condition: Never, Properties: { TemplateURL: parent } } }";
    let found = stacks(with("Env", "prod"), &[("root", root), ("parent", &parent), ("child", &child)]);
    assert_eq!(found[2].skipped[0].1, "the condition `Never` of its stack `Outer` is false");
}

#[test]
fn a_stack_that_is_not_created_has_no_outputs() {
    let sections = "Conditions: { Never: !Equals [a, b] }";
    let stack = stack("{}").replace("Keys: { Type", "Keys: { Condition: Never, Type");
    let parent = format!("{sections}\nResources:\n{stack}{}", admin("!GetAtt Keys.Outputs.Arn"));
    let child = "Resources: { T: { Type: AWS::SNS::Topic } }\nOutputs: { Arn: { Value: '*' } }";
    assert_eq!(word(&parent, child), "invalid");
}

#[test]
fn two_stacks_of_one_template_have_values_of_their_own() {
    let twice = "Resources:
  A: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: child } }
  B: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: child } }
";
    let parent = format!("{twice}{}", admin("[!GetAtt A.Outputs.Arn, !GetAtt B.Outputs.Arn]"));
    let child = "Resources: { R: { Type: AWS::IAM::Role } }\nOutputs: { Arn: { Value: !GetAtt R.Arn } }";
    let found = key(by(ROLE), &parent, child);
    let arn = |stack: &str| format!("arn:aws:iam::111122223333:role/{{{{getatt:{stack}/R.Name}}}}");
    assert_eq!(found.administrators.all, [arn("A"), arn("B")]);
    let child = format!("Resources:\n{}", admin("'*'"));
    let found = stacks(by(ROLE), &[("parent", twice), ("child", &child)]);
    let keys: Vec<_> = found.iter().flat_map(|one| &one.keys).map(|key| key.stack.as_str()).collect();
    assert_eq!(keys, ["A", "B"]);
}

#[test]
fn lists_and_values_that_the_child_does_not_allow_are_refused() {
    let own = "{ Type: String, AllowedValues: [Deploy, Other] }";
    let sections = "Parameters: { Names: { Type: CommaDelimitedList, Default: Deploy }, Free: { Type: String } }";
    for (passed, expected) in [
        ("{ Admin: Deploy }", "safe"),
        ("{ Admin: Admin }", "invalid"),
        ("{ Admin: !Ref Names }", "invalid"),
        ("{ Admin: [Deploy] }", "invalid"),
        ("{ Admin: { a: b } }", "invalid"),
        ("{ Admin: !Join [',', !Ref Names] }", "safe"),
        ("{ Admin: !Select [7, !Ref Names] }", "invalid"),
        ("{ Admin: Deploy, Nobody: x }", "invalid"),
        ("{ Admin: Deploy, Nobody: !Ref Missing }", "invalid"),
    ] {
        assert_eq!(word(&parent(sections, passed), &child(own)), expected, "{passed}");
    }
    assert_eq!(word(&parent("", "{ Admin: Deploy, Nobody: x }"), &format!("Transform: Macro\n{}", child(own))), "safe");
}

#[test]
fn values_that_the_child_does_not_allow_are_no_cases() {
    let mapped = |values: &str| {
        format!(
            "Parameters: {{ Env: {{ Type: String, AllowedValues: {values} }} }}\nMappings: {{ M: {{ dev: {{ role: Deploy }}, prod: {{ role: Deploy }} }} }}\nResources:\n{}",
            admin("!Sub ['arn:aws:iam::111122223333:role/${R}', { R: !FindInMap [M, !Ref Env, role] }]")
        )
    };
    let parent = |own: &str| parent(&format!("Parameters: {{ Env: {{ Type: String{own} }} }}"), "{ Env: !Ref Env }");
    assert_eq!(word(&parent(""), &mapped("[dev, prod]")), "safe", "no other value reaches the child");
    assert_eq!(word(&parent(", AllowedValues: [dev, test]"), &mapped("[dev, prod]")), "safe", "dev is left");
    assert_eq!(word(&parent(", AllowedValues: [test]"), &mapped("[dev, prod]")), "invalid", "nothing is left");
    assert_eq!(word(&parent(""), &mapped("[dev, test]")), "undecided", "test has no row");
}

#[test]
fn the_type_of_the_parameter_is_the_childs() {
    let key_of = |kind: &str, principal: &str, passed: &str, inputs: Inputs| {
        let child = format!("Parameters: {{ P: {{ Type: '{kind}' }} }}\nResources:\n{}", admin(principal));
        key(inputs, &parent("Parameters: { Q: { Type: String } }", &format!("{{ P: {passed} }}")), &child)
    };
    let list =
        key_of("CommaDelimitedList", "!Ref P", &format!("'arn:aws:iam::111122223333:role/Other, {ROLE}'"), by(ROLE));
    assert_eq!(list.verdict.word(), "safe");
    let unset = key_of("CommaDelimitedList", "!Ref P", "!Ref Q", by(ROLE));
    assert_eq!((unset.verdict.word(), unset.open[0].name.as_str()), ("undecided", "Q"));
    let inputs = Inputs { ssm: vec![("/admin".into(), ROLE.into())], ..by(ROLE) };
    assert_eq!(key_of("AWS::SSM::Parameter::Value<String>", "!Ref P", "/admin", inputs).verdict.word(), "safe");
}

#[test]
fn a_role_that_a_stack_of_the_same_deployment_creates_exists() {
    let parent =
        format!("{}  R: {{ Type: AWS::IAM::Role, Properties: {{ RoleName: New }} }}\n", parent("", "{ Admin: New }"));
    let snapshot = || {
        let text = r#"{"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [{"RoleName": "Deploy", "Path": "/", "Arn": "arn:aws:iam::111122223333:role/Deploy"}], "Policies": []}"#;
        Snapshot::parse(Document::from_text(FileId(9), text).expect("it reads")).expect("it is a snapshot")
    };
    let inputs = || Inputs { snapshot: Some(snapshot()), ..by(ROLE) };
    assert_eq!(key(inputs(), &parent, &child("{ Type: String }")).verdict.word(), "lockout");
    let without = parent.replace("RoleName: New", "RoleName: Old");
    assert_eq!(key(inputs(), &without, &child("{ Type: String }")).verdict.word(), "invalid");
}

#[test]
fn a_path_may_be_a_value_that_is_given_and_no_other() {
    let parent = parent("Parameters: { Url: { Type: String, Default: ./child } }", "{ Admin: Deploy }");
    let parent = parent.replace("TemplateURL: ./child", "TemplateURL: !Ref Url");
    let child = child("{ Type: String }");
    let files = [("parent", parent.as_str()), ("child", child.as_str())];
    let found = stacks(with("Url", "./child"), &files);
    assert_eq!(found[1].keys[0].verdict.word(), "safe");
    let found = stacks(by(ROLE), &files);
    assert_eq!(found.len(), 1, "a Default may be replaced");
    assert_eq!(found[0].not_followed[0].id, "Keys");
}
