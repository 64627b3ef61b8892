//! Principals that cannot exist, words of the grammar, what is ignored, and the switch.

use super::{DEPLOY, changed, first, fixed, fixes};

const ROOT: &str = "          - Sid: Account\n            Effect: Allow\n            Principal:\n              AWS: !Sub arn:aws:iam::${AWS::AccountId}:root\n            Action: kms:*\n            Resource: '*'\n";

fn template(before: &str, properties: &str, statements: &str) -> String {
    format!(
        "{before}Resources:\n  Role:\n    Type: AWS::IAM::Role\n    Properties: {{ RoleName: App }}\n  K:\n    Type: AWS::KMS::Key\n    Properties:\n{properties}      KeyPolicy:\n        Version: '2012-10-17'\n        Statement:\n{ROOT}{statements}"
    )
}

fn naming(principal: &str) -> String {
    template(
        "",
        "",
        &format!(
            "          - Sid: App\n            Effect: Allow\n            Principal:\n              AWS: {principal}\n            Action: kms:Decrypt\n            Resource: '*'\n"
        ),
    )
}

const PRINCIPAL: &str = "invalid-principal";

#[test]
fn a_forgotten_sub_is_added() {
    let text = naming("\"arn:aws:iam::${AWS::AccountId}:role/Fred\" # app");
    let (title, word, lines) = first(DEPLOY, &text, "substitution-not-applied");
    assert_eq!((title.as_str(), word), ("substitute the variables with Fn::Sub", "safe"));
    assert_eq!(lines[1], "+              AWS: !Sub \"arn:aws:iam::${AWS::AccountId}:role/Fred\" # app");
    assert!(
        fixes(DEPLOY, &naming("'arn:aws:iam::${Account}:role/Fred'"), PRINCIPAL)
            .iter()
            .all(|(fix, _)| !fix.title.contains("Sub"))
    );
}

#[test]
fn the_name_of_a_role_becomes_its_arn() {
    for (written, line) in [
        ("!Ref Role", "+              AWS: !GetAtt Role.Arn"),
        ("{ Ref: Role }", "+              AWS: { Fn::GetAtt: [Role, Arn] }"),
        ("{ \"Ref\": \"Role\" }", "+              AWS: { \"Fn::GetAtt\": [Role, Arn] }"),
    ] {
        let (title, word, lines) = first(DEPLOY, &naming(written), PRINCIPAL);
        assert_eq!((title.as_str(), word, lines[1].as_str()), ("use the ARN of `Role`, not its name", "safe", line));
    }
}

#[test]
fn an_account_id_that_reads_as_a_number_is_put_in_quotes() {
    let (title, word, lines) = first(DEPLOY, &naming("012345678901"), "number-like-account-id");
    assert_eq!(
        (title.as_str(), word),
        ("put the account id `012345678901` in quotes: YAML reads it as a number", "safe")
    );
    assert_eq!(lines[1], "+              AWS: '012345678901'");
    // Where the value stands elsewhere, it is repaired there.
    let before = "Mappings:\n  Ids:\n    prod:\n      app: 012345670123\n";
    let text = naming("!Sub ['arn:aws:iam::${id}:root', { id: !FindInMap [Ids, prod, app] }]").replacen(
        "Resources:",
        &format!("{before}Resources:"),
        1,
    );
    assert_eq!(
        first(DEPLOY, &text, "number-like-account-id").2,
        ["-      app: 012345670123", "+      app: '012345670123'"]
    );
}

#[test]
fn what_is_gone_is_dropped() {
    let text =
        naming("\n                - AROAEXAMPLEEXAMPLE12 # gone\n                - arn:aws:iam::111122223333:role/B");
    let (title, word, lines) = first(DEPLOY, &text, PRINCIPAL);
    assert_eq!((title.as_str(), word), ("remove the principal `AROAEXAMPLEEXAMPLE12` from `App`", "safe"));
    assert_eq!(lines, ["-                - AROAEXAMPLEEXAMPLE12 # gone"]);
    let (title, word, lines) = first(DEPLOY, &naming("'arn:aws:iam::111122223333:role/app-*'"), PRINCIPAL);
    assert_eq!(
        (title.as_str(), word),
        ("remove `App`: it names only `arn:aws:iam::111122223333:role/app-*`", "review")
    );
    assert!(lines.iter().all(|line| line.starts_with('-')), "{lines:?}");
    let text = naming("[ AROAEXAMPLEEXAMPLE12, arn:aws:iam::111122223333:role/B, AIDAEXAMPLEEXAMPLE12 ]");
    assert!(fixed(DEPLOY, &text).contains("AWS: [ arn:aws:iam::111122223333:role/B ]\n"), "{}", fixed(DEPLOY, &text));
}

#[test]
fn words_of_the_grammar_are_written_as_iam_does() {
    let fixed_line = |wrong: &str, right: &str| {
        let text = naming("arn:aws:iam::111122223333:role/B").replacen("AWS: arn", wrong, 1);
        let lines = first(DEPLOY, &text, "malformed-policy").2;
        assert!(lines.iter().any(|line| line.trim_start_matches('+').trim() == right), "{lines:?}");
    };
    fixed_line("aws: arn", "AWS: arn:aws:iam::111122223333:role/B");
    let text = naming("arn:aws:iam::111122223333:role/B").replacen(
        "Effect: Allow\n            Principal:\n              AWS: arn",
        "Effect: 'allow'\n            Principal:\n              AWS: arn",
        1,
    );
    let (_, word, lines) = first(DEPLOY, &text, "malformed-policy");
    assert_eq!((word, lines[1].as_str()), ("safe", "+            Effect: 'Allow'"));
}

#[test]
fn a_bare_principal_gets_its_kind() {
    let text =
        naming("x").replacen("Principal:\n              AWS: x", "Principal: arn:aws:iam::111122223333:role/B # b", 1);
    let (title, word, lines) = first(DEPLOY, &text, "malformed-policy");
    assert_eq!((title.as_str(), word), ("name the kind of principal: `AWS`", "safe"));
    assert!(lines.contains(&"+              AWS: arn:aws:iam::111122223333:role/B # b".to_owned()), "{lines:?}");
}

#[test]
fn an_ignored_statement_takes_effect_or_goes_after_a_look() {
    let text = naming("arn:aws:iam::111122223333:role/B");
    let text = text.strip_suffix("            Resource: '*'\n").unwrap();
    let all = fixes(DEPLOY, text, "ineffective-statement");
    let titles: Vec<&str> = all.iter().map(|(fix, _)| fix.title.as_str()).collect();
    assert_eq!(titles, ["add the resource `*`, which stands for this key", "remove `App`, which has no effect"]);
    assert!(all.iter().all(|(fix, _)| fix.review.is_some()));
    assert!(
        all[0].1.ends_with("            Action: kms:Decrypt\n            Resource: '*'")
            || all[0].1.ends_with("            Resource: '*'\n"),
        "{}",
        all[0].1
    );
}

#[test]
fn of_what_is_written_twice_the_lost_one_goes() {
    let text = naming("arn:aws:iam::111122223333:role/B").replacen(
        "          - Sid: App\n",
        "          - Sid: Old # lost\n            # kept\n            Sid: App\n",
        1,
    );
    let (title, word, _) = first(DEPLOY, &text, "ineffective-statement");
    assert_eq!((title.as_str(), word), ("remove the `Sid` that does not count", "safe"));
    assert!(fixed(DEPLOY, &text).contains("          - # kept\n            Sid: App\n"), "{}", fixed(DEPLOY, &text));
}

#[test]
fn the_switch_goes_where_nobody_needs_it() {
    let text = template("", "      BypassPolicyLockoutSafetyCheck: true # for now\n", "");
    let (title, word, lines) = first(DEPLOY, &text, "bypasses-lockout-check");
    assert_eq!((title.as_str(), word), ("remove BypassPolicyLockoutSafetyCheck", "safe"));
    assert_eq!(lines, ["-      BypassPolicyLockoutSafetyCheck: true # for now"]);
    // Without it, the key would be locked: the switch stays.
    let locked = text.replace(":root", ":role/Other").replace("kms:*", "kms:Decrypt");
    assert!(fixes(DEPLOY, &locked, "bypasses-lockout-check").is_empty());
}

#[test]
fn several_fixes_of_one_file_go_together() {
    let text = naming("[ 012345678901, \"arn:aws:iam::${AWS::AccountId}:role/Fred\" ]");
    let after = fixed(DEPLOY, &text);
    assert_eq!(changed(&text, &after).len(), 2, "{after}");
    assert!(after.contains("AWS: [ '012345678901', !Sub \"arn:aws:iam::${AWS::AccountId}:role/Fred\" ]"), "{after}");
    assert_eq!(fixed(DEPLOY, &after), after);
}

#[test]
fn a_deny_that_stops_services_spares_them() {
    let deny = "          - Sid: Guard\n            Effect: Deny\n            Principal: '*'\n            Action: kms:Decrypt\n            Resource: '*'\n            Condition:\n              ArnNotEquals:\n                aws:PrincipalArn: arn:aws:iam::111122223333:role/Fred\n";
    let (title, _, lines) = first(DEPLOY, &template("", "", deny), "denies-aws-services");
    assert_eq!(title, "exempt AWS services from `Guard`");
    assert_eq!(lines, ["+              BoolIfExists:", "+                aws:PrincipalIsAWSService: 'false'"]);
}
