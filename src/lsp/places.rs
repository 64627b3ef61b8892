//! Places as the protocol counts them: lines and code units from 0, in the encoding that client and server agreed on.

use gen_lsp_types::{Position, Range};

/// What the characters of a line are counted in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Encoding {
    /// Bytes.
    Utf8,
    /// Code units of UTF-16: the protocol's default.
    #[default]
    Utf16,
}

impl Encoding {
    fn units(self, c: char) -> usize {
        match self {
            Encoding::Utf8 => c.len_utf8(),
            Encoding::Utf16 => c.len_utf16(),
        }
    }
}

/// The places of one text.
pub(super) struct Places<'t> {
    text: &'t str,
    /// Where each line starts.
    starts: Vec<usize>,
    encoding: Encoding,
}

impl<'t> Places<'t> {
    /// Of this text; a line ends with LF, CR LF or CR, as everywhere in the program.
    pub(super) fn new(text: &'t str, encoding: Encoding) -> Places<'t> {
        let bytes = text.as_bytes();
        let ends = |(at, byte): (usize, &u8)| match byte {
            b'\n' => Some(at + 1),
            b'\r' if bytes.get(at + 1) != Some(&b'\n') => Some(at + 1),
            _ => None,
        };
        let starts = std::iter::once(0).chain(bytes.iter().enumerate().filter_map(ends)).collect();
        Places { text, starts, encoding }
    }

    /// The position of a byte.
    pub(super) fn position(&self, offset: usize) -> Position {
        let line = self.starts.partition_point(|start| *start <= offset).max(1) - 1;
        let start = self.starts.get(line).copied().unwrap_or(0);
        let before = self.text.get(start..offset.min(self.text.len())).unwrap_or("");
        let character: usize = before.chars().map(|c| self.encoding.units(c)).sum();
        Position { line: number(line), character: number(character) }
    }

    /// The range between two bytes.
    pub(super) fn range(&self, start: usize, end: usize) -> Range {
        Range { start: self.position(start), end: self.position(end.max(start)) }
    }

    /// The byte at a position. One behind the end of its line is the end of the line, one within a character its start.
    pub(super) fn offset(&self, position: Position) -> usize {
        let line = position.line as usize;
        let Some(start) = self.starts.get(line).copied() else { return self.text.len() };
        let mut left = position.character as usize;
        let mut at = start;
        for c in self.line(line).chars() {
            let units = self.encoding.units(c);
            if units > left {
                break;
            }
            left -= units;
            at += c.len_utf8();
        }
        at
    }

    /// From a place as people count, from 1 and in characters, to the end of its line.
    pub(super) fn rest_of_line(&self, line: usize, column: usize) -> Range {
        let line = line.max(1) - 1;
        let Some(start) = self.starts.get(line).copied() else {
            return self.range(self.text.len(), self.text.len());
        };
        let text = self.line(line);
        let before: usize = text.chars().take(column.max(1) - 1).map(char::len_utf8).sum();
        self.range(start + before, start + text.len())
    }

    /// A line without its end.
    fn line(&self, line: usize) -> &'t str {
        let start = self.starts.get(line).copied().unwrap_or(self.text.len());
        let end = self.starts.get(line + 1).copied().unwrap_or(self.text.len());
        self.text.get(start..end).unwrap_or("").trim_end_matches(['\n', '\r'])
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "a\r\n\u{e9}\u{1f511}x\rc\n";

    fn at(line: u32, character: u32) -> Position {
        Position { line, character }
    }

    #[test]
    fn characters_are_counted_in_the_agreed_units() {
        let x = TEXT.find('x').unwrap();
        assert_eq!(Places::new(TEXT, Encoding::Utf8).position(x), at(1, 6));
        assert_eq!(Places::new(TEXT, Encoding::Utf16).position(x), at(1, 3));
        for encoding in [Encoding::Utf8, Encoding::Utf16] {
            let places = Places::new(TEXT, encoding);
            for (offset, _) in TEXT.char_indices().filter(|(_, c)| !"\r\n".contains(*c)) {
                assert_eq!(places.offset(places.position(offset)), offset, "{encoding:?}");
            }
            assert_eq!(places.position(TEXT.len()), at(3, 0), "the last line is empty");
            assert_eq!(places.offset(at(3, 0)), TEXT.len());
        }
    }

    #[test]
    fn positions_that_are_none_are_the_nearest_before() {
        let places = Places::new(TEXT, Encoding::Utf16);
        let (key, x) = (TEXT.find('\u{1f511}').unwrap(), TEXT.find('x').unwrap());
        assert_eq!(places.offset(at(1, 2)), key, "between two surrogates");
        assert_eq!(places.offset(at(1, 99)), x + 1, "behind the line");
        assert_eq!(places.offset(at(0, 99)), 1, "a line end is no part of its line");
        assert_eq!(places.offset(at(99, 0)), TEXT.len());
    }

    #[test]
    fn places_of_people_become_ranges() {
        let places = Places::new(TEXT, Encoding::Utf16);
        assert_eq!(places.rest_of_line(2, 3), Range { start: at(1, 3), end: at(1, 4) });
        assert_eq!(places.rest_of_line(2, 99), Range { start: at(1, 4), end: at(1, 4) });
        assert_eq!(places.rest_of_line(0, 0), Range { start: at(0, 0), end: at(0, 1) });
        assert_eq!(places.rest_of_line(99, 1).start, at(3, 0));
    }
}
