//! A template and those of the stacks nested in it, as a tree: who nests whom, under which logical id.
//!
//! Comes in: templates that were found. Goes out: [`Stacks`]. Must not know: files, values.
//!
//! Source: AWS CloudFormation User Guide, using-cfn-nested-stacks.html; AWS SAM Developer Guide,
//! sam-resource-application.html: an AWS::Serverless::Application becomes an AWS::CloudFormation::Stack.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::source::{FileId, SourceError};

use super::template::{Resource, Template};

/// A stack of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct StackId(usize);

/// One stack: a template at one place of the tree.
#[derive(Debug)]
pub(crate) struct Stack {
    /// The file of its template.
    pub(crate) file: FileId,
    /// Its template, which may be that of other stacks, too.
    pub(crate) template: Arc<Template>,
    /// The logical ids that lead to it, joined with `/`; empty for the root.
    pub(crate) path: String,
    /// The stack it is nested in, and its logical id there.
    pub(crate) above: Option<(StackId, String)>,
    nested: BTreeMap<String, Nested>,
}

/// What became of the template of a nested stack.
#[derive(Clone, Debug)]
pub(crate) enum Nested {
    /// It was found.
    Followed(StackId),
    /// It was not.
    Unfollowed(Unfollowed),
}

/// Why the template of a nested stack is not known.
#[derive(Clone, Debug)]
pub(crate) enum Unfollowed {
    /// It is no local file; in words.
    Elsewhere(String),
    /// There is no such file; in words.
    Missing(String),
    /// The file cannot be read as a template.
    Broken {
        /// The file as shown.
        path: String,
        /// What is wrong with it.
        error: SourceError,
        /// Whether it mentions a KMS key.
        mentions_key: bool,
    },
    /// It is the template of a stack above: the path that the circle goes through.
    Circular(String),
    /// There are more nested stacks than are followed; in words.
    TooMany(String),
}

/// A template with everything that is nested in it. The root comes first, and every stack before those nested in it.
#[derive(Debug)]
pub(crate) struct Stacks {
    /// What the root is called in reports: the artifact of a cloud assembly; empty for a template by itself.
    name: String,
    root: Stack,
    nested: Vec<Stack>,
}

impl Stacks {
    /// A template by itself.
    pub(crate) fn of(file: FileId, template: Arc<Template>) -> Stacks {
        let root = Stack { file, template, path: String::new(), above: None, nested: BTreeMap::new() };
        Stacks { name: String::new(), root, nested: Vec::new() }
    }

    /// The same under another name.
    pub(crate) fn named(self, name: &str) -> Stacks {
        Stacks { name: name.to_owned(), ..self }
    }

    /// What the root is called in reports.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What a stack is called in reports: the name of the root, and the logical ids that lead on from there.
    pub(crate) fn shown(&self, id: StackId) -> String {
        let path = self.get(id).path.as_str();
        let separator = if self.name.is_empty() || path.is_empty() { "" } else { "/" };
        format!("{}{separator}{path}", self.name)
    }

    /// The template that was checked.
    pub(crate) const ROOT: StackId = StackId(0);

    /// A stack.
    pub(crate) fn get(&self, id: StackId) -> &Stack {
        id.0.checked_sub(1).and_then(|index| self.nested.get(index)).unwrap_or(&self.root)
    }

    /// Every stack, the root first.
    pub(crate) fn ids(&self) -> impl Iterator<Item = StackId> + use<> {
        (0..=self.nested.len()).map(StackId)
    }

    /// Whether nothing is nested in the root, nor should be.
    pub(crate) fn is_alone(&self) -> bool {
        self.nested.is_empty() && self.root.nested.is_empty()
    }

    /// Keeps only the outlines of templates that nobody else holds.
    pub(crate) fn forget_contents(&mut self) {
        let all = std::iter::once(&mut self.root).chain(&mut self.nested);
        all.filter_map(|stack| Arc::get_mut(&mut stack.template)).for_each(Template::forget_contents);
    }

    /// Every stack, the root first.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Stack> {
        std::iter::once(&self.root).chain(&self.nested)
    }

    /// What became of the stack `logical_id` in `above`; nothing where nobody looked for its template.
    pub(crate) fn nested(&self, above: StackId, logical_id: &str) -> Option<&Nested> {
        self.get(above).nested.get(logical_id)
    }

    /// The nested stacks of `above` whose templates are not known, in the order of the template.
    pub(crate) fn unfollowed(&self, above: StackId) -> impl Iterator<Item = (&Resource, &Unfollowed)> {
        let stack = self.get(above);
        stack.template.resources.iter().filter_map(|resource| match stack.nested.get(&resource.id)? {
            Nested::Unfollowed(why) => Some((resource, why)),
            Nested::Followed(_) => None,
        })
    }

    /// A stack and all those it is nested in, from the inside to the root.
    pub(crate) fn lineage(&self, id: StackId) -> impl Iterator<Item = StackId> {
        std::iter::successors(Some(id), |id| self.get(*id).above.as_ref().map(|(above, _)| *above))
    }

    /// Notes what became of the stack `logical_id` in `above`.
    pub(crate) fn note(&mut self, above: StackId, logical_id: &str, nested: Nested) {
        let stack = match above.0.checked_sub(1).and_then(|index| self.nested.get_mut(index)) {
            Some(stack) => stack,
            None => &mut self.root,
        };
        stack.nested.insert(logical_id.to_owned(), nested);
    }

    /// Adds the stack `logical_id` to `above`.
    pub(crate) fn nest(
        &mut self,
        above: StackId,
        logical_id: &str,
        (file, template): (FileId, Arc<Template>),
    ) -> StackId {
        let path = match self.get(above).path.as_str() {
            "" => logical_id.to_owned(),
            path => format!("{path}/{logical_id}"),
        };
        let above_it = Some((above, logical_id.to_owned()));
        self.nested.push(Stack { file, template, path, above: above_it, nested: BTreeMap::new() });
        let id = StackId(self.nested.len());
        self.note(above, logical_id, Nested::Followed(id));
        id
    }
}

impl Resource {
    /// Whether it is a nested stack.
    pub(crate) fn is_stack(&self) -> bool {
        matches!(self.kind.as_str(), "AWS::CloudFormation::Stack" | "AWS::Serverless::Application")
    }
}
