//! Verbs that this program was built without: who calls them is told so, and not that there is no such file.

use std::ffi::OsString;

use super::exit::Exit;
use super::output::complain;

/// Verbs and their features.
const VERBS: [(&str, &str, bool); 2] =
    [("lsp", "a language server", cfg!(feature = "lsp")), ("hook", "CloudFormation's hook", cfg!(feature = "hook"))];

/// Says so where the first word is such a verb.
pub(super) fn said(arguments: &[OsString]) -> Option<Exit> {
    let first = arguments.get(1)?;
    let (verb, what, _) = VERBS.iter().find(|(verb, _, is_built)| !is_built && first == verb)?;
    complain(&anyhow::anyhow!("this cfn-lockout was built without {what}; build it with the feature `{verb}`"));
    Some(Exit::Incomplete)
}
