//! The flags of a command line: their values, in the grammar that the AWS CLI (argparse) and SAM CLI share as far as it matters here:
//! `--flag value`, `--flag=value`, lists up to the next flag, unambiguous beginnings of a flag's name.

use super::CommandError;

/// The flags of a command, and how many values they take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grammar {
    /// Flags with one value.
    pub(super) one: &'static [&'static str],
    /// Flags with any number of values.
    pub(super) many: &'static [&'static str],
    /// Flags with none.
    pub(super) none: &'static [&'static str],
    /// Letters for flags: `-t` for `--template-file`.
    pub(super) short: &'static [(&'static str, &'static str)],
}

/// What stands on the command line.
#[derive(Clone, Debug, Default)]
pub(super) struct Parsed {
    /// Words that are neither flags nor their values.
    pub(super) words: Vec<String>,
    /// Flags by their whole names, each with its values, in the order of the line.
    flags: Vec<(&'static str, Vec<String>)>,
}

impl Grammar {
    /// Reads the words after the program.
    pub(super) fn parse(self, words: &[String]) -> Result<Parsed, CommandError> {
        let mut out = Parsed::default();
        let mut rest = words.iter().peekable();
        while let Some(word) = rest.next() {
            if !word.starts_with('-') || word == "-" {
                out.words.push(word.clone());
                continue;
            }
            let (name, value) = match word.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (word.as_str(), None),
            };
            let Some(flag) = self.flag(name) else { continue };
            let mut values: Vec<String> = value.into_iter().collect();
            if self.many.contains(&flag) && values.is_empty() {
                while let Some(next) = rest.next_if(|next| !self.begins_flag(next)) {
                    values.push(next.clone());
                }
            } else if self.one.contains(&flag) && values.is_empty() {
                values.extend(rest.next().cloned());
            }
            if values.is_empty() && self.one.contains(&flag) {
                return Err(CommandError::Value(flag.to_owned()));
            }
            out.flags.push((flag, values));
        }
        Ok(out)
    }

    fn begins_flag(self, word: &str) -> bool {
        word.starts_with("--") || self.short.iter().any(|(short, _)| *short == word)
    }

    /// The flag of this name, or the only one that begins so.
    fn flag(self, name: &str) -> Option<&'static str> {
        if let Some((_, flag)) = self.short.iter().find(|(short, _)| *short == name) {
            return Some(flag);
        }
        let all = || self.one.iter().chain(self.many).chain(self.none).copied();
        let begins = || all().filter(|flag| name.len() > 2 && flag.starts_with(name));
        all().find(|flag| *flag == name).or_else(|| begins().next().filter(|_| begins().count() == 1))
    }
}

impl Parsed {
    /// The value of a flag; of several, the last.
    pub(super) fn one(&self, flag: &str) -> Option<&str> {
        self.flags.iter().rev().find(|(name, _)| *name == flag)?.1.last().map(String::as_str)
    }

    /// The values of the last such flag; nothing where there is none.
    pub(super) fn many(&self, flag: &str) -> Option<&[String]> {
        self.flags.iter().rev().find(|(name, _)| *name == flag).map(|(_, values)| values.as_slice())
    }

    /// The values of every such flag.
    pub(super) fn all(&self, flag: &'static str) -> impl Iterator<Item = &str> {
        self.flags.iter().filter(move |(name, _)| *name == flag).flat_map(|(_, values)| values).map(String::as_str)
    }

    /// Whether the flag stands there.
    pub(super) fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|(name, _)| *name == flag)
    }

    /// These flags with their values, as they were written.
    pub(super) fn again(&self, flags: &[&str]) -> Vec<String> {
        let wanted = self.flags.iter().filter(|(name, _)| flags.contains(name));
        wanted.flat_map(|(name, values)| std::iter::once((*name).to_owned()).chain(values.iter().cloned())).collect()
    }
}
