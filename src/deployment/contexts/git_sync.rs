//! Git sync: the deployment file, which names a template, parameters and tags.
//!
//! Sources: AWS CloudFormation User Guide, git-sync-concepts-terms.html (`template-file-path` is the path from the root of the
//! repository; YAML or JSON) and git-sync-prereq.html (the role of Git sync needs permissions for CloudFormation only: the stack's
//! own role creates the resources). Other tools read the same files with paths relative to the file, so that is looked at, too.

use super::parameter_file::parameters;
use super::places::from_root;
use super::{Beside, Context, File, Node, Problem, Told};
use crate::deployment::said::Said;

/// Whether a file is a deployment file.
pub(super) fn is_one(root: &Node) -> bool {
    root.get("template-file-path").is_some() && root.get("Resources").is_none()
}

/// The deployment that it describes.
pub(super) fn context(file: &File, beside: &mut dyn Beside) -> Result<Context, Problem> {
    let Some(node) = root_path(file) else {
        return Err(file.problem(&file.root, "`template-file-path` is no text: it is the path of the template"));
    };
    let unknown = "Git sync uses the role of the stack, which its files do not name";
    let said = Said { parameters: parameters(file)?, ..Said::default() };
    Ok(Context {
        name: stem(&file.shown).to_owned(),
        place: file.place(node),
        said,
        templates: vec![from_root(node.text().unwrap_or_default().trim(), beside)],
        unknown: Some(Told::new(unknown, file.place(node))),
    })
}

fn root_path(file: &File) -> Option<&Node> {
    file.root.get("template-file-path").filter(|node| node.text().is_some())
}

/// The name of a file without its folder and its ending.
pub(super) fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}
