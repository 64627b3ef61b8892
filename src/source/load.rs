//! Parser events to nodes: the only place that knows the YAML parser.
//!
//! Anchors, aliases and merge keys are expanded (client tools do so before they upload a template), within a budget, so
//! that a hostile file costs an error and not a machine.

use std::collections::{HashMap, HashSet};

use granit_parser::{Event, Options, Parser, ScalarStyle, ScanError, Tag as YamlTag};

use super::document::{Duplicate, Entry, FileId, Limits, Loaded, Node, NodeId, NodeKind, Span, Tag};
use super::error::SourceError;
use super::lines::Lines;
use super::scalar::{Scalar, Style};

/// Why a text does not become nodes.
#[derive(Debug)]
pub(crate) enum LoadError {
    /// It is no YAML, as far as one can tell.
    Syntax(SourceError),
    /// It is YAML that we or CloudFormation do not take.
    Refused(SourceError),
}

/// How many comments that touch the value before them are taken; each costs another pass.
const TOUCHING: usize = 64;

/// How many bytes these passes may read: 64 passes over a template of the size that CloudFormation takes from a shell, and
/// fewer over a longer text.
const TOUCHING_BYTES: usize = 16 << 20;

/// Reads `text` into nodes.
pub(crate) fn load(file: FileId, text: &str, lines: &Lines, limits: &Limits) -> Result<Loaded, LoadError> {
    let mut blanked: Option<String> = None;
    let mut left = TOUCHING.min(TOUCHING_BYTES / text.len().max(1));
    loop {
        let text = blanked.as_deref().unwrap_or(text);
        let mut loader = Loader::new(file, text, lines, limits);
        match (loader.read(), loader.touching) {
            (Err(_), Some(comment)) if left > 0 => {
                left -= 1;
                blanked = Some(without_comment(text, comment));
            }
            (Err(error), _) => return Err(error),
            (Ok(()), _) => return Ok(loader.out),
        }
    }
}

/// The same text with spaces in the place of one comment, so that every other place stays what it is.
fn without_comment(text: &str, at: usize) -> String {
    let (before, rest) = text.split_at(at);
    let (comment, after) = rest.split_at(rest.find(['\n', '\r']).unwrap_or(rest.len()));
    format!("{before}{}{after}", " ".repeat(comment.len()))
}

fn options(limits: &Limits) -> Options {
    let mut options = Options::default();
    options.block_scalar_eof_without_line_feed = true;
    options.bom_inside_document_as_content = true;
    // Keys of JSON may be longer than the 1,024 characters of YAML's; so much is kept in memory to tell whether something is one.
    options.simple_key_max_lookahead = 1 << 16;
    options.flow_nesting_limit = limits.depth;
    options.block_nesting_limit = limits.depth;
    options
}

/// Up to so many keys, looking through them costs less than a table.
const FEW: usize = 16;

/// A collection whose end has not been seen.
struct Frame {
    id: NodeId,
    anchor: usize,
    key: Option<NodeId>,
}

struct Loader<'t> {
    file: FileId,
    text: &'t str,
    lines: &'t Lines,
    limits: &'t Limits,
    out: Loaded,
    open: Vec<Frame>,
    anchors: HashMap<usize, NodeId>,
    sizes: Vec<usize>,
    expanded: usize,
    /// Where a comment begins that touches the value before it (`'x'#`): YAML 1.2 forbids it, SnakeYAML and PyYAML read it.
    touching: Option<usize>,
}

impl<'t> Loader<'t> {
    fn new(file: FileId, text: &'t str, lines: &'t Lines, limits: &'t Limits) -> Loader<'t> {
        let (out, open, anchors) = (Loaded::default(), Vec::new(), HashMap::new());
        Loader { file, text, lines, limits, out, open, anchors, sizes: Vec::new(), expanded: 0, touching: None }
    }

    fn read(&mut self) -> Result<(), LoadError> {
        for event in Parser::new_from_str_with_options(self.text, options(self.limits)) {
            let (event, span) = event.map_err(|error| self.scan_error(&error))?;
            self.event(event, &span)?;
        }
        match self.out.root {
            Some(_) => Ok(()),
            None => Err(self.error("the file holds no value", 0)),
        }
    }

    fn error(&self, message: impl Into<String>, offset: u32) -> LoadError {
        LoadError::Refused(self.at(message, offset))
    }

    fn scan_error(&mut self, error: &ScanError) -> LoadError {
        let offset = error.marker().byte_offset().unwrap_or(0).min(self.text.len());
        if error.info() == "comments must be separated from other tokens by whitespace" {
            self.touching = self.text.get(offset..).filter(|rest| rest.starts_with('#')).map(|_| offset);
        }
        let offset = u32::try_from(offset).unwrap_or(u32::MAX);
        // The parser reads ahead, so its own limit may be met before ours.
        if error.info() == "recursion limit exceeded" {
            return self.too_deep(offset);
        }
        LoadError::Syntax(self.at(error.info(), offset))
    }

    fn too_deep(&self, offset: u32) -> LoadError {
        self.error(format!("the file nests deeper than {} levels", self.limits.depth), offset)
    }

    fn at(&self, message: impl Into<String>, offset: u32) -> SourceError {
        let place = self.lines.place(self.text, offset);
        SourceError { message: message.into(), line: place.line, column: place.column }
    }

    fn span(&self, span: &granit_parser::Span) -> Span {
        let range = span.byte_range().unwrap_or(0..0);
        let at = |offset: usize| u32::try_from(offset.min(self.text.len())).unwrap_or(u32::MAX);
        Span { file: self.file, start: at(range.start), end: at(range.end) }
    }

    fn event(&mut self, event: Event<'_>, at: &granit_parser::Span) -> Result<(), LoadError> {
        let span = self.span(at);
        match event {
            Event::Scalar(value, style, anchor, tag) => {
                let tag = self.tag(tag.as_deref(), at);
                let scalar = scalar(&value, style, tag.as_ref(), span);
                let id = self.node(Node { span, tag: local(tag), kind: NodeKind::Scalar(scalar) })?;
                self.anchors.extend((anchor > 0).then_some((anchor, id)));
                self.place(id)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.start(NodeKind::Sequence(Vec::new()), anchor, tag.as_deref(), at)
            }
            Event::MappingStart(_, anchor, tag) => {
                self.start(NodeKind::Mapping(Vec::new()), anchor, tag.as_deref(), at)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
            Event::Alias(anchor) => self.alias(anchor, span),
            _ => Ok(()),
        }
    }

    fn tag(&self, tag: Option<&YamlTag>, at: &granit_parser::Span) -> Option<(String, Span)> {
        let tag = tag?;
        let span = at.tag_span().map_or_else(|| self.span(at), |span| self.span(&span));
        // As written: `!Ref`, `!!str`, or `!` alone.
        let written = self.text.get(span.start as usize..span.end as usize).filter(|text| text.starts_with('!'));
        let name = written.map_or_else(|| tag.to_string(), str::to_owned);
        Some((name, span))
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

    fn start(
        &mut self,
        kind: NodeKind,
        anchor: usize,
        tag: Option<&YamlTag>,
        at: &granit_parser::Span,
    ) -> Result<(), LoadError> {
        let span = self.span(at);
        if self.open.len() >= self.limits.depth {
            return Err(self.too_deep(span.start));
        }
        let tag = local(self.tag(tag, at));
        let id = self.node(Node { span, tag, kind })?;
        self.open.push(Frame { id, anchor, key: None });
        Ok(())
    }

    /// Closes the innermost collection and gives it the place from its first to its last child.
    fn end(&mut self, end: Span) -> Result<(), LoadError> {
        let Some(frame) = self.open.pop() else { return Ok(()) };
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
        let Some(frame) = self.open.last_mut() else {
            let offset = self.out.nodes.get(id.0 as usize).map_or(0, |node| node.span.start);
            return match self.out.root.replace(id) {
                Some(_) => Err(self.error("the file holds more than one YAML document", offset)),
                None => Ok(()),
            };
        };
        let parent = frame.id.0 as usize;
        let mut entry = None;
        match self.out.nodes.get_mut(parent).map(|node| &mut node.kind) {
            Some(NodeKind::Sequence(items)) => items.push(id),
            Some(NodeKind::Mapping(_)) => match frame.key.take() {
                None => frame.key = Some(id),
                Some(key) => entry = Some(Entry { key, value: id }),
            },
            _ => {}
        }
        if let Some(total) = self.sizes.get_mut(parent) {
            *total = total.saturating_add(size);
        }
        if let Some(entry) = entry
            && let Some(NodeKind::Mapping(entries)) = self.out.nodes.get_mut(parent).map(|node| &mut node.kind)
        {
            entries.push(entry);
        }
        Ok(())
    }

    /// An alias is the anchored node itself; what it stands for counts against the budget each time.
    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), LoadError> {
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

/// A short tag of CloudFormation or another tool; YAML's own (`!!str`) and the bare `!` are not tags to us.
fn local(tag: Option<(String, Span)>) -> Option<Box<Tag>> {
    let (name, span) = tag?;
    let name = name.strip_prefix('!')?;
    (!name.is_empty() && !name.starts_with('!')).then(|| Box::new(Tag { name: name.to_owned(), span }))
}

/// A plain scalar resolves as YAML 1.1 does, unless a tag says what it is: a short tag gets the text as written.
fn scalar(value: &str, style: ScalarStyle, tag: Option<&(String, Span)>, span: Span) -> Scalar {
    let style = match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted => Style::Single,
        ScalarStyle::DoubleQuoted => Style::Double,
        ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
    };
    match tag.map(|(name, _)| name.as_str()) {
        None | Some("!!int" | "!!float" | "!!bool" | "!!null") if style == Style::Plain => {
            // The parser writes an empty value as `~`.
            Scalar::plain(if span.start == span.end { "" } else { value })
        }
        Some(_) if style == Style::Plain && span.start == span.end => Scalar::text_only("", style),
        _ => Scalar::text_only(value, style),
    }
}
