//! Ref and Fn::FindInMap: parameters, pseudo parameters, mappings.
//!
//! Source: AWS CloudFormation User Guide, parameters-section-structure.html, pseudo-parameter-reference.html,
//! mappings-section-structure.html.

use crate::source::Span;
use crate::template::{Expr, ExprKind, Parameter, Stacks};
use crate::world::{Class, Hole, Kind, Origin, Question, Refusal, Shape, Stop, Text, Value, World};

use super::constraints;
use super::names::later;
use super::scope::{Scope, refused};
use super::texts::replaced;

impl Scope<'_> {
    /// The value of Ref.
    pub(crate) fn refer(&self, name: &str, span: Span, world: &World) -> Kind {
        if let Some(parameter) = self.template.parameters.get(name) {
            return self.parameter(name, parameter, span, world);
        }
        if let Some(kind) = self.pseudo(name, span) {
            return kind;
        }
        self.resource_name(name, span, world)
    }

    /// A parameter's value: as given, else as the world assumes, else a hole. Of a nested stack: as the parent passes it.
    fn parameter(&self, name: &str, parameter: &Parameter, span: Span, world: &World) -> Kind {
        if self.id != Stacks::ROOT {
            return self.passed_parameter(name, parameter, span, world);
        }
        let hole = self.parameter_hole(name, parameter, span);
        let filled = match self.givens.parameter(name) {
            Some(Some(value)) => Text::literal(value),
            Some(None) | None => world.fill(&Text::hole(hole.clone())),
        };
        if let Some(value) = filled.as_literal().filter(|_| !parameter.is_ssm())
            && let Some(refusal) = self.violated(name, parameter, value, parameter.span)
        {
            return Kind::Refused(refusal);
        }
        self.declared(parameter, &filled, hole, span)
    }

    /// What a text is as the value of a parameter of this type; of a list that is not known, `list` stands for the members.
    pub(super) fn declared(&self, parameter: &Parameter, filled: &Text, list: Hole, span: Span) -> Kind {
        let is_list = parameter.is_list();
        if parameter.is_ssm() {
            return self.stored(filled, is_list, span);
        }
        match (filled.as_literal(), is_list) {
            (Some(value), true) => members(value, span),
            (None, true) => Kind::Members(list),
            // A value may be a dynamic reference, which is resolved where it ends up.
            (Some(value), false) => Kind::Text(replaced(self, &value.into(), span)),
            (None, false) => Kind::Text(filled.clone()),
        }
    }

    /// The values that were given, are passed by the parent, or are the Default, and that the parameter's declaration does
    /// not allow.
    pub(crate) fn violations(&self, world: &World) -> Vec<Refusal> {
        let declared = self.template.parameters.iter().filter(|(_, parameter)| !parameter.is_ssm());
        let violated = declared.filter_map(|(name, parameter)| {
            let passed = self.passed(name, world);
            let value = match &passed {
                Some(passed) => passed.as_text()?.as_literal()?.to_owned(),
                None if self.id == Stacks::ROOT => match self.givens.parameter(name) {
                    Some(given) => given?.to_owned(),
                    None => parameter.default.clone()?,
                },
                None => parameter.default.clone()?,
            };
            self.violated(name, parameter, &value, passed.map_or(parameter.span, |passed| passed.span))
        });
        violated.collect()
    }

    /// Why `value` cannot be the parameter's; nothing where it can.
    pub(super) fn violated(&self, name: &str, parameter: &Parameter, value: &str, span: Span) -> Option<Refusal> {
        let message = constraints::violated(&self.own(name), parameter, &self.shape(name), value)?;
        Some(Refusal { message, span })
    }

    /// The hole that stands for a parameter, with what its declaration says of the value.
    pub(crate) fn parameter_hole(&self, name: &str, parameter: &Parameter, span: Span) -> Hole {
        let shape = if parameter.is_ssm() { Shape::default() } else { self.shape(name) };
        let origin = match self.path() {
            "" => Origin::Parameter(name.to_owned()),
            stack => Origin::NestedParameter(stack.to_owned(), name.to_owned()),
        };
        Hole::new(origin, shape, Some(span))
    }

    /// A parameter of an SSM type: its value, and also its Default, is the key of the value in the Parameter Store.
    fn stored(&self, key: &Text, is_list: bool, span: Span) -> Kind {
        match key.as_literal().and_then(|key| self.givens.ssm.get(key)) {
            Some(value) if is_list => members(value, span),
            Some(value) => Kind::Text(Text::literal(value)),
            None if is_list => Kind::Members(later("ssm", &key.to_string(), span)),
            None => Kind::Text(Text::hole(later("ssm", &key.to_string(), span))),
        }
    }

    fn pseudo(&self, name: &str, span: Span) -> Option<Kind> {
        let text = match name {
            "AWS::AccountId" => self.givens.account.clone(),
            "AWS::Region" => self.givens.region.clone(),
            "AWS::Partition" => self.givens.partition.clone(),
            "AWS::URLSuffix" => match self.givens.partition.as_literal() {
                Some("aws" | "aws-us-gov") => Text::literal("amazonaws.com"),
                Some("aws-cn") => Text::literal("amazonaws.com.cn"),
                _ => Text::hole(later("pseudo", name, span)),
            },
            "AWS::StackName" => self.stack_name(span),
            "AWS::StackId" => {
                let mut id = Text::literal("arn:");
                for (part, separator) in [
                    (&self.givens.partition, ":cloudformation:"),
                    (&self.givens.region, ":"),
                    (&self.givens.account, ":stack/"),
                    (&self.stack_name(span), "/"),
                ] {
                    id.append(part);
                    id.push_str(separator);
                }
                let origin = Origin::Later { kind: "pseudo", name: self.own(name), at: None };
                id.append(&Text::hole(Hole::new(origin, Shape::class(Class::Hex), Some(span))));
                id
            }
            "AWS::NotificationARNs" => return Some(Kind::Members(self.later("pseudo", name, span))),
            "AWS::NoValue" => return Some(Kind::Nothing),
            _ => return None,
        };
        Some(Kind::Text(text))
    }

    /// The name of the stack, if it was given. CloudFormation names nested stacks itself.
    pub(super) fn own_stack_name(&self) -> Option<&str> {
        self.givens.stack_name.as_deref().filter(|_| self.id == Stacks::ROOT)
    }

    fn stack_name(&self, span: Span) -> Text {
        match self.own_stack_name() {
            Some(name) => Text::literal(name),
            None => {
                let origin = Origin::Later { kind: "pseudo", name: self.own("AWS::StackName"), at: None };
                Text::hole(Hole::new(origin, Shape::class(Class::Name), Some(span)))
            }
        }
    }

    /// Fn::FindInMap, also where a key is only partly known: then one row after the other is asked for.
    pub(crate) fn find_in_map(
        &self,
        expr: &Expr,
        [map, top, second]: [Value; 3],
        default: Option<Value>,
        world: &World,
    ) -> Value {
        super::lift::lift(expr.span, vec![map, top, second], &|args| {
            let texts: Vec<Text> = args.iter().filter_map(Value::as_text).collect();
            let [map, top, second] = texts.as_slice() else {
                return refused("the keys of Fn::FindInMap must be texts", expr);
            };
            let missing = || match &default {
                Some(default) => default.kind.clone(),
                None => refused(format!("unable to get mapping for `{map}::{top}::{second}`"), expr),
            };
            let Some(rows) = map.as_literal().and_then(|name| self.template.mappings.get(name)) else {
                return missing();
            };
            pick(rows, top, expr, world, &missing, &|row| {
                pick(row, second, expr, world, &missing, &|value| self.resolve(value, world).kind)
            })
        })
    }
}

impl Parameter {
    pub(super) fn is_list(&self) -> bool {
        self.kind.contains("List<") || self.kind.contains("CommaDelimitedList")
    }

    pub(super) fn is_ssm(&self) -> bool {
        self.kind.starts_with("AWS::SSM::Parameter::Value<")
    }
}

/// Source: parameters-section-structure.html: the members are one more than the commas, each trimmed.
fn members(value: &str, span: Span) -> Kind {
    Kind::List(value.split(',').map(|member| Value::text(span, Text::literal(member.trim()))).collect())
}

/// The entry of a mapping level whose key is `key`.
fn pick(
    level: &Expr,
    key: &Text,
    expr: &Expr,
    world: &World,
    missing: &dyn Fn() -> Kind,
    found: &dyn Fn(&Expr) -> Kind,
) -> Kind {
    let ExprKind::Map(entries) = &level.kind else {
        return refused("every Mappings member must be a map", expr);
    };
    if let Some(literal) = world.fill(key).as_literal() {
        return level.get(literal).map_or_else(missing, found);
    }
    // The place, the account and the partition are assumed to be among the rows: elsewhere there would be no key.
    let among_rows =
        key.holes().all(|hole| matches!(hole.origin(), Origin::Region | Origin::Account | Origin::Partition));
    let mut asked: Vec<(Question, Kind)> = Vec::new();
    let mut last = None;
    for (name, value) in entries {
        match world.equal(key, &Text::literal(&name.text)) {
            Ok(true) => {
                last = Some(found(value));
                break;
            }
            Ok(false) => {}
            Err(Stop::Ask(question)) => asked.push((question, found(value))),
            Err(Stop::Refused(Refusal { message, span })) => return Kind::Refused(Refusal { message, span }),
        }
    }
    if last.is_none() && among_rows {
        last = asked.pop().map(|(_, kind)| kind);
    }
    let otherwise = last.unwrap_or_else(missing);
    asked.into_iter().rev().fold(otherwise, |otherwise, (question, kind)| {
        if kind == otherwise {
            return kind;
        }
        let value = |kind| Value { span: expr.span, kind };
        Kind::Open(question, vec![value(kind), value(otherwise)])
    })
}
