//! Who can call kms:PutKeyPolicy under a policy: the principals that it names for that, as written after resolution.

use crate::aws::{AccountId, PrincipalArn, PrincipalKind};
use crate::policy::{Caller, Document, Effect, Grant, Layers, Request, decide, named_principals};
use crate::world::{Text, Value, World};

use super::evaluate::{Subject, request};

/// The principals, each once, in the order of the policy.
pub(crate) fn administrators(subject: &Subject<'_>, policy: &Value, world: &World) -> Vec<String> {
    let document = Document { value: policy, of_identity: false };
    let request = request(subject, policy).in_world(world);
    let mut out: Vec<String> = Vec::new();
    for statement in document.statements() {
        let grants = statement.effect(world) == Ok(Effect::Allow) && statement.may_be_about(&request, world);
        let Some(principal) = statement.element("Principal").filter(|_| grants) else { continue };
        for (text, _) in named_principals(principal) {
            let text = world.fill(&text);
            if may_administer(subject, document, &request, &text, world) && !out.contains(&text.to_string()) {
                out.push(text.to_string());
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
    let decision = decide(Some(document), &Layers::default(), &request, world);
    decision.is_ok_and(|decision| decision.grant != Grant::Denied && decision.grant != Grant::Nothing)
}
