//! What is assumed about the deployer's role (design §2): named principals exist, and a role name is unique in its account.
//!
//! Source: IAM User Guide, reference_iam-quotas.html: "Names … must be unique within the account", whatever the path.

use crate::aws::is_partition;
use crate::policy::{Caller, Document, Problem, Says, condition_lines, named_principals};
use crate::source::Span;
use crate::world::{Class, Facet, Hole, Origin, Piece, Text, Value, World};

/// The world in which the path of a session's role is the one that an ARN of the policy gives it, or `/`.
pub(crate) fn role_path(caller: &Caller, policy: &Value, world: &World) -> World {
    let caller = caller.in_world(world);
    let is_path = |hole: &&Hole| *hole.origin() == Origin::Deployer(Facet::Path);
    let Some(hole) = caller.principal.holes().find(is_path).cloned() else { return world.clone() };
    let named = principals(policy).into_iter().chain(condition_arns(policy)).map(|(text, _)| text);
    let path = named.into_iter().find_map(|text| path_in(&text, &caller.principal, world));
    let sso = caller.principal.to_string().contains("/aws-reserved/sso.amazonaws.com/");
    match path {
        Some(path) => world.clone().assume(hole, path),
        None if sso => world.clone(),
        None => world.clone().assume(hole, Text::default()),
    }
}

/// The world in which an unknown partition is the one in which the policy's principals exist.
pub(crate) fn partition(partition: &Text, policy: &Value, world: &World) -> World {
    let filled = world.fill(partition);
    let Some(hole) = filled.as_hole() else { return world.clone() };
    let named = principals(policy)
        .into_iter()
        .find_map(|(text, _)| part(&world.fill(&text), 1).filter(|own| own.as_literal().is_some_and(is_partition)));
    named.map_or_else(|| world.clone(), |own| world.clone().assume(hole.clone(), own))
}

/// The path that makes `named` the caller's role, if it names a role of that name.
fn path_in(named: &Text, principal: &Text, world: &World) -> Option<Text> {
    let (named, principal) = (world.fill(named), world.fill(principal));
    let (own, other) = (principal.split(':', 5)?.pop()?, named.split(':', 5)?.pop()?);
    // `role/`, path, name: what stands between the first and the last is the path.
    let [Piece::Literal(prefix), Piece::Hole(_), Piece::Literal(name)] = own.pieces() else { return None };
    let between = other.as_literal()?.strip_prefix(&**prefix)?.strip_suffix(&**name)?;
    let account = world.equal(&part(&named, 4)?, &part(&principal, 4)?);
    (Class::Path.admits(between) && account != Ok(false)).then(|| Text::literal(between))
}

fn part(arn: &Text, index: usize) -> Option<Text> {
    Some(arn.parts(':', 5)?.get(index)?.to_text())
}

/// Every principal that the policy names.
pub(super) fn principals(policy: &Value) -> Vec<(Text, Span)> {
    let document = Document { value: policy, of_identity: false };
    let elements =
        document.statements().into_iter().filter_map(|one| one.element("Principal").or(one.element("NotPrincipal")));
    elements.flat_map(named_principals).collect()
}

/// The ARNs without wildcard that the policy compares aws:PrincipalArn with.
fn condition_arns(policy: &Value) -> Vec<(Text, Span)> {
    let document = Document { value: policy, of_identity: false };
    let mut out = Vec::new();
    for statement in document.statements() {
        let Some(condition) = statement.element("Condition") else { continue };
        for (key, text, span) in condition_lines(condition) {
            if key.eq_ignore_ascii_case("aws:PrincipalArn") && !text.to_string().contains(['*', '?']) {
                out.push((text, span));
            }
        }
    }
    out
}

/// Principals that write the deployer's own role under another path: no such role can exist.
pub(crate) fn own_role_elsewhere(caller: &Caller, policy: &Value, world: &World) -> Vec<Problem> {
    let own = world.fill(&caller.in_world(world).principal);
    let Some(own_name) = role_name(&own) else { return Vec::new() };
    let elsewhere = |(text, span): (Text, Span)| {
        let text = world.fill(&text);
        let same_name = role_name(&text)? == own_name;
        let here = world.equal(&part(&text, 4)?, &part(&own, 4)?) == Ok(true);
        (here && same_name && world.equal(&own, &text) == Ok(false)).then(|| Problem {
            says: Says::InvalidPrincipals,
            message: format!(
                "`{text}` cannot exist: role names are unique in an account, and the deployer's is `{own}`"
            ),
            span,
        })
    };
    principals(policy).into_iter().filter_map(elsewhere).collect()
}

/// The name of a role's ARN, where it is known.
fn role_name(arn: &Text) -> Option<String> {
    let resource = part(arn, 5)?;
    let Some(Piece::Literal(last)) = resource.pieces().last().filter(|_| resource.known_prefix().starts_with("role/"))
    else {
        return None;
    };
    // Without a `/` in it, what stands before it may be a part of the name.
    last.rsplit_once('/').map(|(_, name)| name.to_owned())
}
