//! The values of `${{ … }}` that a workflow itself tells: `env`, `matrix` and texts.
//!
//! Source: GitHub Docs, "Contexts reference" and "Workflow syntax" (`env` of workflow, job and step, the innermost counts). What a
//! command writes to GITHUB_ENV counts from then on, so such a variable is unknown.

use std::collections::BTreeMap;

use super::super::partial::Partial;
use super::super::{File, Kind, Node, Told};

/// What is known at one step.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    env: BTreeMap<String, (Partial, String)>,
    /// The matrix by its paths: `account`, `target.region`.
    pub(super) matrix: BTreeMap<String, Partial>,
    /// The commands of the job that set variables for later steps.
    written: String,
}

impl Scope {
    /// The same with the variables of an `env`.
    pub(super) fn with_env(&self, file: &File, env: Option<&Node>) -> Scope {
        let mut out = self.clone();
        for (name, value) in env.map_or(&[][..], Node::entries) {
            let (Some(name), Some(text)) = (name.text(), value.text()) else { continue };
            out.env.insert(name.to_owned(), (self.fill(text), file.place(value)));
        }
        out
    }

    /// The same in a job with these steps.
    pub(super) fn with_steps(mut self, steps: &[Node]) -> Scope {
        let writes = |text: &&str| text.contains("GITHUB_ENV");
        let written = steps.iter().filter_map(|step| step.get("run")?.text()).filter(writes);
        self.written = written.collect::<Vec<_>>().join("\n");
        self
    }

    /// A variable of the environment, with its place.
    pub(super) fn variable(&self, name: &str) -> Option<(Partial, String)> {
        let (value, place) = self.env.get(name)?;
        let value = if self.written.contains(name) { Partial::unknown() } else { value.clone() };
        Some((value, place.clone()))
    }

    /// A text with its expressions replaced, as far as they are told.
    pub(super) fn fill(&self, text: &str) -> Partial {
        let mut out = Partial::default();
        for part in parts(text) {
            out.append(&match part {
                Part::Text(text) => Partial::known(text),
                Part::Expression(inner) => self.value(inner).unwrap_or_else(Partial::unknown),
            });
        }
        out
    }

    /// A value with its place, where all of it is told.
    pub(super) fn told(&self, file: &File, node: Option<&Node>) -> Option<Told> {
        let told = file.told(node)?;
        let value = self.fill(&told.value).text()?.to_owned();
        (!value.is_empty()).then(|| Told::new(value, told.from))
    }

    /// The first expression of a text that is not told.
    pub(super) fn unknown(&self, text: &str) -> Option<String> {
        let unknown = |inner: &&str| self.value(inner).is_none_or(|value| value.text().is_none());
        let expressions = parts(text).into_iter().filter_map(|part| match part {
            Part::Expression(inner) => Some(inner),
            Part::Text(_) => None,
        });
        expressions.into_iter().find(unknown).map(|inner| format!("${{{{ {inner} }}}}"))
    }

    fn value(&self, expression: &str) -> Option<Partial> {
        if let Some(name) = expression.strip_prefix("env.") {
            return self.variable(name).map(|(value, _)| value);
        }
        if let Some(path) = expression.strip_prefix("matrix.") {
            return self.matrix.get(path).cloned();
        }
        let text = expression.strip_prefix('\'')?.strip_suffix('\'')?;
        (!text.contains('\'')).then(|| Partial::known(text))
    }
}

enum Part<'t> {
    Text(&'t str),
    Expression(&'t str),
}

/// A text and the `${{ … }}` in it.
fn parts(text: &str) -> Vec<Part<'_>> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("${{") {
        let Some((inner, after)) = behind.split_once("}}") else { break };
        out.extend([Part::Text(before), Part::Expression(inner.trim())]);
        rest = after;
    }
    out.push(Part::Text(rest));
    out
}

/// The values of a matrix by their paths; what is no text is left out.
pub(super) fn flat(name: &str, node: &Node, out: &mut BTreeMap<String, Partial>) {
    match &node.kind {
        Kind::Map(entries) => {
            for (key, value) in entries {
                flat(&format!("{name}.{}", key.text().unwrap_or_default()), value, out);
            }
        }
        _ => {
            if let Some(text) = node.text() {
                out.insert(name.to_owned(), Scope::default().fill(text));
            }
        }
    }
}
