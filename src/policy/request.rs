//! The call that is decided: who, what, on which key, in which context.

use std::collections::BTreeMap;

use crate::aws::{Presence, context_key, is_multivalued};
use crate::world::{Hole, Origin, Shape, Stop, Text, World};

use super::caller::{Caller, CallerKind};

/// A request to KMS.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// Who calls.
    pub(crate) caller: Caller,
    /// What is called: `kms:PutKeyPolicy`.
    pub(crate) action: String,
    /// The key's ARN.
    pub(crate) resource: Text,
    /// The Region of the call.
    pub(crate) region: Text,
    /// Whether CloudFormation makes the call.
    pub(crate) via_cloudformation: bool,
    /// Context keys (lower case) that were given: their values, or none where the call does not carry the key.
    pub(crate) given: BTreeMap<String, Vec<String>>,
    /// A context key (lower case) of which nothing is taken for granted: to find out whether it decides.
    pub(crate) doubted: Option<String>,
    /// Whether the call carries nothing but what was given and what follows from its caller.
    pub(crate) only_given: bool,
}

/// What the request carries for a context key.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ContextValue {
    /// This one value.
    Is(Text),
    /// Several values, of which these are known to be there.
    Many(Vec<Text>),
    /// No value.
    Absent,
    /// Unknown, and perhaps none.
    Unknown(Hole),
}

impl Request {
    /// The value of a context key; what was given wins over the table of `aws/`.
    pub(crate) fn context(&self, key: &str, world: &World) -> Result<ContextValue, Stop> {
        if let Some(values) = self.given.get(&key.to_ascii_lowercase()) {
            return Ok(match values.as_slice() {
                [] => ContextValue::Absent,
                [one] if !is_multivalued(key) => ContextValue::Is(Text::literal(one)),
                many => ContextValue::Many(many.iter().map(|value| Text::literal(value)).collect()),
            });
        }
        let unknown = || ContextValue::Unknown(Hole::new(Origin::Context(key.to_owned()), Shape::default(), None));
        if self.doubted.as_deref() == Some(key.to_ascii_lowercase().as_str()) {
            return Ok(unknown());
        }
        let fixed = |value: Option<&str>| value.map_or(ContextValue::Absent, |value| ContextValue::Is(value.into()));
        let presence = context_key(key).presence;
        let of_caller = matches!(
            presence,
            Presence::PrincipalArn | Presence::Account | Presence::PrincipalType | Presence::Username
        );
        if self.only_given && !of_caller {
            return Ok(ContextValue::Absent);
        }
        Ok(match presence {
            Presence::PrincipalArn => ContextValue::Is(self.caller.principal.clone()),
            Presence::Account => ContextValue::Is(self.caller.account.clone()),
            Presence::PrincipalType => ContextValue::Is(Text::literal(match self.caller.kind(world)? {
                CallerKind::Root => "Account",
                CallerKind::User => "User",
                CallerKind::Role => "AssumedRole",
                CallerKind::Federated => "FederatedUser",
            })),
            Presence::Username => match self.caller.kind(world)? {
                CallerKind::User => self.user_name().map_or_else(unknown, ContextValue::Is),
                _ => ContextValue::Absent,
            },
            Presence::Region => ContextValue::Is(self.region.clone()),
            Presence::Fixed { cloudformation, direct } => {
                fixed(if self.via_cloudformation { cloudformation } else { direct })
            }
            Presence::ViaService if self.via_cloudformation => {
                let mut service = Text::literal("cloudformation.");
                service.append(&self.region);
                service.push_str(".amazonaws.com");
                ContextValue::Is(service)
            }
            Presence::CalledVia if self.via_cloudformation => {
                ContextValue::Many(vec!["cloudformation.amazonaws.com".into()])
            }
            Presence::NotTheUsers if self.via_cloudformation => ContextValue::Absent,
            Presence::FalseOrAbsent { .. } if self.via_cloudformation => {
                let shape = Shape { allowed: Some(vec!["false".into()]), ..Shape::default() };
                ContextValue::Unknown(Hole::new(Origin::Context(key.to_owned()), shape, None))
            }
            Presence::FalseOrAbsent { never_direct: true } => ContextValue::Absent,
            Presence::ViaService | Presence::CalledVia | Presence::Never => ContextValue::Absent,
            Presence::NotTheUsers | Presence::Unknown | Presence::FalseOrAbsent { .. } => unknown(),
        })
    }

    fn user_name(&self) -> Option<Text> {
        self.caller.principal.split(':', 5)?.pop()?.split('/', usize::MAX)?.pop()
    }
}
