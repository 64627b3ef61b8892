//! What client and server can do.
//!
//! Of what a client says only what matters here is looked at, as it is: a client that says something else in an odd way is served
//! all the same.

use gen_lsp_types::{
    CodeActionKind, CodeActionOptions, InitializeResult, PositionEncodingKind, SaveOptions, ServerCapabilities,
    ServerInfo, TextDocumentSyncKind, TextDocumentSyncOptions,
};
use serde_json::{Value as Json, json};

use super::places::Encoding;

/// What the client takes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Client {
    /// How places are counted.
    pub(super) encoding: Encoding,
    /// Further places of a diagnostic.
    pub(super) related: bool,
    /// Where a code is explained.
    pub(super) code_description: bool,
    /// Hovers in Markdown.
    pub(super) markdown: bool,
    /// Edits of a version of a document.
    pub(super) versioned_edits: bool,
    /// To be asked to watch files.
    pub(super) watches: bool,
}

impl Client {
    /// What a client says of itself in `initialize`.
    pub(super) fn of(params: &Json) -> Client {
        let of = |path: &str| params.pointer(&format!("/capabilities{path}"));
        let is = |path: &str| of(path).and_then(Json::as_bool) == Some(true);
        let has = |path: &str, word: &str| {
            of(path).and_then(Json::as_array).is_some_and(|words| words.iter().any(|one| one == word))
        };
        Client {
            encoding: match has("/general/positionEncodings", "utf-8") {
                true => Encoding::Utf8,
                false => Encoding::Utf16,
            },
            related: is("/textDocument/publishDiagnostics/relatedInformation"),
            code_description: is("/textDocument/publishDiagnostics/codeDescriptionSupport"),
            markdown: has("/textDocument/hover/contentFormat", "markdown"),
            versioned_edits: is("/workspace/workspaceEdit/documentChanges"),
            watches: is("/workspace/didChangeWatchedFiles/dynamicRegistration"),
        }
    }
}

/// The files whose changes the server wants to hear of: those that a check may read beside the documents.
pub(super) fn watched() -> Json {
    let watcher = json!({ "globPattern": "**/*.{yaml,yml,json,template,toml}" });
    let options = json!({ "watchers": [watcher] });
    json!({ "registrations": [{ "id": "files", "method": "workspace/didChangeWatchedFiles", "registerOptions": options }] })
}

/// What the server says of itself.
pub(super) fn server(client: Client) -> InitializeResult {
    let encoding = match client.encoding {
        Encoding::Utf8 => PositionEncodingKind::UTF8,
        Encoding::Utf16 => PositionEncodingKind::UTF16,
    };
    let sync = TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(TextDocumentSyncKind::Incremental),
        save: Some(SaveOptions { include_text: Some(false) }.into()),
        ..TextDocumentSyncOptions::default()
    };
    let actions =
        CodeActionOptions { code_action_kinds: Some(vec![CodeActionKind::QuickFix]), ..CodeActionOptions::default() };
    let capabilities = ServerCapabilities {
        position_encoding: Some(encoding),
        text_document_sync: Some(sync.into()),
        hover_provider: Some(true.into()),
        code_action_provider: Some(actions.into()),
        ..ServerCapabilities::default()
    };
    let version = Some(env!("CARGO_PKG_VERSION").to_owned());
    InitializeResult { capabilities, server_info: Some(ServerInfo { name: "cfn-lockout".to_owned(), version }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf_8_is_taken_where_it_is_offered() {
        let encoding = |capabilities: Json| Client::of(&json!({ "capabilities": capabilities })).encoding;
        assert_eq!(encoding(json!({})), Encoding::Utf16);
        assert_eq!(encoding(json!({ "general": { "positionEncodings": ["utf-16"] } })), Encoding::Utf16);
        assert_eq!(encoding(json!({ "general": { "positionEncodings": ["utf-16", "utf-8"] } })), Encoding::Utf8);
        assert_eq!(encoding(json!({ "general": { "positionEncodings": "utf-8" } })), Encoding::Utf16);
    }
}
