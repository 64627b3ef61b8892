//! The policy that KMS gives a key for which there is none.
//!
//! Source: KMS Developer Guide, key-policy-default.html; the handler of AWS::KMS::Key writes the same where an update removes
//! KeyPolicy.

use crate::policy::iam_arn;
use crate::resolve::Givens;
use crate::source::Span;
use crate::world::{Kind, Text, Value};

/// The default policy of a key in this account; `span` is the place of the key.
pub(super) fn default_policy(givens: &Givens, span: Span) -> Value {
    let root = iam_arn(&givens.partition, &givens.account, "root");
    let text = |text: &str| Value::text(span, Text::literal(text));
    let statement = Value::map(
        span,
        [
            ("Sid", text("Enable IAM User Permissions")),
            ("Effect", text("Allow")),
            ("Principal", Value::map(span, [("AWS", Value::text(span, root))])),
            ("Action", text("kms:*")),
            ("Resource", text("*")),
        ],
    );
    let statements = Value { span, kind: Kind::List(vec![statement]) };
    Value::map(span, [("Version", text("2012-10-17")), ("Id", text("key-default-1")), ("Statement", statements)])
}
