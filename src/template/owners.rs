//! At which resource a comment stands.
//!
//! Comes in: a document and its resources. Goes out: for each comment its [`Owner`]. Must not know: what comments say.

use std::collections::BTreeMap;

use crate::source::{Document, FileId, NodeId, NodeKind, Span};

use super::suppressions::length;
use super::template::Resource;

/// What a suppression stands at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// A KMS key, by its logical id; a fragment may have become several.
    Keys(Vec<String>),
    /// A nested stack or module.
    Stack(String),
    /// Another resource.
    Resource(String),
    /// Something in Resources that is no resource yet: a loop, a macro's.
    Unread,
    /// Nothing.
    Nobody,
}

/// An entry of the section Resources.
pub(super) struct Entry {
    /// Its value.
    pub(super) node: NodeId,
    /// From its logical id to its end.
    extent: Span,
    /// Where the comments directly above it start.
    head: u32,
    /// Where the comments behind it end.
    tail: u32,
    /// The column of its logical id.
    column: usize,
    ids: Vec<String>,
    is_key: bool,
    is_stack: bool,
}

impl Entry {
    /// What stands there.
    pub(super) fn owner(&self) -> Owner {
        match self.ids.first() {
            Some(_) if self.is_key => Owner::Keys(self.ids.clone()),
            Some(id) if self.is_stack => Owner::Stack(id.clone()),
            Some(id) => Owner::Resource(id.clone()),
            None => Owner::Unread,
        }
    }
}

/// In the order of the text, one for each place.
pub(super) struct Entries(pub(super) Vec<Entry>);

/// The entries of a document, of which these are the resources; placed for the comments of `file`, where there are any. What
/// an included file holds stands in another text.
pub(super) fn entries(document: &Document, resources: &[Resource], file: Option<FileId>) -> Entries {
    let section = document.get(document.root(), "Resources").map(|section| &document.node(section.value).kind);
    let Some(NodeKind::Mapping(nodes)) = section else { return Entries(Vec::new()) };
    let mut by_place: BTreeMap<Span, Vec<&Resource>> = BTreeMap::new();
    for resource in resources {
        by_place.entry(resource.span).or_default().push(resource);
    }
    let entry = |entry: &crate::source::Entry| {
        let (id, body) = (document.span(entry.key), document.full_span(entry.value));
        let own = by_place.get(&id).map_or(&[][..], Vec::as_slice);
        // What an alias stands for is written elsewhere. A block scalar ends behind its last line.
        let is_placed = Some(id.file) == file;
        let is_behind = is_placed && body.file == id.file && body.start >= id.end;
        let end = if is_behind { body.start + length(document.slice(body).trim_end()) } else { id.end };
        Entry {
            node: entry.value,
            extent: Span { end, ..id },
            head: if is_placed { head(document, id.start) } else { id.start },
            tail: if is_placed { tail(document, end) } else { end },
            column: if is_placed { document.line_col(id.start).column } else { 0 },
            ids: own.iter().map(|resource| resource.id.clone()).collect(),
            is_key: own.iter().any(|resource| resource.is_key()),
            is_stack: own.iter().any(|resource| resource.is_stack() || resource.is_module()),
        }
    };
    let mut out: Vec<Entry> = nodes.iter().map(entry).collect();
    out.sort_by_key(|entry| entry.extent);
    out.dedup_by_key(|entry| entry.extent);
    Entries(out)
}

impl Entries {
    /// The entry that a comment stands at: in its lines, or in the lines directly above it.
    pub(super) fn owner(&self, document: &Document, comment: Span) -> Owner {
        let place = document.line_col(comment.start);
        let next =
            self.0.partition_point(|entry| (entry.extent.file, entry.extent.start) < (comment.file, comment.start));
        let is_in = |entry: &&Entry| {
            let is_indented = place.column > entry.column && comment.start < entry.tail;
            is_indented || place.line <= document.line_col(entry.extent.end).line
        };
        let at = |index: usize| self.0.get(index).filter(|entry| entry.extent.file == comment.file);
        let entry = next.checked_sub(1).and_then(at).filter(is_in);
        let below = || at(next).filter(|entry| entry.head <= comment.start);
        entry.or_else(below).map_or(Owner::Nobody, Entry::owner)
    }
}

/// Where the block of comments that ends directly above a place starts; each has a line of its own.
fn head(document: &Document, at: u32) -> u32 {
    let comments = document.comments();
    let above = comments.partition_point(|comment| comment.end <= at);
    let mut head = at;
    for comment in comments.iter().take(above).rev() {
        let between = document.slice(Span { start: comment.end, end: head, ..*comment });
        let breaks = between.replace("\r\n", "\n").matches(['\n', '\r']).count();
        if !between.trim().is_empty() || breaks != 1 || !starts_line(document, comment.start) {
            break;
        }
        head = comment.start;
    }
    head
}

/// Where the comments behind a place end: from there to the place nothing else stands.
fn tail(document: &Document, at: u32) -> u32 {
    let comments = document.comments();
    let first = comments.partition_point(|comment| comment.start < at);
    let mut tail = at;
    for comment in comments.iter().skip(first) {
        if !document.slice(Span { start: tail, end: comment.start, ..*comment }).trim().is_empty() {
            break;
        }
        tail = comment.end;
    }
    tail
}

/// Whether nothing but blanks stands before a place in its line.
fn starts_line(document: &Document, at: u32) -> bool {
    let before = document.text().get(..at as usize).unwrap_or("");
    before.rsplit(['\n', '\r']).next().is_some_and(|line| line.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::suppressions::tests::{found, key};
    use super::*;

    const TEMPLATE: &str = "\
# 1
Resources:
  # 2

  # 3
  # 4
  A: # 5
    # 6
    Type: AWS::KMS::Key # 7
    # 8

    # 9
  # 10
  B:
    Type: AWS::KMS::Key
    Properties: {
      Description: \"# 11\" } # 12

  # 13

  Bucket: { Type: AWS::S3::Bucket } # 14
  # 15
  Fn::ForEach::Keys: # 16
    - Name
    - [a]
    - { \"X${Name}\": { Type: AWS::KMS::Key } } # 17
# 18
Outputs:
    # 19
    O: { Value: 1 } # 20
";

    #[test]
    fn a_comment_stands_at_the_key_whose_lines_it_is_in_or_directly_above() {
        let owner = |number: usize| {
            let text = TEMPLATE.replace(&format!("# {number}\n"), "# cfn-lockout: ignore[x] why\n");
            let (owner, code) = found(&text).pop().unwrap_or((Owner::Unread, "none".to_owned()));
            assert_eq!(code, if number == 11 { "none" } else { "x" }, "{number}");
            owner
        };
        for (numbers, expected) in [
            (&[3, 4, 5, 6, 7, 8, 9][..], key("A")),
            (&[10, 12], key("B")),
            (&[14], Owner::Resource("Bucket".to_owned())),
            (&[15, 16, 17], Owner::Unread),
            (&[1, 2, 13, 18, 19, 20], Owner::Nobody),
        ] {
            for &number in numbers {
                assert_eq!(owner(number), expected, "{number}");
            }
        }
    }
}
