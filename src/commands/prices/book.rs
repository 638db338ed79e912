//! The seed `tier_rates` as text: rows are closed and added, every other line stays as it is.

use crate::common::error::{Error, Result};
use crate::project::{Seed, csv_line};

use super::decimal::Decimal;
use super::rules::wrong;
use super::tiers::{Tier, Tiers};

/// Columns that are written; any other is left empty.
const COLUMNS: [&str; 9] =
    ["tier_table", "region", "from_quantity", "to_quantity", "rate", "unit", "valid_from", "valid_until", "source"];

/// What came of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SeedChange {
    /// It was not there.
    Added,
    /// Other rates were: they end where these begin.
    Closed,
    /// Other rates were there from the same day on: these take their place.
    Replaced,
    /// The same rates are there already.
    Unchanged,
    /// The seed has rates of a later day: they stay.
    Older,
}

impl SeedChange {
    /// Whether the seed is another after it.
    pub(super) fn is_written(self) -> bool {
        matches!(self, Self::Added | Self::Closed | Self::Replaced)
    }
}

/// A line of the file.
struct CsvLine {
    text: String,
    row: Option<RateRow>,
}

impl CsvLine {
    /// Its row of rates, if that is of this table and has no end.
    fn open_row(&self, table: &str, region: &str) -> Option<&RateRow> {
        self.row.as_ref().filter(|row| row.is_of(table, region) && row.until().is_empty())
    }
}

/// A row of rates: its cells in the order of [`COLUMNS`].
struct RateRow {
    cells: [String; COLUMNS.len()],
    tier: Tier,
}

/// The whole file.
pub(super) struct PriceBook {
    width: usize,
    at: [usize; COLUMNS.len()],
    lines: Vec<CsvLine>,
    ending: &'static str,
}

impl RateRow {
    fn is_of(&self, table: &str, region: &str) -> bool {
        self.cells[0] == table && self.cells[1] == region
    }

    fn unit(&self) -> &str {
        &self.cells[5]
    }

    fn from(&self) -> &str {
        &self.cells[6]
    }

    fn until(&self) -> &str {
        &self.cells[7]
    }
}

impl PriceBook {
    /// Reads the seed.
    ///
    /// # Errors
    /// When a column is missing or a quantity or rate cannot be read.
    pub(super) fn read(seed: &Seed) -> Result<Self> {
        let at = seed.columns(COLUMNS)?;
        let text = &seed.file.text;
        let ending = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let mut lines: Vec<CsvLine> = text.lines().map(|line| CsvLine { text: line.to_owned(), row: None }).collect();
        for (line, row) in &seed.rows {
            let cells = at.map(|index| row[index].clone());
            let [_, _, from, to, rate, ..] = &cells;
            let to = if to.is_empty() { None } else { Some(number(to, seed, *line)?) };
            let tier = Tier { from: number(from, seed, *line)?, to, rate: number(rate, seed, *line)? };
            if let Some(place) = lines.get_mut(line.saturating_sub(1)) {
                place.row = Some(RateRow { cells, tier });
            }
        }
        Ok(Self { width: seed.header.len(), at, lines, ending })
    }

    /// Puts the tiers of a table in; says what became of it and how many rows were closed.
    ///
    /// # Errors
    /// When a row cannot be written as CSV.
    pub(super) fn put(
        &mut self,
        table: &str,
        region: &str,
        tiers: &Tiers,
        source: &str,
    ) -> Result<(SeedChange, usize)> {
        let open: Vec<&RateRow> = self.rows_of(table, region).filter(|row| row.until().is_empty()).collect();
        let mut known: Vec<&Tier> = open.iter().map(|row| &row.tier).collect();
        known.sort_by_key(|tier| tier.from);
        if known.iter().copied().eq(&tiers.tiers) && open.iter().all(|row| row.unit() == tiers.unit) {
            return Ok((SeedChange::Unchanged, 0));
        }
        if self.rows_of(table, region).any(|row| row.from() > tiers.from.as_str() || row.until() > tiers.from.as_str())
        {
            return Ok((SeedChange::Older, 0));
        }
        let from = tiers.from.as_str();
        let before = self.lines.len();
        self.lines.retain(|line| line.open_row(table, region).is_none_or(|row| row.from() != from));
        let replaced = before - self.lines.len();
        let mut closed = 0;
        for index in 0..self.lines.len() {
            if self.lines[index].open_row(table, region).is_some()
                && let Some(mut row) = self.lines[index].row.take()
            {
                row.cells[7] = from.to_owned();
                self.lines[index] = self.line(Some(&self.lines[index].text), row)?;
                closed += 1;
            }
        }
        self.add(table, region, tiers, source)?;
        let change = match (closed, replaced) {
            (0, 0) => SeedChange::Added,
            (0, _) => SeedChange::Replaced,
            _ => SeedChange::Closed,
        };
        Ok((change, closed))
    }

    fn rows_of(&self, table: &str, region: &str) -> impl Iterator<Item = &RateRow> {
        self.lines.iter().filter_map(|line| line.row.as_ref()).filter(move |row| row.is_of(table, region))
    }

    /// Adds rows below those of the same table, or at the end.
    fn add(&mut self, table: &str, region: &str, tiers: &Tiers, source: &str) -> Result<()> {
        let mut added = Vec::new();
        for tier in &tiers.tiers {
            let to = tier.to.map(|to| to.to_string()).unwrap_or_default();
            let (from, rate) = (tier.from.to_string(), tier.rate.to_string());
            let cells = [table, region, &from, &to, &rate, &tiers.unit, &tiers.from, "", source].map(str::to_owned);
            added.push(self.line(None, RateRow { cells, tier: tier.clone() })?);
        }
        let last = self.lines.iter().rposition(|line| line.row.as_ref().is_some_and(|row| row.cells[0] == table));
        let at = last.map_or(self.lines.len(), |last| last + 1);
        self.lines.splice(at..at, added);
        Ok(())
    }

    /// The row as a line; columns that are not ours stay as they are in `old`.
    fn line(&self, old: Option<&str>, row: RateRow) -> Result<CsvLine> {
        let mut record = vec![String::new(); self.width];
        if let Some(old) = old {
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(old.as_bytes());
            for cells in reader.records() {
                record = cells.map_err(no_csv)?.iter().map(str::to_owned).collect();
            }
        }
        for (index, cell) in self.at.iter().zip(&row.cells) {
            record[*index].clone_from(cell);
        }
        Ok(CsvLine { text: csv_line(&record)?, row: Some(row) })
    }

    /// The text of the file.
    pub(super) fn text(&self) -> String {
        self.lines.iter().map(|line| format!("{}{}", line.text, self.ending)).collect()
    }
}

fn number(text: &str, seed: &Seed, line: usize) -> Result<Decimal> {
    Decimal::parse(text).ok_or_else(|| wrong(seed, line, format!("`{text}` is not a quantity or rate")))
}

fn no_csv(cause: impl std::fmt::Display) -> Error {
    Error::bug("could not write a row of rates as CSV").caused_by(&cause)
}
