//! Findings beside the lockout, as users see them: which of them are reported together, and in which words.

use crate::support::{ROLE, Report, folder, report_in, run_in, text};

const ACCOUNT: &str = "{Effect: Allow, Principal: {AWS: '111122223333'}, Action: 'kms:*', Resource: '*'}";

/// A folder with a template of one key whose policy has these statements.
fn template(statements: &str, more: &str) -> tempfile::TempDir {
    let policy = format!("{{Version: '2012-10-17', Statement: [{statements}]}}");
    let key = format!("  K:\n    Type: AWS::KMS::Key\n    Properties: {{KeyPolicy: {policy}}}\n");
    folder(&[("t.yaml", &format!("Resources:\n{key}{more}"))])
}

/// The report on it.
fn report(statements: &str, more: &str, args: &[&str]) -> Report {
    let mut all = vec!["check", "t.yaml"];
    all.extend(args);
    report_in(template(statements, more).path(), &all)
}

fn codes(statements: &str) -> Vec<String> {
    report(statements, "", &ROLE).codes()
}

fn users(rest: &str) -> String {
    format!("{ACCOUNT}, {{Sid: Users, Effect: Allow, {rest}, Action: 'kms:Decrypt', Resource: '*'}}")
}

#[test]
fn what_kms_refuses_has_its_words() {
    for (principal, words) in [
        (
            "{AWS: 'arn:aws:iam::111122223333:group/G'}",
            "Policy contains a statement with one or more invalid principals.",
        ),
        ("{AWS: 'arn:aws:iam:::root'}", "An ARN in the specified key policy is invalid."),
        ("'arn:aws:iam::111122223333:root'", "CreateKey failed due to MalformedPolicyDocumentException"),
    ] {
        let statements = users(&format!("Principal: {principal}"));
        let shown = run_in(template(&statements, "").path(), &["check", "t.yaml", ROLE[0], ROLE[1]]).stdout;
        assert!(shown.contains("KMS would refuse key `K`"), "{shown}");
        assert!(shown.contains(&format!("AWS says: \"{words}")), "{shown}");
    }
}

/// The cause is told once: not also as the principal that it makes.
#[test]
fn a_cause_is_not_told_twice() {
    assert_eq!(codes(&users("Principal: {AWS: 012345670123}")), ["number-like-account-id"]);
    assert_eq!(codes(&users("Principal: {AWS: 'arn:aws:iam::${AWS::AccountId}:root'}")), ["substitution-not-applied"]);
    assert_eq!(
        codes(&users("Principal: {AWS: 'arn:aws:iam::#{AWS::AccountId}:role/A'}")),
        ["substitution-not-applied"]
    );
    let both = users("Principal: {AWS: ['arn:aws:iam::${AWS::AccountId}:root', 'arn:aws:iam::111122223333:group/G']}");
    assert_eq!(codes(&both), ["substitution-not-applied", "invalid-principal"], "another one is told");
}

#[test]
fn nobody_left_is_about_policies_that_kms_accepts() {
    let only = |principal: &str| {
        format!("{{Effect: Allow, Principal: {{AWS: '{principal}'}}, Action: 'kms:*', Resource: '*'}}")
    };
    let alice = only("arn:aws:iam::111122223333:user/Alice");
    assert_eq!(codes(&alice), ["locks-out-deployer"]);
    assert_eq!(codes(&only(ROLE[1])), ["no-account-delegation"]);
    assert_eq!(codes(&only("arn:aws:iam::111122223333:group/G")), ["invalid-principal"]);
    let by_alice = ["--deployer", "arn:aws:iam::111122223333:user/Alice"];
    assert_eq!(report(&alice, "", &by_alice).codes(), ["no-account-delegation", "fragile-administrator"]);
    let unknown = report(&alice, "", &["--account", "111122223333"]);
    assert_eq!(unknown.codes(), ["undecided", "no-account-delegation", "fragile-administrator"]);
}

#[test]
fn what_the_account_may_not_delegate_is_said() {
    let admin = format!("{{Effect: Allow, Principal: {{AWS: '{}'}}, Action: 'kms:*', Resource: '*'}}", ROLE[1]);
    let message = |statements: &str| text(&report(statements, "", &ROLE).0["findings"][0]["message"]);
    assert_eq!(message(&admin), "only `role/Deploy` can change the policy of key `K`: no statement is for the account");
    let others = format!("{admin}, {}", ACCOUNT.replace("kms:*", "kms:Decrypt"));
    assert!(message(&others).ends_with("no statement lets the account delegate kms:PutKeyPolicy"));
}

/// The policy of S13, and its repair.
#[test]
fn a_deny_for_everyone_but_one_stops_aws_backup() {
    let deny = |more: &str| {
        format!(
            "{ACCOUNT}, {{Effect: Deny, Principal: '*', Action: 'kms:*', Resource: '*', Condition: {{StringNotLike: {{'aws:PrincipalArn': ['{}']}}{more}}}}}",
            ROLE[1]
        )
    };
    let broken = report(&deny(""), "", &ROLE);
    assert_eq!(broken.codes(), ["relies-on-deployer-iam", "denies-aws-services"]);
    let help = text(&broken.0["findings"][1]["help"]);
    for form in ["aws:PrincipalIsAWSService", "aws:PrincipalServiceName", "service-linked roles"] {
        assert!(help.contains(form), "{help}");
    }
    let repaired = deny(", BoolIfExists: {'aws:PrincipalIsAWSService': 'false'}");
    assert_eq!(codes(&repaired), ["relies-on-deployer-iam"]);
}

#[test]
fn a_role_of_the_same_stack_by_text_is_an_error_and_the_verdict_stands() {
    let role = "  App: {Type: 'AWS::IAM::Role', Properties: {RoleName: App}}\n";
    let found = report(&users("Principal: {AWS: 'arn:aws:iam::111122223333:role/App'}"), role, &ROLE);
    assert_eq!(found.verdict("K"), "safe-if-iam");
    assert_eq!(found.codes(), ["relies-on-deployer-iam", "invalid-principal"]);
    let help = text(&found.0["findings"][1]["help"]);
    assert_eq!(help, "write `!GetAtt App.Arn`, or add `DependsOn: App` to the key");
}

#[test]
fn what_has_no_effect_says_what_was_meant() {
    let statement =
        "{Sid: Use, Effect: Allow, Principal: '*', Action: ['kms:ReEncrypt', 'kms:Decrypt'], Resource: '*'}";
    let found = report(&format!("{ACCOUNT}, {statement}"), "", &ROLE);
    assert_eq!(found.codes(), ["relies-on-deployer-iam", "ineffective-statement"]);
    let finding = &found.0["findings"][1];
    assert_eq!(text(&finding["message"]), "KMS has no action `kms:ReEncrypt` (`Use` of key `K`)");
    assert_eq!(text(&finding["help"]), "for `kms:ReEncrypt`, did you mean `kms:ReEncrypt*`?");
}

/// A bare key policy is no template: nothing replaces anything in it, and there is no Fn::Sub to write.
#[test]
fn a_bare_policy_has_the_same_findings() {
    let policy = r#"{ "Statement": [{ "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::${AWS::AccountId}:root" }, "Action": "kms:*", "Resource": "*" }] }"#;
    let files = folder(&[("policy.json", policy)]);
    let found = report_in(files.path(), &["policy", "policy.json", "--account", "111122223333"]);
    assert_eq!(found.codes(), ["substitution-not-applied"]);
    assert!(text(&found.0["findings"][0]["help"]).starts_with("write the value itself"));
}
