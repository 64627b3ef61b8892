//! The resolver's entry: a template with the known values, and the one function that every expression goes through.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::source::Span;
use crate::template::{Expr, ExprKind, NULL, Parameter, StackId, Stacks, Template, is_macro};
use crate::world::{Hole, Key, Kind, Refusal, Shape, Text, Value, World};

use super::constraints;
use super::effort::Effort;
use super::functions;
use super::givens::Givens;
use super::texts;

/// The template of one stack, and what is known about its deployment.
#[derive(Debug)]
pub(crate) struct Scope<'t> {
    /// All stacks of the deployment.
    pub(crate) stacks: &'t Stacks,
    /// Which of them this is.
    pub(crate) id: StackId,
    /// Its template.
    pub(crate) template: &'t Template,
    /// The known values.
    pub(crate) givens: &'t Givens,
    /// What resolving may still cost.
    pub(super) effort: Rc<Effort>,
    /// What the parameters' declarations say, worked out once: an AllowedPattern is dear to compile.
    shapes: Rc<RefCell<BTreeMap<(StackId, String), Shape>>>,
}

impl<'t> Scope<'t> {
    /// The root stack with the values that are known.
    pub(crate) fn new(stacks: &'t Stacks, givens: &'t Givens) -> Scope<'t> {
        Scope::sharing(stacks, givens, &Rc::new(Effort::new()))
    }

    /// The same, of which the cost adds to that of others.
    pub(super) fn sharing(stacks: &'t Stacks, givens: &'t Givens, effort: &Rc<Effort>) -> Scope<'t> {
        let id = Stacks::ROOT;
        let (template, effort) = (&*stacks.get(id).template, Rc::clone(effort));
        Scope { stacks, id, template, givens, effort, shapes: Rc::default() }
    }

    /// Another stack of the same deployment.
    pub(crate) fn at(&self, id: StackId) -> Scope<'t> {
        let (effort, shapes) = (Rc::clone(&self.effort), Rc::clone(&self.shapes));
        Scope { id, template: &self.stacks.get(id).template, effort, shapes, ..*self }
    }

    /// The logical ids that lead to the stack, joined with `/`; empty for the root.
    pub(crate) fn path(&self) -> &'t str {
        &self.stacks.get(self.id).path
    }

    /// What is known of the values of a parameter of the template.
    pub(super) fn shape(&self, name: &str) -> Shape {
        let key = (self.id, name.to_owned());
        if let Some(known) = self.shapes.borrow().get(&key) {
            return known.clone();
        }
        let shape = self.template.parameters.get(name).map_or_else(Shape::default, constraints::shape);
        self.shapes.borrow_mut().insert(key, shape.clone());
        shape
    }

    /// The parameters that would be deployed with their Default.
    pub(crate) fn defaults(&self) -> Vec<(Hole, Text)> {
        let declared = self.template.parameters.iter().filter(|(name, _)| self.givens.parameter(name).is_none());
        let default = |(name, parameter): (&String, &Parameter)| {
            let default = parameter.default.as_ref()?;
            Some((self.parameter_hole(name, parameter, parameter.span), Text::literal(default)))
        };
        declared.filter_map(default).collect()
    }

    /// The world that would be deployed: values given, else Defaults (design §2, "Worlds").
    pub(crate) fn nominal(&self) -> World {
        World::given(self.defaults())
    }

    /// Begins another key: it may cost as much as the one before.
    pub(crate) fn renew(&self) {
        self.effort.renew();
    }

    /// What `expr` is in `world`. Total: what cannot be known is a hole, what hangs on a question is open, what
    /// CloudFormation refuses is refused, each in its place.
    pub(crate) fn resolve(&self, expr: &Expr, world: &World) -> Value {
        self.effort.deeper(|| self.resolve_one(expr, world)).unwrap_or_else(|| {
            let kind = Kind::Unknown(self.later_here("budget", "expressions", expr.span));
            Value { span: expr.span, kind }
        })
    }

    fn resolve_one(&self, expr: &Expr, world: &World) -> Value {
        let kind = match &expr.kind {
            ExprKind::Text(text) => Kind::Text(texts::replaced(self, text, expr.span)),
            ExprKind::Null => refused(NULL, expr),
            ExprKind::Broken(message) => refused(*message, expr),
            ExprKind::List(items) => Kind::List(self.items(items, world)),
            ExprKind::Map(entries) => self.map(entries, world),
            ExprKind::If(choice) => {
                return self.branch(&choice.condition, expr, [&choice.then, &choice.otherwise], world);
            }
            _ => return functions::call(self, expr, world),
        };
        Value { span: expr.span, kind }
    }

    fn items(&self, items: &[Expr], world: &World) -> Vec<Value> {
        let values = items.iter().map(|item| self.resolve(item, world));
        values.filter(|value| value.kind != Kind::Nothing).collect()
    }

    /// Source: cloudformation User Guide, pseudo-parameter-reference.html: AWS::NoValue removes the property.
    fn map(&self, entries: &[(Key, Expr)], world: &World) -> Kind {
        if let Some((key, _)) = entries.iter().find(|(key, _)| is_macro(&key.text)) {
            return self.written_by_macro(&key.text, key.span);
        }
        let resolved = entries.iter().map(|(key, value)| (key.clone(), self.resolve(value, world)));
        Kind::Map(resolved.filter(|(_, value)| value.kind != Kind::Nothing).collect())
    }

    /// What a macro, or a loop over a parameter without a value, writes.
    pub(super) fn written_by_macro(&self, name: &str, span: Span) -> Kind {
        let mut unknown = self.template.unknown.iter().filter(|unknown| unknown.span.is_within(span));
        let unknown = unknown.next();
        let parameter = unknown.and_then(|unknown| self.template.parameters.get_key_value(&unknown.name));
        Kind::Unknown(match parameter {
            Some((name, parameter)) => self.parameter_hole(name, parameter, span),
            None => self.later_here("transform", name, span),
        })
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
