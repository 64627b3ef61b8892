//! What was found out about a template, as rows of the report.

use crate::deployment::Deployment;
use crate::findings::{judge, reasoning};
use crate::lockout::{Checked, KeyAnswer};
use crate::source::FileId;

use super::{KeyRow, Report, SkippedRow};

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
    let why = reasoning(&key, deployment);
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
        why,
    }
}
