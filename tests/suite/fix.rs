//! `cfn-lockout fix`: the diff, what is written, and what stays as it is.

use std::fs;
use std::path::Path;

use crate::support::{Report, folder, report_in, run_in, run_with_stdin, text};

const DEPLOY: [&str; 2] = ["--deployer", "arn:aws:iam::111122223333:role/Deploy"];

/// A key whose administrators are somebody else.
const LOCKED: &str = r#"Resources:
  Vault:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Version: "2012-10-17"
        Statement:
          - Sid: Administrators # two people
            Effect: Allow
            Principal:
              AWS:
                - arn:aws:iam::111122223333:role/Admin
            Action: kms:*
            Resource: "*"
"#;

const DIFF: &str = "\
--- a/infra/kms.yaml
+++ b/infra/kms.yaml
@@ -10,5 +10,6 @@
             Principal:
               AWS:
                 - arn:aws:iam::111122223333:role/Admin
+                - arn:aws:iam::111122223333:role/Deploy
             Action: kms:*
             Resource: \"*\"
";

/// A Deny that reaches the deployer: what exempts it has to be looked at.
fn denied() -> String {
    LOCKED.replace("role/Admin", "role/Deploy")
        + "          - Sid: Guard\n            Effect: Deny\n            Principal: \"*\"\n            Action: kms:PutKeyPolicy\n            Resource: \"*\"\n"
}

fn with<'a>(args: &[&'a str]) -> Vec<&'a str> {
    args.iter().copied().chain(DEPLOY).collect()
}

fn read(folder: &Path, path: &str) -> String {
    fs::read_to_string(folder.join(path)).unwrap()
}

#[test]
fn the_diff_says_what_it_does_and_writes_nothing() {
    let files = folder(&[("infra/kms.yaml", LOCKED)]);
    let run = run_in(files.path(), &with(&["fix", "infra"]));
    assert_eq!((run.code, run.stderr.as_str()), (1, ""));
    let (titles, rest) = run.stdout.split_once("---").unwrap();
    let title = "# safe: add `arn:aws:iam::111122223333:role/Deploy` to the principals of `Administrators` -> safe (locks-out-deployer, key `Vault`, infra/kms.yaml:12)\n";
    assert!(titles.starts_with(title), "{titles}");
    assert!(titles.contains("#   or review: add the statement for the account"), "{titles}");
    assert_eq!(format!("---{rest}"), format!("{DIFF}# 1 fix: --write applies them\n"));
    assert_eq!(run_in(files.path(), &with(&["fix", "infra", "--quiet"])).stdout, DIFF);
    assert_eq!(read(files.path(), "infra/kms.yaml"), LOCKED);
}

#[test]
fn the_diff_is_one_that_git_applies() {
    let files = folder(&[("infra/kms.yaml", LOCKED)]);
    let run = run_in(files.path(), &with(&["fix", "infra"]));
    fs::write(files.path().join("fix.diff"), &run.stdout).unwrap();
    let git = std::process::Command::new("git").args(["apply", "fix.diff"]).current_dir(files.path()).output();
    let Ok(git) = git else { return eprintln!("NOT RUN: there is no git") };
    assert!(git.status.success(), "{}", String::from_utf8_lossy(&git.stderr));
    assert!(read(files.path(), "infra/kms.yaml").contains("role/Deploy"));
}

#[test]
fn what_is_written_is_what_was_shown_and_twice_is_once() {
    let files = folder(&[("infra/kms.yaml", LOCKED)]);
    let run = run_in(files.path(), &with(&["fix", "infra", "--write"]));
    assert_eq!(run.code, 0, "nothing is left");
    assert!(run.stdout.contains("\nwrote infra/kms.yaml\n1 fix, 0 findings left\n"), "{}", run.stdout);
    let written = read(files.path(), "infra/kms.yaml");
    assert_eq!(
        written,
        LOCKED.replace("role/Admin\n", "role/Admin\n                - arn:aws:iam::111122223333:role/Deploy\n")
    );
    assert_eq!(report_in(files.path(), &with(&["check", "infra"])).verdict("Vault"), "safe");
    assert_eq!(run_in(files.path(), &with(&["fix", "infra", "--write"])).code, 0);
    assert_eq!(read(files.path(), "infra/kms.yaml"), written);
}

#[test]
fn what_is_to_be_reviewed_is_written_on_demand_only() {
    let files = folder(&[("kms.yaml", &denied())]);
    let shown = run_in(files.path(), &with(&["fix"])).stdout;
    assert!(
        shown.contains(
            "# review: exempt `arn:aws:iam::111122223333:role/Deploy` from `Guard` [it weakens a Deny] -> safe"
        ),
        "{shown}"
    );
    let run = run_in(files.path(), &with(&["fix", "--write"]));
    assert_eq!((run.code, read(files.path(), "kms.yaml")), (1, denied()));
    let run = run_in(files.path(), &with(&["fix", "--write", "--include-review"]));
    assert_eq!(run.code, 0, "{}", run.stdout);
    assert!(read(files.path(), "kms.yaml").starts_with(&denied()));
    assert_eq!(run_in(files.path(), &with(&["fix", "--include-review"])).code, 2, "only together with --write");
}

#[test]
fn stdin_is_shown_as_a_diff_or_printed_as_a_whole() {
    let files = folder(&[]);
    let args = with(&["fix", "-", "--stdin-filename", "infra/kms.yaml", "--quiet"]);
    assert_eq!(run_with_stdin(files.path(), &args, LOCKED.as_bytes()).stdout, DIFF);
    let run = run_with_stdin(files.path(), &with(&["fix", "-", "--write"]), LOCKED.as_bytes());
    assert_eq!(run.code, 0);
    assert_eq!(
        run.stdout,
        LOCKED.replace("role/Admin\n", "role/Admin\n                - arn:aws:iam::111122223333:role/Deploy\n")
    );
}

#[test]
fn stdin_without_a_fix_is_printed_as_it_is() {
    let files = folder(&[]);
    let safe = LOCKED.replace("role/Admin", "role/Deploy");
    let run = run_with_stdin(files.path(), &with(&["fix", "-", "--write"]), safe.as_bytes());
    assert_eq!((run.code, run.stdout), (0, safe));
}

#[test]
fn a_byte_order_mark_and_line_ends_stay() {
    let dos = format!("\u{feff}{}", LOCKED.replace('\n', "\r\n"));
    let files = folder(&[("kms.yaml", &dos)]);
    assert_eq!(run_in(files.path(), &with(&["fix", "--write"])).code, 0);
    let expected =
        dos.replace("role/Admin\r\n", "role/Admin\r\n                - arn:aws:iam::111122223333:role/Deploy\r\n");
    assert_eq!(read(files.path(), "kms.yaml"), expected);
}

#[cfg(unix)]
#[test]
fn permissions_and_links_stay() {
    use std::os::unix::fs::PermissionsExt;
    let files = folder(&[("infra/kms.yaml", LOCKED)]);
    let target = files.path().join("infra/kms.yaml");
    fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink("infra/kms.yaml", files.path().join("link.yaml")).unwrap();
    assert_eq!(run_in(files.path(), &with(&["fix", "link.yaml", "--write"])).code, 0);
    assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(fs::symlink_metadata(files.path().join("link.yaml")).unwrap().is_symlink());
    assert!(read(files.path(), "infra/kms.yaml").contains("role/Deploy"));
    assert_eq!(fs::read_dir(files.path().join("infra")).unwrap().count(), 1, "nothing is left beside it");
}

#[cfg(unix)]
#[test]
fn what_cannot_be_written_stays_whole() {
    use std::os::unix::fs::PermissionsExt;
    let files = folder(&[("infra/kms.yaml", LOCKED)]);
    let (target, beside) = (files.path().join("infra/kms.yaml"), files.path().join("infra"));
    fs::set_permissions(&target, fs::Permissions::from_mode(0o444)).unwrap();
    let run = run_in(files.path(), &with(&["fix", "infra", "--write"]));
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("`infra/kms.yaml` is read-only: nothing was written"), "{}", run.stderr);
    assert_eq!(read(files.path(), "infra/kms.yaml"), LOCKED);
    fs::set_permissions(&target, fs::Permissions::from_mode(0o644)).unwrap();
    fs::set_permissions(&beside, fs::Permissions::from_mode(0o555)).unwrap();
    if fs::write(beside.join("probe"), "").is_ok() {
        fs::remove_file(beside.join("probe")).unwrap();
        eprintln!("NOT RUN: this user writes into read-only folders");
    } else {
        assert_eq!(run_in(files.path(), &with(&["fix", "infra", "--write"])).code, 2);
        assert_eq!(read(files.path(), "infra/kms.yaml"), LOCKED);
    }
    fs::set_permissions(&beside, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_nested_template_is_edited_where_it_stands() {
    let parent =
        "Resources:\n  Keys:\n    Type: AWS::CloudFormation::Stack\n    Properties: { TemplateURL: keys.yaml }\n";
    let files = folder(&[("root.yaml", parent), ("keys.yaml", LOCKED)]);
    let run = run_in(files.path(), &with(&["fix", "root.yaml", "--write"]));
    assert_eq!(run.code, 0, "{}", run.stdout);
    assert!(read(files.path(), "keys.yaml").contains("role/Deploy"));
    assert_eq!(read(files.path(), "root.yaml"), parent);
}

#[test]
fn what_a_parent_passes_is_not_edited_in_the_child() {
    let parent = "Resources:\n  Keys:\n    Type: AWS::CloudFormation::Stack\n    Properties: { TemplateURL: keys.yaml, Parameters: { Admin: 'arn:aws:iam::111122223333:role/*' } }\n";
    let child = format!(
        "Parameters: {{ Admin: {{ Type: String }} }}\n{}",
        LOCKED.replace("arn:aws:iam::111122223333:role/Admin", "!Ref Admin")
    );
    let files = folder(&[("root.yaml", parent), ("keys.yaml", &child)]);
    let run = run_in(files.path(), &with(&["fix", "root.yaml", "--write", "--include-review"]));
    assert_eq!((run.code, read(files.path(), "root.yaml").as_str()), (1, parent));
    assert_eq!(read(files.path(), "keys.yaml"), child);
}

#[test]
fn one_template_that_is_nested_twice_is_fixed_once() {
    let stack = |id: &str| {
        format!("  {id}:\n    Type: AWS::CloudFormation::Stack\n    Properties: {{ TemplateURL: keys.yaml }}\n")
    };
    let parent = format!("Resources:\n{}{}", stack("A"), stack("B"));
    let files = folder(&[("root.yaml", &parent), ("keys.yaml", LOCKED)]);
    assert_eq!(run_in(files.path(), &with(&["fix", "root.yaml", "--write"])).code, 0);
    assert_eq!(read(files.path(), "keys.yaml").matches("role/Deploy").count(), 1);
}

#[test]
fn the_report_of_check_has_the_fix_as_data_and_as_lines() {
    let files = folder(&[("kms.yaml", LOCKED)]);
    let report = report_in(files.path(), &with(&["check"]));
    let fix = &report.0["findings"][0]["fix"];
    assert_eq!((text(&fix["applicability"]).as_str(), text(&fix["verdict"]).as_str()), ("safe", "safe"));
    assert_eq!(
        fix["edits"],
        serde_json::json!([{ "file": "kms.yaml", "start": { "line": 12, "column": 55 }, "end": { "line": 12, "column": 55 },
            "new_text": "\n                - arn:aws:iam::111122223333:role/Deploy" }])
    );
    let shown = run_in(files.path(), &with(&["check"])).stdout;
    assert!(shown.contains("help: add `arn:aws:iam::111122223333:role/Deploy` to the principals of\n"), "{shown}");
    assert!(shown.contains("13 +                 - arn:aws:iam::111122223333:role/Deploy\n"), "{shown}");
}

#[test]
fn a_bare_policy_gets_no_functions() {
    let policy = r#"{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/A"}, "Action": "kms:Decrypt", "Resource": "*"}]}"#;
    let files = folder(&[("policy.json", policy)]);
    let report = report_in(files.path(), &with(&["policy", "policy.json"]));
    let fix = report.0["findings"][0]["fix"].to_string();
    assert!(fix.contains("role/Deploy") && !fix.contains("Sub"), "{fix}");
}

#[test]
fn the_json_of_fix_is_the_report_with_its_plan() {
    let files = folder(&[("kms.yaml", LOCKED)]);
    let report = Report(run_in(files.path(), &with(&["fix", "--format", "json"])).json());
    assert_eq!(report.codes(), ["locks-out-deployer"]);
    assert_eq!(text(&report.0["findings"][0]["fix"]["applicability"]), "safe");
}

#[test]
fn a_template_with_several_deployments_is_fixed_for_all_of_them() {
    let config = "deployments:\n  test:\n    deployer: arn:aws:iam::111122223333:role/Test\n  prod:\n    deployer: arn:aws:iam::111122223333:role/Prod\n";
    let files = folder(&[(".cfn-lockout.yaml", config), ("kms.yaml", LOCKED)]);
    assert_eq!(report_in(files.path(), &["check", "."]).codes(), ["locks-out-deployer"; 2]);
    let run = run_in(files.path(), &["fix", ".", "--write"]);
    assert_eq!(run.code, 1, "both edits go to one place: {}{}", run.stdout, run.stderr);
    assert!(run.stdout.ends_with("run it again: some edits would have met\n"), "{}", run.stdout);
    assert_eq!(run_in(files.path(), &["fix", ".", "--write"]).code, 0);
    let written = read(files.path(), "kms.yaml");
    assert!(written.contains("role/Test\n") && written.contains("role/Prod\n"), "{written}");
}
