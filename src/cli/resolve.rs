//! `cfn-lockout resolve`: one template in, the resolved template with the verdicts of its keys out.

use anyhow::{anyhow, bail};

use crate::lockout::resolved;
use crate::report::resolved as render;

use super::args::ResolveArgs;
use super::check::{Run, known_parameters};
use super::discover::discover;
use super::exit::Exit;
use super::inputs::deployment;
use super::output::print;

/// Prints the resolved template. The exit code is that of `check`; a template that CloudFormation refuses counts as an error.
pub(crate) fn run(args: &ResolveArgs) -> anyhow::Result<Exit> {
    let deployment = deployment(&args.flags)?;
    let mut run = Run::default();
    let found = discover(std::slice::from_ref(&args.template), &[], &mut |path| run.missing(path))?;
    let template = match found.iter().find(|file| file.named) {
        Some(file) => run.template(file, &args.flags.stdin_filename),
        None if run.report.failures.is_empty() => {
            bail!("`{}` is a folder: name the file that holds the template", args.template.display())
        }
        None => None,
    };
    let templates: Vec<_> = template.into_iter().collect();
    known_parameters(&args.flags, &templates)?;
    run.collect(&templates, &deployment);
    run.write(&args.flags)?;
    let (Some((file, template)), Some(document)) =
        (templates.first(), templates.first().and_then(|(file, _)| run.sources.document(*file)))
    else {
        return Err(unread(&run));
    };
    let resolved = resolved(template, document, &deployment);
    print(&render(&resolved, *file, &run.report, &run.sources))?;
    let fails = args.flags.fail_on.severity().is_some() && !resolved.refusals.is_empty();
    Ok(match Exit::of(&run.report, args.flags.fail_on.severity()) {
        Exit::Clean if fails => Exit::Findings,
        exit => exit,
    })
}

/// Why there is no template to resolve.
fn unread(run: &Run) -> anyhow::Error {
    match run.report.failures.first() {
        Some(failure) if failure.line > 0 => {
            anyhow!("{}:{}:{}: {}", failure.path, failure.line, failure.column, failure.message)
        }
        Some(failure) => anyhow!("{}: {}", failure.path, failure.message),
        None => anyhow!("there is no template"),
    }
}
