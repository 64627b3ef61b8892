//! Condition operators by name.
//!
//! Source: IAM User Guide, reference_policies_elements_condition_operators.html.

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
    /// Null: whether the key is absent.
    Null,
    /// An operator that is not evaluated: a question.
    Open,
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
    /// Reads an operator's name.
    pub(crate) fn parse(name: &str) -> Operator {
        let (set, name) = match name.split_once(':') {
            Some(("ForAnyValue", rest)) => (Some(Set::Any), rest),
            Some(("ForAllValues", rest)) => (Some(Set::All), rest),
            _ => (None, name),
        };
        let (if_exists, name) = name.strip_suffix("IfExists").map_or((false, name), |base| (true, base));
        let (comparison, negated) = match name {
            "StringEquals" => (Comparison::Equal, false),
            "StringNotEquals" => (Comparison::Equal, true),
            "StringEqualsIgnoreCase" => (Comparison::EqualIgnoreCase, false),
            "StringNotEqualsIgnoreCase" => (Comparison::EqualIgnoreCase, true),
            "StringLike" => (Comparison::Like, false),
            "StringNotLike" => (Comparison::Like, true),
            "ArnEquals" | "ArnLike" => (Comparison::Arn, false),
            "ArnNotEquals" | "ArnNotLike" => (Comparison::Arn, true),
            "Bool" => (Comparison::Bool, false),
            "Null" => (Comparison::Null, false),
            _ => (Comparison::Open, name.contains("Not")),
        };
        Operator { comparison, negated, if_exists, set }
    }
}
