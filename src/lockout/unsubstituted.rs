//! Texts of a key policy in which `${AWS::AccountId}` and the like stand as they are: Fn::Sub is missing.
//!
//! Comes in: a resolved policy and the names of its template. Goes out: [`Unsubstituted`]. Must not know: output.
//!
//! Source: CloudFormation User Guide, intrinsic-function-reference-sub.html: only Fn::Sub replaces `${…}`; IAM User Guide,
//! reference_policies_variables.html: a policy variable is a condition key such as `${aws:username}`, so it has a colon and
//! never `AWS::`. `#{…}` is what the pseudo-parameters plugin of the Serverless Framework replaced.

use crate::policy::Document;
use crate::source::Span;
use crate::template::Template;
use crate::world::{Kind, Piece, Text, Value};

use super::evaluate::Subject;

/// The elements in which a text that is not replaced matters: all that are compared with something.
const ELEMENTS: [&str; 7] =
    ["Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

/// Source: CloudFormation User Guide, pseudo-parameter-reference.html.
const PSEUDO: [&str; 7] = ["AccountId", "NotificationARNs", "Partition", "Region", "StackId", "StackName", "URLSuffix"];

/// Something that should have been replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unsubstituted {
    /// As it stands in the text: `${AWS::AccountId}`.
    pub(crate) written: String,
    /// The text that it stands in.
    pub(crate) text: String,
    /// Where.
    pub(crate) span: Span,
}

/// Every such text of a policy, with the first such variable in it.
pub(super) fn unsubstituted(subject: &Subject<'_>, policy: &Value) -> Vec<Unsubstituted> {
    let template = subject.scope.template;
    // A macro may replace what Fn::Sub does not.
    if template.has_unknown_macro() {
        return Vec::new();
    }
    let mut out = Vec::new();
    for statement in (Document { value: policy, of_identity: false }).statements() {
        let elements = ELEMENTS.into_iter().filter_map(|name| statement.element(name));
        elements.for_each(|element| walk(element, template, &mut out));
    }
    out
}

fn walk(value: &Value, template: &Template, out: &mut Vec<Unsubstituted>) {
    match &value.kind {
        Kind::Text(text) => {
            let of = |written| Unsubstituted { written, text: text.to_string(), span: value.span };
            out.extend(variable(text, template).map(of));
        }
        Kind::List(items) => items.iter().for_each(|item| walk(item, template, out)),
        Kind::Map(entries) => entries.iter().for_each(|(_, item)| walk(item, template, out)),
        _ => {}
    }
}

/// The first variable in a text that only Fn::Sub replaces.
fn variable(text: &Text, template: &Template) -> Option<String> {
    text.pieces().iter().find_map(|piece| match piece {
        Piece::Literal(known) => ["${", "#{"].into_iter().find_map(|opening| of_kind(known, opening, template)),
        Piece::Hole(_) => None,
    })
}

fn of_kind(text: &str, opening: &str, template: &Template) -> Option<String> {
    let inner = text.split(opening).skip(1).filter_map(|rest| rest.split_once('}')).map(|(inner, _)| inner);
    let is_name = |name: &str| {
        let name = name.split_once('.').map_or(name, |(resource, _)| resource);
        template.parameters.contains_key(name) || template.resource(name).is_some()
    };
    let is_pseudo = |inner: &str| inner.strip_prefix("AWS::").is_some_and(|name| PSEUDO.contains(&name));
    let mut found = inner.filter(|inner| opening == "#{" || is_pseudo(inner.trim()) || is_name(inner.trim()));
    found.next().map(|inner| format!("{opening}{inner}}}"))
}
