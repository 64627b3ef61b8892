//! `recover`: who can still repair a key, the policy to put, the commands. The situations are those of the KMS Developer
//! Guide (key-policy-default.html, the console), of AWS re:Post (update-kms-policy), and of a university's procedure for keys
//! that nobody can manage.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::{DELEGATES, Run, folder, report_in, run_in, run_with_stdin, text};

const ADMIN: &str = "arn:aws:iam::111122223333:role/KeyAdmin";
const ROOT: &str = "arn:aws:iam::111122223333:root";

fn allow(principal: Value) -> Value {
    json!({ "Sid": "Admin", "Effect": "Allow", "Principal": { "AWS": principal }, "Action": "kms:*", "Resource": "*" })
}

fn policy(statements: &[Value]) -> Value {
    json!({ "Version": "2012-10-17", "Statement": statements })
}

/// As `aws kms get-key-policy` prints it.
fn printed(policy: &Value) -> String {
    json!({ "Policy": serde_json::to_string_pretty(policy).unwrap(), "PolicyName": "default" }).to_string()
}

/// What `recover` says about a policy, as data, with its exit code.
fn recover(policy: &Value, flags: &[&str]) -> (Value, i32) {
    let files = folder(&[("policy.json", &printed(policy))]);
    run(files.path(), "policy.json", flags)
}

fn run(at: &Path, file: &str, flags: &[&str]) -> (Value, i32) {
    let mut args = vec!["recover", file, "--format", "json"];
    args.extend(flags);
    let run = run_in(at, &args);
    assert_eq!(run.stderr, "", "{args:?}");
    (run.json(), run.code)
}

fn able(report: &Value) -> Vec<(String, String)> {
    let all = report["principals"].as_array().unwrap().iter();
    all.filter(|one| !one["how"].is_null()).map(|one| (text(&one["principal"]), text(&one["how"]))).collect()
}

/// The check itself says of the policy to put what the report promises.
fn proven(report: &Value, principal: &str, verdict: &str) {
    let files = folder(&[("key-policy.json", &report["policy"].to_string())]);
    let args = ["policy", "key-policy.json", "--deployer", principal];
    assert_eq!(text(&report_in(files.path(), &args).keys()[0]["verdict"]), verdict, "{}", report["policy"]);
}

fn screen(policy: &str, flags: &[&str]) -> Run {
    let files = folder(&[("policy.json", policy)]);
    let mut args = vec!["recover", "policy.json"];
    args.extend(flags);
    run_in(files.path(), &args)
}

/// The account's statement was taken out, the console shows no access, and one administrator is left.
#[test]
fn whoever_the_policy_names_can_still_put_one() {
    let (report, code) = recover(
        &policy(&[allow(json!([ADMIN, "AIDAEXAMPLEEXAMPLE12"]))]),
        &["--key-id", "1234abcd", "--region", "eu-west-1"],
    );
    assert_eq!((code, text(&report["schema"]).as_str()), (0, "cfn-lockout-recover/1"));
    assert_eq!(able(&report), [(ADMIN.to_owned(), "direct".to_owned())]);
    assert_eq!(report["gone"][0]["principal"], "AIDAEXAMPLEEXAMPLE12");
    assert_eq!(report["administrator"]["principal"], ROOT, "the account's statement is given back");
    assert_eq!(
        (text(&report["administrator"]["before"]), text(&report["administrator"]["after"])),
        ("lockout".into(), "safe".into())
    );
    assert_eq!(report["policy"]["Statement"][0]["Principal"]["AWS"], ADMIN, "the deleted user is gone");
    assert_eq!(report["policy"]["Statement"][1]["Sid"], "Enable IAM User Permissions");
    proven(&report, ROOT, "safe");
    proven(&report, ADMIN, "safe");
    let commands: Vec<String> =
        report["commands"].as_array().unwrap().iter().map(|one| text(&one["command"])).collect();
    let place = |what: &str| {
        commands.iter().position(|one| one.contains(what)).unwrap_or_else(|| panic!("{what}: {commands:?}"))
    };
    let order = [
        "sts get-caller-identity",
        "> key-policy.before.json",
        &format!("cfn-lockout policy key-policy.json --deployer {ADMIN}"),
        "put-key-policy --key-id 1234abcd --policy-name default --policy file://key-policy.json --region eu-west-1",
    ];
    assert!(order.map(place).is_sorted(), "{commands:?}");
    assert_eq!(report["support"]["needed"], false);
    assert!(
        [
            "kms:ListKeys",
            "kms:ListAliases",
            "tag:GetResources",
            "kms:DescribeKey",
            "kms:GetKeyPolicy",
            "iam:ListUsers",
            "iam:ListRoles"
        ]
        .iter()
        .all(|action| report["console"]["actions"].as_array().unwrap().contains(&json!(action)))
    );
}

/// All principals were deleted and there is no statement for the account.
#[test]
fn where_nobody_is_left_aws_support_is() {
    let lost = policy(&[allow(json!("AROAEXAMPLEEXAMPLE12"))]);
    let (report, code) = recover(&lost, &["--account", "111122223333"]);
    assert_eq!((code, able(&report)), (1, vec![]));
    assert_eq!(report["support"]["needed"], true);
    assert_eq!(report["changes"].as_array().unwrap().len(), 3, "{}", report["changes"]);
    proven(&report, ROOT, "safe");
    let run = screen(&printed(&lost), &["--account", "111122223333", "--key-id", "1234abcd", "--region", "eu-west-1"]);
    let said = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "who can still repair it: nobody",
        "nobody is left: this is a matter for AWS Support",
        "the key: 1234abcd",
        "get-key-policy --key-id 1234abcd",
        "put-key-policy --key-id 1234abcd",
        "the file key-policy.json",
        "the full text of the error",
    ] {
        assert!(said.contains(part), "{part}: {}", run.stdout);
    }
    assert_eq!(recover(&lost, &["--account", "111122223333", "--fail-on", "never"]).1, 0);
}

#[test]
fn everyone_under_a_condition_is_whom_the_condition_names() {
    let shib = "arn:aws:iam::111122223333:role/shib-admin";
    let mut statement = allow(json!("*"));
    statement["Condition"] = json!({ "StringLike": { "aws:PrincipalArn": [shib, ROOT] } });
    let (report, code) = recover(&policy(&[statement]), &["--account", "111122223333", "--administrator", shib]);
    assert_eq!((code, able(&report)), (0, vec![(shib.into(), "direct".into()), (ROOT.into(), "direct".into())]));
    assert_eq!(report["changes"], json!([]), "it can already");
    let (report, _) = recover(&policy(&[allow(json!("*"))]), &["--account", "111122223333"]);
    assert_eq!(able(&report)[0], ("arn:aws:iam::111122223333:role/*".into(), "direct".into()));
}

#[test]
fn the_account_leaves_it_to_iam_policies() {
    let (report, code) = recover(
        &policy(&[
            allow(json!(ROOT)),
            json!({ "Sid": "Use", "Effect": "Allow", "Principal": { "AWS": ADMIN }, "Action": "kms:Decrypt", "Resource": "*" }),
        ]),
        &[],
    );
    assert_eq!((code, able(&report)), (0, vec![(ROOT.into(), "account".into()), (ADMIN.into(), "account".into())]));
    assert_eq!(report["administrator"]["before"], "safe");
}

#[test]
fn the_smallest_change_gives_the_key_back() {
    let deny = |more: Value| {
        let mut statement = json!({ "Sid": "Guard", "Effect": "Deny", "Principal": { "AWS": "*" }, "Action": "kms:Put*", "Resource": "*" });
        statement.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        statement
    };
    let boss = "arn:aws:iam::111122223333:role/Boss";
    let spared = json!({ "Condition": { "StringNotLike": { "aws:PrincipalArn": boss } } });
    let lacks = json!({ "Sid": "Admin", "Effect": "Allow", "Principal": { "AWS": ADMIN }, "Action": "kms:Describe*", "Resource": "*" });
    for (statements, expected, place, value) in [
        (vec![allow(json!(boss))], "to the principals of `Admin`", "/Statement/0/Principal/AWS/1", json!(ADMIN)),
        (
            vec![allow(json!(boss)), lacks],
            "to the actions of `Admin`",
            "/Statement/1/Action/1",
            json!("kms:PutKeyPolicy"),
        ),
        (
            vec![allow(json!([ADMIN, boss])), deny(spared)],
            "from the Deny of `Guard`",
            "/Statement/1/Condition/StringNotLike/aws:PrincipalArn/1",
            json!(ADMIN),
        ),
        (
            vec![allow(json!([ADMIN, boss])), deny(json!({}))],
            "from the Deny of `Guard`",
            "/Statement/1/Condition/ArnNotEquals/aws:PrincipalArn",
            json!(ADMIN),
        ),
        (vec![allow(json!(ROOT))], "", "/Statement/0/Principal/AWS", json!(ROOT)),
    ] {
        let (report, _) = recover(&policy(&statements), &["--administrator", ADMIN]);
        let changes: Vec<String> = report["changes"].as_array().unwrap().iter().map(text).collect();
        assert_eq!(changes.len(), usize::from(!expected.is_empty()), "{changes:?}");
        assert!(changes.join("").ends_with(expected), "{changes:?}");
        assert_eq!(report["policy"].pointer(place), Some(&value), "{}", report["policy"]);
        proven(&report, ADMIN, if expected.is_empty() { "safe-if-iam" } else { "safe" });
    }
}

#[test]
fn what_stands_beside_the_key_policy_is_no_matter_of_the_key_policy() {
    let scp = r#"{"Statement": [{"Effect": "Deny", "Action": "kms:PutKeyPolicy", "Resource": "*"}, {"Effect": "Allow", "Action": "*", "Resource": "*"}]}"#;
    let files = folder(&[("policy.json", &printed(&policy(&[allow(json!(ADMIN))]))), ("scp.json", scp)]);
    let (report, code) = run(files.path(), "policy.json", &["--scp", "scp.json", "--administrator", ADMIN]);
    assert_eq!((code, able(&report)), (1, vec![]));
    assert!(text(&report["administrator"]["hopeless"]).contains("service control policies"), "{report}");
}

#[test]
fn a_snapshot_tells_who_is_gone() {
    let account = json!({ "UserDetailList": [], "RoleDetailList": [{ "RoleName": "KeyAdmin", "Arn": ADMIN, "RoleId": "AROAX", "RolePolicyList": [], "AttachedManagedPolicies": [] }] });
    let old = "arn:aws:iam::111122223333:role/Old";
    let files = folder(&[
        ("policy.json", &printed(&policy(&[allow(json!([old, ADMIN]))]))),
        ("account.json", &account.to_string()),
    ]);
    let (report, _) = run(files.path(), "policy.json", &["--iam-snapshot", "account.json", "--administrator", ADMIN]);
    assert_eq!(report["gone"][0]["principal"], old);
    assert_eq!(able(&report), [(ADMIN.into(), "direct".into())]);
    assert_eq!(report["policy"]["Statement"][0]["Principal"]["AWS"], ADMIN);
}

#[test]
fn every_form_of_the_policy_is_read() {
    let one = policy(&[allow(json!(ADMIN))]);
    let wrapped = printed(&one);
    let quoted = json!(one.to_string()).to_string();
    let yaml = "Version: '2012-10-17'\nStatement:\n  - {Sid: Admin, Effect: Allow, Principal: {AWS: 'arn:aws:iam::111122223333:role/KeyAdmin'}, Action: 'kms:*', Resource: '*'}\n";
    for file in [one.to_string(), wrapped, quoted, yaml.to_owned()] {
        let files = folder(&[("policy", &file)]);
        let (report, _) = run(files.path(), "policy", &["--administrator", ADMIN]);
        assert_eq!(report["policy"], one, "{file}");
    }
    let run = run_with_stdin(folder(&[]).path(), &["recover", "-", "--format", "json"], one.to_string().as_bytes());
    assert_eq!(text(&run.json()["file"]), "<stdin>");
    for (file, says) in
        [("{\"a\": 1}", "is neither a key policy"), ("[", ":1:"), ("{\"Policy\": \"{\"}", "is neither a key policy")]
    {
        let run = screen(file, &["--account", "111122223333"]);
        assert!(run.code == 2 && run.stderr.contains(says), "{file}: {}", run.stderr);
    }
}

#[test]
fn a_template_tells_the_policy_of_a_key() {
    let other = DELEGATES.replace("Resources:\n", "Resources:\n  Other:\n    Type: AWS::KMS::Key\n");
    let files = folder(&[("one.yaml", DELEGATES), ("two.yaml", &other)]);
    let (report, _) = run(files.path(), "one.yaml", &["--account", "111122223333"]);
    assert_eq!(report["policy"]["Statement"][0]["Principal"]["AWS"], ROOT);
    let (report, _) = run(files.path(), "two.yaml", &["--account", "111122223333", "--key", "Other"]);
    assert_eq!(report["policy"]["Id"], "key-default-1", "a key without KeyPolicy");
    for (args, says) in [
        (vec!["two.yaml", "--account", "111122223333"], "several keys: name one with --key: `Other`, `K`"),
        (vec!["two.yaml", "--account", "111122223333", "--key", "Nope"], "has no key `Nope`"),
        (vec!["one.yaml"], "give --account ID"),
    ] {
        let mut all = vec!["recover"];
        all.extend(args);
        let run = run_in(files.path(), &all);
        assert!(run.code == 2 && run.stderr.contains(says), "{all:?}: {}", run.stderr);
    }
}

#[test]
fn a_policy_that_nobody_can_read_starts_from_the_default() {
    let at = folder(&[]);
    let run = run_in(at.path(), &["recover", "--unreadable", "--account", "111122223333", "--format", "json"]);
    let report = run.json();
    assert_eq!((run.code, &report["readable"]), (0, &json!(false)));
    assert_eq!(report["policy"]["Statement"][0]["Principal"]["AWS"], ROOT);
    assert!(report["commands"].to_string().contains("AttributeValue=PutKeyPolicy"), "{}", report["commands"]);
    let run = run_in(at.path(), &["recover", "--unreadable", "--account", "111122223333"]);
    let said = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "starts from the default policy of account 111122223333",
        "what put-key-policy may answer",
        "one or more invalid principals",
        "MalformedPolicyDocumentException",
        "--key-id KEY_ID",
        "--region REGION",
    ] {
        assert!(said.contains(part), "{part}: {}", run.stdout);
    }
    assert_eq!(run_in(at.path(), &["recover"]).code, 2, "a file, or --unreadable");
    assert_eq!(run_in(at.path(), &["recover", "--unreadable"]).code, 2, "whose account?");
}

#[test]
fn flags_that_cannot_be_are_errors() {
    let one = printed(&policy(&[allow(json!(ADMIN))]));
    for (flags, says) in [
        (vec!["--key-id", "alias/vault"], "takes no alias"),
        (vec!["--administrator", "arn:aws:iam::999999999999:role/R"], "no other account"),
        (vec!["--administrator", "KeyAdmin"], "--administrator"),
        (vec!["--account", "1"], "--account"),
        (vec!["--key", "K"], "is no template"),
    ] {
        let run = screen(&one, &flags);
        assert!(run.code == 2 && run.stderr.contains(says), "{flags:?}: {} {}", run.code, run.stderr);
    }
    let run = screen(&one, &["--key-id", "x'; rm -rf ~ #"]);
    assert!(run.stdout.contains(r"--key-id 'x'\''; rm -rf ~ #'"), "{}", run.stdout);
}
