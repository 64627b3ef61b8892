//! One line of a Condition: an operator, a key and the values, against what the call carries for the key.
//!
//! Sources: IAM User Guide, reference_policies_elements_condition_operators.html (absent keys, IfExists, Null, negation) and
//! reference_policies_condition-single-vs-multi-valued-context-keys.html (ForAllValues, ForAnyValue);
//! access-analyzer-reference-policy-checks.html (empty lists, Null under set operators).

use crate::aws::is_multivalued;
use crate::source::Span;
use crate::world::{Hole, Kind, Origin, Question, Shape, Stop, Test, Text, Value, World, all, any};

use super::elements::{Member, members};
use super::operators::{Comparison, Operator, Set};
use super::request::{ContextValue, Request};
use super::values;
use super::variables::{Expander, has_variables};

/// One operator and key of a Condition.
pub(crate) struct Line<'v> {
    /// The operator as written.
    pub(crate) operator: &'v str,
    /// The key as written; nothing where the operator's block is not known.
    pub(crate) key: &'v str,
    /// Where the key stands.
    pub(crate) span: Span,
    /// The values.
    pub(crate) values: &'v Value,
}

impl Line<'_> {
    /// Whether it holds.
    pub(crate) fn holds(&self, request: &Request, variables: bool, world: &World) -> Result<bool, Stop> {
        if self.key.is_empty() {
            return match &self.values.kind {
                Kind::Open(question, _) => Err(Stop::Ask(question.clone())),
                Kind::Refused(refusal) => Err(Stop::Refused(refusal.clone())),
                Kind::Unknown(hole) => world.ask(Question::Fact(hole.clone())),
                _ => self.unevaluated(world),
            };
        }
        let Some(operator) = Operator::parse(self.operator) else { return self.unevaluated(world) };
        let test = LineTest { line: self, operator, request, variables, world };
        let value = request.context(self.key, world)?;
        if operator.comparison == Comparison::Null { test.null(&value) } else { test.value(&value) }
    }

    /// What cannot be evaluated is a question of its own, by its operator and key.
    fn unevaluated(&self, world: &World) -> Result<bool, Stop> {
        self.ask("operator", format!("{} {}", self.operator, self.key).trim().to_owned(), world)
    }

    fn ask(&self, kind: &'static str, name: String, world: &World) -> Result<bool, Stop> {
        let origin = Origin::Later { kind, name, at: Some(self.span) };
        world.ask(Question::Fact(Hole::new(origin, Shape::default(), Some(self.span))))
    }
}

/// A line with everything that it is held against.
struct LineTest<'l> {
    line: &'l Line<'l>,
    operator: Operator,
    request: &'l Request,
    variables: bool,
    world: &'l World,
}

impl LineTest<'_> {
    /// Null: `true` asks for the key to be absent or empty, `false` for it to be there.
    fn null(&self, value: &ContextValue) -> Result<bool, Stop> {
        match self.operator.set {
            Some(Set::All) => return Ok(true),
            Some(Set::Any) => return Ok(false),
            None => {}
        }
        let absent = match value {
            ContextValue::Absent => true,
            ContextValue::Is(text) => text.as_literal() == Some(""),
            ContextValue::Many(values) => values.is_empty(),
            ContextValue::Unknown(hole) => self.world.absent(hole)?,
        };
        let wanted = Text::literal(if absent { "true" } else { "false" });
        any(members(self.line.values).into_iter().map(|member| match member {
            Member::One(text, _) => self.world.equal(&text, &wanted),
            Member::Many(..) => self.line.unevaluated(self.world),
            Member::Open(stop) => Err(stop),
        }))
    }

    fn value(&self, value: &ContextValue) -> Result<bool, Stop> {
        let Operator { negated, if_exists, set, .. } = self.operator;
        if matches!(&self.line.values.kind, Kind::List(items) if items.is_empty()) {
            let absent = || matches!(value, ContextValue::Absent);
            return match (value, set) {
                (_, Some(Set::Any)) => Ok(false),
                (_, None) if !if_exists => Ok(false),
                (ContextValue::Unknown(hole), _) => self.world.absent(hole),
                _ => Ok(absent()),
            };
        }
        match (value, set) {
            (ContextValue::Absent, None) => Ok(negated || if_exists),
            (ContextValue::Absent, Some(Set::Any)) => Ok(if_exists),
            (ContextValue::Absent, Some(Set::All)) => Ok(true),
            // Undocumented: the qualifier is missing.
            (ContextValue::Many(_), None) => self.line.unevaluated(self.world),
            (ContextValue::Many(values), Some(set)) => self.each(values, set),
            (ContextValue::Is(text), Some(Set::All)) if text.as_literal() == Some("") => Ok(true),
            (ContextValue::Is(text), _) => self.one(text),
            (ContextValue::Unknown(_), _) if is_multivalued(self.line.key) => {
                self.line.ask("context", self.line.key.to_owned(), self.world)
            }
            (ContextValue::Unknown(hole), _) => self.unknown(hole),
        }
    }

    fn each(&self, values: &[Text], set: Set) -> Result<bool, Stop> {
        let each = values.iter().map(|text| self.one(text));
        match set {
            Set::Any => any(each),
            Set::All => all(each),
        }
    }

    /// A key with one value, which may be absent. An absent key fails a positive operator like a value that differs, and
    /// passes a negated one likewise: whether it is absent only has to be asked where that is not so.
    fn unknown(&self, hole: &Hole) -> Result<bool, Stop> {
        let Operator { negated, if_exists, set, .. } = self.operator;
        let if_absent = match set {
            None => negated || if_exists,
            Some(Set::Any) => if_exists,
            Some(Set::All) => true,
        };
        if if_absent != negated && self.world.absent(hole)? {
            return Ok(if_absent);
        }
        self.one(&Text::hole(hole.clone()))
    }

    /// Whether one value of the request matches one of the policy, turned round for a negated operator. What is no number
    /// (date, address) matches nothing; what its negation does, nobody has written down.
    fn one(&self, text: &Text) -> Result<bool, Stop> {
        let mut incomparable = false;
        let answers: Vec<Result<bool, Stop>> = members(self.line.values)
            .into_iter()
            .map(|member| match member {
                Member::One(value, _) => {
                    let found = self.compare(text, &value)?;
                    incomparable |= found.is_none();
                    Ok(found.unwrap_or(false))
                }
                Member::Many(hole, _) => self.world.member(&hole, text),
                Member::Open(stop) => Err(stop),
            })
            .collect();
        let matched = any(answers)?;
        match (self.operator.negated, matched) {
            (true, false) if incomparable => self.line.unevaluated(self.world),
            (negated, matched) => Ok(matched != negated),
        }
    }

    /// Whether a value matches; nothing where the two cannot be compared.
    fn compare(&self, text: &Text, value: &Text) -> Result<Option<bool>, Stop> {
        let value = self.world.fill(value);
        let Some(value) = self.expanded(value)? else { return Ok(Some(false)) };
        let text = self.world.fill(text);
        let known = || Some((text.as_literal()?, value.as_literal()?));
        Ok(match self.operator.comparison {
            Comparison::Equal => Some(self.world.equal(&text, &value)?),
            Comparison::Like => Some(self.world.like(&text, &value)?),
            Comparison::Arn => Some(self.world.arn_like(&text, &value)?),
            Comparison::EqualIgnoreCase => match known() {
                Some((text, value)) => Some(text.to_lowercase() == value.to_lowercase()),
                None => Some(self.ask(&text, &value)?),
            },
            Comparison::Bool => match value.as_literal().map(str::to_ascii_lowercase) {
                Some(wanted) if wanted != "true" && wanted != "false" => Some(false),
                Some(wanted) => match text.as_literal() {
                    Some(text) => Some(text.eq_ignore_ascii_case(&wanted)),
                    None => Some(self.world.equal(&text, &Text::literal(&wanted))?),
                },
                None => Some(self.world.equal(&value, &text)?),
            },
            Comparison::Numeric(order) => self.ordered(&text, &value, |a, b| values::numeric(order, a, b))?,
            Comparison::Date(order) => self.ordered(&text, &value, |a, b| values::date(order, a, b))?,
            Comparison::Address => self.ordered(&text, &value, values::address)?,
            Comparison::Binary => self.ordered(&text, &value, values::binary)?,
            Comparison::Null => None,
        })
    }

    fn expanded(&self, value: Text) -> Result<Option<Text>, Stop> {
        if !self.variables || !self.operator.takes_variables() || !has_variables(&value) {
            return Ok(Some(value));
        }
        let pattern = matches!(self.operator.comparison, Comparison::Like | Comparison::Arn);
        let expander = Expander { request: self.request, world: self.world, pattern };
        if self.operator.comparison == Comparison::Arn { expander.expand_arn(&value) } else { expander.expand(&value) }
    }

    fn ordered(
        &self,
        text: &Text,
        value: &Text,
        compare: impl Fn(&str, &str) -> Option<bool>,
    ) -> Result<Option<bool>, Stop> {
        match (text.as_literal(), value.as_literal()) {
            (Some(text), Some(value)) => Ok(compare(text, value)),
            _ => Ok(Some(self.ask(text, value)?)),
        }
    }

    /// The comparison itself, as a question about the side that is not known.
    fn ask(&self, text: &Text, value: &Text) -> Result<bool, Stop> {
        let (unknown, other) = if text.as_literal().is_none() { (text, value) } else { (value, text) };
        let operator = self.line.operator.trim_end_matches("IfExists").to_owned();
        self.world.ask(Question::Text(unknown.clone(), Test::Compares(operator, other.clone())))
    }
}
