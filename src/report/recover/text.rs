//! The report for people.

use crate::lockout::{How, Standing, Verdict};

use super::super::sheet::Sheet;
use super::super::text::clean;
use super::Rescue;
use super::advice::{ANSWERS, CONSOLE, CONSOLE_SAYS, SUPPORT};
use super::steps::{FILE, caller, for_support, steps};

/// The report, for a terminal of this width.
pub(crate) fn text(rescue: &Rescue, width: usize) -> String {
    let mut page = Sheet::new(width);
    page.heading(&match &rescue.file {
        Some(file) => format!("key policy in force: {file}, account {}", rescue.account),
        None => {
            format!("key policy in force: not known; this starts from the default policy of account {}", rescue.account)
        }
    });
    repairers(rescue, &mut page);
    gone(rescue, &mut page);
    administrator(rescue, &mut page);
    if rescue.has_change() {
        page.heading(&format!("the policy to put; save it as {FILE}:"));
        let policy = serde_json::to_string_pretty(rescue.policy()).unwrap_or_default();
        page.out.push_str(&policy.lines().map(|line| format!("{}\n", clean(line))).collect::<String>());
    }
    commands(rescue, &mut page);
    page.heading("if the console shows no access to the key");
    page.item("  ", &format!("{}: {CONSOLE_SAYS}", CONSOLE.join(", ")), "  ");
    if rescue.has_change() {
        page.heading("what put-key-policy may answer");
        for one in &ANSWERS {
            page.item("  - ", &format!("\"{}\": {}; {}", one.error, one.means, one.then), "    ");
        }
    }
    support(rescue, &mut page);
    page.out
}

fn repairers(rescue: &Rescue, page: &mut Sheet) {
    let able = rescue.able();
    if rescue.file.is_none() {
        page.heading("who can still repair it: not known, since nobody who was asked could read the policy");
        page.item(
            "  ",
            "try as whoever created the key or put its policy last, then as every role and user that had to do with it; the account root user can only if the policy has the account's statement",
            "  ",
        );
        return;
    }
    if able.is_empty() {
        page.heading("who can still repair it: nobody");
        page.item(
            "  ",
            "no statement lets a principal that exists call kms:PutKeyPolicy; without the account's statement, neither IAM policies nor the root user can",
            "  ",
        );
        return;
    }
    page.heading("who can still repair it:");
    for one in able {
        page.item("  ", &one.principal, "    ");
        page.item("    ", &way(one), "    ");
    }
}

/// In which way a principal can, or may.
fn way(one: &Standing) -> String {
    let kept = match one.then {
        Verdict::Lockout if one.can() => "; it would not have the key any more after the change",
        _ => "",
    };
    if one.may() {
        let facts: Vec<String> = one.open.iter().map(|open| format!("{} `{}`", open.kind, open.name)).collect();
        return format!("perhaps: it depends on {}{kept}", facts.join(", "));
    }
    let how = match one.how {
        How::Account if one.principal.ends_with(":root") => {
            "the account root user, and every principal of the account whose IAM policies allow kms:PutKeyPolicy"
        }
        How::Account => "if its IAM policies allow kms:PutKeyPolicy: the key policy names the account",
        How::Direct if one.principal.ends_with('*') => "directly: the key policy names everyone of the account",
        How::Direct => "directly: the key policy names it",
        How::Nothing => "the key policy lets it",
    };
    format!("{how}{kept}")
}

fn gone(rescue: &Rescue, page: &mut Sheet) {
    if rescue.recovery.gone.is_empty() {
        return;
    }
    page.heading("principals that do not exist (KMS refuses every policy that names one):");
    for (principal, why) in &rescue.recovery.gone {
        page.item("  ", &format!("{principal}: {why}"), "    ");
    }
    page.item(
        "  ",
        "whoever was created anew under an old name is somebody else to KMS, until the policy is put again",
        "  ",
    );
}

fn administrator(rescue: &Rescue, page: &mut Sheet) {
    let recovery = &rescue.recovery;
    page.heading(&format!("who shall have it: {}", rescue.administrator));
    let (before, after) = (recovery.before.word(), recovery.after.word());
    match &recovery.hopeless {
        Some(why) => page.item("  ", &format!("{before} now, and it stays so: {why}"), "  "),
        None if recovery.changes.is_empty() && rescue.file.is_some() => {
            page.item("  ", &format!("{before}: nothing has to be changed"), "  ");
        }
        None if rescue.file.is_none() => page.item("  ", &format!("{after} under the policy to put"), "  "),
        None => page.item("  ", &format!("{before} now, {after} after the change"), "  "),
    }
    for change in &recovery.changes {
        page.item("  - ", change, "    ");
    }
}

fn commands(rescue: &Rescue, page: &mut Sheet) {
    page.heading(&match caller(rescue) {
        _ if rescue.is_lost() => {
            "the commands, in order; none of them was run, and put-key-policy will be denied:".to_owned()
        }
        Some(caller) => format!("the commands, in order, as `{caller}`; none of them was run:"),
        None => "the commands, in order; none of them was run:".to_owned(),
    });
    for (number, step) in steps(rescue).iter().enumerate() {
        page.item(&format!("  {}. ", number + 1), &step.purpose, "     ");
        page.copied(&step.command);
    }
}

fn support(rescue: &Rescue, page: &mut Sheet) {
    if rescue.is_lost() {
        page.heading("nobody is left: this is a matter for AWS Support");
    } else {
        page.heading("if none of them can");
    }
    page.item("  ", SUPPORT, "  ");
    page.item(
        "  - ",
        &format!("the key: {}", rescue.key_id.as_deref().unwrap_or("its id or ARN, and its Region")),
        "    ",
    );
    page.item("  - ", "these commands with their whole results, as the principals that you tried:", "    ");
    for_support(rescue).iter().for_each(|command| page.copied(command));
    page.item("  - ", &format!("the file {FILE}"), "    ");
    page.item("  - ", "the full text of the error, with its request id", "    ");
}
