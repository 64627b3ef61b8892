//! What reads the ARN of a key: resources and outputs of its template.
//!
//! Comes in: a template, and worlds. Goes out: for every logical id what may read an attribute of it, looked for once for all keys; and
//! what does in a world. Must not know: policies.

use std::collections::HashMap;

use crate::source::Span;
use crate::template::{Expr, Output, Resource, Target, Template, references};
use crate::world::{Stop, World, any};

use super::evaluate::Subject;
use super::reach::{self, holds, is_created};

/// What may read attributes of resources, by their logical ids, in the order of the template.
pub(super) struct Readers<'t>(HashMap<&'t str, Vec<Reader<'t>>>);

impl<'t> Readers<'t> {
    /// Of everything in a template.
    pub(super) fn of(template: &'t Template) -> Readers<'t> {
        let resources = template
            .resources
            .iter()
            .filter_map(|one| Some((Some(one.id.as_str()), Reader::Resource(one, one.properties.as_ref()?))));
        let outputs = template.outputs.iter().filter_map(|one| Some((None, Reader::Output(one, one.value.as_ref()?))));
        let mut out: HashMap<&str, Vec<Reader<'t>>> = HashMap::new();
        for (own, reader) in resources.chain(outputs) {
            let mut targets: Vec<&str> = references(reader.expr())
                .into_iter()
                .filter_map(|one| match one.target {
                    Target::Resource(id) if Some(id) != own => Some(id),
                    _ => None,
                })
                .collect();
            targets.sort_unstable();
            targets.dedup();
            targets.into_iter().for_each(|id| out.entry(id).or_default().push(reader));
        }
        Readers(out)
    }

    /// Those of one resource.
    pub(super) fn of_resource(&self, id: &str) -> &[Reader<'t>] {
        self.0.get(id).map_or(&[], Vec::as_slice)
    }
}

/// Something that may read the key's ARN.
#[derive(Clone, Copy)]
pub(super) enum Reader<'t> {
    /// A resource, by its properties.
    Resource(&'t Resource, &'t Expr),
    /// An output, by its value.
    Output(&'t Output, &'t Expr),
}

impl<'t> Reader<'t> {
    fn expr(&self) -> &'t Expr {
        match self {
            Reader::Resource(_, expr) | Reader::Output(_, expr) => expr,
        }
    }

    fn is_created(&self, subject: &Subject<'_>, world: &World) -> Result<bool, Stop> {
        match self {
            Reader::Resource(resource, _) => is_created(subject.scope, resource, world),
            Reader::Output(output, _) => holds(subject.scope, output.condition.as_ref(), world),
        }
    }

    /// The resource, if it is one, and the place where it reads the key's ARN.
    pub(super) fn place(&self, subject: &Subject<'_>, world: &World) -> Option<(Option<&'t str>, Span)> {
        if self.is_created(subject, world) == Ok(false) {
            return None;
        }
        let id = match self {
            Reader::Resource(resource, _) => Some(resource.id.as_str()),
            Reader::Output(..) => None,
        };
        arn_in(subject, self.expr(), world).unwrap_or(Some(self.expr().span)).map(|span| (id, span))
    }
}

/// Whether one of them is created and reads the ARN in this world.
pub(super) fn is_read(subject: &Subject<'_>, readers: &[Reader<'_>], world: &World) -> Result<bool, Stop> {
    any(readers
        .iter()
        .map(|reader| Ok(reader.is_created(subject, world)? && arn_in(subject, reader.expr(), world)?.is_some())))
}

/// Where an expression reads the key's ARN in this world.
fn arn_in(subject: &Subject<'_>, expr: &Expr, world: &World) -> Result<Option<Span>, Stop> {
    let mut named = Vec::new();
    reach::names(subject.scope, expr, world, &mut named)?;
    let arn = named.iter().find(|one| one.id == subject.key.id && one.attribute.as_deref() == Some("Arn"));
    Ok(arn.map(|one| one.span))
}
