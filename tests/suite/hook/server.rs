//! HTTP on loopback: the runtime API of Lambda, and addresses at which payloads stand.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

/// A request: method, path, body.
pub(crate) type Request = (String, String, String);

pub(crate) struct Server {
    /// `127.0.0.1:…`
    pub(crate) at: String,
    requests: Receiver<Request>,
}

/// What a server answers: the status and headers, and the body; nothing where it lets the client wait.
pub(crate) type Answers = dyn FnMut(&Request) -> Option<(String, String)> + Send;

impl Server {
    pub(crate) fn start(answers: Box<Answers>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let at = listener.local_addr().expect("an address").to_string();
        let (sender, requests) = channel();
        let answers = Arc::new(Mutex::new(answers));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (sender, answers) = (sender.clone(), answers.clone());
                std::thread::spawn(move || serve(stream, &sender, &answers));
            }
        });
        Server { at, requests }
    }

    /// The next request that this path is asked for.
    pub(crate) fn asked(&self, path: &str) -> Request {
        loop {
            let patience = std::time::Duration::from_secs(120);
            let request = self.requests.recv_timeout(patience).unwrap_or_else(|_| panic!("nobody asks for {path}"));
            if request.1.ends_with(path) {
                return request;
            }
        }
    }

    /// A server of texts by their paths; anything else is not there.
    pub(crate) fn of(texts: &[(&'static str, String)]) -> Server {
        let texts = texts.to_vec();
        Server::start(Box::new(move |(_, path, _)| {
            let found = texts.iter().find(|(name, _)| path == name);
            Some(
                found.map_or(("404 Not Found".to_owned(), String::new()), |(_, text)| {
                    ("200 OK".to_owned(), text.clone())
                }),
            )
        }))
    }

    pub(crate) fn address(&self, path: &str) -> String {
        format!("http://{}{path}", self.at)
    }
}

/// Answers the requests of one connection, one after the other.
fn serve(mut stream: TcpStream, sender: &Sender<Request>, answers: &Mutex<Box<Answers>>) {
    let mut input = BufReader::new(stream.try_clone().expect("a stream"));
    loop {
        let mut line = String::new();
        if input.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        let mut words = line.split_whitespace().map(str::to_owned);
        let (Some(method), Some(path)) = (words.next(), words.next()) else { return };
        let mut length = 0;
        loop {
            let mut header = String::new();
            input.read_line(&mut header).expect("a header");
            let (name, value) = header.split_once(':').unwrap_or(("", ""));
            if header.trim().is_empty() {
                break;
            }
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().expect("a length");
            }
        }
        let mut body = vec![0; length];
        input.read_exact(&mut body).expect("a body");
        let request = (method, path, String::from_utf8(body).expect("UTF-8"));
        let answer = answers.lock().expect("no test has failed")(&request);
        let _ = sender.send(request);
        let Some((head, body)) = answer else {
            // It waits, as Lambda lets a function wait for its next event.
            std::thread::park();
            return;
        };
        let text = format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        if stream.write_all(text.as_bytes()).is_err() {
            return;
        }
    }
}
