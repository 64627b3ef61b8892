//! The pre-commit hook, run by pre-commit itself in a repository of its own. pre-commit is installed from PyPI, at the version
//! of `tests/peers/pre-commit.txt`; the hook takes the program from the PATH, so nothing else is fetched.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::peers::python;
use crate::reports::LOCKOUT;
use crate::runner::shell;
use crate::support::{DELEGATES, Run, finished, folder, root};

/// A repository that holds nothing but our hooks, and its only commit.
fn hooks() -> (tempfile::TempDir, String) {
    let definition = fs::read_to_string(root().join(".pre-commit-hooks.yaml")).unwrap();
    let at = folder(&[(".pre-commit-hooks.yaml", &definition)]);
    shell(at.path(), "git init -q && git add . && git commit -qm hooks");
    let commit = shell(at.path(), "git rev-parse HEAD");
    (at, commit)
}

fn pre_commit(programs: &Path, at: &Path, home: &Path) -> Run {
    let mut command = Command::new(programs.join("pre-commit"));
    let ours = Path::new(env!("CARGO_BIN_EXE_cfn-lockout")).parent().unwrap().to_owned();
    let path = std::env::var_os("PATH").unwrap();
    let paths = [ours, programs.to_owned()].into_iter().chain(std::env::split_paths(&path));
    command.args(["run", "--color", "never"]).current_dir(at).env("PATH", std::env::join_paths(paths).unwrap());
    command.env("PRE_COMMIT_HOME", home).env_remove("NO_COLOR").env_remove("FORCE_COLOR");
    finished(command.output().expect("pre-commit runs"))
}

#[test]
fn the_hook_stops_a_commit_that_locks_out() {
    let Some(python) = python("pre-commit") else { return };
    let (hooks, commit) = hooks();
    let config = fs::read_to_string(root().join("docs/pre-commit.md")).unwrap();
    let config = config.split("```yaml\n").find(|block| block.contains("id: cfn-lockout-system")).unwrap();
    let config = config.split("```").next().unwrap();
    let config = config.replace("https://github.com/cfn-lockout/cfn-lockout", &hooks.path().to_string_lossy());
    let config = config.replace("rev: main", &format!("rev: {commit}"));
    assert!(config.contains(&commit), "docs/pre-commit.md shows a repo and a rev: {config}");
    let at = folder(&[(".pre-commit-config.yaml", &config), ("infra/kms.yaml", DELEGATES), ("notes.md", "x")]);
    let home = tempfile::tempdir().unwrap();
    let run = |script: &str| {
        shell(at.path(), script);
        pre_commit(&python.programs(), at.path(), home.path())
    };
    let safe = run("git init -q && git add .");
    assert!(safe.code == 0 && safe.stdout.contains("Passed"), "{}{}", safe.stdout, safe.stderr);

    fs::write(at.path().join("infra/kms.yaml"), LOCKOUT).unwrap();
    let lockout = run("git commit -qm first && git add .");
    assert_eq!(lockout.code, 1, "{}{}", lockout.stdout, lockout.stderr);
    assert!(lockout.stdout.contains("- exit code: 1"), "{}", lockout.stdout);
    assert!(lockout.stdout.contains("error[locks-out-deployer]: KMS would refuse key `Vault`"), "{}", lockout.stdout);

    // Nothing that may be a template is staged.
    let skipped = run("git commit -qm second && echo y > notes.md && git add .");
    assert!(skipped.code == 0 && skipped.stdout.contains("(no files to check)Skipped"), "{}", skipped.stdout);
}

#[test]
fn every_hook_calls_a_command_that_exists() {
    let definition = fs::read_to_string(root().join(".pre-commit-hooks.yaml")).unwrap();
    let entries: Vec<&str> = definition.lines().filter_map(|line| line.trim().strip_prefix("entry: ")).collect();
    assert_eq!(entries, ["cfn-lockout check"; 2]);
    let docs = fs::read_to_string(root().join("docs/pre-commit.md")).unwrap();
    for id in definition.lines().filter_map(|line| line.strip_prefix("- id: ")) {
        assert!(docs.contains(&format!("id: {id}\n")), "docs/pre-commit.md does not show {id}");
    }
}
