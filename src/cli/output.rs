//! Writing: the one place that touches stdout and stderr.

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use anyhow::Context;

use crate::report::Style;

use super::args::{Color, Flags};

/// Whether stdout gets colour: the flag, then NO_COLOR, FORCE_COLOR, and whether it is a terminal.
pub(crate) fn wants_color(color: Color) -> bool {
    is_colored(color, io::stdout().is_terminal())
}

/// Whether stderr gets colour, by the same rules.
pub(crate) fn wants_color_beside(color: Color) -> bool {
    is_colored(color, io::stderr().is_terminal())
}

fn is_colored(color: Color, is_terminal: bool) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => !set("NO_COLOR") && (set("FORCE_COLOR") || is_terminal),
    }
}

/// What lines are drawn with: the flag, else box characters on a terminal that takes them.
pub(crate) fn style(flags: &Flags) -> Style {
    let utf8 = || {
        let set = ["LC_ALL", "LC_CTYPE", "LANG"].iter().filter_map(|name| std::env::var(name).ok());
        let locale = set.into_iter().find(|value| !value.is_empty()).unwrap_or_default().to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    };
    match flags {
        Flags { plain: true, .. } => Style::Plain,
        Flags { unicode: true, .. } => Style::Unicode,
        Flags { ascii: true, .. } => Style::Ascii,
        _ if io::stdout().is_terminal() && utf8() => Style::Unicode,
        _ => Style::Ascii,
    }
}

/// Whether stdout is laid out for a terminal: it is one, or the flag says so.
pub(crate) fn is_for_terminal(color: Color) -> bool {
    color == Color::Always || io::stdout().is_terminal()
}

/// The columns of the terminal, 80 where there is none.
pub(crate) fn width() -> usize {
    std::env::var("COLUMNS")
        .ok()
        .and_then(|columns| columns.parse().ok())
        .filter(|&columns| columns >= 40)
        .unwrap_or(80)
}

/// Prints to stdout; a reader that has gone away is no error.
pub(crate) fn print(text: &str) -> anyhow::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done.context("cannot write to stdout"),
    }
}

/// Writes a report to a file.
pub(crate) fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(path, text).with_context(|| format!("cannot write `{}`", path.display()))
}

/// Prints to stderr.
pub(crate) fn print_beside(text: &str) -> anyhow::Result<()> {
    io::stderr().lock().write_all(text.as_bytes()).context("cannot write to stderr")
}

/// Says something beside the report, on stderr.
pub(crate) fn remark(text: &str) {
    let _ = writeln!(io::stderr(), "note: {text}");
}

/// Prints an error and its causes to stderr.
pub(crate) fn complain(error: &anyhow::Error) {
    let _ = writeln!(io::stderr(), "error: {error:#}");
}
