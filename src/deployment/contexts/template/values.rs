//! The values of expressions in a template, as far as the template alone tells them.
//!
//! Comes in: a node with Ref, Fn::GetAtt, Fn::Sub or Fn::Join. Goes out: a [`Partial`]. A parameter is unknown whatever its Default:
//! nobody knows with which value this template is deployed. Source: CloudFormation User Guide, intrinsic-function-reference.html.

use super::super::partial::Partial;
use super::super::{File, Kind, Node, Told};

/// How deep functions may stand in each other.
const DEPTH: usize = 16;

/// A template whose values are asked for.
#[derive(Clone, Copy)]
pub(super) struct Values<'t> {
    resources: Option<&'t Node>,
}

impl<'t> Values<'t> {
    /// Of a template.
    pub(super) fn of(root: &'t Node) -> Values<'t> {
        Values { resources: root.get("Resources") }
    }

    /// The value of a node; unknown where it is no text.
    pub(super) fn value(&self, node: &Node) -> Partial {
        self.at(node, 0)
    }

    /// The value of a node that is there, with its place, where all of it is told.
    pub(super) fn told(&self, file: &File, node: Option<&Node>) -> Option<Told> {
        let node = node?;
        let value = self.value(node).text()?.to_owned();
        (!value.is_empty()).then(|| Told::new(value, file.place(node)))
    }

    /// The logical id that a node refers to by Ref.
    pub(super) fn referred<'n>(&self, node: &'n Node) -> Option<&'n str> {
        match function(node)? {
            ("Ref", argument) => raw(argument),
            _ => None,
        }
    }

    /// A resource of this type.
    pub(super) fn resource(&self, id: &str, kind: &str) -> Option<&'t Node> {
        let resource = self.resources?.get(id)?;
        (resource.get("Type").and_then(Node::text) == Some(kind)).then(|| resource.get("Properties")).flatten()
    }

    fn at(&self, node: &Node, depth: usize) -> Partial {
        if let Some(text) = node.text() {
            return Partial::known(text);
        }
        if depth == DEPTH {
            return Partial::unknown();
        }
        match function(node) {
            Some(("Ref", argument)) => raw(argument).and_then(|id| self.reference(id, depth)),
            Some(("GetAtt", argument)) => self.attribute(&dotted(argument), depth),
            Some(("Sub", argument)) => self.substituted(argument, depth),
            Some(("Join", argument)) => self.joined(argument, depth),
            _ => None,
        }
        .unwrap_or_else(Partial::unknown)
    }

    /// Of resources, only a role's name is its property.
    fn reference(&self, id: &str, depth: usize) -> Option<Partial> {
        let role = self.resource(id, "AWS::IAM::Role")?;
        Some(self.at(role.get("RoleName")?, depth + 1))
    }

    fn attribute(&self, path: &str, depth: usize) -> Option<Partial> {
        let (id, attribute) = path.split_once('.')?;
        let role = self.resource(id, "AWS::IAM::Role").filter(|_| attribute == "Arn")?;
        let mut arn = Partial::known("arn:");
        arn.append(&Partial::unknown());
        arn.append(&Partial::known(":iam::"));
        arn.append(&Partial::unknown());
        arn.append(&Partial::known(":role"));
        arn.append(&role.get("Path").map_or_else(|| Partial::known("/"), |path| self.at(path, depth + 1)));
        arn.append(&role.get("RoleName").map_or_else(Partial::unknown, |name| self.at(name, depth + 1)));
        Some(arn)
    }

    fn substituted(&self, argument: &Node, depth: usize) -> Option<Partial> {
        let (text, own) = match &argument.kind {
            Kind::List(items) => (raw(items.first()?)?, items.get(1)),
            _ => (raw(argument)?, None),
        };
        let mut out = Partial::default();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once("${") {
            let (name, after) = behind.split_once('}')?;
            out.append(&Partial::known(before));
            out.append(&match name.strip_prefix('!') {
                Some(literal) => Partial::known(&format!("${{{literal}}}")),
                None => {
                    let given = own.and_then(|own| own.get(name)).map(|node| self.at(node, depth + 1));
                    let referred =
                        || if name.contains('.') { self.attribute(name, depth) } else { self.reference(name, depth) };
                    given.or_else(referred).unwrap_or_else(Partial::unknown)
                }
            });
            rest = after;
        }
        out.append(&Partial::known(rest));
        Some(out)
    }

    fn joined(&self, argument: &Node, depth: usize) -> Option<Partial> {
        let [separator, list] = argument.items() else { return None };
        let separator = Partial::known(separator.text()?);
        let Kind::List(items) = &list.kind else { return None };
        let mut out = Partial::default();
        for (n, item) in items.iter().enumerate() {
            if n > 0 {
                out.append(&separator);
            }
            out.append(&self.at(item, depth + 1));
        }
        Some(out)
    }
}

/// The function that a node calls, in its short or its long form, and what it is called with.
fn function(node: &Node) -> Option<(&str, &Node)> {
    if let Some(tag) = &node.tag {
        return Some((tag, node));
    }
    match node.entries() {
        [(name, argument)] => {
            let name = name.text()?;
            (name == "Ref" || name.starts_with("Fn::")).then(|| (name.strip_prefix("Fn::").unwrap_or(name), argument))
        }
        _ => None,
    }
}

/// The text of a scalar, also of one with a tag.
fn raw(node: &Node) -> Option<&str> {
    match &node.kind {
        Kind::Text(text) => Some(text),
        _ => None,
    }
}

/// `Role.Arn`, also of `[Role, Arn]`.
fn dotted(argument: &Node) -> String {
    match &argument.kind {
        Kind::List(items) => items.iter().filter_map(Node::text).collect::<Vec<_>>().join("."),
        _ => raw(argument).unwrap_or_default().to_owned(),
    }
}
