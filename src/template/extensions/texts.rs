//! Fn::Sub, Fn::Join and Fn::Split, also where only a part of them is known.
//!
//! Source: intrinsic-function-reference-sub.html, …-join.html, …-split.html.

use crate::source::Span;
use crate::template::expr::Key;
use crate::template::sub::framework_variable;

use super::resolver::{Mode, Resolver, left};
use super::values::Named;
use super::{Outcome, refused};
use crate::template::tree::{Tree, TreeKind};

/// A part of the text of Fn::Sub.
#[derive(Debug, PartialEq, Eq)]
enum Part<'t> {
    /// Text as it is.
    Text(&'t str),
    /// `${!Name}`, the name.
    Escaped(&'t str),
    /// `${Name}`, the name.
    Variable(&'t str),
}

/// Takes the text apart.
fn parts(text: &str) -> Vec<Part<'_>> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        out.push(Part::Text(before));
        if let Some((name, tail)) = framework_variable(after) {
            let length = rest.len() - before.len() - tail.len();
            out.push(Part::Text(rest.get(before.len()..before.len() + length).unwrap_or(name)));
            rest = tail;
            continue;
        }
        let Some((name, tail)) = after.split_once('}') else {
            out.push(Part::Text(rest.get(before.len()..).unwrap_or_default()));
            return out;
        };
        out.push(name.strip_prefix('!').map_or(Part::Variable(name.trim()), Part::Escaped));
        rest = tail;
    }
    out.push(Part::Text(rest));
    out
}

/// The variables of the text of Fn::Sub.
pub(super) fn variables(text: &str) -> Vec<&str> {
    let variable = |part| match part {
        Part::Variable(name) => Some(name),
        Part::Text(_) | Part::Escaped(_) => None,
    };
    parts(text).into_iter().filter_map(variable).collect()
}

impl Resolver<'_> {
    /// Fn::Sub.
    pub(super) fn substitute(&self, argument: &Tree, span: Span, mode: Mode) -> Outcome {
        const MESSAGE: &str = "Fn::Sub needs a text, or a text and a map of values to replace in it";
        let (text, map) = match argument.as_list() {
            Some([text, map]) => (text, Some(map)),
            Some(_) => return refused(MESSAGE, argument.span),
            None => (argument, None),
        };
        let Some(source) = text.as_text() else { return refused(MESSAGE, text.span) };
        let mut given: Vec<(Key, Tree)> = Vec::new();
        match map.map(|map| &map.kind) {
            None => {}
            Some(TreeKind::Map(entries)) => {
                for (key, value) in entries {
                    if value.is_null() {
                        return refused(format!("the value of `{}` in Fn::Sub is null", key.text), key.span);
                    }
                    given.push((key.clone(), self.resolve(value, mode)?));
                }
            }
            // A map of one entry that is named like a function: base CloudFormation takes it as such.
            Some(TreeKind::Call(..)) => return left("Fn::Sub", self.copy(argument)?, span),
            Some(_) => return refused(MESSAGE, argument.span),
        }
        let parts = parts(source);
        let texts = parts.iter().map(|part| self.part(part, &given, span)).collect::<Outcome<Vec<_>>>()?;
        if texts.iter().all(Option::is_some) {
            let known: String = texts.into_iter().flatten().collect();
            self.budget.node(known.len(), span)?;
            return Ok(Tree::text(&known, span));
        }
        let partly: String = parts.iter().zip(texts).map(|(part, known)| rest(part, known)).collect();
        self.budget.node(partly.len(), span)?;
        given.retain(|(key, value)| value.as_text().is_none() && variables(&partly).contains(&&*key.text));
        let partly = Tree::text(&partly, text.span);
        match map {
            Some(map) if !given.is_empty() => {
                let map = Tree { span: map.span, kind: TreeKind::Map(given) };
                left("Fn::Sub", Tree::list(vec![partly, map], argument.span), span)
            }
            _ => left("Fn::Sub", partly, span),
        }
    }

    /// The text of a part; nothing where it is not known.
    fn part(&self, part: &Part<'_>, given: &[(Key, Tree)], span: Span) -> Outcome<Option<String>> {
        let name = match part {
            Part::Text(text) => return Ok(Some((*text).to_owned())),
            Part::Escaped(name) => return Ok(Some(format!("${{{name}}}"))),
            Part::Variable(name) => *name,
        };
        let value = match given.iter().rev().find(|(key, _)| &*key.text == name) {
            Some((_, value)) => value.clone(),
            None => match self.values.named(name, span) {
                Named::Value(kind) => Tree { span, kind },
                Named::Later | Named::Secret | Named::Other => return Ok(None),
            },
        };
        if let Some(text) = value.as_text() {
            self.budget.node(text.len(), span)?;
            return Ok(Some(text.to_owned()));
        }
        if value.is_open() && !value.is_no_value() {
            return Ok(None);
        }
        refused(format!("Fn::Sub can only substitute texts, and `{name}` is none"), span)
    }

    /// Fn::Join.
    pub(super) fn join(&self, argument: &Tree, span: Span, mode: Mode) -> Outcome {
        const MESSAGE: &str = "every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined or a function that returns a list of strings";
        let Some([delimiter, list]) = argument.as_list() else { return refused(MESSAGE, argument.span) };
        let (delimiter, list) = (self.resolve(delimiter, mode)?, self.resolve(list, mode)?);
        let open = |tree: &Tree| tree.is_open() && !tree.is_no_value();
        let fits = |tree: &Tree| tree.as_text().is_some() || open(tree);
        let items = match &list.kind {
            TreeKind::List(items) if fits(&delimiter) && items.iter().all(fits) => Some(items),
            _ if fits(&delimiter) && open(&list) => None,
            _ => return refused(MESSAGE, argument.span),
        };
        let texts = items.and_then(|items| items.iter().map(Tree::as_text).collect::<Option<Vec<_>>>());
        match (delimiter.as_text(), texts) {
            (Some(delimiter), Some(texts)) => {
                self.budget.node(delimiter.len().saturating_mul(texts.len()), span)?;
                let joined = texts.join(delimiter);
                self.budget.node(joined.len(), span)?;
                Ok(Tree::text(&joined, span))
            }
            _ => left("Fn::Join", Tree::list(vec![delimiter, list], argument.span), span),
        }
    }

    /// Fn::Split.
    pub(super) fn split(&self, argument: &Tree, span: Span, mode: Mode) -> Outcome {
        const MESSAGE: &str = "every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split or a function that returns a string to be split";
        let Some([delimiter, text]) = argument.as_list() else { return refused(MESSAGE, argument.span) };
        let (delimiter, text) = (self.resolve(delimiter, mode)?, self.resolve(text, mode)?);
        if delimiter.as_text() == Some("") {
            return refused("the delimiter of Fn::Split must not be empty", delimiter.span);
        }
        let fits = |tree: &Tree| tree.as_text().is_some() || tree.is_open() && !tree.is_no_value();
        match (delimiter.as_text(), text.as_text()) {
            (Some(delimiter), Some(known)) => {
                let members = known.split(delimiter).map(|member| {
                    self.budget.node(member.len(), span)?;
                    Ok(Tree::text(member, span))
                });
                Ok(Tree::list(members.collect::<Outcome<_>>()?, span))
            }
            _ if fits(&delimiter) && fits(&text) => {
                left("Fn::Split", Tree::list(vec![delimiter, text], argument.span), span)
            }
            _ => refused(MESSAGE, argument.span),
        }
    }
}

/// A part of a text that stays: what is known of it must not be read as a variable later.
fn rest(part: &Part<'_>, known: Option<String>) -> String {
    match (part, known) {
        (Part::Text(text), _) => (*text).to_owned(),
        (Part::Escaped(name), _) => format!("${{!{name}}}"),
        (Part::Variable(_), Some(text)) => text.replace("${", "${!"),
        (Part::Variable(name), None) => format!("${{{name}}}"),
    }
}
