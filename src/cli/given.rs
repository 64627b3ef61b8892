//! What somebody gave about a deployment, in flags or in a configuration: the same fields, and flags win.

use std::path::PathBuf;

use super::args::Flags;

/// What describes one deployment, as given.
#[derive(Clone, Debug, Default)]
pub(crate) struct Given {
    /// Its name.
    pub(crate) name: String,
    /// Where the deployer was named: `--role-arn`, `.cfn-lockout.yaml:9`.
    pub(crate) origin: Option<String>,
    pub(crate) deployer: Option<String>,
    pub(crate) role_arn: Option<String>,
    pub(crate) account: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) partition: Option<String>,
    pub(crate) stack_name: Option<String>,
    pub(crate) parameters: Vec<(String, String)>,
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
    pub(crate) fn by_flags(flags: &Flags) -> Given {
        Given { name: "default".to_owned(), ..Given::default() }.overridden(flags)
    }

    /// The same with what the flags give instead. A flag for the deployer replaces whoever was named before.
    pub(crate) fn overridden(mut self, flags: &Flags) -> Given {
        if flags.role_arn.is_some() || flags.deployer.is_some() {
            let flag = if flags.role_arn.is_some() { "--role-arn" } else { "--deployer" };
            self.origin = Some(flag.to_owned());
            (self.role_arn, self.deployer) = (flags.role_arn.clone(), flags.deployer.clone());
        }
        for (own, flag) in [
            (&mut self.account, &flags.account),
            (&mut self.region, &flags.region),
            (&mut self.partition, &flags.partition),
            (&mut self.stack_name, &flags.stack_name),
        ] {
            *own = flag.clone().or_else(|| own.take());
        }
        // Later values win.
        self.parameters.extend(flags.parameter.iter().cloned());
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
