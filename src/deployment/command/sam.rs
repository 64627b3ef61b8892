//! `sam deploy`.
//!
//! Source: AWS SAM Developer Guide, sam-cli-command-reference-sam-deploy.html and serverless-sam-cli-config.html: flags win over
//! the samconfig, which is looked for beside the template; without `--template-file`, what `sam build` wrote comes first.

use super::flags::Grammar;
use super::{Command, CommandError, Config, Source, aws};
use crate::deployment::contexts::{Beside, SAM_TEMPLATES, words};
use crate::deployment::said::{Said, Told};

const GRAMMAR: Grammar = Grammar {
    one: &[
        "--template-file",
        "--template",
        "--stack-name",
        "--role-arn",
        "--region",
        "--profile",
        "--config-file",
        "--config-env",
        "--s3-bucket",
        "--s3-prefix",
        "--kms-key-id",
        "--image-repository",
        "--image-repositories",
        "--on-failure",
        "--max-wait-duration",
        "--signing-profiles",
        "--ca-bundle",
        "--endpoint-url",
    ],
    many: &["--parameter-overrides", "--capabilities", "--notification-arns", "--tags", "--metadata"],
    none: &[
        "--guided",
        "--confirm-changeset",
        "--no-confirm-changeset",
        "--no-execute-changeset",
        "--execute-changeset",
        "--fail-on-empty-changeset",
        "--no-fail-on-empty-changeset",
        "--force-upload",
        "--no-force-upload",
        "--use-json",
        "--resolve-s3",
        "--no-resolve-s3",
        "--resolve-image-repos",
        "--disable-rollback",
        "--no-disable-rollback",
        "--debug",
        "--beta-features",
        "--no-beta-features",
        "--save-params",
        "--no-progressbar",
    ],
    short: &[("-t", "--template-file"), ("-g", "--guided")],
};

/// The flags that say which account answers.
const ACCESS: [&str; 2] = ["--profile", "--region"];

/// Reads the words after `sam`.
pub(super) fn read(program: &str, line: &[String], beside: &mut dyn Beside) -> Result<Command, CommandError> {
    let parsed = GRAMMAR.parse(line)?;
    if parsed.words.first().map(String::as_str) != Some("deploy") {
        return Err(CommandError::Other(format!("{program} {}", line.join(" "))));
    }
    let told = |flag: &str| parsed.one(flag).map(|value| Told::new(value, flag));
    let mut parameters = Vec::new();
    for text in parsed.many("--parameter-overrides").unwrap_or_default() {
        let is_one = text.starts_with("file://") || text.trim_start().starts_with(['{', '[']);
        // One word may hold several, and quotes of its own.
        let each = if is_one { vec![text.clone()] } else { words(text) };
        for word in each {
            parameters.extend(aws::of_word("--parameter-overrides", &word, beside)?);
        }
    }
    let template = parsed.one("--template-file").or_else(|| parsed.one("--template"));
    Ok(Command {
        name: "sam deploy".to_owned(),
        program: "aws".to_owned(),
        template: match template {
            Some(path) => Source::File(path.to_owned()),
            None => Source::FirstOf(SAM_TEMPLATES.iter().map(|&path| path.to_owned()).collect()),
        },
        said: Said {
            role_arn: told("--role-arn"),
            region: told("--region"),
            stack_name: told("--stack-name"),
            parameters,
            ..Said::default()
        },
        updates: true,
        access: parsed.again(&ACCESS),
        config: Some(Config {
            file: parsed.one("--config-file").map(str::to_owned),
            environment: parsed.one("--config-env").map(str::to_owned),
        }),
    })
}
