//! What macros see of a template: values, maps and calls of functions, each with the place that wrote it.
//!
//! Comes in: a document. Goes out: a document over the same text, or JSON. Must not know: what a function does.

use serde_json::{Map, Number, Value};

use super::expr::Key;
use super::intrinsics;
use crate::source::{Document, Entry, Form, NodeId, NodeKind, Rebuild, Scalar, Span, Style};

/// What the name of a loop begins with.
pub(super) const LOOP: &str = "Fn::ForEach::";

/// Whether the key of a map stands for entries that a macro or loop will write.
pub(crate) fn is_macro(key: &str) -> bool {
    key == "Fn::Transform" || key.starts_with(LOOP)
}

/// A loop that hangs on a value that nobody gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unknown {
    /// The parameter or pseudo parameter that has no value.
    pub(crate) name: String,
    /// The name of the loop, where it stands.
    pub(crate) span: Span,
    /// Whether it may make KMS keys.
    pub(crate) makes_keys: bool,
}

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    /// The place that wrote it.
    pub(super) span: Span,
    /// What it is.
    pub(super) kind: TreeKind,
}

/// What a value is.
#[derive(Clone, Debug)]
pub(super) enum TreeKind {
    /// A scalar; null is one.
    Scalar(Scalar),
    /// A list.
    List(Vec<Tree>),
    /// A map.
    Map(Vec<(Key, Tree)>),
    /// A call by the function's full name (`Ref`, `Condition`, `Fn::Sub`), in either form of YAML.
    Call(String, Box<Tree>),
    /// A loop that hangs on the parameter of this name, as it stands.
    Unknown(String, Box<Tree>),
}

impl Tree {
    /// A text.
    pub(super) fn text(text: &str, span: Span) -> Tree {
        Tree { span, kind: TreeKind::Scalar(Scalar::text_only(text, Style::Double)) }
    }

    /// A call.
    pub(super) fn call(name: &str, argument: Tree, span: Span) -> Tree {
        Tree { span, kind: TreeKind::Call(name.to_owned(), Box::new(argument)) }
    }

    /// A list.
    pub(super) fn list(items: Vec<Tree>, span: Span) -> Tree {
        Tree { span, kind: TreeKind::List(items) }
    }

    /// The text of a scalar that is not null.
    pub(super) fn as_text(&self) -> Option<&str> {
        match &self.kind {
            TreeKind::Scalar(scalar) if scalar.form != Form::Null => Some(scalar.text()),
            _ => None,
        }
    }

    /// The members of a list.
    pub(super) fn as_list(&self) -> Option<&[Tree]> {
        match &self.kind {
            TreeKind::List(items) => Some(items),
            _ => None,
        }
    }

    /// The entries of a map; of anything else, none.
    pub(super) fn entries(&self) -> &[(Key, Tree)] {
        match &self.kind {
            TreeKind::Map(entries) => entries,
            _ => &[],
        }
    }

    /// An entry of a map; of several, the last.
    pub(super) fn get(&self, key: &str) -> Option<&Tree> {
        self.entries().iter().rev().find(|(name, _)| &*name.text == key).map(|(_, value)| value)
    }

    /// Whether it is a null.
    pub(super) fn is_null(&self) -> bool {
        matches!(&self.kind, TreeKind::Scalar(scalar) if scalar.form == Form::Null)
    }

    /// Whether it is a function that is not worked out, or a loop that is not written out.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.kind, TreeKind::Call(..) | TreeKind::Unknown(..))
    }

    /// The argument of a call of `name`.
    pub(super) fn argument_of(&self, name: &str) -> Option<&Tree> {
        match &self.kind {
            TreeKind::Call(own, argument) if own == name => Some(argument),
            _ => None,
        }
    }

    /// Whether it is `{Ref: AWS::NoValue}`.
    pub(super) fn is_no_value(&self) -> bool {
        self.argument_of("Ref").and_then(Tree::as_text) == Some("AWS::NoValue")
    }

    /// The trees directly below.
    pub(super) fn children(&self) -> Vec<&Tree> {
        match &self.kind {
            TreeKind::Scalar(_) => Vec::new(),
            TreeKind::List(items) => items.iter().collect(),
            TreeKind::Map(entries) => entries.iter().map(|(_, value)| value).collect(),
            TreeKind::Call(_, inner) | TreeKind::Unknown(_, inner) => vec![inner],
        }
    }

    /// The loops that are not written out.
    pub(super) fn unknown(&self, out: &mut Vec<Unknown>) {
        if let TreeKind::Unknown(name, inner) = &self.kind {
            out.push(Unknown { name: name.clone(), span: self.span, makes_keys: inner.may_be_key() });
        }
        self.children().into_iter().for_each(|child| child.unknown(out));
    }

    /// Whether some part of it is a KMS key, or a resource of a type that is not known.
    fn may_be_key(&self) -> bool {
        let is_type = |(key, value): &(Key, Tree)| {
            let kind = value.as_text().filter(|kind| !kind.contains("${"));
            &*key.text == "Type" && kind.is_none_or(|kind| kind.starts_with("AWS::KMS::"))
        };
        self.entries().iter().any(is_type) || self.children().into_iter().any(Tree::may_be_key)
    }

    /// As JSON. A loop that is not written out is `{"unknown": name}`.
    pub(super) fn json(&self) -> Value {
        match &self.kind {
            TreeKind::Scalar(scalar) => scalar_json(scalar),
            TreeKind::List(items) => Value::Array(items.iter().map(Tree::json).collect()),
            TreeKind::Map(entries) => {
                Value::Object(entries.iter().map(|(key, value)| (key.text.to_string(), value.json())).collect())
            }
            TreeKind::Call(name, argument) => Value::Object(Map::from_iter([(name.clone(), argument.json())])),
            TreeKind::Unknown(name, _) => {
                Value::Object(Map::from_iter([("unknown".to_owned(), Value::String(name.clone()))]))
            }
        }
    }
}

fn scalar_json(scalar: &Scalar) -> Value {
    let text = scalar.text();
    let number = || {
        let whole = text.parse::<i64>().map(Number::from).or_else(|_| text.parse::<u64>().map(Number::from));
        whole.ok().or_else(|| text.parse().ok().and_then(Number::from_f64))
    };
    match scalar.form {
        Form::Null => Value::Null,
        Form::Bool => Value::Bool(text == "true"),
        Form::Int | Form::Float => number().map_or_else(|| Value::String(text.to_owned()), Value::Number),
        Form::Text => Value::String(text.to_owned()),
    }
}

/// Reads the node `id`.
pub(super) fn read(document: &Document, id: NodeId) -> Tree {
    let node = document.node(id);
    let span = document.full_span(id);
    let kind = match &node.kind {
        NodeKind::Scalar(scalar) => TreeKind::Scalar(scalar.clone()),
        NodeKind::Sequence(items) => TreeKind::List(items.iter().map(|&item| read(document, item)).collect()),
        NodeKind::Mapping(entries) => map(document, entries),
    };
    match &node.tag {
        Some(tag) if intrinsics::is_short_tag(&tag.name) => {
            let plain = matches!(&*tag.name, "Ref" | "Condition");
            let name = if plain { tag.name.to_string() } else { format!("Fn::{}", tag.name) };
            Tree { span, kind: TreeKind::Call(name, Box::new(Tree { span: node.span, kind })) }
        }
        _ => Tree { span, kind },
    }
}

/// A map, or the long form of a function: a map with that one key.
fn map(document: &Document, entries: &[Entry]) -> TreeKind {
    let key = |id| match &document.node(id).kind {
        NodeKind::Scalar(scalar) => Some(Key { text: scalar.shared_text(), span: document.span(id) }),
        _ => None,
    };
    let read = |entry: &Entry| Some((key(entry.key)?, read(document, entry.value)));
    let mut entries: Vec<(Key, Tree)> = entries.iter().filter_map(read).collect();
    let called = |key: &str| intrinsics::long_name(key).is_some() && !key.starts_with(LOOP);
    match (entries.as_slice(), entries.len()) {
        ([(key, _)], 1) if called(&key.text) => match entries.pop() {
            Some((key, argument)) => TreeKind::Call(key.text.to_string(), Box::new(argument)),
            None => TreeKind::Map(entries),
        },
        _ => TreeKind::Map(entries),
    }
}

/// The document over the text of `document` that holds this tree.
pub(super) fn rebuild(document: &Document, tree: &Tree) -> Document {
    let mut nodes = Rebuild::default();
    let root = node(&mut nodes, tree);
    nodes.finish(document, root)
}

fn node(nodes: &mut Rebuild, tree: &Tree) -> NodeId {
    let kind = match &tree.kind {
        TreeKind::Scalar(scalar) => NodeKind::Scalar(scalar.clone()),
        TreeKind::List(items) => NodeKind::Sequence(items.iter().map(|item| node(nodes, item)).collect()),
        TreeKind::Map(entries) => {
            NodeKind::Mapping(entries.iter().map(|(key, value)| entry(nodes, &key.text, key.span, value)).collect())
        }
        TreeKind::Call(name, argument) => NodeKind::Mapping(vec![entry(nodes, name, tree.span, argument)]),
        TreeKind::Unknown(_, inner) => return node(nodes, inner),
    };
    nodes.add(tree.span, kind)
}

fn entry(nodes: &mut Rebuild, key: &str, span: Span, value: &Tree) -> Entry {
    let key = nodes.add(span, NodeKind::Scalar(Scalar::text_only(key, Style::Double)));
    Entry { key, value: node(nodes, value) }
}
