//! The plugin as a package, and what its document shows.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{BINARY, DEPLOYER, Lint};
use crate::peers::python;
use crate::reports::LOCKOUT;
use crate::support::{finished, folder, hold, root};

/// pip makes a package of the plugin; the program is then the one beside cfn-lint's Python.
#[test]
fn the_plugin_is_a_package() {
    let Some(python) = python("cfn-lint") else { return };
    let files = folder(&[("kms.yaml", LOCKOUT)]);
    let lint = Lint { python: &python, at: files.path() };
    let plugin = root().join("plugins/cfn-lint").to_string_lossy().into_owned();
    let install =
        ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-build-isolation"];
    let install =
        lint.command("python", &[&install[..], &["--no-index", "--target", "site", &plugin]].concat(), &[]).output();
    let installed = finished(install.unwrap());
    assert_eq!(installed.code, 0, "{}{}", installed.stdout, installed.stderr);
    // A Python of its own that has the packages of the other one.
    let script =
        "import sys, sysconfig, venv; venv.create('venv', symlinks=True); print(sysconfig.get_path('purelib'))";
    let packages = finished(lint.command("python", &["-c", script], &[]).output().unwrap()).stdout;
    let own = finished(
        Command::new(files.path().join("venv/bin/python"))
            .args(["-c", "import sysconfig; print(sysconfig.get_path('purelib'))"])
            .output()
            .unwrap(),
    )
    .stdout;
    let paths = format!("{packages}{}\n", files.path().join("site").display());
    fs::write(Path::new(own.trim_end()).join("peer.pth"), paths).unwrap();
    std::os::unix::fs::symlink(BINARY, files.path().join("venv/bin/cfn-lockout")).unwrap();
    let args = ["-c", "from cfnlint.runner import main; main()", "-a", "cfn_lockout_cfn_lint", "-t", "kms.yaml"];
    let mut command = Command::new(files.path().join("venv/bin/python"));
    command
        .args(args)
        .current_dir(files.path())
        .env("HOME", files.path())
        .env("PATH", "/nowhere")
        .env(DEPLOYER.0, DEPLOYER.1);
    let run = finished(command.stdin(Stdio::null()).output().unwrap());
    assert!(run.code == 2 && run.stdout.starts_with("EK1001 KMS would refuse key"), "{}{}", run.stdout, run.stderr);
    let metadata = fs::read_dir(files.path().join("site")).unwrap().map(|entry| entry.unwrap().file_name());
    let name = concat!("cfn_lockout_cfn_lint-", env!("CARGO_PKG_VERSION"), ".dist-info");
    assert!(metadata.into_iter().any(|entry| entry == name), "the plugin has the version of the program");
}

/// What stands between the lines of a document that begin and end a block.
fn blocks(kind: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join("docs/cfn-lint.md")).unwrap();
    text.split(&format!("```{kind}\n")).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

#[test]
fn what_the_document_shows_is_so() {
    let Some(python) = python("cfn-lint") else { return };
    let at = root();
    for block in blocks("console") {
        let commands: Vec<&str> = block.lines().filter(|line| line.starts_with("$ ")).collect();
        let exported = commands.iter().filter_map(|line| line.strip_prefix("$ export ")?.split_once('='));
        let env: Vec<(&str, &str)> = exported.collect();
        let args: Vec<&str> = commands.last().unwrap().strip_prefix("$ cfn-lint ").unwrap().split(' ').collect();
        let run = finished((Lint { python: &python, at: &at }).command("cfn-lint", &args, &env).output().unwrap());
        let shown = format!("{}\n{}\n", commands.join("\n"), run.stdout.trim_end());
        hold("docs/cfn-lint.md", |docs| docs.replace(&block, &shown));
    }
    let plugin = at.join("plugins/cfn-lint").to_string_lossy().into_owned();
    let story = fs::read_to_string(at.join("examples/parameter-decides/template.yaml")).unwrap();
    let (rc, template) = (&blocks("yaml")[0], &blocks("yaml")[1]);
    let files = folder(&[(".cfnlintrc", rc), ("infra/kms.yaml", &story), ("ignored.yaml", template)]);
    let run = |args: &[&str]| {
        let lint = Lint { python: &python, at: files.path() };
        let done = finished(lint.command("cfn-lint", args, &[("PYTHONPATH", &plugin)]).output().unwrap());
        assert_eq!(done.stderr, "");
        done.stdout
    };
    assert!(run(&["--", "infra/kms.yaml"]).starts_with("EK1001 KMS would refuse key `Vault`"));
    assert_eq!(run(&["--", "ignored.yaml"]), "");
    let again = template.replace("EK1001", "EK1002");
    assert!(again != *template && fs::write(files.path().join("ignored.yaml"), again).is_ok());
    assert!(run(&["--", "ignored.yaml"]).starts_with("EK1001 "), "the template has a finding to ignore");
    let text = fs::read_to_string(at.join("docs/cfn-lint.md")).unwrap();
    let command = text.lines().find_map(|line| line.strip_prefix("    cfn-lint ")).expect("a command");
    fs::remove_file(files.path().join(".cfnlintrc")).unwrap();
    let args: Vec<&str> = command.split(' ').collect();
    assert!(run(&args).starts_with("WK1004 whether KMS accepts key `Vault` depends on"), "{command}");
}
