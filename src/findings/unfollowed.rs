//! `undecided` for nested templates that are not known: keys in them are not checked.

use crate::lockout::NotFollowed;
use crate::template::Unfollowed;

use super::judge::Judge;
use super::{Code, Finding, Related};

/// One finding for all of these nested templates of a stack, at the first of them.
pub(super) fn templates(judge: &Judge<'_>, not_followed: &[&NotFollowed]) -> Option<Finding> {
    let (first, others) = not_followed.split_first()?;
    let what = match others.len() {
        0 => format!("`{}`", first.id),
        1 => format!("`{}` and one more", first.id),
        more => format!("`{}` and {more} more", first.id),
    };
    let message = format!("keys in {what} are not checked: the template is not known");
    let mut finding = judge.finding(Code::Undecided, &first.id, first.span, message);
    finding.label = why(first);
    finding.related = others.iter().map(|one| Related { span: one.span, message: why(one) }).collect();
    finding.help =
        "let TemplateURL be a local path, as for `aws cloudformation package`, or check the nested template by itself"
            .to_owned();
    Some(finding)
}

/// Why a nested template is not known.
fn why(one: &NotFollowed) -> String {
    match &one.why {
        Unfollowed::Elsewhere(what) | Unfollowed::Missing(what) | Unfollowed::TooMany(what) => what.clone(),
        Unfollowed::Circular(path) => format!("`{path}` is the template of a stack above it"),
        Unfollowed::Broken { path, error, .. } => format!("`{path}` cannot be read: {}", error.message),
    }
}
