//! `--rules`: Guard rules over the resolved template, as findings of the report.

#[cfg(not(feature = "guard"))]
#[test]
fn a_build_without_guard_says_so() {
    let files = crate::support::folder(&[("kms.yaml", crate::support::DELEGATES)]);
    for args in [["check", "kms.yaml"], ["resolve", "kms.yaml"], ["policy", "kms.yaml"], ["fix", "kms.yaml"]] {
        let run = crate::support::run_in(files.path(), &[args[0], args[1], "--rules", "x.guard"]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""));
        assert!(run.stderr.contains("--rules: this cfn-lockout was built without Guard"), "{}", run.stderr);
    }
}

#[cfg(feature = "guard")]
mod with_rules {
    use serde_json::{Value, json};

    use crate::reports::LOCKOUT;
    use crate::support::{DELEGATES, ROLE, Report, folder, report_in, run_in, text};

    /// The findings about rules: place, logical id, stack, severity, message, help.
    fn told(report: &Report) -> Vec<(String, String, String, String, String, String)> {
        let findings = report.0["findings"].as_array().unwrap().iter().filter(|one| one["code"] == "guard-rule");
        let of = |one: &Value| {
            let place = format!("{}:{}:{}", text(&one["file"]), one["line"], one["column"]);
            let [id, stack, severity, message, help] =
                ["logical_id", "stack", "severity", "message", "help"].map(|name| text(&one[name]));
            (place, id, stack, severity, message, help)
        };
        findings.map(of).collect()
    }

    fn brief(report: &Report) -> Vec<(String, String)> {
        told(report).into_iter().map(|(place, _, _, _, message, _)| (place, message)).collect()
    }

    const TEMPLATE: &str = r#"Parameters:
  Rotate: { Type: String, Default: "false" }
  Open: { Type: String }
Conditions:
  Ours: !Equals [!Ref Open, ours]
Resources:
  Vault:
    Type: AWS::KMS::Key
    Properties:
      EnableKeyRotation: !Ref Rotate
      Description: !If [Ours, !Sub "a-${Open}", "b/c"]
      Tags:
        - { Key: a/b, Value: one }
        - Key: team
          Value: two
  Bare:
    Type: AWS::KMS::Key
  Topic:
    Type: AWS::SNS::Topic
    Properties: { "x/y": { z: 1 } }
"#;

    const RULES: &str = r#"let keys = Resources.*[ Type == 'AWS::KMS::Key' ]

rule rotated when %keys !empty {
    %keys.Properties.EnableKeyRotation == 'true'
    <<
        warning: keys are rotated
        Fix: switch it on
    >>
}
rule second_tag {
    Resources.Vault.Properties.Tags[1].Value != 'two'
}
rule slash {
    Resources.Topic.Properties.'x/y'.z == 2
}
rule open {
    Resources.Vault.Properties.Description.'Fn::If'[2] != 'b/c' <<note: what hangs on a question>>
}
rule condition {
    Conditions.Ours == true
}
rule gone {
    Outputs.Arn exists <<an output is missing>>
}
rule either {
    Resources.Topic {
        Type == 'AWS::SQS::Queue' or
        Properties.Name exists
        <<neither>>
    }
}
rule hangs_on when %keys !empty {
    rotated
    second_tag <<in other words>>
}
"#;

    #[test]
    fn what_a_rule_says_stands_where_the_template_writes_it() {
        let files = folder(&[("kms.yaml", TEMPLATE), ("rules/our.guard", RULES)]);
        let report = report_in(files.path(), &["kms.yaml", ROLE[0], ROLE[1], "--rules", "rules"]);
        assert_eq!(report.0["failures"], json!([]));
        let row = |place: &str, id: &str, severity: &str, message: &str, help: &str| {
            let [id, stack, severity, message, help] = [id, "", severity, message, help].map(str::to_owned);
            (format!("kms.yaml:{place}"), id, stack, severity, message, help)
        };
        assert_eq!(
            told(&report),
            [
                row("5:3", "", "error", "condition: `Ours` is `{{parameter:Open}} is `ours``, which is not `true`", ""),
                row("6:1", "", "error", "gone: an output is missing", ""),
                row("10:26", "Vault", "warning", "rotated: keys are rotated", "switch it on"),
                row("11:49", "Vault", "note", "open: what hangs on a question", ""),
                row("15:18", "Vault", "error", "second_tag: `Value` is `two`, which is `two`", ""),
                row("15:18", "Vault", "error", "hangs_on: in other words", ""),
                row("16:3", "Bare", "warning", "rotated: keys are rotated", "switch it on"),
                row("20:5", "Topic", "error", "either: neither", ""),
                row("20:31", "Topic", "error", "slash: `z` is `1`, which is not `2`", ""),
            ]
        );
        let either =
            report.0["findings"].as_array().unwrap().iter().find(|one| text(&one["message"]) == "either: neither");
        assert_eq!(either.unwrap()["related"][0]["line"], 19, "the other alternative");
        let printed = run_in(files.path(), &["kms.yaml", "--rules", "rules"]).stdout;
        for line in ["Bare:\n   |   ^^^^ has no `Properties`", "= rule: rules/our.guard:3\n", "= help: switch it on\n"]
        {
            assert!(printed.contains(line), "{line}: {printed}");
        }
    }

    #[test]
    fn a_broken_file_of_rules_is_a_failure_and_hides_nothing() {
        let files = folder(&[
            ("kms.yaml", LOCKOUT),
            ("rules/a.guard", "rule a {\n  Resources exists\n}\nrule b { a }\n"),
            ("rules/b.guard", "rule unknown {\n  %nothing exists\n}\n"),
            ("rules/c.ruleset", "rule none {\n  Resources not exists\n}\n"),
            ("rules/d.txt", "no rules\n"),
            ("empty/readme.md", ""),
            ("named.txt", "rule named {\n  Outputs exists\n}\n"),
        ]);
        let args = ["kms.yaml", ROLE[0], ROLE[1], "--rules", "rules", "--rules", "empty", "--rules", "gone", "--rules"];
        let args: Vec<&str> = args.into_iter().chain(["named.txt", "--rules", "rules/c.ruleset"]).collect();
        assert_eq!(run_in(files.path(), &args).code, 2);
        let report = report_in(files.path(), &args);
        let failures: Vec<String> = report.0["failures"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| format!("{}:{}:{}: {}", text(&one["file"]), one["line"], one["column"], text(&one["message"])))
            .collect();
        assert_eq!(
            failures[..2],
            [
                "empty:0:0: there are no rules: no file ends in .guard or .ruleset".to_owned(),
                "gone:0:0: there is no such file or folder".to_owned(),
            ]
        );
        assert_eq!(failures[2], "rules/a.guard:4:12: Guard cannot read the rules from `}` on");
        assert!(failures[3].starts_with("rules/b.guard:0:0: cfn-guard fails: "), "{failures:?}");
        assert!(failures[3].contains("nothing") && failures[3].ends_with(", over `kms.yaml`"), "{failures:?}");
        assert_eq!(failures.len(), 4);
        assert_eq!(report.codes(), ["guard-rule", "guard-rule", "locks-out-deployer"]);
        let none = ("kms.yaml:1:1".to_owned(), "none: `Resources` is there".to_owned());
        assert_eq!(brief(&report)[0], none, "a file that is named twice is read once");
    }

    #[test]
    fn rules_are_read_even_where_no_template_is() {
        let files = folder(&[("a.guard", "rule {"), ("infra/readme.md", "")]);
        let run = run_in(files.path(), &["infra", "--rules", "a.guard"]);
        assert_eq!(run.code, 2, "{}", run.stdout);
        assert!(run.stdout.contains("Guard cannot read the rules"), "{}", run.stdout);
    }

    #[test]
    fn rules_are_about_templates_without_keys_too() {
        let bucket = "Resources:\n  Store:\n    Type: AWS::S3::Bucket\n";
        let files = folder(&[
            ("infra/bucket.yaml", bucket),
            ("infra/values.yaml", "a: 1\n"),
            ("infra/broken.yaml", "Resources: [\n"),
            ("r.guard", "rule no_buckets {\n  Resources.*[ Type == 'AWS::S3::Bucket' ] empty\n}\n"),
        ]);
        let report = report_in(files.path(), &["infra", "--rules", "r.guard"]);
        let expected = ("infra/bucket.yaml:2:3".to_owned(), "no_buckets: `Store` is not empty".to_owned());
        assert_eq!(brief(&report), [expected]);
        assert_eq!((&report.0["summary"]["templates"], &report.0["failures"]), (&json!(1), &json!([])));
        let without = report_in(files.path(), &["infra"]);
        assert_eq!(without.0["summary"]["templates"], 0, "without rules nothing but keys matters");
    }

    #[test]
    fn nested_stacks_are_seen_with_what_their_parents_pass() {
        let parent = "Resources:\n  Keys:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: child.yaml\n      Parameters: { Rotate: \"false\" }\n";
        let child = format!("Parameters:\n  Rotate: {{ Type: String }}\n{DELEGATES}")
            .replace("    Properties:\n", "    Properties:\n      EnableKeyRotation: !Ref Rotate\n");
        let rules = "let keys = Resources.*[ Type == 'AWS::KMS::Key' ]\nrule rotated when %keys !empty {\n  %keys.Properties.EnableKeyRotation != 'false'\n}\nlet facts = CfnLockout.keys.*\nrule by_iam when %facts !empty {\n  %facts.verdict != 'safe-if-iam'\n}\n";
        let files = folder(&[("parent.yaml", parent), ("child.yaml", &child), ("r.guard", rules)]);
        let report = report_in(files.path(), &[".", ROLE[0], ROLE[1], "--rules", "r.guard"]);
        let found = told(&report);
        assert_eq!(found.len(), 2, "{found:?}");
        for (place, id, stack, ..) in found {
            assert_eq!((id.as_str(), stack.as_str()), ("K", "Keys"));
            assert!(place.starts_with("child.yaml:"), "{place}");
        }
    }

    #[test]
    fn a_rule_is_suppressed_at_its_resource() {
        let rules = "rule a {\n  Resources.* { Metadata exists }\n}\nrule b {\n  Resources.* { Metadata exists }\n}\n";
        let template = "Resources:\n  # cfn-lockout: ignore[guard-rule/a] it has none\n  Store: { Type: AWS::S3::Bucket }\n  # cfn-lockout: ignore[guard-rule] it has none\n  Other: { Type: AWS::S3::Bucket }\n  # cfn-lockout: ignore[guard-rule/c] nobody asks\n  Third: { Type: AWS::S3::Bucket }\n";
        let files = folder(&[("t.yaml", template), ("r.guard", rules)]);
        let report = report_in(files.path(), &["t.yaml", "--rules", "r.guard"]);
        let found: Vec<String> =
            told(&report).into_iter().map(|(_, id, _, _, message, _)| format!("{id} {message}")).collect();
        let missing = "there is no `Metadata`";
        assert_eq!(
            found,
            [format!("Store b: {missing}"), format!("Third a: {missing}"), format!("Third b: {missing}")]
        );
        assert_eq!(report.0["summary"]["suppressed"], 3);
        let unused: Vec<Value> = report.0["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["code"] == "unused-suppression")
            .cloned()
            .collect();
        assert_eq!(unused.len(), 1);
        assert_eq!(unused[0]["message"], "`Third` has no finding `guard-rule/c`");
        // Without rules nobody knows what they would say.
        assert_eq!(report_in(files.path(), &["t.yaml"]).codes(), [""; 0]);
    }

    #[test]
    fn a_baseline_knows_rules_by_their_names() {
        let a = "rule a {\n  Resources.* { Metadata exists }\n}\n";
        let files = folder(&[("t.yaml", DELEGATES), ("a.guard", a), ("b.guard", &a.replace("rule a", "rule b"))]);
        let at = files.path();
        let write = ["t.yaml", "--rules", "a.guard", "--write-baseline", "base.json"];
        assert_eq!(run_in(at, &write).code, 0);
        let known = report_in(at, &["t.yaml", "--rules", "a.guard", "--baseline", "base.json"]);
        assert!(told(&known).is_empty() && known.0["summary"]["suppressed"].as_u64() >= Some(1));
        let other = report_in(at, &["t.yaml", "--rules", "b.guard", "--baseline", "base.json"]);
        assert_eq!(told(&other).len(), 1, "another rule at the same place is new");
        let without = run_in(at, &["t.yaml", "--baseline", "base.json"]);
        assert!(!without.stderr.contains("did not occur"), "{}", without.stderr);
    }

    #[test]
    fn other_verbs_take_rules_as_well() {
        let policy = r#"{"Version": "2012-10-17", "Statement": []}"#;
        let rules =
            "rule dated {\n  Version != '2012-10-17'\n}\nrule sound {\n  CfnLockout.keys.*.verdict != 'invalid'\n}\n";
        let files = folder(&[
            ("p.json", policy),
            ("kms.yaml", LOCKOUT),
            ("r.guard", rules),
            ("x.guard", "rule x {\n  Outputs exists\n}\n"),
        ]);
        let at = files.path();
        let report = report_in(at, &["policy", "p.json", ROLE[0], ROLE[1], "--rules", "r.guard"]);
        let places: Vec<String> = brief(&report).into_iter().map(|(place, _)| place).collect();
        assert_eq!(places, ["p.json:1:13", "p.json:1:40"]);
        let resolved = run_in(at, &["resolve", "kms.yaml", "--rules", "x.guard", "--output", "json=o.json"]);
        assert_eq!(resolved.code, 1);
        assert!(!resolved.stdout.contains("guard-rule"), "what rules say is no fact for rules");
        assert!(std::fs::read_to_string(at.join("o.json")).unwrap().contains("guard-rule"));
        let fix = report_in(at, &["fix", "kms.yaml", ROLE[0], ROLE[1], "--rules", "x.guard"]);
        assert!(fix.codes().contains(&"guard-rule".to_owned()));
        let write = run_in(at, &["fix", "--write", "kms.yaml", "--rules", "x.guard"]);
        assert_eq!(write.code, 2);
        assert!(write.stderr.contains("write the fixes first"), "{}", write.stderr);
        assert_eq!(std::fs::read_to_string(at.join("kms.yaml")).unwrap(), LOCKOUT, "nothing was written");
    }

    #[test]
    fn each_deployment_is_judged_by_itself() {
        let config = "deployments:\n  dev: { templates: [t.yaml], parameters: { Rotate: \"true\" } }\n  prod: { templates: [t.yaml], parameters: { Rotate: \"false\" } }\n";
        let template = format!("Parameters:\n  Rotate: {{ Type: String }}\n{DELEGATES}")
            .replace("    Properties:\n", "    Properties:\n      EnableKeyRotation: !Ref Rotate\n");
        let rules = "rule rotated {\n  Resources.K.Properties.EnableKeyRotation == 'true'\n}\n";
        let files = folder(&[(".cfn-lockout.yaml", config), ("t.yaml", &template), ("r.guard", rules)]);
        let report = report_in(files.path(), &["t.yaml", "--rules", "r.guard"]);
        let of_rules: Vec<&Value> =
            report.0["findings"].as_array().unwrap().iter().filter(|one| one["code"] == "guard-rule").collect();
        assert_eq!(of_rules.len(), 1);
        assert_eq!(of_rules[0]["deployment"], "prod");
    }
}
