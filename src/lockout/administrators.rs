//! Who can call kms:PutKeyPolicy under a policy: the principals that it names for that, as written after resolution; and who of
//! them stays.

use crate::aws::{AccountId, PrincipalArn, PrincipalKind};
use crate::policy::{Caller, Document, Effect, Grant, Layers, Request, decide, is_too_long, named_principals};
use crate::world::{Text, Value, World};

use super::evaluate::{Subject, request};

use super::durability::{Durability, HolderKind, lasting};
/// Who can change a policy.
#[derive(Debug, Default)]
pub(crate) struct Administrators {
    /// Everyone, each once, in the order of the policy.
    pub(crate) all: Vec<String>,
    /// Those that are not sure to go: no user, no session, no role of Identity Center or of the own stack.
    pub(crate) durable: Vec<String>,
    /// Whether the policy lets the account delegate kms:PutKeyPolicy to IAM; nothing where that is not certain.
    pub(crate) delegates: Option<bool>,
}

/// The administrators under the policy of a key; under none, and under one that is refused for its length, nobody is named.
pub(super) fn administrators(
    subject: &Subject<'_>,
    policy: Option<&Value>,
    durability: &Durability,
    world: &World,
) -> Administrators {
    let Some(policy) = policy.filter(|policy| !is_too_long(policy)) else { return Administrators::default() };
    let named = named(subject, policy, world);
    let is_account = |text: &Text| {
        let Some(known) = text.as_literal() else { return false };
        let is_root = |arn: PrincipalArn| arn.kind == PrincipalKind::Root;
        known == "*" || AccountId::parse(known).is_some() || PrincipalArn::parse(known).is_ok_and(is_root)
    };
    let is_durable = |text: &&Text| lasting(text, subject, world) == HolderKind::Durable;
    Administrators {
        durable: named.iter().filter(is_durable).map(Text::to_string).collect(),
        delegates: if durability.no_delegation { Some(false) } else { named.iter().any(is_account).then_some(true) },
        all: named.iter().map(Text::to_string).collect(),
    }
}

/// The principals, each once, in the order of the policy.
fn named(subject: &Subject<'_>, policy: &Value, world: &World) -> Vec<Text> {
    let document = Document { value: policy, of_identity: false };
    let request = request(subject, policy).in_world(world);
    let mut out: Vec<Text> = Vec::new();
    for statement in document.statements() {
        let grants = statement.effect(world) == Ok(Effect::Allow) && statement.may_be_about(&request, world);
        let Some(principal) = statement.element("Principal").filter(|_| grants) else { continue };
        for (text, _) in named_principals(principal) {
            let text = world.fill(&text);
            if may_administer(subject, document, &request, &text, world) && !out.contains(&text) {
                out.push(text);
            }
        }
    }
    out
}

/// A user, role or session is asked for as if it were the deployer; for an account and everyone it is enough that the
/// policy names them. Other accounts cannot: PutKeyPolicy is not a cross-account operation.
fn may_administer(
    subject: &Subject<'_>,
    document: Document<'_>,
    request: &Request,
    text: &Text,
    world: &World,
) -> bool {
    let elsewhere = |account: &str| world.equal(&account.into(), &subject.deployment.givens.account) == Ok(false);
    let Some(known) = text.as_literal() else { return true };
    let Ok(arn) = PrincipalArn::parse(known) else { return AccountId::parse(known).is_none() || !elsewhere(known) };
    if elsewhere(&arn.account) {
        return false;
    }
    if arn.kind == PrincipalKind::Root {
        return true;
    }
    let (account, partition) = (Text::literal(&arn.account), Text::literal(&arn.partition));
    let caller = Caller::named(&arn, None, account, partition);
    let request = Request { caller, ..request.clone() };
    let layers = Layers::default();
    let decision = decide(Some(document), &layers, &request, world);
    decision.is_ok_and(|decision| decision.grant != Grant::Denied && decision.grant != Grant::Nothing)
}
