//! One line of a Condition: an operator, a key and the values, against what the call carries for the key.
//!
//! Sources: IAM User Guide, reference_policies_elements_condition_operators.html (absent keys, IfExists, Null, negation) and
//! reference_policies_condition-single-vs-multi-valued-context-keys.html (ForAllValues, ForAnyValue);
//! access-analyzer-reference-policy-checks.html (empty lists, Null under set operators).

use std::cell::Cell;

use crate::aws::{canonical, is_multivalued};
use crate::source::Span;
use crate::world::{Hole, Key, Kind, Origin, Question, Relation, Shape, Stop, Text, Value, World, all, any, either};

use super::elements::{Member, members, some_member};
use super::operators::{Comparison, Operator, Set, Variables};
use super::request::{ContextValue, Request};
use super::variables::{Expander, Version, has_variables};

/// One operator and key of a Condition.
#[derive(Clone, Copy, Debug)]
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
    pub(crate) fn holds(&self, request: &Request, version: Version<'_>, world: &World) -> Result<bool, Stop> {
        if self.key.is_empty() {
            return match &self.values.kind {
                Kind::Open(question, alternatives) => either(question, alternatives, |block| match &block.kind {
                    Kind::Nothing => Ok(true),
                    _ => all(lines_of(self.operator, block).iter().map(|line| line.holds(request, version, world))),
                }),
                Kind::Refused(refusal) => Err(Stop::Refused(refusal.clone())),
                Kind::Unknown(hole) => world.ask(Question::Fact(hole.clone())),
                _ => self.unevaluated(world),
            };
        }
        let Some(operator) = Operator::parse(self.operator) else { return self.unevaluated(world) };
        let test = LineTest { line: self, operator, request, version, world };
        let value = request.context(self.key, world)?;
        if operator.comparison == Comparison::Null { test.null(&value) } else { test.value(&value) }
    }

    /// What cannot be evaluated is a question of its own, by its operator, key and values: the same line in two statements
    /// is one question.
    fn unevaluated(&self, world: &World) -> Result<bool, Stop> {
        let name = format!("{} {} {}", self.operator, self.key, self.values()).trim().to_owned();
        self.ask(Origin::Later { kind: "operator", name, at: None }, world)
    }

    /// Whether the line holds for a key that may carry several values, none of which is known.
    fn unknown_set(&self, world: &World) -> Result<bool, Stop> {
        let test = format!("{} {}", self.operator, self.values());
        self.ask(Origin::ContextTest { key: canonical(self.key), test }, world)
    }

    fn values(&self) -> String {
        members(self.values).iter().map(Member::to_string).collect::<Vec<_>>().join(", ")
    }

    fn ask(&self, origin: Origin, world: &World) -> Result<bool, Stop> {
        world.ask(Question::Fact(Hole::new(origin, Shape::default(), Some(self.span))))
    }
}

/// The lines of one operator's block; of a block that is no map, one line without a key.
pub(crate) fn lines_of<'v>(operator: &'v str, block: &'v Value) -> Vec<Line<'v>> {
    match &block.kind {
        Kind::Map(keys) => {
            let line = |(key, values): &'v (Key, Value)| Line { operator, key: &key.text, span: key.span, values };
            keys.iter().map(line).collect()
        }
        _ => vec![Line { operator, key: "", span: block.span, values: block }],
    }
}

/// A line with everything that it is held against.
struct LineTest<'l> {
    line: &'l Line<'l>,
    operator: Operator,
    request: &'l Request,
    version: Version<'l>,
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
        some_member(self.line.values, &|member| match member {
            Member::One(text, _) => self.same_boolean(&wanted, &text),
            Member::Many(hole, _) => self.world.member(&hole, Relation::EQUALS, &wanted),
        })
    }

    fn value(&self, value: &ContextValue) -> Result<bool, Stop> {
        if matches!(&self.line.values.kind, Kind::List(items) if items.is_empty()) {
            return self.empty(value);
        }
        match (value, self.operator.set) {
            (ContextValue::Absent, _) => Ok(self.if_absent()),
            // Undocumented: the qualifier is missing.
            (ContextValue::Many(_), None) => self.line.unevaluated(self.world),
            (ContextValue::Many(values), Some(set)) => self.each(values, set),
            (ContextValue::Is(text), Some(Set::All)) if text.as_literal() == Some("") => Ok(true),
            (ContextValue::Is(text), _) => self.one(text),
            (ContextValue::Unknown(_), _) if is_multivalued(self.line.key) => self.line.unknown_set(self.world),
            (ContextValue::Unknown(hole), _) => self.unknown(hole),
        }
    }

    /// Source: access-analyzer-reference-policy-checks.html: an empty list matches nothing; with IfExists or ForAllValues
    /// it "matches only if the key is missing".
    fn empty(&self, value: &ContextValue) -> Result<bool, Stop> {
        match (value, self.operator.set) {
            (_, Some(Set::Any)) => Ok(false),
            (_, None) if !self.operator.if_exists => Ok(false),
            (ContextValue::Unknown(hole), _) => self.world.absent(hole),
            (value, _) => Ok(*value == ContextValue::Absent),
        }
    }

    /// The answer where the call does not carry the key.
    fn if_absent(&self) -> bool {
        let Operator { negated, if_exists, set, .. } = self.operator;
        match set {
            None => negated || if_exists,
            Some(Set::Any) => if_exists,
            Some(Set::All) => true,
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
        let if_absent = self.if_absent();
        if if_absent != self.operator.negated && self.world.absent(hole)? {
            return Ok(if_absent);
        }
        self.one(&Text::hole(hole.clone()))
    }

    /// Whether one value of the request matches one of the policy, turned round for a negated operator. What is no number
    /// (date, address) matches nothing; what its negation does, nobody has written down.
    fn one(&self, text: &Text) -> Result<bool, Stop> {
        let incomparable = Cell::new(false);
        let matched = some_member(self.line.values, &|member| match member {
            Member::One(value, _) => {
                let found = self.compare(text, &value)?;
                incomparable.set(incomparable.get() || found.is_none());
                Ok(found.unwrap_or(false))
            }
            Member::Many(hole, _) => self.world.member(&hole, self.relation(), text),
        })?;
        match (self.operator.negated, matched) {
            (true, false) if incomparable.get() => self.line.unevaluated(self.world),
            (negated, matched) => Ok(matched != negated),
        }
    }

    /// Whether a value matches; nothing where the two cannot be compared.
    fn compare(&self, text: &Text, value: &Text) -> Result<Option<bool>, Stop> {
        let value = self.world.fill(value);
        let value = match self.operator.variables() {
            Variables::Stay => value,
            _ if !has_variables(&value) || !self.version.has_variables(self.world)? => value,
            Variables::Unclear => return self.line.unevaluated(self.world).map(Some),
            Variables::Work => match self.expanded(&value)? {
                Some(value) => value,
                None => return Ok(Some(false)),
            },
        };
        match self.operator.comparison {
            Comparison::Equal => self.world.equal(text, &value).map(Some),
            Comparison::Like => self.world.like(text, &value).map(Some),
            Comparison::Arn => self.world.arn_like(text, &value).map(Some),
            Comparison::Bool => self.same_boolean(text, &value).map(Some),
            Comparison::By(relation) => self.world.relates(relation, text, &value),
            Comparison::Null => Ok(None),
        }
    }

    /// The comparison as a relation, for a list whose members are not known.
    fn relation(&self) -> Relation {
        match self.operator.comparison {
            Comparison::Equal | Comparison::Bool | Comparison::Null => Relation::EQUALS,
            Comparison::Like => Relation::LIKE,
            Comparison::Arn => Relation::ARN_LIKE,
            Comparison::By(relation) => relation,
        }
    }

    /// `true` and `false` ignore case; another text is neither.
    fn same_boolean(&self, text: &Text, value: &Text) -> Result<bool, Stop> {
        let boolean = |text: &Text| match text.as_literal() {
            Some(known) => {
                let word = ["true", "false"].into_iter().find(|word| known.eq_ignore_ascii_case(word));
                word.map(Text::literal)
            }
            None => Some(text.clone()),
        };
        match (boolean(&self.world.fill(text)), boolean(&self.world.fill(value))) {
            (Some(text), Some(value)) => self.world.equal(&text, &value),
            _ => Ok(false),
        }
    }

    /// The value with its policy variables replaced; nothing where one of them has no value.
    fn expanded(&self, value: &Text) -> Result<Option<Text>, Stop> {
        let pattern = matches!(self.operator.comparison, Comparison::Like | Comparison::Arn);
        Expander { request: self.request, world: self.world, pattern }.expand(value)
    }
}
