//! Outcomes of checks as diagnostics, by the document they stand in.
//!
//! A diagnostic says the words of the other reports, at the same place. What the protocol has a field for is there: the code with
//! the address of its page, the further places. Notes and help follow the message, line by line.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gen_lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, Location, Position, Range, Uri,
};

use crate::findings::{Finding, Severity};
use crate::report::{Failure, Told, address, clean};
use crate::source::{FileId, Span};

use super::Outcome;
use super::capabilities::Client;
use super::documents::Documents;
use super::places::Places;
use super::uri;

/// Who says so.
const SOURCE: &str = "cfn-lockout";

/// What is to be shown in each document, by its name.
pub(super) type Shown = BTreeMap<String, Vec<Diagnostic>>;

/// One outcome with what its places are told by.
pub(super) struct View<'o> {
    outcome: &'o Outcome,
    documents: &'o Documents,
    client: Client,
    places: BTreeMap<FileId, Places<'o>>,
}

impl<'o> View<'o> {
    /// Of this outcome for this client.
    pub(super) fn new(outcome: &'o Outcome, documents: &'o Documents, client: Client) -> View<'o> {
        let text = |file: &FileId| Some((*file, outcome.sources.document(*file)?.text()));
        let texts = outcome.places.keys().filter_map(text);
        let places = texts.map(|(file, text)| (file, Places::new(text, client.encoding))).collect();
        View { outcome, documents, client, places }
    }

    /// The name of a file, as the client writes it where it is open.
    pub(super) fn uri(&self, file: FileId) -> Option<String> {
        self.outcome.places.get(&file).map(|path| self.uri_of(path))
    }

    fn uri_of(&self, path: &Path) -> String {
        self.documents.at(path).map_or_else(|| uri::of(path), |document| document.uri.clone())
    }

    /// A place in its file.
    pub(super) fn range(&self, span: Span) -> Range {
        let places = self.places.get(&span.file);
        places.map_or_else(Range::default, |places| places.range(span.start as usize, span.end as usize))
    }

    /// The byte at a position of a file.
    pub(super) fn offset(&self, file: FileId, position: Position) -> Option<usize> {
        self.places.get(&file).map(|places| places.offset(position))
    }

    /// Adds what was found, and what could not be checked.
    pub(super) fn show(&self, shown: &mut Shown) {
        for finding in &self.outcome.report.findings {
            if let Some(uri) = self.uri(finding.span.file) {
                shown.entry(uri).or_default().push(self.diagnostic(finding));
            }
        }
        for (path, failure) in &self.outcome.failures {
            let own: Vec<&PathBuf> = match path {
                Some(path) => vec![path],
                None => self.outcome.documents.iter().collect(),
            };
            for path in own {
                shown.entry(self.uri_of(path)).or_default().push(self.failed(path, failure));
            }
        }
    }

    /// A finding.
    pub(super) fn diagnostic(&self, finding: &Finding) -> Diagnostic {
        let told = Told::new(finding, None, &self.outcome.sources);
        let related: Vec<DiagnosticRelatedInformation> = match self.client.related {
            true => finding.related.iter().filter_map(|one| self.related(one.span, &one.message)).collect(),
            false => Vec::new(),
        };
        let mut lines = vec![told.message.clone()];
        lines.extend(Some(told.label.clone()).filter(|label| !label.is_empty()));
        if !self.client.related {
            lines.extend(told.related_lines());
        }
        lines.extend(told.notes.iter().cloned());
        lines.extend(told.help.iter().map(|line| format!("help: {line}")));
        let href = CodeDescription { href: Uri(address(finding.code)) };
        Diagnostic {
            range: self.range(finding.span),
            severity: Some(match finding.severity {
                Severity::Error => DiagnosticSeverity::Error,
                Severity::Warning => DiagnosticSeverity::Warning,
                Severity::Note => DiagnosticSeverity::Information,
            }),
            code: Some(finding.code.id().to_owned().into()),
            code_description: Some(href).filter(|_| self.client.code_description),
            source: Some(SOURCE.to_owned()),
            message: lines.join("\n").into(),
            related_information: Some(related).filter(|related| !related.is_empty()),
            ..Diagnostic::default()
        }
    }

    fn related(&self, span: Span, message: &str) -> Option<DiagnosticRelatedInformation> {
        let location = Location { uri: Uri(self.uri(span.file)?), range: self.range(span) };
        Some(DiagnosticRelatedInformation { location, message: clean(message) })
    }

    /// A file that could not be checked.
    fn failed(&self, path: &Path, failure: &Failure) -> Diagnostic {
        // It is in no outcome: it could not be read.
        let open = self.documents.at(path).map(|document| document.text.to_string());
        let text = open.or_else(|| std::fs::read_to_string(path).ok()).unwrap_or_default();
        let range = match failure.line {
            0 => Range::default(),
            line => Places::new(&text, self.client.encoding).rest_of_line(line, failure.column),
        };
        Diagnostic {
            range,
            severity: Some(DiagnosticSeverity::Error),
            source: Some(SOURCE.to_owned()),
            message: clean(&failure.message).into(),
            ..Diagnostic::default()
        }
    }
}
