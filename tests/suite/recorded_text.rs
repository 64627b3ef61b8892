//! Texts with unknown parts on both sides: a record's wildcards (`<name>`) against the marks of `resolve` (`{{kind:name}}`).

use std::collections::BTreeMap;

use serde_json::Value;

/// A part of a text.
#[derive(Clone, Debug, PartialEq)]
enum Part {
    Char(char),
    /// Any text, also none.
    Any,
    /// A wildcard by its name: the same text wherever it stands.
    Name(String),
}

/// Whether `value` holds a mark, or a choice that is not made yet.
pub(crate) fn has_hole(value: &Value) -> bool {
    match value {
        Value::String(text) => marks(text).contains(&Part::Any),
        Value::Array(items) => items.iter().any(has_hole),
        Value::Object(map) => map.contains_key("Fn::If") || map.values().any(has_hole),
        _ => false,
    }
}

/// Ours: marks are unknown, everything else is as it is. A reference that stays (`{{resolve:…}}`) is no mark.
fn marks(text: &str) -> Vec<Part> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("{{") {
        out.extend(rest[..at].chars().map(Part::Char));
        let Some(end) = rest[at..].find("}}") else { break };
        out.push(Part::Any);
        // The name of a hole may itself end in a brace.
        let mut after = at + end + 2;
        while rest[after..].starts_with('}') {
            after += 1;
        }
        rest = &rest[after..];
    }
    out.extend(rest.chars().map(Part::Char));
    out
}

/// Theirs: `<name>`, `<kind:N>` and `<trace:…>` are wildcards.
fn wildcards(text: &str) -> Vec<Part> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        out.extend(rest[..at].chars().map(Part::Char));
        let from = &rest[at..];
        let name = from[1..].split_once('>').map(|(name, _)| name).filter(|name| {
            name.starts_with(|c: char| c.is_ascii_lowercase()) && !name.contains(['<', '"', '\n', ' '])
                || name.starts_with("trace:")
        });
        match name {
            Some(name) => {
                out.push(Part::Name(name.to_owned()));
                rest = &from[name.len() + 2..];
            }
            None => {
                out.push(Part::Char('<'));
                rest = &from[1..];
            }
        }
    }
    out.extend(rest.chars().map(Part::Char));
    out
}

/// What the wildcards of one record stand for, as far as it is known.
pub(crate) struct Names(BTreeMap<String, String>);

impl Names {
    pub(crate) fn new(known: &[(&str, &str)]) -> Names {
        Names(known.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect())
    }

    /// Whether their text and ours can be the same, and remembers what that makes of the wildcards.
    pub(crate) fn fit(&mut self, theirs: &str, ours: &str) -> bool {
        if theirs == ours {
            return true;
        }
        let (theirs, ours) = (wildcards(theirs), marks(ours));
        let chars: Option<Vec<char>> =
            ours.iter().map(|part| if let Part::Char(c) = part { Some(*c) } else { None }).collect();
        match chars {
            Some(chars) => {
                let mut bound = self.0.clone();
                let fits = bind(&theirs, &chars, &mut bound);
                if fits {
                    self.0 = bound;
                }
                fits
            }
            None => both(&self.filled(theirs), &ours),
        }
    }

    fn filled(&self, parts: Vec<Part>) -> Vec<Part> {
        let fill = |part| match part {
            Part::Name(name) => {
                self.0.get(&name).map_or_else(|| vec![Part::Any], |text| text.chars().map(Part::Char).collect())
            }
            other => vec![other],
        };
        parts.into_iter().flat_map(fill).collect()
    }
}

/// Whether a text with wildcards and one with marks can be the same, whatever stands for the wildcards.
pub(crate) fn fits(theirs: &str, ours: &str) -> bool {
    Names::new(&[]).fit(theirs, ours)
}

/// A text with wildcards against a known one.
fn bind(parts: &[Part], text: &[char], bound: &mut BTreeMap<String, String>) -> bool {
    match parts.split_first() {
        None => text.is_empty(),
        Some((Part::Char(c), rest)) => text.first() == Some(c) && bind(rest, &text[1..], bound),
        // Records have named wildcards only.
        Some((Part::Any, _)) => false,
        Some((Part::Name(name), rest)) => {
            if let Some(known) = bound.get(name).cloned() {
                let known: Vec<char> = known.chars().collect();
                return text.starts_with(&known) && bind(rest, &text[known.len()..], bound);
            }
            (0..=text.len()).any(|end| {
                let mut attempt = bound.clone();
                attempt.insert(name.clone(), text[..end].iter().collect());
                let fits = bind(rest, &text[end..], &mut attempt);
                if fits {
                    *bound = attempt;
                }
                fits
            })
        }
    }
}

/// Two texts with unknown parts: row by row over theirs, which prefixes of ours can be the same.
fn both(theirs: &[Part], ours: &[Part]) -> bool {
    let open = |row: &mut Vec<bool>| {
        for j in 0..ours.len() {
            row[j + 1] = row[j + 1] || (row[j] && ours[j] == Part::Any);
        }
    };
    let mut row = vec![false; ours.len() + 1];
    row[0] = true;
    open(&mut row);
    for their in theirs {
        let mut next = vec![false; ours.len() + 1];
        for j in 0..=ours.len() {
            let wild = matches!(their, Part::Any | Part::Name(_));
            // Theirs is any text, also none; or ours is, and takes this part.
            next[j] = (wild && row[j]) || (j < ours.len() && ours[j] == Part::Any && row[j]);
            if j > 0 {
                let taken = match (their, &ours[j - 1]) {
                    (Part::Char(a), Part::Char(b)) => a == b && row[j - 1],
                    _ if wild => next[j - 1],
                    (_, mark) => *mark == Part::Any && row[j],
                };
                next[j] = next[j] || taken;
            }
        }
        open(&mut next);
        row = next;
    }
    row[ours.len()]
}

#[test]
fn wildcards_stand_for_one_text_each() {
    let mut names = Names::new(&[("region", "eu-west-1")]);
    assert!(names.fit("arn:<partition>:sns:<region>:1:<topic>", "arn:aws:sns:eu-west-1:1:x"));
    assert!(names.fit("<topic>", "x") && !names.fit("<topic>", "y") && !names.fit("<region>", "us-east-1"));
}

#[test]
fn marks_fit_what_they_can_stand_for() {
    assert!(fits("arn:<partition>:sns:x", "arn:{{partition:AWS::Partition}}:sns:{{getatt:T}}"));
    assert!(fits("abc", "a{{x:y}}c") && fits("ac", "a{{x:y}}c") && !fits("abd", "a{{x:y}}c"));
    assert!(!fits("a<n>", "b{{x:y}}"));
}
