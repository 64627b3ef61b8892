//! A second evaluator of IAM policies, written for the tests in the plainest way, from the same documents and sharing no
//! code: three loops over JSON. It knows a concrete call only; what is not documented is an error.

use std::collections::BTreeMap;

use serde_json::Value;

/// What is not documented, so that no two evaluators need agree.
#[derive(Debug)]
pub(crate) struct Undocumented;

type Answer = Result<bool, Undocumented>;

/// A concrete call. Keys of the context are written as in the policies; several values only for keys that may have them.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) kind: &'static str,
    pub(crate) arn: String,
    pub(crate) principal_arn: String,
    pub(crate) account: String,
    pub(crate) action: String,
    pub(crate) resource: String,
    pub(crate) context: BTreeMap<String, Vec<String>>,
}

/// All policies of a call.
#[derive(Clone, Debug)]
pub(crate) struct Policies {
    pub(crate) key: Value,
    pub(crate) identity: Vec<Value>,
    pub(crate) boundary: Option<Vec<Value>>,
    pub(crate) session: Option<Vec<Value>>,
    pub(crate) scps: Vec<Vec<Value>>,
    pub(crate) rcps: Vec<Vec<Value>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    Allowed,
    ImplicitDeny,
    ExplicitDeny,
}

pub(crate) fn decide(call: &Call, policies: &Policies) -> Result<Decision, Undocumented> {
    let Policies { key, identity, boundary, session, scps, rcps } = policies;
    let statements = list(&key["Statement"]);
    let (mut denied, mut freely, mut by_role, mut by_account) = (false, false, false, false);
    for statement in &statements {
        if !applies(statement, &key["Version"], call)? {
            continue;
        }
        let deny = statement["Effect"] == "Deny";
        let named = named(statement, deny, boundary.is_some(), call)?;
        if deny {
            denied |= named.iter().any(|named| *named);
        } else {
            freely |= named[0];
            by_role |= named[1];
            by_account |= named[2];
        }
    }
    let mut layers: Vec<&Vec<Value>> = vec![identity];
    layers.extend(boundary);
    layers.extend(session);
    layers.extend(scps.iter().chain(rcps));
    for layer in layers {
        denied |= says(layer, "Deny", call)?;
    }
    if denied {
        return Ok(Decision::ExplicitDeny);
    }
    let mut allowed_above = true;
    for level in scps {
        allowed_above &= says(level, "Allow", call)?;
    }
    for level in rcps {
        let lists_an_allow =
            level.iter().any(|policy| list(&policy["Statement"]).iter().any(|one| one["Effect"] == "Allow"));
        allowed_above &= !lists_an_allow || says(level, "Allow", call)?;
    }
    let mut within = true;
    for limit in [boundary, session].into_iter().flatten() {
        within &= says(limit, "Allow", call)?;
    }
    let by_iam = call.kind == "Account" || says(identity, "Allow", call)?;
    let allowed = allowed_above && (freely || (by_role && within) || (by_account && within && by_iam));
    Ok(if allowed { Decision::Allowed } else { Decision::ImplicitDeny })
}

fn says(policies: &[Value], effect: &str, call: &Call) -> Answer {
    for policy in policies {
        for statement in list(&policy["Statement"]) {
            if statement["Effect"] == effect && applies(&statement, &policy["Version"], call)? {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Everything but the principal.
fn applies(statement: &Value, version: &Value, call: &Call) -> Answer {
    let variables = version == "2012-10-17";
    let action = |pattern: &str| wild(&pattern.to_lowercase(), &call.action.to_lowercase());
    let covered = match (&statement["Action"], &statement["NotAction"]) {
        (Value::Null, Value::Null) => return Ok(false),
        (Value::Null, except) => !strings(except).iter().any(|pattern| action(pattern)),
        (some, _) => strings(some).iter().any(|pattern| action(pattern)),
    };
    let resource = |pattern: &str| {
        if pattern == "*" {
            return true;
        }
        let (head, tail) = pattern.rsplit_once(':').unwrap_or(("", pattern));
        match if variables { replaced(tail, call) } else { Some(plain(tail)) } {
            Some(tail) => arn_like(&[plain(head), plain(":"), tail].concat(), &call.resource),
            None => false,
        }
    };
    // Variables stand after the fifth colon, and no resource of these tests has a sixth.
    let there = match (&statement["Resource"], &statement["NotResource"]) {
        (Value::Null, Value::Null) => return Ok(false),
        (Value::Null, except) => !strings(except).iter().any(|pattern| resource(&shielded(pattern))),
        (some, _) => strings(some).iter().any(|pattern| resource(&shielded(pattern))),
    };
    let mut holds = true;
    for (operator, block) in statement["Condition"].as_object().into_iter().flatten() {
        for (key, values) in block.as_object().into_iter().flatten() {
            holds &= line(operator, key, &strings(values), variables, call)?;
        }
    }
    Ok(covered && there && holds)
}

/// A colon inside `${…}` is no separator of an ARN.
fn shielded(pattern: &str) -> String {
    pattern.replace("${aws:", "${aws\u{1}")
}

/// Whether the caller is named freely, by its role, by its account.
fn named(statement: &Value, deny: bool, bounded: bool, call: &Call) -> Result<[bool; 3], Undocumented> {
    let root = format!("arn:aws:iam::{}:root", call.account);
    let listed = |element: &Value| if element.is_string() { strings(element) } else { strings(&element["AWS"]) };
    if !statement["NotPrincipal"].is_null() {
        let names = listed(&statement["NotPrincipal"]);
        let has = |name: &str| names.iter().any(|one| one == name);
        let account = has(&root) || has(&call.account);
        let own = if call.kind == "Account" { account } else { has(&call.arn) };
        let reached = match (deny, own) {
            _ if has("*") => deny && bounded,
            (true, _) if bounded => true,
            (true, false) => true,
            (true, true) if account && (has(&call.principal_arn) || call.kind == "Account") => false,
            (true, true) => return Err(Undocumented),
            (false, true) => false,
            (false, false) if account || has(&call.principal_arn) => return Err(Undocumented),
            (false, false) => true,
        };
        return Ok([reached, false, false]);
    }
    let mut out = [false; 3];
    for name in listed(&statement["Principal"]) {
        let user_of_the_account = name.starts_with(&format!("arn:aws:iam::{}:user/", call.account));
        if call.kind == "FederatedUser" && user_of_the_account {
            return Err(Undocumented);
        }
        out[0] |= name == "*" || (name == call.arn && call.kind != "Account");
        out[1] |= call.kind == "AssumedRole" && name == call.principal_arn;
        out[2] |= name == root || name == call.account;
    }
    Ok(out)
}

fn line(operator: &str, key: &str, wanted: &[String], variables: bool, call: &Call) -> Answer {
    let (set, operator) = operator.split_once(':').map_or(("", operator), |(set, operator)| (set, operator));
    let found = call.context.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, values)| values.clone());
    if operator == "Null" {
        let absent = found.is_none_or(|values| values == [""]);
        return Ok(match set {
            "ForAllValues" => true,
            "ForAnyValue" => false,
            _ => wanted.iter().any(|value| value.eq_ignore_ascii_case(if absent { "true" } else { "false" })),
        });
    }
    let (if_exists, operator) = operator.strip_suffix("IfExists").map_or((false, operator), |base| (true, base));
    let negated = operator.contains("Not");
    let base = operator.replace("Not", "");
    if wanted.is_empty() {
        return Ok(found.is_none() && set != "ForAnyValue" && (if_exists || set == "ForAllValues"));
    }
    let Some(found) = found else {
        return Ok(match set {
            "ForAllValues" => true,
            "ForAnyValue" => if_exists,
            _ => if_exists || negated,
        });
    };
    if set == "ForAllValues" && found == [""] {
        return Ok(true);
    }
    let one = |value: &String| wanted.iter().any(|wanted| compares(&base, value, wanted, variables, call)) != negated;
    Ok(if set == "ForAllValues" { found.iter().all(one) } else { found.iter().any(one) })
}

fn compares(base: &str, value: &str, wanted: &str, variables: bool, call: &Call) -> bool {
    let pattern = || if variables { replaced(wanted, call) } else { Some(plain(wanted)) };
    let text = || pattern().map(|pattern| pattern.iter().map(|(c, _)| *c).collect::<String>());
    let number = |text: &str| text.parse::<f64>().unwrap();
    match base {
        "StringEquals" => text().is_some_and(|wanted| wanted == value),
        "StringEqualsIgnoreCase" => text().is_some_and(|wanted| wanted.to_lowercase() == value.to_lowercase()),
        "StringLike" => pattern().is_some_and(|pattern| matches(&pattern, value)),
        "ArnEquals" | "ArnLike" => pattern().is_some_and(|pattern| arn_like(&pattern, value)),
        "Bool" => value.eq_ignore_ascii_case(wanted),
        "NumericEquals" => number(value) == number(wanted),
        "NumericLessThan" => number(value) < number(wanted),
        "NumericLessThanEquals" => number(value) <= number(wanted),
        "NumericGreaterThan" => number(value) > number(wanted),
        "NumericGreaterThanEquals" => number(value) >= number(wanted),
        "DateEquals" => seconds(value) == seconds(wanted),
        "DateLessThan" => seconds(value) < seconds(wanted),
        "DateLessThanEquals" => seconds(value) <= seconds(wanted),
        "DateGreaterThan" => seconds(value) > seconds(wanted),
        "DateGreaterThanEquals" => seconds(value) >= seconds(wanted),
        "IpAddress" => in_range(value, wanted),
        other => panic!("no operator {other}"),
    }
}

/// Days of 2026 and seconds since 1970 only: all that the tests write.
fn seconds(text: &str) -> i64 {
    match text.strip_prefix("2026-01-") {
        Some(day) => 1_767_225_600 + (day.chars().take(2).collect::<String>().parse::<i64>().unwrap() - 1) * 86_400,
        None => text.parse().unwrap(),
    }
}

fn in_range(address: &str, range: &str) -> bool {
    let number = |text: &str| text.split('.').fold(0_u64, |sum, part| sum * 256 + part.parse::<u64>().unwrap());
    let (network, bits) = range.split_once('/').unwrap_or((range, "32"));
    let size = 2_u64.pow(32 - bits.parse::<u32>().unwrap());
    number(address) / size == number(network) / size
}

/// A pattern: its characters, and whether each may be a wildcard.
type Pattern = Vec<(char, bool)>;

fn plain(text: &str) -> Pattern {
    text.chars().map(|c| (c, true)).collect()
}

/// `${key}` and `${key, 'default'}` replaced by what the call carries; nothing where there is no value.
fn replaced(text: &str, call: &Call) -> Option<Pattern> {
    let text = text.replace('\u{1}', ":");
    let mut out = Pattern::new();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("${") {
        out.extend(plain(before));
        let (name, tail) = after.split_once('}')?;
        rest = tail;
        let value = if ["*", "?", "$"].contains(&name) {
            name.to_owned()
        } else {
            let (name, default) = name.split_once(", ").map_or((name, None), |(name, text)| (name, Some(text)));
            let found = call
                .context
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name))
                .map(|(_, values)| values[0].clone());
            let found = found.filter(|value| !value.is_empty());
            found.or_else(|| default.map(|text| text.trim_matches('\'').to_owned()))?
        };
        out.extend(value.chars().map(|c| (c, false)));
    }
    out.extend(plain(rest));
    Some(out)
}

fn arn_like(pattern: &Pattern, value: &str) -> bool {
    let mut parts: Vec<Pattern> = vec![Pattern::new()];
    for c in pattern {
        if c.0 == ':' && parts.len() < 6 {
            parts.push(Pattern::new());
        } else {
            parts.last_mut().unwrap().push(*c);
        }
    }
    let values: Vec<&str> = value.splitn(6, ':').collect();
    parts.len() == 6 && values.len() == 6 && values[0] == "arn" && parts.iter().zip(values).all(|(p, v)| matches(p, v))
}

fn wild(pattern: &str, text: &str) -> bool {
    matches(&plain(pattern), text)
}

fn matches(pattern: &[(char, bool)], text: &str) -> bool {
    matches_chars(pattern, &text.chars().collect::<Vec<_>>())
}

fn matches_chars(pattern: &[(char, bool)], text: &[char]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some((('*', true), rest)) => (0..=text.len()).any(|at| matches_chars(rest, &text[at..])),
        Some((('?', true), rest)) => !text.is_empty() && matches_chars(rest, &text[1..]),
        Some(((c, _), rest)) => text.first() == Some(c) && matches_chars(rest, &text[1..]),
    }
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_else(|| vec![value.clone()])
}

fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.iter().flat_map(strings).collect(),
        Value::String(text) => vec![text.clone()],
        other => vec![other.to_string()],
    }
}
