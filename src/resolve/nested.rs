//! What crosses the border of a nested stack: its Condition, the parameters that its parent passes, its outputs. Parent and
//! child are resolved in one world, so what hangs on the parent's values hangs on them in the child.
//!
//! Source: AWS CloudFormation Template Reference, aws-resource-cloudformation-stack.html (Parameters, Outputs.X);
//! AWS CloudFormation User Guide, using-cfn-nested-stacks.html. Must not know: files, policies.

use std::sync::Arc;

use crate::source::Span;
use crate::template::{Expr, ExprKind, Nested, Parameter, Resource, is_macro};
use crate::world::{Kind, Refusal, Shape, Stop, Text, Value, World};

use super::lift::lift;
use super::names::unknown;
use super::scope::Scope;

/// CloudFormation's own words.
const SIMPLE: &str = "the values of Parameters of a nested stack must be texts, not lists or maps";

impl<'t> Scope<'t> {
    /// The stack that this one is nested in, and the resource there that makes this one.
    pub(crate) fn above(&self) -> Option<(Scope<'t>, &'t Resource)> {
        let (above, id) = self.stacks.get(self.id).above.as_ref()?;
        let above = self.at(*above);
        let resource = above.template.resource(id)?;
        Some((above, resource))
    }

    /// Whether the stack is created at all: the Conditions of all nested stacks that lead to it.
    pub(crate) fn is_created(&self, world: &World) -> Result<bool, Stop> {
        let Some((above, resource)) = self.above() else { return Ok(true) };
        match &resource.condition {
            _ if !above.is_created(world)? => Ok(false),
            Some((name, span)) => above.condition(name, *span, world),
            None => Ok(true),
        }
    }

    /// The value of a parameter of a nested stack: what the parent passes, else its Default, else a hole.
    pub(super) fn passed_parameter(&self, name: &str, parameter: &Parameter, span: Span, world: &World) -> Kind {
        let passed = self.passed(name, world).unwrap_or(Value { span, kind: Kind::Nothing });
        let place = passed.span;
        let value = lift(span, vec![passed], &|args| {
            let text = match args.first().map(|value| &value.kind) {
                Some(Kind::Text(text)) => text.clone(),
                Some(Kind::Unknown(hole)) => Text::hole(hole.clone()),
                None | Some(Kind::Nothing) => match &parameter.default {
                    Some(default) => Text::literal(default),
                    None => Text::hole(self.parameter_hole(name, parameter, span)),
                },
                Some(_) => return refused(SIMPLE.to_owned(), place),
            };
            let text = world.fill(&text);
            let known = text.as_literal().filter(|_| !parameter.is_ssm());
            if let Some(refusal) = known.and_then(|known| self.violated(name, parameter, known, place)) {
                return Kind::Refused(refusal);
            }
            let Some(text) = self.admitted(name, parameter, &text) else {
                return refused(
                    format!("parameter `{}` allows none of the values it is passed", self.own(name)),
                    place,
                );
            };
            let list = text.as_hole().cloned().unwrap_or_else(|| self.later_here("parameter", name, span));
            self.declared(parameter, &text, list, span)
        });
        placed(value, span).kind
    }

    /// The text that the child's declaration leaves of what is passed; nothing where it leaves no value.
    fn admitted(&self, name: &str, parameter: &Parameter, text: &Text) -> Option<Text> {
        let hole = text.as_hole().filter(|_| !parameter.is_list() && !parameter.is_ssm());
        let Some(hole) = hole else { return Some(text.clone()) };
        let (own, declared) = (hole.shape(), self.shape(name));
        let allowed: Option<Vec<Arc<str>>> = match (&own.allowed, &declared.allowed) {
            (None, None) => None,
            (Some(values), _) => Some(values.iter().filter(|value| declared.admits(value)).cloned().collect()),
            (None, Some(values)) => Some(values.iter().filter(|value| own.admits(value)).cloned().collect()),
        };
        if allowed.as_ref().is_some_and(Vec::is_empty) {
            return None;
        }
        Some(Text::hole(hole.with(Shape { allowed, ..own.clone() })))
    }

    /// What the parent passes for a parameter; nothing where it passes none.
    pub(super) fn passed(&self, name: &str, world: &World) -> Option<Value> {
        let (above, stack) = self.above()?;
        let parameters = stack.property("Parameters")?;
        match &parameters.kind {
            ExprKind::Map(entries) if !entries.iter().any(|(key, _)| is_macro(&key.text)) => {
                parameters.get(name).map(|value| above.resolve(value, world))
            }
            _ => Some(above.entry(parameters, name, world)),
        }
    }

    /// The entry of a map that is only known in a world.
    fn entry(&self, map: &Expr, name: &str, world: &World) -> Value {
        lift(map.span, vec![self.resolve(map, world)], &|args| match args.first() {
            Some(map @ Value { kind: Kind::Map(_), .. }) => {
                map.get(name).map_or(Kind::Nothing, |value| value.kind.clone())
            }
            Some(Value { kind: Kind::Unknown(hole), span }) => {
                unknown(self.later_here(hole.origin().kind(), &format!("Parameters.{name}"), *span))
            }
            _ => Kind::Nothing,
        })
    }

    /// Fn::GetAtt of `Outputs.NAME` of the nested stack `stack`.
    pub(super) fn output(&self, stack: &Resource, name: &str, span: Span, world: &World) -> Kind {
        let full = format!("{}.Outputs.{name}", stack.id);
        let later = || unknown(self.later("stack-output", &full, span));
        let Some(Nested::Followed(id)) = self.stacks.nested(self.id, &stack.id) else { return later() };
        let below = self.at(*id);
        let missing = || refused(format!("nested stack `{}` has no output `{name}`", stack.id), span);
        let Some(output) = below.template.outputs.iter().rev().find(|output| output.name == name) else {
            return if below.template.may_grow() { later() } else { missing() };
        };
        let circular = || Value { span, kind: refused(format!("circular dependency: `{full}` hangs on itself"), span) };
        let Some(expr) = &output.value else { return refused(format!("output `{name}` has no Value"), output.span) };
        let resolved = || self.effort.once(*id, name, || below.resolve(expr, world)).unwrap_or_else(circular);
        let value = || match resolved() {
            Value { kind: Kind::List(_) | Kind::Map(_) | Kind::Members(_) | Kind::Nothing, span } => {
                refused(format!("the Value of output `{name}` must be a text"), span)
            }
            value => placed(value, span).kind,
        };
        below.under(output.condition.as_ref(), span, world, &value, &missing)
    }
}

/// The value where the child uses it, not where the parent writes it.
fn placed(value: Value, span: Span) -> Value {
    let kind = match value.kind {
        Kind::Open(question, alternatives) => {
            Kind::Open(question, alternatives.into_iter().map(|one| placed(one, span)).collect())
        }
        Kind::List(items) => Kind::List(items.into_iter().map(|one| placed(one, span)).collect()),
        other => other,
    };
    Value { span, kind }
}

fn refused(message: String, span: Span) -> Kind {
    Kind::Refused(Refusal { message, span })
}
