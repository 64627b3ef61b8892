//! The proven edits of `fix` as code actions.
//!
//! A safe one is preferred; one that somebody has to review says so, and why, in its title.

use std::collections::BTreeMap;

use gen_lsp_types::{
    CodeAction, CodeActionContext, CodeActionKind, OptionalVersionedTextDocumentIdentifier, Range, TextDocumentEdit,
    TextDocumentIdentifier, TextEdit, Uri, WorkspaceEdit,
};

use crate::fix::Fix;
use crate::report::Told;
use crate::source::FileId;

use super::Outcome;
use super::capabilities::Client;
use super::diagnostics::View;
use super::documents::Documents;

/// What can be done about the findings of a file within a range.
pub(super) fn actions(
    outcome: &Outcome,
    view: &View<'_>,
    file: FileId,
    range: Range,
    documents: &Documents,
    client: Client,
) -> Vec<CodeAction> {
    let report = &outcome.report;
    let mut out: Vec<CodeAction> = Vec::new();
    for finding in report.findings.iter().filter(|one| one.span.file == file && !report.generated.contains(&file)) {
        let fix = report.fix(finding).filter(|_| touch(view.range(finding.span), range));
        let Some(fix) = fix else { continue };
        let title = Told::new(finding, Some(fix), &outcome.sources).fix_title().unwrap_or_default();
        let edit = edit(fix, view, documents, client);
        let diagnostic = view.diagnostic(finding);
        // Several findings, or one for several deployments, may be fixed by the same edit.
        if let Some(known) = out.iter_mut().find(|one| one.edit.as_ref() == Some(&edit) && one.title == title) {
            known.diagnostics.get_or_insert_default().push(diagnostic);
            continue;
        }
        out.push(CodeAction {
            title,
            kind: Some(CodeActionKind::QuickFix),
            diagnostics: Some(vec![diagnostic]),
            is_preferred: Some(fix.review.is_none()),
            edit: Some(edit),
            ..CodeAction::default()
        });
    }
    out
}

/// Whether the client asks for such actions.
pub(super) fn wanted(context: &CodeActionContext) -> bool {
    let is_wanted = |kind: &CodeActionKind| matches!(kind, CodeActionKind::QuickFix | CodeActionKind::Empty);
    context.only.as_ref().is_none_or(|kinds| kinds.iter().any(is_wanted))
}

/// Whether two ranges have a position in common.
fn touch(a: Range, b: Range) -> bool {
    let at = |position: gen_lsp_types::Position| (position.line, position.character);
    at(a.start) <= at(b.end) && at(b.start) <= at(a.end)
}

/// All edits of a fix, to be made together.
fn edit(fix: &Fix, view: &View<'_>, documents: &Documents, client: Client) -> WorkspaceEdit {
    let mut edits: BTreeMap<String, Vec<TextEdit>> = BTreeMap::new();
    for edit in &fix.edits {
        let text = TextEdit { range: view.range(edit.span), new_text: edit.new_text.clone() };
        edits.entry(view.uri(edit.span.file).unwrap_or_default()).or_default().push(text);
    }
    if !client.versioned_edits {
        let changes = edits.into_iter().map(|(uri, edits)| (Uri(uri), edits)).collect();
        return WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() };
    }
    let of_document = |(uri, edits): (String, Vec<TextEdit>)| {
        let version = documents.get(&uri).map(|document| document.version);
        let text_document_identifier = TextDocumentIdentifier { uri: Uri(uri) };
        let text_document = OptionalVersionedTextDocumentIdentifier { version, text_document_identifier };
        TextDocumentEdit { text_document, edits: edits.into_iter().map(Into::into).collect() }.into()
    };
    let changes = edits.into_iter().map(of_document).collect();
    WorkspaceEdit { document_changes: Some(changes), ..WorkspaceEdit::default() }
}
