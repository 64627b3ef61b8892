//! What the macro works out by itself: values in, values out, with the functions it cannot know left in place.
//!
//! Comes in: the template's tree, the values of parameters. Must not know: which section a value belongs to.
//! Source: transform-aws-languageextensions.html; fixtures: which functions are worked out (Ref to parameters, Fn::Sub,
//! Fn::Join, Fn::Split, Fn::Select, Fn::If, Fn::FindInMap, Fn::Length, Fn::ToJsonString) and which stay.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use crate::source::Span;

use super::Outcome;
use super::budget::Budget;
use super::conditions::State;
use super::values::{Named, Values};
use crate::template::tree::{Tree, TreeKind, is_macro};

/// What to do where a function is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Refuse the template.
    Strict,
    /// Leave the function in place: what it belongs to may never exist.
    Lenient,
}

/// Everything that functions look things up in.
#[derive(Debug)]
pub(super) struct Resolver<'a> {
    pub(super) values: &'a Values<'a>,
    pub(super) mappings: Option<&'a Tree>,
    pub(super) conditions: BTreeMap<&'a str, &'a Tree>,
    /// Whether there may be more conditions than these: a loop or a macro stands among them.
    pub(super) more_conditions: bool,
    pub(super) states: RefCell<BTreeMap<String, State>>,
    pub(super) depth: Cell<usize>,
    pub(super) budget: &'a Budget,
}

impl<'a> Resolver<'a> {
    /// For the template with this root.
    pub(super) fn new(root: &'a Tree, values: &'a Values<'a>, budget: &'a Budget) -> Resolver<'a> {
        let section = root.get("Conditions");
        let entries = section.map_or(&[][..], Tree::entries);
        let conditions: BTreeMap<&str, &Tree> =
            entries.iter().map(|(key, tree)| (&*key.text, tree)).filter(|(key, _)| !is_macro(key)).collect();
        let more_conditions = entries.iter().any(|(key, _)| is_macro(&key.text)) || section.is_some_and(Tree::is_open);
        Resolver {
            values,
            mappings: root.get("Mappings"),
            conditions,
            more_conditions,
            states: RefCell::default(),
            depth: Cell::new(0),
            budget,
        }
    }

    /// A value with everything worked out that can be. Nulls and `AWS::NoValue` go away with the entry or member that
    /// holds them.
    pub(super) fn resolve(&self, tree: &Tree, mode: Mode) -> Outcome {
        let kind = match &tree.kind {
            TreeKind::Scalar(scalar) => {
                self.budget.node(scalar.text().len(), tree.span)?;
                tree.kind.clone()
            }
            TreeKind::List(items) => {
                self.budget.node(0, tree.span)?;
                let items = items.iter().map(|item| self.resolve(item, mode)).collect::<Outcome<Vec<_>>>()?;
                TreeKind::List(items.into_iter().filter(stays).collect())
            }
            TreeKind::Map(entries) => {
                self.budget.node(0, tree.span)?;
                let mut out = Vec::new();
                for (key, value) in entries {
                    let value = self.resolve(value, mode)?;
                    if stays(&value) {
                        self.budget.node(key.text.len(), tree.span)?;
                        out.push((key.clone(), value));
                    }
                }
                TreeKind::Map(out)
            }
            TreeKind::Call(name, argument) => {
                self.budget.node(0, tree.span)?;
                return match self.call(name, argument, tree.span, mode) {
                    Err(_) if mode == Mode::Lenient => self.copy(tree),
                    answer => answer,
                };
            }
            TreeKind::Unknown(..) => return self.copy(tree),
        };
        Ok(Tree { span: tree.span, kind })
    }

    /// The argument of a function that stays: its members stay, too.
    pub(super) fn argument(&self, tree: &Tree, mode: Mode) -> Outcome {
        match &tree.kind {
            TreeKind::List(items) => {
                let items = items.iter().map(|item| self.resolve(item, mode)).collect::<Outcome<_>>()?;
                Ok(Tree::list(items, tree.span))
            }
            _ => self.resolve(tree, mode),
        }
    }

    /// A copy, which costs as much as it holds.
    pub(super) fn copy(&self, tree: &Tree) -> Outcome {
        self.pay(tree)?;
        Ok(tree.clone())
    }

    fn pay(&self, tree: &Tree) -> Outcome<()> {
        let keys = tree.entries().iter().map(|(key, _)| key.text.len()).sum::<usize>();
        self.budget.node(tree.as_text().map_or(keys, str::len), tree.span)?;
        tree.children().into_iter().try_for_each(|child| self.pay(child))
    }

    /// The first parameter or pseudo parameter without a value that a resolved value hangs on.
    pub(super) fn later(&self, tree: &Tree) -> Option<String> {
        self.name_in(tree, &mut Vec::new(), &|named| matches!(named, Named::Later))
    }

    /// The first NoEcho parameter in a value.
    pub(super) fn secret(&self, tree: &Tree) -> Option<String> {
        self.name_in(tree, &mut Vec::new(), &|named| matches!(named, Named::Secret))
    }

    fn name_in(&self, tree: &Tree, above: &mut Vec<String>, wanted: &dyn Fn(&Named) -> bool) -> Option<String> {
        if let TreeKind::Unknown(name, _) = &tree.kind {
            return Some(name.clone());
        }
        let is = |name: &&str| *name != "AWS::NoValue" && wanted(&self.values.named(name, tree.span));
        let own = match &tree.kind {
            TreeKind::Call(call, argument) if call == "Ref" => argument.as_text().filter(is).map(str::to_owned),
            TreeKind::Call(call, argument) if call == "Fn::Sub" => {
                let text = argument.as_text().or_else(|| argument.as_list()?.first()?.as_text());
                super::texts::variables(text.unwrap_or_default()).into_iter().find(is).map(str::to_owned)
            }
            TreeKind::Call(call, argument) if call == "Fn::If" || call == "Condition" => {
                let name = argument.as_text().or_else(|| argument.as_list()?.first()?.as_text());
                name.and_then(|name| self.name_in_condition(name, above, wanted))
            }
            TreeKind::Map(entries) if entries.len() == 1 => {
                let name = tree.get("Condition").and_then(Tree::as_text);
                name.and_then(|name| self.name_in_condition(name, above, wanted))
            }
            _ => None,
        };
        own.or_else(|| tree.children().into_iter().find_map(|child| self.name_in(child, above, wanted)))
    }

    /// Each condition is looked at once; what hangs on more than thirty others is not followed.
    fn name_in_condition(
        &self,
        name: &str,
        above: &mut Vec<String>,
        wanted: &dyn Fn(&Named) -> bool,
    ) -> Option<String> {
        let tree = self.conditions.get(name).filter(|_| above.len() < 30 && !above.iter().any(|one| one == name))?;
        self.pay(tree).ok()?;
        above.push(name.to_owned());
        self.name_in(tree, above, wanted)
    }
}

/// Whether a value keeps its place in a map or list.
fn stays(tree: &Tree) -> bool {
    !tree.is_null() && !tree.is_no_value()
}

/// Whether a value may still turn out to be `AWS::NoValue`.
pub(super) fn may_go(tree: &Tree) -> bool {
    match &tree.kind {
        TreeKind::Call(name, argument) if name == "Fn::If" => {
            argument.as_list().is_none_or(|parts| parts.iter().skip(1).any(|part| part.is_no_value() || may_go(part)))
        }
        TreeKind::Call(name, _) => name == "Fn::FindInMap" || name == "Fn::Select" || name == "Fn::Transform",
        _ => false,
    }
}

/// A function that stays, with what could be worked out inside.
pub(super) fn left(name: &str, argument: Tree, span: Span) -> Outcome {
    Ok(Tree::call(name, argument, span))
}
