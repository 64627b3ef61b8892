//! Readers that go away, disks that are full, and signals: what was written is whole, and what was not is said.
#![cfg(unix)]

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{ROLE, folder, run_in};

const EXAMPLE: &str = "examples/no-account-statement/template.yaml";

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cfn-lockout"));
    command.current_dir(folder).args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A locked out key, and many lines beside it.
fn lockout(lines: usize) -> String {
    let example = fs::read_to_string(crate::support::root().join(EXAMPLE)).expect("the example");
    format!("{example}{}", "# a line of a comment that has to survive\n".repeat(lines))
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    // More than a pipe holds.
    let own = lockout(0);
    let (head, key) = own.split_at(own.find("  Vault:").expect("the key"));
    let keys: String = (0..60).map(|n| key.replace("  Vault:", &format!("  Vault{n}:"))).collect();
    let files = folder(&[("many.yaml", &format!("{head}{keys}"))]);
    for args in [
        &["check", "many.yaml", ROLE[0], ROLE[1]][..],
        &["check", "many.yaml", ROLE[0], ROLE[1], "--format", "json"],
        &["check", "many.yaml", ROLE[0], ROLE[1], "--format", "sarif"],
        &["resolve", "many.yaml", ROLE[0], ROLE[1]],
    ] {
        let mut child = command(files.path(), args).spawn().unwrap();
        let mut stdout = child.stdout.take().unwrap();
        stdout.read_exact(&mut [0; 10]).unwrap();
        drop(stdout);
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        let status = child.wait().unwrap();
        assert_eq!((status.code(), stderr.as_str()), (Some(1), ""), "{args:?}");
    }
}

#[test]
fn a_full_disk_is_said() {
    if !Path::new("/dev/full").exists() {
        eprintln!("NOT RUN: there is no /dev/full here");
        return;
    }
    let files = folder(&[("kms.yaml", &lockout(0))]);
    for (flag, value) in [("--output", "json=/dev/full"), ("--write-baseline", "/dev/full")] {
        let run = run_in(files.path(), &["check", "kms.yaml", ROLE[0], ROLE[1], flag, value]);
        assert_eq!(run.code, 2, "{flag}: {}", run.stdout);
        assert!(run.stderr.contains("cannot write `/dev/full`"), "{flag}: {}", run.stderr);
    }
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = command(files.path(), &["check", "kms.yaml", ROLE[0], ROLE[1]]);
    let output = command.stdout(full).spawn().unwrap().wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2), "what nobody can read is not a finished run");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.starts_with("error: cannot write to stdout"), "{said}");
}

/// A limit of the shell stands for a disk without room: what does not fit is not written, and the file stays.
#[test]
fn a_fix_that_does_not_fit_leaves_the_file() {
    let before = lockout(20_000);
    let files = folder(&[("kms.yaml", &before)]);
    let program = env!("CARGO_BIN_EXE_cfn-lockout");
    // 64 blocks of at most 1024 bytes; past them a write fails, since the signal is ignored.
    let script = format!("trap '' XFSZ; ulimit -f 64; exec '{program}' fix kms.yaml {} {} --write", ROLE[0], ROLE[1]);
    let output = Command::new("sh").args(["-c", &script]).current_dir(files.path()).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("cannot write `kms.yaml`: nothing was written"), "{said}");
    assert_eq!(fs::read_to_string(files.path().join("kms.yaml")).unwrap(), before);
    let left: Vec<_> = fs::read_dir(files.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["kms.yaml"], "nothing is left beside it");
    let run = run_in(files.path(), &["fix", "kms.yaml", ROLE[0], ROLE[1], "--write"]);
    assert_eq!(run.code, 0, "with room it is written: {}", run.stderr);
    assert_ne!(fs::read_to_string(files.path().join("kms.yaml")).unwrap(), before);
}

/// Killed at any time, the file is what it was or what it was to be.
#[test]
fn a_killed_fix_leaves_the_file_old_or_new() {
    let before = lockout(20_000);
    let files = folder(&[("kms.yaml", &before)]);
    let path = files.path().join("kms.yaml");
    let args = ["fix", "kms.yaml", ROLE[0], ROLE[1], "--write"];
    let start = std::time::Instant::now();
    assert_eq!(run_in(files.path(), &args).code, 0);
    let whole = start.elapsed();
    let after = fs::read_to_string(&path).unwrap();
    assert_ne!(before, after);
    let (mut old, mut new) = (0, 0);
    for moment in 0..24 {
        fs::write(&path, &before).unwrap();
        let mut child = command(files.path(), &args).spawn().unwrap();
        std::thread::sleep(whole * moment / 20);
        child.kill().unwrap();
        child.wait().unwrap();
        let now = fs::read_to_string(&path).unwrap();
        assert!(now == before || now == after, "half a file of {} bytes", now.len());
        if now == before { old += 1 } else { new += 1 }
    }
    assert!(old > 0, "the first of them is killed at once; {new} were done");
}
