//! The commands, in the order in which they are run.
//!
//! Source: AWS CLI Command Reference, kms get-key-policy and put-key-policy (`--policy file://…`), sts get-caller-identity,
//! cloudtrail lookup-events; AWS re:Post, update-kms-policy (the last PutKeyPolicy in CloudTrail holds the policy).

use crate::lockout::Verdict;

use super::Rescue;

/// The file that the policy to put is saved in.
pub(super) const FILE: &str = "key-policy.json";

/// The file that the policy in force is saved in.
const BEFORE: &str = "key-policy.before.json";

/// A command, and what it is for.
pub(super) struct Step {
    /// What for.
    pub(super) purpose: String,
    /// The command.
    pub(super) command: String,
}

/// The commands.
pub(super) fn steps(rescue: &Rescue) -> Vec<Step> {
    let mut out =
        vec![step("see who you are: it has to be one of those who can repair the key", "aws sts get-caller-identity")];
    if rescue.file.is_none() {
        let lookup = format!(
            "aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=PutKeyPolicy{}",
            region(rescue)
        );
        out.push(step("find the policy that was put last, and who put it (90 days back)", &lookup));
    }
    let read = get(rescue);
    out.push(step("keep the policy in force", &format!("{read} > {BEFORE}")));
    if !rescue.has_change() {
        return out;
    }
    out.push(step(
        &format!("check the policy to put, saved as {FILE}, for whoever puts it"),
        &format!(
            "cfn-lockout policy {FILE} --deployer {}",
            caller(rescue).map_or_else(|| "ARN_OF_WHOEVER_PUTS_IT".to_owned(), |arn| quoted(&arn))
        ),
    ));
    out.push(step("put it", &put(rescue)));
    out.push(step("see that it is in force", &read));
    out
}

/// The two commands whose results AWS Support asks for.
pub(super) fn for_support(rescue: &Rescue) -> [String; 2] {
    [get(rescue), put(rescue)]
}

fn get(rescue: &Rescue) -> String {
    format!(
        "aws kms get-key-policy --key-id {} --policy-name default --query Policy --output text{}",
        key_id(rescue),
        region(rescue)
    )
}

fn put(rescue: &Rescue) -> String {
    // Whoever puts the policy is asked whether it could do so again.
    let bypass = match rescue.able().first() {
        Some(first) if first.then == Verdict::Lockout => " --bypass-policy-lockout-safety-check",
        _ => "",
    };
    format!(
        "aws kms put-key-policy --key-id {} --policy-name default --policy file://{FILE}{bypass}{}",
        key_id(rescue),
        region(rescue)
    )
}

/// Who runs the commands: the first of those who can; nothing where nobody knows one.
pub(super) fn caller(rescue: &Rescue) -> Option<String> {
    let able = rescue.able();
    let named = || able.iter().filter(|one| rescue.file.is_some() && !one.principal.contains('*'));
    let kept = named().find(|one| one.then != Verdict::Lockout).or(named().next());
    kept.map(|one| one.principal.clone())
}

fn key_id(rescue: &Rescue) -> String {
    rescue.key_id.as_deref().map_or_else(|| "KEY_ID".to_owned(), quoted)
}

fn region(rescue: &Rescue) -> String {
    format!(" --region {}", rescue.region.as_deref().map_or_else(|| "REGION".to_owned(), quoted))
}

fn step(purpose: &str, command: &str) -> Step {
    Step { purpose: purpose.to_owned(), command: command.to_owned() }
}

/// A word of a shell's command line: in quotes where it holds anything that a shell may read otherwise.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@,+".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_reach_the_command_as_they_are() {
        assert_eq!(quoted("arn:aws:iam::111122223333:role/a+b"), "arn:aws:iam::111122223333:role/a+b");
        assert_eq!(quoted("a b; rm -rf '*'"), r"'a b; rm -rf '\''*'\'''");
        assert_eq!(quoted(""), "''");
    }
}
