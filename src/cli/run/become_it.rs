//! The command takes the place of this process, so its exit status, its signals and its terminal are its own.

use std::ffi::OsString;
use std::process::Command;

use anyhow::{Context, bail};

/// Runs the command with its words as they are; returns only where it could not take our place.
///
/// # Errors
///
/// It cannot be started.
pub(super) fn become_it(words: &[OsString]) -> anyhow::Result<u8> {
    let Some((program, rest)) = words.split_first() else { bail!("there is no command") };
    let mut command = Command::new(program);
    command.args(rest);
    start(&mut command).with_context(|| format!("`{}` cannot be run", program.to_string_lossy()))
}

#[cfg(unix)]
fn start(command: &mut Command) -> std::io::Result<u8> {
    Err(std::os::unix::process::CommandExt::exec(command))
}

#[cfg(not(unix))]
fn start(command: &mut Command) -> std::io::Result<u8> {
    let status = command.status()?;
    Ok(u8::try_from(status.code().unwrap_or(1)).unwrap_or(1))
}
