//! Whether a Deny-everyone-except also stops AWS services that call KMS in their own name.
//!
//! Comes in: a statement and a call. Goes out: yes only where it is certain. Must not know: how it is put into words.
//!
//! Source: IAM User Guide, reference_policies_condition-keys.html: what identifies a principal (`aws:PrincipalArn`,
//! `aws:PrincipalOrgID`, …) is absent from the call of a service principal, an absent key passes a negated operator
//! (reference_policies_elements_condition_operators.html), and `aws:PrincipalIsAWSService` is true. A service role and a
//! service-linked role are roles: for them it is false, and `aws:PrincipalArn` is the role's ARN. Field report: S13.

use crate::world::{Kind, Value, World};

use super::conditions::{hold, lines};
use super::line::Line;
use super::principals::is_everyone;
use super::request::Request;
use super::statement::{Effect, Statement};

/// What services do with a key in their own name.
const USES: [&str; 6] = [
    "kms:Decrypt",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
];

/// What the call of a service principal carries for a key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Carries {
    /// Nothing: the key identifies a user or role.
    Nothing,
    /// This.
    Value(&'static str),
    /// An address or endpoint that is not the user's: no value that a policy lists.
    Another,
    /// Who knows.
    Unknown,
}

/// Source: reference_policies_condition-keys.html, "Properties of the principal" and "Properties of the network".
const CARRIED: [(&str, Carries); 13] = [
    ("aws:principalarn", Carries::Nothing),
    ("aws:principalaccount", Carries::Nothing),
    ("aws:principalorgid", Carries::Nothing),
    ("aws:principalorgpaths", Carries::Nothing),
    ("aws:principaltag/", Carries::Nothing),
    ("aws:username", Carries::Nothing),
    ("aws:principalisawsservice", Carries::Value("true")),
    ("aws:securetransport", Carries::Value("true")),
    ("aws:sourceip", Carries::Another),
    ("aws:vpcsourceip", Carries::Another),
    ("aws:sourcevpce", Carries::Another),
    ("aws:sourcevpcarn", Carries::Another),
    ("aws:sourcevpc", Carries::Another),
];

fn carries(key: &str) -> Carries {
    let key = key.to_ascii_lowercase();
    let is = |row: &&(&str, Carries)| if row.0.ends_with('/') { key.starts_with(row.0) } else { key == row.0 };
    CARRIED.iter().find(is).map_or(Carries::Unknown, |row| row.1)
}

/// Whether the statement certainly denies the use of the key to services, because it is meant for everyone but somebody.
pub(crate) fn denies_services(statement: &Statement<'_>, request: &Request, world: &World) -> bool {
    let about = |action: &&str| {
        let request = Request { action: (**action).to_owned(), ..request.clone() };
        statement.covers_action(&request, world) == Ok(true)
    };
    matches!(statement.value.kind, Kind::Map(_))
        && statement.effect(world) == Ok(Effect::Deny)
        && USES.iter().any(about)
        && statement.names_resource(request, world) == Ok(true)
        && reaches_services(statement, request, world)
}

/// Everyone but somebody: by a condition, or by NotPrincipal.
fn reaches_services(statement: &Statement<'_>, request: &Request, world: &World) -> bool {
    let condition = statement.element("Condition");
    let holds = |condition| holds_for_services(condition, statement, request, world);
    match (statement.element("Principal"), statement.element("NotPrincipal")) {
        (Some(everyone), _) => is_everyone(everyone) && condition.is_some_and(holds),
        (None, Some(excepted)) => excepts_no_service(excepted) && condition.is_none_or(holds),
        (None, None) => false,
    }
}

/// Whether NotPrincipal lists nothing but AWS principals that are written out.
fn excepts_no_service(excepted: &Value) -> bool {
    let Kind::Map(entries) = &excepted.kind else { return false };
    let is_written = |value: &Value| match &value.kind {
        Kind::Text(_) => true,
        Kind::List(items) => items.iter().all(|item| matches!(item.kind, Kind::Text(_))),
        _ => false,
    };
    !is_everyone(excepted) && entries.iter().all(|(key, value)| &*key.text == "AWS" && is_written(value))
}

/// Whether the condition holds for the call of any service.
fn holds_for_services(condition: &Value, statement: &Statement<'_>, request: &Request, world: &World) -> bool {
    let lines = lines(condition);
    let is_known = |line: &Line<'_>| match carries(line.key) {
        Carries::Nothing | Carries::Value(_) => true,
        Carries::Another => line.operator.contains("Not"),
        Carries::Unknown => false,
    };
    let is_of_caller = |line: &Line<'_>| matches!(carries(line.key), Carries::Nothing | Carries::Another);
    if !lines.iter().all(is_known) || !lines.iter().any(is_of_caller) {
        return false;
    }
    let given = lines.iter().map(|line| {
        let value = match carries(line.key) {
            Carries::Value(value) => vec![value.to_owned()],
            _ => Vec::new(),
        };
        (line.key.to_ascii_lowercase(), value)
    });
    let request = Request { given: given.collect(), ..request.clone() };
    hold(condition, &request, statement.version, world) == Ok(true)
}
