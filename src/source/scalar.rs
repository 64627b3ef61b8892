//! Plain scalars as CloudFormation's YAML 1.1 reader (SnakeYAML 1.9 to 1.28) resolves them.
//!
//! Source: SnakeYAML's `Resolver` and `SafeConstructor` of those versions; five field reports agree with them:
//! cloudformation-coverage-roadmap#745 (`012345670123` is octal), aws-cli#6908 (`012345678901` becomes scientific
//! notation), serverless-application-model#200 (`12345e67`), awscfncli#96 (`0900`), cfn-language-discussion#31 (base 60).
//! Dates stay texts: the timestamp tag is not supported (template-formats.html).

use std::sync::Arc;

/// What a scalar is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A text; every quoted or block scalar is one.
    Text,
    /// A boolean.
    Bool,
    /// A whole number.
    Int,
    /// A floating-point number.
    Float,
    /// A null.
    Null,
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// Without quotes.
    Plain,
    /// In single quotes.
    Single,
    /// In double quotes.
    Double,
    /// `|` or `>`.
    Block,
}

/// A scalar, as written and as read.
#[derive(Clone, Debug)]
pub(crate) struct Scalar {
    raw: Arc<str>,
    resolved: Option<Arc<str>>,
    /// What it is.
    pub(crate) form: Form,
    /// How it is written.
    pub(crate) style: Style,
}

impl Scalar {
    /// A scalar that is text whatever it looks like: quoted, or under a tag of its own.
    pub(crate) fn text_only(raw: impl Into<Arc<str>>, style: Style) -> Scalar {
        Scalar { raw: raw.into(), resolved: None, form: Form::Text, style }
    }

    /// A plain scalar.
    pub(crate) fn plain(raw: impl Into<Arc<str>>) -> Scalar {
        let raw = raw.into();
        let (form, text) = resolve(&raw);
        let resolved = text.filter(|text| **text != *raw).map(Arc::from);
        Scalar { raw, resolved, form, style: Style::Plain }
    }

    /// The text as the file has it, without quotes and escapes.
    pub(crate) fn written(&self) -> &str {
        &self.raw
    }

    /// The text that CloudFormation works with.
    pub(crate) fn text(&self) -> &str {
        self.resolved.as_deref().unwrap_or(&self.raw)
    }

    /// The same, without a copy.
    pub(crate) fn shared_text(&self) -> Arc<str> {
        Arc::clone(self.resolved.as_ref().unwrap_or(&self.raw))
    }
}

/// What a plain scalar is, and the text of its value where that is another than the file has.
fn resolve(raw: &str) -> (Form, Option<String>) {
    if matches!(raw, "" | "~" | "null" | "Null" | "NULL") {
        return (Form::Null, Some(String::new()));
    }
    if let Some(truth) = boolean(raw) {
        return (Form::Bool, Some(truth.to_string()));
    }
    if !raw.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return (Form::Text, None);
    }
    if let Some(value) = integer(raw) {
        return (Form::Int, Some(value));
    }
    match float(raw) {
        Some(value) => (Form::Float, Some(value)),
        None => (Form::Text, None),
    }
}

fn boolean(raw: &str) -> Option<bool> {
    match raw {
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Some(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

/// INT: `[-+]?0b[0-1_]+ | [-+]?0[0-7_]+ | [-+]?(?:0|[1-9][0-9_]*) | [-+]?0x[0-9a-fA-F_]+ | [-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+`.
fn integer(raw: &str) -> Option<String> {
    let (negative, digits) = sign(raw);
    let clean: String = digits.chars().filter(|&c| c != '_').collect();
    let value = if let Some(binary) = digits.strip_prefix("0b") {
        radix(binary, 2)?
    } else if let Some(hex) = digits.strip_prefix("0x") {
        radix(hex, 16)?
    } else if digits == "0" {
        "0".to_owned()
    } else if let Some(octal) = digits.strip_prefix('0') {
        radix(octal, 8)?
    } else if digits.starts_with(|c: char| matches!(c, '1'..='9')) {
        if digits.contains(':') {
            sixty(&clean)?
        } else {
            clean.bytes().all(|byte| byte.is_ascii_digit()).then_some(clean)?
        }
    } else {
        return None;
    };
    Some(if negative && value != "0" { format!("-{value}") } else { value })
}

fn sign(raw: &str) -> (bool, &str) {
    match raw.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, raw.strip_prefix('+').unwrap_or(raw)),
    }
}

fn radix(digits: &str, radix: u32) -> Option<String> {
    let clean: String = digits.chars().filter(|&c| c != '_').collect();
    if digits.is_empty() || !clean.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    if clean.is_empty() {
        return Some("0".to_owned());
    }
    u128::from_str_radix(&clean, radix).ok().map(|value| value.to_string())
}

/// Base 60: `1:30` is 90.
fn sixty(clean: &str) -> Option<String> {
    let mut total: u128 = 0;
    for (n, part) in clean.split(':').enumerate() {
        let fits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let value: u128 = fits.then(|| part.parse().ok())??;
        if n > 0 && (part.len() > 2 || value > 59) {
            return None;
        }
        total = total.checked_mul(60)?.checked_add(value)?;
    }
    Some(total.to_string())
}

/// FLOAT: `[-+]?(\.[0-9]+|[0-9_]+(\.[0-9_]*)?)([eE][-+]?[0-9]+)? | [-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]* |
/// [-+]?\.(?:inf|Inf|INF) | \.(?:nan|NaN|NAN)`, printed as Java's `Double.toString`.
fn float(raw: &str) -> Option<String> {
    let (negative, digits) = sign(raw);
    let minus = if negative { "-" } else { "" };
    match digits {
        ".inf" | ".Inf" | ".INF" => return Some(format!("{minus}Infinity")),
        ".nan" | ".NaN" | ".NAN" if digits == raw => return Some("NaN".to_owned()),
        _ => {}
    }
    let clean: String = digits.chars().filter(|&c| c != '_').collect();
    if clean.contains(':') {
        return sixty_float(&clean).map(|value| java(if negative { -value } else { value }));
    }
    let (mantissa, exponent) = clean.split_once(['e', 'E']).map_or((clean.as_str(), None), |(m, e)| (m, Some(e)));
    let (whole, fraction) = mantissa.split_once('.').map_or((mantissa, None), |(w, f)| (w, Some(f)));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let shaped = all_digits(whole)
        && fraction.is_none_or(all_digits)
        && !(whole.is_empty() && fraction.is_none_or(str::is_empty))
        && exponent.is_none_or(|e| !sign(e).1.is_empty() && all_digits(sign(e).1));
    let value: f64 = shaped.then(|| clean.parse().ok())??;
    Some(java(if negative { -value } else { value }))
}

fn sixty_float(clean: &str) -> Option<f64> {
    let (whole, fraction) = clean.split_once('.')?;
    let whole: f64 = sixty(whole)?.parse().ok()?;
    let fraction: f64 = format!("0.{fraction}0").parse().ok()?;
    Some(whole + fraction)
}

/// Java's `Double.toString`: plain from 10⁻³ to below 10⁷, else one digit, a point, and `E`.
fn java(value: f64) -> String {
    if value.is_infinite() {
        return if value > 0.0 { "Infinity".to_owned() } else { "-Infinity".to_owned() };
    }
    let magnitude = value.abs();
    if magnitude == 0.0 || (1e-3..1e7).contains(&magnitude) {
        let plain = format!("{value}");
        return if plain.contains('.') { plain } else { format!("{plain}.0") };
    }
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let point = if mantissa.contains('.') { "" } else { ".0" };
    format!("{mantissa}{point}E{exponent}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_are_read_as_snakeyaml_reads_them() {
        for (raw, form, text) in [
            ("012345670123", Form::Int, "1402433619"),
            ("012345678901", Form::Float, "1.2345678901E10"),
            ("111122223333", Form::Int, "111122223333"),
            ("12345e67", Form::Float, "1.2345E71"),
            ("0900", Form::Float, "900.0"),
            ("2012-10-17", Form::Text, "2012-10-17"),
            ("yes", Form::Bool, "true"),
            ("Off", Form::Bool, "false"),
            ("y", Form::Text, "y"),
            ("1:30", Form::Int, "90"),
            ("1:75", Form::Text, "1:75"),
            ("0x1F", Form::Int, "31"),
            ("0b101", Form::Int, "5"),
            ("1_000", Form::Int, "1000"),
            ("-7", Form::Int, "-7"),
            ("+7", Form::Int, "7"),
            ("1000.0", Form::Float, "1000.0"),
            ("1e3", Form::Float, "1000.0"),
            (".5", Form::Float, "0.5"),
            ("12345678.9", Form::Float, "1.23456789E7"),
            ("0.0001", Form::Float, "1.0E-4"),
            ("~", Form::Null, ""),
            ("null", Form::Null, ""),
            ("-", Form::Text, "-"),
            ("arn:aws", Form::Text, "arn:aws"),
            ("1.2.3", Form::Text, "1.2.3"),
        ] {
            let scalar = Scalar::plain(raw);
            assert_eq!((scalar.form, scalar.text()), (form, text), "{raw}");
        }
    }
}
