//! What resources of the same template are called: Ref and Fn::GetAtt follow from their properties where the table
//! `returns.rs` says how; everything else is a hole.
//!
//! Comes in: a logical id and an attribute. Goes out: a value, refused where the resource is not created. Must not know:
//! policies.

use crate::source::Span;
use crate::template::{Expr, Resource};
use crate::world::{Kind, Refusal, Stop, Text, Value, World};

use super::lift::lift;
use super::names::{generated, unknown};
use super::returns::{Returns, echoes, of};
use super::scope::Scope;

impl Scope<'_> {
    /// Ref of a resource.
    pub(crate) fn resource_name(&self, id: &str, span: Span, world: &World) -> Kind {
        self.existing(id, span, world, &|resource| match of(&resource.kind) {
            Some(row) if !row.reference.is_empty() => self.form(resource, row, row.reference, span, world),
            _ => unknown(self.later("getatt", id, span)),
        })
    }

    /// Fn::GetAtt of a resource.
    pub(crate) fn attribute(&self, id: &str, attribute: &str, span: Span, world: &World) -> Kind {
        self.existing(id, span, world, &|resource| {
            if let Some(name) = attribute.strip_prefix("Outputs.").filter(|_| resource.is_stack()) {
                return self.output(resource, name, span, world);
            }
            if let Some(row) = of(&resource.kind) {
                let form = row.attributes.iter().find(|(name, _)| *name == attribute).map(|(_, form)| *form);
                if let Some(form) = form.or((attribute == row.name).then_some("{N}")) {
                    return self.form(resource, row, form, span, world);
                }
            }
            self.given(resource, attribute, span, world)
        })
    }

    /// A reference is refused where its resource does not exist, or is not created in this world.
    fn existing(&self, id: &str, span: Span, world: &World, f: &dyn Fn(&Resource) -> Kind) -> Kind {
        let missing = || {
            let message = format!("unresolved resource dependency `{id}`");
            Kind::Refused(Refusal { message, span })
        };
        let Some(resource) = self.template.resource(id) else {
            // A macro may add it.
            return if self.template.may_grow() { unknown(self.later("transform", id, span)) } else { missing() };
        };
        self.under(resource.condition.as_ref(), span, world, &|| f(resource), &missing)
    }

    /// What is, if there is a condition, only so where it is true.
    pub(super) fn under(
        &self,
        condition: Option<&(String, Span)>,
        span: Span,
        world: &World,
        holds: &dyn Fn() -> Kind,
        otherwise: &dyn Fn() -> Kind,
    ) -> Kind {
        let Some((condition, place)) = condition else { return holds() };
        match self.condition(condition, *place, world) {
            Ok(true) => holds(),
            Ok(false) => otherwise(),
            Err(Stop::Ask(question)) => {
                let value = |kind| Value { span, kind };
                Kind::Open(question, vec![value(holds()), value(otherwise())])
            }
            Err(Stop::Refused(refusal)) => Kind::Refused(refusal),
        }
    }

    /// An attribute that is a property: what the template gives for it, else a hole.
    fn given(&self, resource: &Resource, attribute: &str, span: Span, world: &World) -> Kind {
        let hole = || unknown(self.later("getatt", &format!("{}.{attribute}", resource.id), span));
        let value = property(resource, attribute).map(|expr| self.elsewhere(expr, world));
        lift(span, value.into_iter().collect(), &|values| match values.first().map(|value| &value.kind) {
            None | Some(Kind::Nothing) => hole(),
            Some(Kind::Text(text)) if !echoes(&resource.kind, text.as_literal()) => hole(),
            Some(kind) if echoes(&resource.kind, None) => kind.clone(),
            Some(_) => hole(),
        })
        .kind
    }

    /// A form of the table, filled in.
    fn form(&self, resource: &Resource, row: &Returns, form: &str, span: Span, world: &World) -> Kind {
        let text = |text: Text| Value::text(span, text);
        let mut parts = Vec::new();
        for (n, piece) in form.split(['{', '}']).enumerate() {
            // Every second piece stands between braces.
            parts.push(match piece {
                _ if n % 2 == 0 => text(Text::literal(piece)),
                "P" => text(self.givens.partition.clone()),
                "R" => text(self.givens.region.clone()),
                "A" => text(self.givens.account.clone()),
                "S" => Value { span, kind: self.refer("AWS::URLSuffix", span, world) },
                "N" => self.or(resource, row.name, world, &|| generated(self, resource)),
                "Path" => self.or(resource, piece, world, &|| Text::literal("/")),
                _ => text(Text::hole(super::names::made_up(self, &resource.id, span))),
            });
        }
        lift(span, parts, &|parts| {
            let mut out = Text::default();
            for part in parts {
                match part.as_text() {
                    Some(text) => out.append(&text),
                    None => return unknown(self.later("getatt", &resource.id, span)),
                }
            }
            Kind::Text(out)
        })
        .kind
    }

    /// What a property of another resource is; it costs its length, since every reference to it copies it.
    fn elsewhere(&self, expr: &Expr, world: &World) -> Value {
        let value = self.resolve(expr, world);
        if let Kind::Text(text) = &value.kind {
            self.effort.spend(text.len());
        }
        value
    }

    /// A property's value; where it is not given, what stands for it.
    fn or(&self, resource: &Resource, name: &str, world: &World, absent: &dyn Fn() -> Text) -> Value {
        let span = resource.span;
        let Some(expr) = resource.property(name) else { return Value::text(span, absent()) };
        lift(span, vec![self.elsewhere(expr, world)], &|values| match values.first().map(|value| &value.kind) {
            None | Some(Kind::Nothing) => Kind::Text(absent()),
            Some(kind) => kind.clone(),
        })
    }
}

/// A property by its path: `Endpoint.Port` is the entry `Port` of the property `Endpoint`.
fn property<'r>(resource: &'r Resource, path: &str) -> Option<&'r Expr> {
    let mut parts = path.split('.');
    let outer = resource.property(parts.next()?)?;
    parts.try_fold(outer, |expr, name| expr.get(name))
}
