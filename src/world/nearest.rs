//! "Did you mean": the known name nearest to one that is not known.

/// The nearest of `known`, if it is near: at most two edits, and fewer than half of the letters.
pub(crate) fn nearest<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    let scored = known.iter().map(|candidate| (distance(name, candidate), *candidate));
    let (edits, best) = scored.min_by_key(|(edits, _)| *edits)?;
    (edits <= 2 && edits * 2 < best.chars().count()).then_some(best)
}

/// Levenshtein distance, ignoring case.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.to_lowercase().chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut next = vec![left];
        for (y, above) in b.iter().zip(row.iter().skip(1)) {
            left = (left + 1).min(above + 1).min(diagonal + usize::from(x != *y));
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_near_names_are_suggested() {
        assert_eq!(nearest("chekc", &["check", "explain"]), Some("check"));
        assert_eq!(nearest("Environmnt", &["Environment", "Env"]), Some("Environment"));
        assert_eq!(nearest("infra", &["check", "explain"]), None);
        assert_eq!(nearest("abx", &["abc"]), Some("abc"), "one of three letters");
        assert_eq!(nearest("abxy", &["abcd"]), None, "half of the letters");
        assert_eq!(nearest("xyzcheck", &["check"]), None, "three edits");
        assert_eq!(nearest("ScheduleXYZDeletion", &["ScheduleKeyDeletion"]), None, "three edits of many letters");
    }
}
