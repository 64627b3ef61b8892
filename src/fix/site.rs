//! The nodes of a file as an editor sees them: which node stands at a place, what it stands in, and how it is written.
//!
//! Comes in: a document. Goes out: [`Site`]. Must not know: what policies mean.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{Document, Entry, FileId, NodeId, NodeKind, Span, Style, TextEdit};

/// A document, its nodes by place and by what they stand in.
#[derive(Debug)]
pub(crate) struct Site<'d> {
    /// The document.
    pub(crate) document: &'d Document,
    /// Whether it is JSON, and not YAML in JSON's clothes.
    pub(crate) is_json: bool,
    /// How its lines end.
    pub(crate) newline: &'static str,
    /// The quote for a scalar that needs one and has no neighbour to follow.
    pub(crate) quote: Style,
    parents: BTreeMap<NodeId, NodeId>,
    shared: BTreeSet<NodeId>,
    by_place: BTreeMap<(u32, u32), Vec<NodeId>>,
}

impl<'d> Site<'d> {
    /// Walks the document once.
    pub(crate) fn new(document: &'d Document) -> Site<'d> {
        let text = document.text();
        let mut site = Site {
            document,
            is_json: is_json(text),
            newline: if text.contains("\r\n") { "\r\n" } else { "\n" },
            quote: Style::Double,
            parents: BTreeMap::new(),
            shared: BTreeSet::new(),
            by_place: BTreeMap::new(),
        };
        let (mut seen, mut singles, mut doubles) = (BTreeSet::new(), 0_usize, 0_usize);
        let mut left = vec![(None, document.root())];
        while let Some((parent, id)) = left.pop() {
            if !seen.insert(id) {
                // An alias: the node stands in one place and counts in two.
                site.shared.insert(id);
                continue;
            }
            site.parents.extend(parent.map(|parent| (id, parent)));
            site.note(id);
            match &document.node(id).kind {
                NodeKind::Scalar(scalar) if scalar.style == Style::Single => singles += 1,
                NodeKind::Scalar(scalar) if scalar.style == Style::Double => doubles += 1,
                _ => {}
            }
            left.extend(site.children(id).into_iter().rev().map(|child| (Some(id), child)));
        }
        if singles > doubles {
            site.quote = Style::Single;
        }
        site
    }

    fn note(&mut self, id: NodeId) {
        for span in BTreeSet::from([self.document.span(id), self.document.full_span(id)]) {
            self.by_place.entry((span.start, span.end)).or_default().push(id);
        }
    }

    /// The nodes directly below a node.
    pub(crate) fn children(&self, id: NodeId) -> Vec<NodeId> {
        match &self.document.node(id).kind {
            NodeKind::Scalar(_) => Vec::new(),
            NodeKind::Sequence(items) => items.clone(),
            NodeKind::Mapping(entries) => entries.iter().flat_map(|entry| [entry.key, entry.value]).collect(),
        }
    }

    fn at(&self, span: Span, is_kind: impl Fn(&NodeKind) -> bool) -> Option<NodeId> {
        if span.file != self.file() {
            return None;
        }
        let here = self.by_place.get(&(span.start, span.end))?;
        here.iter().copied().find(|&id| is_kind(&self.document.node(id).kind))
    }

    /// The map at a place, if it is written there as a map.
    pub(crate) fn mapping_at(&self, span: Span) -> Option<NodeId> {
        self.at(span, |kind| matches!(kind, NodeKind::Mapping(_))).filter(|&id| self.is_literal(id))
    }

    /// The list at a place, if it is written there as a list.
    pub(crate) fn sequence_at(&self, span: Span) -> Option<NodeId> {
        self.at(span, |kind| matches!(kind, NodeKind::Sequence(_))).filter(|&id| self.is_literal(id))
    }

    /// The scalar at a place.
    pub(crate) fn scalar_at(&self, span: Span) -> Option<NodeId> {
        self.at(span, |kind| matches!(kind, NodeKind::Scalar(_))).filter(|&id| self.is_own(id))
    }

    /// Whatever stands at a place, the outermost first.
    pub(crate) fn node_at(&self, span: Span) -> Option<NodeId> {
        self.at(span, |_| true).filter(|&id| self.is_own(id))
    }

    /// What a node stands in.
    pub(crate) fn parent(&self, id: NodeId) -> Option<NodeId> {
        self.parents.get(&id).copied()
    }

    /// Whether a node counts in the place where it stands only: no alias repeats it, nor anything that it stands in.
    pub(crate) fn is_own(&self, id: NodeId) -> bool {
        let mut next = Some(id);
        while let Some(id) = next {
            if self.shared.contains(&id) {
                return false;
            }
            next = self.parent(id);
        }
        true
    }

    /// Whether a node is what it looks like: it has no tag, calls no function, and no alias repeats it.
    pub(crate) fn is_literal(&self, id: NodeId) -> bool {
        self.document.node(id).tag.is_none() && self.function(id).is_none() && self.is_own(id)
    }

    /// The function that a node calls: by its tag, or by its only key.
    pub(crate) fn function(&self, id: NodeId) -> Option<&str> {
        let node = self.document.node(id);
        if let Some(tag) = &node.tag {
            return Some(&tag.name);
        }
        match self.entries(id) {
            [one] => {
                let key = self.document.scalar(one.key)?;
                key.strip_prefix("Fn::").or((key == "Ref").then_some(key))
            }
            _ => None,
        }
    }

    /// The entries of a map.
    pub(crate) fn entries(&self, id: NodeId) -> &[Entry] {
        match &self.document.node(id).kind {
            NodeKind::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// The members of a list.
    pub(crate) fn items(&self, id: NodeId) -> &[NodeId] {
        match &self.document.node(id).kind {
            NodeKind::Sequence(items) => items,
            _ => &[],
        }
    }

    /// How a scalar is written.
    pub(crate) fn style(&self, id: NodeId) -> Option<Style> {
        match &self.document.node(id).kind {
            NodeKind::Scalar(scalar) => Some(scalar.style),
            _ => None,
        }
    }

    /// Whether a list or map is written in brackets.
    pub(crate) fn is_flow(&self, id: NodeId) -> bool {
        let start = self.document.span(id).start;
        // A block list begins with its first member, which may be in brackets itself.
        let first = self.children(id).first().map(|&child| self.document.full_span(child).start);
        self.slice(start, start + 1).is_some_and(|c| matches!(c, "{" | "[")) && first != Some(start)
    }

    /// Whether a node stands in brackets, however far out.
    pub(crate) fn in_flow(&self, id: NodeId) -> bool {
        std::iter::successors(self.parent(id), |&id| self.parent(id)).any(|id| self.is_flow(id))
    }

    /// A part of the text.
    pub(crate) fn slice(&self, start: u32, end: u32) -> Option<&'d str> {
        self.document.text().get(start as usize..end as usize)
    }

    /// Where a node starts, its tag included.
    pub(crate) fn start(&self, id: NodeId) -> u32 {
        self.document.full_span(id).start
    }

    /// Where the last character of a node ends that is no space.
    pub(crate) fn end(&self, id: NodeId) -> u32 {
        let span = self.document.full_span(id);
        let text = self.slice(span.start, span.end).unwrap_or_default();
        span.start + length(text.trim_end())
    }

    /// Where the line of a place starts.
    pub(crate) fn line_start(&self, offset: u32) -> u32 {
        let before = self.slice(0, offset).unwrap_or_default();
        before.rfind(['\n', '\r']).map_or(0, |at| length(before.get(..=at).unwrap_or_default()))
    }

    /// Where the line of a place ends, before its line end.
    pub(crate) fn line_end(&self, offset: u32) -> u32 {
        let after = self.slice(offset, length(self.document.text())).unwrap_or_default();
        offset + after.find(['\n', '\r']).map_or(length(after), |at| length(after.get(..at).unwrap_or_default()))
    }

    /// Where the next line starts; the end of the text in the last one.
    pub(crate) fn next_line(&self, offset: u32) -> u32 {
        let end = self.line_end(offset);
        match self.slice(end, length(self.document.text())) {
            Some(rest) if rest.starts_with("\r\n") => end + 2,
            Some(rest) if rest.starts_with(['\n', '\r']) => end + 1,
            _ => end,
        }
    }

    /// What stands before a place in its line.
    pub(crate) fn before(&self, offset: u32) -> &'d str {
        self.slice(self.line_start(offset), offset).unwrap_or_default()
    }

    /// How far a place is from the start of its line.
    pub(crate) fn column(&self, offset: u32) -> usize {
        self.before(offset).chars().count()
    }

    fn file(&self) -> FileId {
        self.document.span(self.document.root()).file
    }

    /// An insertion.
    pub(crate) fn insert(&self, at: u32, new_text: impl Into<String>) -> TextEdit {
        self.replace(at, at, new_text)
    }

    /// A replacement.
    pub(crate) fn replace(&self, start: u32, end: u32, new_text: impl Into<String>) -> TextEdit {
        TextEdit { span: Span { file: self.file(), start, end }, new_text: new_text.into() }
    }
}

/// A length in bytes.
pub(crate) fn length(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap_or(u32::MAX)
}

/// Whether a text is JSON.
pub(crate) fn is_json(text: &str) -> bool {
    text.trim_start().starts_with('{') && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}
