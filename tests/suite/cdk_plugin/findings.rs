//! What is found: the same findings, words and places as in the other reports, with the paths of constructs.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Project;
use crate::support::{folder, report_in, root, text};

/// A key that only another role can administer: in a stack, a nested stack, and the same again in a stage.
const APP: &str = "
const app = new App();
Validations.of(app).addPlugins(new CfnLockoutPlugin());
function keys(scope) {
  const stack = new Stack(scope, 'Keys', { env });
  key(stack, 'Vault', 'role/KeyAdmin');
  key(stack, 'Safe', exec);
  key(new NestedStack(stack, 'Nested'), 'Inner', 'role/KeyAdmin');
}
keys(app);
keys(new Stage(app, 'Prod', { env }));
";

#[test]
fn a_finding_has_the_same_words_and_the_same_place_and_its_construct() {
    let Some(project) = Project::new(APP) else { return };
    // Beside the CDK's own rules, and for the stacks of stages as well.
    let run = project.synth(&["**"], &[("CDK_VALIDATION", "true")]);
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    let reported = project.reported().expect("a report");
    assert_eq!(reported.conclusion, "failure");
    let constructs: BTreeSet<(String, String)> =
        reported.rows().into_iter().filter(|(code, _)| code == "locks-out-deployer").collect();
    let expected = ["Keys/Nested/Inner", "Keys/Vault", "Prod/Keys/Nested/Inner", "Prod/Keys/Vault"];
    let expected = expected.map(|path| ("locks-out-deployer".to_owned(), format!("{path}/Resource")));
    assert_eq!(constructs, BTreeSet::from(expected.clone()));
    let report = report_in(project.path(), &["check", "cdk.out"]);
    let findings = report.0["findings"].as_array().unwrap();
    assert_eq!(reported.violations.len(), findings.len());
    for (violation, finding) in reported.violations.iter().zip(findings) {
        same(violation, finding);
        let message = text(&finding["message"]);
        assert!(run.stderr.contains(&message), "the screen lacks {message}: {}", run.stderr);
    }
    for (_, construct) in expected {
        assert!(run.stderr.contains(&format!("   {construct} (")), "the screen lacks {construct}: {}", run.stderr);
    }
    // The CDK itself leaves out the stacks that are not asked for; by default, those of stages.
    for args in [&[][..], &["Keys"]] {
        let one = project.synth(args, &[]);
        assert!(one.code == 1 && !one.stderr.contains("Prod/Keys"), "{}", one.stderr);
    }
}

/// A violation says what the JSON report says.
fn same(violation: &Value, finding: &Value) {
    let severity = text(&finding["severity"]).replace("note", "info");
    assert_eq!((&violation["ruleName"], &violation["severity"]), (&finding["code"], &Value::from(severity)));
    assert_eq!(violation["description"], finding["message"]);
    let place = format!("{}:{}:{}", text(&finding["file"]), finding["line"], finding["column"]);
    assert_eq!(violation["ruleMetadata"]["place"], place.as_str());
    assert_eq!(violation["ruleMetadata"]["stack"], finding["stack"]);
    let mut lines: Vec<String> = text(&finding["help"]).lines().map(str::to_owned).collect();
    if let Some(title) = finding["fix"]["title"].as_str() {
        lines.push(format!("fix: {title}; cfn-lockout fix shows the edit"));
    }
    lines.push(format!("at: {place}"));
    lines.push(format!("more: cfn-lockout explain {}", text(&finding["code"])));
    assert_eq!(violation["suggestedFix"], lines.join("\n"));
    let resource = &violation["violatingConstructs"][0]["cloudFormationResource"];
    assert_eq!(resource["logicalId"], finding["logical_id"]);
    assert_eq!(format!("cdk.out/{}", text(&resource["templatePath"])), text(&finding["file"]));
    assert_eq!(resource["propertyPaths"], serde_json::json!(["Properties.KeyPolicy.Statement.0.Principal.AWS"]));
}

#[test]
fn an_app_without_findings_passes() {
    let app = "
        const app = new App();
        Validations.of(app).addPlugins(new CfnLockoutPlugin());
        new Key(new Stack(app, 'Keys', { env }), 'Vault');
        new Stack(app, 'Empty', { env });
    ";
    let Some(project) = Project::new(app) else { return };
    let run = project.synth(&[], &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    // It relies on IAM, as every key of the CDK does: a note.
    let reported = project.reported().expect("a note");
    assert_eq!(reported.conclusion, "success");
    let codes: Vec<String> = reported.rows().into_iter().map(|(code, _)| code).collect();
    assert_eq!(codes, ["relies-on-deployer-iam"]);
    assert!(run.stderr.contains("INFO "), "{}", run.stderr);
}

#[test]
fn a_plugin_of_a_stage_checks_this_stage() {
    let app = APP.replace("Validations.of(app).addPlugins(new CfnLockoutPlugin());", "").replace(
        "keys(new Stage(app, 'Prod', { env }));",
        "const stage = new Stage(app, 'Prod', { env });
         Validations.of(stage).addPlugins(new CfnLockoutPlugin());
         keys(stage);",
    );
    let Some(project) = Project::new(&app) else { return };
    assert_eq!(project.synth(&[], &[]).code, 0, "`cdk synth` passes over stages that are not asked for");
    assert_eq!(project.synth(&["Prod/*"], &[]).code, 1);
    let reported = project.reported().expect("a report");
    assert_eq!(reported.conclusion, "failure");
    assert!(reported.rows().iter().all(|(_, path)| path.starts_with("Prod/Keys/")), "{:?}", reported.rows());
    assert!(reported.rows().iter().any(|(code, _)| code == "locks-out-deployer"));
}

/// There is no assembly around those of the stages that holds all of them and nothing else.
#[test]
fn one_plugin_checks_several_stages() {
    let app = APP.replace("Validations.of(app).addPlugins(new CfnLockoutPlugin());\n", "").replace(
        "keys(app);\nkeys(new Stage(app, 'Prod', { env }));",
        "const plugin = new CfnLockoutPlugin();
         for (const id of ['Dev', 'Test', 'Prod']) {
           const stage = new Stage(app, id, { env });
           if (id !== 'Test') Validations.of(stage).addPlugins(plugin);
           keys(new Stage(stage, 'Inner'));
         }",
    );
    let Some(project) = Project::new(&app) else { return };
    let run = project.node(&[("CDK_OUTDIR", "cdk.out")]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let rows = project.reported().expect("a report").rows();
    let locked: BTreeSet<&str> =
        rows.iter().filter(|(code, _)| code == "locks-out-deployer").map(|(_, path)| path.as_str()).collect();
    let expected =
        ["Dev", "Prod"].map(|stage| ["Vault", "Nested/Inner"].map(|id| format!("{stage}/Inner/Keys/{id}/Resource")));
    assert_eq!(locked, expected.iter().flatten().map(String::as_str).collect());
}

/// A place without a resource is that of the stack.
#[test]
fn what_is_about_no_resource_is_at_its_stack() {
    let app = "
        const { CfnCondition, Fn } = require('aws-cdk-lib');
        const app = new App();
        Validations.of(app).addPlugins(new CfnLockoutPlugin());
        const stack = new Stack(app, 'Keys', { env });
        key(stack, 'Vault', exec);
        const one = new CfnCondition(stack, 'One');
        one.expression = Fn.conditionNot(new CfnCondition(stack, 'Other', { expression: Fn.conditionNot(one) }));
    ";
    let Some(project) = Project::new(app) else { return };
    let run = project.synth(&[], &[]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let rows = project.reported().expect("a report").rows();
    assert!(rows.contains(&("template-refused".to_owned(), "Keys".to_owned())), "{rows:?}");
}

/// Each value of a document is found by its line and column, whatever the texts around it hold.
#[test]
fn every_place_of_a_template_has_its_path() {
    let Some(project) = Project::new("") else { return };
    let script = std::fs::read_to_string(root().join("tests/peers/cdk_places.js")).unwrap();
    let files = folder(&[("places.js", &script)]);
    let script = files.path().join("places.js").to_string_lossy().into_owned();
    let lib = project.path().join("node_modules/cfn-lockout-cdk/lib/place.js").to_string_lossy().into_owned();
    let run = project.run(std::path::Path::new("node"), &[&script, &lib], &[]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert_eq!(run.stdout, "");
}
