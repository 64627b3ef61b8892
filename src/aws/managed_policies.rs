//! AWS managed policies that deployers really carry, as far as they speak of AWS KMS.
//!
//! Source: AWS Managed Policy Reference Guide, one page per policy:
//! docs.aws.amazon.com/aws-managed-policy/latest/reference/<name>.html. Actions of other services are left out: no
//! statement here is about them.

/// A managed policy: its name, and a document with what it allows of AWS KMS.
const POLICIES: [(&str, &str); 7] = [
    ("AdministratorAccess", r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#),
    (
        "PowerUserAccess",
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":["iam:*","organizations:*","account:*"],"Resource":"*"}]}"#,
    ),
    (
        "AWSKeyManagementServicePowerUser",
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["kms:CreateAlias","kms:CreateKey","kms:DeleteAlias","kms:Describe*","kms:GenerateRandom","kms:Get*","kms:List*","kms:TagResource","kms:UntagResource"],"Resource":"*"}]}"#,
    ),
    (
        "ReadOnlyAccess",
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["kms:Describe*","kms:Get*","kms:List*"],"Resource":"*"}]}"#,
    ),
    ("AWSCloudFormationFullAccess", NOTHING),
    ("AWSCloudFormationReadOnlyAccess", NOTHING),
    ("IAMFullAccess", NOTHING),
];

/// A policy without a word about AWS KMS.
const NOTHING: &str = r#"{"Version":"2012-10-17","Statement":[]}"#;

/// The document of the managed policy that an ARN (`arn:aws:iam::aws:policy/AdministratorAccess`) names.
pub(crate) fn managed_policy(arn: &str) -> Option<&'static str> {
    let (head, path) = arn.split_once(":iam::aws:policy/")?;
    let name = path.rsplit('/').next()?;
    let known = POLICIES.iter().find(|(known, _)| *known == name);
    known.filter(|_| head.starts_with("arn:aws")).map(|(_, document)| *document)
}

/// The names of the policies in the table.
pub(crate) fn managed_policy_names() -> Vec<&'static str> {
    POLICIES.iter().map(|(name, _)| *name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_names_its_document_and_every_document_is_json() {
        assert!(managed_policy("arn:aws:iam::aws:policy/AdministratorAccess").is_some());
        assert!(managed_policy("arn:aws-cn:iam::aws:policy/PowerUserAccess").is_some());
        assert!(managed_policy("arn:aws:iam::111122223333:policy/AdministratorAccess").is_none());
        for (name, document) in POLICIES {
            assert!(serde_json::from_str::<serde_json::Value>(document).is_ok(), "{name}");
        }
    }
}
