//! Text to nodes: JSON by a scanner of JSON, everything else by the events of the YAML parser. The only place that knows the YAML
//! parser.

use std::borrow::Cow;
use std::sync::Arc;

use granit_parser::{Event, Options, Parser, ScalarStyle, ScanError, Tag as YamlTag};

use super::builder::{Builder, LoadError};
use super::document::{FileId, Limits, Loaded, NodeKind, Span, Tag};
use super::json;
use super::scalar::{Scalar, Style};

/// How many comments that touch the value before them are taken; each costs another pass.
const TOUCHING: usize = 64;

/// How many bytes these passes may read: 64 passes over a template of the size that CloudFormation takes from a shell, and
/// fewer over a longer text.
const TOUCHING_BYTES: usize = 16 << 20;

/// Reads `text` into nodes.
pub(crate) fn load(file: FileId, text: &str, limits: &Limits) -> Result<Loaded, LoadError> {
    // JSON is YAML, which is read at a quarter of the speed. What is wrong with it, the YAML parser says.
    match json::may_be(text).then(|| json::read(Builder::new(file, text, limits))).flatten() {
        Some(loaded) => Ok(loaded),
        None => of_yaml(file, text, limits),
    }
}

fn of_yaml(file: FileId, text: &str, limits: &Limits) -> Result<Loaded, LoadError> {
    let mut blanked: Option<String> = None;
    let mut left = TOUCHING.min(TOUCHING_BYTES / text.len().max(1));
    loop {
        let text = blanked.as_deref().unwrap_or(text);
        let mut loader = Loader { out: Builder::new(file, text, limits), touching: None };
        match (loader.read(), loader.touching) {
            (Err(_), Some(comment)) if left > 0 => {
                left -= 1;
                blanked = Some(without_comment(text, comment));
            }
            (Err(error), _) => return Err(error),
            (Ok(()), _) => return loader.out.finish(),
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

struct Loader<'t> {
    out: Builder<'t>,
    /// Where a comment begins that touches the value before it (`'x'#`): YAML 1.2 forbids it, SnakeYAML and PyYAML read it.
    touching: Option<usize>,
}

impl<'t> Loader<'t> {
    fn read(&mut self) -> Result<(), LoadError> {
        for event in Parser::new_from_str_with_options(self.out.text, options(self.out.limits)) {
            let (event, span) = event.map_err(|error| self.scan_error(&error))?;
            self.event(event, &span)?;
        }
        Ok(())
    }

    fn scan_error(&mut self, error: &ScanError) -> LoadError {
        let offset = error.marker().byte_offset().unwrap_or(0).min(self.out.text.len());
        if error.info() == "comments must be separated from other tokens by whitespace" {
            self.touching = self.out.text.get(offset..).filter(|rest| rest.starts_with('#')).map(|_| offset);
        }
        let offset = u32::try_from(offset).unwrap_or(u32::MAX);
        // The parser reads ahead, so its own limit may be met before ours.
        if error.info() == "recursion limit exceeded" {
            return self.out.too_deep(offset);
        }
        LoadError::Syntax(self.out.at(error.info(), offset))
    }

    fn span(&self, span: &granit_parser::Span) -> Span {
        let range = span.byte_range().unwrap_or(0..0);
        let at = |offset: usize| u32::try_from(offset.min(self.out.text.len())).unwrap_or(u32::MAX);
        Span { file: self.out.file, start: at(range.start), end: at(range.end) }
    }

    fn event(&mut self, event: Event<'_>, at: &granit_parser::Span) -> Result<(), LoadError> {
        let span = self.span(at);
        match event {
            Event::Scalar(value, style, anchor, tag) => {
                let tag = self.tag(tag.as_deref(), at);
                // The parser writes an empty value as `~`.
                let is_empty = style == ScalarStyle::Plain && span.start == span.end;
                let text = self.out.shared(if is_empty { "" } else { &value });
                let scalar = scalar(text, style, tag.as_ref());
                let tag = tag.and_then(|tag| self.local(tag));
                self.out.scalar(scalar, anchor, tag, span)
            }
            Event::SequenceStart(_, anchor, tag) => {
                let tag = self.tag(tag.as_deref(), at).and_then(|tag| self.local(tag));
                self.out.start(NodeKind::Sequence(Vec::new()), anchor, tag, span)
            }
            Event::MappingStart(_, anchor, tag) => {
                let tag = self.tag(tag.as_deref(), at).and_then(|tag| self.local(tag));
                self.out.start(NodeKind::Mapping(Vec::new()), anchor, tag, span)
            }
            Event::SequenceEnd | Event::MappingEnd => self.out.end(span),
            Event::Alias(anchor) => self.out.alias(anchor, span),
            _ => Ok(()),
        }
    }

    fn tag(&self, tag: Option<&YamlTag>, at: &granit_parser::Span) -> Option<(Cow<'t, str>, Span)> {
        let tag = tag?;
        let span = at.tag_span().map_or_else(|| self.span(at), |span| self.span(&span));
        // As written: `!Ref`, `!!str`, or `!` alone.
        let text: &'t str = self.out.text;
        let written = text.get(span.start as usize..span.end as usize).filter(|text| text.starts_with('!'));
        Some((written.map_or_else(|| Cow::Owned(tag.to_string()), Cow::Borrowed), span))
    }

    /// A short tag of CloudFormation or another tool; YAML's own (`!!str`) and the bare `!` are not tags to us.
    fn local(&mut self, (name, span): (Cow<'t, str>, Span)) -> Option<Box<Tag>> {
        let name = name.strip_prefix('!')?;
        let is_own = !name.is_empty() && !name.starts_with('!');
        is_own.then(|| Box::new(Tag { name: self.out.shared(name), span }))
    }
}

/// A plain scalar resolves as YAML 1.1 does, unless a tag says what it is: a short tag gets the text as written.
fn scalar(text: Arc<str>, style: ScalarStyle, tag: Option<&(Cow<'_, str>, Span)>) -> Scalar {
    let style = match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted => Style::Single,
        ScalarStyle::DoubleQuoted => Style::Double,
        ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
    };
    match tag.map(|(name, _)| &**name) {
        None | Some("!!int" | "!!float" | "!!bool" | "!!null") if style == Style::Plain => Scalar::plain(text),
        _ => Scalar::text_only(text, style),
    }
}
