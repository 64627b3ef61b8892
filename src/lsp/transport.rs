//! Messages in and out: frames with a Content-Length over stdin and stdout.
//!
//! A thread reads, so that a client never waits for a check, and what it takes back in the meantime is known. A frame that holds
//! no message is answered with an error; where there is no frame, nothing can be found again, and the session ends.

use std::collections::VecDeque;
use std::io::{self, BufRead, Read, Write};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use lsp_server::{ErrorCode, Message, RequestId};

use super::Broken;

/// No message is longer: a template of CloudFormation has at most 1 MB.
const LONGEST: usize = 64 << 20;

/// No header is longer.
const LONGEST_HEADER: u64 = 4096;

/// What came in.
#[derive(Debug)]
pub(super) enum Incoming {
    /// A message.
    Message(Message),
    /// A frame that holds none, and why.
    Nonsense(String),
}

/// The client.
pub(super) struct Client {
    incoming: Receiver<Result<Incoming, Broken>>,
    waiting: VecDeque<Result<Incoming, Broken>>,
}

impl Client {
    /// The one on stdin and stdout.
    pub(super) fn on_stdio() -> Client {
        let (sender, incoming) = channel();
        thread::spawn(move || {
            let mut stdin = io::stdin().lock();
            while let Some(next) = frame(&mut stdin).transpose() {
                let is_last = next.is_err();
                if sender.send(next.map(|bytes| message(&bytes))).is_err() || is_last {
                    break;
                }
            }
        });
        Client { incoming, waiting: VecDeque::new() }
    }

    /// What came in next, without waiting.
    pub(super) fn next(&mut self) -> Option<Result<Incoming, Broken>> {
        self.waiting.extend(self.incoming.try_iter());
        self.waiting.pop_front()
    }

    /// What comes in next; nothing once the client has gone.
    pub(super) fn wait(&mut self) -> Option<Result<Incoming, Broken>> {
        self.next().or_else(|| self.incoming.recv().ok())
    }

    /// Whether the client has taken a request back.
    pub(super) fn has_canceled(&mut self, id: &RequestId) -> bool {
        self.waiting.extend(self.incoming.try_iter());
        let id = serde_json::to_value(id).unwrap_or_default();
        self.waiting.iter().any(|one| match one {
            Ok(Incoming::Message(Message::Notification(one))) => {
                one.method == "$/cancelRequest" && one.params.get("id") == Some(&id)
            }
            _ => false,
        })
    }

    /// Sends a message.
    pub(super) fn send(&self, message: impl Into<Message>) -> Result<(), Broken> {
        let mut stdout = io::stdout().lock();
        Ok(message.into().write(&mut stdout)?)
    }

    /// Answers what is no message.
    pub(super) fn refuse(&self, why: &str) -> Result<(), Broken> {
        let error = serde_json::json!({ "code": ErrorCode::ParseError as i32, "message": why });
        let text = serde_json::json!({ "jsonrpc": "2.0", "id": null, "error": error }).to_string();
        let mut stdout = io::stdout().lock();
        write!(stdout, "Content-Length: {}\r\n\r\n{text}", text.len())?;
        Ok(stdout.flush()?)
    }
}

fn message(bytes: &[u8]) -> Incoming {
    match serde_json::from_slice(bytes) {
        Ok(message) => Incoming::Message(message),
        Err(error) => Incoming::Nonsense(error.to_string()),
    }
}

/// The bytes of the next frame; nothing at the end.
fn frame(input: &mut dyn BufRead) -> Result<Option<Vec<u8>>, Broken> {
    let mut length: Option<usize> = None;
    let mut is_first = true;
    loop {
        let mut line = Vec::new();
        input.take(LONGEST_HEADER).read_until(b'\n', &mut line)?;
        let line = String::from_utf8_lossy(&line);
        let whole = line.strip_suffix('\n').map(str::trim_end);
        let header = match whole {
            None if line.is_empty() && is_first => return Ok(None),
            None => return Err(Broken::Frame(format!("`{}` is no whole header", shown(&line)))),
            Some("") if is_first => return Err(Broken::Frame("a header was expected, not an empty line".to_owned())),
            Some("") => break,
            Some(header) => header,
        };
        is_first = false;
        let Some((name, value)) = header.split_once(':') else {
            return Err(Broken::Frame(format!("`{}` is no header", shown(header))));
        };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok();
        }
    }
    let length = length.filter(|length| *length <= LONGEST);
    let length = length.ok_or_else(|| Broken::Frame(format!("it has no Content-Length of at most {LONGEST}")))?;
    let mut bytes = Vec::new();
    input.take(length as u64).read_to_end(&mut bytes)?;
    if bytes.len() < length {
        return Err(Broken::Frame(format!("it ends after {} of {length} bytes", bytes.len())));
    }
    Ok(Some(bytes))
}

/// The start of a text, fit for a terminal.
fn shown(text: &str) -> String {
    crate::report::clean(&text.chars().take(60).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Option<String>, String> {
        let bytes = frame(&mut text.as_bytes()).map_err(|error| error.to_string())?;
        Ok(bytes.map(|bytes| String::from_utf8(bytes).unwrap()))
    }

    #[test]
    fn a_frame_is_a_header_and_so_many_bytes() {
        assert_eq!(read("Content-Length: 2\r\n\r\n{}rest"), Ok(Some("{}".to_owned())));
        assert_eq!(read("content-type: x\r\ncontent-length:2\n\n{}"), Ok(Some("{}".to_owned())));
        assert_eq!(read("Content-Length: 3\r\n\r\n\u{e9}x"), Ok(Some("\u{e9}x".to_owned())));
        assert_eq!(read(""), Ok(None));
    }

    #[test]
    fn what_is_taken_back_in_time_is_known() {
        let (sender, incoming) = channel();
        let mut client = Client { incoming, waiting: VecDeque::new() };
        for text in [
            r#"{"id":1,"method":"textDocument/hover","params":{}}"#,
            r#"{"id":2,"method":"textDocument/hover","params":{}}"#,
            r#"{"method":"$/cancelRequest","params":{"id":2}}"#,
        ] {
            sender.send(Ok(message(text.as_bytes()))).unwrap();
        }
        assert!(!client.has_canceled(&RequestId::from(1)));
        assert!(client.has_canceled(&RequestId::from(2)));
        assert!(!client.has_canceled(&RequestId::from("2".to_owned())), "a text is no number");
        let first = client.next().unwrap().unwrap();
        assert!(matches!(first, Incoming::Message(Message::Request(one)) if one.id == RequestId::from(1)));
    }

    #[test]
    fn what_is_no_frame_is_an_error() {
        for (text, why) in [
            ("hello\n\n", "`hello` is no header"),
            ("\r\n", "not an empty line"),
            ("Content-Length: 2", "no whole header"),
            ("Content-Length: 9\r\n\r\n{}", "it ends after 2 of 9 bytes"),
            ("Content-Length: -1\r\n\r\n{}", "no Content-Length"),
            ("Content-Length: 18446744073709551615\r\n\r\n{}", "no Content-Length of at most"),
            ("Content-Type: x\r\n\r\n{}", "no Content-Length"),
        ] {
            let said = read(text).unwrap_err();
            assert!(said.contains(why), "{text:?}: {said}");
        }
    }
}
