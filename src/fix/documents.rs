//! Edits for what is wrong with the document itself: words that are no words of the grammar, what is ignored, what switches
//! the check off.

use crate::source::{NodeId, Style};

use super::candidate::{Candidate, Case, Promise};
use super::lockouts::entry;
use super::new::Pen;
use super::place::{remove_entry, remove_item};
use super::principals::{bare, everywhere};

/// Reasons for a look.
const EFFECTIVE: &str = "a statement that was ignored takes effect";
const INTENT: &str = "somebody may have meant it to take effect";
const VERSION: &str = "the version decides whether policy variables are replaced";

/// Candidates for `malformed-policy`.
pub(super) fn malformed(case: &Case<'_>) -> Vec<Candidate> {
    [bare(case), effect(case), version(case), kind(case)].into_iter().flatten().collect()
}

/// Candidates for `ineffective-statement`.
pub(super) fn ineffective(case: &Case<'_>) -> Vec<Candidate> {
    let [effective, dropped] = [with_resource(case), without_statement(case)];
    [written_once(case), effective, dropped].into_iter().flatten().collect()
}

/// Candidates for `bypasses-lockout-check`.
pub(super) fn bypassing(case: &Case<'_>) -> Vec<Candidate> {
    without_bypass(case).into_iter().collect()
}

fn candidate(
    title: String,
    edits: Option<Vec<crate::source::TextEdit>>,
    review: Option<&'static str>,
) -> Option<Candidate> {
    Some(Candidate { title, edits: edits?, review, promise: Promise::NoWorse })
}

/// The key under which a node stands in its map, as written.
fn key_of<'c>(case: &Case<'c>, node: NodeId) -> Option<&'c str> {
    let parent = case.site.parent(node)?;
    let entry = case.site.entries(parent).iter().find(|entry| entry.value == node)?;
    case.site.document.scalar(entry.key)
}

/// Another text for the scalar under the cursor, quoted as it is.
fn reworded(case: &Case<'_>, node: NodeId, word: &str) -> Option<Vec<crate::source::TextEdit>> {
    let site = case.site;
    let style = site.style(node).filter(|style| *style != Style::Block)?;
    let text = Pen::new(site, style, 2).text(word, style);
    Some(vec![site.replace(site.start(node), site.end(node), text)])
}

fn effect(case: &Case<'_>) -> Option<Candidate> {
    let node = case.site.scalar_at(case.finding.span).filter(|&node| key_of(case, node) == Some("Effect"))?;
    let text = case.site.document.scalar(node)?;
    let word = ["Allow", "Deny"].into_iter().find(|word| word.eq_ignore_ascii_case(text.trim()))?;
    candidate(format!("write `{word}` as IAM does"), reworded(case, node, word), None)
}

fn version(case: &Case<'_>) -> Option<Candidate> {
    let node = case.site.scalar_at(case.finding.span).filter(|&node| key_of(case, node) == Some("Version"))?;
    let edits = reworded(case, node, "2012-10-17");
    candidate("use the policy version `2012-10-17`".to_owned(), edits, Some(VERSION))
}

/// `Aws`, `aws`, `service`: the kinds of principal as IAM writes them.
fn kind(case: &Case<'_>) -> Option<Candidate> {
    let node = case.site.scalar_at(case.finding.span)?;
    let text = case.site.document.scalar(node)?;
    let kinds = ["AWS", "Service", "Federated", "CanonicalUser"];
    let word = kinds.into_iter().find(|word| word.eq_ignore_ascii_case(text) && *word != text)?;
    candidate(format!("write `{word}` as IAM does"), reworded(case, node, word), None)
}

/// What is written twice: the one that does not count goes.
fn written_once(case: &Case<'_>) -> Option<Candidate> {
    let site = case.site;
    let second = case.finding.related.first()?.span;
    let key = site.scalar_at(case.finding.span)?;
    let map = site.parent(key)?;
    let index = site.entries(map).iter().position(|entry| entry.key == key)?;
    let counts = site.entries(map).iter().skip(index + 1).any(|entry| site.document.span(entry.key) == second);
    let edits = remove_entry(site, map, index).filter(|_| counts);
    candidate(format!("remove the `{}` that does not count", site.document.scalar(key)?), edits, None)
}

fn with_resource(case: &Case<'_>) -> Option<Candidate> {
    let node = case.site.mapping_at(case.finding.span)?;
    let has = |name: &str| case.site.document.get(node, name).is_some();
    if has("Resource") || has("NotResource") || !(has("Action") || has("NotAction")) {
        return None;
    }
    let edits = entry(case, node, "Resource", everywhere());
    candidate("add the resource `*`, which stands for this key".to_owned(), edits, Some(EFFECTIVE))
}

fn without_statement(case: &Case<'_>) -> Option<Candidate> {
    let node = case.site.mapping_at(case.finding.span)?;
    let statements = case.statements();
    let name = statements.iter().find(|one| one.value.span == case.finding.span)?.name();
    let edits = remove_item(case.site, case.site.parent(node)?, node);
    candidate(format!("remove `{name}`, which has no effect"), edits, Some(INTENT))
}

fn without_bypass(case: &Case<'_>) -> Option<Candidate> {
    let site = case.site;
    let id = case.finding.logical_id.as_str();
    let resources = site.document.get(site.document.root(), "Resources")?.value;
    let properties = site.document.get(site.document.get(resources, id)?.value, "Properties")?.value;
    let name = "BypassPolicyLockoutSafetyCheck";
    let index = site.entries(properties).iter().position(|entry| site.document.scalar(entry.key) == Some(name))?;
    // A parameter may switch it off for a reason.
    let literal = site.entries(properties).get(index).is_some_and(|entry| site.is_literal(entry.value));
    let edits = remove_entry(site, properties, index).filter(|_| literal)?;
    Some(Candidate {
        title: "remove BypassPolicyLockoutSafetyCheck".to_owned(),
        edits,
        review: None,
        promise: Promise::Accepted,
    })
}
