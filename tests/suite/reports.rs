//! The formats: one finding is told alike in all of them, whatever else is asked for at the same time.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::cfn_lint::Lint;
use crate::peers::python;
use crate::runner::Step;
use crate::support::{DELEGATES, ROLE, folder, run_in, text};

/// Every format, and the name of a file for it.
pub(crate) const FORMATS: [(&str, &str); 6] = [
    ("text", "report.txt"),
    ("json", "report.json"),
    ("sarif", "report.sarif"),
    ("github", "commands.txt"),
    ("junit", "report.xml"),
    ("markdown", "report.md"),
];

/// One key that locks its deployer out.
pub(crate) const LOCKOUT: &str = r#"Resources:
  Vault:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Version: "2012-10-17"
        Statement:
          - Sid: Administrators
            Effect: Allow
            Principal: { AWS: "arn:aws:iam::111122223333:role/KeyAdmin" }
            Action: kms:*
            Resource: "*"
"#;

/// A text without line breaks and what lines are drawn with.
pub(crate) fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A workflow command: its name, its properties and its data, unescaped as the runner does.
pub(crate) fn command(line: &str) -> (String, BTreeMap<String, String>, String) {
    let unescaped = |text: &str| {
        [("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")]
            .iter()
            .fold(text.to_owned(), |text, (escaped, c)| text.replace(escaped, c))
    };
    let (head, data) = line.strip_prefix("::").and_then(|rest| rest.split_once("::")).expect("a command");
    let (name, properties) = head.split_once(' ').expect("properties");
    let properties = properties.split(',').map(|one| one.split_once('=').expect("NAME=VALUE"));
    let properties = properties.map(|(name, value)| (name.to_owned(), unescaped(value))).collect();
    (name.to_owned(), properties, unescaped(data))
}

/// What is told of a finding: severity, code, file, line and column, message, and the lines of help.
type Told = (String, String, String, (u64, u64), String, Vec<String>);

fn lines(help: &Value) -> Vec<String> {
    text(help).lines().map(str::to_owned).collect()
}

fn in_json(report: &Value) -> Told {
    let one = &report["findings"][0];
    let place = (one["line"].as_u64().unwrap(), one["column"].as_u64().unwrap());
    (text(&one["severity"]), text(&one["code"]), text(&one["file"]), place, text(&one["message"]), lines(&one["help"]))
}

fn helps(text: &str) -> Vec<String> {
    text.lines().filter_map(|line| line.strip_prefix("help: ")).map(str::to_owned).collect()
}

fn in_sarif(report: &Value) -> Told {
    let one = &report["runs"][0]["results"][0];
    let place = &one["locations"][0]["physicalLocation"];
    let region = &place["region"];
    let (line, column) = (region["startLine"].as_u64().unwrap(), region["startColumn"].as_u64().unwrap());
    let words = text(&one["message"]["text"]);
    let message = words.lines().next().unwrap().to_owned();
    let file = text(&place["artifactLocation"]["uri"]);
    (text(&one["level"]), text(&one["ruleId"]), file, (line, column), message, helps(&words))
}

fn in_github(report: &str) -> Told {
    let (name, properties, data) = command(report.lines().next().unwrap());
    let number = |name: &str| properties[name].parse().unwrap();
    let message = data.lines().next().unwrap().to_owned();
    let (title, file) = (properties["title"].clone(), properties["file"].clone());
    (name, title, file, (number("line"), number("col")), message, helps(&data))
}

fn in_junit(report: &str) -> Told {
    let unescaped = |text: &str| {
        [("&quot;", "\""), ("&apos;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")]
            .iter()
            .fold(text.to_owned(), |text, (escaped, c)| text.replace(escaped, c))
    };
    let between = |start: &str, end: &str| unescaped(report.split_once(start).unwrap().1.split_once(end).unwrap().0);
    let element = between("<failure ", "</failure>");
    let body = element.split_once('>').unwrap().1;
    let place: Vec<&str> = body.lines().next().unwrap().rsplitn(3, ':').collect();
    let (line, column) = (place[1].parse().unwrap(), place[0].parse().unwrap());
    let code = between("type=\"", "\"");
    ("error".to_owned(), code, place[2].to_owned(), (line, column), between("message=\"", "\" type"), helps(body))
}

/// What cfn-lint tells, whose rules are the plugin's.
fn in_cfn_lint(found: &Value) -> Told {
    let start = &found["Location"]["Start"];
    let place = (start["LineNumber"].as_u64().unwrap(), start["ColumnNumber"].as_u64().unwrap());
    let (source, words) = (text(&found["Rule"]["Source"]), text(&found["Message"]));
    let code = source.rsplit('/').next().unwrap().trim_end_matches(".md").to_owned();
    let message = words.lines().next().unwrap().to_owned();
    (text(&found["Level"]).to_lowercase(), code, text(&found["Filename"]), place, message, helps(&words))
}

#[test]
fn one_finding_is_told_alike_in_every_format() {
    let files = folder(&[("infra/kms.yaml", LOCKOUT)]);
    let mut args = vec!["check", "infra", ROLE[0], ROLE[1]];
    let outputs = FORMATS.map(|(format, name)| format!("{format}={name}"));
    args.extend(outputs.iter().flat_map(|output| ["--output", output.as_str()]));
    let run = run_in(files.path(), &args);
    assert_eq!(run.code, 1);
    let read = |name: &str| fs::read_to_string(files.path().join(name)).unwrap();
    let json = |name: &str| serde_json::from_str::<Value>(&read(name)).unwrap();

    let told = in_json(&json("report.json"));
    assert_eq!((told.0.as_str(), told.1.as_str()), ("error", "locks-out-deployer"));
    assert_eq!((told.2.as_str(), told.3), ("infra/kms.yaml", (10, 31)));
    assert_eq!(told.4, "KMS would refuse key `Vault`: `role/Deploy` could not change its policy again");
    assert_eq!(in_sarif(&json("report.sarif")), told);
    assert_eq!(in_github(&read("commands.txt")), told);
    assert_eq!(in_junit(&read("report.xml")), told);

    let fix = text(&json("report.json")["findings"][0]["fix"]["title"]);
    assert_eq!(
        json("report.sarif")["runs"][0]["results"][0]["fixes"][0]["description"]["text"].as_str(),
        Some(fix.as_str())
    );
    for (_, name) in &FORMATS[2..5] {
        assert!(read(name).contains(&format!("fix: {fix}; cfn-lockout fix shows the edit")), "{name}");
    }

    if let Some(python) = python("cfn-lint") {
        let lint = Lint { python: &python, at: files.path() };
        let found = lint.json(&["--", "infra/kms.yaml"], &[("CFN_LOCKOUT_ROLE_ARN", ROLE[1])]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(in_cfn_lint(&found[0]), told);
        // Word for word what stands in SARIF, up to what JSON does not have.
        let sarif = text(&json("report.sarif")["runs"][0]["results"][0]["message"]["text"]);
        for line in text(&found[0]["Message"]).lines() {
            assert!(sarif.lines().any(|other| other == line), "SARIF lacks {line}: {sarif}");
        }
    }

    let step = Step::new(files.path()).with("paths", "infra").with("role-arn", ROLE[1]);
    let summary = step.run().summary;
    assert!(summary.starts_with(&read("report.md")), "{summary}");
    for people in [read("report.txt"), run.stdout, read("report.md"), summary] {
        let people = flat(&people);
        assert!(people.contains(&format!("error[{}]: {}", told.1, told.4)), "{people}");
        assert!(people.contains(&format!("--> {}:{}:{}", told.2, told.3.0, told.3.1)), "{people}");
        // People read the fix in place of the help, where it is safe.
        assert!(people.contains(&format!("help: {fix}")), "{people}");
    }
}

/// A rule without words of its own has those of the finding that it is about, and its place, in every format.
#[cfg(feature = "guard")]
#[test]
fn a_guard_rule_tells_the_same_finding_alike_in_every_format() {
    let files = folder(&[("infra/kms.yaml", LOCKOUT)]);
    let rules = crate::support::root().join("rules/guard/facts/keys.guard");
    let mut args = vec!["check", "infra", ROLE[0], ROLE[1], "--rules", rules.to_str().unwrap()];
    let outputs = FORMATS.map(|(format, name)| format!("{format}={name}"));
    args.extend(outputs.iter().flat_map(|output| ["--output", output.as_str()]));
    let run = run_in(files.path(), &args);
    assert_eq!((run.code, run.stderr.as_str()), (1, ""));
    let read = |name: &str| fs::read_to_string(files.path().join(name)).unwrap();
    let json = |name: &str| serde_json::from_str::<Value>(&read(name)).unwrap();
    let words = "KMS would refuse key `Vault`: `role/Deploy` could not change its policy again";
    let said = format!("deployer_is_administrator: {words}");
    let is_own = |one: &&Value| one["message"] == words;
    let is_rule = |one: &&Value| text(&one["message"]) == said;

    let report = json("report.json");
    let findings = report["findings"].as_array().unwrap();
    let (own, rule) = (findings.iter().find(is_own).unwrap(), findings.iter().find(is_rule).unwrap());
    for field in ["severity", "help", "file", "line", "column", "end_line", "end_column", "logical_id", "deployment"] {
        assert_eq!(own[field], rule[field], "{field}");
    }
    assert_eq!(rule["code"], "guard-rule");
    let sarif = json("report.sarif");
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let starts = |with: &str| results.iter().find(|one| text(&one["message"]["text"]).starts_with(with)).unwrap();
    assert_eq!(starts(&said)["ruleId"], "guard-rule");
    let place = |one: &Value| one["locations"][0]["physicalLocation"].clone();
    assert_eq!(place(starts(&said)), place(starts(words)));
    let commands = read("commands.txt");
    let find = |with: &str| {
        commands
            .lines()
            .filter(|line| line.starts_with("::error"))
            .map(command)
            .find(|one| one.2.starts_with(with))
            .unwrap()
    };
    let (own, rule) = (find(words), find(&said));
    for field in ["file", "line", "col", "endLine", "endColumn"] {
        assert_eq!(own.1.get(field), rule.1.get(field), "{field}");
    }
    assert!(read("report.xml").contains(&format!("message=\"{said}\" type=\"guard-rule\"")));
    for people in [read("report.txt"), run.stdout, read("report.md")] {
        let people = flat(&people);
        let (_, drawn) = people.split_once(&format!("error[guard-rule]: {said}")).expect("it is told");
        assert!(drawn.trim_start().starts_with("--> infra/kms.yaml:10:31 "), "{drawn}");
    }
}

#[test]
fn the_exit_code_never_depends_on_the_format() {
    let files = folder(&[("bad.yaml", LOCKOUT), ("safe.yaml", DELEGATES), ("broken.yaml", "Resources: [")]);
    for (file, code) in [("bad.yaml", 1), ("safe.yaml", 0), ("broken.yaml", 2)] {
        for (format, _) in FORMATS {
            let run = run_in(files.path(), &[file, ROLE[0], ROLE[1], "--format", format]);
            assert_eq!(run.code, code, "{file} as {format}");
            assert_ne!(run.stdout, "", "{file} as {format}");
        }
    }
}

#[test]
fn what_could_not_be_checked_is_in_every_format() {
    let files = folder(&[("broken.yaml", "Resources:\n  K: [AWS::KMS::Key\n")]);
    for (format, _) in FORMATS {
        let run = run_in(files.path(), &["broken.yaml", "gone.yaml", "--format", format]);
        assert_eq!(run.code, 2, "{format}");
        for name in ["broken.yaml", "gone.yaml", "there is no such file or folder"] {
            assert!(flat(&run.stdout).contains(name), "{format} lacks {name}: {}", run.stdout);
        }
    }
    let sarif = run_in(files.path(), &["gone.yaml", "--format", "sarif"]).json();
    assert_eq!(sarif["runs"][0]["invocations"][0]["executionSuccessful"], false, "an empty report is not a clean one");
}

#[test]
fn junit_fails_what_fails_the_run() {
    let files = folder(&[("safe.yaml", DELEGATES)]);
    let cases = |fail_on: &str| {
        let run = run_in(files.path(), &["safe.yaml", ROLE[0], ROLE[1], "--format", "junit", "--fail-on", fail_on]);
        (run.code, run.stdout.contains("<failure "))
    };
    assert_eq!(cases("error"), (0, false));
    assert_eq!(cases("note"), (1, true));
    assert_eq!(cases("never"), (0, false));
}

#[test]
fn a_fingerprint_stays_when_lines_move() {
    let of = |files: &[(&str, &str)], args: &[&str]| -> Vec<String> {
        let files = folder(files);
        let mut all = vec!["check", ".", ROLE[0], ROLE[1], "--format", "sarif"];
        all.extend(args);
        let report = run_in(files.path(), &all).json();
        let results = report["runs"][0]["results"].as_array().cloned().unwrap();
        results.iter().map(|one| text(&one["partialFingerprints"]["cfnLockout/v1"])).collect()
    };
    let first = of(&[("kms.yaml", LOCKOUT)], &[]);
    assert_eq!(first, of(&[("kms.yaml", &format!("# moved\n\n{LOCKOUT}"))], &[]));
    assert_ne!(first, of(&[("other.yaml", LOCKOUT)], &[]));
    assert_ne!(first, of(&[("kms.yaml", &LOCKOUT.replace("Vault", "Safe"))], &[]));
    // Two of one kind at one key.
    let groups = LOCKOUT.replace(
        "{ AWS: \"arn:aws:iam::111122223333:role/KeyAdmin\" }",
        "{ AWS: [\"arn:aws:iam::111122223333:group/A\", \"arn:aws:iam::111122223333:group/B\"] }",
    );
    let two = of(&[("kms.yaml", &groups)], &[]);
    assert_eq!(two.len(), std::collections::BTreeSet::from_iter(&two).len(), "{two:?}");
}

#[test]
fn a_place_of_several_lines_has_no_columns_on_github() {
    let template = LOCKOUT.replace("role/KeyAdmin", "user/{}").replace(
        "Statement:\n          - Sid: Administrators\n            Effect: Allow\n            Principal: { AWS: \"arn:aws:iam::111122223333:user/{}\" }\n            Action: kms:*\n            Resource: \"*\"\n",
        "Statement:\n          - Sid: None\n            Effect: Deny\n            Principal: \"*\"\n            Action: kms:Decrypt\n            Resource: \"*\"\n",
    );
    let files = folder(&[("kms.yaml", &template)]);
    let run = run_in(files.path(), &["kms.yaml", ROLE[0], ROLE[1], "--format", "github"]);
    let (_, properties, _) = command(run.stdout.lines().next().unwrap());
    assert_ne!(properties["line"], properties["endLine"], "{}", run.stdout);
    assert!(!properties.contains_key("col") && !properties.contains_key("endColumn"), "{}", run.stdout);
}
