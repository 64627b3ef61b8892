//! Which resources use a KMS key that they are given, who calls KMS for them, and what that call has to be allowed: KMS facts
//! (j) as a table. Only what certainly has to be allowed is among `needs`; the whole of what AWS recommends is `asks`.
//!
//! Comes in: nothing. Goes out: [`KEY_USERS`], each row with the page it follows. Must not know: templates, policies.

use super::key_users::{Fails, KeyUser, ROW, Who};

const fn service(name: &'static str) -> Who {
    Who::Service { name, perhaps: &[] }
}
const TOPIC: (&str, &str) = ("AWS::SNS::Topic", "KmsMasterKeyId");
const QUEUE: (&str, &str) = ("AWS::SQS::Queue", "KmsMasterKeyId");
const BUCKET: (&str, &str) = (
    "AWS::S3::Bucket",
    "BucketEncryption.ServerSideEncryptionConfiguration.*.ServerSideEncryptionByDefault.KMSMasterKeyID",
);
const TEMPLATE: (&str, &str) = ("AWS::EC2::LaunchTemplate", "LaunchTemplateData.BlockDeviceMappings.*.Ebs.KmsKeyId");

const USE: &[&str] = &["kms:GenerateDataKey", "kms:Decrypt"];
const ASK_USE: &[&str] = &["kms:GenerateDataKey*", "kms:Decrypt"];
const ASK_ALL: &[&str] = &["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"];
const ASK_GRANT: &[&str] =
    &["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey", "kms:CreateGrant"];
const GRANT: &[&str] = &["kms:CreateGrant", "kms:DescribeKey"];
const EBS: &[&str] = &["kms:CreateGrant", "kms:GenerateDataKeyWithoutPlaintext"];

const LOST: &str = "nothing is delivered, and nobody is told";

const NOTIFICATION: KeyUser = KeyUser {
    kind: "AWS::S3::Bucket",
    who: service("s3.amazonaws.com"),
    needs: USE,
    asks: ASK_USE,
    condition: Some(("StringEquals", "aws:SourceAccount", "{A}")),
    fails: Fails::Deploy("Unable to validate the following destination configurations"),
    source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html",
    ..ROW
};

const EVENTS: KeyUser = KeyUser {
    kind: "AWS::Events::Rule",
    through: &[TOPIC, QUEUE],
    who: service("events.amazonaws.com"),
    needs: USE,
    asks: ASK_USE,
    fails: Fails::Later(LOST),
    source: "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-troubleshooting.html",
    ..ROW
};

const ALARM: KeyUser = KeyUser {
    kind: "AWS::CloudWatch::Alarm",
    through: &[TOPIC],
    who: service("cloudwatch.amazonaws.com"),
    needs: USE,
    asks: ASK_USE,
    fails: Fails::Later(LOST),
    source: "https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html",
    ..ROW
};

const SUBSCRIPTION: KeyUser = KeyUser {
    kind: "AWS::SNS::Subscription",
    property: "Endpoint",
    through: &[QUEUE],
    who: service("sns.amazonaws.com"),
    needs: USE,
    asks: ASK_USE,
    fails: Fails::Later(LOST),
    source: "https://docs.aws.amazon.com/sns/latest/dg/sns-enable-encryption-for-topic-sqs-queue-subscriptions.html",
    ..ROW
};

const GROUP: KeyUser = KeyUser {
    kind: "AWS::AutoScaling::AutoScalingGroup",
    through: &[TEMPLATE],
    who: Who::Linked {
        role: "arn:{P}:iam::{A}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling",
        unless: "ServiceLinkedRoleARN",
        via: "ec2",
    },
    needs: EBS,
    asks: ASK_GRANT,
    fails: Fails::Later("instances are terminated again: \"Client.InternalError: Client error on launch\""),
    source: "https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html",
    ..ROW
};

const VOLUME: KeyUser = KeyUser {
    kind: "AWS::EC2::Volume",
    property: "KmsKeyId",
    who: Who::Deployer("ec2"),
    needs: EBS,
    asks: ASK_GRANT,
    source: "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html",
    ..ROW
};

const TABLE: KeyUser = KeyUser {
    kind: "AWS::DynamoDB::Table",
    property: "SSESpecification.KMSMasterKeyId",
    who: Who::Deployer("dynamodb"),
    // Tables were created under policies that leave Encrypt and Decrypt out (aws-cdk, integ.dynamodb.sse).
    needs: GRANT,
    asks: ASK_GRANT,
    fails: Fails::Deploy("KMS key access denied error"),
    source: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html",
    ..ROW
};

const DATABASE: KeyUser = KeyUser {
    kind: "AWS::RDS::DBInstance",
    property: "KmsKeyId",
    // The key of these is that of what they are made from, or part of.
    without: &["DBClusterIdentifier", "SourceDBInstanceIdentifier", "DBSnapshotIdentifier", "SnapshotIdentifier"],
    who: Who::Deployer("rds"),
    needs: GRANT,
    asks: GRANT,
    fails: Fails::Deploy("KMSKeyNotAccessibleFault"),
    source: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.Keys.html",
    ..ROW
};

const DOMAIN: KeyUser = KeyUser {
    kind: "AWS::OpenSearchService::Domain",
    property: "EncryptionAtRestOptions.KmsKeyId",
    who: Who::Deployer("es"),
    needs: GRANT,
    asks: GRANT,
    fails: Fails::Deploy("Error in Accessing KmsKeyID with details"),
    source: "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/encryption-at-rest.html",
    ..ROW
};

const VAULT: KeyUser = KeyUser {
    kind: "AWS::Backup::BackupVault",
    property: "EncryptionKeyArn",
    who: Who::Deployer("backup"),
    needs: &["kms:CreateGrant", "kms:GenerateDataKey", "kms:DescribeKey"],
    asks: &["kms:CreateGrant", "kms:GenerateDataKey", "kms:Decrypt", "kms:RetireGrant", "kms:DescribeKey"],
    fails: Fails::Deploy(
        "Insufficient privileges to create a backup vault. Creating a backup vault requires backup-storage and KMS permissions.",
    ),
    source: "https://docs.aws.amazon.com/aws-backup/latest/devguide/access-control.html",
    ..ROW
};

const CONFIG: KeyUser = KeyUser {
    kind: "AWS::Config::DeliveryChannel",
    linked: Some(("AWS::Config::ConfigurationRecorder", "RoleARN")),
    who: service("config.amazonaws.com"),
    needs: USE,
    asks: ASK_USE,
    condition: Some(("StringEquals", "aws:SourceAccount", "{A}")),
    fails: Fails::Later("configuration snapshots and history are not delivered"),
    source: "https://docs.aws.amazon.com/config/latest/developerguide/s3-kms-key-policy.html",
    ..ROW
};

const TRAIL: KeyUser = KeyUser {
    kind: "AWS::CloudTrail::Trail",
    property: "KMSKeyId",
    who: service("cloudtrail.amazonaws.com"),
    needs: &["kms:GenerateDataKey"],
    asks: &["kms:GenerateDataKey*", "kms:DescribeKey"],
    carries: &[
        ("aws:SourceArn", "arn:{P}:cloudtrail:{R}:{A}:trail/{N}"),
        ("kms:EncryptionContext:aws:cloudtrail:arn", "arn:{P}:cloudtrail:{R}:{A}:trail/{N}"),
    ],
    fails: Fails::Deploy("Insufficient permissions to access S3 bucket … or KMS key …"),
    source: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html",
    ..ROW
};

/// KMS facts (j).
pub(crate) const KEY_USERS: &[KeyUser] = &[
    KeyUser {
        kind: "AWS::Logs::LogGroup",
        property: "KmsKeyId",
        who: Who::Service { name: "logs.{R}.amazonaws.com", perhaps: &["logs.amazonaws.com"] },
        needs: USE,
        asks: &["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
        carries: &[("kms:EncryptionContext:aws:logs:arn", "arn:{P}:logs:{R}:{A}:log-group:{N}")],
        condition: Some(("ArnLike", "kms:EncryptionContext:aws:logs:arn", "arn:{P}:logs:{R}:{A}:*")),
        fails: Fails::Deploy("The specified KMS key does not exist or is not allowed to be used with Arn"),
        source: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html",
        ..ROW
    },
    TRAIL,
    KeyUser {
        kind: "AWS::CloudTrail::EventDataStore",
        property: "KmsKeyId",
        needs: USE,
        asks: USE,
        carries: &[],
        fails: Fails::Unverified,
        ..TRAIL
    },
    KeyUser { property: "NotificationConfiguration.TopicConfigurations.*.Topic", through: &[TOPIC], ..NOTIFICATION },
    KeyUser { property: "NotificationConfiguration.QueueConfigurations.*.Queue", through: &[QUEUE], ..NOTIFICATION },
    KeyUser { property: "Targets.*.Arn", ..EVENTS },
    KeyUser { property: "Targets.*.DeadLetterConfig.Arn", through: &[QUEUE], ..EVENTS },
    KeyUser { property: "AlarmActions.*", ..ALARM },
    KeyUser { property: "OKActions.*", ..ALARM },
    KeyUser { property: "InsufficientDataActions.*", ..ALARM },
    KeyUser { kind: "AWS::CloudWatch::CompositeAlarm", property: "AlarmActions.*", ..ALARM },
    SUBSCRIPTION,
    KeyUser { kind: "AWS::SNS::Topic", property: "Subscription.*.Endpoint", ..SUBSCRIPTION },
    KeyUser { property: "LaunchTemplate.LaunchTemplateId", ..GROUP },
    KeyUser { property: "MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification.LaunchTemplateId", ..GROUP },
    VOLUME,
    KeyUser { kind: "AWS::EC2::Instance", property: "BlockDeviceMappings.*.Ebs.KmsKeyId", ..VOLUME },
    TABLE,
    KeyUser { kind: "AWS::DynamoDB::GlobalTable", property: "Replicas.*.SSESpecification.KMSMasterKeyId", ..TABLE },
    KeyUser {
        kind: "AWS::SecretsManager::Secret",
        property: "KmsKeyId",
        // Without a value nothing is encrypted.
        with: &["SecretString", "GenerateSecretString"],
        who: Who::Deployer("secretsmanager"),
        needs: USE,
        asks: &["kms:GenerateDataKey", "kms:Decrypt"],
        fails: Fails::Deploy("Access to KMS is not allowed"),
        source: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html",
        ..ROW
    },
    KeyUser {
        kind: "AWS::Lambda::Function",
        property: "KmsKeyArn",
        with: &["Environment"],
        who: Who::Deployer("lambda"),
        needs: &["kms:CreateGrant", "kms:Encrypt"],
        asks: &["kms:CreateGrant", "kms:Encrypt", "kms:Decrypt", "kms:DescribeKey"],
        fails: Fails::Deploy(
            "Lambda was unable to configure access to your environment variables because the KMS key is invalid for CreateGrant",
        ),
        source: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html",
        ..ROW
    },
    DATABASE,
    KeyUser { kind: "AWS::RDS::DBCluster", ..DATABASE },
    VAULT,
    KeyUser {
        who: service("backup-storage.amazonaws.com"),
        needs: USE,
        by_grant: true,
        fails: Fails::Later("backup jobs fail: \"access to KMS key is denied\""),
        source: "https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html",
        ..VAULT
    },
    KeyUser { property: "S3KmsKeyArn", ..CONFIG },
    KeyUser { property: "S3BucketName", through: &[BUCKET], without: &["S3KmsKeyArn"], ..CONFIG },
    KeyUser {
        kind: "AWS::Route53::KeySigningKey",
        property: "KeyManagementServiceArn",
        who: service("dnssec-route53.amazonaws.com"),
        needs: &["kms:DescribeKey", "kms:GetPublicKey", "kms:Sign", "kms:CreateGrant"],
        asks: &["kms:DescribeKey", "kms:GetPublicKey", "kms:Sign", "kms:CreateGrant"],
        fails: Fails::Deploy("did not grant all required permissions for DNSSEC usage"),
        source: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/access-control-managing-permissions.html#KMS-key-policy-for-DNSSEC",
        ..ROW
    },
    DOMAIN,
    KeyUser { kind: "AWS::Elasticsearch::Domain", ..DOMAIN },
    KeyUser {
        kind: "AWS::S3::Bucket",
        property: "InventoryConfigurations.*.Destination.BucketArn",
        through: &[BUCKET],
        who: service("s3.amazonaws.com"),
        needs: &["kms:GenerateDataKey"],
        asks: &["kms:GenerateDataKey"],
        condition: Some(("StringEquals", "aws:SourceAccount", "{A}")),
        fails: Fails::Later("no inventory is written"),
        source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/configure-inventory.html#configure-inventory-kms-key-policy",
        ..ROW
    },
    KeyUser {
        kind: "AWS::S3::Bucket",
        property: "ReplicationConfiguration.Rules.*.Destination.EncryptionConfiguration.ReplicaKmsKeyID",
        who: Who::Role("ReplicationConfiguration.Role"),
        needs: &["kms:Encrypt"],
        asks: &["kms:Encrypt"],
        fails: Fails::Later("objects are not replicated"),
        source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html",
        ..ROW
    },
    KeyUser {
        kind: "AWS::S3::StorageLens",
        property: "StorageLensConfiguration.DataExport.S3BucketDestination.Encryption.SSEKMS.KeyId",
        who: service("storage-lens.s3.amazonaws.com"),
        needs: &["kms:GenerateDataKey"],
        asks: &["kms:GenerateDataKey"],
        condition: Some(("StringEquals", "aws:SourceAccount", "{A}")),
        fails: Fails::Later("no metrics are exported"),
        source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage_lens_encrypt_permissions.html",
        ..ROW
    },
    KeyUser {
        kind: "AWS::EC2::FlowLog",
        property: "LogDestination",
        through: &[BUCKET],
        who: service("delivery.logs.amazonaws.com"),
        needs: &["kms:GenerateDataKey"],
        asks: ASK_ALL,
        condition: Some(("StringEquals", "aws:SourceAccount", "{A}")),
        fails: Fails::Later("no log files are delivered"),
        source: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html",
        ..ROW
    },
    KeyUser {
        kind: "AWS::SES::ReceiptRule",
        property: "Rule.Actions.*.S3Action.KmsKeyArn",
        who: service("ses.amazonaws.com"),
        needs: USE,
        asks: ASK_USE,
        condition: Some(("StringEquals", "aws:SourceAccount", "{A}")),
        source: "https://docs.aws.amazon.com/ses/latest/dg/receiving-email-permissions.html",
        ..ROW
    },
    KeyUser {
        kind: "AWS::KinesisFirehose::DeliveryStream",
        property: "DeliveryStreamEncryptionConfigurationInput.KeyARN",
        who: Who::Deployer("firehose"),
        needs: &["kms:CreateGrant"],
        asks: &["kms:CreateGrant"],
        source: "https://docs.aws.amazon.com/firehose/latest/dev/encryption.html",
        ..ROW
    },
    KeyUser {
        kind: "AWS::KinesisFirehose::DeliveryStream",
        property: "ExtendedS3DestinationConfiguration.EncryptionConfiguration.KMSEncryptionConfig.AWSKMSKeyARN",
        who: Who::Role("ExtendedS3DestinationConfiguration.RoleARN"),
        needs: &["kms:GenerateDataKey"],
        asks: &["kms:GenerateDataKey", "kms:Decrypt"],
        fails: Fails::Later("records are not delivered"),
        source: "https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html",
        ..ROW
    },
    KeyUser {
        kind: "AWS::CodePipeline::Pipeline",
        property: "ArtifactStore.EncryptionKey.Id",
        who: Who::Role("RoleArn"),
        needs: USE,
        asks: ASK_ALL,
        fails: Fails::Later("the pipeline's stages fail"),
        source: "https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-create-cross-account.html",
        ..ROW
    },
    KeyUser {
        kind: "AWS::EFS::FileSystem",
        property: "KmsKeyId",
        who: Who::Deployer("elasticfilesystem"),
        needs: GRANT,
        asks: GRANT,
        source: "https://docs.aws.amazon.com/efs/latest/ug/EFSKMS.html",
        ..ROW
    },
    KeyUser {
        kind: "AWS::EKS::Cluster",
        property: "EncryptionConfig.*.Provider.KeyArn",
        who: Who::Deployer("eks"),
        needs: GRANT,
        asks: GRANT,
        source: "https://docs.aws.amazon.com/eks/latest/userguide/enable-kms.html",
        ..ROW
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_whole_and_cites_its_page() {
        for row in KEY_USERS {
            assert!(row.kind.starts_with("AWS::") && !row.property.is_empty(), "{row:?}");
            assert!(
                !row.needs.is_empty() && !row.asks.is_empty() && row.source.starts_with("https://docs.aws"),
                "{row:?}"
            );
            for need in row.needs {
                let asked = row.asks.iter().any(|ask| need.starts_with(ask.trim_end_matches('*')));
                assert!(asked, "{}: {need} is not among what the help prints", row.kind);
            }
        }
    }
}
