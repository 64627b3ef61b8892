//! The same deployment by somebody else: by nobody in particular, or by any principal whose ARN is known.
//!
//! Comes in: a deployment. Goes out: another of the same values. What was given about the deployer itself (its policies, its
//! boundary, its session) is nobody else's; the policies of the organization are everybody's. Must not know: who asks.

use crate::aws::{AccountId, PrincipalArn, is_partition};
use crate::policy::{Caller, Layers};
use crate::world::Text;

use super::{Deployment, DeploymentError, Snapshot};

impl Deployment {
    /// The same deployment by somebody unknown: in the account that was given, else in that of the IAM snapshot.
    pub(crate) fn by_anybody(&self) -> Deployment {
        let mut out = self.clone();
        if self.deployer.is_some() {
            let Layers { scps, rcps, .. } = out.layers;
            out.layers = Layers { scps, rcps, ..Layers::default() };
            // It is the ARN of that deployer.
            out.context.remove("aws:principalarn");
        }
        out.layers.lacking = None;
        if let Some((partition, account)) = self.snapshot.as_deref().and_then(Snapshot::home) {
            for (own, known) in [(&mut out.givens.partition, partition), (&mut out.givens.account, account)] {
                if own.as_literal().is_none() {
                    *own = Text::literal(known);
                }
            }
        }
        out.caller = Caller::unknown(out.givens.account.clone(), out.givens.partition.clone());
        Deployment { deployer: None, origin: None, ..out }
    }

    /// The same deployment by this principal, in its account and partition.
    ///
    /// # Errors
    ///
    /// It is in another account or partition than the stack, or the snapshot does not have it.
    pub(crate) fn by(&self, arn: &PrincipalArn) -> Result<Deployment, DeploymentError> {
        let mut out = self.by_anybody();
        let differs = |given: &Text, own: &str| given.as_literal().is_some_and(|given| given != own);
        if differs(&out.givens.account, &arn.account) {
            let given = out.givens.account.to_string();
            return Err(DeploymentError::TwoAccounts { given, own: arn.account.clone() });
        }
        if differs(&out.givens.partition, &arn.partition) {
            return Err(DeploymentError::Partition(arn.partition.clone()));
        }
        if AccountId::parse(&arn.account).is_some() {
            out.givens.account = Text::literal(&arn.account);
        }
        if is_partition(&arn.partition) {
            out.givens.partition = Text::literal(&arn.partition);
        }
        Ok(out.named(arn, None)?.lacking())
    }

    /// Every user and role of the account that is deployed to, where the IAM snapshot has them all.
    pub(crate) fn everybody(&self) -> Option<Vec<&str>> {
        let snapshot = self.snapshot.as_deref()?;
        let (_, account) = snapshot.home()?;
        (self.givens.account.as_literal() == Some(account)).then(|| snapshot.everybody()).flatten()
    }
}
