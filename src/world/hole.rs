//! Holes: the parts of a text that are not known before the deployment. Unknown is provenance, not absence: a hole says
//! where its value will come from, and what is known of it all the same.
//!
//! Goes out: [`Hole`], equal to another exactly when both stand for the same value. Must not know: how it gets resolved.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use crate::source::Span;

use super::pattern::Pattern;

/// Where an unknown value will come from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Origin {
    /// A template parameter without a fixed value.
    Parameter(String),
    /// A parameter of a nested stack that its parent does not pass: the stack's path (`Keys/Inner`), and the name.
    NestedParameter(String, String),
    /// The account that is deployed to.
    Account,
    /// The Region that is deployed to.
    Region,
    /// The partition that is deployed to.
    Partition,
    /// The principal that deploys, seen from one side.
    Deployer(Facet),
    /// A key of the request context.
    Context(String),
    /// Whether a key of the request context that may carry several values passes a test.
    ContextTest {
        /// The key.
        key: String,
        /// The operator with its values.
        test: String,
    },
    /// Anything else that only the deployment will tell: `getatt`, `import`, `ssm`, `secret`, `transform`, ….
    Later {
        /// The word that `open.kind` uses.
        kind: &'static str,
        /// What it is called within its kind.
        name: String,
        /// Tells two of the same name apart, where the name alone does not.
        at: Option<Span>,
    },
}

/// One side of the deploying principal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Facet {
    /// The value of aws:PrincipalArn: user, role (with its path), federated user or account root.
    Principal,
    /// The caller's own ARN, for a role the session's.
    Caller,
    /// The role's path, without the first `/`.
    Path,
    /// The name of the role session.
    Session,
    /// The unique id of user or role.
    Id,
    /// What a `*` stands for in the ARN that was given.
    Wildcard(u8),
}

impl Origin {
    /// The word that JSON's `open.kind` and `{{kind:name}}` use.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Origin::Parameter(_) | Origin::NestedParameter(..) => "parameter",
            Origin::Account => "account",
            Origin::Region => "region",
            Origin::Partition => "partition",
            Origin::Deployer(_) => "deployer",
            Origin::Context(_) | Origin::ContextTest { .. } => "context",
            Origin::Later { kind, .. } => kind,
        }
    }

    /// The name within the kind.
    pub(crate) fn name(&self) -> String {
        match self {
            Origin::Parameter(name) | Origin::Context(name) | Origin::Later { name, .. } => name.clone(),
            Origin::NestedParameter(stack, name) => format!("{stack}/{name}"),
            Origin::ContextTest { key, .. } => key.clone(),
            Origin::Account => "AWS::AccountId".to_owned(),
            Origin::Region => "AWS::Region".to_owned(),
            Origin::Partition => "AWS::Partition".to_owned(),
            Origin::Deployer(facet) => match facet {
                Facet::Principal => "principal".to_owned(),
                Facet::Caller => "arn".to_owned(),
                Facet::Path => "path".to_owned(),
                Facet::Session => "session".to_owned(),
                Facet::Id => "id".to_owned(),
                Facet::Wildcard(n) => format!("part{n}"),
            },
        }
    }
}

/// Which characters a hole's value can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) enum Class {
    /// Nothing is known.
    #[default]
    Any,
    /// No colon: a part of an ARN. Neither this nor a name nor a path holds a `*` or a `?`.
    Part,
    /// Neither colon nor slash, and not empty: a name.
    Name,
    /// Twelve digits.
    Account,
    /// A role path without its first `/`: empty, or ending in `/`.
    Path,
    /// Lower-case hexadecimal digits and dashes: the id of a key.
    Hex,
}

impl Class {
    /// Whether `text` can be such a value.
    pub(crate) fn admits(self, text: &str) -> bool {
        match self {
            Class::Any => true,
            Class::Part => !text.contains([':', '*', '?']),
            Class::Name => !text.is_empty() && !text.contains([':', '/', '*', '?']),
            Class::Account => text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()),
            Class::Hex => text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-')),
            Class::Path => {
                text.is_empty() || (text.ends_with('/') && !text.starts_with('/') && !text.contains([':', '*', '?']))
            }
        }
    }

    /// Whether no value of the class holds `c`.
    pub(crate) fn excludes(self, c: char) -> bool {
        match self {
            Class::Any => false,
            Class::Part | Class::Path => matches!(c, ':' | '*' | '?'),
            Class::Name => matches!(c, ':' | '/' | '*' | '?'),
            Class::Account => !c.is_ascii_digit(),
            Class::Hex => !matches!(c, '0'..='9' | 'a'..='f' | '-'),
        }
    }
}

/// What is known of a hole's value before the deployment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shape {
    /// Its characters.
    pub(crate) class: Class,
    /// The only values it can have.
    pub(crate) allowed: Option<Vec<Arc<str>>>,
    /// A pattern that every value matches.
    pub(crate) pattern: Option<Pattern>,
    /// Whatever else is known of every value.
    pub(crate) rule: Option<Rule>,
}

/// A test that every value of a hole passes.
#[derive(Clone)]
pub(crate) struct Rule(pub(crate) Arc<dyn Fn(&str) -> bool + Send + Sync>);

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a rule")
    }
}

impl Shape {
    /// A shape of which only the characters are known.
    pub(crate) fn class(class: Class) -> Shape {
        Shape { class, ..Shape::default() }
    }

    /// Whether `text` can be the value.
    pub(crate) fn admits(&self, text: &str) -> bool {
        self.class.admits(text)
            && self.allowed.as_ref().is_none_or(|allowed| allowed.iter().any(|value| &**value == text))
            && self.pattern.as_ref().is_none_or(|pattern| pattern.matches(text))
            && self.rule.as_ref().is_none_or(|rule| (rule.0)(text))
    }
}

#[derive(Debug)]
struct Inner {
    origin: Origin,
    shape: Shape,
    span: Option<Span>,
}

/// An unknown part of a text. Two holes are equal when they come from the same origin.
#[derive(Clone, Debug)]
pub(crate) struct Hole(Arc<Inner>);

impl Hole {
    /// A hole that will be filled from `origin`; `span` is where the template asks for it.
    pub(crate) fn new(origin: Origin, shape: Shape, span: Option<Span>) -> Hole {
        Hole(Arc::new(Inner { origin, shape, span }))
    }

    /// Where its value will come from.
    pub(crate) fn origin(&self) -> &Origin {
        &self.0.origin
    }

    /// The same unknown, of which `shape` is known.
    pub(crate) fn with(&self, shape: Shape) -> Hole {
        Hole::new(self.origin().clone(), shape, self.span())
    }

    /// What is known of its value.
    pub(crate) fn shape(&self) -> &Shape {
        &self.0.shape
    }

    /// Where the template asks for it.
    pub(crate) fn span(&self) -> Option<Span> {
        self.0.span
    }

    /// Whether there may be no value at all: only the request context leaves keys out.
    pub(crate) fn may_be_absent(&self) -> bool {
        matches!(self.origin(), Origin::Context(_))
    }

    /// Whether its value may hold a `*` or a `?`, so that it is a pattern where patterns are read.
    pub(crate) fn may_be_pattern(&self) -> bool {
        let wild = |value: &Arc<str>| value.contains(['*', '?']);
        let shape = self.shape();
        !shape.class.excludes('*') && shape.allowed.as_ref().is_none_or(|allowed| allowed.iter().any(wild))
    }

    /// `{{kind:name}}`, as the JSON contract writes it.
    pub(crate) fn mark(&self) -> String {
        format!("{{{{{}:{}}}}}", self.origin().kind(), self.origin().name())
    }
}

impl PartialEq for Hole {
    fn eq(&self, other: &Hole) -> bool {
        self.0.origin == other.0.origin
    }
}

impl Eq for Hole {}

impl Hash for Hole {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.origin.hash(state);
    }
}
