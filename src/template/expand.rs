//! The macros whose work is known before a deployment, in the order in which CloudFormation runs them: AWS::Include where
//! it stands, then AWS::LanguageExtensions over the whole template.
//!
//! Comes in: a document, the files it includes, and the values that its parameters have. Goes out: the typed template of
//! what the macros write. Must not know: files, deployments.
//!
//! Source: CloudFormation Template Reference, transform-section-structure.html: macros within sections run before those of
//! the section Transform.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::Document;
use crate::world::Refusal;

use super::include::{included, locations};
use super::template::Template;
use super::tree::{self, LOOP};
use super::{extensions, include};

pub(crate) use include::Snippets;

/// The locations of the files that a template includes, as far as they may be local.
pub(crate) fn snippets(document: &Document) -> BTreeSet<String> {
    locations(&tree::read(document, document.root()))
}

/// What the macros make of a template; nothing where it has none of them.
///
/// # Errors
///
/// What a macro refuses, with its place.
pub(crate) fn expand(
    document: &Document,
    given: &BTreeMap<String, Option<String>>,
    snippets: &Snippets<'_>,
) -> Option<Result<Template, Refusal>> {
    let has_loops = document.scalars().any(|text| text.starts_with(LOOP));
    if snippets.is_empty() && !has_loops {
        return None;
    }
    let root = included(&tree::read(document, document.root()), snippets);
    let mut written = tree::rebuild(document, &root);
    let mut template = Template::parse(&written)?;
    if template.has_language_extensions() {
        let root = match extensions::unroll(&root, given) {
            Ok(root) => root,
            Err(refusal) => return Some(Err(refusal)),
        };
        written = tree::rebuild(document, &root);
        template = Template::parse(&written)?;
        root.unknown(&mut template.unknown);
    }
    template.written = Some(written);
    Some(Ok(template))
}
