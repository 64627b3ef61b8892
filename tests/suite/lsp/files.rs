//! What is around an open document: nested templates, configurations, and the texts of those that are open, too.

use std::fs;

use serde_json::{Value, json};

use super::client::{Client, able, uri};
use crate::reports::LOCKOUT;
use crate::support::{DELEGATES, ROLE, folder, text};

const PARENT: &str =
    "Resources:\n  Keys:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: keys.yaml\n";

const CONFIG: &str = "deployments:\n  prod:\n    role-arn: arn:aws:iam::111122223333:role/Deploy\n    region: eu-west-1\n    parameters: { Elsewhere: x }\n";

fn codes(shown: &[Value]) -> Vec<String> {
    shown.iter().map(|one| text(&one["code"])).collect()
}

#[test]
fn unsaved_texts_of_nested_templates_count() {
    let files = folder(&[("app.yaml", PARENT), ("keys.yaml", DELEGATES), ("other.yaml", DELEGATES)]);
    let [app, keys] = ["app.yaml", "keys.yaml"].map(|name| uri(files.path().join(name)));
    let mut client = Client::ready(files.path(), &ROLE, able());
    client.open(&app, PARENT);
    assert_eq!(codes(&client.diagnostics(&app)), [""; 0]);
    assert_eq!(codes(&client.diagnostics(&keys)), ["relies-on-deployer-iam"], "the file that is nested");
    assert_eq!(client.shown[&keys]["version"], Value::Null, "it is not open");
    client.open(&keys, DELEGATES);
    client.change(&keys, 2, json!([{ "text": LOCKOUT }]));
    let shown = client.diagnostics(&keys);
    assert_eq!(codes(&shown), ["locks-out-deployer"]);
    assert!(
        text(&shown[0]["message"]).contains("nested stack: Keys"),
        "it is the stack that the parent makes: {shown:?}"
    );
    assert_eq!(client.actions(&keys, &shown[0]["range"]).len(), 1, "and can be fixed");
    client.close(&keys);
    assert_eq!(codes(&client.diagnostics(&keys)), ["relies-on-deployer-iam"], "the file counts again");
    fs::write(files.path().join("keys.yaml"), LOCKOUT).unwrap();
    assert_eq!(codes(&client.diagnostics(&keys)), ["relies-on-deployer-iam"], "nobody has said that it changed");
    client.notify("textDocument/didSave", json!({ "textDocument": { "uri": app } }));
    assert_eq!(codes(&client.diagnostics(&keys)), ["locks-out-deployer"]);
    client.close(&app);
    assert_eq!(codes(&client.diagnostics(&keys)), [""; 0], "nothing is open");
    client.end();
}

#[test]
fn files_that_change_on_the_disk_are_read_again() {
    let files = folder(&[("app.yaml", PARENT), ("keys.yaml", DELEGATES)]);
    let [app, keys] = ["app.yaml", "keys.yaml"].map(|name| uri(files.path().join(name)));
    let mut able = able();
    able["workspace"]["didChangeWatchedFiles"] = json!({ "dynamicRegistration": true });
    let mut client = Client::ready(files.path(), &ROLE, able);
    client.open(&app, PARENT);
    assert_eq!(codes(&client.diagnostics(&keys)), ["relies-on-deployer-iam"]);
    let asked = client.told.iter().find(|one| one["method"] == "client/registerCapability").expect("it wants to know");
    let wanted = &asked["params"]["registrations"][0];
    assert_eq!(wanted["method"], "workspace/didChangeWatchedFiles");
    assert!(text(&wanted["registerOptions"]["watchers"][0]["globPattern"]).starts_with("**/*.{yaml,"));
    client.send(&json!({ "jsonrpc": "2.0", "id": asked["id"], "result": null }));
    fs::write(files.path().join("keys.yaml"), LOCKOUT).unwrap();
    client.notify("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": keys, "type": 2 }] }));
    assert_eq!(codes(&client.diagnostics(&keys)), ["locks-out-deployer"]);
    client.end();
}

#[test]
fn a_template_that_was_never_saved_is_one() {
    let files = folder(&[(".git/HEAD", ""), ("keys.yaml", DELEGATES)]);
    let new = format!("{}/new%20one.yaml", uri(files.path()));
    let parent = PARENT.replace("keys.yaml", "\"new one.yaml\"");
    let mut client = Client::ready(files.path(), &ROLE, able());
    client.open("untitled:Untitled-1", LOCKOUT);
    assert_eq!(codes(&client.diagnostics("untitled:Untitled-1")), ["locks-out-deployer"]);
    client.close("untitled:Untitled-1");
    client.open(&new, LOCKOUT);
    assert_eq!(codes(&client.diagnostics(&new)), ["locks-out-deployer"]);
    let app = format!("{}/app.yaml", uri(files.path()));
    client.open(&app, &parent);
    assert!(text(&client.diagnostics(&new)[0]["message"]).contains("nested stack: Keys"));
    client.end();
}

#[test]
fn included_texts_count_unsaved_too() {
    let statement = |who: &str| {
        format!(
            "- Effect: Allow\n  Principal: {{ AWS: \"arn:aws:iam::111122223333:{who}\" }}\n  Action: kms:*\n  Resource: \"*\"\n"
        )
    };
    let template = "Resources:\n  K:\n    Type: AWS::KMS::Key\n    Properties:\n      KeyPolicy:\n        Statement:\n          Fn::Transform: { Name: AWS::Include, Parameters: { Location: statement.yaml } }\n";
    let files = folder(&[("kms.yaml", template), ("statement.yaml", &statement("role/Deploy"))]);
    let [kms, included] = ["kms.yaml", "statement.yaml"].map(|name| uri(files.path().join(name)));
    let mut client = Client::ready(files.path(), &ROLE, able());
    client.open(&kms, template);
    let before = client.diagnostics(&kms);
    client.open(&included, &statement("user/Alice"));
    let after: Vec<String> = [&kms, &included].iter().flat_map(|uri| codes(&client.diagnostics(uri))).collect();
    assert!(!codes(&before).contains(&"locks-out-deployer".to_owned()), "{before:?}");
    assert!(after.contains(&"locks-out-deployer".to_owned()), "{after:?}");
    client.end();
}

#[test]
fn configurations_are_found_from_the_folder_of_the_document() {
    let files = folder(&[("a/.cfn-lockout.yaml", CONFIG), ("a/infra/kms.yaml", LOCKOUT), ("b/kms.yaml", LOCKOUT)]);
    let [config, a, b] =
        ["a/.cfn-lockout.yaml", "a/infra/kms.yaml", "b/kms.yaml"].map(|name| uri(files.path().join(name)));
    let mut client = Client::ready(&files.path().join("b"), &[], able());
    client.open(&a, LOCKOUT);
    client.open(&b, LOCKOUT);
    let shown = client.diagnostics(&a);
    assert_eq!(codes(&shown), ["locks-out-deployer"], "a parameter of another template is no error");
    assert!(text(&shown[0]["message"]).contains(".cfn-lockout.yaml:3"), "{shown:?}");
    assert_eq!(codes(&client.diagnostics(&b))[0], "undecided", "nobody says who deploys it");
    client.open(&config, &CONFIG.replace("role/Deploy", "role/Other"));
    assert!(text(&client.diagnostics(&a)[0]["message"]).contains("role/Other"), "its unsaved text counts");
    client.change(&config, 2, json!([{ "text": CONFIG.replace("region", "regoin") }]));
    let shown = client.diagnostics(&a);
    assert_eq!(shown.len(), 1, "{shown:?}");
    assert!(text(&shown[0]["message"]).contains("there is no key `regoin`; did you mean `region`?"), "{shown:?}");
    assert_eq!(codes(&client.diagnostics(&b))[0], "undecided", "what is wrong there is not wrong here");
    client.end();
}

#[test]
fn what_is_no_template_is_left_alone() {
    let files = folder(&[(".cfn-lockout.yaml", "exclude: [\"old/**\"]\n"), ("old/kms.yaml", LOCKOUT)]);
    let mut client = Client::ready(files.path(), &ROLE, able());
    for (name, content) in [
        ("pod.yaml", "kind: Pod\nmetadata: [\n"),
        ("notes.yaml", "text: AWS::KMS::Key is a type\n"),
        ("empty.yaml", ""),
        ("old/kms.yaml", LOCKOUT),
    ] {
        let name = format!("{}/{name}", uri(files.path()));
        client.open(&name, content);
        assert_eq!(client.diagnostics(&name), [Value::Null; 0], "{name}");
        assert_eq!(client.hover(&name, 0, 0), Value::Null);
    }
    client.end();
}
