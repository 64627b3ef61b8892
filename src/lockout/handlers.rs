//! Created and then stuck: the calls of CloudFormation's handlers that the deployer is denied for sure, though KMS accepts the
//! key from it.
//!
//! Comes in: a key, and the table of `aws/handlers.rs`. Goes out: each denied call with what leads to it. Must not know: output.

use crate::aws::{Authority, Because, HANDLER_CALLS, HandlerCall, Stage};
use crate::policy::{Carried, Request};
use crate::resolve::Scope;
use crate::source::Span;
use crate::template::{Resource, StackId};
use crate::world::{Kind, Stop, Text, Value, World};

use super::calls::{Accepted, Call, Calls, Denial};
use super::evaluate::{Subject, kms_arn, request};
use super::reach::{Identity, is_created};
use super::readers::{Reader, is_read};

/// A call that the deployer is denied.
#[derive(Clone, Debug)]
pub(crate) struct Stuck {
    /// Which.
    pub(crate) call: &'static HandlerCall,
    /// What leads to it, where that is another resource: its logical id.
    pub(crate) other: Option<String>,
    /// Why it is denied, and where the template leads to it.
    pub(crate) denial: Denial,
}

/// The calls that are denied, in the order in which they are made.
pub(super) fn stuck(
    subject: &Subject<'_>,
    identity: &Identity<'_>,
    nominal: &World,
    calls: &Calls<'_, '_>,
    readers: &[Reader<'_>],
) -> Vec<Stuck> {
    let has_iam = !subject.deployment.layers.given().is_empty();
    let mut walk = Walk { subject, identity, nominal, calls, readers, out: Vec::new() };
    for call in HANDLER_CALLS.iter().filter(|call| call.kinds.contains(&subject.key.kind.as_str())) {
        // Where nothing is known of IAM, nothing can be said of what IAM alone decides.
        if call.authority == Authority::Key || has_iam {
            walk.follow(call);
        }
    }
    walk.out
}

type AliasName<'a> = &'a dyn Fn(&World) -> Result<Option<Text>, Stop>;

/// What may lead to a call.
struct Lead<'l> {
    other: Option<&'l str>,
    place: Span,
    alias: Option<AliasName<'l>>,
}

struct Walk<'w, 't> {
    subject: &'w Subject<'t>,
    identity: &'w Identity<'w>,
    nominal: &'w World,
    calls: &'w Calls<'w, 't>,
    readers: &'w [Reader<'w>],
    out: Vec<Stuck>,
}

impl Walk<'_, '_> {
    fn follow(&mut self, call: &'static HandlerCall) {
        let (subject, key) = (self.subject, self.subject.key);
        let of_property = |name: &str| key.property(name).map(|value| value.span);
        let itself = |place| Lead { other: None, place, alias: None };
        match call.because {
            Because::Key => {
                // What is retained is not deleted.
                let is_made = |at: &Accepted| Ok(call.stage == Stage::Create || !keeps(subject.scope, key, &at.world));
                self.judge(call, &itself(key.span), &is_made);
            }
            Because::Is(name, value) => {
                if let Some(place) = of_property(name) {
                    self.judge(call, &itself(place), &|at| is(&at.properties, name, value, &at.world));
                }
            }
            Because::Given(name) => {
                if let Some(place) = of_property(name) {
                    self.judge(call, &itself(place), &|at| is_given(&at.properties, name));
                }
            }
            Because::ArnIsRead => {
                let readers = self.readers;
                if let Some((other, place)) = readers.iter().find_map(|reader| reader.place(subject, self.nominal)) {
                    let lead = Lead { other, place, alias: None };
                    self.judge(call, &lead, &|at| is_read(subject, readers, &at.world));
                }
            }
            Because::Alias => self.aliases(call),
            Because::Replica => self.replicas(call),
        }
    }

    fn aliases(&mut self, call: &'static HandlerCall) {
        let identity = self.identity;
        for (id, alias) in &identity.aliases {
            let scope = self.subject.scope.at(*id);
            let name = |world: &World| identity.alias_name(&scope, alias, world);
            let leads = |at: &Accepted| {
                let is_kept = call.stage == Stage::Delete && keeps(&scope, alias, &at.world);
                Ok(!is_kept && name(&at.world)?.is_some())
            };
            self.judge(call, &Lead { other: Some(&alias.id), place: alias.span, alias: Some(&name) }, &leads);
        }
    }

    fn replicas(&mut self, call: &'static HandlerCall) {
        let identity = self.identity;
        for (id, replica) in replicas(self.subject) {
            let scope = self.subject.scope.at(id);
            let leads = |at: &Accepted| {
                let Some(primary) = replica.property("PrimaryKeyArn") else { return Ok(false) };
                Ok(is_created(&scope, replica, &at.world)? && identity.is(&scope, primary, &at.world)?)
            };
            self.judge(call, &Lead { other: Some(&replica.id), place: replica.span, alias: None }, &leads);
        }
    }

    /// Keeps the call if it is denied wherever KMS accepts the key from the deployer.
    fn judge(&mut self, call: &'static HandlerCall, lead: &Lead<'_>, leads: &dyn Fn(&Accepted) -> Result<bool, Stop>) {
        let comes_to = |at: &Accepted| match at.by_deployer {
            false => Ok(Call::Moot),
            true if leads(at)? => made(self.subject, call, at, lead.alias),
            true => Ok(Call::Fine),
        };
        if let Some(mut denial) = self.calls.denied(&comes_to) {
            denial.place = Some(lead.place);
            self.out.push(Stuck { call, other: lead.other.map(str::to_owned), denial });
        }
    }
}

/// Source: AWS CloudFormation User Guide, aws-attribute-deletionpolicy.html: Retain also keeps what a failed creation leaves,
/// RetainExceptOnCreate does not. What is not known is taken to be kept.
fn keeps(scope: &Scope<'_>, resource: &Resource, world: &World) -> bool {
    let Some(policy) = &resource.deletion_policy else { return false };
    let text = scope.resolve(policy, world).as_text();
    text.is_none_or(|text| !matches!(world.fill(&text).as_literal(), Some("Delete" | "RetainExceptOnCreate")))
}

/// What the call comes to.
fn made(
    subject: &Subject<'_>,
    call: &'static HandlerCall,
    accepted: &Accepted,
    alias: Option<AliasName<'_>>,
) -> Result<Call, Stop> {
    let layers = &subject.deployment.layers;
    let properties = &accepted.properties;
    let on_key = Request { action: call.action.to_owned(), own: carried(properties), ..request(subject, properties) };
    let on = |resource: Text| Request { resource, ..on_key.clone() };
    match call.authority {
        Authority::Key => accepted.call(call.action, &on_key, layers),
        Authority::IamOnKeys => accepted.call_by_iam(call.action, &on_key, layers),
        Authority::Iam => accepted.call_by_iam(call.action, &on(Text::literal("*")), layers),
        Authority::IamOnAlias => match alias.map_or(Ok(None), |name| name(&accepted.world))? {
            Some(name) => {
                accepted.call_by_iam(call.action, &on(kms_arn(&subject.deployment.givens, "", &name)), layers)
            }
            None => Ok(Call::Fine),
        },
    }
}

/// What such calls carry beside what kms:PutKeyPolicy does. Source: KMS Developer Guide, conditions-kms.html.
fn carried(properties: &Value) -> Vec<(&'static str, Carried)> {
    let given = |name: &str| match properties.get(name).map(|value| &value.kind) {
        Some(Kind::Text(text)) => Carried::Perhaps(text.clone()),
        _ => Carried::Unknown,
    };
    vec![
        ("kms:RotationPeriodInDays", given("RotationPeriodInDays")),
        ("kms:ScheduleKeyDeletionPendingWindowInDays", given("PendingWindowInDays")),
        ("kms:BypassPolicyLockoutSafetyCheck", Carried::Unknown),
        // The key may have aliases by then.
        ("kms:ResourceAliases", Carried::Unknown),
        ("kms:GrantIsForAWSResource", Carried::Absent),
    ]
}

/// Whether a property has this value, whatever its case.
fn is(properties: &Value, name: &str, value: &str, world: &World) -> Result<bool, Stop> {
    match properties.get(name).map(|value| &value.kind) {
        Some(Kind::Text(text)) => match world.fill(text).as_literal() {
            Some(known) => Ok(known.eq_ignore_ascii_case(value)),
            None => world.equal(text, &Text::literal(value)),
        },
        Some(Kind::Unknown(hole)) => world.equal(&Text::hole(hole.clone()), &Text::literal(value)),
        Some(Kind::Open(question, _)) => Err(Stop::Ask(question.clone())),
        _ => Ok(false),
    }
}

fn is_given(properties: &Value, name: &str) -> Result<bool, Stop> {
    match properties.get(name).map(|value| &value.kind) {
        Some(Kind::List(items)) => Ok(!items.is_empty()),
        Some(Kind::Map(entries)) => Ok(!entries.is_empty()),
        Some(Kind::Open(question, _)) => Err(Stop::Ask(question.clone())),
        _ => Ok(false),
    }
}

/// The replica keys of the deployment.
fn replicas<'a>(subject: &Subject<'a>) -> Vec<(StackId, &'a Resource)> {
    let of_stack = |id| subject.scope.at(id).template.resources.iter().map(move |one| (id, one));
    subject.scope.stacks.ids().flat_map(of_stack).filter(|(_, one)| one.kind == "AWS::KMS::ReplicaKey").collect()
}
