//! Amounts, quantities and rates as tables hold them: exact, at most ten fractional digits.

use std::fmt;

/// Fractional digits.
const DIGITS: i32 = 10;

/// A number, never negative, counted in units of 0.0000000001.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Decimal(i128);

impl Decimal {
    /// Zero.
    pub const ZERO: Self = Self(0);

    /// Reads `0.0230000000`, `51200` or `5E-7`; `None` if the text is not a number, or has digits below the tenth.
    pub fn parse(text: &str) -> Option<Self> {
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok().filter(|e| e.abs() <= 20)?),
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        if digits.is_empty() || digits.len() > 30 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let value: i128 = digits.parse().ok()?;
        let shift = DIGITS + exponent - i32::try_from(fraction.len()).ok()?;
        let scale = 10_i128.checked_pow(shift.unsigned_abs())?;
        if shift >= 0 {
            value.checked_mul(scale).map(Self)
        } else {
            (value % scale == 0).then_some(Self(value / scale))
        }
    }

    /// What is left of this after `other` is taken away; zero if that is more.
    pub fn less(self, other: Self) -> Self {
        Self((self.0 - other.0).max(0))
    }
}

/// A number counted in units of its last of `digits` digits behind the point, as text.
pub fn fixed(units: i128, digits: u32) -> String {
    let (sign, units, one) = (if units < 0 { "-" } else { "" }, units.unsigned_abs(), 10_u128.pow(digits));
    format!("{sign}{}.{:0width$}", units / one, units % one, width = digits as usize)
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one = 10_i128.pow(DIGITS.unsigned_abs());
        let (whole, fraction) = (self.0 / one, self.0 % one);
        if fraction == 0 {
            return write!(f, "{whole}");
        }
        write!(f, "{whole}.{}", format!("{fraction:010}").trim_end_matches('0'))
    }
}
