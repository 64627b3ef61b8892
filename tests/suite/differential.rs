//! Random policies, callers and contexts: the library and the naive evaluator of `naive.rs` must decide alike.

use std::collections::BTreeMap;

use cfn_lockout::engine;
use serde_json::{Value, json};

use crate::naive::{self, Call, Decision, Policies};

const CASES: u64 = 100_000;
const THREADS: usize = 2;
const ACCOUNT: &str = "111122223333";
const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/1234";
const ALICE: &str = "arn:aws:iam::111122223333:user/Alice";
const BOB: &str = "arn:aws:iam::111122223333:user/Bob";
const ROLE: &str = "arn:aws:iam::111122223333:role/team/Deploy";
const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/Deploy/run";
const FEDERATED: &str = "arn:aws:sts::111122223333:federated-user/carol";
const ROOT: &str = "arn:aws:iam::111122223333:root";

/// SplitMix64: one seed, one case.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n as u64).unwrap()
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }

    fn some(&mut self, most: usize, of: &[&str]) -> Value {
        let count = 1 + self.below(most);
        if count == 1 && self.chance(50) {
            return json!(self.one(of));
        }
        Value::Array((0..count).map(|_| json!(self.one(of))).collect())
    }
}

fn call(random: &mut Random) -> Call {
    let (kind, arn, principal_arn) = random.one(&[
        ("User", ALICE, ALICE),
        ("User", BOB, BOB),
        ("AssumedRole", SESSION, ROLE),
        ("AssumedRole", SESSION, ROLE),
        ("FederatedUser", FEDERATED, FEDERATED),
        ("Account", ROOT, ROOT),
    ]);
    let mut context: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut set = |key: &str, values: &[&str]| {
        context.insert(key.to_owned(), values.iter().map(|value| (*value).to_owned()).collect());
    };
    set("aws:PrincipalArn", &[principal_arn]);
    set("aws:PrincipalAccount", &[ACCOUNT]);
    set("aws:PrincipalType", &[kind]);
    if kind == "User" {
        set("aws:username", &[arn.rsplit('/').next().unwrap()]);
    }
    for (key, pool) in [
        ("x:Text", &["blue", "Blue", "b*e", "", "a/b:c"][..]),
        ("x:Number", &["1", "2.0", "10", "-3"]),
        ("x:Date", &["2026-01-02", "2026-01-03T00:00:00Z", "1767225600"]),
        ("x:Ip", &["10.1.2.3", "203.0.113.9"]),
        ("x:Flag", &["true", "FALSE"]),
        ("aws:PrincipalTag/key", &["1234", "12*", "9999"]),
    ] {
        if random.chance(75) {
            set(key, &[random.one(pool)]);
        }
    }
    if random.chance(75) {
        let count = 1 + random.below(3);
        let tags: Vec<&str> = (0..count).map(|_| random.one(&["a", "b", "dev-1"])).collect();
        set("aws:TagKeys", &tags);
    }
    let [arn, principal_arn] = [arn, principal_arn].map(str::to_owned);
    let action = "kms:PutKeyPolicy".to_owned();
    Call { kind, arn, principal_arn, account: ACCOUNT.to_owned(), action, resource: KEY.to_owned(), context }
}

fn line(random: &mut Random) -> (String, &'static str, Value) {
    let (operators, key, pool): (&[&str], &'static str, &[&str]) = match random.below(9) {
        0 => (
            &["StringEquals", "StringNotEquals", "StringLike", "StringNotLike"],
            "aws:PrincipalType",
            &["User", "AssumedRole", "A*", "Account"],
        ),
        1 => (
            &["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike", "StringLike", "StringNotEquals"],
            "AWS:principalarn",
            &[
                ROLE,
                SESSION,
                "arn:aws:iam::*:user/*",
                "arn:aws:iam::111122223333:role/*",
                "arn:aws:*:user/Alice",
                "arn:aws:iam::*:user/${aws:username}",
            ],
        ),
        2 => (
            &[
                "StringEquals",
                "StringNotEquals",
                "StringLike",
                "StringNotLike",
                "StringEqualsIgnoreCase",
                "StringNotEqualsIgnoreCase",
            ],
            "x:Text",
            &["blue", "b*e", "b${*}e", "?lue", "*", "${x:Text}", "${x:Nothing}", "${x:Nothing, 'blue'}", "a/*"],
        ),
        3 => (
            &[
                "NumericEquals",
                "NumericNotEquals",
                "NumericLessThan",
                "NumericLessThanEquals",
                "NumericGreaterThan",
                "NumericGreaterThanEquals",
            ],
            "x:Number",
            &["1", "2", "2.00", "9"],
        ),
        4 => (
            &[
                "DateEquals",
                "DateNotEquals",
                "DateLessThan",
                "DateLessThanEquals",
                "DateGreaterThan",
                "DateGreaterThanEquals",
            ],
            "x:Date",
            &["2026-01-01T00:00:00Z", "2026-01-02", "1767312000"],
        ),
        5 => (&["IpAddress", "NotIpAddress"], "x:Ip", &["10.0.0.0/8", "203.0.113.9", "0.0.0.0/0"]),
        6 => (&["Bool"], "x:Flag", &["true", "false"]),
        7 => (&["Null"], "x:Text", &["true", "false"]),
        _ => (&["StringEquals", "StringNotEquals", "StringLike", "StringNotLike"], "aws:TagKeys", &["a", "b", "dev-*"]),
    };
    let mut operator = random.one(operators).to_owned();
    if operator != "Null" && random.chance(25) {
        operator.push_str("IfExists");
    }
    if key == "aws:TagKeys" || random.chance(15) {
        operator = format!("{}:{operator}", random.one(&["ForAllValues", "ForAnyValue"]));
    }
    let values = if random.chance(4) { json!([]) } else { random.some(3, pool) };
    (operator, key, values)
}

fn statement(random: &mut Random, principal: bool) -> Value {
    let mut out = json!({ "Effect": if random.chance(12) { "Deny" } else { "Allow" } });
    let actions =
        &["kms:*", "kms:PutKeyPolicy", "KMS:putkeypolicy", "kms:Put*", "kms:?utKeyPolicy", "*", "kms:Decrypt", "s3:*"];
    let resources = &[
        "*",
        "*",
        KEY,
        "arn:aws:kms:*:111122223333:key/*",
        "arn:aws:kms:eu-west-1:*:key/12??",
        "arn:aws:kms:*:444455556666:key/*",
        "arn:aws:kms:*:*:alias/*",
        "arn:aws:kms:*:*:key/${aws:PrincipalTag/key}",
    ];
    match random.below(20) {
        0 => {}
        1..=3 => out["NotAction"] = random.some(2, actions),
        _ => out["Action"] = random.some(2, actions),
    }
    match random.below(20) {
        0 => {}
        1..=2 => out["NotResource"] = random.some(2, resources),
        _ => out["Resource"] = random.some(2, resources),
    }
    if principal {
        let names = &[
            ALICE,
            BOB,
            ROLE,
            SESSION,
            FEDERATED,
            ROOT,
            ACCOUNT,
            "arn:aws:iam::111122223333:role/Deploy",
            "*",
            "arn:aws:iam::444455556666:root",
            "444455556666",
            "arn:aws:sts::111122223333:assumed-role/Deploy/other",
        ];
        match random.below(12) {
            0 => out["Principal"] = json!("*"),
            1 => out["Principal"] = json!({ "Service": "s3.amazonaws.com" }),
            2 => out["NotPrincipal"] = json!({ "AWS": random.some(2, names) }),
            3 => out["NotPrincipal"] = json!({ "AWS": [SESSION, ROLE, ALICE, ROOT] }),
            _ => out["Principal"] = json!({ "AWS": random.some(3, names) }),
        }
    }
    for _ in 0..random.below(3) {
        let (operator, key, values) = line(random);
        out["Condition"][operator][key] = values;
    }
    out
}

fn document(random: &mut Random, principal: bool) -> Value {
    let count = 1 + random.below(3);
    let statements: Vec<Value> = (0..count).map(|_| statement(random, principal)).collect();
    let mut out = json!({ "Statement": if count == 1 { statements[0].clone() } else { json!(statements) } });
    match random.below(10) {
        0 => {}
        1 => out["Version"] = json!("2008-10-17"),
        _ => out["Version"] = json!("2012-10-17"),
    }
    out
}

fn policies(random: &mut Random) -> Policies {
    let list =
        |random: &mut Random| -> Vec<Value> { (0..1 + random.below(2)).map(|_| document(random, false)).collect() };
    let optional = |random: &mut Random| if random.chance(25) { Some(list(random)) } else { None };
    let full = json!({ "Statement": { "Effect": "Allow", "Action": "*", "Resource": "*" } });
    let levels = |random: &mut Random| -> Vec<Vec<Value>> {
        if !random.chance(20) {
            return Vec::new();
        }
        let mut level = list(random);
        if random.chance(70) {
            level.push(full.clone());
        }
        vec![level, vec![full.clone()]]
    };
    Policies {
        key: document(random, true),
        identity: list(random),
        boundary: optional(random),
        session: optional(random),
        scps: levels(random),
        rcps: levels(random),
    }
}

fn library(call: &Call, policies: &Policies) -> engine::Answer {
    let mut asked = engine::Call::new(&call.arn, &call.action, &call.resource);
    for (key, values) in &call.context {
        asked = asked.with(key, &values.iter().map(String::as_str).collect::<Vec<_>>());
    }
    let text = |policies: &Vec<Value>| json!(policies).to_string();
    let given = engine::Policies {
        key_policy: Some(policies.key.to_string()),
        identity: Some(text(&policies.identity)),
        boundary: policies.boundary.as_ref().map(text),
        session: policies.session.as_ref().map(text),
        scps: policies.scps.iter().map(text).collect(),
        rcps: policies.rcps.iter().map(text).collect(),
    };
    engine::authorize(&asked, &given).expect("the policies read")
}

#[test]
fn two_evaluators_that_share_nothing_agree() {
    let threads: Vec<_> =
        (0..THREADS).map(|n| std::thread::spawn(move || compare((n as u64..CASES).step_by(THREADS)))).collect();
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for thread in threads {
        let found = thread.join().expect("every case agrees");
        found.into_iter().for_each(|(word, count)| *counts.entry(word).or_default() += count);
    }
    eprintln!("{CASES} random cases: {counts:?}");
    let share = |word: &str| counts.get(word).copied().unwrap_or_default() * 100 / CASES;
    assert!(share("allowed") >= 10 && share("explicit deny") >= 10 && share("implicit deny") >= 10, "{counts:?}");
    assert!(share("undocumented") <= 15, "{counts:?}");
}

/// How often each decision came up; fails at the first case in which the two differ.
fn compare(seeds: impl Iterator<Item = u64>) -> BTreeMap<&'static str, u64> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for seed in seeds {
        let mut random = Random(seed);
        let (call, policies) = (call(&mut random), policies(&mut random));
        let Ok(expected) = naive::decide(&call, &policies) else {
            *counts.entry("undocumented").or_default() += 1;
            continue;
        };
        let (word, wanted) = match expected {
            Decision::Allowed => ("allowed", engine::Answer::Allowed),
            Decision::ImplicitDeny => ("implicit deny", engine::Answer::ImplicitDeny),
            Decision::ExplicitDeny => ("explicit deny", engine::Answer::ExplicitDeny),
        };
        *counts.entry(word).or_default() += 1;
        let found = library(&call, &policies);
        assert_eq!(found, wanted, "seed {seed}: the naive evaluator says {expected:?}\n{call:?}\n{policies:#?}");
    }
    counts
}
