//! Facts of the domain in words, the same everywhere.

use crate::lockout::{Case, KeyAnswer, Subject, Verdict, When, WhenTest};

/// `key `Vault``, or `the policy` of a policy that stands by itself.
pub(super) fn key(key: &KeyAnswer) -> String {
    if key.id.is_empty() { "the policy".to_owned() } else { format!("key `{}`", key.id) }
}

/// `role/Deploy` of an ARN; of a session, its role.
pub(crate) fn short(arn: &str) -> String {
    let resource = arn.splitn(6, ':').nth(5).unwrap_or(arn);
    match resource.strip_prefix("assumed-role/").and_then(|rest| rest.split_once('/')) {
        Some((role, _)) => format!("role/{role}"),
        None => resource.to_owned(),
    }
}

/// All facts of a case. The place that is deployed to is written as the template writes it.
pub(crate) fn facts(when: &[When]) -> String {
    located(&when.iter().map(fact).collect::<Vec<_>>().join(" and "))
}

/// The account, Region and partition as the template writes them.
pub(super) fn located(text: &str) -> String {
    ["account:AWS::AccountId", "region:AWS::Region", "partition:AWS::Partition"].iter().fold(
        text.to_owned(),
        |text, hole| {
            let name = hole.split_once(':').map_or(*hole, |(_, name)| name);
            text.replace(&format!("{{{{{hole}}}}}"), &format!("${{{name}}}"))
        },
    )
}

fn name(subject: &Subject) -> String {
    match subject {
        Subject::Parameter(name) => format!("parameter {name}"),
        Subject::NestedParameter { stack, name } => format!("parameter {name} of nested stack {stack}"),
        Subject::Condition(name) => format!("condition {name}"),
        Subject::Deployer => "the deployer".to_owned(),
        Subject::Account => "the account".to_owned(),
        Subject::Context(key) => key.clone(),
        Subject::Iam(action) => format!("IAM for {action}"),
        Subject::Unknown(what) => unknown(what),
    }
}

fn fact(when: &When) -> String {
    let subject = name(&when.subject);
    match &when.test {
        WhenTest::Equals(value) => format!("{subject} is `{value}`"),
        WhenTest::Matches(pattern) => format!("{subject} matches `{pattern}`"),
        WhenTest::NotIn(values) if values.len() == 1 => format!("{subject} is not `{}`", values.join("")),
        WhenTest::NotIn(values) => format!("{subject} is none of `{}`", values.join("`, `")),
        WhenTest::Is(side) => format!("{subject} is {side}"),
        WhenTest::Absent(true) => format!("the call does not carry {subject}"),
        WhenTest::Absent(false) => format!("the call carries {subject}"),
        WhenTest::Allows(true) => format!("{subject} allows it"),
        WhenTest::Allows(false) => format!("{subject} does not allow it"),
    }
}

/// `import AdminArn` of `{{import:AdminArn}}`; a text of several parts as it is.
fn unknown(what: &str) -> String {
    let whole = what.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
    match whole.filter(|inner| !inner.contains('}')).and_then(|inner| inner.split_once(':')) {
        Some((kind, name)) => format!("{kind} {name}"),
        None => what.to_owned(),
    }
}

/// Cases as lines, `safe when parameter Env is `dev` or `test``: cases of one verdict that hang on one value share a line,
/// and what is none of the values named before is anything else.
pub(crate) fn cases(cases: &[Case]) -> Vec<String> {
    let one = |case: &Case| match case.when.as_slice() {
        [When { subject, test: WhenTest::Equals(value) }] => Some((subject.clone(), value.clone())),
        _ => None,
    };
    let named: Vec<(Subject, String)> = cases.iter().filter_map(one).collect();
    let mut lines: Vec<(Verdict, String)> = Vec::new();
    let mut joined: Vec<(Verdict, Subject)> = Vec::new();
    for case in cases.iter().filter(|case| !case.when.is_empty()) {
        let text = match (one(case), case.when.as_slice()) {
            (Some((subject, _)), _) if joined.contains(&(case.verdict, subject.clone())) => continue,
            (Some((subject, _)), _) => {
                let same = |other: &&Case| other.verdict == case.verdict;
                let values = cases.iter().filter(same).filter_map(one).filter(|(other, _)| *other == subject);
                let values: Vec<String> = values.map(|(_, value)| value).collect();
                joined.push((case.verdict, subject.clone()));
                located(&format!("{} is `{}`", name(&subject), values.join("` or `")))
            }
            (None, [When { subject, test: WhenTest::NotIn(values) }])
                if values.len() > 1 && values.iter().all(|value| named.contains(&(subject.clone(), value.clone()))) =>
            {
                format!("{} is anything else", name(subject))
            }
            _ => facts(&case.when),
        };
        lines.push((case.verdict, text));
    }
    lines.into_iter().map(|(verdict, text)| format!("{} when {text}", verdict.word())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_of_one_value_share_a_line() {
        let subject = || Subject::Unknown("{{import:Admin}}".into());
        let case = |test, verdict| Case { when: vec![When { subject: subject(), test }], verdict };
        let all = [
            case(WhenTest::Equals("a".into()), Verdict::Safe),
            case(WhenTest::Equals("b".into()), Verdict::SafeIfIam),
            case(WhenTest::Equals("c".into()), Verdict::Safe),
            case(WhenTest::NotIn(vec!["a".into(), "b".into(), "c".into()]), Verdict::Lockout),
        ];
        assert_eq!(
            cases(&all),
            [
                "safe when import Admin is `a` or `c`",
                "safe-if-iam when import Admin is `b`",
                "lockout when import Admin is anything else",
            ]
        );
        assert_eq!(cases(&all[3..]), ["lockout when import Admin is none of `a`, `b`, `c`"]);
    }

    #[test]
    fn a_session_is_called_by_its_role() {
        assert_eq!(short("arn:aws:sts::111122223333:assumed-role/Deploy/AWSCloudFormation"), "role/Deploy");
        assert_eq!(short("arn:aws:iam::111122223333:user/Alice"), "user/Alice");
        assert_eq!(short("arn:aws:iam::111122223333:root"), "root");
    }

    #[test]
    fn facts_read_as_a_sentence() {
        let when = [
            When { subject: Subject::Parameter("Env".into()), test: WhenTest::Equals("prod".into()) },
            When { subject: Subject::Deployer, test: WhenTest::NotIn(vec!["a".into(), "b".into()]) },
        ];
        assert_eq!(facts(&when), "parameter Env is `prod` and the deployer is none of `a`, `b`");
    }
}
