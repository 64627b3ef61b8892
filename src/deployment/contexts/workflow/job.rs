//! One job of a workflow, step by step: credentials, then what is deployed with them.
//!
//! A step that runs only under a condition may or may not have set its credentials: each possibility is a context, except where
//! the deploying step has the very same condition.

use super::super::partial::Partial;
use super::super::places::{from_root, of_url};
use super::super::{Beside, Context, File, Node, Problem, Told};
use super::commands::{Deploys, LATER, deploys};
use super::credentials::Credentials;
use super::parameters::{Overrides, WORKSPACE, overrides};
use super::scope::Scope;
use crate::deployment::said::Said;

/// How many possibilities of credentials are told apart.
const MOST: usize = 8;

/// What other actions and commands have in their text where they set credentials.
const SETS_CREDENTIALS: [&str; 3] = ["configure-aws-credentials", "AWS_ACCESS_KEY_ID", "AWS_SESSION_TOKEN"];

/// The variables that name the Region.
const REGIONS: [&str; 2] = ["AWS_REGION", "AWS_DEFAULT_REGION"];

/// A job while its steps are gone through.
pub(super) struct Job<'f> {
    file: &'f File,
    /// Its name, with its combination of the matrix.
    name: String,
    scope: Scope,
    /// What its steps may act as now; none: nobody has said.
    possible: Vec<Credentials>,
    /// The folder that the repository is checked out into, if it is another one than the workspace.
    checkout: Option<String>,
    /// The folder that its commands run in, unless a step names another.
    folder: Option<&'f str>,
    /// The deployments so far, with the names of their stacks.
    found: Vec<(Context, String)>,
}

impl<'f> Job<'f> {
    /// A job before its first step.
    pub(super) fn new(file: &'f File, name: String, scope: Scope, folder: Option<&'f str>) -> Job<'f> {
        Job { file, name, scope, possible: Vec::new(), checkout: None, folder, found: Vec::new() }
    }

    /// The deployments of its steps.
    pub(super) fn contexts(mut self, steps: &[Node], beside: &mut dyn Beside) -> Result<Vec<Context>, Problem> {
        for step in steps.iter().filter(|step| !never(step)) {
            let action = step.get("uses").and_then(Node::text).unwrap_or_default().trim().to_ascii_lowercase();
            match action.split('@').next().unwrap_or_default() {
                "aws-actions/configure-aws-credentials" => self.configure(step),
                "aws-actions/aws-cloudformation-github-deploy" => self.deploy(step, beside)?,
                "actions/checkout" => {
                    self.checkout = step.at(&["with", "path"]).and_then(Node::text).map(str::to_owned)
                }
                local if local.starts_with("./") => self.local(step, beside),
                _ => self.run(step, beside)?,
            }
        }
        Ok(named(&self.name, self.found))
    }

    fn configure(&mut self, step: &Node) {
        let scope = self.scope.with_env(self.file, step.get("env"));
        let Some(new) = Credentials::of(self.file, step, &scope) else { return };
        if new.condition.is_none() || self.possible.len() >= MOST {
            self.possible.clear();
        }
        self.possible.push(new);
    }

    /// A composite action of the repository: it is not read, except whether it touches credentials.
    fn local(&mut self, step: &Node, beside: &mut dyn Beside) {
        let Some(uses) = step.get("uses") else { return };
        let name = uses.text().unwrap_or_default();
        let files = ["action.yml", "action.yaml"].map(|file| from_root(&format!("{name}/{file}"), beside));
        let read = files.iter().find(|file| beside.has(file)).and_then(|file| beside.read(file).ok());
        if read.is_none_or(|action| mentions(&action.root)) {
            let words = format!("`{name}` may set credentials, and is not read");
            self.possible = vec![Credentials::unknown(words, self.file.place(uses))];
        }
    }

    /// A step with commands: they may deploy, and set credentials for later steps.
    fn run(&mut self, step: &Node, beside: &mut dyn Beside) -> Result<(), Problem> {
        let Some(run) = step.get("run") else { return Ok(()) };
        let (text, place) = (run.text().unwrap_or_default(), self.file.place(run));
        let scope = self.scope.with_env(self.file, step.get("env"));
        let own = step.get("working-directory").and_then(Node::text);
        let folder = own.or(self.folder).map_or_else(|| Partial::known("."), |folder| scope.fill(folder));
        let folder = folder.text().map(|folder| self.in_repository(folder).to_owned());
        for found in deploys(text, &place, &scope, folder, beside)? {
            self.add(step, &scope, place.clone(), found);
        }
        if text.contains("GITHUB_ENV") && SETS_CREDENTIALS.iter().any(|word| text.contains(word)) {
            self.possible = vec![Credentials::unknown("a command sets the credentials", place)];
        }
        Ok(())
    }

    /// A step with the action that deploys.
    fn deploy(&mut self, step: &Node, beside: &mut dyn Beside) -> Result<(), Problem> {
        let scope = self.scope.with_env(self.file, step.get("env"));
        let with = |name: &str| {
            step.at(&["with", name]).filter(|node| node.text().is_some_and(|text| !text.trim().is_empty()))
        };
        let is = |name: &str, values: &[&str]| {
            with(name).and_then(Node::text).is_some_and(|text| values.contains(&text.trim()))
        };
        if is("mode", &["execute-only"]) {
            return Ok(());
        }
        let overrides = match with("parameter-overrides") {
            Some(node) => overrides(self.file, node, &scope, beside)?,
            None => Overrides::default(),
        };
        let role =
            |node: &Node| Told::new(scope.fill(node.text().unwrap_or_default().trim()).role(), self.file.place(node));
        let said = Said {
            role_arn: with("role-arn").map(role),
            stack_name: scope.told(self.file, with("name")),
            parameters: overrides.arguments,
            unlisted: overrides.unlisted,
            ..Said::default()
        };
        let template = with("template").and_then(Node::text);
        let templates = template.and_then(|text| self.template(text.trim(), &scope, beside)).into_iter().collect();
        let later = is("mode", &["create-only"]) || is("no-execute-changeset", &["1", "true"]);
        let place = self.file.place(step.get("uses").unwrap_or(step));
        self.add(step, &scope, place, Deploys { said, templates, instead: later.then_some(LATER) });
        Ok(())
    }

    /// What a step deploys, with every credentials that it may have.
    fn add(&mut self, step: &Node, scope: &Scope, place: String, deploys: Deploys) {
        let Deploys { said, templates, instead } = deploys;
        let own = REGIONS.iter().find_map(|name| {
            let node = step.at(&["env", name])?;
            Some((scope.fill(node.text()?), self.file.place(node)))
        });
        let of_job = || REGIONS.iter().find_map(|name| scope.variable(name));
        let named = said.role_arn.is_some();
        for credentials in self.used(step, &place, instead) {
            let region = own.clone().or(credentials.region).or_else(of_job);
            let region = region.and_then(|(value, place)| Some(Told::new(value.text()?, place)));
            let (deployer, session) = if named { (None, None) } else { (credentials.role, credentials.session) };
            let said = Said { deployer, session, region: said.region.clone().or(region), ..said.clone() };
            let stack = said.stack_name.as_ref().map(|told| told.value.clone()).unwrap_or_default();
            let unknown = credentials.unknown.filter(|_| !named);
            let (place, templates) = (place.clone(), templates.clone());
            self.found.push((Context { name: String::new(), place, said, templates, unknown }, stack));
        }
    }

    /// The credentials that a deploying step may have; `instead`: why they are not those that count.
    fn used(&self, step: &Node, place: &str, instead: Option<&str>) -> Vec<Credentials> {
        let condition = step.get("if").and_then(Node::text).map(str::trim);
        let is_same = |one: &&Credentials| one.condition.is_some() && one.condition.as_deref() == condition;
        let mut out: Vec<Credentials> = match self.possible.iter().rfind(is_same) {
            Some(same) => vec![same.clone()],
            None => self.possible.clone(),
        };
        if out.is_empty() {
            out.push(Credentials::unknown("no step before it says whose credentials it has", place.to_owned()));
        }
        if let Some(words) = instead {
            let region = out.pop().and_then(|last| last.region);
            out = vec![Credentials { region, ..Credentials::unknown(words, place.to_owned()) }];
        }
        out
    }

    /// The template that a step names, relative to the folder of the workflow.
    fn template(&self, text: &str, scope: &Scope, beside: &mut dyn Beside) -> Option<String> {
        let inside = WORKSPACE.iter().find_map(|root| text.strip_prefix(root)).map(|path| path.trim_start_matches('/'));
        let path: Partial = scope.fill(inside.unwrap_or(text));
        if path.pattern().starts_with("https://") {
            return of_url(&path.pattern(), beside);
        }
        let path = path.text().filter(|path| inside.is_some() || !path.starts_with('/'))?;
        Some(from_root(self.in_repository(path), beside))
    }

    /// A path of the workspace, as one of the repository that is checked out into it.
    fn in_repository<'p>(&self, path: &'p str) -> &'p str {
        let path = path.trim_start_matches("./");
        let own = self.checkout.as_deref().map(|folder| folder.trim_start_matches("./").trim_end_matches('/'));
        let inside = own.and_then(|folder| path.strip_prefix(folder));
        inside.filter(|rest| rest.is_empty() || rest.starts_with('/')).map_or(path, |rest| rest.trim_start_matches('/'))
    }
}

/// Whether a step never runs.
fn never(step: &Node) -> bool {
    let condition = step.get("if").and_then(Node::text).unwrap_or_default();
    condition.trim_start_matches("${{").trim_end_matches("}}").trim() == "false"
}

/// Whether a text of a file is about credentials.
fn mentions(node: &Node) -> bool {
    let own = node.text().is_some_and(|text| SETS_CREDENTIALS.iter().any(|word| text.contains(word)));
    own || node.items().iter().any(mentions)
        || node.entries().iter().any(|(key, value)| mentions(key) || mentions(value))
}

/// The deployments with names that tell them apart: that of the job, and of the stack where there are several.
fn named(job: &str, found: Vec<(Context, String)>) -> Vec<Context> {
    let several = found.len() > 1;
    let mut used: Vec<String> = Vec::new();
    let mut out = Vec::new();
    for (context, stack) in found {
        let base = if several && !stack.is_empty() { format!("{job}/{stack}") } else { job.to_owned() };
        let before = used.iter().filter(|name| **name == base).count();
        used.push(base.clone());
        let name = if before > 0 { format!("{base} #{}", before + 1) } else { base };
        out.push(Context { name, ..context });
    }
    out
}
