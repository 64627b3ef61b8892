//! Questions: the only way in which an evaluation says that it does not know. Always positive; a negation asks the
//! positive. And refusals: what CloudFormation itself would not accept.

use std::fmt;

use crate::source::Span;

use super::hole::Hole;
use super::pattern::Pattern;
use super::relation::Relation;
use super::text::Text;

/// A yes-or-no question that an evaluation needs answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Question {
    /// Does this text, of which a part is unknown, pass this test?
    Text(Text, Test),
    /// Does the first text, which stands in the request, relate so to the second, where either has unknown parts?
    Relates(Relation, Text, Text),
    /// Does this unknown list hold a member to which this text relates so?
    Member(Hole, Relation, Text),
    /// Does this hold, which cannot be worked out (a macro, an operator that is not evaluated)?
    Fact(Hole),
    /// Do the deployer's IAM policies allow this action on the key?
    IamAllows(String),
}

/// What is asked of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Test {
    /// Is it this?
    Is(Text),
    /// Does it match this pattern as a whole?
    Like(Pattern),
    /// Does it match this pattern part by part, as ARNs are compared?
    ArnLike(Pattern),
    /// Is there no such value?
    Absent,
}

/// What CloudFormation refuses before KMS sees the template, with the place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// What is wrong.
    pub(crate) message: String,
    /// Where.
    pub(crate) span: Span,
}

/// Why an evaluation stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// It needs an answer.
    Ask(Question),
    /// CloudFormation refuses the template here.
    Refused(Refusal),
}

impl From<Question> for Stop {
    fn from(question: Question) -> Stop {
        Stop::Ask(question)
    }
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Stop {
        Stop::Refused(refusal)
    }
}

impl Question {
    /// The first unknown that the question is about.
    pub(crate) fn hole(&self) -> Option<&Hole> {
        match self {
            Question::Text(text, _) => text.holes().next(),
            Question::Relates(_, left, right) => left.holes().chain(right.holes()).next(),
            Question::Member(hole, ..) | Question::Fact(hole) => Some(hole),
            Question::IamAllows(_) => None,
        }
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Test::Is(text) => write!(f, "is `{text}`"),
            Test::Like(pattern) | Test::ArnLike(pattern) => write!(f, "matches `{pattern}`"),
            Test::Absent => f.write_str("is absent"),
        }
    }
}
