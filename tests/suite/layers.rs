//! The layers of docs/architecture.md: each imports only from those before it, and only the edge knows the edge's crates.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::root;

/// In the order of the data; `source` and `aws` know nothing of each other.
const LAYERS: [&str; 15] = [
    "source",
    "aws",
    "world",
    "template",
    "resolve",
    "policy",
    "deployment",
    "lockout",
    "findings",
    "fix",
    "report",
    "guard",
    "lsp",
    "hook",
    "cli",
];

/// The layers at the edge: they touch files, processes and the environment.
const TOPS: [&str; 4] = ["guard", "lsp", "hook", "cli"];

/// Crates that only one layer may name.
const OWNED: [(&str, &str); 12] = [
    ("granit_parser", "source"),
    ("jsonc_parser", "source"),
    ("annotate_snippets", "report"),
    ("clap", "cli"),
    ("anyhow", "cli"),
    ("ignore::", "cli"),
    ("cfn_guard", "guard"),
    ("lsp_server", "lsp"),
    ("gen_lsp_types", "lsp"),
    ("lambda_runtime", "hook"),
    ("tokio", "hook"),
    ("ureq", "hook"),
];

fn files(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.path().is_dir() { files(&entry.path(), out) } else { out.push(entry.path()) }
    }
}

fn sources() -> Vec<(String, String, String)> {
    let src = root().join("src");
    let mut paths = Vec::new();
    files(&src, &mut paths);
    paths.sort();
    let read = |path: PathBuf| {
        let name = path.strip_prefix(&src).unwrap().to_string_lossy().replace('\\', "/");
        let layer = name.split_once('/').map_or("", |(layer, _)| layer).to_owned();
        (name, layer, fs::read_to_string(path).unwrap())
    };
    paths.into_iter().map(read).collect()
}

/// Every `crate::word` of a text; also those in `use crate::{a, b}`.
fn crate_words(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    for after in text.split("crate::").skip(1) {
        let group = after.strip_prefix('{').and_then(|rest| rest.split('}').next());
        let words = group.map_or_else(|| vec![after], |group| group.split(',').collect());
        let name =
            |word: &str| word.trim().chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>();
        out.extend(words.into_iter().map(name));
    }
    out
}

#[test]
fn each_layer_imports_only_from_those_before_it() {
    let place = |layer: &str| LAYERS.iter().position(|name| *name == layer);
    let mut wrong = Vec::new();
    for (file, layer, text) in sources() {
        let Some(own) = place(&layer) else { continue };
        for word in crate_words(&text) {
            let Some(used) = place(&word) else { continue };
            if used > own || (layer == "aws" && word == "source") {
                wrong.push(format!("src/{file} imports from `{word}`"));
            }
        }
    }
    assert!(wrong.is_empty(), "against the layers of docs/architecture.md:\n{}", wrong.join("\n"));
}

#[test]
fn every_folder_is_a_layer() {
    for (file, layer, _) in sources() {
        assert!(layer.is_empty() || LAYERS.contains(&layer.as_str()), "src/{file} is in no layer");
    }
}

#[test]
fn only_the_edge_knows_the_edges_crates() {
    // The tests of a layer may read the project's own pages.
    for (file, layer, text) in sources().into_iter().filter(|(file, ..)| !file.contains("/tests/")) {
        for (name, owner) in OWNED {
            assert!(layer == owner || !text.contains(name), "src/{file} names `{name}`, which belongs to {owner}/");
        }
        let may_walk = ["cli", "guard"].contains(&layer.as_str());
        assert!(may_walk || !text.contains("walkdir"), "src/{file} walks folders");
        let touches = ["std::fs", "std::env", "std::thread", "std::time", "std::process", "println!"];
        for word in touches.iter().filter(|_| !TOPS.contains(&layer.as_str()) && file != "main.rs") {
            assert!(!text.contains(word), "src/{file} uses `{word}`; only {TOPS:?} touch the outside");
        }
    }
}

#[test]
fn every_file_says_what_it_is_and_stays_small() {
    for (file, _, text) in sources() {
        assert!(text.lines().take(3).any(|line| line.starts_with("//!")), "src/{file} has no header");
        let lines = text.lines().count();
        assert!(lines <= 400, "src/{file} has {lines} lines: split it");
    }
}

#[test]
fn the_words_of_a_group_are_found() {
    assert_eq!(crate_words("use crate::{aws, cli::x};\ncrate::world::Text"), ["aws", "cli", "world"]);
}
