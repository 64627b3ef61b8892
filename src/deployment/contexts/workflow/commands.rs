//! The commands of `run:` steps that deploy: `aws cloudformation deploy`, `create-stack`, `update-stack`, `sam deploy`.
//!
//! Comes in: the text of a step. Goes out: what its commands deploy, as far as that is plain text: `$NAME` is a variable of the
//! workflow's `env`, everything else that a shell works out is unknown. Must not know: the flags of the commands.
//!
//! Sources: GitHub Docs, "Workflow syntax" (`run`, `working-directory`, `defaults.run`); POSIX.1-2024, Shell Command Language, 2.2
//! (quoting) and 2.9.3 (lists).

use super::super::partial::Partial;
use super::super::places::from_root;
use super::super::{Argument, Beside, Environments, File, Problem, SAMCONFIGS, Told, contexts};
use super::scope::Scope;
use crate::deployment::command::{Command, CommandError, Config, Source, read};
use crate::deployment::said::Said;

/// How many words of one command may be left out because nobody knows what they are.
const MOST: usize = 32;

/// What a command deploys.
#[derive(Debug)]
pub(super) struct Deploys {
    /// What its flags say, and the samconfig that it takes.
    pub(super) said: Said,
    /// Its templates, relative to the folder of the workflow, as far as they are told.
    pub(super) templates: Vec<String>,
    /// Why the credentials of the step are not those that count.
    pub(super) instead: Option<&'static str>,
}

/// What is said of a command that makes a change set only.
pub(super) const LATER: &str = "the change set is executed later, by somebody who is not told";

/// What is said where a samconfig may name a service role, or none.
const SOME_ENVIRONMENT: &str = "the environment of the samconfig is not told";

/// The deploying commands of a step that runs in `folder` of the repository; nothing: nobody knows where.
///
/// `place` is where the step stands.
pub(super) fn deploys(
    text: &str,
    place: &str,
    scope: &Scope,
    folder: Option<String>,
    beside: &mut dyn Beside,
) -> Result<Vec<Deploys>, Problem> {
    let mut out = Vec::new();
    let mut folder = folder;
    for words in commands(text, scope) {
        let plain: Vec<Partial> = words.iter().map(|word| Partial::of_marked(word)).collect();
        if plain.first().and_then(Partial::text) == Some("cd") {
            folder = plain.get(1).and_then(Partial::text).and_then(|path| inside(folder.as_deref()?, path));
            continue;
        }
        out.extend(deploy(words, place, folder.as_deref(), beside)?);
    }
    Ok(out)
}

/// A path below a folder of the repository; nothing where it is absolute.
fn inside(folder: &str, path: &str) -> Option<String> {
    (!path.starts_with(['/', '~'])).then(|| format!("{folder}/{path}"))
}

fn deploy(
    mut words: Vec<String>,
    at: &str,
    folder: Option<&str>,
    beside: &mut dyn Beside,
) -> Result<Option<Deploys>, Problem> {
    let mut unlisted = false;
    for _ in 0..MOST {
        let mut there = InFolder { folder, beside, missing: false };
        let found = read(&words, &mut there);
        unlisted |= there.missing;
        match found {
            Ok(command) => {
                let only_makes = words.iter().any(|word| word == "--no-execute-changeset");
                return of(command, only_makes, unlisted, at, folder, beside).map(Some);
            }
            // A word that a variable hides may be any parameters.
            Err(CommandError::Parameter { word, .. }) if Partial::of_marked(&word).text().is_none() => {
                words.retain(|other| *other != word);
                words.iter_mut().for_each(|other| *other = other.replace(&word, ""));
                unlisted = true;
            }
            Err(CommandError::File(problem)) => return Err(problem),
            Err(_) => return Ok(None),
        }
    }
    Ok(None)
}

/// What a command says, with the marks of what is unknown taken out.
fn of(
    command: Command,
    only_makes: bool,
    unlisted: bool,
    at: &str,
    folder: Option<&str>,
    beside: &mut dyn Beside,
) -> Result<Deploys, Problem> {
    let partial = |told: &Option<Told>| told.as_ref().map(|told| Partial::of_marked(&told.value));
    let known = |told: &Option<Told>| Some(Told::new(partial(told)?.text()?, at));
    let value = |text: String| Partial::of_marked(&text).text().map(str::to_owned);
    let hidden = command.said.parameters.iter().any(|one| Partial::of_marked(&one.name).text().is_none());
    let named = |one: Argument| {
        let name = value(one.name)?;
        // A value of a file has its own place; that of a flag is the step's.
        let from = if one.from.starts_with('-') { at.to_owned() } else { one.from };
        Some(Argument { name, value: one.value.and_then(value), from })
    };
    let said = Said {
        role_arn: partial(&command.said.role_arn).map(|role| Told::new(role.role(), at)),
        region: known(&command.said.region),
        stack_name: known(&command.said.stack_name),
        parameters: command.said.parameters.into_iter().filter_map(named).collect(),
        unlisted: (unlisted || hidden).then(|| at.to_owned()),
        ..Said::default()
    };
    let mut templates: Vec<String> = match &command.template {
        Source::File(path) => place(path, folder, beside).into_iter().collect(),
        Source::FirstOf(paths) => paths.iter().filter_map(|path| place(path, folder, beside)).collect(),
        Source::Text(_) | Source::Assembly(_) | Source::Elsewhere(_) => Vec::new(),
    };
    if matches!(command.template, Source::FirstOf(_)) {
        templates.retain(|path| beside.has(path));
    }
    let profile = command.access.iter().any(|word| word == "--profile");
    let instead = match () {
        () if only_makes || command.name.ends_with("create-change-set") => Some(LATER),
        () if profile => Some("the command takes the credentials of a profile"),
        () => None,
    };
    match &command.config {
        Some(config) => configured(Deploys { said, templates, instead }, config, folder, beside),
        None => Ok(Deploys { said, templates, instead }),
    }
}

/// The same with what the samconfig of `sam deploy` adds to its flags.
fn configured(
    deploys: Deploys,
    config: &Config,
    folder: Option<&str>,
    beside: &mut dyn Beside,
) -> Result<Deploys, Problem> {
    let names = match &config.file {
        Some(file) => vec![file.as_str()],
        None => SAMCONFIGS.to_vec(),
    };
    let places: Vec<String> = names.into_iter().filter_map(|name| place(name, folder, beside)).collect();
    let Some(path) = places.into_iter().find(|path| beside.has(path)) else { return Ok(deploys) };
    let environment = config.environment.as_deref().map(Partial::of_marked);
    let environment = match environment.as_ref().map(Partial::text) {
        // Any environment may be meant, with any role and parameters.
        Some(None) => {
            let said = Said { unlisted: deploys.said.unlisted.or(Some(path)), ..deploys.said };
            return Ok(Deploys { said, instead: Some(SOME_ENVIRONMENT), ..deploys });
        }
        Some(Some(name)) => Environments::Named(name),
        None => Environments::Default,
    };
    let file = beside.read(&path)?;
    let found = contexts(&file, environment, beside)?.into_iter().next();
    let said = found.map_or_else(Said::default, |context| context.said).overridden(deploys.said);
    Ok(Deploys { said, ..deploys })
}

/// The template at a path of a command, relative to the folder of the workflow.
fn place(path: &str, folder: Option<&str>, beside: &mut dyn Beside) -> Option<String> {
    let path = Partial::of_marked(path);
    let path = inside(folder?, path.text()?)?;
    Some(from_root(&path, beside))
}

/// Files as a command names them: relative to the folder that it runs in. One that is not there may be written by then.
struct InFolder<'b> {
    folder: Option<&'b str>,
    beside: &'b mut dyn Beside,
    missing: bool,
}

impl Beside for InFolder<'_> {
    fn read(&mut self, path: &str) -> Result<File, Problem> {
        let place = place(path, self.folder, self.beside).filter(|place| self.beside.has(place));
        match place {
            Some(place) => self.beside.read(&place),
            None => {
                self.missing = true;
                File::parse(path, b"{}".to_vec())
            }
        }
    }
}

/// The simple commands of a shell text, each as its words, with what is unknown marked.
fn commands(text: &str, scope: &Scope) -> Vec<Vec<String>> {
    let text = text.replace("\\\r\n", " ").replace("\\\n", " ");
    let filled = scope.fill(&text);
    let mut reader = Reader { out: vec![Vec::new()], word: None, scope };
    reader.all(filled.marked());
    reader.out.retain(|words| !words.is_empty());
    reader.out
}

struct Reader<'s> {
    out: Vec<Vec<String>>,
    word: Option<String>,
    scope: &'s Scope,
}

impl Reader<'_> {
    fn all(&mut self, text: &str) {
        let mut rest = text.chars().peekable();
        let mut quoted = false;
        while let Some(one) = rest.next() {
            match one {
                '\\' => self.word.get_or_insert_default().extend(rest.next()),
                '\'' if !quoted => {
                    self.word.get_or_insert_default().extend(rest.by_ref().take_while(|one| *one != '\''))
                }
                '"' => {
                    quoted = !quoted;
                    self.word.get_or_insert_default();
                }
                '$' | '`' => {
                    let value = self.expansion(one, &mut rest);
                    self.word.get_or_insert_default().push_str(value.marked());
                }
                other if quoted => self.word.get_or_insert_default().push(other),
                '#' if self.word.is_none() => while rest.next_if(|one| *one != '\n').is_some() {},
                '\n' | ';' | '&' | '|' | '(' | ')' => {
                    self.end_word();
                    self.out.push(Vec::new());
                }
                blank if blank.is_whitespace() => self.end_word(),
                other => self.word.get_or_insert_default().push(other),
            }
        }
        self.end_word();
    }

    fn end_word(&mut self) {
        if let (Some(word), Some(words)) = (self.word.take(), self.out.last_mut()) {
            words.push(word);
        }
    }

    /// `$NAME`, `${NAME}`, or something that a shell works out.
    fn expansion(&mut self, sign: char, rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Partial {
        if sign == '`' {
            rest.by_ref().take_while(|one| *one != '`').for_each(drop);
            return Partial::unknown();
        }
        let name: String = match rest.peek() {
            Some('{') => {
                rest.next();
                rest.by_ref().take_while(|one| *one != '}').collect()
            }
            Some('(') => {
                let mut open = 0_usize;
                for one in rest.by_ref() {
                    match one {
                        '(' => open += 1,
                        ')' => open = open.saturating_sub(1),
                        _ => continue,
                    }
                    if open == 0 {
                        break;
                    }
                }
                return Partial::unknown();
            }
            _ => {
                let mut name = String::new();
                while let Some(one) = rest.next_if(|one| one.is_alphanumeric() || *one == '_') {
                    name.push(one);
                }
                name
            }
        };
        self.scope.variable(&name).map_or_else(Partial::unknown, |(value, _)| value)
    }
}
