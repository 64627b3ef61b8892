//! How the rules are told who deploys, and what is ignored.

use std::fs;

use super::{DEPLOYER, Lint};
use crate::peers::python;
use crate::reports::LOCKOUT;
use crate::runner::program;
use crate::support::{ROLE, between, finished, folder, hold, root, run_in};

/// A key that only one role can administer, which a parameter names.
const PARAMETER: &str = r#"Parameters:
  Who: { Type: String }
Resources:
  Vault:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: { AWS: !Sub "arn:aws:iam::111122223333:role/${Who}" }
            Action: kms:*
            Resource: "*"
"#;

#[test]
fn settings_come_from_cfnlintrc_and_the_environment() {
    let Some(python) = python("cfn-lint") else { return };
    let rc = "configure_rules:\n  EK1000:\n    role-arn: arn:aws:iam::111122223333:role/Deploy\n    parameter: [Who=KeyAdmin]\n";
    let files = folder(&[("kms.yaml", PARAMETER), (".cfnlintrc", rc)]);
    let lint = Lint { python: &python, at: files.path() };
    assert_eq!(lint.ids(&["--", "kms.yaml"], &[]), ["EK1001"]);
    // The environment wins, setting by setting.
    assert_eq!(lint.ids(&["--", "kms.yaml"], &[("CFN_LOCKOUT_PARAMETER", "Who=Deploy")]), ["WK1011"]);
    let other = [("CFN_LOCKOUT_ROLE_ARN", "arn:aws:iam::111122223333:role/KeyAdmin")];
    assert_eq!(lint.ids(&["--", "kms.yaml"], &other), ["WK1011"]);
    // The configuration of the program itself.
    let own = "deployments:\n  prod: { role-arn: \"arn:aws:iam::111122223333:role/Deploy\", parameters: { Who: KeyAdmin } }\n";
    let files = folder(&[("infra/kms.yaml", PARAMETER), (".cfn-lockout.yaml", own)]);
    let lint = Lint { python: &python, at: files.path() };
    let found = lint.ours(&["--", "infra/kms.yaml"], &[]);
    assert_eq!((found.len(), found[0].0.as_str(), found[0].2), (1, "EK1001", (11, 31)), "{found:?}");
    assert!(found[0].3.contains("\ndeployment: prod\nhelp: "), "{}", found[0].3);
}

#[test]
fn the_values_that_cfn_lint_is_given_count() {
    let Some(python) = python("cfn-lint") else { return };
    let values = |who: &str| format!("[{{\"ParameterKey\": \"Who\", \"ParameterValue\": \"{who}\"}}]");
    let deployment = "template-file-path: kms.yaml\nparameters: { Who: KeyAdmin }\n";
    let files = folder(&[("kms.yaml", PARAMETER), ("a.json", &values("KeyAdmin")), ("deployment.yaml", deployment)]);
    let lint = Lint { python: &python, at: files.path() };
    let undecided = lint.ids(&["--", "kms.yaml"], &[DEPLOYER]);
    assert_eq!(undecided, ["WK1004", "WK1011"]);
    for args in [&["kms.yaml", "--parameters", "Who=KeyAdmin"][..], &["--deployment-files", "deployment.yaml"]] {
        assert_eq!(lint.ids(args, &[DEPLOYER]), ["EK1001"], "{args:?}");
    }
    // cfn-lint checks a template with each file, and then without any.
    let both = lint.ids(&["kms.yaml", "--parameter-files", "a.json"], &[DEPLOYER]);
    assert_eq!(both, ["WK1004", "EK1001", "WK1011"]);
    // The plugin's own setting wins; it is for all templates, also those without such a parameter.
    let own = [DEPLOYER, ("CFN_LOCKOUT_PARAMETER", "Who=Deploy\nOther=x")];
    assert_eq!(lint.ids(&["kms.yaml", "--parameters", "Who=KeyAdmin"], &own), ["WK1011"]);
}

#[test]
fn a_wrong_setting_is_said() {
    let Some(python) = python("cfn-lint") else { return };
    let files = folder(&[("kms.yaml", LOCKOUT)]);
    let lint = Lint { python: &python, at: files.path() };
    let said = |args: &[&str], env: &[(&str, &str)]| -> String {
        let found = lint.ours(&[args, &["-t", "kms.yaml"]].concat(), env);
        let failed: Vec<String> =
            found.into_iter().filter(|(id, ..)| id == "EK1000").map(|(_, _, _, message)| message).collect();
        assert_eq!(failed.len(), 1, "{failed:?}");
        failed[0].clone()
    };
    let arn = said(&["-x", &format!("EK1000:role-arn={}", ROLE[1])], &[]);
    assert!(arn.contains("-x cuts a value at its colon; use .cfnlintrc or CFN_LOCKOUT_ROLE_ARN"), "{arn}");
    let name = said(&["-x", "EK1000:role_arn=x"], &[DEPLOYER]);
    assert!(name.contains("EK1000 has no setting `role_arn`: did you mean `role-arn`?"), "{name}");
    let rule = said(&["-x", "EK1001:region=eu-west-1"], &[DEPLOYER]);
    assert!(rule.contains("EK1001 has no settings: `region` belongs to EK1000"), "{rule}");
    let value = said(&["-x", "EK1000:account=12"], &[]);
    assert!(value.contains("not checked: --account: `12` is not an account id"), "{value}");
    let file = said(&[], &[DEPLOYER, ("CFN_LOCKOUT_BASELINE", "gone.json")]);
    assert!(file.contains("not checked: --baseline `gone.json`"), "{file}");
    // A value is a value, whatever it looks like.
    let flag = said(&[], &[("CFN_LOCKOUT_ROLE_ARN", "--help")]);
    assert!(flag.contains("`--help` is not an ARN"), "{flag}");
}

/// A template that may set rules itself must not choose what is run or written.
#[test]
fn a_template_names_no_program_and_no_file_to_write() {
    let Some(python) = python("cfn-lint") else { return };
    let files = folder(&[]);
    let evil = files.path().join("evil");
    program(&evil, "touch pwned");
    let settings = ["binary", "output", "write-baseline", "BINARY"].map(|name| format!("{name}: {}", evil.display()));
    let metadata = format!(
        "Metadata: {{ cfn-lint: {{ config: {{ configure_rules: {{ EK1000: {{ {} }} }} }} }} }}\n",
        settings.join(", ")
    );
    fs::write(files.path().join("kms.yaml"), format!("{metadata}{LOCKOUT}")).unwrap();
    let lint = Lint { python: &python, at: files.path() };
    let before = fs::read(&evil).unwrap();
    let ids = lint.ids(&["--", "kms.yaml"], &[DEPLOYER]);
    assert_eq!(ids, ["EK1000", "EK1000", "EK1000", "EK1000", "EK1001"]);
    assert!(!files.path().join("pwned").exists() && fs::read(&evil).unwrap() == before);
}

#[test]
fn a_finding_is_ignored_either_way() {
    let Some(python) = python("cfn-lint") else { return };
    let metadata = |ignored: &str| {
        LOCKOUT.replace(
            "    Properties:",
            &format!("    Metadata: {{ cfn-lint: {{ config: {{ ignore_checks: [{ignored}] }} }} }}\n    Properties:"),
        )
    };
    let files = folder(&[
        ("kms.yaml", LOCKOUT),
        ("key.yaml", &metadata("EK1001")),
        ("other.yaml", &metadata("EK1005, EK1000")),
        ("template.yaml", &format!("Metadata: {{ cfn-lint: {{ config: {{ ignore_checks: [EK1001] }} }} }}\n{LOCKOUT}")),
        (
            "comment.yaml",
            &LOCKOUT.replace("  Vault:", "  # cfn-lockout: ignore[locks-out-deployer] KeyAdmin deploys it\n  Vault:"),
        ),
    ]);
    let lint = Lint { python: &python, at: files.path() };
    assert_eq!(lint.ids(&["--", "kms.yaml"], &[DEPLOYER]), ["EK1001"]);
    assert_eq!(lint.ids(&["--", "other.yaml"], &[DEPLOYER]), ["EK1001"]);
    for file in ["key.yaml", "template.yaml", "comment.yaml"] {
        assert_eq!(lint.ids(&["--", file], &[DEPLOYER]), [""; 0], "{file}");
    }
    assert_eq!(lint.ids(&["-i", "EK1001", "-t", "kms.yaml"], &[DEPLOYER]), [""; 0]);
    assert_eq!(lint.ids(&["-m", "EK1001", "-t", "key.yaml"], &[DEPLOYER]), ["EK1001"], "mandatory");
    // A failure is of no resource, so none can ignore it; cfn-lint would lose a match that has no path.
    let missing = [DEPLOYER, ("CFN_LOCKOUT_BINARY", "/nowhere")];
    assert_eq!(lint.ids(&["--", "other.yaml"], &missing), ["EK1000"]);
}

/// Settings are flags, and a document has them all.
#[test]
fn every_setting_is_a_flag() {
    let Some(python) = python("cfn-lint") else { return };
    let at = root().join("plugins/cfn-lint");
    let script = "from cfn_lockout_cfn_lint import _settings as s; print('\\n'.join([*s.ONE, '', *s.MANY]))";
    let printed = finished(Lint { python: &python, at: &at }.command("python", &["-c", script], &[]).output().unwrap());
    let (one, many) = printed.stdout.trim_end().split_once("\n\n").expect("two lists");
    let help = run_in(&root(), &["check", "--help"]).stdout;
    let mut table = String::from("| values | settings |\n|---|---|\n");
    for (names, values) in [(one, "one"), (many, "a list")] {
        for name in names.lines() {
            assert!(help.contains(&format!("--{name} <")), "check has no --{name}");
            assert!(!["output", "write-baseline"].contains(&name), "{name} writes");
        }
        let names: Vec<String> = names.lines().map(|name| format!("`{name}`")).collect();
        table.push_str(&format!("| {values} | {} |\n", names.join(", ")));
    }
    hold("docs/cfn-lint.md", |docs| between(docs, "settings", &table));
    // And every flag that describes the deployment is a setting.
    let (_, described) = help.split_once("\nWho deploys, and where:").expect("the flags of a deployment");
    let described = described.split("\nOutput:\n").next().unwrap();
    for name in described.split("\n      --").skip(1).filter_map(|flag| flag.split_whitespace().next()) {
        // --previous is one template, and settings are for all; --no-config has no value.
        let left_out = ["previous", "no-config"].contains(&name);
        assert!(left_out || printed.stdout.lines().any(|known| known == name), "_settings.py lacks {name}");
    }
}
