//! `--rules PATH`: files of rules, read once a run.
//!
//! Comes in: paths as named. Goes out: each file with its text, in the order of the paths, and what cannot be read. Must not
//! know: the language of rules, beyond where a rule starts.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

/// How files of rules are called; one that is named may be called anything. Source: AWS CloudFormation Guard User Guide,
/// validating-rules.html.
const EXTENSIONS: [&str; 2] = ["guard", "ruleset"];

/// The largest file of rules. AWS's whole registry in one file has 1.5 MB.
const LARGEST: u64 = 4 << 20;

/// How deep brackets may nest: the engine's parser calls itself for each of them.
const DEPTH: usize = 100;

/// A file of rules.
#[derive(Debug)]
pub(crate) struct RuleFile {
    /// Its path as shown.
    pub(crate) shown: String,
    /// What it says.
    pub(crate) text: String,
}

/// What is no file of rules.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unread {
    /// The path as shown.
    pub(crate) shown: String,
    /// From 1; 0 where it could not be read at all.
    pub(crate) line: usize,
    /// From 1.
    pub(crate) column: usize,
    /// What is wrong.
    pub(crate) message: String,
}

impl Unread {
    pub(super) fn whole(shown: &str, message: impl Into<String>) -> Unread {
        Unread { shown: shown.to_owned(), line: 0, column: 0, message: message.into() }
    }
}

impl RuleFile {
    /// Where a rule starts: `rules/keys.guard:12`.
    pub(super) fn origin(&self, rule: &str) -> String {
        let starts = |line: &str| {
            let name = line.trim_start().strip_prefix("rule ").map(str::trim_start);
            name.and_then(|rest| rest.strip_prefix(rule))
                .is_some_and(|rest| rest.chars().next().is_none_or(|c| !c.is_alphanumeric() && c != '_'))
        };
        match self.text.lines().position(starts) {
            Some(at) => format!("{}:{}", self.shown, at + 1),
            None => self.shown.clone(),
        }
    }
}

/// The files of rules that these paths name.
pub(crate) fn read(paths: &[PathBuf], shown: impl Fn(&Path) -> String) -> (Vec<RuleFile>, Vec<Unread>) {
    let (mut files, mut unread, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    for path in paths {
        let before = files.len() + unread.len();
        let is_folder = path.is_dir();
        for entry in WalkDir::new(path).sort_by_file_name() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let at = error.path().unwrap_or(path);
                    unread.push(Unread::whole(&shown(at), why(&error)));
                    continue;
                }
            };
            let is_rules = entry.path().extension().is_some_and(|own| EXTENSIONS.iter().any(|known| own == *known));
            // A link is followed where it is named, as everywhere.
            let is_file = if is_folder { entry.file_type().is_file() && is_rules } else { entry.path().is_file() };
            let known = entry.path().canonicalize().unwrap_or_else(|_| entry.path().to_owned());
            if !is_file || !seen.insert(known) {
                continue;
            }
            let name = shown(entry.path());
            match text(entry.path()).and_then(|text| bounded(&text).map(|()| text)) {
                Ok(text) => files.push(RuleFile { shown: name, text }),
                Err((line, column, message)) => unread.push(Unread { shown: name, line, column, message }),
            }
        }
        if is_folder && files.len() + unread.len() == before {
            unread.push(Unread::whole(&shown(path), "there are no rules: no file ends in .guard or .ruleset"));
        } else if !is_folder && path.exists() && !path.is_file() {
            unread.push(Unread::whole(&shown(path), "this is no file"));
        }
    }
    (files, unread)
}

fn why(error: &walkdir::Error) -> String {
    match error.io_error() {
        Some(error) if error.kind() == std::io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        Some(error) => format!("cannot be read: {error}"),
        None => error.to_string(),
    }
}

type Wrong = (usize, usize, String);

fn text(path: &Path) -> Result<String, Wrong> {
    let whole = |message: String| (0, 0, message);
    let size = fs::metadata(path).map_err(|error| whole(format!("cannot be read: {error}")))?.len();
    if size > LARGEST {
        return Err(whole(format!("the file has {size} bytes; at most {LARGEST} are read")));
    }
    let bytes = fs::read(path).map_err(|error| whole(format!("cannot be read: {error}")))?;
    String::from_utf8(bytes).map_err(|_| whole("the file is binary, or text that is not UTF-8".to_owned()))
}

/// Whether its brackets nest no deeper than the parser can follow. Brackets in texts and comments count as well: nobody writes a
/// hundred of them.
fn bounded(text: &str) -> Result<(), Wrong> {
    let mut depth = 0_usize;
    for (line, content) in text.lines().enumerate() {
        for (column, c) in content.chars().enumerate() {
            match c {
                '{' | '[' | '(' => depth += 1,
                '}' | ']' | ')' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth > DEPTH {
                return Err((line + 1, column + 1, format!("brackets nest deeper than {DEPTH}")));
            }
        }
    }
    Ok(())
}
