//! Every finding is told by its rule, at its place: in files, nested templates and pipes, and in cfn-lint's own reports.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::rules::{Rule, rules};
use super::{DEPLOYER, Lint, Match, matched};
use crate::peers::python;
use crate::reports::LOCKOUT;
use crate::support::{DELEGATES, ROLE, finished, folder, report_in, root, text};

/// Every template of the examples.
fn examples() -> Vec<String> {
    let mut out = Vec::new();
    for story in fs::read_dir(root().join("examples")).unwrap().map(|entry| entry.unwrap().path()) {
        let files = fs::read_dir(&story).into_iter().flatten().map(|entry| entry.unwrap().path());
        out.extend(files.filter(|path| path.extension().is_some_and(|extension| extension == "yaml")));
    }
    out.iter().map(|path| path.strip_prefix(root()).unwrap().to_string_lossy().into_owned()).collect()
}

/// Rule, file, place from and to, and the first line of the message.
type Seen = (String, String, [u64; 4], String);

#[test]
fn every_finding_of_the_examples_is_told_by_its_rule_at_its_place() {
    let Some(python) = python("cfn-lint") else { return };
    let (at, templates, rules) = (root(), examples(), rules());
    let mut expected: BTreeSet<Seen> = BTreeSet::new();
    for template in &templates {
        for finding in report_in(&at, &["check", template, ROLE[0], ROLE[1]]).0["findings"].as_array().unwrap() {
            let of = |rule: &&Rule| rule.code == text(&finding["code"]) && rule.severity == text(&finding["severity"]);
            let id = rules.iter().find(of).expect("a rule").id.clone();
            let place = ["line", "column", "end_line", "end_column"].map(|name| finding[name].as_u64().unwrap());
            expected.insert((id, text(&finding["file"]), place, text(&finding["message"])));
        }
    }
    let mut args = vec!["--include-checks", "I", "--"];
    args.extend(templates.iter().map(String::as_str));
    let mut seen: BTreeSet<Seen> = BTreeSet::new();
    for one in (Lint { python: &python, at: &at }).json(&args, &[DEPLOYER]) {
        let (id, file, ..) = matched(&one);
        if !id[1..].starts_with('K') {
            continue;
        }
        let place =
            [("Start", "LineNumber"), ("Start", "ColumnNumber"), ("End", "LineNumber"), ("End", "ColumnNumber")];
        let place = place.map(|(end, name)| one["Location"][end][name].as_u64().unwrap());
        let message = text(&one["Message"]).lines().next().unwrap().to_owned();
        let rule = rules.iter().find(|rule| rule.id == id).unwrap_or_else(|| panic!("{one}"));
        let level = if rule.severity == "note" { "informational" } else { &rule.severity };
        assert_eq!(text(&one["Level"]).to_lowercase(), level);
        assert!(text(&one["Rule"]["Source"]).ends_with(&format!("/rules/explain/{}.md", rule.code)), "{one}");
        assert!(text(&one["Rule"]["ShortDescription"]).starts_with(&format!("{}: ", rule.code)), "{one}");
        seen.insert((id, file, place, message));
    }
    assert!(expected.len() >= 25, "{} findings: an example was lost", expected.len());
    assert_eq!(seen, expected);
}

/// Every rule of cfn-lint's list is ours or its own, and a template that it calls clean is clean.
#[test]
fn a_key_that_is_safe_stays_clean() {
    let Some(python) = python("cfn-lint") else { return };
    let files = folder(&[("kms.yaml", DELEGATES), ("none.yaml", "Resources:\n  T: { Type: AWS::SNS::Topic }\n")]);
    let lint = Lint { python: &python, at: files.path() };
    let run = lint.run(&["--", "kms.yaml", "none.yaml"], &[DEPLOYER]);
    assert_eq!((run.stdout.as_str(), run.stderr.as_str(), run.code), ("", "", 0));
    let list = lint.run(&["--list-rules"], &[]).stdout;
    for rule in rules() {
        assert!(list.contains(&format!("\n{}: {}: ", rule.id, rule.code)), "--list-rules lacks {}", rule.id);
    }
}

#[test]
fn its_sarif_and_junit_have_the_findings() {
    let Some(python) = python("cfn-lint") else { return };
    let files = folder(&[("kms.yaml", LOCKOUT)]);
    let lint = Lint { python: &python, at: files.path() };
    let message = "KMS would refuse key `Vault`: `role/Deploy` could not change its policy again";
    let sarif = lint.run(&["--format", "sarif", "--", "kms.yaml"], &[DEPLOYER]).json();
    let run = &sarif["runs"][0];
    let result = &run["results"][0];
    assert_eq!((text(&result["ruleId"]).as_str(), text(&result["level"]).as_str()), ("EK1001", "error"));
    assert!(text(&result["message"]["text"]).starts_with(message), "{result}");
    let place = &result["locations"][0]["physicalLocation"];
    let region =
        ["startLine", "startColumn", "endLine", "endColumn"].map(|name| place["region"][name].as_u64().unwrap());
    assert_eq!((text(&place["artifactLocation"]["uri"]).as_str(), region), ("kms.yaml", [10, 31, 10, 72]));
    let rule = &run["tool"]["driver"]["rules"][0];
    assert!(text(&rule["helpUri"]).ends_with("/rules/explain/locks-out-deployer.md"), "{rule}");

    let junit = lint.run(&["--format", "junit", "--", "kms.yaml"], &[DEPLOYER]).stdout;
    let case = junit.split("<testcase ").find(|case| case.contains("name=\"EK1001 ")).expect("a case");
    assert!(case.contains("<failure ") && case.contains(&format!("{message}\n")), "{case}");
    assert!(case.contains("at kms.yaml:10:31"), "{case}");
    let passed = junit.split("<testcase ").find(|case| case.contains("name=\"EK1000 ")).expect("a case");
    assert!(!passed.contains("<failure ") && !passed.contains("<skipped"), "{passed}");
}

#[test]
fn a_nested_template_is_told_in_its_file_and_ignored_at_its_stack() {
    let Some(python) = python("cfn-lint") else { return };
    let read = |name: &str| fs::read_to_string(root().join("examples/nested-stack").join(name)).unwrap();
    let parent = read("parent.yaml");
    let (ignoring, stack) = (
        "    Metadata: { cfn-lint: { config: { ignore_checks: [EK1001] } } }\n",
        "    Type: AWS::CloudFormation::Stack\n",
    );
    assert!(parent.contains(stack));
    let ignored = parent.replace(stack, &format!("{stack}{ignoring}"));
    let files = folder(&[("parent.yaml", &parent), ("keys.yaml", &read("keys.yaml")), ("ignored.yaml", &ignored)]);
    let lint = Lint { python: &python, at: files.path() };
    let env = [DEPLOYER, ("CFN_LOCKOUT_PARAMETER", "Environment=production")];
    let places = |file: &str| -> Vec<(String, String, u64)> {
        lint.ours(&["--", file], &env).into_iter().map(|(id, file, (line, _), _)| (id, file, line)).collect()
    };
    let [inner, outer] =
        [("keys.yaml", 15), ("parent.yaml", 26)].map(|(file, line)| ("EK1001".to_owned(), file.to_owned(), line));
    assert_eq!(places("parent.yaml"), [inner, outer]);
    assert_eq!(places("ignored.yaml"), [("EK1001".to_owned(), "ignored.yaml".to_owned(), 27)]);
}

#[test]
fn a_template_in_a_pipe_is_checked() {
    let Some(python) = python("cfn-lint") else { return };
    let read = |path: &str| fs::read(root().join("examples").join(path)).unwrap();
    let piped = |at: &Path, template: &[u8], env: &[(&str, &str)]| -> Vec<Match> {
        let plugin = root().join("plugins/cfn-lint").to_string_lossy().into_owned();
        let lint = Lint { python: &python, at };
        let mut command = lint.command("cfn-lint", &["--append-rules", &plugin, "--format", "json"], env);
        let file = at.join("stdin");
        fs::write(&file, template).unwrap();
        let run = finished(command.stdin(fs::File::open(&file).unwrap()).output().unwrap());
        assert_eq!(run.stderr, "");
        run.json()
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| text(&one["Rule"]["Id"]).contains('K'))
            .map(matched)
            .collect()
    };
    let files = folder(&[("keys.yaml", &String::from_utf8(read("nested-stack/keys.yaml")).unwrap())]);
    let found = piped(files.path(), &read("no-account-statement/template.yaml"), &[DEPLOYER]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].0.as_str(), found[0].2.0), ("EK1001", 14));
    // A loop that cfn-lint has written out; a nested stack, whose file has no place in what has none.
    let found = piped(files.path(), &read("key-per-team/template.yaml"), &[DEPLOYER]);
    assert!(found.len() == 2 && found.iter().all(|one| one.0 == "EK1001"), "{found:?}");
    let env = [DEPLOYER, ("CFN_LOCKOUT_PARAMETER", "Environment=production")];
    let found = piped(files.path(), &read("nested-stack/parent.yaml"), &env);
    assert_eq!(found.iter().map(|one| one.2.0).collect::<Vec<_>>(), [12, 26], "{found:?}");
    assert!(found[0].3.ends_with("\nin keys.yaml:15:31"), "{}", found[0].3);
}
