//! The Condition element: every operator and key must hold, any value will do.
//!
//! Sources: IAM User Guide, reference_policies_elements_condition.html (AND over operators and keys, OR over values, NOR
//! for negated operators) and …_condition_operators.html (absent keys, IfExists, Null).

use crate::source::Span;
use crate::world::{Hole, Kind, Origin, Question, Shape, Stop, Text, Value, World, all, any};

use super::elements::{Member, members};
use super::operators::{Comparison, Operator, Set};
use super::request::{ContextValue, Request};

/// Whether the whole element holds.
pub(crate) fn hold(condition: &Value, request: &Request, variables: bool, world: &World) -> Result<bool, Stop> {
    match &condition.kind {
        Kind::Map(_) => all(lines(condition).into_iter().map(|line| line.holds(request, variables, world))),
        Kind::Open(question, _) => Err(Stop::Ask(question.clone())),
        Kind::Refused(refusal) => Err(Stop::Refused(refusal.clone())),
        Kind::Unknown(hole) => world.ask(Question::Fact(hole.clone())),
        _ => Ok(true),
    }
}

/// One operator and key of a Condition.
pub(crate) struct Line<'v> {
    /// The operator as written.
    pub(crate) operator: &'v str,
    /// The key as written; nothing where the operator's block is not known.
    pub(crate) key: &'v str,
    /// Where the key stands.
    pub(crate) span: Span,
    values: &'v Value,
}

/// The lines of a Condition.
pub(crate) fn lines(condition: &Value) -> Vec<Line<'_>> {
    let Kind::Map(operators) = &condition.kind else { return Vec::new() };
    let mut out = Vec::new();
    for (operator, block) in operators {
        match &block.kind {
            Kind::Map(keys) => out.extend(keys.iter().map(|(key, values)| Line {
                operator: &operator.text,
                key: &key.text,
                span: key.span,
                values,
            })),
            _ => out.push(Line { operator: &operator.text, key: "", span: block.span, values: block }),
        }
    }
    out
}

/// Every key of a Condition with one of its values, as far as they are known, and the value's place.
pub(crate) fn condition_lines(condition: &Value) -> Vec<(&str, Text, Span)> {
    let known = |line: Line<'_>| -> Vec<(Text, Span)> {
        let values = members(line.values).into_iter().filter_map(|member| match member {
            Member::One(text, span) => Some((text, span)),
            _ => None,
        });
        values.collect()
    };
    lines(condition)
        .into_iter()
        .flat_map(|line| {
            let key = line.key;
            known(line).into_iter().map(move |(text, span)| (key, text, span))
        })
        .collect()
}

impl Line<'_> {
    /// Whether it holds.
    pub(crate) fn holds(&self, request: &Request, variables: bool, world: &World) -> Result<bool, Stop> {
        if self.key.is_empty() {
            return match &self.values.kind {
                Kind::Open(question, _) => Err(Stop::Ask(question.clone())),
                Kind::Refused(refusal) => Err(Stop::Refused(refusal.clone())),
                Kind::Unknown(hole) => world.ask(Question::Fact(hole.clone())),
                _ => self.unevaluated(world),
            };
        }
        let operator = Operator::parse(self.operator);
        let value = request.context(self.key, world)?;
        if operator.comparison == Comparison::Null {
            return self.null(&value, world);
        }
        match (&value, operator.set) {
            (ContextValue::Absent, Some(Set::Any)) => Ok(operator.if_exists),
            (ContextValue::Absent, Some(Set::All)) => Ok(true),
            (ContextValue::Absent, None) => Ok(operator.negated || operator.if_exists),
            (_, Some(_)) | (ContextValue::Many(_), None) => self.unevaluated(world),
            _ if operator.comparison == Comparison::Open => self.unevaluated(world),
            (ContextValue::Is(text), None) => self.matches(operator, text, variables, world),
            (ContextValue::Unknown(hole), None) => self.unknown(operator, hole, variables, world),
        }
    }

    fn matches(&self, operator: Operator, text: &Text, variables: bool, world: &World) -> Result<bool, Stop> {
        let matched = any(members(self.values).into_iter().map(|member| match member {
            Member::One(value, _) => self.compare(operator.comparison, text, &value, variables, world),
            Member::Many(hole, _) => world.member(&hole, text),
            Member::Open(stop) => Err(stop),
        }))?;
        Ok(matched != operator.negated)
    }

    /// An absent key fails a positive operator like a value that differs, and passes a negated one likewise: whether it
    /// is absent only has to be asked for a positive operator with IfExists.
    fn unknown(&self, operator: Operator, hole: &Hole, variables: bool, world: &World) -> Result<bool, Stop> {
        if operator.if_exists && !operator.negated && world.absent(hole)? {
            return Ok(true);
        }
        self.matches(operator, &Text::hole(hole.clone()), variables, world)
    }

    fn compare(
        &self,
        comparison: Comparison,
        text: &Text,
        value: &Text,
        variables: bool,
        world: &World,
    ) -> Result<bool, Stop> {
        let value = world.fill(value);
        if variables
            && value
                .pieces()
                .iter()
                .any(|piece| matches!(piece, crate::world::Piece::Literal(text) if text.contains("${")))
        {
            return self.unevaluated(world);
        }
        match comparison {
            Comparison::Equal => world.equal(text, &value),
            Comparison::Like => world.like(text, &value),
            Comparison::Arn => world.arn_like(text, &value),
            Comparison::EqualIgnoreCase | Comparison::Bool => {
                let text = world.fill(text);
                match (text.as_literal(), value.as_literal()) {
                    (Some(a), Some(b)) => Ok(a.eq_ignore_ascii_case(b)),
                    (None, Some(b)) if comparison == Comparison::Bool => {
                        world.equal(&text, &Text::literal(&b.to_ascii_lowercase()))
                    }
                    _ => self.unevaluated(world),
                }
            }
            Comparison::Null | Comparison::Open => self.unevaluated(world),
        }
    }

    /// Null: `true` asks for the key to be absent, `false` for it to be there.
    fn null(&self, value: &ContextValue, world: &World) -> Result<bool, Stop> {
        let absent = match value {
            ContextValue::Absent => true,
            ContextValue::Is(_) | ContextValue::Many(_) => false,
            ContextValue::Unknown(hole) => world.absent(hole)?,
        };
        any(members(self.values).into_iter().map(|member| match member {
            Member::One(text, _) => world.equal(&text, &Text::literal(if absent { "true" } else { "false" })),
            Member::Many(..) => self.unevaluated(world),
            Member::Open(stop) => Err(stop),
        }))
    }

    /// What cannot be evaluated is a question of its own, by its operator and key.
    fn unevaluated(&self, world: &World) -> Result<bool, Stop> {
        let name = format!("{} {}", self.operator, self.key);
        let origin = Origin::Later { kind: "operator", name, at: Some(self.span) };
        world.ask(Question::Fact(Hole::new(origin, Shape::default(), Some(self.span))))
    }
}
