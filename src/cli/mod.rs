//! The command line: the only place with clap, anyhow, the environment, files and stdout.

mod args;
mod assemblies;
mod baseline;
mod bounds;
mod check;
mod config;
mod context_lines;
mod contexts;
mod discover;
mod exit;
mod explain;
mod files;
mod fix;
mod flags;
mod forget;
mod git;
mod given;
#[cfg(feature = "hook")]
mod hook;
mod init;
mod inputs;
mod left_out;
#[cfg(feature = "lsp")]
mod lsp;
mod nearby;
mod nested;
mod output;
mod paths;
mod plan;
mod previous;
mod progress;
mod recover;
mod resolve;
mod rules;
mod run;
mod scan;
mod shell;
mod unread;
mod who;
mod write;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Verb};
use exit::Exit;

/// Runs the command line of this process.
#[must_use]
pub fn main() -> ExitCode {
    #[cfg_attr(not(feature = "hook"), expect(unused_mut, reason = "only a function adds its verb"))]
    let mut arguments: Vec<OsString> = std::env::args_os().collect();
    #[cfg(feature = "guard")]
    if let Some(exit) = crate::guard::serve(&arguments) {
        return exit;
    }
    #[cfg(feature = "hook")]
    hook::as_function(&mut arguments);
    if let Some(exit) = left_out::said(&arguments) {
        return exit.into();
    }
    let cli = match Cli::try_parse_from(args::with_default_verb(arguments)) {
        Ok(cli) => cli,
        Err(error) => {
            let wrong = error.use_stderr();
            let _ = error.print();
            return if wrong { Exit::Incomplete } else { Exit::Clean }.into();
        }
    };
    let ran = match &cli.verb {
        Verb::Check(args) => check::run(args),
        Verb::Who(args) => who::run(args),
        Verb::Fix(args) => fix::run(args),
        Verb::Policy(args) => check::run_policy(args),
        Verb::Recover(args) => recover::run(args),
        Verb::Run(args) => run::run(args),
        Verb::Resolve(args) => resolve::run(args),
        Verb::Init(args) => init::run(args),
        #[cfg(feature = "hook")]
        Verb::Hook(args) => hook::run(args),
        #[cfg(feature = "lsp")]
        Verb::Lsp(args) => lsp::run(args),
        Verb::Explain(args) => explain::run(args),
        Verb::Completions(args) => shell::completions(args),
        Verb::Man(args) => shell::man(args),
    };
    ran.unwrap_or_else(|error| {
        output::complain(&error);
        Exit::Incomplete
    })
    .into()
}
