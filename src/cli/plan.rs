//! Which deployments each template has: those that flags describe, or those of the nearest configuration at or above it.
//!
//! Comes in: the flags and the templates that were opened. Goes out: [`Group`]s, each a deployment with its templates.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use anyhow::bail;
use ignore::overrides::{Override, OverrideBuilder};

use crate::deployment::Argument;
use crate::deployment::contexts::Context;
use crate::source::FileId;
use crate::world::nearest;

use super::args::Flags;
use super::bounds::may_read;
use super::config::{self, Config, Planned};
use super::contexts::{self, Located};
use super::discover::{Found as File, shown};
use super::files::{Files, Opened, Texts};
use super::given::Given;
use super::inputs::{document, parsed};
use super::nearby::Nearby;
use super::paths::{Wholes, whole};
use super::scan::Hints;

/// A deployment with the templates that it deploys.
#[derive(Debug)]
pub(crate) struct Group {
    /// What is given about it.
    pub(crate) given: Given,
    /// Where it stands in a configuration or a file of a deployment tool; nothing for what flags describe.
    pub(crate) place: Option<String>,
    /// What its file leaves open about the deployer, and nothing else says.
    pub(crate) unknown: Option<String>,
    /// The parameters that a configuration names for it: each has to be one of a template.
    pub(crate) configured: Vec<String>,
    /// The stack of a cloud assembly that it is about.
    pub(crate) artifact: Option<Artifact>,
    /// Its templates.
    pub(crate) templates: Vec<Opened>,
}

/// A stack of a cloud assembly in a deployment.
#[derive(Debug)]
pub(crate) struct Artifact {
    /// The artifact's name.
    pub(crate) name: String,
    /// Where it stands: `cdk.out/manifest.json:12`.
    pub(crate) place: String,
    /// What is given about it without the manifest.
    pub(crate) without: Given,
}

impl Group {
    /// What tells two groups apart.
    fn identity(&self) -> impl Ord + use<> {
        let artifact = self.artifact.as_ref().map(|one| one.place.clone());
        (self.place.clone(), self.given.name.clone(), artifact)
    }

    /// The same for a stack of a cloud assembly: what a configuration or flags say wins over its manifest.
    fn of_artifact(&self, context: &Context) -> Group {
        let without = self.given.clone();
        let said = context.said.clone().overridden(without.said.clone());
        let unknown = context.unknown.as_ref().filter(|_| said.origin().is_none()).map(|told| told.value.clone());
        Group {
            given: Given { said, ..without.clone() },
            place: self.place.clone().or_else(|| Some(context.place.clone())),
            unknown,
            configured: self.configured.clone(),
            artifact: Some(Artifact { name: context.name.clone(), place: context.place.clone(), without }),
            templates: Vec::new(),
        }
    }
}

/// What manifests say of the templates of cloud assemblies.
pub(crate) type Synthesized = BTreeMap<FileId, Vec<Context>>;

/// A configuration, the folder it is in, and what it leaves out there.
#[derive(Clone, Debug)]
struct Found {
    config: Rc<Config>,
    folder: PathBuf,
    excluded: Rc<Override>,
}

type Near = Option<Found>;

/// The configurations of a run, each read once.
#[derive(Debug)]
pub(crate) struct Plan<'f> {
    /// The flags.
    pub(super) flags: &'f Flags,
    /// Whether only some of the templates are looked at: others may have the parameters that a configuration names.
    pub(super) is_part: bool,
    /// What counts instead of files.
    texts: Texts,
    explicit: Near,
    /// What the files of `--from` describe.
    from: Vec<Located>,
    /// What the files of `--parameters` hold.
    arguments: Vec<Argument>,
    /// What files around the templates describe, where nobody else does.
    nearby: Nearby,
    known: RefCell<HashMap<PathBuf, Near>>,
    wholes: Wholes,
    /// The last folder of which no configuration leaves anything out.
    whole_folder: RefCell<Option<OsString>>,
}

impl<'f> Plan<'f> {
    /// For these flags.
    ///
    /// # Errors
    ///
    /// A file that was named and cannot be read.
    pub(crate) fn new(flags: &'f Flags) -> anyhow::Result<Plan<'f>> {
        Plan::over(flags, Texts::new())
    }

    /// The same where these texts count instead of files.
    ///
    /// # Errors
    ///
    /// As [`Plan::new`].
    pub(super) fn over(flags: &'f Flags, texts: Texts) -> anyhow::Result<Plan<'f>> {
        let explicit = flags.config.as_deref().map(|path| load(path, &texts)).transpose()?;
        let (from, arguments) = (contexts::named(flags)?, contexts::arguments("--parameters", &flags.parameters)?);
        Ok(Plan {
            flags,
            is_part: false,
            texts,
            explicit,
            from,
            arguments,
            nearby: Nearby::default(),
            known: RefCell::default(),
            wholes: Wholes::default(),
            whole_folder: RefCell::default(),
        })
    }

    /// Whether the flags describe the deployment by themselves.
    fn by_flags(&self) -> bool {
        let Flags { no_config, deployer, role_arn, account, deployment, .. } = self.flags;
        let described = deployer.is_some() || role_arn.is_some() || account.is_some() || !self.from.is_empty();
        *no_config || (described && deployment.is_empty())
    }

    /// The configuration at or above a file; the nearest wins, and nothing is merged.
    fn near(&self, file: &Path) -> anyhow::Result<Near> {
        if self.explicit.is_some() {
            return Ok(self.explicit.clone());
        }
        match file.parent() {
            Some(folder) => self.at_or_above(folder),
            None => Ok(None),
        }
    }

    fn at_or_above(&self, folder: &Path) -> anyhow::Result<Near> {
        if let Some(known) = self.known.borrow().get(folder) {
            return Ok(known.clone());
        }
        let file = folder.join(config::NAME);
        let near = match (file.is_file(), folder.parent()) {
            (true, _) => Some(found(&file, &self.texts)?),
            (false, Some(above)) => self.at_or_above(above)?,
            (false, None) => None,
        };
        self.known.borrow_mut().insert(folder.to_owned(), near.clone());
        Ok(near)
    }

    /// Whether the nearest configuration leaves a walked file out.
    ///
    /// # Errors
    ///
    /// A configuration that cannot be read.
    pub(crate) fn leaves_out(&self, found: &File) -> anyhow::Result<bool> {
        let Some(path) = found.path.as_ref().filter(|_| !found.named && !self.flags.no_config) else {
            return Ok(false);
        };
        // A walk comes by the files of a folder one after the other.
        let folder = path.parent().unwrap_or(Path::new("")).as_os_str();
        if self.whole_folder.borrow().as_deref() == Some(folder) {
            return Ok(false);
        }
        let path = self.wholes.walked(path);
        let Some(near) = self.near(&path)?.filter(|near| !near.config.exclude.is_empty()) else {
            self.whole_folder.replace(Some(folder.to_owned()));
            return Ok(false);
        };
        Ok(near.excluded.matched(&path, false).is_whitelist())
    }

    /// Whether it is asked what a scan of this file shows.
    pub(crate) fn wants_hints(&self, found: &File) -> bool {
        !found.named || self.texts.is_empty() && self.is_undescribed()
    }

    /// Notes what a scan of a file showed.
    pub(crate) fn scanned(&self, found: &File, hints: Hints) {
        found.path.iter().for_each(|path| self.nearby.scanned(path, hints, !found.named));
    }

    /// The deployments of these templates, in the order of the templates and of their names.
    ///
    /// # Errors
    ///
    /// A configuration that cannot be read, or a `--deployment` that none has.
    pub(crate) fn groups(
        &self,
        opened: &[Opened],
        synthesized: &Synthesized,
        files: &mut Files,
    ) -> anyhow::Result<Vec<Group>> {
        let mut groups: Vec<Group> = Vec::new();
        let mut known = BTreeMap::new();
        let places: BTreeMap<FileId, PathBuf> =
            files.places().map(|(file, place)| (file, self.wholes.of(place))).collect();
        for template in opened {
            let place = places.get(&template.0).cloned().unwrap_or_default();
            let near = if self.by_flags() { None } else { self.near(&place)? };
            let planned: Vec<&Planned> = near.iter().flat_map(|near| &near.config.deployments).collect();
            let mine = planned.iter().filter(|one| one.deploys(&place) && self.wants(&one.name));
            let mut mine: Vec<Group> = mine.map(|one| self.configured(one)).collect::<anyhow::Result<_>>()?;
            if let Some(contexts) = synthesized.get(&template.0) {
                if mine.is_empty() && self.flags.deployment.is_empty() {
                    mine.extend(self.of_contexts(&place, &[]));
                }
                mine = contexts.iter().flat_map(|one| mine.iter().map(|group| group.of_artifact(one))).collect();
            } else if mine.is_empty() && self.flags.deployment.is_empty() {
                mine.extend(self.described(&place));
            }
            for new in mine {
                let at = *known.entry(new.identity()).or_insert(groups.len());
                match groups.get_mut(at) {
                    Some(group) => group.templates.push(template.clone()),
                    None => groups.push(Group { templates: vec![template.clone()], ..new }),
                }
            }
        }
        self.all_known()?;
        self.nearby.problems().into_iter().for_each(|problem| files.fail(&problem.file, problem.error));
        Ok(groups)
    }

    /// Whether nothing on the command line says who deploys, or with which values (design §5).
    fn is_undescribed(&self) -> bool {
        let Flags { no_config, deployer, role_arn, .. } = self.flags;
        let described = deployer.is_some() || role_arn.is_some() || !self.from.is_empty();
        !*no_config && !described && self.arguments.is_empty()
    }

    /// What a configuration says of a deployment, and flags change.
    fn configured(&self, one: &Planned) -> anyhow::Result<Group> {
        let configured = one.given.said.parameters.iter().map(|argument| argument.name.clone()).collect();
        let mut given = one.given.clone();
        let files = contexts::arguments(&one.place, &given.parameter_files)?;
        given.said.parameters.splice(..0, files);
        if let [only] = self.from.as_slice() {
            given.said = given.said.overridden(only.context.said.clone());
        }
        let given = given.overridden(self.flags, &self.arguments);
        let place = Some(one.place.clone());
        Ok(Group { given, place, unknown: None, configured, artifact: None, templates: Vec::new() })
    }

    /// What files of `--from` say of the template at this path, else the flags alone. A file that names templates, and not this
    /// one, counts all the same: it was named for it.
    fn described(&self, template: &Path) -> Vec<Group> {
        let found = if self.is_undescribed() { self.nearby.of(template, &self.wholes) } else { Vec::new() };
        self.of_contexts(template, &found)
    }

    /// The same with what files around the template describe.
    pub(super) fn of_contexts(&self, template: &Path, found: &[Located]) -> Vec<Group> {
        let names_it = |one: &&Located| one.templates.iter().any(|named| named == template);
        let naming: Vec<&Located> = self.from.iter().filter(names_it).collect();
        let all: Vec<&Located> = if naming.is_empty() { self.from.iter().collect() } else { naming };
        let of = |name: &str, context: &Context| {
            let given = Given::of(name, context.said.clone()).overridden(self.flags, &self.arguments);
            let unknown = context.unknown.as_ref().filter(|_| given.said.origin().is_none());
            let (place, unknown) = (context.place.clone(), unknown.map(|told| told.value.clone()));
            let place = (!place.is_empty()).then_some(place);
            Group { given, place, unknown, configured: Vec::new(), artifact: None, templates: Vec::new() }
        };
        match all.as_slice() {
            [] if !found.is_empty() => found.iter().map(|one| of(&one.context.name, &one.context)).collect(),
            [] => vec![of("default", &Context::default())],
            [Located { context, .. }] => vec![of("default", context)],
            several => several.iter().map(|one| of(&one.context.name, &one.context)).collect(),
        }
    }

    fn wants(&self, name: &str) -> bool {
        self.flags.deployment.is_empty() || self.flags.deployment.iter().any(|wanted| wanted == name)
    }

    /// Every `--deployment` is one of a configuration.
    fn all_known(&self) -> anyhow::Result<()> {
        let known = self.known.borrow();
        let configs = self.explicit.iter().chain(known.values().flatten()).map(|near| &near.config);
        let names: BTreeSet<&str> =
            configs.flat_map(|config| &config.deployments).map(|one| one.name.as_str()).collect();
        let Some(unknown) = self.flags.deployment.iter().find(|name| !names.contains(name.as_str())) else {
            return Ok(());
        };
        let names: Vec<&str> = names.into_iter().collect();
        match nearest(unknown, &names) {
            Some(near) => bail!("--deployment: no configuration has a deployment `{unknown}`; did you mean `{near}`?"),
            None => bail!("--deployment: no configuration has a deployment `{unknown}`"),
        }
    }
}

/// A configuration that nobody named: it comes with the repository, and names files of the repository.
fn found(path: &Path, texts: &Texts) -> anyhow::Result<Found> {
    let found = load(path, texts)?;
    for one in &found.config.deployments {
        let outside = one.given.files().find(|file| file.exists() && !may_read(&found.folder, &whole(file)));
        if let Some(file) = outside {
            let (place, file) = (&one.place, shown(file));
            bail!("{place}: `{file}` is outside of the repository, and is not read unless --config names this file");
        }
    }
    Ok(found)
}

fn load(path: &Path, texts: &Texts) -> anyhow::Result<Found> {
    let document = match texts.get(&whole(path)) {
        Some(text) => parsed("--config", path, text.as_bytes().to_vec())?,
        None => document("--config", path)?,
    };
    let folder = whole(path).parent().map_or_else(PathBuf::new, Path::to_owned);
    let near = std::env::current_dir().ok().and_then(|here| path.strip_prefix(here).ok());
    let config = Rc::new(config::parse(&document, &folder, &shown(near.unwrap_or(path)))?);
    let mut globs = OverrideBuilder::new(&folder);
    for glob in &config.exclude {
        globs.add(glob)?;
    }
    Ok(Found { config, excluded: Rc::new(globs.build()?), folder })
}
