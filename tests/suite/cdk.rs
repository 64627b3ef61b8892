//! Cloud assemblies of the AWS CDK: who deploys each stack, and where that is said.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Report, Run, folder, report_in, run_in, text};

/// The role in which CloudFormation makes the calls, as a manifest names it.
pub(crate) const EXEC: &str =
    "arn:${AWS::Partition}:iam::111122223333:role/cdk-hnb659fds-cfn-exec-role-111122223333-eu-west-1";
/// The role that only calls CloudFormation.
pub(crate) const DEPLOY: &str =
    "arn:${AWS::Partition}:iam::111122223333:role/cdk-hnb659fds-deploy-role-111122223333-eu-west-1";
pub(crate) const HERE: &str = "aws://111122223333/eu-west-1";
/// The session that KMS sees.
const SESSION: &str =
    "arn:aws:sts::111122223333:assumed-role/cdk-hnb659fds-cfn-exec-role-111122223333-eu-west-1/AWSCloudFormation";

/// The execution role as a template writes it.
pub(crate) const EXEC_HERE: &str =
    "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/cdk-hnb659fds-cfn-exec-role-${AWS::AccountId}-${AWS::Region}";

/// A template with one key whose policy is for `principal` alone.
pub(crate) fn key_for(principal: &str) -> String {
    let statement = json!({ "Sid": "Admin", "Effect": "Allow", "Action": "kms:*", "Resource": "*",
        "Principal": { "AWS": { "Fn::Sub": principal } } });
    let key = json!({ "Type": "AWS::KMS::Key", "Properties": { "KeyPolicy": { "Statement": [statement] } },
        "Metadata": { "aws:cdk:path": "App/Keys/Key/Resource" } });
    json!({ "Parameters": { "Admin": { "Type": "String", "Default": "Nobody" } }, "Resources": { "Key": key } })
        .to_string()
}

/// A stack of a manifest.
pub(crate) fn stack(environment: &str, properties: Value) -> Value {
    json!({ "type": "aws:cloudformation:stack", "environment": environment, "properties": properties })
}

/// A stack of the default synthesizer.
pub(crate) fn default_stack(id: &str) -> Value {
    let properties = json!({ "templateFile": format!("{id}.template.json"), "assumeRoleArn": DEPLOY,
        "cloudFormationExecutionRoleArn": EXEC });
    stack(HERE, properties)
}

pub(crate) fn stage(directory: &str) -> Value {
    json!({ "type": "cdk:cloud-assembly", "properties": { "directoryName": directory, "displayName": "Prod" } })
}

/// A manifest, one member on a line.
pub(crate) fn manifest(version: &str, artifacts: &[(&str, Value)]) -> String {
    let artifacts: serde_json::Map<String, Value> =
        artifacts.iter().map(|(id, artifact)| ((*id).to_owned(), artifact.clone())).collect();
    serde_json::to_string_pretty(&json!({ "version": version, "artifacts": artifacts })).unwrap()
}

pub(crate) fn manifest_of(artifacts: &[(&str, Value)]) -> String {
    manifest("48.0.0", artifacts)
}

/// The line of a text that holds `part`.
fn line_of(text: &str, part: &str) -> usize {
    text.lines().position(|line| line.contains(part)).expect("the part") + 1
}

/// File, stack, deployer and verdict of every key.
pub(crate) fn rows(report: &Report) -> Vec<[String; 4]> {
    let row = |key: &Value| ["file", "stack", "deployer", "verdict"].map(|name| text(&key[name]));
    report.keys().iter().map(row).collect()
}

pub(crate) fn check(at: &Path, args: &[&str]) -> Report {
    report_in(at, &[&["check"], args].concat())
}

pub(crate) fn screen(at: &Path, args: &[&str]) -> Run {
    run_in(at, &[&["check"], args].concat())
}

/// An assembly with one stack `App`, in `cdk.out`.
pub(crate) fn app(artifact: Value, template: &str) -> tempfile::TempDir {
    folder(&[
        ("cdk.json", "{\"app\": \"node app.js\"}"),
        (".gitignore", "cdk.out\n"),
        ("cdk.out/cdk.out", "{\"version\":\"48.0.0\"}"),
        ("cdk.out/manifest.json", &manifest_of(&[("App", artifact)])),
        ("cdk.out/App.template.json", template),
        ("cdk.out/tree.json", "{\"version\":\"tree-0.1\",\"tree\":{}}"),
        ("cdk.out/App.assets.json", "{\"version\":\"48.0.0\",\"files\":{}}"),
        ("cdk.out/Gone.template.json", &key_for("arn:aws:iam::111122223333:role/Gone")),
        ("cdk.out/asset.abc/template.json", &key_for("arn:aws:iam::111122223333:role/Asset")),
    ])
}

#[test]
fn kms_sees_the_execution_role_and_not_the_one_that_deploys() {
    for (principal, verdict) in [(EXEC_HERE, "safe"), (DEPLOY, "lockout")] {
        let files = app(default_stack("App"), &key_for(principal));
        let report = check(files.path(), &["cdk.out"]);
        assert_eq!(rows(&report), [["cdk.out/App.template.json", "App", SESSION, verdict].map(str::to_owned)]);
        assert_eq!(report.keys()[0]["deployment"], "default");
        assert_eq!(report.0["summary"]["templates"], 1, "what is no stack's template is not listed");
    }
}

#[test]
fn the_screen_says_which_context_was_used_and_where_each_value_stands() {
    let files = app(default_stack("App"), &key_for(DEPLOY));
    let manifest = std::fs::read_to_string(files.path().join("cdk.out/manifest.json")).unwrap();
    let place = format!("cdk.out/manifest.json:{}", line_of(&manifest, "cloudFormationExecutionRoleArn"));
    let run = screen(files.path(), &["cdk.out"]);
    let first = format!("deployer role/cdk-hnb659fds-cfn-exec-role-111122223333-eu-west-1\n  ({place}): stack App\n\n");
    assert!(run.stdout.starts_with(&first), "{}", run.stdout);
    for part in [" = stack: App\n", " = construct: App/Keys/Key/Resource\n", &format!("(from {place})")] {
        assert!(run.stdout.contains(part), "{part}: {}", run.stdout);
    }
    assert!(run.stdout.contains("lockout  App/Key  cdk.out/App.template.json:1\n"), "{}", run.stdout);
}

#[test]
fn every_report_that_carries_notes_names_the_construct() {
    let files = app(default_stack("App"), &key_for(DEPLOY));
    for format in ["text", "github", "junit", "markdown", "sarif"] {
        let run = screen(files.path(), &["cdk.out", "--format", format]);
        assert!(run.stdout.contains("construct: App/Keys/Key/Resource"), "{format}: {}", run.stdout);
    }
}

#[test]
fn an_assembly_is_the_same_by_whatever_path_it_is_found() {
    let files = app(default_stack("App"), &key_for(EXEC_HERE));
    let expected = [["cdk.out/App.template.json", "App", SESSION, "safe"].map(str::to_owned)];
    for args in [
        &["cdk.out"][..],
        &["cdk.out/manifest.json"],
        &["."],
        &[],
        &["cdk.out", "--no-config"],
        &["cdk.out", ".", "cdk.out/App.template.json"],
        &["./cdk.out/"],
    ] {
        assert_eq!(rows(&check(files.path(), args)), expected, "{args:?}");
    }
    assert_eq!(rows(&check(&files.path().join("cdk.out"), &["."]))[0][1..], expected[0][1..]);
}

#[test]
fn the_output_of_cdk_json_is_honoured_and_excluded_as_any_folder() {
    let files = folder(&[
        ("infra/cdk.json", "{\"output\": \"build/synth\"}"),
        (".gitignore", "build\n"),
        ("infra/build/synth/manifest.json", &manifest_of(&[("App", default_stack("App"))])),
        ("infra/build/synth/App.template.json", &key_for(EXEC_HERE)),
        ("plain.json", &key_for("arn:aws:iam::111122223333:role/X")),
    ]);
    let files_of =
        |args: &[&str]| check(files.path(), args).keys().iter().map(|key| text(&key["file"])).collect::<Vec<_>>();
    assert_eq!(files_of(&["."]), ["plain.json", "infra/build/synth/App.template.json"]);
    for glob in ["build", "infra/build/**", "App.template.json"] {
        assert_eq!(files_of(&[".", "--exclude", glob]), ["plain.json"], "{glob}");
    }
    std::fs::write(files.path().join(".cfn-lockout.yaml"), "exclude: [infra/build/**]\n").unwrap();
    assert_eq!(files_of(&["."]), ["plain.json"]);
}

#[test]
fn without_an_environment_the_roles_account_is_the_one_that_is_deployed_to() {
    let role = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/cdk-hnb659fds-cfn-exec-role-${AWS::AccountId}-${AWS::Region}";
    let agnostic = stack(
        "aws://unknown-account/unknown-region",
        json!({ "templateFile": "App.template.json", "cloudFormationExecutionRoleArn": role }),
    );
    let files = app(agnostic, &key_for(EXEC_HERE));
    let shown = "arn:*:sts::*:assumed-role/cdk-hnb659fds-cfn-exec-role-*-*/AWSCloudFormation";
    assert_eq!(rows(&check(files.path(), &["cdk.out"]))[0][2..], [shown, "safe"]);
    let filled = ["cdk.out", "--account", "111122223333", "--region", "eu-west-1"];
    assert_eq!(rows(&check(files.path(), &filled))[0][2..], [SESSION, "safe"]);
    let literal = key_for("arn:aws:iam::111122223333:role/cdk-hnb659fds-cfn-exec-role-111122223333-eu-west-1");
    std::fs::write(files.path().join("cdk.out/App.template.json"), literal).unwrap();
    let report = check(files.path(), &["cdk.out"]);
    assert_eq!(report.verdict("Key"), "undecided", "it depends on where it is deployed");
    assert_eq!(report.keys()[0]["open"][0]["help"], "--account ID, or an ARN with --deployer or --role-arn");
    assert_eq!(check(files.path(), &filled).verdict("Key"), "safe");
}

#[test]
fn partitions_follow_from_the_region() {
    let role = "arn:${AWS::Partition}:iam::111122223333:role/deploy/Exec";
    let china = stack(
        "aws://111122223333/cn-north-1",
        json!({ "templateFile": "App.template.json", "cloudFormationExecutionRoleArn": role }),
    );
    let files = app(china, &key_for("arn:aws-cn:iam::111122223333:role/deploy/Exec"));
    let session = "arn:aws-cn:sts::111122223333:assumed-role/Exec/AWSCloudFormation";
    assert_eq!(rows(&check(files.path(), &["cdk.out"]))[0][2..], [session, "safe"], "with the role's path");
}

#[test]
fn parameters_and_the_stacks_name_come_from_the_manifest() {
    let artifact = |parameters: Value| {
        let properties = json!({ "templateFile": "App.template.json", "cloudFormationExecutionRoleArn": EXEC,
            "parameters": parameters, "stackName": "cdk-hnb659fds-cfn-exec-role" });
        stack(HERE, properties)
    };
    let by_parameter = key_for("arn:aws:iam::${AWS::AccountId}:role/cdk-hnb659fds-cfn-exec-role-111122223333-${Admin}");
    let files = app(artifact(json!({ "Admin": "eu-west-1" })), &by_parameter);
    assert_eq!(check(files.path(), &["cdk.out"]).verdict("Key"), "safe");
    assert_eq!(check(files.path(), &["cdk.out", "--parameter", "Admin=x"]).verdict("Key"), "lockout", "flags win");
    let files = app(artifact(json!({ "Admin": { "Ref": "X" } })), &by_parameter);
    assert_eq!(check(files.path(), &["cdk.out"]).verdict("Key"), "undecided", "it is given, and nobody knows what");
    let by_name = key_for("arn:aws:iam::${AWS::AccountId}:role/${AWS::StackName}-111122223333-eu-west-1");
    let files = app(artifact(json!({})), &by_name);
    assert_eq!(check(files.path(), &["cdk.out"]).verdict("Key"), "safe");
}

#[test]
fn without_an_execution_role_the_caller_deploys() {
    let legacy = stack(HERE, json!({ "templateFile": "App.template.json" }));
    let files = app(legacy, &key_for(EXEC_HERE));
    assert_eq!(rows(&check(files.path(), &["cdk.out"]))[0][2..], ["", "undecided"], "nobody is named");
    let run = screen(files.path(), &["cdk.out"]);
    let words = run.stdout.split("\n\n").next().unwrap().replace("\n  ", " ");
    let expected = "stack App; no execution role is named: whoever runs `cdk deploy` is the deployer";
    assert!(words.starts_with("deployer not named (cdk.out/manifest.json:") && words.ends_with(expected), "{words}");
    // The role that calls CloudFormation goes on to call KMS.
    let assumed = stack(HERE, json!({ "templateFile": "App.template.json", "assumeRoleArn": DEPLOY }));
    let files = app(assumed, &key_for(DEPLOY));
    let role = DEPLOY.replace("${AWS::Partition}", "aws");
    assert_eq!(rows(&check(files.path(), &["cdk.out"]))[0][2..], [role.as_str(), "safe"]);
}

#[test]
fn flags_win_over_the_manifest() {
    let files = app(default_stack("App"), &key_for(EXEC_HERE));
    let other = "arn:aws:iam::111122223333:role/Other";
    let report = check(files.path(), &["cdk.out", "--role-arn", other]);
    let session = "arn:aws:sts::111122223333:assumed-role/Other/AWSCloudFormation";
    assert_eq!(rows(&report)[0][1..], ["App", session, "lockout"], "still the stack of the assembly");
    let user = "arn:aws:iam::111122223333:user/Alice";
    assert_eq!(rows(&check(files.path(), &["cdk.out", "--deployer", user]))[0][2], user, "not the execution role");
}

#[test]
fn an_account_that_contradicts_the_manifest_is_said_and_hides_nothing() {
    let away = "arn:aws:iam::444455556666:role/Away";
    let artifacts = [
        ("App", default_stack("App")),
        ("Away", stack("aws://444455556666/eu-west-1", json!({ "templateFile": "Away.template.json" }))),
    ];
    let files = folder(&[
        ("cdk.out/manifest.json", &manifest_of(&artifacts)),
        ("cdk.out/App.template.json", &key_for(away)),
        ("cdk.out/Away.template.json", &key_for(away)),
    ]);
    let run = screen(files.path(), &["cdk.out", "--role-arn", away, "--format", "json"]);
    assert_eq!(run.code, 2);
    let report = Report(run.json());
    let message = text(&report.0["failures"][0]["message"]);
    assert!(
        message.contains("account 111122223333 contradicts the deployer, who is in account 444455556666"),
        "{message}"
    );
    assert!(message.contains("stack `App` is checked without what this file says"), "{message}");
    assert_eq!(report.0["failures"].as_array().unwrap().len(), 1);
    assert_eq!(rows(&report).iter().map(|row| row[3].as_str()).collect::<Vec<_>>(), ["safe", "safe"]);
}

#[test]
fn a_configuration_adds_to_the_manifest_and_names_the_deployment() {
    let files = app(
        default_stack("App"),
        &key_for("arn:aws:iam::111122223333:role/cdk-hnb659fds-cfn-exec-role-111122223333-${Admin}"),
    );
    let config = "deployments:\n  prod: { templates: [cdk.out/**], parameters: { Admin: eu-west-1 } }\n";
    std::fs::write(files.path().join(".cfn-lockout.yaml"), config).unwrap();
    let report = check(files.path(), &["."]);
    assert_eq!(rows(&report)[0][1..], ["App", SESSION, "safe"]);
    assert_eq!(report.keys()[0]["deployment"], "prod");
    let words = screen(files.path(), &["."]).stdout.replace("\n  ", " ");
    assert!(words.starts_with("deployment prod, deployer role/cdk-"), "{words}");
    let plain = check(files.path(), &[".", "--no-config"]);
    assert_eq!((plain.verdict("Key").as_str(), &plain.keys()[0]["deployment"]), ("lockout", &json!("default")));
}

#[test]
fn nested_stacks_are_listed_below_their_artifact() {
    let parent = json!({ "Resources": { "Nested": { "Type": "AWS::CloudFormation::Stack",
        "Properties": { "TemplateURL": { "Fn::Sub": "https://s3.${AWS::URLSuffix}/bucket/0123.json" }, "Parameters": { "Admin": "x" } },
        "Metadata": { "aws:asset:path": "AppNested.nested.template.json", "aws:asset:property": "TemplateURL" } } } });
    let files = app(default_stack("App"), &parent.to_string());
    std::fs::write(files.path().join("cdk.out/AppNested.nested.template.json"), key_for(DEPLOY)).unwrap();
    let report = check(files.path(), &["."]);
    assert_eq!(
        rows(&report),
        [["cdk.out/AppNested.nested.template.json", "App/Nested", SESSION, "lockout"].map(str::to_owned)]
    );
    let finding = &report.0["findings"][0];
    assert_eq!((&finding["stack"], &finding["logical_id"]), (&json!("App/Nested"), &json!("Key")));
    // Without metadata of assets, the list of assets tells which file is uploaded there.
    let bare = parent.to_string().replace("aws:asset:path", "other");
    std::fs::write(files.path().join("cdk.out/App.template.json"), bare).unwrap();
    assert_eq!(check(files.path(), &["cdk.out"]).codes(), ["undecided"]);
    let asset = json!({ "source": { "path": "AppNested.nested.template.json", "packaging": "file" },
        "destinations": { "here": { "bucketName": "bucket", "objectKey": "prefix/0123.json" } } });
    let list = json!({ "version": "48.0.0", "files": { "0123": asset } });
    std::fs::write(files.path().join("cdk.out/App.assets.json"), list.to_string()).unwrap();
    let list = json!({ "type": "cdk:asset-manifest", "properties": { "file": "App.assets.json" } });
    let manifest = manifest_of(&[("App", default_stack("App")), ("App.assets", list)]);
    std::fs::write(files.path().join("cdk.out/manifest.json"), manifest).unwrap();
    assert_eq!(rows(&check(files.path(), &["."]))[0][1], "App/Nested");
}

#[test]
fn stages_are_assemblies_in_assemblies() {
    let inner =
        manifest_of(&[("ProdApp1", default_stack("ProdApp1")), ("assembly-Prod-Sub", stage("assembly-Prod-Sub"))]);
    let files = folder(&[
        ("cdk.out/manifest.json", &manifest_of(&[("assembly-Prod", stage("assembly-Prod"))])),
        ("cdk.out/assembly-Prod/manifest.json", &inner),
        ("cdk.out/assembly-Prod/ProdApp1.template.json", &key_for(EXEC_HERE)),
        ("cdk.out/assembly-Prod/assembly-Prod-Sub/manifest.json", &manifest_of(&[("SubApp", default_stack("SubApp"))])),
        ("cdk.out/assembly-Prod/assembly-Prod-Sub/SubApp.template.json", &key_for(DEPLOY)),
    ]);
    for path in ["cdk.out", ".", "cdk.out/manifest.json"] {
        let report = check(files.path(), &[path]);
        let short: Vec<String> =
            rows(&report).iter().map(|[_, stack, _, verdict]| format!("{stack} {verdict}")).collect();
        assert_eq!(short, ["ProdApp1 safe", "SubApp lockout"], "{path}");
    }
    assert_eq!(
        check(files.path(), &["cdk.out/assembly-Prod/assembly-Prod-Sub"]).keys().len(),
        1,
        "one stage by itself"
    );
}

#[test]
fn from_takes_the_deployment_of_the_template_that_is_checked() {
    let files = app(default_stack("App"), &key_for(EXEC_HERE));
    std::fs::copy(files.path().join("cdk.out/App.template.json"), files.path().join("other.json")).unwrap();
    for path in ["other.json", "cdk.out/App.template.json"] {
        let report = check(files.path(), &[path, "--from", "cdk.out/manifest.json"]);
        assert_eq!(rows(&report), [[path, "", SESSION, "safe"].map(str::to_owned)]);
        assert_eq!(report.keys()[0]["deployment"], "default");
    }
    let run = screen(files.path(), &["other.json", "--from", "cdk.out/manifest.json"]);
    assert!(run.stdout.starts_with("deployment default (cdk.out/manifest.json:4): other.json\n"), "{}", run.stdout);
    let by_itself = check(files.path(), &["cdk.out/App.template.json"]);
    assert_eq!(rows(&by_itself)[0][2..], [SESSION, "safe"], "a template of an assembly, named by itself");
}

#[test]
fn a_hundred_stacks_take_a_few_lines() {
    let root = "arn:${AWS::Partition}:iam::${AWS::AccountId}:root";
    let ids: Vec<String> = (0..100).map(|n| format!("Stack{n}")).collect();
    let artifacts: Vec<(&str, Value)> = ids.iter().map(|id| (id.as_str(), default_stack(id))).collect();
    let mut files = vec![("cdk.out/manifest.json".to_owned(), manifest_of(&artifacts))];
    files.extend(ids.iter().map(|id| (format!("cdk.out/{id}.template.json"), key_for(root))));
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let files = folder(&files);
    let run = screen(files.path(), &["cdk.out"]);
    let context = run.stdout.split("\n\n").next().unwrap().replace("\n  ", " ");
    assert!(context.ends_with("): stacks Stack0, Stack1, Stack2 and 97 more"), "{context}");
    assert!(run.stdout.contains("key `Key` and 99 more only if"), "one line per deployer: {}", run.stdout);
    assert_eq!(check(files.path(), &["cdk.out"]).codes(), ["relies-on-deployer-iam"]);
}

#[test]
fn what_the_cdk_makes_is_not_edited() {
    let files = app(default_stack("App"), &key_for(DEPLOY));
    let role = "arn:aws:iam::111122223333:role/Plain";
    std::fs::write(files.path().join("plain.json"), key_for(role)).unwrap();
    let before = std::fs::read_to_string(files.path().join("cdk.out/App.template.json")).unwrap();
    let diff = run_in(files.path(), &["fix", "cdk.out"]).stdout;
    assert!(diff.contains("+++ b/cdk.out/App.template.json"), "{diff}");
    let why =
        "cdk.out/App.template.json: made by `cdk synth`, so --write leaves it alone; change the constructs in the app";
    assert!(diff.ends_with(&format!("# {why}\n# 1 fix\n")), "{diff}");
    let run = run_in(files.path(), &["fix", ".", "--write", "--role-arn", "arn:aws:iam::111122223333:role/Deploy"]);
    assert!(run.stdout.contains(&format!("{why}\n")) && run.stdout.contains("wrote plain.json\n"), "{}", run.stdout);
    assert_eq!(run.code, 1, "what is left counts");
    assert_eq!(std::fs::read_to_string(files.path().join("cdk.out/App.template.json")).unwrap(), before);
    assert!(!screen(files.path(), &["cdk.out"]).stdout.contains("fix --write"), "nobody is sent there");
}

#[test]
fn the_update_of_a_stack_is_checked_too() {
    let files = app(default_stack("App"), &key_for(EXEC_HERE));
    std::fs::write(files.path().join("old.json"), key_for("arn:aws:iam::111122223333:role/Other")).unwrap();
    let report = check(files.path(), &["cdk.out", "--previous", "old.json"]);
    assert!(report.codes().contains(&"update-refused".to_owned()), "{:?}", report.codes());
}
