//! Names and texts of a template that are written to be something else in a report stay text in every format.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::reports::{FORMATS, command};
use crate::reports_read::{is_ours, read};
use crate::runner::Step;
use crate::support::{ROLE, folder, run_in, text};

/// As a YAML double-quoted text: commands, markup of every kind, line ends and control characters.
const HOSTILE: &str = r#"x\n::error::a\r\n::set-output name=b::c ##[error]d %0A::e ]]> <img src=x onerror=y> | `f` ``` ~~~ [g](https://h.example) @i www.j.example \e[31m\a\u0085\u2028\u202e &amp; \"k\" 'l' $m$ \\"#;

/// A file name of the same kind.
const FILE: &str = "a,b::c%0A|`<i>&'\"].yaml";

fn template() -> String {
    format!(
        r#"Parameters:
  P: {{ Type: String, Default: "{HOSTILE}" }}
Conditions:
  C: !Equals [!Ref P, "{HOSTILE}"]
Resources:
  "{HOSTILE}":
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Statement:
          - Sid: "{HOSTILE}"
            Effect: Allow
            Principal: {{ AWS: "arn:aws:iam::111122223333:user/{HOSTILE}" }}
            Action: kms:*
            Resource: "*"
  Other:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Statement:
          - Sid: "{HOSTILE}"
            Effect: Allow
            Principal: {{ AWS: !Sub "arn:aws:iam::111122223333:role/${{P}}" }}
            Action: "kms:{HOSTILE}"
            Resource: "*"
"#
    )
}

/// The report in every format, by its name.
fn reports() -> Vec<(&'static str, String)> {
    let files = folder(&[(FILE, &template()), ("broken].yaml", &format!("\"{HOSTILE}\": [AWS::KMS::Key"))]);
    let args = ["check", FILE, "broken].yaml", "gone\n::error::x.yaml", ROLE[0], ROLE[1], "--why"];
    let outputs = FORMATS.map(|(format, name)| format!("{format}={name}"));
    let mut all = args.to_vec();
    all.extend(outputs.iter().flat_map(|output| ["--output", output.as_str()]));
    let run = run_in(files.path(), &all);
    assert_eq!(run.code, 2, "{}", run.stderr);
    FORMATS.iter().map(|(format, name)| (*format, fs::read_to_string(files.path().join(name)).unwrap())).collect()
}

fn report(wanted: &str) -> String {
    reports().into_iter().find(|(format, _)| *format == wanted).unwrap().1
}

#[test]
fn no_control_character_leaves_the_program() {
    for (format, report) in reports() {
        let control = report.chars().find(|c| c.is_control() && *c != '\n' || ('\u{2028}'..='\u{202e}').contains(c));
        // JSON escapes what it has to and keeps the rest: its texts are data.
        assert!(matches!(format, "json" | "sarif") || control.is_none(), "{format}: {control:?}\n{report}");
    }
}

#[test]
fn no_line_of_a_log_is_a_command_of_the_template() {
    for line in report("text").lines() {
        assert!(!line.trim_start().starts_with("::"), "{line}");
    }
    let json: Value = serde_json::from_str(&report("json")).unwrap();
    let count = |name: &str| json[name].as_array().unwrap().len();
    let github = report("github");
    let commands: Vec<&str> = github.lines().collect();
    assert_eq!(commands.len(), count("findings") + count("failures") + 1, "{github}");
    for line in commands.iter().take(commands.len() - 1) {
        let (name, properties, _) = command(line);
        assert!(["error", "warning", "notice"].contains(&name.as_str()), "{line}");
        let known: BTreeSet<&str> = ["file", "line", "endLine", "col", "endColumn", "title"].into();
        assert!(properties.keys().all(|name| known.contains(name.as_str())), "{line}");
        assert!([FILE, "broken].yaml", "gone␊::error::x.yaml"].contains(&properties["file"].as_str()), "{line}");
    }
    assert!(!commands.last().unwrap().contains("::"), "{github}");
}

#[test]
fn other_programs_read_hostile_text_as_text() {
    let reports: Vec<_> = reports().into_iter().filter(|(format, _)| !["text", "github"].contains(format)).collect();
    let Some(answers) = read(&reports) else { return };
    for ((format, report), answer) in reports.iter().zip(&answers) {
        assert_eq!(answer["errors"], serde_json::json!([]), "{format}: {report}");
        match *format {
            "markdown" => {
                assert!(is_ours(answer), "{answer}");
                assert!(text(&answer["text"]).contains("<img src=x onerror=y> | `f`"), "{answer}");
            }
            "junit" => assert!(answer["cases"].to_string().contains("]]> <img src=x onerror=y>"), "{answer}"),
            _ => {}
        }
    }
}

#[test]
fn no_text_is_a_link_in_sarif() {
    let sarif: Value = serde_json::from_str(&report("sarif")).unwrap();
    let messages = sarif["runs"][0]["results"].as_array().unwrap().iter().map(|one| text(&one["message"]["text"]));
    for message in messages {
        for (before, target) in message.match_indices("](").map(|(at, _)| message.split_at(at)) {
            let is_ours = target.trim_start_matches("](").starts_with(|c: char| c.is_ascii_digit());
            assert!(before.ends_with('\\') || is_ours, "{message}");
        }
    }
}

#[test]
fn the_runner_takes_nothing_of_the_template_for_a_command() {
    let files = folder(&[(FILE, &template())]);
    let done = Step::new(files.path()).with("role-arn", ROLE[1]).run();
    let mut stopped: Option<String> = None;
    for line in done.stdout.lines() {
        match (&stopped, line.strip_prefix("::stop-commands::")) {
            (None, Some(token)) => stopped = Some(format!("::{token}::")),
            (Some(token), _) if line == token => stopped = None,
            (Some(_), _) => {}
            (None, _) => {
                let known = ["::error ", "::warning ", "::notice ", "::group::", "::endgroup::"];
                let ours = known.iter().any(|command| line.starts_with(command));
                assert!(ours || !line.contains("::") && !line.contains("##["), "{line}");
            }
        }
    }
    assert_eq!(stopped, None);
    assert!(done.log.contains("The report"), "{}", done.log);
}
