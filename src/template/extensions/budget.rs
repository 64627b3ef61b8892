//! How much one run of the macro may make: nested loops over long lists multiply.
//!
//! Source: intrinsic-function-reference-foreach.html: quotas count for the resultant template; cloudformation-limits.html:
//! a template has at most 1 MB. Twenty times that is left for what the passes look at on the way.

use std::cell::Cell;

use crate::source::Span;

use super::{Outcome, refused};

const BYTES: usize = 24 << 20;

/// What a node costs beside its text.
const NODE: usize = 32;

/// What is left.
#[derive(Debug)]
pub(super) struct Budget(Cell<usize>);

impl Default for Budget {
    fn default() -> Budget {
        Budget(Cell::new(BYTES))
    }
}

impl Budget {
    /// Pays for a node with a text of this length.
    pub(super) fn node(&self, text: usize, span: Span) -> Outcome<()> {
        match self.0.get().checked_sub(text.saturating_add(NODE)) {
            Some(left) => {
                self.0.set(left);
                Ok(())
            }
            None => {
                self.0.set(0);
                refused("the expanded template is far larger than the 1 MB that CloudFormation takes", span)
            }
        }
    }
}
