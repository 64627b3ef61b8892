//! What was found out about templates, as rows of the report.

use std::collections::BTreeSet;

use crate::deployment::Deployment;
use crate::findings::{judge, reasoning};
use crate::lockout::{Checked, KeyAnswer};
use crate::source::FileId;

use super::{KeyRow, Report, SkippedRow};

/// Adds the templates of one deployment: keys, skipped keys and findings, these by place.
pub(crate) fn collect(checked: Vec<Checked>, deployment: &Deployment, report: &mut Report) {
    report.templates += checked.iter().map(|one| one.file).collect::<BTreeSet<FileId>>().len();
    report.findings.extend(judge(&checked, deployment));
    report.findings.sort_by(|a, b| {
        let place = |finding: &crate::findings::Finding| (finding.span.file, finding.span.start, finding.code);
        place(a).cmp(&place(b)).then_with(|| a.stack.cmp(&b.stack))
    });
    for checked in checked {
        rows(checked, deployment, report);
    }
}

fn rows(checked: Checked, deployment: &Deployment, report: &mut Report) {
    let Checked { file, stack, keys, skipped, not_followed, .. } = checked;
    report.keys.extend(keys.into_iter().map(|key| row(file, key, deployment)));
    report.unknown += not_followed.len();
    report.skipped.extend(skipped.into_iter().map(|(logical_id, because)| SkippedRow {
        file,
        stack: stack.clone(),
        logical_id,
        deployment: deployment.name.clone(),
        because,
    }));
}

fn row(file: FileId, key: KeyAnswer, deployment: &Deployment) -> KeyRow {
    let why = reasoning(&key, deployment);
    KeyRow {
        file,
        stack: key.stack,
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
