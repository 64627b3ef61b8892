//! Why a file cannot be read, and where.

/// What is wrong with a file's text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(crate) struct SourceError {
    /// What is wrong: lower-case start, no full stop.
    pub(crate) message: String,
    /// From 1.
    pub(crate) line: usize,
    /// From 1, in characters.
    pub(crate) column: usize,
}
