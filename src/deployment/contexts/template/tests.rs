//! What templates say of the deployments of others.

use super::super::kinds::{Folder, lines};

fn of(resources: &str, files: &[(&str, &str)]) -> Vec<String> {
    lines("t.yaml", &format!("Resources:\n{resources}"), &mut Folder::of(files))
}

const KMS: (&str, &str) = ("templates/kms.yaml", "");

#[test]
fn a_stack_set_is_deployed_by_a_role_of_each_target() {
    let set = "  Keys:\n    Type: AWS::CloudFormation::StackSet\n    Properties:\n      PermissionModel: SELF_MANAGED\n      \
               TemplateURL: !Sub https://${Bucket}.s3.amazonaws.com/v1/templates/kms.yaml\n      Parameters:\n      \
               - { ParameterKey: Admin, ParameterValue: !Ref Admin }\n      - { ParameterKey: Env, ParameterValue: prod }\n";
    let groups = "      StackInstancesGroup:\n      - DeploymentTargets: { Accounts: ['111122223333'] }\n        \
                  Regions: [eu-west-1, cn-north-1]\n        ParameterOverrides: [{ ParameterKey: Env, ParameterValue: dev }]\n";
    let role = "AWSCloudFormationStackSetExecutionRole";
    assert_eq!(
        of(&format!("{set}{groups}"), &[KMS]),
        [
            format!(
                "Keys 111122223333 eu-west-1: templates/kms.yaml deployer=arn:aws:sts::111122223333:assumed-role/{role}/*@t.yaml:5 \
                 region=eu-west-1@t.yaml:12 Admin=? Env=prod Env=dev"
            ),
            format!(
                "Keys 111122223333 cn-north-1: templates/kms.yaml deployer=arn:aws-cn:sts::111122223333:assumed-role/{role}/*@t.yaml:5 \
                 region=cn-north-1@t.yaml:12 Admin=? Env=prod Env=dev"
            ),
        ]
    );
    let named = set.replace("      TemplateURL", "      ExecutionRoleName: Exec\n      TemplateURL");
    assert!(
        of(&named, &[KMS])[0]
            .starts_with("Keys: templates/kms.yaml deployer=arn:*:sts::*:assumed-role/Exec/*@t.yaml:6")
    );
    let managed = set.replace("SELF_MANAGED", "SERVICE_MANAGED");
    assert!(of(&managed, &[KMS])[0].contains("deployer=arn:*:iam::*:role/stacksets-exec-*@t.yaml:5"));
    let open = set.replace("SELF_MANAGED", "!Ref Model");
    assert!(of(&open, &[KMS])[0].ends_with("(the PermissionModel of the stack set is not told)"));
    let list = set.replace("      Parameters:\n", "      Parameters: !Ref All\n").replace("      - { Par", "#");
    assert!(of(&list, &[KMS])[0].ends_with(" ..."), "{:?}", of(&list, &[KMS]));
}

#[test]
fn the_action_of_a_pipeline_names_the_service_role() {
    let pipeline = "  Role:\n    Type: AWS::IAM::Role\n    Properties: { RoleName: !Sub '${Env}-cfn', Path: /ci/ }\n  Pipeline:\n    \
                    Type: AWS::CodePipeline::Pipeline\n    Properties:\n      Stages:\n      - Name: Prod\n        Actions:\n        \
                    - Name: Deploy\n          ActionTypeId: { Category: Deploy, Owner: AWS, Provider: CloudFormation, Version: '1' }\n          \
                    Region: eu-west-1\n          Configuration:\n            ActionMode: CREATE_UPDATE\n            StackName: vault\n            \
                    RoleArn: !GetAtt Role.Arn\n            TemplatePath: Source::templates/kms.yaml\n            \
                    TemplateConfiguration: Source::prod.json\n            \
                    ParameterOverrides: !Sub '{\"Env\": \"${Env}\", \"Art\": {\"Fn::GetParam\": [\"a\", \"b\", \"c\"]}, \"N\": \"x\"}'\n";
    let config = ("prod.json", "{\"Parameters\": {\"Admin\": \"Deploy\"}}");
    assert_eq!(
        of(pipeline, &[KMS, config]),
        ["Prod/Deploy: templates/kms.yaml role=arn:*:iam::*:role/ci/*-cfn@t.yaml:17 region=eu-west-1@t.yaml:13 \
          stack=vault@t.yaml:16 Admin=Deploy Env=? Art=? N=x"]
    );
    let found = of(&pipeline.replace("!GetAtt Role.Arn", "arn:aws:iam::111122223333:role/Cfn"), &[KMS]);
    assert!(found[0].contains("role=arn:aws:iam::111122223333:role/Cfn@") && found[0].ends_with(" ..."), "{found:?}");
    let executes = pipeline.replace("CREATE_UPDATE", "CHANGE_SET_EXECUTE");
    let wrong = of(&executes, &[KMS]);
    assert_eq!(wrong, ["t.yaml:1:1: no resource of this template says who deploys another template of the repository"]);
}

#[test]
fn a_launch_constraint_names_who_launches_the_product() {
    let constraint = "  Product:\n    Type: AWS::ServiceCatalog::CloudFormationProduct\n    Properties:\n      \
                      ProvisioningArtifactParameters:\n      - Info: { LoadTemplateFromURL: 'https://b.s3.amazonaws.com/kms.yaml' }\n  \
                      Launch:\n    Type: AWS::ServiceCatalog::LaunchRoleConstraint\n    Properties:\n      ProductId: !Ref Product\n      \
                      LocalRoleName: Launcher\n";
    let kms = ("kms.yaml", "");
    assert_eq!(
        of(constraint, &[kms]),
        ["Launch: kms.yaml deployer=arn:*:sts::*:assumed-role/Launcher/*@t.yaml:11 ..."]
    );
    let by_arn = constraint
        .replace("LocalRoleName: Launcher", "RoleArn: !Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/L'");
    assert!(of(&by_arn, &[kms])[0].contains("deployer=arn:*:iam::*:role/L@t.yaml:11"), "{:?}", of(&by_arn, &[kms]));
}

#[test]
fn a_sync_configuration_names_the_stack_of_a_deployment_file() {
    let sync = "  Sync:\n    Type: AWS::CodeStarConnections::SyncConfiguration\n    Properties:\n      ConfigFile: deploy/prod.yaml\n      \
                ResourceName: vault\n      RoleArn: arn:aws:iam::111122223333:role/Sync\n";
    let files = [("deploy/prod.yaml", "template-file-path: templates/kms.yaml\nparameters: { Admin: x }\n"), KMS];
    let found = of(sync, &files);
    assert!(found[0].starts_with("Sync: templates/kms.yaml stack=vault@t.yaml:6 Admin=x (Git sync uses"), "{found:?}");
}

#[test]
fn functions_in_each_other_end() {
    let deep = format!("{}x{}", "!Sub ['${A}', {A: ".repeat(40), "}]".repeat(40));
    let set = format!(
        "  S:\n    Type: AWS::CloudFormation::StackSet\n    Properties: {{ PermissionModel: SELF_MANAGED, TemplateURL: kms.yaml, \
         ExecutionRoleName: {deep} }}\n"
    );
    assert!(of(&set, &[("kms.yaml", "")])[0].contains("assumed-role/*/*"), "{:?}", of(&set, &[("kms.yaml", "")]));
    let circle = "  R:\n    Type: AWS::IAM::Role\n    Properties: { RoleName: !Ref R }\n  S:\n    \
                  Type: AWS::CloudFormation::StackSet\n    Properties: { PermissionModel: SELF_MANAGED, TemplateURL: kms.yaml, \
                  ExecutionRoleName: !Ref R }\n";
    assert!(of(circle, &[("kms.yaml", "")])[0].contains("assumed-role/*/*"));
}
