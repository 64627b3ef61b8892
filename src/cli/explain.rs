//! `cfn-lockout explain`: the pages of the findings, offline.

use anyhow::bail;

use crate::findings::Code;
use crate::world::nearest;

use super::args::ExplainArgs;
use super::exit::Exit;
use super::output::print;

/// Prints a code's page, or the list of codes.
pub(crate) fn run(args: &ExplainArgs) -> anyhow::Result<Exit> {
    let Some(wanted) = &args.code else {
        let lines = Code::ALL.map(|code| format!("{:<8} {}\n", code.severity().word(), code.id()));
        print(&lines.concat())?;
        return Ok(Exit::Clean);
    };
    let Some(code) = Code::ALL.into_iter().find(|code| code.id() == wanted) else {
        let ids = Code::ALL.map(Code::id);
        match nearest(wanted, &ids) {
            Some(near) => bail!("there is no finding `{wanted}`; did you mean `{near}`?"),
            None => bail!("there is no finding `{wanted}`; `cfn-lockout explain` lists them"),
        }
    };
    print(code.page())?;
    Ok(Exit::Clean)
}
