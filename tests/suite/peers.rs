//! Other programs that answer a question of ours, each in a folder of its own, installed by whoever needs it first.
//!
//! The folder is `CFN_LOCKOUT_PEERS` (default `peers` below the target folder). Versions are pinned in `tests/peers/`.
//! Where a peer cannot be installed, the tests that need it say so on stderr and pass; under `CI`, they fail.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use crate::support::{Run, finished, root};

/// A Python with the packages of one peer.
pub(crate) struct Python(PathBuf);

/// Tests that need the same peer at once would install it over each other.
static INSTALLING: Mutex<()> = Mutex::new(());

/// The Python of a peer, with the packages that `tests/peers/NAME.txt` pins.
pub(crate) fn python(name: &str) -> Option<Python> {
    wanted(name, installed(name))
}

/// The folder `node_modules` of a peer, with the packages that `tests/peers/NAME.txt` pins; none of their scripts is run.
pub(crate) fn node_modules(name: &str) -> Option<PathBuf> {
    wanted(name, installed_by_npm(name))
}

fn wanted<T>(name: &str, installed: Result<T, String>) -> Option<T> {
    match installed {
        Ok(peer) => Some(peer),
        Err(message) if std::env::var_os("CI").is_some() => panic!("{name} cannot be installed: {message}"),
        Err(message) => {
            eprintln!("NOT RUN: {name} cannot be installed: {message}");
            None
        }
    }
}

fn folder() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the target folder");
    std::env::var_os("CFN_LOCKOUT_PEERS").map_or_else(|| target.join("peers"), PathBuf::from)
}

fn installed(name: &str) -> Result<Python, String> {
    let _one = INSTALLING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let pins = root().join(format!("tests/peers/{name}.txt"));
    let wanted = fs::read_to_string(&pins).map_err(|error| format!("{}: {error}", pins.display()))?;
    let (at, mark) = (folder().join(name), folder().join(name).join("installed.txt"));
    let python = Python(at.join("bin/python"));
    if fs::read_to_string(&mark).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&at))?;
    let quiet = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    run(Command::new(&python.0).args(quiet).arg(&pins))?;
    fs::write(&mark, wanted).map_err(|error| error.to_string())?;
    Ok(python)
}

fn installed_by_npm(name: &str) -> Result<PathBuf, String> {
    let _one = INSTALLING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let pins = root().join(format!("tests/peers/{name}.txt"));
    let wanted = fs::read_to_string(&pins).map_err(|error| format!("{}: {error}", pins.display()))?;
    let (at, mark) = (folder().join(name), folder().join(name).join("installed.txt"));
    if fs::read_to_string(&mark).is_ok_and(|installed| installed == wanted) {
        return Ok(at.join("node_modules"));
    }
    fs::create_dir_all(&at).map_err(|error| error.to_string())?;
    let quiet =
        ["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--legacy-peer-deps", "--prefix"];
    run(Command::new("npm").args(quiet).arg(&at).args(wanted.split_whitespace()))?;
    fs::write(&mark, wanted).map_err(|error| error.to_string())?;
    Ok(at.join("node_modules"))
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    let said = || format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    if output.status.success() { Ok(()) } else { Err(said()) }
}

impl Python {
    /// What a program that came with the packages says, run in the project's folder.
    pub(crate) fn program(&self, name: &str, args: &[&str]) -> Run {
        let output = Command::new(self.0.with_file_name(name)).args(args).current_dir(root()).output();
        finished(output.expect("the peer runs"))
    }

    /// The folder with the programs that came with the packages.
    pub(crate) fn programs(&self) -> PathBuf {
        self.0.parent().expect("a folder").to_owned()
    }

    /// What a script prints for this stdin.
    pub(crate) fn run(&self, script: &Path, stdin: &str) -> String {
        self.run_with(script, &[], stdin)
    }

    /// What a script prints for these arguments and this stdin.
    pub(crate) fn run_with(&self, script: &Path, args: &[&Path], stdin: &str) -> String {
        self.run_in_environment(script, args, &[], stdin)
    }

    /// The same with variables of the environment.
    pub(crate) fn run_in_environment(
        &self,
        script: &Path,
        args: &[&Path],
        env: &[(&str, &str)],
        stdin: &str,
    ) -> String {
        let mut command = Command::new(&self.0);
        command.envs(env.iter().copied());
        command.arg("-B").arg(script).args(args).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the peer runs");
        let (mut pipe, stdin) = (child.stdin.take().expect("a pipe"), stdin.to_owned());
        let writer = std::thread::spawn(move || drop(pipe.write_all(stdin.as_bytes())));
        let output = child.wait_with_output().expect("the peer ends");
        writer.join().expect("stdin was written");
        assert!(output.status.success(), "{} fails", script.display());
        String::from_utf8(output.stdout).expect("UTF-8")
    }
}
