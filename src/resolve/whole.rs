//! The whole template in one world: conditions applied, functions replaced by their values.
//!
//! Comes in: a template with its document, and a world. Goes out: [`Whole`], its sections in the order of the template.
//! Must not know: keys, verdicts, how it is printed.
//!
//! Source: AWS CloudFormation User Guide, template-anatomy.html: only Resources, Outputs and Conditions hold functions
//! whose values the deployment works out; the other sections are kept as they are written.

use std::collections::BTreeSet;

use crate::source::{Document, Form, NodeId, NodeKind, Span};
use crate::template::{NULL, Output, Resource, read};
use crate::world::{Key, Kind, Refusal, Stop, Text, Value, World};

use super::scope::Scope;

/// How many bytes of known text all values may have together; what comes after is left out, and says so.
const LARGEST: usize = 64 << 20;

/// A template after resolution.
#[derive(Debug)]
pub(crate) struct Whole(pub(crate) Vec<(String, Section)>);

/// A section of it.
#[derive(Debug)]
pub(crate) enum Section {
    /// Any section but Conditions.
    Value(Value),
    /// Conditions: true, false, the question they hang on, or what CloudFormation refuses.
    Conditions(Vec<(String, Result<bool, Stop>)>),
}

impl Whole {
    /// What CloudFormation refuses in it, in order.
    pub(crate) fn refusals(&self) -> Vec<Refusal> {
        let mut out: Vec<Refusal> = Vec::new();
        for (_, section) in &self.0 {
            match section {
                Section::Value(value) => out.extend(value.refusals().into_iter().cloned()),
                Section::Conditions(answers) => out.extend(answers.iter().filter_map(|(_, answer)| match answer {
                    Err(Stop::Refused(refusal)) => Some(refusal.clone()),
                    _ => None,
                })),
            }
        }
        out
    }
}

/// Resolves every section of the template that `document` holds.
pub(crate) fn whole(scope: &Scope<'_>, document: &Document, world: &World) -> Whole {
    // Once for everything: no sound template costs as much as one key may.
    scope.renew();
    let mut reader = Reader { scope, document, world, left: LARGEST };
    let sections = reader.members(document.root()).into_iter().map(|(name, node)| {
        let section = match &*name.text {
            "Resources" => Section::Value(reader.resources(node)),
            "Outputs" => Section::Value(reader.outputs(node)),
            "Conditions" => Section::Conditions(reader.conditions(node)),
            _ => Section::Value(reader.as_written(node)),
        };
        (name.text.to_string(), section)
    });
    Whole(sections.collect())
}

/// What becomes of something that has a Condition.
enum Created {
    /// It is created.
    Yes,
    /// It is not.
    No,
    /// It is created if its Condition, which is shown so, turns out true.
    If(Value),
}

struct Reader<'a> {
    scope: &'a Scope<'a>,
    document: &'a Document,
    world: &'a World,
    left: usize,
}

impl Reader<'_> {
    /// The entries of a map; of a key written twice, the last.
    fn members(&self, node: NodeId) -> Vec<(Key, NodeId)> {
        let NodeKind::Mapping(entries) = &self.document.node(node).kind else { return Vec::new() };
        let mut seen = BTreeSet::new();
        let last = entries.iter().rev().filter_map(|entry| {
            let NodeKind::Scalar(scalar) = &self.document.node(entry.key).kind else { return None };
            let key = Key { text: scalar.shared_text(), span: self.document.span(entry.key) };
            seen.insert(key.text.clone()).then_some((key, entry.value))
        });
        let mut out: Vec<_> = last.collect();
        out.reverse();
        out
    }

    fn conditions(&self, node: NodeId) -> Vec<(String, Result<bool, Stop>)> {
        let answer = |(name, _): (Key, NodeId)| {
            let answer = self.scope.condition(&name.text, name.span, self.world);
            (name.text.to_string(), answer)
        };
        self.members(node).into_iter().map(answer).collect()
    }

    fn created(&self, condition: Option<&(String, Span)>) -> Created {
        let Some((name, span)) = condition else { return Created::Yes };
        match self.scope.condition(name, *span, self.world) {
            Ok(true) => Created::Yes,
            Ok(false) => Created::No,
            Err(Stop::Ask(_)) => Created::If(Value::text(*span, Text::literal(name))),
            Err(Stop::Refused(refusal)) => Created::If(Value { span: *span, kind: Kind::Refused(refusal) }),
        }
    }

    /// Every resource that is created. What has no Type, such as a loop that no transform has unrolled, stays as written.
    fn resources(&mut self, node: NodeId) -> Value {
        let mut out = Vec::new();
        let members = self.members(node);
        let written: BTreeSet<&str> = members.iter().map(|(id, _)| &*id.text).collect();
        for (id, body) in &members {
            let value = match self.scope.template.resource(&id.text) {
                Some(resource) => self.resource(resource, Some(*body)),
                None => Some(self.as_written(*body)),
            };
            out.extend(value.map(|value| (id.clone(), value)));
        }
        for resource in self.scope.template.resources.iter().filter(|one| !written.contains(one.id.as_str())) {
            let id = Key { text: resource.id.as_str().into(), span: resource.span };
            out.extend(self.resource(resource, None).map(|value| (id, value)));
        }
        self.map(node, out)
    }

    /// A resource with its attributes; nothing where its Condition is false.
    fn resource(&mut self, resource: &Resource, body: Option<NodeId>) -> Option<Value> {
        let condition = match self.created(resource.condition.as_ref()) {
            Created::Yes => None,
            Created::No => return None,
            Created::If(value) => Some(value),
        };
        let span = resource.span;
        let key = |text: &str| Key { text: text.into(), span };
        let properties = resource.properties.as_ref().map(|properties| self.scope.resolve(properties, self.world));
        let mut out = Vec::new();
        for (name, node) in body.map_or_else(Vec::new, |body| self.members(body)) {
            let value = match &*name.text {
                "Properties" => properties.clone(),
                "Condition" => condition.clone(),
                "DependsOn" => self.needed(resource, node),
                _ => Some(self.scope.resolve(&read(self.document, node), self.world)),
            };
            out.extend(value.filter(|value| value.kind != Kind::Nothing).map(|value| (name, value)));
        }
        if body.is_none() {
            out.push((key("Type"), Value::text(span, Text::literal(&resource.kind))));
            out.extend(condition.map(|value| (key("Condition"), value)));
            out.extend(properties.map(|value| (key("Properties"), value)));
        }
        let value = Value { span, kind: Kind::Map(out) };
        Some(self.within(value))
    }

    /// DependsOn without the resources that are not created; nothing where none is left.
    fn needed(&self, resource: &Resource, node: NodeId) -> Option<Value> {
        let created = |name: &str| match self.scope.template.resource(name) {
            Some(other) => !matches!(self.created(other.condition.as_ref()), Created::No),
            None => true,
        };
        let names = resource.depends_on.iter().filter(|(name, _)| created(name));
        let mut names: Vec<Value> = names.map(|(name, span)| Value::text(*span, Text::literal(name))).collect();
        match &self.document.node(node).kind {
            NodeKind::Scalar(_) => names.pop(),
            _ if names.is_empty() => None,
            _ => Some(Value { span: self.document.span(node), kind: Kind::List(names) }),
        }
    }

    fn outputs(&mut self, node: NodeId) -> Value {
        let mut out = Vec::new();
        for (name, body) in self.members(node) {
            // Of several outputs of one name, the last counts.
            let value = match self.scope.template.outputs.iter().rev().find(|output| *output.name == *name.text) {
                Some(output) => self.output(output, body),
                None => Some(self.as_written(body)),
            };
            out.extend(value.map(|value| (name, value)));
        }
        self.map(node, out)
    }

    fn output(&mut self, output: &Output, body: NodeId) -> Option<Value> {
        let condition = match self.created(output.condition.as_ref()) {
            Created::Yes => None,
            Created::No => return None,
            Created::If(value) => Some(value),
        };
        let mut out = Vec::new();
        for (name, node) in self.members(body) {
            let value = match &*name.text {
                "Value" => Some(self.result(output)),
                "Condition" => condition.clone(),
                _ => Some(self.scope.resolve(&read(self.document, node), self.world)),
            };
            out.extend(value.filter(|value| value.kind != Kind::Nothing).map(|value| (name, value)));
        }
        if output.value.is_none() {
            let value = refused("every Outputs member must contain a Value object", output.span);
            out.push((Key { text: "Value".into(), span: output.span }, value));
        }
        let value = Value { span: output.span, kind: Kind::Map(out) };
        Some(self.within(value))
    }

    /// Source: CloudFormation User Guide, outputs-section-structure.html: "The value of an output must be a string".
    fn result(&self, output: &Output) -> Value {
        let Some(expr) = &output.value else { return refused("an output needs a Value", output.span) };
        let value = self.scope.resolve(expr, self.world);
        match value.kind {
            Kind::Nothing | Kind::List(_) | Kind::Map(_) => refused("the Value of an output must be a text", expr.span),
            _ => value,
        }
    }

    /// A value in which nothing is resolved; short tags become long forms, which JSON can hold.
    fn as_written(&self, id: NodeId) -> Value {
        let node = self.document.node(id);
        let span = node.span;
        let kind = match &node.kind {
            NodeKind::Scalar(scalar) if scalar.form == Form::Null => return refused(NULL, span),
            NodeKind::Scalar(scalar) => Kind::Text(Text::literal(scalar.text())),
            NodeKind::Sequence(items) => Kind::List(items.iter().map(|&item| self.as_written(item)).collect()),
            NodeKind::Mapping(_) => {
                Kind::Map(self.members(id).into_iter().map(|(key, node)| (key, self.as_written(node))).collect())
            }
        };
        let value = Value { span, kind };
        match &node.tag {
            Some(tag) => long_form(&tag.name, value),
            None => value,
        }
    }

    fn map(&self, node: NodeId, entries: Vec<(Key, Value)>) -> Value {
        Value { span: self.document.span(node), kind: Kind::Map(entries) }
    }

    /// The value, while there is room for it.
    fn within(&mut self, value: Value) -> Value {
        match self.left.checked_sub(length(&value)) {
            Some(left) => {
                self.left = left;
                value
            }
            None => {
                let hole = super::names::later_here("budget", "template", value.span);
                Value { span: value.span, kind: Kind::Unknown(hole) }
            }
        }
    }
}

/// `!Ref x` is `{"Ref": x}`, `!GetAtt a.b` is `{"Fn::GetAtt": ["a", "b"]}`, and so on.
fn long_form(tag: &str, value: Value) -> Value {
    let span = value.span;
    let (name, argument) = match (tag, &value.kind) {
        ("Ref" | "Condition", _) => (tag.to_owned(), value),
        ("GetAtt", Kind::Text(text)) => {
            let parts = text.as_literal().and_then(|text| text.split_once('.')).map(|(resource, attribute)| {
                let part = |text: &str| Value::text(span, Text::literal(text));
                Value { span, kind: Kind::List(vec![part(resource), part(attribute)]) }
            });
            ("Fn::GetAtt".to_owned(), parts.unwrap_or(value))
        }
        _ => (format!("Fn::{tag}"), value),
    };
    Value { span, kind: Kind::Map(vec![(Key { text: name.into(), span }, argument)]) }
}

fn refused(message: &str, span: Span) -> Value {
    Value { span, kind: Kind::Refused(Refusal { message: message.to_owned(), span }) }
}

/// The bytes of known text in a value.
fn length(value: &Value) -> usize {
    match &value.kind {
        Kind::Text(text) => text.len(),
        Kind::List(items) | Kind::Open(_, items) => items.iter().map(length).sum(),
        Kind::Map(entries) => entries.iter().map(|(key, value)| key.text.len() + length(value)).sum(),
        _ => 0,
    }
}
