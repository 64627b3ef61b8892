//! Manifests of cloud assemblies that are too new, broken or hostile: what is said, and that no finding is lost.

use serde_json::{Value, json};

use crate::cdk::{
    DEPLOY, EXEC, EXEC_HERE, HERE, app, check, default_stack, key_for, manifest, manifest_of, rows, screen, stack,
    stage,
};
use crate::support::{Report, folder, text};

#[test]
fn a_newer_schema_is_said_and_loses_no_finding() {
    let files = app(default_stack("App"), &key_for(DEPLOY));
    std::fs::write(files.path().join("cdk.out/manifest.json"), manifest("99.0.0", &[("App", default_stack("App"))]))
        .unwrap();
    for path in ["cdk.out", "."] {
        let run = screen(files.path(), &[path, "--format", "json"]);
        assert_eq!(run.code, 2);
        let report = Report(run.json());
        let failure = &report.0["failures"][0];
        assert_eq!((&failure["file"], &failure["line"]), (&json!("cdk.out/manifest.json"), &json!(2)));
        for part in ["schema version 99.0.0", "known here is 55", "update cfn-lockout", "--role-arn"] {
            assert!(text(&failure["message"]).contains(part), "{failure}");
        }
        assert_eq!(rows(&report)[0][1..], ["App", "", "undecided"], "nobody is guessed");
    }
    let role = ["--role-arn", "arn:aws:iam::111122223333:role/Other"];
    let run = screen(files.path(), &["cdk.out", role[0], role[1]]);
    assert_eq!(run.code, 1, "the manifest is not needed: {}", run.stdout);
    let from = ["cdk.out/App.template.json", "--from", "cdk.out/manifest.json"];
    let run = screen(files.path(), &from);
    assert_eq!(run.code, 2);
    assert!(
        run.stderr.contains("cdk.out/manifest.json:2:14: this cloud assembly has schema version 99.0.0"),
        "{}",
        run.stderr
    );
    assert_eq!(screen(files.path(), &[&from[..], &role].concat()).code, 1);
}

/// What is wrong with a manifest, and whether its stack `App` is listed all the same.
fn wrong(manifest: &str) -> (String, Vec<[String; 4]>) {
    let files = app(default_stack("App"), &key_for(EXEC_HERE));
    std::fs::write(files.path().join("cdk.out/manifest.json"), manifest).unwrap();
    let run = screen(files.path(), &["cdk.out", "--format", "json"]);
    assert_eq!(run.code, 2, "{}", run.stdout);
    let report = Report(run.json());
    let failures = report.0["failures"].as_array().unwrap().clone();
    assert_eq!(failures.len(), 1, "{failures:?}");
    let failure = &failures[0];
    (format!("{}:{}: {}", text(&failure["file"]), failure["line"], text(&failure["message"])), rows(&report))
}

#[test]
fn what_is_wrong_with_a_manifest_is_said_with_its_place() {
    let with = |id: &str, artifact: Value| manifest_of(&[("App", default_stack("App")), (id, artifact)]);
    let template = |file: Value| stack(HERE, json!({ "templateFile": file }));
    for (manifest, expected) in [
        (manifest("new", &[("App", default_stack("App"))]), "`new` is no version of a cloud assembly"),
        (
            with("Gone", template(json!("Missing.template.json"))),
            "names it as the template of stack `Gone`: run `cdk synth` again",
        ),
        (with("Up", template(json!("../secret.json"))), "`../secret.json` is not in the cloud assembly"),
        (with("Root", template(json!("/etc/passwd"))), "`/etc/passwd` is not in the cloud assembly"),
        (with("None", template(json!(null))), "stack `None` names no template"),
        (with("Stage", stage("..")), "`..` is not in the cloud assembly"),
        (with("Stage", stage(".")), "`.` is not in the cloud assembly"),
        (with("Stage", stage("assembly-Gone")), "the nested assembly `assembly-Gone` has no manifest that can be read"),
        (with("Stage", json!({ "type": "cdk:cloud-assembly" })), "has no `directoryName`"),
    ] {
        let (failure, rows) = wrong(&manifest);
        assert!(failure.contains(expected), "{failure}");
        assert_eq!(rows.len(), 1, "{failure}: the other stack is checked");
    }
    let odd = stack(
        "aws:111122223333",
        json!({ "templateFile": "App.template.json", "cloudFormationExecutionRoleArn": EXEC }),
    );
    let (failure, rows) = wrong(&manifest_of(&[("App", odd)]));
    assert!(failure.starts_with("cdk.out/manifest.json:6: this is no environment"), "{failure}");
    assert_eq!(rows[0][2], "", "nobody is named where the file cannot be believed");
    let broken = stack(HERE, json!({ "templateFile": "App.template.json", "cloudFormationExecutionRoleArn": "Exec" }));
    let (failure, rows) = wrong(&manifest_of(&[("App", broken)]));
    assert!(failure.contains("`Exec` is not an ARN"), "{failure}");
    assert_eq!(rows.len(), 1);
}

#[test]
fn of_a_manifest_that_cannot_be_read_the_templates_are_checked_all_the_same() {
    for text in ["{ \"version\": \"48.0.0\", \"artifacts\": {", "[]", "", "{\"version\": \"1.0.0\"}"] {
        let (failure, rows) = wrong(text);
        assert!(failure.ends_with("who deploys the stacks of this cloud assembly is not known"), "{failure}");
        let found: Vec<&str> = rows.iter().map(|row| row[0].as_str()).collect();
        assert!(found.contains(&"cdk.out/App.template.json"), "{found:?}");
    }
}

#[test]
fn a_manifest_of_something_else_is_nobodys_business() {
    let extension = "{\"manifest_version\": 3, \"version\": \"1.0\", \"name\": \"x\"}";
    let files =
        folder(&[("manifest.json", extension), ("web/manifest.json", "{ broken"), ("key.json", &key_for(EXEC_HERE))]);
    let run = screen(files.path(), &["."]);
    assert!(run.stdout.contains("1 template, 1 key: 1 undecided"), "{}", run.stdout);
}

#[test]
fn an_app_that_synthesizes_into_its_own_folder_keeps_its_other_templates() {
    let files = folder(&[
        ("cdk.json", "{\"output\": \".\"}"),
        ("manifest.json", &manifest_of(&[("App", default_stack("App"))])),
        ("App.template.json", &key_for(EXEC_HERE)),
        ("infra/plain.json", &key_for(EXEC_HERE)),
    ]);
    let stacks: Vec<[String; 4]> = rows(&check(files.path(), &["."]));
    assert_eq!(stacks.iter().map(|row| row[0].as_str()).collect::<Vec<_>>(), ["infra/plain.json", "App.template.json"]);
}

#[cfg(unix)]
#[test]
fn assemblies_that_nest_themselves_end() {
    let inner = manifest_of(&[("App", default_stack("App")), ("a", stage("again")), ("b", stage("again"))]);
    let files = folder(&[("cdk.out/manifest.json", &inner), ("cdk.out/App.template.json", &key_for(EXEC_HERE))]);
    std::os::unix::fs::symlink(".", files.path().join("cdk.out/again")).unwrap();
    let run = screen(files.path(), &["cdk.out", "--format", "json"]);
    assert_eq!(run.code, 2);
    let report = Report(run.json());
    let failures = report.0["failures"].as_array().unwrap();
    assert!(text(&failures[0]["message"]).contains("are not read"), "{failures:?}");
    assert!(!rows(&report).is_empty());
    assert_eq!(report.0["summary"]["templates"], 1, "it is one file all the same");
}
