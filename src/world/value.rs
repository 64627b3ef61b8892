//! Resolved values with their places in the template: what an expression becomes in one world.

use std::sync::Arc;

use crate::source::Span;

use super::hole::Hole;
use super::question::{Question, Refusal};
use super::text::Text;

/// A value and where the template writes it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Value {
    /// The place of the expression that gives the value.
    pub(crate) span: Span,
    /// What it is.
    pub(crate) kind: Kind,
}

/// The key of a map entry.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Key {
    /// Its text, shared with the document that it stands in.
    pub(crate) text: Arc<str>,
    /// Its place.
    pub(crate) span: Span,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    /// A scalar; CloudFormation compares and passes scalars as texts.
    Text(Text),
    /// A list.
    List(Vec<Value>),
    /// A map, in the order of the template.
    Map(Vec<(Key, Value)>),
    /// A list whose members are unknown.
    Members(Hole),
    /// Unknown, even whether it is a text, a list or a map.
    Unknown(Hole),
    /// AWS::NoValue: the entry that holds it does not exist.
    Nothing,
    /// One of these, as the question decides; none listed: only the answer will tell.
    Open(Question, Vec<Value>),
    /// CloudFormation refuses the template here.
    Refused(Refusal),
}

impl Value {
    /// A scalar.
    pub(crate) fn text(span: Span, text: Text) -> Value {
        Value { span, kind: Kind::Text(text) }
    }

    /// A map of which everything stands in one place.
    pub(crate) fn map<const N: usize>(span: Span, entries: [(&str, Value); N]) -> Value {
        let entries = entries.into_iter().map(|(name, value)| (Key { text: name.into(), span }, value));
        Value { span, kind: Kind::Map(entries.collect()) }
    }

    /// What it contributes to a text: a scalar its text, an unknown its hole; nothing of lists and maps.
    pub(crate) fn as_text(&self) -> Option<Text> {
        match &self.kind {
            Kind::Text(text) => Some(text.clone()),
            Kind::Unknown(hole) => Some(Text::hole(hole.clone())),
            _ => None,
        }
    }

    /// The entry of a map by its key; the last one wins.
    pub(crate) fn get(&self, key: &str) -> Option<&Value> {
        match &self.kind {
            Kind::Map(entries) => entries.iter().rev().find(|(name, _)| &*name.text == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The refusals in it that apply in this world; those behind an open question are left to the question.
    pub(crate) fn refusals(&self) -> Vec<&Refusal> {
        let mut out = Vec::new();
        self.visit(&mut |value| {
            if let Kind::Refused(refusal) = &value.kind {
                out.push(refusal);
            }
        });
        out
    }

    /// The first open question behind which a refusal stands: it decides, so it has to be asked.
    pub(crate) fn may_be_refused(&self) -> Option<&Question> {
        let mut out = None;
        self.visit(&mut |value| {
            if let Kind::Open(question, alternatives) = &value.kind
                && alternatives.iter().any(|branch| !branch.refusals().is_empty() || branch.may_be_refused().is_some())
            {
                out.get_or_insert(question);
            }
        });
        out
    }

    /// The first question that something in it hangs on.
    pub(crate) fn first_question(&self) -> Option<&Question> {
        let mut out = None;
        self.visit(&mut |value| {
            if let Kind::Open(question, alternatives) = &value.kind
                && !alternatives.is_empty()
            {
                out.get_or_insert(question);
            }
        });
        out
    }

    /// Whether something in it hangs on a question, so that it may be another value in the worlds within.
    pub(crate) fn is_open(&self) -> bool {
        let mut open = false;
        self.visit(&mut |value| open |= matches!(value.kind, Kind::Open(..)));
        open
    }

    /// The value once `question` is answered: what hangs on it is one of its alternatives.
    pub(crate) fn answered(&self, question: &Question, yes: bool) -> Value {
        let kind = match &self.kind {
            Kind::Open(own, alternatives) if own == question => {
                let chosen = alternatives.get(usize::from(!yes)).or(alternatives.first());
                return chosen.map_or_else(|| self.clone(), |value| value.answered(question, yes));
            }
            Kind::Open(own, alternatives) => {
                let answered = alternatives.iter().map(|value| value.answered(question, yes));
                Kind::Open(own.clone(), answered.collect())
            }
            Kind::List(items) => {
                let items = items.iter().map(|item| item.answered(question, yes));
                Kind::List(items.filter(|item| item.kind != Kind::Nothing).collect())
            }
            Kind::Map(entries) => {
                let entries = entries.iter().map(|(key, value)| (key.clone(), value.answered(question, yes)));
                Kind::Map(entries.filter(|(_, value)| value.kind != Kind::Nothing).collect())
            }
            other => other.clone(),
        };
        Value { span: self.span, kind }
    }

    /// Calls `f` on this value and all values in it, without those behind open questions.
    fn visit<'v>(&'v self, f: &mut impl FnMut(&'v Value)) {
        f(self);
        match &self.kind {
            Kind::List(items) => items.iter().for_each(|item| item.visit(f)),
            Kind::Map(entries) => entries.iter().for_each(|(_, value)| value.visit(f)),
            _ => {}
        }
    }

    /// The value without places, unknown parts as `{{kind:name}}`; `None` for AWS::NoValue.
    pub(crate) fn plain(&self) -> Option<Plain> {
        Some(match &self.kind {
            Kind::Text(text) => Plain::Text(text.to_string()),
            Kind::List(items) => Plain::List(items.iter().filter_map(Value::plain).collect()),
            Kind::Map(entries) => Plain::Map(
                entries.iter().filter_map(|(key, value)| Some((key.text.to_string(), value.plain()?))).collect(),
            ),
            Kind::Members(hole) | Kind::Unknown(hole) => Plain::Text(hole.mark()),
            Kind::Nothing => return None,
            Kind::Open(question, _) => Plain::Text(match question.hole() {
                Some(hole) => hole.mark(),
                None => "{{iam:kms:PutKeyPolicy}}".to_owned(),
            }),
            Kind::Refused(_) => Plain::Text("{{refused:template}}".to_owned()),
        })
    }
}

/// A value as JSON can hold it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Plain {
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Plain>),
    /// A map, in order.
    Map(Vec<(String, Plain)>),
}
