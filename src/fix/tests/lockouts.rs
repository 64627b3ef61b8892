//! Letting the deployer in, in every style that templates are written in.

use super::{DEPLOY, changed, first, fixed, fixes};

const CODE: &str = "locks-out-deployer";

/// A template with one key, whose policy has these statements, each line after ten spaces.
fn block(statements: &str) -> String {
    let lines: String = statements.lines().map(|line| format!("          {line}\n")).collect();
    format!(
        "Resources:\n  K:\n    Type: AWS::KMS::Key\n    Properties:\n      KeyPolicy:\n        Version: '2012-10-17'\n        Statement:\n{lines}"
    )
}

fn admins(principal: &str) -> String {
    block(&format!("- Sid: Admins\n  Effect: Allow\n  Principal:\n{principal}\n  Action: kms:* # all\n  Resource: '*'"))
}

#[test]
fn a_list_in_block_style_gets_one_member_more() {
    let text = admins(
        "    AWS:\n      - arn:aws:iam::111122223333:role/A # first\n      - 'arn:aws:iam::111122223333:role/B' # last",
    );
    let (title, word, lines) = first(DEPLOY, &text, CODE);
    assert_eq!(title, format!("add `{DEPLOY}` to the principals of `Admins`"));
    assert_eq!((word, lines), ("safe", vec![format!("+                - '{DEPLOY}'")]));
}

#[test]
fn a_list_that_is_not_indented_stays_so() {
    let text = admins("    AWS:\n    -   arn:aws:iam::111122223333:role/A");
    assert_eq!(first(DEPLOY, &text, CODE).2, [format!("+              -   {DEPLOY}")]);
}

#[test]
fn a_list_in_brackets_gets_one_member_more() {
    let text = admins("    AWS: [ \"arn:aws:iam::111122223333:role/A\" ]");
    let after = fixed(DEPLOY, &text);
    assert!(after.contains(&format!("AWS: [ \"arn:aws:iam::111122223333:role/A\", \"{DEPLOY}\" ]\n")), "{after}");
}

#[test]
fn a_list_in_brackets_over_several_lines_keeps_its_comments() {
    let text = admins(
        "    AWS: [\n        arn:aws:iam::111122223333:role/A, # one\n        arn:aws:iam::111122223333:role/B # two\n    ]",
    );
    let lines = first(DEPLOY, &text, CODE).2;
    assert_eq!(
        lines,
        [
            "-                  arn:aws:iam::111122223333:role/B # two".to_owned(),
            "+                  arn:aws:iam::111122223333:role/B, # two".to_owned(),
            format!("+                  {DEPLOY}")
        ]
    );
    // With a comma at the end already.
    let text = text.replace("role/B # two", "role/B, # two");
    assert_eq!(first(DEPLOY, &text, CODE).2, [format!("+                  {DEPLOY}")]);
}

#[test]
fn one_value_becomes_a_list() {
    let text = admins("    AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:role/A' # only one");
    assert_eq!(
        first(DEPLOY, &text, CODE).2,
        [
            "-              AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:role/A' # only one".to_owned(),
            "+              AWS:".to_owned(),
            "+                - !Sub 'arn:aws:iam::${AWS::AccountId}:role/A' # only one".to_owned(),
            format!("+                - '{DEPLOY}'")
        ]
    );
}

#[test]
fn a_function_over_several_lines_moves_as_a_whole() {
    for function in [
        "    AWS: !Join\n    - ''\n    - - 'arn:aws:iam::'\n      - !Ref AWS::AccountId\n      - ':role/A'",
        "    AWS:\n      Fn::Join:\n      - ''\n      - - 'arn:aws:iam::'\n        - !Ref AWS::AccountId\n        - ':role/A'",
    ] {
        let text = admins(function);
        let after = fixed(DEPLOY, &text);
        assert!(after.contains(&format!("- {DEPLOY}")), "{after}");
        assert!(after.contains("- ':role/A'\n"), "{after}");
        assert_eq!(fixed(DEPLOY, &after), after, "nothing is left to fix");
    }
}

#[test]
fn line_ends_and_the_end_of_the_file_stay() {
    let text = admins("    AWS: arn:aws:iam::111122223333:role/A").replace('\n', "\r\n");
    let after = fixed(DEPLOY, text.trim_end());
    assert_eq!(after.matches('\n').count(), after.matches("\r\n").count());
    assert!(after.ends_with("Resource: '*'"), "{after}");
}

#[test]
fn json_stays_json_and_keeps_its_tabs() {
    let text = "{\n\t\"Resources\": {\n\t\t\"K\": {\n\t\t\t\"Type\": \"AWS::KMS::Key\",\n\t\t\t\"Properties\": {\n\t\t\t\t\"KeyPolicy\": {\n\t\t\t\t\t\"Statement\": [\n\t\t\t\t\t\t{\"Effect\": \"Allow\", \"Principal\": {\"AWS\": {\"Fn::Sub\": \"arn:aws:iam::${AWS::AccountId}:role/A\"}}, \"Action\": \"kms:*\", \"Resource\": \"*\"}\n\t\t\t\t\t]\n\t\t\t\t}\n\t\t\t}\n\t\t}\n\t}\n}\n";
    let all = fixes(DEPLOY, text, CODE);
    let inline = format!("{{\"AWS\": [{{\"Fn::Sub\": \"arn:aws:iam::${{AWS::AccountId}}:role/A\"}}, \"{DEPLOY}\"]}}");
    assert!(all[0].1.contains(&inline), "{}", all[0].1);
    let own = &all[1].1;
    assert!(
        own.contains(&format!("\n\t\t\t\t\t\t\t\"Principal\": {{\n\t\t\t\t\t\t\t\t\"AWS\": \"{DEPLOY}\"\n")),
        "{own}"
    );
    let account = &all[2];
    assert_eq!((account.0.applicability(), account.0.verdict.word()), ("review", "safe-if-iam"));
    assert!(account.1.contains("{\"Fn::Sub\": \"arn:${AWS::Partition}:iam::${AWS::AccountId}:root\"}"));
    assert!(all.iter().all(|(_, text)| serde_json::from_str::<serde_json::Value>(text).is_ok()));
}

#[test]
fn json_in_one_line_stays_in_one_line() {
    let text = format!(
        "{{\"Resources\":{{\"K\":{{\"Type\":\"AWS::KMS::Key\",\"Properties\":{{\"KeyPolicy\":{{\"Statement\":[{}]}}}}}}}}}}",
        "{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":[\"arn:aws:iam::111122223333:role/A\"]},\"Action\":\"kms:*\",\"Resource\":\"*\"}"
    );
    let after = fixed(DEPLOY, &text);
    assert!(after.contains(&format!("[\"arn:aws:iam::111122223333:role/A\",\"{DEPLOY}\"]")), "{after}");
}

#[test]
fn an_action_is_added_to_what_names_the_deployer() {
    let with = |actions: &str| {
        block(&format!(
            "- Sid: D\n  Effect: Allow\n  Principal: {{ AWS: '{DEPLOY}' }}\n  Action: {actions}\n  Resource: '*'"
        ))
    };
    let (title, word, lines) = first(DEPLOY, &with("[kms:Create*, kms:Describe*]"), CODE);
    assert_eq!((title.as_str(), word), ("add `kms:PutKeyPolicy` to the actions of `D`", "safe"));
    assert_eq!(lines[1], "+            Action: [kms:Create*, kms:Describe*, kms:PutKeyPolicy]");
    let lines = first(DEPLOY, &with("\"kms:Create*\""), CODE).2;
    assert_eq!(
        lines[1..],
        ["+            Action:", "+              - \"kms:Create*\"", "+              - \"kms:PutKeyPolicy\""]
    );
}

#[test]
fn an_action_for_others_too_is_to_be_reviewed() {
    let text = block(&format!(
        "- Sid: D\n  Effect: Allow\n  Principal: {{ AWS: ['{DEPLOY}', 'arn:aws:iam::111122223333:role/B'] }}\n  Action: kms:Create*\n  Resource: '*'"
    ));
    let all = fixes(DEPLOY, &text, CODE);
    let word = |title: &str| all.iter().find(|(fix, _)| fix.title.contains(title)).map(|(fix, _)| fix.applicability());
    assert_eq!(word("to the actions"), Some("review"));
    assert_eq!(word("add a statement that lets"), Some("safe"));
    assert_eq!(all[0].0.applicability(), "safe", "what needs no review comes first");
}

#[test]
fn without_a_deployer_the_account_is_let_in() {
    let text = block(
        "- Sid: Other\n  Effect: Allow\n  Principal:\n    AWS: arn:aws:iam::111122223333:role/A\n  Action: kms:Decrypt\n  Resource: '*'\n# the end",
    );
    let (title, word, lines) = first("", &text, CODE);
    assert_eq!((title.as_str(), word), ("add the statement for the account, which lets IAM policies decide", "safe"));
    assert_eq!(
        lines,
        [
            "+          - Sid: EnableIAMPolicies",
            "+            Effect: Allow",
            "+            Principal:",
            "+              AWS: !Sub arn:${AWS::Partition}:iam::${AWS::AccountId}:root",
            "+            Action: kms:*",
            "+            Resource: '*'"
        ]
    );
    assert!(fixed("", &text).ends_with("\n          # the end\n"));
}

#[test]
fn a_single_statement_becomes_a_list() {
    let text = "Resources:\n  K:\n    Type: AWS::KMS::Key\n    Properties:\n      KeyPolicy:\n        Statement:\n          Effect: Allow\n          Principal:\n            AWS: arn:aws:iam::111122223333:role/A\n          Action: kms:Decrypt\n          Resource: '*'\n";
    let after = fixed(DEPLOY, text);
    assert!(
        after.contains("        Statement:\n          - Effect: Allow\n            Principal:\n              AWS:"),
        "{after}"
    );
    assert!(
        after.contains(&format!("          - Effect: Allow\n            Principal:\n              AWS: {DEPLOY}\n")),
        "{after}"
    );
}

#[test]
fn a_deny_is_weakened_under_review_only() {
    let root = "- Effect: Allow\n  Principal:\n    AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:root'\n  Action: kms:*\n  Resource: '*'\n- Sid: Others\n  Effect: Deny\n  Principal: '*'\n  Action: kms:Put*\n  Resource: '*'";
    let condition = |operator: &str| {
        format!("{root}\n  Condition:\n    {operator}:\n      aws:PrincipalArn: arn:aws:iam::111122223333:role/A")
    };
    for (text, lines) in [
        (root.to_owned(), vec!["Condition:", "ArnNotEquals:", &format!("aws:PrincipalArn: '{DEPLOY}'")]),
        (condition("StringNotLike"), vec![&*format!("- {DEPLOY}")]),
        (condition("StringLike").replace("role/A", "*"), vec!["ArnNotEquals:", &format!("aws:PrincipalArn: {DEPLOY}")]),
    ] {
        let text = block(&text);
        let all = fixes(DEPLOY, &text, CODE);
        let Some((fix, after)) = all.first() else { panic!("{text}") };
        assert_eq!(
            (fix.title.as_str(), fix.review),
            (&*format!("exempt `{DEPLOY}` from `Others`"), Some("it weakens a Deny"))
        );
        let new: Vec<String> =
            changed(&text, after).iter().map(|line| line.trim_start_matches('+').trim().to_owned()).collect();
        assert!(lines.iter().all(|line| new.contains(&(*line).to_owned())), "{new:?}");
    }
}

#[test]
fn where_a_deny_and_nothing_else_lets_the_deployer_in_both_are_edited() {
    let text = block(
        "- Sid: A\n  Effect: Allow\n  Principal:\n    AWS: arn:aws:iam::111122223333:role/A\n  Action: kms:*\n  Resource: '*'\n- Sid: Others\n  Effect: Deny\n  Principal: '*'\n  Action: kms:*\n  Resource: '*'\n  Condition: { ArnNotLike: { aws:PrincipalArn: ['arn:aws:iam::111122223333:role/A'] } }",
    );
    let (title, word, _) = first(DEPLOY, &text, CODE);
    assert_eq!(
        (title, word),
        (format!("exempt `{DEPLOY}` from `Others`, and add `{DEPLOY}` to the principals of `A`"), "review")
    );
}

#[test]
fn what_an_alias_repeats_is_left_alone() {
    let text = block(
        "- Sid: A\n  Effect: Allow\n  Principal: &p\n    AWS: arn:aws:iam::111122223333:role/A\n  Action: kms:*\n  Resource: '*'\n- Sid: B\n  Effect: Allow\n  Principal: *p\n  Action: kms:Decrypt\n  Resource: '*'",
    );
    let titles: Vec<String> = fixes(DEPLOY, &text, CODE).into_iter().map(|(fix, _)| fix.title).collect();
    assert!(titles.iter().all(|title| !title.contains("to the principals")), "{titles:?}");
    assert!(!titles.is_empty());
}

#[test]
fn a_parameter_that_is_a_list_is_no_member_of_one() {
    let text = format!(
        "Parameters:\n  Admins:\n    Type: CommaDelimitedList\n    Default: arn:aws:iam::111122223333:role/A\n{}",
        admins("    AWS: !Ref Admins")
    );
    let titles: Vec<String> = fixes(DEPLOY, &text, CODE).into_iter().map(|(fix, _)| fix.title).collect();
    assert!(titles.iter().all(|title| !title.contains("to the principals")), "{titles:?}");
}

#[test]
fn other_values_that_lock_out_are_fixed_without_a_change_of_the_verdict() {
    let text = format!(
        "Parameters:\n  Admin:\n    Type: String\n    Default: {DEPLOY}\n    AllowedValues: ['{DEPLOY}', 'arn:aws:iam::111122223333:role/B']\n{}",
        admins("    AWS: !Ref Admin")
    );
    let all = fixes(DEPLOY, &text, "may-lock-out-deployer");
    assert_eq!(all[0].0.verdict.word(), "safe");
    assert!(all[0].1.contains(DEPLOY));
}
