//! Texts of which a file tells only some parts: an expression of a workflow, a function of a template, a variable of a tool.
//!
//! Comes in: what is known, and where something is not. Goes out: the text where all of it is known, else its pattern with `*`;
//! the ARN of a role as far as it is known. Must not know: what the parts are written in.

use crate::aws::{PrincipalArn, PrincipalKind};

/// Stands for what is not told. No text has it: it is taken out of what comes in.
const HOLE: char = '\u{F8FF}';

/// A text of which parts may be unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Partial(String);

impl Partial {
    /// A text that is known.
    pub(super) fn known(text: &str) -> Partial {
        Partial(text.replace(HOLE, "\u{FFFD}"))
    }

    /// Something that is not told.
    pub(super) fn unknown() -> Partial {
        Partial(HOLE.to_string())
    }

    /// Adds what follows.
    pub(super) fn append(&mut self, other: &Partial) {
        self.0.push_str(&other.0);
    }

    /// The text, if all of it is known.
    pub(super) fn text(&self) -> Option<&str> {
        (!self.0.contains(HOLE)).then_some(&self.0)
    }

    /// Whether there is nothing in it.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text with `*` for what is not told.
    pub(super) fn pattern(&self) -> String {
        let mut out = String::new();
        for one in self.0.chars() {
            match one {
                HOLE if out.ends_with('*') => {}
                HOLE => out.push('*'),
                other => out.push(other),
            }
        }
        out
    }

    /// The parts between commas that stand in no quotes, without blanks around them.
    pub(super) fn at_commas(&self) -> Vec<Partial> {
        let mut out = vec![String::new()];
        let mut quote = None;
        for one in self.0.chars() {
            match (one, quote) {
                ('"' | '\'', None) => quote = Some(one),
                (close, Some(open)) if close == open => quote = None,
                (',', None) => {
                    out.push(String::new());
                    continue;
                }
                _ => {}
            }
            if let Some(last) = out.last_mut() {
                last.push(one);
            }
        }
        out.into_iter().map(|part| Partial(part.trim().to_owned())).collect()
    }

    /// What stands before the first `=` and behind it.
    pub(super) fn at_equals(&self) -> Option<(Partial, Partial)> {
        let (name, value) = self.0.split_once('=')?;
        Some((Partial(name.to_owned()), Partial(value.to_owned())))
    }

    /// The same without a pair of quotes around it.
    pub(super) fn unquoted(&self) -> Partial {
        let inner = |quote: char| self.0.strip_prefix(quote)?.strip_suffix(quote).map(str::to_owned);
        Partial(inner('"').or_else(|| inner('\'')).unwrap_or_else(|| self.0.clone()))
    }

    /// The text itself, with what is not told marked: for a parser that leaves texts as they are.
    pub(super) fn marked(&self) -> &str {
        &self.0
    }

    /// What [`Partial::marked`] gave, or a part of it.
    pub(super) fn of_marked(text: &str) -> Partial {
        Partial(text.to_owned())
    }

    /// The ARN of the role that this is, as far as it is known: with `*` for parts that are not.
    ///
    /// What is wholly known stays as it is, so that what is wrong with it is said where it stands.
    pub(super) fn role(&self) -> String {
        let pattern = self.pattern();
        if self.text().is_some() || is_role(&pattern) {
            return pattern;
        }
        // Whatever stands before the last unknown part: `role/` and the name may be in it.
        let end = pattern.rsplit('*').next().unwrap_or_default();
        let ending = if end.contains(':') { "" } else { end };
        let whole = match end.split_once(":role/") {
            Some((_, name)) => format!("arn:*:iam::*:role/{name}"),
            None => format!("arn:*:iam::*:role/*{ending}"),
        };
        if is_role(&whole) { whole } else { "arn:*:iam::*:role/*".to_owned() }
    }
}

fn is_role(arn: &str) -> bool {
    PrincipalArn::parse(arn).is_ok_and(|arn| matches!(arn.kind, PrincipalKind::Role { .. }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text in which `?` stands for something that is not told.
    fn partial(text: &str) -> Partial {
        let mut out = Partial::default();
        for (n, part) in text.split('?').enumerate() {
            if n > 0 {
                out.append(&Partial::unknown());
            }
            out.append(&Partial::known(part));
        }
        out
    }

    #[test]
    fn a_role_is_told_as_far_as_it_is_known() {
        for (text, expected) in [
            ("arn:aws:iam::111122223333:role/Deploy", "arn:aws:iam::111122223333:role/Deploy"),
            ("arn:aws:iam::?:role/Deploy", "arn:aws:iam::*:role/Deploy"),
            ("arn:aws:iam::?:role/ci/?", "arn:aws:iam::*:role/ci/*"),
            ("arn:?:iam::??:role/Deploy", "arn:*:iam::*:role/Deploy"),
            ("?", "arn:*:iam::*:role/*"),
            ("?:role/Deploy", "arn:*:iam::*:role/Deploy"),
            ("?-deploy", "arn:*:iam::*:role/*-deploy"),
            ("arn:aws:iam::?", "arn:*:iam::*:role/*"),
            ("arn:aws:iam::?:user/Alice", "arn:*:iam::*:role/*"),
            ("not an ARN", "not an ARN"),
        ] {
            assert_eq!(partial(text).role(), expected, "{text}");
        }
    }

    #[test]
    fn commas_in_quotes_do_not_separate() {
        let parts = partial("A=b, C=\"d,e\",F=?").at_commas();
        let expected = ["A=b", "C=\"d,e\"", "F=?"].map(partial);
        assert_eq!(parts, expected);
        let (name, value) = parts[1].at_equals().expect("an assignment");
        assert_eq!((name.text(), value.unquoted().text()), (Some("C"), Some("d,e")));
    }

    #[test]
    fn what_marks_the_unknown_cannot_come_in_from_outside() {
        assert_eq!(Partial::known("\u{F8FF}").text(), Some("\u{FFFD}"));
    }
}
