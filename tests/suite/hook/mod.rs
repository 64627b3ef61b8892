//! `cfn-lockout hook`: events on stdin, and the runtime API of Lambda on loopback.

mod answers;
mod document;
mod lambda;
mod server;

use serde_json::{Value, json};

/// The event of a key that is made in stack `ledger-keys`.
pub(crate) fn key(properties: Value, previous: Value) -> Value {
    event(json!({
        "targetName": "AWS::KMS::Key", "targetType": "AWS::KMS::Key", "targetLogicalId": "Vault",
        "targetModel": { "resourceProperties": properties, "previousResourceProperties": previous },
    }))
}

/// The event of a stack or a change set, whose templates stand at an address.
pub(crate) fn template(target: &str, address: &str) -> Value {
    event(json!({
        "targetName": target, "targetType": target, "targetLogicalId": "ledger-keys", "payload": address,
    }))
}

fn event(data: Value) -> Value {
    json!({
        "clientRequestToken": "f8da6d11-b23f-48f4-814c-0fb6a667f50e", "awsAccountId": "111122223333",
        "stackId": "arn:aws:cloudformation:eu-west-1:111122223333:stack/ledger-keys/1a2345b6-0000-00a0-a123-00abc0abc000",
        "changeSetId": null, "hookTypeName": "Lockout::Keys::Hook", "hookTypeVersion": "00000001",
        "hookModel": { "LambdaFunction": "arn:aws:lambda:eu-west-1:111122223333:function:Lockout" },
        "actionInvocationPoint": "CREATE_PRE_PROVISION", "requestData": data,
        "requestContext": { "invocation": 1, "callbackContext": null },
    })
}

/// A key policy whose only statement names these.
pub(crate) fn policy(principal: &str) -> Value {
    json!({ "KeyPolicy": { "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": { "AWS": principal }, "Action": "kms:*", "Resource": "*" },
    ] } })
}

pub(crate) const DEPLOY: &str = "arn:aws:iam::111122223333:role/Deploy";
pub(crate) const ALICE: &str = "arn:aws:iam::111122223333:user/Alice";
pub(crate) const ACCOUNT: &str = "arn:aws:iam::111122223333:root";
