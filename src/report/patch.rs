//! A fix drawn for a terminal: what it does, and the lines that it changes.
//!
//! Comes in: a fix and the files. Goes out: a drawing, or only the title where the lines are too long to be read in one.

use annotate_snippets::{Group, Level, Patch, Snippet};

use crate::fix::Fix;
use crate::source::Sources;

use super::text::{TextOptions, clean};
use super::wrap::{columns, wrapped};

/// A word of more columns may reach beyond the margin: ARNs stay whole.
const WORD: usize = 40;

/// What a fix does, in one line.
pub(super) fn title(fix: &Fix) -> String {
    match fix.review {
        Some(why) => format!("{} (to be reviewed: {why})", fix.title),
        None => fix.title.clone(),
    }
}

/// The fix as the lines that it changes.
pub(super) fn drawn(fix: &Fix, sources: &Sources, options: TextOptions) -> String {
    let room = options.width.saturating_sub(columns("help: "));
    let head = || Level::HELP.secondary_title(wrapped(&clean(&title(fix)), room, room).join("\n"));
    let patched = snippet(fix, sources).map(|snippet| Group::with_title(head()).element(snippet));
    let is_readable = |group: &Group<'_>| {
        let plain = options.renderer(false).render(std::slice::from_ref(group));
        plain.lines().all(|line| {
            let has_long_word = line.split(' ').any(|word| columns(word) > WORD);
            columns(line) <= options.width || has_long_word && columns(line) <= 2 * options.width
        })
    };
    let short = || {
        let more = "cfn-lockout fix shows the edit".to_owned();
        Group::with_title(head()).element(Level::NOTE.no_name().message(more))
    };
    let group = patched.filter(is_readable).unwrap_or_else(short);
    options.renderer(options.color).render(&[group]).trim_end().to_owned()
}

/// The lines around the edits: the renderer goes over everything it is given.
fn snippet<'a>(fix: &Fix, sources: &'a Sources) -> Option<Snippet<'a, Patch<'a>>> {
    let file = fix.edits.first()?.span.file;
    let document = sources.document(file)?;
    let text = document.text();
    let first = fix.edits.iter().map(|edit| edit.span.start).min()?;
    let last = fix.edits.iter().map(|edit| edit.span.end).max()? as usize;
    let start = text.get(..first as usize)?.rfind('\n').map_or(0, |at| at + 1);
    let end = last + text.get(last..)?.find('\n').map_or(text.len() - last, |at| at + 1);
    let window = Snippet::source(text.get(start..end)?).line_start(document.line_col(first).line);
    let patches = fix.edits.iter().map(|edit| {
        let place = edit.span.start as usize - start..edit.span.end as usize - start;
        Patch::new(place, clean_lines(&edit.new_text))
    });
    Some(window.patches(patches))
}

/// A text without control characters, line by line.
fn clean_lines(text: &str) -> String {
    text.replace("\r\n", "\n").split('\n').map(clean).collect::<Vec<_>>().join("\n")
}
