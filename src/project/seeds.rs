//! Seeds: lookup tables in CSV files that analysts edit.

use super::files::TextFile;
use crate::common::error::{Error, Result};

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
    pub(super) fn parse(file: TextFile) -> Result<Self> {
        let mut reader =
            csv::ReaderBuilder::new().comment(Some(b'#')).trim(csv::Trim::All).from_reader(file.text.as_bytes());
        let header = reader.headers().map_err(|error| no_csv(&file, &error))?;
        let header: Vec<String> = header.iter().map(str::to_owned).collect();
        if header.is_empty() {
            return Err(Error::user(format!("the seed `{}` has no header", file.path))
                .hint("the first line of a seed names its columns"));
        }
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|error| no_csv(&file, &error))?;
            let line = record.position().map_or(0, |p| p.line() as usize);
            rows.push((line, record.iter().map(str::to_owned).collect()));
        }
        Ok(Self { name: file.stem().to_owned(), file, header, properties_file: None, rows })
    }
}

fn no_csv(file: &TextFile, error: &csv::Error) -> Error {
    let line = error.position().map_or(0, |p| p.line() as usize);
    let message = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("this row has {len} values, the header has {expected_len}")
        }
        _ => format!("`{}` is not a valid CSV file", file.path),
    };
    Error::user(message).at(file.place_at(line, 0)).caused_by(error)
}
