//! The file of a deployment tool as a tree of texts with places, whatever it is written in.
//!
//! Comes in: a document that `source/` has read within its limits, or the text of a TOML file or of a list of `Key=Value`. Goes out: [`Node`]. Must not
//! know: what the file means.

use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::assignments::{assignment, words};
use crate::source::{Document, Form, NodeId, NodeKind, Scalar, SourceError};

/// A value of a file, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    /// Its line, from 1.
    pub(crate) line: usize,
    /// Its column, from 1, in characters.
    pub(crate) column: usize,
    /// Its short YAML tag, such as `Ref`, without the `!`.
    pub(crate) tag: Option<Arc<str>>,
    /// What it is.
    pub(crate) kind: Kind,
}

/// What a node is. Numbers, booleans and dates are their text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Null, or an empty file.
    Nothing,
    /// A scalar.
    Text(Arc<str>),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping.
    Map(Vec<(Node, Node)>),
}

impl Node {
    /// A YAML or JSON document.
    ///
    /// # Errors
    ///
    /// A key that is written twice: which of the two values counts differs from tool to tool.
    pub(crate) fn of_document(document: &Document) -> Result<Node, SourceError> {
        if let Some(duplicate) = document.duplicates().first() {
            let at = document.line_col(duplicate.second.start);
            let message = format!("`{}` is written twice", duplicate.key);
            return Err(SourceError { message, line: at.line, column: at.column });
        }
        Ok(of_document(document, document.root()))
    }

    /// A TOML file.
    ///
    /// # Errors
    ///
    /// What is no TOML, with its place.
    pub(crate) fn of_toml(text: &str) -> Result<Node, SourceError> {
        let table = DeTable::parse(text).map_err(|error| {
            let (line, column) = place(text, error.span().map_or(0, |span| span.start));
            SourceError { message: error.message().to_owned(), line, column }
        })?;
        Ok(of_table(text, table.get_ref(), (1, 1)))
    }

    /// A list of `Key=Value`, separated by spaces and lines; nothing where the text is anything else.
    pub(super) fn of_assignments(text: &str) -> Option<Node> {
        // JSON and YAML lists of such texts are read as what they are.
        if text.trim_start().starts_with(['[', '{']) || text.lines().any(|line| line.trim_start().starts_with("- ")) {
            return None;
        }
        let of_line = |(line, text): (usize, &str)| words(text).into_iter().map(move |word| (line, word));
        let of_word = |(line, word): (usize, String)| {
            assignment(&word)?;
            Some(Node { line: line + 1, column: 1, tag: None, kind: Kind::Text(word.into()) })
        };
        // The first word that is anything else ends it: most files are.
        let items: Vec<Node> = text.lines().enumerate().flat_map(of_line).map(of_word).collect::<Option<_>>()?;
        (!items.is_empty()).then_some(Node { line: 1, column: 1, tag: None, kind: Kind::List(items) })
    }

    /// The text of a scalar.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) if self.tag.is_none() => Some(text),
            _ => None,
        }
    }

    /// The value of a key; of several, the last.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().rev().find(|(name, _)| name.text() == Some(key)).map(|(_, value)| value)
    }

    /// The value at the end of a path of keys.
    pub(crate) fn at(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The entries of a mapping; none of anything else.
    pub(crate) fn entries(&self) -> &[(Node, Node)] {
        match &self.kind {
            Kind::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The members of a sequence; none of anything else.
    pub(crate) fn items(&self) -> &[Node] {
        match &self.kind {
            Kind::List(items) => items,
            _ => &[],
        }
    }
}

fn of_document(document: &Document, id: NodeId) -> Node {
    let node = document.node(id);
    let at = document.line_col(document.span(id).start);
    let tag = node.tag.as_ref().map(|tag| tag.name.clone());
    let kind = match &node.kind {
        NodeKind::Scalar(scalar) => of_scalar(document, id, scalar),
        NodeKind::Sequence(items) => Kind::List(items.iter().map(|item| of_document(document, *item)).collect()),
        NodeKind::Mapping(entries) => {
            let entry = |key, value| (of_document(document, key), of_document(document, value));
            Kind::Map(entries.iter().map(|one| entry(one.key, one.value)).collect())
        }
    };
    Node { line: at.line, column: at.column, tag, kind }
}

/// A number or boolean as it is written: tools differ in what they make of `012345678901` and `yes`.
fn of_scalar(document: &Document, id: NodeId, scalar: &Scalar) -> Kind {
    match scalar.form {
        Form::Null => Kind::Nothing,
        Form::Text => Kind::Text(scalar.shared_text()),
        _ => Kind::Text(document.slice(document.span(id)).into()),
    }
}

fn of_table(text: &str, table: &DeTable<'_>, (line, column): (usize, usize)) -> Node {
    let entry = |(key, value): (&Spanned<std::borrow::Cow<'_, str>>, &Spanned<DeValue<'_>>)| {
        let (line, column) = place(text, key.span().start);
        let kind = Kind::Text((&**key.get_ref()).into());
        (Node { line, column, tag: None, kind }, of_value(text, value))
    };
    Node { line, column, tag: None, kind: Kind::Map(table.iter().map(entry).collect()) }
}

fn of_value(text: &str, value: &Spanned<DeValue<'_>>) -> Node {
    let (line, column) = place(text, value.span().start);
    let kind = match value.get_ref() {
        DeValue::Table(table) => return of_table(text, table, (line, column)),
        DeValue::Array(items) => Kind::List(items.iter().map(|item| of_value(text, item)).collect()),
        DeValue::String(value) => Kind::Text((&**value).into()),
        other => Kind::Text(scalar(other).into()),
    };
    Node { line, column, tag: None, kind }
}

/// A number, boolean or date as text.
fn scalar(value: &DeValue<'_>) -> String {
    match value {
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(value) => value.to_string(),
        DeValue::Datetime(date) => date.to_string(),
        _ => String::new(),
    }
}

/// Line and column of a byte offset.
fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let column = before.get(start..).map_or(0, |line| line.chars().count()) + 1;
    (before.matches('\n').count() + 1, column)
}
