//! What Ref and Fn::GetAtt return for resource types, as far as it follows from the template: a table of facts.
//!
//! Source of every row: AWS CloudFormation Template Reference, the type's page (`aws-resource-<service>-<type>.html`),
//! "Return values", with the ARN format of the Service Authorization Reference, "Resource types defined by …".

/// How a type's values follow from its name. In a form, `{P}` `{R}` `{A}` `{S}` are the partition, the Region, the account
/// and the partition's URL suffix; `{N}` is the resource's name, `{Path}` its IAM path, and `{?}` what AWS makes up.
#[derive(Debug)]
pub(super) struct Returns {
    /// The resource type.
    pub(super) kind: &'static str,
    /// The property that gives the name.
    pub(super) name: &'static str,
    /// What Ref returns; empty where it follows no rule that is known.
    pub(super) reference: &'static str,
    /// What Fn::GetAtt returns, by attribute. The name, and properties that are given, return themselves.
    pub(super) attributes: &'static [(&'static str, &'static str)],
}

/// The row of a resource type.
pub(super) fn of(kind: &str) -> Option<&'static Returns> {
    RETURNS.iter().find(|row| row.kind == kind)
}

/// Types of which Fn::GetAtt does not return the properties that the template gives, by how they begin: what a custom
/// resource returns is up to its provider, a stack returns its Outputs, SAM makes other resources of its own.
///
/// Source: AWS CloudFormation User Guide, "Custom resources", "Fn::GetAtt" of nested stacks.
const OF_THEIR_OWN: [&str; 4] =
    ["Custom::", "AWS::CloudFormation::CustomResource", "AWS::CloudFormation::Stack", "AWS::Serverless::"];

/// Services that write the names they are given in lower case. Source: their API references, "is stored as a lowercase string".
const LOWER_CASE: [&str; 8] = [
    "AWS::RDS::",
    "AWS::DocDB::",
    "AWS::Neptune::",
    "AWS::Redshift::",
    "AWS::ElastiCache::",
    "AWS::MemoryDB::",
    "AWS::DMS::",
    "AWS::DAX::",
];

/// Whether Fn::GetAtt of a property returns what the template gives for it.
///
/// Source: CloudFormation CLI User Guide, "Resource type handler contract": a read returns the properties as they were
/// given, except for those that cannot be read at all. Recorded answers of AWS show it for properties that no page lists.
pub(super) fn echoes(kind: &str, value: Option<&str>) -> bool {
    let begins = |names: &[&str]| names.iter().any(|name| kind.starts_with(name));
    let own = begins(&OF_THEIR_OWN) || kind.ends_with("::MODULE");
    let lowered = begins(&LOWER_CASE) && value.is_some_and(|value| value.contains(char::is_uppercase));
    !(own || lowered)
}

const fn row(
    kind: &'static str,
    name: &'static str,
    reference: &'static str,
    attributes: &'static [(&'static str, &'static str)],
) -> Returns {
    Returns { kind, name, reference, attributes }
}

/// The rows, by service.
const RETURNS: &[Returns] = &[
    row("AWS::Athena::WorkGroup", "Name", "{N}", &[]),
    row(
        "AWS::Backup::BackupVault",
        "BackupVaultName",
        "{N}",
        &[("BackupVaultArn", "arn:{P}:backup:{R}:{A}:backup-vault:{N}")],
    ),
    row("AWS::CloudFormation::Macro", "Name", "{N}", &[]),
    row("AWS::CloudTrail::Trail", "TrailName", "{N}", &[("Arn", "arn:{P}:cloudtrail:{R}:{A}:trail/{N}")]),
    row("AWS::CloudWatch::Alarm", "AlarmName", "{N}", &[("Arn", "arn:{P}:cloudwatch:{R}:{A}:alarm:{N}")]),
    row("AWS::CodeBuild::Project", "Name", "{N}", &[("Arn", "arn:{P}:codebuild:{R}:{A}:project/{N}")]),
    row(
        "AWS::CodeCommit::Repository",
        "RepositoryName",
        "",
        &[("Arn", "arn:{P}:codecommit:{R}:{A}:{N}"), ("Name", "{N}")],
    ),
    row("AWS::CodePipeline::Pipeline", "Name", "{N}", &[]),
    row("AWS::DynamoDB::GlobalTable", "TableName", "{N}", &[("Arn", "arn:{P}:dynamodb:{R}:{A}:table/{N}")]),
    row("AWS::DynamoDB::Table", "TableName", "{N}", &[("Arn", "arn:{P}:dynamodb:{R}:{A}:table/{N}")]),
    row("AWS::EC2::KeyPair", "KeyName", "{N}", &[]),
    row("AWS::ECR::Repository", "RepositoryName", "{N}", &[("Arn", "arn:{P}:ecr:{R}:{A}:repository/{N}")]),
    row("AWS::ECS::Cluster", "ClusterName", "{N}", &[("Arn", "arn:{P}:ecs:{R}:{A}:cluster/{N}")]),
    row("AWS::EKS::Cluster", "Name", "{N}", &[("Arn", "arn:{P}:eks:{R}:{A}:cluster/{N}")]),
    row("AWS::Events::EventBus", "Name", "{N}", &[("Arn", "arn:{P}:events:{R}:{A}:event-bus/{N}")]),
    row("AWS::IAM::Group", "GroupName", "{N}", &[("Arn", "arn:{P}:iam::{A}:group{Path}{N}")]),
    row(
        "AWS::IAM::InstanceProfile",
        "InstanceProfileName",
        "{N}",
        &[("Arn", "arn:{P}:iam::{A}:instance-profile{Path}{N}")],
    ),
    row(
        "AWS::IAM::ManagedPolicy",
        "ManagedPolicyName",
        "arn:{P}:iam::{A}:policy{Path}{N}",
        &[("PolicyArn", "arn:{P}:iam::{A}:policy{Path}{N}")],
    ),
    row("AWS::IAM::Role", "RoleName", "{N}", &[("Arn", "arn:{P}:iam::{A}:role{Path}{N}")]),
    row("AWS::IAM::User", "UserName", "{N}", &[("Arn", "arn:{P}:iam::{A}:user{Path}{N}")]),
    row("AWS::KMS::Alias", "AliasName", "{N}", &[]),
    row("AWS::KMS::Key", "", "{?}", &[("KeyId", "{?}"), ("Arn", "arn:{P}:kms:{R}:{A}:key/{?}")]),
    row("AWS::KMS::ReplicaKey", "", "{?}", &[("KeyId", "{?}"), ("Arn", "arn:{P}:kms:{R}:{A}:key/{?}")]),
    row("AWS::Kinesis::Stream", "Name", "{N}", &[("Arn", "arn:{P}:kinesis:{R}:{A}:stream/{N}")]),
    row(
        "AWS::KinesisFirehose::DeliveryStream",
        "DeliveryStreamName",
        "{N}",
        &[("Arn", "arn:{P}:firehose:{R}:{A}:deliverystream/{N}")],
    ),
    row("AWS::Lambda::Function", "FunctionName", "{N}", &[("Arn", "arn:{P}:lambda:{R}:{A}:function:{N}")]),
    row("AWS::Logs::LogGroup", "LogGroupName", "{N}", &[("Arn", "arn:{P}:logs:{R}:{A}:log-group:{N}:*")]),
    row("AWS::Logs::LogStream", "LogStreamName", "{N}", &[]),
    row(
        "AWS::S3::Bucket",
        "BucketName",
        "{N}",
        &[
            ("Arn", "arn:{P}:s3:::{N}"),
            ("RegionalDomainName", "{N}.s3.{R}.{S}"),
            ("DualStackDomainName", "{N}.s3.dualstack.{R}.{S}"),
        ],
    ),
    row("AWS::SNS::Topic", "TopicName", "arn:{P}:sns:{R}:{A}:{N}", &[("TopicArn", "arn:{P}:sns:{R}:{A}:{N}")]),
    row("AWS::SQS::Queue", "QueueName", "", &[("Arn", "arn:{P}:sqs:{R}:{A}:{N}")]),
    row("AWS::SSM::Document", "Name", "{N}", &[]),
    row("AWS::SSM::Parameter", "Name", "{N}", &[]),
    row(
        "AWS::SecretsManager::Secret",
        "Name",
        "arn:{P}:secretsmanager:{R}:{A}:secret:{N}-{?}",
        &[("Id", "arn:{P}:secretsmanager:{R}:{A}:secret:{N}-{?}")],
    ),
    row(
        "AWS::StepFunctions::StateMachine",
        "StateMachineName",
        "arn:{P}:states:{R}:{A}:stateMachine:{N}",
        &[("Arn", "arn:{P}:states:{R}:{A}:stateMachine:{N}"), ("Name", "{N}")],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_filled_in_whole() {
        for row in RETURNS {
            for form in row.attributes.iter().map(|(_, form)| *form).chain([row.reference]) {
                for (n, piece) in form.split(['{', '}']).enumerate() {
                    let known = ["P", "R", "A", "S", "N", "Path", "?"].contains(&piece);
                    assert_eq!(known, n % 2 == 1, "{}: {form}", row.kind);
                }
                assert!(!form.contains("{N}") || !row.name.is_empty(), "{}", row.kind);
            }
        }
        assert!(RETURNS.is_sorted_by(|a, b| a.kind < b.kind), "by service, each once");
    }
}
