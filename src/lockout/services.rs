//! Services that use the key: for every resource of the deployment that hands the key on, whether the one who then calls KMS
//! is denied for sure.
//!
//! Comes in: a key, and the table of `aws/key_user_rows.rs`. Goes out: each resource whose service cannot use the key. Where
//! somebody's IAM policies would have to be known, where the caller is not, or where a condition is open, there is nothing to
//! say. Must not know: output.

use std::collections::BTreeMap;

use crate::aws::{BY_ROLE, BY_SERVICE, Carries, KeyUser, THROUGH_SERVICE, Who};
use crate::policy::{Caller, Carried, Grant, Layers, Request, Service};
use crate::resolve::Scope;
use crate::source::Span;
use crate::world::{Stop, Text, Value, World};

use super::around::{Around, User};
use super::calls::{Accepted, Call, Calls, Denial};
use super::evaluate::{Subject, request};
use super::reach::{self, Identity, is_created, names, text};

/// A resource whose service cannot use the key.
#[derive(Clone, Debug)]
pub(crate) struct Unusable {
    /// The row of the table.
    pub(crate) user: &'static KeyUser,
    /// The resource's logical id.
    pub(crate) id: String,
    /// Who calls, as a policy names it; nothing for the deployer.
    pub(crate) caller: Option<Text>,
    /// The condition that AWS says to put on the statement, filled in.
    pub(crate) condition: Option<(&'static str, &'static str, Text)>,
    /// Why it is denied, and which property hands the key on.
    pub(crate) denial: Denial,
}

/// Who calls KMS, with the policies beside the key policy where they are known.
struct Acting<'s> {
    caller: Caller,
    layers: Option<&'s Layers>,
    by_deployer: bool,
}

impl<'s> Acting<'s> {
    fn other(caller: Caller, layers: Option<&'s Layers>) -> Acting<'s> {
        Acting { caller, layers, by_deployer: false }
    }
}

/// Every resource of the deployment whose service is denied the key.
pub(super) fn unusable(
    subject: &Subject<'_>,
    identity: &Identity<'_>,
    nominal: &World,
    calls: &Calls<'_, '_>,
    around: &Around<'_>,
) -> Vec<Unusable> {
    // Names of services are others in some partitions.
    if !matches!(subject.deployment.givens.partition.as_literal(), None | Some("aws" | "aws-us-gov")) {
        return Vec::new();
    }
    // A quick look that spares exploring.
    let fitting = around.users.iter().filter(|one| one.given.iter().any(|value| identity.may_be_in(value)));
    fitting.filter_map(|user| user.unusable(subject, identity, nominal, calls)).collect()
}

impl User<'_> {
    fn unusable(
        &self,
        subject: &Subject<'_>,
        identity: &Identity<'_>,
        nominal: &World,
        calls: &Calls<'_, '_>,
    ) -> Option<Unusable> {
        let scope = subject.scope.at(self.stack);
        let call = |accepted: &Accepted| match self.place(&scope, identity, &accepted.world)? {
            Some(_) => self.call(subject, &scope, accepted),
            None => Ok(Call::Fine),
        };
        let mut denial = calls.denied(&call)?;
        let place = self.place(&scope, identity, nominal).ok().flatten();
        denial.place = Some(place.unwrap_or(self.resource.span));
        let filled = |form: &str| self.form(subject, &scope, form, nominal);
        let caller = match self.row.who {
            Who::Service { name, .. } => filled(name),
            Who::Linked { role, .. } => filled(role),
            Who::Role(property) => self.role(&scope, property, nominal).ok().flatten(),
            Who::Deployer(_) => None,
        };
        let condition = self.row.condition.and_then(|(operator, key, form)| Some((operator, key, filled(form)?)));
        Some(Unusable { user: self.row, id: self.resource.id.clone(), caller, condition, denial })
    }

    /// Where the resource hands the key on in this world; nothing where it does not.
    fn place(&self, scope: &Scope<'_>, identity: &Identity<'_>, world: &World) -> Result<Option<Span>, Stop> {
        if !is_created(scope, self.resource, world)? {
            return Ok(None);
        }
        for expr in reach::at(scope, self.resource, self.row.property, world)? {
            if self.row.through.is_empty() {
                if identity.is(scope, expr, world)? {
                    return Ok(Some(expr.span));
                }
                continue;
            }
            let mut named = Vec::new();
            names(scope, expr, world, &mut named)?;
            for name in named {
                if self.holds_key(scope, &name.id, identity, world)? {
                    return Ok(Some(expr.span));
                }
            }
        }
        Ok(None)
    }

    /// Whether the resource with this logical id is of a type that the row goes through, and has the key.
    fn holds_key(&self, scope: &Scope<'_>, id: &str, identity: &Identity<'_>, world: &World) -> Result<bool, Stop> {
        let Some(other) = scope.template.resource(id) else { return Ok(false) };
        for (_, path) in self.row.through.iter().filter(|(kind, _)| *kind == other.kind) {
            for expr in reach::at(scope, other, path, world)? {
                if identity.is(scope, expr, world)? {
                    return is_created(scope, other, world);
                }
            }
        }
        Ok(false)
    }

    /// What the calls that the service needs come to.
    fn call(&self, subject: &Subject<'_>, scope: &Scope<'_>, accepted: &Accepted) -> Result<Call, Stop> {
        let Some(Acting { caller, layers, by_deployer }) = self.caller(subject, scope, &accepted.world)? else {
            return Ok(Call::Fine);
        };
        if by_deployer && !accepted.by_deployer {
            return Ok(Call::Moot);
        }
        let mut open = None;
        for action in self.row.needs {
            let request = self.request(subject, scope, accepted, &caller, by_deployer, action);
            match accepted.call(action, &request, layers.unwrap_or(&Layers::default())) {
                Ok(Call::Denied(denial)) if self.counts(&denial, accepted) => return Ok(Call::Denied(denial)),
                Ok(_) => {}
                Err(stop) => {
                    open.get_or_insert(stop);
                }
            }
        }
        open.map_or(Ok(Call::Fine), Err)
    }

    /// Whether a denial is one that matters. Of a key that KMS refuses, only that nothing in its policy is about the service:
    /// its conditions may be meant for another deployment.
    fn counts(&self, denial: &Denial, accepted: &Accepted) -> bool {
        match denial.grant {
            Grant::Denied => accepted.by_deployer,
            _ if self.row.by_grant => false,
            _ => accepted.by_deployer || !denial.by_condition,
        }
    }

    /// Who calls, with the policies beside the key policy; nothing where it is not known.
    fn caller<'s>(
        &self,
        subject: &'s Subject<'_>,
        scope: &Scope<'_>,
        world: &World,
    ) -> Result<Option<Acting<'s>>, Stop> {
        let deployment = subject.deployment;
        let (account, partition) = (deployment.givens.account.clone(), deployment.givens.partition.clone());
        let form = |form: &str| self.form(subject, scope, form, world);
        Ok(match self.row.who {
            Who::Deployer(_) => {
                Some(Acting { caller: deployment.caller.clone(), layers: Some(&deployment.layers), by_deployer: true })
            }
            Who::Service { .. } if !self.calls_itself(scope, world) => None,
            Who::Service { name, perhaps } => {
                let perhaps = perhaps.iter().filter_map(|name| form(name)).collect();
                let service = form(name).map(|name| Service { name, perhaps });
                service.map(|service| Acting::other(Caller::of_service(service, account, partition), None))
            }
            Who::Linked { role, unless, .. } if self.resource.property(unless).is_none() => {
                form(role).map(|role| Acting::other(Caller::of_role(role, account, partition), Some(NO_IAM)))
            }
            Who::Linked { .. } => None,
            Who::Role(property) => {
                let role = self.role(scope, property, world)?.filter(|role| is_role_of(role, &account, world));
                role.map(|role| Acting::other(Caller::of_role(role, account, partition), None))
            }
        })
    }

    /// Whether the service calls by itself: where a role may call instead, that role is known to be service-linked.
    ///
    /// Source: AWS Config Developer Guide, s3-kms-key-policy.html, "when using service-linked roles".
    fn calls_itself(&self, scope: &Scope<'_>, world: &World) -> bool {
        let Some((kind, property)) = self.row.linked else { return true };
        let roles = scope.template.resources.iter().filter(|one| one.kind == kind);
        let mut roles = roles.map(|one| one.property(property).and_then(|role| scope.resolve(role, world).as_text()));
        roles.any(|role| role.is_some_and(|role| world.fill(&role).to_string().contains(":role/aws-service-role/")))
    }

    fn role(&self, scope: &Scope<'_>, property: &str, world: &World) -> Result<Option<Text>, Stop> {
        match reach::at(scope, self.resource, property, world)?.first() {
            Some(role) => text(scope, role, world),
            None => Ok(None),
        }
    }

    fn request(
        &self,
        subject: &Subject<'_>,
        scope: &Scope<'_>,
        accepted: &Accepted,
        caller: &Caller,
        by_deployer: bool,
        action: &str,
    ) -> Request {
        let on_key = request(subject, &accepted.properties);
        let own = self.carried(subject, scope, action, &accepted.world);
        let mut given = if by_deployer { on_key.given.clone() } else { BTreeMap::new() };
        given.retain(|key, _| !own.iter().any(|(name, _)| name.eq_ignore_ascii_case(key)));
        Request {
            caller: Caller { bounded: by_deployer && on_key.caller.bounded, ..caller.clone() },
            action: action.to_owned(),
            via_cloudformation: by_deployer,
            given,
            own,
            ..on_key
        }
    }

    /// What the call carries: what the row says, what belongs to grants, what such callers carry.
    fn carried(
        &self,
        subject: &Subject<'_>,
        scope: &Scope<'_>,
        action: &str,
        world: &World,
    ) -> Vec<(&'static str, Carried)> {
        let filled = |form: &str| self.form(subject, scope, form, world);
        let is = |form: &str| filled(form).map_or(Carried::Unknown, Carried::Is);
        let mut out: Vec<(&'static str, Carried)> =
            self.row.carries.iter().map(|(key, form)| (*key, is(form))).collect();
        out.push(match action {
            "kms:CreateGrant" => ("kms:GrantIsForAWSResource", Carried::Is(Text::literal("true"))),
            _ => ("kms:GrantIsForAWSResource", Carried::Absent),
        });
        let table = match self.row.who {
            Who::Service { .. } => BY_SERVICE,
            Who::Deployer(_) => THROUGH_SERVICE,
            Who::Role(_) | Who::Linked { .. } => BY_ROLE,
        };
        out.extend(table.iter().map(|(key, carries)| {
            let carried = match carries {
                Carries::Is(form) => is(form),
                Carries::Perhaps(form) => filled(form).map_or(Carried::Unknown, Carried::Perhaps),
                Carries::Absent => Carried::Absent,
                Carries::Unknown => Carried::Unknown,
            };
            (*key, carried)
        }));
        out
    }

    /// A form of the table, filled in; nothing where it names what is no text.
    fn form(&self, subject: &Subject<'_>, scope: &Scope<'_>, form: &str, world: &World) -> Option<Text> {
        let givens = &subject.deployment.givens;
        let mut out = Text::default();
        for (n, piece) in form.split(['{', '}']).enumerate() {
            // Every second piece stands between braces.
            match piece {
                _ if n % 2 == 0 => out.push_str(piece),
                "P" => out.append(&givens.partition),
                "R" => out.append(&givens.region),
                "A" => out.append(&givens.account),
                "V" => out.push_str(self.via()),
                _ => {
                    let kind = scope.resource_name(&self.resource.id, self.resource.span, world);
                    let name = Value { span: self.resource.span, kind }.as_text()?;
                    out.append(&name);
                }
            }
        }
        Some(world.fill(&out))
    }

    /// The service's name in kms:ViaService.
    fn via(&self) -> &'static str {
        match self.row.who {
            Who::Deployer(via) | Who::Linked { via, .. } => via,
            Who::Service { name, .. } => name.split('.').next().unwrap_or_default(),
            Who::Role(_) => "",
        }
    }
}

/// The policies of a service-linked role, none of which speaks of KMS.
const NO_IAM: &Layers = &Layers {
    identity: Some(Vec::new()),
    lacking: None,
    boundary: None,
    session: None,
    scps: Vec::new(),
    rcps: Vec::new(),
};

/// Whether a text is the ARN of a role of the account.
fn is_role_of(role: &Text, account: &Text, world: &World) -> bool {
    let Some(parts) = role.parts(':', 5) else { return false };
    let own = parts.get(4).is_some_and(|part| world.equal(&part.to_text(), account) == Ok(true));
    own && parts.get(5).is_some_and(|resource| resource.known_prefix().starts_with("role/"))
}
