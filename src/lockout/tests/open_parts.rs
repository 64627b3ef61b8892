//! Policies of which a part hangs on a question or is not known: nothing is claimed that the part may change, and nothing is asked
//! that it may not. Sources of what is refused: KMS facts (f).

use crate::deployment::Inputs;
use crate::policy::{Layer, Layers};

use super::{ALICE, ROLE, by, key, policies_of, template};

const SECTIONS: &str = "Parameters: { P: { Type: String }, Q: { Type: String } }
Conditions: { C: !Equals [!Ref P, x], D: !Equals [!Ref Q, x] }";
const EVERYONE: &str = "{ Effect: Allow, Principal: '*', Action: 'kms:*', Resource: '*' }";
const BAD: &str = "{ Effect: Permit, Principal: '*', Action: 'kms:Decrypt', Resource: '*' }";
const GROUP: &str = "arn:aws:iam::111122223333:group/G";

fn answer(deployer: &str, statements: &str) -> (&'static str, Vec<String>) {
    let properties = format!("{{ KeyPolicy: {{ Version: '2012-10-17', Statement: {statements} }} }}");
    let answer = key(by(deployer), &template(SECTIONS, &properties));
    (answer.verdict.word(), answer.open.into_iter().map(|open| open.name).collect())
}

fn word(statements: &str) -> &'static str {
    answer(ROLE, statements).0
}

fn using(principal: &str) -> String {
    format!("[{EVERYONE}, {{ Effect: Allow, Principal: {principal}, Action: 'kms:Decrypt', Resource: '*' }}]")
}

fn allowing(principal: &str) -> String {
    format!("[{{ Effect: Allow, Principal: {principal}, Action: 'kms:*', Resource: '*' }}]")
}

#[test]
fn what_may_be_malformed_is_asked() {
    let maybe = format!("!If [C, {BAD}, !Ref AWS::NoValue]");
    assert_eq!(word(&format!("[{EVERYONE}, {maybe}]")), "undecided");
    assert_eq!(word(&format!("!If [C, [{EVERYONE}], [{BAD}]]")), "undecided");
    let (word, open) = answer(ROLE, &format!("[{BAD}, {maybe}]"));
    assert_eq!((word, open.len()), ("invalid", 0), "it is invalid whatever P is");
}

#[test]
fn a_principal_that_may_vanish_or_not_exist_is_asked() {
    for (principal, expected) in [
        ("{ AWS: [!If [C, '111122223333', !Ref AWS::NoValue]] }".to_owned(), "undecided"),
        ("{ AWS: !If [C, '111122223333', !Ref AWS::NoValue] }".to_owned(), "undecided"),
        ("{ AWS: [!If [C, !If [D, '111122223333', !Ref AWS::NoValue], '111122223333']] }".to_owned(), "undecided"),
        (format!("{{ AWS: [!If [C, '111122223333', !Ref AWS::NoValue], '{ROLE}'] }}"), "safe"),
        (format!("{{ AWS: [!If [C, '{ALICE}', '{ROLE}']] }}"), "safe"),
        (format!("{{ AWS: [!If [C, '{GROUP}', '{ROLE}']] }}"), "undecided"),
        (format!("{{ AWS: !If [C, '{GROUP}', '{ROLE}'] }}"), "undecided"),
    ] {
        assert_eq!(word(&using(&principal)), expected, "{principal}");
    }
}

/// A value of another stack is known to nobody here.
#[test]
fn what_is_unknown_is_neither_refused_nor_taken_for_anything() {
    assert_eq!(word("[!ImportValue Statement]"), "undecided");
    assert_eq!(word(&format!("[{}]", EVERYONE.replace("Allow", "!ImportValue Effect"))), "undecided");
    assert_eq!(word(&allowing("!ImportValue Principal")), "undecided");
    for (element, of) in [("Condition", "Everything"), ("Condition", "{ StringEquals: !ImportValue Block }")] {
        let of = of.replace("Everything", "!ImportValue Condition");
        let (word, open) =
            answer(ROLE, &format!("[{}]", EVERYONE.replace("'*' }", &format!("'*', {element}: {of} }}"))));
        assert_eq!(
            (word, open.first().is_some_and(|name| of.contains(name.as_str()))),
            ("undecided", true),
            "{open:?}"
        );
    }
}

/// A principal that is no object can only be everyone: every other text is malformed.
#[test]
fn a_bare_principal_that_is_not_known_may_be_everyone() {
    let verdict = |allowed: &str, given: Option<&str>| {
        let sections = format!("Parameters: {{ P: {{ Type: String, {allowed} }} }}");
        let parameters = given.map(|value| ("P".to_owned(), value.to_owned())).into_iter().collect();
        let properties = format!("{{ KeyPolicy: {{ Statement: {} }} }}", allowing("!Ref P"));
        let answer = key(Inputs { parameters, ..by(ROLE) }, &template(&sections, &properties));
        (answer.verdict.word(), answer.cases.iter().map(|case| case.verdict.word()).collect::<Vec<_>>())
    };
    assert_eq!(verdict("", None), ("undecided", vec!["safe", "invalid"]));
    assert_eq!(verdict("", Some("*")), ("safe", vec![]));
    assert_eq!(verdict("", Some(ROLE)), ("invalid", vec![]));
    assert_eq!(verdict("AllowedValues: [a, b]", None), ("invalid", vec![]), "none of the values is everyone");
    assert_eq!(word(&allowing("!Sub 'arn:aws:iam::111122223333:role/${P}'")), "invalid", "neither is what begins so");
}

#[test]
fn members_and_elements_that_hang_on_a_condition() {
    let acting = |action: &str| EVERYONE.replace("'kms:*'", action);
    for (statement, expected) in [
        (acting("[!If [C, 'kms:*', 'kms:Decrypt']]"), "undecided"),
        (acting("[!If [C, 'kms:*', 'kms:Put*']]"), "safe"),
        (
            EVERYONE.replace(
                "'*', Action",
                &format!("!If [C, {{ AWS: '{ROLE}' }}, {{ AWS: ['{ROLE}', '{ALICE}'] }}], Action"),
            ),
            "safe",
        ),
        (EVERYONE.replace("'*', Action", &format!("!If [C, '*', {{ AWS: '{ALICE}' }}], Action")), "undecided"),
        (EVERYONE.replace("'*', Action", &format!("{{ AWS: !If [C, '{ROLE}', '{ALICE}'] }}, Action")), "undecided"),
    ] {
        assert_eq!(word(&format!("[{statement}]")), expected, "{statement}");
    }
}

#[test]
fn a_block_of_a_condition_that_may_not_be_there() {
    let under = |condition: &str| {
        format!("[{}]", EVERYONE.replace("Resource: '*'", &format!("Resource: '*', Condition: {condition}")))
    };
    let block = |kind: &str| {
        under(&format!("{{ StringEquals: !If [C, {{ 'aws:PrincipalType': {kind} }}, !Ref AWS::NoValue] }}"))
    };
    assert_eq!(answer(ALICE, &block("User")), ("safe", vec![]), "it holds whatever P is");
    assert_eq!(answer(ALICE, &block("AssumedRole")).0, "undecided");
}

/// A text that may be the ARN of a user, of a role or of a session: each grants something else.
#[test]
fn an_unknown_principal_grants_what_it_would_if_it_were_known() {
    let verdict = |deployer: &str, allowed: &str, principal: &str, boundary: bool| {
        let sections = format!("Parameters: {{ P: {{ Type: String, AllowedValues: [{allowed}] }} }}");
        let properties = format!("{{ KeyPolicy: {{ Statement: {} }} }}", allowing(&format!("{{ AWS: {principal} }}")));
        let nothing = "{ Statement: { Effect: Allow, Action: 's3:*', Resource: '*' } }";
        let boundary = boundary.then(|| policies_of(Layer::Boundary, nothing));
        let layers = Layers { boundary, ..Layers::default() };
        key(Inputs { layers, ..by(deployer) }, &template(&sections, &properties)).verdict.word()
    };
    let (session, other) =
        ("arn:aws:sts::111122223333:assumed-role/Deploy/AWSCloudFormation", "arn:aws:iam::111122223333:role/Other");
    let of = |deployer, values: [&str; 2], boundary| {
        verdict(deployer, &values.map(|value| format!("'{value}'")).join(", "), "!Ref P", boundary)
    };
    assert_eq!(of(ROLE, [ROLE, other], false), "undecided");
    assert_eq!(of(ROLE, [ROLE, other], true), "lockout", "a boundary limits what a role's ARN grants");
    assert_eq!(of(ROLE, [session, other], false), "undecided");
    assert_eq!(of(ROLE, [session, other], true), "undecided", "but not what a session's does");
    assert_eq!(of(ROLE, [ALICE, other], false), "lockout");
    assert_eq!(of(ALICE, [ALICE, other], true), "undecided", "nor what a user's does");
    let partly = |deployer, values| verdict(deployer, values, "!Sub 'arn:aws:iam::111122223333:${P}'", true);
    assert_eq!(partly(ALICE, "user/Alice, user/Bob"), "undecided");
    assert_eq!(partly(ROLE, "role/Deploy, role/Other"), "lockout");
}

/// The same where the answer does not tell the text, only whether it is the caller.
#[test]
fn an_unknown_principal_in_two_parts_grants_no_more() {
    let verdict = |deployer: &str, principal: &str| {
        let nothing = "{ Statement: { Effect: Allow, Action: 's3:*', Resource: '*' } }";
        let layers = Layers { boundary: Some(policies_of(Layer::Boundary, nothing)), ..Layers::default() };
        let properties =
            format!("{{ KeyPolicy: {{ Statement: {} }} }}", allowing(&format!("{{ AWS: !Sub '{principal}' }}")));
        key(Inputs { layers, ..by(deployer) }, &template(SECTIONS, &properties)).verdict.word()
    };
    assert_eq!(verdict(ALICE, "${P}-${Q}"), "lockout", "it has no dash");
    let (bob, role) = ("arn:aws:iam::111122223333:user/Bob-1", "arn:aws:iam::111122223333:role/Deploy-1");
    let session = "arn:aws:sts::111122223333:assumed-role/Deploy/me-1";
    for (deployer, principal, expected) in [
        (bob, "${P}-${Q}", "undecided"),
        (bob, "arn:aws:iam::111122223333:${P}-${Q}", "undecided"),
        (role, "arn:aws:iam::111122223333:role/${P}-${Q}", "lockout"),
        (role, "arn:aws:iam::111122223333:${P}-${Q}", "lockout"),
        (session, "arn:aws:sts::111122223333:${P}-${Q}", "undecided"),
        (session, "${P}-${Q}", "undecided"),
    ] {
        assert_eq!(verdict(deployer, principal), expected, "{principal} for {deployer}");
    }
}

#[test]
fn json_text_with_unknown_parts() {
    let with = |statement: &str| {
        let text = format!(r#"!Sub '{{"Statement": [{statement}]}}'"#);
        key(by(ROLE), &template(SECTIONS, &format!("{{ KeyPolicy: {text} }}")))
    };
    let everyone = |rest: &str| format!(r#"{{"Effect": "Allow", "Principal": "*", "Resource": "*", {rest}}}"#);
    let answer = with(&everyone(r#""Action": ["kms:${P}", "kms:${Q}"]"#));
    let open: Vec<&str> = answer.open.iter().map(|open| open.name.as_str()).collect();
    assert_eq!((answer.verdict.word(), open), ("undecided", vec!["P", "Q"]));
    let of = |value: &str| {
        with(&everyone(&format!(r#""Action": "kms:*", "Condition": {{"Bool": {{"aws:ViaAWSService": {value}}}}}"#)))
    };
    assert_eq!(
        [of("true"), of("\"true\""), of("false")].map(|answer| answer.verdict.word()),
        ["safe", "safe", "lockout"]
    );
}

/// One word for all worlds: the weaker of two that let the deployer in, and KMS's refusal where every world ends in one.
#[test]
fn worlds_that_end_alike_have_one_word() {
    let (direct, account) = (allowing(&format!("{{ AWS: '{ROLE}' }}")), allowing("{ AWS: '111122223333' }"));
    let nobody = allowing(&format!("{{ AWS: '{ALICE}' }}"));
    let either = |a: &str, b: &str| word(&format!("!If [C, {a}, {b}]"));
    assert_eq!(either(&direct, &account), "safe-if-iam");
    assert_eq!(either(&nobody, &format!("[{BAD}]")), "lockout");
    assert_eq!(either(&nobody, &account), "undecided");
}

#[test]
fn what_is_open_is_not_too_much() {
    let properties = format!("{{ KeyPolicy: {{ Statement: {} }} }}", allowing("{ AWS: !Ref P }"));
    let answer = key(by(ROLE), &template(SECTIONS, &properties));
    assert_eq!((answer.verdict.word(), answer.exhausted, answer.kind), ("undecided", false, "AWS::KMS::Key"));
}

#[test]
fn a_bypass_that_is_not_known_is_open() {
    let verdict = |flag: &str| {
        let nobody = allowing(&format!("{{ AWS: '{ALICE}' }}"));
        let properties = format!("{{ BypassPolicyLockoutSafetyCheck: {flag}, KeyPolicy: {{ Statement: {nobody} }} }}");
        key(by(ROLE), &template(SECTIONS, &properties)).verdict.word()
    };
    for (flag, expected) in [
        ("true", "bypassed"),
        ("false", "lockout"),
        ("!Ref P", "undecided"),
        ("!ImportValue Flag", "undecided"),
        ("!If [C, true, false]", "undecided"),
        ("!If [C, true, 'true']", "bypassed"),
    ] {
        assert_eq!(verdict(flag), expected, "{flag}");
    }
}

/// Of a list of statements that nobody knows, there are no cases to tell.
#[test]
fn statements_that_are_not_known_are_one_question() {
    let answer = key(by(ROLE), &template(SECTIONS, "{ KeyPolicy: { Statement: !ImportValue Statements } }"));
    assert_eq!((answer.verdict.word(), answer.cases.len()), ("undecided", 0));
}
