//! A cloud assembly of the AWS CDK, `cdk.out/manifest.json`: the stacks in it, and who deploys each.
//!
//! Comes in: a manifest, and those of the assemblies nested in it. Goes out: [`Assembly`]. What is wrong with one part hides
//! nothing of the others: a stack whose deployment cannot be told still has its template. Must not know: folders.
//!
//! Sources: aws-cdk-cli, packages/@aws-cdk/cloud-assembly-schema/lib/cloud-assembly (artifacts and their properties:
//! `cloudFormationExecutionRoleArn` "is passed to CloudFormation", and without it the "currently assumed role/credentials are
//! used") and lib/manifest.ts (versions); packages/@aws-cdk/cloud-assembly-api/lib/environment.ts (`aws://account/region`)
//! and lib/artifacts/cloudformation-artifact.ts (a stack without a name bears that of its artifact).

use std::path::{Component, Path};

use super::{Argument, Beside, Context, File, Kind, Node, Problem, Told};
use crate::deployment::said::Said;

/// The newest schema that is known: @aws-cdk/cloud-assembly-schema 55, of CDK 2.276. As in the CDK, what a newer one may have
/// added or changed is not guessed.
const SCHEMA: u64 = 55;

/// How deep assemblies may nest.
const DEPTH: usize = 16;

/// How many assemblies one may hold in all.
const ASSEMBLIES: usize = 1000;

/// What a cloud assembly holds, with everything nested in it.
#[derive(Debug, Default)]
pub(crate) struct Assembly {
    /// Its stacks by their artifacts' names, each with its one template relative to the folder of the outermost manifest.
    pub(crate) stacks: Vec<Context>,
    /// Its lists of assets, relative to the same folder.
    pub(crate) assets: Vec<String>,
    /// What is wrong with it. What it is about has a template at most.
    pub(crate) problems: Vec<Problem>,
    /// Manifests of a schema that is not known: who deploys their stacks is not told.
    pub(crate) newer: Vec<Problem>,
}

/// The files that a list of assets uploads, each by the name that it gets: the last part of its object's key.
///
/// Source: packages/@aws-cdk/cloud-assembly-schema/lib/assets/file-asset.ts.
pub(crate) fn assets(file: &File) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for (_, asset) in file.root.get("files").map_or(&[][..], Node::entries) {
        let Some(path) = asset.at(&["source", "path"]).and_then(Node::text).filter(|path| is_within(path)) else {
            continue;
        };
        for (_, destination) in asset.get("destinations").map_or(&[][..], Node::entries) {
            let key = destination.get("objectKey").and_then(Node::text).and_then(|key| key.rsplit('/').next());
            out.extend(key.map(|key| (key.to_owned(), path.to_owned())));
        }
    }
    out
}

/// Whether a file is the manifest of a cloud assembly.
pub(super) fn is_one(root: &Node) -> bool {
    let artifacts = root.get("artifacts").is_some_and(|node| matches!(node.kind, Kind::Map(_)));
    artifacts && root.get("version").is_some()
}

/// The stacks of an assembly, each as one deployment.
pub(super) fn contexts(file: &File, beside: &mut dyn Beside) -> Result<Vec<Context>, Problem> {
    let Assembly { stacks, problems, newer, .. } = assembly(file, beside);
    match problems.into_iter().chain(newer).next() {
        Some(problem) => Err(problem),
        None => Ok(stacks),
    }
}

/// Reads an assembly with all that it nests.
pub(crate) fn assembly(file: &File, beside: &mut dyn Beside) -> Assembly {
    let mut reader = Reader { out: Assembly::default(), left: ASSEMBLIES, beside };
    reader.manifest(file, "", 0);
    reader.out
}

struct Reader<'b> {
    out: Assembly,
    left: usize,
    beside: &'b mut dyn Beside,
}

impl Reader<'_> {
    /// One manifest; `folder` leads to it from the outermost, and is empty or ends in `/`.
    fn manifest(&mut self, file: &File, folder: &str, depth: usize) {
        let is_known = match version(file) {
            Ok(major) if major > SCHEMA => {
                self.out.newer.push(newer(file));
                false
            }
            Ok(_) => true,
            Err(problem) => {
                self.out.problems.push(problem);
                false
            }
        };
        for (name, artifact) in file.root.get("artifacts").map_or(&[][..], Node::entries) {
            match artifact.get("type").and_then(Node::text) {
                Some("aws:cloudformation:stack") => self.stack(file, folder, name, artifact, is_known),
                Some("cdk:cloud-assembly") => self.nested(file, folder, artifact, depth),
                Some("cdk:asset-manifest") => {
                    let list = artifact.at(&["properties", "file"]).and_then(Node::text);
                    self.out.assets.extend(list.filter(|list| is_within(list)).map(|list| format!("{folder}{list}")));
                }
                _ => {}
            }
        }
    }

    fn stack(&mut self, file: &File, folder: &str, name: &Node, artifact: &Node, is_known: bool) {
        let id = name.text().unwrap_or_default();
        let template = artifact.at(&["properties", "templateFile"]);
        let path = match template.and_then(|node| Some((node, node.text()?))) {
            Some((_, path)) if is_within(path) => format!("{folder}{path}"),
            Some((node, path)) => return self.wrong(file, node, climbs(path)),
            None => return self.wrong(file, name, format!("stack `{id}` names no template: it has no `templateFile`")),
        };
        let place = file.place(name);
        let mut context =
            Context { name: id.to_owned(), place: place.clone(), templates: vec![path], ..Context::default() };
        match is_known.then(|| said(file, name, artifact)) {
            Some(Ok(said)) => context.said = said,
            Some(Err(problem)) => self.out.problems.push(problem),
            None => {}
        }
        if context.said.origin().is_none() {
            let what = match context.said.stack_name {
                Some(_) => "no execution role is named: whoever runs `cdk deploy` is the deployer",
                None => "who deploys it could not be read",
            };
            context.unknown = Some(Told::new(what, place));
        }
        self.out.stacks.push(context);
    }

    fn nested(&mut self, file: &File, folder: &str, artifact: &Node, depth: usize) {
        let named = artifact.at(&["properties", "directoryName"]);
        let Some((node, path)) = named.and_then(|node| Some((node, node.text()?))) else {
            return self.wrong(file, artifact, "this nested assembly has no `directoryName`");
        };
        if !is_within(path) {
            return self.wrong(file, node, climbs(path));
        }
        let Some(left) = self.left.checked_sub(1).filter(|_| depth < DEPTH) else {
            let message =
                format!("assemblies nested deeper than {DEPTH} levels, or more than {ASSEMBLIES}, are not read");
            // Once: the others are as many.
            let said = self.out.problems.iter().any(|problem| problem.error.message == message);
            if !said {
                self.wrong(file, node, message);
            }
            return;
        };
        self.left = left;
        let inner = format!("{folder}{}/", path.trim_end_matches('/'));
        match self.beside.read(&format!("{inner}manifest.json")) {
            Ok(manifest) if is_one(&manifest.root) => self.manifest(&manifest, &inner, depth + 1),
            Ok(manifest) => self.wrong(&manifest, &manifest.root, "this is no manifest of a cloud assembly"),
            Err(problem) if problem.error.line == 0 => {
                let message =
                    format!("the nested assembly `{path}` has no manifest that can be read: {}", problem.error.message);
                self.wrong(file, node, message);
            }
            Err(problem) => self.out.problems.push(problem),
        }
    }

    fn wrong(&mut self, file: &File, node: &Node, message: impl Into<String>) {
        self.out.problems.push(file.problem(node, message));
    }
}

/// Who deploys a stack, where and with which values.
fn said(file: &File, name: &Node, artifact: &Node) -> Result<Said, Problem> {
    let told = |key: &str| file.told(artifact.at(&["properties", key]));
    let [account, region] = environment(file, artifact)?;
    let role_arn = told("cloudFormationExecutionRoleArn");
    // Without an execution role, CloudFormation goes on with the role that calls it.
    let deployer = if role_arn.is_none() { told("assumeRoleArn") } else { None };
    let parameters = artifact.at(&["properties", "parameters"]).map_or(&[][..], Node::entries);
    let argument = |(name, value): &(Node, Node)| match value.text() {
        Some(text) => Argument::new(name.text().unwrap_or_default(), text, file.place(value)),
        None => Argument::unknown(name.text().unwrap_or_default(), file.place(value)),
    };
    Ok(Said {
        deployer,
        role_arn,
        account,
        region,
        stack_name: told("stackName").or_else(|| file.told(Some(name))),
        parameters: parameters.iter().map(argument).collect(),
        ..Said::default()
    })
}

/// Account and Region of `aws://111122223333/eu-west-1`, as far as they are told.
fn environment(file: &File, artifact: &Node) -> Result<[Option<Told>; 2], Problem> {
    let Some(node) = artifact.get("environment") else { return Ok([None, None]) };
    let parts = node.text().and_then(|text| text.strip_prefix("aws://")).and_then(|text| text.split_once('/'));
    let Some((account, region)) = parts.filter(|(account, region)| !account.is_empty() && !region.is_empty()) else {
        return Err(file.problem(node, "this is no environment: it must look like `aws://111122223333/eu-west-1`"));
    };
    let known = |text: &str, unknown: &str| (text != unknown).then(|| Told::new(text, file.place(node)));
    Ok([known(account, "unknown-account"), known(region, "unknown-region")])
}

/// The first number of the manifest's version.
fn version(file: &File) -> Result<u64, Problem> {
    let node = file.root.get("version").unwrap_or(&file.root);
    let text = node.text().unwrap_or_default();
    let major = text.split('.').next().and_then(|major| major.parse().ok());
    major.ok_or_else(|| {
        file.problem(node, format!("`{text}` is no version of a cloud assembly, such as `{SCHEMA}.0.0`"))
    })
}

fn newer(file: &File) -> Problem {
    let node = file.root.get("version").unwrap_or(&file.root);
    let message = format!(
        "this cloud assembly has schema version {}, and the newest that is known here is {SCHEMA}: who deploys its stacks is \
         not read; update cfn-lockout, or name the deployer with --role-arn",
        node.text().unwrap_or_default()
    );
    file.problem(node, message)
}

/// Whether a path stays in the folder, and is not the folder itself.
fn is_within(path: &str) -> bool {
    let mut parts = Path::new(path).components().peekable();
    parts.peek().is_some() && !path.contains('\\') && parts.all(|part| matches!(part, Component::Normal(_)))
}

fn climbs(path: &str) -> String {
    format!("`{path}` is not in the cloud assembly: nothing outside of it is read")
}
