//! `cfn-lockout check` and `cfn-lockout policy`: files in, report out.

use std::path::{Path, PathBuf};

use anyhow::bail;

use crate::deployment::Deployment;
use crate::lockout::check;
use crate::report::{Failure, Report, TextOptions, collect, json, text};
use crate::source::{Document, FileId, Limits, SourceError, Sources};
use crate::template::Template;

use super::args::{CheckArgs, Flags, Format, PolicyArgs, near_verb};
use super::discover::{Content, Found, discover, open, too_large};
use super::exit::Exit;
use super::inputs::deployment;
use super::output::{print, wants_color, width, write};
use super::scan;
use super::suggest::nearest;

/// Checks templates, prints the reports, and says how it ended.
pub(crate) fn run(args: &CheckArgs) -> anyhow::Result<Exit> {
    let deployment = deployment(&args.flags)?;
    let mut run = Run::default();
    let mut missing: Vec<PathBuf> = Vec::new();
    let found = discover(&args.paths, &args.flags.exclude, &mut |path| missing.push(path.to_owned()))?;
    missing.iter().for_each(|path| run.missing(path));
    let templates: Vec<(FileId, Template)> =
        found.iter().filter_map(|file| run.template(file, &args.flags.stdin_filename)).collect();
    known_parameters(&args.flags, &templates)?;
    run.finish(&templates, &deployment, &args.flags)
}

/// Checks one bare key policy: a direct call of kms:PutKeyPolicy.
pub(crate) fn run_policy(args: &PolicyArgs) -> anyhow::Result<Exit> {
    let deployment = deployment(&args.flags)?.direct();
    let mut run = Run::default();
    let found = discover(std::slice::from_ref(&args.file), &[], &mut |path| run.missing(path))?;
    let Some(file) = found.iter().find(|file| file.named) else {
        if run.report.failures.is_empty() {
            bail!("`{}` is a folder: name the file that holds the key policy", args.file.display());
        }
        return run.finish(&[], &deployment, &args.flags);
    };
    let templates: Vec<(FileId, Template)> = run.policy(file, &args.flags.stdin_filename).into_iter().collect();
    run.finish(&templates, &deployment, &args.flags)
}

/// A `--parameter` that no template has is a typo.
pub(super) fn known_parameters(flags: &Flags, templates: &[(FileId, Template)]) -> anyhow::Result<()> {
    if templates.is_empty() {
        return Ok(());
    }
    let known: Vec<&str> = templates.iter().flat_map(|(_, template)| template.parameter_names()).collect();
    match flags.parameter.iter().find(|(name, _)| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some((name, _)) => match nearest(name, &known) {
            Some(near) => bail!("--parameter: no template has a parameter `{name}`; did you mean `{near}`?"),
            None => bail!("--parameter: no template has a parameter `{name}`"),
        },
    }
}

#[derive(Default)]
pub(super) struct Run {
    limits: Limits,
    /// The files that were read.
    pub(super) sources: Sources,
    /// What was found out about them.
    pub(super) report: Report,
}

impl Run {
    /// Checks what was opened and prints it.
    fn finish(
        mut self,
        templates: &[(FileId, Template)],
        deployment: &Deployment,
        flags: &Flags,
    ) -> anyhow::Result<Exit> {
        self.collect(templates, deployment);
        self.write(flags)?;
        print(&self.rendered(flags.format, flags, wants_color(flags.color)))?;
        Ok(Exit::of(&self.report, flags.fail_on.severity()))
    }

    /// Checks what was opened.
    pub(super) fn collect(&mut self, templates: &[(FileId, Template)], deployment: &Deployment) {
        let files: Vec<FileId> = templates.iter().map(|(file, _)| *file).collect();
        let checked = templates.iter().map(|(_, template)| check(template, deployment)).collect();
        collect(&files, checked, deployment, &mut self.report);
    }

    /// Writes the further reports.
    pub(super) fn write(&self, flags: &Flags) -> anyhow::Result<()> {
        for (format, path) in &flags.output {
            write(path, &self.rendered(*format, flags, false))?;
        }
        Ok(())
    }

    fn fail(&mut self, path: &str, error: SourceError) {
        let SourceError { message, line, column } = error;
        self.report.failures.push(Failure { path: path.to_owned(), line, column, message });
    }

    fn fail_whole(&mut self, path: &str, message: String) {
        self.fail(path, SourceError { message, line: 0, column: 0 });
    }

    /// A named path that does not exist.
    pub(super) fn missing(&mut self, path: &Path) {
        let shown = path.display().to_string();
        let message = match near_verb(&shown) {
            Some(verb) => format!("there is no such file or folder; did you mean `cfn-lockout {verb}`?"),
            None => "there is no such file or folder".to_owned(),
        };
        self.fail_whole(&shown, message);
    }

    /// The bytes of a file and the path it is shown under; or a failure goes into the report, or it is nobody's business.
    fn bytes(&mut self, found: &Found, stdin_name: &str) -> Option<(String, Vec<u8>)> {
        let shown = if found.path.is_some() { found.shown.clone() } else { stdin_name.to_owned() };
        match open(found, self.limits.bytes) {
            Ok(Content::Bytes(bytes)) => return Some((shown, bytes)),
            Ok(Content::TooLarge { size, mentions }) if found.named || mentions => {
                self.fail_whole(&shown, too_large(size, self.limits.bytes));
            }
            Err(error) if found.named => self.fail_whole(&shown, format!("{error:#}")),
            Ok(Content::TooLarge { .. }) | Err(_) => {}
        }
        None
    }

    /// The template in a file, if there is one that matters.
    pub(super) fn template(&mut self, found: &Found, stdin_name: &str) -> Option<(FileId, Template)> {
        let (shown, bytes) = self.bytes(found, stdin_name)?;
        if !found.named && (scan::is_binary(&bytes) || !scan::may_hold_key(&bytes)) {
            return None;
        }
        let matters = found.named || scan::mentions_key(&bytes);
        let document = self.parse(&shown, bytes, matters)?;
        match Template::parse(&document) {
            Some(template) => Some((self.add(shown, document), template)),
            None => {
                if found.named {
                    let message = "this is no CloudFormation template: it has no `Resources` with a `Type`".to_owned();
                    self.fail(&shown, SourceError { message, line: 1, column: 1 });
                }
                None
            }
        }
    }

    /// The key policy in a file, as the only key of a template.
    fn policy(&mut self, found: &Found, stdin_name: &str) -> Option<(FileId, Template)> {
        let (shown, bytes) = self.bytes(found, stdin_name)?;
        let document = self.parse(&shown, bytes, true)?;
        let template = Template::of_policy(&document);
        Some((self.add(shown, document), template))
    }

    fn parse(&mut self, shown: &str, bytes: Vec<u8>, matters: bool) -> Option<Document> {
        match Document::parse(self.sources.next_id(), bytes, &self.limits) {
            Ok(document) => return Some(document),
            Err(error) if matters => self.fail(shown, error),
            Err(_) => {}
        }
        None
    }

    fn add(&mut self, shown: String, document: Document) -> FileId {
        let file = self.sources.next_id();
        self.sources.add(shown, document);
        file
    }

    fn rendered(&self, format: Format, flags: &Flags, color: bool) -> String {
        let Flags { quiet, verbose, why, .. } = *flags;
        let options = TextOptions { color, quiet, verbose, why, width: width() };
        match format {
            Format::Text => text(&self.report, &self.sources, options),
            Format::Json => json(&self.report, &self.sources),
        }
    }
}
