//! Edits of a text: a place and what stands there afterwards. Everything else of the file stays as it is, byte for byte.
//!
//! Comes in: a text and edits on it. Goes out: the text after them. Must not know: what the text means.

use super::document::Span;

/// One replacement. An insertion has an empty span, a removal an empty text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TextEdit {
    /// What is replaced.
    pub(crate) span: Span,
    /// What stands there afterwards.
    pub(crate) new_text: String,
}

impl TextEdit {
    /// Whether both touch the same bytes, or the same place between two bytes: which comes first, nobody could tell.
    pub(crate) fn conflicts(&self, other: &TextEdit) -> bool {
        let (a, b) = (self.span, other.span);
        a.file == b.file && (a.start < b.end && b.start < a.end || a.start == b.start || a.end == b.end)
    }
}

/// The text after all edits of one file; nothing where two of them overlap or do not lie in the text.
pub(crate) fn edited(text: &str, edits: &[TextEdit]) -> Option<String> {
    let mut sorted: Vec<&TextEdit> = edits.iter().collect();
    sorted.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for edit in sorted {
        let (start, end) = (edit.span.start as usize, edit.span.end as usize);
        out.push_str(text.get(done..start)?);
        out.push_str(&edit.new_text);
        text.get(start..end)?;
        done = end;
    }
    out.push_str(text.get(done..)?);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    fn edit(start: u32, end: u32, new_text: &str) -> TextEdit {
        TextEdit { span: Span { file: FileId(0), start, end }, new_text: new_text.to_owned() }
    }

    #[test]
    fn edits_apply_in_the_order_of_the_text() {
        let edits = [edit(4, 5, "E"), edit(0, 0, ">"), edit(1, 3, "")];
        assert_eq!(edited("abcde\r\n", &edits).as_deref(), Some(">adE\r\n"));
    }

    #[test]
    fn overlapping_and_outlying_edits_do_not_apply() {
        assert_eq!(edited("abcde", &[edit(0, 3, "x"), edit(2, 4, "y")]), None);
        assert_eq!(edited("abcde", &[edit(4, 9, "x")]), None);
        assert_eq!(edited("\u{e9}", &[edit(1, 1, "x")]), None);
    }

    #[test]
    fn edits_of_the_same_place_conflict() {
        assert!(edit(3, 3, "x").conflicts(&edit(3, 3, "y")));
        assert!(edit(1, 4, "").conflicts(&edit(2, 2, "y")));
        assert!(!edit(1, 2, "").conflicts(&edit(5, 6, "y")));
    }
}
