//! The shipped rules in the engines themselves: cfn-guard 3.1.1, as it comes in a package of npm, and 3.2.1, the crate.

use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use cfn_guard::commands::Executable;
use cfn_guard::commands::validate::{OutputFormatType, ShowSummaryType};
use cfn_guard::utils::reader::{ReadBuffer, Reader};
use cfn_guard::utils::writer::{WriteBuffer, Writer};
use cfn_guard::{CommandBuilder, TestBuilder, ValidateBuilder};
use serde_json::{Value, json};

use crate::peers::node_modules;
use crate::support::{ROLE, root, run_in, shared, text};

pub(crate) const SETS: [&str; 2] = ["rules/guard/facts", "rules/guard/raw"];

/// cfn-guard 3.1.1, where there is one for this machine.
fn old() -> Option<PathBuf> {
    let system = match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", arch) => format!("ubuntu/{arch}"),
        ("macos", arch) => format!("macos/{arch}"),
        (os, arch) => {
            eprintln!("NOT RUN: there is no cfn-guard 3.1.1 for {os} on {arch}");
            return None;
        }
    };
    let program = node_modules("cfn-guard")?.join("@cdklabs/cdk-validator-cfnguard/bin").join(system).join("cfn-guard");
    let version = Command::new(&program).arg("--version").output().expect("the peer runs");
    assert_eq!(String::from_utf8_lossy(&version.stdout).trim(), "cfn-guard 3.1.1");
    Some(program)
}

/// The files of rules of a set.
pub(crate) fn files(set: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join(set)).unwrap().map(|entry| entry.unwrap().path());
    let mut out: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|own| own == "guard")).collect();
    out.sort();
    assert!(!out.is_empty());
    out
}

fn payload(rules: &str, documents: &[String]) -> String {
    json!({ "rules": [rules], "data": documents }).to_string()
}

/// What cfn-guard 3.2.1 makes of documents.
pub(crate) fn by_crate(rules: &str, documents: &[String]) -> Result<Value, String> {
    let mut reader = Reader::new(ReadBuffer::Cursor(Cursor::new(payload(rules, documents).into_bytes())));
    let mut writer = Writer::new_with_err(WriteBuffer::Vec(vec![]), WriteBuffer::Vec(vec![])).unwrap();
    let validate = ValidateBuilder::default()
        .payload(true)
        .structured(true)
        .output_format(OutputFormatType::JSON)
        .show_summary(vec![ShowSummaryType::None])
        .try_build()
        .unwrap();
    let code = validate.execute(&mut writer, &mut reader).map_err(|error| error.to_string())?;
    assert!([0, 19].contains(&code), "{}", writer.err_to_stripped().unwrap());
    Ok(serde_json::from_str(&writer.into_string().unwrap()).unwrap())
}

/// The same of 3.1.1.
fn by_program(program: &Path, rules: &str, documents: &[String]) -> Result<Value, String> {
    let args = ["validate", "--payload", "--structured", "--output-format", "json", "--show-summary", "none"];
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the peer runs");
    let (mut pipe, stdin) = (child.stdin.take().expect("a pipe"), payload(rules, documents));
    let writer = std::thread::spawn(move || drop(pipe.write_all(stdin.as_bytes())));
    let output = child.wait_with_output().expect("the peer ends");
    writer.join().expect("stdin was written");
    serde_json::from_slice(&output.stdout).map_err(|_| String::from_utf8_lossy(&output.stderr).into_owned())
}

/// For each document, the rules that fail, do not apply, and hold.
fn outcomes(report: &Value) -> Vec<[Vec<String>; 3]> {
    let names = |list: &Value| {
        let mut names: Vec<String> = list
            .as_array()
            .unwrap()
            .iter()
            .map(|one| match one.as_str() {
                Some(name) => name.to_owned(),
                None => text(&one["Rule"]["name"]),
            })
            .collect();
        names.sort();
        names
    };
    let of = |one: &Value| [names(&one["not_compliant"]), names(&one["not_applicable"]), names(&one["compliant"])];
    report.as_array().unwrap().iter().map(of).collect()
}

#[test]
fn both_engines_pass_the_tests_beside_the_rules() {
    for set in SETS {
        let folder = root().join(set).to_string_lossy().into_owned();
        let test = TestBuilder::default().directory(Some(folder.clone())).try_build().unwrap();
        let mut writer = Writer::new_with_err(WriteBuffer::Vec(vec![]), WriteBuffer::Vec(vec![])).unwrap();
        let code = test.execute(&mut writer, &mut Reader::default()).unwrap();
        let said = writer.into_string().unwrap();
        assert_eq!(code, 0, "3.2.1: {said}");
        assert!(said.contains("Test Case #") && !said.contains("did not have any tests"), "{said}");
        let Some(program) = old() else { continue };
        let output = Command::new(program).args(["test", "--dir", &folder]).output().expect("the peer runs");
        assert!(output.status.success(), "3.1.1: {}", String::from_utf8_lossy(&output.stdout));
    }
}

/// Every rule is tested to hold, to fail and not to apply.
#[test]
fn the_tests_beside_the_rules_have_every_outcome() {
    for set in SETS {
        for file in files(set) {
            let rules = fs::read_to_string(&file).unwrap();
            let tests = root()
                .join(set)
                .join("tests")
                .join(format!("{}_tests.yaml", file.file_stem().unwrap().to_string_lossy()));
            let tests = fs::read_to_string(tests).unwrap();
            let names = rules
                .lines()
                .filter_map(|line| line.strip_prefix("rule "))
                .map(|rest| rest.split([' ', '{']).next().unwrap());
            for name in names.filter(|name| !name.contains('(')) {
                for outcome in ["PASS", "FAIL"] {
                    assert!(tests.contains(&format!("{name}: {outcome}")), "{set}: {name} is never {outcome}");
                }
            }
        }
    }
}

/// The examples, and the real templates with keys where they are: as they are for the raw rules, resolved for those over facts.
fn documents(set: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for folder in [Some(root().join("examples")), shared("corpus/kms")].into_iter().flatten() {
        templates(&folder, &mut paths);
    }
    paths.sort();
    let resolved = |path: &PathBuf| {
        let run = run_in(&root(), &["resolve", &path.to_string_lossy(), ROLE[0], ROLE[1], "--no-config"]);
        run.stdout.starts_with('{').then_some(run.stdout)
    };
    let raw = |path: &PathBuf| fs::read_to_string(path).ok();
    if set.ends_with("raw") {
        paths.iter().filter_map(raw).collect()
    } else {
        paths.iter().filter_map(resolved).collect()
    }
}

pub(crate) fn templates(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            templates(&entry, out);
        } else if entry
            .extension()
            .is_some_and(|own| ["yaml", "yml", "json", "template"].iter().any(|known| own == *known))
        {
            out.push(entry);
        }
    }
}

#[test]
fn both_engines_say_the_same_of_every_template() {
    let Some(program) = old() else { return };
    let mut failed = 0;
    for set in SETS {
        let documents = documents(set);
        assert!(documents.len() > 20);
        for file in files(set) {
            let rules = fs::read_to_string(file).unwrap();
            // Aliases, keys that are no texts: there are templates that Guard does not read.
            let read: Vec<String> =
                documents.iter().filter(|one| by_crate("", std::slice::from_ref(*one)).is_ok()).cloned().collect();
            assert!(read.len() * 10 > documents.len() * 9);
            let (old, new) = (by_program(&program, &rules, &read).unwrap(), by_crate(&rules, &read).unwrap());
            for ((old, new), document) in outcomes(&old).into_iter().zip(outcomes(&new)).zip(&read) {
                assert_eq!(old, new, "3.1.1 and 3.2.1 over\n{document}");
                failed += new[0].len();
            }
        }
    }
    assert!(failed > 10);
}

/// The program says the same as the engine over what `resolve` prints.
#[test]
fn the_program_says_what_the_engine_says() {
    let mut paths = Vec::new();
    templates(&root().join("examples"), &mut paths);
    let mut seen = 0;
    for path in paths {
        let path = path.to_string_lossy().into_owned();
        let resolved = run_in(&root(), &["resolve", &path, ROLE[0], ROLE[1], "--no-config"]).stdout;
        if !resolved.starts_with('{') {
            continue;
        }
        for set in SETS {
            let mut expected: Vec<String> = files(set)
                .iter()
                .flat_map(|file| {
                    outcomes(&by_crate(&fs::read_to_string(file).unwrap(), std::slice::from_ref(&resolved)).unwrap())
                        .remove(0)[0]
                        .clone()
                })
                .collect();
            let args = ["check", &path, ROLE[0], ROLE[1], "--no-config", "--format", "json", "--rules", set];
            let report = run_in(&root(), &args).json();
            assert_eq!(report["failures"], json!([]), "{path}");
            let own = report["findings"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|one| one["code"] == "guard-rule" && one["stack"] == "");
            let mut found: Vec<String> =
                own.map(|one| text(&one["message"]).split(':').next().unwrap().to_owned()).collect();
            found.sort();
            found.dedup();
            expected.sort();
            assert_eq!(found, expected, "{set} over {path}");
            seen += found.len();
        }
    }
    assert!(seen > 20, "{seen}");
}
