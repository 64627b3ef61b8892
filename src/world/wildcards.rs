//! Whether a known text matches a known pattern of `*` and `?`, in one pass over both: patterns are written by strangers, and
//! none of them may cost more than its length and the text's.
//!
//! Between two `*` stands a run of characters that has to be found as early as possible, and once found is never looked for
//! again. A run without `?` is found as Knuth, Morris and Pratt do, so that no character is compared more than twice; one with `?` is
//! compared at every place, which costs at most its length for each character of the text.

/// One element of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// This character.
    Char(char),
    /// Any one character.
    One,
    /// Any run of characters, also none.
    Run,
}

/// Whether the text matches the whole pattern, and how many comparisons that took.
pub(super) fn matches(pattern: &[Part], text: &[char]) -> (bool, usize) {
    let mut steps = 0;
    let mut runs = pattern.split(|part| *part == Part::Run);
    let (first, last) = (runs.next().unwrap_or_default(), runs.next_back());
    let is_first = first.len() <= text.len() && agrees(first, text, &mut steps);
    let Some(last) = last.filter(|_| is_first) else { return (is_first && first.len() == text.len(), steps) };
    let Some(end) = text.len().checked_sub(last.len()).filter(|end| *end >= first.len()) else { return (false, steps) };
    if !text.get(end..).is_some_and(|tail| agrees(last, tail, &mut steps)) {
        return (false, steps);
    }
    let mut rest = text.get(first.len()..end).unwrap_or_default();
    for run in runs {
        match find(run, rest, &mut steps) {
            Some(after) => rest = rest.get(after..).unwrap_or_default(),
            None => return (false, steps),
        }
    }
    (true, steps)
}

/// Whether a run stands at the start of a text.
fn agrees(run: &[Part], text: &[char], steps: &mut usize) -> bool {
    run.iter().zip(text).all(|(part, c)| {
        *steps += 1;
        fits(*part, *c)
    })
}

fn fits(part: Part, c: char) -> bool {
    part == Part::One || part == Part::Char(c)
}

/// Where the first occurrence of a run ends.
fn find(run: &[Part], text: &[char], steps: &mut usize) -> Option<usize> {
    if run.len() > text.len() {
        return None;
    }
    if run.contains(&Part::One) {
        let mut places = text.windows(run.len().max(1)).enumerate();
        return places.find(|(_, window)| agrees(run, window, steps)).map(|(at, _)| at + run.len());
    }
    let borders = borders(run, steps);
    let mut known = 0;
    if run.is_empty() {
        return Some(0);
    }
    for (at, c) in text.iter().enumerate() {
        known = extended(run, &borders, known, Part::Char(*c), steps);
        if known == run.len() {
            return Some(at + 1);
        }
    }
    None
}

/// For every prefix of a run, how long the longest shorter prefix is that it ends with.
fn borders(run: &[Part], steps: &mut usize) -> Vec<usize> {
    let mut out = Vec::with_capacity(run.len());
    let mut known = 0;
    for (at, part) in run.iter().enumerate() {
        if at > 0 {
            known = extended(run, &out, known, *part, steps);
        }
        out.push(known);
    }
    out
}

/// How much of a run a text ends with that ended with `known` of it, and then goes on with `next`.
fn extended(run: &[Part], borders: &[usize], mut known: usize, next: Part, steps: &mut usize) -> usize {
    loop {
        *steps += 1;
        if run.get(known) == Some(&next) {
            return known + 1;
        }
        if known == 0 {
            return 0;
        }
        known = borders.get(known - 1).copied().unwrap_or(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(pattern: &str) -> Vec<Part> {
        let part = |c| match c {
            '*' => Part::Run,
            '?' => Part::One,
            c => Part::Char(c),
        };
        pattern.chars().map(part).collect()
    }

    fn run(pattern: &str, text: &str) -> (bool, usize) {
        matches(&parts(pattern), &text.chars().collect::<Vec<_>>())
    }

    /// By the definition: the first element against everything that it may stand for.
    fn defined(pattern: &[Part], text: &[char]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some((Part::Run, rest)) => (0..=text.len()).any(|skipped| defined(rest, &text[skipped..])),
            Some((part, rest)) => text.first().is_some_and(|c| fits(*part, *c)) && defined(rest, &text[1..]),
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
        let texts = words(&['a', 'b'], 6);
        for pattern in words(&['a', 'b', '?', '*'], 5) {
            for text in &texts {
                let expected = defined(&parts(&pattern), &text.chars().collect::<Vec<_>>());
                assert_eq!(run(&pattern, text).0, expected, "{pattern} and {text}");
            }
        }
    }

    #[test]
    fn no_pattern_without_single_wildcards_costs_more_than_its_length_and_the_texts() {
        let n = 5_000;
        let text = "a".repeat(n);
        for pattern in [
            "a*".repeat(n / 2) + "b",
            "*a".repeat(n / 2) + "*b*",
            format!("*{}b*", "a".repeat(n / 2)),
            format!("*{}b*{}b", "a".repeat(n / 3), "a".repeat(n / 3)),
            "*aab".repeat(n / 4),
            "*".repeat(n),
            "*".repeat(n) + "b",
            format!("*{}*", "a*ab".repeat(n / 8)),
            "a".repeat(n) + "*",
        ] {
            let (_, steps) = run(&pattern, &text);
            assert!(steps <= 2 * (pattern.len() + n), "{steps} steps for {}", pattern.get(..20).unwrap());
        }
    }

    #[test]
    fn a_run_with_single_wildcards_costs_its_length_for_each_character() {
        let text = "a".repeat(2_000);
        let pattern = format!("*{}b*", "a?".repeat(100));
        let (found, steps) = run(&pattern, &text);
        assert!(!found && steps <= pattern.len() * text.len(), "{steps}");
        let (_, steps) = run(&"a?*".repeat(1_000), &text);
        assert!(steps <= 3 * text.len(), "{steps}");
    }
}
