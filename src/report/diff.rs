//! Edits for people and for `patch`: what they do, each with whether it is safe, and a unified diff for each file.
//!
//! Comes in: changes and texts before and after. Goes out: text. Must not know: how fixes are found.

use std::collections::BTreeSet;

use similar::TextDiff;

use super::text::clean;

/// One fix of a plan.
#[derive(Debug)]
pub(crate) struct Change {
    /// What it does.
    pub(crate) title: String,
    /// Why somebody has to look at it.
    pub(crate) review: Option<&'static str>,
    /// The finding that it makes go away, and where that is.
    pub(crate) finding: String,
    /// The key's verdict afterwards.
    pub(crate) verdict: &'static str,
    /// Whether it stands in a file that is made from others, and is not written.
    pub(crate) is_generated: bool,
}

/// A plan.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// The fixes, each with those that would do as well.
    pub(crate) fixes: Vec<(Change, Vec<Change>)>,
    /// What touches the edits of another fix: for the next run.
    pub(crate) later: Vec<Change>,
    /// How many findings have no fix.
    pub(crate) without: usize,
    /// Files with findings that are made from others, so that edits of them do not last.
    pub(crate) generated: BTreeSet<String>,
    /// Path, text before and text after, for each file that changes.
    pub(crate) files: Vec<(String, String, String)>,
}

impl Changes {
    fn count(&self, is_safe: bool) -> usize {
        self.fixes.iter().filter(|(fix, _)| fix.review.is_none() == is_safe && !fix.is_generated).count()
    }
}

/// A plan that was not written: titles behind `#`, then the diff.
pub(crate) fn changes(plan: &Changes, quiet: bool) -> String {
    let mut out = String::new();
    if !quiet {
        for (fix, others) in &plan.fixes {
            out.push_str(&format!("# {}\n", line(fix)));
            out.extend(others.iter().map(|other| format!("#   or {}\n", title(other))));
        }
        out.extend(plan.later.iter().map(|fix| format!("# later: {} (it touches an edit above)\n", title(fix))));
    }
    out.extend(plan.files.iter().map(|(path, before, after)| diff(path, before, after)));
    if !quiet {
        out.extend(made(plan).map(|line| format!("# {line}\n")));
        out.push_str(&format!("# {}\n", summary(plan)));
    }
    out
}

/// What to do about files that are made from others.
fn made(plan: &Changes) -> Option<String> {
    let mut paths = plan.generated.iter().map(|path| clean(path));
    let (first, others) = (paths.next()?, paths.count());
    let more = if others > 0 { format!(" and {others} more") } else { String::new() };
    Some(format!("{first}{more}: made by `cdk synth`, so --write leaves it alone; change the constructs in the app"))
}

/// A plan that was written.
pub(crate) fn done(plan: &Changes, left: usize, quiet: bool) -> String {
    if quiet {
        return String::new();
    }
    let mut out = String::new();
    out.extend(plan.fixes.iter().map(|(fix, _)| format!("fixed {}\n", line(fix))));
    out.extend(plan.files.iter().map(|(path, ..)| format!("wrote {}\n", clean(path))));
    out.extend(made(plan).map(|line| format!("{line}\n")));
    out.push_str(&format!(
        "{}, {} left",
        number(plan.fixes.len(), "fix", "fixes"),
        number(left, "finding", "findings")
    ));
    out.push_str(if plan.later.is_empty() { "\n" } else { "; run it again: some edits would have met\n" });
    out
}

fn line(change: &Change) -> String {
    format!("{} -> {} ({})", title(change), change.verdict, clean(&change.finding))
}

fn title(change: &Change) -> String {
    match change.review {
        Some(why) => format!("review: {} [{why}]", clean(&change.title)),
        None => format!("safe: {}", clean(&change.title)),
    }
}

fn summary(plan: &Changes) -> String {
    let (safe, review) = (plan.count(true), plan.count(false));
    let fixes = number(plan.fixes.len(), "fix", "fixes");
    let how = match (safe, review) {
        (0, 0) => String::new(),
        (_, 0) => ": --write applies them".to_owned(),
        (0, _) => format!(": {review} to be reviewed, --write --include-review applies them"),
        _ => format!(": {safe} safe (--write), {review} to be reviewed (--write --include-review)"),
    };
    let without = match plan.without {
        0 => String::new(),
        some => format!("; no fix for {}", number(some, "finding", "findings")),
    };
    format!("{fixes}{how}{without}")
}

fn number(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// A unified diff with three lines of context, as `git diff` names its files.
fn diff(path: &str, before: &str, after: &str) -> String {
    let path = clean(path.trim_start_matches('/'));
    let diff = TextDiff::from_lines(before, after);
    diff.unified_diff().context_radius(3).header(&format!("a/{path}"), &format!("b/{path}")).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_and_missing_ones_are_part_of_the_diff() {
        let shown = diff("/a/b.yaml", "x: 1\r\ny: 2", "x: 1\r\ny: 3");
        let expected = "--- a/a/b.yaml\n+++ b/a/b.yaml\n@@ -1,2 +1,2 @@\n x: 1\r\n-y: 2\n\\ No newline at end of file\n+y: 3\n\\ No newline at end of file\n";
        assert_eq!(shown, expected);
    }
}
