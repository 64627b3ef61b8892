//! Where an edit goes: a member more in a list, an entry more in a map, a scalar that becomes a list, and what is taken
//! out. Comments, order, indentation and line ends of everything else stay.
//!
//! Comes in: nodes and what is to be written. Goes out: text edits; nothing where the place is written in a way that this
//! does not understand. Must not know: policies.

use crate::source::{NodeId, Style, TextEdit};

use super::new::{New, Pen};
use super::site::{Site, length};

/// The indentation of a block where nothing beside it shows one.
const STEP: usize = 2;

/// The edits of one change.
pub(crate) type Edits = Vec<TextEdit>;

/// A member more at the end of a list.
pub(crate) fn append(site: &Site<'_>, list: NodeId, new: &New, step: usize) -> Option<Edits> {
    let last = *site.items(list).last()?;
    let pen = Pen::new(site, quote(site, last), step);
    if site.is_flow(list) { in_brackets(site, list, last, new, &pen) } else { in_block(site, list, last, new, &pen) }
}

fn in_block(site: &Site<'_>, list: NodeId, last: NodeId, new: &New, pen: &Pen<'_>) -> Option<Edits> {
    let (column, gap) = dash(site, *site.items(list).first()?)?;
    let at = site.line_end(site.end(last));
    let text = pen.block(new, column + 1 + gap);
    Some(vec![site.insert(at, format!("{}-{}{text}", pen.line(column), " ".repeat(gap)))])
}

/// The column of the dash before a member of a block list, and how far the member stands from it.
fn dash(site: &Site<'_>, item: NodeId) -> Option<(usize, usize)> {
    let before = site.before(site.start(item));
    let trimmed = before.trim_end_matches(' ');
    // An anchor stands between dash and member: then somebody may repeat it.
    let (head, gap) = (trimmed.strip_suffix('-')?, before.len() - trimmed.len());
    (gap > 0).then(|| (head.chars().count(), gap))
}

fn in_brackets(site: &Site<'_>, list: NodeId, last: NodeId, new: &New, pen: &Pen<'_>) -> Option<Edits> {
    let items = site.items(list);
    let previous = items.iter().rev().nth(1);
    let before = match previous {
        Some(&previous) => site.slice(site.end(previous), site.start(last))?,
        None => site.slice(site.document.span(list).start + 1, site.start(last))?,
    };
    let text = match (before.rfind('\n'), previous) {
        (Some(at), _) => {
            let indent = before.get(at + 1..)?.chars().take_while(|c| matches!(c, ' ' | '\t')).collect::<String>();
            let tabs = indent.contains('\t');
            format!("{}{indent}{}", site.newline, pen.lines(new, indent.chars().count(), tabs))
        }
        // `,` without a space, as in JSON without spaces.
        (None, Some(_)) if before == "," => pen.flow(new),
        (None, None) if site.is_json && !site.document.text().contains(", ") => pen.flow(new),
        (None, _) => format!(" {}", pen.flow(new)),
    };
    separated(site, site.end(last), site.end(list), &text)
}

/// Something more after the last part of a list or map in brackets, with the comma before it.
fn separated(site: &Site<'_>, last: u32, close: u32, text: &str) -> Option<Edits> {
    let rest = site.slice(last, close)?;
    let comma = if rest.trim_start().starts_with(',') { length(rest.get(..=rest.find(',')?)?) } else { 0 };
    let tail = rest.get(comma as usize..)?;
    if tail.contains('#') && !site.is_json {
        // A comment behind the last part stays where it is.
        let comment = site.line_end(last + comma);
        let mut edits = vec![site.insert(comment, text)];
        edits.extend((comma == 0).then(|| site.insert(last, ",")));
        return text.starts_with(['\n', '\r']).then_some(edits);
    }
    let comma_text = if comma == 0 { "," } else { "" };
    Some(vec![site.insert(last + comma, format!("{comma_text}{text}"))])
}

/// A value that becomes a list of itself and another one. `list_offset`: how far block lists stand from their keys.
pub(crate) fn to_list(site: &Site<'_>, key: NodeId, value: NodeId, new: &New, list_offset: usize) -> Option<Edits> {
    let (start, end) = (site.start(value), site.end(value));
    if end <= start || !site.is_own(value) {
        return None;
    }
    let pen = Pen::new(site, quote(site, value), STEP);
    if site.in_flow(value) {
        let close = format!(", {}]", pen.flow(new));
        return Some(vec![site.insert(start, "["), site.insert(end, close)]);
    }
    if site.style(value) == Some(Style::Block) {
        return None;
    }
    let key_end = site.document.span(key).end;
    let between = site.slice(key_end, start)?;
    let (colon, space) = between.split_at_checked(between.find(':')? + 1)?;
    let after_colon = key_end + length(colon);
    let (column, shift, mut edits) = if space.trim_matches(' ').is_empty() {
        let column = site.column(site.document.span(key).start) + list_offset;
        let opening = site.replace(after_colon, start, format!("{}- ", pen.line(column)));
        (column, list_offset + 2, vec![opening])
    } else if site.before(start).chars().all(|c| c == ' ') {
        (site.column(start), 2, vec![site.insert(start, "- ")])
    } else {
        return None;
    };
    edits.extend(shifted(site, start, end, shift));
    edits.push(site.insert(site.line_end(end), format!("{}- {}", pen.line(column), pen.block(new, column + 2))));
    Some(edits)
}

/// Moves the lines of a place further in, but for its first one.
fn shifted(site: &Site<'_>, start: u32, end: u32, by: usize) -> Edits {
    let mut out = Vec::new();
    let mut line = site.next_line(start);
    while line < end {
        let is_empty = site.slice(line, site.line_end(line)).is_none_or(|text| text.trim().is_empty());
        out.extend((!is_empty).then(|| site.insert(line, " ".repeat(by))));
        line = site.next_line(line);
    }
    out
}

/// An entry more at the end of a map.
pub(crate) fn add_entry(site: &Site<'_>, map: NodeId, name: &'static str, new: New, step: usize) -> Option<Edits> {
    let entries = site.entries(map);
    let (first, last) = (entries.first()?, entries.last()?);
    let near = if let Some(style) = site.style(last.value) { style } else { Style::Plain };
    let pen = Pen::new(site, if near == Style::Block { Style::Plain } else { near }, step);
    let entry = New::Map(vec![(name, new)]);
    if !site.is_flow(map) {
        let column = site.column(site.start(first.key));
        let at = site.line_end(site.end(last.value).max(site.end(last.key)));
        return Some(vec![site.insert(at, format!("{}{}", pen.line(column), pen.block(&entry, column)))]);
    }
    let flow = pen.flow(&entry);
    let bare = flow.strip_prefix('{')?.strip_suffix('}')?.trim();
    let before = site.slice(site.document.span(map).start + 1, site.start(first.key))?;
    let text = match before.rfind('\n') {
        Some(at) => format!("{}{}{bare}", site.newline, before.get(at + 1..)?),
        None => format!(" {bare}"),
    };
    separated(site, site.end(last.value), site.end(map), &text)
}

/// Takes a member out of a list that has others.
pub(crate) fn remove_item(site: &Site<'_>, list: NodeId, item: NodeId) -> Option<Edits> {
    let items = site.items(list);
    let index = items.iter().position(|&one| one == item).filter(|_| items.len() > 1)?;
    if site.is_flow(list) {
        let next = items.get(index + 1).map(|&next| site.start(next));
        let previous = index.checked_sub(1).and_then(|at| items.get(at)).map(|&one| site.end(one));
        return cut(site, site.start(item), site.end(item), previous, next);
    }
    dash(site, item)?;
    let before = site.before(site.start(item));
    let is_alone = before.trim().chars().eq(['-']);
    let (start, end) = (site.line_start(site.start(item)), site.next_line(site.end(item)));
    is_alone.then(|| vec![lines_out(site, start, end)])
}

/// Takes an entry out of a map that has others.
pub(crate) fn remove_entry(site: &Site<'_>, map: NodeId, index: usize) -> Option<Edits> {
    let entries = site.entries(map);
    let entry = entries.get(index).filter(|entry| entries.len() > 1 && site.is_own(entry.key))?;
    let (start, end) = (site.start(entry.key), site.end(entry.value).max(site.end(entry.key)));
    let next = entries.get(index + 1).map(|next| site.start(next.key));
    if site.is_flow(map) {
        let previous = index.checked_sub(1).and_then(|at| entries.get(at)).map(|one| site.end(one.value));
        return cut(site, start, end, previous, next);
    }
    if site.before(start).trim().is_empty() {
        return Some(vec![lines_out(site, site.line_start(start), site.next_line(end))]);
    }
    // The first entry of a list's member: the dash before it stays, and what follows takes its place.
    let following = site.next_line(end);
    let indent = site.slice(following, next?)?;
    let rest = following + length(indent) - length(indent.trim_start_matches(' '));
    Some(vec![site.replace(start, rest, "")])
}

/// Takes a part out of brackets, with the comma that it needed.
fn cut(site: &Site<'_>, start: u32, end: u32, previous: Option<u32>, next: Option<u32>) -> Option<Edits> {
    let (start, end) = match (previous, next) {
        (_, Some(next)) => (start, next),
        (Some(previous), None) => (previous, end),
        (None, None) => return None,
    };
    let is_safe = site.is_json || !site.slice(start, end)?.contains('#');
    is_safe.then(|| vec![site.replace(start, end, "")])
}

/// Takes whole lines out. In the last line of a file without a line end, the line end before goes.
fn lines_out(site: &Site<'_>, start: u32, end: u32) -> TextEdit {
    let text = site.slice(start, end).unwrap_or_default();
    let ends = text.ends_with(['\n', '\r']);
    let before = site.slice(0, start).unwrap_or_default();
    let start = if ends { start } else { length(before.trim_end_matches(['\n', '\r'])) };
    site.replace(start, end, "")
}

/// How a neighbour is quoted; of what is not a scalar, not at all.
fn quote(site: &Site<'_>, neighbour: NodeId) -> Style {
    match site.style(neighbour) {
        Some(Style::Block) | None => Style::Plain,
        Some(style) => style,
    }
}
