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
        .filter(|path| cfg!(feature = "guard") || !path.ends_with("guard-rule.md"))
        .map(|path| (path.file_stem().unwrap().to_string_lossy().into_owned(), fs::read_to_string(path).unwrap()))
        .collect();
    out.sort();
    out
}

fn section<'p>(page: &'p str, title: &str) -> &'p str {
    let (_, after) = page.split_once(&format!("{title}\n")).unwrap_or_else(|| panic!("no `{title}`"));
    after.split("\n## ").next().unwrap()
}

/// The flags and the templates of an example: "Checked with `…`." and yaml blocks, of which the last one is checked. One
/// before it is the file that `--previous` names, and a guard block the one that `--rules` names.
fn example(section: &str) -> (Vec<String>, Vec<(&'static str, String)>) {
    let flags = section.split("Checked with `").nth(1).and_then(|rest| rest.split('`').next()).unwrap_or_default();
    let blocks = section.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next());
    let mut blocks: Vec<String> = blocks.map(str::to_owned).collect();
    let rules = section.split("```guard\n").nth(1).and_then(|rest| rest.split("```").next());
    let mut files = vec![("template.yaml", blocks.pop().expect("a template"))];
    assert_eq!(flags.contains("rules.guard"), rules.is_some(), "a block of rules is what --rules names");
    files.extend(rules.map(|rules| ("rules.guard", rules.to_owned())));
    files.extend(blocks.pop().map(|block| ("previous.yaml", block)));
    let has_previous = files.iter().any(|(name, _)| *name == "previous.yaml");
    assert_eq!(flags.contains("previous.yaml"), has_previous, "the block above the last is --previous");
    assert!(blocks.is_empty(), "an example has one template, and one that was before it");
    (flags.split_whitespace().map(str::to_owned).collect(), files)
}

fn codes(section: &str) -> Vec<String> {
    let (flags, templates) = example(section);
    let templates: Vec<(&str, &str)> = templates.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let files = folder(&templates);
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
