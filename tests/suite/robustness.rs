//! What docs/robustness.md says is tested is tested: every row of its table names tests that exist.

use std::fs;

use crate::support::root;

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The rows of the table of hostile input: what, and the tests as `file::name`.
fn rows() -> Vec<(String, Vec<String>)> {
    let page = read("docs/robustness.md");
    let table = page.split("## Hostile input").nth(1).and_then(|rest| rest.split("\n## ").next()).expect("the section");
    let lines = table.lines().filter(|line| line.starts_with("| ")).skip(1);
    let row = |line: &str| {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        assert_eq!(cells.len(), 3, "{line}");
        let tests = cells[2].split('`').skip(1).step_by(2).map(str::to_owned).collect();
        (cells[0].to_owned(), tests)
    };
    lines.map(row).collect()
}

#[test]
fn every_hostile_input_has_a_test() {
    let rows = rows();
    assert!(rows.len() >= 30, "{} rows", rows.len());
    for (what, tests) in rows {
        assert!(!tests.is_empty(), "{what} names no test");
        for test in tests {
            let (file, name) = test.split_once("::").unwrap_or_else(|| panic!("{what}: `{test}` names no file"));
            let path = if file.contains('/') { format!("src/{file}.rs") } else { format!("tests/suite/{file}.rs") };
            let text = read(&path);
            assert!(
                text.contains(&format!("#[test]\nfn {name}() {{"))
                    || text.contains(&format!("    #[test]\n    fn {name}() {{")),
                "{what}: {path} has no test `{name}`"
            );
        }
    }
}

/// The targets of `fuzz/` are those that the page explains and that both scripts run.
#[test]
fn every_fuzz_target_is_explained_and_run() {
    let manifest = read("fuzz/Cargo.toml");
    let targets: Vec<&str> =
        manifest.split("[[bin]]").skip(1).map(|one| one.split('"').nth(1).expect("a name")).collect();
    assert!(targets.len() >= 6, "{targets:?}");
    let (page, run) = (read("docs/robustness.md"), read(".ci/fuzz"));
    for target in &targets {
        assert!(page.contains(&format!("| `{target}` | ")), "docs/robustness.md has no row for the target {target}");
        assert!(root().join(format!("fuzz/corpus/{target}")).is_dir(), "there is no corpus for {target}");
    }
    assert!(run.contains(&format!("targets=({})", targets.join(" "))), ".ci/fuzz runs {targets:?}");
}
