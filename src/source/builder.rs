//! Values in the order in which a text writes them, to nodes: whatever the text is written in.
//!
//! Comes in: scalars, beginnings and ends of collections, aliases, each with its place. Goes out: the arena of nodes, duplicates
//! noted, anchors, aliases and merge keys expanded within a budget (client tools expand them before they upload a template), so
//! that a hostile file costs an error and not a machine.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::document::{Duplicate, Entry, FileId, Limits, Loaded, Node, NodeId, NodeKind, Span, Tag};
use super::error::SourceError;
use super::lines::Lines;
use super::scalar::Scalar;
use super::texts::Texts;

/// Why a text does not become nodes.
#[derive(Debug)]
pub(crate) enum LoadError {
    /// It is no YAML, as far as one can tell.
    Syntax(SourceError),
    /// It is YAML that we or CloudFormation do not take.
    Refused(SourceError),
}

/// Up to so many keys, looking through them costs less than a table.
const FEW: usize = 16;

/// In templates a node takes so many bytes of text or more, so that room for the nodes is made once.
const BYTES_OF_NODE: usize = 16;

/// A collection whose end has not been seen.
struct Frame {
    id: NodeId,
    anchor: usize,
    /// Where its children begin among those of all open collections.
    children: usize,
}

/// Nodes in the making.
pub(super) struct Builder<'t> {
    pub(super) file: FileId,
    pub(super) text: &'t str,
    pub(super) limits: &'t Limits,
    out: Loaded,
    open: Vec<Frame>,
    /// The children so far of all open collections, the innermost last: each list is made once, at its end.
    children: Vec<NodeId>,
    anchors: HashMap<usize, NodeId>,
    sizes: Vec<usize>,
    texts: Texts,
    expanded: usize,
}

impl<'t> Builder<'t> {
    /// None so far.
    pub(super) fn new(file: FileId, text: &'t str, limits: &'t Limits) -> Builder<'t> {
        let nodes = text.len() / BYTES_OF_NODE;
        let out = Loaded { nodes: Vec::with_capacity(nodes), ..Loaded::default() };
        let (open, children, anchors, sizes) = (Vec::new(), Vec::new(), HashMap::new(), Vec::with_capacity(nodes));
        Builder { file, text, limits, out, open, children, anchors, sizes, texts: Texts::default(), expanded: 0 }
    }

    /// A text of the document, once however often it is written.
    pub(super) fn shared(&mut self, text: &str) -> Arc<str> {
        self.texts.share(text)
    }

    /// All of them, now that the text has ended.
    ///
    /// # Errors
    ///
    /// There is none.
    pub(super) fn finish(mut self) -> Result<Loaded, LoadError> {
        self.out.nodes.shrink_to_fit();
        match self.out.root {
            Some(_) => Ok(self.out),
            None => Err(self.error("the file holds no value", 0)),
        }
    }

    /// A scalar.
    ///
    /// # Errors
    ///
    /// There are too many values, or it is a second document.
    pub(super) fn scalar(
        &mut self,
        scalar: Scalar,
        anchor: usize,
        tag: Option<Box<Tag>>,
        span: Span,
    ) -> Result<(), LoadError> {
        let id = self.node(Node { span, tag, kind: NodeKind::Scalar(scalar) })?;
        self.anchors.extend((anchor > 0).then_some((anchor, id)));
        self.place(id)
    }

    /// The beginning of a collection.
    ///
    /// # Errors
    ///
    /// There are too many values, or it nests too deep.
    pub(super) fn start(
        &mut self,
        kind: NodeKind,
        anchor: usize,
        tag: Option<Box<Tag>>,
        span: Span,
    ) -> Result<(), LoadError> {
        if self.open.len() >= self.limits.depth {
            return Err(self.too_deep(span.start));
        }
        let id = self.node(Node { span, tag, kind })?;
        self.open.push(Frame { id, anchor, children: self.children.len() });
        Ok(())
    }

    /// What is wrong with the text at a byte offset.
    pub(super) fn error(&self, message: impl Into<String>, offset: u32) -> LoadError {
        LoadError::Refused(self.at(message, offset))
    }

    pub(super) fn too_deep(&self, offset: u32) -> LoadError {
        self.error(format!("the file nests deeper than {} levels", self.limits.depth), offset)
    }

    pub(super) fn at(&self, message: impl Into<String>, offset: u32) -> SourceError {
        let place = Lines::new(self.text).place(self.text, offset);
        SourceError { message: message.into(), line: place.line, column: place.column }
    }

    fn node(&mut self, node: Node) -> Result<NodeId, LoadError> {
        let offset = node.span.start;
        if self.out.nodes.len() >= self.limits.nodes {
            return Err(self.error(format!("the file has more than {} values", self.limits.nodes), offset));
        }
        let id = NodeId(u32::try_from(self.out.nodes.len()).unwrap_or(u32::MAX));
        self.out.nodes.push(node);
        self.sizes.push(1);
        Ok(id)
    }

    /// Closes the innermost collection and gives it the place from its first to its last child.
    pub(super) fn end(&mut self, end: Span) -> Result<(), LoadError> {
        let Some(frame) = self.open.pop() else { return Ok(()) };
        let children = self.children.get(frame.children..).unwrap_or_default();
        match self.out.nodes.get_mut(frame.id.0 as usize).map(|node| &mut node.kind) {
            Some(NodeKind::Sequence(items)) => *items = children.to_vec(),
            Some(NodeKind::Mapping(entries)) => {
                let pairs = children.chunks_exact(2);
                let entry = |pair: &[NodeId]| Some(Entry { key: *pair.first()?, value: *pair.get(1)? });
                entries.reserve_exact(pairs.len());
                entries.extend(pairs.filter_map(entry));
            }
            _ => {}
        }
        self.children.truncate(frame.children);
        let span = self.extent(frame.id, end);
        if let Some(node) = self.out.nodes.get_mut(frame.id.0 as usize) {
            node.span = span;
        }
        self.anchors.extend((frame.anchor > 0).then_some((frame.anchor, frame.id)));
        self.merge(frame.id, span)?;
        self.place(frame.id)
    }

    fn extent(&self, id: NodeId, end: Span) -> Span {
        let Some(node) = self.out.nodes.get(id.0 as usize) else { return end };
        let flow = self.text.as_bytes().get(node.span.start as usize).is_some_and(|byte| matches!(byte, b'{' | b'['));
        if flow && end.end > node.span.start {
            return Span { end: end.end, ..node.span };
        }
        // Children that aliases put there stand elsewhere: they say nothing about this node's place.
        let own = |start: u32| start >= node.span.start && start <= end.end.max(node.span.start);
        let mut places: Option<(u32, u32)> = None;
        let mut include = |child: NodeId| {
            let Some(child) = self.out.nodes.get(child.0 as usize) else { return };
            let start = child.tag.as_ref().map_or(child.span.start, |tag| tag.span.start.min(child.span.start));
            if own(start) {
                let (first, last) = places.unwrap_or((start, child.span.end));
                places = Some((first.min(start), last.max(child.span.end)));
            }
        };
        match &node.kind {
            NodeKind::Scalar(_) => {}
            NodeKind::Sequence(items) => items.iter().for_each(|item| include(*item)),
            NodeKind::Mapping(entries) => entries.iter().for_each(|entry| {
                include(entry.key);
                include(entry.value);
            }),
        }
        let (start, last) = places.unwrap_or((node.span.start, node.span.end));
        Span { start, end: last.max(start), ..node.span }
    }

    /// Puts a finished node where it belongs.
    fn place(&mut self, id: NodeId) -> Result<(), LoadError> {
        let size = self.sizes.get(id.0 as usize).copied().unwrap_or(1);
        let Some(frame) = self.open.last() else {
            let offset = self.out.nodes.get(id.0 as usize).map_or(0, |node| node.span.start);
            return match self.out.root.replace(id) {
                Some(_) => Err(self.error("the file holds more than one YAML document", offset)),
                None => Ok(()),
            };
        };
        self.children.push(id);
        if let Some(total) = self.sizes.get_mut(frame.id.0 as usize) {
            *total = total.saturating_add(size);
        }
        Ok(())
    }

    /// An alias is the anchored node itself; what it stands for counts against the budget each time.
    pub(super) fn alias(&mut self, anchor: usize, span: Span) -> Result<(), LoadError> {
        let Some(&id) = self.anchors.get(&anchor) else {
            return Err(self.error("the alias stands inside its own anchor", span.start));
        };
        self.spend(id, span)?;
        self.place(id)
    }

    fn spend(&mut self, id: NodeId, span: Span) -> Result<(), LoadError> {
        let size = self.sizes.get(id.0 as usize).copied().unwrap_or(1);
        self.expanded = self.expanded.saturating_add(size);
        if self.expanded > self.limits.expanded {
            return Err(
                self.error(format!("the aliases stand for more than {} values", self.limits.expanded), span.start)
            );
        }
        Ok(())
    }

    /// Applies `<<` and notes keys that stand twice. What the mapping writes itself wins over what is merged into it.
    fn merge(&mut self, id: NodeId, span: Span) -> Result<(), LoadError> {
        let Some(NodeKind::Mapping(entries)) = self.out.nodes.get(id.0 as usize).map(|node| &node.kind) else {
            return Ok(());
        };
        // Most mappings have few keys, of which each is looked for in those before it.
        let few = entries.len() <= FEW;
        let mut seen: HashMap<&str, Span> = HashMap::new();
        let (mut merges, mut twice) = (false, Vec::new());
        for (n, entry) in entries.iter().enumerate() {
            let Some((name, second)) = self.key(entry.key) else { continue };
            if name == "<<" {
                merges = true;
                continue;
            }
            let before = entries.iter().take(n).rev().filter(|_| few).filter_map(|entry| self.key(entry.key));
            let first = match few {
                true => before.into_iter().find(|(other, _)| *other == name).map(|(_, first)| first),
                false => seen.insert(name, second),
            };
            twice.extend(first.map(|first| Duplicate { key: name.to_owned(), first, second }));
        }
        self.out.duplicates.extend(twice);
        if merges { self.apply_merges(id, span) } else { Ok(()) }
    }

    fn apply_merges(&mut self, id: NodeId, span: Span) -> Result<(), LoadError> {
        let Some(NodeKind::Mapping(entries)) = self.out.nodes.get(id.0 as usize).map(|node| node.kind.clone()) else {
            return Ok(());
        };
        let is_merge = |entry: &Entry| self.key(entry.key).is_some_and(|(name, _)| name == "<<");
        let (merges, own): (Vec<Entry>, Vec<Entry>) = entries.into_iter().partition(is_merge);
        let mut merged = Vec::new();
        for entry in merges {
            self.collect(entry.value, span, &mut merged)?;
        }
        let written: HashSet<&str> = own.iter().filter_map(|entry| self.key(entry.key)).map(|(name, _)| name).collect();
        merged.retain(|entry| self.key(entry.key).is_none_or(|(name, _)| !written.contains(name)));
        merged.extend(own);
        if let Some(node) = self.out.nodes.get_mut(id.0 as usize) {
            node.kind = NodeKind::Mapping(merged);
        }
        Ok(())
    }

    fn collect(&mut self, source: NodeId, span: Span, out: &mut Vec<Entry>) -> Result<(), LoadError> {
        self.spend(source, span)?;
        match self.out.nodes.get(source.0 as usize).map(|node| node.kind.clone()) {
            Some(NodeKind::Mapping(entries)) => out.extend(entries),
            // Of several, the first wins: later entries of a mapping count, so they go in backwards.
            Some(NodeKind::Sequence(items)) => {
                for item in items.into_iter().rev() {
                    self.collect(item, span, out)?;
                }
            }
            _ => return Err(self.error("`<<` merges a mapping, or a list of them", span.start)),
        }
        Ok(())
    }

    /// A key's text and its place.
    fn key(&self, id: NodeId) -> Option<(&str, Span)> {
        let node = self.out.nodes.get(id.0 as usize)?;
        match &node.kind {
            NodeKind::Scalar(scalar) => Some((scalar.text(), node.span)),
            _ => None,
        }
    }
}
