//! Every function by its name, and those over lists and structures.
//!
//! Source: intrinsic-function-reference-length.html, …-ToJsonString.html, …-if.html, …-select.html, …-join.html and
//! …-split.html; the fixtures of the macro for what is refused.

use crate::source::{Scalar, Span};

use super::resolver::{Mode, Resolver, left, may_go};
use super::{Outcome, refused};
use crate::template::tree::{Tree, TreeKind};

impl Resolver<'_> {
    /// What becomes of a call.
    pub(super) fn call(&self, name: &str, argument: &Tree, span: Span, mode: Mode) -> Outcome {
        match name {
            "Ref" => self.reference(argument, span, mode),
            "Fn::Sub" => self.substitute(argument, span, mode),
            "Fn::Join" => self.join(argument, span, mode),
            "Fn::Split" => self.split(argument, span, mode),
            "Fn::Select" => self.select(argument, span, mode),
            "Fn::FindInMap" => self.find_in_map(argument, span, mode),
            "Fn::If" => self.choose(argument, span, mode),
            "Fn::Length" => self.length(argument, span, mode),
            "Fn::ToJsonString" => self.json_text(argument, span, mode),
            // A macro gets its arguments as they are written.
            "Fn::Transform" | "Condition" => left(name, self.copy(argument)?, span),
            _ => left(name, self.argument(argument, mode)?, span),
        }
    }

    /// Fn::If: the branch that counts; both where nobody knows the condition, and then nothing in them is refused.
    fn choose(&self, argument: &Tree, span: Span, mode: Mode) -> Outcome {
        let Some([name, then, otherwise]) = argument.as_list() else {
            return refused("Fn::If requires a list argument with the first element being a condition", span);
        };
        let Some(condition) = name.as_text() else {
            return refused("Fn::If requires a list argument with the first element being a condition", name.span);
        };
        match self.condition(condition, name.span)? {
            Some(true) => self.resolve(then, mode),
            Some(false) => self.resolve(otherwise, mode),
            None => {
                let parts =
                    vec![self.copy(name)?, self.resolve(then, Mode::Lenient)?, self.resolve(otherwise, Mode::Lenient)?];
                left("Fn::If", Tree::list(parts, argument.span), span)
            }
        }
    }

    /// Fn::Select: a member of a list that holds no null.
    fn select(&self, argument: &Tree, span: Span, mode: Mode) -> Outcome {
        const MESSAGE: &str = "Fn::Select requires a list argument with two elements: an integer index and a list";
        let Some([index, list]) = argument.as_list() else { return refused(MESSAGE, span) };
        if list.as_list().is_some_and(|items| items.iter().any(Tree::is_null)) {
            return refused("Fn::Select cannot select from a list that holds a null", list.span);
        }
        let (index, list) = (self.resolve(index, mode)?, self.resolve(list, mode)?);
        if index.is_no_value() || list.is_no_value() {
            return refused(MESSAGE, span);
        }
        let stays = |index, list| left("Fn::Select", Tree::list(vec![index, list], argument.span), span);
        if index.is_open() {
            return stays(index, list);
        }
        let Some(at) = index.as_text().and_then(|text| text.trim().parse::<usize>().ok()) else {
            return refused(MESSAGE, index.span);
        };
        let items = match &list.kind {
            TreeKind::List(items) => items,
            _ if list.is_open() => return stays(index, list),
            _ => return refused(MESSAGE, list.span),
        };
        if items.iter().take(at.saturating_add(1)).any(may_go) {
            return stays(index, list);
        }
        match items.get(at) {
            Some(item) => Ok(Tree { span, kind: self.copy(item)?.kind }),
            None => refused(format!("Fn::Select cannot select member {at} of {}", items.len()), index.span),
        }
    }

    /// Fn::Length: how many members a list has, whether or not each is known.
    fn length(&self, argument: &Tree, span: Span, mode: Mode) -> Outcome {
        const MESSAGE: &str = "Fn::Length needs a list, or a function that gives one";
        if !matches!(argument.kind, TreeKind::List(_) | TreeKind::Call(..)) {
            return refused(MESSAGE, argument.span);
        }
        let list = self.resolve(argument, mode)?;
        match &list.kind {
            TreeKind::List(items) if items.iter().any(may_go) => left("Fn::Length", list, span),
            TreeKind::List(items) => Ok(Tree { span, kind: TreeKind::Scalar(Scalar::plain(items.len().to_string())) }),
            _ if list.is_open() && !list.is_no_value() => left("Fn::Length", list, span),
            _ => refused(MESSAGE, argument.span),
        }
    }

    /// Fn::ToJsonString: the compact JSON text of a map or list, in the order of the template. It stays where a member
    /// becomes known only when something is created.
    fn json_text(&self, argument: &Tree, span: Span, mode: Mode) -> Outcome {
        const MESSAGE: &str = "Fn::ToJsonString needs a map or a list, or a function that gives one";
        if matches!(argument.kind, TreeKind::Scalar(_)) {
            return refused(MESSAGE, argument.span);
        }
        unsupported(argument)?;
        let value = self.resolve(argument, mode)?;
        if matches!(value.kind, TreeKind::Scalar(_)) || value.is_no_value() {
            return refused(MESSAGE, argument.span);
        }
        if !holds(&value, &Tree::is_open) {
            let text = value.json().to_string();
            self.budget.node(text.len(), span)?;
            return Ok(Tree::text(&text, span));
        }
        let split = |tree: &Tree| tree.argument_of("Fn::Split").is_some() && self.later(tree).is_none();
        match first(&value, &split) {
            Some(split) => refused("Fn::ToJsonString cannot hold an Fn::Split that is not known", split.span),
            None => left("Fn::ToJsonString", value, span),
        }
    }
}

/// Source: intrinsic-function-reference-ToJsonString.html; fixtures toJsonStringReferringToNonResolvable….
fn unsupported(tree: &Tree) -> Outcome<()> {
    let condition = ["Fn::And", "Fn::Or", "Fn::Not", "Fn::Equals"];
    if let TreeKind::Call(name, argument) = &tree.kind {
        if condition.contains(&name.as_str()) {
            return refused(format!("Fn::ToJsonString cannot hold {name}"), tree.span);
        }
        if name == "Ref" && argument.as_text() == Some("AWS::NotificationARNs") {
            return refused("Fn::ToJsonString cannot hold `AWS::NotificationARNs`", tree.span);
        }
    }
    tree.children().into_iter().try_for_each(unsupported)
}

fn holds(tree: &Tree, wanted: &dyn Fn(&Tree) -> bool) -> bool {
    first(tree, wanted).is_some()
}

fn first<'t>(tree: &'t Tree, wanted: &dyn Fn(&Tree) -> bool) -> Option<&'t Tree> {
    if wanted(tree) {
        return Some(tree);
    }
    tree.children().into_iter().find_map(|child| first(child, wanted))
}
