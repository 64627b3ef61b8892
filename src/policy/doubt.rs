//! Rules of less than high confidence. To find out whether a verdict hangs on one, the evaluation is run again with the rule
//! in doubt: wherever it would settle something, there is a question instead.

use crate::aws::context_key;
use crate::world::{Hole, Origin, Question, Shape, Stop, World};

use super::caller::Caller;
use super::document::Document;
use super::elements::Element;
use super::statement::{Effect, Statement};

/// A rule that may be in doubt.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Doubt {
    /// What the call carries for this context key (lower case).
    Key(String),
    /// Whom an Allow with NotPrincipal names.
    AllowNotPrincipal,
    /// That NotAction covers what it does not list.
    NotAction,
    /// Which ARNs in Resource are this key's.
    KeyArn,
    /// That the check ignores statements that KMS ignores.
    Inert,
    /// That a federated user's own ARN is a grant by itself.
    FederatedUser,
}

impl Doubt {
    /// What is assumed, with the source, as it reads after "assumes that".
    pub(crate) fn assumption(&self) -> Option<&'static str> {
        Some(match self {
            Doubt::Key(key) => return context_key(key).assumes,
            Doubt::AllowNotPrincipal => {
                "an Allow with NotPrincipal names everyone who is not listed (IAM grammar; no report about KMS)"
            }
            Doubt::NotAction => {
                "NotAction covers kms:PutKeyPolicy where it does not list it (IAM grammar; no report about KMS)"
            }
            Doubt::KeyArn => {
                "Resource is matched against the key's ARN with an id that is not known yet (no report; write `*` to be sure)"
            }
            Doubt::Inert => {
                "the check ignores a statement without Action or Resource, as KMS does (KMS API, CreateKey; no report)"
            }
            Doubt::FederatedUser => {
                "a federated user's ARN needs no IAM policy beside it (IAM User Guide, evaluation logic; no report)"
            }
        })
    }

    /// The question that stands in the place of the rule.
    pub(super) fn ask(&self, world: &World) -> Result<bool, Stop> {
        let origin = Origin::Later { kind: "doubt", name: format!("{self:?}"), at: None };
        world.ask(Question::Fact(Hole::new(origin, Shape::default(), None)))
    }
}

/// The rules of less than high confidence that a policy brings up for this caller.
pub(crate) fn doubts(document: Document<'_>, caller: &Caller) -> Vec<Doubt> {
    let mut out: Vec<Doubt> = document.condition_keys().into_iter().map(Doubt::Key).collect();
    for statement in document.statements() {
        let has = |name: &str| statement.element(name).is_some();
        let is_allow = statement.effect(&World::default()) != Ok(Effect::Deny);
        out.extend((has("NotPrincipal") && is_allow).then_some(Doubt::AllowNotPrincipal));
        out.extend(has("NotAction").then_some(Doubt::NotAction));
        out.extend(names_an_arn(&statement).then_some(Doubt::KeyArn));
        let is_inert = statement.lacks(Element::Action) || statement.lacks(Element::Resource);
        out.extend((is_inert && !document.of_identity).then_some(Doubt::Inert));
    }
    out.extend(caller.is_federated_user().then_some(Doubt::FederatedUser));
    out.retain(|doubt| doubt.assumption().is_some());
    out.sort();
    out.dedup();
    out
}

fn names_an_arn(statement: &Statement<'_>) -> bool {
    let resources = ["Resource", "NotResource"].into_iter().filter_map(|name| statement.element(name));
    resources.flat_map(super::elements::members).any(|member| member.to_string() != "*")
}
