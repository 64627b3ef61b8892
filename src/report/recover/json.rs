//! The schema `cfn-lockout-recover/1`.

use serde_json::{Value as Json, json as object};

use crate::lockout::{How, Standing};

use super::Rescue;
use super::advice::{ANSWERS, CONSOLE, CONSOLE_SAYS};
use super::steps::{FILE, for_support, steps};

/// The report as JSON text, with a line end.
pub(crate) fn json(rescue: &Rescue) -> String {
    let recovery = &rescue.recovery;
    let [get, put] = for_support(rescue);
    let out = object!({
        "schema": "cfn-lockout-recover/1",
        "file": rescue.file,
        "readable": rescue.file.is_some(),
        "key_id": rescue.key_id,
        "region": rescue.region,
        "account": rescue.account,
        "principals": recovery.principals.iter().map(principal).collect::<Vec<_>>(),
        "gone": recovery.gone.iter().map(|(name, why)| object!({ "principal": name, "because": why })).collect::<Vec<_>>(),
        "administrator": {
            "principal": rescue.administrator, "before": recovery.before.word(), "after": recovery.after.word(),
            "hopeless": recovery.hopeless,
        },
        "changes": recovery.changes,
        "policy": recovery.policy,
        "commands": steps(rescue).iter().map(|step| object!({ "purpose": step.purpose, "command": step.command })).collect::<Vec<_>>(),
        "console": { "actions": CONSOLE, "says": CONSOLE_SAYS },
        "errors": ANSWERS.iter().map(|one| object!({ "error": one.error, "means": one.means, "then": one.then })).collect::<Vec<_>>(),
        "support": {
            "needed": rescue.is_lost(), "key_id": rescue.key_id, "commands": [get, put], "file": FILE,
        },
    });
    let mut text = serde_json::to_string_pretty(&out).unwrap_or_default();
    text.push('\n');
    text
}

fn principal(one: &Standing) -> Json {
    let how = match one.how {
        _ if !one.can() => None,
        How::Direct => Some("direct"),
        How::Account => Some("account"),
        How::Nothing => None,
    };
    let open = one.open.iter().map(|open| object!({ "kind": open.kind, "name": open.name, "help": open.help }));
    object!({ "principal": one.principal, "how": how, "verdict": one.now.word(), "after": one.then.word(),
        "open": open.collect::<Vec<_>>() })
}
