//! The seed `tier_rates` as text: rows are closed and added, every other line stays as it is.

use crate::common::decimal::Decimal;
use crate::common::error::Result;
use crate::project::{Seed, SeedText};

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

/// Where those columns stand.
struct Places {
    table: usize,
    region: usize,
    from: usize,
    to: usize,
    rate: usize,
    unit: usize,
    valid_from: usize,
    valid_until: usize,
    source: usize,
}

/// The whole seed.
pub(super) struct PriceBook<'a> {
    at: Places,
    width: usize,
    text: SeedText<'a>,
}

impl<'a> PriceBook<'a> {
    /// Reads the seed.
    ///
    /// # Errors
    /// When a column is missing or a quantity or rate cannot be read.
    pub(super) fn read(seed: &'a Seed) -> Result<Self> {
        let [table, region, from, to, rate, unit, valid_from, valid_until, source] = seed.columns(COLUMNS)?;
        let at = Places { table, region, from, to, rate, unit, valid_from, valid_until, source };
        for (line, cells) in &seed.rows {
            at.tier(cells).map_err(|text| wrong(seed, *line, format!("`{text}` is not a quantity or rate")))?;
        }
        Ok(Self { at, width: seed.header.len(), text: SeedText::of(seed) })
    }

    /// Puts the tiers of a table in; says what became of it and how many rows were closed.
    ///
    /// # Errors
    /// When a row that would be closed or replaced is spread over several lines.
    pub(super) fn put(
        &mut self,
        table: &str,
        region: &str,
        tiers: &Tiers,
        source: &str,
    ) -> Result<(SeedChange, usize)> {
        let Places { valid_from, valid_until, unit, .. } = self.at;
        let from = tiers.from.as_str();
        let is_own = |cells: &&[String]| cells[self.at.table] == table && cells[self.at.region] == region;
        let is_open = |cells: &[String]| cells[valid_until].is_empty();

        let open: Vec<&[String]> = self.text.rows().filter(|cells| is_own(cells) && is_open(cells)).collect();
        let mut known: Vec<Tier> = open.iter().filter_map(|cells| self.at.tier(cells).ok()).collect();
        known.sort_by_key(|tier| tier.from);
        if known == tiers.tiers && open.iter().all(|cells| cells[unit] == tiers.unit) {
            return Ok((SeedChange::Unchanged, 0));
        }
        let is_later = |cells: &[String]| cells[valid_from].as_str() > from || cells[valid_until].as_str() > from;
        if self.text.rows().filter(is_own).any(is_later) {
            return Ok((SeedChange::Older, 0));
        }
        let ending: Vec<(usize, Vec<String>)> = self
            .text
            .rows()
            .enumerate()
            .filter(|(_, cells)| is_own(cells) && is_open(cells))
            .map(|(row, cells)| (row, cells.to_vec()))
            .collect();
        let (mut closed, mut replaced) = (0, 0);
        // From the last on, so that a row that goes moves none of the others.
        for (row, mut cells) in ending.into_iter().rev() {
            if cells[valid_from] == from {
                self.text.remove(row)?;
                replaced += 1;
            } else {
                from.clone_into(&mut cells[valid_until]);
                self.text.replace(row, cells)?;
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

    /// Adds rows below those of the same table, or at the end.
    fn add(&mut self, table: &str, region: &str, tiers: &Tiers, source: &str) -> Result<()> {
        let at = &self.at;
        let mut below = self.text.rows().rposition(|cells| cells[at.table] == table);
        for tier in &tiers.tiers {
            let mut cells = vec![String::new(); self.width];
            table.clone_into(&mut cells[at.table]);
            region.clone_into(&mut cells[at.region]);
            cells[at.from] = tier.from.to_string();
            cells[at.to] = tier.to.map(|to| to.to_string()).unwrap_or_default();
            cells[at.rate] = tier.rate.to_string();
            cells[at.unit].clone_from(&tiers.unit);
            cells[at.valid_from].clone_from(&tiers.from);
            source.clone_into(&mut cells[at.source]);
            self.text.add(below, cells)?;
            below = below.map(|row| row + 1);
        }
        Ok(())
    }

    /// The text of the file.
    pub(super) fn text(&self) -> String {
        self.text.text()
    }
}

impl Places {
    /// The tier of a row.
    ///
    /// # Errors
    /// The cell that is not a number.
    fn tier(&self, cells: &[String]) -> std::result::Result<Tier, String> {
        let number = |at: usize| Decimal::parse(&cells[at]).ok_or_else(|| cells[at].clone());
        let to = if cells[self.to].is_empty() { None } else { Some(number(self.to)?) };
        Ok(Tier { from: number(self.from)?, to, rate: number(self.rate)? })
    }
}
