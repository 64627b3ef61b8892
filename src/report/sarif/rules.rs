//! The rules of the SARIF report: the finding codes, with the pages that `explain` prints as help.

use crate::findings::{Code, Severity};

use super::shapes::{Configuration, Message, Rule, RuleProperties};
use crate::report::page::address;

/// The notification about a file that could not be checked.
pub(super) const NOT_CHECKED: &str = "not-checked";
const NOT_CHECKED_MEANS: &str =
    "The file cannot be read or is no template, so nothing is known about its keys. The exit code is 2.";

/// A rule for every code, in the order of the catalogue.
pub(super) fn all() -> Vec<Rule> {
    Code::ALL.into_iter().map(rule).collect()
}

/// Where a code stands among the rules.
pub(super) fn index(code: Code) -> usize {
    Code::ALL.iter().position(|other| *other == code).unwrap_or(0)
}

/// The descriptor of [`NOT_CHECKED`].
pub(super) fn not_checked() -> Rule {
    Rule {
        id: NOT_CHECKED,
        name: name(NOT_CHECKED),
        short_description: Message::plain("a file that could not be checked".to_owned()),
        full_description: Some(Message::plain(NOT_CHECKED_MEANS.to_owned())),
        help: Some(Message::plain(NOT_CHECKED_MEANS.to_owned())),
        help_uri: None,
        default_configuration: Configuration { level: "error" },
        properties: None,
    }
}

fn rule(code: Code) -> Rule {
    let level = code.severity().word();
    let severity = match code.severity() {
        Severity::Note => "recommendation",
        Severity::Warning | Severity::Error => level,
    };
    Rule {
        id: code.id(),
        name: name(code.id()),
        short_description: Message::plain(short(code)),
        full_description: Some(Message::plain(meaning(code.page()))),
        help: Some(Message { text: code.page().to_owned(), markdown: Some(code.page().to_owned()) }),
        help_uri: Some(address(code)),
        default_configuration: Configuration { level },
        properties: Some(RuleProperties { tags: ["aws", "cloudformation", "kms"], precision: "very-high", severity }),
    }
}

/// What the code says; in the catalogue, some continue the line above.
fn short(code: Code) -> String {
    let says = code.says();
    says.strip_prefix("… ").map_or_else(|| says.to_owned(), |rest| format!("KMS would refuse the key {rest}"))
}

/// The first paragraph of the page's first section, on one line.
fn meaning(page: &str) -> String {
    let lines = page.lines().skip_while(|line| !line.starts_with("## ")).skip(1).skip_while(|line| line.is_empty());
    lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

/// `LocksOutDeployer` of `locks-out-deployer`; nothing where that is the same word (SARIF §3.49.7).
fn name(id: &str) -> Option<String> {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect::<String>()
    };
    id.contains('-').then(|| id.split('-').map(word).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_says_what_it_means() {
        for (rule, code) in all().iter().zip(Code::ALL) {
            assert!(rule.full_description.as_ref().is_some_and(|text| text.text.len() > 40), "{}", rule.id);
            assert!(!rule.short_description.text.starts_with('…'), "{}", rule.id);
            assert_eq!(all().get(index(code)).map(|rule| rule.id), Some(code.id()));
        }
        assert_eq!(name("locks-out-deployer").as_deref(), Some("LocksOutDeployer"));
        assert_eq!(name("undecided"), None);
    }
}
