//! `undecided` for loops: keys that Fn::ForEach would make, if its collection were known.

use crate::lockout::Checked;
use crate::template::Unknown;

use super::judge::Judge;
use super::{Code, Finding};

/// One finding for each loop that may make keys and hangs on a value that nobody gave.
pub(super) fn unknown(judge: &Judge<'_>, checked: &Checked) -> Vec<Finding> {
    checked.loops.iter().map(|one| depends(judge, one, &checked.stack)).collect()
}

fn depends(judge: &Judge<'_>, one: &Unknown, stack: &str) -> Finding {
    let message = format!("which keys this loop makes depends on `{}`", one.name);
    let mut finding = judge.finding(Code::Undecided, "", one.span, message);
    finding.help = match one.name.as_str() {
        "AWS::AccountId" => "--account ID".to_owned(),
        "AWS::Region" => "--region REGION".to_owned(),
        "AWS::Partition" => "--partition NAME".to_owned(),
        "AWS::StackName" => "--stack-name NAME".to_owned(),
        name if judge.is_root(stack) => format!("--parameter {name}=…"),
        name => format!("pass `{name}` in the Parameters of nested stack `{stack}`"),
    };
    finding
}
