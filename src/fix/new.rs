//! What an edit writes: a small tree, in the style of its neighbours: block or flow YAML, or JSON.
//!
//! Comes in: texts, `Fn::Sub` texts, maps and lists. Goes out: text without its first indentation. Must not know: policies.

use crate::source::Style;

use super::site::Site;

/// A value that is to be written.
#[derive(Clone, Debug)]
pub(crate) enum New {
    /// A text.
    Text(String),
    /// `Fn::Sub` of a text.
    Sub(String),
    /// A map.
    Map(Vec<(&'static str, New)>),
}

/// How it is to be written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pen<'s> {
    site: &'s Site<'s>,
    quote: Style,
    step: usize,
}

impl<'s> Pen<'s> {
    /// As the neighbouring scalar is quoted; each level `step` columns further in.
    pub(crate) fn new(site: &'s Site<'s>, quote: Style, step: usize) -> Pen<'s> {
        Pen { site, quote, step }
    }

    /// In block style, where further lines start in column `indent`.
    pub(crate) fn block(&self, new: &New, indent: usize) -> String {
        let New::Map(entries) = new else { return self.scalar(new, false) };
        let one = |(key, value): &(&'static str, New)| match value {
            New::Map(_) => {
                let deeper = indent + self.step;
                format!("{key}:{}{}", self.line(deeper), self.block(value, deeper))
            }
            _ => format!("{key}: {}", self.scalar(value, false)),
        };
        entries.iter().map(one).collect::<Vec<_>>().join(&self.line(indent))
    }

    /// In brackets, in one line.
    pub(crate) fn flow(&self, new: &New) -> String {
        let New::Map(entries) = new else { return self.scalar(new, true) };
        let one = |(key, value): &(&'static str, New)| format!("{}: {}", self.key(key), self.flow(value));
        let inner = entries.iter().map(one).collect::<Vec<_>>().join(", ");
        if self.site.is_json { format!("{{{inner}}}") } else { format!("{{ {inner} }}") }
    }

    /// In brackets, a line for each entry, where the closing bracket stands in column `indent`.
    pub(crate) fn lines(&self, new: &New, indent: usize, tabs: bool) -> String {
        let New::Map(entries) = new else { return self.scalar(new, true) };
        let deeper = indent + if tabs { 1 } else { self.step };
        let line = |column: usize| format!("{}{}", self.site.newline, if tabs { "\t" } else { " " }.repeat(column));
        let one =
            |(key, value): &(&'static str, New)| format!("{}: {}", self.key(key), self.lines(value, deeper, tabs));
        let inner = entries.iter().map(one).collect::<Vec<_>>().join(&format!(",{}", line(deeper)));
        format!("{{{}{inner}{}}}", line(deeper), line(indent))
    }

    /// A line end and the indentation of the next line.
    pub(crate) fn line(&self, indent: usize) -> String {
        format!("{}{}", self.site.newline, " ".repeat(indent))
    }

    fn key(&self, key: &str) -> String {
        if self.site.is_json { double(key) } else { self.text(key, Style::Plain) }
    }

    fn scalar(&self, new: &New, in_flow: bool) -> String {
        match new {
            New::Text(text) => self.text(text, self.quote),
            New::Sub(text) if self.site.is_json => format!("{{{}: {}}}", double("Fn::Sub"), double(text)),
            // `${` may stand in a plain scalar, but not in brackets.
            New::Sub(text) if self.quote == Style::Plain && !in_flow => format!("!Sub {text}"),
            New::Sub(text) => format!("!Sub {}", quoted(text, self.with_quote())),
            New::Map(_) => self.flow(new),
        }
    }

    fn with_quote(&self) -> Style {
        if matches!(self.quote, Style::Single | Style::Double) { self.quote } else { self.site.quote }
    }

    /// A text as a scalar.
    pub(crate) fn text(&self, text: &str, style: Style) -> String {
        match style {
            _ if self.site.is_json => double(text),
            Style::Plain | Style::Block if may_be_plain(text) => text.to_owned(),
            Style::Plain | Style::Block => quoted(text, self.site.quote),
            Style::Single | Style::Double => quoted(text, style),
        }
    }
}

/// Whether a text can stand without quotes anywhere, and stays a text.
fn may_be_plain(text: &str) -> bool {
    let words = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && !text.ends_with(':')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.:/+=@*".contains(c))
        && !words.contains(&text.to_ascii_lowercase().as_str())
}

fn quoted(text: &str, style: Style) -> String {
    if style == Style::Single { format!("'{}'", text.replace('\'', "''")) } else { double(text) }
}

/// JSON's strings are YAML's double-quoted scalars.
fn double(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
