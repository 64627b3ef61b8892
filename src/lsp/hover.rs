//! The reasoning behind a verdict, where the cursor is on the key's logical id or on a statement of its policy.

use gen_lsp_types::{Hover, MarkupContent, MarkupKind, Position};

use crate::report::{KeyRow, Style, TextOptions, fenced, reasoning};
use crate::source::{Document, FileId, NodeId, NodeKind, Span};

use super::Outcome;
use super::capabilities::Client;
use super::diagnostics::View;

/// Columns of the drawing: editors show hovers in about so many.
const WIDTH: usize = 80;

/// What the position of a file is about, if it is about a key.
pub(super) fn hover(
    outcome: &Outcome,
    view: &View<'_>,
    file: FileId,
    position: Position,
    client: Client,
) -> Option<Hover> {
    let document = outcome.sources.document(file)?;
    let at = u32::try_from(view.offset(file, position)?).ok()?;
    let statement = statement(document, at);
    let report = &outcome.report;
    let mut told: Vec<String> = Vec::new();
    let mut place: Option<Span> = None;
    for row in &report.keys {
        let Some(span) = subject(row, file, at, statement) else { continue };
        let text = reasoning(row, report, &outcome.sources, options());
        // A template that is nested twice says the same twice.
        if !told.contains(&text) {
            told.push(text);
        }
        place = place.or(Some(span));
    }
    let text = told.concat();
    let contents = match client.markdown {
        true => MarkupContent { kind: MarkupKind::Markdown, value: fenced(text.trim_end()) },
        false => MarkupContent { kind: MarkupKind::PlainText, value: text },
    };
    place.map(|span| Hover { contents: contents.into(), range: Some(view.range(span)) })
}

fn options() -> TextOptions {
    TextOptions { color: false, style: Style::Unicode, quiet: false, verbose: false, why: true, width: WIDTH }
}

/// What of a key is at a byte of a file.
fn subject(row: &KeyRow, file: FileId, at: u32, statement: Option<Span>) -> Option<Span> {
    if row.file == file && row.span.start <= at && at <= row.span.end {
        return Some(row.span);
    }
    statement.filter(|statement| row.why.statements.iter().any(|one| one.span.is_within(*statement)))
}

/// The innermost mapping around a byte that has an Effect.
fn statement(document: &Document, at: u32) -> Option<Span> {
    let mut found: Option<Span> = None;
    let mut node = document.root();
    while let Some(inner) = child(document, node, at) {
        node = inner;
        if document.get(node, "Effect").is_some() {
            found = Some(document.full_span(node));
        }
    }
    found
}

/// The child of a node that is around a byte.
fn child(document: &Document, node: NodeId, at: u32) -> Option<NodeId> {
    let around = |first: NodeId, last: NodeId| {
        let (first, last) = (document.full_span(first), document.full_span(last));
        first.start <= at && at <= last.end
    };
    match &document.node(node).kind {
        NodeKind::Scalar(_) => None,
        NodeKind::Sequence(items) => items.iter().copied().find(|item| around(*item, *item)),
        NodeKind::Mapping(entries) => {
            entries.iter().find(|entry| around(entry.key, entry.value)).map(|entry| entry.value)
        }
    }
}
