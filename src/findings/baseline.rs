//! The baseline: findings that are known and are not to be reported, in a file of their own.
//!
//! Comes in: the file as nodes. Goes out: the findings it knows, and the text of a new one: JSON, sorted, one finding a
//! line, so that a difference can be read. Must not know: paths; the names of files are those that the edge gives.

use std::collections::BTreeMap;

use serde_json::json;

use crate::source::{Document, NodeId, NodeKind, SourceError};

use super::Code;

/// The schema of the file.
const SCHEMA: &str = "cfn-lockout-baseline/1";

/// What a finding of the baseline is known by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Known {
    /// The file of its key, relative to the folder of the baseline.
    pub(crate) file: String,
    /// The path of nested stacks.
    pub(crate) stack: String,
    /// The key; empty where it is about the template.
    pub(crate) logical_id: String,
    /// Its code.
    pub(crate) code: Code,
    /// Name of the deployment.
    pub(crate) deployment: String,
    /// The Guard rule; empty for our own findings.
    pub(crate) rule: String,
}

/// How many findings of each kind are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Baseline(BTreeMap<Known, usize>);

impl FromIterator<Known> for Baseline {
    fn from_iter<I: IntoIterator<Item = Known>>(known: I) -> Baseline {
        let mut out = Baseline::default();
        known.into_iter().for_each(|one| *out.0.entry(one).or_default() += 1);
        out
    }
}

impl Baseline {
    /// Reads a baseline.
    ///
    /// # Errors
    ///
    /// What is no baseline of this schema, with the place.
    pub(crate) fn parse(document: &Document) -> Result<Baseline, SourceError> {
        let root = document.root();
        let schema = document.get(root, "schema").map(|entry| entry.value);
        match schema.and_then(|node| document.scalar(node)) {
            Some(SCHEMA) => {}
            Some(other) => {
                let message = format!("the schema is `{other}`; this version reads `{SCHEMA}`");
                return Err(at(document, schema.unwrap_or(root), message));
            }
            None => return Err(at(document, root, format!("this is no baseline: it has no schema `{SCHEMA}`"))),
        }
        let findings = document.get(root, "findings").map(|entry| entry.value);
        let Some(NodeKind::Sequence(items)) = findings.map(|node| &document.node(node).kind) else {
            return Err(at(document, findings.unwrap_or(root), "`findings` is no list".to_owned()));
        };
        items.iter().map(|&item| known(document, item)).collect()
    }

    /// The file's text.
    pub(crate) fn text(&self) -> String {
        let lines: Vec<String> = self
            .0
            .iter()
            .flat_map(|(known, count)| std::iter::repeat_n(known, *count))
            .map(|known| {
                let Known { file, stack, logical_id, code, deployment, rule } = known;
                let fields = [("file", file), ("stack", stack), ("logical_id", logical_id)];
                let fields = fields.map(|(name, value)| format!("\"{name}\": {}", json!(value)));
                let rule = if rule.is_empty() { String::new() } else { format!(", \"rule\": {}", json!(rule)) };
                format!(
                    "    {{{}, \"code\": {}, \"deployment\": {}{rule}}}",
                    fields.join(", "),
                    json!(code.id()),
                    json!(deployment)
                )
            })
            .collect();
        let findings = if lines.is_empty() { "[]".to_owned() } else { format!("[\n{}\n  ]", lines.join(",\n")) };
        format!("{{\n  \"schema\": \"{SCHEMA}\",\n  \"findings\": {findings}\n}}\n")
    }

    /// With other names for its files.
    pub(crate) fn with_files(self, name: impl Fn(&str) -> String) -> Baseline {
        let renamed = self.0.into_iter().map(|(known, count)| (Known { file: name(&known.file), ..known }, count));
        Baseline(renamed.collect())
    }

    /// How many findings it knows.
    pub(crate) fn len(&self) -> usize {
        self.0.values().sum()
    }

    /// Whether it knows a finding; each line of the file stands for one.
    pub(super) fn takes(&mut self, known: &Known) -> bool {
        match self.0.get_mut(known).filter(|count| **count > 0) {
            Some(count) => {
                *count -= 1;
                true
            }
            None => false,
        }
    }

    /// What it knows and nobody found, and how many times.
    pub(super) fn left(&self) -> impl Iterator<Item = (&Known, usize)> {
        self.0.iter().map(|(known, count)| (known, *count))
    }
}

fn at(document: &Document, node: NodeId, message: String) -> SourceError {
    let place = document.line_col(document.span(node).start);
    SourceError { message, line: place.line, column: place.column }
}

fn known(document: &Document, item: NodeId) -> Result<Known, SourceError> {
    let field = |name: &str| {
        let node = document.get(item, name).map(|entry| entry.value);
        let text = node.and_then(|node| Some((node, document.scalar(node)?.to_owned())));
        text.ok_or_else(|| at(document, node.unwrap_or(item), format!("a finding needs the text `{name}`")))
    };
    let text = |name: &str| field(name).map(|(_, text)| text);
    let (node, code) = field("code")?;
    let code = Code::parse(&code).map_err(|near| {
        let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        at(document, node, format!("there is no finding `{code}`{near}"))
    })?;
    Ok(Known {
        file: text("file")?,
        stack: text("stack")?,
        logical_id: text("logical_id")?,
        code,
        deployment: text("deployment")?,
        rule: if document.get(item, "rule").is_some() { text("rule")? } else { String::new() },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    fn finding(file: &str, code: Code) -> Known {
        let [stack, logical_id, deployment, rule] = ["", "K\"1", "default", ""].map(str::to_owned);
        Known { file: file.to_owned(), stack, logical_id, code, deployment, rule }
    }

    fn read(text: &str) -> Result<Baseline, SourceError> {
        Baseline::parse(&Document::from_text(FileId(0), text).expect("it reads"))
    }

    #[test]
    fn what_is_written_is_read_again() {
        let twice = finding("b.yaml", Code::InvalidPrincipal);
        let ruled = Known { rule: "a_rule".to_owned(), ..finding("c.yaml", Code::GuardRule) };
        let baseline: Baseline =
            [twice.clone(), finding("a.yaml", Code::Undecided), twice, ruled].into_iter().collect();
        let text = baseline.text();
        assert_eq!(
            text.lines().filter_map(|line| line.split('"').nth(3)).collect::<Vec<_>>(),
            [SCHEMA, "a.yaml", "b.yaml", "b.yaml", "c.yaml"],
            "{text}"
        );
        assert_eq!(read(&text), Ok(baseline));
        assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{text}");
        assert_eq!(read(&Baseline::default().text()), Ok(Baseline::default()));
    }

    #[test]
    fn each_line_stands_for_one_finding() {
        let known = finding("a.yaml", Code::Undecided);
        let mut baseline: Baseline = [known.clone(), known.clone()].into_iter().collect();
        assert_eq!([(); 3].map(|()| baseline.takes(&known)), [true, true, false]);
        assert_eq!(baseline.left().map(|(_, count)| count).sum::<usize>(), 0);
    }

    #[test]
    fn what_is_no_baseline_is_said_with_its_place() {
        let error = |text: &str| {
            let error = read(text).expect_err("it is none");
            (error.message, error.line, error.column)
        };
        let with = |fields: &str| format!("{{\"schema\": \"{SCHEMA}\",\n\"findings\": [{fields}]}}");
        assert_eq!(error("[]").0, "this is no baseline: it has no schema `cfn-lockout-baseline/1`");
        assert_eq!(
            error("{\n\"schema\": \"cfn-lockout/1\"}"),
            ("the schema is `cfn-lockout/1`; this version reads `cfn-lockout-baseline/1`".to_owned(), 2, 11)
        );
        assert_eq!(error(&format!("{{\"schema\": \"{SCHEMA}\"}}")).0, "`findings` is no list");
        assert_eq!(error(&with("1")), ("a finding needs the text `code`".to_owned(), 2, 14));
        assert_eq!(
            error(&with("{\"code\": \"undecidd\"}")),
            ("there is no finding `undecidd`; did you mean `undecided`?".to_owned(), 2, 23)
        );
        assert_eq!(error(&with("{\"code\": \"undecided\", \"file\": []}")).0, "a finding needs the text `file`");
    }
}
