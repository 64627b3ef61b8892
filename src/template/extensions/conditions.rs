//! Conditions: true, false, or not known when the macro runs.
//!
//! Source: intrinsic-function-reference-conditions.html; fixtures: cycles, unknown names and wrong forms are refused
//! also where nothing uses the condition, and Fn::Equals compares the text forms of scalars.

use crate::source::Span;

use super::resolver::{Mode, Resolver};
use super::{Outcome, refused};
use crate::template::tree::{Tree, TreeKind};

/// How deep conditions may hang on each other, operands included.
const DEEPEST: usize = 300;

/// What is known of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// It is being worked out.
    Begun,
    /// Its value, if that is known.
    Done(Option<bool>),
}

impl Resolver<'_> {
    /// Works out every condition.
    pub(super) fn conditions(&self) -> Outcome<()> {
        self.conditions.iter().try_for_each(|(name, tree)| self.condition(name, tree.span).map(|_| ()))
    }

    /// The value of a condition; `span` is where it is used.
    pub(super) fn condition(&self, name: &str, span: Span) -> Outcome<Option<bool>> {
        match self.states.borrow().get(name) {
            Some(State::Done(value)) => return Ok(*value),
            Some(State::Begun) => return refused(format!("the condition `{name}` depends on itself"), span),
            None => {}
        }
        let Some(tree) = self.conditions.get(name) else {
            return if self.more_conditions {
                Ok(None)
            } else {
                refused(format!("unresolved condition dependency `{name}`"), span)
            };
        };
        self.states.borrow_mut().insert(name.to_owned(), State::Begun);
        let value = self.holds(tree);
        let mut states = self.states.borrow_mut();
        match &value {
            Ok(value) => states.insert(name.to_owned(), State::Done(*value)),
            Err(_) => states.remove(name),
        };
        value
    }

    fn holds(&self, tree: &Tree) -> Outcome<Option<bool>> {
        let depth = self.depth.get();
        if depth >= DEEPEST {
            return refused(format!("conditions hang on each other more than {DEEPEST} levels deep"), tree.span);
        }
        self.depth.set(depth + 1);
        let value = self.holds_here(tree);
        self.depth.set(depth);
        value
    }

    fn holds_here(&self, tree: &Tree) -> Outcome<Option<bool>> {
        const MESSAGE: &str = "a condition must be one of Fn::And, Fn::Or, Fn::Not, Fn::Equals and Condition";
        self.budget.node(0, tree.span)?;
        let (name, argument) = match &tree.kind {
            TreeKind::Call(name, argument) => (name.as_str(), &**argument),
            TreeKind::Map(entries) => match entries.as_slice() {
                [(key, value)] if &*key.text == "Condition" => ("Condition", value),
                _ => return refused(MESSAGE, tree.span),
            },
            TreeKind::Unknown(..) => return Ok(None),
            TreeKind::Scalar(_) | TreeKind::List(_) => {
                return match tree.as_text().map(str::to_ascii_lowercase).as_deref() {
                    Some("true") => Ok(Some(true)),
                    Some("false") => Ok(Some(false)),
                    _ => refused(MESSAGE, tree.span),
                };
            }
        };
        match name {
            "Condition" => match argument.as_text() {
                Some(name) => self.condition(name, argument.span),
                None => refused("Condition needs the name of a condition", tree.span),
            },
            "Fn::Equals" => self.equals(argument, tree.span),
            "Fn::Not" => match argument.as_list() {
                Some([operand]) => Ok(self.holds(operand)?.map(|value| !value)),
                _ => refused("every Fn::Not object requires a list of one condition", tree.span),
            },
            "Fn::And" => self.combined(argument, tree.span, false),
            "Fn::Or" => self.combined(argument, tree.span, true),
            "Fn::Transform" => Ok(None),
            _ => refused(MESSAGE, tree.span),
        }
    }

    /// Fn::And, which one `false` settles, and Fn::Or, which one `true` settles; every operand is looked at.
    fn combined(&self, argument: &Tree, span: Span, settles: bool) -> Outcome<Option<bool>> {
        let operands = argument.as_list().unwrap_or_default();
        if !(2..=10).contains(&operands.len()) {
            return refused("every Fn::And and Fn::Or object requires a list of between 2 and 10 conditions", span);
        }
        let values = operands.iter().map(|operand| self.holds(operand)).collect::<Outcome<Vec<_>>>()?;
        if values.contains(&Some(settles)) {
            return Ok(Some(settles));
        }
        Ok(if values.contains(&None) { None } else { Some(!settles) })
    }

    fn equals(&self, argument: &Tree, span: Span) -> Outcome<Option<bool>> {
        let Some([a, b]) = argument.as_list() else {
            return refused("every Fn::Equals object requires a list of 2 string parameters", span);
        };
        let (a, b) = (self.resolve(a, Mode::Strict)?, self.resolve(b, Mode::Strict)?);
        for operand in [&a, &b] {
            if matches!(operand.kind, TreeKind::Map(_)) {
                return refused("Fn::Equals cannot compare a map", operand.span);
            }
        }
        Ok(match (a.as_text(), b.as_text()) {
            (Some(a), Some(b)) => Some(a == b),
            _ if a.json() == b.json() => Some(true),
            _ => known(&a).zip(known(&b)).map(|(a, b)| a == b),
        })
    }
}

/// The members of a list in which nothing is open. What a list and a text are to each other no document says.
fn known(tree: &Tree) -> Option<Vec<&str>> {
    tree.as_list()?.iter().map(Tree::as_text).collect()
}
