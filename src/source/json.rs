//! Tokens of JSON to nodes: what the YAML parser would make of the same text, for a fraction of the cost.
//!
//! Source: ECMA-404. Whatever is not in it is left to the YAML parser: comments, other quotes, YAML's own characters.

use std::borrow::Cow;

use jsonc_parser::tokens::Token;
use jsonc_parser::{Scanner, ScannerOptions};

use super::builder::Builder;
use super::document::{Loaded, NodeKind, Span};
use super::scalar::{Scalar, Style};

/// Whether a text begins as JSON does.
pub(super) fn may_be(text: &str) -> bool {
    matches!(text.bytes().find(|&byte| !is_blank(byte)), Some(b'{' | b'['))
}

/// Reads a text into nodes if it is one object or array of JSON, within the limits.
pub(super) fn read(builder: Builder<'_>) -> Option<Loaded> {
    let text = builder.text;
    let options = ScannerOptions {
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let mut reader = Reader { scanner: Scanner::new(text, &options), text, end: 0, out: builder, open: Vec::new() };
    reader.document()?;
    reader.out.finish().ok()
}

/// What may stand next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    /// A value.
    Value,
    /// The first member of a collection, or its end.
    First,
    /// What follows a member: a comma, or the end.
    Comma,
    /// A key.
    Key,
    /// What follows a key.
    Colon,
}

/// A collection that has not ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Array,
    Object,
}

struct Reader<'t> {
    scanner: Scanner<'t>,
    text: &'t str,
    /// Where the last token ended.
    end: usize,
    out: Builder<'t>,
    open: Vec<Open>,
}

impl<'t> Reader<'t> {
    /// One value, and nothing after it. Nothing is said of what goes wrong.
    fn document(&mut self) -> Option<()> {
        let mut next = Next::Value;
        loop {
            next = self.token(next)?;
            if self.open.is_empty() {
                return self.scan()?.is_none().then_some(());
            }
        }
    }

    /// Takes the next token, if it may stand here; and what may stand after it.
    fn token(&mut self, next: Next) -> Option<Next> {
        let token = self.scan()??;
        let within = self.open.last().copied();
        let is_key = next == Next::Key || next == Next::First && within == Some(Open::Object);
        match (token, next) {
            (Token::CloseBrace, Next::First | Next::Comma) => self.close(Open::Object),
            (Token::CloseBracket, Next::First | Next::Comma) => self.close(Open::Array),
            (Token::Comma, Next::Comma) => Some(if within == Some(Open::Object) { Next::Key } else { Next::Value }),
            (Token::Colon, Next::Colon) => Some(Next::Value),
            (Token::String(value), _) if is_key => self.string(&value, Next::Colon),
            (_, Next::Comma | Next::Colon) => None,
            _ if is_key => None,
            (Token::OpenBrace, _) => self.begin(Open::Object, NodeKind::Mapping(Vec::new())),
            (Token::OpenBracket, _) => self.begin(Open::Array, NodeKind::Sequence(Vec::new())),
            (Token::String(value), _) => self.string(&value, Next::Comma),
            (Token::Number(_) | Token::Boolean(_) | Token::Null, _) => {
                let scalar = Scalar::plain(self.out.shared(self.written()));
                self.scalar(scalar, Next::Comma)
            }
            _ => None,
        }
    }

    /// The next token, with nothing but JSON's white space before it.
    fn scan(&mut self) -> Option<Option<Token<'t>>> {
        let before = self.end;
        let token = self.scanner.scan().ok()?;
        self.end = self.scanner.token_end();
        let between = self.text.as_bytes().get(before..self.scanner.token_start())?;
        between.iter().all(|&byte| is_blank(byte)).then_some(token)
    }

    fn span(&self) -> Span {
        let at = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Span { file: self.out.file, start: at(self.scanner.token_start()), end: at(self.end) }
    }

    /// The token as it is written.
    fn written(&self) -> &'t str {
        self.text.get(self.scanner.token_start()..self.end).unwrap_or_default()
    }

    fn begin(&mut self, open: Open, kind: NodeKind) -> Option<Next> {
        self.out.start(kind, 0, None, self.span()).ok()?;
        self.open.push(open);
        Some(Next::First)
    }

    fn close(&mut self, open: Open) -> Option<Next> {
        self.open.pop().filter(|within| *within == open)?;
        self.out.end(self.span()).ok()?;
        Some(Next::Comma)
    }

    /// A text, unescaped by the reader of JSON that says what is wrong with it as well.
    fn string(&mut self, value: &str, next: Next) -> Option<Next> {
        let written = self.written();
        if !is_plain(written) {
            return None;
        }
        let value = if written.contains('\\') {
            Cow::from(serde_json::from_str::<String>(written).ok()?)
        } else {
            value.into()
        };
        let value = self.out.shared(&value);
        self.scalar(Scalar::text_only(value, Style::Double), next)
    }

    fn scalar(&mut self, scalar: Scalar, next: Next) -> Option<Next> {
        self.out.scalar(scalar, 0, None, self.span()).ok()?;
        Some(next)
    }
}

/// Whether a text has none of the characters that JSON leaves to escapes, or that YAML does not take at all.
fn is_plain(text: &str) -> bool {
    let is_special = |one: char| one.is_control() || matches!(one, '\u{fffe}' | '\u{ffff}');
    text.bytes().all(|byte| matches!(byte, b' '..=b'~')) || !text.chars().any(is_special)
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}
