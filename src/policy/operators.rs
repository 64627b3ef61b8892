//! Condition operators by name.
//!
//! Source: IAM User Guide, reference_policies_elements_condition_operators.html.

use super::values::Order;

/// How a policy value is compared with the request's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    /// StringEquals: equal, `*` and `?` are ordinary characters.
    Equal,
    /// StringEqualsIgnoreCase.
    EqualIgnoreCase,
    /// StringLike: `*` and `?` are wildcards.
    Like,
    /// ArnEquals and ArnLike, which are the same.
    Arn,
    /// Bool.
    Bool,
    /// Numeric….
    Numeric(Order),
    /// Date….
    Date(Order),
    /// IpAddress.
    Address,
    /// BinaryEquals.
    Binary,
    /// Null: whether the key is absent.
    Null,
}

/// A parsed operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Operator {
    /// How values are compared.
    pub(crate) comparison: Comparison,
    /// Whether the answer is turned round (`…Not…`).
    pub(crate) negated: bool,
    /// Whether an absent key makes it true (`…IfExists`).
    pub(crate) if_exists: bool,
    /// ForAnyValue or ForAllValues.
    pub(crate) set: Option<Set>,
}

/// A set operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Set {
    /// Some value of the request matches.
    Any,
    /// Every value of the request matches; true without any.
    All,
}

impl Operator {
    /// Reads an operator's name; nothing where IAM has no such operator.
    pub(crate) fn parse(name: &str) -> Option<Operator> {
        let (set, name) = match name.split_once(':') {
            Some(("ForAnyValue", rest)) => (Some(Set::Any), rest),
            Some(("ForAllValues", rest)) => (Some(Set::All), rest),
            Some(_) => return None,
            None => (None, name),
        };
        let (if_exists, name) = name.strip_suffix("IfExists").map_or((false, name), |base| (true, base));
        let (comparison, negated) = comparison(name)?;
        // Source: access-analyzer-reference-policy-checks.html: NullIfExists is an error.
        (comparison != Comparison::Null || !if_exists).then_some(Operator { comparison, negated, if_exists, set })
    }

    /// Whether policy variables work in its values. Source: reference_policies_variables.html: in string and ARN operators.
    pub(crate) fn takes_variables(self) -> bool {
        use Comparison::{Arn, Equal, EqualIgnoreCase, Like};
        matches!(self.comparison, Equal | EqualIgnoreCase | Like | Arn)
    }
}

fn comparison(name: &str) -> Option<(Comparison, bool)> {
    use Comparison::{Address, Arn, Binary, Bool, Date, Equal, EqualIgnoreCase, Like, Null, Numeric};
    Some(match name {
        "StringEquals" => (Equal, false),
        "StringNotEquals" => (Equal, true),
        "StringEqualsIgnoreCase" => (EqualIgnoreCase, false),
        "StringNotEqualsIgnoreCase" => (EqualIgnoreCase, true),
        "StringLike" => (Like, false),
        "StringNotLike" => (Like, true),
        "ArnEquals" | "ArnLike" => (Arn, false),
        "ArnNotEquals" | "ArnNotLike" => (Arn, true),
        "Bool" => (Bool, false),
        "IpAddress" => (Address, false),
        "NotIpAddress" => (Address, true),
        "BinaryEquals" => (Binary, false),
        "Null" => (Null, false),
        _ => {
            let (family, order) = name
                .strip_prefix("Numeric")
                .map(|order| (Numeric as fn(Order) -> Comparison, order))
                .or_else(|| name.strip_prefix("Date").map(|order| (Date as fn(Order) -> Comparison, order)))?;
            let (order, negated) = match order {
                "Equals" => (Order::Equals, false),
                "NotEquals" => (Order::Equals, true),
                "LessThan" => (Order::Less, false),
                "LessThanEquals" => (Order::LessEquals, false),
                "GreaterThan" => (Order::Greater, false),
                "GreaterThanEquals" => (Order::GreaterEquals, false),
                _ => return None,
            };
            (family(order), negated)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_apart() {
        let operator = Operator::parse("ForAllValues:StringNotLikeIfExists").unwrap();
        assert_eq!((operator.comparison, operator.set), (Comparison::Like, Some(Set::All)));
        assert!(operator.negated && operator.if_exists);
        assert_eq!(
            Operator::parse("DateGreaterThanEquals").unwrap().comparison,
            Comparison::Date(Order::GreaterEquals)
        );
        for name in ["Nonsense", "NullIfExists", "stringequals", "ForSome:StringEquals", "NumericLike", ""] {
            assert_eq!(Operator::parse(name), None, "{name}");
        }
    }
}
