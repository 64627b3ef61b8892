//! Whose credentials the steps of a job have: what aws-actions/configure-aws-credentials puts into the environment.
//!
//! Source: aws-actions/configure-aws-credentials, action.yml, src/index.ts (the session `GitHubActions`; keys without a role are an
//! IAM user's; `output-env-credentials`), src/assumeRole.ts (a role's name stands for a role of the account that assumes it).

use super::super::partial::Partial;
use super::super::{File, Node, Told};
use super::scope::Scope;

/// The name of the session where none is given.
const SESSION: &str = "GitHubActions";

/// What a step may act as.
#[derive(Clone, Debug, Default)]
pub(super) struct Credentials {
    /// The role, as far as it is told.
    pub(super) role: Option<Told>,
    /// The name of its session.
    pub(super) session: Option<Told>,
    /// The Region, if any is set.
    pub(super) region: Option<(Partial, String)>,
    /// What is not told.
    pub(super) unknown: Option<Told>,
    /// The condition of the step that sets them.
    pub(super) condition: Option<String>,
}

impl Credentials {
    /// Those of which nobody knows whose they are.
    pub(super) fn unknown(words: impl Into<String>, place: String) -> Credentials {
        Credentials { unknown: Some(Told::new(words, place)), ..Credentials::default() }
    }

    /// Those that a step of the action sets; nothing where it sets none.
    pub(super) fn of(file: &File, step: &Node, scope: &Scope) -> Option<Credentials> {
        let input = |name: &str| {
            step.at(&["with", name]).filter(|node| node.text().is_some_and(|text| !text.trim().is_empty()))
        };
        if input("output-env-credentials").and_then(Node::text) == Some("false") {
            return None;
        }
        let region = input("aws-region").map(|node| (scope.fill(node.text().unwrap_or_default()), file.place(node)));
        let condition = step.get("if").and_then(Node::text).map(|text| text.trim().to_owned());
        let base = Credentials { region, condition, ..Credentials::default() };
        let Some(node) = input("role-to-assume") else {
            let (words, node) = match input("aws-access-key-id") {
                Some(keys) => ("the access keys are a secret, and so is whose they are", keys),
                None => ("the credentials are those that the runner has", step),
            };
            return Some(Credentials { unknown: Some(Told::new(words, file.place(node))), ..base });
        };
        let text = node.text().unwrap_or_default().trim();
        let role = role(&scope.fill(text));
        let name = input("role-session-name");
        let session = match name {
            Some(name) => Told::new(scope.fill(name.text().unwrap_or_default()).pattern(), file.place(name)),
            None => Told::new(SESSION, file.place(node)),
        };
        let unknown = scope.unknown(text).map(|what| Told::new(format!("`{what}` is not told"), file.place(node)));
        let role = Some(Told::new(role, file.place(node)));
        Some(Credentials { role, session: Some(session), unknown, ..base })
    }
}

/// The ARN of the role that is assumed: a text that is no ARN is a name.
fn role(text: &Partial) -> String {
    match text.text() {
        Some(name) if !name.starts_with("arn:") => format!("arn:aws:iam::*:role/{name}"),
        _ => text.role(),
    }
}
