//! What was found out about a template, as rows of the report.

use crate::deployment::Deployment;
use crate::findings::judge;
use crate::lockout::{Checked, KeyAnswer};
use crate::policy::{Document, Effect, Outcome};
use crate::source::{FileId, Span};

use super::{KeyRow, Report, SkippedRow, TraceRow};

/// Adds the templates of one deployment: keys, skipped keys and findings, these by place.
pub(crate) fn collect(files: &[FileId], checked: Vec<Checked>, deployment: &Deployment, report: &mut Report) {
    report.templates += files.len();
    report.findings.extend(judge(&checked, deployment));
    report.findings.sort_by_key(|finding| (finding.span.file, finding.span.start, finding.code));
    for (file, checked) in files.iter().zip(checked) {
        rows(*file, checked, deployment, report);
    }
}

fn rows(file: FileId, checked: Checked, deployment: &Deployment, report: &mut Report) {
    report.keys.extend(checked.keys.into_iter().map(|key| row(file, key, deployment)));
    report.skipped.extend(checked.skipped.into_iter().map(|(logical_id, because)| SkippedRow {
        file,
        stack: String::new(),
        logical_id,
        deployment: deployment.name.clone(),
        because,
    }));
}

fn row(file: FileId, key: KeyAnswer, deployment: &Deployment) -> KeyRow {
    let trace = trace(&key);
    KeyRow {
        file,
        stack: String::new(),
        logical_id: key.id,
        kind: key.kind,
        span: key.span,
        deployment: deployment.name.clone(),
        deployer: deployment.deployer.clone(),
        verdict: key.verdict,
        without_bypass: key.without_bypass,
        cases: key.cases,
        open: key.open,
        administrators: key.administrators,
        policy: key.policy.as_ref().and_then(crate::world::Value::plain),
        trace,
        assumes: key.assumes,
    }
}

fn trace(key: &KeyAnswer) -> Vec<TraceRow> {
    let Some((leaf, policy)) = key.leaf.as_ref().and_then(|leaf| Some((leaf, leaf.policy.as_ref()?))) else {
        return Vec::new();
    };
    let statements = Document { value: policy, of_identity: false }.statements();
    let rows = leaf.trace.iter().filter_map(|one| {
        let statement = statements.iter().find(|statement| statement.index == one.index)?;
        let (span, outcome) = words(one, statement.value.span, |element| statement.span(element));
        Some(TraceRow { statement: statement.name(), span, outcome })
    });
    rows.collect()
}

fn words(trace: &crate::policy::Trace, whole: Span, span: impl Fn(crate::policy::Element) -> Span) -> (Span, String) {
    match &trace.outcome {
        Outcome::Direct | Outcome::Delegates if trace.effect == Some(Effect::Deny) => (whole, "denies".to_owned()),
        Outcome::Direct => (whole, "allows".to_owned()),
        Outcome::Delegates => (whole, "delegates to the account".to_owned()),
        Outcome::Inert(element) => (whole, format!("no {}: no effect", element.name())),
        Outcome::Fails(element) => (span(*element), format!("{} does not match", element.name())),
        Outcome::Open(_) => (whole, "open".to_owned()),
    }
}
