//! `cfn-lockout resolve`: the resolved template as JSON, seen from the command line.

use serde_json::{Value, json};

use crate::support::{DELEGATES, ROLE, folder, run_in, run_with_stdin, text};

const TEMPLATE: &str = r#"AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Env: { Type: String, Default: dev }
  Team: { Type: String }
Mappings: { Size: { dev: { Days: 7 } } }
Conditions:
  Prod: !Equals [!Ref Env, prod]
  Ours: !Equals [!Ref Team, ours]
Resources:
  Vault:
    Type: AWS::KMS::Key
    DependsOn: [Old, Topic]
    DeletionPolicy: Retain
    Properties:
      EnableKeyRotation: yes
      PendingWindowInDays: !FindInMap [Size, !Ref Env, Days]
      Description: !If [Prod, production, !Sub '${Env} of ${Team}']
      KeySpec: !If [Prod, RSA_2048, !Ref AWS::NoValue]
      Tags: [{ Key: Ours, Value: !If [Ours, 'yes', !Ref AWS::NoValue] }]
  Old: { Type: AWS::KMS::Key, Condition: Prod }
  Topic: { Type: AWS::SNS::Topic, Condition: Ours, Properties: { DisplayName: !If [Ours, a, b] } }
Outputs:
  Gone: { Condition: Prod, Value: x }
  Id: { Value: !Ref Vault, Export: { Name: !Sub '${Env}-id' } }
"#;

fn resolved(template: &str, args: &[&str]) -> Value {
    let at = folder(&[("template.yaml", template)]);
    let mut all = vec!["resolve", "template.yaml"];
    all.extend(args);
    run_in(at.path(), &all).json()
}

#[test]
fn conditions_are_applied_and_functions_replaced() {
    let whole = resolved(TEMPLATE, &[]);
    assert_eq!(whole["Conditions"], json!({ "Prod": false, "Ours": "{{parameter:Team}} is `ours`" }));
    let vault = &whole["Resources"]["Vault"];
    assert_eq!(vault["DependsOn"], json!(["Topic"]));
    assert_eq!(vault["DeletionPolicy"], "Retain");
    let properties = &vault["Properties"];
    assert_eq!(properties["Description"], "dev of {{parameter:Team}}");
    assert_eq!(properties["KeySpec"], Value::Null, "AWS::NoValue takes the property away");
    assert_eq!(whole["Resources"]["Old"], Value::Null);
    assert_eq!(whole["Outputs"], json!({ "Id": { "Value": "{{getatt:Vault}}", "Export": { "Name": "dev-id" } } }));
    assert_eq!(whole["Parameters"]["Env"], json!({ "Type": "String", "Default": "dev" }));
}

#[test]
fn scalars_that_stand_in_the_template_keep_their_kind() {
    let properties = &resolved(TEMPLATE, &[])["Resources"]["Vault"]["Properties"];
    assert_eq!(properties["EnableKeyRotation"], true);
    assert_eq!(properties["PendingWindowInDays"], "7", "what a function gives is a text");
    let number = "Resources: { T: { Type: 'A::B::C', Properties: { A: 3, B: 012345678901, C: 1.50, D: '4' } } }";
    let properties = &resolved(number, &[])["Resources"]["T"]["Properties"];
    assert_eq!(*properties, json!({ "A": 3, "B": "1.2345678901E10", "C": 1.5, "D": "4" }));
}

#[test]
fn what_hangs_on_an_open_question_shows_both_sides() {
    let whole = resolved(TEMPLATE, &[]);
    let question = "{{parameter:Team}} is `ours`";
    assert_eq!(
        whole["Resources"]["Vault"]["Properties"]["Tags"][0]["Value"],
        json!({ "Fn::If": [question, "yes", { "Ref": "AWS::NoValue" }] })
    );
    assert_eq!(whole["Resources"]["Topic"]["Condition"], "Ours");
    let settled = resolved(TEMPLATE, &["--parameter", "Team=ours", "--parameter", "Env=prod"]);
    assert_eq!(settled["Conditions"], json!({ "Prod": true, "Ours": true }));
    assert_eq!(
        settled["Resources"]["Topic"],
        json!({ "Type": "AWS::SNS::Topic", "Properties": { "DisplayName": "a" } })
    );
    assert_eq!(settled["Resources"]["Old"], json!({ "Type": "AWS::KMS::Key" }));
}

#[test]
fn below_a_question_only_the_side_that_is_left_is_shown() {
    let nested =
        TEMPLATE.replace("!If [Ours, 'yes', !Ref AWS::NoValue]", "!If [Ours, !If [Ours, a, b], !If [Ours, c, d]]");
    let value = &resolved(&nested, &[])["Resources"]["Vault"]["Properties"]["Tags"][0]["Value"];
    assert_eq!(*value, json!({ "Fn::If": ["{{parameter:Team}} is `ours`", "a", "d"] }));
}

#[test]
fn keys_stay_in_the_order_of_the_template() {
    let at = folder(&[(
        "template.yaml",
        "Resources: { Z: { Type: 'A::B::C', Properties: { z: 1, a: 2, z: 3 } }, A: { Type: 'A::B::C' } }\nDescription: d\n",
    )]);
    let out = run_in(at.path(), &["resolve", "template.yaml"]).stdout;
    let places: Vec<usize> = ["Resources", "\"Z\"", "\"z\": 3", "\"a\": 2", "\"A\"", "Description", "CfnLockout"]
        .iter()
        .map(|word| out.find(word).unwrap_or_else(|| panic!("{word} in {out}")))
        .collect();
    assert!(places.is_sorted(), "of two equal keys the last counts, in the place of the first: {out}");
}

#[test]
fn each_key_has_its_verdict_as_facts() {
    let args = [ROLE[0], ROLE[1]];
    let facts = resolved(DELEGATES, &args)["CfnLockout"].clone();
    assert_eq!(facts["schema"], "cfn-lockout/1");
    let key = &facts["keys"]["K"];
    assert_eq!(key["verdict"], "safe-if-iam");
    assert_eq!(key["administrators"], json!(["arn:aws:iam::111122223333:root"]));
    assert_eq!(key["open"][0]["kind"], "iam");
    assert_eq!(key["durable_administrators"], json!(["arn:aws:iam::111122223333:root"]));
    assert_eq!(key["account_delegation"], true);
    assert_eq!(key["deployer"], "arn:aws:sts::111122223333:assumed-role/Deploy/AWSCloudFormation");
    assert_eq!(key["findings"][0]["code"], "relies-on-deployer-iam");
    let skipped = &resolved(TEMPLATE, &[])["CfnLockout"]["skipped"];
    assert_eq!(*skipped, json!({ "Old": "its condition `Prod` is false, with `Env` = `dev`" }));
}

#[test]
fn who_stays_is_a_fact() {
    let by = |principals: &str| {
        let template = DELEGATES
            .replace("AWS: !Sub \"arn:${AWS::Partition}:iam::${AWS::AccountId}:root\"", &format!("AWS: {principals}"))
            + "  Own: { Type: AWS::IAM::Role, Properties: { AssumeRolePolicyDocument: {} } }\n";
        let key = resolved(&template, &["--account", "111122223333"])["CfnLockout"]["keys"]["K"].clone();
        (key["durable_administrators"].clone(), key["account_delegation"].clone())
    };
    let arn = |rest: &str| format!("arn:aws:iam::111122223333:{rest}");
    let role = arn("role/Admin");
    let several = format!("[\"{role}\", \"{}\", !GetAtt Own.Arn]", arn("user/Alice"));
    assert_eq!(by(&several), (json!([role]), json!(false)));
    assert_eq!(by("111122223333"), (json!(["111122223333"]), json!(true)));
    assert_eq!(by("!ImportValue Somebody").1, json!(null), "it may be the account");
}

#[test]
fn a_template_cannot_bring_its_own_verdicts() {
    let forged = format!("{DELEGATES}CfnLockout: {{ keys: {{ K: {{ verdict: safe }} }} }}\n");
    assert_eq!(resolved(&forged, &ROLE)["CfnLockout"]["keys"]["K"]["verdict"], "safe-if-iam");
}

#[test]
fn what_cloudformation_refuses_is_listed_with_its_place() {
    let template = "Resources:\n  T:\n    Type: AWS::SNS::Topic\n    Properties: { DisplayName: !Ref Nothing }\n";
    let at = folder(&[("template.yaml", template)]);
    let run = run_in(at.path(), &["resolve", "template.yaml"]);
    assert_eq!(run.code, 1, "CloudFormation refuses it");
    let refused = &run.json()["CfnLockout"]["refused"];
    assert_eq!((&refused[0]["logical_id"], &refused[0]["line"]), (&json!("T"), &json!(4)));
    assert!(text(&refused[0]["message"]).contains("`Nothing`"), "{refused}");
    assert_eq!(refused.as_array().unwrap().len(), 1);
    assert_eq!(run_in(at.path(), &["resolve", "template.yaml", "--fail-on", "never"]).code, 0);
}

#[test]
fn an_output_has_to_be_a_text() {
    for value in ["[a, b]", "{ a: b }", "!Ref AWS::NoValue"] {
        let template = format!("Resources: {{ T: {{ Type: 'A::B::C' }} }}\nOutputs: {{ O: {{ Value: {value} }} }}\n");
        let refused = &resolved(&template, &[])["CfnLockout"]["refused"];
        assert_eq!(refused.as_array().unwrap().len(), 1, "{value}");
    }
}

#[test]
fn the_exit_code_is_that_of_check() {
    let locked = DELEGATES.replace("${AWS::AccountId}:root", "${AWS::AccountId}:role/Other");
    let at = folder(&[("template.yaml", &locked)]);
    let args = ["template.yaml", ROLE[0], ROLE[1]];
    for verb in ["check", "resolve"] {
        assert_eq!(run_in(at.path(), &[&[verb], &args[..]].concat()).code, 1, "{verb}");
        assert_eq!(run_in(at.path(), &[&[verb], &args[..], &["--fail-on", "never"]].concat()).code, 0, "{verb}");
    }
}

#[test]
fn further_reports_are_those_of_check() {
    let at = folder(&[("template.yaml", DELEGATES)]);
    run_in(at.path(), &["resolve", "template.yaml", ROLE[0], ROLE[1], "--output", "json=report.json"]);
    let report: Value = serde_json::from_str(&std::fs::read_to_string(at.path().join("report.json")).unwrap()).unwrap();
    assert_eq!(report["keys"][0]["logical_id"], "K");
}

#[test]
fn stdin_is_a_template_too() {
    let at = folder(&[]);
    let run = run_with_stdin(at.path(), &["resolve", "-", ROLE[0], ROLE[1]], DELEGATES.as_bytes());
    assert_eq!((run.code, text(&run.json()["Resources"]["K"]["Type"])), (0, "AWS::KMS::Key".to_owned()));
}

#[test]
fn what_cannot_be_resolved_exits_with_2_and_says_why() {
    let at = folder(&[("broken.yaml", "Resources: [\n"), ("list.yaml", "[a]\n"), ("good.yaml", DELEGATES)]);
    for (args, words) in [
        (vec!["resolve"], "TEMPLATE"),
        (vec!["resolve", "good.yaml", "good.yaml"], "unexpected argument"),
        (vec!["resolve", "missing.yaml"], "there is no such file"),
        (vec!["resolve", "."], "is a folder"),
        (vec!["resolve", "broken.yaml"], "broken.yaml:"),
        (vec!["resolve", "list.yaml"], "no CloudFormation template"),
        (vec!["resolve", "good.yaml", "--parameter", "X=1"], "no template has a parameter `X`"),
    ] {
        let run = run_in(at.path(), &args);
        assert_eq!(run.code, 2, "{args:?}");
        assert!(run.stderr.contains(words), "{args:?}: {}", run.stderr);
        assert_eq!(run.stdout, "", "{args:?}");
    }
}
