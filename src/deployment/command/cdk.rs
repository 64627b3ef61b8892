//! `cdk deploy`.
//!
//! Sources: AWS CDK Developer Guide, ref-cli-cmd-deploy.html and ref-cli-cmd-synth.html (`--app` may be a cloud assembly; `--role-arn` is passed to
//! CloudFormation instead of the stack's own; `--parameters STACK:KEY=VALUE`; dependencies are deployed, too, without
//! `--exclusively`).

use super::flags::Grammar;
use super::{Assembly, Command, CommandError, Source};
use crate::deployment::contexts::{Assignment, assignment};
use crate::deployment::said::{Argument, Said, Told};

const GRAMMAR: Grammar = Grammar {
    one: &[
        "--app",
        "--build",
        "--context",
        "--plugin",
        "--output",
        "--profile",
        "--proxy",
        "--ca-bundle-path",
        "--role-arn",
        "--toolkit-stack-name",
        "--toolkit-bucket-name",
        "--require-approval",
        "--notification-arns",
        "--tags",
        "--change-set-name",
        "--method",
        "--parameters",
        "--outputs-file",
        "--progress",
        "--concurrency",
        "--build-exclude",
        "--unstable",
        "--language",
        "--region",
    ],
    many: &[],
    none: &[
        "--all",
        "--exclusively",
        "--force",
        "--hotswap",
        "--hotswap-fallback",
        "--watch",
        "--ci",
        "--debug",
        "--trace",
        "--verbose",
        "--strict",
        "--no-lookups",
        "--lookups",
        "--no-staging",
        "--staging",
        "--no-rollback",
        "--rollback",
        "--ignore-errors",
        "--json",
        "--ignore-no-stacks",
        "--execute",
        "--no-execute",
        "--previous-parameters",
        "--no-previous-parameters",
        "--logs",
        "--no-logs",
        "--asset-metadata",
        "--no-asset-metadata",
        "--path-metadata",
        "--no-path-metadata",
        "--version-reporting",
        "--no-version-reporting",
        "--notices",
        "--no-notices",
        "--no-color",
        "--ec2creds",
        "--asset-prebuild",
        "--no-asset-prebuild",
        "--asset-parallelism",
        "--no-asset-parallelism",
        "--import-existing-resources",
        "--yes",
        "--quiet",
    ],
    short: &[
        ("-a", "--app"),
        ("-c", "--context"),
        ("-p", "--plugin"),
        ("-o", "--output"),
        ("-r", "--role-arn"),
        ("-e", "--exclusively"),
        ("-f", "--force"),
        ("-m", "--method"),
        ("-t", "--tags"),
        ("-O", "--outputs-file"),
        ("-E", "--build-exclude"),
        ("-v", "--verbose"),
        ("-j", "--json"),
        ("-y", "--yes"),
        ("-q", "--quiet"),
    ],
};

/// The flags that `cdk synth` takes as well, and that change what is deployed or how the app runs.
const SYNTH: [&str; 12] = [
    "--app",
    "--build",
    "--context",
    "--plugin",
    "--output",
    "--profile",
    "--proxy",
    "--ca-bundle-path",
    "--no-lookups",
    "--lookups",
    "--no-staging",
    "--toolkit-stack-name",
];

/// Reads the words after `cdk`; `before` are those up to it.
pub(super) fn read(before: &[String], words: &[String]) -> Result<Command, CommandError> {
    let parsed = GRAMMAR.parse(words)?;
    let Some(("deploy", stacks)) = parsed.words.split_first().map(|(verb, rest)| (verb.as_str(), rest)) else {
        return Err(CommandError::Other([before, words].concat().join(" ")));
    };
    let told = |flag: &str| parsed.one(flag).map(|value| Told::new(value, flag));
    let mut synth = before.to_vec();
    synth.extend(["synth".to_owned(), "--quiet".to_owned()]);
    synth.extend(parsed.again(&SYNTH));
    let parameters = parsed.all("--parameters").map(parameter).collect::<Result<_, _>>()?;
    let assembly = Assembly {
        app: parsed.one("--app").map(str::to_owned),
        output: parsed.one("--output").map(str::to_owned),
        stacks: if parsed.has("--all") { Vec::new() } else { stacks.to_vec() },
        exclusively: parsed.has("--exclusively"),
        synth,
        parameters,
    };
    Ok(Command {
        name: "cdk deploy".to_owned(),
        program: "aws".to_owned(),
        template: Source::Assembly(assembly),
        said: Said { role_arn: told("--role-arn"), ..Said::default() },
        updates: false,
        access: parsed.again(&["--profile"]),
        config: None,
    })
}

/// `Key=Value` of every stack, or `Stack:Key=Value`.
fn parameter(word: &str) -> Result<(Option<String>, Argument), CommandError> {
    const FLAG: &str = "--parameters";
    let before_value = word.split('=').next().unwrap_or_default();
    let (stack, rest) = match before_value.rsplit_once(':') {
        Some((stack, _)) => (Some(stack.to_owned()), word.get(stack.len() + 1..).unwrap_or_default()),
        None => (None, word),
    };
    match assignment(rest) {
        Some(Assignment::Value(name, value)) => Ok((stack, Argument::new(name, value, FLAG))),
        _ => Err(CommandError::Parameter { flag: FLAG.to_owned(), word: word.to_owned() }),
    }
}
