//! What is known and what is not: partly known texts, values with their places, questions, worlds of answers, and the
//! explorer that turns plain two-valued code into a decision tree (design §3).
//!
//! Must not know: templates, policies, AWS.

mod compare;
mod explore;
mod hole;
mod implied;
mod matching;
mod nearest;
mod pattern;
mod question;
mod relation;
mod scan;
mod slice;
mod text;
mod value;
mod wildcard;
#[allow(clippy::module_inception, reason = "the world is the layer's central noun")]
mod world;

pub(crate) use explore::{Budget, Path, Tree, explore, explore_unless};
pub(crate) use hole::{Class, Facet, Hole, Origin, Rule, Shape};
pub(crate) use nearest::nearest;
pub(crate) use pattern::{ESCAPED_ONE, ESCAPED_RUN, Pattern};
pub(crate) use question::{Question, Refusal, Stop, Test};
pub(crate) use relation::Relation;
pub(crate) use scan::{all, any, either};
pub(crate) use text::{Piece, Text};
pub(crate) use value::{Key, Kind, Plain, Value};
pub(crate) use wildcard::{Case, wildcard_match};
pub(crate) use world::World;

#[cfg(test)]
mod tests;
