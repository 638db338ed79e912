//! What columns of a file are to Hive, which declares them, and to Trino, which reads them.

use std::sync::Arc;

use arrow::datatypes::{DataType as Arrow, TimeUnit};

/// The first number that 32 bits cannot hold.
const SPAN_32: &str = "4294967296";
/// The first number that 64 bits cannot hold.
const SPAN_64: &str = "decimal '18446744073709551616'";
/// Digits that a decimal has at most.
const DIGITS: u8 = 38;

/// The kind of the values of a column; of a dictionary, that of its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// Null in every row.
    Nothing,
    /// Text.
    Text,
    /// Bytes that nobody has called text.
    Bytes,
    /// True or false.
    Boolean,
    /// Whole numbers, by Hive's name for how many bits they have.
    Integer(&'static str),
    /// Whole numbers of 32 bits without a sign; Trino takes the first bit for one.
    Unsigned32,
    /// The same of 64 bits.
    Unsigned64,
    /// Numbers in binary of 32 bits.
    Real,
    /// Numbers in binary of 64 bits.
    Double,
    /// Decimals of a precision and scale.
    Decimal(u8, i8),
    /// Days.
    Date,
    /// Instants, in UTC; the zone in which the file would have them shown.
    Instant(Option<Arc<str>>),
    /// Keys with values.
    Map(Box<Kind>, Box<Kind>),
}

impl Kind {
    /// The kind of values of type `arrow`, if Hive and Trino have one.
    pub(super) fn of(arrow: &Arrow) -> Option<Self> {
        Some(match arrow {
            Arrow::Null => Self::Nothing,
            Arrow::Utf8 | Arrow::LargeUtf8 | Arrow::Utf8View => Self::Text,
            Arrow::Binary | Arrow::LargeBinary | Arrow::BinaryView => Self::Bytes,
            Arrow::Boolean => Self::Boolean,
            Arrow::Int8 => Self::Integer("tinyint"),
            Arrow::Int16 | Arrow::UInt8 => Self::Integer("smallint"),
            Arrow::Int32 | Arrow::UInt16 => Self::Integer("int"),
            Arrow::Int64 => Self::Integer("bigint"),
            Arrow::UInt32 => Self::Unsigned32,
            Arrow::UInt64 => Self::Unsigned64,
            Arrow::Float32 => Self::Real,
            Arrow::Float64 => Self::Double,
            Arrow::Decimal32(digits, scale)
            | Arrow::Decimal64(digits, scale)
            | Arrow::Decimal128(digits, scale)
            | Arrow::Decimal256(digits, scale)
                if *digits <= DIGITS && *scale >= 0 =>
            {
                Self::Decimal(*digits, *scale)
            }
            Arrow::Date32 => Self::Date,
            // Parquet has no seconds: what a writer calls so lies there as a number.
            Arrow::Timestamp(unit, zone) if *unit != TimeUnit::Second => Self::Instant(zone.clone()),
            Arrow::Dictionary(_, values) => return Self::of(values),
            Arrow::Map(entries, _) => return Self::of_map(entries.data_type()),
            _ => return None,
        })
    }

    fn of_map(entries: &Arrow) -> Option<Self> {
        let Arrow::Struct(fields) = entries else { return None };
        let [key, value] = fields.as_ref() else { return None };
        let (key, value) = (Self::of(key.data_type())?, Self::of(value.data_type())?);
        Some(Self::Map(Box::new(key), Box::new(value)))
    }

    /// Hive's name for it; none for what need not be declared.
    pub(super) fn hive(&self) -> Option<String> {
        Some(match self {
            Self::Nothing => return None,
            Self::Text => "string".to_owned(),
            Self::Bytes => "binary".to_owned(),
            Self::Boolean => "boolean".to_owned(),
            Self::Integer(name) => (*name).to_owned(),
            Self::Unsigned32 | Self::Unsigned64 => "bigint".to_owned(),
            Self::Real => "float".to_owned(),
            Self::Double => "double".to_owned(),
            Self::Decimal(digits, scale) => format!("decimal({digits},{scale})"),
            Self::Date => "date".to_owned(),
            Self::Instant(_) => "timestamp".to_owned(),
            Self::Map(key, value) => format!("map<{},{}>", key.hive()?, value.hive()?),
        })
    }

    /// `value` of this kind as Trino reads it, as the number that it is.
    pub(super) fn signed(&self, value: String) -> String {
        let lifted = |value: &str, span: &str| format!("case when {value} < 0 then {value} + {span} else {value} end");
        match self {
            Self::Unsigned32 => format!("({})", lifted(&value, SPAN_32)),
            Self::Unsigned64 => format!("({})", lifted(&format!("cast({value} as decimal(20,0))"), SPAN_64)),
            _ => value,
        }
    }

    /// Whether it is a number that is never between two whole ones.
    pub(super) fn is_whole(&self) -> bool {
        matches!(self, Self::Integer(_) | Self::Unsigned32 | Self::Unsigned64)
    }
}
