//! Decimal numbers, compared exactly: whole, with a fraction, with an exponent.

use std::cmp::Ordering;

/// A decimal number: `0.digits × 10^point`, without leading or trailing zeros.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Number {
    negative: bool,
    digits: Vec<u8>,
    point: i64,
}

/// Reads `42`, `-1.50`, `.5`, `2e-17`.
pub(super) fn parse(text: &str) -> Option<Number> {
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = rest.split_once(['e', 'E']).map_or((rest, "0"), |(mantissa, e)| (mantissa, e));
    // Far beyond what any policy writes: nothing overflows below.
    let exponent: i64 = exponent.parse().ok().filter(|e: &i64| e.abs() < 1_000_000)?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(whole) || !all_digits(fraction) || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    let digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
    let leading = digits.iter().take_while(|digit| **digit == b'0').count();
    let trailing = digits.iter().rev().take_while(|digit| **digit == b'0').count();
    if leading == digits.len() {
        return Some(Number { negative: false, digits: Vec::new(), point: 0 });
    }
    let point = i64::try_from(whole.len()).ok()? - i64::try_from(leading).ok()? + exponent;
    let digits = digits.get(leading..digits.len() - trailing)?.to_vec();
    Some(Number { negative, digits, point })
}

impl Number {
    fn magnitude(&self, other: &Number) -> Ordering {
        match (self.digits.is_empty(), other.digits.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => self.point.cmp(&other.point).then_with(|| self.digits.cmp(&other.digits)),
        }
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Number) -> Ordering {
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => self.magnitude(other),
            (true, true) => other.magnitude(self),
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Number) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_compare_as_decimals() {
        for (a, b, expected) in [
            ("42", "42.0", Ordering::Equal),
            ("42", "+042.00", Ordering::Equal),
            ("1e-17", "2e-17", Ordering::Less),
            ("9007199254740993", "9007199254740992", Ordering::Greater),
            ("-1", "1", Ordering::Less),
            ("-10", "-9", Ordering::Less),
            ("0.1", "0.09", Ordering::Greater),
            ("1e3", "1000", Ordering::Equal),
            ("0", "-0.0", Ordering::Equal),
            (".5", "0.50", Ordering::Equal),
            ("100", "99.999", Ordering::Greater),
        ] {
            assert_eq!(parse(a).unwrap().cmp(&parse(b).unwrap()), expected, "{a} {b}");
            assert_eq!(parse(a).unwrap().partial_cmp(&parse(b).unwrap()), Some(expected), "{a} {b}");
        }
        for text in ["", "-", ".", "1,5", "0x1F", "1e", "true", "1 ", "1e99999999999999999999"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
