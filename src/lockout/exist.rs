//! Principals that do not exist, where an IAM snapshot of their account tells.
//!
//! Source: KMS facts (f): "Policy contains a statement with one or more invalid principals" for users and roles that IAM
//! does not have. What the same template creates exists before the key does, if the key refers to it.

use crate::policy::{Problem, ProblemKind};
use crate::world::{Kind, Text, Value, World};

use super::assume::principals;
use super::evaluate::Subject;

/// The users and roles that the policy names and the snapshot lacks.
pub(super) fn missing_principals(subject: &Subject<'_>, policy: &Value, world: &World) -> Vec<Problem> {
    let Some(snapshot) = &subject.deployment.snapshot else { return Vec::new() };
    let missing = |(text, span): (Text, _)| {
        let arn = world.fill(&text).as_literal()?.to_owned();
        let exists = match session_role(&arn) {
            Some(name) => snapshot.exists(&arn).map(|_| snapshot.role_arn(name).is_some())?,
            None if arn.contains(":user/") || arn.contains(":role/") => snapshot.exists(&arn)?,
            None => return None,
        };
        let message = format!("`{arn}` does not exist: the IAM snapshot of its account has no such principal");
        (!exists && !created(subject, &arn, world)).then_some(Problem { kind: ProblemKind::Principal, message, span })
    };
    principals(policy).into_iter().filter_map(missing).collect()
}

/// The role's name in the ARN of a session.
fn session_role(arn: &str) -> Option<&str> {
    arn.split_once(":assumed-role/")?.1.split('/').next()
}

/// Whether the template itself creates a user or role with this ARN.
fn created(subject: &Subject<'_>, arn: &str, world: &World) -> bool {
    let resources = subject.scope.template.resources.iter();
    let mut people = resources.filter(|one| matches!(one.kind.as_str(), "AWS::IAM::Role" | "AWS::IAM::User"));
    people.any(|one| match subject.scope.attribute(&one.id, "Arn", one.span, world) {
        Kind::Text(text) => world.fill(&text).as_literal() == Some(arn),
        _ => false,
    })
}
