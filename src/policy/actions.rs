//! Action and Resource matching.
//!
//! Sources: IAM User Guide, reference_policies_elements_action.html (service and action names ignore case; `*` and `?`),
//! reference_policies_elements_resource.html; KMS Developer Guide, key-policy-overview.html (`*` means this key).

use crate::world::{Case, Hole, Origin, Question, Relation, Shape, Stop, Text, Value, World, wildcard_match};

use super::doubt::Doubt;
use super::elements::{Member, some_member};
use super::request::Request;
use super::variables::{Expander, Version, has_variables};

/// An action is covered by a pattern of actions, whatever their case.
const COVERED: Relation =
    Relation { name: "is covered by the action", holds: |action, pattern| Some(covered(action, pattern)) };

fn covered(action: &str, pattern: &str) -> bool {
    wildcard_match(pattern, action, Case::Ignored)
}

/// Whether one of the actions in `value` covers `action`.
pub(crate) fn covers(value: &Value, action: &str, world: &World) -> Result<bool, Stop> {
    some_member(value, &|member| match member {
        Member::One(text, _) => match text.as_literal() {
            Some(pattern) => Ok(covered(action, pattern)),
            None => world.relates(COVERED, &Text::literal(action), &text).map(|answer| answer == Some(true)),
        },
        Member::Many(hole, _) => world.member(&hole, COVERED, &Text::literal(action)),
    })
}

/// Whether one of the resources in `value` is the request's, in a document of this version.
pub(crate) fn names(value: &Value, request: &Request, version: Version<'_>, world: &World) -> Result<bool, Stop> {
    some_member(value, &|member| match member {
        Member::One(text, _) => is_resource(&world.fill(&text), request, version, world),
        Member::Many(hole, _) => world.member(&hole, Relation::ARN_LIKE, &request.resource),
    })
}

/// Part by part, as ARNs are compared. Whether a `*` at the end of fewer than six parts stands for the rest of them, nobody
/// has written down: where only that would match, it is a question.
fn is_resource(text: &Text, request: &Request, version: Version<'_>, world: &World) -> Result<bool, Stop> {
    if text.as_literal() == Some("*") {
        return Ok(true);
    }
    let expanded = if has_variables(text) && version.has_variables(world)? {
        Expander { request, world, pattern: true }.expand_arn(text)?
    } else {
        Some(text.clone())
    };
    let Some(pattern) = expanded else { return Ok(false) };
    let is_short = pattern.parts(':', 5).is_some_and(|parts| parts.len() < 6);
    if is_short && world.like(&request.resource, &pattern)? {
        let origin = Origin::Later { kind: "resource", name: pattern.to_string(), at: None };
        return world.ask(Question::Fact(Hole::new(origin, Shape::default(), None)));
    }
    let matched = world.arn_like(&request.resource, &pattern);
    if matched == Ok(true) && request.doubts(&Doubt::KeyArn) { Doubt::KeyArn.ask(world) } else { matched }
}
