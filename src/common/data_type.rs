//! The types a column may be declared with in the project's YAML files.

use std::fmt;
use std::str::FromStr;

use super::error::{Error, Result};

/// A declared column type, in the spelling that DataFusion, Athena and DuckDB share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataType {
    /// `string` or `varchar`.
    String,
    /// `decimal(precision, scale)`.
    Decimal(u8, i8),
    /// `bigint`: 64 bits.
    BigInt,
    /// `integer`: 32 bits.
    Integer,
    /// `double`.
    Double,
    /// `boolean`.
    Boolean,
    /// `date`.
    Date,
    /// `timestamp`, UTC without a zone, in nanoseconds.
    Timestamp,
    /// `timestamp(3)`: milliseconds.
    TimestampMillis,
}

impl FromStr for DataType {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let plain: String = text.to_lowercase().split_whitespace().collect();
        if let Some(inner) = plain.strip_prefix("decimal(").and_then(|t| t.strip_suffix(')')) {
            return decimal(inner).ok_or_else(|| unknown(text));
        }
        Ok(match plain.as_str() {
            "string" | "varchar" | "text" => Self::String,
            "bigint" => Self::BigInt,
            "int" | "integer" => Self::Integer,
            "double" => Self::Double,
            "boolean" | "bool" => Self::Boolean,
            "date" => Self::Date,
            "timestamp" => Self::Timestamp,
            "timestamp(3)" => Self::TimestampMillis,
            _ => return Err(unknown(text)),
        })
    }
}

fn decimal(inner: &str) -> Option<DataType> {
    let (precision, scale) = inner.split_once(',')?;
    let (precision, scale): (u8, i8) = (precision.parse().ok()?, scale.parse().ok()?);
    let fits = (1..=38).contains(&precision) && scale >= 0 && i16::from(scale) <= i16::from(precision);
    fits.then_some(DataType::Decimal(precision, scale))
}

fn unknown(text: &str) -> Error {
    Error::user(format!("`{text}` is not a data type that apportion knows")).hint(
        "use string, decimal(p,s) with p up to 38, bigint, integer, double, boolean, date, \
         timestamp or timestamp(3)",
    )
}

impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String => f.write_str("string"),
            Self::Decimal(precision, scale) => write!(f, "decimal({precision},{scale})"),
            Self::BigInt => f.write_str("bigint"),
            Self::Integer => f.write_str("integer"),
            Self::Double => f.write_str("double"),
            Self::Boolean => f.write_str("boolean"),
            Self::Date => f.write_str("date"),
            Self::Timestamp => f.write_str("timestamp"),
            Self::TimestampMillis => f.write_str("timestamp(3)"),
        }
    }
}

#[cfg(test)]
mod tests;
