//! What a value becomes in a cell: a text, a number with its number format, or a date.

use rust_xlsxwriter::ExcelDateTime;

use super::digits::Digits;
use super::layout::{FieldPath, ValueFormat};
use super::scope::Scope;
use crate::common::error::{Error, Result};

/// How many characters a cell holds, as UTF-16 counts them.
const CHARACTERS: usize = 32_767;

/// What stands in a cell.
pub(super) enum CellValue {
    /// Nothing.
    Empty,
    /// A text, whatever it looks like.
    Text(String),
    /// An amount with more digits than a number in a spreadsheet has.
    LongNumber(String),
    /// A number, its number format, and how many characters that shows.
    Number(f64, String, usize),
    /// A day or an instant, and its number format.
    Date(ExcelDateTime, &'static str),
}

impl CellValue {
    /// The value of a field.
    ///
    /// # Errors
    /// When there is no such field, or its value is not of this format.
    pub(super) fn of(scope: &Scope<'_>, path: &FieldPath, format: ValueFormat) -> Result<Self> {
        let text = scope.text(path)?;
        if text.is_empty() {
            return Ok(Self::Empty);
        }
        match format {
            ValueFormat::Text => Self::text(text, path),
            ValueFormat::Date => date(&text).ok_or_else(|| wrong(path, &text, "a date")),
            _ => {
                let digits = Digits::parse(&text).ok_or_else(|| wrong(path, &text, "a number"))?;
                Ok(Self::number(&digits, format))
            }
        }
    }

    fn text(text: String, path: &FieldPath) -> Result<Self> {
        match text.encode_utf16().count() {
            // These two letters are not allowed in XML, and a file with one of them does not open.
            ..=CHARACTERS => Ok(Self::Text(text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}"))),
            count => Err(Error::data(format!(
                "`{}` has {count} characters, and a cell of a spreadsheet holds {CHARACTERS}",
                path.text
            ))),
        }
    }

    fn number(digits: &Digits, format: ValueFormat) -> Self {
        let shown = match format {
            ValueFormat::Money => digits.clone(),
            _ => digits.clone().trimmed(),
        };
        let (stored, behind, tail) = match format {
            ValueFormat::Percentage => (shown.hundredth(), shown.fraction.len(), "%"),
            ValueFormat::Price => (shown.clone(), shown.fraction.len().max(2), ""),
            _ => (shown.clone(), shown.fraction.len(), ""),
        };
        let Some(number) = stored.number() else { return Self::LongNumber(format!("{shown}{tail}")) };
        let positive = format!("#,##0{}{}{tail}", if behind > 0 { "." } else { "" }, "0".repeat(behind));
        let code = match format {
            ValueFormat::Money => format!("{positive};[Red]-{positive}"),
            _ => positive,
        };
        Self::Number(number, code, shown.width(behind) + tail.len())
    }

    /// How many characters it shows.
    pub(super) fn width(&self) -> usize {
        match self {
            Self::Empty => 0,
            Self::Text(text) | Self::LongNumber(text) => text.chars().count(),
            Self::Number(_, _, width) => *width,
            Self::Date(_, code) => code.len(),
        }
    }
}

/// Whether a text has the form of an instant in UTC.
pub(super) fn is_instant(text: &str) -> bool {
    let seconds = text.strip_suffix('Z').and_then(|text| text.split('.').next());
    seconds.is_some_and(|text| form(text) == "0000-00-00T00:00:00")
}

fn date(text: &str) -> Option<CellValue> {
    let code = match (form(text).as_str(), is_instant(text)) {
        ("0000-00-00", _) => "yyyy-mm-dd",
        (_, true) => "yyyy-mm-dd hh:mm",
        _ => return None,
    };
    ExcelDateTime::parse_from_str(text).ok().map(|date| CellValue::Date(date, code))
}

/// A text with each digit a zero.
fn form(text: &str) -> String {
    text.chars().map(|letter| if letter.is_ascii_digit() { '0' } else { letter }).collect()
}

fn wrong(path: &FieldPath, text: &str, wanted: &str) -> Error {
    Error::data(format!("`{}` is `{text}`, not {wanted}", path.text))
        .hint("a column with other values than these is of the format `text`")
}
