//! From a price as it is written to tiers that follow one another from zero to the open end.

use chrono::NaiveDate;

use crate::common::decimal::Decimal;
use crate::common::error::{Error, Result};

use super::offer::{Dimension, Listed, Offer};

/// One tier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tier {
    /// Exclusive.
    pub(super) from: Decimal,
    /// Inclusive; `None` in the last tier.
    pub(super) to: Option<Decimal>,
    /// USD by unit.
    pub(super) rate: Decimal,
}

impl Tier {
    /// The tier of what is left after `free` is taken away.
    fn less(&self, free: Decimal) -> Self {
        Self { from: self.from.less(free), to: self.to.map(|to| to.less(free)), rate: self.rate }
    }
}

/// The tiers of a price, for paid usage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tiers {
    /// By quantity; none where all usage is free.
    pub(super) tiers: Vec<Tier>,
    /// What is free before the first of them.
    pub(super) free: Option<Decimal>,
    /// The unit.
    pub(super) unit: String,
    /// The first day.
    pub(super) from: String,
}

/// A tier with the dimension it was read from.
type ReadTier<'a> = (Tier, &'a Dimension);

/// Checks and orders the tiers of a price; a free first tier is taken off, and the others begin at zero.
///
/// # Errors
/// When a figure, the currency or the date cannot be read, tiers overlap, leave a gap or end, or units differ.
pub(super) fn checked(listed: &Listed, offer: &Offer) -> Result<Tiers> {
    let mut read = listed.dimensions.iter().map(tier).collect::<Result<Vec<ReadTier<'_>>>>()?;
    read.sort_by_key(|(tier, _)| (tier.from, tier.to));
    let of = format!("`{}` (SKU {})", listed.usage_type, listed.sku);
    let mut end = Some(Decimal::ZERO);
    for (tier, dimension) in &read {
        let wrong = match end {
            Some(end) if tier.from == end && tier.to.is_none_or(|to| to > tier.from) => None,
            Some(end) if tier.from > end => Some(format!("no tier of {of} covers {end} to {}", tier.from)),
            _ => Some(format!("the tiers of {of} overlap from {} on", tier.from)),
        };
        if let Some(wrong) = wrong {
            return Err(dimension.spot.blame(Error::data(wrong)));
        }
        if dimension.unit != read[0].1.unit {
            let (one, other) = (&read[0].1.unit, &dimension.unit);
            return Err(dimension.spot.blame(Error::data(format!("tiers of {of} are in `{one}` and in `{other}`"))));
        }
        end = tier.to;
    }
    // What is free may end: what comes after it is priced elsewhere.
    let is_free = read.iter().all(|(tier, _)| tier.rate == Decimal::ZERO);
    if let (Some(end), false, Some((_, last))) = (end, is_free, read.last()) {
        return Err(last.spot.blame(Error::data(format!("no tier of {of} covers more than {end}"))));
    }
    let unit = read.first().map(|(_, dimension)| dimension.unit.clone()).unwrap_or_default();
    let tiers: Vec<Tier> = read.iter().map(|(tier, _)| tier.clone()).collect();
    let (free, tiers) = without_free(tiers);
    Ok(Tiers { tiers, free, unit, from: first_day(listed, offer)? })
}

fn tier(dimension: &Dimension) -> Result<ReadTier<'_>> {
    if dimension.currency != "USD" {
        let error = Error::data(format!("this price is in `{}`, not in USD", dimension.currency));
        return Err(dimension
            .spot
            .blame(error.hint("the tables are in USD; use the list of the AWS regions, not of China")));
    }
    let from = match dimension.begin.as_str() {
        "" => Decimal::ZERO,
        text => number(dimension, "the beginning of the range", text)?,
    };
    let to = match dimension.end.as_str() {
        "" | "Inf" => None,
        text => Some(number(dimension, "the end of the range", text)?),
    };
    Ok((Tier { from, to, rate: number(dimension, "the price", &dimension.rate)? }, dimension))
}

fn number(dimension: &Dimension, what: &str, text: &str) -> Result<Decimal> {
    Decimal::parse(text).ok_or_else(|| {
        let error = Error::data(format!("{what} `{text}` is not a number with at most ten decimals"));
        dimension.spot.blame(error)
    })
}

fn without_free(tiers: Vec<Tier>) -> (Option<Decimal>, Vec<Tier>) {
    if tiers.first().is_none_or(|tier| tier.rate != Decimal::ZERO) {
        return (None, tiers);
    }
    let mut paid = tiers.iter().skip_while(|tier| tier.rate == Decimal::ZERO).peekable();
    let Some(free) = paid.peek().map(|tier| tier.from) else {
        return (tiers.last().and_then(|tier| tier.to), Vec::new());
    };
    (Some(free), paid.map(|tier| tier.less(free)).collect())
}

/// The day from which the price holds, or that of the list.
fn first_day(listed: &Listed, offer: &Offer) -> Result<String> {
    let written = if listed.effective.is_empty() { &offer.published } else { &listed.effective };
    let day = written.get(..10).unwrap_or_default();
    if NaiveDate::parse_from_str(day, "%Y-%m-%d").is_ok() {
        return Ok(day.to_owned());
    }
    let error = Error::data(format!("`{written}` is not a date, for `{}` (SKU {})", listed.usage_type, listed.sku));
    Err(match listed.dimensions.first() {
        Some(dimension) => dimension.spot.blame(error),
        None => error,
    })
}
