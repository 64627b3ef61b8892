//! The files in which deployment tools are told what to do: found, read, and joined with each other.
//!
//! Comes in: `--from`, `--parameters`. Goes out: what they say, as [`Context`]s.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use crate::deployment::contexts::{Beside, Context, Environments, File, Problem, contexts, parameters};
use crate::deployment::{Argument, Said, Told};
use crate::source::SourceError;

use super::args::Flags;
use super::assemblies;
use super::bounds::may_read;
use super::discover::{Found, bytes, repository, shown};
use super::paths::{tidy, whole};

/// A context with the templates that it names, by their whole paths.
#[derive(Clone, Debug, Default)]
pub(crate) struct Located {
    /// What a file says.
    pub(crate) context: Context,
    /// The templates that it is about; none: any.
    pub(crate) templates: Vec<PathBuf>,
}

/// The deployments that the files of `--from` describe, each with what the others add; none where there is no such flag.
///
/// # Errors
///
/// A file that cannot be read or is of no known kind, and files that contradict each other, with the places.
pub(crate) fn named(flags: &Flags) -> anyhow::Result<Vec<Located>> {
    let environments = flags.config_env.as_deref().map_or(Environments::Default, Environments::Named);
    let mut all: Vec<Located> = Vec::new();
    for path in &flags.from {
        let file = file("--from", path)?;
        let found = match file.is_assembly() {
            true => assemblies::of_flag(&file, path, flags)?,
            false => contexts(&file, environments, &mut Folder::of(path))?,
        };
        if found.is_empty() {
            bail!("--from `{}`: it describes no deployment", path.display());
        }
        let found: Vec<Located> = found.into_iter().map(|context| located(context, path)).collect();
        all = if all.is_empty() { found } else { joined(&all, &found)? };
    }
    Ok(all)
}

/// The parameters of files, in their order: later ones win.
///
/// # Errors
///
/// A file that cannot be read or holds no parameters.
pub(crate) fn arguments(flag: &str, files: &[PathBuf]) -> anyhow::Result<Vec<Argument>> {
    let mut out = Vec::new();
    for path in files {
        out.extend(parameters(&file(flag, path)?)?);
    }
    Ok(out)
}

pub(super) fn located(context: Context, file: &Path) -> Located {
    let folder = whole(file).parent().map_or_else(PathBuf::new, Path::to_owned);
    let templates = context.templates.iter().map(|path| whole(&folder.join(path))).collect();
    Located { context, templates }
}

/// Every deployment of the one files with every one of the others.
fn joined(left: &[Located], right: &[Located]) -> anyhow::Result<Vec<Located>> {
    let pairs = left.iter().flat_map(|one| right.iter().map(move |other| (one, other)));
    pairs.map(|(one, other)| both(one, other)).collect()
}

fn both(one: &Located, other: &Located) -> anyhow::Result<Located> {
    let (left, right) = (&one.context, &other.context);
    for (what, mine, theirs) in [
        ("deployer", &left.said.deployer, &right.said.deployer),
        ("service role", &left.said.role_arn, &right.said.role_arn),
        ("account", &left.said.account, &right.said.account),
        ("Region", &left.said.region, &right.said.region),
        ("partition", &left.said.partition, &right.said.partition),
        ("stack name", &left.said.stack_name, &right.said.stack_name),
    ] {
        agree(what, mine.as_ref(), theirs.as_ref())?;
    }
    let said = Said {
        deployer: left.said.deployer.clone().or_else(|| right.said.deployer.clone()),
        session: left.said.session.clone().or_else(|| right.said.session.clone()),
        role_arn: left.said.role_arn.clone().or_else(|| right.said.role_arn.clone()),
        ..left.said.clone().overridden(right.said.clone())
    };
    let name = [left, right].map(|context| context.name.as_str()).join(" ").trim().to_owned();
    let place = format!("{}, {}", left.place, right.place);
    let unknown = left.unknown.clone().or_else(|| right.unknown.clone());
    let context = Context { name, place, said, templates: Vec::new(), unknown };
    let templates = if one.templates.is_empty() { &other.templates } else { &one.templates };
    Ok(Located { context, templates: templates.clone() })
}

/// Two files may say the same thing, not two different ones.
fn agree(what: &str, mine: Option<&Told>, theirs: Option<&Told>) -> anyhow::Result<()> {
    let (Some(mine), Some(theirs)) = (mine, theirs) else { return Ok(()) };
    if mine.value != theirs.value {
        bail!(
            "two files contradict each other: the {what} is `{}` in {} and `{}` in {}; name the one that counts with a flag",
            mine.value,
            mine.from,
            theirs.value,
            theirs.from
        );
    }
    Ok(())
}

/// A file that a flag names.
pub(super) fn file(flag: &str, path: &Path) -> anyhow::Result<File> {
    let is_stdin = path.as_os_str() == "-";
    let name = if is_stdin { "<stdin>".to_owned() } else { shown(path) };
    let found = Found { shown: name.clone(), path: (!is_stdin).then(|| path.to_owned()), named: true };
    let bytes = bytes(&found).with_context(|| format!("{flag} `{}`", path.display()))?;
    File::parse(&name, bytes).with_context(|| flag.to_owned())
}

/// The folder of a file: what it names is relative to it.
pub(super) struct Folder {
    at: PathBuf,
    /// Whether only files of the same repository are read.
    is_bounded: bool,
}

impl Folder {
    /// The folder that the program runs in; what somebody types may be anywhere.
    pub(super) fn here() -> Folder {
        Folder { at: PathBuf::new(), is_bounded: false }
    }

    pub(super) fn of(file: &Path) -> Folder {
        Folder { at: file.parent().map_or_else(PathBuf::new, Path::to_owned), is_bounded: true }
    }
}

impl Beside for Folder {
    fn has(&mut self, path: &str) -> bool {
        self.at.join(path).is_file()
    }

    fn root(&mut self) -> Option<String> {
        let folder = whole(&self.at);
        let top = repository(&folder)?;
        let below = folder.ancestors().position(|above| above == top)?;
        Some(if below == 0 { ".".to_owned() } else { vec![".."; below].join("/") })
    }

    fn read(&mut self, path: &str) -> Result<File, Problem> {
        let place = tidy(&self.at.join(path));
        let name = shown(&place);
        let problem =
            |message: String| Problem { file: name.clone(), error: SourceError { message, line: 0, column: 0 } };
        // A device or a pipe could be read for ever.
        if !place.is_file() {
            return Err(problem("there is no such file".to_owned()));
        }
        if self.is_bounded && !may_read(&self.at, &whole(&place)) {
            return Err(problem("it is outside of the repository, and is not read".to_owned()));
        }
        let found = Found { shown: name.clone(), path: Some(place), named: true };
        File::parse(&name, bytes(&found).map_err(|error| problem(format!("{error:#}")))?)
    }
}
