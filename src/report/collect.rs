//! What was found out about templates, as rows of the report.

use crate::deployment::Deployment;
use crate::findings::{Finding, Hidden, by_deployer, judge, reasoning};
use crate::lockout::{Checked, KeyAnswer};
use crate::source::FileId;

use super::{KeyRow, Report, SkippedRow};

/// Adds the templates of one deployment: keys, skipped keys, and the findings that are to be reported.
pub(crate) fn collect(checked: Vec<Checked>, deployment: &Deployment, hidden: &mut Hidden, report: &mut Report) {
    report.templates.extend(checked.iter().map(|one| one.file));
    report.findings.extend(judge(&checked, deployment, hidden));
    for checked in checked {
        rows(checked, deployment, report);
    }
}

/// Adds what can be said once all deployments are known: what was hidden, and suppressions that hid nothing. Sorts the
/// findings by place.
pub(crate) fn conclude(hidden: &Hidden, report: &mut Report) {
    report.suppressed = hidden.count();
    report.findings = by_deployer(std::mem::take(&mut report.findings));
    report.findings.extend(hidden.unused());
    report.findings.sort_by(|a, b| {
        let place = |finding: &Finding| (finding.span.file, finding.span.start, finding.code);
        place(a).cmp(&place(b)).then_with(|| a.stack.cmp(&b.stack))
    });
}

fn rows(checked: Checked, deployment: &Deployment, report: &mut Report) {
    let Checked { file, stack, keys, skipped, not_followed, loops, .. } = checked;
    report.keys.extend(keys.into_iter().map(|key| row(file, key, deployment)));
    report.unknown += not_followed.len();
    report.loops += loops.len();
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
        policy: key.policy.as_deref().and_then(crate::world::Value::plain),
        why,
    }
}
