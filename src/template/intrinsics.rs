//! The functions by name, and the form that each one's argument must have.
//!
//! Source: AWS CloudFormation User Guide, intrinsic-function-reference-*.html; the error texts are CloudFormation's own
//! as recorded there and in its validation messages.

use super::expr::{Choice, Expr, ExprKind, Key, Lookup, SubPart, Substitution};
use super::sub;

/// The functions, without `Fn::`; `Ref` and `Condition` are written without it.
const NAMES: [&str; 22] = [
    "Ref",
    "Condition",
    "GetAtt",
    "Sub",
    "Join",
    "Split",
    "Select",
    "FindInMap",
    "If",
    "Equals",
    "And",
    "Or",
    "Not",
    "ImportValue",
    "Base64",
    "Cidr",
    "GetAZs",
    "Length",
    "ToJsonString",
    "Transform",
    "GetStackOutput",
    "Contains",
];

/// Whether a YAML tag is the short form of a function; other tags belong to other tools.
pub(crate) fn is_short_tag(tag: &str) -> bool {
    NAMES.contains(&tag) || !tag.is_empty() && !tag.starts_with('!') && !tag.contains(':')
}

/// The function that a map's only key names, without `Fn::`.
pub(crate) fn long_name(key: &str) -> Option<&str> {
    match key.strip_prefix("Fn::") {
        Some(name) => Some(name),
        None => matches!(key, "Ref").then_some(key),
    }
}

/// The call of the function `name` with `argument`.
pub(crate) fn call(name: &str, argument: Expr) -> ExprKind {
    let called = match name {
        "Ref" => Ok(ExprKind::Ref(argument.into())),
        "Condition" => {
            text(argument).map(|name| ExprKind::Condition(name.into())).ok_or("Condition needs the name of a condition")
        }
        "GetAtt" => get_att(argument),
        "Sub" => substitute(argument),
        "Join" => two(argument).map(|(a, b)| ExprKind::Join(a, b)).ok_or(JOIN),
        "Split" => two(argument).map(|(a, b)| ExprKind::Split(a, b)).ok_or(SPLIT),
        "Select" => two(argument).map(|(a, b)| ExprKind::Select(a, b)).ok_or(SELECT),
        "FindInMap" => find_in_map(argument),
        "If" => condition_if(argument),
        "Equals" => two(argument).map(|(a, b)| ExprKind::Equals(a, b)).ok_or(EQUALS),
        "And" => operands(argument).map(ExprKind::And),
        "Or" => operands(argument).map(ExprKind::Or),
        "Not" => one(argument).map(ExprKind::Not).ok_or("every Fn::Not object requires a list of one condition"),
        "ImportValue" => Ok(ExprKind::ImportValue(argument.into())),
        "Base64" => Ok(ExprKind::Base64(argument.into())),
        "Cidr" => list(argument).map(|items| ExprKind::Cidr(items.into())).ok_or(CIDR),
        "GetAZs" => Ok(ExprKind::Zones(argument.into())),
        "Length" => Ok(ExprKind::Length(argument.into())),
        "ToJsonString" => Ok(ExprKind::ToJson(argument.into())),
        "GetStackOutput" => Ok(ExprKind::StackOutput(argument.into())),
        other => Ok(ExprKind::Other(Box::new((other.to_owned(), argument)))),
    };
    called.unwrap_or_else(ExprKind::Broken)
}

const GET_ATT: &str =
    "every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute";
const JOIN: &str = "every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined or a function that returns a list of strings";
const SPLIT: &str = "every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split or a function that returns a string to be split";
const SELECT: &str = "Fn::Select requires a list argument with two elements: an integer index and a list";
const EQUALS: &str = "every Fn::Equals object requires a list of 2 string parameters";
const FIND_IN_MAP: &str =
    "every Fn::FindInMap object requires three parameters, the map name, map key and the attribute for return value";
const CIDR: &str = "every Fn::Cidr object requires a list of an ipBlock, a count and the number of subnet bits";
const IF: &str = "Fn::If requires a list argument with the first element being a condition";
const SUB: &str = "one or more Fn::Sub intrinsic functions don't specify expected arguments; specify a string as first argument, and an optional second argument to specify a mapping of values to replace in the string";
const OPERANDS: &str = "every Fn::And and Fn::Or object requires a list of between 2 and 10 conditions";

fn text(expr: Expr) -> Option<String> {
    match expr.kind {
        ExprKind::Text(text) => Some(text.to_string()),
        _ => None,
    }
}

fn list(expr: Expr) -> Option<Vec<Expr>> {
    match expr.kind {
        ExprKind::List(items) => Some(items.into_vec()),
        _ => None,
    }
}

fn one(argument: Expr) -> Option<Box<Expr>> {
    let [item] = <[Expr; 1]>::try_from(list(argument)?).ok()?;
    Some(item.into())
}

fn two(argument: Expr) -> Option<(Box<Expr>, Box<Expr>)> {
    let [a, b] = <[Expr; 2]>::try_from(list(argument)?).ok()?;
    Some((a.into(), b.into()))
}

fn operands(argument: Expr) -> Result<Box<[Expr]>, &'static str> {
    let items = list(argument).ok_or(OPERANDS)?;
    let items: Box<[Expr]> = items.into_iter().map(condition_operand).collect();
    (2..=10).contains(&items.len()).then_some(items).ok_or(OPERANDS)
}

/// Where a condition is expected, `{Condition: Name}` refers to one, at every level.
pub(crate) fn condition_expr(expr: Expr) -> Expr {
    let expr = condition_operand(expr);
    let kind = match expr.kind {
        ExprKind::Not(inner) => ExprKind::Not(Box::new(condition_expr(*inner))),
        ExprKind::And(items) => ExprKind::And(items.into_iter().map(condition_expr).collect()),
        ExprKind::Or(items) => ExprKind::Or(items.into_iter().map(condition_expr).collect()),
        other => other,
    };
    Expr { kind, ..expr }
}

/// `{Condition: Name}` counts as a reference only where a condition is expected: elsewhere it is an ordinary map.
pub(crate) fn condition_operand(expr: Expr) -> Expr {
    let name = match &expr.kind {
        ExprKind::Map(entries) if entries.len() == 1 => expr.get("Condition").and_then(Expr::as_text),
        _ => None,
    };
    match name.map(str::to_owned) {
        Some(name) => Expr { kind: ExprKind::Condition(name.into()), ..expr },
        None => expr,
    }
}

/// `[Resource, Attribute]`, or `Resource.Attribute` which splits at the first dot.
fn get_att(argument: Expr) -> Result<ExprKind, &'static str> {
    let span = argument.span;
    match argument.kind {
        ExprKind::Text(text) => {
            let (resource, attribute) = text.split_once('.').ok_or(GET_ATT)?;
            if resource.is_empty() || attribute.is_empty() {
                return Err(GET_ATT);
            }
            let part = |text: &str| Box::new(Expr { span, kind: ExprKind::Text(text.into()) });
            Ok(ExprKind::GetAtt(part(resource), part(attribute)))
        }
        ExprKind::List(items) => {
            let [resource, attribute] = <[Expr; 2]>::try_from(items.into_vec()).map_err(|_| GET_ATT)?;
            Ok(ExprKind::GetAtt(resource.into(), attribute.into()))
        }
        _ => Err(GET_ATT),
    }
}

fn substituted(parts: Vec<SubPart>, map: Box<[(Key, Expr)]>) -> ExprKind {
    ExprKind::Sub(Box::new(Substitution { parts: parts.into(), map }))
}

fn substitute(argument: Expr) -> Result<ExprKind, &'static str> {
    match argument.kind {
        ExprKind::Text(text) => Ok(substituted(sub::parts(&text), Box::default())),
        ExprKind::List(items) => {
            let [text, map] = <[Expr; 2]>::try_from(items.into_vec()).map_err(|_| SUB)?;
            let text = text.as_text().ok_or(SUB)?.to_owned();
            match map.kind {
                ExprKind::Map(entries) => Ok(substituted(sub::parts(&text), entries)),
                // A map with one entry named Ref or Fn::… would read as a function: nothing to substitute by name.
                _ => Err(SUB),
            }
        }
        _ => Err(SUB),
    }
}

fn find_in_map(argument: Expr) -> Result<ExprKind, &'static str> {
    let mut items = list(argument).ok_or(FIND_IN_MAP)?.into_iter();
    let (Some(map), Some(top), Some(second)) = (items.next(), items.next(), items.next()) else {
        return Err(FIND_IN_MAP);
    };
    let default = match (items.next(), items.next()) {
        (None, _) => None,
        (Some(options), None) => Some(default_value(options).ok_or(FIND_IN_MAP)?),
        _ => return Err(FIND_IN_MAP),
    };
    Ok(ExprKind::FindInMap(Box::new(Lookup { map, top, second, default })))
}

fn default_value(options: Expr) -> Option<Expr> {
    match options.kind {
        ExprKind::Map(entries) => {
            let named = |(key, value): (Key, Expr)| (&*key.text == "DefaultValue").then_some(value);
            entries.into_iter().find_map(named)
        }
        _ => None,
    }
}

fn condition_if(argument: Expr) -> Result<ExprKind, &'static str> {
    let [condition, then, otherwise] = <[Expr; 3]>::try_from(list(argument).ok_or(IF)?).map_err(|_| IF)?;
    let condition = text(condition).ok_or(IF)?;
    Ok(ExprKind::If(Box::new(Choice { condition, then, otherwise })))
}
