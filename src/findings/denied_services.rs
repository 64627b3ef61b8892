//! `denies-aws-services`: a Deny for everyone but somebody that also stops AWS services.

use crate::lockout::{About, KeyAnswer, Verdict};

use super::judge::Judge;
use super::words::key as named;
use super::{Code, Finding};

/// Both forms of the exception, and whom it leaves out.
///
/// Source: IAM User Guide, reference_policies_condition-keys.html, aws:PrincipalIsAWSService and aws:PrincipalServiceName.
const HELP: &str = "add to the Condition of this Deny, to exempt every AWS service (`Bool` does the same):
\"BoolIfExists\": {\"aws:PrincipalIsAWSService\": \"false\"}
or, to exempt one:
\"StringNotEqualsIfExists\": {\"aws:PrincipalServiceName\": \"backup.amazonaws.com\"}
service roles and service-linked roles are roles, which neither form exempts: list them under aws:PrincipalArn";

/// One warning for each such Deny, unless KMS refuses the policy anyway.
pub(super) fn warnings(judge: &Judge<'_>, key: &KeyAnswer) -> Vec<Finding> {
    if key.verdict == Verdict::Invalid {
        return Vec::new();
    }
    let of = |about: &About<bool>| {
        let message = format!("the Deny `{}` of {} also stops AWS services", about.name, named(key));
        let mut finding = judge.finding(Code::DeniesAwsServices, &key.id, about.at, message);
        finding.label = match about.what {
            true => "exempts no service: its call carries no such key, and a missing key passes `Not…`".to_owned(),
            false => "lists no service, and everyone who is not listed is denied".to_owned(),
        };
        finding.help = HELP.to_owned();
        finding
    };
    key.beyond.denies_services.iter().map(of).collect()
}
