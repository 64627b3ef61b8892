//! `cfn-lockout resolve`: the resolved template as JSON, with the verdicts beside it as facts for policy tools.
//!
//! Comes in: the resolved template, and the report of the same run. Goes out: one JSON document. The template's own members
//! come first, in their order; the member `CfnLockout` is ours.

use std::collections::BTreeMap;

use serde_json::{Map, Number, Value as Json, json};

use crate::findings::{Code, Finding};
use crate::lockout::{Resolved, Verdict};
use crate::resolve::Section;
use crate::source::{Document, FileId, Form, NodeId, NodeKind, Sources, Span};
use crate::world::{Kind, Question, Refusal, Stop, Value};

use super::json::Places;
use super::{KeyRow, Report, SkippedRow};

/// The member that holds the verdicts. A template cannot have it: CloudFormation knows no such section.
pub(crate) const FACTS: &str = "CfnLockout";

/// What of a key's row in the JSON report stands beside its logical id.
const OF_KEY: [&str; 6] = ["verdict", "without_bypass", "deployer", "cases", "open", "administrators"];

/// A stack whose template was resolved: what the report says of it are its facts.
#[derive(Debug)]
pub(crate) struct Subject<'r> {
    /// Its template after resolution.
    pub(crate) resolved: Resolved,
    /// The file of its template.
    pub(crate) file: FileId,
    /// Path of nested stacks; empty for the template itself.
    pub(crate) stack: String,
    /// Name of the deployment.
    pub(crate) deployment: &'r str,
}

impl Subject<'_> {
    /// Its keys.
    pub(crate) fn keys<'r>(&self, report: &'r Report) -> impl Iterator<Item = &'r KeyRow> {
        let own = |row: &&KeyRow| (row.file, row.stack.as_str(), row.deployment.as_str()) == self.place();
        report.keys.iter().filter(own)
    }

    /// What is reported about one of its keys, in the order of the report; not what rules say of it.
    pub(crate) fn findings<'r>(&self, logical_id: &str, report: &'r Report) -> impl Iterator<Item = &'r Finding> {
        let (_, stack, deployment) = self.place();
        report.findings.iter().filter(move |one| {
            (one.logical_id.as_str(), one.stack.as_str(), one.deployment.as_str()) == (logical_id, stack, deployment)
                && one.code != Code::GuardRule
        })
    }

    fn place(&self) -> (FileId, &str, &str) {
        (self.file, &self.stack, self.deployment)
    }
}

/// The resolved template as JSON text, with a line end.
pub(crate) fn resolved(subject: &Subject<'_>, report: &Report, sources: &Sources) -> String {
    let mut out = serde_json::to_string_pretty(&resolved_document(subject, report, sources)).unwrap_or_default();
    out.push('\n');
    out
}

/// The resolved template with its facts.
pub(crate) fn resolved_document(subject: &Subject<'_>, report: &Report, sources: &Sources) -> Json {
    let forms = sources.document(subject.file).map_or_else(BTreeMap::new, forms);
    let resolved = &subject.resolved;
    let mut root = Map::new();
    for (name, section) in resolved.whole.0.iter().filter(|(name, _)| name != FACTS) {
        root.insert(
            name.clone(),
            match section {
                Section::Value(value) => Shown { forms: &forms, above: Vec::new() }.value(value),
                Section::Conditions(answers) => {
                    Json::Object(answers.iter().map(|(name, answer)| (name.clone(), condition(answer))).collect())
                }
            },
        );
    }
    root.insert(FACTS.to_owned(), facts(subject, report, sources));
    Json::Object(root)
}

fn facts(subject: &Subject<'_>, report: &Report, sources: &Sources) -> Json {
    let places = Places(sources);
    let keys = subject.keys(report).map(|row| {
        let whole = places.key(row);
        let of_key = OF_KEY.iter().map(|name| ((*name).to_owned(), whole.get(*name).cloned().unwrap_or_default()));
        let findings = subject.findings(&row.logical_id, report).map(|one| places.fact(one));
        let more = [
            ("durable_administrators", json!(row.administrators.durable)),
            ("account_delegation", json!(delegates(row))),
            ("findings", Json::Array(findings.collect())),
        ];
        (row.logical_id.clone(), Json::Object(of_key.chain(more.map(|(name, fact)| (name.to_owned(), fact))).collect()))
    });
    let own = |row: &&SkippedRow| (row.file, row.stack.as_str(), row.deployment.as_str()) == subject.place();
    let skipped = report.skipped.iter().filter(own).map(|row| (row.logical_id.clone(), json!(row.because)));
    let refused = subject.resolved.refusals.iter().map(|(id, refusal)| {
        let (line, column) = places.start(refusal.span);
        json!({ "logical_id": id, "message": refusal.message, "line": line, "column": column })
    });
    json!({
        "schema": "cfn-lockout/1",
        "keys": keys.collect::<Map<_, _>>(),
        "skipped": skipped.collect::<Map<_, _>>(),
        "refused": refused.collect::<Vec<_>>(),
    })
}

/// Whether IAM policies of the account may let somebody change the policy; `null` where that is not certain. KMS's default
/// policy lets them.
fn delegates(row: &KeyRow) -> Option<bool> {
    if row.verdict == Verdict::DefaultPolicy { Some(true) } else { row.administrators.delegates }
}

fn condition(answer: &Result<bool, Stop>) -> Json {
    match answer {
        Ok(yes) => json!(yes),
        Err(Stop::Ask(question)) => json!(words(question)),
        Err(Stop::Refused(refusal)) => json!(refused(refusal)),
    }
}

/// What a value hangs on, in words, unknown parts as `{{kind:name}}`.
fn words(question: &Question) -> String {
    match question {
        Question::Text(text, test) => format!("{text} {test}"),
        Question::Relates(relation, left, right) => format!("{left} {} {right}", relation.name),
        Question::Member(list, relation, text) => {
            format!("a member of {} {} {text}", list.mark(), relation.name)
        }
        Question::Fact(hole) => hole.mark(),
        Question::IamAllows(action) => format!("IAM allows {action}"),
    }
}

fn refused(refusal: &Refusal) -> String {
    format!("{{{{refused:{}}}}}", refusal.message)
}

/// What each scalar of the template is, by its place: only a scalar that stands there itself is shown as a number or a
/// boolean. What a function gives is a text, as CloudFormation passes it on.
type Forms = BTreeMap<Span, Form>;

fn forms(document: &Document) -> Forms {
    let mut out = Forms::new();
    collect(document, document.root(), &mut out);
    out
}

fn collect(document: &Document, id: NodeId, out: &mut Forms) {
    let node = document.node(id);
    match &node.kind {
        NodeKind::Scalar(scalar) => {
            out.insert(node.span, scalar.form);
        }
        NodeKind::Sequence(items) => items.iter().for_each(|&item| collect(document, item, out)),
        NodeKind::Mapping(entries) => entries.iter().for_each(|entry| collect(document, entry.value, out)),
    }
}

struct Shown<'f> {
    forms: &'f Forms,
    /// The questions whose alternatives are being shown, and which one.
    above: Vec<(&'f Question, bool)>,
}

impl<'f> Shown<'f> {
    fn value(&mut self, value: &'f Value) -> Json {
        match &value.kind {
            Kind::Text(text) => match (self.forms.get(&value.span), text.as_literal()) {
                (Some(form), Some(text)) => scalar(*form, text),
                _ => json!(text.to_string()),
            },
            Kind::List(items) => Json::Array(items.iter().map(|item| self.value(item)).collect()),
            Kind::Map(entries) => {
                Json::Object(entries.iter().map(|(key, value)| (key.text.to_string(), self.value(value))).collect())
            }
            Kind::Members(hole) | Kind::Unknown(hole) => json!(hole.mark()),
            Kind::Nothing => json!({ "Ref": "AWS::NoValue" }),
            Kind::Open(question, alternatives) => self.open(question, alternatives),
            Kind::Refused(refusal) => json!(refused(refusal)),
        }
    }

    /// One alternative for yes and one for no, as Fn::If has them; below the same question only the one that is left.
    fn open(&mut self, question: &'f Question, alternatives: &'f [Value]) -> Json {
        let [yes, no] = alternatives else {
            return json!(question.hole().map_or_else(|| words(question), |hole| hole.mark()));
        };
        if let Some((_, answer)) = self.above.iter().find(|(asked, _)| *asked == question) {
            return self.value(if *answer { yes } else { no });
        }
        let [yes, no] = [(yes, true), (no, false)].map(|(value, answer)| {
            self.above.push((question, answer));
            let shown = self.value(value);
            self.above.pop();
            shown
        });
        json!({ "Fn::If": [words(question), yes, no] })
    }
}

/// A scalar as the template has it: a number where JSON writes it alike, else the text that CloudFormation reads.
fn scalar(form: Form, text: &str) -> Json {
    let number = || serde_json::from_str::<Number>(text).ok().filter(|number| number.to_string() == text);
    match form {
        Form::Bool => json!(text == "true"),
        Form::Int | Form::Float => number().map_or_else(|| json!(text), Json::Number),
        Form::Text | Form::Null => json!(text),
    }
}
