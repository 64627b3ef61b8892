//! A finding without any drawing, for screen readers: one sentence a line, every place in words.

use crate::findings::Finding;
use crate::fix::Fix;
use crate::source::{Sources, Span};

use super::patch;
use super::text::clean;

/// A finding in sentences.
pub(super) fn sentences(finding: &Finding, fix: Option<&Fix>, sources: &Sources) -> String {
    let mut out = format!("{} {}: {}\n", finding.severity.word(), finding.code.id(), clean(&finding.message));
    out.push_str(&format!("at {}", place(finding.span, sources)));
    out.push_str(&if finding.label.is_empty() { "\n".to_owned() } else { format!(": {}\n", clean(&finding.label)) });
    for related in &finding.related {
        out.push_str(&format!("also at {}: {}\n", place(related.span, sources), clean(&related.message)));
    }
    for note in &finding.notes {
        out.push_str(&format!("{}\n", clean(note)));
    }
    for line in finding.help.lines() {
        out.push_str(&format!("help: {}\n", clean(line)));
    }
    if let Some(fix) = fix {
        out.push_str(&format!("fix: {}; cfn-lockout fix shows the edit\n", clean(&patch::title(fix))));
    }
    out.push_str(&format!("more: cfn-lockout explain {}", finding.code.id()));
    out
}

/// `infra/keys.yaml, line 5, column 3`.
fn place(span: Span, sources: &Sources) -> String {
    let path = clean(sources.path(span.file));
    match sources.document(span.file).map(|document| document.line_col(span.start)) {
        Some(at) => format!("{path}, line {}, column {}", at.line, at.column),
        None => path,
    }
}
