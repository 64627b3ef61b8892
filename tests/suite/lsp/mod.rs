//! The language server, as an editor talks to it; and the editors of `docs/editors.md` themselves, where they are installed.

mod client;
mod editors;
mod files;
mod findings;
mod protocol;
