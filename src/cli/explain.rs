//! `cfn-lockout explain`: the pages of the findings, offline. For a terminal they are laid out; elsewhere they are the
//! Markdown that they are written in.

use anyhow::bail;

use crate::findings::Code;
use crate::report::{list, page};

use super::args::{Color, ExplainArgs};
use super::exit::Exit;
use super::output::{is_for_terminal, print, wants_color};

/// Prints a code's page, all pages, or the list of codes.
pub(crate) fn run(args: &ExplainArgs) -> anyhow::Result<Exit> {
    let text = match &args.code {
        _ if args.all => Code::ALL.map(|code| written(code, args.color)).join("\n\n"),
        Some(wanted) => match Code::parse(wanted) {
            Ok(code) => written(code, args.color),
            Err(Some(near)) => bail!("there is no finding `{wanted}`; did you mean `{near}`?"),
            Err(None) => bail!("there is no finding `{wanted}`; `cfn-lockout explain` lists them"),
        },
        None => list(),
    };
    print(&text)?;
    Ok(Exit::Clean)
}

fn written(code: Code, color: Color) -> String {
    if is_for_terminal(color) { page(code, wants_color(color)) } else { code.page().to_owned() }
}
