//! The calls that CloudFormation's handlers of keys make as the deployer beside the one that the lockout check simulates, as
//! data: what in the template leads to the call, where it has to be allowed, and what AWS says where it is not.
//!
//! Sources: aws-cloudformation-resource-providers-kms, the handlers of AWS::KMS::Key, AWS::KMS::ReplicaKey and
//! AWS::KMS::Alias with the permissions of their schemas; KMS Developer Guide, create-keys.html, alias-access.html,
//! tag-permissions.html and multi-region-keys-auth.html. Calls whose refusal the handlers ignore (GetKeyPolicy,
//! GetKeyRotationStatus and ListResourceTags of a key) are no rows. Must not know: templates, policies.

/// What leads to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Because {
    /// The key itself.
    Key,
    /// This property has this value.
    Is(&'static str, &'static str),
    /// This property is given, and not empty.
    Given(&'static str),
    /// Something in the template reads the key's ARN with Fn::GetAtt.
    ArnIsRead,
    /// An AWS::KMS::Alias targets the key.
    Alias,
    /// An AWS::KMS::ReplicaKey replicates the key.
    Replica,
}

/// Which policies have to allow a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Authority {
    /// The key policy, or IAM where it delegates.
    Key,
    /// IAM alone; the call is on no key in particular.
    Iam,
    /// IAM alone, on the keys of the account.
    IamOnKeys,
    /// IAM alone, on the alias.
    IamOnAlias,
}

/// When a call is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// While the stack is created.
    Create,
    /// When it is rolled back or deleted.
    Delete,
}

/// One call of a handler.
#[derive(Debug)]
pub(crate) struct HandlerCall {
    /// The types of keys to which it belongs.
    pub(crate) kinds: &'static [&'static str],
    /// What leads to it.
    pub(crate) because: Because,
    /// The action.
    pub(crate) action: &'static str,
    /// Which policies have to allow it.
    pub(crate) authority: Authority,
    /// When it is made.
    pub(crate) stage: Stage,
    /// What AWS says where it is denied.
    pub(crate) says: &'static str,
}

const KEY: &str = "AWS::KMS::Key";
const REPLICA: &str = "AWS::KMS::ReplicaKey";
const BOTH: &[&str] = &[KEY, REPLICA];

const fn create(
    kinds: &'static [&'static str],
    because: Because,
    action: &'static str,
    authority: Authority,
    says: &'static str,
) -> HandlerCall {
    HandlerCall { kinds, because, action, authority, stage: Stage::Create, says }
}

const fn delete(because: Because, action: &'static str, authority: Authority, says: &'static str) -> HandlerCall {
    HandlerCall { kinds: BOTH, because, action, authority, stage: Stage::Delete, says }
}

/// KMS facts (h), call by call, in the order in which they are made.
pub(crate) const HANDLER_CALLS: &[HandlerCall] = &[
    // KMSDG create-keys: "kms:CreateKey in an IAM policy"; there is no key yet whose policy could allow it.
    create(
        BOTH,
        Because::Key,
        "kms:CreateKey",
        Authority::Iam,
        "is not authorized to perform: kms:CreateKey because no identity-based policy allows the kms:CreateKey action",
    ),
    // KMSDG tag-permissions: "Including this permission in the key policy of the new KMS key isn't sufficient".
    create(
        BOTH,
        Because::Given("Tags"),
        "kms:TagResource",
        Authority::IamOnKeys,
        "You don't have the kms:TagResource permission that is required to add tags during key creation",
    ),
    create(
        &[KEY],
        Because::Is("EnableKeyRotation", "true"),
        "kms:EnableKeyRotation",
        Authority::Key,
        "Access denied for operation 'EnableKeyRotation'",
    ),
    // The replica's handler polls until the replica is there.
    create(&[REPLICA], Because::Key, "kms:DescribeKey", Authority::Key, "Access denied for operation 'DescribeKey'"),
    create(
        BOTH,
        Because::Is("Enabled", "false"),
        "kms:DisableKey",
        Authority::Key,
        "Access denied for operation 'DisableKey'",
    ),
    // Fn::GetAtt calls the read handler.
    create(
        &[KEY],
        Because::ArnIsRead,
        "kms:DescribeKey",
        Authority::Key,
        "Unable to retrieve Arn attribute for AWS::KMS::Key, with error message Access denied for operation 'DescribeKey'",
    ),
    // KMSDG alias-access: on the alias by IAM, and on the key.
    create(BOTH, Because::Alias, "kms:CreateAlias", Authority::Key, "Access denied for operation 'CreateAlias'"),
    create(BOTH, Because::Alias, "kms:CreateAlias", Authority::IamOnAlias, "Access denied for operation 'CreateAlias'"),
    // KMSDG multi-region-keys-auth: kms:ReplicateKey on the primary key, by its policy.
    create(&[KEY], Because::Replica, "kms:ReplicateKey", Authority::Key, "Access denied for operation 'ReplicateKey'"),
    delete(Because::Alias, "kms:DeleteAlias", Authority::Key, "Access denied for operation 'DeleteAlias'"),
    delete(Because::Alias, "kms:DeleteAlias", Authority::IamOnAlias, "Access denied for operation 'DeleteAlias'"),
    delete(Because::Key, "kms:DescribeKey", Authority::Key, "Access denied for operation 'DescribeKey'"),
    delete(
        Because::Key,
        "kms:ScheduleKeyDeletion",
        Authority::Key,
        "Access denied for operation 'ScheduleKeyDeletion'",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_names_its_operation_in_the_words_of_aws() {
        for row in HANDLER_CALLS {
            let operation = row.action.strip_prefix("kms:").unwrap();
            assert!(row.says.contains(operation), "{}", row.action);
            assert!(!row.kinds.is_empty());
        }
    }
}
