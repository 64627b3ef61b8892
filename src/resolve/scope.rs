//! The resolver's entry: a template with the known values, and the one function that every expression goes through.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::template::{Expr, ExprKind, NULL, Template};
use crate::world::{Key, Kind, Refusal, Shape, Value, World};

use super::constraints;
use super::effort::Effort;
use super::functions;
use super::givens::Givens;
use super::names::later_here;
use super::texts;

/// A template, and what is known about its deployment.
#[derive(Debug)]
pub(crate) struct Scope<'t> {
    /// The template.
    pub(crate) template: &'t Template,
    /// The known values.
    pub(crate) givens: &'t Givens,
    /// What resolving may still cost.
    pub(super) effort: Effort,
    /// What the parameters' declarations say, worked out once: an AllowedPattern is dear to compile.
    shapes: RefCell<BTreeMap<String, Shape>>,
}

impl<'t> Scope<'t> {
    /// A template with the values that are known.
    pub(crate) fn new(template: &'t Template, givens: &'t Givens) -> Scope<'t> {
        Scope { template, givens, effort: Effort::new(), shapes: RefCell::default() }
    }

    /// What is known of the values of a parameter of the template.
    pub(super) fn shape(&self, name: &str) -> Shape {
        if let Some(known) = self.shapes.borrow().get(name) {
            return known.clone();
        }
        let shape = self.template.parameters.get(name).map_or_else(Shape::default, constraints::shape);
        self.shapes.borrow_mut().insert(name.to_owned(), shape.clone());
        shape
    }

    /// Begins another key: it may cost as much as the one before.
    pub(crate) fn renew(&self) {
        self.effort.renew();
    }

    /// What `expr` is in `world`. Total: what cannot be known is a hole, what hangs on a question is open, what
    /// CloudFormation refuses is refused, each in its place.
    pub(crate) fn resolve(&self, expr: &Expr, world: &World) -> Value {
        self.effort.deeper(|| self.resolve_one(expr, world)).unwrap_or_else(|| {
            let kind = Kind::Unknown(later_here("budget", "expressions", expr.span));
            Value { span: expr.span, kind }
        })
    }

    fn resolve_one(&self, expr: &Expr, world: &World) -> Value {
        let kind = match &expr.kind {
            ExprKind::Text(text) => Kind::Text(texts::replaced(self, text, expr.span)),
            ExprKind::Null => refused(NULL, expr),
            ExprKind::Broken(message) => refused(message, expr),
            ExprKind::List(items) => Kind::List(self.items(items, world)),
            ExprKind::Map(entries) => self.map(expr, entries, world),
            ExprKind::If(name, then, otherwise) => return self.branch(name, expr, [then, otherwise], world),
            _ => return functions::call(self, expr, world),
        };
        Value { span: expr.span, kind }
    }

    fn items(&self, items: &[Expr], world: &World) -> Vec<Value> {
        let values = items.iter().map(|item| self.resolve(item, world));
        values.filter(|value| value.kind != Kind::Nothing).collect()
    }

    /// Source: cloudformation User Guide, pseudo-parameter-reference.html: AWS::NoValue removes the property.
    fn map(&self, expr: &Expr, entries: &[(crate::template::Key, Expr)], world: &World) -> Kind {
        let macros = |key: &str| key == "Fn::Transform" || key.starts_with("Fn::ForEach::");
        if let Some((key, _)) = entries.iter().find(|(key, _)| macros(&key.text)) {
            return Kind::Unknown(later_here("transform", &key.text, expr.span));
        }
        let resolved = entries
            .iter()
            .map(|(key, value)| (Key { text: key.text.clone(), span: key.span }, self.resolve(value, world)));
        Kind::Map(resolved.filter(|(_, value)| value.kind != Kind::Nothing).collect())
    }

    /// Fn::If: one branch, or both behind the question that decides.
    fn branch(&self, name: &str, expr: &Expr, branches: [&Expr; 2], world: &World) -> Value {
        use crate::world::Stop;
        let [then, otherwise] = branches;
        let kind = match self.condition(name, expr.span, world) {
            Ok(true) => return self.resolve(then, world),
            Ok(false) => return self.resolve(otherwise, world),
            Err(Stop::Ask(question)) => {
                Kind::Open(question, vec![self.resolve(then, world), self.resolve(otherwise, world)])
            }
            Err(Stop::Refused(refusal)) => Kind::Refused(refusal),
        };
        Value { span: expr.span, kind }
    }
}

/// CloudFormation refuses the template at `expr`.
pub(crate) fn refused(message: impl Into<String>, expr: &Expr) -> Kind {
    Kind::Refused(Refusal { message: message.into(), span: expr.span })
}
