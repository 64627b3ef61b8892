//! The worlds that a template may still cost, whoever explores: its keys, what happens to them afterwards, its updates.
//!
//! Comes in: explorations. Goes out: a budget for each, of what is left. Must not know: what is explored.

use std::cell::Cell;

use crate::world::Budget;

/// How many worlds may be run for all keys of a template.
const OF_ALL: usize = 60_000;

/// How many worlds are left.
#[derive(Debug)]
pub(crate) struct Worlds(Cell<usize>);

impl Default for Worlds {
    fn default() -> Worlds {
        Worlds(Cell::new(OF_ALL))
    }
}

impl Worlds {
    /// So many.
    #[cfg(test)]
    pub(super) fn of(worlds: usize) -> Worlds {
        Worlds(Cell::new(worlds))
    }

    /// How many worlds have been run.
    pub(super) fn run(&self) -> usize {
        OF_ALL.saturating_sub(self.0.get())
    }

    /// What `explore` finds with the budget of a key; what it runs is gone for those after it.
    pub(super) fn spend<T>(&self, explore: impl FnOnce(&mut Budget) -> T) -> T {
        self.spend_at_most(Budget::default().worlds, explore)
    }

    /// The same with at most `most` worlds.
    pub(super) fn spend_at_most<T>(&self, most: usize, explore: impl FnOnce(&mut Budget) -> T) -> T {
        let given = most.min(self.0.get());
        let mut budget = Budget { worlds: given, ..Budget::default() };
        let found = explore(&mut budget);
        self.0.set(self.0.get().saturating_sub(given.saturating_sub(budget.worlds)));
        found
    }
}
