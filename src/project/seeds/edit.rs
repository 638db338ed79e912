//! A seed whose text is changed row by row: every other line stays as it is.

use std::io::Write;
use std::path::Path;

use csv::{Terminator, WriterBuilder};

use super::Seed;
use crate::common::error::{Error, Result};

/// The lines of a seed's file, each with its end.
#[derive(Debug, Clone)]
pub struct SeedText {
    lines: Vec<String>,
    ending: &'static str,
}

impl SeedText {
    /// The lines of `seed`.
    pub fn of(seed: &Seed) -> Self {
        let text = &seed.file.text;
        let ending = if text.contains("\r\n") { "\r\n" } else { "\n" };
        Self { lines: text.split_inclusive('\n').map(str::to_owned).collect(), ending }
    }

    /// Writes `cells` in the place of the row on `line`, counted from one, whose cells are `old`.
    ///
    /// # Errors
    /// When the row goes on in the next line.
    pub fn replace(&mut self, seed: &Seed, line: usize, old: &[String], cells: &[String]) -> Result<()> {
        let spread = || {
            Error::user("this row is spread over several lines")
                .at(seed.file.place_at(line, 1))
                .hint("write it on one line, so that it can be changed")
        };
        let place = line.checked_sub(1).and_then(|index| self.lines.get_mut(index)).ok_or_else(spread)?;
        let reader = csv::ReaderBuilder::new().has_headers(false).trim(csv::Trim::All).from_reader(place.as_bytes());
        let alone = reader.into_records().next().and_then(std::result::Result::ok);
        if alone.is_none_or(|alone| !alone.iter().eq(old)) {
            return Err(spread());
        }
        let end = place[place.trim_end_matches(['\r', '\n']).len()..].to_owned();
        *place = csv_line(cells)? + &end;
        Ok(())
    }

    /// Writes `cells` below the line, counted from one, or below all; says on which line they are.
    ///
    /// # Errors
    /// When they cannot be written as CSV.
    pub fn add(&mut self, below: Option<usize>, cells: &[String]) -> Result<usize> {
        let at = below.unwrap_or(self.lines.len()).min(self.lines.len());
        if let Some(last) = at.checked_sub(1).and_then(|before| self.lines.get_mut(before))
            && !last.ends_with('\n')
        {
            last.push_str(self.ending);
        }
        self.lines.insert(at, csv_line(cells)? + self.ending);
        Ok(at + 1)
    }

    /// The text of the file.
    pub fn text(&self) -> String {
        self.lines.concat()
    }
}

/// `cells` as a line of CSV, without its end.
///
/// # Errors
/// When they cannot be written.
pub fn csv_line(cells: &[String]) -> Result<String> {
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
