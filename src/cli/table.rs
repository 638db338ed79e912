//! Rows as text: an aligned table, CSV or JSON.

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Schema};
use serde_json::{Map, Value};

use super::args::Format;
use crate::common::decimal::fixed;
use crate::common::error::{Error, Result};
use crate::common::types;
use crate::engine::{Answer, rows};

/// Rows of a table that are looked at for how wide its columns are; later ones that are wider stand out.
const LOOKED_AT: usize = 10_000;

/// An answer in the asked-for form, ending in a line break.
pub(super) fn format(answer: &Answer, format: Format) -> Result<String> {
    let mut form = Writer::new(&answer.schema, format);
    let mut text = String::new();
    for batch in &answer.batches {
        text.push_str(&form.add(batch.clone())?);
    }
    text.push_str(&form.end()?);
    Ok(text)
}

/// Turns rows into text as they come.
pub(super) struct Writer {
    names: Vec<String>,
    numeric: Vec<bool>,
    strings: Vec<bool>,
    format: Format,
    /// The widths of columns, once they are known.
    widths: Option<Vec<usize>>,
    held: Vec<Vec<Option<String>>>,
    rows: usize,
}

impl Writer {
    /// For rows with the columns of `schema`.
    pub(super) fn new(schema: &Schema, format: Format) -> Self {
        Self {
            names: schema.fields().iter().map(|field| field.name().clone()).collect(),
            numeric: which(schema, DataType::is_numeric),
            strings: which(schema, is_text),
            format,
            widths: None,
            held: Vec::new(),
            rows: 0,
        }
    }

    /// The text of some more rows, or of those that were held back so far.
    pub(super) fn add(&mut self, batch: RecordBatch) -> Result<String> {
        if batch.num_rows() == 0 {
            return Ok(String::new());
        }
        let cells = rows::texts(&[batch])?;
        let is_first = self.rows == 0;
        self.rows += cells.len();
        match self.format {
            Format::Table => {
                self.held.extend(cells);
                if self.widths.is_none() && self.held.len() < LOOKED_AT { Ok(String::new()) } else { Ok(self.lines()) }
            }
            Format::Csv => csv(if is_first { &self.names } else { &[] }, &cells),
            Format::Json => {
                let objects = as_objects(&self.names, &self.strings, &cells);
                Ok(objects
                    .iter()
                    .enumerate()
                    .map(|(index, object)| {
                        let before = if is_first && index == 0 { "[" } else { "," };
                        let text = serde_json::to_string_pretty(object).unwrap_or_default();
                        format!("{before}\n  {}", text.replace('\n', "\n  "))
                    })
                    .collect())
            }
        }
    }

    /// What is still to be written.
    pub(super) fn end(&mut self) -> Result<String> {
        match self.format {
            Format::Table if self.widths.is_none() || !self.held.is_empty() => Ok(self.lines()),
            Format::Csv if self.rows == 0 => csv(&self.names, &[]),
            Format::Json if self.rows == 0 => Ok("[]\n".to_owned()),
            Format::Json => Ok("\n]\n".to_owned()),
            Format::Table | Format::Csv => Ok(String::new()),
        }
    }

    /// The rows that were held back, with the head if they are the first.
    fn lines(&mut self) -> String {
        let cells = std::mem::take(&mut self.held);
        match &self.widths {
            Some(widths) => cells.iter().map(|row| line(row.iter().map(text_of), widths, &self.numeric)).collect(),
            None => {
                let widths = widths(&self.names, &cells);
                let text = aligned_to(&self.names, &self.numeric, &cells, &widths);
                self.widths = Some(widths);
                text
            }
        }
    }
}

/// The rows of an answer as JSON objects.
pub(super) fn objects(answer: &Answer) -> Result<Vec<Value>> {
    let names: Vec<String> = answer.schema.fields().iter().map(|field| field.name().clone()).collect();
    Ok(as_objects(&names, &which(&answer.schema, is_text), &rows::texts(&answer.batches)?))
}

/// Of which columns the type `is` so.
fn which(schema: &Schema, is: fn(&DataType) -> bool) -> Vec<bool> {
    schema.fields().iter().map(|field| is(field.data_type())).collect()
}

/// An answer as a table of Markdown.
pub(super) fn markdown(answer: &Answer) -> Result<String> {
    Ok(Cells::of(answer)?.markdown())
}

/// The texts of an answer, for people.
pub(super) struct Cells {
    pub(super) names: Vec<String>,
    numeric: Vec<bool>,
    /// Whether each column is of exact amounts, which have ten digits.
    exact: Vec<bool>,
    rows: Vec<Vec<Option<String>>>,
}

impl Cells {
    pub(super) fn of(answer: &Answer) -> Result<Self> {
        Ok(Self {
            names: answer.schema.fields().iter().map(|field| field.name().clone()).collect(),
            numeric: which(&answer.schema, DataType::is_numeric),
            exact: which(&answer.schema, |kind| matches!(kind, DataType::Decimal128(_, 10))),
            rows: rows::texts(&answer.batches)?,
        })
    }

    pub(super) fn aligned(&self) -> String {
        aligned(&self.names, &self.numeric, &self.rows)
    }

    pub(super) fn markdown(&self) -> String {
        let row = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        let rules = self.numeric.iter().map(|is_number| if *is_number { "---:" } else { "---" }.to_owned()).collect();
        let mut out = row(self.names.clone()) + &row(rules);
        for cells in &self.rows {
            let texts = cells.iter().map(|cell| text_of(cell).replace('|', "\\|").replace('\n', " "));
            out.push_str(&row(texts.collect()));
        }
        out
    }

    /// Rounds exact amounts to cents. If the column `parts` splits a figure, rows below it say what rounding has left, and
    /// the sum: one for each currency.
    pub(super) fn round_amounts(&mut self, parts: Option<usize>) {
        let sums = parts.map(|parts| self.sums(parts)).unwrap_or_default();
        for row in &mut self.rows {
            for (cell, _) in row.iter_mut().zip(&self.exact).filter(|(_, is_exact)| **is_exact) {
                *cell = cell.as_deref().map(|text| fixed(to_cents(units(text)), 2));
            }
        }
        let Some(parts) = parts else { return };
        let currency = self.names.iter().position(|name| name == "currency");
        for (name, sum, rounded) in sums {
            let rest = to_cents(sum) - rounded;
            let lines = [("rounding", rest), ("total", to_cents(sum))];
            for (word, amount) in lines.into_iter().filter(|(word, amount)| *word == "total" || *amount != 0) {
                let mut row = vec![None; self.names.len()];
                row[0] = Some(word.to_owned());
                row[parts] = Some(fixed(amount, 2));
                if let Some(currency) = currency {
                    row[currency] = Some(name.clone());
                }
                self.rows.push(row);
            }
        }
    }

    /// The currencies with the sum of `parts`, in units of the tenth digit, and the sum of what they are rounded to.
    fn sums(&self, parts: usize) -> Vec<(String, i128, i128)> {
        let currency = self.names.iter().position(|name| name == "currency");
        let mut sums: Vec<(String, i128, i128)> = Vec::new();
        for row in &self.rows {
            let name = currency.and_then(|currency| row[currency].clone()).unwrap_or_default();
            let amount = row[parts].as_deref().map(units).unwrap_or_default();
            match sums.iter_mut().find(|(known, ..)| *known == name) {
                Some((_, sum, rounded)) => {
                    *sum += amount;
                    *rounded += to_cents(amount);
                }
                None => sums.push((name, amount, to_cents(amount))),
            }
        }
        sums
    }
}

/// A decimal with ten digits behind the point in units of the last.
fn units(text: &str) -> i128 {
    text.replace('.', "").parse().unwrap_or_default()
}

/// Units of the tenth digit in cents, halves away from zero.
fn to_cents(units: i128) -> i128 {
    let cent = 100_000_000;
    (units + units.signum() * cent / 2) / cent
}

/// Columns side by side, numbers to the right, under an underlined head.
pub(super) fn aligned(names: &[String], numeric: &[bool], cells: &[Vec<Option<String>>]) -> String {
    aligned_to(names, numeric, cells, &widths(names, cells))
}

fn aligned_to(names: &[String], numeric: &[bool], cells: &[Vec<Option<String>>], widths: &[usize]) -> String {
    let mut out = line(names.iter().map(String::as_str), widths, numeric);
    let rules: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
    out.push_str(&line(rules.iter().map(String::as_str), widths, numeric));
    if cells.is_empty() {
        out.push_str("(no rows)\n");
    }
    for row in cells {
        out.push_str(&line(row.iter().map(text_of), widths, numeric));
    }
    out
}

/// How wide each column has to be.
fn widths(names: &[String], cells: &[Vec<Option<String>>]) -> Vec<usize> {
    let mut widths: Vec<usize> = names.iter().map(|name| name.chars().count()).collect();
    for row in cells {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(text_of(cell).chars().count());
        }
    }
    widths
}

fn line<'a>(texts: impl Iterator<Item = &'a str>, widths: &[usize], numeric: &[bool]) -> String {
    let padded = texts.zip(widths).enumerate().map(|(index, (text, width))| {
        let gap = " ".repeat(width.saturating_sub(text.chars().count()));
        let right = numeric.get(index).copied().unwrap_or(false);
        if right { format!("{gap}{text}") } else { format!("{text}{gap}") }
    });
    let joined = padded.collect::<Vec<_>>().join("  ");
    format!("{}\n", joined.trim_end())
}

fn text_of(cell: &Option<String>) -> &str {
    cell.as_deref().unwrap_or("")
}

pub(super) fn csv(names: &[String], cells: &[Vec<Option<String>>]) -> Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    if !names.is_empty() {
        writer.write_record(names).map_err(no_csv)?;
    }
    for row in cells {
        writer.write_record(row.iter().map(text_of)).map_err(no_csv)?;
    }
    let bytes = writer.into_inner().map_err(no_csv)?;
    String::from_utf8(bytes).map_err(no_csv)
}

fn no_csv(cause: impl std::fmt::Display) -> Error {
    Error::bug("could not write rows as CSV").caused_by(&cause)
}

/// Text stays text; so do decimals, which a JSON number could not hold exactly.
fn is_text(kind: &DataType) -> bool {
    !(kind.is_integer() || kind.is_floating() || *kind == DataType::Boolean) || types::is_string(kind)
}

pub(super) fn json(names: &[String], strings: &[bool], cells: &[Vec<Option<String>>]) -> String {
    pretty(&as_objects(names, strings, cells))
}

fn pretty(objects: &[Value]) -> String {
    let mut text = serde_json::to_string_pretty(objects).unwrap_or_default();
    text.push('\n');
    text
}

fn as_objects(names: &[String], strings: &[bool], cells: &[Vec<Option<String>>]) -> Vec<Value> {
    cells
        .iter()
        .map(|row| {
            let values = row.iter().zip(strings).map(|(cell, is_text)| match cell {
                None => Value::Null,
                Some(text) if *is_text => Value::from(text.as_str()),
                Some(text) => serde_json::from_str(text).unwrap_or_else(|_| Value::from(text.as_str())),
            });
            Value::Object(names.iter().cloned().zip(values).collect::<Map<String, Value>>())
        })
        .collect()
}

#[cfg(test)]
mod tests;
