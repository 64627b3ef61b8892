//! Templates that deploy other templates of their repository, and the files of further tools.

use crate::contexts_workflows::{KMS, rows};
use crate::support::{folder, report_in, run_in};

const STACK_SET: &str = r#"Parameters:
  Bucket: { Type: String }
Resources:
  Keys:
    Type: AWS::CloudFormation::StackSet
    Properties:
      StackSetName: keys
      PermissionModel: SELF_MANAGED
      TemplateURL: !Sub https://${Bucket}.s3.amazonaws.com/v1/infra/kms.yaml
      Parameters:
        - { ParameterKey: Admin, ParameterValue: AWSCloudFormationStackSetExecutionRole }
      StackInstancesGroup:
        - DeploymentTargets: { Accounts: ["111122223333"] }
          Regions: [eu-west-1]
        - DeploymentTargets: { Accounts: ["444455556666"] }
          Regions: [eu-west-1]
          ParameterOverrides:
            - { ParameterKey: Admin, ParameterValue: KeyAdmin }
"#;

#[test]
fn a_stack_set_deploys_with_a_role_of_each_account() {
    let files = folder(&[(".git/HEAD", ""), ("infra/kms.yaml", KMS), ("stacksets/keys.yaml", STACK_SET)]);
    let role = "assumed-role/AWSCloudFormationStackSetExecutionRole/*";
    let expected = [
        format!("Keys 111122223333 eu-west-1: arn:aws:sts::111122223333:{role} safe"),
        format!("Keys 444455556666 eu-west-1: arn:aws:sts::444455556666:{role} lockout"),
    ];
    for args in [&["check", "infra", "--from", "stacksets/keys.yaml"][..], &["check", "."]] {
        assert_eq!(rows(&report_in(files.path(), args).0), expected, "{args:?}");
    }
    let managed = STACK_SET.replace("SELF_MANAGED", "SERVICE_MANAGED");
    let managed = managed.replace("Accounts: [\"111122223333\"]", "OrganizationalUnitIds: [ou-a1b2-c3d4e5f6]");
    let files = folder(&[(".git/HEAD", ""), ("infra/kms.yaml", KMS), ("stacksets/keys.yaml", &managed)]);
    let found = rows(&report_in(files.path(), &["check", "."]).0);
    assert_eq!(found[0], "Keys eu-west-1: arn:aws:iam::*:role/stacksets-exec-* lockout");
}

const PIPELINE: &str = r#"Resources:
  Deployer:
    Type: AWS::IAM::Role
    Properties:
      RoleName: cfn-deployer
      AssumeRolePolicyDocument: {}
  Pipeline:
    Type: AWS::CodePipeline::Pipeline
    Properties:
      RoleArn: !GetAtt PipelineRole.Arn
      Stages:
        - Name: Source
          Actions: []
        - Name: Prod
          Actions:
            - Name: Keys
              ActionTypeId: { Category: Deploy, Owner: AWS, Provider: CloudFormation, Version: "1" }
              Configuration:
                ActionMode: CREATE_UPDATE
                StackName: keys
                RoleArn: !GetAtt Deployer.Arn
                TemplatePath: Source::infra/kms.yaml
                TemplateConfiguration: Source::config/prod.json
"#;

#[test]
fn a_pipeline_hands_its_role_to_cloudformation() {
    let config = r#"{ "Parameters": { "Admin": "cfn-deployer" } }"#;
    let all =
        [(".git/HEAD", ""), ("infra/kms.yaml", KMS), ("pipelines/p.yaml", PIPELINE), ("config/prod.json", config)];
    let files = folder(&all);
    let deployer = "arn:*:sts::*:assumed-role/cfn-deployer/AWSCloudFormation";
    assert_eq!(rows(&report_in(files.path(), &["check", "."]).0), [format!("Prod/Keys: {deployer} safe")]);
    // Without the file, nobody knows the values: a Default is none.
    let files = folder(&all[..3]);
    assert_eq!(rows(&report_in(files.path(), &["check", "."]).0), [format!("Prod/Keys: {deployer} undecided")]);
    let broken = folder(&[all[0], all[1], all[2], ("config/prod.json", "{ \"Parameters\": [1] }")]);
    let run = run_in(broken.path(), &["check", "infra", "--from", "pipelines/p.yaml"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("config/prod.json:1:"), "{}", run.stderr);
}

#[test]
fn further_tools_name_their_roles() {
    let deployer = "arn:aws:sts::111122223333:assumed-role/Deploy/AWSCloudFormation safe";
    let kms = KMS.replace("Nobody", "Deploy");
    let serverless = "service: vault\nprovider:\n  name: aws\n  iam:\n    deploymentRole: arn:aws:iam::111122223333:role/Deploy\n\
                      resources: ${file(kms.yaml)}\n";
    let files = folder(&[(".git/HEAD", ""), ("kms.yaml", &kms), ("serverless.yml", serverless)]);
    assert_eq!(rows(&report_in(files.path(), &["check", "."]).0), [format!("vault: {deployer}")]);
    let stack = "template:\n  path: kms.yaml\n  type: file\nparameters:\n  Admin: Deploy\n";
    let group =
        "project_code: p\nregion: eu-west-1\ncloudformation_service_role: arn:aws:iam::111122223333:role/Deploy\n";
    let files = folder(&[
        (".git/HEAD", ""),
        ("templates/kms.yaml", KMS),
        ("config/config.yaml", group),
        ("config/prod/config.yaml", "region: eu-west-2\n"),
        ("config/prod/kms.yaml", stack),
    ]);
    assert_eq!(rows(&report_in(files.path(), &["check", "."]).0), [format!("kms: {deployer}")]);
    let tasks = "Vault:\n  Type: update-stacks\n  Template: ./kms.yaml\n  StackName: vault\n  TaskRoleName: Deploy\n";
    let files = folder(&[(".git/HEAD", ""), ("kms.yaml", &kms), ("organization-tasks.yml", tasks)]);
    assert_eq!(rows(&report_in(files.path(), &["check", "."]).0), ["Vault: arn:*:iam::*:role/Deploy safe"]);
}

#[test]
fn files_of_other_kinds_are_nobodys_business() {
    let files = folder(&[
        ("kms.yaml", KMS),
        ("jinja.yaml", "Resources:\n{% if x %}\n  A: { Type: AWS::CloudFormation::StackSet }\n{% endif %}\n"),
        ("twice.yaml", "service: a\nservice: b\n"),
    ]);
    let run = run_in(files.path(), &["check", ".", "--fail-on", "never"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
}
