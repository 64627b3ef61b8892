//! `cfn-lockout check`: files in, report out.

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::deployment::{Deployment, Inputs};
use crate::lockout::check;
use crate::report::{Failure, Report, TextOptions, collect, json, text};
use crate::source::{Document, FileId, Limits, SourceError, Sources};
use crate::template::Template;

use super::args::{CheckArgs, Format, near_verb};
use super::discover::{Content, Found, discover, read};
use super::exit::Exit;
use super::output::{print, wants_color, width, write};
use super::scan;
use super::suggest::nearest;

/// Checks, prints the reports, and says how it ended.
pub(crate) fn run(args: &CheckArgs) -> anyhow::Result<Exit> {
    let deployment = Deployment::from_inputs("default", inputs(args)?)?;
    let mut run = Run { limits: Limits::default(), sources: Sources::default(), report: Report::default() };
    let mut templates: Vec<(FileId, Template)> = Vec::new();
    let mut missing: Vec<PathBuf> = Vec::new();
    let found = discover(&args.paths, &args.exclude, &mut |path| missing.push(path.to_owned()))?;
    missing.iter().for_each(|path| run.missing(path));
    for file in found {
        templates.extend(run.open(&file, &args.stdin_filename));
    }
    known_parameters(args, &templates)?;
    for (file, template) in &templates {
        run.report.templates += 1;
        collect(*file, check(template, &deployment), &deployment, &mut run.report);
    }
    let order = |finding: &crate::findings::Finding| (finding.span.file, finding.span.start, finding.code);
    run.report.findings.sort_by_key(order);
    for (format, path) in &args.output {
        write(path, &run.rendered(*format, args, false))?;
    }
    print(&run.rendered(args.format, args, wants_color(args.color)))?;
    Ok(Exit::of(&run.report, args.fail_on.severity()))
}

fn inputs(args: &CheckArgs) -> anyhow::Result<Inputs> {
    let policies: anyhow::Result<Vec<Document>> = args.identity_policy.iter().map(|path| policy(path)).collect();
    Ok(Inputs {
        deployer: args.deployer.clone(),
        role_arn: args.role_arn.clone(),
        account: args.account.clone(),
        region: args.region.clone(),
        partition: args.partition.clone(),
        stack_name: args.stack_name.clone(),
        parameters: args.parameter.clone(),
        exports: args.export.clone(),
        ssm: args.ssm.clone(),
        context: args.context.clone(),
        identity_policies: (!args.identity_policy.is_empty()).then_some(policies?),
    })
}

/// An IAM policy file. It is named by a flag, so a file that cannot be read ends the run.
fn policy(path: &Path) -> anyhow::Result<Document> {
    let shown = path.display();
    let limits = Limits::default();
    let bytes = match read(path, limits.bytes).with_context(|| format!("--identity-policy `{shown}`"))? {
        Content::Bytes(bytes) => bytes,
        Content::TooLarge { size, .. } => bail!("--identity-policy `{shown}`: {}", too_large(size, limits.bytes)),
    };
    Document::parse(FileId(u32::MAX), bytes, &limits)
        .map_err(|error| anyhow::anyhow!("--identity-policy `{shown}`:{}:{}: {error}", error.line, error.column))
}

fn too_large(size: u64, limit: usize) -> String {
    format!("the file has {size} bytes; at most {limit} are read")
}

/// A `--parameter` that no template has is a typo.
fn known_parameters(args: &CheckArgs, templates: &[(FileId, Template)]) -> anyhow::Result<()> {
    if templates.is_empty() {
        return Ok(());
    }
    let known: Vec<&str> = templates.iter().flat_map(|(_, template)| template.parameter_names()).collect();
    for (name, _) in args.parameter.iter().filter(|(name, _)| !known.contains(&name.as_str())) {
        match nearest(name, &known) {
            Some(near) => bail!("--parameter: no template has a parameter `{name}`; did you mean `{near}`?"),
            None => bail!("--parameter: no template has a parameter `{name}`"),
        }
    }
    Ok(())
}

struct Run {
    limits: Limits,
    sources: Sources,
    report: Report,
}

impl Run {
    fn fail(&mut self, path: &str, error: SourceError) {
        let SourceError { message, line, column } = error;
        self.report.failures.push(Failure { path: path.to_owned(), line, column, message });
    }

    fn fail_whole(&mut self, path: &str, message: String) {
        self.fail(path, SourceError { message, line: 0, column: 0 });
    }

    fn missing(&mut self, path: &Path) {
        let shown = path.display().to_string();
        let message = match near_verb(&shown) {
            Some(verb) => format!("there is no such file or folder; did you mean `cfn-lockout {verb}`?"),
            None => "there is no such file or folder".to_owned(),
        };
        self.fail_whole(&shown, message);
    }

    /// Reads a file; a template comes out of it, or a failure goes into the report, or it is nobody's business.
    fn open(&mut self, found: &Found, stdin_name: &str) -> Option<(FileId, Template)> {
        let shown = if found.path.is_some() { found.shown.clone() } else { stdin_name.to_owned() };
        let content = match &found.path {
            Some(path) => read(path, self.limits.bytes),
            None => stdin(self.limits.bytes),
        };
        let bytes = match content {
            Ok(Content::Bytes(bytes)) => bytes,
            Ok(Content::TooLarge { size, mentions }) => {
                if found.named || mentions {
                    self.fail_whole(&shown, too_large(size, self.limits.bytes));
                }
                return None;
            }
            Err(error) => {
                if found.named {
                    self.fail_whole(&shown, format!("{error:#}"));
                }
                return None;
            }
        };
        if !found.named && (scan::is_binary(&bytes) || !scan::may_hold_key(&bytes)) {
            return None;
        }
        self.parse(&shown, bytes, found.named)
    }

    fn parse(&mut self, shown: &str, bytes: Vec<u8>, named: bool) -> Option<(FileId, Template)> {
        let file = self.sources.next_id();
        let matters = named || scan::mentions_key(&bytes);
        match Document::parse(file, bytes, &self.limits) {
            Err(error) if matters => {
                self.fail(shown, error);
                None
            }
            Err(_) => None,
            Ok(document) => match Template::parse(&document) {
                Some(template) => {
                    self.sources.add(shown.to_owned(), document);
                    Some((file, template))
                }
                None => {
                    if named {
                        let message =
                            "this is no CloudFormation template: it has no `Resources` with a `Type`".to_owned();
                        self.fail(shown, SourceError { message, line: 1, column: 1 });
                    }
                    None
                }
            },
        }
    }

    fn rendered(&self, format: Format, args: &CheckArgs, color: bool) -> String {
        let options = TextOptions { color, quiet: args.quiet, verbose: args.verbose, width: width() };
        match format {
            Format::Text => text(&self.report, &self.sources, options),
            Format::Json => json(&self.report, &self.sources),
        }
    }
}

fn stdin(limit: usize) -> anyhow::Result<Content> {
    let mut bytes = Vec::new();
    std::io::stdin().lock().take(limit as u64 + 1).read_to_end(&mut bytes).context("cannot read stdin")?;
    Ok(Content::Bytes(bytes))
}
