//! Users and roles of the same stack that a key policy names by text: nothing makes CloudFormation create them first.
//!
//! Comes in: a policy in the nominal world. Goes out: [`Unordered`]. Must not know: output.
//!
//! Source: KMS facts (f), I20: "Policy contains a statement with one or more invalid principals" for a role that the stack
//! creates later; CloudFormation User Guide, aws-attribute-dependson.html: only Ref, Fn::GetAtt, Fn::Sub and DependsOn
//! order resources.

use std::collections::BTreeSet;

use crate::source::Span;
use crate::template::{Resource, Target, Template, references};
use crate::world::{Kind, Text, Value, World};

use super::assume::principals;
use super::evaluate::Subject;

/// A principal that may not exist yet when the key is created.
#[derive(Clone, Debug)]
pub(crate) struct Unordered {
    /// The principal as written after resolution.
    pub(crate) principal: String,
    /// Where the policy names it.
    pub(crate) span: Span,
    /// The logical id of the resource that creates it.
    pub(crate) id: String,
    /// The place of that logical id.
    pub(crate) created_at: Span,
    /// Whether that resource needs the key, so that the key cannot wait for it.
    pub(crate) needs_key: bool,
}

/// The principals of the policy that the same stack creates, and that the key does not wait for.
pub(super) fn unordered(subject: &Subject<'_>, policy: &Value, world: &World) -> Vec<Unordered> {
    let template = subject.scope.template;
    if subject.key.properties.is_none() || template.has_unknown_macro() {
        return Vec::new();
    }
    let waits_for = reached(template, subject.key);
    let people: Vec<(&Resource, Text)> = template
        .resources
        .iter()
        .filter(|one| is_person(one) && !waits_for.contains(one.id.as_str()) && is_created(subject, one, world))
        .filter_map(|one| Some((one, arn(subject, one, world)?)))
        .collect();
    let of = |(text, span): (Text, Span)| {
        let text = world.fill(&text);
        let (resource, _) = people.iter().find(|(_, arn)| world.equal(&text, arn) == Ok(true))?;
        (!exists(subject, &text)).then(|| Unordered {
            principal: text.to_string(),
            span,
            id: resource.id.clone(),
            created_at: resource.span,
            needs_key: reached(template, resource).contains(subject.key.id.as_str()),
        })
    };
    principals(policy).into_iter().filter_map(of).collect()
}

/// Whether the resource creates an IAM principal.
pub(super) fn is_person(resource: &Resource) -> bool {
    matches!(resource.kind.as_str(), "AWS::IAM::Role" | "AWS::IAM::User")
}

/// The ARN of the principal that a resource creates.
pub(super) fn arn(subject: &Subject<'_>, resource: &Resource, world: &World) -> Option<Text> {
    match subject.scope.attribute(&resource.id, "Arn", resource.span, world) {
        Kind::Text(text) => Some(world.fill(&text)),
        _ => None,
    }
}

fn is_created(subject: &Subject<'_>, resource: &Resource, world: &World) -> bool {
    let condition = resource.condition.as_ref();
    condition.is_none_or(|(name, span)| subject.scope.condition(name, *span, world) == Ok(true))
}

/// Whether the IAM snapshot has it already.
fn exists(subject: &Subject<'_>, text: &Text) -> bool {
    let snapshot = subject.deployment.snapshot.as_deref();
    snapshot.zip(text.as_literal()).is_some_and(|(snapshot, arn)| snapshot.exists(arn) == Some(true))
}

/// Everything that the resource may wait for: what it refers to or depends on, and what that does.
fn reached<'t>(template: &'t Template, from: &'t Resource) -> BTreeSet<&'t str> {
    let mut out: BTreeSet<&str> = BTreeSet::new();
    let mut left: Vec<&Resource> = vec![from];
    while let Some(resource) = left.pop() {
        let named = resource.properties.iter().flat_map(references).filter_map(|reference| match reference.target {
            Target::Name(name) | Target::Resource(name) => Some(name),
            Target::Condition(_) => None,
        });
        let named = named.chain(resource.depends_on.iter().map(|(name, _)| name.as_str()));
        for needed in named.filter_map(|name| template.resource(name)) {
            if out.insert(needed.id.as_str()) {
                left.push(needed);
            }
        }
    }
    out
}
