//! The Condition element: every operator and key must hold, any value will do.
//!
//! Source: IAM User Guide, reference_policies_elements_condition.html: AND over operators and keys, OR over values.

use crate::source::Span;
use crate::world::{Kind, Question, Stop, Text, Value, World, all, either};

use super::elements::{Member, members};
use super::line::{Line, lines_of};
use super::mismatch::{FailedLine, Found};
use super::request::{ContextValue, Request};
use super::variables::Version;

/// Whether the whole element holds, in a document of this version.
pub(crate) fn hold(condition: &Value, request: &Request, version: Version<'_>, world: &World) -> Result<bool, Stop> {
    match &condition.kind {
        Kind::Map(_) => all(lines(condition).into_iter().map(|line| line.holds(request, version, world))),
        Kind::Open(question, alternatives) => {
            either(question, alternatives, |alternative| hold(alternative, request, version, world))
        }
        Kind::Refused(refusal) => Err(Stop::Refused(refusal.clone())),
        Kind::Unknown(hole) => world.ask(Question::Fact(hole.clone())),
        _ => Ok(true),
    }
}

/// The first line that does not hold, with what was found instead.
pub(crate) fn failed_line(
    condition: &Value,
    request: &Request,
    version: Version<'_>,
    world: &World,
) -> Option<FailedLine> {
    let line = lines(condition).into_iter().find(|line| line.holds(request, version, world) == Ok(false))?;
    let wanted = members(line.values).into_iter().filter_map(|member| match member {
        Member::One(text, _) => Some(world.fill(&text)),
        _ => None,
    });
    let found = match request.context(line.key, world) {
        Ok(ContextValue::Is(text)) => Found::Values(vec![world.fill(&text)]),
        Ok(ContextValue::Many(texts)) => Found::Values(texts),
        Ok(ContextValue::Absent) => Found::Absent,
        Ok(ContextValue::Unknown(_)) | Err(_) => Found::Unknown,
    };
    let (operator, key) = (line.operator.to_owned(), line.key.to_owned());
    Some(FailedLine { operator, key, wanted: wanted.collect(), found, span: line.span })
}

/// The lines of a Condition.
pub(crate) fn lines(condition: &Value) -> Vec<Line<'_>> {
    let Kind::Map(operators) = &condition.kind else { return Vec::new() };
    operators.iter().flat_map(|(operator, block)| lines_of(&operator.text, block)).collect()
}

/// Every key of a Condition with one of its values, as far as they are known, and the value's place.
pub(crate) fn condition_lines(condition: &Value) -> Vec<(&str, Text, Span)> {
    let mut out = Vec::new();
    for line in lines(condition) {
        out.extend(members(line.values).into_iter().filter_map(|member| match member {
            Member::One(text, span) => Some((line.key, text, span)),
            _ => None,
        }));
    }
    out
}
