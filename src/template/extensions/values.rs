//! Parameters and pseudo parameters when the macro runs.
//!
//! Comes in: the template's declarations and the values that somebody gave. Goes out: the value of a name, or that it has
//! none yet. Source: parameters-section-structure.html; `NoEcho` values stay out of what a macro writes
//! (parameters-section-structure.html, "NoEcho").

use std::collections::BTreeMap;

use crate::source::{Form, Scalar, Span, Style};

use crate::template::tree::{Tree, TreeKind};

const PSEUDO: [&str; 8] = [
    "AWS::AccountId",
    "AWS::NotificationARNs",
    "AWS::NoValue",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
];

/// What a name stands for.
#[derive(Debug)]
pub(super) enum Named {
    /// A value.
    Value(TreeKind),
    /// A parameter or pseudo parameter whose value nobody gave.
    Later,
    /// A parameter with NoEcho.
    Secret,
    /// No parameter: a resource, or nothing.
    Other,
}

#[derive(Debug)]
struct Declared {
    kind: String,
    default: Option<Scalar>,
    secret: bool,
}

/// All names with their values.
#[derive(Debug)]
pub(super) struct Values<'a> {
    declared: BTreeMap<String, Declared>,
    given: &'a BTreeMap<String, Option<String>>,
}

impl<'a> Values<'a> {
    /// The parameters of a template. `given` may also hold pseudo parameters.
    pub(super) fn new(root: &Tree, given: &'a BTreeMap<String, Option<String>>) -> Values<'a> {
        let parameters = root.get("Parameters").map_or(&[][..], Tree::entries);
        let declared = parameters.iter().map(|(key, tree)| (key.text.to_string(), declared(tree))).collect();
        Values { declared, given }
    }

    /// Whether a parameter has this name.
    pub(super) fn is_parameter(&self, name: &str) -> bool {
        self.declared.contains_key(name)
    }

    /// The value of a name, as Ref gives it.
    pub(super) fn named(&self, name: &str, span: Span) -> Named {
        let given = self.given.get(name);
        let Some(declared) = self.declared.get(name) else {
            return match given {
                Some(Some(value)) if PSEUDO.contains(&name) => Named::Value(Tree::text(value, span).kind),
                _ if PSEUDO.contains(&name) => Named::Later,
                _ => Named::Other,
            };
        };
        if declared.secret {
            return Named::Secret;
        }
        let value = match (given, &declared.default) {
            // The value and the Default of an SSM parameter are the key of the value in the Parameter Store.
            _ if declared.kind.starts_with("AWS::SSM::Parameter::Value<") => return Named::Later,
            (Some(Some(value)), _) => Scalar::text_only(value.as_str(), Style::Double),
            (None, Some(default)) => default.clone(),
            (Some(None), _) | (None, None) => return Named::Later,
        };
        if declared.kind.contains("List<") || declared.kind == "CommaDelimitedList" {
            let members = value.text().split(',').map(|member| Tree::text(member.trim(), span));
            return Named::Value(TreeKind::List(members.collect()));
        }
        // A Default that is written as a number stays one (fixture templateWithDecimalNumbers).
        let number = declared.kind == "Number" && matches!(value.form, Form::Int | Form::Float);
        let scalar = if number { value } else { Scalar::text_only(value.text(), Style::Double) };
        Named::Value(TreeKind::Scalar(scalar))
    }
}

fn declared(tree: &Tree) -> Declared {
    let text = |key: &str| tree.get(key).and_then(Tree::as_text);
    let default = match tree.get("Default").map(|default| &default.kind) {
        Some(TreeKind::Scalar(scalar)) if scalar.form != Form::Null => Some(scalar.clone()),
        _ => None,
    };
    let secret = text("NoEcho").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    Declared { kind: text("Type").unwrap_or("String").to_owned(), default, secret }
}
