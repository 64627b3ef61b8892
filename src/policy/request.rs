//! The call that is decided: who, what, on which key, in which context.

use std::collections::BTreeMap;

use crate::aws::{Presence, canonical, context_key, is_multivalued};
use crate::world::{Hole, Origin, Pattern, Piece, Shape, Stop, Text, World};

use super::caller::{Caller, CallerKind};
use super::doubt::Doubt;
use super::values::timestamp;

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
    /// The time of the call, in seconds since 1970; nothing where it is not known.
    pub(crate) now: Option<i64>,
    /// What the template says of the key, by the context key that carries it.
    pub(crate) key: BTreeMap<&'static str, Text>,
    /// Context keys (lower case) that were given: their values, or none where the call does not carry the key.
    pub(crate) given: BTreeMap<String, Vec<String>>,
    /// A rule that is not taken for granted: to find out whether it decides.
    pub(crate) doubted: Option<Doubt>,
    /// Whether the call carries nothing but what was given and what follows from its caller.
    pub(crate) only_given: bool,
    /// What another call than kms:PutKeyPolicy through CloudFormation carries, where that differs: by the key's name, of
    /// which a trailing `*` stands for any ending. The first that fits counts.
    pub(crate) own: Vec<(&'static str, Carried)>,
}

/// What a call of its own kind carries for a context key.
#[derive(Clone, Debug)]
pub(crate) enum Carried {
    /// This.
    Is(Text),
    /// This, or nothing.
    Perhaps(Text),
    /// Nothing.
    Absent,
    /// Nobody knows.
    Unknown,
}

/// What the request carries for a context key.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ContextValue {
    /// This one value.
    Is(Text),
    /// These values of a key that may have several.
    Many(Vec<Text>),
    /// No value.
    Absent,
    /// Unknown, and perhaps none.
    Unknown(Hole),
}

impl Request {
    /// The same request with everything filled in that `world` knows of its caller.
    pub(crate) fn in_world(&self, world: &World) -> Request {
        Request { caller: self.caller.in_world(world), ..self.clone() }
    }

    /// Whether this rule is in doubt.
    pub(crate) fn doubts(&self, doubt: &Doubt) -> bool {
        self.doubted.as_ref() == Some(doubt)
    }

    /// The value of a context key; what was given wins over the table of `aws/`.
    pub(crate) fn context(&self, key: &str, world: &World) -> Result<ContextValue, Stop> {
        let lower = key.to_ascii_lowercase();
        if let Some(values) = self.given.get(&lower) {
            return Ok(match values.as_slice() {
                [] => ContextValue::Absent,
                [one] if !is_multivalued(key) => ContextValue::Is(Text::literal(one)),
                many => ContextValue::Many(many.iter().map(|value| Text::literal(value)).collect()),
            });
        }
        if let Some(carried) = self.carried(key) {
            return Ok(carried);
        }
        if self.doubts(&Doubt::Key(lower)) {
            return Ok(unknown(key));
        }
        let presence = context_key(key).presence;
        if self.only_given && !is_of_caller(presence) {
            return Ok(ContextValue::Absent);
        }
        match presence {
            Presence::PrincipalArn => Ok(ContextValue::Is(self.caller.principal.clone())),
            Presence::Account => Ok(ContextValue::Is(self.caller.account.clone())),
            Presence::PrincipalType | Presence::Username | Presence::UserId | Presence::TokenIssueTime => {
                Ok(self.of_kind(presence, key, self.caller.kind(world)?))
            }
            Presence::PrincipalTag => Ok(self.tag(key)),
            presence => Ok(self.of_call(presence, key)),
        }
    }

    /// What this kind of call carries, where it is not a kms:PutKeyPolicy as the table of `aws/` has it. Keys of KMS that the
    /// table leaves out for kms:PutKeyPolicy may belong to other operations.
    ///
    /// Source: KMS Developer Guide, conditions-kms.html: each key lists its API operations.
    fn carried(&self, key: &str) -> Option<ContextValue> {
        let starts = |prefix: &str| key.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
        let fits = |name: &str| match name.strip_suffix('*') {
            Some(prefix) => starts(prefix),
            None => key.eq_ignore_ascii_case(name),
        };
        let own = self.own.iter().find(|(name, _)| fits(name)).map(|(_, carried)| match carried {
            Carried::Is(text) => ContextValue::Is(text.clone()),
            Carried::Perhaps(text) => perhaps(key, text),
            Carried::Absent => ContextValue::Absent,
            Carried::Unknown => unknown(key),
        });
        let is_other = || !self.only_given && !self.action.eq_ignore_ascii_case("kms:PutKeyPolicy");
        let never = || starts("kms:") && context_key(key).presence == Presence::Never;
        own.or_else(|| (is_other() && never()).then(|| unknown(key)))
    }

    /// What hangs on the kind of principal. Source: IAM User Guide, reference_policies_variables.html, "Principal key
    /// values", and reference_policies_condition-keys.html.
    fn of_kind(&self, presence: Presence, key: &str, kind: CallerKind) -> ContextValue {
        use CallerKind::{Federated, Role, Root, User};
        match (presence, kind) {
            (Presence::PrincipalType, kind) => ContextValue::Is(Text::literal(match kind {
                Root => "Account",
                User => "User",
                Role => "AssumedRole",
                Federated => "FederatedUser",
            })),
            (Presence::Username, User) => self.name().map_or_else(|| unknown(key), ContextValue::Is),
            (Presence::UserId, Root) => ContextValue::Is(self.caller.account.clone()),
            (Presence::UserId, User) => ContextValue::Is(self.caller.id.clone()),
            (Presence::UserId, Role) => self.with_name(self.caller.id.clone(), key),
            (Presence::UserId, Federated) => self.with_name(self.caller.account.clone(), key),
            // There is a value, but nobody knows which.
            (Presence::TokenIssueTime, Role | Federated) => ContextValue::Is(Text::hole(hole(key, Shape::default()))),
            _ => ContextValue::Absent,
        }
    }

    /// `start:name`, by the name of the session or federated user.
    fn with_name(&self, mut start: Text, key: &str) -> ContextValue {
        let Some(name) = last_word(&self.caller.arn) else { return unknown(key) };
        start.push_str(":");
        start.append(&name);
        ContextValue::Is(start)
    }

    fn name(&self) -> Option<Text> {
        last_word(&self.caller.principal)
    }

    /// A tag of the principal, where all its tags are known. Source: IAM User Guide, access_tags.html: tag keys ignore case.
    fn tag(&self, key: &str) -> ContextValue {
        let Some(tags) = &self.caller.tags else { return unknown(key) };
        let wanted = key.split_once('/').map_or("", |(_, tag)| tag);
        let found = tags.iter().find(|(tag, _)| tag.eq_ignore_ascii_case(wanted));
        found.map_or(ContextValue::Absent, |(_, value)| ContextValue::Is(Text::literal(value)))
    }

    fn of_call(&self, presence: Presence, key: &str) -> ContextValue {
        let via = self.via_cloudformation;
        let fixed = |value: Option<&str>| value.map_or(ContextValue::Absent, |value| ContextValue::Is(value.into()));
        match presence {
            Presence::Region => ContextValue::Is(self.region.clone()),
            Presence::Now => self.now.map_or_else(|| unknown(key), |now| ContextValue::Is((&*timestamp(now)).into())),
            Presence::NowInSeconds => {
                self.now.map_or_else(|| unknown(key), |now| ContextValue::Is((&*now.to_string()).into()))
            }
            Presence::Fixed { cloudformation, direct } => fixed(if via { cloudformation } else { direct }),
            Presence::ViaService if via => {
                let mut service = Text::literal("cloudformation.");
                service.append(&self.region);
                service.push_str(".amazonaws.com");
                ContextValue::Is(service)
            }
            Presence::CalledVia if via => ContextValue::Many(vec!["cloudformation.amazonaws.com".into()]),
            Presence::KeyProperty => self.key_property(key),
            Presence::FalseOrAbsent { .. } if via => one_or_absent(key, "false"),
            Presence::FalseOrAbsent { never_direct: true } | Presence::Never => ContextValue::Absent,
            Presence::ViaService | Presence::CalledVia => ContextValue::Absent,
            Presence::OnlyDirect if via => ContextValue::Absent,
            Presence::OnlyCloudFormation if !via => ContextValue::Absent,
            _ => unknown(key),
        }
    }

    /// What the template says of the key; whether the call carries it is not known.
    fn key_property(&self, key: &str) -> ContextValue {
        let known = self.key.iter().find(|(name, _)| key.eq_ignore_ascii_case(name));
        match known.and_then(|(_, text)| text.as_literal()) {
            Some(value) => one_or_absent(key, value),
            None => unknown(key),
        }
    }
}

fn is_of_caller(presence: Presence) -> bool {
    matches!(presence, Presence::PrincipalArn | Presence::Account | Presence::PrincipalType | Presence::Username)
}

fn hole(key: &str, shape: Shape) -> Hole {
    Hole::new(Origin::Context(canonical(key)), shape, None)
}

fn unknown(key: &str) -> ContextValue {
    ContextValue::Unknown(hole(key, Shape::default()))
}

/// This text, of which parts may be unknown, or none.
fn perhaps(key: &str, text: &Text) -> ContextValue {
    let Some(known) = text.as_literal() else {
        let mut pattern = Text::default();
        text.pieces().iter().for_each(|piece| match piece {
            Piece::Literal(known) => pattern.push_str(known),
            Piece::Hole(_) => pattern.push_str("*"),
        });
        let shape = Shape { pattern: Some(Pattern::new(pattern)), ..Shape::default() };
        return ContextValue::Unknown(hole(key, shape));
    };
    one_or_absent(key, known)
}

/// This value, or none.
fn one_or_absent(key: &str, value: &str) -> ContextValue {
    ContextValue::Unknown(hole(key, Shape { allowed: Some(vec![value.into()]), ..Shape::default() }))
}

/// What stands after the last `/` of an ARN.
fn last_word(arn: &Text) -> Option<Text> {
    arn.split(':', 5)?.pop()?.split('/', usize::MAX)?.pop()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::PrincipalArn;
    use crate::world::{Class, Facet};

    const ROLE: &str = "arn:aws:iam::111122223333:role/Deploy";

    fn request(caller: Caller, given: &[(&str, &str)], only_given: bool) -> Request {
        Request {
            caller,
            action: "kms:PutKeyPolicy".to_owned(),
            resource: "arn:aws:kms:eu-west-1:111122223333:key/1".into(),
            region: "eu-west-1".into(),
            via_cloudformation: true,
            now: None,
            key: BTreeMap::new(),
            given: given.iter().map(|(key, value)| ((*key).to_owned(), vec![(*value).to_owned()])).collect(),
            doubted: None,
            only_given,
            own: Vec::new(),
        }
    }

    fn role() -> Caller {
        Caller::named(&PrincipalArn::parse(ROLE).unwrap(), Some("me"), "111122223333".into(), "aws".into())
    }

    /// A simulation of AWS's own is given the whole context but for what follows from its principal.
    #[test]
    fn a_call_may_carry_nothing_but_what_was_given() {
        let value = |only_given, key: &str| {
            request(role(), &[("aws:sourceip", "192.0.2.1")], only_given).context(key, &World::default()).unwrap()
        };
        for only_given in [true, false] {
            assert_eq!(value(only_given, "aws:PrincipalArn"), ContextValue::Is(ROLE.into()));
            assert_eq!(value(only_given, "aws:PrincipalAccount"), ContextValue::Is("111122223333".into()));
            assert_eq!(value(only_given, "aws:PrincipalType"), ContextValue::Is("AssumedRole".into()));
            assert_eq!(value(only_given, "aws:SourceIp"), ContextValue::Is("192.0.2.1".into()));
        }
        assert_eq!(value(true, "aws:ViaAWSService"), ContextValue::Absent);
        assert_eq!(value(false, "aws:ViaAWSService"), ContextValue::Is("true".into()));
        assert_eq!(value(true, "aws:PrincipalOrgID"), ContextValue::Absent);
        assert!(matches!(value(false, "aws:PrincipalOrgID"), ContextValue::Unknown(_)));
    }

    #[test]
    fn the_caller_is_who_the_world_says() {
        let unknown = request(Caller::unknown("111122223333".into(), "aws".into()), &[], false);
        let hole = Hole::new(Origin::Deployer(Facet::Principal), Shape::class(Class::Any), None);
        let world = World::default().assume(hole, ROLE.into());
        let found = unknown.in_world(&world).context("aws:PrincipalType", &world);
        assert_eq!(found, Ok(ContextValue::Is("AssumedRole".into())));
        assert!(unknown.context("aws:PrincipalType", &World::default()).is_err(), "else it is asked");
        let id = unknown.in_world(&world).context("aws:userid", &world);
        assert!(
            matches!(&id, Ok(ContextValue::Is(text)) if text.to_string().ends_with(":{{deployer:session}}")),
            "{id:?}"
        );
    }

    /// A text of which parts are unknown is a pattern for what the call may carry.
    #[test]
    fn what_is_partly_known_keeps_its_known_parts() {
        let mut text = Text::literal("alias/");
        text.push(&Piece::Hole(Hole::new(Origin::Parameter("P".into()), Shape::default(), None)));
        let own = vec![("kms:RequestAlias", Carried::Perhaps(text))];
        let request = Request { own, ..request(role(), &[], false) };
        let ContextValue::Unknown(hole) = request.context("kms:RequestAlias", &World::default()).unwrap() else {
            panic!("nobody knows it");
        };
        assert!(hole.shape().admits("alias/a") && !hole.shape().admits("a"));
    }
}
