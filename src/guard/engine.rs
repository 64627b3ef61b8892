//! cfn-guard itself, behind a shield: one text of rules and some documents in, its report as JSON out.
//!
//! It runs in a process of its own, which is this program once more: rules that refer to each other in a circle overflow its
//! stack, and that no code can catch; rules may also never end. So whatever becomes of it is an error here, and no finding is
//! lost. Its panics are caught there already, and not printed. Must not know: templates, findings.

use std::ffi::OsStr;
use std::io::{Cursor, Read, Write, stdin, stdout};
use std::panic;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::mpsc::channel;
use std::thread::{self, Builder};
use std::time::Duration;

use cfn_guard::commands::Executable;
use cfn_guard::commands::validate::{OutputFormatType, ShowSummaryType};
use cfn_guard::utils::reader::{ReadBuffer, Reader};
use cfn_guard::utils::writer::{WriteBuffer, Writer};
use cfn_guard::{CommandBuilder, ValidateBuilder};
use serde::{Deserialize, Serialize};
use serde_json::json;
use thiserror::Error;

/// The first word of the command line that starts the engine; no path that anybody checks is called so.
const VERB: &str = "--guard-engine";
/// How long one call may take.
pub(super) const LONGEST: Duration = Duration::from_secs(60);
/// The stack that the engine has: documents nest, and so do rules. What is not used costs nothing.
const STACK: usize = 128 << 20;
/// Its exit codes without an error: every rule holds, some do not. With any other, its report says nothing.
const REPORTED: [i32; 2] = [0, 19];

/// Why there is no report.
#[derive(Debug, Error, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Trouble {
    /// The rules cannot be read.
    #[error("{message}")]
    Unreadable {
        /// From 1; 0 where the engine does not say.
        line: usize,
        /// From 1.
        column: usize,
        /// What is wrong.
        message: String,
    },
    /// The engine says why.
    #[error("cfn-guard fails: {0}")]
    Failed(String),
    /// The engine has a bug.
    #[error("cfn-guard fails on it, which is a bug of cfn-guard: {0}")]
    Panicked(String),
    /// It ended without a word.
    #[error("cfn-guard crashes on it ({0}): do its rules or variables refer to each other in a circle?")]
    Crashed(String),
    /// It did not end.
    #[error("cfn-guard does not come to an end within {} seconds", .0.as_secs())]
    TooLong(Duration),
    /// It was not started.
    #[error("cfn-guard cannot be started: {0}")]
    NotStarted(String),
}

/// The report on each document, in their order.
///
/// # Errors
///
/// The rules cannot be read, or the engine fails on them or a document.
pub(super) fn evaluate(rules: &str, documents: &[&str], longest: Duration) -> Result<String, Trouble> {
    let failed = |error: std::io::Error| Trouble::NotStarted(error.to_string());
    let program = std::env::current_exe().map_err(failed)?;
    let mut command = Command::new(program);
    command.arg(VERB).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(failed)?;
    let answer = asked(&mut child, json!({ "rules": [rules], "data": documents }).to_string(), longest);
    if answer.is_none() {
        // Where it cannot be killed it has ended.
        let _ = child.kill();
    }
    let ended = child.wait().map_err(failed)?;
    let answer = answer.ok_or(Trouble::TooLong(longest))?;
    serde_json::from_slice(&answer).unwrap_or_else(|_| Err(Trouble::Crashed(ended.to_string())))
}

/// What the child answers; nothing where it does not in time.
fn asked(child: &mut Child, payload: String, longest: Duration) -> Option<Vec<u8>> {
    let (mut to, mut from) = (child.stdin.take()?, child.stdout.take()?);
    // A child that crashes reads nothing more.
    thread::spawn(move || drop(to.write_all(payload.as_bytes())));
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut answer = Vec::new();
        let _ = from.read_to_end(&mut answer);
        // Nobody waits any more where this fails.
        let _ = sender.send(answer);
    });
    receiver.recv_timeout(longest).ok()
}

/// The engine's side: answers on stdout what stdin asks, if the command line is the one that [`evaluate`] starts.
pub(crate) fn serve(arguments: &[impl AsRef<OsStr>]) -> Option<ExitCode> {
    let is_asked = arguments.len() == 2 && arguments.get(1).is_some_and(|word| word.as_ref() == VERB);
    if !is_asked {
        return None;
    }
    let mut payload = Vec::new();
    let answer = stdin().lock().read_to_end(&mut payload).map_err(|error| Trouble::Failed(error.to_string()));
    let answer = answer.and_then(|_| shielded(payload));
    let written = serde_json::to_vec(&answer).map(|answer| stdout().lock().write_all(&answer));
    Some(if matches!(written, Ok(Ok(()))) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Runs it on a large stack; its panic is an error.
fn shielded(payload: Vec<u8>) -> Result<String, Trouble> {
    panic::set_hook(Box::new(|_| {}));
    let thread = Builder::new().stack_size(STACK).spawn(|| run(payload));
    let thread = thread.map_err(|error| Trouble::NotStarted(error.to_string()))?;
    thread.join().unwrap_or_else(|why| {
        let words = why.downcast_ref::<&str>().map(|why| (*why).to_owned());
        Err(Trouble::Panicked(words.or_else(|| why.downcast_ref::<String>().cloned()).unwrap_or_default()))
    })
}

fn run(payload: Vec<u8>) -> Result<String, Trouble> {
    let failed = |error: cfn_guard::Error| Trouble::Failed(error.to_string());
    let mut reader = Reader::new(ReadBuffer::Cursor(Cursor::new(payload)));
    let (out, err) = (WriteBuffer::Vec(Vec::new()), WriteBuffer::Vec(Vec::new()));
    let mut writer = Writer::new_with_err(out, err).map_err(failed)?;
    let validate = ValidateBuilder::default()
        .payload(true)
        .structured(true)
        .output_format(OutputFormatType::JSON)
        .show_summary(vec![ShowSummaryType::None])
        .try_build()
        .map_err(failed)?;
    let code = validate.execute(&mut writer, &mut reader).map_err(failed)?;
    if REPORTED.contains(&code) {
        writer.into_string().map_err(failed)
    } else {
        // There is one text of rules in a run, so this is about it.
        Err(unreadable(&writer.err_to_stripped().map_err(failed)?))
    }
}

/// What the engine says of rules that it cannot read: `… at line 10 at column 35, when handling …, fragment …`.
fn unreadable(said: &str) -> Trouble {
    let number = |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap_or(0);
    let after = |word: &str| said.split_once(word).map(|(_, rest)| rest);
    let (line, column) = (after(" at line ").map_or(0, number), after(" at column ").map_or(0, number));
    let fragment = after(", fragment ").map(str::trim_start).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let fragment: String = fragment.trim_end_matches('`').chars().take(40).collect();
    let message = match (line, fragment.as_str()) {
        (0, _) => format!("Guard cannot read the rules: {}", said.trim()),
        (_, "") => "Guard cannot read the rules from here on".to_owned(),
        (_, fragment) => format!("Guard cannot read the rules from `{fragment}` on"),
    };
    Trouble::Unreadable { line, column, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run_on(rules: &str, document: &str) -> Result<String, Trouble> {
        run(json!({ "rules": [rules], "data": [document] }).to_string().into_bytes())
    }

    #[test]
    fn rules_that_cannot_be_read_are_an_error_with_a_place() {
        let wrong = run_on("rule a {\n  Resources exists\n}\nrule b { a }\n", "{}");
        let message = "Guard cannot read the rules from `}` on".to_owned();
        assert_eq!(wrong, Err(Trouble::Unreadable { line: 4, column: 12, message }));
        assert!(matches!(run_on("rule a {\n  %x exists\n}\n", "{}"), Err(Trouble::Failed(_))), "no such variable");
    }

    #[cfg(unix)]
    #[test]
    fn what_does_not_come_to_an_end_is_not_waited_for() {
        let mut command = Command::new("sleep");
        command.arg("600").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        assert_eq!(asked(&mut child, String::new(), Duration::from_millis(1)), None);
        child.kill().expect("it runs");
        assert!(!child.wait().expect("it ends").success());
        let words = "cfn-guard does not come to an end within 60 seconds";
        assert_eq!(Trouble::TooLong(LONGEST).to_string(), words);
    }

    #[test]
    fn a_document_is_read_as_it_was_written() {
        let key = "k".repeat(3_000);
        let hostile = "a\u{0}\u{1}\u{7f}\u{85}\u{2028}\u{feff}\u{ffff}😀 #: \"'";
        let document = super::super::document::text(&json!({ &key: { "Text": hostile } })).expect("it fits");
        let report = run_on("rule a {\n  this.*.Text == 'x'\n}\n", &document).expect("a report");
        let check = super::super::failed::checks(&report).expect("a report").remove(0).remove(0);
        assert_eq!(check.path, format!("/{key}/Text"));
        let report: serde_json::Value = serde_json::from_str(&report).expect("JSON");
        let from = &report[0]["not_compliant"][0]["Rule"]["checks"][0]["Clause"]["Binary"]["check"]["Resolved"]["from"];
        assert_eq!(from["value"], hostile);
    }
}
