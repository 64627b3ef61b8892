//! A finding without any drawing, for screen readers: one sentence a line, every place in words.

use crate::findings::Finding;
use crate::fix::Fix;
use crate::source::Sources;

use super::text::clean;
use super::told::{Place, Told};

/// A finding in sentences.
pub(super) fn sentences(finding: &Finding, fix: Option<&Fix>, sources: &Sources) -> String {
    let told = Told::new(finding, fix, sources);
    let label = if told.label.is_empty() { String::new() } else { format!(": {}", told.label) };
    let related = told.related.iter().map(|(at, what)| format!("also at {}: {what}", place(at)));
    let mut lines = vec![
        format!("{} {}: {}", finding.severity.word(), finding.code.id(), told.message),
        format!("at {}{label}", place(&told.place)),
    ];
    lines.extend(related.chain(told.ends()));
    lines.join("\n")
}

/// `infra/keys.yaml, line 5, column 3`.
fn place(at: &Place<'_>) -> String {
    let (line, column) = at.start;
    format!("{}, line {line}, column {column}", clean(at.file))
}
