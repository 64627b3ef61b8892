//! Suppressions: what a template says about findings that are not to be reported.
//!
//! Comes in: a document and its resources. Goes out: each suppression with its place and the resources it stands at. Must
//! not know: which codes there are, and what is found.
//!
//! Two forms: a comment `# cfn-lockout: ignore[code, …] reason`, and `Metadata: {cfn-lockout: {ignore: [{code, reason}]}}`.

use crate::source::{Document, NodeId, NodeKind, Span};

use super::owners::{Owner, entries};
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

/// All suppressions of a template, in the order of the text.
pub(super) fn suppressions(document: &Document, resources: &[Resource]) -> Vec<Suppression> {
    let speaks = |comment: &Span| Some((*comment, said(document, *comment)?));
    let comments: Vec<(Span, Span)> = document.comments().iter().filter_map(speaks).collect();
    let entries = entries(document, resources, comments.first().map(|(comment, _)| comment.file));
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

pub(super) fn length(text: &str) -> u32 {
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
pub(super) mod tests {
    use super::super::Template;
    use super::*;
    use crate::source::FileId;

    pub(in super::super) fn found(text: &str) -> Vec<(Owner, String)> {
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

    pub(in super::super) fn key(id: &str) -> Owner {
        Owner::Keys(vec![id.to_owned()])
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
