//! Real shapes of templates in, edited texts out.

use std::sync::Arc;

use crate::deployment::{Deployment, Inputs};
use crate::findings::{Finding, Hidden};
use crate::lockout::check;
use crate::source::{Document, FileId, Sources, edited};
use crate::template::{Stacks, Template, Unfollowed};

use super::{Before, Effort, Fix, Fixer, Known, Planned, Root, findings};

mod lockouts;
mod others;

pub(super) const DEPLOY: &str = "arn:aws:iam::111122223333:role/Deploy";

/// No file stands beside the template.
struct Nothing;

impl Known for Nothing {
    fn template(&self, _: FileId, path: &str) -> Result<(FileId, Arc<Template>), Unfollowed> {
        Err(Unfollowed::Missing(path.to_owned()))
    }

    fn snippet(&self, _: FileId, _: &str) -> Option<FileId> {
        None
    }
}

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
    let stacks = Stacks::of(FileId(0), template.into());
    let checked = check(&stacks, &deployment);
    let roots = [Root { stacks: &stacks, checked: &checked, previous: None, deployment: &deployment }];
    let before = Before { sources: &sources, known: &Nothing, roots: &roots };
    let all = findings(&before, &mut Hidden::default());
    f(&mut Fixer::new(before, Effort::VERB), &all)
}

/// The first fix, as title, word and the lines that it changes.
pub(super) fn first(deployer: &str, text: &str, code: &str) -> (String, &'static str, Vec<String>) {
    let (fix, after) = fixes(deployer, text, code).into_iter().next().expect("a fix");
    (fix.title.clone(), fix.applicability(), changed(text, &after))
}

/// The lines that differ, with `-` and `+`; line ends as they are.
pub(super) fn changed(before: &str, after: &str) -> Vec<String> {
    let diff = similar::TextDiff::from_lines(before, after);
    let differing = diff.iter_all_changes().filter(|change| change.tag() != similar::ChangeTag::Equal);
    differing.map(|change| format!("{}{}", change.tag(), change.value().trim_end_matches('\n'))).collect()
}
