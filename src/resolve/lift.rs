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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;
    use crate::world::{Hole, Origin, Question, Shape, Text};

    const HERE: Span = Span { file: FileId(0), start: 0, end: 0 };

    fn open(name: &str, alternatives: Vec<Value>) -> Value {
        let hole = Hole::new(Origin::Parameter(name.to_owned()), Shape::default(), None);
        Value { span: HERE, kind: Kind::Open(Question::Fact(hole), alternatives) }
    }

    fn known(count: usize) -> Vec<Value> {
        (0..count).map(|n| Value::text(HERE, Text::literal(&n.to_string()))).collect()
    }

    /// How many outcomes a function has over these arguments; none where only its question is left.
    fn kept(arguments: Vec<Value>) -> usize {
        let joined = lift(HERE, arguments, &|args| Kind::List(args.to_vec()));
        match &joined.kind {
            Kind::Open(_, alternatives) if alternatives.is_empty() => 0,
            _ => outcomes(&joined),
        }
    }

    /// Past the limits a function hangs on the question alone, which will be asked.
    #[test]
    fn outcomes_multiply_up_to_a_limit() {
        let names = ["A", "B", "C", "D", "E"];
        let of_two = |count: usize| names.iter().take(count).map(|name| open(name, known(2))).collect();
        assert_eq!(kept(known(3)), 1, "nothing is open");
        assert_eq!([kept(of_two(1)), kept(of_two(4)), kept(of_two(5))], [2, 16, 0]);
        let both = |a, b| kept(vec![open("A", known(a)), open("B", known(b))]);
        assert_eq!([both(16, 16), both(16, 17)], [256, 0]);
        assert_eq!([kept(vec![open("A", known(256))]), kept(vec![open("A", known(300))])], [256, 0]);
        let nested = open("A", vec![open("B", known(20)), open("C", known(20))]);
        assert_eq!([kept(vec![nested.clone()]), kept(vec![nested, open("D", known(7))])], [40, 0]);
    }
}
