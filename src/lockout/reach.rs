//! What a template's resources refer to in one world: expressions at a path of their properties, names that expressions use,
//! and which of them stand for a key.
//!
//! Comes in: resources and a world. Goes out: expressions, names with their places. An Fn::If is followed, or its condition
//! asked for. Must not know: policies.

use crate::resolve::Scope;
use crate::source::Span;
use crate::template::{Choice, Expr, ExprKind, Resource, StackId, SubPart};
use crate::world::{Hole, Kind, Origin, Question, Shape, Stop, Text, Value, World, any};

use super::around::Alias;

/// A name that an expression refers to.
pub(super) struct Named {
    /// A logical id, or a parameter.
    pub(super) id: String,
    /// The attribute, with Fn::GetAtt.
    pub(super) attribute: Option<String>,
    /// Where.
    pub(super) span: Span,
}

/// Whether the resource, and its stack, is created.
pub(super) fn is_created(scope: &Scope<'_>, resource: &Resource, world: &World) -> Result<bool, Stop> {
    if !scope.is_created(world)? {
        return Ok(false);
    }
    holds(scope, resource.condition.as_ref(), world)
}

/// Whether a Condition, if there is one, is true.
pub(super) fn holds(scope: &Scope<'_>, condition: Option<&(String, Span)>, world: &World) -> Result<bool, Stop> {
    condition.map_or(Ok(true), |(name, span)| scope.condition(name, *span, world))
}

/// The expressions at a path of a resource's properties: `Targets.*.Arn`, where `*` is every member of a list.
pub(super) fn at<'t>(
    scope: &Scope<'_>,
    resource: &'t Resource,
    path: &str,
    world: &World,
) -> Result<Vec<&'t Expr>, Stop> {
    let mut found: Vec<&Expr> = resource.properties.iter().collect();
    for name in path.split('.') {
        let mut next = Vec::new();
        for expr in found {
            step(scope, expr, name, world, &mut next)?;
        }
        found = next;
    }
    Ok(found)
}

/// The value of an Fn::If that counts in this world.
fn chosen<'t>(scope: &Scope<'_>, expr: &Expr, choice: &'t Choice, world: &World) -> Result<&'t Expr, Stop> {
    let holds = scope.condition(&choice.condition, expr.span, world)?;
    Ok(if holds { &choice.then } else { &choice.otherwise })
}

fn step<'t>(scope: &Scope<'_>, expr: &'t Expr, name: &str, world: &World, out: &mut Vec<&'t Expr>) -> Result<(), Stop> {
    match &expr.kind {
        ExprKind::If(choice) => return step(scope, chosen(scope, expr, choice, world)?, name, world, out),
        ExprKind::List(items) if name == "*" => out.extend(items),
        _ => out.extend(expr.get(name)),
    }
    Ok(())
}

/// Every name that an expression uses in this world.
pub(super) fn names(scope: &Scope<'_>, expr: &Expr, world: &World, out: &mut Vec<Named>) -> Result<(), Stop> {
    let mut push = |id: &str, attribute: Option<&str>| {
        out.push(Named { id: id.to_owned(), attribute: attribute.map(str::to_owned), span: expr.span });
    };
    match &expr.kind {
        ExprKind::If(choice) => return names(scope, chosen(scope, expr, choice, world)?, world, out),
        ExprKind::Ref(name) => name.as_text().into_iter().for_each(|name| push(name, None)),
        ExprKind::GetAtt(resource, attribute) => {
            resource.as_text().into_iter().for_each(|name| push(name, attribute.as_text()));
        }
        ExprKind::Sub(sub) => {
            for part in &sub.parts {
                let SubPart::Variable(name) = part else { continue };
                if sub.map.iter().any(|(key, _)| *key.text == **name) {
                    continue;
                }
                match name.split_once('.') {
                    Some((resource, attribute)) => push(resource, Some(attribute)),
                    None => push(name, None),
                }
            }
        }
        _ => {}
    }
    expr.children().into_iter().try_for_each(|child| names(scope, child, world, out))
}

/// A key with the aliases that may target it.
pub(super) struct Identity<'t> {
    hole: Hole,
    /// The aliases, each with its stack.
    pub(super) aliases: Vec<(StackId, &'t Resource)>,
}

impl<'t> Identity<'t> {
    /// What stands for the key in the whole deployment, as far as that is known without any answer.
    pub(super) fn of(scope: &Scope<'t>, key: &Resource, aliases: &[Alias<'t>]) -> Identity<'t> {
        let origin = Origin::Later { kind: "getatt", name: scope.own(&key.id), at: None };
        let hole = Hole::new(origin, Shape::default(), None);
        let targeting = aliases.iter().filter(|alias| mentions(&alias.target, &hole));
        let aliases = targeting.map(|alias| (alias.stack, alias.resource)).collect();
        Identity { hole, aliases }
    }

    /// Whether a value may be, or hold, the key in some world.
    pub(super) fn may_be_in(&self, value: &Value) -> bool {
        mentions(value, &self.hole) || !self.aliases.is_empty() && names_alias(value)
    }

    /// Whether an expression stands for the key in this world: itself, or one of its aliases.
    pub(super) fn is(&self, scope: &Scope<'_>, expr: &Expr, world: &World) -> Result<bool, Stop> {
        let Some(text) = text(scope, expr, world)? else { return Ok(false) };
        if self.is_in(&text) {
            return Ok(true);
        }
        let aliases = self.aliases.iter().map(|(id, alias)| {
            let scope = scope.at(*id);
            let Some(name) = self.alias_name(&scope, alias, world)? else { return Ok(false) };
            // What is not certainly the alias is something else.
            let named =
                text.parts(':', 5).and_then(|parts| Some(parts.last()?.to_text())).unwrap_or_else(|| text.clone());
            Ok(world.equal(&text, &name) == Ok(true) || world.equal(&named, &name) == Ok(true))
        });
        any(aliases)
    }

    /// The name of an alias that targets the key in this world.
    pub(super) fn alias_name(&self, scope: &Scope<'_>, alias: &Resource, world: &World) -> Result<Option<Text>, Stop> {
        if !is_created(scope, alias, world)? {
            return Ok(None);
        }
        let Some(target) = alias.property("TargetKeyId") else { return Ok(None) };
        if !text(scope, target, world)?.is_some_and(|target| self.is_in(&target)) {
            return Ok(None);
        }
        alias.property("AliasName").map_or(Ok(None), |name| text(scope, name, world))
    }

    fn is_in(&self, text: &Text) -> bool {
        text.holes().any(|hole| *hole == self.hole)
    }
}

/// The text of an expression in a world; nothing of lists and maps.
pub(super) fn text(scope: &Scope<'_>, expr: &Expr, world: &World) -> Result<Option<Text>, Stop> {
    let value = scope.resolve(expr, world);
    match &value.kind {
        Kind::Open(question, _) => Err(Stop::Ask(Question::clone(question))),
        Kind::Refused(refusal) => Err(Stop::Refused(refusal.clone())),
        _ => Ok(value.as_text().map(|text| world.fill(&text))),
    }
}

/// Whether a hole stands anywhere in a value, also behind open questions.
fn mentions(value: &Value, wanted: &Hole) -> bool {
    some_text(value, &|text| text.holes().any(|hole| hole == wanted))
}

fn names_alias(value: &Value) -> bool {
    some_text(value, &|text| text.to_string().contains("alias/") || text.holes().next().is_some())
}

fn some_text(value: &Value, f: &dyn Fn(&Text) -> bool) -> bool {
    match &value.kind {
        Kind::Text(text) => f(text),
        Kind::Unknown(hole) => f(&Text::hole(hole.clone())),
        Kind::List(items) | Kind::Open(_, items) => items.iter().any(|item| some_text(item, f)),
        Kind::Map(entries) => entries.iter().any(|(_, item)| some_text(item, f)),
        _ => false,
    }
}
