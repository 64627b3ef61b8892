//! The principal that makes the call, as far as it is known.
//!
//! Source: IAM User Guide, reference_identifiers.html: the ARN of a role session carries the role's name but not its
//! path; aws:PrincipalArn of the session is the role's ARN, with the path.

use crate::aws::{PrincipalArn, PrincipalKind};
use crate::world::{Class, Facet, Hole, Origin, Piece, Shape, Stop, Text, World};

/// The caller. Unknown parts are holes.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// aws:PrincipalArn: user, role with its path, federated user, or account root.
    pub(crate) principal: Text,
    /// The caller's own ARN; for a role, the session's.
    pub(crate) arn: Text,
    /// Its account.
    pub(crate) account: Text,
    /// Its partition.
    pub(crate) partition: Text,
    /// The unique id of the user or role (`AIDA…`, `AROA…`).
    pub(crate) id: Text,
    /// Its tags, where all of them are known.
    pub(crate) tags: Option<Vec<(String, String)>>,
    /// Whether a permissions boundary is attached to it.
    pub(crate) bounded: bool,
    /// The service, where no principal of IAM calls but a service by itself.
    pub(crate) service: Option<Service>,
}

/// A service that calls by itself. Source: IAM User Guide, reference_policies_elements_principal.html#principal-services.
#[derive(Clone, Debug)]
pub(crate) struct Service {
    /// The name by which a policy lets it in.
    pub(crate) name: Text,
    /// Names of which nobody knows whether they do.
    pub(crate) perhaps: Vec<Text>,
}

/// What kind of principal a caller is: the values of aws:PrincipalType.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CallerKind {
    /// The account root user.
    Root,
    /// An IAM user.
    User,
    /// A role session.
    Role,
    /// A federated user.
    Federated,
}

/// `arn:P:iam::A:name`.
pub(crate) fn iam_arn(partition: &Text, account: &Text, name: &str) -> Text {
    Text::of(&["arn:".into(), partition.into(), ":iam::".into(), account.into(), ":".into(), name.into()])
}

/// The hole for one side of an unknown deployer.
pub(crate) fn facet(facet: Facet, class: Class) -> Text {
    Text::hole(Hole::new(Origin::Deployer(facet), Shape::class(class), None))
}

impl Caller {
    /// Somebody unknown in the given account.
    pub(crate) fn unknown(account: Text, partition: Text) -> Caller {
        Caller {
            principal: facet(Facet::Principal, Class::Any),
            arn: facet(Facet::Caller, Class::Any),
            account,
            partition,
            id: facet(Facet::Id, Class::Name),
            tags: None,
            bounded: false,
            service: None,
        }
    }

    /// A service that calls by itself.
    pub(crate) fn of_service(service: Service, account: Text, partition: Text) -> Caller {
        let name = service.name.clone();
        Caller { principal: name.clone(), arn: name, service: Some(service), ..Caller::unknown(account, partition) }
    }

    /// Some session of the role with this ARN, which may be known in part only.
    pub(crate) fn of_role(principal: Text, account: Text, partition: Text) -> Caller {
        let unknown = |what: &str, class| {
            let origin = Origin::Later { kind: "getatt", name: format!("{what} of {principal}"), at: None };
            Text::hole(Hole::new(origin, Shape::class(class), None))
        };
        let (arn, id) = (unknown("session", Class::Any), unknown("id", Class::Name));
        Caller { arn, id, principal, ..Caller::unknown(account, partition) }
    }

    /// The caller that `arn` names: a role's ARN stands for any session of it, a session's for a role of that name.
    pub(crate) fn named(arn: &PrincipalArn, session: Option<&str>, account: Text, partition: Text) -> Caller {
        let own = |service: &str, kind: &str| {
            let (partition, account) = ((&partition).into(), (&account).into());
            Text::of(&[
                "arn:".into(),
                partition,
                ":".into(),
                service.into(),
                "::".into(),
                account,
                ":".into(),
                kind.into(),
            ])
        };
        let mut wildcards = 0;
        let mut name = |text: &str| parts(text, &mut wildcards);
        let (principal, arn) = match &arn.kind {
            PrincipalKind::Root => (own("iam", "root"), own("iam", "root")),
            PrincipalKind::User { path, name: user } => {
                let mut text = own("iam", "user");
                text.append(&name(&format!("{path}{user}")));
                (text.clone(), text)
            }
            PrincipalKind::FederatedUser { name: user } => {
                let mut text = own("sts", "federated-user/");
                text.append(&name(user));
                (text.clone(), text)
            }
            PrincipalKind::Role { path, name: role } => {
                let role = name(role);
                let session = session.map_or_else(|| facet(Facet::Session, Class::Name), &mut name);
                (
                    join(own("iam", "role"), &[&Text::literal(path), &role]),
                    session_arn(own("sts", "assumed-role/"), &role, &session),
                )
            }
            PrincipalKind::Session { role, session } => {
                let (role, session) = (name(role), name(session));
                let path = path_of(role.known_prefix());
                (join(own("iam", "role/"), &[&path, &role]), session_arn(own("sts", "assumed-role/"), &role, &session))
            }
        };
        Caller { principal, arn, ..Caller::unknown(account, partition) }
    }

    /// The pattern of all users of its account.
    pub(crate) fn any_user(&self) -> Text {
        self.in_account("user/*")
    }

    /// The caller with what `world` knows filled in. For an unknown deployer, knowing one side tells the other.
    pub(crate) fn in_world(&self, world: &World) -> Caller {
        let fill = |text: &Text| world.fill(text);
        let (account, partition) = (fill(&self.account), fill(&self.partition));
        let (principal, arn) = (fill(&self.principal), fill(&self.arn));
        let unknown = |text: &Text| matches!(text.as_hole().map(Hole::origin), Some(Origin::Deployer(_)));
        match (unknown(&principal), unknown(&arn)) {
            (false, true) => {
                Caller { arn: caller_arn(&principal).unwrap_or(arn), principal, account, partition, ..self.clone() }
            }
            (true, false) => {
                Caller { principal: principal_arn(&arn).unwrap_or(principal), arn, account, partition, ..self.clone() }
            }
            _ => Caller { principal, arn, account, partition, ..self.clone() },
        }
    }

    /// What kind of principal it is, asked for where it is unknown.
    pub(crate) fn kind(&self, world: &World) -> Result<CallerKind, Stop> {
        use CallerKind::{Federated, Role, Root, User};
        for (pattern, kind) in
            [("arn:*:iam::*:role/*", Role), ("arn:*:iam::*:user/*", User), ("arn:*:iam::*:root", Root)]
        {
            if world.arn_like(&self.principal, &Text::literal(pattern))? {
                return Ok(kind);
            }
        }
        Ok(Federated)
    }

    /// Whether it is certainly a federated user.
    pub(crate) fn is_federated_user(&self) -> bool {
        self.principal.holds(":federated-user/")
    }

    /// Whether it is the account root user, who has everything that its account has. Source: IAM User Guide, evaluation logic.
    pub(crate) fn is_root_user(&self) -> bool {
        self.principal == self.account_root()
    }

    /// The ARN of the root of the caller's account: the way in which a policy names the account, beside its id.
    pub(crate) fn account_root(&self) -> Text {
        self.in_account("root")
    }

    fn in_account(&self, name: &str) -> Text {
        iam_arn(&self.partition, &self.account, name)
    }
}

/// The path of a session's role, which its ARN does not tell. Roles of Identity Center have their own folder, with the
/// Region below it unless Identity Center lives in us-east-1.
///
/// Source: IAM Identity Center User Guide, referencingpermissionsets.html.
fn path_of(role: &str) -> Text {
    let mut path = Text::default();
    if role.starts_with("AWSReservedSSO_") {
        path.push_str("aws-reserved/sso.amazonaws.com/");
    }
    path.append(&facet(Facet::Path, Class::Path));
    path
}

/// A name in which every `*` is something unknown.
fn parts(text: &str, wildcards: &mut u8) -> Text {
    let mut out = Text::default();
    for (n, part) in text.split('*').enumerate() {
        if n > 0 {
            let hole = Hole::new(Origin::Deployer(Facet::Wildcard(*wildcards)), Shape::class(Class::Part), None);
            *wildcards = wildcards.saturating_add(1);
            out.push(&Piece::Hole(hole));
        }
        out.push_str(part);
    }
    out
}

fn join(mut start: Text, rest: &[&Text]) -> Text {
    rest.iter().for_each(|text| start.append(text));
    start
}

fn session_arn(start: Text, role: &Text, session: &Text) -> Text {
    join(start, &[role, &Text::literal("/"), session])
}

/// The session's ARN, from aws:PrincipalArn.
fn caller_arn(principal: &Text) -> Option<Text> {
    let parts = principal.split(':', 5)?;
    let [arn, partition, _, _, account, resource] = parts.as_slice() else { return None };
    if !resource.known_prefix().starts_with("role/") {
        return Some(principal.clone());
    }
    let name = resource.split('/', usize::MAX)?.pop()?;
    let start = join(arn.clone(), &[&":".into(), partition, &":sts::".into(), account, &":assumed-role/".into()]);
    Some(session_arn(start, &name, &facet(Facet::Session, Class::Name)))
}

/// aws:PrincipalArn, from the session's ARN.
fn principal_arn(arn: &Text) -> Option<Text> {
    let parts = arn.split(':', 5)?;
    let [start, partition, _, _, account, resource] = parts.as_slice() else { return None };
    let words = of_names(resource).split('/', usize::MAX)?;
    match words.as_slice() {
        [kind, role, _session] if kind.as_literal() == Some("assumed-role") => {
            let path = path_of(role.known_prefix());
            let start = join(start.clone(), &[&":".into(), partition, &":iam::".into(), account, &":role/".into()]);
            Some(join(start, &[&path, role]))
        }
        _ => Some(arn.clone()),
    }
}

/// The same text, of which every unknown part is a name: neither role nor session of a session's ARN holds a `/`.
fn of_names(resource: &Text) -> Text {
    let mut out = Text::default();
    for piece in resource.pieces() {
        match piece {
            Piece::Hole(hole) => {
                out.push(&Piece::Hole(hole.with(Shape { class: Class::Name, ..hole.shape().clone() })))
            }
            Piece::Literal(_) => out.push(piece),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hole(origin: &Origin, class: Class) -> Hole {
        Hole::new(origin.clone(), Shape::class(class), None)
    }

    /// Somebody of whom not even the account is known, in the world in which these holes are these texts.
    fn knowing(known: &[(Origin, Class, Text)]) -> Caller {
        let account = Text::hole(hole(&Origin::Account, Class::Account));
        let partition = Text::hole(hole(&Origin::Partition, Class::Name));
        let assume = |world: World, (origin, class, text): &(Origin, Class, Text)| {
            world.assume(hole(origin, *class), text.clone())
        };
        Caller::unknown(account, partition).in_world(&known.iter().fold(World::default(), assume))
    }

    /// Both ARNs of the deployer, of which one is known.
    fn sides(facet: Facet, arn: impl Into<Text>) -> [String; 2] {
        let caller = knowing(&[(Origin::Deployer(facet), Class::Any, arn.into())]);
        [caller.principal.to_string(), caller.arn.to_string()]
    }

    /// Source: reference_identifiers.html: a session's ARN has the role's name and not its path, aws:PrincipalArn has both.
    #[test]
    fn one_arn_of_the_deployer_tells_the_other() {
        let (role, session) = ("arn:aws:iam::111122223333:role", "arn:aws:sts::111122223333:assumed-role");
        for name in ["Deploy", "team/ops/Deploy"] {
            let role = format!("{role}/{name}");
            assert_eq!(
                sides(Facet::Principal, &*role),
                [role.clone(), format!("{session}/Deploy/{{{{deployer:session}}}}")]
            );
        }
        let of = |name: &str| sides(Facet::Caller, &*format!("{session}/{name}/me"));
        assert_eq!(of("Deploy"), [format!("{role}/{{{{deployer:path}}}}Deploy"), format!("{session}/Deploy/me")]);
        let [principal, _] = of("AWSReservedSSO_Admin_0123456789abcdef");
        let folder = format!("{role}/aws-reserved/sso.amazonaws.com/{{{{deployer:path}}}}AWSReservedSSO_Admin");
        assert!(principal.starts_with(&folder), "{principal}");
        for same in [
            "arn:aws:iam::111122223333:user/Alice",
            "arn:aws:iam::111122223333:user/team/Alice",
            "arn:aws:sts::111122223333:federated-user/bob",
        ] {
            assert_eq!(sides(Facet::Principal, same), [same, same]);
            assert_eq!(sides(Facet::Caller, same), [same, same]);
        }
        let mut partly = Text::literal(&format!("{session}/"));
        partly.push(&Piece::Hole(hole(&Origin::Parameter("P".into()), Class::Any)));
        partly.push_str("/me");
        let [principal, _] = sides(Facet::Caller, partly);
        assert_eq!(principal, format!("{role}/{{{{deployer:path}}}}{{{{parameter:P}}}}"), "no name holds a slash");
        assert_eq!(sides(Facet::Session, "me"), ["{{deployer:principal}}", "{{deployer:arn}}"], "neither is known");
    }

    #[test]
    fn account_and_partition_are_filled_in_whatever_else_is_known() {
        let place = [
            (Origin::Account, Class::Account, "111122223333".into()),
            (Origin::Partition, Class::Name, "aws-cn".into()),
        ];
        let arn = "arn:aws-cn:iam::111122223333:user/Alice";
        for facet in [Facet::Principal, Facet::Caller, Facet::Session] {
            let [account, partition] = place.clone();
            let caller = knowing(&[account, partition, (Origin::Deployer(facet), Class::Any, arn.into())]);
            assert_eq!([caller.account, caller.partition].map(|text| text.to_string()), ["111122223333", "aws-cn"]);
        }
    }
    #[test]
    fn the_path_of_a_sessions_role_is_filled_in() {
        let session = PrincipalArn::parse("arn:aws:sts::111122223333:assumed-role/Deploy/me").unwrap();
        let caller = Caller::named(&session, None, "111122223333".into(), "aws".into());
        let world = World::default().assume(hole(&Origin::Deployer(Facet::Path), Class::Path), "team/".into());
        assert_eq!(caller.in_world(&world).principal.to_string(), "arn:aws:iam::111122223333:role/team/Deploy");
        let role = PrincipalArn::parse("arn:aws:iam::111122223333:role/Deploy").unwrap();
        let caller = Caller::named(&role, None, "111122223333".into(), "aws".into());
        let world = World::default().assume(hole(&Origin::Deployer(Facet::Session), Class::Name), "me".into());
        assert_eq!(caller.in_world(&world).arn.to_string(), "arn:aws:sts::111122223333:assumed-role/Deploy/me");
    }
}
