//! The intrinsic functions, each from resolved arguments to a value.
//!
//! Source: AWS CloudFormation User Guide, intrinsic-function-reference-*.html, one page per function.

use crate::template::{Expr, ExprKind, SubPart};
use crate::world::{Kind, Text, Value, World};

use super::effort::LONGEST;
use super::lift::lift;
use super::names::later;
use super::scope::{Scope, refused};
use super::{encode, network};

/// The value of a function call.
pub(crate) fn call(scope: &Scope<'_>, expr: &Expr, world: &World) -> Value {
    let resolve = |argument: &Expr| scope.resolve(argument, world);
    match &expr.kind {
        ExprKind::Ref(name) => one_text(scope, expr, resolve(name), &|name| scope.refer(name, expr.span, world)),
        ExprKind::GetAtt(resource, attribute) => lift(
            expr.span,
            vec![resolve(resource), resolve(attribute)],
            &|args| match (literal(args, 0), literal(args, 1)) {
                (Some(resource), Some(attribute)) => scope.attribute(resource, attribute, expr.span, world),
                _ => Kind::Unknown(scope.later_here("getatt", "Fn::GetAtt", expr.span)),
            },
        ),
        ExprKind::Sub(sub) => substitute(scope, expr, &sub.parts, &sub.map, world),
        ExprKind::Join(delimiter, list) => {
            lift_list(expr, vec![resolve(delimiter), resolve(list)], &|args| join(scope, args, expr, world))
        }
        ExprKind::Split(delimiter, text) => {
            lift(expr.span, vec![resolve(delimiter), resolve(text)], &|args| split(args, expr, world))
        }
        ExprKind::Select(index, list) => {
            lift(expr.span, vec![resolve(index), resolve(list)], &|args| select(scope, args, expr))
        }
        ExprKind::FindInMap(lookup) => {
            let default = lookup.default.as_ref().map(resolve);
            scope.find_in_map(expr, [&lookup.map, &lookup.top, &lookup.second].map(resolve), default, world)
        }
        ExprKind::Base64(text) => lift(expr.span, vec![resolve(text)], &|args| first(args, expr, encode::base64)),
        ExprKind::Cidr(items) => {
            lift(expr.span, items.iter().map(resolve).collect(), &|args| network::cidr(args, expr))
        }
        ExprKind::Zones(region) => lift(expr.span, vec![resolve(region)], &|args| {
            first(args, expr, |region, expr| network::zones(region, expr, &scope.givens.region))
        }),
        ExprKind::Length(_) | ExprKind::ToJson(_) if !scope.template.has_language_extensions() => {
            Value { span: expr.span, kind: refused(EXTENSIONS, expr) }
        }
        ExprKind::Length(list) => lift_deep(expr, &resolve(list), DEEP_QUESTIONS, &|list| encode::length(list, expr)),
        ExprKind::ToJson(value) => {
            lift_deep(expr, &resolve(value), DEEP_QUESTIONS, &|value| encode::to_json(value, expr))
        }
        ExprKind::StackOutput(arguments) => stack_output(scope, arguments, expr, world),
        ExprKind::ImportValue(name) => {
            one_text(scope, expr, resolve(name), &|name| match scope.givens.exports.get(name) {
                Some(value) => Kind::Text(Text::literal(value)),
                None => Kind::Unknown(later("import", name, expr.span)),
            })
        }
        ExprKind::Other(other) if other.0.starts_with("ForEach::") => {
            Value { span: expr.span, kind: scope.written_by_macro(&format!("Fn::{}", other.0), expr.span) }
        }
        ExprKind::Other(other) => {
            let (name, _) = &**other;
            let kind = if name == "Transform" { "transform" } else { "function" };
            Value { span: expr.span, kind: Kind::Unknown(scope.later_here(kind, &format!("Fn::{name}"), expr.span)) }
        }
        _ => Value { span: expr.span, kind: Kind::Unknown(scope.later_here("condition", "condition", expr.span)) },
    }
}

const EXTENSIONS: &str = "Fn::Length and Fn::ToJsonString need `Transform: AWS::LanguageExtensions`";

fn first(args: &[Value], expr: &Expr, f: impl Fn(&Value, &Expr) -> Kind) -> Kind {
    args.first().map_or_else(|| refused("an argument is required", expr), |argument| f(argument, expr))
}

/// How many questions one argument of [`lift_deep`] may hang on: their answers multiply.
const DEEP_QUESTIONS: u8 = 6;

/// Applies `f` to a value in which nothing is open any more, however deep it stood.
fn lift_deep(expr: &Expr, argument: &Value, questions: u8, f: &dyn Fn(&Value) -> Kind) -> Value {
    let kind = match (argument.first_question(), questions.checked_sub(1)) {
        (None, _) => return lift(expr.span, vec![argument.clone()], &|args| first(args, expr, |one, _| f(one))),
        (Some(question), None) => Kind::Open(question.clone(), Vec::new()),
        (Some(question), Some(left)) => {
            let branches = [true, false].map(|yes| lift_deep(expr, &argument.answered(question, yes), left, f));
            Kind::Open(question.clone(), branches.to_vec())
        }
    };
    Value { span: expr.span, kind }
}

/// Fn::GetStackOutput: a value of another stack, which only the deployment tells.
///
/// Source: AWS CloudFormation Template Reference, intrinsic-function-reference-getstackoutput.html.
fn stack_output(scope: &Scope<'_>, arguments: &Expr, expr: &Expr, world: &World) -> Value {
    let part = |name: &str| arguments.get(name).map(|value| scope.resolve(value, world));
    let (Some(stack), Some(output)) = (part("StackName"), part("OutputName")) else {
        return Value { span: expr.span, kind: refused("Fn::GetStackOutput needs StackName and OutputName", expr) };
    };
    lift(expr.span, vec![stack, output], &|args| match (literal(args, 0), literal(args, 1)) {
        (Some(stack), Some(output)) => Kind::Unknown(later("stack-output", &format!("{stack}.{output}"), expr.span)),
        _ => Kind::Unknown(scope.later_here("stack-output", "Fn::GetStackOutput", expr.span)),
    })
}

/// A function of one name that has to be known.
fn one_text(scope: &Scope<'_>, expr: &Expr, argument: Value, f: &dyn Fn(&str) -> Kind) -> Value {
    lift(expr.span, vec![argument], &|args| match args.first().map(|argument| &argument.kind) {
        Some(Kind::Text(text)) => match text.as_literal() {
            Some(name) => f(name),
            None => Kind::Unknown(scope.later_here("import", &text.to_string(), expr.span)),
        },
        Some(Kind::Unknown(hole)) => Kind::Unknown(scope.later_here("import", &hole.mark(), expr.span)),
        _ => refused("the argument must be a text", expr),
    })
}

fn literal(args: &[Value], index: usize) -> Option<&str> {
    match &args.get(index)?.kind {
        Kind::Text(text) => text.as_literal(),
        _ => None,
    }
}

/// As [`lift`], also over the members of a list argument.
fn lift_list(expr: &Expr, arguments: Vec<Value>, f: &dyn Fn(&[Value]) -> Kind) -> Value {
    lift(expr.span, arguments, &|args| {
        let [first, list] = args else { return refused("two arguments are required", expr) };
        match &list.kind {
            Kind::List(items) => {
                let flat: Vec<Value> = std::iter::once(first.clone()).chain(items.iter().cloned()).collect();
                lift(expr.span, flat, &|flat| {
                    let Some((first, items)) = flat.split_first() else { return Kind::Nothing };
                    let items = items.iter().filter(|item| item.kind != Kind::Nothing).cloned().collect();
                    f(&[first.clone(), Value { span: list.span, kind: Kind::List(items) }])
                })
                .kind
            }
            _ => f(args),
        }
    })
}

fn substitute(
    scope: &Scope<'_>,
    expr: &Expr,
    parts: &[SubPart],
    map: &[(crate::template::Key, Expr)],
    world: &World,
) -> Value {
    let values = parts.iter().map(|part| match part {
        SubPart::Literal(text) => Value::text(expr.span, super::texts::replaced(scope, text, expr.span)),
        SubPart::Variable(name) => match map.iter().find(|(key, _)| *key.text == **name) {
            Some((_, value)) => scope.resolve(value, world),
            None => Value {
                span: expr.span,
                kind: match name.split_once('.') {
                    Some((resource, attribute)) => scope.attribute(resource, attribute, expr.span, world),
                    None => scope.refer(name, expr.span, world),
                },
            },
        },
    });
    lift(expr.span, values.collect(), &|values| {
        let mut out = Text::default();
        for value in values {
            match value.as_text() {
                Some(text) if out.cost() + text.cost() <= LONGEST => out.append(&text),
                Some(_) => return Kind::Unknown(scope.later_here("budget", "text", expr.span)),
                None => return refused("Fn::Sub can only substitute texts, not lists or maps", expr),
            }
        }
        Kind::Text(world.fill(&out))
    })
}

fn join(scope: &Scope<'_>, args: &[Value], expr: &Expr, world: &World) -> Kind {
    let Some(delimiter) = literal(args, 0) else { return refused("the delimiter of Fn::Join must be a text", expr) };
    match args.get(1).map(|list| &list.kind) {
        Some(Kind::List(items)) => {
            let mut out = Text::default();
            for (n, item) in items.iter().enumerate() {
                if n > 0 {
                    out.push_str(delimiter);
                }
                match item.as_text() {
                    Some(text) if out.cost() + text.cost() <= LONGEST => out.append(&text),
                    Some(_) => return Kind::Unknown(scope.later_here("budget", "text", expr.span)),
                    None => return refused("Fn::Join joins texts, not lists or maps", expr),
                }
            }
            Kind::Text(world.fill(&out))
        }
        Some(Kind::Members(hole) | Kind::Unknown(hole)) => {
            let name = format!("Fn::Join `{delimiter}` of {}", hole.mark());
            Kind::Text(Text::hole(later("function", &name, expr.span)))
        }
        _ => refused("the second argument of Fn::Join must be a list", expr),
    }
}

fn split(args: &[Value], expr: &Expr, world: &World) -> Kind {
    let delimiter = match literal(args, 0) {
        Some(delimiter) if !delimiter.is_empty() => delimiter,
        _ => return refused("the delimiter of Fn::Split must be a text that is not empty", expr),
    };
    let Some(text) = args.get(1).and_then(Value::as_text) else { return refused("Fn::Split splits a text", expr) };
    let text = world.fill(&text);
    let parts = match (text.as_literal(), delimiter.chars().collect::<Vec<_>>().as_slice()) {
        (Some(known), _) => Some(known.split(delimiter).map(Text::literal).collect()),
        (None, [separator]) => text.split(*separator, usize::MAX),
        _ => None,
    };
    match parts {
        Some(parts) => Kind::List(parts.into_iter().map(|part| Value::text(expr.span, part)).collect()),
        None => Kind::Members(later("function", &format!("Fn::Split `{delimiter}` of {text}"), expr.span)),
    }
}

fn select(scope: &Scope<'_>, args: &[Value], expr: &Expr) -> Kind {
    const MESSAGE: &str = "Fn::Select requires a list argument with two elements: an integer index and a list";
    let Some(index) = literal(args, 0) else {
        return Kind::Unknown(scope.later_here("function", "Fn::Select", expr.span));
    };
    match (index.trim().parse::<usize>(), args.get(1).map(|list| &list.kind)) {
        (Ok(index), Some(Kind::List(items))) => match items.get(index) {
            Some(item) => item.kind.clone(),
            None => refused(MESSAGE, expr),
        },
        (Ok(index), Some(Kind::Members(hole) | Kind::Unknown(hole))) => {
            let name = format!("Fn::Select {index} of {}", hole.mark());
            Kind::Text(Text::hole(later("function", &name, expr.span)))
        }
        _ => refused(MESSAGE, expr),
    }
}
