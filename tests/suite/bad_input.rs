//! Bad input costs one clear error with its file and place, exit code 2, and nothing of the other files.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{DELEGATES, ROLE, Report, Run, folder, run_in, run_with_stdin, text};

/// Checks `bad` beside a good template: the good one is judged, the bad one is the only failure.
fn beside_a_good_one(bad: &str, content: &[u8]) -> Value {
    let files = folder(&[("good.yaml", DELEGATES)]);
    fs::write(files.path().join(bad), content).unwrap();
    let by_name = check(files.path(), &["good.yaml", bad]);
    assert_eq!(by_name.code, 2, "{}", by_name.stdout);
    let report = Report(by_name.json());
    assert_eq!(report.verdict("K"), "safe-if-iam", "the other file is still judged");
    let failures = report.0["failures"].as_array().unwrap().clone();
    assert_eq!(failures.len(), 1, "{failures:?}");
    assert_eq!(failures[0]["file"], bad);
    let shown = run_in(files.path(), &["check", bad]);
    assert_eq!((shown.code, shown.stderr.as_str()), (2, ""));
    let (line, message) = (&failures[0]["line"], text(&failures[0]["message"]));
    assert!(shown.stdout.contains(&message), "the text says the same: {}", shown.stdout);
    assert!(line == 0 || shown.stdout.contains(&format!("{bad}:{line}:")), "{}", shown.stdout);
    failures[0].clone()
}

fn check(folder: &Path, args: &[&str]) -> Run {
    let mut all = vec!["check", ROLE[0], ROLE[1], "--format", "json"];
    all.extend(args);
    run_in(folder, &all)
}

fn says(failure: &Value, message: &str, line: u64) {
    let found = text(&failure["message"]);
    assert!(found.contains(message), "{found}");
    assert_eq!(failure["line"], line, "{found}");
}

#[test]
fn a_file_that_is_not_there() {
    let files = folder(&[("good.yaml", DELEGATES)]);
    let run = check(files.path(), &["good.yaml", "missing.yaml"]);
    assert_eq!(run.code, 2);
    let report = Report(run.json());
    assert_eq!(report.verdict("K"), "safe-if-iam");
    assert_eq!(report.0["failures"][0]["file"], "missing.yaml");
    assert_eq!(report.0["failures"][0]["message"], "there is no such file or folder");
}

#[test]
fn binary_files() {
    says(&beside_a_good_one("key.bin", b"AWS::KMS::Key\0\0"), "binary", 1);
    says(&beside_a_good_one("latin1.yaml", b"Resources:\n  K\xe9y: 1\n"), "not UTF-8", 2);
    says(&beside_a_good_one("utf16.yaml", b"\xff\xfeR\0e\0"), "UTF-16", 1);
    says(&beside_a_good_one("empty.yaml", b""), "empty", 1);
}

#[test]
fn broken_yaml_and_json() {
    says(&beside_a_good_one("broken.yaml", b"Resources:\n  K: [AWS::KMS::Key\n"), "unclosed bracket", 2);
    says(&beside_a_good_one("tabs.yaml", b"Resources:\n\tK: AWS::KMS::Key\n"), "", 2);
    says(&beside_a_good_one("broken.json", b"{\n  \"Resources\": {,}\n}"), "key must be a string", 2);
    says(&beside_a_good_one("two.yaml", b"Resources: {}\n---\nResources: {}\n"), "more than one YAML document", 3);
}

#[test]
fn what_is_no_template() {
    says(&beside_a_good_one("list.yaml", b"- Type: AWS::KMS::Key\n"), "no CloudFormation template", 1);
    says(&beside_a_good_one("text.yaml", b"AWS::KMS::Key\n"), "no CloudFormation template", 1);
    says(&beside_a_good_one("types.yaml", b"Resources: 12\n"), "no CloudFormation template", 1);
    says(&beside_a_good_one("wrong.yaml", b"Resources: { K: [], L: { Type: [AWS::KMS::Key] } }\n"), "no Cloud", 1);
}

#[test]
fn hostile_nesting() {
    let deep = 10_000;
    for (name, content) in [
        ("flow.yaml", "[".repeat(deep)),
        ("closed.json", format!("{}{}", "[".repeat(deep), "]".repeat(deep))),
        ("objects.json", format!("{}1{}", "{\"a\":".repeat(deep), "}".repeat(deep))),
        ("block.yaml", (0..deep / 2).map(|n| format!("{}a:\n", " ".repeat(n))).collect()),
        ("dashes.yaml", format!("{}1", "- ".repeat(deep))),
        ("tags.yaml", format!("Resources: {}", "!Sub [".repeat(deep))),
    ] {
        let failure = beside_a_good_one(name, content.as_bytes());
        assert_eq!(failure["message"], "the file nests deeper than 128 levels", "{name}");
    }
}

#[test]
fn an_alias_bomb() {
    let mut bomb = String::from("a0: &a0 [AWS::KMS::Key, b, c, d, e, f, g, h, i]\n");
    for n in 1..12 {
        let aliases = vec![format!("*a{}", n - 1); 9].join(", ");
        bomb.push_str(&format!("a{n}: &a{n} [{aliases}]\n"));
    }
    says(&beside_a_good_one("bomb.yaml", bomb.as_bytes()), "the aliases stand for more than 100000 values", 6);
    let mut merged = String::from("a0: &a0 {k0: AWS::KMS::Key}\n");
    for n in 1..40 {
        merged.push_str(&format!("a{n}: &a{n}\n  <<: [*a{}, *a{}]\n  k{n}: 1\n", n - 1, n - 1));
    }
    let failure = beside_a_good_one("merged.yaml", merged.as_bytes());
    assert!(text(&failure["message"]).contains("more than 100000 values"), "{failure}");
}

#[test]
fn an_alias_inside_its_own_anchor() {
    let failure = beside_a_good_one("own.yaml", b"Resources: &r\n  K: { Type: AWS::KMS::Key, Metadata: *r }\n");
    assert!(failure["line"] == 2, "{failure}");
}

#[test]
fn a_file_of_100_megabytes() {
    let mut content = vec![b'#'; 100 << 20];
    content.extend(b"\nResources: { K: { Type: AWS::KMS::Key } }\n");
    let failure = beside_a_good_one("large.yaml", &content);
    says(&failure, "the file has 104857643 bytes; at most 16777216 are read", 0);
    let files = folder(&[("good.yaml", DELEGATES)]);
    fs::write(files.path().join("walked.yaml"), &content).unwrap();
    assert_eq!(check(files.path(), &["."]).code, 2, "a walked file that mentions a key matters");
    fs::write(files.path().join("walked.yaml"), vec![b'#'; 20 << 20]).unwrap();
    assert_eq!(check(files.path(), &["."]).code, 0, "a walked file that does not is nobody's business");
}

#[test]
fn a_walked_file_matters_only_if_it_mentions_a_key() {
    let files = folder(&[
        ("good.yaml", DELEGATES),
        ("notes.yaml", "a: [\n"),
        ("list.yaml", "- Type: AWS::KMS::Key\n"),
        ("code.py", "AWS::KMS::Key = [\n"),
    ]);
    assert_eq!(check(files.path(), &["."]).code, 0);
    fs::write(files.path().join("broken.yaml"), "Type: AWS::KMS::Key\na: [\n").unwrap();
    let run = check(files.path(), &["."]);
    assert_eq!(run.code, 2);
    assert_eq!(run.json()["failures"].as_array().unwrap().len(), 1);
    assert_eq!(Report(run.json()).verdict("K"), "safe-if-iam");
}

#[test]
fn stdin_has_limits_too() {
    let here = folder(&[]);
    let run = run_with_stdin(here.path(), &["check", "-"], &vec![b'#'; 17 << 20]);
    assert_eq!(run.code, 2);
    assert!(run.stdout.contains("bytes; at most 16777216 are read"), "{}", run.stdout);
    assert_eq!(run_with_stdin(here.path(), &["check", "-"], b"").code, 2);
}

/// A key whose administrator, and whose Condition, hang on the given sections.
fn hanging(conditions: &str, resources: &str) -> String {
    format!(
        "Conditions:\n  Same: !Equals [a, a]\n{conditions}\nResources:\n{resources}  K: {{ Type: AWS::KMS::Key, Condition: C0, Properties: {{ KeyPolicy: {{ Statement: [{{ Effect: Allow, Principal: {{ AWS: !GetAtt R0.Arn }}, Action: 'kms:*', Resource: '*' }}] }} }} }}\n"
    )
}

#[test]
fn names_that_lead_to_names_without_end() {
    let one_role = "  R0: { Type: AWS::IAM::Role }\n".to_owned();
    let chain = |count: usize, line: &dyn Fn(usize) -> String| -> String { (0..count).map(line).collect() };
    let not = |n: usize| format!("  C{n}: !Not [!Condition C{}]\n", n + 1);
    let and = |n: usize| format!("  C{n}: !And [!Condition C{0}, !Condition C{0}]\n", n + 1);
    let name = |n: usize| format!("  R{n}: {{ Type: AWS::IAM::Role, Properties: {{ RoleName: !Ref R{} }} }}\n", n + 1);
    let twice = |n: usize| {
        format!("  R{n}: {{ Type: AWS::IAM::Role, Properties: {{ RoleName: !Sub '${{R{0}}}${{R{0}}}' }} }}\n", n + 1)
    };
    let last = |count: usize| format!("  C{count}: !Equals [a, a]\n");
    let role = |count: usize| {
        format!("  R{count}: {{ Type: AWS::IAM::Role, Properties: {{ RoleName: {} }} }}\n", "x".repeat(60))
    };
    let c0 = "  C0: !Equals [a, a]\n";
    for (what, template) in [
        ("a long chain of conditions", hanging(&(chain(20_000, &not) + &last(20_000)), &one_role)),
        ("conditions that double", hanging(&(chain(60, &and) + &last(60)), &one_role)),
        ("a long chain of names", hanging(c0, &(chain(20_000, &name) + &role(20_000)))),
        ("names that double", hanging(c0, &(chain(60, &twice) + &role(60)))),
        ("names that double into a long text", hanging(c0, &(chain(20, &twice) + &role(20)))),
    ] {
        let files = folder(&[("hostile.yaml", &template), ("good.yaml", DELEGATES)]);
        let run = check(files.path(), &["."]);
        assert!(matches!(run.code, 0 | 1), "{what}: {}", run.stderr);
        let verdicts: Vec<String> = Report(run.json()).keys().iter().map(|key| text(&key["verdict"])).collect();
        assert_eq!(verdicts.len(), 2, "{what}");
        assert_eq!(verdicts[0], "safe-if-iam", "{what}: the other file is still judged");
        assert!(["undecided", "lockout"].contains(&verdicts[1].as_str()), "{what}: {verdicts:?}");
    }
}

#[test]
fn a_circle_of_many_resources_is_one_finding() {
    let resources: String = (0..20_000)
        .map(|n| format!("  R{n}: {{ Type: AWS::SNS::Topic, DependsOn: R{} }}\n", (n + 1) % 20_000))
        .collect();
    let files = folder(&[("circle.yaml", &format!("Resources:\n{resources}  K: {{ Type: AWS::KMS::Key }}\n"))]);
    let report = Report(check(files.path(), &["circle.yaml"]).json());
    assert_eq!(report.codes(), ["template-refused"]);
    assert_eq!(report.verdict("K"), "default-policy", "the key is no part of it");
}

#[test]
fn many_unknowns_end_in_an_honest_answer() {
    let mut template = String::from("Parameters:\n");
    let mut statements = String::new();
    for n in 0..24 {
        template.push_str(&format!("  P{n}: {{ Type: String }}\n  Q{n}: {{ Type: String }}\n"));
        statements.push_str(&format!(
            "          - {{ Effect: Deny, Principal: '*', Action: kms:*, Resource: '*', Condition: {{ StringEquals: {{ 'aws:PrincipalTag/T{n}': !Ref P{n} }}, StringLike: {{ 'aws:PrincipalTag/U{n}': !Sub '${{Q{n}}}*' }} }} }}\n"
        ));
    }
    template.push_str("Resources:\n  K:\n    Type: AWS::KMS::Key\n    Properties:\n      KeyPolicy:\n        Version: '2012-10-17'\n        Statement:\n");
    template.push_str("          - { Effect: Allow, Principal: { AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:root' }, Action: kms:*, Resource: '*' }\n");
    template.push_str(&statements);
    let files = folder(&[("many.yaml", &template)]);
    let run = check(files.path(), &["many.yaml"]);
    let report = Report(run.json());
    assert_eq!(report.verdict("K"), "undecided");
    assert_eq!(report.codes(), ["undecided"]);
}

/// A file that a flag names and that is not what the flag takes ends the run: without it every answer would be another.
#[test]
fn files_of_flags_that_are_something_else() {
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let files = folder(&[
        ("good.yaml", DELEGATES),
        ("broken.json", "{\"Statement\": [}"),
        ("empty.json", ""),
        ("deep.json", &deep),
        (
            "key-policy.json",
            "{\"Statement\": {\"Effect\": \"Allow\", \"Principal\": \"*\", \"Action\": \"*\", \"Resource\": \"*\"}}",
        ),
        ("typo.json", "{\"Statement\": {\"Effect\": \"allow\", \"Action\": \"*\", \"Resource\": \"*\"}}"),
        ("page.json", "{\"RoleDetailList\": [], \"IsTruncated\": true}"),
    ]);
    fs::write(files.path().join("binary.json"), [0_u8, 159, 146, 150]).unwrap();
    for (flag, file, message) in [
        ("--identity-policy", "missing.json", "missing.json"),
        ("--identity-policy", ".", "`.`"),
        ("--identity-policy", "binary.json", "binary.json"),
        ("--identity-policy", "broken.json", "broken.json`:1:16"),
        ("--permissions-boundary", "empty.json", "empty.json"),
        ("--session-policy", "deep.json", "deep.json"),
        ("--scp", "key-policy.json", "has a `Principal`"),
        ("--identity-policy", "typo.json", "`Effect`"),
        ("--rcp", "good.yaml", "no `Statement`"),
        ("--identity-policy", "arn:aws:iam::aws:policy/Nothing", "is not in the table"),
        ("--iam-snapshot", "good.yaml", "get-account-authorization-details"),
        ("--iam-snapshot", "page.json", "IsTruncated"),
        ("--iam-snapshot", "broken.json", "broken.json`:1:16"),
    ] {
        let run = check(files.path(), &["good.yaml", flag, file]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{flag} {file}: {}", run.stderr);
        assert!(run.stderr.starts_with("error: ") && run.stderr.contains(flag), "{}", run.stderr);
        assert!(run.stderr.contains(message), "{flag} {file}: {}", run.stderr);
    }
}
