//! Principals that cannot exist, whoever asks: by the form of what is written.
//!
//! Comes in: one principal as far as it is known. Goes out: why there is no such principal, and KMS's words for it.
//!
//! Sources: IAM User Guide, reference_policies_elements_principal.html and reference_identifiers.html; KMS facts (b) and
//! (f). Must not know: templates.

use crate::aws::{AccountId, is_partition, is_service_name};
use crate::world::{Piece, Text};

use super::problem::Says;

/// Where the roles of Identity Center live.
const IDENTITY_CENTER: &str = "role/aws-reserved/sso.amazonaws.com/";

/// Why no such principal can exist; nothing where it may.
pub(crate) fn impossible(text: &Text, partition: &Text) -> Option<(Says, String)> {
    if let Some(known) = text.as_literal()
        && !known.starts_with("arn:")
    {
        return not_an_arn(known).map(|message| (Says::InvalidPrincipals, message));
    }
    let parts = text.parts(':', 5)?;
    let [_, own, service, region, account, resource] = parts.as_slice() else {
        let message = format!("`{text}` is not an ARN: it must have six parts");
        return text.as_literal().map(|_| (Says::InvalidArn, message));
    };
    if text.as_literal().is_none() && text.known_prefix().get(..4) != Some("arn:") {
        return None;
    }
    if let Some(own) = own.as_literal() {
        if !is_partition(own) {
            return Some((Says::InvalidArn, format!("`{text}`: there is no partition `{own}`")));
        }
        if partition.as_literal().is_some_and(|deployed| deployed != own) {
            let message = format!("`{text}` is in partition `{own}`, the key is in `{partition}`");
            return Some((Says::InvalidPrincipals, message));
        }
    }
    let service = service.as_literal()?;
    if !matches!(service, "iam" | "sts") || region.as_literal().is_some_and(|region| !region.is_empty()) {
        return Some((Says::InvalidArn, format!("`{text}` names no IAM principal")));
    }
    if let Some(account) = account.as_literal()
        && AccountId::parse(account).is_none()
    {
        return Some((Says::InvalidArn, format!("`{text}`: `{account}` is not an account id of 12 digits")));
    }
    impossible_resource(service, &resource.to_text()).map(|why| (Says::InvalidPrincipals, format!("`{text}` {why}")))
}

fn not_an_arn(known: &str) -> Option<String> {
    if known == "*" || AccountId::parse(known).is_some() {
        return None;
    }
    if known.bytes().all(|byte| byte.is_ascii_digit()) && !known.is_empty() {
        return Some(format!("`{known}` is not an account id: it has {} digits, not 12", known.len()));
    }
    let unique = ["AIDA", "AROA", "AGPA", "AIPA", "ANPA", "AKIA", "ASIA"];
    if known.len() >= 16
        && known.bytes().all(|b| b.is_ascii_alphanumeric())
        && unique.iter().any(|id| known.starts_with(id))
    {
        return Some(format!("`{known}` is the unique id of a deleted principal: KMS refuses it"));
    }
    Some(format!("`{known}` is no principal: use an ARN, a 12-digit account id or `*`"))
}

fn impossible_resource(service: &str, resource: &Text) -> Option<&'static str> {
    let wild = resource.pieces().iter().any(|piece| matches!(piece, Piece::Literal(text) if text.contains(['*', '?'])));
    if wild {
        return Some("holds a wildcard: KMS accepts no part of a principal's ARN as a wildcard");
    }
    let prefix = resource.known_prefix();
    if service == "iam" && prefix.starts_with("group/") {
        return Some("is a group: groups cannot be principals");
    }
    let known = resource.as_literal()?;
    // Source: IAM Identity Center User Guide, referencingpermissionsets.html; without the path there is no such role.
    if known.contains("/AWSReservedSSO_") && known.starts_with("role/") && !known.starts_with(IDENTITY_CENTER) {
        return Some("does not exist: roles of Identity Center live below `aws-reserved/sso.amazonaws.com/`");
    }
    let words: Vec<&str> = known.split('/').collect();
    let fits = match (service, words.as_slice()) {
        ("iam", ["root"]) => true,
        ("iam", ["user" | "role", rest @ ..]) => !rest.is_empty() && rest.iter().all(|word| !word.is_empty()),
        ("sts", ["assumed-role", role, session]) => !role.is_empty() && !session.is_empty(),
        ("sts", ["federated-user", name]) => !name.is_empty(),
        _ => false,
    };
    let name = words.last().copied().unwrap_or_default();
    (!fits || known.contains([':', ' ']) || !name.chars().all(is_of_name))
        .then_some("names no user, role, role session, federated user or account root")
}

/// Why there is no such AWS service; nothing where there may be one. Which names of the right form exist, nobody lists.
///
/// Source: KMS facts (f), I28c: "unsupported service principals" are invalid principals.
pub(super) fn impossible_service(known: &str) -> Option<String> {
    (!is_service_name(known) && known != "*")
        .then(|| format!("`{known}` is no AWS service: service principals look like `logs.amazonaws.com`"))
}

/// Source: IAM API, CreateRole and CreateUser (`[\w+=,.@-]+`), and AWS STS API, AssumeRole (RoleSessionName).
fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_+=,.@-".contains(c)
}
