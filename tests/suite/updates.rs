//! `--previous` and `--previous-git`: what the policy in force lets the deployer change, with a real git repository.

use std::path::Path;
use std::process::Command;

use crate::support::{ROLE, Report, folder, report_in, run_in, run_with_stdin};

/// A template with one key whose policy lets this role administer it; that of Deploy also the account.
fn template(role: &str) -> String {
    let account = r#"          - Effect: Allow
            Principal: { AWS: "arn:aws:iam::111122223333:root" }
            Action: kms:*
            Resource: "*"
"#;
    let account = if role == "Deploy" { account } else { "" };
    format!(
        r#"Resources:
  K:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {{ AWS: "arn:aws:iam::111122223333:role/{role}" }}
            Action: kms:*
            Resource: "*"
{account}"#
    )
}

fn git(folder: &Path, args: &[&str]) {
    let mut command = Command::new("git");
    command.current_dir(folder).args([
        "-c",
        "user.name=T",
        "-c",
        "user.email=t@example.com",
        "-c",
        "commit.gpgsign=false",
    ]);
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null").args(args);
    let output = command.output().expect("there is a git");
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn commit(folder: &Path) {
    git(folder, &["add", "-A"]);
    git(folder, &["commit", "-q", "--allow-empty", "-m", "x"]);
}

/// A repository whose first commit has these files, with others in the folder now.
fn repository(before: &[(&str, &str)], now: &[(&str, &str)]) -> tempfile::TempDir {
    let files = folder(before);
    git(files.path(), &["init", "-q"]);
    commit(files.path());
    for (name, text) in now {
        std::fs::write(files.path().join(name), text).unwrap();
    }
    files
}

fn checked(folder: &Path, args: &[&str]) -> Report {
    let mut all = vec!["check"];
    all.extend(args);
    all.extend(ROLE);
    report_in(folder, &all)
}

fn refused(report: &Report) -> usize {
    report.codes().iter().filter(|code| *code == "update-refused").count()
}

#[test]
fn the_policy_in_force_decides_about_the_update() {
    let files = folder(&[("new.yaml", &template("Deploy")), ("old.yaml", &template("Admin"))]);
    let report = checked(files.path(), &["new.yaml", "--previous", "old.yaml"]);
    assert_eq!(report.codes(), ["update-refused"]);
    let finding = &report.0["findings"][0];
    assert_eq!((finding["severity"].as_str(), finding["file"].as_str()), (Some("error"), Some("new.yaml")));
    assert_eq!((finding["line"].as_u64(), finding["logical_id"].as_str()), (Some(5), Some("K")));
    assert_eq!(finding["related"][0]["file"], "old.yaml");
    assert_eq!(report.verdict("K"), "safe", "the verdict is that of the new policy");
    assert_eq!(checked(files.path(), &["new.yaml"]).codes(), [""; 0], "without a previous template nothing is known");
    assert_eq!(run_in(files.path(), &["check", "new.yaml", "--previous", "old.yaml", ROLE[0], ROLE[1]]).code, 1);
}

#[test]
fn a_policy_that_is_not_put_is_said_to_be_none_of_this_updates() {
    let bypassed =
        template("Admin").replace("      KeyPolicy", "      BypassPolicyLockoutSafetyCheck: true\n      KeyPolicy");
    let files =
        folder(&[("old.yaml", &template("Admin")), ("new.yaml", &template("Admin")), ("bypass.yaml", &bypassed)]);
    let screen = |name: &str| run_in(files.path(), &["check", name, "--previous", "old.yaml", ROLE[0], ROLE[1]]).stdout;
    let (same, bypass) = (screen("new.yaml").replace("\n   ", ""), screen("bypass.yaml").replace("\n   ", ""));
    assert!(same.contains("locks-out-deployer") && same.contains("this update does not put it"), "{same}");
    assert!(!same.contains("update-refused"), "{same}");
    assert!(bypass.contains("bypasses-lockout-check") && bypass.contains("has no effect in it"), "{bypass}");
    assert!(bypass.contains("kms:DescribeKey"), "the property is a change of the key: {bypass}");
}

#[test]
fn what_cannot_be_changed_is_refused_by_cloudformation() {
    let new = template("Deploy").replace("      KeyPolicy", "      KeySpec: RSA_2048\n      KeyPolicy");
    let files = folder(&[("old.yaml", &template("Admin")), ("new.yaml", &new)]);
    let report = checked(files.path(), &["new.yaml", "--previous", "old.yaml"]);
    assert_eq!(report.codes(), ["template-refused"]);
    assert_eq!(report.0["findings"][0]["line"], 5);
    assert_eq!(report.verdict("K"), "safe");
}

#[test]
fn a_bare_policy_is_put_under_the_one_in_force() {
    let policy = |role: &str| {
        format!(
            r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"AWS": "arn:aws:iam::111122223333:role/{role}"}}, "Action": "kms:*", "Resource": "*"}}]}}"#
        )
    };
    let files = folder(&[("old.json", &policy("Admin")), ("new.json", &policy("Deploy"))]);
    let args = ["policy", "new.json", "--previous", "old.json", "--deployer", ROLE[1]];
    let report = report_in(files.path(), &args);
    assert_eq!(refused(&report), 1);
    let screen = run_in(files.path(), &args).stdout.replace("\n    ", " ");
    assert!(screen.contains("because no resource-based policy allows the kms:PutKeyPolicy action"), "{screen}");
    let args = ["policy", "new.json", "--previous", "new.json", "--deployer", ROLE[1]];
    assert_eq!(refused(&report_in(files.path(), &args)), 0);
}

#[test]
fn a_previous_template_that_cannot_be_used_is_an_error() {
    let files =
        folder(&[("a.yaml", &template("Deploy")), ("b.yaml", &template("Deploy")), ("broken.yaml", "Resources: [")]);
    for (args, says) in [
        (vec!["a.yaml", "b.yaml", "--previous", "a.yaml"], "previous version of one template, and 2 are checked"),
        (vec!["a.yaml", "--previous", "gone.yaml"], "--previous: there is no file `gone.yaml`"),
        (vec!["a.yaml", "--previous", "."], "is a folder"),
        (vec!["a.yaml", "--previous", "b.yaml", "--previous-git", "HEAD"], "cannot be used with"),
        (vec!["-", "--previous", "-"], "stdin is the template that is checked"),
    ] {
        let mut all = vec!["check"];
        all.extend(args);
        let run = run_with_stdin(files.path(), &all, template("Deploy").as_bytes());
        assert_eq!(run.code, 2, "{all:?}");
        assert!(run.stderr.contains(says), "{all:?}: {}", run.stderr);
    }
    let run = run_in(files.path(), &["check", "a.yaml", "--previous", "broken.yaml", ROLE[0], ROLE[1]]);
    assert_eq!(run.code, 2);
    assert!(run.stdout.contains("broken.yaml:1:") && run.stdout.contains("safe"), "the verdict is told all the same");
}

#[test]
fn stdin_may_hold_the_previous_template() {
    let files = folder(&[("new.yaml", &template("Deploy"))]);
    let args = ["check", "new.yaml", "--previous", "-", ROLE[0], ROLE[1]];
    let run = run_with_stdin(files.path(), &args, template("Admin").as_bytes());
    assert!(run.code == 1 && run.stdout.contains("update-refused"), "{}{}", run.stdout, run.stderr);
}

#[test]
fn a_commit_has_the_previous_version_of_every_template() {
    let (before, now) = (template("Admin"), template("Deploy"));
    let mut hostile = vec!["-f.yaml", "a b;$(touch x).yaml", ":(glob)*.yaml", "HEAD:x.yaml", "ä'\".yaml", "*.yaml"];
    if cfg!(unix) {
        hostile.push("x\ny.yaml");
    }
    let old: Vec<(&str, &str)> = hostile.iter().map(|name| (*name, before.as_str())).collect();
    let mut new: Vec<(&str, &str)> = hostile.iter().map(|name| (*name, now.as_str())).collect();
    new.push(("new.yaml", &now));
    let files = repository(&old, &new);
    let report = checked(files.path(), &[".", "--previous-git", "HEAD"]);
    assert_eq!(refused(&report), hostile.len(), "each but the new file: {:?}", report.codes());
    assert_eq!(report.0["failures"], serde_json::json!([]));
    assert_eq!(report.keys().len(), hostile.len() + 1);
    commit(files.path());
    assert_eq!(refused(&checked(files.path(), &[".", "--previous-git", "HEAD"])), 0, "nothing changed since");
    assert_eq!(refused(&checked(files.path(), &[".", "--previous-git", "HEAD~1"])), hostile.len());
    let related =
        checked(files.path(), &["./*.yaml", "--previous-git", "HEAD~1"]).0["findings"][0]["related"][0].clone();
    assert_eq!(related["file"], "HEAD~1:*.yaml");
    assert!(!files.path().join("x").exists(), "no shell saw the names");
}

#[test]
fn a_commit_is_found_from_a_folder_below_and_from_stdin() {
    let files = repository(&[("infra/k.yaml", &template("Admin"))], &[("infra/k.yaml", &template("Deploy"))]);
    let below = files.path().join("infra");
    assert_eq!(refused(&checked(&below, &["k.yaml", "--previous-git", "HEAD"])), 1);
    let args = ["check", "-", "--stdin-filename", "k.yaml", "--previous-git", "HEAD", ROLE[0], ROLE[1]];
    let run = run_with_stdin(&below, &args, template("Deploy").as_bytes());
    assert!(run.stdout.contains("update-refused"), "{}{}", run.stdout, run.stderr);
    let run = run_with_stdin(&below, &["check", "-", "--previous-git", "HEAD"], template("Deploy").as_bytes());
    assert!(run.code == 2 && run.stderr.contains("--stdin-filename"), "{}", run.stderr);
}

#[test]
fn nested_templates_are_those_of_the_commit() {
    let parent = "Resources:\n  Keys:\n    Type: AWS::CloudFormation::Stack\n    Properties: { TemplateURL: below/child.yaml }\n";
    let before = template("Admin");
    let files = repository(
        &[("parent.yaml", parent), ("below/child.yaml", &before)],
        &[("below/child.yaml", &template("Deploy"))],
    );
    let report = checked(files.path(), &["parent.yaml", "--previous-git", "HEAD"]);
    assert_eq!(report.codes(), ["update-refused"]);
    assert_eq!(report.0["findings"][0]["stack"], "Keys");
    assert_eq!(report.0["findings"][0]["related"][0]["file"], "HEAD:below/child.yaml");
}

#[test]
fn what_the_commit_has_is_held_to_the_same_limits() {
    let deep = format!("Type: AWS::KMS::Key\nA: {}1{}\n", "[".repeat(5000), "]".repeat(5000));
    let files = repository(
        &[("k.yaml", &deep), ("t.yaml", "no: template")],
        &[("k.yaml", &template("Deploy")), ("t.yaml", &template("Deploy"))],
    );
    let run = run_in(files.path(), &["check", "k.yaml", "--previous-git", "HEAD", ROLE[0], ROLE[1]]);
    assert!(run.code == 2 && run.stdout.contains("HEAD:k.yaml"), "{}{}", run.stdout, run.stderr);
    let run = run_in(files.path(), &["check", "t.yaml", "--previous-git", "HEAD", ROLE[0], ROLE[1]]);
    assert_eq!(run.code, 0, "it was no template: the key is new: {}{}", run.stdout, run.stderr);
}

#[test]
fn without_git_or_commit_the_error_says_so() {
    let files = repository(&[("k.yaml", &template("Admin"))], &[]);
    for (name, says) in [
        ("nowhere", "has no commit `nowhere`"),
        ("", "is no name of a commit"),
        ("--help", "is no name of a commit"),
        ("HEAD; touch x", "has no commit"),
    ] {
        let flag = format!("--previous-git={name}");
        let run = run_in(files.path(), &["check", "k.yaml", &flag]);
        assert!(run.code == 2 && run.stderr.contains(says), "{name}: {}", run.stderr);
    }
    assert!(!files.path().join("x").exists());
    let alone = folder(&[("k.yaml", &template("Admin"))]);
    let run = run_in(alone.path(), &["check", "k.yaml", "--previous-git", "HEAD"]);
    assert!(run.code == 2 && run.stderr.contains("is in no git repository"), "{}", run.stderr);
    let mut without = Command::new(env!("CARGO_BIN_EXE_cfn-lockout"));
    let output =
        without.current_dir(files.path()).args(["check", "k.yaml", "--previous-git", "HEAD"]).env("PATH", "").output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("the command `git` was not found"));
}

#[test]
fn a_hook_of_git_may_run_it() {
    let files = repository(&[("infra/k.yaml", &template("Admin"))], &[("infra/k.yaml", &template("Deploy"))]);
    let mut hook = Command::new(env!("CARGO_BIN_EXE_cfn-lockout"));
    hook.current_dir(files.path()).args(["infra/k.yaml", "--previous-git", "HEAD", ROLE[0], ROLE[1]]);
    let output = hook.env("GIT_DIR", ".git").env("GIT_INDEX_FILE", ".git/index").output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("update-refused"), "{output:?}");
}

/// An edit that changes the policy has to be put, and the policy in force does not let the deployer.
#[test]
fn no_fix_is_offered_that_the_policy_in_force_refuses() {
    let files = folder(&[("new.yaml", &template("Admin")), ("old.yaml", &template("Admin"))]);
    let fix = |args: &[&str]| {
        let report = checked(files.path(), args).0;
        let all = report["findings"].as_array().unwrap().clone();
        let locked = all.iter().find(|finding| finding["code"] == "locks-out-deployer");
        locked.expect("it locks the deployer out")["fix"].clone()
    };
    assert!(!fix(&["new.yaml"]).is_null(), "for a new key, there is one");
    assert!(fix(&["new.yaml", "--previous", "old.yaml"]).is_null(), "it would be denied");
}
