//! Billing periods: calendar months in UTC, written `YYYY-MM`.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate, NaiveDateTime};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::error::{Error, Result};

/// A calendar month in UTC, the partition of every result table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    year: i32,
    month: u32,
}

impl Period {
    /// The month `month` (1 to 12) of `year` (1 to 9999).
    ///
    /// # Errors
    /// When the month or year is out of range.
    pub fn new(year: i32, month: u32) -> Result<Self> {
        if (1..=12).contains(&month) && (1..=9999).contains(&year) {
            Ok(Self { year, month })
        } else {
            Err(Error::user(format!("`{year}-{month}` is not a month"))
                .hint("write a billing period as `YYYY-MM`, for instance `2026-10`"))
        }
    }

    /// The year.
    pub fn year(self) -> i32 {
        self.year
    }

    /// The month, 1 to 12.
    pub fn month(self) -> u32 {
        self.month
    }

    /// The month after this one.
    #[must_use]
    pub fn next(self) -> Self {
        if self.month == 12 {
            Self { year: self.year + 1, month: 1 }
        } else {
            Self { year: self.year, month: self.month + 1 }
        }
    }

    /// The month before this one.
    #[must_use]
    pub fn previous(self) -> Self {
        if self.month == 1 {
            Self { year: self.year - 1, month: 12 }
        } else {
            Self { year: self.year, month: self.month - 1 }
        }
    }

    /// Midnight of the first day, UTC.
    pub fn start(self) -> NaiveDateTime {
        NaiveDate::from_ymd_opt(self.year, self.month, 1).unwrap_or_default().into()
    }

    /// Midnight after the last day, UTC.
    pub fn end(self) -> NaiveDateTime {
        self.next().start()
    }

    /// The month that holds an instant in UTC.
    pub fn of(instant: NaiveDateTime) -> Self {
        Self { year: instant.year(), month: instant.month() }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl FromStr for Period {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let (year, month) = text.split_once('-').ok_or_else(|| no_period(text))?;
        let are_digits = year.bytes().chain(month.bytes()).all(|byte| byte.is_ascii_digit());
        if (year.len(), month.len()) != (4, 2) || !are_digits {
            return Err(no_period(text));
        }
        match (year.parse(), month.parse()) {
            (Ok(year), Ok(month)) => Self::new(year, month),
            _ => Err(no_period(text)),
        }
    }
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|error: Error| de::Error::custom(error.message()))
    }
}

fn no_period(text: &str) -> Error {
    Error::user(format!("`{text}` is not a billing period")).hint("write it as `YYYY-MM`, for instance `2026-10`")
}

/// Which periods a command is about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Periods {
    /// The newest in the source.
    #[default]
    Newest,
    /// Every period from the first to the last of each pair, both included.
    Ranges(Vec<(Period, Period)>),
}

impl Periods {
    /// Reads `2018-10`, `2018-10..2018-12` and several of them with commas between.
    ///
    /// # Errors
    /// When a part is not a period, or a range runs backwards.
    pub fn parse(texts: &[String]) -> Result<Self> {
        let mut ranges = Vec::new();
        for part in texts.iter().flat_map(|text| text.split(',')) {
            let (first, last) = part.split_once("..").unwrap_or((part, part));
            let (first, last): (Period, Period) = (first.trim().parse()?, last.trim().parse()?);
            if last < first {
                return Err(Error::user(format!("the range `{part}` ends before it begins"))
                    .hint(format!("write `{last}..{first}`")));
            }
            ranges.push((first, last));
        }
        Ok(if ranges.is_empty() { Self::Newest } else { Self::Ranges(ranges) })
    }

    /// The wanted ones among those `present`, oldest first.
    ///
    /// # Errors
    /// When a single named period is absent, or nothing at all matches.
    pub fn pick(&self, present: &[Period]) -> Result<Vec<Period>> {
        let mut present = present.to_vec();
        present.sort_unstable();
        present.dedup();
        let picked: Vec<Period> = match self {
            Self::Newest => present.last().copied().into_iter().collect(),
            Self::Ranges(ranges) => {
                if let Some(absent) = ranges.iter().find(|range| !present.iter().any(|period| is_in(*period, range))) {
                    return Err(none_in(absent, &present));
                }
                present.retain(|period| ranges.iter().any(|range| is_in(*period, range)));
                present
            }
        };
        if picked.is_empty() {
            return Err(Error::data("the source has no billing periods"));
        }
        Ok(picked)
    }
}

fn is_in(period: Period, (first, last): &(Period, Period)) -> bool {
    *first <= period && period <= *last
}

/// The error for a range without any of the periods that are `present`.
fn none_in((first, last): &(Period, Period), present: &[Period]) -> Error {
    let name = if first == last { first.to_string() } else { format!("{first}..{last}") };
    let names: Vec<String> = present.iter().map(Period::to_string).collect();
    let known = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    Error::data(format!("the source has no billing period `{name}`")).hint(format!("it has: {known}"))
}

#[cfg(test)]
mod tests;
