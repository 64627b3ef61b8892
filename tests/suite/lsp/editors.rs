//! The snippets of `docs/editors.md`, run by the editors themselves, headless. Where an editor is not installed the test says so
//! on stderr and passes; under `CI` it fails.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::reports::LOCKOUT;
use crate::support::{folder, report_in, root, run_in, run_with_stdin, text};

/// Wide characters before the place of the finding.
const WIDE: &str = r#"Resources: { K: { Type: AWS::KMS::Key, Properties: { Description: "🔑é🔑", KeyPolicy: { Statement: [{ Effect: Allow, Principal: { AWS: "arn:aws:iam::111122223333:user/Alice" }, Action: "kms:*", Resource: "*" }] } } } }
"#;

const CONFIG: &str = "deployments:\n  all:\n    role-arn: arn:aws:iam::111122223333:role/Deploy\n";

/// The block of the document that begins with a line.
fn snippet(kind: &str, first: &str) -> String {
    let document = fs::read_to_string(root().join("docs/editors.md")).unwrap();
    let fence = format!("```{kind}\n");
    let mut blocks = document.split(&fence).skip(1).filter_map(|rest| rest.split("```").next());
    blocks.find(|block| block.starts_with(first)).unwrap_or_else(|| panic!("{kind}: {first}")).to_owned()
}

/// What an editor prints on stderr or stdout for these arguments, in a folder with a template and its configuration.
fn edited(editor: &str, args: &[&str], files: &Path) -> Option<String> {
    let program = Path::new(env!("CARGO_BIN_EXE_cfn-lockout")).parent().unwrap().to_owned();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(program).chain(std::env::split_paths(&path))).unwrap();
    let mut command = Command::new(editor);
    command
        .args(args)
        .current_dir(files)
        .env("PATH", path)
        .env("HOME", files)
        .env("XDG_STATE_HOME", files.join("state"));
    match command.output() {
        Ok(output) => {
            let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{editor}: {text}");
            Some(text.into_owned())
        }
        Err(error) if std::env::var_os("CI").is_some() => panic!("{editor}: {error}"),
        Err(error) => {
            eprintln!("NOT RUN: {editor} cannot be started: {error}");
            None
        }
    }
}

/// The rows `RESULT …` that a script prints, as JSON.
fn rows(printed: &str) -> Vec<Value> {
    let rows = printed.lines().filter_map(|line| line.trim_end().split_once("RESULT "));
    rows.map(|(_, row)| serde_json::from_str(row).unwrap_or_else(|error| panic!("{error}: {printed}"))).collect()
}

const PRINT: &str = r#"
local function print_all()
  for _, one in ipairs(vim.diagnostic.get(0)) do
    local text = vim.api.nvim_buf_get_lines(0, one.lnum, one.end_lnum + 1, false)[1]
    local row = { message = one.message, severity = one.severity, at = text:sub(one.col + 1, one.end_col) }
    io.stdout:write("RESULT " .. vim.json.encode(row) .. "\n")
  end
end
"#;

/// The first error among rows has the words of the report, over the deciding text.
fn has_the_lockout(rows: &[Value], files: &Path) {
    let report = report_in(files, &["check", "kms.yaml"]);
    let finding = report.0["findings"].as_array().unwrap().iter().find(|one| one["severity"] == "error").unwrap();
    let row = rows.iter().find(|row| text(&row["message"]).contains(&text(&finding["message"])));
    let row = row.unwrap_or_else(|| panic!("{finding}: {rows:?}"));
    let at = text(&row["at"]);
    assert_eq!(at.trim_matches('"'), "arn:aws:iam::111122223333:user/Alice", "{row}");
    assert_eq!(rows.len(), report.0["findings"].as_array().unwrap().len(), "{rows:?}");
}

#[test]
fn neovim_runs_the_language_server() {
    let script = snippet("lua", "-- lsp\n")
        + PRINT
        + "vim.cmd('edit kms.yaml')\nvim.bo.filetype = 'yaml'\n\
           vim.wait(60000, function() return #vim.diagnostic.get(0) > 0 end, 20)\nprint_all()\nvim.cmd('qall!')\n";
    let files = folder(&[("kms.yaml", WIDE), (".cfn-lockout.yaml", CONFIG), ("run.lua", &script)]);
    let Some(printed) = edited("nvim", &["--headless", "--clean", "-c", "luafile run.lua"], files.path()) else {
        return;
    };
    has_the_lockout(&rows(&printed), files.path());
}

#[test]
fn neovim_runs_the_linter() {
    // As nvim-lint does: functions among the arguments are called, stdin is the buffer, the parser gets stdout.
    let lint = r#"
package.loaded.lint = { linters = {}, linters_by_ft = {} }
package.loaded.lint.try_lint = function(name)
  local linter, command = package.loaded.lint.linters[name], {}
  assert(linter.stdin and linter.ignore_exitcode)
  for _, word in ipairs(vim.list_extend({ linter.cmd }, linter.args)) do
    table.insert(command, type(word) == "function" and word() or word)
  end
  local lines = vim.api.nvim_buf_get_lines(0, 0, -1, true)
  local output = vim.fn.system(command, table.concat(lines, "\n") .. "\n")
  vim.diagnostic.set(vim.api.nvim_create_namespace(name), 0, linter.parser(output, 0))
end
"#;
    let script = lint.to_owned() + &snippet("lua", "-- nvim-lint\n") + PRINT;
    let script = script + "vim.cmd('edit kms.yaml')\nprint_all()\nvim.cmd('qall!')\n";
    let files = folder(&[("kms.yaml", WIDE), (".cfn-lockout.yaml", CONFIG), ("run.lua", &script)]);
    let Some(printed) = edited("nvim", &["--headless", "--clean", "-c", "luafile run.lua"], files.path()) else {
        return;
    };
    has_the_lockout(&rows(&printed), files.path());
}

const PRINT_ALL: &str = r#"
(define-derived-mode yaml-mode text-mode "YAML")
(defun print-all ()
  (find-file "kms.yaml")
  (yaml-mode)
  ;; What is left for the next command: there is none in a batch.
  (run-hooks 'post-command-hook)
  (let ((until (+ (float-time) 60)))
    (flymake-start)
    (while (and (null (flymake-diagnostics)) (< (float-time) until))
      (accept-process-output nil 0.05)))
  (dolist (one (flymake-diagnostics))
    (princ (format "RESULT %s\n"
                   (json-serialize
                    (list :message (flymake-diagnostic-text one)
                          :at (buffer-substring-no-properties
                               (flymake-diagnostic-beg one) (flymake-diagnostic-end one))))))))
"#;

fn emacs(first: &str) -> Option<(tempfile::TempDir, Vec<Value>)> {
    let script = PRINT_ALL.to_owned() + &snippet("elisp", first) + "\n(print-all)\n(kill-emacs 0)\n";
    let script = format!(";; -*- coding: utf-8; lexical-binding: t -*-\n{script}");
    let files = folder(&[("kms.yaml", WIDE), (".cfn-lockout.yaml", CONFIG), ("run.el", &script)]);
    let printed = edited("emacs", &["--batch", "--no-init-file", "-l", "run.el"], files.path())?;
    Some((files, rows(&printed)))
}

#[test]
fn emacs_runs_the_linter() {
    let Some((files, rows)) = emacs(";; flymake\n") else { return };
    has_the_lockout(&rows, files.path());
}

#[test]
fn emacs_runs_the_language_server() {
    let Some((files, rows)) = emacs(";; eglot\n") else { return };
    has_the_lockout(&rows, files.path());
}

#[test]
fn vs_codes_task_finds_what_is_printed() {
    let tasks: Value = serde_json::from_str(&snippet("json", "{\n  \"version\"")).unwrap();
    let task = &tasks["tasks"][0];
    let matcher = &task["problemMatcher"]["pattern"];
    let pattern = regex::Regex::new(&text(&matcher["regexp"])).unwrap();
    let files = folder(&[("kms.yaml", LOCKOUT), ("wide.yaml", WIDE), (".cfn-lockout.yaml", CONFIG)]);
    let args: Vec<String> = task["args"].as_array().unwrap().iter().map(text).collect();
    let printed = run_in(files.path(), &args.iter().map(String::as_str).collect::<Vec<_>>()).stdout;
    let found: Vec<Vec<String>> = printed
        .lines()
        .filter_map(|line| pattern.captures(line))
        .map(|found| {
            let group = |name: &str| usize::try_from(matcher[name].as_u64().unwrap()).unwrap();
            let names = ["file", "line", "column", "endLine", "endColumn", "code", "message"];
            names.map(|name| found.get(group(name)).map_or("", |one| one.as_str()).to_owned()).to_vec()
        })
        .collect();
    let report = report_in(files.path(), &["check", "."]);
    let wanted: Vec<Vec<String>> = report.0["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let names = ["file", "line", "column", "end_line", "end_column", "code", "message"];
            names.map(|name| one[name].as_str().map_or_else(|| one[name].to_string(), str::to_owned)).to_vec()
        })
        .collect();
    assert!(wanted.len() > 1 && found == wanted, "{found:?}\n{wanted:?}");
    let settings: Value = serde_json::from_str(&snippet("json", "{\n  \"glspc")).unwrap();
    assert_eq!(settings["glspc.server.commandArguments"], serde_json::json!(["lsp"]));
}

/// The command line of the document says what the language server says.
#[test]
fn the_linters_command_line_is_as_documented() {
    let document = fs::read_to_string(root().join("docs/editors.md")).unwrap();
    let line = document.lines().find_map(|line| line.strip_prefix("    cfn-lockout check - ")).unwrap();
    let (args, file) = line.split_once(" < ").unwrap();
    let files = folder(&[(file, LOCKOUT), (".cfn-lockout.yaml", CONFIG)]);
    let args: Vec<&str> = ["check", "-"].into_iter().chain(args.split(' ')).collect();
    let run = run_with_stdin(files.path(), &args, LOCKOUT.as_bytes());
    assert_eq!(run.json()["findings"], report_in(files.path(), &["check", file]).0["findings"]);
    assert_eq!(run.code, 1);
    // A parameter of another template: an editor hands over one of several.
    let with_parameter = format!("{CONFIG}    parameters: {{ Elsewhere: x }}\n");
    let files = folder(&[(file, LOCKOUT), (".cfn-lockout.yaml", &with_parameter)]);
    let run = run_with_stdin(files.path(), &args, LOCKOUT.as_bytes());
    assert_eq!((run.code, run.stderr.as_str()), (1, ""));
    assert_eq!(run_in(files.path(), &["check", file]).code, 2, "whoever names a file is told of a typo");
}
