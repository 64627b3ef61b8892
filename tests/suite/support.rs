//! Running the program as its users do.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// What one run did.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// Its stdout as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}\nstdout: {}\nstderr: {}", self.stdout, self.stderr))
    }
}

/// A finished report.
pub(crate) struct Report(pub(crate) Value);

impl Report {
    /// The verdict of the key with this logical id.
    pub(crate) fn verdict(&self, id: &str) -> String {
        let key = self.keys().into_iter().find(|key| key["logical_id"] == id);
        key.map_or_else(|| "not listed".to_owned(), |key| text(&key["verdict"]))
    }

    /// All keys.
    pub(crate) fn keys(&self) -> Vec<Value> {
        self.0["keys"].as_array().cloned().unwrap_or_default()
    }

    /// The codes of all findings, in order.
    pub(crate) fn codes(&self) -> Vec<String> {
        self.0["findings"].as_array().into_iter().flatten().map(|finding| text(&finding["code"])).collect()
    }
}

/// A JSON text.
pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The project's folder.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The folder of shared data, or a line on stderr that says that it is absent.
pub(crate) fn shared(what: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("CFN_LOCKOUT_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    let path = folder.join(what);
    if path.exists() {
        return Some(path);
    }
    eprintln!("NOT RUN: {} is absent; set CFN_LOCKOUT_SHARED to the folder of shared data", path.display());
    None
}

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cfn-lockout"));
    command.current_dir(folder).args(args).env("COLUMNS", "80");
    command.env_remove("NO_COLOR").env_remove("FORCE_COLOR").env_remove("CLICOLOR_FORCE");
    command
}

/// Runs the program in a folder.
pub(crate) fn run_in(folder: &Path, args: &[&str]) -> Run {
    let output = command(folder, args).stdin(Stdio::null()).output().expect("the program runs");
    finished(output)
}

/// Runs the program with something on stdin.
pub(crate) fn run_with_stdin(folder: &Path, args: &[&str], stdin: &[u8]) -> Run {
    let mut child = command(folder, args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut pipe = child.stdin.take().expect("a pipe");
    let stdin = stdin.to_vec();
    // The program may stop reading early: a broken pipe is no failure of the test.
    let writer = std::thread::spawn(move || drop(pipe.write_all(&stdin)));
    let output = child.wait_with_output().expect("the program ends");
    writer.join().expect("stdin was written");
    finished(output)
}

pub(crate) fn finished(output: std::process::Output) -> Run {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Run { code: output.status.code().unwrap_or(-1), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// The JSON report of `check` in a folder.
pub(crate) fn report_in(folder: &Path, args: &[&str]) -> Report {
    let mut all = args.to_vec();
    all.extend(["--format", "json"]);
    Report(run_in(folder, &all).json())
}

/// A folder with these files.
pub(crate) fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, content) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        std::fs::write(path, content).expect("a file");
    }
    folder
}

/// A template with one key `K` whose policy delegates to the account.
pub(crate) const DELEGATES: &str = r#"AWSTemplateFormatVersion: "2010-09-09"
Resources:
  K:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Version: "2012-10-17"
        Statement:
          - Sid: Account
            Effect: Allow
            Principal: { AWS: !Sub "arn:${AWS::Partition}:iam::${AWS::AccountId}:root" }
            Action: kms:*
            Resource: "*"
"#;

/// The deployer of most tests.
pub(crate) const ROLE: [&str; 2] = ["--role-arn", "arn:aws:iam::111122223333:role/Deploy"];

/// What stands in a file of the project, as it has to be: compared, or with `UPDATE=1` written.
pub(crate) fn hold(path: &str, expected: impl Fn(&str) -> String) {
    static WRITING: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _one = WRITING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let file = root().join(path);
    let now = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{path}: {error}"));
    let expected = expected(&now);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(file, expected).unwrap();
    } else {
        assert_eq!(now, expected, "{path}: UPDATE=1 cargo test writes it anew");
    }
}

/// A document with another text between `<!-- NAME -->` and `<!-- /NAME -->`.
pub(crate) fn between(document: &str, name: &str, text: &str) -> String {
    let (start, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->\n"));
    let (head, rest) = document.split_once(&start).expect("a place that begins");
    let (_, tail) = rest.split_once(&end).expect("a place that ends");
    format!("{head}{start}{text}{end}{tail}")
}
