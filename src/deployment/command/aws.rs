//! `aws cloudformation deploy`, `create-stack`, `update-stack` and `create-change-set`.
//!
//! Sources: AWS CLI Command Reference, cloudformation/deploy, create-stack, update-stack, create-change-set; AWS CLI User Guide,
//! cli-usage-parameters-file.html (`file://`), cli-usage-shorthand.html, cli-configure-options.html (global flags).

use super::flags::{Grammar, Parsed};
use super::{Command, CommandError, Source};
use crate::deployment::contexts::{Assignment, Beside, File, Node, assignment, parameters};
use crate::deployment::said::{Argument, Said, Told};

/// All flags of the four commands; what they do not share does not clash.
const GRAMMAR: Grammar = Grammar {
    one: &[
        "--profile",
        "--region",
        "--endpoint-url",
        "--output",
        "--query",
        "--ca-bundle",
        "--cli-read-timeout",
        "--cli-connect-timeout",
        "--color",
        "--cli-binary-format",
        "--cli-input-json",
        "--cli-input-yaml",
        "--template-file",
        "--template-body",
        "--template-url",
        "--stack-name",
        "--role-arn",
        "--s3-bucket",
        "--s3-prefix",
        "--kms-key-id",
        "--change-set-name",
        "--change-set-type",
        "--client-request-token",
        "--client-token",
        "--description",
        "--on-failure",
        "--on-stack-failure",
        "--stack-policy-body",
        "--stack-policy-url",
        "--stack-policy-during-update-body",
        "--stack-policy-during-update-url",
        "--timeout-in-minutes",
        "--rollback-configuration",
        "--deployment-mode",
    ],
    many: &[
        "--parameter-overrides",
        "--parameters",
        "--capabilities",
        "--notification-arns",
        "--tags",
        "--resource-types",
        "--resources-to-import",
    ],
    none: &[
        "--debug",
        "--no-verify-ssl",
        "--no-paginate",
        "--no-sign-request",
        "--no-cli-pager",
        "--version",
        "--cli-auto-prompt",
        "--no-cli-auto-prompt",
        "--force-upload",
        "--no-execute-changeset",
        "--fail-on-empty-changeset",
        "--no-fail-on-empty-changeset",
        "--use-json",
        "--disable-rollback",
        "--no-disable-rollback",
        "--enable-termination-protection",
        "--no-enable-termination-protection",
        "--retain-except-on-create",
        "--no-retain-except-on-create",
        "--use-previous-template",
        "--no-use-previous-template",
        "--include-nested-stacks",
        "--no-include-nested-stacks",
        "--import-existing-resources",
        "--no-import-existing-resources",
        "--generate-cli-skeleton",
    ],
    short: &[],
};

/// The flags that say which account answers, and how it is reached.
const ACCESS: [&str; 5] = ["--profile", "--region", "--endpoint-url", "--ca-bundle", "--no-verify-ssl"];

/// Reads the words after `aws`.
pub(super) fn read(program: &str, words: &[String], beside: &mut dyn Beside) -> Result<Command, CommandError> {
    let parsed = GRAMMAR.parse(words)?;
    let verb = match parsed.words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["cloudformation", verb @ ("deploy" | "create-stack" | "update-stack" | "create-change-set"), ..] => {
            (*verb).to_owned()
        }
        _ => return Err(CommandError::Other(format!("{program} {}", words.join(" ")))),
    };
    let name = format!("aws cloudformation {verb}");
    let input = input(&parsed, beside)?;
    let template = template(&name, &parsed, input.as_ref())?;
    Ok(Command {
        program: program.to_owned(),
        template,
        said: said(&parsed, input.as_ref(), beside)?,
        updates: verb != "create-stack",
        access: parsed.again(&ACCESS),
        config: None,
        name,
    })
}

/// What `--cli-input-json` or `--cli-input-yaml` gives; flags win.
fn input(parsed: &Parsed, beside: &mut dyn Beside) -> Result<Option<File>, CommandError> {
    let flags = ["--cli-input-json", "--cli-input-yaml"];
    let found = flags.iter().find_map(|flag| Some((flag, parsed.one(flag)?)));
    found.map(|(flag, text)| file(flag, text, beside)).transpose()
}

/// The text of a flag as a file: `file://PATH`, or itself.
fn file(flag: &str, text: &str, beside: &mut dyn Beside) -> Result<File, CommandError> {
    match path(text) {
        Some(path) => Ok(beside.read(path)?),
        None => Ok(File::parse(flag, text.as_bytes().to_vec())?),
    }
}

/// The path in `file://PATH`.
fn path(text: &str) -> Option<&str> {
    text.strip_prefix("file://").or_else(|| text.strip_prefix("fileb://"))
}

fn template(name: &str, parsed: &Parsed, input: Option<&File>) -> Result<Source, CommandError> {
    let given = |flag: &str, key: &str| {
        let of_input = || input.and_then(|file| file.root.get(key)).and_then(Node::text);
        parsed.one(flag).or_else(of_input).map(str::to_owned)
    };
    if let Some(path) = parsed.one("--template-file") {
        return Ok(Source::File(path.to_owned()));
    }
    if let Some(body) = given("--template-body", "TemplateBody") {
        return Ok(path(&body).map_or_else(|| Source::Text(body.clone()), |path| Source::File(path.to_owned())));
    }
    if let Some(url) = given("--template-url", "TemplateURL") {
        return Ok(Source::Elsewhere(format!("the template is at {url}")));
    }
    if parsed.has("--use-previous-template") {
        return Ok(Source::Elsewhere("the template is that of the stack".to_owned()));
    }
    Err(CommandError::Template(name.to_owned()))
}

fn said(parsed: &Parsed, input: Option<&File>, beside: &mut dyn Beside) -> Result<Said, CommandError> {
    let told = |flag: &str, key: &str| {
        let of_input = || input.and_then(|file| file.told(file.root.get(key)));
        parsed.one(flag).map(|value| Told::new(value, flag)).or_else(of_input)
    };
    let mut arguments = Vec::new();
    if let Some(file) = input
        && let Some(list) = file.root.get("Parameters")
    {
        arguments.extend(parameters(&File { root: list.clone(), ..file.clone() })?);
    }
    for flag in ["--parameter-overrides", "--parameters"] {
        for word in parsed.many(flag).unwrap_or_default() {
            arguments.extend(of_word(flag, word, beside)?);
        }
    }
    Ok(Said {
        role_arn: told("--role-arn", "RoleARN"),
        region: told("--region", "Region"),
        stack_name: told("--stack-name", "StackName"),
        parameters: arguments,
        ..Said::default()
    })
}

/// The parameters of one word: `Key=Value`, the shorthand, a JSON text, or `file://PATH` with one of them.
pub(super) fn of_word(flag: &str, word: &str, beside: &mut dyn Beside) -> Result<Vec<Argument>, CommandError> {
    if path(word).is_some() || word.trim_start().starts_with(['{', '[']) {
        return Ok(parameters(&file(flag, word, beside)?)?);
    }
    match assignment(word) {
        Some(Assignment::Value(name, value)) => Ok(vec![Argument::new(name, value, flag)]),
        Some(Assignment::Previous(name)) => Ok(vec![Argument::unknown(name, flag)]),
        None => Err(CommandError::Parameter { flag: flag.to_owned(), word: word.to_owned() }),
    }
}
