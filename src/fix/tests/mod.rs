//! Real shapes of templates in, edited texts out.

use std::collections::BTreeMap;

use crate::deployment::{Deployment, Inputs};
use crate::findings::Finding;
use crate::lockout::check;
use crate::source::{Document, FileId, Sources, edited};
use crate::template::{Stacks, Template};

use super::{Before, Effort, Fix, Fixer, Planned, findings};

mod lockouts;
mod others;

pub(super) const DEPLOY: &str = "arn:aws:iam::111122223333:role/Deploy";

/// Every proven fix of the first finding with that code, and the text after each.
pub(super) fn fixes(deployer: &str, text: &str, code: &str) -> Vec<(Fix, String)> {
    with(deployer, text, |fixer, all| {
        let finding = all.iter().find(|(_, finding)| finding.code.id() == code);
        let (root, finding) = finding.unwrap_or_else(|| panic!("no {code} in {all:#?}"));
        let fixes = fixer.fixes(*root, finding, 9, true);
        fixes.into_iter().map(|fix| (fix.clone(), edited(text, &fix.edits).expect("the edits apply"))).collect()
    })
}

/// The text after all fixes together.
pub(super) fn fixed(deployer: &str, text: &str) -> String {
    with(deployer, text, |fixer, all| {
        for (root, finding) in all {
            assert!(!matches!(fixer.plan(*root, finding, true), Planned::Later(_)), "{finding:#?}");
        }
        let none = Vec::new();
        edited(text, fixer.edits().get(&FileId(0)).unwrap_or(&none)).expect("the edits apply")
    })
}

fn with<T>(deployer: &str, text: &str, f: impl FnOnce(&mut Fixer<'_>, &[(usize, Finding)]) -> T) -> T {
    let document = Document::from_text(FileId(0), text).expect("the template reads");
    let template = Template::parse(&document).expect("it is a template");
    let mut sources = Sources::default();
    sources.add("template.yaml".to_owned(), document);
    let deployer = (!deployer.is_empty()).then(|| deployer.to_owned());
    let inputs = Inputs { deployer, ..Inputs::default() };
    let deployment = Deployment::from_inputs("default", inputs).expect("a deployment");
    let stacks = [Stacks::of(FileId(0), template.into())];
    let checked = [check(&stacks[0], &deployment)];
    let before = Before { sources: &sources, stacks: &stacks, checked: &checked, deployment: &deployment };
    let all = findings(&before);
    f(&mut Fixer::new(before, Effort::VERB), &all)
}

/// The first fix, as title, word and the lines that it changes.
pub(super) fn first(deployer: &str, text: &str, code: &str) -> (String, &'static str, Vec<String>) {
    let (fix, after) = fixes(deployer, text, code).into_iter().next().expect("a fix");
    (fix.title.clone(), fix.applicability(), changed(text, &after))
}

/// The lines that differ, with `-` and `+`; line ends as they are.
pub(super) fn changed(before: &str, after: &str) -> Vec<String> {
    let mut counts: BTreeMap<&str, i32> = BTreeMap::new();
    before.split('\n').for_each(|line| *counts.entry(line).or_default() -= 1);
    after.split('\n').for_each(|line| *counts.entry(line).or_default() += 1);
    let gone = before.split('\n').filter(|line| counts.get(line).is_some_and(|count| *count < 0));
    let new = after.split('\n').filter(|line| counts.get(line).is_some_and(|count| *count > 0));
    gone.map(|line| format!("-{line}")).chain(new.map(|line| format!("+{line}"))).collect()
}
