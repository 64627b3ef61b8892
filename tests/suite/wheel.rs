//! The program as a wheel: built by maturin, installed by pip into a fresh venv, started by pipx. The binary inside is the one of
//! the tests: maturin asks a `cargo` that has built it already, so nothing is compiled again.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::peers::{Python, python};
use crate::runner::{program, shell};
use crate::support::{Run, finished, folder, root, run_in};

/// A `cargo` that answers maturin's build with the binary of the tests and leaves every other question to cargo itself. The
/// arguments of the build go into `calls` beside it.
fn built(at: &Path) {
    // A copy: maturin works on what cargo has built, and other tests run it at the same time.
    let binary = at.join("cfn-lockout");
    fs::copy(env!("CARGO_BIN_EXE_cfn-lockout"), &binary).unwrap();
    let message = serde_json::json!({
        "reason": "compiler-artifact", "package_id": "ID", "manifest_path": root().join("Cargo.toml"),
        "target": { "kind": ["bin"], "crate_types": ["bin"], "name": "cfn-lockout", "src_path": root().join("src/main.rs"),
            "edition": "2024", "doc": true, "doctest": false, "test": true },
        "profile": { "opt_level": "1", "debuginfo": 2, "debug_assertions": true, "overflow_checks": true, "test": false },
        "features": [], "filenames": [binary],
        "executable": binary, "fresh": true,
    });
    let cargo = std::env::var("CARGO").expect("cargo runs the tests");
    let script = format!(
        "if [ \"$1\" != rustc ]; then exec '{cargo}' \"$@\"; fi\n\
         printf '%s\\n' \"$@\" > '{calls}'\n\
         id=$('{cargo}' pkgid --offline --manifest-path '{manifest}')\n\
         cat <<'END' | sed \"s|\\\"ID\\\"|\\\"$id\\\"|\"\n{message}\nEND\n\
         echo '{{\"reason\":\"build-finished\",\"success\":true}}'",
        calls = at.join("calls").display(),
        manifest = root().join("Cargo.toml").display(),
    );
    program(&at.join("cargo"), &script);
}

/// The wheel in a folder of its own.
fn wheel(maturin: &Python) -> (tempfile::TempDir, PathBuf) {
    let at = tempfile::tempdir().unwrap();
    built(at.path());
    let mut command = Command::new(maturin.programs().join("maturin"));
    // Uncompressed, and not fit for other machines: the binary is large, and links to what is here.
    command.args(["build", "--profile", "dev", "--compatibility", "linux", "--compression-method", "stored", "--out"]);
    let out = at.path().join("dist");
    command.arg(&out).current_dir(root()).env("CARGO", at.path().join("cargo"));
    let run = finished(command.output().unwrap_or_else(|error| panic!("{command:?}: {error}")));
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let calls = fs::read_to_string(at.path().join("calls")).unwrap();
    assert!(calls.contains("\n--locked\n") && calls.contains("\n--bin\ncfn-lockout\n"), "{calls}");
    let wheels: Vec<PathBuf> = fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(wheels.len(), 1, "{wheels:?}");
    (at, wheels[0].clone())
}

/// PATH with these folders in front.
fn first(folders: &[&Path]) -> std::ffi::OsString {
    let path = std::env::var_os("PATH").unwrap();
    let folders = folders.iter().map(|folder| folder.to_path_buf());
    std::env::join_paths(folders.chain(std::env::split_paths(&path))).unwrap()
}

/// The commands of a document, as they stand there.
fn commands(path: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join(path)).unwrap();
    text.lines().filter_map(|line| line.strip_prefix("    ")).map(str::to_owned).collect()
}

#[test]
fn the_wheel_is_the_program() {
    let (Some(maturin), Some(pipx)) = (python("maturin"), python("pipx")) else { return };
    let (at, wheel) = wheel(&maturin);
    let name = wheel.file_name().unwrap().to_string_lossy().into_owned();
    assert!(name.starts_with(concat!("cfn_lockout-", env!("CARGO_PKG_VERSION"), "-py3-none-")), "{name}");
    let venv = at.path().join("venv");
    shell(at.path(), "python3 -m venv venv");
    let shared = pipx.programs().with_file_name("shared");
    let run = |command: &str, offline: bool| -> Run {
        let mut bash = Command::new("bash");
        bash.args(["-c", command]).current_dir(root()).env("COLUMNS", "80").env_remove("FORCE_COLOR");
        bash.env("PATH", first(&[&venv.join("bin"), &pipx.programs()])).env("PIP_FIND_LINKS", wheel.parent().unwrap());
        bash.env("PIPX_HOME", at.path().join("pipx")).env("PIPX_SHARED_LIBS", &shared);
        // The name is found in the folder of the wheel, and nowhere else.
        if offline {
            bash.env("PIP_NO_INDEX", "1");
        }
        finished(bash.output().unwrap())
    };
    let prepared = run("pipx upgrade-shared", false);
    assert_eq!(prepared.code, 0, "{}{}", prepared.stdout, prepared.stderr);
    let mut checks = 0;
    for command in commands("docs/pypi.md") {
        let done = run(&command, true);
        if let Some((_, args)) = command.split_once("cfn-lockout check ") {
            let mut all = vec!["check"];
            all.extend(args.split(' '));
            let expected = run_in(&root(), &all);
            assert_eq!((&done.stdout, done.code), (&expected.stdout, expected.code), "{command}: {}", done.stderr);
            checks += 1;
        } else {
            assert_eq!(done.code, 0, "{command}: {}{}", done.stdout, done.stderr);
        }
    }
    assert_eq!(checks, 2, "docs/pypi.md has an installed and a passing program");
    let version = run("cfn-lockout --version", true).stdout;
    assert_eq!(version, concat!("cfn-lockout ", env!("CARGO_PKG_VERSION"), "\n"));
    let metadata = shell(&venv, "cat lib/python*/site-packages/cfn_lockout-*.dist-info/METADATA");
    for line in [
        concat!("Version: ", env!("CARGO_PKG_VERSION")),
        concat!("Summary: ", env!("CARGO_PKG_DESCRIPTION")),
        concat!("License-Expression: ", env!("CARGO_PKG_LICENSE")),
        "# cfn-lockout",
    ] {
        assert!(metadata.lines().any(|known| known == line), "METADATA lacks {line}: {metadata}");
    }
}

/// `action/wheel.sh` asks maturin for what it has: a release build of the target, which pack.sh has made just before.
#[test]
fn a_release_has_the_wheel_of_its_binary() {
    let Some(maturin) = python("maturin") else { return };
    let script = fs::read_to_string(root().join("action/wheel.sh")).unwrap();
    let flags = fs::read_to_string(root().join("action/flags.sh")).unwrap();
    let at = folder(&[("action/wheel.sh", &script), ("action/flags.sh", &flags), ("bin/none", "")]);
    program(&at.path().join("bin/maturin"), "printf '%s\\n' \"$@\"");
    let asked = shell(at.path(), "PATH=$PWD/bin:$PATH TARGET=aarch64-apple-darwin bash action/wheel.sh");
    let asked: Vec<&str> = asked.lines().collect();
    assert_eq!(asked[..5], ["build", "--release", "--locked", "--target", "aarch64-apple-darwin"]);
    let help = maturin.program("maturin", &["build", "--help"]).stdout;
    for flag in asked.iter().filter(|argument| argument.starts_with("--")) {
        assert!(help.contains(flag), "maturin has no {flag}");
    }
    let pack = fs::read_to_string(root().join("action/pack.sh")).unwrap();
    assert!(pack.contains("cargo build --release --locked --target"), "another build than that of pack.sh");
    assert!(asked.ends_with(&["--out", "dist"]), "{asked:?}");
    let release = fs::read_to_string(root().join(".github/workflows/release.yml")).unwrap();
    let (packed, uploaded) = release.split_once("bash action/wheel.sh").expect("the workflow builds wheels");
    assert!(packed.contains("bash action/pack.sh") && uploaded.contains("path: dist/*\n"));
    assert!(uploaded.contains("sha256sum -- *.tar.gz *.whl") && uploaded.contains("dist/*.whl\n"));
}
