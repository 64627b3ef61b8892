//! Who creates the stack, where and with which values: flags in, a [`Deployment`] out. Must not know findings.
//!
//! Source: AWS CloudFormation User Guide, using-iam-servicerole.html: with a service role that role is the caller, in a
//! session named `AWSCloudFormation`; without one, the caller's own credentials are used.

pub(crate) mod command;
pub(crate) mod contexts;
mod error;
mod inputs;
mod placeholders;
mod policies;
mod said;
mod snapshot;

pub(crate) use error::DeploymentError;
pub(crate) use inputs::Inputs;
pub(crate) use policies::{managed, policies};
pub(crate) use said::{Argument, Said, Told};
pub(crate) use snapshot::Snapshot;

use std::collections::BTreeMap;

use error::Who;

use crate::aws::{AccountId, PrincipalArn, PrincipalKind, is_partition, partition_of_region};
use crate::policy::{Caller, Layers};
use crate::resolve::Givens;
use crate::world::Text;

/// The session in which CloudFormation uses a service role. Source: CloudTrail records of such calls.
const SERVICE_ROLE_SESSION: &str = "AWSCloudFormation";

/// One deployment of a template.
#[derive(Debug)]
pub(crate) struct Deployment {
    /// Its name.
    pub(crate) name: String,
    /// The known values.
    pub(crate) givens: Givens,
    /// The caller that KMS sees.
    pub(crate) caller: Caller,
    /// Its ARN as shown; nothing where nobody was named.
    pub(crate) deployer: Option<String>,
    /// Where it was named.
    pub(crate) origin: Option<String>,
    /// Whether CloudFormation makes the call.
    pub(crate) via_cloudformation: bool,
    /// The time of the deployment, in seconds since 1970.
    pub(crate) now: Option<i64>,
    /// Context keys (lower case) that were given.
    pub(crate) context: BTreeMap<String, Vec<String>>,
    /// The policies beside the key policy, as far as they were given.
    pub(crate) layers: Layers,
    /// Which principals exist in the account, where that is known.
    pub(crate) snapshot: Option<Snapshot>,
}

impl Deployment {
    /// The same deployment, where the caller puts the key policy without CloudFormation.
    pub(crate) fn direct(self) -> Deployment {
        Deployment { via_cloudformation: false, ..self }
    }

    /// The deployment that the flags describe.
    ///
    /// # Errors
    ///
    /// What is no ARN, no account id, no partition, or contradicts another flag.
    pub(crate) fn from_inputs(name: &str, inputs: Inputs) -> Result<Deployment, DeploymentError> {
        let (arn, session) = named(&inputs)?;
        let account = account(&inputs, arn.as_ref())?;
        let partition = partition(&inputs, arn.as_ref())?;
        let givens = Givens {
            parameters: parameters(inputs.parameters, inputs.unknown_parameters),
            open_parameters: inputs.open_parameters,
            exports: inputs.exports.into_iter().collect(),
            ssm: inputs.ssm.into_iter().collect(),
            account: account.map_or_else(Givens::unknown_account, |id| Text::literal(id.as_str())),
            region: inputs.region.map_or_else(Givens::unknown_region, |region| Text::literal(&region)),
            partition: partition.map_or_else(Givens::unknown_partition, |name| Text::literal(&name)),
            stack_name: inputs.stack_name,
        };
        let context = context(inputs.context);
        let (own_account, own_partition) = (givens.account.clone(), givens.partition.clone());
        let mut caller = match &arn {
            Some(arn) => Caller::named(arn, session.as_deref(), own_account, own_partition),
            None => Caller::unknown(own_account, own_partition),
        };
        let places = [&givens.account, &givens.region, &givens.partition];
        caller.principal = placeholders::filled(&caller.principal, places);
        caller.arn = placeholders::filled(&caller.arn, places);
        let mut layers = inputs.layers;
        match context.get("aws:principalarn").map(Vec::as_slice) {
            // It tells the path of the role behind a session.
            Some([principal]) if arn.is_some() => caller.principal = Text::literal(principal),
            _ => caller.principal = with_path(&caller.principal, arn.as_ref(), inputs.snapshot.as_ref()),
        }
        if let (Some(snapshot), Some(arn)) = (&inputs.snapshot, &arn) {
            fill_in(&mut caller, &mut layers, snapshot, arn, inputs.role_arn.is_some())?;
        }
        let deployer = arn.map(|arn| shown(arn, session.as_deref()));
        if inputs.snapshot.is_some() && layers.identity.is_none() {
            let whose = deployer.as_deref().unwrap_or("the deployer");
            layers.lacking = Some(format!("the policies of {whose}"));
        }
        let name = name.to_owned();
        Ok(Deployment {
            name,
            givens,
            caller,
            deployer,
            origin: inputs.origin,
            via_cloudformation: true,
            now: inputs.now,
            context,
            layers,
            snapshot: inputs.snapshot,
        })
    }
}

/// The ARN of the deployer's role with its path, which a session's ARN does not carry.
fn with_path(principal: &Text, arn: Option<&PrincipalArn>, snapshot: Option<&Snapshot>) -> Text {
    let role = arn.and_then(|arn| match &arn.kind {
        PrincipalKind::Session { role, .. } => snapshot?.role_arn(role),
        _ => None,
    });
    role.map_or_else(|| principal.clone(), |arn| Text::literal(&arn))
}

/// What no flag gives comes from the snapshot.
fn fill_in(
    caller: &mut Caller,
    layers: &mut Layers,
    snapshot: &Snapshot,
    arn: &PrincipalArn,
    is_service_role: bool,
) -> Result<(), DeploymentError> {
    let Some(principal) = caller.principal.as_literal() else {
        return match &arn.kind {
            PrincipalKind::Session { role, .. } if snapshot.covers(arn, role) => {
                Err(DeploymentError::NoDeployer(arn.to_string()))
            }
            _ => Ok(()),
        };
    };
    let Some(found) = snapshot.authorization(principal) else {
        let missing = snapshot.exists(principal) == Some(false);
        return if missing { Err(DeploymentError::NoDeployer(principal.to_owned())) } else { Ok(()) };
    };
    caller.id = found.id.map_or_else(|| caller.id.clone(), |id| Text::literal(&id));
    // Sessions may carry tags of their own; those in which CloudFormation uses a service role do not.
    if is_service_role || matches!(arn.kind, PrincipalKind::User { .. }) {
        caller.tags = Some(found.tags);
    }
    layers.identity.get_or_insert(found.identity);
    if layers.boundary.is_none() {
        layers.boundary = found.boundary;
    }
    Ok(())
}

/// Who was named, and in which session of a role. A service role is the caller whoever calls CloudFormation.
fn named(inputs: &Inputs) -> Result<(Option<PrincipalArn>, Option<String>), DeploymentError> {
    let region = inputs.region.as_deref();
    let partition = inputs.partition.as_deref().or(region.map(partition_of_region));
    let known = |text: &str| placeholders::with_known(text, [inputs.account.as_deref(), region, partition]);
    let parse =
        |who, text: &str| PrincipalArn::parse(&known(text)).map_err(|source| DeploymentError::Arn { who, source });
    let deployer = inputs.deployer.as_deref().map(|text| parse(Who::Deployer, text)).transpose()?;
    let role = inputs.role_arn.as_deref().map(|text| parse(Who::Role, text)).transpose()?;
    match (role, deployer) {
        (Some(role), _) if matches!(role.kind, PrincipalKind::Role { .. }) => {
            Ok((Some(role), Some(SERVICE_ROLE_SESSION.to_owned())))
        }
        (Some(other), _) => Err(DeploymentError::NotARole(other.to_string())),
        (None, deployer) => {
            let is_role = |arn: &PrincipalArn| matches!(arn.kind, PrincipalKind::Role { .. });
            let session = inputs.session.clone().filter(|_| deployer.as_ref().is_some_and(is_role));
            Ok((deployer, session))
        }
    }
}

fn account(inputs: &Inputs, arn: Option<&PrincipalArn>) -> Result<Option<AccountId>, DeploymentError> {
    let given = match &inputs.account {
        Some(text) => Some(AccountId::parse(text).ok_or_else(|| DeploymentError::Account(text.clone()))?),
        None => None,
    };
    let own = arn.and_then(|arn| AccountId::parse(&arn.account));
    match (given, own) {
        (Some(given), Some(own)) if given != own => {
            Err(DeploymentError::TwoAccounts { given: given.as_str().to_owned(), own: own.as_str().to_owned() })
        }
        (given, own) => Ok(given.or(own)),
    }
}

fn partition(inputs: &Inputs, arn: Option<&PrincipalArn>) -> Result<Option<String>, DeploymentError> {
    if let Some(given) = inputs.partition.as_ref().filter(|given| !is_partition(given)) {
        return Err(DeploymentError::Partition(given.clone()));
    }
    let own = arn.map(|arn| arn.partition.clone()).filter(|partition| is_partition(partition));
    let of_region = inputs.region.as_deref().map(|region| partition_of_region(region).to_owned());
    let given = inputs.partition.clone();
    if let (Some(region), Some(named)) = (&of_region, given.as_ref().or(own.as_ref()))
        && region != named
    {
        let region = inputs.region.clone().unwrap_or_default();
        return Err(DeploymentError::TwoPartitions { region, partition: named.clone() });
    }
    Ok(given.or(own).or(of_region))
}

fn parameters(known: Vec<(String, String)>, unknown: Vec<String>) -> BTreeMap<String, Option<String>> {
    let unknown = unknown.into_iter().map(|name| (name, None));
    unknown.chain(known.into_iter().map(|(name, value)| (name, Some(value)))).collect()
}

fn context(given: Vec<(String, Option<String>)>) -> BTreeMap<String, Vec<String>> {
    let mut out: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (key, value) in given {
        out.entry(key.to_ascii_lowercase()).or_default().extend(value);
    }
    out
}

/// The caller's own ARN: for a service role, the session in which CloudFormation uses it.
fn shown(arn: PrincipalArn, session: Option<&str>) -> String {
    match (arn.kind, session) {
        (PrincipalKind::Role { name, .. }, Some(session)) => {
            let kind = PrincipalKind::Session { role: name, session: session.to_owned() };
            placeholders::shown(PrincipalArn { kind, ..arn })
        }
        (kind, _) => placeholders::shown(PrincipalArn { kind, ..arn }),
    }
}
