//! No failure is silent, none is a traceback, and no finding is lost to a program that is newer than the rules.

use std::collections::BTreeSet;

use super::{DEPLOYER, Lint};
use crate::peers::python;
use crate::reports::LOCKOUT;
use crate::runner::program;
use crate::support::{folder, text};

#[test]
fn no_failure_is_silent_and_none_is_a_traceback() {
    let Some(python) = python("cfn-lint") else { return };
    let parent =
        "Resources:\n  Keys:\n    Type: AWS::CloudFormation::Stack\n    Properties: { TemplateURL: ./keys.yaml }\n";
    let broken = "Resources:\n  K: {Type: AWS::KMS::Key\n";
    let files =
        folder(&[("kms.yaml", LOCKOUT), ("parent.yaml", parent), ("keys.yaml", broken), ("none.yaml", "a: 1\n")]);
    let lint = Lint { python: &python, at: files.path() };
    let newer = files.path().join("newer");
    program(&newer, "echo '{\"schema\": \"cfn-lockout/2\"}'");
    for (binary, says) in [
        ("/nowhere/cfn-lockout", "not checked: `/nowhere/cfn-lockout` cannot be run: "),
        ("/bin/false", "not checked: `/bin/false` ended with 1 and without a report"),
        (newer.to_str().unwrap(), "writes reports of another schema than cfn-lockout/1"),
    ] {
        let found = lint.ours(&["--", "kms.yaml"], &[DEPLOYER, ("CFN_LOCKOUT_BINARY", binary)]);
        assert_eq!((found.len(), found[0].0.as_str(), found[0].2), (1, "EK1000", (1, 1)), "{found:?}");
        assert!(found[0].3.contains(says), "{}", found[0].3);
    }
    let nobody = [DEPLOYER, ("CFN_LOCKOUT_BINARY", ""), ("PATH", "/nowhere")];
    let found = lint.ours(&["--", "kms.yaml"], &nobody);
    assert!(found[0].3.contains("cfn-lockout is not installed: `pip install cfn-lockout`"), "{found:?}");
    let found = lint.ours(&["--", "parent.yaml"], &[DEPLOYER]);
    assert_eq!((found[0].1.as_str(), found[0].2), ("keys.yaml", (2, 6)), "{found:?}");
    assert!(found.len() == 1 && found[0].3.starts_with("not checked: unclosed bracket"), "{found:?}");
    // What cfn-lint itself cannot read is said once, by cfn-lint.
    let ids = |file: &str| -> Vec<String> {
        let all = lint.json(&["--", file], &[DEPLOYER]);
        all.iter().map(|one| text(&one["Rule"]["Id"])).collect()
    };
    assert_eq!(ids("keys.yaml"), ["E0000"]);
    assert!(ids("none.yaml").iter().all(|id| id == "E1001"), "{:?}", ids("none.yaml"));
}

/// A program that is newer than the rules.
#[test]
fn a_finding_without_a_rule_is_told_all_the_same() {
    let Some(python) = python("cfn-lint") else { return };
    let files = folder(&[("kms.yaml", LOCKOUT)]);
    let row = |code: &str, severity: &str| {
        format!(
            "{{\"code\": \"{code}\", \"severity\": \"{severity}\", \"message\": \"says\", \"help\": \"\", \"file\": \"kms.yaml\", \
             \"line\": 2, \"column\": 3, \"end_line\": 2, \"end_column\": 8, \"stack\": \"\", \"logical_id\": \"Vault\", \
             \"deployment\": \"default\", \"related\": [], \"fix\": null}}"
        )
    };
    let rows = [
        row("new", "error"),
        row("new", "warning"),
        row("new", "note"),
        row("undecided", "error"),
        row("new", "fatal"),
    ];
    let report = format!("{{\"schema\": \"cfn-lockout/1\", \"failures\": [], \"findings\": [{}]}}", rows.join(", "));
    let newer = files.path().join("newer");
    program(&newer, &format!("cat << 'END'\n{report}\nEND"));
    let lint = Lint { python: &python, at: files.path() };
    let env = [("CFN_LOCKOUT_BINARY", newer.to_str().unwrap())];
    let found: BTreeSet<(String, String)> = lint
        .ours(&["-c", "I", "--", "kms.yaml"], &env)
        .into_iter()
        .map(|(id, _, place, message)| {
            assert_eq!(place, (2, 3));
            (id, message.lines().next().unwrap().to_owned())
        })
        .collect();
    let expected =
        [("EK1000", "new: says"), ("EK1000", "undecided: says"), ("IK1000", "new: says"), ("WK1000", "new: says")];
    assert_eq!(found, expected.map(|(id, message)| (id.to_owned(), message.to_owned())).into());
}
