//! The template as typed sections.
//!
//! Source: AWS CloudFormation User Guide, template-anatomy.html.

use std::collections::BTreeMap;

use crate::source::{Document, Duplicate, NodeId, NodeKind, Span};
use crate::world::Refusal;

use super::cdk;
use super::expr::{Expr, ExprKind, Key};
use super::intrinsics::condition_expr;
use super::numbers::{NumberLike, number_like};
use super::read::{key, literal, read};
use super::structure;
use super::suppressions::{Suppression, of_policy, suppressions};
use super::transforms::{grows, has_macro, is_written_by_macros, transforms};
use super::tree::Unknown;

/// The kind of a key policy that stands by itself.
pub(crate) const POLICY: &str = "policy";

/// A CloudFormation template.
#[derive(Debug)]
pub(crate) struct Template {
    /// By name.
    pub(crate) parameters: BTreeMap<String, Parameter>,
    /// By name, as literal maps.
    pub(crate) mappings: BTreeMap<String, Expr>,
    /// By name.
    pub(crate) conditions: BTreeMap<String, Condition>,
    /// The assertions about parameters, in the order of the template.
    pub(crate) rules: Vec<TemplateRule>,
    /// In the order of the template.
    pub(crate) resources: Vec<Resource>,
    /// In the order of the template.
    pub(crate) outputs: Vec<Output>,
    /// The resources by their logical ids.
    index: BTreeMap<String, usize>,
    /// The names of the macros that run over the whole template, and their places.
    pub(crate) transforms: Vec<(String, Span)>,
    /// Whether a macro or loop within a section may add entries to it.
    grows: bool,
    /// Whether macros whose work is known write something of it: `expand` has to be asked.
    pub(crate) is_written_by_macros: bool,
    /// Loops that hang on values which nobody gave: what they write is not known.
    pub(crate) unknown: Vec<Unknown>,
    /// What a macro refuses: nothing of the template is deployed.
    pub(crate) refused: Option<Refusal>,
    /// The document that macros made of the file, where they made something of it.
    pub(crate) written: Option<Document>,
    /// Keys of maps that are written twice in a KMS key, or that write a KMS key twice, with its logical id.
    pub(crate) duplicates: Vec<(String, Duplicate)>,
    /// What it says about findings that are not to be reported.
    pub(crate) suppressions: Vec<Suppression>,
    /// What CloudFormation refuses for the form of the sections, with the resource's logical id where there is one.
    pub(crate) malformed: Vec<(String, Refusal)>,
    /// Account ids that are read as other numbers, where they reach a KMS key.
    pub(crate) numbers: Vec<NumberLike>,
}

/// A parameter's declaration.
#[derive(Debug)]
pub(crate) struct Parameter {
    /// Where it is declared.
    pub(crate) span: Span,
    /// `String`, `Number`, `CommaDelimitedList`, `List<…>`, `AWS::SSM::Parameter::Value<…>`, ….
    pub(crate) kind: String,
    /// Its Default.
    pub(crate) default: Option<String>,
    /// Its AllowedValues.
    pub(crate) allowed: Option<Vec<String>>,
    /// Its AllowedPattern.
    pub(crate) pattern: Option<String>,
    /// Its MinLength and MaxLength.
    pub(crate) length: (Option<usize>, Option<usize>),
    /// Its MinValue and MaxValue.
    pub(crate) range: (Option<f64>, Option<f64>),
}

/// A named condition.
#[derive(Debug)]
pub(crate) struct Condition {
    /// Where its name stands.
    pub(crate) span: Span,
    /// What it says.
    pub(crate) expr: Expr,
}

/// A rule of the section Rules.
#[derive(Debug)]
pub(crate) struct TemplateRule {
    /// Its name.
    pub(crate) name: String,
    /// Where its name stands.
    pub(crate) span: Span,
    /// Its RuleCondition.
    pub(crate) condition: Option<Expr>,
    /// What it asserts, each with its AssertDescription.
    pub(crate) assertions: Vec<(Expr, Option<String>)>,
}

/// An output.
#[derive(Debug)]
pub(crate) struct Output {
    /// Its name.
    pub(crate) name: String,
    /// Where its name stands.
    pub(crate) span: Span,
    /// Its Condition, and where that stands.
    pub(crate) condition: Option<(String, Span)>,
    /// Its Value.
    pub(crate) value: Option<Expr>,
}

/// A resource.
#[derive(Debug)]
pub(crate) struct Resource {
    /// Its logical id.
    pub(crate) id: String,
    /// Where the logical id stands.
    pub(crate) span: Span,
    /// Where everything else of it stands.
    pub(crate) body: Span,
    /// Its Type.
    pub(crate) kind: String,
    /// Its Condition, and where that stands.
    pub(crate) condition: Option<(String, Span)>,
    /// Its DependsOn.
    pub(crate) depends_on: Vec<(String, Span)>,
    /// Its Properties.
    pub(crate) properties: Option<Expr>,
    /// Its DeletionPolicy.
    pub(crate) deletion_policy: Option<Expr>,
    /// The local file that the CDK uploads for its TemplateURL.
    pub(crate) asset: Option<String>,
    /// The construct of the CDK that made it.
    pub(crate) construct: Option<String>,
}

impl Template {
    /// Reads a document as a template; `None` if it is something else.
    ///
    /// A template is a map with a map `Resources` of which an entry has a `Type` or is a loop or macro, or with
    /// `AWSTemplateFormatVersion`.
    pub(crate) fn parse(document: &Document) -> Option<Template> {
        let root = document.root();
        let resources: Vec<Resource> = entries(document, root, "Resources")
            .into_iter()
            .filter_map(|(id, node)| resource(document, id, node))
            .collect();
        let mut resources = last_of_each(resources);
        // Of thousands of templates, this is most of what is kept.
        resources.shrink_to_fit();
        let has_resources = !resources.is_empty()
            || document.get(root, "Resources").is_some_and(|entry| has_macro(document, entry.value));
        if !has_resources && document.get(root, "AWSTemplateFormatVersion").is_none() {
            return None;
        }
        let mut template = Template {
            grows: grows(document) || resources.iter().any(Resource::is_module),
            duplicates: duplicates(document, &resources),
            suppressions: suppressions(document, &resources),
            index: resources.iter().enumerate().map(|(index, resource)| (resource.id.clone(), index)).collect(),
            parameters: section(document, "Parameters", |_, node| parameter(document, node)),
            mappings: section(document, "Mappings", |_, node| read(document, node)),
            conditions: section(document, "Conditions", |span, node| Condition {
                span,
                expr: condition_expr(read(document, node)),
            }),
            rules: entries(document, root, "Rules")
                .into_iter()
                .map(|(name, node)| rule(document, name, node))
                .collect(),
            outputs: entries(document, root, "Outputs")
                .into_iter()
                .map(|(name, node)| output(document, name, node))
                .collect(),
            resources,
            transforms: transforms(document),
            is_written_by_macros: is_written_by_macros(document),
            unknown: Vec::new(),
            refused: None,
            written: None,
            malformed: structure::refusals(document),
            numbers: Vec::new(),
        };
        template.numbers = number_like(document, &template);
        Some(template)
    }

    /// A key policy that stands by itself, as the policy of a key without logical id. Nothing in it is a function.
    pub(crate) fn of_policy(document: &Document) -> Template {
        let policy = literal(document, document.root());
        let span = policy.span;
        let name = Key { text: "KeyPolicy".into(), span };
        let properties = Expr { span, kind: ExprKind::Map(Box::new([(name, policy)])) };
        let key = Resource {
            id: String::new(),
            span,
            body: span,
            kind: POLICY.to_owned(),
            condition: None,
            depends_on: Vec::new(),
            properties: Some(properties),
            deletion_policy: None,
            asset: None,
            construct: None,
        };
        let duplicates = document.duplicates().iter().map(|one| (String::new(), one.clone())).collect();
        Template {
            parameters: BTreeMap::new(),
            mappings: BTreeMap::new(),
            conditions: BTreeMap::new(),
            rules: Vec::new(),
            index: BTreeMap::from([(key.id.clone(), 0)]),
            resources: vec![key],
            outputs: Vec::new(),
            transforms: Vec::new(),
            suppressions: of_policy(document),
            grows: false,
            is_written_by_macros: false,
            unknown: Vec::new(),
            refused: None,
            written: None,
            duplicates,
            malformed: Vec::new(),
            numbers: Vec::new(),
        }
    }

    /// The names of its parameters.
    pub(crate) fn parameter_names(&self) -> impl Iterator<Item = &str> {
        self.parameters.keys().map(String::as_str)
    }

    /// A resource by its logical id.
    pub(crate) fn resource(&self, id: &str) -> Option<&Resource> {
        self.resources.get(*self.index.get(id)?)
    }

    /// The keys: every AWS::KMS::Key and AWS::KMS::ReplicaKey.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &Resource> {
        self.resources.iter().filter(|resource| resource.is_key())
    }

    /// Whether the functions of AWS::LanguageExtensions work in it.
    pub(crate) fn has_language_extensions(&self) -> bool {
        self.transforms.iter().any(|(name, _)| name == "AWS::LanguageExtensions") || self.runs_unknown_macro()
    }

    /// Whether there may be resources, parameters, … that are not known: some macro, or a loop, may add them.
    pub(crate) fn may_grow(&self) -> bool {
        !self.transforms.is_empty() || self.grows
    }

    /// Whether a macro may add or change anything in the template. Two of AWS's own leave keys as they are.
    pub(crate) fn has_unknown_macro(&self) -> bool {
        self.grows || self.runs_unknown_macro()
    }

    fn runs_unknown_macro(&self) -> bool {
        let known = ["AWS::LanguageExtensions", "AWS::Serverless-2016-10-31"];
        self.transforms.iter().any(|(name, _)| !known.contains(&name.as_str()))
    }
}

impl Resource {
    /// Whether it is a KMS key.
    pub(crate) fn is_key(&self) -> bool {
        matches!(self.kind.as_str(), "AWS::KMS::Key" | "AWS::KMS::ReplicaKey" | POLICY)
    }

    /// Whether it certainly outlives its stack.
    ///
    /// Source: CloudFormation Template Reference, aws-attribute-deletionpolicy.html.
    pub(crate) fn is_kept(&self) -> bool {
        self.deletion_policy.as_ref().and_then(Expr::as_text).is_some_and(|policy| policy.starts_with("Retain"))
    }

    /// Whether it stands for resources that a module of the registry holds.
    ///
    /// Source: AWS CloudFormation User Guide, modules.html: their types end in `::MODULE`.
    pub(crate) fn is_module(&self) -> bool {
        self.kind.ends_with("::MODULE")
    }

    /// A property's expression.
    pub(crate) fn property(&self, name: &str) -> Option<&Expr> {
        self.properties.as_ref()?.get(name)
    }
}

/// The entries of the map `name` in the map `node`; of a key written twice, the last.
fn entries(document: &Document, node: NodeId, name: &str) -> Vec<((String, Span), NodeId)> {
    let Some(entry) = document.get(node, name) else { return Vec::new() };
    let NodeKind::Mapping(entries) = &document.node(entry.value).kind else { return Vec::new() };
    let named = |node| key(document, node).map(|key| (key.text.to_string(), key.span));
    entries.iter().filter_map(|entry| Some((named(entry.key)?, entry.value))).collect()
}

fn section<T>(document: &Document, name: &str, read: impl Fn(Span, NodeId) -> T) -> BTreeMap<String, T> {
    let read = |((name, span), node)| (name, read(span, node));
    entries(document, document.root(), name).into_iter().map(read).collect()
}

fn parameter(document: &Document, node: NodeId) -> Parameter {
    let scalar = |name: &str| {
        let entry = document.get(node, name)?;
        match &document.node(entry.value).kind {
            NodeKind::Scalar(scalar) => Some(scalar.text().to_owned()),
            _ => None,
        }
    };
    let number = |name: &str| scalar(name)?.trim().parse().ok();
    let decimal = |name: &str| scalar(name)?.trim().parse().ok();
    let allowed = document.get(node, "AllowedValues").and_then(|entry| match read(document, entry.value).kind {
        ExprKind::List(items) => items.iter().map(|item| item.as_text().map(str::to_owned)).collect(),
        _ => None,
    });
    Parameter {
        span: document.span(node),
        kind: scalar("Type").unwrap_or_else(|| "String".to_owned()),
        default: scalar("Default"),
        allowed,
        pattern: scalar("AllowedPattern"),
        length: (number("MinLength"), number("MaxLength")),
        range: (decimal("MinValue"), decimal("MaxValue")),
    }
}

fn resource(document: &Document, (id, span): (String, Span), node: NodeId) -> Option<Resource> {
    let text = |name: &str| {
        let value = read(document, document.get(node, name)?.value);
        Some((value.as_text()?.to_owned(), value.span))
    };
    let (kind, _) = text("Type")?;
    let depends_on = document.get(node, "DependsOn").map(|entry| read(document, entry.value));
    let [properties, deletion_policy] =
        ["Properties", "DeletionPolicy"].map(|name| document.get(node, name).map(|entry| read(document, entry.value)));
    let (condition, depends_on) = (text("Condition"), names(depends_on));
    let (asset, construct) = (cdk::asset(document, node), cdk::construct(document, node));
    let body = document.span(node);
    Some(Resource { id, span, body, kind, condition, depends_on, properties, deletion_policy, asset, construct })
}

/// Source: AWS CloudFormation User Guide, rules-section-structure.html.
fn rule(document: &Document, (name, span): (String, Span), node: NodeId) -> TemplateRule {
    let field = |node, name: &str| Some(read(document, document.get(node, name)?.value));
    let asserted = match document.get(node, "Assertions").map(|entry| &document.node(entry.value).kind) {
        Some(NodeKind::Sequence(items)) => items.clone(),
        _ => Vec::new(),
    };
    let assertion = |node: NodeId| {
        let description = field(node, "AssertDescription").and_then(|text| text.as_text().map(str::to_owned));
        Some((condition_expr(field(node, "Assert")?), description))
    };
    let condition = field(node, "RuleCondition").map(condition_expr);
    TemplateRule { name, span, condition, assertions: asserted.into_iter().filter_map(assertion).collect() }
}

fn output(document: &Document, (name, span): (String, Span), node: NodeId) -> Output {
    let field = |name: &str| Some(read(document, document.get(node, name)?.value));
    let condition = field("Condition").and_then(|value| Some((value.as_text()?.to_owned(), value.span)));
    Output { name, span, condition, value: field("Value") }
}

/// Of resources that are written twice, the last.
fn last_of_each(resources: Vec<Resource>) -> Vec<Resource> {
    let last: BTreeMap<String, Span> = resources.iter().map(|one| (one.id.clone(), one.span)).collect();
    resources.into_iter().filter(|one| last.get(&one.id) == Some(&one.span)).collect()
}

/// SnakeYAML takes the last of two equal keys and says nothing; the others are lost.
fn duplicates(document: &Document, resources: &[Resource]) -> Vec<(String, Duplicate)> {
    let owner = |duplicate: &Duplicate| {
        let keys = resources.iter().filter(|resource| resource.is_key());
        let mut own = keys.filter(|key| duplicate.second.is_within(key.body) || duplicate.second == key.span);
        own.next().map(|key| key.id.clone())
    };
    document.duplicates().iter().filter_map(|one| Some((owner(one)?, one.clone()))).collect()
}

fn names(expr: Option<Expr>) -> Vec<(String, Span)> {
    let Some(expr) = expr else { return Vec::new() };
    let span = expr.span;
    match expr.kind {
        ExprKind::Text(name) => vec![(name.to_string(), span)],
        ExprKind::List(items) => {
            items.iter().filter_map(|item| Some((item.as_text()?.to_owned(), item.span))).collect()
        }
        _ => Vec::new(),
    }
}
