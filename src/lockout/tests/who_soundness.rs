//! Soundness and completeness of `who` over random templates: fill everything at random, who deploys included, and ask the
//! check. Whoever passes is in a row that agrees with the filling; whoever is in such a row passes as the row says.

use proptest::prelude::*;

use crate::deployment::{Deployment, Inputs};
use crate::lockout::{Able, Subject, Verdict, When, WhenTest, Who, WhoCan, check, who};
use crate::source::{Document, FileId};
use crate::template::{Stacks, Template};
use crate::world::Pattern;

/// Somebody who deploys: the flag, aws:PrincipalArn, the caller's ARN, the session.
type Deployer = (&'static str, &'static str, &'static str, Option<&'static str>);

const DEPLOYERS: [Deployer; 10] = [
    (
        "role",
        "arn:aws:iam::111122223333:role/Deploy",
        "arn:aws:sts::111122223333:assumed-role/Deploy/AWSCloudFormation",
        Some("AWSCloudFormation"),
    ),
    (
        "session",
        "arn:aws:iam::111122223333:role/Deploy",
        "arn:aws:sts::111122223333:assumed-role/Deploy/bad",
        Some("bad"),
    ),
    (
        "role",
        "arn:aws:iam::111122223333:role/ops-1",
        "arn:aws:sts::111122223333:assumed-role/ops-1/AWSCloudFormation",
        Some("AWSCloudFormation"),
    ),
    (
        "role",
        "arn:aws:iam::111122223333:role/team/Admin",
        "arn:aws:sts::111122223333:assumed-role/Admin/AWSCloudFormation",
        Some("AWSCloudFormation"),
    ),
    (
        "role",
        "arn:aws:iam::444455556666:role/Deploy",
        "arn:aws:sts::444455556666:assumed-role/Deploy/AWSCloudFormation",
        Some("AWSCloudFormation"),
    ),
    (
        "role",
        "arn:aws:iam::111122223333:role/Nobody",
        "arn:aws:sts::111122223333:assumed-role/Nobody/AWSCloudFormation",
        Some("AWSCloudFormation"),
    ),
    ("other", "arn:aws:iam::111122223333:user/Alice", "arn:aws:iam::111122223333:user/Alice", None),
    ("other", "arn:aws:iam::444455556666:user/Alice", "arn:aws:iam::444455556666:user/Alice", None),
    ("other", "arn:aws:sts::111122223333:federated-user/bob", "arn:aws:sts::111122223333:federated-user/bob", None),
    ("other", "arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:root", None),
];

const PRINCIPALS: [&str; 11] = [
    "'*'",
    "{ AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:root' }",
    "{ AWS: '111122223333' }",
    "{ AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:role/${Name}' }",
    "{ AWS: 'arn:aws:iam::111122223333:role/Deploy' }",
    "{ AWS: ['arn:aws:iam::111122223333:role/team/Admin', 'arn:aws:iam::444455556666:role/Deploy'] }",
    "{ AWS: 'arn:aws:sts::111122223333:assumed-role/Deploy/bad' }",
    "{ AWS: !Sub 'arn:aws:sts::${AWS::AccountId}:assumed-role/${Name}/AWSCloudFormation' }",
    "{ AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:user/Alice' }",
    "{ AWS: !Ref Arn }",
    "{ AWS: ['arn:aws:sts::111122223333:federated-user/bob', 'arn:aws:iam::444455556666:root'] }",
];

const CONDITIONS: [&str; 13] = [
    "{}",
    "{}",
    "{ ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/ops-*' } }",
    "{ StringLike: { 'aws:PrincipalArn': ['*:role/ops-?', '*111122223333:user/*'] } }",
    "{ StringNotLike: { 'aws:PrincipalArn': ['arn:aws:iam::111122223333:role/*', 'arn:aws:iam::*:user/Alice'] } }",
    "{ ArnNotEquals: { 'aws:PrincipalArn': !Sub 'arn:aws:iam::${AWS::AccountId}:role/${Name}' } }",
    "{ ArnEquals: { 'aws:PrincipalArn': !Sub 'arn:aws:iam::${AWS::AccountId}:role/Deploy' } }",
    "{ ArnNotLike: { 'aws:PrincipalArn': !Ref Pattern } }",
    "{ StringEquals: { 'x:Text': blue } }",
    "{ StringNotEqualsIfExists: { 'x:Text': blue } }",
    "{ StringEquals: { 'aws:PrincipalAccount': '111122223333' } }",
    "{ StringNotEquals: { 'aws:PrincipalType': AssumedRole } }",
    "{ StringNotEquals: { 'aws:PrincipalArn': 'arn:aws:sts::111122223333:assumed-role/Deploy/bad' } }",
];

const ENVS: [&str; 2] = ["dev", "prod"];
const NAMES: [&str; 3] = ["Deploy", "ops-1", "Nobody"];
const ARNS: [&str; 3] =
    ["arn:aws:iam::111122223333:role/Nobody", "arn:aws:iam::111122223333:root", "arn:aws:iam::444455556666:user/Alice"];
const PATTERNS: [&str; 2] = ["arn:aws:iam::*:role/*", "arn:aws:iam::*:user/*"];
const TEXTS: [Option<&str>; 3] = [None, Some("blue"), Some("red")];

/// Deny, principal, condition, and the environment it is in.
type Statement = (bool, usize, usize, Option<usize>);

#[derive(Clone, Debug)]
struct Filling {
    deployer: usize,
    env: usize,
    name: usize,
    arn: usize,
    pattern: usize,
    text: usize,
}

fn statement() -> impl Strategy<Value = Statement> {
    let only_in = proptest::option::weighted(0.3, 0..ENVS.len());
    (proptest::bool::weighted(0.3), 0..PRINCIPALS.len(), 0..CONDITIONS.len(), only_in)
}

fn filling() -> impl Strategy<Value = Filling> {
    (0..DEPLOYERS.len(), 0..ENVS.len(), 0..NAMES.len(), 0..ARNS.len(), 0..PATTERNS.len(), 0..TEXTS.len())
        .prop_map(|(deployer, env, name, arn, pattern, text)| Filling { deployer, env, name, arn, pattern, text })
}

fn key(id: &str, statements: &[Statement]) -> String {
    let one = |(deny, principal, condition, only_in): &Statement| {
        let effect = if *deny { "Deny" } else { "Allow" };
        let body = format!(
            "{{ Effect: {effect}, Principal: {}, Action: 'kms:*', Resource: '*', Condition: {} }}",
            PRINCIPALS[*principal], CONDITIONS[*condition]
        );
        only_in.map_or(body.clone(), |env| match env {
            0 => format!("!If [Prod, !Ref AWS::NoValue, {body}]"),
            _ => format!("!If [Prod, {body}, !Ref AWS::NoValue]"),
        })
    };
    let list: Vec<String> = statements.iter().map(one).collect();
    format!(
        "  {id}: {{ Type: AWS::KMS::Key, Properties: {{ KeyPolicy: {{ Version: '2012-10-17', Statement: [{}] }} }} }}\n",
        list.join(", ")
    )
}

fn written(keys: &[Vec<Statement>]) -> String {
    let keys: String = keys.iter().enumerate().map(|(n, statements)| key(&format!("K{n}"), statements)).collect();
    format!(
        "Parameters: {{ Env: {{ Type: String, Default: dev }}, Name: {{ Type: String }}, Arn: {{ Type: String }}, \
         Pattern: {{ Type: String, Default: '{}' }} }}\nConditions: {{ Prod: !Equals [!Ref Env, prod] }}\nResources:\n{keys}",
        PATTERNS[0]
    )
}

fn stacks(text: &str) -> Stacks {
    let document = Document::from_text(FileId(0), text).expect("the template reads");
    Stacks::of(FileId(0), Template::parse(&document).expect("it is a template").into())
}

fn deployment(inputs: Inputs) -> Deployment {
    Deployment::from_inputs("default", inputs).expect("the deployment is one")
}

/// The verdicts of all keys where everything is given.
fn concrete(filling: &Filling, stacks: &Stacks) -> Vec<Verdict> {
    let (flag, principal, caller, _) = DEPLOYERS[filling.deployer];
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    let parameters = [
        ("Env", ENVS[filling.env]),
        ("Name", NAMES[filling.name]),
        ("Arn", ARNS[filling.arn]),
        ("Pattern", PATTERNS[filling.pattern]),
    ];
    let inputs = Inputs {
        role_arn: (flag == "role").then(|| principal.to_owned()),
        deployer: (flag != "role").then(|| caller.to_owned()),
        parameters: parameters.map(owned).to_vec(),
        context: vec![("x:Text".to_owned(), TEXTS[filling.text].map(str::to_owned))],
        ..Inputs::default()
    };
    check(stacks, &deployment(inputs)).remove(0).keys.iter().map(|key| key.verdict).collect()
}

fn account(filling: &Filling) -> &'static str {
    DEPLOYERS[filling.deployer].1.split(':').nth(4).unwrap()
}

/// A text of a row with everything filled in.
fn own(text: &str, filling: &Filling) -> String {
    let (_, principal, caller, _) = DEPLOYERS[filling.deployer];
    text.replace("{{account:AWS::AccountId}}", account(filling))
        .replace("{{partition:AWS::Partition}}", "aws")
        .replace("{{parameter:Name}}", NAMES[filling.name])
        .replace("{{parameter:Arn}}", ARNS[filling.arn])
        .replace("{{parameter:Pattern}}", PATTERNS[filling.pattern])
        .replace("{{deployer:session}}", DEPLOYERS[filling.deployer].3.unwrap_or("{{deployer:session}}"))
        .replace("{{deployer:principal}}", principal)
        .replace("{{deployer:arn}}", caller)
}

/// Whether a fact holds for the filling; nothing for those whose words this test does not read.
fn holds(when: &When, filling: &Filling) -> Option<bool> {
    if when.subject == Subject::Deployer {
        let (_, principal, caller, _) = DEPLOYERS[filling.deployer];
        let is = |text: &String| {
            let pattern = Pattern::new(own(text, filling).as_str().into());
            pattern.matches(principal) || pattern.matches(caller)
        };
        return Some(match &when.test {
            WhenTest::Equals(text) | WhenTest::Matches(text) => is(text),
            WhenTest::NotIn(texts) => !texts.iter().any(is),
            other => panic!("an unexpected test: {other:?}"),
        });
    }
    let value = match &when.subject {
        Subject::Parameter(name) if name == "Env" => Some(ENVS[filling.env].to_owned()),
        Subject::Parameter(name) if name == "Name" => Some(NAMES[filling.name].to_owned()),
        Subject::Parameter(name) if name == "Arn" => Some(ARNS[filling.arn].to_owned()),
        Subject::Parameter(_) => Some(PATTERNS[filling.pattern].to_owned()),
        Subject::Context(_) => TEXTS[filling.text].map(str::to_owned),
        Subject::Account => Some(account(filling).to_owned()),
        Subject::Unknown(what) if what == "{{deployer:session}}" => DEPLOYERS[filling.deployer].3.map(str::to_owned),
        Subject::Unknown(what) => match own(what, filling) {
            open if open.contains("{{") => return None,
            text => Some(text),
        },
        other => panic!("an unexpected subject: {other:?}"),
    };
    Some(match (&when.test, value) {
        (WhenTest::Equals(text), value) => value == Some(own(text, filling)),
        // Texts or patterns; `*` by itself is the text, of which every pattern would be true.
        (WhenTest::NotIn(texts), Some(value)) => !texts
            .iter()
            .map(|text| own(text, filling))
            .any(|text| text == value || (text != "*" && Pattern::new(text.as_str().into()).matches(&value))),
        (WhenTest::NotIn(_), None) => true,
        (WhenTest::Absent(yes), value) => value.is_none() == *yes,
        (WhenTest::Matches(pattern), Some(value)) => {
            Pattern::new(own(pattern, filling).as_str().into()).matches(&value)
        }
        other => panic!("an unexpected test: {other:?}"),
    })
}

/// Whether a row is about the filling; nothing where this test cannot tell.
fn agrees(able: &Able, filling: &Filling) -> Option<bool> {
    let (_, principal, caller, _) = DEPLOYERS[filling.deployer];
    let matches = |pattern: &str, text: &str| Pattern::new(own(pattern, filling).as_str().into()).matches(text);
    let is = match &able.who {
        Who::One(arn) => [principal, caller].contains(&own(arn, filling).as_str()),
        Who::Every { matches: all, not_in } => {
            all.iter().all(|pattern| matches(pattern, principal))
                && !not_in.iter().any(|pattern| matches(pattern, principal) || matches(pattern, caller))
        }
    };
    let facts: Vec<Option<bool>> = able.when.iter().map(|when| holds(when, filling)).collect();
    if !is || facts.contains(&Some(false)) {
        return Some(false);
    }
    (!facts.contains(&None)).then_some(true)
}

/// The word for all keys: of those that pass, the one that says least.
fn all(verdicts: &[Verdict]) -> Verdict {
    let worst = [Verdict::Undecided, Verdict::Invalid, Verdict::Lockout, Verdict::SafeIfIam];
    worst.into_iter().find(|word| verdicts.contains(word)).unwrap_or(Verdict::Safe)
}

/// What is wrong with the rows, seen from one filling whose verdict is known.
fn wrong(principals: &[Able], cases: &[Able], filling: &Filling, verdict: Verdict) -> Option<String> {
    let promised = |able: &&Able| match able.verdict {
        Verdict::Safe => verdict == Verdict::Safe,
        _ => matches!(verdict, Verdict::Safe | Verdict::SafeIfIam),
    };
    // Something is open that is not filled: who federated a user.
    if verdict == Verdict::Undecided {
        return None;
    }
    let is_nominal = filling.env == 0 && filling.pattern == 0;
    let rows = principals.iter().filter(|_| is_nominal).chain(cases);
    if let Some(able) = rows.clone().filter(|able| agrees(able, filling) == Some(true)).find(|able| !promised(able)) {
        return Some(format!("{able:?} is promised, and {filling:?} is {verdict:?}"));
    }
    let passes = matches!(verdict, Verdict::Safe | Verdict::SafeIfIam);
    let is_root = DEPLOYERS[filling.deployer].1.ends_with(":root");
    let told = |able: &&Able| {
        agrees(able, filling) != Some(false)
            && (able.verdict == Verdict::Safe || verdict == Verdict::SafeIfIam || is_root)
    };
    if is_nominal && passes && !principals.iter().any(|able| told(&able)) {
        return Some(format!("{filling:?} is {verdict:?}, and no row says so: {principals:?}"));
    }
    None
}

fn everybody(stacks: &Stacks) -> WhoCan {
    who(stacks, &deployment(Inputs::default()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whoever_is_listed_passes_and_whoever_passes_is_listed(
        statements in proptest::collection::vec(statement(), 1..4),
        fillings in proptest::collection::vec(filling(), 12),
    ) {
        let text = written(std::slice::from_ref(&statements));
        let stacks = stacks(&text);
        let can = everybody(&stacks).keys.remove(0).can;
        for filling in fillings {
            let verdict = all(&concrete(&filling, &stacks));
            let wrong = wrong(&can.principals, &can.cases, &filling, verdict);
            prop_assert!(wrong.is_none(), "{}\n{text}", wrong.unwrap_or_default());
        }
    }

    #[test]
    fn all_keys_together_are_what_each_of_them_says(
        first in proptest::collection::vec(statement(), 1..3),
        second in proptest::collection::vec(statement(), 1..3),
        fillings in proptest::collection::vec(filling(), 12),
    ) {
        let text = written(&[first, second]);
        let stacks = stacks(&text);
        let can = everybody(&stacks).together;
        for filling in fillings {
            let verdict = all(&concrete(&filling, &stacks));
            let wrong = wrong(&can.principals, &can.cases, &filling, verdict);
            prop_assert!(wrong.is_none(), "{}\n{text}", wrong.unwrap_or_default());
        }
    }
}

#[test]
fn the_fillings_are_not_all_of_one_opinion() {
    let only_alice = written(&[vec![(false, 8, 0, None)]]);
    let filling = |deployer| Filling { deployer, env: 0, name: 0, arn: 0, pattern: 0, text: 0 };
    let (stacks, verdict) = (stacks(&only_alice), |filling: &Filling, stacks: &Stacks| all(&concrete(filling, stacks)));
    assert_eq!(verdict(&filling(6), &stacks), Verdict::Safe);
    assert_eq!(verdict(&filling(0), &stacks), Verdict::Lockout);
    let can = everybody(&stacks).keys.remove(0).can;
    assert!(wrong(&[], &[], &filling(6), Verdict::Safe).is_some(), "somebody is missing");
    assert!(wrong(&can.principals, &[], &filling(6), Verdict::Lockout).is_some(), "somebody is too much");
}
