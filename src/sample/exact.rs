//! Exact money and quantities: whole numbers of 0.0000000001, as a bill carries them.
//!
//! No float is computed with; a double is only made at the very end, for the file.

use serde::Deserialize;

use crate::common::error::{Error, Result};

/// How many of the smallest unit make one dollar, hour or gigabyte.
pub(super) const SCALE: i128 = 10_000_000_000;

/// An amount of money or of anything metered, in units of 1e-10.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Exact(pub(super) i128);

/// The amount that a plain decimal such as `0.0416` names; at most 10 decimals are read.
pub(super) const fn exact(text: &str) -> Exact {
    let bytes = text.as_bytes();
    let (mut value, mut decimals, mut index) = (0_i128, 0, 0);
    let mut after_point = false;
    while index < bytes.len() {
        if bytes[index] == b'.' {
            after_point = true;
        } else if decimals < 10 {
            value = value * 10 + (bytes[index] - b'0') as i128;
            decimals += after_point as u32;
        }
        index += 1;
    }
    Exact(value * 10_i128.pow(10 - decimals))
}

impl TryFrom<String> for Exact {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (whole, part) = text.split_once('.').unwrap_or((&text, "0"));
        let are_digits = [whole, part]
            .iter()
            .all(|digits| (1..20).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit()));
        if are_digits { Ok(exact(&text)) } else { Err(format!("`{text}` is not a decimal")) }
    }
}

impl Exact {
    /// Nothing.
    pub(super) const ZERO: Self = Self(0);
    /// One dollar, hour or piece.
    pub(super) const ONE: Self = Self(SCALE);

    /// A whole number.
    pub(super) const fn whole(number: i128) -> Self {
        Self(number * SCALE)
    }

    /// The product, rounded half away from zero.
    pub(super) fn times(self, other: Self) -> Self {
        Self(divide(self.0 * other.0, SCALE))
    }

    /// This amount times a fraction, rounded half away from zero.
    pub(super) fn of(self, numerator: i128, denominator: i128) -> Self {
        Self(divide(self.0 * numerator, denominator))
    }

    /// This amount in hundredths: `percent(97)` is 97 % of it.
    pub(super) fn percent(self, percent: i128) -> Self {
        self.of(percent, 100)
    }

    /// Rounded to so many decimals (at most 10), half away from zero.
    pub(super) fn rounded(self, decimals: u32) -> Self {
        let unit = 10_i128.pow(10_u32.saturating_sub(decimals));
        Self(divide(self.0, unit) * unit)
    }

    /// Cut down to so many decimals (at most 10).
    pub(super) fn cut(self, decimals: u32) -> Self {
        let unit = 10_i128.pow(10_u32.saturating_sub(decimals));
        Self(self.0 / unit * unit)
    }

    /// Appends the number with exactly 10 decimals, as AWS writes rates.
    pub(super) fn write(self, out: &mut String) {
        if self.0 < 0 {
            out.push('-');
        }
        let value = self.0.unsigned_abs();
        let scale = SCALE.unsigned_abs();
        let mut digits = [b'0'; 50];
        let (mut whole, mut part, mut at) = (value / scale, value % scale, digits.len());
        for _ in 0..10 {
            at -= 1;
            digits[at] = b'0' + (part % 10) as u8;
            part /= 10;
        }
        at -= 1;
        digits[at] = b'.';
        loop {
            at -= 1;
            digits[at] = b'0' + (whole % 10) as u8;
            whole /= 10;
            if whole == 0 {
                break;
            }
        }
        out.extend(digits[at..].iter().map(|&digit| char::from(digit)));
    }

    /// The number with 10 decimals.
    pub(super) fn text(self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    /// The number as people write prices: no more zeros than needed, at least `least` decimals.
    pub(super) fn short(self, least: usize) -> String {
        let text = self.text();
        let point = text.len() - 10;
        let trimmed = text.trim_end_matches('0').len().max(point + least);
        text[..trimmed].trim_end_matches('.').to_owned()
    }

    /// The nearest double, from which the amount can be read back at 10 decimals.
    ///
    /// # Errors
    /// When the amount is so large that a double would lose its last decimals.
    pub(super) fn double(self) -> Result<f64> {
        let near = self.0 as i64;
        let double = near as f64 / SCALE as f64;
        if self.0.unsigned_abs() < 1_000_000_000_000_000 {
            return Ok(double);
        }
        let double = self.0 as f64 / SCALE as f64;
        if (double * SCALE as f64).round() as i128 == self.0 {
            Ok(double)
        } else {
            Err(Error::bug(format!("the sample contains {}, which no double can hold", self.text())))
        }
    }
}

/// A quotient rounded half away from zero; the denominator is positive.
fn divide(numerator: i128, denominator: i128) -> i128 {
    let half = denominator / 2;
    if numerator < 0 { (numerator - half) / denominator } else { (numerator + half) / denominator }
}

impl std::ops::Add for Exact {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl std::ops::Sub for Exact {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl std::ops::Neg for Exact {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl std::ops::AddAssign for Exact {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl std::ops::SubAssign for Exact {
    fn sub_assign(&mut self, other: Self) {
        self.0 -= other.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_read_and_written() {
        assert_eq!(exact("0.0416").text(), "0.0416000000");
        assert_eq!(exact("12").text(), "12.0000000000");
        assert_eq!((-exact("0.0850000001")).text(), "-0.0850000001");
        assert_eq!(exact("0.0416").short(2), "0.0416");
        assert_eq!(exact("0.1").short(2), "0.10");
        assert_eq!(exact("744").short(0), "744");
    }

    #[test]
    fn products_round_half_away_from_zero() {
        assert_eq!(Exact(5).times(exact("0.5")), Exact(3));
        assert_eq!((-Exact(5)).times(exact("0.5")), Exact(-3));
        assert_eq!(exact("1.23456").rounded(2), exact("1.23"));
        assert_eq!(exact("1.2399").cut(2), exact("1.23"));
    }
}
