//! The policy engine by itself: is a principal allowed to do something under these policies?
//!
//! Comes in: policies as JSON (or YAML) texts and a call. Goes out: an [`Answer`], which names what is not known instead of
//! guessing it. The semantics are those of the IAM User Guide, reference_policies_evaluation-logic.html, with a KMS key
//! policy as the resource's policy. What CloudFormation would add to the call is not assumed here: the context holds what
//! it holds.
//!
//! ```
//! use cfn_lockout::engine::{Answer, Call, Policies, authorize};
//!
//! let call = Call::new("arn:aws:iam::111122223333:role/Deploy", "kms:PutKeyPolicy", "arn:aws:kms:eu-west-1:111122223333:key/1");
//! let key_policy = r#"{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "kms:*", "Resource": "*"}]}"#;
//! let policies = Policies { key_policy: Some(key_policy.to_owned()), ..Policies::default() };
//! assert_eq!(authorize(&call, &policies)?, Answer::Open(vec!["iam kms:PutKeyPolicy".to_owned()]));
//! # Ok::<(), cfn_lockout::engine::EngineError>(())
//! ```

use std::collections::BTreeMap;

use crate::aws::{ArnError, PrincipalArn};
use crate::policy::{Caller, Document, Grant, Layers, Request, Version, decide, from_node, hold};
use crate::source::{Document as Source, FileId};
use crate::world::{Budget, Question, Stop, Text, Tree, Value, World, explore};

/// A call to AWS.
#[derive(Clone, Debug)]
pub struct Call {
    principal: String,
    action: String,
    resource: String,
    context: BTreeMap<String, Vec<String>>,
}

impl Call {
    /// A call of `action` on `resource` by the principal with this ARN (user, role, session, federated user, root). The ARN
    /// of a session does not tell the path of its role: `with("aws:PrincipalArn", …)` does.
    #[must_use]
    pub fn new(principal: &str, action: &str, resource: &str) -> Call {
        let [principal, action, resource] = [principal, action, resource].map(str::to_owned);
        Call { principal, action, resource, context: BTreeMap::new() }
    }

    /// The same call, carrying these values for a context key, whose name ignores case. No values: it does not carry it.
    #[must_use]
    pub fn with(mut self, key: &str, values: &[&str]) -> Call {
        self.context.insert(key.to_ascii_lowercase(), values.iter().map(|value| (*value).to_owned()).collect());
        self
    }
}

/// The policies that decide, each a JSON text: a document, or a list of them.
#[derive(Clone, Debug, Default)]
pub struct Policies {
    /// The key policy; `None`: a resource without one, for which the account decides by IAM.
    pub key_policy: Option<String>,
    /// All identity policies; `None`: not known.
    pub identity: Option<String>,
    /// The permissions boundary; `None`: there is none.
    pub boundary: Option<String>,
    /// The session policy; `None`: there is none.
    pub session: Option<String>,
    /// Service control policies, one text for each level.
    pub scps: Vec<String>,
    /// Resource control policies, one text for each level.
    pub rcps: Vec<String>,
}

/// What the policies say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The call is allowed.
    Allowed,
    /// Nothing allows it.
    ImplicitDeny,
    /// A Deny applies.
    ExplicitDeny,
    /// It hangs on these facts, as `kind name`, in the order in which they were asked.
    Open(Vec<String>),
}

/// What is no call, or no policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// The principal's ARN is none.
    #[error("{0}")]
    Principal(String),
    /// A policy text is neither JSON nor YAML.
    #[error("a policy cannot be read: {0}")]
    Policy(String),
}

impl From<ArnError> for EngineError {
    fn from(error: ArnError) -> EngineError {
        EngineError::Principal(error.to_string())
    }
}

/// Whether the policies allow the call.
///
/// # Errors
///
/// A principal that is no ARN, or a policy that cannot be read.
pub fn authorize(call: &Call, policies: &Policies) -> Result<Answer, EngineError> {
    let key_policy = policies.key_policy.as_deref().map(value).transpose()?;
    let levels = |texts: &[String]| texts.iter().map(|text| list(text)).collect::<Result<Vec<_>, _>>();
    let optional = |text: &Option<String>| text.as_deref().map(list).transpose();
    let layers = Layers {
        identity: optional(&policies.identity)?,
        lacking: None,
        boundary: optional(&policies.boundary)?,
        session: optional(&policies.session)?,
        scps: levels(&policies.scps)?,
        rcps: levels(&policies.rcps)?,
    };
    let mut request = request(call)?;
    request.caller.bounded = layers.boundary.is_some();
    let document = key_policy.as_ref().map(|value| Document { value, of_identity: false });
    let run = |world: &World| decide(document, &layers, &request, world).map(|decision| decision.grant);
    let tree = explored(&run, Grant::Nothing);
    Ok(match settled(&tree, |grant| kind(*grant)) {
        Some(answer) => answer,
        None => Answer::Open(open(&tree)),
    })
}

fn kind(grant: Grant) -> Answer {
    match grant {
        Grant::Direct | Grant::Delegated => Answer::Allowed,
        Grant::Denied | Grant::DeniedBy(_) => Answer::ExplicitDeny,
        Grant::NotBy(_) | Grant::Nothing => Answer::ImplicitDeny,
    }
}

/// Whether a Condition element (a JSON text) holds for the call, by a policy of this Version; nothing where nobody knows.
///
/// # Errors
///
/// As [`authorize`].
pub fn condition_holds(condition: &str, version: Option<&str>, call: &Call) -> Result<Option<bool>, EngineError> {
    let condition = value(condition)?;
    let request = request(call)?;
    let version = version.map(|version| Value::text(condition.span, Text::literal(version)));
    let run = |world: &World| hold(&condition, &request, Version(version.as_ref()), world);
    Ok(settled(&explored(&run, false), |answer| *answer))
}

fn request(call: &Call) -> Result<Request, EngineError> {
    let arn = PrincipalArn::parse(&call.principal)?;
    let (account, partition) = (Text::literal(&arn.account), Text::literal(&arn.partition));
    let mut caller = Caller::named(&arn, None, account, partition);
    if let Some([principal]) = call.context.get("aws:principalarn").map(Vec::as_slice) {
        caller.principal = Text::literal(principal);
    }
    Ok(Request {
        caller,
        action: call.action.clone(),
        resource: Text::literal(&call.resource),
        region: Text::literal(call.resource.split(':').nth(3).unwrap_or_default()),
        via_cloudformation: false,
        now: None,
        key: BTreeMap::new(),
        given: call.context.clone(),
        doubted: None,
        only_given: true,
        own: Vec::new(),
    })
}

fn value(text: &str) -> Result<Value, EngineError> {
    let document = Source::from_text(FileId(0), text).map_err(|error| EngineError::Policy(error.message))?;
    Ok(from_node(&document, document.root()))
}

fn list(text: &str) -> Result<Vec<Value>, EngineError> {
    let value = value(text)?;
    Ok(match value.kind {
        crate::world::Kind::List(items) => items,
        _ => vec![value],
    })
}

fn explored<T: Clone + PartialEq>(run: &impl Fn(&World) -> Result<T, Stop>, refused: T) -> Tree<T> {
    explore(&World::default(), run, &|_| refused.clone(), &|a, b| a == b, &mut Budget::default())
}

/// The answer that every leaf gives, if they agree.
fn settled<T, A: PartialEq>(tree: &Tree<T>, answer: impl Fn(&T) -> A) -> Option<A> {
    let mut answers = tree.paths().into_iter().map(|(_, leaf)| leaf.map(&answer));
    let first = answers.next()??;
    answers.all(|other| other.as_ref() == Some(&first)).then_some(first)
}

fn open<T>(tree: &Tree<T>) -> Vec<String> {
    let name = |question: &&Question| match question {
        Question::IamAllows(action) => format!("iam {action}"),
        question => question
            .hole()
            .map_or_else(String::new, |hole| format!("{} {}", hole.origin().kind(), hole.origin().name())),
    };
    tree.questions().iter().map(name).collect()
}
