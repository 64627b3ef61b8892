//! Soundness of what is open beside names: parameters that hold patterns and actions, keys of the context, the deployer's IAM
//! policies, the account. Fill everything at random: what is then decided is what the open answer allowed for it.

use proptest::prelude::*;

use crate::deployment::Inputs;
use crate::lockout::{Case, KeyAnswer, Subject, Verdict, When, WhenTest};
use crate::world::Pattern;

use super::{ROLE, by, key, template, with_iam};

const ACTIONS: [&str; 5] = ["kms:*", "kms:PutKeyPolicy", "kms:Decrypt", "KMS:put*", "*"];
const PATTERNS: [&str; 4] =
    [ROLE, "arn:aws:iam::*:role/*", "arn:aws:iam::*:user/*", "arn:aws:iam::111122223333:role/Other"];
const NAMES: [&str; 2] = ["Deploy", "Other"];
const TEXTS: [Option<&str>; 3] = [None, Some("blue"), Some("red")];
const NUMBERS: [Option<&str>; 3] = [None, Some("1"), Some("5")];
const TAGS: [&[&str]; 3] = [&[], &["a"], &["a", "b"]];
const ACCOUNTS: [&str; 2] = ["111122223333", "444455556666"];

const PRINCIPALS: [&str; 5] = [
    "'*'",
    "{ AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:root' }",
    "{ AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:role/${Name}' }",
    "{ AWS: 'arn:aws:iam::111122223333:role/Deploy' }",
    "{ AWS: ['444455556666', !Sub 'arn:aws:iam::${AWS::AccountId}:role/Other'] }",
];

const CONDITIONS: [&str; 12] = [
    "{}",
    "{ ArnLike: { 'aws:PrincipalArn': !Ref Pattern } }",
    "{ StringNotLike: { 'aws:PrincipalArn': !Ref Pattern } }",
    "{ ArnNotEquals: { 'aws:PrincipalArn': [!Ref Pattern, 'arn:aws:iam::*:role/${aws:username}'] } }",
    "{ StringEquals: { 'x:Text': blue } }",
    "{ StringNotEqualsIfExists: { 'x:Text': [blue, green] } }",
    "{ StringEqualsIgnoreCase: { 'x:Text': BLUE } }",
    "{ 'Null': { 'x:Text': true } }",
    "{ NumericLessThan: { 'x:Number': '3' } }",
    "{ NumericGreaterThanEqualsIfExists: { 'x:Number': '3' } }",
    "{ 'ForAllValues:StringEquals': { 'aws:TagKeys': [a] } }",
    "{ 'ForAnyValue:StringEquals': { 'aws:TagKeys': [b] } }",
];

/// Indices into the tables above: effect, principal, action (a fixed one, or the parameter), condition.
type Statement = (bool, usize, Option<usize>, usize);

#[derive(Clone, Debug)]
struct Filling {
    action: usize,
    pattern: usize,
    name: usize,
    text: usize,
    number: usize,
    tags: usize,
    account: usize,
}

fn statement() -> impl Strategy<Value = Statement> {
    let action = proptest::option::of(0..ACTIONS.len());
    (proptest::bool::weighted(0.3), 0..PRINCIPALS.len(), action, 0..CONDITIONS.len())
}

fn filling() -> impl Strategy<Value = Filling> {
    let names = (0..ACTIONS.len(), 0..PATTERNS.len(), 0..NAMES.len());
    (names, 0..TEXTS.len(), 0..NUMBERS.len(), 0..TAGS.len(), 0..ACCOUNTS.len()).prop_map(
        |((action, pattern, name), text, number, tags, account)| Filling {
            action,
            pattern,
            name,
            text,
            number,
            tags,
            account,
        },
    )
}

fn written(statements: &[Statement]) -> String {
    let one = |(deny, principal, action, condition): &Statement| {
        let effect = if *deny { "Deny" } else { "Allow" };
        let action = action.map_or("!Ref Action".to_owned(), |action| format!("'{}'", ACTIONS[action]));
        format!(
            "{{ Effect: {effect}, Principal: {}, Action: {action}, Resource: '*', Condition: {} }}",
            PRINCIPALS[*principal], CONDITIONS[*condition]
        )
    };
    let list: Vec<String> = statements.iter().map(one).collect();
    let sections = "Parameters: { Action: { Type: String }, Pattern: { Type: String }, Name: { Type: String } }";
    template(sections, &format!("{{ KeyPolicy: {{ Version: '2012-10-17', Statement: [{}] }} }}", list.join(", ")))
}

fn deployer(filling: &Filling) -> String {
    format!("arn:aws:iam::{}:role/Deploy", ACCOUNTS[filling.account])
}

/// Everything given, IAM included.
fn filled(filling: &Filling) -> Inputs {
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    let mut context: Vec<(String, Option<String>)> = vec![
        ("x:Text".to_owned(), TEXTS[filling.text].map(str::to_owned)),
        ("x:Number".to_owned(), NUMBERS[filling.number].map(str::to_owned)),
    ];
    context.extend(match TAGS[filling.tags] {
        [] => vec![("aws:TagKeys".to_owned(), None)],
        tags => tags.iter().map(|tag| ("aws:TagKeys".to_owned(), Some((*tag).to_owned()))).collect(),
    });
    let parameters =
        [("Action", ACTIONS[filling.action]), ("Pattern", PATTERNS[filling.pattern]), ("Name", NAMES[filling.name])];
    let inputs = Inputs { parameters: parameters.map(owned).to_vec(), context, ..by(&deployer(filling)) };
    with_iam(inputs, "{ Statement: { Effect: Allow, Action: '*', Resource: '*' } }")
}

/// Whether a fact holds for the filling; nothing for those whose words this test does not read.
fn holds(when: &When, filling: &Filling) -> Option<bool> {
    let own = |text: &String| {
        let text = text.replace("{{account:AWS::AccountId}}", ACCOUNTS[filling.account]);
        text.replace("{{partition:AWS::Partition}}", "aws").replace("{{parameter:Name}}", NAMES[filling.name])
    };
    let value = match &when.subject {
        Subject::Parameter(name) if name == "Action" => Some(ACTIONS[filling.action].to_owned()),
        Subject::Parameter(name) if name == "Pattern" => Some(PATTERNS[filling.pattern].to_owned()),
        Subject::Parameter(_) => Some(NAMES[filling.name].to_owned()),
        Subject::Context(key) if key == "x:Text" => TEXTS[filling.text].map(str::to_owned),
        Subject::Context(_) => NUMBERS[filling.number].map(str::to_owned),
        Subject::Account => Some(ACCOUNTS[filling.account].to_owned()),
        Subject::Deployer => Some(deployer(filling)),
        Subject::Iam(_) => return Some(when.test == WhenTest::Allows(true)),
        Subject::Unknown(_) => return None,
        other => panic!("an unexpected subject: {other:?}"),
    };
    Some(match (&when.test, value) {
        (WhenTest::Equals(text), value) => value == Some(own(text)),
        (WhenTest::NotIn(texts), value) => !texts.iter().any(|text| Some(own(text)) == value),
        (WhenTest::Absent(yes), value) => value.is_none() == *yes,
        (WhenTest::Matches(pattern), Some(value)) => Pattern::new(own(pattern).as_str().into()).matches(&value),
        other => panic!("an unexpected test: {other:?}"),
    })
}

/// A case that agrees with the filling in every fact has its verdict, and the filling's verdict is one of those that may.
fn allows(open: &KeyAnswer, concrete: Verdict, filling: &Filling) -> Result<(), String> {
    let same = |verdict: Verdict| {
        verdict == concrete
            || (verdict == Verdict::SafeIfIam && concrete == Verdict::Safe)
            || (verdict == Verdict::Lockout && concrete == Verdict::Invalid)
    };
    if open.verdict != Verdict::Undecided {
        return if same(open.verdict) { Ok(()) } else { Err(format!("says {:?}, is {concrete:?}", open.verdict)) };
    }
    let answers = |case: &Case| case.when.iter().map(|when| holds(when, filling)).collect::<Vec<_>>();
    let certain =
        open.cases.iter().find(|case| answers(case).iter().all(|one| *one == Some(true)) && !same(case.verdict));
    if let Some(case) = certain {
        return Err(format!("the case {case:?} agrees with {filling:?}, which is {concrete:?}"));
    }
    let possible =
        open.cases.iter().any(|case| answers(case).iter().all(|one| *one != Some(false)) && same(case.verdict));
    if possible { Ok(()) } else { Err(format!("no case allows {filling:?}, which is {concrete:?}: {:?}", open.cases)) }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn open_parameters_context_and_iam_allow_every_filling(
        statements in proptest::collection::vec(statement(), 1..4),
        filling in filling(),
    ) {
        let text = written(&statements);
        let concrete = key(filled(&filling), &text).verdict;
        let fits = allows(&key(by(&deployer(&filling)), &text), concrete, &filling);
        prop_assert!(fits.is_ok(), "{:?}\n{}", fits, text);
    }

    #[test]
    fn an_unknown_account_allows_every_filling(
        statements in proptest::collection::vec(statement(), 1..3),
        filling in filling(),
    ) {
        let text = written(&statements);
        let concrete = key(filled(&filling), &text).verdict;
        let open = Inputs { deployer: Some("arn:aws:iam::*:role/Deploy".to_owned()), ..Inputs::default() };
        let through_the_role = Inputs { parameters: filled(&filling).parameters, context: filled(&filling).context, ..open };
        let fits = allows(&key(through_the_role, &text), concrete, &filling);
        prop_assert!(fits.is_ok(), "{:?}\n{}", fits, text);
    }
}
