//! Templates that are made to cost more than they say: each is answered, rightly or by saying what was too much. The families are
//! those with which other checkers test themselves (deep nesting, chains and forests of conditions, fan-out, loops, many of a kind).

use std::fmt::Write;

use crate::support::{DELEGATES, ROLE, Report, Run, folder, run_in, text};

const ACCOUNT: &str = "{ Effect: Allow, Principal: { AWS: '111122223333' }, Action: 'kms:*', Resource: '*' }";

fn run(template: &str) -> Run {
    let files = folder(&[("hostile.yaml", template)]);
    run_in(files.path(), &["check", "hostile.yaml", ROLE[0], ROLE[1], "--format", "json"])
}

/// The report of a template that can be checked.
fn report(template: &str) -> Report {
    let run = run(template);
    assert!(matches!(run.code, 0 | 1), "{}{}", run.stderr, run.stdout.get(..300).unwrap_or(&run.stdout));
    Report(run.json())
}

fn repeated(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut all, n| {
        all.push_str(&line(n));
        all
    })
}

/// One key with these statements, one on a line.
fn key(statements: &str) -> String {
    format!(
        "Resources:\n  K:\n    Type: AWS::KMS::Key\n    Properties:\n      KeyPolicy:\n        Statement:\n{statements}"
    )
}

fn allow(role: &str) -> String {
    format!(
        "{{ Effect: Allow, Principal: {{ AWS: 'arn:aws:iam::111122223333:role/{role}' }}, Action: 'kms:*', Resource: '*' }}"
    )
}

fn to_role(condition: &str, role: &str) -> String {
    format!("          - !If [{condition}, {}, !Ref AWS::NoValue]\n", allow(role))
}

/// A chain of conditions, each the opposite of the next. Up to some length the answer is right, beyond it says that it was too
/// much; it is wrong at none.
#[test]
fn a_chain_of_conditions_at_its_boundary() {
    let mut answers = Vec::new();
    for length in [1, 2, 3, 50, 100, 120, 121, 126, 127, 128, 129, 199, 250, 251, 256, 257, 300, 1_000] {
        let chain = repeated(length, |n| format!("  C{n}: !Not [!Condition C{}]\n", n + 1));
        let statements = format!("          - {}\n{}", allow("Other"), to_role("C0", "Deploy"));
        let verdict =
            report(&format!("Conditions:\n{chain}  C{length}: !Equals [a, a]\n{}", key(&statements))).verdict("K");
        let right = if length % 2 == 0 { "safe" } else { "lockout" };
        assert!(verdict == right || verdict == "undecided", "{length}: {verdict}");
        answers.push(verdict == right);
    }
    assert!(answers.starts_with(&[true; 7]) && answers.is_sorted_by_key(|right| !right), "{answers:?}");
}

#[test]
fn many_conditions_side_by_side() {
    let count = 300;
    let parameters = repeated(count, |n| format!("  P{n}: {{ Type: String }}\n"));
    let conditions = repeated(count, |n| format!("  C{n}: !Equals [!Ref P{n}, x]\n"));
    let statements = repeated(count, |n| to_role(&format!("C{n}"), &format!("R{n}")));
    let sections = format!("Parameters:\n{parameters}Conditions:\n{conditions}");
    let of = |first: &str| report(&format!("{sections}{}", key(&format!("          - {first}\n{statements}"))));
    assert_eq!(of(ACCOUNT).verdict("K"), "safe-if-iam", "what hangs on them decides nothing");
    assert_eq!(of(&allow("Deploy")).verdict("K"), "safe");
}

/// Conditions about one parameter exclude each other: they are as many worlds as there are conditions, and not twice as many
/// with each.
#[test]
fn conditions_about_one_value() {
    let count = 50;
    let conditions = repeated(count, |n| format!("  C{n}: !Equals [!Ref P, v{n}]\n"));
    let statements = repeated(count, |n| to_role(&format!("C{n}"), if n == 0 { "Deploy" } else { "Other" }));
    let template =
        format!("Parameters: {{ P: {{ Type: String, Default: v0 }} }}\nConditions:\n{conditions}{}", key(&statements));
    let report = report(&template);
    assert_eq!(report.verdict("K"), "safe");
    assert_eq!(report.keys()[0]["cases"].as_array().unwrap().len(), count, "every other value, and all the rest");
}

#[test]
fn names_that_fan_out() {
    let count = 40;
    let resources = repeated(count, |n| {
        let names = repeated(n.min(5), |back| format!("${{R{}.TopicName}}", n - 1 - back));
        format!("  R{n}: {{ Type: AWS::SNS::Topic, Properties: {{ TopicName: !Sub 't{names}' }} }}\n")
    });
    let last = format!("${{R{}.TopicName}}", count - 1);
    let deny = format!(
        "{{ Effect: Deny, Principal: {{ AWS: !Sub 'arn:aws:iam::111122223333:role/{last}' }}, Action: 'kms:*', Resource: '*' }}"
    );
    let report = report(&format!("{}{resources}", key(&format!("          - {ACCOUNT}\n          - {deny}\n"))));
    let verdict = report.verdict("K");
    assert!(["safe-if-iam", "undecided", "invalid"].contains(&verdict.as_str()), "{verdict}");
}

#[test]
fn loops_within_loops() {
    let items = repeated(100, |n| format!("a{n},"));
    let mut body = "\"K${V0}${V1}${V2}${V3}\": { Type: AWS::KMS::Key }".to_owned();
    for level in (0..4).rev() {
        body = format!("\"Fn::ForEach::L{level}\": [V{level}, [{items}], {{ {body} }}]");
    }
    let report = report(&format!("Transform: AWS::LanguageExtensions\nResources:\n  {body}\n"));
    assert_eq!(report.codes(), ["template-refused"]);
    let message = text(&report.0["findings"][0]["message"]);
    assert!(message.contains("the expanded template is far larger than the 1 M"), "{message}");
}

#[test]
fn many_resources() {
    let resources = repeated(50_000, |n| format!("  T{n}: {{ Type: AWS::SNS::Topic }}\n"));
    assert_eq!(report(&format!("{DELEGATES}{resources}")).verdict("K"), "safe-if-iam");
}

#[test]
fn five_hundred_times_the_same() {
    let (head, own) = DELEGATES.split_at(DELEGATES.find("  K:").unwrap());
    let same = report(&format!("{head}{}", own.repeat(500)));
    assert_eq!(same.keys().len(), 1, "of a name that stands twice the last counts");
    assert_eq!(same.verdict("K"), "safe-if-iam");
    let others = report(&format!("{head}{}", repeated(500, |n| own.replace("  K:", &format!("  K{n}:")))));
    assert_eq!(others.keys().len(), 500);
    assert!(others.keys().iter().all(|key| key["verdict"] == "safe-if-iam"));
    assert_eq!(others.codes(), ["relies-on-deployer-iam"], "one for all of them");
}

#[test]
fn maps_of_a_million_entries() {
    let run = run(&format!("{DELEGATES}Metadata:\n{}", repeated(1_000_000, |n| format!("  k{n}: 1\n"))));
    assert_eq!(run.code, 2);
    assert_eq!(run.json()["failures"][0]["message"], "the file has more than 2000000 values");
    let entries = repeated(400_000, |n| format!(", \"k{n}\": {{}}"));
    let json =
        format!("{{\"Resources\": {{\"K\": {{\"Type\": \"AWS::KMS::Key\"}}}}, \"Metadata\": {{\"k\": 1{entries}}}}}");
    assert_eq!(report(&json).verdict("K"), "default-policy", "and it is one line");
}

/// Every duplicate is a finding with a place in one long line.
#[test]
fn a_long_line_of_duplicates() {
    let duplicates = repeated(3_000, |_| "\"Description\": \"x\", ".to_owned());
    let json = format!(
        "{{\"Resources\": {{\"K\": {{\"Type\": \"AWS::KMS::Key\", \"Properties\": {{{duplicates}\"Description\": \"y\"}}}}}}}}"
    );
    let report = report(&json);
    assert_eq!(report.codes().len(), 3_000);
    let column = report.0["findings"][2_999]["column"].as_u64().unwrap() as usize;
    assert_eq!(json.get(column - 1..column + 12), Some("\"Description\""));
}

/// KMS refuses a policy for its length before it looks at a statement, and nobody is asked whether they may change it.
#[test]
fn policies_of_a_hundred_thousand_statements() {
    let statements = repeated(100_000, |n| format!("          - {}\n", allow(&format!("r{n}"))));
    let report = report(&key(&statements));
    assert_eq!(report.verdict("K"), "invalid");
    assert_eq!(report.codes(), ["malformed-policy"]);
    assert!(text(&report.0["findings"][0]["message"]).contains("KMS accepts 32768"));
    assert_eq!(report.keys()[0]["administrators"], serde_json::json!([]));
}

/// If none of them counts the policy is short, so that its length settles nothing.
#[test]
fn a_hundred_thousand_statements_that_may_not_count() {
    let statements = repeated(100_000, |_| to_role("C", "Deploy"));
    let sections = "Parameters: { P: { Type: String } }\nConditions: { C: !Equals [!Ref P, x] }\n";
    assert_eq!(report(&format!("{sections}{}", key(&statements))).verdict("K"), "undecided");
}

/// Six of these took minutes where every `*` may be tried anywhere.
#[test]
fn patterns_that_explode() {
    let pattern = "a*".repeat(2_000);
    let condition = |tag: &str| {
        format!(
            "          - {{ Effect: Deny, Principal: '*', Action: 'kms:*', Resource: '*', Condition: {{ StringLike: {{ 'aws:PrincipalTag/{tag}': '{pattern}b' }} }} }}\n"
        )
    };
    let statements = repeated(6, |n| condition(&format!("t{n}")));
    let files = folder(&[("hostile.yaml", &key(&format!("          - {ACCOUNT}\n{statements}")))]);
    let value = "a".repeat(20_000);
    let context: Vec<String> = (0..6).map(|n| format!("--context=aws:PrincipalTag/t{n}={value}")).collect();
    let mut args = vec!["check", "hostile.yaml", ROLE[0], ROLE[1], "--format", "json"];
    args.extend(context.iter().map(String::as_str));
    assert_eq!(Report(run_in(files.path(), &args).json()).verdict("K"), "safe-if-iam", "none of them matches");
    let matching = format!("--context=aws:PrincipalTag/t0={value}b");
    args[6] = &matching;
    assert_eq!(Report(run_in(files.path(), &args).json()).verdict("K"), "lockout", "one of them does");
}

/// Each of these comments is another reading of the text.
#[test]
fn comments_that_touch_values_of_a_large_file() {
    let mut template = format!("{DELEGATES}Metadata:\n");
    (0..70).for_each(|n| writeln!(template, "  t{n}: 'x'# touches").unwrap());
    assert_eq!(run(&template).code, 2, "more than are read");
    let few = template.lines().filter(|line| !line.contains("6") || !line.contains("touches"));
    let few: String = few.map(|line| format!("{line}\n")).collect();
    assert_eq!(report(&few).verdict("K"), "safe-if-iam");
    let large = format!("{few}{}", repeated(500_000, |n| format!("  k{n}: 1\n")));
    let run = run(&large);
    assert_eq!(run.code, 2, "fewer are read of a large file");
    assert!(text(&run.json()["failures"][0]["message"]).contains("comments must be separated"), "{}", run.stdout);
}

/// Aliases nest values deeper than the file itself nests.
#[test]
fn aliases_that_nest_deeper_than_the_file() {
    let levels = 100;
    let mut template = "Metadata:\n  a0: &a0 [x]\n".to_owned();
    for n in 1..44 {
        let (open, close) = ("[".repeat(levels), "]".repeat(levels));
        writeln!(template, "  a{n}: &a{n} {open}*a{}{close}", n - 1).unwrap();
    }
    template.push_str("Resources: { K: { Type: AWS::KMS::Key, Properties: { KeyPolicy: *a43 } } }\n");
    let run = run(&template);
    assert!(matches!(run.code, 1 | 2), "{}: {}", run.code, run.stderr);
    let resolved = folder(&[("t.yaml", &template)]);
    for verb in ["resolve", "fix", "who"] {
        let run = run_in(resolved.path(), &[verb, "t.yaml"]);
        assert!((0..=2).contains(&run.code), "{verb} ends by itself: {}", run.stderr);
    }
}
