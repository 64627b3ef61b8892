//! What a parameter's declaration says of its values: knowledge about a hole, and a test for a value that is given.
//!
//! Source: AWS CloudFormation User Guide, parameters-section-structure.html: AllowedValues, AllowedPattern (a Java regular
//! expression that the whole value has to match), MinLength, MaxLength, MinValue, MaxValue; of a list, each for every member.

use std::sync::{Arc, OnceLock};

use regex::Regex;
use regex_syntax::hir::{Hir, HirKind};

use crate::template::Parameter;
use crate::world::{Class, Rule, Shape};

/// The largest AllowedPattern that is compiled, in bytes of the compiled expression.
const COMPILED: usize = 1 << 20;

/// What is known of the value of a parameter, or of each member of a list.
pub(super) fn shape(parameter: &Parameter) -> Shape {
    let allowed =
        parameter.allowed.as_ref().map(|values| values.iter().map(|value| Arc::from(value.as_str())).collect());
    Shape { class: class(parameter), allowed, pattern: None, rule: rule(parameter) }
}

/// Which characters the values hold, as far as AllowedPattern or the type tells.
fn class(parameter: &Parameter) -> Class {
    let of_aws =
        |prefix: &str| parameter.kind.starts_with(prefix) || parameter.kind.starts_with(&format!("List<{prefix}"));
    if parameter.kind == "Number" || parameter.kind == "List<Number>" {
        return Class::Name;
    }
    if of_aws("AWS::EC2::") || of_aws("AWS::Route53::HostedZone::Id") {
        return Class::Name;
    }
    let parsed = parameter.pattern.as_ref().and_then(|pattern| regex_syntax::parse(&whole(pattern)).ok());
    parsed.map_or(Class::Any, |hir| class_of(&hir))
}

fn class_of(hir: &Hir) -> Class {
    let excludes = |c: char| !may_hold(hir, &|low, high| (low..=high).contains(&c));
    let (least, most) = (hir.properties().minimum_len(), hir.properties().maximum_len());
    let only_digits = !may_hold(hir, &|low, high| low < '0' || high > '9');
    match () {
        () if only_digits && least == Some(12) && most == Some(12) => Class::Account,
        () if ![':', '*', '?'].into_iter().all(excludes) => Class::Any,
        () if excludes('/') && least > Some(0) => Class::Name,
        () => Class::Part,
    }
}

/// Whether a text that matches may hold a character of a range that passes `test`.
fn may_hold(hir: &Hir, test: &dyn Fn(char, char) -> bool) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => false,
        HirKind::Literal(literal) => String::from_utf8_lossy(&literal.0).chars().any(|c| test(c, c)),
        HirKind::Class(regex_syntax::hir::Class::Unicode(class)) => {
            class.ranges().iter().any(|range| test(range.start(), range.end()))
        }
        HirKind::Class(regex_syntax::hir::Class::Bytes(class)) => {
            class.ranges().iter().any(|range| test(range.start().into(), range.end().into()))
        }
        HirKind::Repetition(repetition) => may_hold(&repetition.sub, test),
        HirKind::Capture(capture) => may_hold(&capture.sub, test),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().any(|part| may_hold(part, test)),
    }
}

/// The pattern for the whole value. Java's `\d`, `\w` and `\s` know ASCII only.
fn whole(pattern: &str) -> String {
    let mut out = String::from("^(?:");
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        let next = if c == '\\' { chars.next() } else { None };
        match (c, next) {
            (_, Some('d')) => out.push_str("[0-9]"),
            (_, Some('D')) => out.push_str("[^0-9]"),
            (_, Some('w')) => out.push_str("[0-9A-Za-z_]"),
            (_, Some('W')) => out.push_str("[^0-9A-Za-z_]"),
            (_, Some('s')) => out.push_str(r"[\t\n\x0B\f\r ]"),
            (_, Some('S')) => out.push_str(r"[^\t\n\x0B\f\r ]"),
            (c, next) => {
                out.push(c);
                out.extend(next);
            }
        }
    }
    out.push_str(")$");
    out
}

/// Everything but AllowedValues, as a test; nothing where the declaration demands nothing. A pattern that only Java reads
/// demands nothing.
fn rule(parameter: &Parameter) -> Option<Rule> {
    let pattern = parameter.pattern.clone();
    let is_number = parameter.kind == "Number" || parameter.kind == "List<Number>";
    let (length, range) = (parameter.length, parameter.range);
    if pattern.is_none() && !is_number && length == (None, None) {
        return None;
    }
    // Most values are never asked for, and compiling is dear.
    let compiled: OnceLock<Option<Regex>> = OnceLock::new();
    Some(Rule(Arc::new(move |text: &str| {
        let compile = |pattern: &String| regex::RegexBuilder::new(&whole(pattern)).size_limit(COMPILED).build().ok();
        let pattern = compiled.get_or_init(|| pattern.as_ref().and_then(compile)).as_ref();
        let count = text.chars().count();
        pattern.is_none_or(|pattern| pattern.is_match(text))
            && length.0.is_none_or(|least| count >= least)
            && length.1.is_none_or(|most| count <= most)
            && (!is_number || text.trim().parse::<f64>().is_ok_and(|number| in_range(number, range)))
    })))
}

fn in_range(number: f64, (least, most): (Option<f64>, Option<f64>)) -> bool {
    least.is_none_or(|least| number >= least) && most.is_none_or(|most| number <= most)
}

/// Why a value cannot be the parameter's; nothing where it can.
pub(super) fn violated(name: &str, parameter: &Parameter, shape: &Shape, value: &str) -> Option<String> {
    let fits = |text: &str| {
        shape.allowed.as_ref().is_none_or(|allowed| allowed.iter().any(|one| &**one == text))
            && shape.rule.as_ref().is_none_or(|rule| (rule.0)(text))
    };
    let all_fit = if parameter.is_list() { value.split(',').all(|member| fits(member.trim())) } else { fits(value) };
    (!all_fit).then(|| match &parameter.allowed {
        Some(allowed) => format!("parameter `{name}` must be one of `{}`, not `{value}`", allowed.join("`, `")),
        None => format!("parameter `{name}` does not allow the value `{value}`"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class_of_pattern(pattern: &str) -> Class {
        class_of(&regex_syntax::parse(&whole(pattern)).unwrap())
    }

    #[test]
    fn an_allowed_pattern_tells_which_characters_a_value_holds() {
        for (pattern, expected) in [
            (r"\d{12}", Class::Account),
            (r"^\d{12}$", Class::Account),
            (r"[\w+=,.@-]{1,64}", Class::Name),
            (r"\S+", Class::Any),
            ("[0-9]{12}", Class::Account),
            ("^[0-9]{12}$", Class::Account),
            ("[0-9]{11}", Class::Name),
            ("[0-9]{12,}", Class::Name),
            ("[a-z]{12}", Class::Name),
            ("[a-z]{1,12}", Class::Name),
            ("[-0-9]{12}", Class::Name),
            ("[0-9a]{12}", Class::Name),
            ("[a-zA-Z][a-zA-Z0-9-]*", Class::Name),
            ("(dev|prod)", Class::Name),
            ("[a-z]*", Class::Part),
            ("/[a-z/]+/", Class::Part),
            ("arn:aws:iam::[0-9]+:role/.*", Class::Any),
            (".+", Class::Any),
        ] {
            assert_eq!(class_of_pattern(pattern), expected, "{pattern}");
        }
    }
}
