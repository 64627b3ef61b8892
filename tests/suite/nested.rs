//! Nested stacks as files: which are followed, where findings point, and what is said of those that cannot be looked into.

use serde_json::json;

use crate::support::{DELEGATES, ROLE, Report, folder, report_in, run_in, run_with_stdin, text};

/// A template that nests `path` as `Keys` and passes it `parameters`.
fn parent(path: &str, parameters: &str) -> String {
    format!(
        "Resources:\n  Keys:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: {path}\n      Parameters: {parameters}\n"
    )
}

/// A template with a key that its parameter `Admin` decides about.
const CHILD: &str = r#"Parameters:
  Admin: { Type: String }
Resources:
  K:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Version: "2012-10-17"
        Statement:
          - Sid: Admin
            Effect: Allow
            Principal: { AWS: !Sub "arn:aws:iam::111122223333:role/${Admin}" }
            Action: kms:*
            Resource: "*"
"#;

fn check(files: &[(&str, &str)], args: &[&str]) -> Report {
    let files = folder(files);
    let mut all = vec!["check", ROLE[0], ROLE[1]];
    all.extend(args);
    report_in(files.path(), &all)
}

/// `stack/key file verdict` of every key.
fn rows(report: &Report) -> Vec<String> {
    let row = |key: &serde_json::Value| {
        format!("{}/{} {} {}", text(&key["stack"]), text(&key["logical_id"]), text(&key["file"]), text(&key["verdict"]))
    };
    report.keys().iter().map(row).collect()
}

fn exit(files: &[(&str, &str)], args: &[&str]) -> i32 {
    let files = folder(files);
    let mut all = vec!["check"];
    all.extend(args);
    run_in(files.path(), &all).code
}

#[test]
fn a_key_of_a_nested_stack_is_reported_in_its_own_file_with_the_path_of_its_stack() {
    let main = parent("./nested/keys.yaml", "{ Admin: Other }");
    let report = check(&[("main.yaml", &main), ("nested/keys.yaml", CHILD)], &["main.yaml"]);
    assert_eq!(rows(&report), ["Keys/K nested/keys.yaml lockout"]);
    let key = &report.keys()[0];
    assert_eq!((&key["line"], &key["column"]), (&json!(4), &json!(3)));
    let finding = &report.0["findings"][0];
    assert_eq!((&finding["file"], &finding["stack"]), (&json!("nested/keys.yaml"), &json!("Keys")));
    assert_eq!((&finding["line"], &finding["logical_id"]), (&json!(12), &json!("K")));
    assert_eq!(report.0["summary"]["templates"], 2);
}

#[test]
fn every_level_is_relative_to_its_own_folder() {
    let outer = "Parameters: { Who: { Type: String } }\nResources:\n  Inner:\n    Type: AWS::CloudFormation::Stack\n    Properties: { TemplateURL: ../keys.yaml, Parameters: { Admin: !Ref Who } }\n";
    let files = [
        ("infra/main.yaml", parent("b/outer.yaml", "{ Who: Deploy }")),
        ("infra/b/outer.yaml", outer.to_owned()),
        ("infra/keys.yaml", CHILD.to_owned()),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    for args in [["infra/main.yaml"], ["infra"], ["."]] {
        assert_eq!(rows(&check(&files, &args)), ["Keys/Inner/K infra/keys.yaml safe"], "{args:?}");
    }
}

#[test]
fn a_child_is_reported_once_through_its_parent() {
    let main = parent("keys.yaml", "{ Admin: Deploy }");
    let files = [("main.yaml", main.as_str()), ("keys.yaml", CHILD)];
    for args in
        [&["."][..], &["main.yaml", "keys.yaml"], &["keys.yaml", "main.yaml"], &["./keys.yaml", ".", "main.yaml"]]
    {
        let report = check(&files, args);
        assert_eq!(rows(&report), ["Keys/K keys.yaml safe"], "{args:?}");
        assert_eq!(report.codes(), ["no-account-delegation"], "{args:?}");
    }
    assert_eq!(
        rows(&check(&files, &["keys.yaml"])),
        ["/K keys.yaml undecided"],
        "by itself where the parent is not checked"
    );
}

/// What a walk keeps of a template without keys is its outline: another template that nests it needs all of it.
#[test]
fn a_child_without_keys_that_the_walk_met_first_still_has_its_outputs() {
    let child = "Resources: { Q: { Type: AWS::SQS::Queue } }\nOutputs: { Admin: { Value: Deploy } }\nTransform: AWS::Serverless-2016-10-31\n";
    let keys =
        CHILD.replace("Parameters:\n  Admin: { Type: String }\n", "").replace("${Admin}", "${Names.Outputs.Admin}");
    let main =
        format!("{keys}  Names:\n    Type: AWS::CloudFormation::Stack\n    Properties: {{ TemplateURL: a.yaml }}\n");
    let report = check(&[("a.yaml", child), ("main.yaml", &main)], &["."]);
    assert_eq!(rows(&report), ["/K main.yaml safe"]);
    assert_eq!(report.0["summary"]["templates"], 2);
}

#[test]
fn a_template_that_two_parents_nest_is_two_stacks() {
    let (a, b) = (parent("keys.yaml", "{ Admin: Deploy }"), parent("./keys.yaml", "{ Admin: Other }"));
    let report = check(&[("a.yaml", &a), ("b.yaml", &b), ("keys.yaml", CHILD)], &["."]);
    assert_eq!(rows(&report), ["Keys/K keys.yaml safe", "Keys/K keys.yaml lockout"]);
    assert_eq!(report.0["summary"]["templates"], 3);
}

#[test]
fn the_condition_of_the_stack_counts_for_its_keys() {
    let main = format!(
        "Parameters: {{ Env: {{ Type: String, Default: dev }} }}\nConditions: {{ IsProd: !Equals [!Ref Env, prod] }}\n{}",
        parent("keys.yaml", "{ Admin: Deploy }").replace("    Type:", "    Condition: IsProd\n    Type:")
    );
    let files = [("main.yaml", main.as_str()), ("keys.yaml", CHILD)];
    let skipped = json!([{ "file": "keys.yaml", "stack": "Keys", "logical_id": "K", "deployment": "default",
        "because": "the condition `IsProd` of its stack `Keys` is false, with `Env` = `dev`" }]);
    let report = check(&files, &["main.yaml"]);
    assert_eq!((report.0["skipped"].clone(), report.keys().len()), (skipped, 0));
    assert_eq!(rows(&check(&files, &["main.yaml", "--parameter", "Env=prod"])), ["Keys/K keys.yaml safe"]);
    let missing = [("main.yaml", main.as_str())];
    assert_eq!(exit(&missing, &["main.yaml"]), 0, "a stack that is not created needs no file");
}

#[test]
fn a_case_about_a_parameter_of_the_nested_stack_itself_names_the_stack() {
    let report = check(&[("main.yaml", &parent("keys.yaml", "{}")), ("keys.yaml", CHILD)], &["main.yaml"]);
    let case = json!({ "when": [{ "parameter": "Admin", "equals": "Deploy", "stack": "Keys" }], "verdict": "safe" });
    assert_eq!(report.keys()[0]["cases"][0], case);
    assert_eq!(report.keys()[0]["open"][0]["line"], 2);
    let main = format!("Parameters: {{ Who: {{ Type: String }} }}\n{}", parent("keys.yaml", "{ Admin: !Ref Who }"));
    let report = check(&[("main.yaml", &main), ("keys.yaml", CHILD)], &["main.yaml"]);
    let case = json!({ "when": [{ "parameter": "Who", "equals": "Deploy" }], "verdict": "safe" });
    assert_eq!(report.keys()[0]["cases"][0], case);
    assert_eq!(report.keys()[0]["open"][0]["line"], 4, "of the key: its parameter stands in another file");
    let finding = &report.0["findings"][0];
    assert_eq!((&finding["file"], &finding["related"][0]["file"]), (&json!("keys.yaml"), &json!("main.yaml")));
}

#[test]
fn a_parameter_of_a_nested_stack_cannot_be_given_by_a_flag() {
    let files = folder(&[("main.yaml", &parent("keys.yaml", "{}")), ("keys.yaml", CHILD)]);
    let run = run_in(files.path(), &["check", "main.yaml", "--parameter", "Admin=Deploy"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("only a nested stack has a parameter `Admin`"), "{}", run.stderr);
}

#[test]
fn a_template_elsewhere_is_not_checked_and_said_so() {
    for (url, why) in [
        (
            "https://s3.amazonaws.com/bucket/keys.yaml",
            "its template is remote: `https://s3.amazonaws.com/bucket/keys.yaml`",
        ),
        ("s3://bucket/keys.yaml", "its template is remote: `s3://bucket/keys.yaml`"),
        ("!Sub 'https://${AWS::Region}.x/k'", "its template is remote: `https://{{region:AWS::Region}}.x/k`"),
        ("!GetAtt B.Url", "its template depends on values that were not given"),
    ] {
        let main = format!("{}  B: {{ Type: AWS::S3::Bucket }}\n", parent(url, "{}"));
        let report = check(&[("main.yaml", &main)], &["main.yaml"]);
        let [finding] = report.0["findings"].as_array().unwrap().as_slice() else { panic!("{}", report.0) };
        assert_eq!(
            (&finding["code"], &finding["file"], &finding["logical_id"], &finding["line"]),
            (&json!("undecided"), &json!("main.yaml"), &json!("Keys"), &json!(5))
        );
        assert!(run_in(folder(&[("main.yaml", &main)]).path(), &["check", "main.yaml"]).stdout.contains(why), "{why}");
        assert_eq!(exit(&[("main.yaml", &main)], &["main.yaml"]), 0);
    }
    let files = folder(&[("main.yaml", &parent("s3://bucket/keys.yaml", "{}"))]);
    let walked = run_in(files.path(), &["check"]);
    assert_eq!(walked.stdout, "1 template, no KMS keys, 1 nested template not checked\n", "one of many in a folder");
}

#[test]
fn a_missing_file_is_not_checked_and_said_so() {
    let files = [("main.yaml", parent("./nested/keys.yaml", "{}"))];
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    assert_eq!((exit(&files, &["main.yaml"]), exit(&files, &["."])), (0, 0));
    let run = run_in(folder(&files).path(), &["check", "main.yaml"]);
    assert!(run.stdout.contains("there is no file `nested/keys.yaml`"), "{}", run.stdout);
}

#[test]
fn a_broken_file_is_one_failure_where_it_matters() {
    let main = parent("keys.yaml", "{}");
    let broken = [("main.yaml", main.as_str()), ("keys.yaml", "Resources:\n  K: [AWS::KMS::Key\n")];
    for args in [["main.yaml"], ["."]] {
        let report = check(&broken, &args);
        assert_eq!(report.0["failures"].as_array().map(Vec::len), Some(1), "{args:?}");
        assert_eq!(
            (&report.0["failures"][0]["file"], &report.0["failures"][0]["line"]),
            (&json!("keys.yaml"), &json!(2))
        );
    }
    let other = [("main.yaml", main.as_str()), ("keys.yaml", "- no template\n")];
    assert_eq!((exit(&other, &["main.yaml"]), exit(&other, &["."])), (2, 0));
    for path in ["/dev/zero", ".", "''", "../../../../../../../../etc"] {
        let report = check(&[("main.yaml", &parent(path, "{}"))], &["main.yaml"]);
        assert_eq!(report.0["findings"][0]["code"], "undecided", "{path} is no file");
    }
}

#[test]
fn templates_that_nest_each_other_are_refused() {
    let with_key = |path: &str| format!("{}  K: {{ Type: AWS::KMS::Key }}\n", parent(path, "{}"));
    let (a, b) = (with_key("b.yaml"), with_key("a.yaml"));
    let files = [("a.yaml", a.as_str()), ("b.yaml", b.as_str())];
    for args in [&["a.yaml"][..], &["."], &["b.yaml", "a.yaml", "--exclude", "x"]] {
        let report = check(&files, args);
        assert_eq!(report.codes(), ["template-refused"], "{args:?}");
        assert_eq!(report.keys().len(), 2, "{args:?}");
    }
    let finding = &check(&files, &["a.yaml"]).0["findings"][0];
    assert_eq!((&finding["file"], &finding["stack"], &finding["line"]), (&json!("b.yaml"), &json!("Keys"), &json!(5)));
    let message = "CloudFormation would refuse the template: nested stack `Keys` never ends: `a.yaml` is the template of a stack above it";
    assert_eq!(finding["message"], message);
    assert_eq!(exit(&[("a.yaml", &with_key("a.yaml"))], &["."]), 1, "one that nests itself");
}

#[test]
fn more_stacks_than_are_followed_are_one_failure() {
    let level = |n: usize| {
        let stack = |id: &str| {
            format!("  {id}: {{ Type: AWS::CloudFormation::Stack, Properties: {{ TemplateURL: t{}.yaml }} }}\n", n + 1)
        };
        (format!("t{n}.yaml"), format!("Resources:\n{}{}", stack("A"), stack("B")))
    };
    let mut files: Vec<(String, String)> = (0..20).map(level).collect();
    files.push(("t20.yaml".to_owned(), DELEGATES.to_owned()));
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let report = check(&files, &["."]);
    assert_eq!(report.0["failures"].as_array().map(Vec::len), Some(1));
    assert!(text(&report.0["failures"][0]["message"]).ends_with("more than 1000 nested stacks are not followed"));
}

#[test]
fn a_refusal_of_the_parent_is_one_finding_and_makes_the_keys_below_invalid() {
    for parameters in ["{ Admin: Deploy, Nobody: x }", "{ Admin: !Ref Missing }"] {
        let main = parent("keys.yaml", parameters);
        let report = check(&[("main.yaml", &main), ("keys.yaml", CHILD)], &["main.yaml"]);
        assert_eq!(rows(&report), ["Keys/K keys.yaml invalid"]);
        assert_eq!(report.codes(), ["template-refused"]);
        let finding = &report.0["findings"][0];
        assert_eq!((&finding["file"], &finding["stack"]), (&json!("main.yaml"), &json!("")));
    }
}

#[test]
fn applications_of_sam_are_nested_stacks() {
    let main = "Transform: AWS::Serverless-2016-10-31\nResources:\n  Keys:\n    Type: AWS::Serverless::Application\n    Properties: { Location: ./keys.yaml, Parameters: { Admin: Deploy } }\n  Other:\n    Type: AWS::Serverless::Application\n    Properties: { Location: { ApplicationId: arn, SemanticVersion: 1.0.0 } }\n";
    let report = check(&[("template.yaml", main), ("keys.yaml", CHILD)], &["."]);
    assert_eq!(rows(&report), ["Keys/K keys.yaml safe"]);
    let message = "keys in `Other` are not checked: the template is not known";
    assert!(report.0["findings"].to_string().contains(message), "{}", report.0["findings"]);
}

#[test]
fn a_template_on_stdin_nests_files_beside_its_name() {
    let files = folder(&[("infra/keys.yaml", CHILD)]);
    let main = parent("keys.yaml", "{ Admin: Deploy }");
    let args = ["check", "-", "--stdin-filename", "infra/main.yaml", ROLE[0], ROLE[1], "--format", "json"];
    let report = Report(run_with_stdin(files.path(), &args, main.as_bytes()).json());
    assert_eq!(rows(&report), ["Keys/K infra/keys.yaml safe"]);
}

#[test]
fn the_text_names_stack_and_place() {
    let main = format!("{}  K: {{ Type: AWS::KMS::Key }}\n", parent("keys.yaml", "{ Admin: Other }"));
    let files = folder(&[("main.yaml", &main), ("keys.yaml", CHILD)]);
    let stdout = run_in(files.path(), &["check", "main.yaml", ROLE[0], ROLE[1]]).stdout;
    assert!(stdout.contains("  = nested stack: Keys\n"), "{stdout}");
    assert!(
        stdout.contains("\ndefault-policy  K       main.yaml:7\nlockout         Keys/K  keys.yaml:4\n"),
        "{stdout}"
    );
}
