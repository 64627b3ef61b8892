//! The rules of less than high confidence that an answer may hang on (design §3).
//!
//! Comes in: a policy and a deployment. Goes out: the rules that they bring up, and those that decide, in words. Must not know:
//! which answer it is.

use std::collections::BTreeSet;

use crate::deployment::Deployment;
use crate::policy::{Document, Doubt, doubts};
use crate::world::Value;

/// The rules that a policy, or one beside it, brings up; not what is known of the context.
pub(super) fn brought_up(policy: &Value, deployment: &Deployment) -> BTreeSet<Doubt> {
    let beside = deployment.layers.given().into_iter().flat_map(|(_, policies)| policies);
    let beside = beside.map(|value| Document { value, of_identity: true });
    let documents = std::iter::once(Document { value: policy, of_identity: false }).chain(beside);
    let is_given = |doubt: &Doubt| matches!(doubt, Doubt::Key(key) if deployment.context.contains_key(key));
    documents.flat_map(|document| doubts(document, &deployment.caller)).filter(|doubt| !is_given(doubt)).collect()
}

/// Those that decide; in words.
pub(super) fn deciding(policy: &Value, deployment: &Deployment, decides: &dyn Fn(&Doubt) -> bool) -> Vec<String> {
    let assumed = |doubt: Doubt| decides(&doubt).then(|| doubt.assumption().unwrap_or_default().to_owned());
    brought_up(policy, deployment).into_iter().filter_map(assumed).collect()
}
