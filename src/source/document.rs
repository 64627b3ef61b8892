//! The node arena: every key and value of a file with its span.

use std::sync::{Arc, OnceLock};

use super::builder::LoadError;
use super::comments::comments;
use super::error::SourceError;
use super::lines::{LineCol, Lines};
use super::load::load;
use super::scalar::{Form, Scalar, Style};

/// A file of this run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct FileId(pub(crate) u32);

/// A place: byte offsets into the file's text, the end not included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Span {
    /// The file.
    pub(crate) file: FileId,
    /// First byte.
    pub(crate) start: u32,
    /// First byte after it.
    pub(crate) end: u32,
}

impl Span {
    /// Whether it lies within another place.
    pub(crate) fn is_within(self, outer: Span) -> bool {
        self.file == outer.file && outer.start <= self.start && self.end <= outer.end
    }
}

/// A node of one document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct NodeId(pub(super) u32);

/// A short tag such as `!Ref`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tag {
    /// Without the `!`.
    pub(crate) name: Arc<str>,
    /// Its place.
    pub(crate) span: Span,
}

/// A node: what it is, its place without its tag, and its tag.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    /// The value's place; of a collection, from its first to its last child.
    pub(crate) span: Span,
    /// Its tag.
    pub(crate) tag: Option<Box<Tag>>,
    /// What it is.
    pub(crate) kind: NodeKind,
}

/// What a node is.
#[derive(Clone, Debug)]
pub(crate) enum NodeKind {
    /// A scalar.
    Scalar(Scalar),
    /// A sequence.
    Sequence(Vec<NodeId>),
    /// A mapping.
    Mapping(Vec<Entry>),
}

/// An entry of a mapping.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    /// Its key, usually a scalar.
    pub(crate) key: NodeId,
    /// Its value.
    pub(crate) value: NodeId,
}

/// A key that a mapping holds twice; the later one counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Duplicate {
    /// The key.
    pub(crate) key: String,
    /// The earlier place.
    pub(crate) first: Span,
    /// The later place.
    pub(crate) second: Span,
}

/// How much a file may cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Its size in bytes.
    pub(crate) bytes: usize,
    /// How deep it may nest.
    pub(crate) depth: usize,
    /// How many nodes it may hold.
    pub(crate) nodes: usize,
    /// How many nodes its aliases may stand for.
    pub(crate) expanded: usize,
}

impl Default for Limits {
    /// CloudFormation takes templates of 1 MB; sixteen times that leaves room for IAM snapshots.
    fn default() -> Limits {
        Limits { bytes: 16 << 20, depth: 128, nodes: 2_000_000, expanded: 100_000 }
    }
}

/// What the loader makes of a text.
#[derive(Debug, Default)]
pub(crate) struct Loaded {
    pub(super) nodes: Vec<Node>,
    pub(super) root: Option<NodeId>,
    pub(super) duplicates: Vec<Duplicate>,
    pub(super) comments: Vec<Span>,
}

/// A file's text and its nodes.
#[derive(Debug)]
pub(crate) struct Document {
    file: FileId,
    text: Arc<str>,
    /// Where its lines begin, once somebody asks.
    lines: OnceLock<Lines>,
    /// The nodes; nothing while they are forgotten.
    loaded: OnceLock<Loaded>,
    nothing: Node,
}

impl Document {
    /// Reads a file's bytes as YAML or JSON.
    ///
    /// # Errors
    ///
    /// Text that is too large, binary, not UTF-8, or neither YAML nor JSON, with the place.
    pub(crate) fn parse(file: FileId, bytes: Vec<u8>, limits: &Limits) -> Result<Document, SourceError> {
        let start = |message: String| SourceError { message, line: 1, column: 1 };
        if bytes.len() > limits.bytes {
            return Err(start(format!("the file has {} bytes; at most {} are read", bytes.len(), limits.bytes)));
        }
        if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
            return Err(start("the file is UTF-16; CloudFormation takes UTF-8".to_owned()));
        }
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let known = String::from_utf8_lossy(error.as_bytes().get(..valid).unwrap_or_default()).into_owned();
                let at = Lines::new(&known).place(&known, u32::try_from(valid).unwrap_or(u32::MAX));
                let message = "the file is binary, or text that is not UTF-8".to_owned();
                return Err(SourceError { message, line: at.line, column: at.column });
            }
        };
        if let Some(at) = memchr::memchr(0, text.as_bytes()) {
            let place = Lines::new(&text).place(&text, u32::try_from(at).unwrap_or(u32::MAX));
            let message = "the file is binary: it holds a null byte".to_owned();
            return Err(SourceError { message, line: place.line, column: place.column });
        }
        Document::read(file, text.strip_prefix('\u{feff}').unwrap_or(&text), limits)
    }

    /// Reads a text as YAML or JSON, within the default limits.
    ///
    /// # Errors
    ///
    /// As [`Document::parse`].
    pub(crate) fn from_text(file: FileId, text: &str) -> Result<Document, SourceError> {
        Document::read(file, text, &Limits::default())
    }

    fn read(file: FileId, text: &str, limits: &Limits) -> Result<Document, SourceError> {
        if text.trim().is_empty() {
            return Err(SourceError { message: "the file is empty".to_owned(), line: 1, column: 1 });
        }
        let loaded = loaded(file, text, limits).map_err(|error| match error {
            LoadError::Syntax(error) => as_json(text).unwrap_or(error),
            LoadError::Refused(error) => error,
        })?;
        let span = Span { file, start: 0, end: 0 };
        let kind = NodeKind::Scalar(Scalar::text_only("", Style::Plain));
        let nothing = Node { span, tag: None, kind };
        let lines = OnceLock::new();
        Ok(Document { file, text: text.into(), lines, loaded: OnceLock::from(loaded), nothing })
    }

    /// The same text with other nodes.
    pub(super) fn with(&self, nodes: Vec<Node>, root: NodeId) -> Document {
        let Loaded { duplicates, comments, .. } = self.loaded();
        let loaded = Loaded { nodes, root: Some(root), duplicates: duplicates.clone(), comments: comments.clone() };
        let (text, lines, nothing) = (self.text.clone(), self.lines.clone(), self.nothing.clone());
        Document { file: self.file, text, lines, loaded: OnceLock::from(loaded), nothing }
    }

    /// Drops the nodes: of all that is read, they take most memory. Who asks for one has the text read again.
    pub(super) fn forget_nodes(&mut self) {
        self.loaded = OnceLock::new();
    }

    fn loaded(&self) -> &Loaded {
        let again = || loaded(self.file, &self.text, &Limits::default()).unwrap_or_default();
        self.loaded.get_or_init(again)
    }

    /// The text that spans point into.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The outermost node.
    pub(crate) fn root(&self) -> NodeId {
        self.loaded().root.unwrap_or(NodeId(u32::MAX))
    }

    /// A node of this document.
    pub(crate) fn node(&self, id: NodeId) -> &Node {
        self.loaded().nodes.get(id.0 as usize).unwrap_or(&self.nothing)
    }

    /// A node's place, without its tag.
    pub(crate) fn span(&self, id: NodeId) -> Span {
        self.node(id).span
    }

    /// A node's place, with its tag.
    pub(crate) fn full_span(&self, id: NodeId) -> Span {
        let node = self.node(id);
        match &node.tag {
            Some(tag) => {
                Span { start: tag.span.start.min(node.span.start), end: tag.span.end.max(node.span.end), ..node.span }
            }
            None => node.span,
        }
    }

    /// The entry of a mapping by its key; of several, the last, as SnakeYAML does.
    pub(crate) fn get(&self, mapping: NodeId, key: &str) -> Option<&Entry> {
        let NodeKind::Mapping(entries) = &self.node(mapping).kind else { return None };
        entries.iter().rev().find(|entry| self.scalar(entry.key) == Some(key))
    }

    /// A scalar's text.
    pub(crate) fn scalar(&self, id: NodeId) -> Option<&str> {
        match &self.node(id).kind {
            NodeKind::Scalar(scalar) if scalar.form != Form::Null => Some(scalar.text()),
            _ => None,
        }
    }

    /// Every node, wherever it stands: who asks something of each need not go through the tree.
    pub(crate) fn nodes(&self) -> &[Node] {
        &self.loaded().nodes
    }

    /// The texts of all scalars, keys included.
    pub(crate) fn scalars(&self) -> impl Iterator<Item = &str> {
        self.nodes().iter().filter_map(|node| match &node.kind {
            NodeKind::Scalar(scalar) => Some(scalar.text()),
            _ => None,
        })
    }

    /// Line and column of a byte offset.
    pub(crate) fn line_col(&self, offset: u32) -> LineCol {
        self.lines.get_or_init(|| Lines::new(&self.text)).place(&self.text, offset)
    }

    /// The text at a place.
    pub(crate) fn slice(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// Comments, each from its `#` to the end of its line, in the order of the text.
    pub(crate) fn comments(&self) -> &[Span] {
        &self.loaded().comments
    }

    /// Keys that a mapping holds twice.
    pub(crate) fn duplicates(&self) -> &[Duplicate] {
        &self.loaded().duplicates
    }
}

fn loaded(file: FileId, text: &str, limits: &Limits) -> Result<Loaded, LoadError> {
    let loaded = load(file, text, limits)?;
    let comments = comments(file, text, &loaded.nodes);
    Ok(Loaded { comments, ..loaded })
}

/// For text that looks like JSON: what a JSON reader says of it, if it refuses it too.
fn as_json(text: &str) -> Option<SourceError> {
    if !text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    let error = serde_json::from_str::<serde::de::IgnoredAny>(text).err()?;
    let message = error.to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message).to_owned();
    Some(SourceError { message, line: error.line().max(1), column: error.column().max(1) })
}
