//! One session: what the client asks and tells, in the protocol's order.
//!
//! Changes are only noted; a check runs once nothing more has come in, or when a question needs its answer. So a fast typist costs
//! one check, not one for each key.

use std::collections::BTreeMap;

use gen_lsp_types::{
    CodeActionParams, Diagnostic, DidChangeTextDocumentParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    HoverParams, LogMessageParams, MessageType, PublishDiagnosticsParams, Uri,
};
use lsp_server::{ErrorCode, Message, Notification, Request, Response};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::capabilities::{self, Client as Capabilities};
use super::diagnostics::{Shown, View};
use super::documents::Documents;
use super::transport::{Client, Incoming};
use super::{Broken, Checker, Ended, Outcome, actions, hover};

/// How far a session is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing but `initialize` counts.
    New,
    Open,
    /// Nothing but `exit` counts.
    ShutDown,
}

struct Session<'c> {
    checker: &'c dyn Checker,
    client: Client,
    capabilities: Capabilities,
    state: State,
    documents: Documents,
    /// What the documents came to.
    outcomes: Vec<Outcome>,
    /// Whether something has changed since.
    is_stale: bool,
    /// What the client shows: for each document, of which version.
    shown: BTreeMap<String, (Option<i32>, Vec<Diagnostic>)>,
}

/// A question that cannot be answered.
type Refused = (ErrorCode, String);

pub(super) fn run(checker: &dyn Checker) -> Result<Ended, Broken> {
    let mut session = Session {
        checker,
        client: Client::on_stdio(),
        capabilities: Capabilities::default(),
        state: State::New,
        documents: Documents::default(),
        outcomes: Vec::new(),
        is_stale: false,
        shown: BTreeMap::new(),
    };
    loop {
        let next = match session.client.next() {
            None if session.is_stale => {
                session.refresh()?;
                continue;
            }
            None => session.client.wait(),
            next => next,
        };
        let ended = match next {
            None => Some(session.ended()),
            Some(Err(broken)) => return Err(broken),
            Some(Ok(Incoming::Nonsense(why))) => session.client.refuse(&why).map(|()| None)?,
            Some(Ok(Incoming::Message(Message::Request(request)))) => session.asked(request).map(|()| None)?,
            Some(Ok(Incoming::Message(Message::Notification(told)))) => session.told(told)?,
            // Whether the client watches files or not, there is nothing to do about it.
            Some(Ok(Incoming::Message(Message::Response(_)))) => None,
        };
        if let Some(ended) = ended {
            return Ok(ended);
        }
    }
}

impl Session<'_> {
    fn ended(&self) -> Ended {
        if self.state == State::ShutDown { Ended::Asked } else { Ended::Abandoned }
    }

    /// Answers a request.
    fn asked(&mut self, request: Request) -> Result<(), Broken> {
        let id = request.id.clone();
        let answer = match self.client.has_canceled(&id) {
            true => Err((ErrorCode::RequestCanceled, "the request was taken back".to_owned())),
            false => self.answer(request)?,
        };
        self.client.send(match answer {
            Ok(answer) => Response { id, response_result: Ok(answer) },
            Err((code, why)) => Response::new_err(id, code as i32, why),
        })
    }

    fn answer(&mut self, request: Request) -> Result<Result<Json, Refused>, Broken> {
        let refused = |code, why: &str| Ok(Err((code, why.to_owned())));
        match (self.state, request.method.as_str()) {
            (State::New, "initialize") => {
                self.capabilities = Capabilities::of(&request.params);
                self.state = State::Open;
                Ok(json(capabilities::server(self.capabilities)))
            }
            (State::New, _) => refused(ErrorCode::ServerNotInitialized, "`initialize` comes first"),
            (State::ShutDown, _) => refused(ErrorCode::InvalidRequest, "the server is shut down"),
            (State::Open, "initialize") => refused(ErrorCode::InvalidRequest, "the server is initialized already"),
            (State::Open, "shutdown") => {
                self.state = State::ShutDown;
                Ok(Ok(Json::Null))
            }
            (State::Open, "textDocument/hover") => match params::<HoverParams>(request.params) {
                Ok(params) => self.hover(&params),
                Err(why) => Ok(Err((ErrorCode::InvalidParams, why))),
            },
            (State::Open, "textDocument/codeAction") => match params::<CodeActionParams>(request.params) {
                Ok(params) => self.actions(&params),
                Err(why) => Ok(Err((ErrorCode::InvalidParams, why))),
            },
            (State::Open, other) => refused(ErrorCode::MethodNotFound, &format!("there is no method `{other}`")),
        }
    }

    fn hover(&mut self, params: &HoverParams) -> Result<Result<Json, Refused>, Broken> {
        self.refresh()?;
        let asked = &params.text_document_position_params;
        let answer = self
            .views(&asked.text_document.uri.0)
            .into_iter()
            .find_map(|(outcome, view, file)| hover::hover(outcome, &view, file, asked.position, self.capabilities));
        Ok(json(answer))
    }

    fn actions(&mut self, params: &CodeActionParams) -> Result<Result<Json, Refused>, Broken> {
        self.refresh()?;
        let mut out = Vec::new();
        for (outcome, view, file) in self.views(&params.text_document.uri.0) {
            if actions::wanted(&params.context) {
                out.extend(actions::actions(outcome, &view, file, params.range, &self.documents, self.capabilities));
            }
        }
        Ok(json(out))
    }

    /// The outcomes that have a document, with what the document is called in them.
    fn views(&self, uri: &str) -> Vec<(&Outcome, View<'_>, crate::source::FileId)> {
        let Some(document) = self.documents.get(uri) else { return Vec::new() };
        let in_outcome = |outcome: &'_ Outcome| {
            let is_it = |(file, path): (&crate::source::FileId, _)| (path == &document.path).then_some(*file);
            outcome.places.iter().find_map(is_it)
        };
        let view = |outcome| View::new(outcome, &self.documents, self.capabilities);
        let all = self.outcomes.iter();
        all.filter_map(|outcome| Some((outcome, view(outcome), in_outcome(outcome)?))).collect()
    }

    /// Takes note of a notification; says how the session ended, if it did.
    fn told(&mut self, told: Notification) -> Result<Option<Ended>, Broken> {
        if told.method == "exit" {
            return Ok(Some(self.ended()));
        }
        if self.state != State::Open {
            return Ok(None);
        }
        if told.method == "initialized" && self.capabilities.watches {
            let (id, method) = ("files".to_owned().into(), "client/registerCapability".to_owned());
            self.client.send(Request { id, method, params: capabilities::watched() })?;
        }
        let encoding = self.capabilities.encoding;
        let noted = match told.method.as_str() {
            "textDocument/didOpen" => {
                params::<DidOpenTextDocumentParams>(told.params).map(|params| self.documents.open(params.text_document))
            }
            "textDocument/didChange" => params::<DidChangeTextDocumentParams>(told.params)
                .map(|params| self.documents.change(params.text_document, params.content_changes, encoding)),
            "textDocument/didClose" => params::<DidCloseTextDocumentParams>(told.params)
                .map(|params| self.documents.close(&params.text_document.uri.0)),
            // Other files may have changed as well: nested templates, configurations.
            "textDocument/didSave" | "workspace/didChangeWatchedFiles" => Ok(()),
            _ => return Ok(None),
        };
        self.is_stale = true;
        if let Err(why) = noted {
            let message = format!("`{}` is not understood: {why}", told.method);
            self.notify("window/logMessage", &LogMessageParams { kind: MessageType::Error, message })?;
        }
        Ok(None)
    }

    /// Checks the documents again, if something has changed, and says what there is to show.
    fn refresh(&mut self) -> Result<(), Broken> {
        if !self.is_stale {
            return Ok(());
        }
        self.is_stale = false;
        self.outcomes = self.checker.check(&self.documents.texts());
        let mut new: Shown = self.documents.all().map(|document| (document.uri.clone(), Vec::new())).collect();
        // What is gone is gone from the screen as well.
        new.extend(
            self.shown
                .keys()
                .filter(|uri| !new.contains_key(*uri))
                .map(|uri| (uri.clone(), Vec::new()))
                .collect::<Vec<_>>(),
        );
        for outcome in &self.outcomes {
            View::new(outcome, &self.documents, self.capabilities).show(&mut new);
        }
        for (uri, diagnostics) in new {
            let version = self.documents.get(&uri).map(|document| document.version);
            let now = (version, diagnostics);
            if self.shown.get(&uri) != Some(&now) {
                let (version, diagnostics) = now.clone();
                let params = PublishDiagnosticsParams { uri: Uri(uri.clone()), version, diagnostics };
                self.notify("textDocument/publishDiagnostics", &params)?;
            }
            let is_over = version.is_none() && now.1.is_empty();
            if is_over {
                self.shown.remove(&uri)
            } else {
                self.shown.insert(uri, now)
            };
        }
        Ok(())
    }

    fn notify(&self, method: &str, params: &impl serde::Serialize) -> Result<(), Broken> {
        let params = serde_json::to_value(params).unwrap_or_default();
        self.client.send(Notification { method: method.to_owned(), params })
    }
}

fn params<P: DeserializeOwned>(params: Json) -> Result<P, String> {
    serde_json::from_value(params).map_err(|error| error.to_string())
}

fn json(answer: impl serde::Serialize) -> Result<Json, Refused> {
    serde_json::to_value(answer).map_err(|error| (ErrorCode::InternalError, error.to_string()))
}
