//! What stands in a statement: values as tables have them, exact and as a customer reads them.

use chrono::NaiveDate;
use serde_json::{Map, Value, json};

use super::words::Words;
use crate::common::error::{Error, Result};

/// Digits of money behind the point in tables; other decimals have others.
pub const MONEY_SCALE: usize = 10;
/// How many digits of a quantity are shown behind the point, or how many that are not zeros in front.
const SHOWN_DIGITS: usize = 4;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Null,
    /// A text.
    Text(String),
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Whole(i64),
    /// A length or share, for a picture.
    Ratio(f64),
    /// A day.
    Date(NaiveDate),
    /// An amount, as a number of last digits, of which it has ten behind the point.
    Money(i128),
    /// Any other decimal, as a number of its last digits, and how many of these are behind the point.
    Decimal(i128, usize),
}

/// A row: values by the names of their columns, in their order.
pub type Row = Vec<(String, Cell)>;

/// The value of a column.
pub(super) fn get<'a>(row: &'a Row, name: &str) -> Option<&'a Cell> {
    row.iter().find(|(column, _)| column == name).map(|(_, cell)| cell)
}

/// The text of a column; empty if it has none.
pub fn text<'a>(row: &'a Row, name: &str) -> &'a str {
    match get(row, name) {
        Some(Cell::Text(text)) => text,
        _ => "",
    }
}

/// Whether a column is true.
pub fn flag(row: &Row, name: &str) -> bool {
    matches!(get(row, name), Some(Cell::Flag(true)))
}

/// How the values of a row are written.
#[derive(Debug, Clone, Copy)]
pub enum Form<'a> {
    /// For machines: decimals as texts with all digits that count.
    Exact,
    /// The same, and with what values are called in these words.
    Named(&'a Words),
    /// For a reader of these words: every number is a text.
    Shown(&'a Words),
}

/// `row` as an object. Money has as many digits as its currency has by `minor_unit`.
///
/// # Errors
/// When an amount is no whole number of the smallest unit of its currency.
pub(super) fn object(
    row: &Row,
    form: Form<'_>,
    minor_unit: impl Fn(&str) -> Option<usize>,
) -> Result<Map<String, Value>> {
    let currency = text(row, "currency_code");
    let mut object = Map::new();
    for (name, cell) in row {
        let value = match cell {
            Cell::Null => Value::Null,
            Cell::Text(text) => json!(text),
            Cell::Flag(flag) => json!(flag),
            Cell::Whole(number) => match form {
                Form::Exact | Form::Named(_) => json!(number),
                Form::Shown(words) => json!(words.grouped(&number.to_string())),
            },
            Cell::Ratio(ratio) => match form {
                Form::Exact | Form::Named(_) => json!(ratio),
                Form::Shown(_) => json!(format!("{ratio:.4}")),
            },
            Cell::Date(date) => json!(match form {
                Form::Exact | Form::Named(_) => date.to_string(),
                Form::Shown(words) => words.date(*date),
            }),
            Cell::Money(digits) => {
                let unit = minor_unit(currency).ok_or_else(|| {
                    Error::data(format!("no digits are known for amounts in `{currency}`"))
                        .hint("add the currency to `data/seeds/currencies.csv`")
                })?;
                let digits = whole_units(*digits, unit).ok_or_else(|| {
                    let amount = plain(*digits, MONEY_SCALE);
                    Error::data(format!("`{name}` is {amount} {currency}, which has digits that {currency} has not"))
                        .hint("a statement prints amounts and rounds none: round it in its model")
                })?;
                json!(written(digits, unit, form))
            }
            Cell::Decimal(digits, scale) => json!(match form {
                Form::Exact | Form::Named(_) => plain_trimmed(*digits, *scale),
                Form::Shown(_) if *scale <= 2 => written(*digits, *scale, form),
                Form::Shown(words) => {
                    let (digits, scale) = for_reading(*digits, *scale);
                    words.grouped(&plain_trimmed(digits, scale))
                }
            }),
        };
        object.insert(name.clone(), value);
    }
    Ok(object)
}

fn written(digits: i128, scale: usize, form: Form<'_>) -> String {
    let text = plain(digits, scale);
    match form {
        Form::Exact | Form::Named(_) => text,
        Form::Shown(words) => words.grouped(&text),
    }
}

/// An amount of ten digits as a number of units of which one has `unit` digits; `None` if it is no whole number.
fn whole_units(digits: i128, unit: usize) -> Option<i128> {
    let divisor = power(MONEY_SCALE.checked_sub(unit)?);
    (digits % divisor == 0).then_some(digits / divisor)
}

/// A number of which nobody reads more digits than these; what is cut off is rounded, half away from zero.
fn for_reading(digits: i128, scale: usize) -> (i128, usize) {
    let zeros = scale.saturating_sub(digits.unsigned_abs().to_string().len());
    let shown = (zeros + SHOWN_DIGITS).clamp(SHOWN_DIGITS, scale.max(SHOWN_DIGITS));
    let Some(cut) = scale.checked_sub(shown).filter(|cut| *cut > 0) else { return (digits, scale) };
    let divisor = power(cut);
    ((digits + digits.signum() * (divisor / 2)) / divisor, shown)
}

/// Digits with a point before the last `scale` of them.
pub(super) fn plain(digits: i128, scale: usize) -> String {
    let sign = if digits < 0 { "-" } else { "" };
    let all = format!("{:0>width$}", digits.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = all.split_at(all.len() - scale);
    if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// The same without zeros at its end.
fn plain_trimmed(digits: i128, scale: usize) -> String {
    let text = plain(digits, scale);
    if scale == 0 { text } else { text.trim_end_matches('0').trim_end_matches('.').to_owned() }
}

fn power(exponent: usize) -> i128 {
    (0..exponent).fold(1, |product, _| product * 10)
}
