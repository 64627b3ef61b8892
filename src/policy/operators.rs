//! Condition operators by name.
//!
//! Source: IAM User Guide, reference_policies_elements_condition_operators.html.

use crate::world::Relation;

use super::values::{Order, address, binary, date, numeric};

/// How a policy value is compared with the request's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    /// StringEquals: equal, `*` and `?` are ordinary characters.
    Equal,
    /// StringLike: `*` and `?` are wildcards.
    Like,
    /// ArnEquals and ArnLike, which are the same.
    Arn,
    /// Bool.
    Bool,
    /// Null: whether the key is absent.
    Null,
    /// Numbers, dates, addresses, bytes, and texts without their case.
    By(Relation),
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

/// Whether policy variables work in an operator's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Variables {
    /// They do.
    Work,
    /// They do not: the text stands for itself.
    Stay,
    /// The documents disagree.
    Unclear,
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

    /// Source: reference_policies_variables.html: in string and ARN operators. Of Bool, that page says no and the page of
    /// the operators says yes.
    pub(crate) fn variables(self) -> Variables {
        match self.comparison {
            Comparison::Equal | Comparison::Like | Comparison::Arn => Variables::Work,
            Comparison::By(relation) if relation == IGNORE_CASE => Variables::Work,
            Comparison::Bool => Variables::Unclear,
            Comparison::By(_) | Comparison::Null => Variables::Stay,
        }
    }
}

const IGNORE_CASE: Relation = Relation { name: "equals, ignoring case,", holds: equal_but_for_case };
const NUMBER: Relation = Relation { name: "is the number", holds: |a, b| numeric(Order::Equals, a, b) };
const LESS: Relation = Relation { name: "is less than", holds: |a, b| numeric(Order::Less, a, b) };
const AT_MOST: Relation = Relation { name: "is at most", holds: |a, b| numeric(Order::LessEquals, a, b) };
const MORE: Relation = Relation { name: "is more than", holds: |a, b| numeric(Order::Greater, a, b) };
const AT_LEAST: Relation = Relation { name: "is at least", holds: |a, b| numeric(Order::GreaterEquals, a, b) };
const DATE: Relation = Relation { name: "is the date", holds: |a, b| date(Order::Equals, a, b) };
const BEFORE: Relation = Relation { name: "is before", holds: |a, b| date(Order::Less, a, b) };
const UNTIL: Relation = Relation { name: "is not after", holds: |a, b| date(Order::LessEquals, a, b) };
const AFTER: Relation = Relation { name: "is after", holds: |a, b| date(Order::Greater, a, b) };
const FROM: Relation = Relation { name: "is not before", holds: |a, b| date(Order::GreaterEquals, a, b) };
const ADDRESS: Relation = Relation { name: "lies in", holds: address };
const BYTES: Relation = Relation { name: "is the bytes", holds: binary };

fn equal_but_for_case(a: &str, b: &str) -> Option<bool> {
    Some(a.to_lowercase() == b.to_lowercase())
}

fn comparison(name: &str) -> Option<(Comparison, bool)> {
    use Comparison::{Arn, Bool, By, Equal, Like, Null};
    Some(match name {
        "StringEquals" => (Equal, false),
        "StringNotEquals" => (Equal, true),
        "StringEqualsIgnoreCase" => (By(IGNORE_CASE), false),
        "StringNotEqualsIgnoreCase" => (By(IGNORE_CASE), true),
        "StringLike" => (Like, false),
        "StringNotLike" => (Like, true),
        "ArnEquals" | "ArnLike" => (Arn, false),
        "ArnNotEquals" | "ArnNotLike" => (Arn, true),
        "NumericEquals" => (By(NUMBER), false),
        "NumericNotEquals" => (By(NUMBER), true),
        "NumericLessThan" => (By(LESS), false),
        "NumericLessThanEquals" => (By(AT_MOST), false),
        "NumericGreaterThan" => (By(MORE), false),
        "NumericGreaterThanEquals" => (By(AT_LEAST), false),
        "DateEquals" => (By(DATE), false),
        "DateNotEquals" => (By(DATE), true),
        "DateLessThan" => (By(BEFORE), false),
        "DateLessThanEquals" => (By(UNTIL), false),
        "DateGreaterThan" => (By(AFTER), false),
        "DateGreaterThanEquals" => (By(FROM), false),
        "IpAddress" => (By(ADDRESS), false),
        "NotIpAddress" => (By(ADDRESS), true),
        "BinaryEquals" => (By(BYTES), false),
        "Bool" => (Bool, false),
        "Null" => (Null, false),
        _ => return None,
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
        assert_eq!(Operator::parse("DateGreaterThanEquals").unwrap().comparison, Comparison::By(FROM));
        for name in ["Nonsense", "NullIfExists", "stringequals", "ForSome:StringEquals", "NumericLike", ""] {
            assert_eq!(Operator::parse(name), None, "{name}");
        }
    }

    /// Two relations of one name would be taken for the same question.
    #[test]
    fn every_relation_has_a_name_of_its_own() {
        let all = [
            IGNORE_CASE,
            NUMBER,
            LESS,
            AT_MOST,
            MORE,
            AT_LEAST,
            DATE,
            BEFORE,
            UNTIL,
            AFTER,
            FROM,
            ADDRESS,
            BYTES,
            Relation::EQUALS,
            Relation::LIKE,
            Relation::ARN_LIKE,
        ];
        let names: std::collections::BTreeSet<&str> = all.iter().map(|relation| relation.name).collect();
        assert_eq!(names.len(), all.len());
    }
}
