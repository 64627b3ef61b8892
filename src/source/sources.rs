//! The files of a run: ids to paths and documents.

use super::document::{Document, FileId};

/// Every file that findings can point into.
#[derive(Debug, Default)]
pub(crate) struct Sources(Vec<(String, Document)>);

impl Sources {
    /// The id that the next file gets.
    pub(crate) fn next_id(&self) -> FileId {
        FileId(u32::try_from(self.0.len()).unwrap_or(u32::MAX))
    }

    /// Adds a file, parsed under the id of [`Sources::next_id`].
    pub(crate) fn add(&mut self, path: String, document: Document) {
        self.0.push((path, document));
    }

    /// Keeps of a file its text only, until somebody asks for more.
    pub(crate) fn forget_nodes(&mut self, file: FileId) {
        if let Some((_, document)) = self.0.get_mut(file.0 as usize) {
            document.forget_nodes();
        }
    }

    /// A file's path as shown.
    pub(crate) fn path(&self, file: FileId) -> &str {
        self.0.get(file.0 as usize).map_or("", |(path, _)| path)
    }

    /// A file's document.
    pub(crate) fn document(&self, file: FileId) -> Option<&Document> {
        self.0.get(file.0 as usize).map(|(_, document)| document)
    }
}
