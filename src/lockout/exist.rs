//! Principals that do not exist, where an IAM snapshot of their account tells.
//!
//! Source: KMS facts (f): "Policy contains a statement with one or more invalid principals" for users and roles that IAM
//! does not have. What the same template creates exists before the key does, if the key refers to it.

use crate::aws::{PrincipalArn, PrincipalKind};
use crate::deployment::Snapshot;
use crate::policy::{Problem, Says};
use crate::world::{Kind, Text, Value, World};

use super::assume::principals;
use super::evaluate::Subject;

/// The users and roles that the policy names and the snapshot lacks.
pub(super) fn missing_principals(subject: &Subject<'_>, policy: &Value, world: &World) -> Vec<Problem> {
    let Some(snapshot) = &subject.deployment.snapshot else { return Vec::new() };
    let missing = |(text, span): (Text, _)| {
        let known = world.fill(&text).as_literal()?.to_owned();
        let message = absent(snapshot, &known)?;
        (!created(subject, &known, world)).then_some(Problem { says: Says::InvalidPrincipals, message, span })
    };
    principals(policy).into_iter().filter_map(missing).collect()
}

/// That there is no such principal, in words; nothing where there is, or where the snapshot does not tell.
fn absent(snapshot: &Snapshot, known: &str) -> Option<String> {
    let arn = PrincipalArn::parse(known).ok()?;
    let elsewhere = match &arn.kind {
        PrincipalKind::Session { role, .. } if snapshot.covers(&arn, role) => None,
        PrincipalKind::User { .. } if snapshot.exists(known) == Some(false) => None,
        PrincipalKind::Role { name, .. } if snapshot.exists(known) == Some(false) => snapshot.role_arn(name),
        _ => return None,
    };
    Some(match elsewhere {
        Some(own) => format!("`{known}` does not exist: by the IAM snapshot, the role is `{own}`"),
        None => format!("`{known}` does not exist: the IAM snapshot of its account has no such principal"),
    })
}

/// Whether the template itself, or a stack above, below or beside it, creates a user or role with this ARN.
fn created(subject: &Subject<'_>, arn: &str, world: &World) -> bool {
    subject.scope.stacks.ids().any(|id| {
        let scope = subject.scope.at(id);
        let resources = scope.template.resources.iter();
        let mut people = resources.filter(|one| matches!(one.kind.as_str(), "AWS::IAM::Role" | "AWS::IAM::User"));
        people.any(|one| match scope.attribute(&one.id, "Arn", one.span, world) {
            Kind::Text(text) => world.fill(&text).as_literal() == Some(arn),
            _ => false,
        })
    })
}
