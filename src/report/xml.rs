//! XML text: elements, attributes, and the characters that XML 1.0 does not have.

/// A document that is being written.
#[derive(Debug)]
pub(super) struct Xml(String);

impl Xml {
    /// An empty document.
    pub(super) fn new() -> Xml {
        Xml("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned())
    }

    /// The start of an element that holds others.
    pub(super) fn open(&mut self, depth: usize, name: &str, attributes: &[(&str, &str)]) {
        self.start(depth, name, attributes);
        self.0.push_str(">\n");
    }

    /// The end of an element that holds others.
    pub(super) fn close(&mut self, depth: usize, name: &str) {
        self.0.push_str(&format!("{}</{name}>\n", "  ".repeat(depth)));
    }

    /// An element that holds nothing.
    pub(super) fn empty(&mut self, depth: usize, name: &str, attributes: &[(&str, &str)]) {
        self.start(depth, name, attributes);
        self.0.push_str("/>\n");
    }

    /// An element that holds a text.
    pub(super) fn text(&mut self, depth: usize, name: &str, attributes: &[(&str, &str)], text: &str) {
        self.start(depth, name, attributes);
        self.0.push_str(&format!(">{}</{name}>\n", escaped(text)));
    }

    /// The document.
    pub(super) fn finish(self) -> String {
        self.0
    }

    fn start(&mut self, depth: usize, name: &str, attributes: &[(&str, &str)]) {
        self.0.push_str(&format!("{}<{name}", "  ".repeat(depth)));
        for (name, value) in attributes {
            // A parser makes blanks of line ends in attributes.
            let value = escaped(value).replace('\n', "&#10;").replace('\t', "&#9;");
            self.0.push_str(&format!(" {name}=\"{value}\""));
        }
    }
}

/// A text in XML: markup escaped, and a mark for each character that XML 1.0 §2.2 does not allow.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\r' => out.push_str("&#13;"),
            '\n' | '\t' => out.push(c),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_and_control_characters_are_text() {
        let mut xml = Xml::new();
        xml.text(0, "a", &[("b", "\"<\n>\"")], "]]> & \0\u{1b}\u{fffe}'");
        let text = xml.finish();
        let (_, element) = text.split_once('\n').unwrap();
        assert_eq!(element, "<a b=\"&quot;&lt;&#10;&gt;&quot;\">]]&gt; &amp; \u{fffd}\u{fffd}\u{fffd}&apos;</a>\n");
    }
}
