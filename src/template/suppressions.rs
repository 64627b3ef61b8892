//! Suppressions: what a template says about findings that are not to be reported.
//!
//! Comes in: a document and its resources. Goes out: each suppression with its place and the resources it stands at. Must
//! not know: which codes there are, and what is found.
//!
//! Two forms: a comment `# cfn-lockout: ignore[code, …] reason`, and `Metadata: {cfn-lockout: {ignore: [{code, reason}]}}`.

use std::collections::BTreeMap;

use crate::source::{Document, NodeId, NodeKind, Span};

use super::template::Resource;

/// The word that speaks to this program, in comments and in Metadata.
const NAME: &str = "cfn-lockout";

/// How a comment is written that is none of ours.
const COMMENT: &str = "write `# cfn-lockout: ignore[code] reason`";

/// How Metadata is written that is none of ours.
const METADATA: &str = "write `Metadata: {cfn-lockout: {ignore: [{code: …, reason: …}]}}`";

/// One finding that is not to be reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Suppression {
    /// What it stands at.
    pub(crate) owner: Owner,
    /// Its code; of one that cannot be read, all of it.
    pub(crate) span: Span,
    /// What it says, or how it would have to be written.
    pub(crate) says: Result<Ignore, &'static str>,
}

/// What a suppression says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ignore {
    /// The code of the finding.
    pub(crate) code: String,
    /// Whether it says why.
    pub(crate) has_reason: bool,
}

/// What a suppression stands at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// A KMS key, by its logical id; a fragment may have become several.
    Keys(Vec<String>),
    /// A nested stack.
    Stack(String),
    /// Another resource.
    Resource(String),
    /// Something in Resources that is no resource yet: a loop, a macro's.
    Unread,
    /// Nothing.
    Nobody,
}

/// All suppressions of a template, in the order of the text.
pub(super) fn suppressions(document: &Document, resources: &[Resource]) -> Vec<Suppression> {
    let speaks = |comment: &Span| Some((*comment, said(document, *comment)?));
    let comments: Vec<(Span, Span)> = document.comments().iter().filter_map(speaks).collect();
    let entries = entries(document, resources);
    let mut out = Vec::new();
    for (comment, said) in comments {
        let owner = entries.owner(document, comment);
        let of_comment = ignores(document, said).into_iter();
        out.extend(of_comment.map(|(span, says)| Suppression { owner: owner.clone(), span, says }));
    }
    for entry in &entries.0 {
        let metadata = document.get(entry.node, "Metadata").and_then(|entry| document.get(entry.value, NAME));
        let Some(own) = metadata else { continue };
        let found = in_metadata(document, own.value).into_iter();
        out.extend(found.map(|(span, says)| Suppression { owner: entry.owner(), span, says }));
    }
    out.sort_by_key(|one| one.span);
    // Resources that share an anchor share its Metadata.
    out.dedup_by(|later, first| {
        let same = later.span == first.span;
        if same && let Owner::Keys(more) = &later.owner {
            match &mut first.owner {
                Owner::Keys(ids) => ids.extend(more.iter().cloned()),
                other => *other = later.owner.clone(),
            }
        }
        same
    });
    out
}

/// The suppressions of a key policy that stands by itself: a comment anywhere in the file.
pub(super) fn of_policy(document: &Document) -> Vec<Suppression> {
    let said = document.comments().iter().filter_map(|comment| said(document, *comment));
    let owner = Owner::Keys(vec![String::new()]);
    said.flat_map(|said| ignores(document, said))
        .map(|(span, says)| Suppression { owner: owner.clone(), span, says })
        .collect()
}

/// An entry of the section Resources.
struct Entry {
    node: NodeId,
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
    fn owner(&self) -> Owner {
        match self.ids.first() {
            Some(_) if self.is_key => Owner::Keys(self.ids.clone()),
            Some(id) if self.is_stack => Owner::Stack(id.clone()),
            Some(id) => Owner::Resource(id.clone()),
            None => Owner::Unread,
        }
    }
}

/// In the order of the text, one for each place.
struct Entries(Vec<Entry>);

fn entries(document: &Document, resources: &[Resource]) -> Entries {
    let section = document.get(document.root(), "Resources").map(|section| &document.node(section.value).kind);
    let Some(NodeKind::Mapping(nodes)) = section else { return Entries(Vec::new()) };
    let mut by_place: BTreeMap<Span, Vec<&Resource>> = BTreeMap::new();
    for resource in resources {
        by_place.entry(resource.span).or_default().push(resource);
    }
    // What an included file holds stands in another text.
    let file = document.comments().first().map(|comment| comment.file);
    let entry = |entry: &crate::source::Entry| {
        let (id, body) = (document.span(entry.key), document.full_span(entry.value));
        let own = by_place.get(&id).map_or(&[][..], Vec::as_slice);
        // What an alias stands for is written elsewhere. A block scalar ends behind its last line.
        let is_behind = body.file == id.file && body.start >= id.end && Some(id.file) == file;
        let end = if is_behind { body.start + length(document.slice(body).trim_end()) } else { id.end };
        Entry {
            node: entry.value,
            extent: Span { end, ..id },
            head: if Some(id.file) == file { head(document, id.start) } else { id.start },
            tail: if Some(id.file) == file { tail(document, end) } else { end },
            column: document.line_col(id.start).column,
            ids: own.iter().map(|resource| resource.id.clone()).collect(),
            is_key: own.iter().any(|resource| resource.is_key()),
            is_stack: own.iter().any(|resource| resource.is_stack()),
        }
    };
    let mut out: Vec<Entry> = nodes.iter().map(entry).collect();
    out.sort_by_key(|entry| entry.extent);
    out.dedup_by_key(|entry| entry.extent);
    Entries(out)
}

impl Entries {
    /// The entry that a comment stands at: in its lines, or in the lines directly above it.
    fn owner(&self, document: &Document, comment: Span) -> Owner {
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

/// What a comment says to this program: what follows `cfn-lockout:`, also behind another comment in the same line.
fn said(document: &Document, comment: Span) -> Option<Span> {
    let text = document.slice(comment);
    let mut marks = text.match_indices('#').filter(|(at, _)| {
        text.get(..*at).is_some_and(|before| before.chars().last().is_none_or(|c| c.is_whitespace() || c == '#'))
    });
    marks.find_map(|(at, _)| {
        let rest = text.get(at + 1..)?.trim_start().strip_prefix(NAME)?.strip_prefix(':')?;
        Some(Span { start: comment.end - length(rest), ..comment })
    })
}

fn length(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap_or(u32::MAX)
}

type Said = (Span, Result<Ignore, &'static str>);

/// `ignore[a, b] reason`: one for each code.
fn ignores(document: &Document, said: Span) -> Vec<Said> {
    let text = document.slice(said);
    let whole = Span { start: said.start + length(text) - length(text.trim_start()), ..said };
    let list = text.trim_start().strip_prefix("ignore").and_then(|rest| rest.trim_start().strip_prefix('['));
    let Some((list, reason)) = list.and_then(|rest| rest.split_once(']')) else { return vec![(whole, Err(COMMENT))] };
    let has_reason = reason.chars().any(char::is_alphanumeric);
    let end = said.end - length(reason) - 1;
    let mut start = end - length(list);
    let mut out = Vec::new();
    for part in list.split(',') {
        let code = part.trim();
        let first = start + length(part) - length(part.trim_start());
        start += length(part) + 1;
        if code.is_empty() {
            return vec![(whole, Err(COMMENT))];
        }
        let ignore = Ignore { code: code.to_owned(), has_reason };
        out.push((Span { start: first, end: first + length(code), ..said }, Ok(ignore)));
    }
    out
}

/// `{ignore: [{code, reason}]}`.
fn in_metadata(document: &Document, node: NodeId) -> Vec<Said> {
    let list = document.get(node, "ignore").map(|entry| &document.node(entry.value).kind);
    let Some(NodeKind::Sequence(items)) = list else { return vec![(document.span(node), Err(METADATA))] };
    let of = |&item: &NodeId| {
        let text = |name| document.get(item, name).map(|entry| entry.value);
        let code = text("code").and_then(|node| Some((document.span(node), document.scalar(node)?)));
        let Some((span, code)) = code else { return (document.span(item), Err(METADATA)) };
        let reason = text("reason").and_then(|node| document.scalar(node)).unwrap_or("");
        let has_reason = reason.chars().any(char::is_alphanumeric);
        (span, Ok(Ignore { code: code.to_owned(), has_reason }))
    };
    items.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Template;
    use super::*;
    use crate::source::FileId;

    fn found(text: &str) -> Vec<(Owner, String)> {
        let document = Document::from_text(FileId(0), text).expect("it reads");
        let template = Template::parse(&document).expect("a template");
        let shown = |one: &Suppression| match &one.says {
            Ok(ignore) => {
                assert_eq!(document.slice(one.span).trim_matches('"'), ignore.code, "the cursor is on the code");
                format!("{}{}", ignore.code, if ignore.has_reason { "" } else { " without reason" })
            }
            Err(_) => format!("unread: {}", document.slice(one.span)),
        };
        template.suppressions.iter().map(|one| (one.owner.clone(), shown(one))).collect()
    }

    fn key(id: &str) -> Owner {
        Owner::Keys(vec![id.to_owned()])
    }

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

    const HEAD: &str = "Resources:\n  K:\n    Type: AWS::KMS::Key ";

    #[test]
    fn a_comment_names_codes_and_a_reason() {
        for (comment, expected) in [
            ("# cfn-lockout: ignore[a] why", &["a"][..]),
            ("#cfn-lockout:ignore[ a ,b ]  why é", &["a", "b"]),
            ("## cfn-lockout: ignore [a]: why", &["a"]),
            ("# other: x # cfn-lockout: ignore[a] why", &["a"]),
            ("# cfn-lockout: ignore[a, b]", &["a without reason", "b without reason"]),
            ("# cfn-lockout: ignore[a] -", &["a without reason"]),
            ("# cfn-lockout: ignore a, why", &["unread: ignore a, why"]),
            ("# cfn-lockout: ignore[a why", &["unread: ignore[a why"]),
            ("# cfn-lockout: ignore[] why", &["unread: ignore[] why"]),
            ("# cfn-lockout: ignroe[a] why", &["unread: ignroe[a] why"]),
            ("# write `# cfn-lockout: ignore[a] why` here", &[]),
            ("# cfn-lockout says so", &[]),
        ] {
            let codes: Vec<String> = found(&format!("{HEAD}{comment}\n")).into_iter().map(|(_, code)| code).collect();
            assert_eq!(codes, expected, "{comment}");
        }
    }

    #[test]
    fn many_comments_cost_what_reading_them_costs() {
        let many = "  # cfn-lockout: ignore[a] why\n".repeat(50_000);
        let found = found(&format!("Resources:\n{many}  K:\n    Type: AWS::KMS::Key\n{many}"));
        assert_eq!(found.len(), 100_000);
        assert_eq!(found.iter().filter(|(owner, _)| *owner == key("K")).count(), 50_000);
    }

    #[test]
    fn keys_that_share_their_metadata_share_the_suppression() {
        let metadata = "&m {cfn-lockout: {ignore: [{code: a, reason: why}]}}";
        let text = format!(
            "Resources:\n  B: {{Type: AWS::S3::Bucket, Metadata: {metadata}}}\n  K: &k\n    Type: AWS::KMS::Key\n    Metadata: *m\n  L: *k\n"
        );
        assert_eq!(found(&text), [(Owner::Keys(vec!["K".to_owned(), "L".to_owned()]), "a".to_owned())]);
    }

    #[test]
    fn metadata_names_codes_and_reasons() {
        for (metadata, expected) in [
            (
                "{cfn-lockout: {ignore: [{code: a, reason: why}, {code: \"b\", reason: ' '}]}}",
                &["a", "b without reason"][..],
            ),
            ("{cfn-lockout: {ignore: [{code: a}]}}", &["a without reason"]),
            ("{cfn-lockout: {ignore: [a]}}", &["unread: a"]),
            ("{cfn-lockout: {ignore: [{reason: why}]}}", &["unread: {reason: why}"]),
            ("{cfn-lockout: {ignroe: []}}", &["unread: {ignroe: []}"]),
            ("{cfn-lockout: {ignore: []}, cfn-lint: {}}", &[]),
        ] {
            let found = found(&format!("{HEAD}\n    Metadata: {metadata}\n"));
            assert!(found.iter().all(|(owner, _)| *owner == key("K")), "{metadata}");
            let codes: Vec<String> = found.into_iter().map(|(_, code)| code).collect();
            assert_eq!(codes, expected, "{metadata}");
        }
        let json = r##"{"Resources": {"K": {"Type": "AWS::KMS::Key", "Metadata": {"cfn-lockout": {"ignore":
            [{"code": "a", "reason": "why"}]}}}}}"##;
        assert_eq!(found(json), [(key("K"), "a".to_owned())]);
    }
}
