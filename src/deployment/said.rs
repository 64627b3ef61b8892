//! What somebody says of a deployment, whoever it is: flags, a configuration, the file of a deployment tool. Every value
//! knows where it stands.

use std::collections::BTreeMap;

use super::error::{DeploymentError, Who};
use super::inputs::Inputs;

/// A value, and where it was given: `--role-arn`, `samconfig.toml:9`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Told {
    /// The value.
    pub(crate) value: String,
    /// Where it stands.
    pub(crate) from: String,
}

impl Told {
    /// A value and its place.
    pub(crate) fn new(value: impl Into<String>, from: impl Into<String>) -> Told {
        Told { value: value.into(), from: from.into() }
    }
}

/// The value of a template's parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Argument {
    /// The parameter.
    pub(crate) name: String,
    /// Its value; nothing where there is one that the file does not tell, as an expression of a workflow.
    pub(crate) value: Option<String>,
    /// Where it stands.
    pub(crate) from: String,
}

impl Argument {
    /// A known value and its place.
    pub(crate) fn new(name: impl Into<String>, value: impl Into<String>, from: impl Into<String>) -> Argument {
        Argument { name: name.into(), value: Some(value.into()), from: from.into() }
    }

    /// A value that is not told.
    pub(crate) fn unknown(name: impl Into<String>, from: impl Into<String>) -> Argument {
        Argument { name: name.into(), value: None, from: from.into() }
    }
}

/// Who creates the stack, where, and with which parameters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Said {
    /// Who calls CloudFormation.
    pub(crate) deployer: Option<Told>,
    /// The name of the session in which the deployer, a role, does so; it may hold `*`.
    pub(crate) session: Option<Told>,
    /// The service role, which KMS sees instead.
    pub(crate) role_arn: Option<Told>,
    /// The account.
    pub(crate) account: Option<Told>,
    /// The Region.
    pub(crate) region: Option<Told>,
    /// The partition.
    pub(crate) partition: Option<Told>,
    /// The name of the stack.
    pub(crate) stack_name: Option<Told>,
    /// Parameters; of several values for one, the last counts.
    pub(crate) parameters: Vec<Argument>,
    /// Where parameters are given whose names are not told: of the others, no Default counts.
    pub(crate) unlisted: Option<String>,
}

impl Said {
    /// The same with what `by` says instead.
    ///
    /// A service role of `self` gives way to a deployer in `by`, and the other way round: whoever names the principal anew means
    /// the one that KMS sees.
    pub(crate) fn overridden(self, by: Said) -> Said {
        let named = by.role_arn.is_some() || by.deployer.is_some();
        let (deployer, session, role_arn) = match named {
            true => (by.deployer, by.session, by.role_arn),
            false => (self.deployer, self.session, self.role_arn),
        };
        let mut parameters = self.parameters;
        parameters.extend(by.parameters);
        Said {
            deployer,
            session,
            role_arn,
            account: by.account.or(self.account),
            region: by.region.or(self.region),
            partition: by.partition.or(self.partition),
            stack_name: by.stack_name.or(self.stack_name),
            parameters,
            unlisted: by.unlisted.or(self.unlisted),
        }
    }

    /// Where the principal that KMS sees was named.
    pub(crate) fn origin(&self) -> Option<&str> {
        self.role_arn.as_ref().or(self.deployer.as_ref()).map(|told| told.from.as_str())
    }

    /// The same without its places.
    pub(crate) fn inputs(&self) -> Inputs {
        let value = |told: &Option<Told>| told.as_ref().map(|told| told.value.clone());
        // Of several values for one parameter, the last stays.
        let last: BTreeMap<&str, Option<&str>> =
            self.parameters.iter().map(|one| (one.name.as_str(), one.value.as_deref())).collect();
        let known = last.iter().filter_map(|(name, value)| Some(((*name).to_owned(), (*value)?.to_owned())));
        let unknown = last.iter().filter(|(_, value)| value.is_none()).map(|(name, _)| (*name).to_owned());
        Inputs {
            origin: self.origin().map(str::to_owned),
            deployer: value(&self.deployer),
            session: value(&self.session),
            role_arn: value(&self.role_arn),
            account: value(&self.account),
            region: value(&self.region),
            partition: value(&self.partition),
            stack_name: value(&self.stack_name),
            parameters: known.collect(),
            unknown_parameters: unknown.collect(),
            open_parameters: self.unlisted.is_some(),
            ..Inputs::default()
        }
    }

    /// What was given where, beside the deployer; of a parameter's values, the one that counts. The values are left out: they may be
    /// secrets.
    pub(crate) fn places(&self) -> Vec<(String, String)> {
        let named = [
            ("account", &self.account),
            ("Region", &self.region),
            ("partition", &self.partition),
            ("stack name", &self.stack_name),
        ];
        let told = named.into_iter().filter_map(|(what, told)| Some((what.to_owned(), told.as_ref()?.from.clone())));
        let last: BTreeMap<&str, &str> =
            self.parameters.iter().map(|one| (one.name.as_str(), one.from.as_str())).collect();
        told.chain(last.into_iter().map(|(name, from)| (format!("`{name}`"), from.to_owned()))).collect()
    }

    /// Where that stands which an error is about.
    pub(crate) fn place(&self, error: &DeploymentError) -> Option<&str> {
        let told = match error {
            DeploymentError::Arn { who: Who::Deployer, .. } => &self.deployer,
            DeploymentError::Arn { who: Who::Role, .. } | DeploymentError::NotARole(_) => &self.role_arn,
            DeploymentError::Account(_) | DeploymentError::TwoAccounts { .. } => &self.account,
            DeploymentError::Partition(_) => &self.partition,
            DeploymentError::TwoPartitions { .. } => &self.region,
            _ => &None,
        };
        told.as_ref().map(|told| told.from.as_str())
    }
}
