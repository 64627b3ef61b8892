//! What became of a key in the worlds so far: the verdict, the cases, every call of a handler and every service start from the
//! same worlds, so each is worked out once.
//!
//! Comes in: a subject and a world. Goes out: what was made of it, or is now. Must not know: what asks.

use std::cell::RefCell;
use std::collections::HashMap;

use crate::policy::Doubt;
use crate::world::{Stop, World};

use super::evaluate::Subject;

/// What is known of one key, by all that it hangs on.
#[derive(Debug)]
pub(crate) struct Known<T>(RefCell<HashMap<At, Result<T, Stop>>>);

#[derive(Debug, PartialEq, Eq, Hash)]
struct At {
    world: World,
    doubted: Option<Doubt>,
    bypass_counts: bool,
}

impl<T> Default for Known<T> {
    fn default() -> Known<T> {
        Known(RefCell::default())
    }
}

impl<T: Clone> Known<T> {
    /// What is known of the subject in this world; else what `find` finds out.
    pub(super) fn or_else(
        &self,
        subject: &Subject<'_>,
        world: &World,
        find: impl FnOnce() -> Result<T, Stop>,
    ) -> Result<T, Stop> {
        let at = At { world: world.clone(), doubted: subject.doubted.cloned(), bypass_counts: subject.bypass_counts };
        if let Some(known) = self.0.borrow().get(&at) {
            return known.clone();
        }
        let found = find();
        self.0.borrow_mut().insert(at, found.clone());
        found
    }
}
