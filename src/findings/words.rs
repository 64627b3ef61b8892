//! Facts of the domain in words, the same everywhere.

use crate::lockout::{KeyAnswer, Subject, When, WhenTest};

/// `key `Vault``, or `the policy` of a policy that stands by itself.
pub(super) fn key(key: &KeyAnswer) -> String {
    if key.id.is_empty() { "the policy".to_owned() } else { format!("key `{}`", key.id) }
}

/// `role/Deploy` of an ARN; of a session, its role.
pub(super) fn short(arn: &str) -> String {
    let resource = arn.splitn(6, ':').nth(5).unwrap_or(arn);
    match resource.strip_prefix("assumed-role/").and_then(|rest| rest.split_once('/')) {
        Some((role, _)) => format!("role/{role}"),
        None => resource.to_owned(),
    }
}

/// All facts of a case. The place that is deployed to is written as the template writes it.
pub(crate) fn facts(when: &[When]) -> String {
    written(&when.iter().map(fact).collect::<Vec<_>>().join(" and "))
}

/// A text in which the place that is deployed to is written as the template writes it.
pub(super) fn written(text: &str) -> String {
    ["account:AWS::AccountId", "region:AWS::Region", "partition:AWS::Partition"].iter().fold(
        text.to_owned(),
        |text, hole| {
            let name = hole.split_once(':').map_or(*hole, |(_, name)| name);
            text.replace(&format!("{{{{{hole}}}}}"), &format!("${{{name}}}"))
        },
    )
}

fn fact(when: &When) -> String {
    let subject = match &when.subject {
        Subject::Parameter(name) => format!("parameter {name}"),
        Subject::NestedParameter { stack, name } => format!("parameter {name} of nested stack {stack}"),
        Subject::Condition(name) => format!("condition {name}"),
        Subject::Deployer => "the deployer".to_owned(),
        Subject::Account => "the account".to_owned(),
        Subject::Context(key) => key.clone(),
        Subject::Iam(action) => format!("IAM for {action}"),
        Subject::Unknown(what) => what.clone(),
    };
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

#[cfg(test)]
mod tests {
    use super::*;

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
