//! Cloud assemblies of the AWS CDK among what is to be checked: a manifest or its folder that was named, one that a walk came
//! by, and the one that `cdk synth` writes beside a cdk.json, which git usually ignores.
//!
//! Comes in: the named paths and the files found there. Goes out: the templates of their stacks, each with its context; the
//! files that are left, without those that the CDK made. Must not know: who deploys what else.
//!
//! Source: AWS CDK Developer Guide, cli.html: `cdk synth` writes into `cdk.out`, or into the `output` of cdk.json.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use anyhow::bail;
use ignore::overrides::{Override, OverrideBuilder};
use memchr::memmem;
use walkdir::WalkDir;

use crate::deployment::contexts::{Assembly, Context, File, assembly, assets};
use crate::source::SourceError;

use super::args::Flags;
use super::contexts::Folder;
use super::discover::{self, Found, shown};
use super::files::Files;
use super::paths::{Wholes, whole};

pub(super) const MANIFEST: &str = "manifest.json";

/// Where `cdk synth` writes to.
const OUTPUT: &str = "cdk.out";

/// What tells the CDK what to run.
const CDK_JSON: &str = "cdk.json";

/// What every manifest has in it that is worth reading.
const HINTS: [&[u8]; 2] = [b"aws:cloudformation:stack", b"cdk:cloud-assembly"];

/// How deep the folder of an assembly is walked whose manifest cannot be read.
const DEPTH: usize = 8;

/// A stack of a cloud assembly.
#[derive(Debug)]
pub(crate) struct Synthesized {
    /// Its template.
    pub(crate) found: Found,
    /// What the manifest says of it.
    pub(crate) context: Context,
}

/// The stacks of the cloud assemblies among these files, which are taken out of them.
///
/// # Errors
///
/// An `--exclude` that is no glob.
pub(crate) fn assemblies(
    paths: &[PathBuf],
    found: &mut Vec<Found>,
    flags: &Flags,
    files: &mut Files,
) -> anyhow::Result<Vec<Synthesized>> {
    let mut out: Vec<Synthesized> = Vec::new();
    let mut known: Vec<PathBuf> = Vec::new();
    let candidates = candidates(paths, found, flags)?;
    if candidates.is_empty() {
        return Ok(out);
    }
    for candidate in candidates {
        let place = whole(&candidate.manifest);
        // Assemblies within an assembly are its own business.
        if known.iter().any(|folder| place.starts_with(folder)) {
            continue;
        }
        let folder = candidate.manifest.parent().unwrap_or(Path::new(""));
        match candidate.read(files) {
            Read::Nothing => continue,
            Read::Broken => {
                found.retain(|one| one.path.as_deref().is_none_or(|path| whole(path) != place));
                found.extend(templates_below(folder, &candidate));
            }
            Read::Assembly(file) => {
                let stacks = candidate.stacks(&file, flags, files);
                take(found, &place, &stacks);
                out.extend(stacks);
            }
        }
        known.extend(place.parent().filter(|folder| !is_source(folder)).map(Path::to_owned));
    }
    let mut seen = HashSet::new();
    found.retain(|one| seen.insert(one.path.clone()));
    Ok(out)
}

/// The stacks of an assembly that `--from` names.
///
/// # Errors
///
/// What is wrong with it. A newer schema does not matter where a flag names the deployer.
pub(super) fn of_flag(file: &File, path: &Path, flags: &Flags) -> anyhow::Result<Vec<Context>> {
    let Assembly { stacks, problems, newer, .. } = assembly(file, &mut Folder::of(path));
    match problems.into_iter().chain(newer.into_iter().filter(|_| !names_deployer(flags))).next() {
        Some(problem) => bail!("--from {problem}"),
        None => Ok(stacks),
    }
}

fn names_deployer(flags: &Flags) -> bool {
    flags.deployer.is_some() || flags.role_arn.is_some()
}

/// A file that may be the manifest of an assembly.
#[derive(Debug)]
struct Candidate {
    manifest: PathBuf,
    /// Whether the user named it or its folder.
    named: bool,
    /// Whether it can be nothing else.
    sure: bool,
    /// What to leave out.
    exclude: Override,
}

/// What stands in a candidate.
enum Read {
    Nothing,
    Broken,
    Assembly(File),
}

/// What may be manifests, each once, those that were named first.
fn candidates(paths: &[PathBuf], found: &[Found], flags: &Flags) -> anyhow::Result<Vec<Candidate>> {
    let here = [PathBuf::from(".")];
    let paths = if paths.is_empty() { &here } else { paths };
    let mut out: Vec<Candidate> = Vec::new();
    for path in paths {
        let exclude = left_out(path, flags)?;
        let mut add = |manifest: PathBuf, named, sure| {
            if manifest.is_file() && (named || !is_left_out(&exclude, path, &manifest)) {
                out.push(Candidate { manifest, named, sure, exclude: exclude.clone() });
            }
        };
        if !path.is_dir() {
            if path.file_name().is_some_and(|name| name == MANIFEST) {
                add(path.clone(), true, false);
            }
            continue;
        }
        add(path.join(MANIFEST), true, path.file_name().is_some_and(|name| name == OUTPUT));
        add(path.join(OUTPUT).join(MANIFEST), false, true);
        let below = found.iter().filter(|one| !one.named).filter_map(|one| one.path.as_deref());
        for file in below.filter(|file| is_of_cdk(file) && file.starts_with(path)) {
            match file.file_name().and_then(|name| name.to_str()) {
                Some(MANIFEST) => add(file.to_owned(), false, false),
                Some(CDK_JSON) => add(output_of(file).join(MANIFEST), false, true),
                _ => {}
            }
        }
    }
    // A folder comes before those in it; what was named before what was found.
    out.sort_by_key(|one| (whole(&one.manifest).components().count(), !one.named, !one.sure));
    let mut seen = HashSet::new();
    out.retain(|one| seen.insert(whole(&one.manifest)));
    Ok(out)
}

/// Whether the name of a walked file may be one of the CDK's: of thousands, few are.
fn is_of_cdk(file: &Path) -> bool {
    let path = file.as_os_str().as_encoded_bytes();
    [MANIFEST, CDK_JSON].iter().any(|name| path.ends_with(name.as_bytes()))
}

/// The folder that `cdk synth` writes into.
pub(super) fn output_of(cdk_json: &Path) -> PathBuf {
    let folder = cdk_json.parent().unwrap_or(Path::new(""));
    let file = bytes(cdk_json).ok().and_then(|bytes| File::parse(&shown(cdk_json), bytes).ok());
    let output = file.and_then(|file| file.root.get("output")?.text().map(str::to_owned));
    folder.join(output.as_deref().unwrap_or(OUTPUT))
}

fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    let found = Found { shown: shown(path), path: Some(path.to_owned()), named: true };
    discover::bytes(&found).map_err(|error| format!("{error:#}"))
}

impl Candidate {
    fn read(&self, files: &mut Files) -> Read {
        let name = shown(&self.manifest);
        let bytes = match bytes(&self.manifest) {
            Ok(bytes) => bytes,
            Err(message) if self.sure => {
                files.fail(&name, SourceError { message, line: 0, column: 0 });
                return Read::Broken;
            }
            Err(_) => return Read::Nothing,
        };
        let is_one = HINTS.iter().any(|hint| memmem::find(&bytes, hint).is_some());
        if !self.sure && !is_one {
            return Read::Nothing;
        }
        let error = match File::parse(&name, bytes) {
            Ok(file) if file.is_assembly() => return Read::Assembly(file),
            Ok(_) if !self.sure => return Read::Nothing,
            Ok(_) => SourceError { message: "this is no manifest of a cloud assembly".to_owned(), line: 1, column: 1 },
            Err(problem) => problem.error,
        };
        let message = format!("{}: who deploys the stacks of this cloud assembly is not known", error.message);
        files.fail(&name, SourceError { message, ..error });
        Read::Broken
    }

    /// The stacks of the assembly; what is wrong with it goes into the report.
    fn stacks(&self, file: &File, flags: &Flags, files: &mut Files) -> Vec<Synthesized> {
        let folder = self.manifest.parent().unwrap_or(Path::new(""));
        let Assembly { stacks, assets: lists, problems, newer, .. } = assembly(file, &mut Folder::of(&self.manifest));
        for list in lists.iter().map(|list| folder.join(list)) {
            // What it does not tell stays unknown, and is said where it matters.
            let file = bytes(&list).ok().and_then(|bytes| File::parse(&shown(&list), bytes).ok());
            files.uploads(list.parent().unwrap_or(folder), file.as_ref().map_or_else(Vec::new, assets));
        }
        let newer = newer.into_iter().filter(|_| !names_deployer(flags));
        problems.into_iter().chain(newer).for_each(|problem| files.fail(&problem.file, problem.error));
        let mut out = Vec::new();
        for context in stacks {
            for template in &context.templates {
                let path = folder.join(template);
                let name = shown(&path);
                if !path.is_file() {
                    let message = format!(
                        "there is no such file, and {} names it as the template of stack `{}`: run `cdk synth` again",
                        context.place, context.name
                    );
                    files.fail(&name, SourceError { message, line: 0, column: 0 });
                } else if self.named || !is_left_out(&self.exclude, folder, &path) {
                    let found = Found { shown: name, path: Some(path), named: self.named };
                    out.push(Synthesized { found, context: context.clone() });
                }
            }
        }
        out
    }
}

/// Takes out what belongs to an assembly: its stacks' templates, which are checked with their contexts, and what else the
/// CDK writes there: nested templates, assets, lists of them, templates of stacks that are gone.
fn take(found: &mut Vec<Found>, manifest: &Path, stacks: &[Synthesized]) {
    let own: HashSet<PathBuf> = stacks.iter().filter_map(|one| one.found.path.as_deref()).map(whole).collect();
    let folder = manifest.parent().filter(|folder| !is_source(folder));
    let wholes = Wholes::default();
    let place =
        |one: &Found| one.path.as_deref().map(|path| if one.named { wholes.of(path) } else { wholes.walked(path) });
    found.retain(|one| {
        let Some(path) = place(one) else { return true };
        path != manifest && !own.contains(&path) && folder.is_none_or(|folder| !path.starts_with(folder))
    });
}

/// Whether people write into this folder, so that not everything in it is an assembly's.
fn is_source(folder: &Path) -> bool {
    [".git", CDK_JSON].iter().any(|name| folder.join(name).exists())
}

/// The templates in the folder of an assembly whose manifest does not name them, whatever git ignores.
fn templates_below(folder: &Path, candidate: &Candidate) -> Vec<Found> {
    let walk = WalkDir::new(folder).max_depth(DEPTH).sort_by_file_name().into_iter().filter_map(Result::ok);
    let is_template = |path: &Path| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        [".template.json", ".template.yaml"].iter().any(|end| name.ends_with(end))
    };
    let files = walk.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path);
    let templates = files.filter(|path| is_template(path) && !is_left_out(&candidate.exclude, folder, path));
    templates.map(|path| Found { shown: shown(&path), path: Some(path), named: candidate.named }).collect()
}

/// What `--exclude` leaves out below a path.
fn left_out(root: &Path, flags: &Flags) -> anyhow::Result<Override> {
    let mut globs = OverrideBuilder::new(root);
    for glob in &flags.exclude {
        globs.add(&format!("!{glob}"))?;
    }
    Ok(globs.build()?)
}

/// Whether a file below `root`, or a folder that leads to it, is left out.
fn is_left_out(exclude: &Override, root: &Path, file: &Path) -> bool {
    let above = file.ancestors().skip(1).take_while(|above| *above != root && above.starts_with(root));
    exclude.matched(file, false).is_ignore() || above.into_iter().any(|above| exclude.matched(above, true).is_ignore())
}
