//! Intrinsic functions, seen from the key policy. Source: CloudFormation User Guide, intrinsic-function-reference-*.html.

use crate::deployment::Inputs;

use super::{ROLE, by, key, template};

/// The principal of the only administrator, as resolved; and the verdict.
fn resolved(inputs: Inputs, sections: &str, principal: &str) -> (String, &'static str) {
    let statement = format!("[{{ Effect: Allow, Principal: {{ AWS: {principal} }}, Action: 'kms:*', Resource: '*' }}]");
    let properties = format!("{{ KeyPolicy: {{ Version: '2012-10-17', Statement: {statement} }} }}");
    let text = format!("{}{ROLES}", template(sections, &properties));
    let answer = key(inputs, &text);
    let verdict = answer.verdict.word();
    let policy = answer.policy.and_then(|policy| {
        let statement = policy.get("Statement")?.clone();
        let crate::world::Kind::List(items) = statement.kind else { return None };
        items.first()?.get("Principal")?.get("AWS")?.plain()
    });
    let shown = match policy {
        Some(crate::world::Plain::Text(text)) => text,
        Some(crate::world::Plain::List(items)) => format!("{items:?}"),
        other => format!("{other:?}"),
    };
    (shown, verdict)
}

const ROLES: &str = "
  Named:
    Type: AWS::IAM::Role
    Properties: { RoleName: Deploy }
  Below:
    Type: AWS::IAM::Role
    Properties: { RoleName: Admin, Path: /team/ }
  Generated:
    Type: AWS::IAM::Role
    Properties: {}
  Person:
    Type: AWS::IAM::User
    Properties: { UserName: Alice }
  Topic:
    Type: AWS::SNS::Topic
";

fn with(name: &str, value: &str) -> Inputs {
    Inputs { parameters: vec![(name.to_owned(), value.to_owned())], ..by(ROLE) }
}

#[test]
fn each_function_gives_what_cloudformation_gives() {
    let parameters = "Parameters: { Name: { Type: String, Default: Deploy }, Names: { Type: CommaDelimitedList, Default: 'Other, Deploy' } }";
    let mappings = "Mappings: { Roles: { '111122223333': { admin: Deploy }, '444455556666': { admin: Other } } }";
    let conditions = "Conditions: { Always: !Equals [a, a], Never: !Not [!Condition Always], Both: !And [!Condition Always, !Condition Never], Any: !Or [!Condition Always, !Condition Never] }";
    let sections = format!("{parameters}\n{mappings}\n{conditions}");
    for function in [
        "!Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${Name}'",
        "!Sub ['arn:aws:iam::${A}:role/${N}', { A: !Ref AWS::AccountId, N: !Ref Name }]",
        "{ 'Fn::Sub': 'arn:aws:iam::${AWS::AccountId}:role/${ Name }' }",
        "!Join ['', ['arn:aws:iam::', !Ref AWS::AccountId, ':role/', !Ref Name]]",
        "!Join [':', [arn, aws, iam, '', !Ref AWS::AccountId, !Sub 'role/${Name}']]",
        "!Sub ['arn:aws:iam::111122223333:role/${N}', { N: !Select [1, !Ref Names] }]",
        "!Sub ['arn:aws:iam::111122223333:role/${N}', { N: !Select ['1', !Split ['/', 'x/Deploy']] }]",
        "!Sub ['arn:aws:iam::111122223333:role/${N}', { N: !FindInMap [Roles, !Ref AWS::AccountId, admin] }]",
        "!Sub ['arn:aws:iam::111122223333:role/${N}', { N: !FindInMap [Roles, other, admin, { DefaultValue: Deploy }] }]",
        "!If [Always, !Sub 'arn:aws:iam::${AWS::AccountId}:role/Deploy', nobody]",
        "!If [Never, nobody, 'arn:aws:iam::111122223333:role/Deploy']",
        "!If [Both, nobody, 'arn:aws:iam::111122223333:role/Deploy']",
        "!If [Any, 'arn:aws:iam::111122223333:role/Deploy', nobody]",
        "!GetAtt Named.Arn",
        "!GetAtt [Named, Arn]",
        "{ 'Fn::GetAtt': [Named, Arn] }",
        "!Sub '${Named.Arn}'",
        "!Sub 'arn:aws:iam::111122223333:role/${Named}'",
    ] {
        assert_eq!(resolved(by(ROLE), &sections, function), (ROLE.to_owned(), "safe"), "{function}");
    }
}

#[test]
fn names_of_iam_resources_follow_from_their_properties() {
    let (user, verdict) = resolved(by("arn:aws:iam::111122223333:user/Alice"), "", "!GetAtt Person.Arn");
    assert_eq!((user.as_str(), verdict), ("arn:aws:iam::111122223333:user/Alice", "safe"));
    let (role, verdict) = resolved(by(ROLE), "", "!GetAtt Below.Arn");
    assert_eq!((role.as_str(), verdict), ("arn:aws:iam::111122223333:role/team/Admin", "lockout"));
    let (role, verdict) = resolved(by(ROLE), "", "!GetAtt Generated.Arn");
    assert_eq!(role, "arn:aws:iam::111122223333:role/{{getatt:Generated.Name}}");
    assert_eq!(verdict, "lockout", "no generated name is `Deploy`: it ends in random characters");
}

#[test]
fn parameters_take_the_value_given_then_their_default() {
    let declared = "Parameters: { Admin: { Type: String, Default: Other } }";
    let function = "!Sub 'arn:aws:iam::111122223333:role/${Admin}'";
    assert_eq!(resolved(by(ROLE), declared, function).1, "lockout");
    assert_eq!(resolved(with("Admin", "Deploy"), declared, function).1, "safe");
    let open = "Parameters: { Admin: { Type: String } }";
    let (text, verdict) = resolved(by(ROLE), open, function);
    assert_eq!((text.as_str(), verdict), ("arn:aws:iam::111122223333:role/{{parameter:Admin}}", "undecided"));
}

#[test]
fn lists_come_apart_and_are_trimmed() {
    let declared = "Parameters: { Admins: { Type: CommaDelimitedList } }";
    let given = "arn:aws:iam::111122223333:role/Other , arn:aws:iam::111122223333:role/Deploy";
    assert_eq!(resolved(with("Admins", given), declared, "!Ref Admins").1, "safe");
    let answer = resolved(by(ROLE), declared, "!Ref Admins");
    assert_eq!(answer, ("{{parameter:Admins}}".to_owned(), "undecided"));
}

#[test]
fn a_parameter_of_an_ssm_type_holds_the_name_of_the_value() {
    let declared = "Parameters: { Admin: { Type: 'AWS::SSM::Parameter::Value<String>', Default: /admin/arn } }";
    assert_eq!(resolved(by(ROLE), declared, "!Ref Admin"), ("{{ssm:/admin/arn}}".to_owned(), "undecided"));
    let given = Inputs { ssm: vec![("/admin/arn".into(), ROLE.into())], ..by(ROLE) };
    assert_eq!(resolved(given, declared, "!Ref Admin").1, "safe");
}

#[test]
fn dynamic_references_are_holes_until_they_are_given() {
    for (reference, shown) in [
        ("'{{resolve:ssm:/admin/arn}}'", "{{ssm:/admin/arn}}"),
        ("'{{resolve:ssm:/admin/arn:3}}'", "{{ssm:/admin/arn:3}}"),
        ("'{{resolve:secretsmanager:admin}}'", "{{secret:admin}}"),
    ] {
        assert_eq!(resolved(by(ROLE), "", reference), (shown.to_owned(), "undecided"));
    }
    let given = || Inputs { ssm: vec![("/admin/arn".into(), ROLE.into())], ..by(ROLE) };
    assert_eq!(resolved(given(), "", "'{{resolve:ssm:/admin/arn:3}}'").1, "safe");
    let declared = "Parameters: { Admin: { Type: String, Default: '{{resolve:ssm:/admin/arn}}' } }";
    assert_eq!(resolved(given(), declared, "!Ref Admin").1, "safe");
}

#[test]
fn imports_are_holes_until_they_are_given() {
    let function = "!ImportValue AdminArn";
    assert_eq!(resolved(by(ROLE), "", function), ("{{import:AdminArn}}".to_owned(), "undecided"));
    let given = Inputs { exports: vec![("AdminArn".into(), ROLE.into())], ..by(ROLE) };
    assert_eq!(resolved(given, "", function).1, "safe");
}

#[test]
fn what_only_the_deployment_tells_is_a_hole() {
    for (function, shown) in [
        ("!GetAtt Topic.Owner", "{{getatt:Topic.Owner}}"),
        ("!Base64 { Ref: AWS::StackName }", "{{function:Fn::Base64 of {{pseudo:AWS::StackName}}}}"),
        ("{ 'Fn::GetStackOutput': { StackName: net, OutputName: Admin } }", "{{stack-output:net.Admin}}"),
        ("{ 'Fn::Transform': { Name: X } }", "{{transform:Fn::Transform}}"),
        ("'${self:custom.admin}'", "{{variable:self:custom.admin}}"),
    ] {
        assert_eq!(resolved(by(ROLE), "", function), (shown.to_owned(), "undecided"), "{function}");
    }
}

#[test]
fn no_value_takes_a_list_member_away() {
    let conditions = "Conditions: { Never: !Equals [a, b] }";
    let list = "[!If [Never, 'arn:aws:iam::111122223333:role/Other', !Ref AWS::NoValue], 'arn:aws:iam::111122223333:role/Deploy']";
    let (shown, verdict) = resolved(by(ROLE), conditions, list);
    assert_eq!(verdict, "safe");
    assert!(!shown.contains("Other"), "{shown}");
}

/// Source: AWS's LanguageExtensions fixtures: Fn::Equals compares the texts of scalars, and is case-sensitive.
#[test]
fn equals_compares_texts() {
    for (operands, expected) in [
        ("['1', 1]", "safe"),
        ("['true', true]", "safe"),
        ("[a, A]", "lockout"),
        ("['012345678901', 012345678901]", "lockout"),
        ("[[a], [a]]", "safe"),
    ] {
        let conditions = format!("Conditions: {{ C: !Equals {operands} }}");
        let function = "!If [C, 'arn:aws:iam::111122223333:role/Deploy', 'arn:aws:iam::111122223333:role/Other']";
        assert_eq!(resolved(by(ROLE), &conditions, function).1, expected, "{operands}");
    }
}

#[test]
fn an_account_id_that_yaml_reads_as_a_number_is_no_account_id() {
    let with = |principal: &str| resolved(by("arn:aws:iam::012345678901:role/Deploy"), "", principal);
    assert_eq!(with("'012345678901'").1, "safe-if-iam");
    assert_eq!(with("012345678901"), ("1.2345678901E10".to_owned(), "invalid"));
    assert_eq!(with("012345670123"), ("1402433619".to_owned(), "invalid"));
}

/// Source: intrinsic-function-reference-base64.html, …-cidr.html, …-length.html, …-ToJsonString.html.
#[test]
fn encodings_networks_and_counts() {
    let sections =
        "Transform: AWS::LanguageExtensions\nParameters: { Names: { Type: CommaDelimitedList, Default: 'a,b,c' } }";
    for (function, shown) in [
        ("!Base64 abc", "YWJj"),
        ("!Select [1, !Cidr [10.0.0.0/16, 2, 8]]", "10.0.1.0/24"),
        ("!Select [0, !Cidr ['2001:db8::/56', 1, 64]]", "2001:db8::/64"),
        ("!Sub ['${N}', { N: { 'Fn::Length': !Ref Names } }]", "3"),
        (
            "{ 'Fn::ToJsonString': { b: [1, !Ref AWS::AccountId], a: !Ref AWS::NoValue } }",
            r#"{"b":["1","111122223333"]}"#,
        ),
        ("!Select [2, !Split ['/', !Ref AWS::StackId]]", "{{pseudo:AWS::StackId}}"),
        ("!Select [0, !GetAZs eu-west-1]", "{{function:Fn::Select 0 of {{zones:Fn::GetAZs of eu-west-1}}}}"),
    ] {
        assert_eq!(resolved(by(ROLE), sections, function).0, shown, "{function}");
    }
    for function in ["!Cidr [10.0.0.0/16, 300, 8]", "!Cidr [10.0.0.0/16, 2, 24]", "!Cidr [x, 1, 8]", "!Base64 [a]"] {
        assert_eq!(resolved(by(ROLE), sections, function).1, "invalid", "{function}");
    }
    assert_eq!(resolved(by(ROLE), "", "{ 'Fn::ToJsonString': [a] }").1, "invalid", "it needs the transform");
}

#[test]
fn a_policy_may_be_made_by_to_json_string() {
    let statement = "{ Effect: Allow, Principal: { AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:role/${Admin}' }, Action: 'kms:*', Resource: '*' }";
    let policy = format!("{{ 'Fn::ToJsonString': {{ Version: '2012-10-17', Statement: [{statement}] }} }}");
    let sections = "Transform: AWS::LanguageExtensions\nParameters: { Admin: { Type: String } }";
    let text = template(sections, &format!("{{ KeyPolicy: {policy} }}"));
    assert_eq!(key(with("Admin", "Deploy"), &text).verdict.word(), "safe");
    assert_eq!(key(with("Admin", "Other"), &text).verdict.word(), "lockout");
    assert_eq!(key(by(ROLE), &text).verdict.word(), "undecided");
}

/// Source: parameters-section-structure.html.
#[test]
fn what_a_parameter_allows_is_known_of_it() {
    let role = "!Sub 'arn:aws:iam::111122223333:role/${P}'";
    for (declaration, expected) in [
        ("Type: String", "undecided"),
        ("Type: String, AllowedPattern: 'app-.*'", "lockout"),
        ("Type: String, AllowedPattern: '[A-Z][a-z]+'", "undecided"),
        ("Type: String, MinLength: 7", "lockout"),
        ("Type: String, MaxLength: 5", "lockout"),
        ("Type: String, MinLength: 6, MaxLength: 6", "undecided"),
        ("Type: Number", "lockout"),
        ("Type: String, AllowedValues: [Other, Admin]", "lockout"),
    ] {
        let sections = format!("Parameters: {{ P: {{ {declaration} }} }}");
        assert_eq!(resolved(by(ROLE), &sections, role).1, expected, "{declaration}");
    }
    // Twelve digits hold no colon: the ARN comes apart, and only the account is asked for.
    let account = "Parameters: { P: { Type: String, AllowedPattern: '\\d{12}' } }";
    let arn = "!Sub 'arn:aws:iam::${P}:role/Other'";
    assert_eq!(resolved(by(ROLE), account, arn).1, "lockout");
}

#[test]
fn a_value_that_the_declaration_does_not_allow_is_refused() {
    for (declaration, value) in [
        ("Type: String, AllowedValues: [a, b]", "c"),
        ("Type: String, AllowedPattern: '[a-z]+'", "A"),
        ("Type: String, MinLength: 2", "a"),
        ("Type: Number, MaxValue: 10", "11"),
        ("Type: Number", "many"),
        ("Type: CommaDelimitedList, AllowedValues: [a, b]", "a,c"),
    ] {
        let sections = format!("Parameters: {{ P: {{ {declaration} }} }}");
        let text = template(
            &sections,
            "{ Description: !Sub ['${X}', { X: !Select [0, !Split [',', !Join [',', [!Ref P]]]] }] }",
        );
        let list = declaration.contains("List");
        let text = if list { template(&sections, "{ Description: !Select [0, !Ref P] }") } else { text };
        assert_eq!(key(with("P", value), &text).verdict.word(), "invalid", "{declaration} = {value}");
        let default = sections.replace("Type:", &format!("Default: '{value}', Type:"));
        assert_eq!(
            key(by(ROLE), &text.replace(&sections, &default)).verdict.word(),
            "invalid",
            "{declaration} by Default"
        );
    }
    let fine = "Parameters: { P: { Type: Number, MinValue: 1, MaxValue: 10 } }";
    assert_eq!(key(with("P", "10"), &template(fine, "{ Description: !Ref P }")).verdict.word(), "default-policy");
}
