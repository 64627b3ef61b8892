//! `.cfn-lockout.yaml`: which deployment a template is checked for, and where the answer says so.

use serde_json::{Value, json};

use crate::support::{folder, report_in, root, run_in, text};

const KEY: &str = r#"Parameters:
  Admin: { Type: String, Default: Nobody }
Resources:
  K:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Statement:
          - Effect: Allow
            Principal: { AWS: !Sub "arn:aws:iam::${AWS::AccountId}:role/${Admin}" }
            Action: kms:*
            Resource: "*"
"#;

const CONFIG: &str = "deployments:
  dev:
    role-arn: arn:aws:iam::111122223333:role/Deploy
    parameters: { Admin: Deploy }
  prod:
    templates: [infra/**]
    role-arn: arn:aws:iam::444455556666:role/Deploy
    parameters: { Admin: Other }
exclude: [infra/old/**]
";

/// Deployment, file and verdict of every key.
fn rows(report: &Value) -> Vec<String> {
    let keys = report["keys"].as_array().unwrap();
    let row = |key: &Value| format!("{} {} {}", text(&key["deployment"]), text(&key["file"]), text(&key["verdict"]));
    keys.iter().map(row).collect()
}

#[test]
fn every_deployment_of_a_template_gives_a_verdict() {
    let files = folder(&[
        (".cfn-lockout.yaml", CONFIG),
        ("infra/kms.yaml", KEY),
        ("other.yaml", KEY),
        ("infra/old/kms.yaml", KEY),
    ]);
    let report = report_in(files.path(), &["check", "."]).0;
    assert_eq!(rows(&report), ["dev infra/kms.yaml safe", "dev other.yaml safe", "prod infra/kms.yaml lockout"]);
    assert_eq!(report["summary"]["templates"], 2, "each once");
    let finding = &report["findings"][0];
    assert_eq!((&finding["deployment"], &finding["code"]), (&json!("prod"), &json!("locks-out-deployer")));
    let screen = run_in(files.path(), &["check", "."]).stdout;
    assert!(screen.starts_with("deployment dev (.cfn-lockout.yaml:2): infra/kms.yaml and 1 more\n"), "{screen}");
    assert!(screen.contains("(from .cfn-lockout.yaml:7)"), "{screen}");
    assert!(screen.contains("lockout  K  infra/kms.yaml:4  (prod)\n"), "{screen}");
}

#[test]
fn flags_replace_or_change_what_is_configured() {
    let files = folder(&[(".cfn-lockout.yaml", CONFIG), ("infra/kms.yaml", KEY)]);
    let of = |args: &[&str]| rows(&report_in(files.path(), &[&["check", "infra/kms.yaml"], args].concat()).0);
    assert_eq!(of(&["--deployment", "prod"]), ["prod infra/kms.yaml lockout"]);
    assert_eq!(of(&["--deployment", "prod", "--parameter", "Admin=Deploy"]), ["prod infra/kms.yaml safe"]);
    let other = "arn:aws:iam::444455556666:role/Other";
    assert_eq!(of(&["--deployment", "prod", "--role-arn", other]), ["prod infra/kms.yaml safe"]);
    assert_eq!(of(&["--role-arn", other]), ["default infra/kms.yaml lockout"], "the flags are all there is");
    assert_eq!(of(&["--no-config"]), ["default infra/kms.yaml undecided"]);
}

#[test]
fn the_nearest_configuration_wins_and_nothing_is_merged() {
    let own = "deployments: { team: { role-arn: 'arn:aws:iam::111122223333:role/Nobody' } }";
    let files = folder(&[
        (".cfn-lockout.yaml", CONFIG),
        ("infra/kms.yaml", KEY),
        ("teams/a/.cfn-lockout.yaml", own),
        ("teams/a/deep/kms.yaml", KEY),
    ]);
    let report = report_in(files.path(), &["check", "teams"]).0;
    assert_eq!(rows(&report), ["team teams/a/deep/kms.yaml safe"]);
    let report = report_in(&files.path().join("teams/a/deep"), &["check", "kms.yaml"]).0;
    assert_eq!(rows(&report), ["team kms.yaml safe"], "also from inside");
    let named = ["check", "teams", "--config", ".cfn-lockout.yaml"];
    assert_eq!(rows(&report_in(files.path(), &named).0), ["dev teams/a/deep/kms.yaml safe"]);
    assert_eq!(run_in(files.path(), &["check", "teams", "--config", "other.yaml"]).code, 2);
}

#[test]
fn a_template_without_a_deployment_is_checked_by_the_flags() {
    let config = "deployments: { prod: { templates: [x/**], account: '111122223333' } }";
    let files = folder(&[(".cfn-lockout.yaml", config), ("kms.yaml", KEY)]);
    assert_eq!(rows(&report_in(files.path(), &["check", "."]).0), ["default kms.yaml undecided"]);
}

#[test]
fn what_is_wrong_ends_the_run_with_its_place() {
    for (config, args, expected) in [
        (
            "deploymets: {}",
            &["check"][..],
            ".cfn-lockout.yaml:1:1: there is no key `deploymets`; did you mean `deployments`?",
        ),
        (CONFIG, &["check", "--deployment", "prd"], "no configuration has a deployment `prd`; did you mean `prod`?"),
        (
            "deployments: { a: { parameters: { Admn: x } } }",
            &["check"],
            ".cfn-lockout.yaml:1: no template has a parameter `Admn`; did you mean `Admin`?",
        ),
        ("deployments: { a: { account: '12' } }", &["check"], "12"),
        ("deployments: { a: { identity-policy: [missing.json] } }", &["check"], "missing.json"),
        ("[[[[", &["check"], ".cfn-lockout.yaml"),
    ] {
        let files = folder(&[(".cfn-lockout.yaml", config), ("infra/kms.yaml", KEY)]);
        let run = run_in(files.path(), args);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{config}");
        assert!(run.stderr.contains(expected), "{config}: {}", run.stderr);
    }
}

#[test]
fn the_schema_knows_the_same_keys() {
    let path = root().join("rules/schema/cfn-lockout-config.schema.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let properties = schema["$defs"]["deployment"]["properties"].as_object().unwrap();
    for key in properties.keys() {
        let config = format!("deployments: {{ a: {{ {key}: }} }}");
        let files = folder(&[(".cfn-lockout.yaml", &config), ("infra/kms.yaml", KEY)]);
        assert!(!run_in(files.path(), &["check"]).stderr.contains("there is no key"), "{key}");
    }
    let docs = std::fs::read_to_string(root().join("docs/configuration.md")).unwrap();
    for key in properties.keys() {
        assert!(docs.contains(&format!("| `{key}` |")), "docs/configuration.md does not speak of `{key}`");
    }
    assert_eq!(properties.len(), docs.lines().filter(|line| line.starts_with("| `")).count());
}

#[test]
fn the_configuration_of_the_documents_is_one() {
    let docs = std::fs::read_to_string(root().join("docs/configuration.md")).unwrap();
    let example = docs.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let files = folder(&[
        (".cfn-lockout.yaml", example),
        ("infra/kms.yaml", &KEY.replace("Admin:", "Environment: { Type: String, Default: x }\n  Admin:")),
    ]);
    let report = report_in(files.path(), &["check", "."]).0;
    assert_eq!(rows(&report).len(), 2, "one verdict for each deployment");
}
