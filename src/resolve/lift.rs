//! Functions over arguments that are open: the result is open on the same question, with one alternative per answer, so
//! that the condition above an argument stays correlated with every other use of it.

use crate::source::Span;
use crate::world::{Kind, Value};

/// Above this many open arguments the alternatives are left out: the question alone stays, and will be asked.
const OPEN_ARGUMENTS: usize = 4;

/// With more outcomes than this the alternatives are left out, too: they multiply from function to function.
const OUTCOMES: usize = 256;

/// How many outcomes an argument has that is open, each counted up to the limit.
fn outcomes(value: &Value) -> usize {
    match &value.kind {
        Kind::Open(_, alternatives) => {
            alternatives.iter().map(outcomes).fold(0, usize::saturating_add).clamp(1, OUTCOMES + 1)
        }
        _ => 1,
    }
}

/// Applies `f` to arguments that are neither open nor refused.
pub(crate) fn lift(span: Span, arguments: Vec<Value>, f: &dyn Fn(&[Value]) -> Kind) -> Value {
    let opens = arguments.iter().filter(|argument| matches!(argument.kind, Kind::Open(..))).count();
    let decisive = arguments.iter().position(|argument| matches!(argument.kind, Kind::Open(..) | Kind::Refused(_)));
    let Some((index, argument)) = decisive.and_then(|index| Some((index, arguments.get(index)?))) else {
        return Value { span, kind: f(&arguments) };
    };
    let many = || arguments.iter().map(outcomes).fold(1, usize::saturating_mul) > OUTCOMES;
    let kind = match &argument.kind {
        Kind::Open(question, alternatives) if opens <= OPEN_ARGUMENTS && !many() => {
            let apply = |alternative: &Value| {
                let mut arguments = arguments.clone();
                if let Some(slot) = arguments.get_mut(index) {
                    *slot = alternative.clone();
                }
                lift(span, arguments, f)
            };
            Kind::Open(question.clone(), alternatives.iter().map(apply).collect())
        }
        Kind::Open(question, _) => Kind::Open(question.clone(), Vec::new()),
        other => other.clone(),
    };
    Value { span, kind }
}
