//! The files of a run: opened, parsed once, and found again under whatever path a nested stack names them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::fix::Known;
use crate::report::Failure;
use crate::resolve::Files as Beside;
use crate::source::{Document, FileId, Limits, SourceError, Sources};
use crate::template::{Template, Unfollowed};

use super::args::near_verb;
use super::bounds::may_read;
use super::discover::{Content, Found, open, read, shown, too_large, trouble};
use super::paths::{Wholes, tidy, whole};
use super::scan::{self, Hints};
use super::unread::Unread;

/// A template that was opened.
pub(crate) type Opened = (FileId, Arc<Template>);

/// Texts that count instead of what the files hold, by their whole paths: what is open in an editor.
pub(crate) type Texts = BTreeMap<PathBuf, Arc<str>>;

/// What is no template.
pub(super) const NO_TEMPLATE: &str = "this is no CloudFormation template: it has no `Resources` with a `Type`";

/// Of so many named files the nodes are kept, since a fix may need them; of thousands they are read again where one does.
const FEW: usize = 16;

/// Everything that was opened, and what could not be.
#[derive(Debug, Default)]
pub(crate) struct Files {
    limits: Limits,
    /// Whether templates without keys matter as well: rules may be about anything.
    pub(crate) every: bool,
    /// What findings point into.
    pub(crate) sources: Sources,
    /// What could not be checked, each once.
    pub(crate) failures: Vec<Failure>,
    /// Where the files of `sources` are, by their ids.
    places: BTreeMap<FileId, PathBuf>,
    /// The files that are uploaded from folders, by the names that they get.
    assets: BTreeMap<PathBuf, BTreeMap<String, String>>,
    /// What was read from stdin.
    stdin: Option<FileId>,
    /// What was walked and cannot be read.
    pub(super) unread: Unread,
    /// What counts instead of files.
    texts: Texts,
    wholes: Wholes,
    /// What became of files, by their canonical paths.
    known: HashMap<OsString, Result<Opened, Unfollowed>>,
    /// The templates of which only the outline is kept.
    outlines: BTreeSet<FileId>,
    /// What templates include, by their canonical paths; nothing where it cannot be read.
    snippets: BTreeMap<PathBuf, Option<FileId>>,
}

impl Files {
    /// The files of a run in which these texts count.
    #[cfg(any(feature = "lsp", feature = "hook"))]
    pub(super) fn over(texts: Texts) -> Files {
        Files { texts, ..Files::default() }
    }

    /// The whole path of a file, or of a text that counts without one. A device or a pipe could be read for ever.
    fn canonical(&self, place: &Path) -> Option<PathBuf> {
        let file = Some(self.wholes.of(place)).filter(|whole| whole.is_file());
        file.or_else(|| Some(whole(place)).filter(|whole| self.texts.contains_key(whole)))
    }

    /// What stands at a place.
    fn content(&self, place: &Path) -> anyhow::Result<Content> {
        match self.text(place) {
            Some(text) => Ok(Content::Bytes(text.as_bytes().to_vec())),
            None => read(place, self.limits.bytes),
        }
    }

    /// The text that counts instead of a file.
    fn text(&self, place: &Path) -> Option<&str> {
        if self.texts.is_empty() { None } else { self.texts.get(&whole(place)).map(AsRef::as_ref) }
    }

    /// Where the files of `sources` are; for stdin, its name.
    pub(crate) fn places(&self) -> impl Iterator<Item = (FileId, &Path)> {
        self.places.iter().map(|(file, place)| (*file, place.as_path()))
    }

    /// Notes which files are uploaded from a folder, and under which names.
    pub(super) fn uploads(&mut self, folder: &Path, assets: Vec<(String, String)>) {
        self.assets.entry(whole(folder)).or_default().extend(assets);
    }

    /// The path of the file beside a template that is uploaded under this name.
    fn uploaded(&self, from: FileId, name: &str) -> Option<String> {
        if self.assets.is_empty() {
            return None;
        }
        self.assets.get(&whole(self.places.get(&from)?.parent()?))?.get(name).cloned()
    }

    /// Notes a failure, unless it is known.
    pub(crate) fn fail(&mut self, path: &str, error: SourceError) {
        let SourceError { message, line, column } = error;
        let failure = Failure { path: path.to_owned(), line, column, message };
        if !self.failures.contains(&failure) {
            self.failures.push(failure);
        }
    }

    fn fail_whole(&mut self, path: &str, message: String) {
        self.fail(path, SourceError { message, line: 0, column: 0 });
    }

    /// A path that was named and does not exist, or may not be looked at.
    pub(crate) fn missing(&mut self, path: &Path) {
        let shown = path.display().to_string();
        let message = match (trouble(path), near_verb(&shown)) {
            (Some(error), _) => format!("cannot be read: {error}"),
            (None, Some(verb)) => format!("there is no such file or folder; did you mean `cfn-lockout {verb}`?"),
            (None, None) => "there is no such file or folder".to_owned(),
        };
        self.fail_whole(&shown, message);
    }

    /// Where a file is; nothing for stdin.
    pub(crate) fn place(&self, file: FileId) -> Option<&Path> {
        self.places.get(&file).filter(|_| self.stdin != Some(file)).map(PathBuf::as_path)
    }

    /// What was read from stdin.
    pub(crate) fn stdin(&self) -> Option<FileId> {
        self.stdin
    }

    /// The bytes of a file and the path it is shown under; or a failure goes into the report, or it is nobody's business.
    fn bytes(&mut self, found: &Found, stdin_name: &str) -> Option<(String, Vec<u8>)> {
        let shown = if found.path.is_some() { found.shown.clone() } else { stdin_name.to_owned() };
        let content = match &found.path {
            Some(path) => self.content(path),
            None => open(found, self.limits.bytes),
        };
        match content {
            Ok(Content::Bytes(bytes)) => return Some((shown, bytes)),
            Ok(Content::TooLarge { size, mentions }) if found.named || mentions => {
                self.fail_whole(&shown, too_large(size, self.limits.bytes));
            }
            Err(error) if found.named => self.fail_whole(&shown, format!("{error:#}")),
            Err(error) => {
                let error = error.downcast_ref::<std::io::Error>();
                found.path.iter().zip(error).for_each(|(path, error)| self.unread.add(path, error));
            }
            Ok(Content::TooLarge { .. }) => {}
        }
        None
    }

    /// The template in a file, if there is one that matters.
    pub(crate) fn template(&mut self, found: &Found, stdin_name: &str) -> Option<Opened> {
        self.scanned(found, stdin_name, None)
    }

    /// The same. What a scan of the file shows is handed to `scanned`.
    pub(crate) fn scanned(
        &mut self,
        found: &Found,
        stdin_name: &str,
        scanned: Option<&mut dyn FnMut(Hints)>,
    ) -> Option<Opened> {
        let (shown, bytes) = self.bytes(found, stdin_name)?;
        let hints = (scanned.is_some() || !found.named).then(|| Hints::of(&bytes));
        scanned.into_iter().zip(hints).for_each(|(scanned, hints)| scanned(hints));
        // What nobody named is parsed where it can matter.
        let may_matter = self.every || hints.is_some_and(Hints::may_hold_key);
        if !found.named && (!may_matter || scan::is_binary(&bytes)) {
            return None;
        }
        let place = found.path.clone().unwrap_or_else(|| PathBuf::from(stdin_name));
        let canonical = self.canonical(&place);
        // One file may have several paths.
        let known = canonical
            .as_ref()
            .filter(|_| found.path.is_some())
            .and_then(|canonical| self.known.get(canonical.as_os_str()));
        if let Some(Ok(opened)) = known {
            return Some(opened.clone());
        }
        match self.parsed(&shown, &place, canonical.as_deref(), bytes) {
            Ok(opened) => {
                self.stdin = self.stdin.or(found.path.is_none().then_some(opened.0));
                let is_one_of_many = !found.named || self.places.len() > FEW;
                if is_one_of_many && !opened.1.is_written_by_macros {
                    self.sources.forget_nodes(opened.0);
                }
                let matters = found.named || self.every || opened.1.may_lead_to_keys();
                if matters { Some(opened) } else { self.outlined(canonical, opened) }
            }
            Err(Unfollowed::Broken { path, error, mentions_key }) => {
                // A walked file that is no template, whatever it mentions, is nobody's business.
                if found.named || (mentions_key && error.message != NO_TEMPLATE) {
                    self.fail(&path, error);
                }
                None
            }
            Err(_) => None,
        }
    }

    /// Whether there are so many files that what nobody asks for again is forgotten.
    pub(super) fn are_many(&self) -> bool {
        self.places.len() > FEW && !self.every
    }

    /// Forgets the templates in these files, and all nodes: the jobs have been made of them.
    pub(super) fn forget(&mut self, templates: &BTreeSet<FileId>) {
        self.known.retain(|_, known| !known.as_ref().is_ok_and(|(file, _)| templates.contains(file)));
        self.places.keys().for_each(|file| self.sources.forget_nodes(*file));
    }

    /// Keeps the outline only of a template without keys.
    fn outlined(&mut self, canonical: Option<PathBuf>, (file, template): Opened) -> Option<Opened> {
        let Some(canonical) = canonical else { return Some((file, template)) };
        self.known.remove(canonical.as_os_str());
        let mut template = Arc::into_inner(template)?;
        template.forget_contents();
        self.outlines.insert(file);
        let opened = (file, Arc::new(template));
        self.known.insert(canonical.into(), Ok(opened.clone()));
        Some(opened)
    }

    /// The whole of a template of which the outline was kept, now that another one nests it.
    fn whole_again(&mut self, canonical: &Path) {
        let Some(Ok((file, _))) = self.known.get(canonical.as_os_str()) else { return };
        let file = *file;
        let document = self.sources.document(file).filter(|_| self.outlines.remove(&file));
        if let Some(template) = document.and_then(Template::parse) {
            self.known.insert(canonical.into(), Ok((file, Arc::new(template))));
        }
    }

    /// The key policy in a file, as the only key of a template.
    pub(crate) fn policy(&mut self, found: &Found, stdin_name: &str) -> Option<Opened> {
        let (shown, bytes) = self.bytes(found, stdin_name)?;
        match Document::parse(self.sources.next_id(), bytes, &self.limits) {
            Ok(document) => {
                let template = Template::of_policy(&document);
                let place = found.path.clone().unwrap_or_else(|| PathBuf::from(stdin_name));
                Some((self.add(shown, &place, document), Arc::new(template)))
            }
            Err(error) => {
                self.fail(&shown, error);
                None
            }
        }
    }

    /// Parses a template that stands in no file of its own: nobody else will find it there.
    pub(super) fn parsed_apart(&mut self, shown: &str, place: &Path, bytes: Vec<u8>) -> Result<Opened, Unfollowed> {
        let mentions_key = scan::mentions_key(&bytes);
        let broken = |error| Unfollowed::Broken { path: shown.to_owned(), error, mentions_key };
        match Document::parse(self.sources.next_id(), bytes, &self.limits) {
            Ok(document) => match Template::parse(&document) {
                Some(template) => Ok((self.add(shown.to_owned(), place, document), Arc::new(template))),
                None => Err(broken(SourceError { message: NO_TEMPLATE.to_owned(), line: 1, column: 1 })),
            },
            Err(error) => Err(broken(error)),
        }
    }

    /// Parses what is included, and stands in no file of its own.
    pub(super) fn included_apart(&mut self, shown: &str, place: &Path, bytes: Vec<u8>) -> Option<FileId> {
        let document = Document::parse(self.sources.next_id(), bytes, &self.limits).ok()?;
        Some(self.add(shown.to_owned(), place, document))
    }

    /// How many bytes of a file are read.
    pub(super) fn most_bytes(&self) -> usize {
        self.limits.bytes
    }

    /// Parses what stands in a file, and remembers it by its canonical path.
    fn parsed(
        &mut self,
        shown: &str,
        place: &Path,
        canonical: Option<&Path>,
        bytes: Vec<u8>,
    ) -> Result<Opened, Unfollowed> {
        let opened = self.parsed_apart(shown, place, bytes);
        if let Some(canonical) = canonical {
            self.known.insert(canonical.into(), opened.clone());
        }
        opened
    }

    /// The place that the template `from` calls `path`.
    fn beside(&self, from: FileId, path: &str) -> PathBuf {
        self.folder(from).join(path)
    }

    /// The folder of a file.
    fn folder(&self, file: FileId) -> PathBuf {
        self.places.get(&file).and_then(|place| place.parent()).unwrap_or(Path::new("")).to_owned()
    }

    fn add(&mut self, shown: String, place: &Path, document: Document) -> FileId {
        let file = self.sources.next_id();
        self.sources.add(shown, document);
        self.places.insert(file, place.to_owned());
        file
    }
}

impl Beside for Files {
    fn template(&mut self, from: FileId, path: &str) -> Result<Opened, Unfollowed> {
        let place = self.beside(from, path);
        let name = shown(&tidy(&place));
        let Some(canonical) = self.canonical(&place) else {
            return Err(Unfollowed::Missing(format!("there is no file `{name}`")));
        };
        if !may_read(&self.folder(from), &canonical) {
            return Err(Unfollowed::Elsewhere(format!("`{name}` is outside of the repository, and is not read")));
        }
        self.whole_again(&canonical);
        if let Some(known) = self.known.get(canonical.as_os_str()) {
            return known.clone();
        }
        let broken = |message, mentions_key| {
            let error = SourceError { message, line: 0, column: 0 };
            Err(Unfollowed::Broken { path: name.clone(), error, mentions_key })
        };
        match self.content(&place) {
            Ok(Content::Bytes(bytes)) => self.parsed(&name, &place, Some(&canonical), bytes),
            Ok(Content::TooLarge { size, mentions }) => broken(too_large(size, self.limits.bytes), mentions),
            Err(error) => broken(format!("{error:#}"), false),
        }
    }

    fn snippet(&mut self, from: FileId, path: &str) -> Option<FileId> {
        let place = self.beside(from, path);
        let canonical = self.canonical(&place)?;
        if !may_read(&self.folder(from), &canonical) {
            return None;
        }
        if let Some(known) = self.snippets.get(&canonical) {
            return *known;
        }
        let document = match self.content(&place) {
            Ok(Content::Bytes(bytes)) => Document::parse(self.sources.next_id(), bytes, &self.limits).ok(),
            _ => None,
        };
        let file = document.map(|document| self.add(shown(&tidy(&place)), &place, document));
        self.snippets.insert(canonical, file);
        file
    }

    fn asset(&self, from: FileId, name: &str) -> Option<String> {
        self.uploaded(from, name)
    }

    fn document(&self, file: FileId) -> Option<&Document> {
        self.sources.document(file)
    }
}

/// What has been opened is found again without reading anything.
impl Known for Files {
    fn template(&self, from: FileId, path: &str) -> Result<Opened, Unfollowed> {
        let known =
            self.canonical(&self.beside(from, path)).and_then(|canonical| self.known.get(canonical.as_os_str()));
        known.cloned().unwrap_or_else(|| Err(Unfollowed::Missing(format!("there is no file `{path}`"))))
    }

    fn snippet(&self, from: FileId, path: &str) -> Option<FileId> {
        *self.snippets.get(&self.canonical(&self.beside(from, path))?)?
    }

    fn asset(&self, from: FileId, name: &str) -> Option<String> {
        self.uploaded(from, name)
    }
}
