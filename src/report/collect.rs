//! What was found out about templates, as rows of the report.

use std::collections::BTreeSet;

use crate::deployment::Deployment;
use crate::findings::{judge, reasoning};
use crate::lockout::{Checked, KeyAnswer, NotFollowed};
use crate::source::FileId;
use crate::template::Unfollowed;

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
    let row = |logical_id, is_stack, because| SkippedRow {
        file,
        stack: stack.clone(),
        logical_id,
        is_stack,
        deployment: deployment.name.clone(),
        because,
    };
    report.skipped.extend(skipped.into_iter().map(|(logical_id, because)| row(logical_id, false, because)));
    report.skipped.extend(not_followed.into_iter().map(|one| {
        let because = format!("keys in it are not checked: {}", why(&one));
        row(one.id, true, because)
    }));
}

/// Why the template of a nested stack is not known.
fn why(one: &NotFollowed) -> String {
    match &one.why {
        Unfollowed::Elsewhere(what) | Unfollowed::Missing(what) | Unfollowed::TooMany(what) => what.clone(),
        Unfollowed::Circular(path) => format!("`{path}` is the template of a stack above it"),
        Unfollowed::Broken { path, error, .. } => format!("`{path}` cannot be read: {}", error.message),
    }
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
