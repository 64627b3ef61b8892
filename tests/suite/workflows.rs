//! The action and the workflows: what linters say of them, and that every text reaches a shell through the environment.
//!
//! zizmor, the schemas of SchemaStore and shellcheck are installed from PyPI, at the versions of `tests/peers/workflows.txt`.

use std::fs;

use crate::peers::python;
use crate::support::{root, run_in};

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn linters_find_nothing_in_the_action_and_the_workflows() {
    let Some(python) = python("workflows") else { return };
    let zizmor = python.program("zizmor", &["--offline", "--persona", "pedantic", "action.yml", ".github/workflows"]);
    assert_eq!(zizmor.code, 0, "{}{}", zizmor.stdout, zizmor.stderr);
    for (schema, file) in [
        ("vendor.github-actions", "action.yml"),
        ("vendor.github-workflows", ".github/workflows/advisories.yml"),
        ("vendor.github-workflows", ".github/workflows/ci.yml"),
        ("vendor.github-workflows", ".github/workflows/release.yml"),
    ] {
        let checked = python.program("check-jsonschema", &["--builtin-schema", schema, file]);
        assert_eq!(checked.code, 0, "{file}: {}{}", checked.stdout, checked.stderr);
    }
    let of_ci = ["advisories", "deep", "fuzz", "run"].map(|name| format!(".ci/{name}"));
    let scripts = ["check", "flags", "install", "npm", "pack", "wheel"].map(|name| format!("action/{name}.sh"));
    let scripts: Vec<&str> = scripts.iter().chain(&of_ci).map(String::as_str).collect();
    let shellcheck = python.program("shellcheck", &[&["-x"], scripts.as_slice()].concat());
    assert_eq!(shellcheck.code, 0, "{}", shellcheck.stdout);
}

#[test]
fn no_script_holds_an_expression() {
    for path in
        ["action.yml", ".github/workflows/advisories.yml", ".github/workflows/ci.yml", ".github/workflows/release.yml"]
    {
        for line in read(path).lines().filter(|line| line.trim_start().trim_start_matches("- ").starts_with("run:")) {
            assert!(!line.contains("${{") && !line.trim_end().ends_with('|'), "{path}: {line}");
        }
    }
}

#[test]
fn every_action_is_pinned_to_a_commit() {
    for path in
        ["action.yml", ".github/workflows/advisories.yml", ".github/workflows/ci.yml", ".github/workflows/release.yml"]
    {
        for line in read(path).lines().filter(|line| line.trim_start().trim_start_matches("- ").starts_with("uses:")) {
            let used = line.split("uses:").nth(1).unwrap().split_whitespace().next().unwrap();
            let commit = used.split_once('@').map_or("", |(_, commit)| commit);
            assert!(
                used == "./" || commit.len() == 40 && commit.chars().all(|c| c.is_ascii_hexdigit()),
                "{path}: {line}"
            );
        }
    }
}

/// The action passes only what `check --help` has, or asks for it first.
#[test]
fn the_action_names_only_flags_that_exist() {
    let script = read("action/check.sh");
    let help = run_in(&root(), &["check", "--help"]).stdout;
    let passed = script.split("args+=(--").chain(script.split("outputs+=(--")).skip(1);
    let flags =
        passed.filter_map(|rest| rest.split([' ', ')']).next()).filter(|flag| flag.starts_with(char::is_alphabetic));
    for flag in flags {
        // Given by those who know that their version has it.
        let optional = ["config", "parameters"].contains(&flag) || script.contains(&format!("knows {flag}"));
        assert!(optional || help.contains(&format!("--{flag}")), "action/check.sh uses --{flag}");
    }
}

/// The archives that are released are those that the action looks for.
#[test]
fn the_action_looks_for_what_is_released() {
    let (install, release, pack) =
        (read("action/install.sh"), read(".github/workflows/release.yml"), read("action/pack.sh"));
    let targets = install.split("target=").skip(1).filter_map(|rest| rest.split(' ').next());
    let targets: Vec<&str> = targets.filter(|target| target.contains('-')).collect();
    assert_eq!(targets.len(), 5);
    for target in targets {
        assert!(release.contains(&format!("target: {target},")), "release.yml does not build {target}");
    }
    assert!(install.contains("archive=cfn-lockout-v$version-$target.tar.gz"));
    assert!(pack.contains("cfn-lockout-$TAG-$TARGET.tar.gz"));
}

/// Every yaml block of a document that uses the action.
fn shown(path: &str) -> Vec<String> {
    let text = read(path);
    let blocks = text.split("```yaml\n").skip(1).map(|block| block.split("```").next().unwrap().to_owned());
    blocks.filter(|block| block.contains("uses: cfn-lockout/")).collect()
}

#[test]
fn the_document_of_the_action_has_all_its_inputs_and_outputs() {
    let (action, docs) = (read("action.yml"), read("docs/github-action.md"));
    let (inputs, rest) = action.split_once("\noutputs:\n").unwrap();
    let (outputs, _) = rest.split_once("\nruns:\n").unwrap();
    let names = |part: &str| -> Vec<String> {
        let lines = part.lines().filter_map(|line| line.strip_prefix("  ")?.strip_suffix(':'));
        lines.filter(|name| !name.starts_with(' ')).map(str::to_owned).collect()
    };
    let (inputs, outputs) = (names(inputs), names(outputs));
    assert!(inputs.len() == 11 && outputs.len() >= 17, "{inputs:?} {outputs:?}");
    for name in &inputs {
        assert!(docs.contains(&format!("\n| `{name}` | ")), "docs/github-action.md lacks the input {name}");
    }
    for name in outputs {
        let named =
            |row: &str| row.starts_with("| `") && row.split(" | ").next().unwrap().contains(&format!("`{name}`"));
        assert!(
            docs.split("## Outputs").nth(1).unwrap().lines().any(named),
            "docs/github-action.md lacks the output {name}"
        );
    }
    let blocks: Vec<String> = ["README.md", "docs/github-action.md"].iter().flat_map(|path| shown(path)).collect();
    assert_eq!(blocks.len(), 3);
    for block in blocks {
        let step = block.split("uses: cfn-lockout/").nth(1).unwrap();
        let with = step.split("with:\n").nth(1).unwrap().lines().take_while(|line| !line.trim().starts_with("- "));
        for line in with {
            let name = line.trim().split(':').next().unwrap().to_owned();
            assert!(inputs.contains(&name), "{name} is no input: {block}");
        }
    }
}
