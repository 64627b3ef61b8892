//! The protocol itself: how a session begins and ends, and what is no protocol.

use serde_json::{Value, json};

use super::client::{Client, able, uri};
use crate::reports::LOCKOUT;
use crate::support::{ROLE, folder, run_in};

#[test]
fn nothing_counts_before_initialize_and_nothing_after_shutdown() {
    let files = folder(&[]);
    let mut client = Client::start(files.path(), &[]);
    client.notify("textDocument/didOpen", json!({}));
    assert_eq!(client.ask("textDocument/hover", json!({}))["error"]["code"], -32002);
    let said = client.request("initialize", json!({ "capabilities": {} }));
    assert_eq!(said["serverInfo"]["name"], "cfn-lockout");
    assert_eq!(said["capabilities"]["positionEncoding"], "utf-16");
    client.notify("initialized", json!({}));
    assert_eq!(client.ask("initialize", json!({}))["error"]["code"], -32600);
    assert_eq!(client.ask("textDocument/formatting", json!({}))["error"]["code"], -32601);
    assert_eq!(client.request("shutdown", Value::Null), Value::Null);
    assert_eq!(client.ask("textDocument/hover", json!({}))["error"]["code"], -32600);
    client.notify("exit", Value::Null);
    let end = client.gone();
    assert_eq!((end.code, end.stderr.as_str()), (0, ""));
    assert_eq!(client_that_leaves(&files, true), 1, "`exit` without `shutdown`");
    assert_eq!(client_that_leaves(&files, false), 1, "the end of stdin");
}

fn client_that_leaves(files: &tempfile::TempDir, says_so: bool) -> i32 {
    let mut client = Client::ready(files.path(), &[], json!({}));
    if says_so {
        client.notify("exit", Value::Null);
    }
    client.gone().code
}

#[test]
fn what_is_no_message_is_answered_and_what_is_no_frame_ends_it() {
    let files = folder(&[]);
    let mut client = Client::ready(files.path(), &[], json!({}));
    for nonsense in ["{", "[]", "7", "{\"jsonrpc\":\"2.0\"}", "\u{0}"] {
        client.raw(format!("Content-Length: {}\r\n\r\n{nonsense}", nonsense.len()).as_bytes());
        let answer = client.answer(&Value::Null);
        assert_eq!(answer["error"]["code"], -32700, "{nonsense}: {answer}");
    }
    for params in [json!({}), json!([]), json!({ "textDocument": { "uri": 7 } }), Value::Null] {
        assert_eq!(client.ask("textDocument/hover", params.clone())["error"]["code"], -32602, "{params}");
        client.notify("textDocument/didOpen", params.clone());
        client.notify("textDocument/didChange", params.clone());
        client.notify("textDocument/didClose", params);
    }
    client.notify("$/unknown", json!({}));
    client.settle();
    assert_eq!(client.told.len(), 12, "each is in the log: {:?}", client.told);
    assert!(client.told[0]["params"]["message"].as_str().unwrap().contains("`textDocument/didOpen` is not understood"));
    assert_eq!(client.end().code, 0);
    for broken in
        ["hello\r\n\r\n", "\r\n", "Content-Length: 99999999999999999999\r\n\r\n", "Content-Length: 5\r\n\r\n{}"]
    {
        let mut client = Client::ready(files.path(), &[], json!({}));
        client.raw(broken.as_bytes());
        let end = client.gone();
        assert_eq!(end.code, 2, "{broken:?}: {}", end.stderr);
        assert!(end.stderr.starts_with("error: this is no message of a language client: "), "{}", end.stderr);
        assert_eq!(end.stderr.lines().count(), 1, "no panic: {}", end.stderr);
    }
}

#[test]
fn a_request_that_is_taken_back_is_answered_once() {
    let files = folder(&[("kms.yaml", LOCKOUT)]);
    let name = uri(files.path().join("kms.yaml"));
    let mut client = Client::ready(files.path(), &ROLE, able());
    client.open(&name, LOCKOUT);
    let params = json!({ "textDocument": { "uri": name }, "position": { "line": 1, "character": 2 } });
    client.send(&json!({ "jsonrpc": "2.0", "id": "a", "method": "textDocument/hover", "params": params }));
    client.notify("$/cancelRequest", json!({ "id": "a" }));
    let answer = client.answer(&json!("a"));
    // Whether it was in time is a matter of luck; a test of the transport takes luck out.
    assert!(answer["error"]["code"] == -32800 || answer["result"]["contents"].is_object(), "{answer}");
    client.settle();
    assert_eq!(client.end().code, 0);
}

#[test]
fn wrong_flags_are_said_at_once() {
    let files = folder(&[]);
    for (args, message) in [
        (&["lsp", "--from", "-"][..], "stdin is the language client"),
        (&["lsp", "--config", "none.yaml"], "cannot be opened"),
        (&["lsp", "kms.yaml"], "unexpected argument"),
    ] {
        let run = run_in(files.path(), args);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{args:?}");
        assert!(run.stderr.contains(message), "{args:?}: {}", run.stderr);
    }
    assert!(run_in(files.path(), &["--help"]).stdout.contains("\n  lsp "), "the verb is listed");
}
