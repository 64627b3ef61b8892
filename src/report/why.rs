//! `--why`: the reasoning behind one verdict as a tree: key policy, the policies beside it, what follows.

use crate::findings::{StatementWhy, cases};
use crate::policy::Element;

use super::KeyRow;
use super::text::{Style, TextOptions};
use super::wrap::{columns, wrapped};

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

/// The tree of a key, indented by two columns, in lines of the terminal's width; `clean` makes a text fit for it.
pub(super) fn tree(row: &KeyRow, options: TextOptions, clean: fn(&str) -> String) -> String {
    let mut out = String::new();
    draw(&nodes(row), "  ", options, clean, &mut out);
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
    out.extend(cases(&row.cases).into_iter().map(Node::leaf));
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

/// What the tree is drawn with: the branch and what stands below it, for inner and for last nodes.
fn branches(style: Style, last: bool) -> (&'static str, &'static str) {
    match (style, last) {
        (Style::Unicode, false) => ("├─ ", "│  "),
        (Style::Unicode, true) => ("└─ ", "   "),
        (Style::Ascii, false) => ("|- ", "|  "),
        (Style::Ascii, true) => ("`- ", "   "),
        (Style::Plain, _) => ("- ", "  "),
    }
}

fn draw(nodes: &[Node], indent: &str, options: TextOptions, clean: fn(&str) -> String, out: &mut String) {
    for (index, node) in nodes.iter().enumerate() {
        let (branch, below) = branches(options.style, index + 1 == nodes.len());
        let below = format!("{indent}{below}");
        let room = options.width.saturating_sub(columns(indent) + columns(branch));
        // Lines after the first are indented by two more.
        for (n, line) in wrapped(&clean(&node.text), room, room.saturating_sub(2)).iter().enumerate() {
            let start = if n == 0 { format!("{indent}{branch}") } else { format!("{below}  ") };
            out.push_str(&format!("{start}{line}\n"));
        }
        draw(&node.children, &below, options, clean, out);
    }
}
