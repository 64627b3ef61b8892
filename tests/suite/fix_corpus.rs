//! Every fix that is offered over real templates: applied, it gives the verdict that it promises, changes only the lines that
//! it shows, parses as before with PyYAML and cfn-lint, and applying twice changes nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::peers::python;
use crate::support::{Report, report_in, root, run_in, shared, text};

/// Deployers that no template of the corpus names.
const DEPLOYERS: [&str; 2] = ["arn:aws:iam::111122223333:role/Deploy", "arn:aws:iam::111122223333:user/Alice"];

/// A copy of the templates with keys.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            // Not copied: the data may be read-only.
            fs::write(&target, fs::read(entry.path()).unwrap()).unwrap();
        }
    }
}

fn texts(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut out = BTreeMap::new();
    let mut left = vec![folder.to_owned()];
    while let Some(next) = left.pop() {
        for entry in fs::read_dir(next).unwrap().map(Result::unwrap) {
            match entry.path() {
                path if path.is_dir() => left.push(path),
                path => drop(fs::read_to_string(&path).ok().map(|text| out.insert(path, text))),
            }
        }
    }
    out
}

/// Where a place of the report stands in a text.
fn offset(text: &str, place: &Value) -> usize {
    let number = |name: &str| usize::try_from(place[name].as_u64().unwrap()).unwrap();
    let line: usize = text.split_inclusive('\n').take(number("line") - 1).map(str::len).sum();
    let column = text[line..].char_indices().nth(number("column") - 1);
    column.map_or(text.len(), |(at, _)| line + at)
}

/// The text after the edits of a fix, as any program that reads the report would make them.
fn applied(text: &str, fix: &Value) -> String {
    let mut edits: Vec<(usize, usize, String)> = fix["edits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|edit| (offset(text, &edit["start"]), offset(text, &edit["end"]), self::text(&edit["new_text"])))
        .collect();
    edits.sort();
    let mut out = text.to_owned();
    for (start, end, new) in edits.into_iter().rev() {
        out.replace_range(start..end, &new);
    }
    out
}

fn verdict(report: &Report, finding: &Value) -> String {
    let same = |key: &&Value| ["file", "stack", "logical_id"].iter().all(|name| key[name] == finding[name]);
    report.keys().iter().find(same).map(|key| text(&key["verdict"])).unwrap_or_default()
}

fn codes(report: &Report) -> BTreeMap<String, usize> {
    let mut out = BTreeMap::new();
    for finding in report.0["findings"].as_array().unwrap() {
        let id = format!("{} {} {} {}", finding["code"], finding["file"], finding["stack"], finding["logical_id"]);
        // The note for a whole deployment stands at the first key that relies on IAM, and these warnings are about keys that KMS
        // accepts: a lockout hides them.
        let brought_to_light = [
            "relies-on-deployer-iam",
            "no-account-delegation",
            "fragile-administrator",
            "deployer-cannot-delete",
            "service-cannot-use-key",
        ];
        if !brought_to_light.contains(&text(&finding["code"]).as_str()) {
            *out.entry(id).or_default() += 1;
        }
    }
    out
}

#[test]
fn every_offered_fix_keeps_its_promise() {
    let Some(corpus) = shared("corpus/kms") else { return };
    for deployer in DEPLOYERS {
        let folder = tempfile::tempdir().unwrap();
        copy(&corpus, folder.path());
        let before = report_in(folder.path(), &["check", ".", "--deployer", deployer]);
        let mut offered = 0;
        for finding in before.0["findings"].as_array().unwrap().iter().filter(|finding| !finding["fix"].is_null()) {
            offered += 1;
            let (path, fix) = (folder.path().join(text(&finding["fix"]["edits"][0]["file"])), &finding["fix"]);
            let original = fs::read_to_string(&path).unwrap();
            let mark = original.strip_prefix('\u{feff}');
            let edited = applied(mark.unwrap_or(&original), fix);
            fs::write(&path, &edited).unwrap();
            let after = report_in(folder.path(), &["check", &text(&finding["file"]), "--deployer", deployer]);
            assert_eq!(verdict(&after, finding), text(&fix["verdict"]), "{finding}");
            let (old, new) = (codes(&before), codes(&after));
            assert!(new.iter().all(|(id, count)| old.get(id).is_some_and(|old| old >= count)), "{finding}");
            let id = format!("{} {} {} {}", finding["code"], finding["file"], finding["stack"], finding["logical_id"]);
            assert!(new.get(&id).copied().unwrap_or(0) < old[&id], "{finding} is still there");
            fs::write(&path, original).unwrap();
        }
        let lockouts = before.codes().iter().filter(|code| *code == "locks-out-deployer").count();
        assert!(lockouts >= 40 && offered >= lockouts, "{deployer}: {offered} fixes for {lockouts} lockouts");
    }
}

#[test]
fn written_fixes_change_only_what_was_shown_and_twice_is_once() {
    let Some(corpus) = shared("corpus/kms") else { return };
    for deployer in DEPLOYERS {
        let folder = tempfile::tempdir().unwrap();
        copy(&corpus, folder.path());
        let before = texts(folder.path());
        let diff = run_in(folder.path(), &["fix", ".", "--quiet", "--deployer", deployer]).stdout;
        let write = ["fix", ".", "--write", "--include-review", "--deployer", deployer];
        run_in(folder.path(), &write);
        let after = texts(folder.path());
        let changed: Vec<&PathBuf> = before.keys().filter(|path| before[*path] != after[*path]).collect();
        assert_eq!(diff.lines().filter(|line| line.starts_with("--- a/")).count(), changed.len());
        // The diff, applied by somebody else, gives the same texts.
        let other = tempfile::tempdir().unwrap();
        copy(&corpus, other.path());
        fs::write(other.path().join("fix.diff"), &diff).unwrap();
        let git = std::process::Command::new("git")
            .args(["apply", "--whitespace=nowarn", "fix.diff"])
            .current_dir(other.path())
            .output();
        if let Ok(git) = git {
            assert!(git.status.success(), "{}", String::from_utf8_lossy(&git.stderr));
            for path in &changed {
                let own = path.strip_prefix(folder.path()).unwrap();
                assert_eq!(fs::read_to_string(other.path().join(own)).unwrap(), after[*path], "{}", own.display());
            }
        }
        run_in(folder.path(), &write);
        assert_eq!(texts(folder.path()), after, "a second time");
        if deployer == DEPLOYERS[0] {
            parses_as_before(&before, &after, &changed);
        }
    }
}

/// cfn-lint's decoder, which is PyYAML below, reads the edited texts, and finds nothing of the rest changed.
fn parses_as_before(before: &BTreeMap<PathBuf, String>, after: &BTreeMap<PathBuf, String>, changed: &[&PathBuf]) {
    let Some(python) = python("cfn-lint") else { return };
    let trees = |texts: &BTreeMap<PathBuf, String>| -> Vec<Value> {
        let folder = tempfile::tempdir().unwrap();
        let names: Vec<String> = changed
            .iter()
            .enumerate()
            .map(|(index, path)| {
                let name = folder.path().join(format!("{index}.template"));
                fs::write(&name, &texts[*path]).unwrap();
                name.display().to_string()
            })
            .collect();
        let lines = python.run(&root().join("tests/peers/cfn_lint_trees.py"), &(names.join("\n") + "\n"));
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let refused = |tree: &Value| tree.get("refused").is_some();
    for ((old, new), path) in trees(before).iter().zip(&trees(after)).zip(changed) {
        // A key that was written twice was refused before.
        assert!(!refused(new) || refused(old), "{}: {new}", path.display());
        if !refused(old) {
            let sections = |tree: &Value| -> Vec<String> {
                let entries = tree["map"].as_array().unwrap().iter();
                entries.filter(|entry| entry[0] != "Resources").map(Value::to_string).collect()
            };
            assert_eq!(sections(old), sections(new), "{}", path.display());
        }
    }
}
