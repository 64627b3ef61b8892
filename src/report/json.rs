//! The JSON contract (design §6), schema `cfn-lockout/1`.

use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use crate::findings::{Finding, Why};
use crate::fix::Fix;
use crate::lockout::{Case, Open, Subject, When, WhenTest};
use crate::policy::Element;
use crate::source::{FileId, Sources, Span};
use crate::world::Plain;

use super::{KeyRow, Report, counts::Counts};

#[derive(Serialize)]
struct Root {
    schema: &'static str,
    keys: Vec<Json>,
    skipped: Vec<Json>,
    failures: Vec<Json>,
    findings: Vec<Json>,
    summary: Json,
}

/// The report as JSON text, with a line end.
pub(crate) fn json(report: &Report, sources: &Sources) -> String {
    let places = Places(sources);
    let counts = Counts::of(report);
    let root = Root {
        schema: "cfn-lockout/1",
        keys: report.keys.iter().map(|row| places.key(row)).collect(),
        skipped: report
            .skipped
            .iter()
            .map(|row| {
                json!({ "file": sources.path(row.file), "stack": row.stack, "logical_id": row.logical_id,
                    "deployment": row.deployment, "because": row.because })
            })
            .collect(),
        failures: report
            .failures
            .iter()
            .map(|row| json!({ "file": row.path, "line": row.line, "column": row.column, "message": row.message }))
            .collect(),
        findings: report.findings.iter().map(|finding| places.finding(finding, report.fix(finding))).collect(),
        summary: json!({ "templates": report.templates.len(), "keys": report.keys.len(), "errors": counts.errors,
            "warnings": counts.warnings, "notes": counts.notes, "suppressed": report.suppressed,
            "failures": report.failures.len() }),
    };
    let mut out = serde_json::to_string_pretty(&root).unwrap_or_default();
    out.push('\n');
    out
}

/// Places in lines and columns.
pub(super) struct Places<'s>(pub(super) &'s Sources);

impl Places<'_> {
    /// Where a byte of a file is: line and column.
    pub(super) fn place(&self, file: FileId, offset: u32) -> (usize, usize) {
        self.0.document(file).map_or((1, 1), |document| {
            let place = document.line_col(offset);
            (place.line, place.column)
        })
    }

    /// Where a place starts: line and column.
    pub(super) fn start(&self, span: Span) -> (usize, usize) {
        self.place(span.file, span.start)
    }

    /// A key's object.
    pub(super) fn key(&self, row: &KeyRow) -> Json {
        let (line, column) = self.start(row.span);
        json!({
            "file": self.0.path(row.file), "stack": row.stack, "logical_id": row.logical_id, "type": row.kind,
            "line": line, "column": column, "deployment": row.deployment, "deployer": row.deployer,
            "verdict": row.verdict.word(), "without_bypass": row.without_bypass.map(crate::lockout::Verdict::word),
            "cases": row.cases.iter().map(case).collect::<Vec<_>>(),
            "open": row.open.iter().map(|open| self.open(open, row)).collect::<Vec<_>>(),
            "administrators": row.administrators.all,
            "policy": row.policy.as_ref().map(plain),
            "trace": self.trace(&row.why),
        })
    }

    /// The reasoning: one object for each statement, for each layer beside the key policy, and for what follows.
    fn trace(&self, why: &Why) -> Vec<Json> {
        let statements = why.statements.iter().map(|one| {
            let (line, column) = self.start(one.span);
            json!({ "statement": one.name, "line": line, "column": column, "effect": one.effect, "outcome": one.outcome,
                "element": one.element.map(Element::name), "reason": one.reason })
        });
        let layers = why
            .layers
            .iter()
            .map(|one| json!({ "layer": one.layer, "outcome": one.outcome, "statement": one.statement }));
        let decided = why.decided_by.iter().map(|layer| json!({ "decided_by": layer }));
        let change = why.change.iter().map(|change| json!({ "change": change }));
        let assumes = why.assumes.iter().map(|what| json!({ "assumes": what }));
        statements.chain(layers).chain(decided).chain(change).chain(assumes).collect()
    }

    fn open(&self, open: &Open, row: &KeyRow) -> Json {
        // Lines and columns are those of the key's file.
        let (line, column) = self.start(open.span.filter(|span| span.file == row.file).unwrap_or(row.span));
        json!({ "kind": open.kind, "name": open.name, "line": line, "column": column, "help": open.help })
    }

    /// A finding as a fact about its key.
    pub(super) fn fact(&self, finding: &Finding) -> Json {
        let (line, column) = self.start(finding.span);
        json!({ "code": finding.code.id(), "severity": finding.severity.word(), "message": finding.message,
            "help": finding.help, "file": self.0.path(finding.span.file), "line": line, "column": column })
    }

    fn finding(&self, finding: &Finding, fix: Option<&Fix>) -> Json {
        let (line, column) = self.start(finding.span);
        let (end_line, end_column) = self.place(finding.span.file, finding.span.end);
        let related = finding.related.iter().map(|related| {
            let (line, column) = self.start(related.span);
            json!({ "file": self.0.path(related.span.file), "line": line, "column": column, "message": related.message })
        });
        json!({
            "code": finding.code.id(), "severity": finding.severity.word(), "message": finding.message,
            "help": finding.help, "file": self.0.path(finding.span.file), "line": line, "column": column,
            "end_line": end_line, "end_column": end_column, "stack": finding.stack,
            "logical_id": finding.logical_id, "deployment": finding.deployment,
            "related": related.collect::<Vec<_>>(), "fix": fix.map(|fix| self.fix(fix)),
        })
    }

    /// The edits are to be made together: places are those of the text before any of them.
    fn fix(&self, fix: &Fix) -> Json {
        let place = |file, offset| {
            let (line, column) = self.place(file, offset);
            json!({ "line": line, "column": column })
        };
        let edits = fix.edits.iter().map(|edit| {
            let Span { file, start, end } = edit.span;
            json!({ "file": self.0.path(file), "start": place(file, start), "end": place(file, end),
                "new_text": edit.new_text })
        });
        json!({ "title": fix.title, "applicability": fix.applicability(), "review": fix.review,
            "verdict": fix.verdict.word(), "edits": edits.collect::<Vec<_>>() })
    }
}

fn case(case: &Case) -> Json {
    json!({ "when": case.when.iter().map(when).collect::<Vec<_>>(), "verdict": case.verdict.word() })
}

fn when(when: &When) -> Json {
    let (subject, name) = match &when.subject {
        Subject::Parameter(name) => ("parameter", json!(name)),
        Subject::NestedParameter { name, .. } => ("parameter", json!(name)),
        Subject::Condition(name) => ("condition", json!(name)),
        Subject::Deployer => ("deployer", json!(true)),
        Subject::Account => ("account", json!(true)),
        Subject::Context(key) => ("context", json!(key)),
        Subject::Iam(action) => ("iam", json!(action)),
        Subject::Unknown(what) => ("unknown", json!(what)),
    };
    let (test, value) = match &when.test {
        WhenTest::Equals(text) => ("equals", json!(text)),
        WhenTest::Matches(pattern) => ("matches", json!(pattern)),
        WhenTest::NotIn(texts) => ("not_in", json!(texts)),
        WhenTest::Is(side) => ("is", json!(side)),
        WhenTest::Absent(yes) => ("absent", json!(yes)),
        WhenTest::Allows(side) => ("allows", json!(side)),
    };
    let mut out = Map::new();
    out.insert(subject.to_owned(), name);
    out.insert(test.to_owned(), value);
    if let Subject::NestedParameter { stack, .. } = &when.subject {
        out.insert("stack".to_owned(), json!(stack));
    }
    Json::Object(out)
}

fn plain(value: &Plain) -> Json {
    match value {
        Plain::Text(text) => json!(text),
        Plain::List(items) => Json::Array(items.iter().map(plain).collect()),
        Plain::Map(entries) => Json::Object(entries.iter().map(|(key, value)| (key.clone(), plain(value))).collect()),
    }
}
