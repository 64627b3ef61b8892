//! Who deploys, what fails the synthesis, and what is ignored.

use super::Project;
use crate::support::{between, hold, root, run_in};

/// One key that only KeyAdmin can administer; `MORE` is code that follows.
const APP: &str = "
const app = new App();
Validations.of(app).addPlugins(new CfnLockoutPlugin(JSON.parse(process.env.OPTIONS || '{}')));
const stack = new Stack(app, 'Keys', { env });
const vault = key(stack, 'Vault', 'role/KeyAdmin');
MORE
";

fn project(more: &str) -> Option<Project> {
    Project::new(&APP.replace("MORE", more))
}

impl Project {
    /// The exit code with these options, and the codes that are reported.
    fn with_options(&self, options: &str) -> (i32, Vec<String>) {
        let run = self.synth(&[], &[("OPTIONS", options)]);
        let codes = self.reported().map_or_else(Vec::new, |reported| reported.rows());
        for (code, _) in &codes {
            assert!(run.stderr.contains(&format!("cfn-lockout::{code}'")), "{code} is not shown: {}", run.stderr);
        }
        (run.code, codes.into_iter().map(|(code, _)| code).collect())
    }
}

const ADMIN: &str = r#""roleArn": "arn:aws:iam::111122223333:role/KeyAdmin""#;

#[test]
fn the_deployer_of_the_options_wins_and_what_fails_is_chosen() {
    let Some(project) = project("") else { return };
    assert_eq!(project.with_options("{}"), (1, vec!["locks-out-deployer".to_owned()]));
    let delegation = vec!["no-account-delegation".to_owned()];
    assert_eq!(project.with_options(&format!("{{ {ADMIN} }}")), (0, delegation.clone()));
    assert_eq!(project.with_options(&format!("{{ {ADMIN}, \"failOn\": \"warning\" }}")), (1, delegation.clone()));
    assert_eq!(project.with_options(&format!("{{ {ADMIN}, \"failOn\": \"note\" }}")), (1, delegation));
    assert_eq!(project.with_options(r#"{ "failOn": "never" }"#), (0, vec!["locks-out-deployer".to_owned()]));
    let user = r#"{ "deployer": "arn:aws:iam::111122223333:user/Alice" }"#;
    assert_eq!(project.with_options(user).0, 1);
}

#[test]
fn a_finding_is_ignored_in_four_ways() {
    let none = (0, Vec::new());
    let Some(plain) = project("") else { return };
    let ignored = r#"{ "ignore": { "locks-out-deployer": "only KeyAdmin deploys this" } }"#;
    assert_eq!(plain.with_options(ignored), none);
    let other = r#"{ "ignore": { "undecided": "it is known who deploys" } }"#;
    assert_eq!(plain.with_options(other).0, 1);
    // A baseline, written by the program itself.
    let written = run_in(plain.path(), &["check", "cdk.out", "--write-baseline", "baseline.json"]);
    assert!(plain.path().join("baseline.json").exists(), "{}", written.stderr);
    assert_eq!(plain.with_options(r#"{ "baseline": "baseline.json" }"#), none);
    // The construct's Metadata.
    let metadata = "vault.node.defaultChild.addMetadata('cfn-lockout', {
        ignore: [{ code: 'locks-out-deployer', reason: 'only KeyAdmin deploys this' }] });";
    assert_eq!(project(metadata).unwrap().with_options("{}"), none);
    // The CDK's own acknowledgement, at the construct or above it; the CDK keeps it in its report.
    for scope in ["vault", "stack"] {
        let acknowledged = format!(
            "Validations.of({scope}).acknowledge({{ id: 'cfn-lockout::locks-out-deployer', reason: 'only KeyAdmin' }});
             key(stack, 'Other', exec);"
        );
        let project = project(&acknowledged).unwrap();
        // What is found of the other key stays.
        assert_eq!(project.with_options("{}"), (0, vec!["no-account-delegation".to_owned()]), "{scope}");
    }
    let elsewhere = "const other = key(stack, 'Other', 'role/KeyAdmin');
        Validations.of(other).acknowledge({ id: 'cfn-lockout::locks-out-deployer', reason: 'only KeyAdmin' });";
    let project = project(elsewhere).unwrap();
    assert_eq!(project.with_options("{}"), (1, vec!["locks-out-deployer".to_owned()]));
    assert_eq!(project.reported().unwrap().rows()[0].1, "Keys/Vault/Resource");
}

#[test]
fn the_configuration_of_the_program_counts() {
    let Some(project) = project("new CfnParameter(stack, 'Unused');") else { return };
    let config =
        "deployments:\n  prod: { templates: [cdk.out/**], role-arn: \"arn:aws:iam::111122223333:role/KeyAdmin\" }\n";
    std::fs::write(project.path().join(".cfn-lockout.yaml"), config).unwrap();
    assert_eq!(project.with_options("{}"), (0, vec!["no-account-delegation".to_owned()]));
    let violation = &project.reported().unwrap().violations[0];
    let words = violation["description"].as_str().unwrap();
    assert!(words.ends_with("\ndeployment: prod") && violation["ruleMetadata"]["deployment"] == "prod", "{words}");
}

/// Settings are flags, and the document has them all.
#[test]
fn every_setting_is_a_flag() {
    let Some(project) = project("") else { return };
    let script = "const o = require('cfn-lockout-cdk/lib/options');
        const row = (name) => `${name} ${o.flag(name)}`;
        console.log(o.ONE.map(row).join('\\n') + '\\n\\n' + o.MANY.map(row).join('\\n'));";
    let printed = project.run(std::path::Path::new("node"), &["-e", script], &[]);
    let (one, many) = printed.stdout.trim_end().split_once("\n\n").expect("two lists");
    let help = run_in(&root(), &["check", "--help"]).stdout;
    let mut table = String::from("| values | settings |\n|---|---|\n");
    for (rows, values) in [(one, "one"), (many, "a list")] {
        let mut names = Vec::new();
        for (name, flag) in rows.lines().map(|row| row.split_once(' ').unwrap()) {
            assert!(help.contains(&format!("{flag} <")), "check has no {flag}");
            names.push(format!("`{name}`"));
        }
        table.push_str(&format!("| {values} | {} |\n", names.join(", ")));
    }
    hold("docs/cdk-plugin.md", |docs| between(docs, "settings", &table));
    let (_, described) = help.split_once("\nWho deploys, and where:").expect("the flags of a deployment");
    let described = described.split("\nOutput:\n").next().unwrap();
    for name in described.split("\n      --").skip(1).filter_map(|flag| flag.split_whitespace().next()) {
        // --previous and --stack-name are of one template, and settings are for all; --no-config has no value.
        let left_out = ["previous", "stack-name", "no-config"].contains(&name);
        let known = printed.stdout.lines().any(|row| row.ends_with(&format!(" --{name}")));
        assert!(left_out || known, "options.ts lacks {name}");
    }
}
