//! Values that condition operators compare as something else than text: numbers, dates, addresses, bytes.
//!
//! Source: IAM User Guide, reference_policies_elements_condition_operators.html. Comes in: the text of a policy value and of
//! a request value. Goes out: whether they compare as asked; nothing where one of them is no such value.

mod address;
mod date;
mod number;

use std::cmp::Ordering;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// How two ordered values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// Equal.
    Equals,
    /// The request's value is smaller, or earlier.
    Less,
    /// … or equal.
    LessEquals,
    /// The request's value is greater, or later.
    Greater,
    /// … or equal.
    GreaterEquals,
}

impl Order {
    fn holds(self, found: Ordering) -> bool {
        match self {
            Order::Equals => found == Ordering::Equal,
            Order::Less => found == Ordering::Less,
            Order::LessEquals => found != Ordering::Greater,
            Order::Greater => found == Ordering::Greater,
            Order::GreaterEquals => found != Ordering::Less,
        }
    }
}

/// Numeric operators.
pub(crate) fn numeric(order: Order, request: &str, policy: &str) -> Option<bool> {
    Some(order.holds(number::parse(request)?.cmp(&number::parse(policy)?)))
}

/// Date operators.
pub(crate) fn date(order: Order, request: &str, policy: &str) -> Option<bool> {
    Some(order.holds(date::parse(request)?.cmp(&date::parse(policy)?)))
}

/// A time in seconds since 1970, as aws:CurrentTime writes it.
pub(crate) fn timestamp(seconds: i64) -> String {
    date::write(seconds)
}

/// IpAddress: the request's address lies in the policy's range; IPv4 and IPv6 never mix.
pub(crate) fn address(request: &str, policy: &str) -> Option<bool> {
    Some(address::parse(policy)?.contains(&address::parse(request)?))
}

/// BinaryEquals: the policy writes the bytes in base64; the request has them so, or as they are.
pub(crate) fn binary(request: &str, policy: &str) -> Option<bool> {
    let wanted = STANDARD.decode(policy).ok()?;
    Some(STANDARD.decode(request).is_ok_and(|found| found == wanted) || request.as_bytes() == wanted)
}
