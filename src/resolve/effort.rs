//! How much resolving one template may cost: names that refer to names, and functions that repeat them, can ask for more
//! than any machine has. Past the limit a value is unknown and a condition is a question, said plainly.

use std::cell::{Cell, RefCell};

use crate::template::StackId;

/// How deep expressions and the names in them may nest. A file itself may nest 128 levels (`source::Limits`).
const DEPTH: u32 = 256;

/// How many expressions may be resolved for one key.
const STEPS: u64 = 2_000_000;

/// How many for the whole template.
const STEPS_OF_ALL: u64 = 20_000_000;

/// As many bytes as it costs one step to copy.
const COPIED: usize = 1 << 8;

/// The longest text that a function may make, in bytes: four times what CloudFormation takes as a template.
pub(crate) const LONGEST: usize = 4 << 20;

/// What is left.
#[derive(Debug)]
pub(crate) struct Effort {
    depth: Cell<u32>,
    steps: Cell<u64>,
    all: Cell<u64>,
    /// The outputs of nested stacks that are being worked out.
    outputs: RefCell<Vec<(StackId, String)>>,
}

impl Effort {
    /// Everything is left.
    pub(crate) fn new() -> Effort {
        Effort {
            depth: Cell::new(0),
            steps: Cell::new(STEPS),
            all: Cell::new(STEPS_OF_ALL),
            outputs: RefCell::default(),
        }
    }

    /// Begins another key.
    pub(crate) fn renew(&self) {
        self.steps.set(STEPS.min(self.all.get()));
    }

    /// Takes off what it costs to copy a text: names that are made of names repeat it.
    pub(super) fn spend(&self, bytes: usize) {
        let cost = u64::try_from(bytes / COPIED).unwrap_or(u64::MAX);
        self.steps.set(self.steps.get().saturating_sub(cost));
        self.all.set(self.all.get().saturating_sub(cost));
    }

    /// Runs `step` one level deeper, if that can be afforded.
    pub(crate) fn deeper<T>(&self, step: impl FnOnce() -> T) -> Option<T> {
        let (depth, steps) = (self.depth.get(), self.steps.get());
        if depth >= DEPTH || steps == 0 {
            return None;
        }
        self.depth.set(depth + 1);
        self.steps.set(steps - 1);
        self.all.set(self.all.get().saturating_sub(1));
        let out = step();
        self.depth.set(depth);
        Some(out)
    }

    /// Runs `step` for an output of a nested stack, unless that is what it is for already: then it hangs on itself.
    pub(crate) fn once<T>(&self, stack: StackId, output: &str, step: impl FnOnce() -> T) -> Option<T> {
        let is_this = |(id, name): &(StackId, String)| *id == stack && name == output;
        if self.outputs.borrow().iter().any(is_this) {
            return None;
        }
        self.outputs.borrow_mut().push((stack, output.to_owned()));
        let out = step();
        self.outputs.borrow_mut().pop();
        Some(out)
    }
}
