//! What has to hold of every input: one function for each target. Before a target tries anything new, it runs the seeds and the
//! saved corpus.

use std::collections::BTreeMap;
use std::ops::Range;

use cfn_lockout::engine::{Call, Policies, authorize};
use cfn_lockout::extensions::expand;
use cfn_lockout::fuzzing::{Outcome, Who, fixed, matches, outcome, read, resources};
use cfn_lockout::reader::Tree;
use serde_json::Value;

/// Larger inputs are refused by the fuzzer, or cost it all its time.
const LARGEST: usize = 16 << 10;

/// How many worlds may be run for a template, and as many again for what is asked beside its verdicts.
const WORLDS: usize = 120_000;

/// Every place of a text lies in it, between two characters.
fn are_places(text: &str, places: &[Range<usize>]) {
    for place in places {
        assert!(text.get(place.clone()).is_some(), "{place:?} is no place of {text:?}");
    }
}

/// Reads bytes: places are places, what is refused is refused at a place, and a text reads the same again.
pub fn reads(bytes: &[u8]) {
    match read(bytes) {
        Ok(found) => {
            are_places(&found.text, &found.places);
            // A second byte order mark is part of the text, and would be the first one of that.
            if !found.text.starts_with('\u{feff}') {
                assert_eq!(read(found.text.as_bytes()).as_ref(), Ok(&found), "a text reads the same twice");
            }
            // A comment at the end changes no value; only a block scalar, which may be a key, takes lines after it for its own.
            if !found.text.trim_end().ends_with("...") && !found.text.contains(['|', '>']) && !ends_in_text(&found.tree)
            {
                let more = read(format!("{}\n# more\n", found.text).as_bytes());
                assert_eq!(more.map(|more| more.tree), Ok(found.tree), "after a comment: {:?}", found.text);
            }
        }
        Err((line, column, message)) => {
            assert!(line >= 1 && column >= 1 && !message.is_empty(), "{line}:{column}: {message}");
            let lines = bytes.split(|&byte| byte == b'\n' || byte == b'\r').count();
            assert!(line <= lines + 1, "line {line} of {lines}: {message}");
        }
    }
}

/// Whether the last value of a document is a text.
fn ends_in_text(tree: &Tree) -> bool {
    match tree {
        Tree::Scalar { form, .. } => *form == "text",
        Tree::List(items) => items.last().is_some_and(ends_in_text),
        Tree::Map(entries) => entries.last().is_some_and(|(_, last)| ends_in_text(last)),
    }
}

/// What serde_json reads is read as the same values.
pub fn reads_json(bytes: &[u8]) {
    reads(bytes);
    let Ok(expected) = serde_json::from_slice::<Value>(bytes) else { return };
    if !is_of_template(bytes, &expected) {
        return;
    }
    let found = read(bytes).unwrap_or_else(|error| panic!("serde_json reads it: {error:?}"));
    if found.duplicates == 0 {
        is_same(&found.tree, &expected);
    }
}

/// Whether JSON is what CloudFormation could be given: an object or a list of printable characters, with no key `<<` and no
/// number beyond what a float holds.
fn is_of_template(bytes: &[u8], value: &Value) -> bool {
    let printable = |text: &str| {
        text.chars().all(|c| {
            matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}')
                || c > '\u{ffff}'
        })
    };
    let text = std::str::from_utf8(bytes).unwrap_or("\0");
    let depth = bytes.iter().filter(|byte| matches!(byte, b'{' | b'[')).count();
    printable(text) && !text.contains("<<") && depth < 100 && (value.is_object() || value.is_array())
}

fn is_same(found: &Tree, expected: &Value) {
    match (found, expected) {
        (Tree::List(found), Value::Array(expected)) => {
            assert_eq!(found.len(), expected.len());
            found.iter().zip(expected).for_each(|(found, expected)| is_same(found, expected));
        }
        (Tree::Map(found), Value::Object(expected)) => {
            assert_eq!(found.len(), expected.len());
            for ((key, found), (name, expected)) in found.iter().zip(expected) {
                is_same(key, &Value::String(name.clone()));
                is_same(found, expected);
            }
        }
        (Tree::Scalar { form, text, .. }, Value::String(expected)) => {
            assert_eq!((*form, text), ("text", expected));
        }
        (Tree::Scalar { form: "bool", text, .. }, Value::Bool(expected)) => assert_eq!(text, &expected.to_string()),
        (Tree::Scalar { form: "null", .. }, Value::Null) => {}
        (Tree::Scalar { form: "int" | "float", .. }, Value::Number(_)) => {}
        (found, expected) => panic!("{found:?} is not {expected}"),
    }
}

/// Reads a template and writes out its loops.
pub fn is_template(text: &str) {
    if let Some((places, keys)) = resources(text) {
        assert!(keys <= places.len());
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        are_places(text, &places);
    }
    let given = BTreeMap::from([("Names".to_owned(), "A,B".to_owned()), ("P".to_owned(), "prod".to_owned())]);
    match expand(text, &given) {
        Ok(expanded) => {
            serde_json::from_str::<Value>(&expanded).expect("what comes out is JSON");
            assert_eq!(expand(text, &given).as_ref(), Ok(&expanded), "the macro writes the same twice");
        }
        Err(error) => assert!(error.line >= 1 && error.column >= 1 && !error.message.is_empty(), "{error}"),
    }
}

/// Asks the policy engine, and matches patterns.
pub fn decides(text: &str) {
    let mut parts = text.split('\0');
    let policy = parts.next().unwrap_or_default();
    let pattern = parts.next().unwrap_or("kms:*");
    let subject = parts.next().unwrap_or("kms:PutKeyPolicy");
    let (by_literals, by_unknowns) = matches(pattern, subject);
    assert_eq!(by_literals, by_unknowns, "{pattern:?} and {subject:?}");
    assert_eq!(by_literals, naive(pattern, subject), "{pattern:?} and {subject:?}");
    let call = Call::new(
        "arn:aws:iam::111122223333:role/Deploy",
        "kms:PutKeyPolicy",
        "arn:aws:kms:eu-west-1:111122223333:key/1",
    );
    let call = call.with("aws:PrincipalTag/x", &[subject]);
    let policies = Policies { key_policy: Some(policy.to_owned()), ..Policies::default() };
    let answer = authorize(&call, &policies);
    assert_eq!(authorize(&call, &policies), answer, "the engine answers the same twice");
    let policies = Policies { identity: Some(policy.to_owned()), ..policies };
    let _ = authorize(&call, &policies);
}

/// Matching by the definition: a table of all prefixes.
fn naive(pattern: &str, text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let mut row = vec![false; text.len() + 1];
    row[0] = true;
    for c in pattern.chars() {
        let mut next = vec![false; text.len() + 1];
        next[0] = row[0] && c == '*';
        for (at, found) in text.iter().enumerate() {
            next[at + 1] = match c {
                '*' => row[at + 1] || next[at],
                '?' => row[at],
                '\u{e000}' => row[at] && *found == '*',
                '\u{e001}' => row[at] && *found == '?',
                c => row[at] && c == *found,
            };
        }
        row = next;
    }
    row[text.len()]
}

/// Who deploys a text hangs on its length, so that one seed is three.
fn who(text: &str) -> Who {
    [Who::Role, Who::User, Who::Nobody][text.len() % 3]
}

/// Checks a template: twice the same, in bounds, and the same with a comment at the end.
pub fn checks(text: &str) {
    if text.len() > LARGEST {
        return;
    }
    let who = who(text);
    let Some(found) = outcome(text, who) else { return };
    let own = text.strip_prefix('\u{feff}').unwrap_or(text);
    are_places(own, &found.places);
    assert!(found.worlds <= WORLDS, "{} worlds", found.worlds);
    assert_eq!(outcome(text, who).as_ref(), Some(&found), "the check answers the same twice");
    reports(&found);
    let longer = format!("{text}\n\n# a comment\n");
    if is_the_same_text(text, &longer) {
        let after = outcome(&longer, who).expect("still a template");
        assert_eq!((&after.verdicts, &after.codes), (&found.verdicts, &found.codes), "a comment changes nothing");
    }
}

/// Whether both read as the same tree.
fn is_the_same_text(text: &str, other: &str) -> bool {
    let tree = |text: &str| read(text.as_bytes()).map(|read| read.tree).ok();
    tree(text) == tree(other)
}

fn reports(outcome: &Outcome) {
    for (format, report) in &outcome.reports {
        let control = report.chars().find(|c| c.is_control() && *c != '\n');
        assert!(matches!(*format, "json" | "sarif") || control.is_none(), "{format}: {control:?}");
        if matches!(*format, "json" | "sarif") {
            serde_json::from_str::<Value>(report).unwrap_or_else(|error| panic!("{format}: {error}"));
        }
        if *format == "github" {
            let is_ours = |line: &&str| ["::error ", "::warning ", "::notice "].iter().any(|own| line.starts_with(own));
            let lines = report.lines().count();
            assert_eq!(report.lines().filter(is_ours).count(), outcome.codes.len().min(lines), "{report}");
            assert!(report.lines().all(|line| is_ours(&line) || !line.contains("::")), "{report}");
        }
    }
}

/// How good a verdict is; what is not comparable is equal.
fn rank(verdict: &str) -> u8 {
    match verdict {
        "lockout" | "invalid" => 0,
        "undecided" => 1,
        _ => 2,
    }
}

/// Fixes a template, as often as there is something to fix: every text parses, no verdict gets worse, and it ends.
pub fn fixes(text: &str) {
    if text.len() > LARGEST / 2 {
        return;
    }
    let who = who(text);
    let mut text = text.strip_prefix('\u{feff}').unwrap_or(text).to_owned();
    for reviewed in [false, true] {
        for round in 0.. {
            assert!(round < 12, "fixes without end: {text}");
            let Some(before) = outcome(&text, who) else { return };
            let (after, count) = fixed(&text, who, reviewed).expect("the edits of a template can be made");
            assert_eq!(count == 0, after == text, "edits are fixes");
            if count == 0 {
                break;
            }
            let now = outcome(&after, who).expect("what is fixed is a template");
            assert_eq!(now.verdicts.len(), before.verdicts.len(), "the keys stay\n{after}");
            for ((id, old), (other, new)) in before.verdicts.iter().zip(&now.verdicts) {
                assert_eq!(id, other);
                assert!(rank(new) >= rank(old), "{id}: {old}, then {new}\n{after}");
            }
            text = after;
        }
    }
}
