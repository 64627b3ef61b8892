//! AWS::Include: the content of another file, in the place of the macro that names it.
//!
//! Comes in: the template's tree, and the files that it names. Goes out: the tree with their content; a macro whose file is
//! not known, or whose content would write what stands beside it, stays. Must not know: where files are.
//!
//! Source: CloudFormation Template Reference, transform-aws-include.html ("inserts the contents of the specified file at
//! the location of the transform"; no include within an included file).

use std::collections::{BTreeMap, BTreeSet};

use crate::source::Document;

use super::tree::{self, Tree, TreeKind};

/// The files that a template includes, by the locations that name them.
pub(crate) type Snippets<'d> = BTreeMap<String, &'d Document>;

/// How many nodes all included content may have.
const NODES: usize = 1_000_000;

/// The locations that a template includes and that may be local: fixed, and no URL.
pub(super) fn locations(tree: &Tree) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    let mut left = vec![tree];
    while let Some(tree) = left.pop() {
        out.extend(location(tree).filter(|location| !location.contains("://")).map(str::to_owned));
        left.extend(tree.children());
    }
    out
}

/// The tree with the content of its includes.
pub(super) fn included(root: &Tree, snippets: &Snippets<'_>) -> Tree {
    let mut include = Include { snippets, left: NODES };
    let tree = include.within(root);
    include.at_top(tree)
}

/// The Location of `{Name: AWS::Include, Parameters: {Location: …}}`.
fn location(call: &Tree) -> Option<&str> {
    call.get("Name").and_then(Tree::as_text).filter(|name| *name == "AWS::Include")?;
    call.get("Parameters")?.get("Location")?.as_text()
}

struct Include<'s> {
    snippets: &'s Snippets<'s>,
    left: usize,
}

impl Include<'_> {
    /// The content that a call of the macro names, while there is room for it.
    fn content(&mut self, call: &Tree) -> Option<Tree> {
        let document = self.snippets.get(location(call)?)?;
        let content = tree::read(document, document.root());
        self.left = self.left.checked_sub(size(&content))?;
        Some(content)
    }

    fn within(&mut self, tree: &Tree) -> Tree {
        let kind = match &tree.kind {
            TreeKind::Call(name, argument) if name == "Fn::Transform" => {
                return self.content(argument).unwrap_or_else(|| tree.clone());
            }
            TreeKind::Call(name, argument) => TreeKind::Call(name.clone(), Box::new(self.within(argument))),
            TreeKind::List(items) => TreeKind::List(items.iter().map(|item| self.within(item)).collect()),
            TreeKind::Map(entries) => {
                let mut out = Vec::new();
                for (key, value) in entries {
                    let content = if &*key.text == "Fn::Transform" { self.content(value) } else { None };
                    match content.filter(|content| fits(content, tree)) {
                        Some(content) => out.extend(content.entries().iter().cloned()),
                        None => out.push((key.clone(), self.within(value))),
                    }
                }
                TreeKind::Map(out)
            }
            TreeKind::Scalar(_) | TreeKind::Unknown(..) => tree.kind.clone(),
        };
        Tree { span: tree.span, kind }
    }

    /// The section Transform names macros that run over the whole template.
    fn at_top(&mut self, mut root: Tree) -> Tree {
        let calls = match root.get("Transform") {
            Some(Tree { kind: TreeKind::List(items), .. }) => items.clone(),
            Some(one) => vec![one.clone()],
            None => return root,
        };
        let mut rest = Vec::new();
        for call in calls {
            match self.content(&call).filter(|content| fits(content, &root)) {
                Some(content) => {
                    let TreeKind::Map(entries) = &mut root.kind else { continue };
                    entries.extend(content.entries().iter().cloned());
                }
                None => rest.push(call),
            }
        }
        if let TreeKind::Map(entries) = &mut root.kind
            && let Some((_, slot)) = entries.iter_mut().rev().find(|(key, _)| &*key.text == "Transform")
        {
            *slot = Tree::list(rest, slot.span);
        }
        root
    }
}

/// Whether content can stand beside the entries of a map: what AWS makes of a key that both have is not documented.
fn fits(content: &Tree, beside: &Tree) -> bool {
    let is_map = matches!(content.kind, TreeKind::Map(_));
    is_map && content.entries().iter().all(|(key, _)| beside.get(&key.text).is_none())
}

fn size(tree: &Tree) -> usize {
    let mut count = 0;
    let mut left = vec![tree];
    while let Some(tree) = left.pop() {
        count += 1;
        left.extend(tree.children());
    }
    count
}
