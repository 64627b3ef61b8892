//! Templates that would cost more than they are worth.

use std::fmt::Write;

use super::{answer, refusal};

const TOO_LARGE: &str = "far larger than the 1 MB";

#[test]
fn loops_over_loops_run_into_the_budget() {
    let list: String = (0..60).map(|n| format!("m{n},")).collect();
    let mut inner = "'X${A}${B}${C}${D}': {Type: T}".to_owned();
    for (n, id) in ["D", "C", "B", "A"].iter().enumerate() {
        inner = format!("'Fn::ForEach::L{n}': [{id}, [{list}], {{{inner}}}]");
    }
    assert!(refusal(&format!("Resources: {{{inner}}}")).contains(TOO_LARGE));
    // Nothing is written, but every round is looked at.
    let nothing = inner.replacen(&format!("[D, [{list}]"), "[D, []", 1);
    assert!(answer(&format!("Resources: {{{nothing}}}"), &[]).map_or_else(|error| error.contains(TOO_LARGE), |_| true));
}

#[test]
fn long_texts_do_not_multiply() {
    let long = "x".repeat(100_000);
    let text = "${A}".repeat(100);
    let yaml = format!("Resources: {{'Fn::ForEach::L': [A, ['{long}'], {{'K': {{Type: '{text}'}}}}]}}");
    assert!(refusal(&yaml).contains("grows longer than the 1 MB"));
    let refs = "!Ref P, ".repeat(1000);
    let yaml =
        format!("Parameters: {{P: {{Type: String, Default: '{long}'}}}}\nResources: {{R: {{Type: T, P: [{refs}]}}}}");
    assert!(refusal(&yaml).contains(TOO_LARGE));
    let subs = "${P}".repeat(1000);
    let yaml = format!(
        "Parameters: {{P: {{Type: String, Default: '{long}'}}}}\nResources: {{R: {{Type: T, P: !Sub '{subs}'}}}}"
    );
    assert!(refusal(&yaml).contains(TOO_LARGE));
    let rows = "!FindInMap [M, a, b], ".repeat(1000);
    let yaml = format!("Mappings: {{M: {{a: {{b: ['{long}']}}}}}}\nResources: {{R: {{Type: T, P: [{rows}]}}}}");
    assert!(refusal(&yaml).contains(TOO_LARGE));
}

#[test]
fn a_long_chain_of_conditions_is_refused_and_no_stack_overflows() {
    let mut yaml = "Conditions:\n  C0: !Equals [a, a]\n".to_owned();
    for n in 1..5000 {
        // The names sort so that the last one is worked out first.
        writeln!(yaml, "  C{n}: !Not [!Not [{{Condition: C{}}}]]", n - 1).expect("a text");
    }
    yaml.push_str("Resources: {R: {Type: T}}\n");
    assert!(refusal(&yaml).contains("300 levels deep"));
}

#[test]
fn deep_templates_are_read_to_the_depth_that_a_file_may_have() {
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(60), close.repeat(60));
    for (open, close) in [("[", "]"), ("{a: ", "}"), ("!Join ['', [", "]]"), ("{Fn::ToJsonString: [", "]}")] {
        let yaml = format!("Resources: {{R: {{Type: T, P: {}}}}}", deep(open, close));
        let _ = answer(&yaml, &[]);
    }
}

#[test]
fn openings_without_an_end_cost_no_more_than_their_length() {
    let text = "${".repeat(200_000);
    let yaml = format!("Resources: {{'Fn::ForEach::L': [A, [a], {{'K': {{Type: '{text}', P: !Sub '{text}'}}}}]}}");
    assert!(answer(&yaml, &[]).is_ok());
    let text = "${self:{}".repeat(50_000);
    assert!(answer(&format!("Resources: {{R: {{Type: T, P: !Sub '{text}'}}}}"), &[]).is_ok());
}
