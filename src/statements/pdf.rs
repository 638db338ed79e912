//! PDF: typst over the folder of templates, and nothing else.

use std::sync::Arc;

use serde_json::Value;
use typst::diag::{FileError, FileResult, Severity, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::layout::{Frame, FrameItem};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World, WorldExt};
use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;

use super::folder::Templates;
use crate::common::error::{Error, Place, Result};

/// The template.
pub(super) const TEMPLATE: &str = "pdf.typ";
/// What templates read the statement from, beside them, and its words.
const DATA: [&str; 2] = ["view.json", "words.json"];

/// What is the same for every statement: the library of typst, and fonts.
#[derive(Debug)]
pub struct Typesetter {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    templates: Arc<Templates>,
}

/// A PDF and what can be read in it.
pub(super) struct Pdf {
    pub(super) bytes: Vec<u8>,
    pub(super) text: String,
}

/// What one statement's template sees: no clock, no network, no packages, and of the disk what was read of the folder.
struct Desk<'a> {
    typesetter: &'a Typesetter,
    main: FileId,
    data: [(String, Bytes); DATA.len()],
}

impl Typesetter {
    /// Takes the fonts of the folder.
    ///
    /// # Errors
    /// When there is none, or a file is no font.
    pub fn new(templates: &Arc<Templates>) -> Result<Self> {
        let mut fonts = Vec::new();
        for name in templates.below("fonts/").filter(|name| name.ends_with(".ttf") || name.ends_with(".otf")) {
            let path = format!("fonts/{name}");
            let bytes = templates.get(&path).unwrap_or_default().to_vec();
            let before = fonts.len();
            fonts.extend(Font::iter(Bytes::new(bytes)));
            if fonts.len() == before {
                return Err(Error::user(format!("`{}` is not a font", templates.name(&path)))
                    .hint("fonts are .ttf or .otf files"));
            }
        }
        if fonts.is_empty() {
            return Err(Error::user(format!("there are no fonts in `{}`", templates.name("fonts")))
                .hint("copy those that `apportion init` brings"));
        }
        Ok(Self {
            library: LazyHash::new(Library::default()),
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            fonts,
            templates: Arc::clone(templates),
        })
    }

    /// Sets `view` with `template`; `number` tells the document from others.
    ///
    /// # Errors
    /// What is wrong with the template, with its place.
    pub(super) fn render(&self, template: &str, number: &str, view: &Value, words: &Value) -> Result<Pdf> {
        let main = format!("{template}/{TEMPLATE}");
        let beside = |name: &str, value: &Value| (format!("{template}/{name}"), Bytes::from_string(value.to_string()));
        let [of_view, of_words] = DATA;
        let data = [beside(of_view, view), beside(of_words, words)];
        let desk = Desk { typesetter: self, main: file_id(&main)?, data };
        let document = typst::compile::<PagedDocument>(&desk).output;
        let document = document.map_err(|errors| desk.wrong(&errors))?;
        let options = PdfOptions {
            ident: Smart::Custom(number.to_owned()),
            creator: Smart::Custom(Some("apportion".to_owned())),
            ..PdfOptions::default()
        };
        let bytes = typst_pdf::pdf(&document, &options).map_err(|errors| desk.wrong(&errors))?;
        let mut text = String::new();
        document.pages().iter().for_each(|page| read(&page.frame, &mut text));
        // Nothing of one statement helps with the next.
        typst::comemo::evict(2);
        Ok(Pdf { bytes, text })
    }
}

/// The texts of a frame, one a line.
fn read(frame: &Frame, text: &mut String) {
    for (_, item) in frame.items() {
        match item {
            FrameItem::Group(group) => read(&group.frame, text),
            FrameItem::Text(item) => {
                text.push_str(&item.text);
                text.push('\n');
            }
            _ => {}
        }
    }
}

fn file_id(path: &str) -> Result<FileId> {
    let path = VirtualPath::new(path)
        .map_err(|error| Error::user(format!("`{path}` cannot be the path of a template")).caused_by(&error))?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

impl Desk<'_> {
    fn bytes(&self, id: FileId) -> FileResult<Bytes> {
        let path = id.get();
        if *path.root() != VirtualRoot::Project {
            return Err(FileError::Other(Some("packages are not read: copy what you need into the folder".into())));
        }
        let name = path.vpath().get_without_slash();
        if let Some((_, bytes)) = self.data.iter().find(|(data, _)| data == name) {
            return Ok(bytes.clone());
        }
        let found = self.typesetter.templates.get(name).map(|bytes| Bytes::new(bytes.to_vec()));
        found.ok_or_else(|| FileError::NotFound(self.typesetter.templates.name(name).into()))
    }

    /// The first of `errors`, with its place and hints.
    fn wrong(&self, errors: &[SourceDiagnostic]) -> Error {
        let found = errors.iter().filter(|found| found.severity == Severity::Error).map(|found| {
            let mut error = Error::user(found.message.to_string());
            if let Some(place) = self.place(found) {
                error = error.at(place);
            }
            found.hints.iter().fold(error, |error, hint| error.hint(hint.v.to_string()))
        });
        Error::many(found.collect()).unwrap_or_else(|| Error::bug("typst fails and does not say why"))
    }

    fn place(&self, found: &SourceDiagnostic) -> Option<Place> {
        let range = self.range(found.span)?;
        let id = found.span.id()?;
        let name = self.typesetter.templates.name(id.get().vpath().get_without_slash());
        let source = self.source(id).ok()?;
        let (line, column) = source.lines().byte_to_line_column(range.start)?;
        Some(Place::in_text(name, source.text(), line + 1, column + 1))
    }
}

impl World for Desk<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.typesetter.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.typesetter.book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let bytes = self.bytes(id)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| FileError::InvalidUtf8)?;
        Ok(Source::new(id, text.strip_prefix('\u{feff}').unwrap_or(text).to_owned()))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.bytes(id)
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.typesetter.fonts.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}
