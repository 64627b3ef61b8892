//! Action and Resource matching.
//!
//! Sources: IAM User Guide, reference_policies_elements_action.html (service and action names ignore case; `*` and `?`),
//! reference_policies_elements_resource.html; KMS Developer Guide, key-policy-overview.html (`*` means this key).

use crate::world::{Pattern, Question, Stop, Text, Value, World, any};

use super::elements::{Member, members};
use super::request::Request;
use super::variables::Expander;

/// Whether one of the actions in `value` covers `action`.
pub(crate) fn covers(value: &Value, action: &str, world: &World) -> Result<bool, Stop> {
    any(members(value).into_iter().map(|member| match member {
        Member::One(text, _) => action_matches(&world.fill(&text), action, world),
        Member::Many(hole, _) => world.member(&hole, &Text::literal(action)),
        Member::Open(stop) => Err(stop),
    }))
}

fn action_matches(text: &Text, action: &str, world: &World) -> Result<bool, Stop> {
    let lower = |text: &str| text.to_ascii_lowercase();
    match text.as_literal() {
        Some(known) => Ok(Pattern::new(Text::literal(&lower(known))).matches(&lower(action))),
        None => world.ask(Question::Text(text.clone(), crate::world::Test::Is(Text::literal(action)))),
    }
}

/// Whether one of the resources in `value` is the request's; `variables`: whether policy variables count.
pub(crate) fn names(value: &Value, request: &Request, variables: bool, world: &World) -> Result<bool, Stop> {
    let resource = &request.resource;
    let expander = Expander { request, world, pattern: true };
    any(members(value).into_iter().map(|member| match member {
        Member::One(text, _) if text.as_literal() == Some("*") => Ok(true),
        Member::One(text, _) if variables => {
            expander.expand_arn(&world.fill(&text))?.map_or(Ok(false), |text| world.arn_like(resource, &text))
        }
        Member::One(text, _) => world.arn_like(resource, &text),
        Member::Many(hole, _) => world.member(&hole, resource),
        Member::Open(stop) => Err(stop),
    }))
}
