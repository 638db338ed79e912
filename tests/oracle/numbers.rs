//! Exact numbers and moments, written as people write them.

use std::fmt;
use std::str::FromStr;

use num_rational::BigRational;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An exact number.
pub(crate) type Exact = BigRational;

/// A decimal with 10 fractional digits, as reports and seeds hold it: this many units of 0.0000000001.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Decimal(pub(crate) i128);

impl Decimal {
    /// Units of the last digit in 1.
    pub(crate) const ONE: i128 = 10_000_000_000;

    /// The same as a fraction.
    pub(crate) fn exact(self) -> Exact {
        Exact::new(self.0.into(), Self::ONE.into())
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, size) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        let one = Self::ONE.unsigned_abs();
        let digits = format!("{:010}", size % one);
        let digits = digits.trim_end_matches('0');
        let point = if digits.is_empty() { "" } else { "." };
        write!(formatter, "{sign}{}{point}{digits}", size / one)
    }
}

impl FromStr for Decimal {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || format!("`{text}` is no decimal with at most 10 fractional digits");
        let size = text.strip_prefix('-').unwrap_or(text);
        let (whole, digits) = size.split_once('.').unwrap_or((size, ""));
        if digits.len() > 10 {
            return Err(bad());
        }
        let units: i128 = format!("{whole}{digits:0<10}").parse().map_err(|_| bad())?;
        Ok(Self(if size.len() < text.len() { -units } else { units }))
    }
}

/// A moment in UTC, in seconds since 1970; written `2026-03-01T00:00:00`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(pub(crate) i64);

impl fmt::Display for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let instant = chrono::DateTime::from_timestamp(self.0, 0).unwrap_or_default();
        write!(formatter, "{}", instant.format("%Y-%m-%dT%H:%M:%S"))
    }
}

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let read = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S");
        Ok(Self(read.map_err(|e| format!("`{text}` is no moment: {e}"))?.and_utc().timestamp()))
    }
}

macro_rules! serde_as_text {
    ($($word:ty),*) => {$(
        impl Serialize for $word {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $word {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

serde_as_text!(Decimal, Moment);
