//! `docs/hook.md` and `examples/hook`: what they show is so, and cfn-lint takes the template that registers the hook.

use std::fs;

use serde_json::Value;

use crate::peers::python;
use crate::support::{root, run_in, run_with_stdin};

/// `$ cfn-lockout hook … < FILE` and what follows it; `UPDATE=1 cargo test` records it anew.
#[test]
fn the_commands_of_the_document_print_what_it_shows() {
    let path = root().join("docs/hook.md");
    let document = fs::read_to_string(&path).unwrap();
    let mut seen = 0;
    for block in document.split("```console\n$ cfn-lockout ").skip(1) {
        let (command, expected) = block.split("```").next().unwrap().split_once('\n').unwrap();
        let (args, file) = command.split_once(" < ").unwrap();
        let args: Vec<&str> = args.split(' ').collect();
        let run = run_with_stdin(&root(), &args, &fs::read(root().join(file)).unwrap());
        if std::env::var_os("UPDATE").is_some() {
            let updated = fs::read_to_string(&path).unwrap().replace(expected.trim_end(), run.stdout.trim_end());
            fs::write(&path, updated).unwrap();
        } else {
            assert_eq!(run.stdout.trim_end(), expected.trim_end(), "{command}: UPDATE=1 records it anew");
        }
        let answer: Value = run.json();
        assert_eq!(run.code, i32::from(answer["hookStatus"] == "FAILED"), "{answer}");
        seen += 1;
    }
    assert!(seen >= 2, "docs/hook.md shows an answer of each kind");
}

#[test]
fn the_template_that_registers_the_hook_passes() {
    let template = "examples/hook/template.yaml";
    assert_eq!(run_in(&root(), &["check", template]).code, 0);
    let Some(python) = python("cfn-lint") else { return };
    let linted = python.program("cfn-lint", &[template]);
    assert_eq!((linted.code, linted.stdout.as_str()), (0, ""), "{}", linted.stderr);
}
