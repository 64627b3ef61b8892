//! Byte offsets to lines and columns.

use memchr::memchr2_iter;

/// A place as people count: from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LineCol {
    /// The line.
    pub(crate) line: usize,
    /// The column, in characters.
    pub(crate) column: usize,
}

/// Where the lines of a text start, and how many characters there are up to certain places, so that no place costs more than
/// a step to find in however long a line.
#[derive(Clone, Debug)]
pub(crate) struct Lines {
    starts: Vec<u32>,
    /// The characters before every [`STEP`]th byte; nothing where every line is shorter.
    marks: Vec<usize>,
}

/// How many bytes are counted at most to find a place.
const STEP: usize = 4096;

impl Lines {
    /// Indexes a text; a line ends with LF, CR LF or CR.
    pub(crate) fn new(text: &str) -> Lines {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        let (mut last, mut longest) = (0, 0);
        // Of CR LF, the LF counts.
        for at in memchr2_iter(b'\n', b'\r', bytes).filter(|&at| bytes.get(at..at + 2) != Some(b"\r\n")) {
            starts.push(u32::try_from(at + 1).unwrap_or(u32::MAX));
            longest = longest.max(at - last);
            last = at;
        }
        let is_long = longest.max(bytes.len() - last) > STEP;
        Lines { starts, marks: if is_long { marks(bytes) } else { Vec::new() } }
    }

    /// The place of a byte offset in the same text.
    pub(crate) fn place(&self, text: &str, offset: u32) -> LineCol {
        let line = self.starts.partition_point(|&start| start <= offset).max(1);
        let (start, offset) = (self.starts.get(line - 1).copied().unwrap_or(0) as usize, offset as usize);
        if !text.is_char_boundary(offset) || offset < start {
            return LineCol { line, column: 1 };
        }
        let before = |offset: usize| {
            let known = self.marks.get(offset / STEP).map_or((0, start), |&mark| (mark, offset / STEP * STEP));
            known.0 + characters(text.as_bytes().get(known.1..offset).unwrap_or_default())
        };
        LineCol { line, column: before(offset) - before(start) + 1 }
    }
}

fn marks(bytes: &[u8]) -> Vec<usize> {
    let mut total = 0;
    let mut out = vec![0];
    for chunk in bytes.chunks_exact(STEP) {
        total += characters(chunk);
        out.push(total);
    }
    out
}

/// How many characters start among these bytes.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte & 0xC0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_line_end_counts_once() {
        let text = "a\r\nbé\rc\nd";
        let lines = Lines::new(text);
        let place = |needle: char| {
            let at = lines.place(text, u32::try_from(text.find(needle).unwrap()).unwrap());
            (at.line, at.column)
        };
        assert_eq!(place('b'), (2, 1));
        assert_eq!(place('\u{e9}'), (2, 2));
        assert_eq!(place('c'), (3, 1));
        assert_eq!(place('d'), (4, 1));
    }

    #[test]
    fn columns_are_characters() {
        let text = "é\u{1f600}x";
        let x = u32::try_from(text.find('x').unwrap()).unwrap();
        assert_eq!(Lines::new(text).place(text, x), LineCol { line: 1, column: 3 });
    }

    #[test]
    fn places_in_long_lines_are_counted_from_marks() {
        let text = format!("ab\n{}\r\n{}", "xé\u{1f600}".repeat(5_000), "é".repeat(9_000));
        let lines = Lines::new(&text);
        for (offset, _) in text.char_indices().filter(|(at, _)| at % 7 == 0 || at % STEP < 4) {
            let (before, _) = text.split_at(offset);
            let start = before.rfind('\n').map_or(0, |at| at + 1);
            let expected = LineCol {
                line: before.matches('\n').count() + 1,
                column: before.get(start..).unwrap().chars().count() + 1,
            };
            assert_eq!(lines.place(&text, u32::try_from(offset).unwrap()), expected, "{offset}");
        }
        let end = u32::try_from(text.len()).unwrap();
        assert_eq!(lines.place(&text, end), LineCol { line: 3, column: 9_001 });
        assert_eq!(lines.place(&text, end + 1).column, 1, "no place of the text");
        assert_eq!(lines.place(&text, 5).column, 1, "within a character");
    }
}
