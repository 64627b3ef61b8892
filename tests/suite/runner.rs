//! The steps of `action.yml`, run as GitHub runs them: expressions evaluated, files for outputs and summary, and each script
//! by `bash --noprofile --norc -eo pipefail`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use cfn_lockout::reader::{Tree, tree};
use tempfile::TempDir;

use crate::support::{finished, root};

/// One use of the action in a job.
pub(crate) struct Step {
    /// The checkout that is the working directory.
    pub(crate) workspace: PathBuf,
    /// The inputs under `with:`.
    pub(crate) with: Vec<(&'static str, String)>,
    /// Values of the `github` context.
    pub(crate) github: Vec<(&'static str, String)>,
    /// Folders in front of PATH.
    pub(crate) path: Vec<PathBuf>,
    temp: Arc<TempDir>,
}

/// What became of it.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) code: i32,
    /// The log: stdout and stderr of the steps.
    pub(crate) log: String,
    pub(crate) stdout: String,
    pub(crate) summary: String,
    pub(crate) outputs: BTreeMap<String, String>,
    /// Where the reports are.
    _temp: Arc<TempDir>,
}

impl Step {
    /// The action in a workspace. It finds a release of the program that was built for the tests.
    pub(crate) fn new(workspace: &Path) -> Step {
        let temp = Arc::new(tempfile::tempdir().expect("a temporary folder"));
        let step = Step {
            workspace: workspace.to_owned(),
            with: Vec::new(),
            github: vec![
                ("action_path", root().to_string_lossy().into_owned()),
                ("server_url", format!("file://{}", temp.path().display())),
                ("action_repository", "owner/name".to_owned()),
            ],
            path: Vec::new(),
            temp,
        };
        step.release(&format!("exec {} \"$@\"", env!("CARGO_BIN_EXE_cfn-lockout")));
        step
    }

    pub(crate) fn with(mut self, input: &'static str, value: &str) -> Step {
        self.with.push((input, value.to_owned()));
        self
    }

    pub(crate) fn github(mut self, name: &'static str, value: &str) -> Step {
        self.github.retain(|(known, _)| *known != name);
        self.github.push((name, value.to_owned()));
        self
    }

    /// The folder of the release that belongs to the checkout.
    pub(crate) fn releases(&self) -> PathBuf {
        let version = format!("v{}", env!("CARGO_PKG_VERSION"));
        self.temp.path().join("owner/name/releases/download").join(version)
    }

    /// Publishes an archive whose program is a script, with its checksum.
    pub(crate) fn release(&self, script: &str) {
        let folder = self.releases();
        fs::create_dir_all(&folder).unwrap();
        program(&folder.join("cfn-lockout"), script);
        let archive = format!("cfn-lockout-v{}-x86_64-unknown-linux-musl.tar.gz", env!("CARGO_PKG_VERSION"));
        let sum = format!("{{ sha256sum {archive} || shasum -a 256 {archive}; }} > SHA256SUMS");
        shell(&folder, &format!("tar -czf {archive} cfn-lockout && {sum} && rm cfn-lockout"));
    }

    /// Runs all steps, up to the first that fails.
    pub(crate) fn run(&self) -> Done {
        let action = tree(&fs::read_to_string(root().join("action.yml")).unwrap()).unwrap().0;
        let mut known = self.contexts(&action);
        let mut done = Done {
            code: 0,
            log: String::new(),
            stdout: String::new(),
            summary: String::new(),
            outputs: BTreeMap::new(),
            _temp: self.temp.clone(),
        };
        for step in items(at(at(&action, "runs"), "steps")) {
            let (output, summary) = (self.file("output"), self.file("summary"));
            let mut command = Command::new("bash");
            let script = self.file("script.sh");
            fs::write(&script, text(at(step, "run"))).unwrap();
            command.args(["--noprofile", "--norc", "-eo", "pipefail"]).arg(&script).current_dir(&self.workspace);
            for (name, value) in entries(at(step, "env")) {
                command.env(name, evaluated(text(value), &known));
            }
            command.env("GITHUB_OUTPUT", &output).env("GITHUB_STEP_SUMMARY", &summary).env("GITHUB_ACTIONS", "true");
            command.env("RUNNER_TEMP", self.temp.path()).env("RUNNER_OS", "Linux").env("RUNNER_ARCH", "X64");
            let path = std::env::var_os("PATH").unwrap();
            let paths = self.path.iter().cloned().chain(std::env::split_paths(&path));
            command.env("PATH", std::env::join_paths(paths).unwrap());
            let run = finished(command.output().expect("bash runs"));
            done.code = run.code;
            done.log.push_str(&format!("{}{}", run.stdout, run.stderr));
            done.stdout.push_str(&run.stdout);
            done.summary.push_str(&fs::read_to_string(&summary).unwrap());
            for line in fs::read_to_string(&output).unwrap().lines() {
                let (name, value) = line.split_once('=').expect("NAME=VALUE");
                known.insert(format!("steps.{}.outputs.{name}", text(at(step, "id"))), value.to_owned());
            }
            if run.code != 0 {
                break;
            }
        }
        for (name, output) in entries(at(&action, "outputs")) {
            done.outputs.insert(name.to_owned(), evaluated(text(at(output, "value")), &known));
        }
        done
    }

    /// The values of the contexts before the first step.
    fn contexts(&self, action: &Tree) -> BTreeMap<String, String> {
        let mut known = BTreeMap::new();
        for (name, input) in entries(at(action, "inputs")) {
            known.insert(format!("inputs.{name}"), text(at(input, "default")).to_owned());
        }
        for (name, value) in &self.with {
            let old = known.insert(format!("inputs.{name}"), value.clone());
            assert!(old.is_some(), "there is no input {name}");
        }
        known.extend(self.github.iter().map(|(name, value)| (format!("github.{name}"), value.clone())));
        known
    }

    fn file(&self, name: &str) -> PathBuf {
        let path = self.temp.path().join(name);
        fs::write(&path, "").unwrap();
        path
    }
}

/// Writes a program for `sh`.
pub(crate) fn program(path: &Path, script: &str) {
    fs::write(path, format!("#!/bin/sh\n{script}\n")).unwrap();
    shell(path.parent().unwrap(), &format!("chmod +x '{}'", path.display()));
}

/// Runs a script in a folder; it has to succeed.
pub(crate) fn shell(folder: &Path, script: &str) -> String {
    let mut command = Command::new("bash");
    command.args(["-euc", script]).current_dir(folder);
    // A commit wants an author; nothing of the machine's own settings is to matter.
    for (name, value) in [("NAME", "T"), ("EMAIL", "t@example.com")] {
        command.env(format!("GIT_AUTHOR_{name}"), value).env(format!("GIT_COMMITTER_{name}"), value);
    }
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
    let run = finished(command.output().expect("bash runs"));
    assert_eq!(run.code, 0, "{script}: {}{}", run.stdout, run.stderr);
    run.stdout.trim_end().to_owned()
}

/// `${{ name }}` by what is known. An input or a step that does not exist is a mistake in the action.
fn evaluated(text: &str, known: &BTreeMap<String, String>) -> String {
    let Some(name) = text.strip_prefix("${{ ").and_then(|rest| rest.strip_suffix(" }}")) else {
        assert!(!text.contains("${{"), "{text}");
        return text.to_owned();
    };
    assert!(!name.starts_with("inputs.") || known.contains_key(name), "there is no {name}");
    known.get(name).cloned().unwrap_or_default()
}

fn at<'t>(tree: &'t Tree, name: &str) -> &'t Tree {
    let Tree::Map(entries) = tree else { panic!("{tree:?} is no map") };
    let found = entries.iter().find(|(key, _)| text(key) == name);
    &found.unwrap_or_else(|| panic!("no {name} in {tree:?}")).1
}

fn entries(tree: &Tree) -> Vec<(&str, &Tree)> {
    let Tree::Map(entries) = tree else { panic!("{tree:?} is no map") };
    entries.iter().map(|(key, value)| (text(key), value)).collect()
}

fn items(tree: &Tree) -> &[Tree] {
    let Tree::List(items) = tree else { panic!("{tree:?} is no list") };
    items
}

fn text(tree: &Tree) -> &str {
    let Tree::Scalar { text, .. } = tree else { panic!("{tree:?} is no scalar") };
    text
}
