//! The open documents: their texts as the client has them, saved or not.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use gen_lsp_types::{TextDocumentContentChangeEvent as Change, TextDocumentItem, VersionedTextDocumentIdentifier};

use super::places::{Encoding, Places};
use super::uri;

/// The texts of documents, by their whole paths.
pub(crate) type Texts = BTreeMap<PathBuf, Arc<str>>;

/// A document that is open.
#[derive(Debug)]
pub(super) struct Document {
    /// Its name, as the client writes it.
    pub(super) uri: String,
    /// How often it was changed, as the client counts.
    pub(super) version: i32,
    /// What it holds.
    pub(super) text: Arc<str>,
    /// Where it is, or would be.
    pub(super) path: PathBuf,
}

/// All of them, by their names.
#[derive(Debug, Default)]
pub(super) struct Documents(BTreeMap<String, Document>);

impl Documents {
    /// Notes that a document was opened.
    pub(super) fn open(&mut self, item: TextDocumentItem) {
        let TextDocumentItem { uri, version, text, .. } = item;
        let uri = uri.0;
        let path = path(&uri);
        self.0.insert(uri.clone(), Document { uri, version, text: text.into(), path });
    }

    /// Makes the changes of a document, in their order.
    pub(super) fn change(&mut self, id: VersionedTextDocumentIdentifier, changes: Vec<Change>, encoding: Encoding) {
        let Some(document) = self.0.get_mut(&id.text_document_identifier.uri.0) else { return };
        document.version = id.version;
        for change in changes {
            document.text = match change {
                Change::TextDocumentContentChangeWholeDocument(whole) => whole.text.into(),
                Change::TextDocumentContentChangePartial(part) => {
                    let places = Places::new(&document.text, encoding);
                    let start = places.offset(part.range.start);
                    let end = places.offset(part.range.end).max(start);
                    let [before, after] = [document.text.get(..start), document.text.get(end..)];
                    format!("{}{}{}", before.unwrap_or_default(), part.text, after.unwrap_or_default()).into()
                }
            };
        }
    }

    /// Notes that a document was closed: its file counts again.
    pub(super) fn close(&mut self, uri: &str) {
        self.0.remove(uri);
    }

    /// The document of this name.
    pub(super) fn get(&self, uri: &str) -> Option<&Document> {
        self.0.get(uri)
    }

    /// The document at this path.
    pub(super) fn at(&self, path: &std::path::Path) -> Option<&Document> {
        self.0.values().find(|document| document.path == path)
    }

    /// All of them.
    pub(super) fn all(&self) -> impl Iterator<Item = &Document> {
        self.0.values()
    }

    /// Their texts.
    pub(super) fn texts(&self) -> Texts {
        self.0.values().map(|document| (document.path.clone(), document.text.clone())).collect()
    }
}

/// Where a document is, through links. One that was never saved is as if in the folder that the server runs in, under a name that
/// no file has.
fn path(uri: &str) -> PathBuf {
    let path = uri::path(uri).unwrap_or_else(|| {
        let name: String = uri.chars().map(|c| if c == '/' || c == '\\' { '_' } else { c }).collect();
        std::env::current_dir().unwrap_or_default().join(name)
    });
    let through_links = |path: &std::path::Path| path.canonicalize().ok();
    through_links(&path).or_else(|| Some(through_links(path.parent()?)?.join(path.file_name()?))).unwrap_or(path)
}
