//! Suppressions by comment and by Metadata: what they hide, what they leave, and when they are called unused.

use serde_json::Value;

use crate::support::{DELEGATES, ROLE, Report, folder, report_in, run_in, text};

/// A key that only its administrator may manage: a lockout for everybody else.
fn key(id: &str, comment: &str, rest: &str) -> String {
    format!(
        r#"  {id}: {comment}
    Type: AWS::KMS::Key
{rest}    Properties:
      KeyPolicy:
        Statement:
          - Effect: Allow
            Principal: {{ AWS: "arn:aws:iam::111122223333:role/Admin" }}
            Action: kms:*
            Resource: "*"
"#
    )
}

fn template(keys: &[String]) -> String {
    format!("Resources:\n{}", keys.concat())
}

fn check(template: &str) -> Report {
    check_with(template, &ROLE)
}

fn check_with(template: &str, flags: &[&str]) -> Report {
    let files = folder(&[("kms.yaml", template)]);
    let mut args = vec!["check", "kms.yaml"];
    args.extend(flags);
    report_in(files.path(), &args)
}

fn summary(report: &Report, name: &str) -> u64 {
    report.0["summary"][name].as_u64().unwrap()
}

/// Code, logical id, line and message of every finding.
fn findings(report: &Report) -> Vec<(String, String, u64, String)> {
    let of = |one: &Value| {
        let line = one["line"].as_u64().unwrap();
        (text(&one["code"]), text(&one["logical_id"]), line, text(&one["message"]))
    };
    report.0["findings"].as_array().unwrap().iter().map(of).collect()
}

const IGNORE: &str = "# cfn-lockout: ignore[locks-out-deployer] Admin creates it";

#[test]
fn a_suppressed_finding_is_counted_and_not_listed() {
    let metadata =
        "    Metadata: { cfn-lockout: { ignore: [{ code: locks-out-deployer, reason: Admin creates it }] } }\n";
    for template in [
        template(&[key("K", IGNORE, "")]),
        template(&[format!("  {IGNORE}\n  # and more\n{}", key("K", "", ""))]),
        template(&[key("K", "", &format!("    {IGNORE}\n"))]),
        template(&[key("K", "", metadata)]),
    ] {
        let files = folder(&[("kms.yaml", &template)]);
        let report = report_in(files.path(), &["check", "kms.yaml", ROLE[0], ROLE[1]]);
        assert_eq!(report.verdict("K"), "lockout", "a suppression never changes a verdict");
        assert_eq!((report.codes(), summary(&report, "suppressed"), summary(&report, "errors")), (vec![], 1, 0));
        let run = run_in(files.path(), &["check", "kms.yaml", ROLE[0], ROLE[1]]);
        assert_eq!(run.code, 0, "{template}");
        assert!(run.stdout.ends_with("\n1 template, 1 key: 1 lockout, 1 finding suppressed\n"), "{}", run.stdout);
    }
}

#[test]
fn json_templates_have_metadata() {
    let template = r##"{"Resources": {"K": {"Type": "AWS::KMS::Key",
        "Metadata": {"cfn-lockout": {"ignore": [{"code": "locks-out-deployer", "reason": "# Admin creates it"}]}},
        "Properties": {"KeyPolicy": {"Statement": [{"Effect": "Allow", "Action": "kms:*", "Resource": "*",
            "Principal": {"AWS": "arn:aws:iam::111122223333:role/Admin"}}]}}}}}"##;
    let report = check(template);
    assert_eq!((report.verdict("K").as_str(), report.codes(), summary(&report, "suppressed")), ("lockout", vec![], 1));
}

#[test]
fn a_suppression_holds_for_its_key_and_code_alone() {
    let report = check(&template(&[key("A", IGNORE, ""), key("B", "", "")]));
    let found = findings(&report);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].0.as_str(), found[0].1.as_str()), ("locks-out-deployer", "B"));
    // Several codes, of which one does not occur.
    let both = "# cfn-lockout: ignore[locks-out-deployer, undecided] Admin creates it";
    let found = findings(&check(&template(&[key("A", both, "")])));
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].0.as_str(), found[0].2), ("unused-suppression", 2));
    assert_eq!(found[0].3, "key `A` has no finding `undecided`");
}

#[test]
fn what_looks_like_a_comment_in_a_text_suppresses_nothing() {
    for rest in [
        format!("    Metadata: {{ Note: \"{IGNORE}\" }}\n"),
        format!("    Metadata:\n      Note: |\n        {IGNORE}\n"),
        format!("    Metadata: {{ Note: 'x\n      {IGNORE}' }}\n"),
    ] {
        let report = check(&template(&[key("K", "", &rest)]));
        assert_eq!(
            (report.codes(), summary(&report, "suppressed")),
            (vec!["locks-out-deployer".to_owned()], 0),
            "{rest}"
        );
    }
}

#[test]
fn a_suppression_that_suppresses_nothing_says_why() {
    for (comment, fires, message, help) in [
        ("ignore[locks-out-deployer]", true, "the suppression of `locks-out-deployer` gives no reason", "say why"),
        (
            "ignore[locks-out-deployr] why",
            true,
            "there is no finding `locks-out-deployr`",
            "did you mean `locks-out-deployer`?",
        ),
        ("ignore[nonsense] why", true, "there is no finding `nonsense`", "`cfn-lockout explain` lists them"),
        ("ignore[unused-suppression] why", true, "`unused-suppression` cannot be suppressed", "remove"),
        (
            "ignore[unused-suppression, undecided, locks-out-deployer] why",
            false,
            "`unused-suppression` cannot",
            "remove",
        ),
        (
            "ignore locks-out-deployer",
            true,
            "this is no suppression that can be read",
            "# cfn-lockout: ignore[code] reason",
        ),
        ("ignore[invalid-principal] why", true, "key `K` has no finding `invalid-principal`", "remove the suppression"),
    ] {
        let report = check(&template(&[key("K", &format!("# cfn-lockout: {comment}"), "")]));
        assert_eq!(report.codes().contains(&"locks-out-deployer".to_owned()), fires, "{comment}");
        let unused: Vec<Value> = report.0["findings"].as_array().unwrap().clone();
        let unused = unused.iter().find(|one| one["code"] == "unused-suppression").expect(comment);
        assert_eq!((text(&unused["severity"]), text(&unused["logical_id"])), ("warning".to_owned(), "K".to_owned()));
        assert!(text(&unused["message"]).starts_with(message), "{comment}: {}", unused["message"]);
        assert!(text(&unused["help"]).contains(help), "{comment}: {}", unused["help"]);
        assert_eq!(unused["line"], 2, "{comment}");
    }
}

#[test]
fn a_suppression_elsewhere_says_where_it_belongs() {
    let bucket = format!("  Bucket: {{ Type: AWS::S3::Bucket }} {IGNORE}\n");
    let found = findings(&check(&format!("{IGNORE}\n\n{}", template(&[bucket, key("K", "", "")]))));
    let messages: Vec<&str> = found.iter().map(|(.., message)| message.as_str()).collect();
    assert_eq!(messages[0], "the suppression of `locks-out-deployer` stands at no key");
    assert_eq!(messages[1], "the suppression of `locks-out-deployer` stands at `Bucket`, which is no KMS key");
    assert!(messages[2].starts_with("KMS would refuse key `K`"), "{messages:?}");
}

#[test]
fn a_key_that_is_not_checked_makes_no_suppression_unused() {
    let conditional = key("K", IGNORE, "    Condition: Never\n");
    let report = check(&format!("Conditions: {{ Never: !Equals [a, b] }}\n{}", template(&[conditional])));
    assert_eq!((report.codes(), report.0["skipped"].as_array().unwrap().len()), (vec![], 1));
    // A loop is not read as a resource.
    let looped =
        format!("Resources:\n  Fn::ForEach::Keys: {IGNORE}\n    - Id\n    - [A]\n    - {{}}\n{}", key("K", "", ""));
    assert_eq!(check(&looped).codes(), ["locks-out-deployer"]);
}

#[test]
fn keys_that_a_loop_writes_share_the_suppression() {
    let (_, body) = DELEGATES.split_once("  K:\n").unwrap();
    let body = body.replace("\n  ", "\n        ");
    let of = |comment: &str, metadata: &str| {
        format!(
            "Transform: AWS::LanguageExtensions\nResources:\n  Fn::ForEach::Keys:\n    - Name\n    - [A, B]\n    -\n      {comment}\n      \"Key${{Name}}\":\n{metadata}      {body}"
        )
    };
    let metadata =
        "          Metadata: { cfn-lockout: { ignore: [{ code: relies-on-deployer-iam, reason: by hand }] } }\n";
    for template in [of("# cfn-lockout: ignore[relies-on-deployer-iam] by hand", ""), of("", metadata)] {
        let report = check(&template);
        assert_eq!((report.keys().len(), report.codes(), summary(&report, "suppressed")), (2, vec![], 2), "{template}");
    }
}

#[test]
fn an_included_file_has_metadata_and_its_comments_are_not_taken_for_the_templates() {
    let parent = format!(
        "Resources:\n  # cfn-lockout: ignore[locks-out-deployer] why\n  Fn::Transform: {{ Name: AWS::Include, Parameters: {{ Location: ./keys.yaml }} }}\n{}",
        key("Own", IGNORE, "")
    );
    let metadata =
        "    Metadata: { cfn-lockout: { ignore: [{ code: locks-out-deployer, reason: Admin creates it }] } }\n";
    let indented = |text: String| {
        text.lines().map(|line| format!("{}\n", line.strip_prefix("  ").unwrap_or(line))).collect::<String>()
    };
    let files = folder(&[("kms.yaml", &parent), ("keys.yaml", &indented(key("K", "", metadata)))]);
    let report = report_in(files.path(), &["check", "kms.yaml", ROLE[0], ROLE[1]]);
    assert_eq!((report.keys().len(), summary(&report, "suppressed")), (2, 2), "{}", report.0);
    assert!(!report.codes().contains(&"locks-out-deployer".to_owned()));
}

#[test]
fn a_suppressed_key_is_taken_out_of_a_finding_about_several() {
    let ignore = "# cfn-lockout: ignore[relies-on-deployer-iam] granted by hand";
    let of = |id: &str, comment: &str| {
        let (_, body) = DELEGATES.split_once("  K:\n").unwrap();
        format!("  {id}: {comment}\n{body}")
    };
    let account = ["--account", "111122223333"];
    let keys = |first: &str, second: &str, third: &str| template(&[of("A", first), of("B", second), of("C", third)]);
    let report = check_with(&keys(ignore, "", ""), &account);
    let found = findings(&report);
    assert_eq!(found.len(), 1);
    assert!(found[0].1 == "B" && found[0].3.contains("key `B` and one more"), "{found:?}");
    assert_eq!(summary(&report, "suppressed"), 1);
    let report = check_with(&keys(ignore, ignore, ignore), &account);
    assert_eq!((report.codes(), summary(&report, "suppressed"), report.keys().len()), (vec![], 3, 3));
}

#[test]
fn findings_about_the_template_are_not_suppressed_by_a_key() {
    let refused = "  Broken: { Type: AWS::S3::Bucket, Properties: { BucketName: !Ref Nothing } }\n".to_owned();
    let ignore = "# cfn-lockout: ignore[template-refused] why";
    let found = findings(&check(&template(&[key("K", ignore, ""), refused])));
    let codes: Vec<&str> = found.iter().map(|(code, ..)| code.as_str()).collect();
    assert!(codes.contains(&"template-refused") && codes.contains(&"unused-suppression"), "{found:?}");
}

#[test]
fn suppressed_findings_do_not_make_a_run_fail() {
    let both = template(&[key("A", IGNORE, ""), key("B", IGNORE, "")]);
    let files = folder(&[("kms.yaml", &both)]);
    let code = |fail_on: &str| run_in(files.path(), &["kms.yaml", ROLE[0], ROLE[1], "--fail-on", fail_on]).code;
    assert_eq!((code("error"), code("note")), (0, 0));
    let stale = folder(&[("kms.yaml", &template(&[key("A", "# cfn-lockout: ignore[undecided] why", "")]))]);
    let admin = ["kms.yaml", "--role-arn", "arn:aws:iam::111122223333:role/Admin"];
    assert_eq!(run_in(stale.path(), &admin).code, 0, "a warning");
    let warning = [&admin[..], &["--fail-on", "warning"]].concat();
    assert_eq!(run_in(stale.path(), &warning).code, 1);
}

#[test]
fn a_key_of_a_nested_stack_is_suppressed_in_its_own_template() {
    let parent = "Resources:\n  One: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: ./child.yaml, Parameters: { Who: Deploy } } }\n  Two: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: ./child.yaml, Parameters: { Who: Admin } } }\n";
    let child = |comment: &str| {
        let body = key("K", comment, "")
            .replace("\"arn:aws:iam::111122223333:role/Admin\"", "!Sub \"arn:aws:iam::111122223333:role/${Who}\"");
        format!("Parameters: {{ Who: {{ Type: String }} }}\nResources:\n{body}")
    };
    let report = |parent: &str, child: &str| {
        let files = folder(&[("parent.yaml", parent), ("child.yaml", child)]);
        report_in(files.path(), &["check", "parent.yaml", ROLE[0], ROLE[1]])
    };
    let plain = findings(&report(parent, &child("")));
    let found: Vec<&str> = plain.iter().map(|(code, ..)| code.as_str()).collect();
    assert_eq!(found, ["locks-out-deployer", "no-account-delegation"], "one in each of the two stacks");
    // It fires in one of the two stacks: that is enough.
    let suppressed = report(parent, &child(IGNORE));
    assert_eq!(
        (suppressed.codes(), summary(&suppressed, "suppressed"), suppressed.keys().len()),
        (vec!["no-account-delegation".to_owned()], 1, 2)
    );
    // A stale one is said once.
    let stale = findings(&report(parent, &child("# cfn-lockout: ignore[undecided] why")));
    assert_eq!(stale.iter().filter(|(code, ..)| code == "unused-suppression").count(), 1, "{stale:?}");
    let at_the_stack = parent.replace("  Two:", &format!("  {IGNORE}\n  Two:"));
    let found = findings(&report(&at_the_stack, &child("")));
    assert!(found.iter().any(|(.., message)| message.contains("stands at `Two`, which is no KMS key")), "{found:?}");
}

#[test]
fn a_nested_stack_whose_template_is_elsewhere_is_suppressed_where_it_stands() {
    let stack = |id: &str, comment: &str| {
        format!(
            "  {comment}\n  {id}: {{ Type: AWS::CloudFormation::Stack, Properties: {{ TemplateURL: \"https://s3.amazonaws.com/x/{id}.yaml\" }} }}\n"
        )
    };
    let ignore = "# cfn-lockout: ignore[undecided] the vendor's";
    let of = |one: &str, two: &str| {
        let report = check(&template(&[stack("One", one), stack("Two", two), key("K", IGNORE, "")]));
        let found = findings(&report).into_iter().map(|(code, id, ..)| format!("{code} {id}")).collect::<Vec<_>>();
        (found, summary(&report, "suppressed"))
    };
    assert_eq!(of("# x", "# x"), (vec!["undecided One".to_owned()], 1));
    assert_eq!(of(ignore, "# x"), (vec!["undecided Two".to_owned()], 2));
    assert_eq!(of(ignore, ignore), (vec![], 3));
}

#[test]
fn a_bare_policy_is_suppressed_anywhere_in_its_file() {
    let policy = "Statement:\n  - Effect: Allow\n    Principal: { AWS: \"arn:aws:iam::111122223333:role/Admin\" }\n    Action: kms:*\n    Resource: \"*\"\n";
    let files = folder(&[("policy.yaml", &format!("{IGNORE}\n{policy}"))]);
    let report =
        report_in(files.path(), &["policy", "policy.yaml", "--deployer", "arn:aws:iam::111122223333:user/Alice"]);
    assert_eq!((report.verdict("").as_str(), report.codes(), summary(&report, "suppressed")), ("lockout", vec![], 1));
}
