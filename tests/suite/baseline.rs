//! `--baseline` and `--write-baseline`: known findings are counted, new ones are reported.

use std::path::Path;

use crate::support::{ROLE, folder, report_in, run_in};

fn lockout(ids: &[&str]) -> String {
    let of = |id: &&str| {
        format!(
            r#"  {id}:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Statement:
          - Effect: Allow
            Principal: {{ AWS: "arn:aws:iam::111122223333:role/Admin" }}
            Action: kms:*
            Resource: "*"
"#
        )
    };
    format!("Resources:\n{}", ids.iter().map(of).collect::<String>())
}

fn run(folder: &Path, args: &[&str]) -> crate::support::Run {
    run_in(folder, &[args, &ROLE].concat())
}

const WRITTEN: &str = r#"{
  "schema": "cfn-lockout-baseline/1",
  "findings": [
    {"file": "../infra/a.yaml", "stack": "", "logical_id": "A", "code": "locks-out-deployer", "deployment": "default"},
    {"file": "../infra/a.yaml", "stack": "", "logical_id": "B", "code": "locks-out-deployer", "deployment": "default"},
    {"file": "../infra/b.yaml", "stack": "", "logical_id": "C", "code": "locks-out-deployer", "deployment": "default"}
  ]
}
"#;

#[test]
fn a_baseline_hides_what_was_known_when_it_was_written() {
    let files = folder(&[("infra/b.yaml", &lockout(&["C"])), ("infra/a.yaml", &lockout(&["B", "A"])), ("ci/x", "")]);
    let wrote = run(files.path(), &["infra", "--write-baseline", "ci/known.json"]);
    assert_eq!((wrote.code, wrote.stderr.as_str()), (0, "note: wrote 3 findings to `ci/known.json`\n"));
    assert_eq!(wrote.stdout.matches("error[locks-out-deployer]").count(), 3, "they are reported once more");
    assert_eq!(std::fs::read_to_string(files.path().join("ci/known.json")).unwrap(), WRITTEN);

    let known = run(files.path(), &["infra", "--baseline", "ci/known.json"]);
    assert_eq!((known.code, known.stderr.as_str()), (0, ""));
    assert!(known.stdout.ends_with("2 templates, 3 keys: 3 lockout, 3 findings suppressed\n"), "{}", known.stdout);
    assert!(!known.stdout.contains("error["), "{}", known.stdout);
    // From any folder, and under any path.
    let below = run(&files.path().join("infra"), &["a.yaml", "--baseline", "../ci/known.json"]);
    assert_eq!((below.code, below.stderr.as_str()), (0, ""), "b.yaml was not checked, so nothing is gone");
    let absolute = files.path().join("infra/b.yaml");
    assert_eq!(
        run(
            Path::new("/"),
            &[absolute.to_str().unwrap(), "--baseline", files.path().join("ci/known.json").to_str().unwrap()]
        )
        .code,
        0
    );

    std::fs::write(files.path().join("infra/b.yaml"), lockout(&["C", "New"])).unwrap();
    let new = run(files.path(), &["infra", "--baseline", "ci/known.json"]);
    assert_eq!(new.code, 1);
    assert_eq!(new.stdout.matches("error[").count(), 1, "{}", new.stdout);
    assert!(new.stdout.contains("KMS would refuse key `New`"), "{}", new.stdout);
}

#[test]
fn findings_of_a_baseline_that_are_gone_are_said_in_one_line() {
    let files =
        folder(&[("infra/a.yaml", &lockout(&["A"])), ("infra/b.yaml", &lockout(&["C"])), ("ci/known.json", WRITTEN)]);
    let args = ["infra", "--baseline", "ci/known.json"];
    let gone = run(files.path(), &args);
    assert_eq!(gone.code, 0, "it never fails the run");
    let line = "note: 1 finding of baseline `ci/known.json` did not occur; --write-baseline writes it anew\n";
    assert_eq!(gone.stderr, line);
    assert_eq!(run(files.path(), &[&args[..], &["--quiet"]].concat()).stderr, "");
    // Another deployer, for whom nothing is wrong; the deployment has the same name.
    let admin = run_in(files.path(), &[&args[..], &["--role-arn", "arn:aws:iam::111122223333:role/Admin"]].concat());
    assert!(admin.stderr.starts_with("note: 3 findings of baseline"), "{}", admin.stderr);
    let conditional = lockout(&["B"]).replace("    Properties", "    Condition: Never\n    Properties");
    std::fs::write(
        files.path().join("infra/a.yaml"),
        format!(
            "Conditions: {{ Never: !Equals [a, b] }}\n{conditional}{}",
            lockout(&["A"]).replace("Resources:\n", "")
        ),
    )
    .unwrap();
    assert_eq!(run(files.path(), &args).stderr, "", "a key that is not created has not been corrected");
}

#[test]
fn a_finding_about_several_keys_is_known_key_by_key() {
    let delegates = crate::support::DELEGATES;
    let (_, body) = delegates.split_once("  K:\n").unwrap();
    let files = folder(&[("kms.yaml", delegates)]);
    assert_eq!(run(files.path(), &["kms.yaml", "--write-baseline", "known.json", "--fail-on", "note"]).code, 0);
    std::fs::write(files.path().join("kms.yaml"), format!("{}  First:\n{body}  K:\n{body}", "Resources:\n")).unwrap();
    let report = report_in(files.path(), &["check", "kms.yaml", "--baseline", "known.json", ROLE[0], ROLE[1]]);
    assert_eq!(report.codes(), ["relies-on-deployer-iam"]);
    assert_eq!(
        (&report.0["findings"][0]["logical_id"], &report.0["findings"][0]["related"]),
        (&"First".into(), &serde_json::json!([]))
    );
    assert_eq!(report.0["summary"]["suppressed"], 1);
}

#[test]
fn what_the_template_suppresses_is_not_written_and_unused_suppressions_stay() {
    let ignore = "# cfn-lockout: ignore[locks-out-deployer, undecided] Admin creates it";
    let files = folder(&[("kms.yaml", &lockout(&["A"]).replace("  A:", &format!("  A: {ignore}")))]);
    assert_eq!(run(files.path(), &["kms.yaml", "--write-baseline", "known.json"]).code, 0);
    let written = std::fs::read_to_string(files.path().join("known.json")).unwrap();
    assert_eq!(written, "{\n  \"schema\": \"cfn-lockout-baseline/1\",\n  \"findings\": []\n}\n");
    let report = report_in(files.path(), &["check", "kms.yaml", "--baseline", "known.json", ROLE[0], ROLE[1]]);
    assert_eq!(report.codes(), ["unused-suppression"]);
}

#[test]
fn a_baseline_that_cannot_be_used_ends_the_run() {
    let files = folder(&[
        ("kms.yaml", &lockout(&["A"])),
        ("broken.json", "{\"schema\": \"cfn-lockout-baseline/1\",\n \"findings\": [}"),
        ("other.json", "{\n  \"schema\": \"cfn-lockout-baseline/2\", \"findings\": []}"),
        ("typo.json", &WRITTEN.replacen("locks-out-deployer", "locks-out-deploier", 1)),
        ("empty.json", ""),
    ]);
    for (file, message) in [
        ("none.json", "--baseline `none.json`: cannot be opened"),
        ("broken.json", "--baseline `broken.json`:2:15: expected value"),
        ("other.json", "--baseline `other.json`:2:13: the schema is `cfn-lockout-baseline/2`; this version reads"),
        (
            "typo.json",
            "--baseline `typo.json`:4:73: there is no finding `locks-out-deploier`; did you mean `locks-out-deployer`?",
        ),
        ("empty.json", "--baseline `empty.json`:1:1: the file is empty"),
    ] {
        let run = run(files.path(), &["kms.yaml", "--baseline", file]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{file}");
        assert!(run.stderr.contains(message), "{file}: {}", run.stderr);
    }
    let run = run(files.path(), &["kms.yaml", "--write-baseline", "no/such/known.json"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("cannot write `no/such/known.json`"), "{}", run.stderr);
}

#[test]
fn a_baseline_is_written_although_a_file_failed_and_the_run_says_so() {
    let files = folder(&[("a.yaml", &lockout(&["A"])), ("b.yaml", "Resources: [")]);
    let run = run(files.path(), &["a.yaml", "b.yaml", "--write-baseline", "known.json"]);
    assert_eq!(run.code, 2);
    assert!(std::fs::read_to_string(files.path().join("known.json")).unwrap().contains("\"A\""));
}

#[test]
fn bare_policies_stdin_and_resolve_know_baselines_too() {
    let policy = r#"{"Statement": [{"Effect": "Allow", "Action": "kms:*", "Resource": "*",
        "Principal": {"AWS": "arn:aws:iam::111122223333:role/Admin"}}]}"#;
    let files = folder(&[("p.json", policy), ("kms.yaml", &lockout(&["A"])), ("ci/x", "")]);
    let file = |known: &str| {
        let text = std::fs::read_to_string(files.path().join(known)).unwrap();
        let file = text.split("\"file\": ").nth(1).and_then(|rest| rest.split(',').next());
        file.unwrap_or_default().to_owned()
    };
    for (args, name) in [(&["policy", "p.json"], "\"../p.json\""), (&["resolve", "kms.yaml"], "\"../kms.yaml\"")] {
        assert_eq!(run(files.path(), &[args, &["--write-baseline", "ci/known.json"][..]].concat()).code, 0);
        assert_eq!(file("ci/known.json"), name);
        assert_eq!(run(files.path(), args).code, 1);
        assert_eq!(run(files.path(), &[args, &["--baseline", "ci/known.json"][..]].concat()).code, 0);
    }
    let stdin = |args: &[&str]| {
        let args = [&["check", "-", ROLE[0], ROLE[1]], args].concat();
        crate::support::run_with_stdin(files.path(), &args, lockout(&["A"]).as_bytes()).code
    };
    assert_eq!((stdin(&["--write-baseline", "ci/stdin.json"]), file("ci/stdin.json")), (0, "\"<stdin>\"".to_owned()));
    assert_eq!(stdin(&["--baseline", "ci/stdin.json"]), 0);
    // Under the name of a file it is known as that file.
    assert_eq!(stdin(&["--stdin-filename", "kms.yaml", "--baseline", "ci/known.json"]), 0);
}
