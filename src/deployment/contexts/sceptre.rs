//! A stack of Sceptre: its template, parameters and roles, with what the `config.yaml` of the folders above add.
//!
//! Source: Sceptre, docs/_source/docs/stack_config.rst (`template`, `template_path`, `parameters`, `cloudformation_service_role`
//! before version 4 `role_arn`, `sceptre_role` before version 4 `iam_role`; which of them stack groups hand down) and
//! stack_group_config.rst (`region`). A resolver (`!stack_output …`) is a value nobody knows here.

use super::git_sync::stem;
use super::parameter_file::of_map;
use super::{Beside, Context, File, Node, Problem, Told};
use crate::deployment::said::Said;

/// How many folders above are looked at: deeper projects are nobody's.
const ABOVE: usize = 8;

/// Whether a file is a stack of Sceptre.
pub(super) fn is_one(root: &Node) -> bool {
    let has = |key: &&str| root.get(key).is_some();
    let template = root.at(&["template", "path"]).or_else(|| root.get("template_path"));
    template.and_then(Node::text).is_some() && !["Resources", "service", "jobs"].iter().any(has)
}

/// The deployment of the stack.
pub(super) fn context(file: &File, beside: &mut dyn Beside) -> Result<Context, Problem> {
    let node = file.root.at(&["template", "path"]).or_else(|| file.root.get("template_path"));
    let (template, folders) = template(node.and_then(Node::text).unwrap_or_default(), beside);
    let groups = groups(folders, beside);
    let all: Vec<&File> = [file].into_iter().chain(&groups).collect();
    let value = |keys: &[&str]| {
        let of_file =
            |one: &&'_ File| keys.iter().find_map(|key| one.root.get(key)).map(|node| ((*one).clone(), node.clone()));
        all.iter().find_map(of_file)
    };
    let role = |keys: &[&str]| {
        let (file, node) = value(keys)?;
        // A resolver or a variable may be any role.
        let text = node.text().filter(|text| !text.contains("{{"));
        Some(Told::new(text.unwrap_or("arn:*:iam::*:role/*"), file.place(&node)))
    };
    let told = |keys: &[&str]| value(keys).and_then(|(file, node)| file.told(Some(&node)));
    let mut said = Said {
        deployer: role(&["sceptre_role", "iam_role"]),
        role_arn: role(&["cloudformation_service_role", "role_arn"]),
        region: told(&["region"]),
        stack_name: file.told(file.root.get("stack_name")),
        ..Said::default()
    };
    if let Some((file, node)) = value(&["parameters"]) {
        said.parameters = of_map(&file, &node)?;
    }
    let named = said.deployer.is_some() || said.role_arn.is_some();
    let unknown =
        (!named).then(|| Told::new("without `sceptre_role`, whoever runs Sceptre deploys", file.place(&file.root)));
    let place = file.place(node.unwrap_or(&file.root));
    Ok(Context { name: stem(&file.shown).to_owned(), place, said, templates: vec![template], unknown })
}

/// The configurations of the stack groups, the nearest first: those of the `folders` from that of the stack up to the project's own.
fn groups(folders: usize, beside: &mut dyn Beside) -> Vec<File> {
    let mut out = Vec::new();
    for up in 0..folders {
        let path = format!("{}config.yaml", "../".repeat(up));
        if beside.has(&path) {
            out.extend(beside.read(&path));
        }
    }
    out
}

/// Where the template is, and how many folders above the stack its project is: below `templates/` of the project, or relative to
/// the project in older versions.
fn template(path: &str, beside: &mut dyn Beside) -> (String, usize) {
    let below = |folder: &'static str| (1..=ABOVE).map(move |up| (format!("{}{folder}{path}", "../".repeat(up)), up));
    let found = below("templates/").chain(below("")).find(|(place, _)| beside.has(place));
    found.unwrap_or_else(|| (path.to_owned(), 1))
}
