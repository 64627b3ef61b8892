//! Relations between two texts that are neither equality nor a pattern over one unknown text: what is asked where one side
//! is unknown, and computed where both are known.

use std::fmt;

use super::text::Text;
use super::wildcard::{Case, wildcard_match};
use super::world::World;

/// A relation between a text of the request (left) and a text of the policy (right). Two are the same if their names are.
#[derive(Clone, Copy)]
pub(crate) struct Relation {
    /// As a message writes it between the two texts.
    pub(crate) name: &'static str,
    /// Whether it holds; nothing where the two cannot be compared.
    pub(crate) holds: fn(&str, &str) -> Option<bool>,
}

impl Relation {
    /// Equality.
    pub(crate) const EQUALS: Relation = Relation { name: "equals", holds: equal };
    /// Matching a pattern as a whole.
    pub(crate) const LIKE: Relation =
        Relation { name: "matches the pattern", holds: |left, right| Some(wildcard_match(right, left, Case::Counts)) };
    /// Matching a pattern part by part, as ARNs do.
    pub(crate) const ARN_LIKE: Relation = Relation {
        name: "matches the ARN pattern",
        holds: |left, right| World::default().arn_like(&Text::literal(left), &Text::literal(right)).ok(),
    };
}

impl PartialEq for Relation {
    fn eq(&self, other: &Relation) -> bool {
        self.name == other.name
    }
}

impl Eq for Relation {}

impl fmt::Debug for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

fn equal(left: &str, right: &str) -> Option<bool> {
    Some(left == right)
}
