//! What somebody gave about a deployment, in flags or in a configuration: the same fields, and flags win.

use std::path::PathBuf;

use anyhow::bail;

use crate::deployment::{Argument, Said, Told};

use super::args::Flags;
use super::contexts;

/// What describes one deployment, as given.
#[derive(Clone, Debug, Default)]
pub(crate) struct Given {
    /// Its name.
    pub(crate) name: String,
    /// Who deploys, where, with which parameters.
    pub(crate) said: Said,
    /// Files with parameters, which those of `said` win over.
    pub(crate) parameter_files: Vec<PathBuf>,
    pub(crate) exports: Vec<(String, String)>,
    pub(crate) ssm: Vec<(String, String)>,
    pub(crate) context: Vec<(String, Option<String>)>,
    pub(crate) identity_policy: Vec<PathBuf>,
    pub(crate) permissions_boundary: Option<PathBuf>,
    pub(crate) session_policy: Vec<PathBuf>,
    pub(crate) scp: Vec<PathBuf>,
    pub(crate) rcp: Vec<PathBuf>,
    pub(crate) iam_snapshot: Option<PathBuf>,
}

impl Given {
    /// What the flags give, as the deployment `default`.
    ///
    /// # Errors
    ///
    /// A file that they name and that cannot be read, or several deployments where one is needed.
    pub(crate) fn by_flags(flags: &Flags) -> anyhow::Result<Given> {
        let mut named = contexts::named(flags)?;
        if named.len() > 1 {
            let names: Vec<&str> = named.iter().map(|one| one.context.name.as_str()).collect();
            bail!(
                "--from: the file describes {} deployments (`{}`): only one can count here",
                names.len(),
                names.join("`, `")
            );
        }
        let said = named.pop().map(|one| one.context.said).unwrap_or_default();
        Ok(Given::of("default", said).overridden(flags, &contexts::arguments("--parameters", &flags.parameters)?))
    }

    /// The files that it names.
    pub(crate) fn files(&self) -> impl Iterator<Item = &PathBuf> {
        let lists = [&self.parameter_files, &self.identity_policy, &self.session_policy, &self.scp, &self.rcp];
        let files = lists.into_iter().flatten().chain(&self.permissions_boundary).chain(&self.iam_snapshot);
        files.filter(|file| !file.to_string_lossy().starts_with("arn:"))
    }

    /// What somebody says, and nothing else.
    pub(crate) fn of(name: &str, said: Said) -> Given {
        Given { name: name.to_owned(), said, ..Given::default() }
    }

    /// The same with what the flags give instead. A flag for the deployer replaces whoever was named before.
    ///
    /// `arguments` are what the files of `--parameters` hold.
    pub(crate) fn overridden(mut self, flags: &Flags, arguments: &[Argument]) -> Given {
        self.said.parameters.extend(arguments.iter().cloned());
        self.said = self.said.overridden(said(flags));
        // Later values win.
        self.exports.extend(flags.export.iter().cloned());
        self.ssm.extend(flags.ssm.iter().cloned());
        let named = |key: &str| flags.context.iter().any(|(other, _)| other.eq_ignore_ascii_case(key));
        self.context.retain(|(key, _)| !named(key));
        self.context.extend(flags.context.iter().cloned());
        for (own, flag) in [
            (&mut self.identity_policy, &flags.identity_policy),
            (&mut self.session_policy, &flags.session_policy),
            (&mut self.scp, &flags.scp),
            (&mut self.rcp, &flags.rcp),
        ] {
            if !flag.is_empty() {
                own.clone_from(flag);
            }
        }
        for (own, flag) in [
            (&mut self.permissions_boundary, &flags.permissions_boundary),
            (&mut self.iam_snapshot, &flags.iam_snapshot),
        ] {
            *own = flag.clone().or_else(|| own.take());
        }
        self
    }
}

/// What the flags say of the deployment themselves, without the files they name.
pub(super) fn said(flags: &Flags) -> Said {
    let told = |value: &Option<String>, flag: &str| value.as_ref().map(|value| Told::new(value.as_str(), flag));
    let argument = |(name, value): &(String, String)| Argument::new(name.as_str(), value.as_str(), "--parameter");
    Said {
        deployer: told(&flags.deployer, "--deployer"),
        session: None,
        role_arn: told(&flags.role_arn, "--role-arn"),
        account: told(&flags.account, "--account"),
        region: told(&flags.region, "--region"),
        partition: told(&flags.partition, "--partition"),
        stack_name: told(&flags.stack_name, "--stack-name"),
        parameters: flags.parameter.iter().map(argument).collect(),
        unlisted: None,
    }
}
