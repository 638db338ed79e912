//! Decimal texts on their way into cells, which hold binary numbers.

use std::fmt;

/// How many digits a spreadsheet shows and keeps of a number.
const SHOWN: usize = 15;
/// How many digits behind the point a number format may have.
const BEHIND: usize = 30;

/// A decimal number as its digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Digits {
    is_negative: bool,
    /// Before the point, at least one.
    whole: String,
    /// Behind the point.
    pub(super) fraction: String,
}

impl Digits {
    /// The digits of a text such as `-1234.50`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let unsigned = text.strip_prefix('-');
        let (whole, fraction) = match unsigned.unwrap_or(text).split_once('.') {
            Some((_, "")) => return None,
            Some(parts) => parts,
            None => (unsigned.unwrap_or(text), ""),
        };
        let are_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        (!whole.is_empty() && are_digits(whole) && are_digits(fraction)).then(|| Self {
            is_negative: unsigned.is_some(),
            whole: whole.to_owned(),
            fraction: fraction.to_owned(),
        })
    }

    /// Without the zeros at its end that stand behind the point.
    pub(super) fn trimmed(mut self) -> Self {
        self.fraction.truncate(self.fraction.trim_end_matches('0').len());
        self
    }

    /// A hundredth of it.
    pub(super) fn hundredth(&self) -> Self {
        let whole = format!("{:0>3}", self.whole);
        let (whole, moved) = whole.split_at(whole.len() - 2);
        Self { whole: whole.to_owned(), fraction: format!("{moved}{}", self.fraction), ..*self }
    }

    /// The same number for a cell, if a cell can hold and show each of its digits.
    pub(super) fn number(&self) -> Option<f64> {
        let text = self.to_string();
        let number: f64 = text.parse().ok()?;
        let survives = format!("{number:.scale$}", scale = self.fraction.len()) == text;
        let fits = self.significant() <= SHOWN && self.fraction.len() <= BEHIND;
        // Minus zero would be written as `-0`.
        (survives && fits).then_some(number + 0.0)
    }

    /// Digits without the zeros on either side.
    fn significant(&self) -> usize {
        format!("{}{}", self.whole, self.fraction).trim_matches('0').len()
    }

    /// How many characters it is shown with, thousands apart, `behind` digits behind the point.
    pub(super) fn width(&self, behind: usize) -> usize {
        let (sign, point) = (usize::from(self.is_negative), usize::from(behind > 0));
        sign + self.whole.len() + (self.whole.len() - 1) / 3 + point + behind
    }
}

impl fmt::Display for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.is_negative { "-" } else { "" };
        write!(f, "{sign}{}", self.whole)?;
        if self.fraction.is_empty() { Ok(()) } else { write!(f, ".{}", self.fraction) }
    }
}
