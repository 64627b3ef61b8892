//! The macro `AWS::LanguageExtensions`: what CloudFormation makes of a template before it reads it.
//!
//! Comes in: a document, and the parameter values that are known when the macro runs. Goes out: [`unroll`] gives the
//! tree with its `Fn::ForEach` loops written out, for the typed template; [`transform`] gives the whole answer of the
//! macro, with every function that it works out by itself. What hangs on a parameter without a value stays and names it.
//! Works on a tree of its own: the typed expressions have lost what the macro looks at (numbers, null, functions as
//! arguments where base CloudFormation has none). Must not know: policies, files, deployments.
//!
//! Follows: AWS CloudFormation Template Reference, transform-aws-languageextensions.html and
//! intrinsic-function-reference-foreach.html; where they are silent, AWS's own fixtures of the macro
//! (`aws/aws-sam-cli`, `tests/unit/lib/cfn_language_extensions/compatibility`).

mod budget;
mod conditions;
mod functions;
mod lookups;
mod loops;
mod names;
mod resolver;
mod sections;
mod substitute;
#[cfg(test)]
mod tests;
mod texts;
mod values;

use std::collections::BTreeMap;

use crate::source::{Document, Span};
use crate::world::Refusal;

use super::tree::{self, Tree};

use budget::Budget;
use values::Values;

/// What the macro says of a part of the template.
type Outcome<T = Tree> = Result<T, Refusal>;

/// Writes out the loops of a template and leaves everything else as it is.
///
/// # Errors
///
/// What the macro refuses in a loop, with its place.
pub(super) fn unroll(root: &Tree, given: &BTreeMap<String, Option<String>>) -> Outcome {
    loops::unroll(root, &Values::new(root, given), &Budget::default())
}

/// Everything that the macro does to a template, as JSON.
///
/// # Errors
///
/// What the macro refuses, with its place.
pub(crate) fn transform(document: &Document, given: &BTreeMap<String, Option<String>>) -> Outcome<serde_json::Value> {
    let root = tree::read(document, document.root());
    let values = Values::new(&root, given);
    let budget = Budget::default();
    let root = loops::unroll(&root, &values, &budget)?;
    Ok(sections::transform(&root, &values, &budget)?.json())
}

fn refused<T>(message: impl Into<String>, span: Span) -> Outcome<T> {
    Err(Refusal { message: message.into(), span })
}
