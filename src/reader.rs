//! The reader by itself: the tree that a YAML or JSON text becomes, with every scalar as CloudFormation resolves it.
//!
//! Comes in: a text. Goes out: [`Tree`], in which short tags are long forms. No part of the stable interface: the test that
//! compares the reader with cfn-lint's decoder and the fuzz targets go through it. Must not know: what a template is.

use crate::source::{Document, Entry, FileId, Form, NodeId, NodeKind, Scalar};

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tree {
    /// A scalar.
    Scalar {
        /// What it is: `text`, `bool`, `int`, `float` or `null`.
        form: &'static str,
        /// The text that CloudFormation works with.
        text: String,
        /// What the file says.
        written: String,
    },
    /// A list.
    List(Vec<Tree>),
    /// A map, in the order of the file; of a key that is written twice, both entries.
    Map(Vec<(Tree, Tree)>),
}

/// A text's tree, and the keys that one of its maps holds twice.
///
/// # Errors
///
/// Text that is neither YAML nor JSON: what is wrong.
pub fn tree(text: &str) -> Result<(Tree, Vec<String>), String> {
    let document = Document::from_text(FileId(0), text).map_err(|error| error.message)?;
    let duplicates = document.duplicates().iter().map(|duplicate| duplicate.key.clone()).collect();
    Ok((value(&document, document.root()), duplicates))
}

pub(crate) fn value(document: &Document, id: NodeId) -> Tree {
    let node = document.node(id);
    let own = match &node.kind {
        NodeKind::Scalar(scalar) => leaf(scalar),
        NodeKind::Sequence(items) => Tree::List(items.iter().map(|&item| value(document, item)).collect()),
        NodeKind::Mapping(entries) => {
            let entry = |entry: &Entry| (value(document, entry.key), value(document, entry.value));
            Tree::Map(entries.iter().map(entry).collect())
        }
    };
    match &node.tag {
        Some(tag) => long_form(&tag.name, own),
        None => own,
    }
}

fn leaf(scalar: &Scalar) -> Tree {
    let form = match scalar.form {
        Form::Text => "text",
        Form::Bool => "bool",
        Form::Int => "int",
        Form::Float => "float",
        Form::Null => "null",
    };
    Tree::Scalar { form, text: scalar.text().to_owned(), written: scalar.written().to_owned() }
}

fn text(text: &str) -> Tree {
    Tree::Scalar { form: "text", text: text.to_owned(), written: text.to_owned() }
}

/// `!Sub x` is `{Fn::Sub: x}`, and `!GetAtt a.b` names the resource before the first dot.
///
/// Source: AWS CloudFormation User Guide, intrinsic-function-reference.html.
fn long_form(tag: &str, argument: Tree) -> Tree {
    let name = if matches!(tag, "Ref" | "Condition") { tag.to_owned() } else { format!("Fn::{tag}") };
    let argument = match argument {
        Tree::Scalar { text: path, .. } if tag == "GetAtt" => Tree::List(path.splitn(2, '.').map(text).collect()),
        other => other,
    };
    Tree::Map(vec![(text(&name), argument)])
}
