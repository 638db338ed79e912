//! The one error type: what went wrong, where in whose file, and what to do about it.
//!
//! Kinds are for acting on (exit code, retry), not for wording. It keeps no I/O and no printing.

use std::fmt;
use std::path::{Path, PathBuf};

/// Result of anything in apportion that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Who has to act on an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ErrorKind {
    /// The project's files, the settings or the command line are wrong.
    User,
    /// The source data is not what the models need.
    Data,
    /// The outside world said no: a file system, a store, a limit.
    Environment,
    /// Nothing is wrong, or nothing that anybody can mend: the same command does it later.
    Later,
    /// apportion broke a promise of its own.
    Bug,
}

/// Where in a file an error stands. Lines and columns count from 1; 0 is unknown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file, as the user would name it.
    pub file: PathBuf,
    /// Line, from 1; 0 when only the file is known.
    pub line: usize,
    /// Column, from 1; 0 when only the line is known.
    pub column: usize,
    /// The text of that line, for the caret.
    pub text: Option<String>,
}

impl Place {
    /// A place that is a whole file.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self { file: path.into(), line: 0, column: 0, text: None }
    }

    /// A line and column of `source`, the text of `path`.
    pub fn in_text(path: impl Into<PathBuf>, source: &str, line: usize, column: usize) -> Self {
        let text = line.checked_sub(1).and_then(|n| source.lines().nth(n)).map(str::to_owned);
        Self { file: path.into(), line, column, text }
    }
}

/// An error with its place, its context and its cure.
#[derive(Debug, Clone)]
pub struct Error(Box<ErrorParts>);

#[derive(Debug, Clone)]
struct ErrorParts {
    kind: ErrorKind,
    message: String,
    place: Option<Place>,
    context: Vec<String>,
    hints: Vec<String>,
    source: Option<String>,
    others: Vec<Error>,
}

impl ErrorKind {
    /// The word for it in logs.
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Data => "data",
            Self::Environment => "environment",
            Self::Later => "later",
            Self::Bug => "bug",
        }
    }
}

impl Error {
    /// An error of `kind`; lower case, names in backticks, no full stop.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(ErrorParts {
            kind,
            message: message.into(),
            place: None,
            context: Vec::new(),
            hints: Vec::new(),
            source: None,
            others: Vec::new(),
        }))
    }

    /// The user's files or words are wrong.
    pub fn user(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::User, message)
    }

    /// The source data is wrong.
    pub fn data(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Data, message)
    }

    /// The outside world said no.
    pub fn environment(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Environment, message)
    }

    /// Not now: whoever comes back later may find it done.
    pub fn later(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Later, message)
    }

    /// A promise of our own is broken.
    pub fn bug(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Bug, message)
    }

    /// An I/O error on a path.
    pub fn io(doing: &str, path: &Path, source: &std::io::Error) -> Self {
        Self::environment(format!("cannot {doing} `{}`", path.display())).caused_by(source)
    }

    /// Several errors as one; the first one decides the kind.
    ///
    /// Returns `None` for no errors.
    pub fn many(errors: Vec<Error>) -> Option<Self> {
        let mut flat = errors.into_iter().flat_map(|mut error| {
            let others = std::mem::take(&mut error.0.others);
            std::iter::once(error).chain(others)
        });
        let mut first = flat.next()?;
        first.0.others.extend(flat);
        Some(first)
    }

    /// Sets where it happened, unless a place is already known.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.0.place.get_or_insert(place);
        self
    }

    /// Puts the place of a text into the file that the text was made from.
    #[must_use]
    pub fn relocate(mut self, to_file: impl FnOnce(&Place) -> Place) -> Self {
        if let Some(place) = &self.0.place
            && place.file.as_os_str().is_empty()
        {
            self.0.place = Some(to_file(place));
        }
        self
    }

    /// Adds what was being done, outermost last.
    #[must_use]
    pub fn while_doing(mut self, context: impl Into<String>) -> Self {
        self.0.context.push(context.into());
        self
    }

    /// Adds a cure.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hints.push(hint.into());
        self
    }

    /// Adds `did you mean` when one of `names` is close to `name`.
    #[must_use]
    pub fn did_you_mean<'a>(self, name: &str, names: impl IntoIterator<Item = &'a str>) -> Self {
        match closest(name, names) {
            Some(best) => self.hint(format!("did you mean `{best}`?")),
            None => self,
        }
    }

    /// Keeps the words of the error underneath.
    #[must_use]
    pub fn caused_by(mut self, source: &dyn fmt::Display) -> Self {
        self.0.source = Some(source.to_string());
        self
    }

    /// Who has to act.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The same error for others to act on.
    #[must_use]
    pub fn of_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }

    /// The sentence alone, without place and hints.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Where it happened, if known.
    pub fn place(&self) -> Option<&Place> {
        self.0.place.as_ref()
    }

    /// The cures.
    pub fn hints(&self) -> &[String] {
        &self.0.hints
    }

    /// This error in full, without those gathered with it.
    pub fn alone(&self) -> String {
        struct Alone<'a>(&'a Error);
        impl fmt::Display for Alone<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt_one(f)
            }
        }
        Alone(self).to_string()
    }

    /// This error and those gathered with it.
    pub fn each(&self) -> impl Iterator<Item = &Error> {
        std::iter::once(self).chain(self.0.others.iter())
    }
}

impl fmt::Display for Error {
    /// The error in full: message, place with line and caret, context, cause and hints.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.each().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            error.fmt_one(f)?;
        }
        Ok(())
    }
}

impl Error {
    fn fmt_one(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        let head = if inner.kind == ErrorKind::Bug { "internal error" } else { "error" };
        write!(f, "{head}: {}", inner.message)?;
        if let Some(place) = &inner.place {
            fmt_place(f, place)?;
        }
        for context in &inner.context {
            write!(f, "\n  while {context}")?;
        }
        if let Some(source) = &inner.source {
            write!(f, "\n  cause: {source}")?;
        }
        for hint in &inner.hints {
            write!(f, "\n  hint: {hint}")?;
        }
        if inner.kind == ErrorKind::Bug {
            write!(f, "\n  hint: this is a bug in apportion, not in your files; please report it")?;
        }
        Ok(())
    }
}

fn fmt_place(f: &mut fmt::Formatter<'_>, place: &Place) -> fmt::Result {
    write!(f, "\n  --> {}", place.file.display())?;
    if place.line > 0 {
        write!(f, ":{}", place.line)?;
        if place.column > 0 {
            write!(f, ":{}", place.column)?;
        }
    }
    let Some(text) = &place.text else { return Ok(()) };
    let number = place.line.to_string();
    let pad = " ".repeat(number.len());
    write!(f, "\n  {pad} |\n  {number} | {text}")?;
    if place.column > 0 {
        let lead: String = text.chars().take(place.column - 1).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
        write!(f, "\n  {pad} | {lead}^")?;
    }
    Ok(())
}

impl std::error::Error for Error {}

/// The name nearest to `name`, if near enough to be a slip.
fn closest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    names
        .into_iter()
        .filter(|candidate| !candidate.is_empty())
        .map(|candidate| (edit_distance(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.chars().count().min(12) / 4)
        .min()
        .map(|(_, candidate)| candidate)
}

fn edit_distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.to_lowercase().chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in right.iter().enumerate() {
            let substitute = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = substitute.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests;
