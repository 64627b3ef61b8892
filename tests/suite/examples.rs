//! `examples/`: every row of every `expected.json` is what the program answers, and the table in the README says so.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::support::{report_in, root, text};

fn stories() -> Vec<(String, PathBuf)> {
    let folders = fs::read_dir(root().join("examples")).unwrap().map(|entry| entry.unwrap().path());
    let mut out: Vec<(String, PathBuf)> = folders
        .filter(|path| path.is_dir())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), path))
        .collect();
    out.sort();
    out
}

fn rows(folder: &std::path::Path) -> Vec<Value> {
    let expected = fs::read_to_string(folder.join("expected.json")).expect("every story has an expected.json");
    serde_json::from_str(&expected).expect("expected.json is a list of rows")
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().map(text).collect()
}

#[test]
fn every_example_gives_the_answer_it_promises() {
    let stories = stories();
    assert!(stories.len() >= 11, "a story was lost");
    for (name, folder) in &stories {
        for row in rows(folder) {
            let args = strings(&row["args"]);
            let mut all = vec!["check".to_owned(), text(&row["template"])];
            all.extend(args.clone());
            let all: Vec<&str> = all.iter().map(String::as_str).collect();
            let report = report_in(folder, &all);
            for (id, verdict) in row["verdicts"].as_object().unwrap() {
                assert_eq!(report.verdict(id), text(verdict), "{name}: {id} with {args:?}");
            }
            assert_eq!(report.keys().len(), row["verdicts"].as_object().unwrap().len(), "{name} with {args:?}");
            assert_eq!(report.codes(), strings(&row["findings"]), "{name} with {args:?}");
        }
    }
}

#[test]
fn every_template_of_an_example_is_used() {
    for (name, folder) in stories() {
        let used: Vec<String> = rows(&folder).iter().map(|row| text(&row["template"])).collect();
        for entry in fs::read_dir(&folder).unwrap() {
            let file = entry.unwrap().file_name().to_string_lossy().into_owned();
            assert!(!file.ends_with(".yaml") || used.contains(&file), "examples/{name}/{file} has no row");
        }
    }
}

/// The table of `examples/README.md`, from the rows.
fn table() -> String {
    let mut out = String::from("| story | template | deployed by | answer |\n|---|---|---|---|\n");
    for (name, folder) in stories() {
        for row in rows(&folder) {
            let verdicts: Vec<String> =
                row["verdicts"].as_object().unwrap().values().map(|verdict| format!("`{}`", text(verdict))).collect();
            let args = strings(&row["args"]).join(" ");
            let args = match row["by"].as_str() {
                Some(by) => by.to_owned(),
                None if args.is_empty() => "nobody named".to_owned(),
                None => format!("`{args}`"),
            };
            out.push_str(&format!("| {name} | {} | {args} | {} |\n", text(&row["template"]), verdicts.join(", ")));
        }
    }
    out
}

#[test]
fn the_readme_of_the_examples_has_their_answers() {
    let path = root().join("examples/README.md");
    let readme = fs::read_to_string(&path).unwrap_or_default();
    let (start, end) = ("<!-- answers -->\n", "<!-- /answers -->\n");
    let (head, rest) = readme.split_once(start).expect("the README has a place for the answers");
    let (_, tail) = rest.split_once(end).expect("the place for the answers ends");
    let expected = format!("{head}{start}{}{end}{tail}", table());
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &expected).unwrap();
    } else {
        assert_eq!(readme, expected, "run `UPDATE=1 cargo test` to write the table anew");
    }
}
