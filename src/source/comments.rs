//! The comments of a YAML text.
//!
//! Comes in: a text and its nodes as the parser gave them. Goes out: the places of its comments. Must not know: what they
//! say. The parser can report comments itself; that makes it slower for every file and adds a limit of its own, so they
//! are found here: outside scalars, a `#` at the start of a line or behind a blank starts a comment (YAML 1.1, 4.1.1).

use memchr::memchr_iter;

use super::document::{FileId, Node, NodeKind, Span};

/// The comments of `text`. Scalars among `nodes` stand in the order of the text, as the parser meets them.
pub(super) fn comments(file: FileId, text: &str, nodes: &[Node]) -> Vec<Span> {
    let mut scalars = nodes.iter().filter(|node| matches!(node.kind, NodeKind::Scalar(_))).map(|node| node.span);
    let mut scalar = scalars.next();
    let mut out: Vec<Span> = Vec::new();
    for at in memchr_iter(b'#', text.as_bytes()) {
        let start = u32::try_from(at).unwrap_or(u32::MAX);
        while scalar.is_some_and(|span| span.end <= start) {
            scalar = scalars.next();
        }
        let in_scalar = scalar.is_some_and(|span| span.start <= start);
        let in_comment = out.last().is_some_and(|last| start < last.end);
        if in_scalar || in_comment || !is_separated(text, at) {
            continue;
        }
        let length = text.get(at..).and_then(|rest| rest.find(['\n', '\r']));
        let end = length.map_or(text.len(), |length| at + length);
        out.push(Span { file, start, end: u32::try_from(end).unwrap_or(u32::MAX) });
    }
    out
}

fn is_separated(text: &str, at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| text.as_bytes().get(before));
    before.is_none_or(|byte| byte.is_ascii_whitespace())
}

#[cfg(test)]
mod tests {
    use super::super::Document;
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let document = Document::from_text(FileId(0), text).expect("it reads");
        document.comments().iter().map(|span| document.slice(*span).to_owned()).collect()
    }

    #[test]
    fn a_number_sign_in_a_scalar_is_no_comment() {
        for text in [
            "A: 'quoted # no\n  # still no'\n",
            "A: \"quoted # no\\\n  # still no\"\n",
            "A: plain#no\n",
            "A: |\n  # body\n  x # y\n",
            "A: >-\n  folded # no\n\n    # more\n",
            "A:\n  - |2\n      # deep\n     # in\n",
            "\"# key\": { '# other': 1 }\n",
            "{\"a\": \"# no\"}",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn comments_end_with_their_lines() {
        let text = "# first # and on\r\nA: | # header\n  body\n# after\nB: \"x\" # quoted\nC: [a, # flow\n  b] #\n  # in\nD: !Ref x # tag\n#last";
        assert_eq!(
            found(text),
            ["# first # and on", "# header", "# after", "# quoted", "# flow", "#", "# in", "# tag", "#last"]
        );
    }

    #[test]
    fn what_follows_a_block_scalar_is_a_comment() {
        assert_eq!(found("A: |+\n  keep\n\n# after\nB: 1\n"), ["# after"]);
        assert_eq!(found("H:\n  - |2\n      # deep\n # out\n"), ["# out"]);
        assert_eq!(found("A:\n  B: |\n    text\n  # less\n  C: 1\n"), ["# less"]);
        assert_eq!(found("A: |\n # body"), [""; 0]);
    }
}
