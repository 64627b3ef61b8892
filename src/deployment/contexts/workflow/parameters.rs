//! `parameter-overrides` of aws-actions/aws-cloudformation-github-deploy.
//!
//! Source: aws-actions/aws-cloudformation-github-deploy, src/utils.ts: a URL (`file://…`) of a JSON file, else `Key=Value` separated
//! by commas outside of quotes; the values of a key that is named twice are joined with a comma.

use super::super::partial::Partial;
use super::super::places::from_root;
use super::super::{Argument, Beside, File, Node, Problem, parameters as of_file};
use super::scope::Scope;

/// Parameters, and where others are given whose names are not told.
#[derive(Debug, Default)]
pub(super) struct Overrides {
    /// Those with a name.
    pub(super) arguments: Vec<Argument>,
    /// Where there are others.
    pub(super) unlisted: Option<String>,
}

/// What stands for the folder that the repository is checked out into.
pub(super) const WORKSPACE: [&str; 4] =
    ["${{ github.workspace }}", "${{github.workspace}}", "$GITHUB_WORKSPACE", "${GITHUB_WORKSPACE}"];

/// The parameters that a deployment step overrides.
pub(super) fn overrides(
    file: &File,
    node: &Node,
    scope: &Scope,
    beside: &mut dyn Beside,
) -> Result<Overrides, Problem> {
    let text = node.text().unwrap_or_default().trim();
    let place = file.place(node);
    let unlisted = || Overrides { unlisted: Some(place.clone()), ..Overrides::default() };
    if let Some(url) = text.strip_prefix("file://") {
        let path = WORKSPACE.iter().find_map(|root| url.trim_start_matches('/').strip_prefix(root)).unwrap_or(url);
        let path = scope.fill(path).text().map(|path| from_root(path, beside));
        return match path.filter(|path| beside.has(path)) {
            Some(path) => Ok(Overrides { arguments: of_file(&beside.read(&path)?)?, unlisted: None }),
            // An earlier step may write it.
            None => Ok(unlisted()),
        };
    }
    if text.starts_with("https://") || text.starts_with("http://") {
        return Ok(unlisted());
    }
    let mut out = Overrides::default();
    let mut values: Vec<(String, Partial)> = Vec::new();
    for part in scope.fill(text).at_commas().iter().filter(|part| !part.is_empty()) {
        let assignment = part.at_equals();
        let name = assignment.as_ref().and_then(|(name, _)| name.text().map(|name| name.trim().to_owned()));
        let (Some((_, value)), Some(name)) = (assignment, name) else {
            match part.text() {
                Some(text) => return Err(file.problem(node, format!("`{text}` is no parameter: write `Key=Value`"))),
                None => out.unlisted = Some(place.clone()),
            }
            continue;
        };
        match values.iter_mut().find(|(other, _)| *other == name) {
            Some((_, before)) => {
                before.append(&Partial::known(","));
                before.append(&value);
            }
            None => values.push((name, value)),
        }
    }
    let argument = |(name, value): (String, Partial)| Argument {
        name,
        value: value.unquoted().text().map(str::to_owned),
        from: place.clone(),
    };
    out.arguments = values.into_iter().map(argument).collect();
    Ok(out)
}
