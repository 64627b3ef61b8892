//! The section Rules: assertions about parameters. A deployment that breaks one is refused, so no world counts in which one
//! is certainly broken.
//!
//! Source: AWS CloudFormation User Guide, rules-section-structure.html and intrinsic-function-reference-rules.html. RefAll,
//! ValueOf and ValueOfAll ask the account: what hangs on them is taken to hold, since else nothing is deployed.

use crate::template::{Expr, ExprKind, TemplateRule};
use crate::world::{Kind, Refusal, Relation, Stop, Value, World, all, any};

use super::scope::Scope;

impl Scope<'_> {
    /// The first rule that is certainly broken in `world`, as CloudFormation refuses the deployment.
    pub(crate) fn broken_rule(&self, world: &World) -> Option<Refusal> {
        self.template.rules.iter().find_map(|rule| self.broken(rule, world))
    }

    /// The same of this stack and of those it is nested in.
    pub(crate) fn broken_rule_on_the_way(&self, world: &World) -> Option<Refusal> {
        self.broken_rule(world).or_else(|| self.above()?.0.broken_rule_on_the_way(world))
    }

    fn broken(&self, rule: &TemplateRule, world: &World) -> Option<Refusal> {
        let applies = rule.condition.as_ref().is_none_or(|condition| self.asserts(condition, world) == Ok(true));
        if !applies {
            return None;
        }
        let (_, description) = rule.assertions.iter().find(|(assert, _)| self.asserts(assert, world) == Ok(false))?;
        let why = description.as_ref().map_or_else(String::new, |text| format!(": {text}"));
        Some(Refusal { message: format!("the rule `{}` is broken{why}", rule.name), span: rule.span })
    }

    /// Whether a rule function holds.
    fn asserts(&self, expr: &Expr, world: &World) -> Result<bool, Stop> {
        match &expr.kind {
            ExprKind::And(operands) => all(operands.iter().map(|operand| self.asserts(operand, world))),
            ExprKind::Or(operands) => any(operands.iter().map(|operand| self.asserts(operand, world))),
            ExprKind::Not(inner) => self.asserts(inner, world).map(|answer| !answer),
            ExprKind::Other(other) => {
                let (name, argument) = &**other;
                let Value { kind: Kind::List(args), .. } = self.resolve(argument, world) else {
                    return self.condition_holds(expr, world);
                };
                match (name.as_str(), args.as_slice()) {
                    ("Contains", [list, value]) => contains(list, value, world),
                    ("EachMemberEquals", [list, value]) => {
                        all(members(list).iter().map(|member| same(member, value, world)))
                    }
                    ("EachMemberIn", [list, within]) => {
                        all(members(list).iter().map(|member| contains(within, member, world)))
                    }
                    _ => self.condition_holds(expr, world),
                }
            }
            // Fn::Equals, and everything else that conditions have, too.
            _ => self.condition_holds(expr, world),
        }
    }
}

fn members(list: &Value) -> Vec<&Value> {
    match &list.kind {
        Kind::List(items) => items.iter().collect(),
        _ => vec![list],
    }
}

fn contains(list: &Value, value: &Value, world: &World) -> Result<bool, Stop> {
    match (&list.kind, value.as_text()) {
        (Kind::Members(hole), Some(value)) => world.member(hole, Relation::EQUALS, &value),
        _ => any(members(list).iter().map(|member| same(member, value, world))),
    }
}

fn same(a: &Value, b: &Value, world: &World) -> Result<bool, Stop> {
    match (a.as_text(), b.as_text()) {
        (Some(a), Some(b)) => world.equal(&a, &b),
        _ => Err(unknown(a)),
    }
}

/// What cannot be compared settles nothing.
fn unknown(value: &Value) -> Stop {
    Stop::Refused(Refusal { message: "the rule cannot be evaluated".to_owned(), span: value.span })
}
