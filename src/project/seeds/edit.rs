//! A seed whose text is changed row by row: every other line stays as it is.

use std::io::Write;
use std::path::Path;

use csv::{Terminator, WriterBuilder};

use super::Seed;
use crate::common::error::{Error, Result};

/// A row, with the line that it stands on, counted from one.
#[derive(Debug, Clone)]
struct SeedRow {
    line: usize,
    cells: Vec<String>,
}

/// The file of a seed, and its rows in the file's order.
#[derive(Debug, Clone)]
pub struct SeedText<'a> {
    seed: &'a Seed,
    /// Each with its end.
    lines: Vec<String>,
    rows: Vec<SeedRow>,
    ending: &'static str,
}

impl<'a> SeedText<'a> {
    /// What `seed` has.
    pub fn of(seed: &'a Seed) -> Self {
        let text = &seed.file.text;
        let ending = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let lines = text.split_inclusive('\n').map(str::to_owned).collect();
        let rows = seed.rows.iter().map(|(line, cells)| SeedRow { line: *line, cells: cells.clone() }).collect();
        Self { seed, lines, rows, ending }
    }

    /// The cells of every row, in the order of the seed's header.
    pub fn rows(&self) -> impl DoubleEndedIterator<Item = &[String]> + ExactSizeIterator {
        self.rows.iter().map(|row| row.cells.as_slice())
    }

    /// Writes `cells` in the place of a row; one that has them already stays as it is written.
    ///
    /// # Errors
    /// When the row is spread over several lines.
    pub fn replace(&mut self, row: usize, cells: Vec<String>) -> Result<()> {
        if self.rows[row].cells == cells {
            return Ok(());
        }
        let at = self.line_of(row)?;
        let line = &mut self.lines[at];
        let end = line[line.trim_end_matches(['\r', '\n']).len()..].to_owned();
        *line = csv_line(&cells)? + &end;
        self.rows[row].cells = cells;
        Ok(())
    }

    /// Adds a row below another one, or below all.
    ///
    /// # Errors
    /// When it cannot be written as CSV.
    pub fn add(&mut self, below: Option<usize>, cells: Vec<String>) -> Result<()> {
        let at = below.map_or(self.lines.len(), |row| self.rows[row].line);
        if let Some(last) = at.checked_sub(1).and_then(|before| self.lines.get_mut(before))
            && !last.ends_with('\n')
        {
            last.push_str(self.ending);
        }
        self.lines.insert(at, csv_line(&cells)? + self.ending);
        let row = below.map_or(self.rows.len(), |row| row + 1);
        self.rows[row..].iter_mut().for_each(|row| row.line += 1);
        self.rows.insert(row, SeedRow { line: at + 1, cells });
        Ok(())
    }

    /// Removes a row.
    ///
    /// # Errors
    /// When the row is spread over several lines.
    pub fn remove(&mut self, row: usize) -> Result<()> {
        let at = self.line_of(row)?;
        self.lines.remove(at);
        self.rows.remove(row);
        self.rows[row..].iter_mut().for_each(|row| row.line -= 1);
        Ok(())
    }

    /// The text of the file.
    pub fn text(&self) -> String {
        self.lines.concat()
    }

    /// The one line, counted from zero, that a row is written on.
    fn line_of(&self, row: usize) -> Result<usize> {
        let SeedRow { line, cells } = &self.rows[row];
        let at = line.saturating_sub(1);
        let text = self.lines.get(at).map_or("", String::as_str);
        let reader = csv::ReaderBuilder::new().has_headers(false).trim(csv::Trim::All).from_reader(text.as_bytes());
        let alone = reader.into_records().next().and_then(std::result::Result::ok);
        if alone.is_some_and(|alone| alone.iter().eq(cells)) {
            return Ok(at);
        }
        Err(Error::user("this row is spread over several lines")
            .at(self.seed.file.place_at(*line, 1))
            .hint("write it on one line, so that it can be changed"))
    }
}

/// `cells` as a line of CSV, without its end.
///
/// # Errors
/// When they cannot be written.
fn csv_line(cells: &[String]) -> Result<String> {
    let no_csv =
        |cause: &dyn std::fmt::Display| Error::bug("could not write a row as CSV").caused_by(&cause.to_string());
    let mut writer = WriterBuilder::new().terminator(Terminator::Any(b'\n')).from_writer(Vec::new());
    writer.write_record(cells).map_err(|e| no_csv(&e))?;
    let bytes = writer.into_inner().map_err(|e| no_csv(&e))?;
    let text = String::from_utf8(bytes).map_err(|e| no_csv(&e))?;
    Ok(text.trim_end_matches('\n').to_owned())
}

/// Writes `text` in the place of `path`: whole, or not at all.
///
/// # Errors
/// When the folder or the file cannot be written.
pub fn replace_file(path: &Path, text: &str) -> Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let new = path.with_file_name(name);
    write_by_way_of(&new, path, text).map_err(|e| {
        let _ = std::fs::remove_file(&new);
        Error::io("write", path, &e).hint("the file is unchanged")
    })
}

fn write_by_way_of(new: &Path, path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = std::fs::File::create(new)?;
    file.write_all(text.as_bytes())?;
    file.set_permissions(std::fs::metadata(path)?.permissions())?;
    file.sync_all()?;
    std::fs::rename(new, path)
}
