//! The templates of nested stacks: a template in, the tree of all that it nests out, each with its loops and includes
//! written out. What stands in files is handed in.
//!
//! Source: AWS CLI Command Reference, `aws cloudformation package`: a TemplateURL (and the Location of an
//! AWS::Serverless::Application) that is a path is relative to the folder of the template that holds it. Must not know: how
//! files are found and read.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::source::{Document, FileId, Span};
use crate::template::{Expr, ExprKind, Key, Nested, Resource, StackId, Stacks, Template, Unfollowed, expand, snippets};
use crate::world::{Kind, Piece, Text, World};

use super::effort::Effort;
use super::givens::Givens;
use super::scope::Scope;

/// How deep stacks may nest.
const DEPTH: usize = 32;

/// How many nested stacks one template may have in all. CloudFormation takes 2,500 resources for all of them together.
const STACKS: usize = 1000;

/// The files beside a template.
pub(crate) trait Files {
    /// The template in the file that the template `from` calls `path`.
    ///
    /// # Errors
    ///
    /// There is no such file, or it holds no template.
    fn template(&mut self, from: FileId, path: &str) -> Result<(FileId, Arc<Template>), Unfollowed>;

    /// The file that the template `from` includes as `path`, if it can be read.
    fn snippet(&mut self, from: FileId, path: &str) -> Option<FileId>;

    /// The path, beside the template `from`, of the file that is uploaded under this name.
    fn asset(&self, _from: FileId, _name: &str) -> Option<String> {
        None
    }

    /// What stands in a file that was read.
    fn document(&self, file: FileId) -> Option<&Document>;
}

/// A template with all stacks nested in it, as far as their templates are local files.
pub(crate) fn follow(file: FileId, template: Arc<Template>, givens: &Givens, files: &mut dyn Files) -> Stacks {
    let effort = Rc::new(Effort::new());
    let template = expanded(file, template.clone(), &at_root(givens, &template), files);
    let mut walk = Walk { stacks: Stacks::of(file, template), givens, files, left: STACKS, effort };
    walk.below(Stacks::ROOT);
    walk.stacks
}

/// The values that the parameters and pseudo parameters of the template itself have for its macros.
fn at_root(givens: &Givens, template: &Template) -> BTreeMap<String, Option<String>> {
    let mut given = givens.parameters.clone();
    for name in template.parameters.keys().filter(|_| givens.open_parameters) {
        given.entry(name.clone()).or_insert(None);
    }
    for (name, value) in
        [("AWS::AccountId", &givens.account), ("AWS::Region", &givens.region), ("AWS::Partition", &givens.partition)]
    {
        given.extend(value.as_literal().map(|value| (name.to_owned(), Some(value.to_owned()))));
    }
    given.extend(givens.stack_name.clone().map(|name| ("AWS::StackName".to_owned(), Some(name))));
    given
}

/// The template that its macros write, with these values of its parameters.
fn expanded(
    file: FileId,
    template: Arc<Template>,
    given: &BTreeMap<String, Option<String>>,
    files: &mut dyn Files,
) -> Arc<Template> {
    if !template.is_written_by_macros {
        return template;
    }
    let Some(locations) = files.document(file).map(snippets) else { return template };
    let found: Vec<(String, FileId)> =
        locations.into_iter().filter_map(|path| Some((path.clone(), files.snippet(file, &path)?))).collect();
    let Some(document) = files.document(file) else { return template };
    let known = found.into_iter().filter_map(|(path, file)| Some((path, files.document(file)?)));
    match expand(document, given, &known.collect()) {
        Some(Ok(expanded)) => Arc::new(expanded),
        Some(Err(refusal)) => match Template::parse(document) {
            Some(mut written) => {
                written.refused = Some(refusal);
                Arc::new(written)
            }
            None => template,
        },
        None => template,
    }
}

struct Walk<'a> {
    stacks: Stacks,
    givens: &'a Givens,
    files: &'a mut dyn Files,
    left: usize,
    effort: Rc<Effort>,
}

impl Walk<'_> {
    /// Follows everything that is nested in a stack.
    fn below(&mut self, id: StackId) {
        let template = Arc::clone(&self.stacks.get(id).template);
        for resource in template.resources.iter().filter(|resource| resource.is_stack()) {
            let Some(left) = self.left.checked_sub(1) else {
                return self.too_many(id, resource, format!("more than {STACKS} nested stacks are not followed"));
            };
            self.left = left;
            match self.template(id, resource) {
                Ok(_) if self.stacks.lineage(id).count() > DEPTH => {
                    self.too_many(id, resource, format!("stacks nested deeper than {DEPTH} levels are not followed"));
                }
                Ok((file, template)) => {
                    let template = expanded(file, template, &self.passed(id, resource), self.files);
                    let inner = self.stacks.nest(id, &resource.id, (file, template));
                    self.below(inner);
                }
                Err(why) => self.stacks.note(id, &resource.id, Nested::Unfollowed(why)),
            }
        }
    }

    /// Nothing is followed any more.
    fn too_many(&mut self, id: StackId, resource: &Resource, message: String) {
        let said = self.stacks.ids().any(|id| {
            self.stacks.unfollowed(id).any(|(_, why)| matches!(why, Unfollowed::TooMany(said) if *said == message))
        });
        if !said {
            self.stacks.note(id, &resource.id, Nested::Unfollowed(Unfollowed::TooMany(message)));
        }
    }

    fn template(&mut self, id: StackId, resource: &Resource) -> Result<(FileId, Arc<Template>), Unfollowed> {
        let path = self.path(id, resource)?;
        let found = self.files.template(self.stacks.get(id).file, &path)?;
        let circular = self.stacks.lineage(id).any(|above| self.stacks.get(above).file == found.0);
        if circular { Err(Unfollowed::Circular(path)) } else { Ok(found) }
    }

    /// The values that a nested stack's parameters have for the macros of its template; nothing for those that are passed
    /// and not known now.
    fn passed(&self, id: StackId, resource: &Resource) -> BTreeMap<String, Option<String>> {
        let scope = Scope::sharing(&self.stacks, self.givens, &self.effort).at(id);
        let world = Scope::sharing(&self.stacks, self.givens, &self.effort).nominal();
        let Some(ExprKind::Map(entries)) = resource.property("Parameters").map(|map| &map.kind) else {
            return BTreeMap::new();
        };
        let passed = |(key, value): &(Key, Expr)| {
            let value = scope.resolve(value, &world);
            let is_passed = !matches!(value.kind, Kind::Nothing);
            let text = || value.as_text().and_then(|text| text.as_literal().map(str::to_owned));
            is_passed.then(|| (key.text.to_string(), text()))
        };
        entries.iter().filter_map(passed).collect()
    }

    /// The local path that the resource names, whatever is still unknown.
    fn path(&self, id: StackId, resource: &Resource) -> Result<String, Unfollowed> {
        let elsewhere = |what: String| Err(Unfollowed::Elsewhere(what));
        let Some(url) = resource.property(resource.template_property()) else {
            return elsewhere(format!("it has no {}", resource.template_property()));
        };
        let scope = Scope::sharing(&self.stacks, self.givens, &self.effort).at(id);
        let text = match scope.resolve(url, &World::default()).kind {
            Kind::Text(text) => text,
            Kind::Map(_) => return elsewhere("its template is in the Serverless Application Repository".to_owned()),
            _ => return elsewhere("its template depends on values that were not given".to_owned()),
        };
        match text.as_literal() {
            Some(path) if !path.contains("://") => Ok(path.to_owned()),
            _ => {
                match resource.asset.clone().or_else(|| self.files.asset(self.stacks.get(id).file, uploaded(&text)?)) {
                    Some(path) => Ok(path),
                    None if text.known_prefix().contains("://") => {
                        elsewhere(format!("its template is remote: `{text}`"))
                    }
                    None => elsewhere(format!("its template depends on values that were not given: `{text}`")),
                }
            }
        }
    }
}

/// What an address ends with, behind its last `/`.
fn uploaded(address: &Text) -> Option<&str> {
    match address.pieces().last()? {
        Piece::Literal(text) => text.rsplit_once('/').map(|(_, name)| name).filter(|name| !name.is_empty()),
        Piece::Hole(_) => None,
    }
}

impl Resource {
    /// The property that names the template of a nested stack.
    fn template_property(&self) -> &'static str {
        if self.kind == "AWS::Serverless::Application" { "Location" } else { "TemplateURL" }
    }

    /// Where a nested stack names its template.
    pub(crate) fn template_span(&self) -> Span {
        self.property(self.template_property()).map_or(self.span, |url| url.span)
    }
}
