//! The oldest version of the CDK that has plugins: they are given to the app, and it shows what fails only.

use super::Project;
use crate::peers::node_modules;
use crate::support::text;

const APP: &str = "
const { App, NestedStack, Stack } = require('aws-cdk-lib');
const { ArnPrincipal, PolicyDocument, PolicyStatement } = require('aws-cdk-lib/aws-iam');
const { Key } = require('aws-cdk-lib/aws-kms');
const { CfnLockoutPlugin } = require('cfn-lockout-cdk');
const plugin = new CfnLockoutPlugin(JSON.parse(process.env.OPTIONS || '{}'));
const context = { '@aws-cdk/core:validationReportJson': process.env.JSON === 'true' };
const app = new App({ outdir: 'cdk.out', context, policyValidationBeta1: [plugin] });
const stack = new Stack(app, 'Keys', { env: { account: '111122223333', region: 'eu-west-1' } });
const principals = [new ArnPrincipal('arn:aws:iam::111122223333:role/KeyAdmin')];
const admin = new PolicyStatement({ sid: 'Admin', actions: ['kms:*'], resources: ['*'], principals });
new Key(new NestedStack(stack, 'Nested'), 'Vault', { policy: new PolicyDocument({ statements: [admin] }) });
app.synth();
";

#[test]
fn the_oldest_version_reports_findings_failures_and_warnings() {
    let (Some(peers), Some(newest)) = (node_modules("cdk-oldest"), node_modules("cdk")) else { return };
    let project = Project::with(&peers, &newest, &[("app.js", APP)]);
    let run = project.node(&[]);
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    let message = "KMS would refuse key `Vault23237E5B`: `role/cdk-hnb659fds-cfn-exec-role-111122223333-eu-west-1` \
                   could not change its policy again";
    for part in [
        "locks-out-deployer (1 occurrences)",
        "- Construct Path: Keys/Nested/Vault/Resource\n",
        &format!("Description: {message}\n"),
        "> Properties.KeyPolicy.Statement.0.Principal.AWS\n",
        "at: cdk.out/KeysNested8517503B.nested.template.json:",
        concat!("Version: ", env!("CARGO_PKG_VERSION")),
    ] {
        assert!(run.stderr.contains(part), "{part}: {}", run.stderr);
    }
    assert_eq!(project.node(&[("JSON", "true")]).code, 1);
    let report = std::fs::read_to_string(project.path().join("cdk.out/policy-validation-report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let violation = &report["pluginReports"][0]["violations"][0];
    assert_eq!(
        (&violation["ruleName"], text(&violation["description"])),
        (&"locks-out-deployer".into(), message.into())
    );
    assert_eq!(violation["violatingConstructs"][0]["constructPath"], "Keys/Nested/Vault/Resource");
    let run = project.node(&[("CFN_LOCKOUT_BINARY", "/nowhere")]);
    assert!(run.code == 1 && run.stderr.contains("not checked: there is no program `/nowhere`"), "{}", run.stderr);
    // It keeps silent about warnings, so the plugin says them itself.
    let run = project.node(&[("OPTIONS", r#"{ "roleArn": "arn:aws:iam::111122223333:role/KeyAdmin" }"#)]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let warning = "warning[no-account-delegation]: only `role/KeyAdmin` can change the policy of key `Vault23237E5B`: \
                   no statement is for the account (cdk.out/KeysNested8517503B.nested.template.json:";
    assert!(run.stderr.contains(warning), "{}", run.stderr);
}
