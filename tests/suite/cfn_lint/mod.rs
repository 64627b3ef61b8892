//! The plugin for cfn-lint, in the real cfn-lint (`tests/peers/cfn-lint.txt`): where findings are, what they are called, how they
//! are set and ignored, and that no failure is silent.

mod corpus;
mod failures;
mod findings;
mod package;
mod rules;
mod settings;

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::peers::Python;
use crate::support::{ROLE, Run, finished, root, text};

/// The variable that names the deployer.
const DEPLOYER: (&str, &str) = ("CFN_LOCKOUT_ROLE_ARN", ROLE[1]);
const BINARY: &str = env!("CARGO_BIN_EXE_cfn-lockout");

/// cfn-lint with the plugin, in a folder.
pub(crate) struct Lint<'p> {
    pub(crate) python: &'p Python,
    pub(crate) at: &'p Path,
}

/// A finding as cfn-lint tells it: rule, file, line and column, message.
type Match = (String, String, (u64, u64), String);

impl Lint<'_> {
    fn command(&self, program: &str, args: &[&str], env: &[(&str, &str)]) -> Command {
        let mut command = Command::new(self.python.programs().join(program));
        // Nothing of the machine's own settings is to matter.
        command.args(args).current_dir(self.at).env("HOME", self.at).env("PYTHONDONTWRITEBYTECODE", "1");
        command.env("CFN_LOCKOUT_BINARY", BINARY).env_remove("AWS_REGION").env_remove("AWS_DEFAULT_REGION");
        command.envs(env.iter().copied()).stdin(Stdio::null());
        command
    }

    /// What cfn-lint prints.
    pub(crate) fn run(&self, args: &[&str], env: &[(&str, &str)]) -> Run {
        let plugin = root().join("plugins/cfn-lint").to_string_lossy().into_owned();
        let mut all = vec!["--append-rules", &plugin];
        all.extend(args);
        finished(self.command("cfn-lint", &all, env).output().expect("cfn-lint runs"))
    }

    /// Its JSON report.
    pub(crate) fn json(&self, args: &[&str], env: &[(&str, &str)]) -> Vec<Value> {
        let mut all = vec!["--format", "json"];
        all.extend(args);
        let run = self.run(&all, env);
        assert!(!run.stderr.contains("Traceback"), "{}", run.stderr);
        run.json().as_array().unwrap().clone()
    }

    /// The findings of the plugin's rules.
    fn ours(&self, args: &[&str], env: &[(&str, &str)]) -> Vec<Match> {
        let all = self.json(args, env);
        all.iter().filter(|one| text(&one["Rule"]["Id"])[1..].starts_with('K')).map(matched).collect()
    }

    fn ids(&self, args: &[&str], env: &[(&str, &str)]) -> Vec<String> {
        self.ours(args, env).into_iter().map(|(id, ..)| id).collect()
    }
}

fn matched(one: &Value) -> Match {
    let start = &one["Location"]["Start"];
    let place = (start["LineNumber"].as_u64().unwrap(), start["ColumnNumber"].as_u64().unwrap());
    (text(&one["Rule"]["Id"]), text(&one["Filename"]), place, text(&one["Message"]))
}
