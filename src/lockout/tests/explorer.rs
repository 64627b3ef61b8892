//! What exploring costs, counted in worlds: it grows with what decides, not with what a template holds.

use std::fmt::Write;

use super::{ROLE, by, checked, template};

/// n parameters and n conditions; the first k conditions stand around a statement of the policy each.
fn family(n: usize, k: usize, action: &str) -> String {
    let mut sections = String::from("Parameters:\n");
    for index in 0..n {
        let _ = writeln!(sections, "  P{index}: {{ Type: String, AllowedValues: [on, off] }}");
    }
    sections.push_str("Conditions:\n");
    for index in 0..n {
        let _ = writeln!(sections, "  C{index}: !Equals [!Ref P{index}, on]");
    }
    let mut statements = vec![
        "{ Effect: Allow, Principal: { AWS: 'arn:aws:iam::111122223333:role/Other' }, Action: 'kms:*', Resource: '*' }"
            .to_owned(),
    ];
    for index in 0..k {
        statements.push(format!(
            "!If [C{index}, {{ Effect: Allow, Principal: {{ AWS: '{ROLE}' }}, Action: '{action}', Resource: '*' }}, !Ref AWS::NoValue]"
        ));
    }
    template(&sections, &format!("{{ KeyPolicy: {{ Statement: [{}] }} }}", statements.join(", ")))
}

fn worlds(n: usize, k: usize, action: &str) -> usize {
    checked(by(ROLE), &family(n, k, action)).worlds
}

const SIZES: [usize; 4] = [10, 20, 40, 60];
const DECISIVE: [usize; 5] = [0, 1, 2, 4, 8];

fn table() -> String {
    let mut out =
        String::from("| n | action | k = 0 | k = 1 | k = 2 | k = 4 | k = 8 |\n|---|---|---|---|---|---|---|\n");
    for (action, shown) in [("kms:PutKeyPolicy", "decides"), ("kms:Decrypt", "does not")] {
        for n in SIZES {
            let cells: Vec<String> = DECISIVE.iter().map(|k| worlds(n, *k, action).to_string()).collect();
            let _ = writeln!(out, "| {n} | {shown} | {} |", cells.join(" | "));
        }
    }
    out
}

#[test]
fn the_explorer_pays_for_what_decides_only() {
    for k in DECISIVE {
        let counts = SIZES.map(|n| worlds(n, k, "kms:PutKeyPolicy"));
        assert!(counts.iter().all(|count| *count == counts[0]), "{k}: {counts:?}");
        let nothing = SIZES.map(|n| worlds(n, k, "kms:Decrypt"));
        assert!(nothing.iter().all(|count| *count == nothing[0] && *count <= 2), "{k}: {nothing:?}");
    }
}

#[test]
fn the_table_of_the_docs_is_what_exploring_costs() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/explorer.md");
    let page = std::fs::read_to_string(path).expect("the page");
    let (start, end) = ("<!-- table -->\n", "<!-- /table -->\n");
    let (head, rest) = page.split_once(start).expect("the page has a place for the table");
    let (_, tail) = rest.split_once(end).expect("the place ends");
    let expected = format!("{head}{start}{}{end}{tail}", table());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &expected).expect("the page can be written");
    } else {
        assert_eq!(page, expected, "run `UPDATE=1 cargo test --lib explorer` to write the table anew");
    }
}
