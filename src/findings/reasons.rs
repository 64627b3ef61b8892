//! The reasoning in words, the same in every output: statement by statement, layer by layer, and what would have to change.

use crate::lockout::{Change, KeyAnswer, Verdict, change};
use crate::policy::{
    Document, Effect, Element, FailedLine, Found, Layer, LayerOutcome, LayerTrace, Mismatch, Outcome, Statement, Trace,
};
use crate::source::Span;
use crate::world::Text;

/// Why a key has its verdict.
#[derive(Clone, Debug, Default)]
pub(crate) struct Why {
    /// Every statement of the key policy.
    pub(crate) statements: Vec<StatementWhy>,
    /// The policies beside it.
    pub(crate) layers: Vec<LayerWhy>,
    /// The policies that decide: `key policy`, or a layer beside it; nothing where nothing was decided.
    pub(crate) decided_by: Option<&'static str>,
    /// What would have to change for KMS to accept the policy.
    pub(crate) change: Option<String>,
    /// Facts of less than high confidence on which the verdict hangs.
    pub(crate) assumes: Vec<String>,
}

/// What became of one statement.
#[derive(Clone, Debug)]
pub(crate) struct StatementWhy {
    /// Its Sid, or its number from 1.
    pub(crate) name: String,
    /// The place that decides about it.
    pub(crate) span: Span,
    /// `Allow`, `Deny`, or nothing where that is not known.
    pub(crate) effect: Option<&'static str>,
    /// In one word: `allows`, `delegates`, `denies`, `ineffective`, `does not apply`, `open`.
    pub(crate) outcome: &'static str,
    /// The first element that fails.
    pub(crate) element: Option<Element>,
    /// The reason, as a sentence about the statement.
    pub(crate) reason: String,
}

/// What the policies of one layer say.
#[derive(Clone, Debug)]
pub(crate) struct LayerWhy {
    /// The layer's name; of an organization with its level.
    pub(crate) layer: String,
    /// In one word: `allows`, `denies`, `silent`, `open`, `not given`.
    pub(crate) outcome: &'static str,
    /// The same as a sentence without its subject.
    pub(crate) says: String,
    /// The statement that says so.
    pub(crate) statement: Option<String>,
}

/// The reasoning behind a verdict. `deployer` is the deployer's name in messages, `principal` its ARN where it is known.
pub(crate) fn why(key: &KeyAnswer, deployer: &str, principal: Option<&str>) -> Why {
    let (Some(leaf), Some(policy)) = (&key.leaf, &key.policy) else { return Why::default() };
    let statements = Document { value: policy, of_identity: false }.statements();
    let named = |trace: &Trace| Some(statement(trace, statements.get(trace.index)?, deployer));
    let mut layers: Vec<LayerWhy> = leaf.layers.iter().map(layer).collect();
    if key.verdict == Verdict::SafeIfIam {
        let says = "were not given: it holds if they allow kms:PutKeyPolicy".to_owned();
        layers.push(LayerWhy { layer: "IAM policies".to_owned(), outcome: "not given", says, statement: None });
    }
    Why {
        statements: leaf.trace.iter().filter_map(named).collect(),
        layers,
        decided_by: leaf.grant().map(|grant| grant.layer().map_or("key policy", |layer| layer.name())),
        change: change(leaf).map(|change| advice(change, deployer, principal)),
        assumes: key.assumes.clone(),
    }
}

fn statement(trace: &Trace, statement: &Statement<'_>, deployer: &str) -> StatementWhy {
    let denies = trace.effect == Some(Effect::Deny);
    let (outcome, element) = match &trace.outcome {
        Outcome::Direct | Outcome::Delegates if denies => ("denies", None),
        Outcome::Direct => ("allows", None),
        Outcome::Delegates => ("delegates", None),
        Outcome::Inert(element) => ("ineffective", Some(*element)),
        Outcome::Fails(mismatch) => ("does not apply", Some(mismatch.element())),
        Outcome::Open(_) => ("open", None),
    };
    let effect = trace.effect.map(|effect| if effect == Effect::Deny { "Deny" } else { "Allow" });
    let reason = reason(trace, deployer);
    StatementWhy { name: statement.name(), span: span(trace, statement), effect, outcome, element, reason }
}

/// The place that decides about a statement: the element that fails, else its principal.
pub(super) fn span(trace: &Trace, statement: &Statement<'_>) -> Span {
    match &trace.outcome {
        Outcome::Fails(Mismatch::Condition(line)) => line.span,
        Outcome::Fails(mismatch) => statement.span(mismatch.element()),
        Outcome::Inert(_) => statement.value.span,
        Outcome::Direct | Outcome::Delegates | Outcome::Open(_) => statement.span(Element::Principal),
    }
}

/// What became of a statement, as a sentence without its subject: `does not name role/Deploy`.
pub(super) fn reason(trace: &Trace, deployer: &str) -> String {
    let denies = trace.effect == Some(Effect::Deny);
    match &trace.outcome {
        Outcome::Direct | Outcome::Delegates if denies => format!("denies kms:PutKeyPolicy to {deployer}"),
        Outcome::Direct => format!("lets {deployer} call kms:PutKeyPolicy"),
        Outcome::Delegates => "leaves it to IAM policies".to_owned(),
        Outcome::Inert(element) => format!("has no `{}`, so KMS ignores it", element.name()),
        Outcome::Fails(mismatch) => mismatched(mismatch, deployer),
        Outcome::Open(_) => "depends on facts that were not given".to_owned(),
    }
}

fn mismatched(mismatch: &Mismatch, deployer: &str) -> String {
    match mismatch {
        Mismatch::NotNamed => format!("does not name {deployer}"),
        Mismatch::Excepted => format!("NotPrincipal takes {deployer} out"),
        Mismatch::OtherActions => "does not cover `kms:PutKeyPolicy`".to_owned(),
        Mismatch::ActionExcepted => "NotAction takes `kms:PutKeyPolicy` out".to_owned(),
        Mismatch::OtherResources => "is not this key".to_owned(),
        Mismatch::ResourceExcepted => "NotResource takes this key out".to_owned(),
        Mismatch::Condition(line) => failed(line),
        Mismatch::NoStatement => "is no statement".to_owned(),
    }
}

/// `StringEquals aws:PrincipalType wants User; the call has AssumedRole`.
fn failed(line: &FailedLine) -> String {
    let list = |texts: &[Text]| texts.iter().map(|text| format!("`{text}`")).collect::<Vec<_>>().join(" or ");
    let wants = format!("{} {} wants {}", line.operator, line.key, list(&line.wanted));
    match &line.found {
        Found::Values(values) => format!("{wants}; the call has {}", list(values)),
        Found::Absent => format!("{wants}; the call does not carry the key"),
        Found::Unknown => wants,
    }
}

fn layer(trace: &LayerTrace) -> LayerWhy {
    let verb = |singular, plural| trace.layer.verb(singular, plural);
    let by = |verb: &str, statement: &String| format!("{verb} kms:PutKeyPolicy (`{statement}`)");
    let (outcome, says, statement) = match &trace.outcome {
        LayerOutcome::Denies(name) => ("denies", by(verb("denies", "deny"), name), Some(name.clone())),
        LayerOutcome::Allows(name) => ("allows", by(verb("allows", "allow"), name), Some(name.clone())),
        LayerOutcome::Silent => ("silent", format!("{} not allow kms:PutKeyPolicy", verb("does", "do")), None),
        LayerOutcome::Open => ("open", format!("{} on facts that were not given", verb("depends", "depend")), None),
    };
    let level = if trace.layer.has_levels() { format!(", level {}", trace.level) } else { String::new() };
    LayerWhy { layer: format!("{}{level}", trace.layer.name()), outcome, says, statement }
}

/// What to do about a lockout.
pub(super) fn advice(change: Change, deployer: &str, principal: Option<&str>) -> String {
    match change {
        Change::Exempt(_) => match principal {
            Some(arn) => format!("exempt the deployer from this Deny: `{arn}`"),
            None => "exempt the deployer from this Deny".to_owned(),
        },
        Change::Mend(_, Element::Action) => "add `kms:PutKeyPolicy` to the actions of this statement".to_owned(),
        Change::Mend(_, Element::Resource) => {
            "let the `Resource` of this statement be `*`, which stands for this key".to_owned()
        }
        Change::Mend(..) => match principal {
            Some(arn) => format!("let `{arn}` call kms:PutKeyPolicy in a statement without this condition"),
            None => "let the deployer call kms:PutKeyPolicy in a statement without this condition".to_owned(),
        },
        Change::Name => match principal {
            Some(arn) => format!("let the deployer keep control of the key: add `{arn}` to its administrators"),
            None => "let the deployer keep control of the key: add it to the administrators, or the account".to_owned(),
        },
        Change::Allow(layer) if layer.has_levels() => {
            format!("allow kms:PutKeyPolicy at every level of the {}: FullAWSAccess belongs to them too", layer.name())
        }
        Change::Allow(Layer::Identity) => {
            format!("allow kms:PutKeyPolicy in the IAM policies of {deployer}, or name {deployer} in the key policy")
        }
        Change::Allow(layer) => format!(
            "allow kms:PutKeyPolicy in the {} of {deployer}: what the key policy grants to a role or an account counts within it",
            layer.name()
        ),
        Change::Lift(layer) if layer.has_levels() => {
            format!("remove the Deny of kms:PutKeyPolicy from the {}", layer.name())
        }
        Change::Lift(layer) => format!("remove the Deny of kms:PutKeyPolicy from the {} of {deployer}", layer.name()),
    }
}
