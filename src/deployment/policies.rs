//! The policies beside the key policy, from files: IAM documents as they are attached, or as the AWS CLI prints them.

use percent_encoding::percent_decode_str;

use crate::aws::managed_policy;
use crate::policy::{Layer, from_node};
use crate::source::{Document, FileId, NodeId, NodeKind};
use crate::world::{Kind, Value};

use super::error::DeploymentError;

/// Where the output of AWS CLI commands holds the document: `aws iam get-policy-version`, `aws iam get-role-policy`,
/// `aws organizations describe-policy`.
const WRAPPED: [&[&str]; 3] = [&["PolicyVersion", "Document"], &["PolicyDocument"], &["Policy", "Content"]];

/// The policies in a file: one document, a list of them, or the ARNs of AWS managed policies.
///
/// # Errors
///
/// What is no IAM policy: it would allow nothing, and nobody would see why.
pub(crate) fn policies(document: &Document, layer: Layer) -> Result<Vec<Value>, DeploymentError> {
    let root = document.root();
    match &document.node(root).kind {
        NodeKind::Sequence(items) => items.iter().map(|&item| one(document, item, layer)).collect(),
        _ => Ok(vec![one(document, root, layer)?]),
    }
}

fn one(document: &Document, node: NodeId, layer: Layer) -> Result<Value, DeploymentError> {
    if let Some(arn) = document.scalar(node).filter(|text| text.starts_with("arn:")) {
        return managed(arn);
    }
    let inner = WRAPPED.iter().find_map(|keys| walk(document, node, keys));
    let value = embedded(document, inner.unwrap_or(node));
    let value = value.ok_or_else(|| DeploymentError::Policy("is no JSON or YAML".to_owned()))?;
    match wrong(&value, layer) {
        Some(why) => Err(DeploymentError::Policy(why)),
        None => Ok(value),
    }
}

fn walk(document: &Document, node: NodeId, keys: &[&str]) -> Option<NodeId> {
    keys.iter().try_fold(node, |node, key| document.get(node, key).map(|entry| entry.value))
}

/// The policy document at a node: an object, as the AWS CLI prints it, or a text, plain or in URL encoding (RFC 3986), as the
/// API returns it. Nothing where it cannot be read.
pub(super) fn embedded(document: &Document, node: NodeId) -> Option<Value> {
    let Some(text) = document.scalar(node) else { return Some(from_node(document, node)) };
    // A `%` in a plain JSON text is a `%`.
    let is_plain = text.trim_start().starts_with('{');
    let text = if is_plain { text.into() } else { percent_decode_str(text).decode_utf8().ok()? };
    let inner = Document::from_text(FileId(u32::MAX), &text).ok()?;
    matches!(inner.node(inner.root()).kind, NodeKind::Mapping(_)).then(|| from_node(&inner, inner.root()))
}

/// Why a value is no policy of that kind. Source: IAM User Guide, reference_policies_grammar.html.
fn wrong(policy: &Value, layer: Layer) -> Option<String> {
    let Some(statements) = policy.get("Statement") else {
        return Some("has no `Statement`: it is no policy".to_owned());
    };
    let statements = match &statements.kind {
        Kind::List(items) => items.iter().collect(),
        _ => vec![statements],
    };
    statements.into_iter().enumerate().find_map(|(index, statement)| {
        let number = index + 1;
        let effect = statement.get("Effect").map(|effect| &effect.kind);
        if !matches!(effect, Some(Kind::Text(text)) if matches!(text.as_literal(), Some("Allow" | "Deny"))) {
            return Some(format!("statement {number} has no `Effect` of `Allow` or `Deny`"));
        }
        let named = ["Principal", "NotPrincipal"].into_iter().find(|name| statement.get(name).is_some());
        let named = named.filter(|_| layer != Layer::Rcp)?;
        Some(format!("statement {number} has a `{named}`, which the policies of a principal do not have"))
    })
}

/// The document of an AWS managed policy, by its ARN.
///
/// # Errors
///
/// The policy is not in the table.
pub(crate) fn managed(arn: &str) -> Result<Value, DeploymentError> {
    let unknown = || DeploymentError::Managed(arn.to_owned());
    let text = managed_policy(arn).ok_or_else(unknown)?;
    let document = Document::from_text(FileId(u32::MAX), &text).map_err(|_| unknown())?;
    Ok(from_node(&document, document.root()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, layer: Layer) -> Result<Vec<Value>, DeploymentError> {
        policies(&Document::from_text(FileId(0), text).unwrap(), layer)
    }

    #[test]
    fn policies_are_read_as_the_aws_cli_prints_them() {
        let document = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#;
        let text = serde_json::to_string(document).unwrap();
        for file in [
            document.to_owned(),
            format!("[{document}]"),
            format!(r#"{{"PolicyVersion": {{"Document": {document}, "VersionId": "v1"}}}}"#),
            format!(r#"{{"RoleName": "R", "PolicyName": "P", "PolicyDocument": {document}}}"#),
            format!(r#"{{"PolicyDocument": "{}"}}"#, document.replace('{', "%7B").replace('"', "%22")),
            format!(r#"{{"Policy": {{"PolicySummary": {{}}, "Content": {text}}}}}"#),
            r#"["arn:aws:iam::aws:policy/AdministratorAccess"]"#.to_owned(),
        ] {
            let found = read(&file, Layer::Identity).unwrap();
            assert!(matches!(found.as_slice(), [policy] if policy.get("Statement").is_some()), "{file}");
        }
        assert_eq!(read("[]", Layer::Identity), Ok(Vec::new()));
    }

    /// A file that is no policy must not be read as one that allows nothing.
    #[test]
    fn what_is_no_policy_is_an_error() {
        for file in [
            "{}",
            "{\"Statment\": []}",
            "[{\"Statement\": [{\"Effect\": \"allow\", \"Action\": \"*\", \"Resource\": \"*\"}]}]",
            "{\"Statement\": [{\"Effect\": \"Allow\", \"Principal\": \"*\", \"Action\": \"*\"}]}",
            "{\"PolicyDocument\": \"100%\"}",
            "text",
            "[\"arn:aws:iam::aws:policy/Unheard\"]",
        ] {
            assert!(read(file, Layer::Identity).is_err(), "{file}");
        }
        let rcp =
            "{\"Statement\": [{\"Effect\": \"Deny\", \"Principal\": \"*\", \"Action\": \"*\", \"Resource\": \"*\"}]}";
        assert!(read(rcp, Layer::Rcp).is_ok(), "a resource control policy names everyone");
    }
}
