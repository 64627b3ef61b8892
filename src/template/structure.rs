//! What CloudFormation refuses for the form of a template's sections, before it looks at a value.
//!
//! Comes in: a document. Goes out: refusals, each with the logical id of the resource that it stands in. Must not know: what
//! an expression's value is.
//!
//! Nothing is said of a template that is not yet what CloudFormation validates: a macro or another tool may still change it.
//! Names of conditions are free (cfn-lint#1569). Nulls in Metadata and below a property are left out: no source settles them.
//!
//! Sources: AWS CloudFormation User Guide, resources-section-structure.html, parameters-section-structure.html,
//! outputs-section-structure.html, mappings-section-structure.html; AWS re:Post Knowledge Center,
//! cloudformation-template-validation ("Invalid template property or properties", "Invalid template parameter property",
//! "Every Condition member must be a string"); recorded answers of `ValidateTemplate` and `CreateChangeSet`.

use std::collections::HashMap;

use crate::source::{Document, Entry, Form, NodeId, NodeKind, Span};
use crate::world::Refusal;

use super::expr::Key;
use super::read::key;

/// "[/Outputs/MyOutput/Value] 'null' values are not allowed in templates".
pub(crate) const NULL: &str = "`null` values are not allowed in templates";

/// The sections of a template. Source: template-anatomy.html.
const SECTIONS: [&str; 11] = [
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Hooks",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
    "Rules",
    "Transform",
];

/// What a resource may hold. Source: aws-product-attribute-reference.html; `Version` of custom resources:
/// aws-resource-cloudformation-customresource.html; templates of AWS hold `Description`, and are accepted.
const ATTRIBUTES: [&str; 11] = [
    "Condition",
    "CreationPolicy",
    "DeletionPolicy",
    "DependsOn",
    "Description",
    "Metadata",
    "Properties",
    "Type",
    "UpdatePolicy",
    "UpdateReplacePolicy",
    "Version",
];

/// What a parameter's declaration may hold. Source: parameters-section-structure.html.
const DECLARED: [&str; 11] = [
    "AllowedPattern",
    "AllowedValues",
    "ConstraintDescription",
    "Default",
    "Description",
    "MaxLength",
    "MaxValue",
    "MinLength",
    "MinValue",
    "NoEcho",
    "Type",
];

/// Sections of templates that a tool rewrites: SAM, org-formation, modules of `aws cloudformation package` and of Rain.
const OTHER_SECTIONS: [&str; 11] = [
    "Constants",
    "DefaultOrganizationBinding",
    "DefaultOrganizationBindingRegion",
    "Definitions",
    "Globals",
    "Modules",
    "Organization",
    "OrganizationBinding",
    "OrganizationBindings",
    "Packages",
    "Rain",
];

/// What those tools read in a resource.
const OTHER_ATTRIBUTES: [&str; 12] = [
    "Connectors",
    "DependsOnAccount",
    "DependsOnRegion",
    "ForEach",
    "Foreach",
    "IgnoreGlobals",
    "Map",
    "Organization",
    "OrganizationBinding",
    "OrganizationBindings",
    "Overrides",
    "Source",
];

/// Every refusal for the form of the template, with the resource's logical id (empty: no resource).
pub(super) fn refusals(document: &Document) -> Vec<(String, Refusal)> {
    let may_repeat = !document.duplicates().is_empty() || document.text().contains("<<");
    let mut form = Checked { document, may_repeat, out: Vec::new() };
    form.transforms();
    if form.is_final() {
        form.sections();
        form.resources();
        form.parameters();
        form.outputs();
        form.mappings();
        form.conditions();
    }
    form.out
}

struct Checked<'d> {
    document: &'d Document,
    /// Whether a map may have a key twice: written so, or merged into it.
    may_repeat: bool,
    out: Vec<(String, Refusal)>,
}

impl Checked<'_> {
    fn refuse(&mut self, id: &str, message: impl Into<String>, span: Span) {
        self.out.push((id.to_owned(), Refusal { message: message.into(), span }));
    }

    /// The entries of a map; of a key written twice, the last, since the others are lost.
    fn members(&self, node: NodeId) -> Vec<(Key, NodeId)> {
        let NodeKind::Mapping(entries) = &self.document.node(node).kind else { return Vec::new() };
        let of = |entry: &Entry| Some((key(self.document, entry.key)?, entry.value));
        let all: Vec<(Key, NodeId)> = entries.iter().filter_map(of).collect();
        if !self.may_repeat {
            return all;
        }
        let last: HashMap<_, _> = all.iter().enumerate().map(|(n, (key, _))| (key.text.clone(), n)).collect();
        let is_last = |(n, (key, _)): &(usize, (Key, NodeId))| last.get(&key.text) == Some(n);
        all.into_iter().enumerate().filter(is_last).map(|(_, entry)| entry).collect()
    }

    /// Whether a map has a key of which this holds.
    fn has_key(&self, node: NodeId, wanted: impl Fn(&str) -> bool) -> bool {
        let NodeKind::Mapping(entries) = &self.document.node(node).kind else { return false };
        entries.iter().any(|entry| self.document.scalar(entry.key).is_some_and(&wanted))
    }

    fn section(&self, name: &str) -> Vec<(Key, NodeId)> {
        self.document.get(self.document.root(), name).map_or_else(Vec::new, |entry| self.members(entry.value))
    }

    fn is_null(&self, node: NodeId) -> bool {
        matches!(&self.document.node(node).kind, NodeKind::Scalar(scalar) if scalar.form == Form::Null)
    }

    fn is_map(&self, node: NodeId) -> bool {
        matches!(self.document.node(node).kind, NodeKind::Mapping(_))
    }

    /// Whether it is a text, and no function.
    fn is_text(&self, node: NodeId) -> bool {
        let node = self.document.node(node);
        node.tag.is_none() && matches!(node.kind, NodeKind::Scalar(_))
    }

    /// Whether this is what CloudFormation validates: no macro and no tool that we know of changes it first.
    fn is_final(&self) -> bool {
        let text = self.document.text();
        let rewritten = |name: &str| name == "Transform" || OTHER_SECTIONS.contains(&name);
        let of_tool = |name: &str| OTHER_ATTRIBUTES.contains(&name);
        !self.has_key(self.document.root(), rewritten)
            && !["Fn::Transform", "!Transform"].iter().any(|macro_call| text.contains(macro_call))
            && !self.section("Resources").iter().any(|(_, resource)| self.has_key(*resource, of_tool))
            && !self.has_placeholder()
    }

    /// Whether a map has a map as its key: `{{ name }}`, which a template language will replace, reads like that.
    fn has_placeholder(&self) -> bool {
        let is_scalar = |entry: &Entry| matches!(self.document.node(entry.key).kind, NodeKind::Scalar(_));
        let is_one = |kind: &NodeKind| matches!(kind, NodeKind::Mapping(entries) if !entries.iter().all(is_scalar));
        self.document.nodes().iter().any(|node| is_one(&node.kind))
    }

    /// "Key Name of transform definition must be a string."
    fn transforms(&mut self) {
        let Some(entry) = self.document.get(self.document.root(), "Transform") else { return };
        let macros = match &self.document.node(entry.value).kind {
            NodeKind::Sequence(items) => items.clone(),
            _ => vec![entry.value],
        };
        for one in macros.into_iter().filter(|one| self.document.node(*one).tag.is_none()) {
            let Some(name) = self.document.get(one, "Name").map(|entry| entry.value) else { continue };
            if !self.is_text(name) {
                self.refuse("", "the Name of a transform has to be a text", self.document.full_span(name));
            }
        }
    }

    /// "Invalid template property or properties [outputs]": only of names that are a slip, since a tool may read others.
    fn sections(&mut self) {
        for (name, value) in self.members(self.document.root()) {
            if self.is_null(value) {
                self.refuse("", NULL, self.document.span(value));
            }
            if SECTIONS.contains(&&*name.text) {
                continue;
            }
            if let Some(meant) = SECTIONS.iter().find(|section| is_slip(&name.text, section)) {
                self.refuse("", format!("a template has no section `{}`; it has `{meant}`", name.text), name.span);
            }
        }
    }

    fn resources(&mut self) {
        for (name, resource) in self.section("Resources") {
            let id = &*name.text;
            self.name("resource", &name, id);
            if self.is_null(resource) {
                self.refuse(id, NULL, self.document.span(resource));
            } else if !self.is_map(resource) && !id.starts_with("Fn::") && self.document.node(resource).tag.is_none() {
                // "Any Resources member must be an object."
                self.refuse(id, format!("the resource `{id}` has to be a map"), name.span);
            } else if self.is_map(resource) {
                self.resource(&name, resource);
            }
        }
    }

    fn resource(&mut self, name: &Key, resource: NodeId) {
        let id = &*name.text;
        let attributes = self.members(resource);
        if !attributes.iter().any(|(key, _)| &*key.text == "Type" || key.text.starts_with("Fn::")) {
            // "[/Resources/A] Every Resources object must contain a Type member."
            self.refuse(id, format!("the resource `{id}` has no Type"), name.span);
        }
        for (attribute, value) in attributes {
            let known = ATTRIBUTES.contains(&&*attribute.text) || attribute.text.starts_with("Fn::");
            if !known && !is_placeholder(&attribute.text) {
                // "Invalid template resource property 'Invalid'"
                self.refuse(id, format!("a resource has no attribute `{}`", attribute.text), attribute.span);
            }
            if &*attribute.text == "Condition" && !self.is_text(value) {
                self.refuse(id, "the Condition of a resource has to be a text", self.document.full_span(value));
            }
            match &*attribute.text {
                "Metadata" => {}
                "Properties" => self.properties(id, value),
                _ => self.nulls(id, value),
            }
        }
    }

    /// Only the property itself: a property that takes any JSON may hold a null (cfn-lint#2242).
    fn properties(&mut self, id: &str, properties: NodeId) {
        let values = self.members(properties).into_iter().map(|(_, value)| value);
        for value in values.chain([properties]).filter(|value| self.is_null(*value)).collect::<Vec<_>>() {
            self.refuse(id, NULL, self.document.span(value));
        }
    }

    fn parameters(&mut self) {
        for (name, parameter) in self.section("Parameters") {
            self.name("parameter", &name, "");
            self.nulls("", parameter);
            if !self.is_map(parameter) {
                continue;
            }
            let declared = self.members(parameter);
            if !declared.iter().any(|(key, _)| &*key.text == "Type" || key.text.starts_with("Fn::")) {
                self.refuse("", format!("the parameter `{}` has no Type", name.text), name.span);
            }
            for (key, _) in declared {
                // "Invalid template parameter property 'DefaultValue'"
                if !DECLARED.contains(&&*key.text) && !key.text.starts_with("Fn::") && !is_placeholder(&key.text) {
                    self.refuse("", format!("a parameter has no property `{}`", key.text), key.span);
                }
            }
        }
    }

    fn outputs(&mut self) {
        for (name, output) in self.section("Outputs") {
            self.name("output", &name, "");
            self.nulls("", output);
            let members = self.members(output);
            if self.is_map(output)
                && !members.iter().any(|(key, _)| &*key.text == "Value" || key.text.starts_with("Fn::"))
            {
                // "Every Outputs member must contain a Value object"
                self.refuse("", format!("the output `{}` has no Value", name.text), name.span);
            }
        }
    }

    fn mappings(&mut self) {
        for (name, mapping) in self.section("Mappings") {
            self.name("mapping", &name, "");
            self.nulls("", mapping);
            for (_, row) in self.members(mapping) {
                for (attribute, _) in self.members(row) {
                    // "Mappings attribute name 'v1.1.2' must contain only alphanumeric characters."
                    self.name("mapping attribute", &attribute, "");
                }
            }
        }
    }

    fn conditions(&mut self) {
        for (_, condition) in self.section("Conditions") {
            self.nulls("", condition);
        }
    }

    /// "Resource name my-bad-resource-id is non alphanumeric."
    fn name(&mut self, of: &str, name: &Key, id: &str) {
        let alphanumeric = !name.text.is_empty() && name.text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        // A function that needs a macro is refused for that; the macro may be declared by whoever packages the template.
        if !alphanumeric && !name.text.starts_with("Fn::") && !is_placeholder(&name.text) {
            let message = format!("the {of} name `{}` may only have letters and digits", name.text);
            self.refuse(id, message, name.span);
        }
    }

    fn nulls(&mut self, id: &str, node: NodeId) {
        match &self.document.node(node).kind {
            NodeKind::Scalar(scalar) if scalar.form == Form::Null => self.refuse(id, NULL, self.document.span(node)),
            NodeKind::Scalar(_) => {}
            NodeKind::Sequence(items) => items.clone().into_iter().for_each(|item| self.nulls(id, item)),
            NodeKind::Mapping(_) => self.members(node).into_iter().for_each(|(_, value)| self.nulls(id, value)),
        }
    }
}

/// Whether a name differs from a section's only in case or in a plural.
fn is_slip(name: &str, section: &str) -> bool {
    let plain = |text: &str| text.to_ascii_lowercase().trim_end_matches('s').to_owned();
    plain(name) == plain(section)
}

/// Whether a name holds what a template language will replace.
fn is_placeholder(name: &str) -> bool {
    name.contains(['{', '}', '$', '<', '>', '%', '@'])
}
