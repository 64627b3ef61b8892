//! `tests/screens/`: whole screens at 80 columns, in ASCII and in box characters. `UPDATE=1 cargo test` writes them anew.
//!
//! A file holds what the situation is, the arguments behind `$`, the files behind `==> NAME`, and the screens behind
//! `==> screen`.

use std::fs;
use std::path::PathBuf;

use unicode_width::UnicodeWidthStr;

use crate::support::{folder, root, run_in};

/// How the screens of one situation are drawn.
const STYLES: [&str; 2] = ["--ascii", "--unicode"];

struct Situation {
    path: PathBuf,
    /// Everything above the first screen.
    given: String,
    args: Vec<String>,
    files: Vec<(String, String)>,
    screens: String,
}

fn situations() -> Vec<Situation> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(root().join("tests/screens")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().map(situation).collect()
}

fn situation(path: PathBuf) -> Situation {
    let text = fs::read_to_string(&path).unwrap();
    let (given, screens) = match text.find("==> screen") {
        Some(at) => text.split_at(at),
        None => (text.as_str(), ""),
    };
    let (head, files) = given.split_once("==> ").map_or((given, ""), |(head, files)| (head, files));
    let args = head.lines().find_map(|line| line.strip_prefix("$ ")).expect("a line of arguments");
    let file = |part: &str| part.split_once('\n').map(|(name, text)| (name.to_owned(), text.to_owned()));
    Situation {
        args: args.split(' ').map(str::to_owned).collect(),
        files: files.split("==> ").filter_map(file).collect(),
        given: given.to_owned(),
        screens: screens.to_owned(),
        path,
    }
}

/// What the program prints, in every style.
fn drawn(situation: &Situation) -> String {
    let files: Vec<(&str, &str)> = situation.files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let at = folder(&files);
    let mut out = String::new();
    for style in STYLES {
        let mut args: Vec<&str> = situation.args.iter().map(String::as_str).collect();
        args.push(style);
        let run = run_in(at.path(), &args);
        out.push_str(&format!("==> screen {style}\n{}{}exit {}\n", run.stdout, run.stderr, run.code));
    }
    out
}

#[test]
fn every_screen_is_as_it_was_read_aloud() {
    let situations = situations();
    assert!(situations.len() >= 40, "a situation was lost");
    for situation in &situations {
        let drawn = drawn(situation);
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&situation.path, format!("{}{drawn}", situation.given)).unwrap();
        } else {
            assert_eq!(drawn, situation.screens, "{}: UPDATE=1 writes it anew", situation.path.display());
        }
    }
}

#[test]
fn a_screen_has_eighty_columns() {
    for situation in situations() {
        for line in situation.screens.lines() {
            let longest = line.split(' ').map(UnicodeWidthStr::width).max().unwrap_or(0);
            // What is copied stays whole: ARNs, commands.
            let is_command = ["cfn-lockout ", "aws "].iter().any(|program| line.trim_start().starts_with(program));
            assert!(line.width() <= 80 || longest > 40 || is_command, "{}: {line}", situation.path.display());
        }
    }
}

#[test]
fn ascii_is_ascii() {
    for situation in situations().iter().filter(|situation| situation.given.is_ascii()) {
        let ascii = situation.screens.split("==> screen --unicode").next().unwrap_or_default();
        assert!(ascii.chars().all(|c| c.is_ascii() || c == '…'), "{}", situation.path.display());
    }
}
