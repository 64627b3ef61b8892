//! What the raw rules see of a lockout, and what they do not: the figures of docs/guard.md, over real templates.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::guard_engines::{by_crate, files};
use crate::support::{ROLE, root, run_in, shared, text};

/// The raw rules that say that KMS refuses the key.
const REFUSED: [&str; 2] = ["kms_policy_lets_somebody_change_it", "kms_policy_is_not_denied_to_everyone"];

/// The logical ids in a report of the engine that these rules are about.
fn ids(report: &serde_json::Value, rules: &[&str]) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for rule in report[0]["not_compliant"].as_array().unwrap() {
        if rules.contains(&rule["Rule"]["name"].as_str().unwrap()) {
            let whole = rule.to_string();
            let paths = whole.split("\"path\":\"/Resources/").skip(1).filter_map(|rest| rest.split(['/', '"']).next());
            out.extend(paths.map(str::to_owned));
        }
    }
    out
}

#[test]
fn the_gap_between_raw_rules_and_verdicts_is_as_documented() {
    let Some(corpus) = shared("corpus") else { return };
    let report = run_in(&corpus, &["check", "kms", ROLE[0], ROLE[1], "--format", "json"]).json();
    let rules = fs::read_to_string(&files("rules/guard/raw")[0]).unwrap();
    let mut unread = BTreeSet::new();
    let mut seen: BTreeMap<String, [usize; 3]> = BTreeMap::new();
    type Seen = (BTreeSet<String>, BTreeSet<String>);
    let mut known: BTreeMap<String, Option<Seen>> = BTreeMap::new();
    for key in report["keys"].as_array().unwrap() {
        let file = text(&key["file"]);
        let of_file = known.entry(file.clone()).or_insert_with(|| {
            let report = by_crate(&rules, &[fs::read_to_string(corpus.join(&file)).ok()?]).ok()?;
            Some((ids(&report, &REFUSED), ids(&report, &["kms_policy_names_the_account"])))
        });
        let row = seen.entry(text(&key["verdict"])).or_default();
        row[0] += 1;
        let id = text(&key["logical_id"]);
        match of_file {
            Some((refused, unnamed)) => {
                row[1] += usize::from(refused.contains(&id));
                row[2] += usize::from(unnamed.contains(&id));
            }
            None => drop(unread.insert(file)),
        }
    }
    let lockouts = seen.get("lockout").copied().unwrap_or_default();
    assert!(lockouts[0] > lockouts[1], "the raw rules see less than the verdicts: {seen:?}");
    let sound = ["safe", "safe-if-iam", "default-policy"].map(|verdict| seen.get(verdict).map_or(0, |row| row[1]));
    assert_eq!(sound, [0, 0, 0], "a raw rule that speaks of a refusal is right: {seen:?}");
    let mut table = String::from(
        "| verdict | keys | raw rules: KMS refuses it | raw rules: the account is not named |\n|---|---:|---:|---:|\n",
    );
    for (verdict, [keys, refused, unnamed]) in &seen {
        table.push_str(&format!("| `{verdict}` | {keys} | {refused} | {unnamed} |\n"));
    }
    table.push_str(&format!("\nGuard cannot read {} of these {} templates.\n", unread.len(), known.len()));
    let path = root().join("docs/guard.md");
    let document = fs::read_to_string(&path).unwrap();
    let (before, rest) = document.split_once("<!-- gap -->\n").expect("a mark");
    let (recorded, after) = rest.split_once("<!-- end -->\n").expect("a mark");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, format!("{before}<!-- gap -->\n{table}<!-- end -->\n{after}")).unwrap();
    } else {
        assert_eq!(recorded, table, "UPDATE=1 records it anew");
    }
}
