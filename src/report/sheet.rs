//! Reports of paragraphs and lists: a text under construction, in lines of the terminal's width.

use super::text::clean;
use super::wrap::wrapped;

/// The text so far.
pub(super) struct Sheet {
    /// What is written.
    pub(super) out: String,
    width: usize,
}

impl Sheet {
    /// Nothing yet, for a terminal of this width.
    pub(super) fn new(width: usize) -> Sheet {
        Sheet { out: String::new(), width }
    }

    /// A line that begins a paragraph.
    pub(super) fn heading(&mut self, text: &str) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.item("", text, "");
    }

    /// A text behind a mark; its further lines are indented.
    pub(super) fn item(&mut self, mark: &str, text: &str, indent: &str) {
        let room = self.width.saturating_sub(mark.chars().count().max(indent.len())).max(20);
        for (n, line) in wrapped(&clean(text), room, room).iter().enumerate() {
            let start = if n == 0 { mark } else { indent };
            self.out.push_str(&format!("{start}{line}\n"));
        }
    }

    /// What is copied stays in one line.
    pub(super) fn copied(&mut self, text: &str) {
        self.out.push_str(&format!("     {}\n", clean(text)));
    }
}
