//! Conditions in a world: true, false, the question they hang on, or what CloudFormation refuses.
//!
//! Source: AWS CloudFormation User Guide, conditions-section-structure.html and intrinsic-function-reference-conditions.html.

use std::collections::HashMap;

use crate::source::Span;
use crate::template::{Expr, ExprKind};
use crate::world::{Kind, Question, Refusal, Stop, Text, Value, World, all, any};

use super::scope::Scope;

/// A way through conditions that are made of each other.
#[derive(Default)]
struct Walk<'t> {
    /// The names that lead here.
    above: Vec<&'t str>,
    /// What is known of others: names may fan out, and lead to the same names again and again.
    known: HashMap<&'t str, Result<bool, Stop>>,
}

impl<'t> Scope<'t> {
    /// The named condition; `span` is where it is used.
    pub(crate) fn condition(&self, name: &str, span: Span, world: &World) -> Result<bool, Stop> {
        self.named(name, span, world, &mut Walk::default())
    }

    /// What CloudFormation refuses of all conditions, each judged once.
    pub(crate) fn refused_conditions(&self, world: &World) -> Vec<Refusal> {
        let mut walk = Walk::default();
        let conditions = self.template.conditions.iter();
        let answers = conditions.map(|(name, condition)| self.named(name, condition.span, world, &mut walk));
        answers
            .filter_map(|answer| if let Err(Stop::Refused(refusal)) = answer { Some(refusal) } else { None })
            .collect()
    }

    /// What a condition says that stands without a name.
    pub(super) fn condition_holds(&self, expr: &Expr, world: &World) -> Result<bool, Stop> {
        self.holds(expr, world, &mut Walk::default())
    }

    fn named(&self, name: &str, span: Span, world: &World, walk: &mut Walk<'t>) -> Result<bool, Stop> {
        let Some((name, condition)) = self.template.conditions.get_key_value(name) else {
            if self.template.has_unknown_macro() {
                return world.ask(Question::Fact(self.later_here("condition", name, span)));
            }
            let message = format!("unresolved condition dependency `{name}`");
            return Err(Refusal { message, span }.into());
        };
        if let Some(known) = walk.known.get(name.as_str()) {
            return known.clone();
        }
        if walk.above.contains(&name.as_str()) {
            let message = format!("circular dependency between conditions: `{}` → `{name}`", walk.above.join("` → `"));
            return Err(Refusal { message, span: condition.span }.into());
        }
        walk.above.push(name);
        let answer = self.holds(&condition.expr, world, walk);
        walk.above.pop();
        // Of a circle, all say the same: what is wrong where one comes into it.
        walk.known.insert(name, answer.clone());
        answer
    }

    fn holds(&self, expr: &Expr, world: &World, walk: &mut Walk<'t>) -> Result<bool, Stop> {
        self.effort
            .deeper(|| self.holds_one(expr, world, walk))
            .unwrap_or_else(|| world.ask(Question::Fact(self.later_here("budget", "expressions", expr.span))))
    }

    fn holds_one(&self, expr: &Expr, world: &World, walk: &mut Walk<'t>) -> Result<bool, Stop> {
        match &expr.kind {
            ExprKind::Condition(name) => self.named(name, expr.span, world, walk),
            ExprKind::Not(inner) => self.holds(inner, world, walk).map(|answer| !answer),
            ExprKind::And(operands) => {
                let answers: Vec<_> = operands.iter().map(|operand| self.holds(operand, world, walk)).collect();
                strict(answers, all)
            }
            ExprKind::Or(operands) => {
                let answers: Vec<_> = operands.iter().map(|operand| self.holds(operand, world, walk)).collect();
                strict(answers, any)
            }
            ExprKind::Equals(a, b) => self.same(&self.resolve(a, world), &self.resolve(b, world), world),
            ExprKind::Broken(message) => Err(Refusal { message: (*message).to_owned(), span: expr.span }.into()),
            ExprKind::Text(text) if matches!(&**text, "true" | "false") => Ok(&**text == "true"),
            // A function that conditions do not have, or one of a macro: nobody knows.
            ExprKind::Other(other) => {
                let (name, _) = &**other;
                world.ask(Question::Fact(self.later_here("condition", &format!("Fn::{name}"), expr.span)))
            }
            _ => {
                let message =
                    "a condition must be one of Fn::And, Fn::Or, Fn::Not, Fn::Equals and Condition".to_owned();
                Err(Refusal { message, span: expr.span }.into())
            }
        }
    }

    /// Fn::Equals compares text forms (`"0"` equals `0`), and is case-sensitive.
    ///
    /// Source: AWS's own LanguageExtensions fixtures, templateComparingStringWithNumber and …WithBoolean.
    fn same(&self, a: &Value, b: &Value, world: &World) -> Result<bool, Stop> {
        match (operand(a)?, operand(b)?) {
            (Some(a), Some(b)) => world.equal(&a, &b),
            _ if a.plain() == b.plain() => Ok(true),
            _ => world.ask(Question::Fact(self.later_here("condition", "Fn::Equals", a.span))),
        }
    }
}

/// CloudFormation evaluates every operand, so a refusal in one refuses the template whatever the others say.
fn strict(
    answers: Vec<Result<bool, Stop>>,
    combine: impl Fn(Vec<Result<bool, Stop>>) -> Result<bool, Stop>,
) -> Result<bool, Stop> {
    match answers.iter().find(|answer| matches!(answer, Err(Stop::Refused(_)))) {
        Some(refused) => refused.clone(),
        None => combine(answers),
    }
}

/// An operand as text; `None` where it is a list or a map.
fn operand(value: &Value) -> Result<Option<Text>, Stop> {
    match &value.kind {
        Kind::Text(text) => Ok(Some(text.clone())),
        Kind::Unknown(hole) => Ok(Some(Text::hole(hole.clone()))),
        Kind::Open(question, _) => Err(Stop::Ask(question.clone())),
        Kind::Refused(refusal) => Err(Stop::Refused(refusal.clone())),
        Kind::List(_) | Kind::Map(_) | Kind::Members(_) | Kind::Nothing => Ok(None),
    }
}
