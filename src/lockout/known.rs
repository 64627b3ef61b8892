//! What became of a key in the worlds so far: the verdict, the cases, every call of a handler and every service start from the
//! same worlds, so each is evaluated once.
//!
//! Comes in: a subject and a world. Goes out: what [`super::evaluate`] made of it. Must not know: what asks.

use std::cell::RefCell;
use std::collections::HashMap;

use crate::policy::Doubt;
use crate::world::{Stop, World};

use super::evaluate::{Leaf, Subject};

/// The leaves of one key.
#[derive(Debug, Default)]
pub(crate) struct Known(RefCell<HashMap<At, Result<Leaf, Stop>>>);

/// All that the answer of one key hangs on.
#[derive(Debug, PartialEq, Eq, Hash)]
struct At {
    world: World,
    doubted: Option<Doubt>,
    bypass_counts: bool,
}

impl Known {
    /// What is known of the subject in this world; else what `find` finds out.
    pub(super) fn or_else(
        &self,
        subject: &Subject<'_>,
        world: &World,
        find: impl FnOnce() -> Result<Leaf, Stop>,
    ) -> Result<Leaf, Stop> {
        let at = At { world: world.clone(), doubted: subject.doubted.cloned(), bypass_counts: subject.bypass_counts };
        if let Some(known) = self.0.borrow().get(&at) {
            return known.clone();
        }
        let found = find();
        self.0.borrow_mut().insert(at, found.clone());
        found
    }
}
