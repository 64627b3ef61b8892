//! What the fuzz targets of `fuzz/` look at: each stage by itself, its results as plain data that properties can be asked of.
//!
//! Comes in: bytes or a text. Goes out: what became of it. No part of the stable interface. Touches no file, as the layers it
//! calls. Must not know: which properties hold; the targets say so.

use std::ops::Range;
use std::sync::Arc;

use crate::deployment::{Deployment, Inputs};
use crate::findings::Hidden;
use crate::fix::{Before, Effort, Fixer, Known, Planned, Root, best, findings};
use crate::lockout::{Checked, check};
use crate::reader::{Tree, value};
use crate::report::{Report, Style, TextOptions, collect, conclude, github, json, junit, markdown, sarif, text};
use crate::resolve::{Files, follow};
use crate::source::{Document, FileId, Limits, NodeId, NodeKind, SourceError, Sources, Span, edited};
use crate::template::{Stacks, Template, Unfollowed};
use crate::world::{Pattern, Text};

/// What the reader makes of bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// The text that places point into.
    pub text: String,
    /// Its tree.
    pub tree: Tree,
    /// The place of every node, tag, comment and duplicate.
    pub places: Vec<Range<usize>>,
    /// How often a map holds a key a second time.
    pub duplicates: usize,
}

/// What the reader refuses: line, column, what is wrong.
pub type Refused = (usize, usize, String);

/// Reads a file's bytes.
///
/// # Errors
///
/// What is wrong with them, and where.
pub fn read(bytes: &[u8]) -> Result<Read, Refused> {
    let refused = |error: SourceError| (error.line, error.column, error.message);
    let document = Document::parse(FileId(0), bytes.to_vec(), &Limits::default()).map_err(refused)?;
    let mut spans = Vec::new();
    nodes(&document, document.root(), &mut spans);
    spans.extend(document.comments());
    spans.extend(document.duplicates().iter().flat_map(|one| [one.first, one.second]));
    let places = spans.into_iter().map(range).collect();
    let (tree, duplicates) = (value(&document, document.root()), document.duplicates().len());
    Ok(Read { text: document.text().to_owned(), tree, places, duplicates })
}

fn range(span: Span) -> Range<usize> {
    span.start as usize..span.end as usize
}

fn nodes(document: &Document, id: NodeId, out: &mut Vec<Span>) {
    let node = document.node(id);
    out.extend([node.span, document.full_span(id)]);
    out.extend(node.tag.as_ref().map(|tag| tag.span));
    match &node.kind {
        NodeKind::Scalar(_) => {}
        NodeKind::Sequence(items) => items.iter().for_each(|&item| nodes(document, item, out)),
        NodeKind::Mapping(entries) => {
            entries.iter().flat_map(|entry| [entry.key, entry.value]).for_each(|child| nodes(document, child, out));
        }
    }
}

/// The places of all resources of a template, and how many of them are keys; nothing where the text is no template.
#[must_use]
pub fn resources(text: &str) -> Option<(Vec<Range<usize>>, usize)> {
    let document = Document::from_text(FileId(0), text).ok()?;
    let template = Template::parse(&document)?;
    let places = template.resources.iter().map(|resource| range(resource.span)).collect();
    Some((places, template.keys().count()))
}

/// Whether a wholly known text matches a pattern of `*` and `?`, by the matcher of literals and by that of unknown texts.
#[must_use]
pub fn matches(pattern: &str, text: &str) -> (bool, bool) {
    let pattern = Pattern::new(Text::literal(pattern));
    (pattern.matches(text), pattern.must_match(&Text::literal(text)))
}

/// Who deploys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Nobody was named.
    Nobody,
    /// The service role `Deploy`.
    Role,
    /// The user `Alice`.
    User,
}

impl Who {
    fn deployment(self) -> Option<Deployment> {
        let arn = |path: &str| Some(format!("arn:aws:iam::111122223333:{path}"));
        let inputs = match self {
            Who::Nobody => Inputs::default(),
            Who::Role => Inputs { role_arn: arn("role/Deploy"), ..Inputs::default() },
            Who::User => Inputs { deployer: arn("user/Alice"), ..Inputs::default() },
        };
        Deployment::from_inputs("default", inputs).ok()
    }
}

/// What a template comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Logical id and verdict of each key.
    pub verdicts: Vec<(String, &'static str)>,
    /// The codes of all findings, in order.
    pub codes: Vec<&'static str>,
    /// The place of every finding and of what belongs to it.
    pub places: Vec<Range<usize>>,
    /// How many worlds were run.
    pub worlds: usize,
    /// The report in every format, by its name.
    pub reports: Vec<(&'static str, String)>,
}

/// Checks a template; nothing where the text is none.
#[must_use]
pub fn outcome(template: &str, who: Who) -> Option<Outcome> {
    let run = Run::new(template, who)?;
    let worlds = run.checked.iter().map(|one| one.worlds).sum();
    let fixes = best(run.before(&[run.root()]), &mut Hidden::default(), Effort::REPORT);
    let Run { sources, checked, deployment, .. } = run;
    let mut hidden = Hidden::default();
    let mut report = Report { fixes, ..Report::default() };
    collect(checked, &deployment, &mut hidden, &mut report);
    conclude(&hidden, &mut report);
    let places = report.findings.iter().flat_map(|one| {
        let related = one.related.iter().map(|related| range(related.span));
        std::iter::once(range(one.span)).chain(related).collect::<Vec<_>>()
    });
    Some(Outcome {
        verdicts: report.keys.iter().map(|key| (key.logical_id.clone(), key.verdict.word())).collect(),
        codes: report.findings.iter().map(|finding| finding.code.id()).collect(),
        places: places.collect(),
        worlds,
        reports: formats(&report, &sources),
    })
}

fn formats(report: &Report, sources: &Sources) -> Vec<(&'static str, String)> {
    let options = TextOptions { color: false, style: Style::Ascii, quiet: false, verbose: true, why: true, width: 80 };
    vec![
        ("text", text(report, sources, options)),
        ("plain", text(report, sources, TextOptions { style: Style::Plain, width: 40, ..options })),
        ("json", json(report, sources)),
        ("sarif", sarif(report, sources)),
        ("github", github(report, sources)),
        ("junit", junit(report, sources, None)),
        ("markdown", markdown(report, sources)),
    ]
}

/// The text after all edits that `fix` makes of a template, and how many fixes there were; nothing where the text is no
/// template, or an edit cannot be made.
#[must_use]
pub fn fixed(template: &str, who: Who, reviewed: bool) -> Option<(String, usize)> {
    let run = Run::new(template, who)?;
    let roots = [run.root()];
    let before = run.before(&roots);
    let mut fixer = Fixer::new(before, Effort::REPORT);
    let mut count = 0;
    for (root, finding) in findings(&before, &mut Hidden::default()) {
        count += usize::from(matches!(fixer.plan(root, &finding, reviewed), Planned::Fixed(..)));
    }
    let edits = fixer.edits().get(&FileId(0)).cloned().unwrap_or_default();
    Some((edited(run.sources.document(FileId(0))?.text(), &edits)?, count))
}

/// One template, checked.
struct Run {
    sources: Sources,
    stacks: Stacks,
    checked: Vec<Checked>,
    deployment: Deployment,
}

impl Run {
    fn new(text: &str, who: Who) -> Option<Run> {
        let document = Document::from_text(FileId(0), text).ok()?;
        let template = Template::parse(&document)?.into();
        let deployment = who.deployment()?;
        let mut sources = Sources::default();
        sources.add("template.yaml".to_owned(), document);
        let stacks = follow(FileId(0), template, &deployment.givens, &mut Alone(&sources));
        let checked = check(&stacks, &deployment);
        Some(Run { sources, stacks, checked, deployment })
    }

    fn root(&self) -> Root<'_> {
        let Run { stacks, checked, deployment, .. } = self;
        Root { stacks, checked, previous: None, deployment }
    }

    fn before<'a>(&'a self, roots: &'a [Root<'a>]) -> Before<'a> {
        Before { sources: &self.sources, known: self, roots }
    }
}

/// No file stands beside the template.
struct Alone<'a>(&'a Sources);

impl Files for Alone<'_> {
    fn template(&mut self, _: FileId, path: &str) -> Result<(FileId, Arc<Template>), Unfollowed> {
        Err(Unfollowed::Missing(path.to_owned()))
    }

    fn snippet(&mut self, _: FileId, _: &str) -> Option<FileId> {
        None
    }

    fn document(&self, file: FileId) -> Option<&Document> {
        self.0.document(file)
    }
}

impl Known for Run {
    fn template(&self, _: FileId, path: &str) -> Result<(FileId, Arc<Template>), Unfollowed> {
        Err(Unfollowed::Missing(path.to_owned()))
    }

    fn snippet(&self, _: FileId, _: &str) -> Option<FileId> {
        None
    }
}
