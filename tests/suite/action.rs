//! The steps of the action, run as GitHub runs them: what they write, and that no input is more than a text.

use std::fs;

use serde_json::Value;

use crate::reports::LOCKOUT;
use crate::runner::{Done, Step, program, shell};
use crate::support::{DELEGATES, ROLE, folder};

/// Prints the arguments of every call, one a line, into `calls` beside it, and what `--help` knows; then checks nothing.
const RECORDS: &str = r#"case "$*" in *--help*) echo "      --previous-git <REF>"; exit 0 ;; esac
printf '%s\n' "$@" > "$CALLS"
for arg in "$@"; do case "$arg" in *=*/*) echo '{}' > "${arg#*=}" ;; esac; done
"#;

/// A repository whose base has a safe key and whose head locks the deployer out.
fn pull_request() -> (tempfile::TempDir, String, String) {
    let at = folder(&[("infra/kms.yaml", DELEGATES)]);
    shell(at.path(), "git init -q && git add . && git commit -qm base");
    let base = shell(at.path(), "git rev-parse HEAD");
    fs::write(at.path().join("infra/kms.yaml"), LOCKOUT).unwrap();
    shell(at.path(), "git commit -qam head");
    let head = shell(at.path(), "git rev-parse HEAD");
    (at, base, head)
}

fn output<'d>(done: &'d Done, name: &str) -> &'d str {
    done.outputs.get(name).unwrap_or_else(|| panic!("no output {name}: {}", done.log))
}

/// The arguments of the check that a recording program was called with.
fn arguments(step: Step) -> Vec<String> {
    let calls = tempfile::tempdir().unwrap();
    let file = calls.path().join("calls");
    step.release(&format!("CALLS={}\n{RECORDS}", file.display()));
    let done = step.run();
    let calls = fs::read_to_string(file).unwrap_or_else(|_| panic!("nothing was checked: {}", done.log));
    calls.lines().map(str::to_owned).collect()
}

#[test]
fn a_pull_request_with_a_lockout_fails_and_says_why() {
    let (at, base, _) = pull_request();
    let step =
        Step::new(at.path()).with("paths", "infra\n").with("role-arn", ROLE[1]).with("sarif", "out/lockout.sarif");
    let done = step.github("event.pull_request.base.sha", &base).run();
    assert_eq!(done.code, 1, "{}", done.log);
    assert!(done.log.contains("checksum verified"), "{}", done.log);
    assert!(done.log.contains("\n::error file=infra/kms.yaml,line=10,endLine=10,col=31,"), "{}", done.log);
    let counts =
        [("keys", "1"), ("lockout", "1"), ("safe", "0"), ("errors", "1"), ("warnings", "0"), ("failures", "0")];
    for (name, count) in counts {
        assert_eq!(output(&done, name), count, "{name}");
    }
    assert_eq!(output(&done, "exit-code"), "1");
    let report: Value = serde_json::from_str(&fs::read_to_string(output(&done, "report")).unwrap()).unwrap();
    assert_eq!(report["keys"][0]["verdict"], "lockout");
    assert!(fs::read_to_string(output(&done, "junit")).unwrap().contains("<failure "));
    assert_eq!(output(&done, "sarif"), "out/lockout.sarif");
    assert!(at.path().join("out/lockout.sarif").exists());
    assert!(done.summary.contains("| lockout | <code>Vault</code> |"), "{}", done.summary);
    assert!(done.summary.contains(output(&done, "command")), "{}", done.summary);
    // A run with the command that it prints ends alike.
    let path = at.path().join("bin");
    fs::create_dir(&path).unwrap();
    program(&path.join("cfn-lockout"), &format!("exec {} \"$@\"", env!("CARGO_BIN_EXE_cfn-lockout")));
    let code = shell(at.path(), &format!("PATH=$PWD/bin:$PATH; {} > /dev/null || echo $?", output(&done, "command")));
    assert_eq!(code, "1");
}

#[test]
fn the_counts_are_those_of_the_report() {
    let step = Step::new(&crate::support::root()).with("paths", "examples").with("role-arn", ROLE[1]);
    let done = step.with("fail-on", "never").run();
    assert_eq!(done.code, 0, "{}", done.log);
    let report: Value = serde_json::from_str(&fs::read_to_string(output(&done, "report")).unwrap()).unwrap();
    let keys = report["keys"].as_array().unwrap();
    for verdict in ["safe", "safe-if-iam", "lockout", "invalid", "undecided", "bypassed", "default-policy"] {
        let count = keys.iter().filter(|key| key["verdict"] == verdict).count();
        assert_eq!(output(&done, verdict), count.to_string(), "{verdict}");
    }
    for name in ["keys", "errors", "warnings", "notes", "failures"] {
        assert_eq!(output(&done, name), report["summary"][name].to_string(), "{name}");
    }
    for finding in report["findings"].as_array().unwrap() {
        let place = format!("--> {}:{}:{}", finding["file"].as_str().unwrap(), finding["line"], finding["column"]);
        assert!(done.summary.contains(&place), "the summary lacks {place}");
    }
}

#[test]
fn a_file_that_cannot_be_checked_fails_the_job() {
    let at = folder(&[("broken.yaml", "Resources:\n  K: {Type: AWS::KMS::Key")]);
    let done = Step::new(at.path()).with("fail-on", "never").run();
    assert_eq!((done.code, output(&done, "exit-code"), output(&done, "failures")), (2, "2", "1"), "{}", done.log);
    assert!(done.summary.contains("could not be checked"), "{}", done.summary);
    let done = Step::new(at.path()).with("role-arn", "nobody").run();
    assert_eq!(done.code, 2);
    assert!(done.log.contains("the check could not be run") && done.log.contains("is not an ARN"), "{}", done.log);
}

#[test]
fn every_input_becomes_its_flag() {
    let at = folder(&[]);
    let step = Step::new(at.path())
        .with("paths", "  a \r\n\nb c\n")
        .with("deployer", "D")
        .with("account", "A")
        .with("region", "R")
        .with("config", "C")
        .with("parameters", "Env=prod\nList=a,b c\nfile://values.json\n")
        .with("fail-on", "warning");
    let arguments = arguments(step);
    let shown = arguments.join("\n");
    let expected = "check\n--deployer\nD\n--account\nA\n--region\nR\n--config\nC\n--fail-on\nwarning\n--parameter\nEnv=prod\n--parameter\nList=a,b c\n--parameters\nvalues.json\n--format\ngithub\n";
    assert!(shown.starts_with(expected), "{shown}");
    assert!(shown.ends_with("\n--\na\nb c"), "{shown}");
}

#[test]
fn no_input_is_ever_run() {
    let at = folder(&[]);
    let hostile = "$(touch pwned) `touch pwned` ; touch pwned # \" ' && touch pwned";
    let mut step = Step::new(at.path());
    let inputs =
        ["paths", "role-arn", "deployer", "account", "region", "parameters", "config", "previous", "fail-on", "sarif"];
    for input in inputs {
        step = step.with(input, hostile);
    }
    let done = step.github("event.pull_request.base.sha", hostile).run();
    assert_ne!(done.code, 0);
    for input in ["paths", "parameters", "fail-on"] {
        let done = Step::new(at.path()).with(input, hostile).run();
        assert_eq!(done.code, 2, "{input}: {}", done.log);
    }
    let done = Step::new(at.path()).with("version", hostile).run();
    assert_eq!(done.code, 1, "{}", done.log);
    assert!(!at.path().join("pwned").exists());
}

#[test]
fn updates_are_checked_against_the_base_where_the_program_can() {
    let (at, base, head) = pull_request();
    let step = |at: &std::path::Path| Step::new(at).with("paths", "infra").github("event.pull_request.base.sha", &base);
    let previous = |arguments: &[String]| {
        let at = arguments.iter().position(|argument| argument == "--previous-git");
        at.and_then(|at| arguments.get(at + 1)).cloned()
    };
    assert_eq!(previous(&arguments(step(at.path()))), Some(base.clone()));
    assert_eq!(previous(&arguments(step(at.path()).with("previous", "none"))), None);
    assert_eq!(previous(&arguments(step(at.path()).with("previous", &head))), Some(head));
    // A checkout of one commit, as actions/checkout makes it.
    let shallow = tempfile::tempdir().unwrap();
    let clone = format!("git clone -q --depth=1 'file://{}' clone", at.path().display());
    shell(shallow.path(), &clone);
    assert_eq!(previous(&arguments(step(&shallow.path().join("clone")))), Some(base.clone()));
    // A base that nobody has is no reason to check nothing.
    let gone = step(at.path()).github("event.pull_request.base.sha", "0123456789012345678901234567890123456789");
    assert_eq!(previous(&arguments(gone)), None);
}

#[test]
fn only_an_archive_with_the_right_checksum_is_used() {
    let at = folder(&[("kms.yaml", DELEGATES)]);
    let step = Step::new(at.path());
    let sums = step.releases().join("SHA256SUMS");
    let right = fs::read_to_string(&sums).unwrap();
    for (wrong, message) in [
        (right.replacen(|c: char| c.is_ascii_hexdigit(), "", 1), "has another checksum"),
        (right.replace("x86_64", "other"), "does not list"),
    ] {
        fs::write(&sums, wrong).unwrap();
        let done = step.run();
        assert_eq!(done.code, 1);
        assert!(done.log.contains(message) && !done.log.contains("building"), "{}", done.log);
    }
    fs::remove_file(&sums).unwrap();
    assert!(step.run().log.contains("has no SHA256SUMS"));
}

#[test]
fn without_an_archive_the_checkout_is_built() {
    let at = folder(&[("kms.yaml", DELEGATES)]);
    let cargo = tempfile::tempdir().unwrap();
    let script = format!(
        "for last; do :; done\nmkdir -p \"$last/release\"\nprintf '%s\\n' \"$@\" > \"{}/calls\"\nln -s {} \"$last/release/cfn-lockout\"",
        cargo.path().display(),
        env!("CARGO_BIN_EXE_cfn-lockout")
    );
    program(&cargo.path().join("cargo"), &script);
    let mut local = Step::new(at.path()).github("action_repository", "");
    local.path.push(cargo.path().to_owned());
    let done = local.run();
    assert!(done.code == 0 && done.log.contains("building cfn-lockout"), "{}", done.log);
    let calls = fs::read_to_string(cargo.path().join("calls")).unwrap();
    assert!(calls.starts_with("build\n--release\n--locked\n--manifest-path\n"), "{calls}");
    assert_eq!(output(&done, "keys"), "1");

    let mut source = Step::new(at.path()).with("version", "source");
    source.path.push(cargo.path().to_owned());
    assert!(source.run().log.contains("building cfn-lockout"));
    // A version that was asked for is never another one.
    let other = Step::new(at.path()).with("version", "v9.9.9").run();
    assert!(other.code == 1 && other.log.contains("there is no release v9.9.9"), "{}", other.log);
    let own = Step::new(at.path()).with("version", concat!("v", env!("CARGO_PKG_VERSION"))).run();
    assert!(own.code == 0 && own.log.contains("checksum verified"), "{}", own.log);
}

/// The release workflow packs with `action/pack.sh`: its archive goes through the action.
#[test]
fn what_is_packed_is_what_the_action_takes() {
    let read = |path: &str| fs::read_to_string(crate::support::root().join(path)).unwrap();
    let names = ["action/pack.sh", "action/flags.sh", "Cargo.toml", "LICENSE", "README.md"];
    let files: Vec<(&str, String)> = names.iter().map(|name| (*name, read(name))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let at = folder(&files);
    let bin = at.path().join("bin");
    fs::create_dir(&bin).unwrap();
    program(&bin.join("rustup"), "exit 0");
    let built = "target/$TARGET/release";
    let script = format!(
        "mkdir -p {built}\nprintf '#!/bin/sh\\nexec {} \"$@\"\\n' > {built}/cfn-lockout\nchmod +x {built}/cfn-lockout",
        env!("CARGO_BIN_EXE_cfn-lockout")
    );
    program(&bin.join("cargo"), &script);
    let pack =
        |tag: &str| format!("PATH=$PWD/bin:$PATH TARGET=x86_64-unknown-linux-musl TAG={tag} bash action/pack.sh");
    shell(at.path(), &format!("! {}", pack("v9.9.9")));
    shell(at.path(), &pack(concat!("v", env!("CARGO_PKG_VERSION"))));
    let templates = folder(&[("kms.yaml", DELEGATES)]);
    let step = Step::new(templates.path());
    fs::remove_dir_all(step.releases()).unwrap();
    fs::rename(at.path().join("dist"), step.releases()).unwrap();
    shell(&step.releases(), "{ sha256sum *.tar.gz || shasum -a 256 *.tar.gz; } > SHA256SUMS");
    let done = step.run();
    assert!(done.code == 0 && done.log.contains("checksum verified"), "{}", done.log);
}
