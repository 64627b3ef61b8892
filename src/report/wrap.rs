//! Lines of a terminal: texts broken between words, measured in columns (a wide character takes two).

use unicode_width::UnicodeWidthStr;

/// How many columns a text takes.
pub(super) fn columns(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// A text in lines: the first of at most `first` columns, the others of at most `rest`. A longer word has a line of its own.
pub(super) fn wrapped(text: &str, first: usize, rest: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut taken = 0;
    for word in text.split(' ') {
        let (room, width) = (if lines.len() == 1 { first } else { rest }, columns(word));
        taken = match lines.last_mut() {
            Some(line) if line.is_empty() => {
                line.push_str(word);
                width
            }
            Some(line) if taken + 1 + width <= room => {
                line.push(' ');
                line.push_str(word);
                taken + 1 + width
            }
            _ => {
                lines.push(word.to_owned());
                width
            }
        };
    }
    lines
}

/// A text filled up with blanks to so many columns.
pub(super) fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(columns(text))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrapped("one two three", 7, 7), ["one two", "three"]);
        assert_eq!(wrapped("one two three four", 3, 9), ["one", "two three", "four"]);
        assert_eq!(wrapped("anextremelylongword two", 5, 5), ["anextremelylongword", "two"]);
        assert_eq!(wrapped("", 5, 5), [""]);
    }

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!(wrapped("鍵 ab 鍵", 5, 5), ["鍵 ab", "鍵"]);
        assert_eq!(padded("鍵", 4), "鍵  ");
    }
}
