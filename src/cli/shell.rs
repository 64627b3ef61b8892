//! `cfn-lockout completions` and `cfn-lockout man`: made of what `--help` is made of.

use anyhow::Context;
use clap::{Arg, Command, CommandFactory};

use super::args::{Cli, CompletionsArgs, ManArgs};
use super::exit::Exit;
use super::output::print;

/// The name of the program.
const NAME: &str = "cfn-lockout";

/// Prints the completions for a shell.
pub(crate) fn completions(args: &CompletionsArgs) -> anyhow::Result<Exit> {
    let mut out: Vec<u8> = Vec::new();
    clap_complete::generate(args.shell, &mut command(), NAME, &mut out);
    let script = String::from_utf8_lossy(&out);
    // clap_complete 4.6.11 calls a program with a hyphen by two names in one script for bash, and finds none of its verbs.
    print(&script.replace("cfn__subcmd__lockout", "cfn__lockout"))?;
    Ok(Exit::Clean)
}

/// Prints the manual page, or writes one for the program and one for each verb into a folder.
pub(crate) fn man(args: &ManArgs) -> anyhow::Result<Exit> {
    let Some(folder) = &args.folder else {
        let mut out: Vec<u8> = Vec::new();
        clap_mangen::Man::new(command()).render(&mut out)?;
        print(&String::from_utf8_lossy(&out))?;
        return Ok(Exit::Clean);
    };
    let context = || format!("cannot write to `{}`", folder.display());
    std::fs::create_dir_all(folder).with_context(context)?;
    clap_mangen::generate_to(command(), folder).with_context(context)?;
    Ok(Exit::Clean)
}

/// The command line with `check` as the default verb: what it takes may stand without it.
fn command() -> Command {
    let command = Cli::command();
    let flags: Vec<Arg> =
        command.find_subcommand("check").into_iter().flat_map(Command::get_arguments).cloned().collect();
    command.args(flags)
}
