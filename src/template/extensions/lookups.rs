//! Ref and Fn::FindInMap.
//!
//! Source: intrinsic-function-reference-ref.html, intrinsic-function-reference-findinmap-enhancements.html: with the macro
//! the arguments may be functions, and DefaultValue stands in for a missing row; fixtures fnFindInMapWith….

use crate::source::Span;
use crate::world::Refusal;

use super::resolver::{Mode, Resolver, left};
use super::values::Named;
use super::{Outcome, refused};
use crate::template::tree::{Tree, TreeKind, is_macro};

/// A key of Fn::FindInMap.
enum Row {
    Known(String),
    Later,
}

impl Resolver<'_> {
    /// Ref. Names that are no parameters belong to resources, which the macro does not look at.
    pub(super) fn reference(&self, argument: &Tree, span: Span, mode: Mode) -> Outcome {
        let name = self.resolve(argument, mode)?;
        if name.is_no_value() {
            return refused("Ref cannot refer to `AWS::NoValue` through a function", argument.span);
        }
        let Some(text) = name.as_text() else {
            return if name.is_open() {
                left("Ref", name, span)
            } else {
                refused("Ref needs a name, or a function that gives one", argument.span)
            };
        };
        match self.values.named(text, span) {
            Named::Value(kind) => self.copy(&Tree { span, kind }),
            Named::Later | Named::Secret | Named::Other => left("Ref", name, span),
        }
    }

    /// Fn::FindInMap.
    pub(super) fn find_in_map(&self, argument: &Tree, span: Span, mode: Mode) -> Outcome {
        const MESSAGE: &str = "every Fn::FindInMap object requires three parameters, the map name, map key and the attribute for return value";
        let Some([map, top, second, rest @ ..]) = argument.as_list() else { return refused(MESSAGE, span) };
        let default = match rest {
            [] => None,
            [options] if options.get("DefaultValue").is_some() => options.get("DefaultValue"),
            [options] => return refused("the fourth argument of Fn::FindInMap is {DefaultValue: …}", options.span),
            _ => return refused(MESSAGE, span),
        };
        let keys = [map, top, second].into_iter().map(|key| self.resolve(key, mode)).collect::<Outcome<Vec<_>>>()?;
        let rows = keys.iter().map(|key| self.row(key)).collect::<Outcome<Vec<_>>>()?;
        let ([Row::Known(map), Row::Known(top), Row::Known(second)], false) = (rows.as_slice(), self.mapped()) else {
            return self.left_lookup(keys, rest, argument.span, span);
        };
        let value = self.mappings.and_then(|tree| tree.get(map)).and_then(|tree| tree.get(top));
        let value = value.and_then(|tree| tree.get(second)).filter(|value| !value.is_null());
        match (value, default) {
            (Some(value), _) => self.copy(value),
            (None, Some(default)) => self.resolve(default, mode),
            (None, None) => refused(format!("unable to get mapping for `{map}::{top}::{second}`"), span),
        }
    }

    /// A key must be a text in the end: neither a resource nor anything that is created later can give it.
    fn row(&self, key: &Tree) -> Outcome<Row> {
        let message = || "the keys of Fn::FindInMap must be texts that are known before anything is created".to_owned();
        let wrong = || Err(Refusal { message: message(), span: key.span });
        match &key.kind {
            TreeKind::Call(name, argument) if name == "Ref" => match argument.as_text() {
                Some(name) if name != "AWS::NoValue" => match self.values.named(name, key.span) {
                    Named::Later | Named::Secret => Ok(Row::Later),
                    Named::Value(_) | Named::Other => wrong(),
                },
                Some(_) => wrong(),
                None => Ok(Row::Later),
            },
            TreeKind::Call(name, _) if name == "Fn::GetAtt" || name == "Fn::ImportValue" => wrong(),
            TreeKind::Call(..) => Ok(Row::Later),
            _ => key.as_text().map_or_else(wrong, |text| Ok(Row::Known(text.to_owned()))),
        }
    }

    /// Whether a macro may add to the mappings.
    fn mapped(&self) -> bool {
        self.mappings.is_some_and(|tree| tree.is_open() || tree.entries().iter().any(|(key, _)| is_macro(&key.text)))
    }

    fn left_lookup(&self, keys: Vec<Tree>, rest: &[Tree], list: Span, span: Span) -> Outcome {
        let mut parts = keys;
        for options in rest {
            parts.push(self.resolve_default(options)?);
        }
        left("Fn::FindInMap", Tree::list(parts, list), span)
    }

    /// The options of a look-up that stays; nobody knows whether its DefaultValue counts, so nothing in it is refused and
    /// `AWS::NoValue` stays.
    fn resolve_default(&self, options: &Tree) -> Outcome {
        let entries = options.entries().iter();
        let entries = entries.map(|(key, value)| Ok((key.clone(), self.resolve(value, Mode::Lenient)?)));
        Ok(Tree { span: options.span, kind: TreeKind::Map(entries.collect::<Outcome<_>>()?) })
    }
}
