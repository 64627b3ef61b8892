//! `rules/explain/`: every page has its parts, and its examples are run.

use std::fs;

use crate::support::{folder, report_in, root};

const SECTIONS: [&str; 6] = [
    "## What it means",
    "## Why it matters",
    "## Example that fires",
    "## Example that does not",
    "## How to fix",
    "## Sources",
];

fn pages() -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> = fs::read_dir(root().join("rules/explain"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_stem().unwrap().to_string_lossy().into_owned(), fs::read_to_string(path).unwrap()))
        .collect();
    out.sort();
    out
}

fn section<'p>(page: &'p str, title: &str) -> &'p str {
    let (_, after) = page.split_once(&format!("{title}\n")).unwrap_or_else(|| panic!("no `{title}`"));
    after.split("\n## ").next().unwrap()
}

/// The flags and the template of an example: "Checked with `…`." and a yaml block.
fn example(section: &str) -> (Vec<String>, String) {
    let flags = section.split("Checked with `").nth(1).and_then(|rest| rest.split('`').next()).unwrap_or_default();
    let yaml = section.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next());
    (flags.split_whitespace().map(str::to_owned).collect(), yaml.expect("a template").to_owned())
}

fn codes(section: &str) -> Vec<String> {
    let (flags, template) = example(section);
    let files = folder(&[("template.yaml", &template)]);
    let mut args = vec!["check", "template.yaml"];
    args.extend(flags.iter().map(String::as_str));
    let report = report_in(files.path(), &args);
    assert_eq!(report.0["failures"], serde_json::json!([]));
    assert!(!report.keys().is_empty(), "an example has a key");
    report.codes()
}

#[test]
fn every_page_has_its_parts_in_order() {
    for (code, page) in pages() {
        assert!(page.starts_with(&format!("# {code}\n")), "{code}");
        let places: Vec<usize> = SECTIONS.iter().map(|title| page.find(title).expect(title)).collect();
        assert!(places.is_sorted(), "{code}: the sections are out of order");
        assert!(
            page.lines().all(|line| line.contains("https://") || line.chars().count() <= 80),
            "{code}: a line is wider than 80 columns"
        );
    }
}

#[test]
fn the_example_that_fires_fires() {
    for (code, page) in pages() {
        let found = codes(section(&page, "## Example that fires"));
        assert!(found.contains(&code), "{code}: {found:?}");
    }
}

#[test]
fn the_example_that_does_not_fire_is_silent() {
    for (code, page) in pages() {
        let found = codes(section(&page, "## Example that does not"));
        assert!(found.iter().all(|other| other == "relies-on-deployer-iam" && *other != code), "{code}: {found:?}");
    }
}
