//! The actions of AWS KMS: what `kms:` may be followed by in a policy.
//!
//! Source: Service Authorization Reference, list_kms.html ("Actions defined by AWS Key Management Service"), compared in
//! September 2026 with the operations of the KMS API. The API's ReEncrypt is authorized by two actions, ReEncryptFrom and
//! ReEncryptTo; SynchronizeMultiRegionKey is a permission without an operation.

/// Every action, without its prefix, in alphabetical order.
pub(crate) const KMS_ACTIONS: [&str; 56] = [
    "CancelKeyDeletion",
    "ConnectCustomKeyStore",
    "CreateAlias",
    "CreateCustomKeyStore",
    "CreateGrant",
    "CreateKey",
    "Decrypt",
    "DeleteAlias",
    "DeleteCustomKeyStore",
    "DeleteImportedKeyMaterial",
    "DeriveSharedSecret",
    "DescribeCustomKeyStores",
    "DescribeKey",
    "DisableKey",
    "DisableKeyRotation",
    "DisconnectCustomKeyStore",
    "EnableKey",
    "EnableKeyRotation",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateDataKeyWithoutPlaintext",
    "GenerateMac",
    "GenerateRandom",
    "GetKeyLastUsage",
    "GetKeyPolicy",
    "GetKeyRotationStatus",
    "GetParametersForImport",
    "GetPublicKey",
    "ImportKeyMaterial",
    "ListAliases",
    "ListGrants",
    "ListKeyPolicies",
    "ListKeyRotations",
    "ListKeys",
    "ListResourceTags",
    "ListRetirableGrants",
    "PutKeyPolicy",
    "ReEncryptFrom",
    "ReEncryptTo",
    "ReplicateKey",
    "RetireGrant",
    "RevokeGrant",
    "RotateKeyOnDemand",
    "ScheduleKeyDeletion",
    "Sign",
    "SynchronizeMultiRegionKey",
    "TagResource",
    "UntagResource",
    "UpdateAlias",
    "UpdateCustomKeyStore",
    "UpdateKeyDescription",
    "UpdatePrimaryRegion",
    "Verify",
    "VerifyMac",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_has_what_everybody_writes() {
        assert!(KMS_ACTIONS.is_sorted_by(|a, b| a < b), "each once");
        for action in ["PutKeyPolicy", "GenerateDataKey", "ReEncryptFrom", "ReEncryptTo", "SynchronizeMultiRegionKey"] {
            assert!(KMS_ACTIONS.contains(&action), "{action}");
        }
        assert!(!KMS_ACTIONS.contains(&"ReEncrypt"), "the API's name is no action");
    }
}
