//! Nodes in, a typed template out: parameters, mappings, conditions, resources and expressions, each with its span.
//!
//! Follows: AWS CloudFormation User Guide, template-anatomy.html and intrinsic-function-reference.html.
//! Must not know: policies, deployments, what an expression's value is.

mod cdk;
mod expand;
mod expr;
pub(crate) mod extensions;
mod include;
mod intrinsics;
mod numbers;
mod outline;
mod owners;
mod read;
mod references;
mod stacks;
mod structure;
mod sub;
mod suppressions;
#[allow(clippy::module_inception, reason = "the template is the layer's central noun")]
mod template;
mod transforms;
mod tree;

#[cfg(test)]
pub(crate) use expand::Snippets;
pub(crate) use expand::{expand, snippets};
pub(crate) use expr::{Choice, Expr, ExprKind, Key, SubPart};
pub(crate) use numbers::NumberLike;
pub(crate) use owners::Owner;
pub(crate) use read::read;
pub(crate) use references::{Reference, Target, references};
pub(crate) use stacks::{Nested, StackId, Stacks, Unfollowed};
pub(crate) use structure::NULL;
pub(crate) use sub::framework_variable;
pub(crate) use suppressions::{Ignore, Suppression};
pub(crate) use template::{Output, POLICY, Parameter, Resource, Template, TemplateRule};
pub(crate) use tree::{Unknown, is_macro};
