//! What an editor shows is what the reports say: the same finding, the same place, the same words.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::client::{Client, able, edited, offset, uri};
use crate::reports::LOCKOUT;
use crate::support::{DELEGATES, ROLE, folder, report_in, root, run_in, run_with_stdin, text};

fn utf16(c: char) -> usize {
    c.len_utf16()
}

/// The position of a line and a column of the JSON report.
fn position(text: &str, line: &Value, column: &Value, units: fn(char) -> usize) -> Value {
    let [line, column] = [line, column].map(|number| usize::try_from(number.as_u64().unwrap()).unwrap());
    let content = text.split('\n').nth(line - 1).unwrap_or_default();
    let character: usize = content.chars().take(column - 1).map(units).sum();
    json!({ "line": line - 1, "character": character })
}

/// A finding of the JSON report as a diagnostic has to show it: where, code, severity, message, further places.
fn expected(finding: &Value, read: &dyn Fn(&str) -> String, units: fn(char) -> usize) -> Value {
    let file = text(&finding["file"]);
    let content = read(&file);
    let at = |line: &str, column: &str| position(&content, &finding[line], &finding[column], units);
    let severity = ["error", "warning", "note"].iter().position(|word| finding["severity"] == *word).unwrap() + 1;
    let related: Vec<Value> = finding["related"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let content = read(&text(&one["file"]));
            json!([one["file"], position(&content, &one["line"], &one["column"], units), one["message"]])
        })
        .collect();
    json!({
        "file": file, "code": finding["code"], "severity": severity, "message": finding["message"], "related": related,
        "range": { "start": at("line", "column"), "end": at("end_line", "end_column") },
    })
}

/// The same of a diagnostic.
fn seen(uri: &str, diagnostic: &Value, name: &dyn Fn(&str) -> String) -> Value {
    let message = text(&diagnostic["message"]);
    let related: Vec<Value> = diagnostic["relatedInformation"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|one| {
            json!([name(one["location"]["uri"].as_str().unwrap()), one["location"]["range"]["start"], one["message"]])
        })
        .collect();
    json!({
        "file": name(uri), "code": diagnostic["code"], "severity": diagnostic["severity"],
        "message": message.lines().next().unwrap_or_default(), "related": related, "range": diagnostic["range"],
    })
}

fn sorted(mut values: Vec<Value>) -> Vec<String> {
    values.sort_by_key(ToString::to_string);
    values.iter().map(ToString::to_string).collect()
}

/// The templates of all examples.
fn examples(here: &Path) -> Vec<PathBuf> {
    let below = |folder: &Path| fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    let files = below(&here.join("examples")).flat_map(|folder| below(&folder).collect::<Vec<_>>());
    let is_template = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "yaml") && path.is_file();
    let mut out: Vec<PathBuf> = files.filter(is_template).collect();
    out.sort();
    out
}

#[test]
fn every_example_shows_what_the_report_says_and_offers_its_fixes() {
    let here = root().canonicalize().unwrap();
    let prefix = uri(&here) + "/";
    let name = |uri: &str| uri.strip_prefix(&prefix).unwrap_or(uri).to_owned();
    let read = |file: &str| fs::read_to_string(here.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    let mut client = Client::ready(&here, &ROLE, able());
    let (mut findings, mut safe, mut review) = (0, 0, 0);
    for path in examples(&here) {
        let (file, uri) = (path.strip_prefix(&here).unwrap().to_str().unwrap().to_owned(), uri(&path));
        let report = report_in(&here, &["check", &file, ROLE[0], ROLE[1]]);
        client.shown.clear();
        client.open(&uri, &read(&file));
        client.settle();
        let all = client.shown.clone();
        let shown: Vec<Value> = all
            .iter()
            .flat_map(|(uri, params)| params["diagnostics"].as_array().unwrap().iter().map(|one| seen(uri, one, &name)))
            .collect();
        let told = report.0["findings"].as_array().unwrap();
        let wanted: Vec<Value> = told.iter().map(|finding| expected(finding, &read, utf16)).collect();
        assert_eq!(sorted(shown), sorted(wanted), "{file}");
        assert_eq!(all[&uri]["version"], 1);
        for finding in told.iter().filter(|one| !one["fix"].is_null() && one["file"] == file.as_str()) {
            let fix = &finding["fix"];
            let actions = client.actions(&uri, &expected(finding, &read, utf16)["range"]);
            let is_it = |action: &&Value| text(&action["title"]).starts_with(&text(&fix["title"]));
            let action = actions.iter().find(is_it).unwrap_or_else(|| panic!("{file}: {actions:?}"));
            let is_safe = fix["applicability"] == "safe";
            assert_eq!((&action["kind"], &action["isPreferred"]), (&json!("quickfix"), &json!(is_safe)), "{file}");
            let marked = text(&action["title"]).contains("(to be reviewed: ");
            assert_eq!(marked, !is_safe, "{file}: {action}");
            assert!(action["diagnostics"].as_array().unwrap().iter().any(|one| one["code"] == finding["code"]));
            *(if is_safe { &mut safe } else { &mut review }) += 1;
        }
        findings += told.len();
        client.close(&uri);
        client.settle();
        for (uri, params) in &client.shown {
            assert_eq!(params["diagnostics"], json!([]), "{uri} is closed");
        }
    }
    assert!(findings > 15 && safe > 2 && review > 0, "{findings} findings, {safe} safe, {review} to be reviewed");
    assert_eq!(client.end().code, 0);
}

#[test]
fn a_code_action_makes_the_edits_of_fix() {
    let before = "# \u{1f511}\r\n".to_owned() + &LOCKOUT.replace('\n', "\r\n");
    let files = folder(&[("kms.yaml", &before)]);
    let name = uri(files.path().join("kms.yaml"));
    let whole = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 99, "character": 0 } });
    for versioned in [true, false] {
        let mut able = able();
        able["workspace"]["workspaceEdit"]["documentChanges"] = json!(versioned);
        let mut client = Client::ready(files.path(), &ROLE, able);
        client.open(&name, &before);
        let actions = client.actions(&name, &whole);
        assert_eq!(actions.len(), 1, "{actions:?}");
        let edits = match versioned {
            true => {
                let change = &actions[0]["edit"]["documentChanges"][0];
                assert_eq!(change["textDocument"], json!({ "uri": name, "version": 1 }));
                change["edits"].clone()
            }
            false => actions[0]["edit"]["changes"][&name].clone(),
        };
        let after = edited(&before, edits.as_array().unwrap(), utf16);
        client.change(&name, 2, json!([{ "text": after.clone() }]));
        let codes: Vec<Value> = client.diagnostics(&name).iter().map(|one| one["code"].clone()).collect();
        assert!(!codes.contains(&json!("locks-out-deployer")), "{codes:?}");
        let fixed = run_with_stdin(files.path(), &["fix", "-", "--write", ROLE[0], ROLE[1]], before.as_bytes());
        assert_eq!(after, fixed.stdout);
        let nothing = json!({
            "textDocument": { "uri": name }, "range": whole,
            "context": { "diagnostics": [], "only": ["refactor"] },
        });
        assert_eq!(client.request("textDocument/codeAction", nothing), json!([]));
        client.end();
    }
}

const ON_ONE_LINE: &str = r#"Resources: { K: { Type: AWS::KMS::Key, Properties: { Description: "🔑é🔑", KeyPolicy: { Statement: [{ Effect: Allow, Principal: { AWS: "arn:aws:iam::111122223333:user/Alice" }, Action: "kms:*", Resource: "*" }] } } } }
"#;

#[test]
fn places_are_counted_as_was_agreed() {
    let files = folder(&[("kms.yaml", ON_ONE_LINE)]);
    let name = uri(files.path().join("kms.yaml"));
    let finding = report_in(files.path(), &["kms.yaml", ROLE[0], ROLE[1]]).0["findings"][0].clone();
    let mut starts = BTreeSet::new();
    for (offered, units) in [
        (json!(["utf-8", "utf-16"]), char::len_utf8 as fn(char) -> usize),
        (json!(["utf-16"]), char::len_utf16),
        (Value::Null, char::len_utf16),
    ] {
        let mut client = Client::ready(files.path(), &ROLE, json!({ "general": { "positionEncodings": offered } }));
        client.open(&name, ON_ONE_LINE);
        let shown = client.diagnostics(&name);
        let range = &expected(&finding, &|_| ON_ONE_LINE.to_owned(), units)["range"];
        assert_eq!(&shown[0]["range"], range, "{offered}");
        starts.insert(range["start"]["character"].as_u64().unwrap());
        // The client edits behind the wide characters, in its own units.
        let (alice, end) = (ON_ONE_LINE.find("user/Alice").unwrap(), ON_ONE_LINE.find("\" }, Action").unwrap());
        let at = |byte: usize| ON_ONE_LINE[..byte].chars().map(units).sum::<usize>();
        let place =
            json!({ "start": { "line": 0, "character": at(alice) }, "end": { "line": 0, "character": at(end) } });
        assert_eq!(offset(ON_ONE_LINE, &place["start"], units), alice);
        client.change(&name, 2, json!([{ "range": place, "text": "role/Deploy" }]));
        let codes: Vec<Value> = client.diagnostics(&name).iter().map(|one| one["code"].clone()).collect();
        assert!(!codes.contains(&json!("locks-out-deployer")), "{offered}: {codes:?}");
        assert_eq!(client.shown[&name]["version"], 2);
        client.end();
    }
    assert_eq!(starts.len(), 2, "the encodings differ here");
}

#[test]
fn clients_that_can_do_little_get_the_rest_as_text() {
    let files = folder(&[("kms.yaml", LOCKOUT)]);
    let path = root().join("examples/no-account-statement/template.yaml");
    let name = uri(&path);
    let mut client = Client::ready(files.path(), &ROLE, json!({}));
    client.open(&name, &fs::read_to_string(&path).unwrap());
    let shown = client.diagnostics(&name);
    assert!(shown[0].get("relatedInformation").is_none() && shown[0].get("codeDescription").is_none());
    let message = text(&shown[0]["message"]);
    assert!(message.contains("template.yaml:20:20: does not name `role/Deploy`"), "{message}");
    let hover = client.hover(&name, 4, 3);
    assert_eq!(hover["contents"]["kind"], "plaintext");
    assert!(text(&hover["contents"]["value"]).starts_with("lockout  Vault  "), "{hover}");
    let mut client = Client::ready(files.path(), &ROLE, able());
    client.open(&name, &fs::read_to_string(&path).unwrap());
    let shown = client.diagnostics(&name);
    let page = text(&shown[0]["codeDescription"]["href"]);
    let sarif = run_in(&root(), &["examples/no-account-statement", ROLE[0], ROLE[1], "--format", "sarif"]).json();
    let rules = sarif["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap().clone();
    assert!(rules.iter().any(|rule| rule["id"] == "locks-out-deployer" && rule["helpUri"] == page.as_str()), "{page}");
    let lines: Vec<String> = text(&shown[0]["message"]).lines().map(str::to_owned).collect();
    let printed = run_in(&root(), &["examples/no-account-statement", ROLE[0], ROLE[1], "--plain"]).stdout;
    for line in &lines[2..] {
        assert!(printed.lines().any(|one| one == line), "{line}: {printed}");
    }
}

#[test]
fn a_hover_has_the_reasoning_of_why() {
    let path = root().join("examples/no-account-statement/template.yaml");
    let (name, content) = (uri(&path), fs::read_to_string(&path).unwrap());
    let mut client = Client::ready(&root(), &ROLE, able());
    client.open(&name, &content);
    let why = run_in(&root(), &["examples/no-account-statement", ROLE[0], ROLE[1], "--why", "--unicode"]).stdout;
    let line_of = |what: &str| content.lines().position(|line| line.contains(what)).unwrap() as u64;
    let on_key = client.hover(&name, line_of("Vault:"), 4);
    let value = text(&on_key["contents"]["value"]);
    let told = value.strip_prefix("```text\n").and_then(|rest| rest.strip_suffix("\n```\n")).unwrap();
    assert!(told.lines().count() > 4 && why.contains(told), "{told}\n{why}");
    assert_eq!(on_key["range"]["start"], json!({ "line": line_of("Vault:"), "character": 2 }));
    for what in ["role/KeyAdmin", "role/App"] {
        let on_statement = client.hover(&name, line_of(what), 30);
        assert_eq!(on_statement["contents"], on_key["contents"], "{what}");
        assert_ne!(on_statement["range"], on_key["range"]);
    }
    assert_eq!(
        client.hover(&name, line_of("Type: AWS::KMS::Key"), 8),
        Value::Null,
        "elsewhere there is nothing to say"
    );
    assert_eq!(client.hover(&name, 9999, 9999), Value::Null);
    client.end();
}

#[test]
fn a_broken_text_has_one_diagnostic_at_its_place() {
    let files = folder(&[("kms.yaml", DELEGATES)]);
    let name = uri(files.path().join("kms.yaml"));
    let mut client = Client::ready(files.path(), &ROLE, able());
    client.open(&name, DELEGATES);
    for broken in
        [DELEGATES.replace("Resource: \"*\"", "Resource: [\"\u{1f511}\", ]: x"), DELEGATES.replace("kms:*", "\"kms:*")]
    {
        client.change(&name, 2, json!([{ "text": broken.clone() }]));
        let shown = client.diagnostics(&name);
        let check = ["check", "-", "--stdin-filename", "kms.yaml", "--format", "json", ROLE[0], ROLE[1]];
        let report = run_with_stdin(files.path(), &check, broken.as_bytes()).json();
        let failure = &report["failures"][0];
        assert_eq!(shown.len(), 1, "{shown:?}");
        assert_eq!(shown[0]["range"]["start"], position(&broken, &failure["line"], &failure["column"], utf16));
        assert_eq!((&shown[0]["message"], &shown[0]["severity"]), (&failure["message"], &json!(1)));
    }
    client.change(&name, 3, json!([{ "text": DELEGATES }]));
    assert_eq!(client.diagnostics(&name)[0]["code"], "relies-on-deployer-iam");
    client.end();
}
