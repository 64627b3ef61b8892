//! A language client: JSON-RPC over the stdio of `cfn-lockout lsp`.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

/// A server that says nothing for so long hangs.
const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) struct Client {
    child: Child,
    stdin: Option<ChildStdin>,
    incoming: Receiver<Value>,
    last: i64,
    /// What was published last, by document.
    pub(crate) shown: BTreeMap<String, Value>,
    /// Every notification but diagnostics.
    pub(crate) told: Vec<Value>,
}

/// How a server ended.
pub(crate) struct End {
    pub(crate) code: i32,
    pub(crate) stderr: String,
}

impl Client {
    /// Starts a server in a folder.
    pub(crate) fn start(folder: &Path, args: &[&str]) -> Client {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cfn-lockout"));
        command.current_dir(folder).arg("lsp").args(args).stderr(Stdio::piped());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the server starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let (sender, incoming) = channel();
        std::thread::spawn(move || {
            while let Some(message) = read(&mut stdout) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        let stdin = child.stdin.take();
        Client { child, stdin, incoming, last: 0, shown: BTreeMap::new(), told: Vec::new() }
    }

    /// Starts one that is ready; `capabilities` are the client's.
    pub(crate) fn ready(folder: &Path, args: &[&str], capabilities: Value) -> Client {
        let mut client = Client::start(folder, args);
        let answer = client.request("initialize", json!({ "processId": null, "capabilities": capabilities }));
        assert_eq!(answer["capabilities"]["textDocumentSync"]["change"], 2, "{answer}");
        client.notify("initialized", json!({}));
        client
    }

    /// Sends bytes as they are.
    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        let stdin = self.stdin.as_mut().expect("stdin is open");
        // A server that has given up reads no more.
        let _ = stdin.write_all(bytes).and_then(|()| stdin.flush());
    }

    pub(crate) fn send(&mut self, message: &Value) {
        let text = message.to_string();
        self.raw(format!("Content-Length: {}\r\n\r\n{text}", text.len()).as_bytes());
    }

    pub(crate) fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Asks, and waits for the whole answer.
    pub(crate) fn ask(&mut self, method: &str, params: Value) -> Value {
        self.last += 1;
        let id = self.last;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        self.answer(&json!(id))
    }

    /// The answer to the request with this id.
    pub(crate) fn answer(&mut self, id: &Value) -> Value {
        loop {
            let message = self.incoming.recv_timeout(PATIENCE).expect("the server answers");
            assert_eq!(message["jsonrpc"], "2.0", "{message}");
            match message["method"].as_str() {
                Some("textDocument/publishDiagnostics") => {
                    let uri = message["params"]["uri"].as_str().expect("a URI").to_owned();
                    self.shown.insert(uri, message["params"].clone());
                }
                Some(_) => self.told.push(message),
                None if &message["id"] == id => return message,
                None => panic!("nobody asked for {message}"),
            }
        }
    }

    /// Asks, and takes the result.
    pub(crate) fn request(&mut self, method: &str, params: Value) -> Value {
        let answer = self.ask(method, params);
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    /// Waits until all that was told has been looked at: a question comes after it.
    pub(crate) fn settle(&mut self) {
        self.hover("file:///nothing.yaml", 0, 0);
    }

    pub(crate) fn hover(&mut self, uri: &str, line: u64, character: u64) -> Value {
        let position = json!({ "line": line, "character": character });
        self.request("textDocument/hover", json!({ "textDocument": { "uri": uri }, "position": position }))
    }

    pub(crate) fn actions(&mut self, uri: &str, range: &Value) -> Vec<Value> {
        let params = json!({ "textDocument": { "uri": uri }, "range": range, "context": { "diagnostics": [] } });
        self.request("textDocument/codeAction", params).as_array().expect("a list").clone()
    }

    pub(crate) fn open(&mut self, uri: &str, text: &str) {
        let document = json!({ "uri": uri, "languageId": "yaml", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
    }

    pub(crate) fn change(&mut self, uri: &str, version: i32, changes: Value) {
        let document = json!({ "uri": uri, "version": version });
        self.notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }));
    }

    pub(crate) fn close(&mut self, uri: &str) {
        self.notify("textDocument/didClose", json!({ "textDocument": { "uri": uri } }));
    }

    /// What is shown in a document after all that was told.
    pub(crate) fn diagnostics(&mut self, uri: &str) -> Vec<Value> {
        self.settle();
        let shown = self.shown.get(uri).map(|params| params["diagnostics"].as_array().expect("a list").clone());
        shown.unwrap_or_default()
    }

    /// Shuts the server down, as the protocol wants it.
    pub(crate) fn end(mut self) -> End {
        assert_eq!(self.request("shutdown", Value::Null), Value::Null);
        self.notify("exit", Value::Null);
        self.gone()
    }

    /// Closes stdin, and waits.
    pub(crate) fn gone(mut self) -> End {
        self.stdin = None;
        let mut stderr = String::new();
        self.child.stderr.take().expect("a pipe").read_to_string(&mut stderr).expect("UTF-8");
        let code = self.child.wait().expect("the server ends").code().unwrap_or(-1);
        End { code, stderr }
    }
}

fn read(stdout: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if stdout.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            header => {
                length = header.strip_prefix("Content-Length: ").expect("a length").parse().expect("a number");
            }
        }
    }
    let mut bytes = vec![0; length];
    stdout.read_exact(&mut bytes).ok()?;
    Some(serde_json::from_slice(&bytes).expect("JSON"))
}

/// The URI of a path that needs no encoding.
pub(crate) fn uri(path: impl AsRef<Path>) -> String {
    let path: PathBuf = path.as_ref().canonicalize().unwrap_or_else(|_| path.as_ref().to_owned());
    format!("file://{}", path.display())
}

/// Everything that clients of today can do.
pub(crate) fn able() -> Value {
    json!({
        "textDocument": {
            "publishDiagnostics": { "relatedInformation": true, "codeDescriptionSupport": true, "versionSupport": true },
            "hover": { "contentFormat": ["markdown", "plaintext"] },
        },
        "workspace": { "workspaceEdit": { "documentChanges": true } },
    })
}

/// A text after edits whose places count in these units.
pub(crate) fn edited(text: &str, edits: &[Value], units: fn(char) -> usize) -> String {
    let mut places: Vec<(usize, usize, &str)> = edits
        .iter()
        .map(|edit| {
            let at = |end: &str| offset(text, &edit["range"][end], units);
            (at("start"), at("end"), edit["newText"].as_str().expect("a text"))
        })
        .collect();
    places.sort_unstable();
    let mut out = text.to_owned();
    for (start, end, new) in places.into_iter().rev() {
        out.replace_range(start..end, new);
    }
    out
}

/// The byte at a position.
pub(crate) fn offset(text: &str, position: &Value, units: fn(char) -> usize) -> usize {
    let [line, mut left] = ["line", "character"].map(|name| usize::try_from(position[name].as_u64().unwrap()).unwrap());
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    for (at, c) in text[start..].char_indices() {
        if left == 0 {
            return start + at;
        }
        left = left.checked_sub(units(c)).expect("a position between characters");
    }
    text.len()
}
