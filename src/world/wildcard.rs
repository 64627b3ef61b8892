//! Patterns with `*` and `?` over text that is wholly known: what nearly every comparison of a real policy is.
//!
//! Comes in: a pattern and a text. Goes out: whether it matches. Nothing is allocated. Patterns are written by strangers, and none of
//! them may cost more than its length and the text's: what stands between two `*` has to be found as early as possible, and once
//! found is never looked for again. It is found in one pass; only with a `?` in it, or without regard to case, it is
//! compared at every place, which costs at most its length for each character of the text.
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
    let (first, others) = match pattern.bytes().position(|byte| byte == b'*') {
        Some(at) => pattern.split_at(at),
        None => (pattern, ""),
    };
    // Most patterns that do not match differ before their first `*`.
    let Some(mut rest) = after(first, text, case) else { return false };
    let mut runs = others.split('*');
    runs.next();
    let Some(last) = runs.next_back() else { return rest.is_empty() };
    for run in runs {
        match find(run, rest, case) {
            Some(found) => rest = found,
            None => return false,
        }
    }
    tail(rest, last.chars().count()).is_some_and(|tail| after(last, tail, case) == Some(""))
}

/// Whether a text matches a pattern as ARNs do, each of the six parts by itself; nothing where one of them has fewer.
pub(super) fn arn_match(pattern: &str, text: &str) -> Option<bool> {
    let (patterns, texts) = (pattern.splitn(6, ':'), text.splitn(6, ':'));
    if patterns.clone().count() < 6 || texts.clone().count() < 6 {
        return None;
    }
    let matches = |(pattern, text): (&str, &str)| wildcard_match(pattern, text, Case::Counts);
    Some(text.starts_with("arn:") && patterns.zip(texts).all(matches))
}

/// What follows a run without `*` that the text starts with.
fn after<'t>(run: &str, text: &'t str, case: Case) -> Option<&'t str> {
    let mut left = text.chars();
    run.chars().all(|expected| left.next().is_some_and(|found| fits(expected, found, case))).then_some(left.as_str())
}

/// What follows the first place at which a run without `*` stands.
fn find<'t>(run: &str, text: &'t str, case: Case) -> Option<&'t str> {
    if case == Case::Counts && !run.contains(['?', '\u{e000}', '\u{e001}']) {
        return text.split_once(run).map(|(_, rest)| rest);
    }
    let places = text.char_indices().map(|(at, _)| text.split_at(at).1);
    places.chain([""]).find_map(|rest| after(run, rest, case))
}

/// The last characters of a text, so many of them.
fn tail(text: &str, count: usize) -> Option<&str> {
    match count.checked_sub(1) {
        None => Some(""),
        Some(before) => text.char_indices().rev().nth(before).map(|(at, _)| text.split_at(at).1),
    }
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

    /// By the definition: the first element against everything that it may stand for.
    fn defined(pattern: &[char], text: &[char]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some(('*', rest)) => (0..=text.len()).any(|skipped| defined(rest, &text[skipped..])),
            Some((one, rest)) => text.first().is_some_and(|c| *one == '?' || one == c) && defined(rest, &text[1..]),
        }
    }

    /// All words over an alphabet, up to a length.
    fn words(alphabet: &[char], length: usize) -> Vec<String> {
        let mut out = vec![String::new()];
        let mut last = out.clone();
        for _ in 0..length {
            last = last.iter().flat_map(|word| alphabet.iter().map(move |c| format!("{word}{c}"))).collect();
            out.extend(last.iter().cloned());
        }
        out
    }

    #[test]
    fn every_short_pattern_matches_by_the_definition() {
        let chars = |text: &str| text.chars().collect::<Vec<char>>();
        let texts = words(&['a', 'b'], 6);
        for pattern in words(&['a', 'b', '?', '*'], 5) {
            for text in &texts {
                let expected = defined(&chars(&pattern), &chars(text));
                for case in [Case::Counts, Case::Ignored] {
                    assert_eq!(wildcard_match(&pattern, text, case), expected, "{pattern} and {text}");
                }
            }
        }
    }

    /// A pattern that cost its length times the text's would take hours here, one that tried all ways for ever.
    #[test]
    fn no_pattern_explodes() {
        let n = 1_000_000;
        let text = "a".repeat(n);
        for (pattern, matches) in [
            ("a*".repeat(n / 2) + "b", false),
            ("*a".repeat(n / 2) + "*b*", false),
            (format!("*{}b*", "a".repeat(n / 2)), false),
            (format!("*{}b*{}b", "a".repeat(n / 3), "a".repeat(n / 3)), false),
            ("*aab".repeat(n / 4), false),
            ("*".repeat(n), true),
            ("*a".repeat(n), true),
            ("*?".repeat(n), true),
            ("*?".repeat(n + 1), false),
            ("a".repeat(n) + "*", true),
        ] {
            assert_eq!(wildcard_match(&pattern, &text, Case::Counts), matches, "{}…", pattern.get(..20).unwrap());
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
        assert_eq!(arn_match("arn:*:*:*:*:*", "arn:aws:iam"), None);
        assert_eq!(arn_match("urn:aws:iam::1:a", "urn:aws:iam::1:a"), Some(false));
    }
}
