//! Patterns with `*` and `?` over text that is wholly known: what nearly every comparison of a real policy is.
//!
//! Comes in: a pattern and a text. Goes out: whether it matches. Nothing is allocated, and no pattern makes it explode: only the
//! last `*` is ever gone back to, so the steps are at most the length of the text times that of what stands behind that `*`.
//! The rule is that of `pattern.rs`, with its source; a test holds the two together.

/// Whether letters of different case are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    /// They are not.
    Counts,
    /// ASCII letters are.
    Ignored,
}

/// Whether the text matches the pattern as a whole.
pub(crate) fn wildcard_match(pattern: &str, text: &str, case: Case) -> bool {
    let (mut pattern, mut text) = (pattern.chars(), text.chars());
    // What stands behind the last `*`, and the text from which on it was tried.
    let mut run = None;
    loop {
        let (mut ahead, mut left) = (pattern.clone(), text.clone());
        match (ahead.next(), left.next()) {
            (None, None) => return true,
            (Some('*'), _) => {
                run = Some((ahead.clone(), text.clone()));
                pattern = ahead;
            }
            (Some(_), None) => return false,
            (Some(expected), Some(found)) if fits(expected, found, case) => (pattern, text) = (ahead, left),
            _ => {
                let Some((behind, from)) = &mut run else { return false };
                from.next();
                (pattern, text) = (behind.clone(), from.clone());
            }
        }
    }
}

/// Whether a text matches a pattern as ARNs do, each of the six parts by itself; nothing where one of them has fewer.
pub(super) fn arn_match(pattern: &str, text: &str) -> Option<bool> {
    let (mut patterns, mut texts) = (pattern.splitn(6, ':'), text.splitn(6, ':'));
    if patterns.clone().count() < 6 || texts.clone().count() < 6 {
        return None;
    }
    let starts = text.starts_with("arn:");
    Some(starts && patterns.by_ref().zip(texts.by_ref()).all(|(one, part)| wildcard_match(one, part, Case::Counts)))
}

/// Whether one character of the pattern stands for this one; the two of private use are those of `pattern.rs`.
fn fits(expected: char, found: char, case: Case) -> bool {
    match expected {
        '?' => true,
        '\u{e000}' => found == '*',
        '\u{e001}' => found == '?',
        _ if case == Case::Ignored => expected.eq_ignore_ascii_case(&found),
        _ => expected == found,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::pattern::Pattern;
    use super::super::text::Text;
    use super::*;

    proptest! {
        #[test]
        fn both_readings_of_a_pattern_agree(pattern in "[ab*?\u{e000}\u{e001}]{0,8}", text in "[ab*?]{0,8}") {
            let slow = Pattern::new(Text::literal(&pattern)).must_match(&Text::literal(&text));
            prop_assert_eq!(wildcard_match(&pattern, &text, Case::Counts), slow);
        }
    }

    #[test]
    fn only_ascii_letters_have_two_cases() {
        assert!(wildcard_match("KMS:put*", "kms:PutKeyPolicy", Case::Ignored));
        assert!(!wildcard_match("KMS:put*", "kms:PutKeyPolicy", Case::Counts));
        assert!(!wildcard_match("Ä", "ä", Case::Ignored));
    }

    #[test]
    fn parts_of_arns_match_by_themselves() {
        assert_eq!(arn_match("arn:aws:iam::*:role/*", "arn:aws:iam::1:role/a:b"), Some(true));
        assert_eq!(arn_match("arn:*:iam::1:role/a", "arn:aws:s3:iam::1:role/a"), Some(false));
        assert_eq!(arn_match("arn:aws:*", "arn:aws:iam::1:role/a"), None);
        assert_eq!(arn_match("urn:aws:iam::1:a", "urn:aws:iam::1:a"), Some(false));
    }
}
