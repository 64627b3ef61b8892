//! The inverse of the check: from which principals does KMS accept a key, and all keys of a template together?
//!
//! Comes in: the stacks and a deployment, of which the deployer is taken away. Goes out: [`Able`] principals, each with what
//! else has to be so. The check itself answers: with nobody named it asks who deploys, so the principals are the answers in
//! its tree (`asking.rs`); each of them is then asked for by name, in a tree of its own, which decides what is said of it. All
//! keys together are one evaluation (`ground.rs`), so no set is ever worked out from texts. Must not know: output.
//!
//! Source: as for the check itself; KMS API, CreateKey: a key belongs to the account of whoever creates it, so nobody of
//! another account is among them.

mod able;
mod asking;
mod ground;
mod group;

pub(crate) use able::{Abilities, Able, Nobody, Who};

use crate::deployment::Deployment;
use crate::source::{FileId, Span};
use crate::template::Stacks;

use super::check::kind;
use super::worlds::Worlds;
use asking::Asking;
use ground::Ground;

/// Who can deploy the keys of a template.
#[derive(Debug)]
pub(crate) struct WhoCan {
    /// The account that is deployed to, where it is known.
    pub(crate) account: Option<String>,
    /// Every key that is created, by itself.
    pub(crate) keys: Vec<WhoKey>,
    /// All of them together.
    pub(crate) together: Abilities,
}

impl WhoCan {
    /// Whether it is certain that nobody can deploy all keys with the values that would be deployed.
    pub(crate) fn has_nobody(&self) -> bool {
        !self.keys.is_empty() && self.together.has_nobody()
    }
}

/// Who can deploy one key.
#[derive(Debug)]
pub(crate) struct WhoKey {
    /// The file that it stands in.
    pub(crate) file: FileId,
    /// The path of nested stacks that leads to it.
    pub(crate) stack: String,
    /// Its logical id.
    pub(crate) id: String,
    /// The place of the logical id.
    pub(crate) span: Span,
    /// `AWS::KMS::Key` or `AWS::KMS::ReplicaKey`.
    pub(crate) kind: &'static str,
    /// Who.
    pub(crate) can: Abilities,
}

/// Finds out who can deploy the keys of a template and of the stacks nested in it, whoever is named as the deployer.
pub(crate) fn who(stacks: &Stacks, deployment: &Deployment) -> WhoCan {
    who_within(stacks, deployment, &Worlds::default())
}

/// The same with so many worlds.
pub(super) fn who_within(stacks: &Stacks, deployment: &Deployment, worlds: &Worlds) -> WhoCan {
    let deployment = deployment.by_anybody();
    let ground = Ground::new(stacks, &deployment.givens);
    let asking = |which| Asking { stacks, deployment: &deployment, ground: &ground, worlds, which };
    let subjects = ground.subjects(&deployment, worlds);
    let key = |(index, subject): (usize, &super::evaluate::Subject<'_>)| {
        Some(WhoKey {
            file: ground.file(subject),
            stack: subject.scope.path().to_owned(),
            id: subject.key.id.clone(),
            span: subject.key.span,
            kind: kind(subject.key),
            can: asking(Some(index)).answer()?,
        })
    };
    let keys: Vec<WhoKey> = subjects.iter().enumerate().filter_map(key).collect();
    let together = match (keys.as_slice(), subjects.as_slice()) {
        ([one], [_]) => one.can.clone(),
        _ => asking(None).answer().unwrap_or_default(),
    };
    WhoCan { account: deployment.givens.account.as_literal().map(str::to_owned), keys, together }
}
