//! What the README says that other tools say of the same template.

use std::fs;

use crate::peers::python;
use crate::support::root;

#[test]
fn cfn_lint_says_nothing_of_the_lockout() {
    let Some(python) = python("cfn-lint") else { return };
    let pins = fs::read_to_string(root().join("tests/peers/cfn-lint.txt")).unwrap();
    let version = pins.lines().find_map(|line| line.strip_prefix("cfn-lint==")).unwrap();
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    assert!(readme.contains(&format!("| cfn-lint {version} | nothing, exit 0")), "the README has another version");
    let template = "examples/no-account-statement/template.yaml";
    let run = python.program("cfn-lint", &[template]);
    assert_eq!((run.stdout.as_str(), run.code), ("", 0));
    let run = python.program("cfn-lint", &["-c", "I", "--", template]);
    assert!(run.stdout.contains("'DeletionPolicy' is a required property"), "{}", run.stdout);
    assert!(!run.stdout.contains("olicy will not allow") && !run.stdout.contains("KeyPolicy"), "{}", run.stdout);
}
