//! `cfn-lockout init`: what is found in a folder in, a commented `.cfn-lockout.yaml` out.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::deployment::{Argument, Told};

use super::args::InitArgs;
use super::check::{Templates, templates};
use super::config::NAME;
use super::exit::Exit;
use super::files::Files;
use super::output::{print, remark};
use super::paths::whole;
use super::plan::{Group, Plan};

/// Writes the configuration of a folder that has none.
pub(crate) fn run(args: &InitArgs) -> anyhow::Result<Exit> {
    let folder = args.folder.clone().unwrap_or_else(|| PathBuf::from("."));
    if !folder.is_dir() {
        bail!("`{}` is no folder", folder.display());
    }
    let path = folder.join(NAME);
    if path.exists() {
        bail!("`{}` is there already: change it, or remove it first", super::discover::shown(&path));
    }
    let plan = Plan::new(&args.flags)?;
    let mut files = Files::default();
    let Templates { opened, synthesized, .. } = templates(&plan, std::slice::from_ref(&folder), &mut files)?;
    // A configuration above the folder is what this one shall replace.
    let with_keys: Vec<_> = opened.into_iter().filter(|(_, template)| template.keys().next().is_some()).collect();
    let groups = plan.groups(&with_keys, &synthesized, &mut files)?;
    for failure in &files.failures {
        remark(&format!("{}: {}", failure.path, failure.message));
    }
    let text = configuration(&groups, &files, &whole(&folder));
    write_new(&path, &text)?;
    let count = |number: usize, what: &str| format!("{number} {what}{}", if number == 1 { "" } else { "s" });
    let shown = super::discover::shown(&path);
    let told = groups.iter().filter(|group| group.given.said.origin().is_some()).count();
    print(&format!(
        "wrote {shown}: {} of {}\n{}",
        count(groups.len(), "deployment"),
        count(with_keys.len(), "template"),
        if told < groups.len() { "fill in who deploys where a comment asks for it\n" } else { "" }
    ))?;
    Ok(if files.failures.is_empty() { Exit::Clean } else { Exit::Incomplete })
}

/// A file that is there already, or a link to somewhere else, is not written over.
fn write_new(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut file = std::fs::File::options().write(true).create_new(true).open(path);
    let written = file.as_mut().map_err(|error| std::io::Error::new(error.kind(), error.to_string()));
    let written = written.and_then(|file| std::io::Write::write_all(file, text.as_bytes()));
    written.with_context(|| format!("cannot write `{}`", path.display()))
}

const HEAD: &str = "\
# Who deploys which templates. `cfn-lockout check` reads it; every key is in docs/configuration.md.
# KMS asks whether the principal that creates the stack may change the policy of each key again. With a service role
# (`--role-arn`, a pipeline, CDK) that is the role, else whoever calls CloudFormation.
deployments:
";

/// The whole file.
fn configuration(groups: &[Group], files: &Files, folder: &Path) -> String {
    let mut names: Vec<String> = Vec::new();
    let mut out = HEAD.to_owned();
    if groups.is_empty() {
        out.push_str("  # No template with a key was found here. A deployment looks like this:\n");
        out.push_str(
            "  # prod:\n  #   templates: [\"infra/**\"]\n  #   role-arn: arn:aws:iam::111122223333:role/Deploy\n",
        );
        out.push_str("  {}\n");
        return out;
    }
    // What a file describes comes first; what is left is one deployment more.
    let (described, others): (Vec<&Group>, Vec<&Group>) = groups.iter().partition(|group| group.place.is_some());
    let is_rest = !described.is_empty();
    for group in described.into_iter().chain(others) {
        let base = match group.given.name.as_str() {
            _ if is_rest && group.place.is_none() => "other",
            "" => "default",
            name => name,
        };
        let taken = |name: &String| names.contains(name);
        let numbered = (2..).map(|number| format!("{base}-{number}"));
        let name = std::iter::once(base.to_owned()).chain(numbered).find(|name| !taken(name)).unwrap_or_default();
        out.push_str(&deployment(&name, group, files, folder));
        names.push(name);
    }
    out
}

fn deployment(name: &str, group: &Group, files: &Files, folder: &Path) -> String {
    let said = &group.given.said;
    let from = group.place.as_ref().map_or_else(String::new, |place| format!(" # {}", comment(place)));
    let mut out = format!("  {}:{from}\n    templates:\n", scalar(name));
    for (file, _) in &group.templates {
        let place = files.place(*file).map(whole).unwrap_or_default();
        let relative = place.strip_prefix(folder).unwrap_or(&place).to_string_lossy().replace('\\', "/");
        // A glob without a slash would match in every folder.
        let anchor = if relative.contains('/') { "" } else { "/" };
        out.push_str(&format!("      - {}\n", scalar(&format!("{anchor}{relative}"))));
    }
    let mut line = |key: &str, told: &Option<Told>| {
        let Some(told) = told else { return false };
        let value = if key == "account" { quoted(&told.value) } else { scalar(&told.value) };
        let from = if told.from.starts_with("--") { String::new() } else { format!(" # {}", comment(&told.from)) };
        out.push_str(&format!("    {key}: {value}{from}\n"));
        true
    };
    let has_role = line("role-arn", &said.role_arn);
    let named = has_role || line("deployer", &said.deployer);
    for (key, told) in [
        ("account", &said.account),
        ("region", &said.region),
        ("partition", &said.partition),
        ("stack-name", &said.stack_name),
    ] {
        line(key, told);
    }
    if !named {
        out.push_str("    # Who deploys is not told here: fill in one of the two.\n");
        out.push_str("    # role-arn: arn:aws:iam::111122223333:role/Deploy\n");
        out.push_str("    # deployer: the Arn that `aws sts get-caller-identity` prints\n");
    }
    out.push_str(&parameters(&said.parameters));
    out
}

fn parameters(all: &[Argument]) -> String {
    if all.is_empty() {
        return String::new();
    }
    let mut out = "    parameters:\n".to_owned();
    let mut known = false;
    for (at, one) in all.iter().enumerate() {
        if all.iter().skip(at + 1).any(|later| later.name == one.name) {
            continue;
        }
        known |= one.value.is_some();
        match &one.value {
            Some(value) => out.push_str(&format!("      {}: {}\n", scalar(&one.name), quoted(value))),
            None => out.push_str(&format!(
                "      # {}: its value is not told in {}\n",
                scalar(&one.name),
                comment(&one.from)
            )),
        }
    }
    if known { out } else { out.replacen("    parameters:", "    # parameters:", 1) }
}

/// A text as YAML: plain where nobody can read it as anything else.
fn scalar(text: &str) -> String {
    let plain = |one: char| one.is_ascii_alphanumeric() || "_-./".contains(one);
    let arn = text.starts_with("arn:") && text.chars().all(|one| plain(one) || ":@+=,".contains(one));
    let word = text.starts_with(|one: char| one.is_ascii_alphabetic()) && text.chars().all(plain);
    let is_other =
        ["true", "false", "yes", "no", "on", "off", "null", "y", "n"].contains(&text.to_ascii_lowercase().as_str());
    if (arn || word) && !is_other { text.to_owned() } else { quoted(text) }
}

/// A place in a comment: names of files may hold line breaks.
fn comment(text: &str) -> String {
    text.replace(char::is_control, " ")
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
