//! Fill every hole of a random template at random: the verdict of the filled template must be the verdict of the leaf
//! whose path the filling satisfies, and of the cases that agree with it. An independent, naive evaluator is the oracle of
//! the concrete verdicts.

use proptest::prelude::*;

use crate::deployment::{Deployment, Inputs};
use crate::lockout::{Case, KeyAnswer, Subject, Verdict, WhenTest};

use super::{key, template};

const ROLES: [&str; 3] = ["Deploy", "Other", "Admin"];
const ENVS: [&str; 3] = ["dev", "prod", "test"];

/// A statement of a random policy; everything in it hangs on two parameters and one condition.
#[derive(Clone, Debug)]
struct Statement {
    deny: bool,
    principal: Principal,
    action: usize,
    condition: Option<(bool, usize)>,
    only_in: Option<(usize, bool)>,
}

#[derive(Clone, Debug)]
enum Principal {
    Everyone,
    Account,
    Role(usize),
    RoleParameter,
}

const ACTIONS: [&str; 4] = ["kms:*", "kms:PutKeyPolicy", "kms:Decrypt", "kms:Put*"];

/// A filling: who deploys, the parameters Env and Admin.
#[derive(Clone, Debug)]
struct Filling {
    deployer: usize,
    env: usize,
    admin: usize,
}

fn statement() -> impl Strategy<Value = Statement> {
    let principal = prop_oneof![
        Just(Principal::Everyone),
        Just(Principal::Account),
        (0..ROLES.len()).prop_map(Principal::Role),
        Just(Principal::RoleParameter),
    ];
    let condition = proptest::option::of((any::<bool>(), 0..ROLES.len()));
    let only_in = proptest::option::of((0..ENVS.len(), any::<bool>()));
    (any::<bool>(), principal, 0..ACTIONS.len(), condition, only_in).prop_map(
        |(deny, principal, action, condition, only_in)| Statement { deny, principal, action, condition, only_in },
    )
}

fn arn(role: &str) -> String {
    format!("arn:aws:iam::111122223333:role/{role}")
}

fn write(statement: &Statement) -> String {
    let effect = if statement.deny { "Deny" } else { "Allow" };
    let principal = match statement.principal {
        Principal::Everyone => "'*'".to_owned(),
        Principal::Account => "{ AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:root' }".to_owned(),
        Principal::Role(n) => format!("{{ AWS: '{}' }}", arn(ROLES[n])),
        Principal::RoleParameter => "{ AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:role/${Admin}' }".to_owned(),
    };
    let condition = statement.condition.map_or_else(String::new, |(not, n)| {
        let operator = if not { "ArnNotEquals" } else { "ArnEquals" };
        format!(", Condition: {{ {operator}: {{ 'aws:PrincipalArn': '{}' }} }}", arn(ROLES[n]))
    });
    let action = ACTIONS[statement.action];
    let body = format!("{{ Effect: {effect}, Principal: {principal}, Action: '{action}', Resource: '*'{condition} }}");
    match statement.only_in {
        None => body,
        Some((env, true)) => format!("!If [Is{}, {body}, !Ref AWS::NoValue]", ENVS[env]),
        Some((env, false)) => format!("!If [Is{}, !Ref AWS::NoValue, {body}]", ENVS[env]),
    }
}

fn written(statements: &[Statement]) -> String {
    let conditions: String = ENVS.iter().map(|env| format!("Is{env}: !Equals [!Ref Env, {env}], ")).collect();
    let sections =
        format!("Parameters: {{ Env: {{ Type: String }}, Admin: {{ Type: String }} }}\nConditions: {{ {conditions} }}");
    let list: Vec<String> = statements.iter().map(write).collect();
    template(&sections, &format!("{{ KeyPolicy: {{ Version: '2012-10-17', Statement: [{}] }} }}", list.join(", ")))
}

/// The oracle: two dozen lines that know nothing of worlds and holes.
fn naive(statements: &[Statement], filling: &Filling) -> Verdict {
    let here = |statement: &&Statement| match statement.only_in {
        None => true,
        Some((env, wanted)) => (env == filling.env) == wanted,
    };
    let applies = |statement: &&Statement| {
        ACTIONS[statement.action] != "kms:Decrypt"
            && statement.condition.is_none_or(|(not, role)| (role == filling.deployer) != not)
    };
    let direct = |statement: &&Statement| match statement.principal {
        Principal::Everyone => true,
        Principal::Account => false,
        Principal::Role(role) => role == filling.deployer,
        Principal::RoleParameter => filling.admin == filling.deployer,
    };
    let account = |statement: &&Statement| matches!(statement.principal, Principal::Account);
    let present: Vec<&Statement> = statements.iter().filter(here).collect();
    if present.is_empty() {
        return Verdict::Invalid;
    }
    let applying: Vec<&Statement> = present.into_iter().filter(applies).collect();
    let named = |deny: bool, test: &dyn Fn(&&Statement) -> bool| {
        applying.iter().any(|statement| statement.deny == deny && test(statement))
    };
    if named(true, &direct) || named(true, &account) {
        Verdict::Lockout
    } else if named(false, &direct) {
        Verdict::Safe
    } else if named(false, &account) {
        Verdict::SafeIfIam
    } else {
        Verdict::Lockout
    }
}

fn inputs(filling: &Filling) -> Inputs {
    let value = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    Inputs {
        role_arn: Some(arn(ROLES[filling.deployer])),
        parameters: vec![value("Env", ENVS[filling.env]), value("Admin", ROLES[filling.admin])],
        ..Inputs::default()
    }
}

/// Whether a case agrees with the filling.
fn agrees(case: &Case, filling: &Filling) -> bool {
    case.when.iter().all(|when| {
        let value = match &when.subject {
            Subject::Parameter(name) if name == "Env" => ENVS[filling.env].to_owned(),
            Subject::Parameter(_) => ROLES[filling.admin].to_owned(),
            Subject::Deployer => arn(ROLES[filling.deployer]),
            Subject::Account => "111122223333".to_owned(),
            other => panic!("an unexpected subject: {other:?}"),
        };
        let own = |text: &String| {
            let text = text.replace("{{account:AWS::AccountId}}", "111122223333");
            text.replace("{{partition:AWS::Partition}}", "aws").replace("{{parameter:Admin}}", ROLES[filling.admin])
        };
        match &when.test {
            WhenTest::Equals(text) => own(text) == value,
            WhenTest::NotIn(texts) => !texts.iter().any(|text| own(text) == value),
            other => panic!("an unexpected test: {other:?}"),
        }
    })
}

/// The open answer allows the concrete one: as its verdict, or as a case that agrees with the filling.
fn allows(open: &KeyAnswer, concrete: Verdict, filling: &Filling) -> Result<(), String> {
    if open.verdict != Verdict::Undecided {
        let fits = open.verdict == concrete
            || (open.verdict == Verdict::SafeIfIam && concrete == Verdict::Safe)
            || (open.verdict == Verdict::Lockout && concrete == Verdict::Invalid);
        return if fits { Ok(()) } else { Err(format!("says {:?}, is {concrete:?}", open.verdict)) };
    }
    let agreeing: Vec<&Case> = open.cases.iter().filter(|case| agrees(case, filling)).collect();
    match agreeing.iter().find(|case| case.verdict != concrete) {
        Some(case) => Err(format!("the case {case:?} agrees with {filling:?}, which is {concrete:?}")),
        None if agreeing.is_empty() => Err(format!("no case agrees with {filling:?}, which is {concrete:?}")),
        None => Ok(()),
    }
}

fn fillings() -> impl Strategy<Value = Filling> {
    (0..ROLES.len(), 0..ENVS.len(), 0..ROLES.len()).prop_map(|(deployer, env, admin)| Filling { deployer, env, admin })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_filled_template_has_the_oracles_verdict(
        statements in proptest::collection::vec(statement(), 1..5),
        filling in fillings(),
    ) {
        let answer = key(inputs(&filling), &written(&statements));
        prop_assert_eq!(answer.verdict, naive(&statements, &filling), "{}", written(&statements));
    }

    #[test]
    fn open_parameters_allow_every_filling(
        statements in proptest::collection::vec(statement(), 1..5),
        filling in fillings(),
    ) {
        let open = Inputs { role_arn: Some(arn(ROLES[filling.deployer])), ..Inputs::default() };
        let answer = key(open, &written(&statements));
        let fits = allows(&answer, naive(&statements, &filling), &filling);
        prop_assert!(fits.is_ok(), "{:?}\n{}", fits, written(&statements));
    }

    #[test]
    fn an_open_deployer_allows_every_filling(
        statements in proptest::collection::vec(statement(), 1..5),
        filling in fillings(),
    ) {
        let answer = key(Inputs::default(), &written(&statements));
        let fits = allows(&answer, naive(&statements, &filling), &filling);
        prop_assert!(fits.is_ok(), "{:?}\n{}", fits, written(&statements));
    }
}

#[test]
fn the_oracle_is_not_always_of_one_opinion() {
    let one = |principal| Statement { deny: false, principal, action: 0, condition: None, only_in: None };
    let filling = Filling { deployer: 0, env: 0, admin: 1 };
    assert_eq!(naive(&[one(Principal::Role(0))], &filling), Verdict::Safe);
    assert_eq!(naive(&[one(Principal::Account)], &filling), Verdict::SafeIfIam);
    assert_eq!(naive(&[one(Principal::RoleParameter)], &filling), Verdict::Lockout);
    assert!(Deployment::from_inputs("default", inputs(&filling)).is_ok());
}
