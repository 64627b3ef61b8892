//! AWS managed policies that deployers really carry, as far as they speak of AWS KMS.
//!
//! Source: AWS Managed Policy Reference Guide, one page per policy:
//! docs.aws.amazon.com/aws-managed-policy/latest/reference/<name>.html. Actions of other services are left out: no
//! statement here is about them. Of the policies for people and roles only the first two allow kms:PutKeyPolicy.

/// What a managed policy says of AWS KMS.
enum Says {
    /// Allows these actions on every resource.
    Allows(&'static [&'static str]),
    /// Allows every action but these.
    AllowsAllBut(&'static [&'static str]),
    /// Denies these actions on every resource.
    Denies(&'static [&'static str]),
    /// Nothing.
    Nothing,
}

use Says::{Allows, AllowsAllBut, Denies, Nothing};

/// By name, without path.
const POLICIES: [(&str, Says); 35] = [
    ("AdministratorAccess", Allows(&["*"])),
    ("PowerUserAccess", AllowsAllBut(&["iam:*", "organizations:*", "account:*"])),
    (
        "AWSKeyManagementServicePowerUser",
        Allows(&[
            "kms:CreateAlias",
            "kms:CreateKey",
            "kms:DeleteAlias",
            "kms:Describe*",
            "kms:GenerateRandom",
            "kms:Get*",
            "kms:List*",
            "kms:TagResource",
            "kms:UntagResource",
        ]),
    ),
    (
        "SystemAdministrator",
        Allows(&[
            "kms:CreateAlias",
            "kms:CreateKey",
            "kms:DeleteAlias",
            "kms:Describe*",
            "kms:GenerateRandom",
            "kms:Get*",
            "kms:List*",
            "kms:Encrypt",
            "kms:ReEncrypt*",
        ]),
    ),
    ("AWSCloudTrail_FullAccess", Allows(&["kms:CreateKey", "kms:CreateAlias", "kms:ListKeys", "kms:ListAliases"])),
    ("ReadOnlyAccess", Allows(&["kms:Describe*", "kms:Get*", "kms:List*"])),
    ("SecurityAudit", Allows(&["kms:Describe*", "kms:Get*", "kms:List*"])),
    ("ViewOnlyAccess", Allows(&["kms:ListKeys", "kms:ListResourceTags"])),
    ("DatabaseAdministrator", Allows(&["kms:ListKeys"])),
    ("AWSLambda_FullAccess", Allows(&["kms:DescribeKey", "kms:ListAliases"])),
    ("AmazonDynamoDBFullAccess", Allows(&["kms:DescribeKey", "kms:ListAliases"])),
    ("SecretsManagerReadWrite", Allows(&["kms:DescribeKey", "kms:ListAliases", "kms:ListKeys"])),
    ("AWSCloudFormationFullAccess", Nothing),
    ("AWSCloudFormationReadOnlyAccess", Nothing),
    ("AWSCodeDeployRoleForCloudFormation", Nothing),
    ("AWSCodePipeline_FullAccess", Nothing),
    ("AWSCodeBuildAdminAccess", Nothing),
    ("AWSCodeStarFullAccess", Nothing),
    ("AWSServiceCatalogAdminFullAccess", Nothing),
    ("AWSServiceCatalogEndUserFullAccess", Nothing),
    ("AWSOrganizationsFullAccess", Nothing),
    ("AWSSupportAccess", Nothing),
    ("AdministratorAccess-Amplify", Nothing),
    ("AdministratorAccess-AWSElasticBeanstalk", Nothing),
    ("AmazonEC2FullAccess", Nothing),
    ("AmazonRDSFullAccess", Nothing),
    ("AmazonS3FullAccess", Nothing),
    ("AmazonSSMFullAccess", Nothing),
    ("CloudWatchLogsFullAccess", Nothing),
    ("IAMFullAccess", Nothing),
    ("NetworkAdministrator", Nothing),
    ("Billing", Nothing),
    // Organizations User Guide, orgs_manage_policies_scps.html and orgs_manage_policies_rcps.html.
    ("FullAWSAccess", Allows(&["*"])),
    ("RCPFullAWSAccess", Allows(&["*"])),
    ("AWSDenyAll", Denies(&["*"])),
];

/// The document of the managed policy that an ARN (`arn:aws:iam::aws:policy/AdministratorAccess`) names, as JSON.
pub(crate) fn managed_policy(arn: &str) -> Option<String> {
    let (head, path) = arn.split_once(":iam::aws:policy/").or_else(|| arn.split_once(":organizations::aws:policy/"))?;
    let name = path.rsplit('/').next()?;
    let (_, says) = POLICIES.iter().find(|(known, _)| *known == name)?;
    super::is_partition(head.strip_prefix("arn:")?).then(|| document(says))
}

fn document(says: &Says) -> String {
    let list = |actions: &[&str]| actions.iter().map(|action| format!("\"{action}\"")).collect::<Vec<_>>().join(",");
    let statement = match says {
        Allows(actions) => format!(r#"{{"Effect":"Allow","Action":[{}],"Resource":"*"}}"#, list(actions)),
        AllowsAllBut(actions) => format!(r#"{{"Effect":"Allow","NotAction":[{}],"Resource":"*"}}"#, list(actions)),
        Denies(actions) => format!(r#"{{"Effect":"Deny","Action":[{}],"Resource":"*"}}"#, list(actions)),
        Nothing => String::new(),
    };
    format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_names_its_document_and_every_document_is_json() {
        for arn in [
            "arn:aws:iam::aws:policy/AdministratorAccess",
            "arn:aws-cn:iam::aws:policy/PowerUserAccess",
            "arn:aws:iam::aws:policy/job-function/SystemAdministrator",
            "arn:aws:organizations::aws:policy/service_control_policy/FullAWSAccess",
        ] {
            assert!(managed_policy(arn).is_some(), "{arn}");
        }
        for arn in ["arn:aws:iam::111122223333:policy/AdministratorAccess", "arn:amazon:iam::aws:policy/ReadOnlyAccess"]
        {
            assert!(managed_policy(arn).is_none(), "{arn}");
        }
        for (name, says) in &POLICIES {
            assert!(serde_json::from_str::<serde_json::Value>(&document(says)).is_ok(), "{name}");
        }
    }
}
