//! The whole template as it would be deployed: resolved in the nominal world, with what CloudFormation refuses of it.
//!
//! Comes in: a template with its nested stacks, its document and a deployment. Goes out: [`Resolved`]. Must not know: output.

use std::collections::BTreeSet;

use crate::deployment::Deployment;
use crate::resolve::{Scope, Whole, whole};
use crate::source::Document;
use crate::template::{StackId, Stacks};
use crate::world::Refusal;

use super::refusals;

/// A template after resolution.
#[derive(Debug)]
pub(crate) struct Resolved {
    /// Its sections.
    pub(crate) whole: Whole,
    /// What CloudFormation refuses, with the resource's logical id where there is one.
    pub(crate) refusals: Vec<(String, Refusal)>,
}

/// Resolves one of `stacks`, whose template stands in `document`.
pub(crate) fn resolved(stacks: &Stacks, id: StackId, document: &Document, deployment: &Deployment) -> Resolved {
    let root = Scope::new(stacks, &deployment.givens);
    let (scope, world) = (root.at(id), root.nominal());
    let mut refusals = refusals::of_template(&scope, &world);
    let document = scope.template.written.as_ref().unwrap_or(document);
    let whole = whole(&scope, document, &world);
    let mut seen: BTreeSet<_> = refusals.iter().map(|(_, refusal)| refusal.span).collect();
    for refusal in whole.refusals() {
        if seen.insert(refusal.span) {
            let inside = scope.template.resources.iter().find(|one| refusal.span.is_within(one.body));
            refusals.push((inside.map_or_else(String::new, |one| one.id.clone()), refusal));
        }
    }
    Resolved { whole, refusals }
}
