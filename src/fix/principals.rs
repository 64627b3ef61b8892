//! Edits for principals that cannot exist: a forgotten function, an account id that YAML reads as a number, what is gone.
//!
//! Comes in: an `invalid-principal`. Goes out: candidates, the ones that keep the principal first.

use crate::policy::Statement;
use crate::source::{Form, NodeId, NodeKind, Span, Style, TextEdit};

use super::candidate::{Candidate, Case, Promise};
use super::new::{New, Pen};
use super::place::remove_item;

/// Reasons for a look.
const NAMES: &str = "it hands the key to whatever the names stand for";
const DROPS: &str = "somebody else may have been meant";
const DENIES: &str = "it weakens a Deny";

/// Candidates for `invalid-principal`.
pub(super) fn invalid(case: &Case<'_>) -> Vec<Candidate> {
    let all = [substituted(case, case.finding.span), attribute(case), as_text(case), dropped(case)];
    all.into_iter().flatten().collect()
}

fn candidate(title: String, edits: Vec<TextEdit>, review: Option<&'static str>) -> Candidate {
    Candidate { title, edits, review, promise: Promise::NoWorse }
}

/// Candidates for `substitution-not-applied`: every text of the finding.
pub(super) fn unsubstituted(case: &Case<'_>) -> Vec<Candidate> {
    let related = case.finding.related.iter().map(|related| related.span);
    let all = std::iter::once(case.finding.span).chain(related).map(|span| substituted(case, span));
    let Some(all) = all.collect::<Option<Vec<Candidate>>>() else { return Vec::new() };
    let review = all.iter().find_map(|one| one.review);
    let title = all.first().map_or_else(String::new, |one| one.title.clone());
    vec![candidate(title, all.into_iter().flat_map(|one| one.edits).collect(), review)]
}

/// Candidates for `number-like-account-id`.
pub(super) fn number(case: &Case<'_>) -> Vec<Candidate> {
    as_text(case).into_iter().collect()
}

/// `${AWS::AccountId}` in a text that nobody substitutes.
fn substituted(case: &Case<'_>, span: Span) -> Option<Candidate> {
    let site = case.site;
    let node = site.scalar_at(span).filter(|&node| site.is_literal(node) && case.has_functions())?;
    let text = site.document.scalar(node)?;
    let names: Vec<&str> =
        text.split("${").skip(1).map(|after| after.split_once('}').map_or("", |(name, _)| name.trim())).collect();
    let is_known = |name: &&str| name.starts_with("AWS::") || declared(case, name.split('.').next().unwrap_or(name));
    if names.is_empty() || !names.iter().all(is_known) || site.style(node) == Some(Style::Block) {
        return None;
    }
    let edits = if site.is_json {
        vec![site.insert(site.start(node), "{\"Fn::Sub\": "), site.insert(site.end(node), "}")]
    } else {
        vec![site.insert(site.start(node), "!Sub ")]
    };
    let by_itself = names.iter().all(|name| name.starts_with("AWS::"));
    Some(candidate("substitute the variables with Fn::Sub".to_owned(), edits, (!by_itself).then_some(NAMES)))
}

/// Whether the template has a parameter or resource of that name.
fn declared(case: &Case<'_>, name: &str) -> bool {
    ["Parameters", "Resources"].iter().any(|section| in_section(case, section, name).is_some())
}

fn in_section(case: &Case<'_>, section: &str, name: &str) -> Option<NodeId> {
    let document = case.site.document;
    Some(document.get(document.get(document.root(), section)?.value, name)?.value)
}

/// Ref of a role or user is its name: its ARN is an attribute.
fn attribute(case: &Case<'_>) -> Option<Candidate> {
    let site = case.site;
    let node = site.node_at(case.finding.span).filter(|&node| site.function(node) == Some("Ref"))?;
    let long = site.entries(node).first();
    let value = long.map_or(node, |entry| entry.value);
    let name = site.document.scalar(value)?;
    let kind = site.document.get(in_section(case, "Resources", name)?, "Type")?.value;
    if !matches!(site.document.scalar(kind)?, "AWS::IAM::Role" | "AWS::IAM::User") {
        return None;
    }
    let edits = match long {
        Some(entry) => {
            let pen = Pen::new(site, Style::Plain, 2);
            let key = site.document.span(entry.key);
            let written = site.slice(key.start, key.end)?.replace("Ref", "Fn::GetAtt");
            let value = format!("[{}, {}]", pen.text(name, Style::Plain), pen.text("Arn", Style::Plain));
            vec![
                site.replace(key.start, key.end, written),
                site.replace(site.start(entry.value), site.end(entry.value), value),
            ]
        }
        None => vec![site.replace(site.start(node), site.end(node), format!("!GetAtt {name}.Arn"))],
    };
    Some(candidate(format!("use the ARN of `{name}`, not its name"), edits, None))
}

/// Account ids without quotes that YAML 1.1 reads as other numbers, wherever they stand.
fn as_text(case: &Case<'_>) -> Option<Candidate> {
    let site = case.site;
    let is_misread = |raw: &str, read: &str| {
        raw.len() == 12
            && raw.bytes().all(|byte| byte.is_ascii_digit())
            && raw != read
            && case.finding.message.contains(read)
    };
    let mut edits = Vec::new();
    let (mut left, mut seen) = (vec![site.document.root()], std::collections::BTreeSet::new());
    let quote = if site.quote == Style::Single { "'" } else { "\"" };
    let mut ids = Vec::new();
    while let Some(id) = left.pop().filter(|_| !site.is_json) {
        if !seen.insert(id) {
            continue;
        }
        left.extend(site.children(id));
        let NodeKind::Scalar(scalar) = &site.document.node(id).kind else { continue };
        let raw = site.slice(site.start(id), site.end(id)).unwrap_or_default();
        if scalar.style == Style::Plain && scalar.form != Form::Text && is_misread(raw, scalar.text()) {
            edits.push(site.replace(site.start(id), site.end(id), format!("{quote}{raw}{quote}")));
            ids.push(raw);
        }
    }
    let id = *ids.first()?;
    Some(candidate(format!("put the account id `{id}` in quotes: YAML reads it as a number"), edits, None))
}

/// Without the principal; without the whole statement where it is the only one.
fn dropped(case: &Case<'_>) -> Option<Candidate> {
    let site = case.site;
    let span = case.finding.span;
    let node = site.node_at(span)?;
    let statements = case.statements();
    let holds = |one: &&Statement<'_>| one.value.span.start <= span.start && span.end <= one.value.span.end;
    let statement = statements.iter().find(holds)?;
    let text = site.slice(site.start(node), site.end(node))?;
    let denies =
        statement.element("Effect").and_then(|effect| effect.as_text()).is_some_and(|text| text == "Deny".into());
    // A deleted principal's id stands for nobody, ever again.
    let is_gone = case.finding.message.contains("the unique id of a deleted principal");
    let review = if denies { Some(DENIES) } else { (!is_gone).then_some(DROPS) };
    let text = text.trim_matches(['"', '\'']);
    // What another tool replaces may exist.
    if text.contains("Fn::") || text.contains("${") {
        return None;
    }
    if let Some(edits) = site.parent(node).and_then(|list| remove_item(site, list, node)) {
        return Some(candidate(format!("remove the principal `{text}` from `{}`", statement.name()), edits, review));
    }
    let whole = case.statement_node(statement)?;
    let only = statement.element("Principal")?.get("AWS")?.span == span;
    let has_others = site.entries(site.document.get(whole, "Principal")?.value).len() > 1;
    let edits = remove_item(site, site.parent(whole).filter(|_| only && !has_others)?, whole)?;
    Some(candidate(
        format!("remove `{}`: it names only `{text}`", statement.name()),
        edits,
        Some(review.unwrap_or(DROPS)),
    ))
}

/// What a bare principal becomes.
pub(super) fn bare(case: &Case<'_>) -> Option<Candidate> {
    let site = case.site;
    let node = site.scalar_at(case.finding.span)?;
    let parent = site.parent(node)?;
    let entry = site.entries(parent).iter().find(|entry| entry.value == node)?;
    if !matches!(site.document.scalar(entry.key)?, "Principal" | "NotPrincipal") {
        return None;
    }
    let (start, end) = (site.start(node), site.end(node));
    let edits = if site.in_flow(node) {
        let (open, close) = if site.is_json { ("{\"AWS\": ", "}") } else { ("{ AWS: ", " }") };
        vec![site.insert(start, open), site.insert(end, close)]
    } else {
        let column = site.column(site.start(entry.key)) + case.step();
        let pen = Pen::new(site, Style::Plain, case.step());
        let key_end = site.document.span(entry.key).end;
        let colon = site.slice(key_end, start)?.find(':')?;
        let after = key_end + u32::try_from(colon).ok()? + 1;
        site.slice(after, start).filter(|space| space.trim_matches(' ').is_empty())?;
        vec![site.replace(after, start, format!("{}AWS: ", pen.line(column)))]
    };
    Some(candidate("name the kind of principal: `AWS`".to_owned(), edits, None))
}

/// `Resource: "*"` for a statement that has none.
pub(super) fn everywhere() -> New {
    New::Text("*".to_owned())
}
