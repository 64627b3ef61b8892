//! Byte offsets to lines and columns.

/// A place as people count: from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LineCol {
    /// The line.
    pub(crate) line: usize,
    /// The column, in characters.
    pub(crate) column: usize,
}

/// Where the lines of a text start.
#[derive(Clone, Debug)]
pub(crate) struct Lines(Vec<u32>);

impl Lines {
    /// Indexes a text; a line ends with LF, CR LF or CR.
    pub(crate) fn new(text: &str) -> Lines {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for (at, byte) in bytes.iter().enumerate() {
            let ends = match byte {
                b'\n' => true,
                b'\r' => bytes.get(at + 1) != Some(&b'\n'),
                _ => false,
            };
            if ends {
                starts.push(u32::try_from(at + 1).unwrap_or(u32::MAX));
            }
        }
        Lines(starts)
    }

    /// The place of a byte offset in the same text.
    pub(crate) fn place(&self, text: &str, offset: u32) -> LineCol {
        let line = self.0.partition_point(|&start| start <= offset).max(1);
        let start = self.0.get(line - 1).copied().unwrap_or(0);
        let before = text.get(start as usize..offset as usize).unwrap_or("");
        LineCol { line, column: before.chars().count() + 1 }
    }
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
}
