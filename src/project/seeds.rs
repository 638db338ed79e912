//! Seeds: lookup tables in CSV files that analysts edit.

use std::io::Read;

use super::files::TextFile;
use super::properties::{ColumnProperties, ModelProperties};
use crate::common::error::{Error, Place, Result};

mod edit;

pub use edit::{SeedText, replace_file};

/// A CSV file with a header; every value still as text.
#[derive(Debug, Clone)]
pub struct Seed {
    /// The seed's name: the file's.
    pub name: String,
    /// The file.
    pub file: TextFile,
    /// The column names.
    pub header: Vec<String>,
    /// The YAML file that describes it, if any.
    pub properties_file: Option<TextFile>,
    /// The rows, each as wide as the header, with the line it stands on.
    pub rows: Vec<(usize, Vec<String>)>,
}

impl Seed {
    /// Reads the CSV text.
    ///
    /// # Errors
    /// When there is no header, a row is of another width, or quotes are not closed.
    pub fn parse(file: TextFile) -> Result<Self> {
        // A comment in the last line would be a row if no line end came behind it.
        let text = file.text.as_bytes().chain(&b"\n"[..]);
        let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).trim(csv::Trim::All).from_reader(text);
        let first = reader.headers().map_err(|error| no_csv(&file, &error))?;
        let header: Vec<String> = first.iter().map(str::to_owned).collect();
        if header.is_empty() {
            return Err(Error::user(format!("the seed `{}` has no header", file.path))
                .at(Place::file(&file.path))
                .hint("the first line of a seed names its columns"));
        }
        let mut last = first.position().cloned().unwrap_or_else(csv::Position::new);
        if let Some((_, twice)) = header.iter().enumerate().find(|(index, name)| header[..*index].contains(name)) {
            return Err(Error::user(format!("the header names the column `{twice}` twice"))
                .at(file.place_at(line_of(&file.text, &last), 0)));
        }
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|error| no_csv(&file, &error))?;
            last = record.position().cloned().unwrap_or(last);
            rows.push((line_of(&file.text, &last), record.iter().map(str::to_owned).collect()));
        }
        if is_open(&file.text, &last) {
            return Err(never_closed(&file, &last));
        }
        Ok(Self { name: file.stem().to_owned(), file, header, properties_file: None, rows })
    }

    /// Its columns with what is declared of them: those that are declared, or else those of the header, as the rows of a
    /// seed that a database has may not be known.
    pub fn described<'a>(&'a self, properties: &'a ModelProperties) -> Vec<(&'a str, Option<&'a ColumnProperties>)> {
        if properties.columns.is_empty() {
            return self.header.iter().map(|name| (name.as_str(), None)).collect();
        }
        properties.columns.iter().map(|column| (column.name.as_str(), Some(column))).collect()
    }

    /// Where columns stand.
    ///
    /// # Errors
    /// When one is missing.
    pub fn columns<const N: usize>(&self, names: [&str; N]) -> Result<[usize; N]> {
        let mut at = [0; N];
        for (slot, name) in at.iter_mut().zip(names) {
            *slot = self.header.iter().position(|column| column == name).ok_or_else(|| {
                Error::user(format!("the seed `{}` has no column `{name}`", self.name))
                    .at(self.file.place_at(1, 1))
                    .did_you_mean(name, self.header.iter().map(String::as_str))
            })?;
        }
        Ok(at)
    }

    /// The same with its rows in the order of their values, however they were read.
    pub(super) fn in_order(mut self) -> Self {
        self.rows.sort_by(|one, other| one.1.cmp(&other.1));
        self
    }
}

fn no_csv(file: &TextFile, error: &csv::Error) -> Error {
    let line = error.position().map_or(0, |at| line_of(&file.text, at));
    match (error.kind(), error.position()) {
        (csv::ErrorKind::UnequalLengths { .. }, Some(at)) if is_open(&file.text, at) => never_closed(file, at),
        (csv::ErrorKind::UnequalLengths { expected_len, len, .. }, _) => {
            Error::user(format!("this row has {len} values, the header has {expected_len}")).at(file.place_at(line, 0))
        }
        _ => {
            Error::user(format!("`{}` is not a valid CSV file", file.path)).at(file.place_at(line, 0)).caused_by(error)
        }
    }
}

fn never_closed(file: &TextFile, at: &csv::Position) -> Error {
    Error::user("a quote in this row is never closed")
        .at(file.place_at(line_of(&file.text, at), 0))
        .hint("close it; inside quotes, write `\"\"` for a quote")
}

/// The line of the row at `at`, where the reader was before it passed over empty lines and comments.
fn line_of(text: &str, at: &csv::Position) -> usize {
    let rest = text.get(at.byte() as usize..).unwrap_or_default();
    let passed = rest
        .split_inclusive('\n')
        .take_while(|line| line.starts_with('#') || line.trim_end_matches(['\r', '\n']).is_empty());
    at.line() as usize + passed.count()
}

/// Whether quotes of the last row, which begins at `at`, are not closed: then it takes in whatever comes behind it.
fn is_open(text: &str, at: &csv::Position) -> bool {
    let behind = format!("{}\nbehind", text.get(at.byte() as usize..).unwrap_or_default());
    let mut reader = csv::ReaderBuilder::new();
    let reader = reader.comment(Some(b'#')).flexible(true).has_headers(false);
    reader.from_reader(behind.as_bytes()).byte_records().flatten().count() < 2
}

#[cfg(test)]
mod tests;
