//! Declared types: their spellings, and which decimals there are.

use proptest::prop_assert_eq;

use super::*;
use crate::common::error::ErrorKind;
use crate::testing::holds;

#[test]
fn every_type_is_read_as_it_is_written() {
    let types = [
        DataType::String,
        DataType::Decimal(28, 10),
        DataType::BigInt,
        DataType::Integer,
        DataType::Double,
        DataType::Boolean,
        DataType::Date,
        DataType::Timestamp,
        DataType::TimestampMillis,
    ];
    for data_type in types {
        assert_eq!(data_type.to_string().parse::<DataType>().unwrap(), data_type);
    }
}

#[test]
fn other_spellings_capitals_and_blanks_are_the_same_types() {
    let cases = [
        ("VARCHAR", DataType::String),
        ("text", DataType::String),
        ("Int", DataType::Integer),
        ("bool", DataType::Boolean),
        (" decimal ( 38 , 0 ) ", DataType::Decimal(38, 0)),
        ("DECIMAL(1,1)", DataType::Decimal(1, 1)),
        ("timestamp( 3 )", DataType::TimestampMillis),
    ];
    for (text, expected) in cases {
        assert_eq!(text.parse::<DataType>().unwrap(), expected, "{text}");
    }
}

#[test]
fn a_decimal_has_up_to_38_digits_and_no_more_behind_the_point() {
    holds((0..=300_u32, -130..=130_i32), |(precision, scale)| {
        let read = format!("decimal({precision},{scale})").parse::<DataType>();
        let fits = (1..=38).contains(&precision) && scale >= 0 && scale.unsigned_abs() <= precision;
        prop_assert_eq!(read.is_ok(), fits);
        Ok(())
    });
}

#[test]
fn what_is_no_type_is_refused() {
    for text in
        ["", "decimal", "decimal()", "decimal(5)", "decimal(5,2", "decimal(5;2)", "decimal(5,2,1)", "numeric(5,2)"]
    {
        assert_eq!(text.parse::<DataType>().unwrap_err().kind(), ErrorKind::User, "{text}");
    }
    for text in ["timestamp(6)", "map<string,string>", "stríng", "decimal(٥,2)", "decimal(5,2))"] {
        assert!(text.parse::<DataType>().is_err(), "{text}");
    }
}

#[test]
fn whatever_is_read_is_written_as_something_that_is_read_alike() {
    holds("(?i)(decimal\\([0-9+ ,.-]{0,6}\\)|[a-z() 3]{0,12})", |text| {
        if let Ok(read) = text.parse::<DataType>() {
            prop_assert_eq!(read.to_string().parse::<DataType>().unwrap(), read);
        }
        Ok(())
    });
}
