//! `--why`: the reasoning behind one verdict as a tree: key policy, the policies beside it, what follows.

use crate::findings::{StatementWhy, facts};
use crate::policy::Element;

use super::KeyRow;

/// A line of the tree with what belongs to it.
struct Node {
    text: String,
    children: Vec<Node>,
}

impl Node {
    fn leaf(text: String) -> Node {
        Node { text, children: Vec::new() }
    }
}

/// The tree of a key, indented by two columns, in lines of at most `width` columns; `clean` makes a text fit for a terminal.
pub(super) fn tree(row: &KeyRow, width: usize, clean: fn(&str) -> String) -> String {
    let mut out = String::new();
    draw(&nodes(row), "  ", width, clean, &mut out);
    out
}

fn nodes(row: &KeyRow) -> Vec<Node> {
    let why = &row.why;
    let mut out = Vec::new();
    if !why.statements.is_empty() {
        let children = why.statements.iter().map(|one| Node::leaf(statement(one))).collect();
        out.push(Node { text: "key policy".to_owned(), children });
    }
    out.extend(why.layers.iter().map(|one| Node::leaf(format!("{}: {}", one.layer, one.says))));
    out.extend(why.decided_by.map(|layer| Node::leaf(format!("decided by: {layer}"))));
    for open in &row.open {
        let children = vec![Node::leaf(open.help.clone())];
        out.push(Node { text: format!("open: {} `{}`", open.kind, open.name), children });
    }
    let cases = row.cases.iter().filter(|case| !case.when.is_empty());
    out.extend(cases.map(|case| Node::leaf(format!("{} when {}", case.verdict.word(), facts(&case.when)))));
    out.extend(why.assumes.iter().map(|what| Node::leaf(format!("assumes that {what}"))));
    out.extend(why.change.iter().map(|change| Node::leaf(format!("to change it: {change}"))));
    out
}

fn statement(one: &StatementWhy) -> String {
    let effect = one.effect.unwrap_or("Allow or Deny");
    let subject = match one.element {
        Some(element @ (Element::Action | Element::Resource)) if one.outcome == "does not apply" => {
            format!("{} ", element.name())
        }
        _ => String::new(),
    };
    format!("{effect} `{}`: {subject}{}", one.name, one.reason)
}

fn draw(nodes: &[Node], indent: &str, width: usize, clean: fn(&str) -> String, out: &mut String) {
    for (index, node) in nodes.iter().enumerate() {
        let last = index + 1 == nodes.len();
        let (branch, below) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        let below = format!("{indent}{below}");
        for (n, line) in
            wrapped(&clean(&node.text), width.saturating_sub(indent.chars().count() + 3)).iter().enumerate()
        {
            let start = if n == 0 { format!("{indent}{branch}") } else { format!("{below}  ") };
            out.push_str(&format!("{start}{line}\n"));
        }
        draw(&node.children, &below, width, clean, out);
    }
}

/// A text in lines of at most `width` columns, broken between words; a longer word has a line of its own.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        // Lines after the first are indented by two more.
        let room = if lines.len() == 1 { width } else { width.saturating_sub(2) };
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.chars().count() + 1 + word.chars().count() <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("anextremelylongword two", 5), ["anextremelylongword", "two"]);
        assert_eq!(wrapped("", 5), [""]);
    }
}
