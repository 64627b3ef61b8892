//! What the documents promise is so.

use std::fs;

use crate::support::{ROLE, folder, report_in, root, run_in};

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn the_readmes_first_command_is_the_one_that_runs() {
    let readme = read("README.md");
    let command = "cargo run --release -- check examples --role-arn arn:aws:iam::111122223333:role/Deploy";
    assert!(readme.contains(&format!("    {command}\n")), "the README has the main command on a line of its own");
    assert!(
        readme.contains("    cargo test --features lsp,hook\n"),
        "the README has the test command on a line of its own"
    );
    let args: Vec<&str> = command.split_whitespace().skip(4).collect();
    let run = run_in(&root(), &args);
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("error[locks-out-deployer]"));
}

/// The rows `| \`cfn-lockout …\` | code | … |`, run in the project's folder.
#[test]
fn every_exit_code_is_as_documented() {
    let text = read("docs/exit-codes.md");
    let mut codes = Vec::new();
    for row in text.lines().filter_map(|line| line.strip_prefix("| `cfn-lockout ")) {
        let (command, rest) = row.split_once("` | ").unwrap();
        let code: i32 = rest.split(" |").next().unwrap().parse().unwrap();
        let args: Vec<&str> = command.split_whitespace().collect();
        if cfg!(not(feature = "guard")) && args.contains(&"--rules") {
            continue;
        }
        let run = run_in(&root(), &args);
        assert_eq!(run.code, code, "{command}: {}{}", run.stdout, run.stderr);
        codes.push(code);
    }
    assert!([0, 1, 2].iter().all(|code| codes.contains(code)), "each code has an example");
}

/// The templates of docs/suppressions.md suppress what is found in them.
#[test]
fn every_suppression_that_is_shown_suppresses() {
    let text = read("docs/suppressions.md");
    let mut seen = 0;
    let blocks = text.split("\n```").filter_map(|block| block.split_once('\n'));
    for (kind, block) in blocks.filter(|(kind, _)| ["yaml", "json"].contains(kind)) {
        let name = format!("template.{kind}");
        let files = folder(&[(&name, block)]);
        let report = report_in(files.path(), &["check", &name, ROLE[0], ROLE[1]]);
        assert_eq!(report.codes(), [""; 0], "{block}");
        assert!(report.0["summary"]["suppressed"].as_u64() >= Some(1), "{block}");
        seen += 1;
    }
    assert!(seen >= 3, "docs/suppressions.md shows a comment, Metadata in YAML and in JSON");
}

/// A recorded screen of the README: `$ cfn-lockout …` and what follows it, up to the end of the block. `UPDATE=1 cargo test`
/// records them anew.
#[test]
fn every_recorded_screen_is_what_the_program_prints() {
    let with_rules = Some("docs/guard.md").filter(|_| cfg!(feature = "guard"));
    let documents = [
        "README.md",
        "docs/cdk.md",
        "docs/fidelity.md",
        "docs/suppressions.md",
        "docs/reports.md",
        "docs/run.md",
        "docs/who.md",
    ];
    for path in documents.into_iter().chain(with_rules) {
        let text = read(path);
        for block in text.split("```console\n").skip(1) {
            let block = block.split("```").next().unwrap();
            let (command, expected) = block.split_once('\n').unwrap();
            assert!(
                !expected.trim().is_empty(),
                "{path}: {command}: write any line there, then UPDATE=1 records the screen"
            );
            let args: Vec<&str> = command.trim_start_matches("$ cfn-lockout").split_whitespace().collect();
            let mut run = run_in(&root(), &args);
            // The report of `run` is on stderr.
            run.stdout.push_str(&run.stderr);
            if std::env::var_os("UPDATE").is_some() {
                let updated = read(path).replace(expected.trim_end(), run.stdout.trim_end());
                fs::write(root().join(path), updated).unwrap();
            } else {
                assert_eq!(run.stdout.trim_end(), expected.trim_end(), "{path}: {command}: UPDATE=1 records it anew");
            }
        }
    }
    for path in ["README.md", "docs/cdk.md", "docs/suppressions.md", "docs/guard.md", "docs/who.md"] {
        assert!(read(path).contains("```console\n"), "{path} shows a screen");
    }
}

#[test]
fn the_folders_of_the_architecture_are_the_folders_of_the_code() {
    let architecture = read("docs/architecture.md");
    for entry in fs::read_dir(root().join("src")).unwrap().map(Result::unwrap) {
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() {
            assert!(architecture.contains(&format!("`{name}/`")), "docs/architecture.md does not speak of {name}/");
        }
    }
}

#[test]
fn every_finding_is_in_the_list_of_the_rules() {
    let list = run_in(&root(), &["explain"]).stdout;
    let rules = read("rules/README.md");
    for line in list.lines() {
        let (severity, rest) = line.split_once(' ').unwrap();
        let (code, says) = rest.trim().split_once(' ').unwrap();
        let row = format!("| [`{code}`](explain/{code}.md) | {severity} | {} |", says.trim());
        assert!(rules.contains(&row), "rules/README.md lacks the row {row}");
    }
}

#[test]
fn every_rule_that_is_shipped_is_in_the_document() {
    let document = read("docs/guard.md");
    for file in ["facts/keys.guard", "facts/settings.guard", "raw/keys.guard"] {
        let rules = read(&format!("rules/guard/{file}"));
        let names = rules.lines().filter_map(|line| line.strip_prefix("rule ")?.split([' ', '{']).next());
        for name in names.filter(|name| !name.contains('(')) {
            assert!(document.contains(&format!("| `{name}` |")), "docs/guard.md lacks {name}");
        }
    }
}

#[test]
fn the_documents_speak_of_the_project_alone() {
    for path in [
        "README.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "docs/architecture.md",
        "docs/cdk-plugin.md",
        "docs/cdk.md",
        "docs/cfn-lint.md",
        "docs/editors.md",
        "docs/fidelity.md",
        "docs/github-action.md",
        "docs/guard.md",
        "docs/hook.md",
        "docs/pre-commit.md",
        "docs/pypi.md",
        "docs/reports.md",
        "docs/run.md",
        "docs/suppressions.md",
        "docs/who.md",
    ] {
        assert!(!read(path).contains("/home/"), "{path} names a path of somebody's machine");
    }
}
