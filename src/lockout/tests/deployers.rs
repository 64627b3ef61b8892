//! Deployers of which something is unknown. Sources: CloudFormation User Guide, using-iam-servicerole.html; IAM User Guide,
//! reference_identifiers.html.

use crate::deployment::Inputs;
use crate::lockout::{Case, Subject, WhenTest};

use super::{ALICE, ROLE, allow, by, key, policy, word};

fn aws(principal: &str) -> String {
    allow(&format!("{{ AWS: '{principal}' }}"))
}

fn shown(case: &Case) -> String {
    let when: Vec<String> = case.when.iter().map(|when| format!("{:?} {:?}", when.subject, when.test)).collect();
    format!("{}: {}", case.verdict.word(), when.join(", "))
}

#[test]
fn a_service_role_is_the_caller_whoever_calls_cloudformation() {
    let inputs = Inputs { deployer: Some(ALICE.to_owned()), ..by(ROLE) };
    assert_eq!(key(inputs, &policy(&aws(ROLE))).verdict.word(), "safe");
}

#[test]
fn somebody_unknown_is_one_of_the_named_or_anybody_else() {
    let statements = allow(&format!("{{ AWS: ['{ALICE}', '{ROLE}'] }}"));
    let answer = key(by(""), &policy(&statements));
    assert_eq!(answer.verdict.word(), "undecided");
    let cases: Vec<String> = answer.cases.iter().map(shown).collect();
    assert_eq!(
        cases,
        [
            format!("safe: Deployer Equals(\"{ALICE}\")"),
            format!("safe: Deployer Equals(\"{ROLE}\")"),
            format!("lockout: Deployer NotIn([\"{ALICE}\", \"{ROLE}\"])"),
        ]
    );
}

#[test]
fn where_nobody_of_the_account_can_it_is_a_lockout_for_everybody() {
    let inputs = || Inputs { account: Some("111122223333".to_owned()), ..Inputs::default() };
    assert_eq!(key(inputs(), &policy(&aws("arn:aws:iam::444455556666:root"))).verdict.word(), "lockout");
    assert_eq!(word("", &allow("{ Service: s3.amazonaws.com }")), "lockout");
}

#[test]
fn the_unknown_account_equals_itself() {
    let own = "{ AWS: !Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:root' }";
    assert_eq!(word("", &allow(own)), "safe-if-iam");
    let answer = key(by(""), &policy(&aws("arn:aws:iam::111122223333:root")));
    assert_eq!(answer.verdict.word(), "undecided", "another account may deploy it");
    assert!(answer.cases.iter().all(|case| case.when.iter().all(|when| when.subject == Subject::Account)));
}

#[test]
fn the_session_implies_its_role() {
    let both = format!(
        "[{{ Effect: Allow, Principal: {{ AWS: '{ROLE}' }}, Action: 'kms:*', Resource: '*' }},
          {{ Effect: Deny, Principal: {{ AWS: 'arn:aws:sts::111122223333:assumed-role/Deploy/bad' }}, Action: 'kms:*', Resource: '*' }}]"
    );
    let answer = key(by(""), &policy(&both));
    let safe: Vec<String> = answer.cases.iter().map(shown).filter(|case| case.starts_with("safe")).collect();
    assert_eq!(safe.len(), 1, "{safe:?}");
    assert_eq!(word("arn:aws:sts::111122223333:assumed-role/Deploy/bad", &both), "lockout");
    assert_eq!(word("arn:aws:sts::111122223333:assumed-role/Deploy/good", &both), "safe");
}

#[test]
fn a_pattern_is_enough_where_only_the_pattern_matters() {
    let deployer = "arn:aws:iam::*:role/stacksets-exec-*";
    let own = "{ AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:root' }";
    assert_eq!(word(deployer, &allow(own)), "safe-if-iam");
    assert_eq!(word(deployer, &aws("arn:aws:iam::111122223333:role/Deploy")), "lockout");
    assert_eq!(word(deployer, &aws("arn:aws:iam::111122223333:role/stacksets-exec-0123")), "undecided");
    let like = "[{ Effect: Allow, Principal: '*', Action: 'kms:*', Resource: '*', Condition: { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/stacksets-exec-*' } } }]";
    assert_eq!(word(deployer, like), "safe");
}

#[test]
fn the_path_of_a_sessions_role_may_be_given() {
    let session = "arn:aws:sts::111122223333:assumed-role/Deploy/run";
    let with_path = "arn:aws:iam::111122223333:role/team/Deploy";
    let given = Inputs { context: vec![("aws:PrincipalArn".into(), Some(with_path.into()))], ..by(session) };
    assert_eq!(key(given, &policy(&aws(with_path))).verdict.word(), "safe");
    let given = Inputs { context: vec![("aws:PrincipalArn".into(), Some(with_path.into()))], ..by(session) };
    assert_eq!(key(given, &policy(&aws(ROLE))).verdict.word(), "invalid");
}

#[test]
fn the_path_in_a_condition_is_the_path_in_every_statement() {
    let statements = "[{ Effect: Allow, Principal: '*', Action: 'kms:*', Resource: '*', Condition: { ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/team/Deploy' } } }]";
    assert_eq!(word("arn:aws:sts::111122223333:assumed-role/Deploy/run", statements), "safe");
}

#[test]
fn the_partition_follows_from_the_policy_until_it_is_given() {
    let inputs = |region: &str| Inputs { region: Some(region.to_owned()), ..Inputs::default() };
    let own = policy(&allow("{ AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:root' }"));
    assert_eq!(key(by(""), &own).verdict.word(), "safe-if-iam");
    assert_eq!(key(inputs("eu-west-1"), &own).verdict.word(), "safe-if-iam");
    assert_eq!(key(inputs("us-gov-west-1"), &own).verdict.word(), "invalid");
}

#[test]
fn cases_name_the_values_that_matter_and_nothing_else() {
    let answer = key(by(ROLE), &policy(&aws(ROLE)));
    assert!(answer.cases.is_empty() && answer.open.is_empty());
    let not = |when: &crate::lockout::When| matches!(when.test, WhenTest::Is(_));
    let unknown = key(by(""), &policy(&aws(ROLE)));
    assert!(!unknown.cases.iter().any(|case| case.when.iter().any(not)));
}
