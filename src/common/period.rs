//! Billing periods: calendar months in UTC, written `YYYY-MM`.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate, NaiveDateTime};

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
            Err(Error::user(format!("`{year}-{month}` is no month"))
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
        let wrong = || {
            Error::user(format!("`{text}` is no billing period")).hint("write it as `YYYY-MM`, for instance `2026-10`")
        };
        let (year, month) = text.split_once('-').ok_or_else(wrong)?;
        let are_digits = |text: &str, count: usize| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
        if !are_digits(year, 4) || !are_digits(month, 2) {
            return Err(wrong());
        }
        match (year.parse(), month.parse()) {
            (Ok(year), Ok(month)) => Self::new(year, month),
            _ => Err(wrong()),
        }
    }
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
    /// When a part is no period, or a range runs backwards.
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
        let known = || {
            let names: Vec<String> = present.iter().map(Period::to_string).collect();
            if names.is_empty() { "none".to_owned() } else { names.join(", ") }
        };
        let picked: Vec<Period> = match self {
            Self::Newest => present.last().copied().into_iter().collect(),
            Self::Ranges(ranges) => {
                let absent = ranges.iter().find(|(first, last)| !present.iter().any(|p| first <= p && p <= last));
                if let Some((first, last)) = absent {
                    let name = if first == last { first.to_string() } else { format!("{first}..{last}") };
                    return Err(Error::data(format!("the source has no billing period `{name}`"))
                        .hint(format!("it has: {}", known())));
                }
                let wanted = |p: &&Period| ranges.iter().any(|(a, b)| a <= *p && *p <= b);
                present.iter().filter(wanted).copied().collect()
            }
        };
        if picked.is_empty() {
            return Err(Error::data("the source holds no billing period"));
        }
        Ok(picked)
    }
}

#[cfg(test)]
mod tests;
