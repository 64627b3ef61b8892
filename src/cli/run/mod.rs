//! `cfn-lockout run -- aws cloudformation deploy …`: the command's own flags in, the check, and then the command itself.
//!
//! Nothing is asked of AWS that the command would not ask, and nothing at all with `--offline`.

mod ask;
mod become_it;
mod cdk;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};

use crate::deployment::command::{Command, Source, read};
use crate::deployment::contexts::{Environments, SAMCONFIGS, contexts};
use crate::deployment::{Said, Told};
use crate::source::FileId;

use super::args::RunArgs;
use super::baseline;
use super::check::{Job, checked, rendered, write_all};
use super::contexts::{Folder, file};
use super::discover::{Found, shown};
use super::exit::Exit;
use super::files::{Files, Opened};
use super::given::Given;
use super::inputs::deployment;
use super::nested::roots;
use super::output::{print_beside, remark, wants_color_beside};
use super::previous::{Previous, previous};

/// Checks what the command deploys; runs it where nothing fails.
pub(crate) fn run(args: &RunArgs) -> anyhow::Result<Exit> {
    let words: Vec<String> = args.command.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let command = read(&words, &mut Folder::here())?;
    let exit = match &command.template {
        Source::Assembly(assembly) => cdk::check(args, &command, assembly)?,
        _ => template(args, &command)?,
    };
    match exit {
        Exit::Clean => become_it::become_it(&args.command).map(Exit::Command),
        stopped => {
            remark(&format!("`{}` was not run", command.name));
            Ok(stopped)
        }
    }
}

/// Checks the one template that the command deploys.
fn template(args: &RunArgs, command: &Command) -> anyhow::Result<Exit> {
    let (mut files, opened) = opened(command)?;
    match opened {
        Some(opened) => check(args, command, &given(args, command)?, opened, &mut files),
        None => said(args, &mut files, &[], &BTreeSet::new()),
    }
}

/// The template that the command deploys.
fn opened(command: &Command) -> anyhow::Result<(Files, Option<Opened>)> {
    let mut files = Files::default();
    let path = match &command.template {
        Source::File(path) => path.clone(),
        Source::FirstOf(paths) => match paths.iter().find(|path| Path::new(path).is_file()) {
            Some(path) => path.clone(),
            None => bail!("{}: there is no template here; it looks for `{}`", command.name, paths.join("`, `")),
        },
        Source::Text(text) => {
            let place = Path::new(TEXT);
            let opened = files.parsed_apart(TEXT, place, text.clone().into_bytes());
            let opened = opened.map_err(|_| anyhow!("--template-body: this is no template"))?;
            return Ok((files, Some(opened)));
        }
        Source::Assembly(_) => bail!("{}: it deploys no single template", command.name),
        Source::Elsewhere(what) => {
            bail!("{}: {what}, which cannot be looked into here: check the file that it is made of", command.name)
        }
    };
    let found = Found { shown: shown(Path::new(&path)), path: Some(path.clone().into()), named: true };
    if !Path::new(&path).is_file() {
        files.missing(Path::new(&path));
        return Ok((files, None));
    }
    let opened = files.template(&found, TEXT);
    Ok((files, opened))
}

/// What a template is called that stands on the command line.
const TEXT: &str = "--template-body";

/// What is known of the deployment: what the command says counts most, then flags, then its configuration, then AWS's answer.
fn given(args: &RunArgs, command: &Command) -> anyhow::Result<Given> {
    let configured = configuration(command)?.unwrap_or_default();
    let by_flags = Given::by_flags(&args.flags)?;
    // Parameters on the command line replace those of the configuration, as a whole.
    let configured = match command.said.parameters.is_empty() {
        true => configured,
        false => Said { parameters: Vec::new(), ..configured },
    };
    let said = configured.overridden(by_flags.said.clone()).overridden(command.said.clone());
    let said = Said { region: said.region.or_else(region), ..said };
    let asked = if said.role_arn.is_some() || args.offline { Said::default() } else { ask::ask(command, &said)? };
    // A caller who was named is believed; the service role that the stack keeps is what KMS sees all the same.
    let said = Said { deployer: said.deployer.or(asked.deployer), role_arn: said.role_arn.or(asked.role_arn), ..said };
    Ok(Given { said, ..by_flags })
}

/// The Region of the environment, as the AWS CLI takes it.
fn region() -> Option<Told> {
    let set =
        |name: &&str| std::env::var(name).ok().filter(|value| !value.is_empty()).map(|value| Told::new(value, *name));
    ["AWS_REGION", "AWS_DEFAULT_REGION"].iter().find_map(set)
}

/// What the command takes from a samconfig.
fn configuration(command: &Command) -> anyhow::Result<Option<Said>> {
    let Some(config) = &command.config else { return Ok(None) };
    let folder = match &command.template {
        Source::File(path) => Path::new(path).parent().map(Path::to_owned).unwrap_or_default(),
        _ => PathBuf::new(),
    };
    let path = match &config.file {
        Some(path) => Some(folder.join(path)),
        None => SAMCONFIGS.iter().map(|name| folder.join(name)).find(|path| path.is_file()),
    };
    let Some(path) = path else { return Ok(None) };
    let environment = config.environment.as_deref();
    let asked = environment.map_or(Environments::Default, Environments::Named);
    let file = file("--config-file", &path)?;
    match contexts(&file, asked, &mut Folder::of(&path)) {
        Ok(found) => Ok(found.into_iter().next().map(|context| context.said)),
        // An environment that nobody named need not be there.
        Err(_) if environment.is_none() => Ok(None),
        Err(problem) => Err(problem.into()),
    }
}

fn check(args: &RunArgs, command: &Command, given: &Given, opened: Opened, files: &mut Files) -> anyhow::Result<Exit> {
    let deployment = deployment(given).with_context(|| command.name.clone())?;
    let named = BTreeSet::from([opened.0]);
    let stacks = roots(&[opened], &deployment.givens, files);
    let (place, values) = (Some(command.name.clone()), given.said.places());
    let mut jobs =
        [Job { deployment, stacks, place, values, unknown: None, artifact: None, previous: Previous::new() }];
    previous(&args.flags, &mut jobs, files)?;
    said(args, files, &jobs, &named)
}

/// The report, on stderr.
fn said(args: &RunArgs, files: &mut Files, jobs: &[Job], named: &BTreeSet<FileId>) -> anyhow::Result<Exit> {
    let mut hidden = baseline::hidden(&args.flags, files)?;
    let report = checked(files, jobs, named, &mut hidden, &args.flags);
    write_all(&report, &files.sources, &args.flags)?;
    let color = wants_color_beside(args.flags.color);
    print_beside(&rendered(&report, &files.sources, args.flags.format, &args.flags, color))?;
    baseline::end(&args.flags, &hidden, Exit::of(&report, args.flags.fail_on.severity()))
}
