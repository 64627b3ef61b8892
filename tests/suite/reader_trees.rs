//! The reader's trees against those of cfn-lint's own decoder, over every template of the corpus.
//!
//! cfn-lint reads YAML as PyYAML does, CloudFormation as an old SnakeYAML does: where they differ, each difference has to be
//! one of [`EXPLAINED`], and no class may be empty. The decoder is installed into a folder of its own from PyPI, at the
//! version of `tests/peers/cfn-lint.txt`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use cfn_lockout::fuzzing::read;
use cfn_lockout::reader::{Tree, tree};
use serde_json::Value;

use crate::peers::python;
use crate::support::{root, shared, text};

/// Why two scalars may differ: facts/cloudformation.md §1.14, "Number-like scalars" and "Docs: YAML 1.1 minus …".
const EXPLAINED: [&str; 4] = [DATE, NUMBER, DUPLICATE, MAP_KEY];
const DATE: &str = "a date stays a text: the timestamp tag is not supported";
const NUMBER: &str = "SnakeYAML reads a number without a point, or with an exponent without a sign, PyYAML a text";
const DUPLICATE: &str = "of two equal keys the last one counts; cfn-lint refuses the file";
const MAP_KEY: &str = "a map as a key, such as `{{ name }}` of a template language: SnakeYAML takes it, Python cannot";

#[derive(Default)]
struct Comparison {
    /// Scalars that are equal.
    equal: usize,
    /// Differences by their reason.
    explained: BTreeMap<&'static str, usize>,
    /// All the others.
    wrong: Vec<String>,
}

impl Comparison {
    fn value(&mut self, path: &str, ours: &Tree, theirs: &Value) {
        match ours {
            Tree::List(items) => match theirs.as_array() {
                Some(others) if others.len() == items.len() => {
                    for (n, (item, other)) in items.iter().zip(others).enumerate() {
                        self.value(&format!("{path}/{n}"), item, other);
                    }
                }
                _ => self.wrong.push(format!("{path}: we have a list, cfn-lint {theirs}")),
            },
            Tree::Map(entries) => match theirs["map"].as_array() {
                Some(others) if others.len() == entries.len() => self.map(path, entries, others),
                _ => self.wrong.push(format!("{path}: we have the map {entries:?}, cfn-lint {theirs}")),
            },
            Tree::Scalar { form, text, written } => match scalar(form, text, written, theirs) {
                Ok(None) => self.equal += 1,
                Ok(Some(reason)) => *self.explained.entry(reason).or_default() += 1,
                Err(()) => self.wrong.push(format!("{path}: we have {form} `{text}` (`{written}`), cfn-lint {theirs}")),
            },
        }
    }

    /// Entries by their keys: a merge may put them in another order.
    fn map(&mut self, path: &str, entries: &[(Tree, Tree)], others: &[Value]) {
        for (n, (key, value)) in entries.iter().enumerate() {
            let Tree::Scalar { form, text, written } = key else {
                self.wrong.push(format!("{path}: the key {key:?} is no scalar"));
                continue;
            };
            let same = |other: &&Value| scalar(form, text, written, &other[0]).is_ok();
            match others.get(n).filter(same).or_else(|| others.iter().find(same)) {
                Some(other) => {
                    self.value(&format!("{path} (key)"), key, &other[0]);
                    self.value(&format!("{path}/{text}"), value, &other[1]);
                }
                None => self.wrong.push(format!("{path}: cfn-lint has no key `{text}`")),
            }
        }
    }

    /// A file that cfn-lint refuses, and we read.
    fn refused(&mut self, path: &str, duplicates: &[String], ours: &Tree, message: &str) {
        let reason = if let Some(key) = message.strip_prefix("Duplicate found ") {
            duplicates.iter().any(|duplicate| key.contains(duplicate.as_str())).then_some(DUPLICATE)
        } else if message.starts_with("Unhashable type ") {
            has_map_key(ours).then_some(MAP_KEY)
        } else {
            None
        };
        match reason {
            Some(reason) => *self.explained.entry(reason).or_default() += 1,
            None => self.wrong.push(format!("{path}: we read it, cfn-lint says: {message}")),
        }
    }
}

/// Whether two scalars are equal (`None`), or why they differ.
fn scalar(form: &str, ours: &str, written: &str, theirs: &Value) -> Result<Option<&'static str>, ()> {
    let (kind, value) = match theirs {
        Value::String(text) => ("text", text.clone()),
        Value::Object(map) => map.iter().next().map(|(kind, value)| (kind.as_str(), text(value))).ok_or(())?,
        _ => return Err(()),
    };
    let number = |text: &str| text.replace("Infinity", "inf").parse::<f64>();
    match (form, kind) {
        // `1.0E10` and `10000000000.0` are one number; Java and Python print it each in its way.
        ("float", "float") if number(ours) == number(&value) => Ok(None),
        _ if form == kind && ours == value => Ok(None),
        ("text", "date" | "datetime") if ours == written && written.starts_with(|c: char| c.is_ascii_digit()) => {
            Ok(Some(DATE))
        }
        ("float", "text") if value == written && (!written.contains('.') || has_bare_exponent(written)) => {
            Ok(Some(NUMBER))
        }
        _ => Err(()),
    }
}

/// `1.5e3`: PyYAML asks for a sign behind the `e`.
fn has_bare_exponent(written: &str) -> bool {
    written.split_once(['e', 'E']).is_some_and(|(_, exponent)| !exponent.starts_with(['+', '-']))
}

fn has_map_key(tree: &Tree) -> bool {
    match tree {
        Tree::Scalar { .. } => false,
        Tree::List(items) => items.iter().any(has_map_key),
        Tree::Map(entries) => {
            entries.iter().any(|(key, value)| !matches!(key, Tree::Scalar { .. }) || has_map_key(value))
        }
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").map(Result::unwrap) {
        match entry.path() {
            path if path.is_dir() => out.extend(files(&path)),
            path => out.push(path),
        }
    }
    out.sort();
    out
}

#[test]
fn the_readers_trees_are_those_of_cfn_lints_decoder() {
    let Some(corpus) = shared("corpus") else { return };
    let Some(python) = python("cfn-lint") else { return };
    let files: Vec<PathBuf> = files(&corpus).into_iter().filter(|file| !file.ends_with("index.json")).collect();
    let listed: String = files.iter().map(|file| format!("{}\n", file.display())).collect();
    let trees = python.run(&root().join("tests/peers/cfn_lint_trees.py"), &listed);
    let trees: Vec<Value> = trees.lines().map(|line| serde_json::from_str(line).expect("a tree")).collect();
    assert_eq!(trees.len(), files.len(), "one tree for each file");
    let (mut comparison, mut compared, mut neither) = (Comparison::default(), 0, 0);
    for (file, theirs) in files.iter().zip(&trees) {
        let path = file.strip_prefix(&corpus).unwrap().display().to_string();
        let content = fs::read_to_string(file).expect("UTF-8");
        let message = theirs["refused"].get(0).map(text);
        match (tree(content.trim_start_matches('\u{feff}')), message) {
            (Ok((ours, duplicates)), Some(message)) => comparison.refused(&path, &duplicates, &ours, &message),
            (Ok((ours, _)), None) => {
                compared += 1;
                comparison.value(&path, &ours, theirs);
            }
            (Err(_), Some(_)) => neither += 1,
            (Err(message), None) => comparison.wrong.push(format!("{path}: cfn-lint reads it, we say: {message}")),
        }
    }
    let Comparison { equal, explained, wrong } = comparison;
    eprintln!(
        "{} files: {compared} trees compared, {neither} that neither reads; {equal} scalars are equal",
        files.len()
    );
    explained.iter().for_each(|(reason, count)| eprintln!("  {count:>5} explained: {reason}"));
    assert!(wrong.is_empty(), "{} differences are not explained:\n{}", wrong.len(), wrong.join("\n"));
    for reason in EXPLAINED {
        assert!(explained.contains_key(reason), "nothing is explained by: {reason}");
    }
    assert!(compared > 1000, "only {compared} trees were compared");
}

/// A comment at its end is none of JSON's, so the YAML parser reads the same text: every value and every place is the same.
#[test]
fn json_is_read_as_the_yaml_parser_reads_it() {
    let Some(corpus) = shared("corpus") else { return };
    let mut compared = 0;
    for file in files(&corpus) {
        let Ok(json) = fs::read_to_string(&file) else { continue };
        if serde_json::from_str::<serde::de::IgnoredAny>(&json).is_err() {
            continue;
        }
        let read = |text: &str| read(text.as_bytes()).map(|read| (read.tree, read.places, read.duplicates));
        let (one, mut other) = (read(&json), read(&format!("{json}\n#")));
        // The comment has a place as well.
        other = other.map(|(tree, mut places, duplicates)| {
            places.retain(|place| place.end <= json.len());
            (tree, places, duplicates)
        });
        assert!(one == other, "{}", file.display());
        compared += usize::from(one.is_ok());
    }
    eprintln!("{compared} JSON files of the corpus are read the same both ways");
    assert!(compared > 300, "only {compared} files were compared");
}
