//! Fn::ForEach: a fragment, written once for each member of a collection.
//!
//! Comes in: the template's tree. Goes out: the tree without loops, where every entry keeps the place of its fragment; a
//! loop whose collection hangs on a value that nobody gave stays. Source: intrinsic-function-reference-foreach.html.

use std::collections::HashMap;

use crate::source::Form;
use crate::template::expr::Key;
use crate::world::Refusal;

use super::budget::Budget;
use super::names::{self, SECTIONS};
use super::resolver::{Mode, Resolver};
use super::substitute::{Bindings, bound, substituted};
use super::values::Values;
use super::{Outcome, refused};
use crate::template::tree::{LOOP, Tree, TreeKind};

/// The longest text that a substitution may make.
const LONGEST: usize = 1 << 20;

type Entries = Vec<(Key, Tree)>;

/// Writes out every loop of the template.
pub(super) fn unroll(root: &Tree, values: &Values<'_>, budget: &Budget) -> Outcome {
    names::check(root, values)?;
    let mut root = root.clone();
    // Conditions first: collections elsewhere may hang on them.
    for section in SECTIONS {
        let Some(tree) = root.get(section) else { continue };
        let loops = Loops { resolver: Resolver::new(&root, values, budget), budget };
        let unrolled = loops.section(tree)?;
        let emptied = unrolled.entries().is_empty() && !tree.entries().is_empty() && section != "Resources";
        let TreeKind::Map(entries) = &mut root.kind else { continue };
        entries.retain(|(key, _)| !(emptied && &*key.text == section));
        if let Some((_, slot)) = entries.iter_mut().rev().find(|(key, _)| &*key.text == section) {
            *slot = unrolled;
        }
    }
    Ok(root)
}

struct Loops<'a> {
    resolver: Resolver<'a>,
    budget: &'a Budget,
}

/// What a loop makes.
enum Made {
    Entries(Entries),
    /// It hangs on a value of this name.
    Later(String),
}

impl Loops<'_> {
    fn section(&self, tree: &Tree) -> Outcome {
        let TreeKind::Map(entries) = &tree.kind else { return Ok(tree.clone()) };
        let entries = self.entries(entries, &mut Vec::new(), true)?;
        Ok(Tree { span: tree.span, kind: TreeKind::Map(entries) })
    }

    fn tree(&self, tree: &Tree, bindings: &mut Bindings) -> Outcome {
        if let TreeKind::Map(entries) = &tree.kind {
            self.budget.node(0, tree.span)?;
            let entries = self.entries(entries, bindings, false)?;
            return Ok(Tree { span: tree.span, kind: TreeKind::Map(entries) });
        }
        self.inside(tree, bindings, &mut |child, bindings| self.tree(child, bindings))
    }

    /// A tree that is no map, with its identifiers replaced.
    fn inside(
        &self,
        tree: &Tree,
        bindings: &mut Bindings,
        below: &mut dyn FnMut(&Tree, &mut Bindings) -> Outcome,
    ) -> Outcome {
        let kind = match &tree.kind {
            TreeKind::Scalar(scalar) if scalar.form == Form::Text => {
                let text = self.substituted(scalar.text(), bindings, tree)?;
                if text == scalar.text() { tree.kind.clone() } else { Tree::text(&text, tree.span).kind }
            }
            TreeKind::Call(name, argument) => {
                let value = argument.as_text().filter(|_| name == "Ref").and_then(|name| bound(bindings, name));
                match value {
                    Some(value) => {
                        self.budget.node(value.len(), tree.span)?;
                        Tree::text(value, tree.span).kind
                    }
                    None => TreeKind::Call(name.clone(), Box::new(below(argument, bindings)?)),
                }
            }
            TreeKind::List(items) => {
                self.budget.node(0, tree.span)?;
                TreeKind::List(items.iter().map(|item| below(item, bindings)).collect::<Outcome<_>>()?)
            }
            TreeKind::Scalar(_) | TreeKind::Map(_) | TreeKind::Unknown(..) => {
                self.budget.node(0, tree.span)?;
                tree.kind.clone()
            }
        };
        Ok(Tree { span: tree.span, kind })
    }

    /// A tree with its identifiers replaced and its loops as they are.
    fn frozen(&self, tree: &Tree, bindings: &mut Bindings) -> Outcome {
        let TreeKind::Map(entries) = &tree.kind else {
            return self.inside(tree, bindings, &mut |child, bindings| self.frozen(child, bindings));
        };
        self.budget.node(0, tree.span)?;
        let mut out = Vec::new();
        for (key, value) in entries {
            out.push((self.key(key, tree, bindings)?, self.frozen(value, bindings)?));
        }
        Ok(Tree { span: tree.span, kind: TreeKind::Map(out) })
    }

    fn substituted(&self, text: &str, bindings: &Bindings, at: &Tree) -> Outcome<String> {
        let Some(text) = substituted(text, bindings, LONGEST) else {
            return refused("a text grows longer than the 1 MB that CloudFormation takes", at.span);
        };
        self.budget.node(text.len(), at.span)?;
        Ok(text)
    }

    fn key(&self, key: &Key, at: &Tree, bindings: &Bindings) -> Outcome<Key> {
        Ok(Key { text: self.substituted(&key.text, bindings, at)?.into(), span: key.span })
    }

    /// The entries of a map, its loops written out in their places.
    fn entries(&self, entries: &[(Key, Tree)], bindings: &mut Bindings, top: bool) -> Outcome<Entries> {
        let mut out = Entries::new();
        let mut seen: HashMap<String, bool> = HashMap::new();
        let mut push = |key: Key, value: Tree, made: bool| {
            let before = seen.insert(key.text.to_string(), made);
            if before.is_some_and(|before| before || made) && !key.text.starts_with(LOOP) {
                return refused(format!("a loop writes `{}` where it stands already", key.text), key.span);
            }
            out.push((key, value));
            Ok(())
        };
        for (key, value) in entries {
            if !key.text.starts_with(LOOP) {
                let name = self.key(key, value, bindings)?;
                push(name, self.tree(value, bindings)?, false)?;
                continue;
            }
            match self.unrolled(key, value, bindings, top)? {
                Made::Entries(made) => made.into_iter().try_for_each(|(key, value)| push(key, value, true))?,
                Made::Later(name) => {
                    let inner = self.frozen(value, bindings)?;
                    let kind = TreeKind::Unknown(name, Box::new(inner));
                    push(key.clone(), Tree { span: key.span, kind }, true)?;
                }
            }
        }
        Ok(out)
    }

    fn unrolled(&self, key: &Key, value: &Tree, bindings: &mut Bindings, top: bool) -> Outcome<Made> {
        let own = names::parts(key, value)?;
        let members = match self.collection(key, own.collection, bindings)? {
            Ok(members) => members,
            Err(name) => return Ok(Made::Later(name)),
        };
        let mut out = Entries::new();
        for member in members {
            bindings.push((own.identifier.to_owned(), member));
            let made = self.entries(own.fragment.entries(), bindings, top);
            bindings.pop();
            out.extend(made?);
        }
        match out.iter().find(|(key, _)| top && !is_logical_id(&key.text) && !key.text.starts_with(LOOP)) {
            Some((made, _)) => refused(format!("OutputKey `{}` should be alphanumeric", made.text), made.span),
            None => Ok(Made::Entries(out)),
        }
    }

    /// The members of a collection, or the name of what they hang on.
    fn collection(&self, key: &Key, tree: &Tree, bindings: &mut Bindings) -> Outcome<Result<Vec<String>, String>> {
        let tree = self.frozen(tree, bindings)?;
        if let Some(name) = self.resolver.secret(&tree) {
            return refused(format!("`{}` cannot run over the NoEcho parameter `{name}`", key.text), tree.span);
        }
        let found = self.resolver.resolve(&tree, Mode::Strict)?;
        if let Some(name) = self.resolver.later(&found) {
            return Ok(Err(name));
        }
        let Some(items) = found.as_list() else {
            return refused(
                format!("the collection of `{}` must be a list that is known before anything is created", key.text),
                tree.span,
            );
        };
        let member = |item: &Tree| {
            let message = || format!("every member of the collection of `{}` must be a text that is known", key.text);
            item.as_text().map(str::to_owned).ok_or_else(|| Refusal { message: message(), span: item.span })
        };
        // Unlike elsewhere, a null or NoValue is no member that goes away.
        let written = tree.as_list().unwrap_or_default();
        match written.iter().find(|item| item.is_null() || item.is_no_value()) {
            Some(item) => member(item).map(|_| Ok(Vec::new())),
            None => items.iter().map(member).collect::<Outcome<_>>().map(Ok),
        }
    }
}

fn is_logical_id(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric())
}
