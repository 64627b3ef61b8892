//! What a folder can hold beside files: loops of links, pipes, names that are no UTF-8, folders that may not be read, files
//! that are larger than memory or change while they are read. The other files are judged all the same.
#![cfg(unix)]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::support::{DELEGATES, ROLE, Report, Run, finished, folder, run_in, text};

fn check(folder: &Path, args: &[&str]) -> Run {
    let mut all = vec!["check", ROLE[0], ROLE[1], "--format", "json"];
    all.extend(args);
    run_in(folder, &all)
}

/// The folder is walked to its end, and only the good template is judged.
fn walked(folder: &Path) {
    let run = check(folder, &["."]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let report = Report(run.json());
    assert_eq!(report.keys().len(), 1, "{}", run.stdout);
    assert_eq!(report.verdict("K"), "safe-if-iam");
    assert_eq!(report.0["failures"], serde_json::json!([]));
}

fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().expect("mkfifo runs").success());
}

#[test]
fn links_that_lead_in_circles() {
    let files = folder(&[("good.yaml", DELEGATES), ("a/notes.yaml", "a: 1\n")]);
    let at = |name: &str| files.path().join(name);
    symlink(".", at("a/self")).unwrap();
    symlink("..", at("a/up")).unwrap();
    symlink("one.yaml", at("two.yaml")).unwrap();
    symlink("two.yaml", at("one.yaml")).unwrap();
    walked(files.path());
    let named = check(files.path(), &["one.yaml", "good.yaml", "a/self/self/self", "a/up/good.yaml"]);
    assert_eq!(named.code, 2);
    let report = Report(named.json());
    assert_eq!(report.keys().len(), 1, "one file under two paths is one template: {}", named.stdout);
    assert_eq!(report.0["failures"].as_array().unwrap().len(), 1, "{}", named.stdout);
    assert_eq!(report.0["failures"][0]["file"], "one.yaml");
    assert!(text(&report.0["failures"][0]["message"]).starts_with("cannot be read: "), "{}", named.stdout);
}

#[test]
fn a_nested_stack_behind_a_circle_of_links() {
    let nests = "Resources:\n  Keys: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: loop.yaml } }\n";
    let files = folder(&[("parent.yaml", &format!("{nests}{}", &DELEGATES[DELEGATES.find("  K:").unwrap()..]))]);
    symlink("loop.yaml", files.path().join("loop.yaml")).unwrap();
    assert_eq!(Report(check(files.path(), &["parent.yaml"]).json()).verdict("K"), "safe-if-iam");
    let shown = run_in(files.path(), &["check", "parent.yaml", ROLE[0], ROLE[1]]).stdout;
    assert!(shown.contains("there is no file `loop.yaml`"), "{shown}");
}

/// Nobody ever writes into these pipes: who opened one would wait for ever.
#[test]
fn pipes_are_not_waited_for() {
    let nests = "Resources:\n  Keys: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: ./pipe.yaml } }\n";
    let include = "Transform: { Name: AWS::Include, Parameters: { Location: ./pipe.yaml } }\nResources: { K: { Type: AWS::KMS::Key } }\n";
    let files = folder(&[("good.yaml", DELEGATES)]);
    ["pipe.yaml", "samconfig.toml"].into_iter().for_each(|name| pipe(&files.path().join(name)));
    walked(files.path());
    let run = run_in(files.path(), &["check", "good.yaml", "--format", "json"]);
    assert_eq!(Report(run.json()).verdict("K"), "safe-if-iam", "{}", run.stderr);
    fs::write(files.path().join("nests.yaml"), nests).unwrap();
    fs::write(files.path().join("includes.yaml"), include).unwrap();
    let shown = run_in(files.path(), &["check", "nests.yaml", "includes.yaml", ROLE[0], ROLE[1]]).stdout;
    assert!(shown.contains("there is no file `pipe.yaml`"), "{shown}");
}

#[test]
fn pipes_and_devices_by_name() {
    let files = folder(&[("good.yaml", DELEGATES)]);
    pipe(&files.path().join("pipe.yaml"));
    let mut writer = Command::new("sh")
        .args(["-c", "cat good.yaml > pipe.yaml"])
        .current_dir(files.path())
        .spawn()
        .expect("a shell runs");
    let run = check(files.path(), &["pipe.yaml"]);
    writer.wait().unwrap();
    assert_eq!(Report(run.json()).verdict("K"), "safe-if-iam", "as `<(…)` of a shell: {}", run.stdout);
    let run = check(files.path(), &["/dev/zero", "good.yaml"]);
    assert_eq!(run.code, 2, "a device that never ends");
    assert_eq!(Report(run.json()).verdict("K"), "safe-if-iam");
    let failure = Report(run.json()).0["failures"][0].clone();
    assert!(text(&failure["message"]).contains("at most 16777216 are read"), "{failure}");
}

#[test]
fn names_that_are_not_utf_8() {
    let files = folder(&[("good.yaml", DELEGATES), ("x/bad.yaml", &DELEGATES.replace("  K:", "  L:"))]);
    let odd = OsStr::from_bytes(b"odd\xff\xfe\x1b[31m");
    fs::rename(files.path().join("x"), files.path().join(odd)).unwrap();
    let broken = files.path().join(odd).join(OsStr::from_bytes(b"\xc3.yaml"));
    fs::write(&broken, "Type: AWS::KMS::Key\na: [\n").unwrap();
    let mut args = vec![".".as_ref(), broken.as_os_str()];
    args.extend([ROLE[0], ROLE[1], "--format", "json"].map(OsStr::new));
    let output = Command::new(env!("CARGO_BIN_EXE_cfn-lockout"))
        .arg("check")
        .args(args)
        .current_dir(files.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let run = finished(output);
    assert_eq!(run.code, 2, "{}{}", run.stdout, run.stderr);
    let report = Report(run.json());
    assert_eq!((report.verdict("K"), report.verdict("L")), ("safe-if-iam".to_owned(), "safe-if-iam".to_owned()));
    assert_eq!(report.0["failures"].as_array().unwrap().len(), 1, "{}", run.stdout);
    let shown = run_in(files.path(), &["check", ".", ROLE[0], ROLE[1]]).stdout;
    assert!(shown.contains("odd\u{fffd}") && !shown.contains('\u{1b}'), "{shown}");
}

/// Who may read everything runs the program as somebody who may not.
#[test]
fn folders_and_files_that_may_not_be_read() {
    let files = folder(&[("good.yaml", DELEGATES), ("closed/in.yaml", DELEGATES), ("secret.yaml", DELEGATES)]);
    let mode = |name: &str, mode| {
        fs::set_permissions(files.path().join(name), fs::Permissions::from_mode(mode)).expect("a mode");
    };
    let elsewhere = folder(&[]);
    let program = elsewhere.path().join("program");
    fs::copy(env!("CARGO_BIN_EXE_cfn-lockout"), &program).unwrap();
    for path in [elsewhere.path(), &program] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("a mode");
    }
    [("", 0o755), ("good.yaml", 0o644), ("closed", 0o000), ("secret.yaml", 0o000)]
        .into_iter()
        .for_each(|(name, bits)| mode(name, bits));
    let is_root = fs::read(files.path().join("secret.yaml")).is_ok();
    let run = |args: &[&str]| {
        let mut command = Command::new(&program);
        command.arg("check").args(args).args([ROLE[0], ROLE[1], "--format", "json"]).current_dir(files.path());
        if is_root {
            command.uid(65_534).gid(65_534);
        }
        finished(command.stdin(Stdio::null()).output().unwrap())
    };
    let (walked, named) = (run(&["."]), run(&["good.yaml", "secret.yaml", "closed/in.yaml", "closed"]));
    mode("closed", 0o755);
    assert_eq!(walked.code, 0, "{}{}", walked.stdout, walked.stderr);
    assert_eq!(Report(walked.json()).keys().len(), 1, "{}", walked.stdout);
    for name in ["closed", "secret.yaml"] {
        let said = format!("note: `{name}` cannot be read (Permission denied");
        assert!(walked.stderr.contains(&said), "nothing is passed over in silence: {}", walked.stderr);
    }
    assert_eq!(named.code, 2, "{}", named.stdout);
    let report = Report(named.json());
    assert_eq!(report.keys().len(), 1, "the readable one is judged: {}", named.stdout);
    let failures = report.0["failures"].as_array().unwrap();
    let of = |name: &str| failures.iter().any(|failure| failure["file"] == name);
    assert!(
        of("secret.yaml") && of("closed/in.yaml") && of("closed"),
        "nothing is passed over in silence: {failures:?}"
    );
    assert!(failures.iter().all(|failure| text(&failure["message"]).contains("Permission denied")), "{failures:?}");
}

#[test]
fn a_file_of_four_gigabytes() {
    let files = folder(&[("good.yaml", DELEGATES), ("huge.yaml", "Resources: {}\n")]);
    let huge = fs::OpenOptions::new().write(true).open(files.path().join("huge.yaml")).unwrap();
    // A hole: it takes no place on the disk.
    huge.set_len(4 << 30).unwrap();
    walked(files.path());
    let run = check(files.path(), &["good.yaml", "huge.yaml"]);
    assert_eq!(run.code, 2);
    let report = Report(run.json());
    assert_eq!(report.verdict("K"), "safe-if-iam");
    assert_eq!(report.0["failures"][0]["message"], "the file has 4294967296 bytes; at most 16777216 are read");
}

/// Somebody writes the file again and again, in place: every answer is that for what stood there at some time, or an error.
#[test]
fn files_that_change_while_they_are_read() {
    let files = folder(&[("kms.yaml", DELEGATES), ("good.yaml", &DELEGATES.replace("  K:", "  G:"))]);
    let long = format!("{DELEGATES}{}", "# a line\n".repeat(50_000));
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                for content in [long.as_str(), "", "Resources: [AWS::KMS::Key", DELEGATES] {
                    fs::write(files.path().join("kms.yaml"), content).unwrap();
                }
            }
        });
        let runs: Vec<Run> = (0..30).map(|_| check(files.path(), &["kms.yaml", "good.yaml"])).collect();
        done.store(true, Ordering::Relaxed);
        for run in runs {
            let report = Report(run.json());
            assert_eq!(report.verdict("G"), "safe-if-iam", "{}{}", run.stdout, run.stderr);
            match run.code {
                0 => assert_eq!(report.verdict("K"), "safe-if-iam"),
                code => assert_eq!((code, report.0["failures"].as_array().unwrap().len()), (2, 1), "{}", run.stdout),
            }
        }
    });
}
